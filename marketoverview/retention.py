"""What is deleted when nobody needs it any longer, and after how long (settings `KEEP_…`)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, Model, OuterRef, QuerySet
from django.utils import timezone

from kl_ai.mail.models import OutgoingMail
from kl_ai.models import CacheEntry, User

from .models import (
    Answer,
    DeadlineExtension,
    Invitation,
    JoinRequest,
    LinkCheck,
    Response,
    SampleOffering,
    Vendor,
)
from .querysets import months_before

TRACES: dict[type[Model], dict[Any, str]] = {
    Response: {Response: "id", Answer: "response_id", SampleOffering: "response_id"},
    Vendor: {Vendor: "id", DeadlineExtension: "vendor_id"},
}
"""Whose history holds what such a row said, and by which field: it goes with the row."""


def expired() -> Iterator[tuple[str, QuerySet]]:
    """What is to go, with a name for the report. A vendor goes in the same run as its last draft."""
    yield "abandoned drafts", _drafts()
    yield "vendors that never answered", _vendors()
    unused = Invitation.objects.filter(accepted_at=None)
    yield "unused invitations", unused.filter(created_at__lt=_months("INVITATION"))
    yield "decided requests to join", JoinRequest.objects.filter(decided_at__lt=_months("INVITATION"))
    yield "mails", OutgoingMail.objects.filter(created_at__lt=_months("MAIL"))
    yield "logins never used", _logins()
    yield "sessions and login codes", Session.objects.filter(expire_date__lt=timezone.now())
    yield "counts of login attempts", CacheEntry.objects.filter(expires__lt=timezone.now())
    yield "checks of links that nobody gives any longer", _links()


def delete(rows: QuerySet) -> int:
    """Delete these rows, what hangs on them and what the history holds of them; how many rows there were.

    A row that somebody works with at this moment is waited for, and stays where it is in use again.
    """
    with transaction.atomic():
        # Whoever changes a vendor's responses takes the vendor's lock first.
        busy: QuerySet = Vendor.objects.filter(pk__in=rows.values("vendor")) if rows.model is Response else rows
        list(busy.order_by().select_for_update(of=("self",)).values_list("pk", flat=True))
        keys = list(rows.values_list("pk", flat=True))
        rows.delete()
        for model, field in TRACES.get(rows.model, {}).items():
            model.history.filter(**{f"{field}__in": keys}).delete()
    return len(keys)


def _drafts() -> QuerySet:
    """Drafts that were never handed in, or sent back, and not touched since."""
    return Response.objects.filter(status__in=("draft", "returned"), changed_at__lt=_months("DRAFT"))


def _vendors() -> QuerySet:
    """Companies without any answer, of which nothing was ever public; whoever acts for them keeps the login."""
    old = Vendor.objects.filter(created_at__lt=_months("DRAFT"), is_demo=False)
    kept = Response.objects.exclude(pk__in=_drafts().values("pk"))
    return old.filter(~Exists(kept.filter(vendor=OuterRef("pk"))))


def _logins() -> QuerySet:
    """Logins that nobody has used, of people who act for nobody."""
    day = timezone.now() - timedelta(days=settings.KEEP_UNUSED_LOGIN_DAYS)
    never = User.objects.filter(last_login=None, date_joined__lt=day, is_staff=False, is_superuser=False)
    return never.filter(memberships=None)


def _links() -> QuerySet:
    """Checks of websites that stand in no public answers and none that wait for review."""
    in_use = Response.objects.filter(status__in=("published", "submitted"), website=OuterRef("url"))
    month = timezone.now() - timedelta(days=31)
    return LinkCheck.objects.filter(~Exists(in_use), checked_at__lt=month)


def _months(what: str) -> datetime:
    """The moment before which it is old enough."""
    now = timezone.localtime()
    return now.replace(hour=0, minute=0, second=0, microsecond=0) - (
        now.date() - months_before(now.date(), getattr(settings, f"KEEP_{what}_MONTHS"))
    )
