"""Addresses of before are stored in the form in which all are compared (`kl_ai.addresses`).

Of two invitations of one company to one mailbox the later one is cancelled. A user whose address could not get the form,
since another user has the same mailbox, can no longer log in with it: the memberships go to that other user.
"""

from django.db import IntegrityError, migrations, transaction
from django.utils import timezone

from kl_ai.addresses import MAX_LENGTH, canonical_address


def store_canonical_addresses(apps, schema_editor):
    alias = schema_editor.connection.alias
    for name in ("Invitation", "MembershipEvent"):
        rows = apps.get_model("marketoverview", name)._base_manager.using(alias)
        for key, address in rows.order_by("pk").values_list("pk", "email").iterator():
            canonical = canonical_address(address)
            if canonical == address or len(canonical) > MAX_LENGTH:
                continue
            try:
                with transaction.atomic(using=alias):
                    rows.filter(pk=key).update(email=canonical)
            except IntegrityError:  # one to this mailbox waits
                rows.filter(pk=key).update(email=canonical, cancelled_at=timezone.now())


def move_memberships(apps, schema_editor):
    alias = schema_editor.connection.alias
    users = apps.get_model("kl_ai", "User")._base_manager.using(alias)
    memberships = apps.get_model("marketoverview", "VendorMember")._base_manager.using(alias)
    for key, address in users.order_by("pk").values_list("pk", "email").iterator():
        canonical = canonical_address(address)
        other = None if canonical == address else users.filter(email=canonical).first()
        if other is not None:
            known = memberships.filter(user=other).values_list("vendor_id", flat=True)
            memberships.filter(user=key).exclude(vendor__in=list(known)).update(user=other)


class Migration(migrations.Migration):
    dependencies = [("marketoverview", "0027_delete_copied_unasked_answers"), ("kl_ai", "0008_canonical_addresses")]
    operations = [
        migrations.RunPython(store_canonical_addresses, migrations.RunPython.noop, elidable=False),
        migrations.RunPython(move_memberships, migrations.RunPython.noop, elidable=False),
    ]
