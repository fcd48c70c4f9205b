"""Cancels the waiting invitations of people who no longer act for the vendor, or whose login is deleted.

From now on the end of a membership does. A colleague who still acts for the vendor can invite the person again.
"""

from django.db import migrations
from django.db.models import Exists, OuterRef
from django.utils import timezone


def cancel_invitations(apps, schema_editor) -> None:
    alias = schema_editor.connection.alias
    invitations = apps.get_model("marketoverview", "Invitation").objects.using(alias)
    members = apps.get_model("marketoverview", "VendorMember").objects.using(alias)
    is_by_member = Exists(members.filter(vendor=OuterRef("vendor"), user=OuterRef("invited_by")))
    waiting = invitations.filter(by_kl=False, vendor__isnull=False, accepted_at=None, cancelled_at=None)
    waiting.exclude(is_by_member).update(cancelled_at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [("marketoverview", "0028_canonical_addresses")]
    operations = [migrations.RunPython(cancel_invitations, migrations.RunPython.noop, elidable=False)]
