"""Stores whose side acted in the events that do not say it: later nobody can tell from whether the user is of KL's staff.

A change of members is KL's where KL's staff made it. A moderation event is that of the side whose verb it is, or else as
the user is of KL's staff or not; where that user is deleted it stays unknown.
"""

from django.db import migrations

KL_VERBS = ("send_back", "reject", "publish", "archive", "edit", "map", "unmap", "leave", "unleave", "reply", "acknowledge")
VENDOR_VERBS = ("take_back", "discard", "object")


def fill_by_kl(apps, schema_editor) -> None:
    membership_events = apps.get_model("marketoverview", "MembershipEvent").objects
    membership_events.filter(actor__is_staff=True, by_kl=False).update(by_kl=True)
    unknown = apps.get_model("marketoverview", "ModerationEvent").objects.filter(by_kl=None)
    unknown.filter(verb__in=KL_VERBS).update(by_kl=True)
    unknown.filter(verb__in=VENDOR_VERBS).update(by_kl=False)
    unknown.filter(actor__is_staff=True).update(by_kl=True)
    unknown.filter(actor__is_staff=False).update(by_kl=False)


class Migration(migrations.Migration):
    dependencies = [("marketoverview", "0017_membership_event_by_kl")]
    operations = [migrations.RunPython(fill_by_kl, migrations.RunPython.noop, elidable=False)]
