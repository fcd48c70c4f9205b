"""Stored rows that no step led out of, brought to where the code of today brings them.

- Answers that waited for KL when the vendor's profile was withdrawn have lost their contact, so that they cannot be
  published: they are a draft again, with an event that says why. What was kept of answers sent back before a withdrawal
  goes, as a withdrawal deletes it now.
- A claim to a company without a person and without a vendor asks nothing: it is closed. One to an invitation that somebody
  else has used is about the company of that invitation.
- A request to join of somebody who acts for the vendor already is settled.

Safe while the previous version still serves; taking it back changes nothing.
"""

from collections.abc import Iterator

from django.db import migrations
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

BLOCK = 500
EMPTY_CONTACT = {"contact_function": "", "contact_email": "", "contact_phone": "", "contact_name": ""}


def blocks(rows: QuerySet) -> Iterator[list[int]]:
    """The keys of the rows in blocks; whoever takes a block changes its rows so that they are in `rows` no longer."""
    while keys := list(rows.order_by("pk").values_list("pk", flat=True)[:BLOCK]):
        yield keys


def reopen_submitted(apps, schema_editor) -> None:
    Response = apps.get_model("marketoverview", "Response")
    ModerationEvent = apps.get_model("marketoverview", "ModerationEvent")
    withdrawn = Response.objects.filter(
        vendor=OuterRef("vendor"), status="withdrawn", closed_at__gte=OuterRef("submitted_at")
    )
    stuck = Response.objects.filter(Exists(withdrawn), status="submitted", **EMPTY_CONTACT)
    now = timezone.now()
    for keys in blocks(stuck):
        withdrawals = ModerationEvent.objects.filter(verb="withdraw", response__vendor__responses__in=keys)
        sides = dict(withdrawals.order_by("at").values_list("response__vendor__responses", "by_kl"))
        fields = {"status": "draft", "submitted_at": None, "confirmed_at": None, "changed_at": now}
        Response.objects.filter(pk__in=keys, status="submitted").update(**fields)
        ModerationEvent.objects.bulk_create(
            ModerationEvent(
                response_id=key, at=now, verb="reopen", from_status="submitted", to_status="draft", by_kl=sides.get(key)
            )
            for key in keys
        )


def forget_sent_back(apps, schema_editor) -> None:
    Response = apps.get_model("marketoverview", "Response")
    SentBackContent = apps.get_model("marketoverview", "SentBackContent")
    withdrawn = Response.objects.filter(
        vendor=OuterRef("event__response__vendor"), status="withdrawn", closed_at__gte=OuterRef("event__at")
    )
    for keys in blocks(SentBackContent.objects.filter(Exists(withdrawn))):
        SentBackContent.objects.filter(pk__in=keys).delete()


def settle_claims(apps, schema_editor) -> None:
    waiting = apps.get_model("marketoverview", "CompanyClaim").objects.filter(decided_at=None, vendor=None)
    waiting.filter(user=None).update(decided_at=timezone.now(), decision="decline")
    used = waiting.filter(user__isnull=False, invitation__vendor__isnull=False, invitation__accepted_at__isnull=False)
    for keys in blocks(used):
        for claim in waiting.filter(pk__in=keys).select_related("invitation"):
            waiting.filter(pk=claim.pk).update(vendor=claim.invitation.vendor_id)


def settle_join_requests(apps, schema_editor) -> None:
    members = apps.get_model("marketoverview", "VendorMember").objects.filter(
        vendor=OuterRef("vendor"), user=OuterRef("user")
    )
    waiting = apps.get_model("marketoverview", "JoinRequest").objects.filter(Exists(members), decided_at=None)
    for keys in blocks(waiting):
        waiting.filter(pk__in=keys).update(decided_at=timezone.now(), approved=True)


class Migration(migrations.Migration):
    dependencies = [("marketoverview", "0021_accepted_and_reopened")]
    operations = [
        migrations.RunPython(step, migrations.RunPython.noop, elidable=False)
        for step in (reopen_submitted, forget_sent_back, settle_claims, settle_join_requests)
    ]
