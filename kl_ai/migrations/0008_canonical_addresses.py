"""Addresses of before are stored in the form in which all are compared (`kl_ai.addresses`).

Version 1.0.0 stored them in small letters, with the domain as it was typed. Where two users turn out to have one mailbox,
the row that has the form already keeps it, or else the oldest gets it. The other row stays as it is: nothing of it is lost,
the person logs in as the first, and the administration shows both.
"""

from django.db import IntegrityError, migrations, transaction

from kl_ai.addresses import canonical_address

COLUMNS = (("User", "email"), ("BadAddress", "email"), ("OutgoingMail", "to"), ("Reading", "reader"))
"""Model and column; those of a `User` and a `BadAddress` are unique."""


def store_canonical_addresses(apps, schema_editor):
    for name, column in COLUMNS:
        rows = apps.get_model("kl_ai", name)._base_manager.using(schema_editor.connection.alias)
        for key, address in rows.order_by("pk").values_list("pk", column).iterator():
            if (canonical := canonical_address(address)) == address:
                continue
            try:
                with transaction.atomic(using=schema_editor.connection.alias):
                    rows.filter(pk=key).update(**{column: canonical})
            except IntegrityError:
                if name == "BadAddress":
                    rows.filter(pk=key).delete()


class Migration(migrations.Migration):
    dependencies = [("kl_ai", "0007_log_readings")]
    operations = [migrations.RunPython(store_canonical_addresses, migrations.RunPython.noop, elidable=False)]
