"""Addresses of before are stored in the form in which all are compared (`kl_ai.addresses`).

Version 1.0.0 stored them in small letters, with the domain as it was typed. Where two users turn out to have one mailbox,
the row that has the form already keeps it, or else the oldest gets it. The other row keeps its address and is switched off,
which ends its sessions: nothing of it is lost, the person logs in as the first, and the administration shows both. What has
no form that fits into its column stays as it is.
"""

from django.db import IntegrityError, migrations, transaction

from django.db.models import F

from kl_ai.addresses import MAX_LENGTH, canonical_address

COLUMNS = (("User", "email"), ("BadAddress", "email"), ("OutgoingMail", "to"), ("Reading", "reader"))
"""Model and column; those of a `User` and a `BadAddress` are unique."""


def store_canonical_addresses(apps, schema_editor):
    for name, column in COLUMNS:
        rows = apps.get_model("kl_ai", name)._base_manager.using(schema_editor.connection.alias)
        for key, address in rows.order_by("pk").values_list("pk", column).iterator():
            canonical = canonical_address(address)
            if canonical == address or len(canonical) > MAX_LENGTH:
                continue
            try:
                with transaction.atomic(using=schema_editor.connection.alias):
                    rows.filter(pk=key).update(**{column: canonical})
            except IntegrityError:
                if name == "BadAddress":
                    rows.filter(pk=key).delete()
                elif name == "User":
                    rows.filter(pk=key).update(is_active=False, login_generation=F("login_generation") + 1)


class Migration(migrations.Migration):
    dependencies = [("kl_ai", "0007_log_readings")]
    operations = [migrations.RunPython(store_canonical_addresses, migrations.RunPython.noop, elidable=False)]
