"""KL knows the vendors whose answers it has published, and those that somebody registered with an invitation by KL.

`vetted_at` is the time of the upgrade: the company is known since then at the latest.
"""

from django.db import migrations
from django.db.models import Q
from django.utils import timezone


def vet_known_vendors(apps, schema_editor) -> None:
    vendor = apps.get_model("marketoverview", "Vendor")
    published = Q(responses__published_at__isnull=False)
    invited = Q(invitations__by_kl=True, invitations__accepted_at__isnull=False)
    known = vendor.objects.filter(published | invited | Q(is_demo=True)).values("pk")
    vendor.objects.filter(pk__in=known, vetted_at=None).update(vetted_at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [("marketoverview", "0009_membership_events_and_claims")]
    operations = [migrations.RunPython(vet_known_vendors, migrations.RunPython.noop, elidable=False)]
