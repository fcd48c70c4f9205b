"""What is deleted when nobody needs it any longer, and after how long (settings `KEEP_…`)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from kl_ai.mailqueue import OutgoingMail
from kl_ai.models import CacheEntry, User

from .models import Invitation, JoinRequest, LinkCheck, Response, Vendor
from .querysets import months_before


def expired() -> Iterator[tuple[str, QuerySet]]:
    """What is to go, with a name for the report. The order matters: a vendor goes after its last draft."""
    yield "abandoned drafts", _drafts()
    yield "vendors that never answered", _vendors()
    yield (
        "unused invitations",
        _before(Invitation.objects.filter(accepted_at=None), "created_at", _months("INVITATION")),
    )
    yield "decided requests to join", _before(JoinRequest.objects.all(), "decided_at", _months("INVITATION"))
    yield "mails", _before(OutgoingMail.objects.all(), "created_at", _months("MAIL"))
    yield "logins never used", _logins()
    yield "sessions and login codes", Session.objects.filter(expire_date__lt=timezone.now())
    yield "counts of login attempts", CacheEntry.objects.filter(expires__lt=timezone.now())
    yield "checks of links", _before(LinkCheck.objects.all(), "checked_at", _months("MAIL"))


def _drafts() -> QuerySet:
    """Drafts that were never handed in, or sent back, and not touched since."""
    return Response.objects.filter(status__in=("draft", "returned"), changed_at__lt=_months("DRAFT"))


def _vendors() -> QuerySet:
    """Companies without any answer, of which nothing was ever public; whoever acts for them keeps the login."""
    old = Vendor.objects.filter(created_at__lt=_months("DRAFT"), is_demo=False)
    return old.filter(~Exists(Response.objects.filter(vendor=OuterRef("pk"))))


def _logins() -> QuerySet:
    """Logins that nobody has used, of people who act for nobody."""
    day = timezone.now() - timedelta(days=settings.KEEP_UNUSED_LOGIN_DAYS)
    never = User.objects.filter(last_login=None, date_joined__lt=day, is_staff=False, is_superuser=False)
    return never.filter(memberships=None)


def _before(rows: QuerySet, field: str, at: datetime) -> QuerySet:
    return rows.filter(Q(**{f"{field}__lt": at}))


def _months(what: str) -> datetime:
    """The moment before which it is old enough."""
    now = timezone.localtime()
    return now.replace(hour=0, minute=0, second=0, microsecond=0) - (
        now.date() - months_before(now.date(), getattr(settings, f"KEEP_{what}_MONTHS"))
    )
