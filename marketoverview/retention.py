"""The rows that are deleted some time after they were last needed (settings `KEEP_…`)."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, Model, OuterRef, QuerySet
from django.utils import timezone

from kl_ai.mail.models import OutgoingMail
from kl_ai.models import CacheEntry, User
from kl_ai.security.models import AttemptCount, LoginSession, OneTimeSecret, Reading

from .models import (
    EDITABLE,
    IN_USE,
    CompanyClaim,
    Follower,
    Invitation,
    JoinRequest,
    LinkCheck,
    MembershipEvent,
    Response,
    Status,
    Vendor,
    VendorQuestion,
)
from .querysets import delete_locked, months_before

VERBS: dict[type[Model], Callable[[Any], int]] = {
    Follower: Follower.delete_for_good,
    Response: Response.delete_for_good,
    Vendor: Vendor.delete_for_good,
    VendorQuestion: VendorQuestion.delete_for_good,
}
"""The models whose rows have a history, which is deleted with them; the rows of the others are deleted alone."""


def expired_rows() -> Iterator[tuple[str, QuerySet]]:
    """The rows to delete, with a name for the report. A vendor is deleted in the same run as its last draft."""
    yield "abandoned drafts", _drafts()
    yield "vendors that never answered", _vendors()
    unused = Invitation.objects.filter(accepted_at=None)
    yield "unused invitations", unused.filter(created_at__lt=_before("INVITATION"))
    yield "decided requests to join", JoinRequest.objects.filter(decided_at__lt=_before("INVITATION"))
    yield "decided claims to a company", CompanyClaim.objects.filter(decided_at__lt=_before("INVITATION"))
    yield "changes of members", MembershipEvent.objects.filter(at__lt=_before("INVITATION"))
    yield "questions to KL, or their words", VendorQuestion.objects.expired(_before("QUESTION"))
    yield "followers by mail who have not confirmed, or whose year is over", Follower.objects.expired()
    yield "mails", OutgoingMail.objects.filter(created_at__lt=_before("MAIL"))
    yield "logins never used", _logins()
    yield "sessions and login codes", Session.objects.filter(expire_date__lt=timezone.now())
    yield "counts of attempts", AttemptCount.objects.expired()
    yield "one-time codes and links", OneTimeSecret.objects.expired()
    yield "ended logins of the list of browsers", LoginSession.objects.ended()
    yield "lines about readings", Reading.objects.expired()
    yield "marks of used codes of apps", CacheEntry.objects.filter(expires__lt=timezone.now())
    yield "checks of links that nobody gives any longer", _links()


def delete_rows(rows: QuerySet) -> int:
    """Delete these rows with their related rows and their history; how many rows there were.

    Waits for transactions that have locked a row; a row that is no longer in `rows` afterwards stays.
    """
    if verb := VERBS.get(rows.model):
        return verb(rows)
    with transaction.atomic():
        return len(delete_locked(rows))


def _drafts() -> QuerySet:
    """Drafts and responses sent back that nobody has changed for `KEEP_DRAFT_MONTHS`, and drafts discarded before that."""
    return Response.objects.filter(status__in=(*EDITABLE, Status.DISCARDED), changed_at__lt=_before("DRAFT"))


def _vendors() -> QuerySet:
    """Vendors without any response but expired drafts; their members keep their logins."""
    old = Vendor.objects.filter(created_at__lt=_before("DRAFT"), is_demo=False)
    responses = Response.objects.exclude(pk__in=_drafts().values("pk"))
    return old.filter(~Exists(responses.filter(vendor=OuterRef("pk"))))


def _logins() -> QuerySet:
    """Logins that were never used, of people who act for no vendor."""
    day = timezone.now() - timedelta(days=settings.KEEP_UNUSED_LOGIN_DAYS)
    never = User.objects.filter(last_login=None, date_joined__lt=day, is_staff=False, is_superuser=False)
    return never.filter(memberships=None)


def _links() -> QuerySet:
    """Checks of websites that are in no published or submitted response."""
    in_use = Response.objects.filter(status__in=IN_USE, website=OuterRef("url"))
    month = timezone.now() - timedelta(days=31)
    return LinkCheck.objects.filter(~Exists(in_use), checked_at__lt=month)


def _before(kind: str) -> datetime:
    """Midnight of the day that is `KEEP_<kind>_MONTHS` before today: earlier rows are deleted."""
    now = timezone.localtime()
    day = months_before(now.date(), getattr(settings, f"KEEP_{kind}_MONTHS"))
    return now.replace(hour=0, minute=0, second=0, microsecond=0) - (now.date() - day)
