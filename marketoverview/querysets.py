"""The reads of vendors and responses, and the deletion of rows that others may be changing.

The docstring of each read says how many queries it costs.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models
from django.http import HttpRequest
from django.utils import timezone

from kl_ai.login.second_factor import is_verified_staff
from kl_ai.search.database import DanishOrder

from .company_names import MAX_NORMALIZED, normalized_name
from .statuses import OPEN, Status

REVIEW = "marketoverview.review_response"
"""The permission of everybody who sees what vendors have not published, and decides about vendors and their answers."""


def months_before(day: date, months: int) -> date:
    """The same day of the month so many months earlier, or that month's last day."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def stale_before() -> date:
    """Confirmations before this date are stale (setting `STALE_AFTER_MONTHS`)."""
    return months_before(timezone.localdate(), settings.STALE_AFTER_MONTHS)


def marked_before() -> date:
    """Confirmations before this date are marked on the profile: the vendor has been asked twice, a month apart."""
    return months_before(timezone.localdate(), settings.STALE_AFTER_MONTHS + 2)


def delete_locked(rows: models.QuerySet, locked: models.QuerySet | None = None) -> list[Any]:
    """Delete these rows with their related rows, in the caller's transaction; returns their primary keys.

    Waits for transactions that have locked a row, or one of `locked` where these are to be locked in their place; a
    row that is no longer in `rows` afterwards stays, and one that has come to `rows` since the keys were read does, too.
    """
    to_lock = rows if locked is None else locked
    list(to_lock.order_by().select_for_update(of=("self",)).values_list("pk", flat=True))
    keys = list(rows.values_list("pk", flat=True))
    rows.filter(pk__in=keys).delete()
    return keys


def is_named(model: type[models.Model], column: str, name: str) -> models.Q:
    """The condition that a row's company name, in `column`, counts as the same as `name`. One query.

    An index serves it where no other condition goes with it: beside one on an indexed column SQLite may prefer that.

    A row of which the stored name was not made of its present name was written by the previous release, or by a
    fixture: these few are compared here, in Python.
    """
    normalized = normalized_name(name)
    if not normalized:
        return models.Q(pk__in=())
    is_stored = models.Q(normalized_from=models.F(column))
    others = model._default_manager.filter(~is_stored).order_by().values_list("pk", column)
    keys = [pk for pk, other in others if normalized_name(other) == normalized]
    return is_stored & models.Q(normalized_name=normalized[:MAX_NORMALIZED]) | models.Q(pk__in=keys)


class VendorQuerySet(models.QuerySet):
    def get_by_natural_key(self, slug: str) -> Any:
        """The vendor that a fixture names by its slug. One query."""
        return self.get(slug=slug)

    def for_member(self, user) -> "VendorQuerySet":
        """The vendors that `user` may act for; none for who is not logged in. One query."""
        return self.none() if user.pk is None else self.filter(memberships__user_id=user.pk)

    def visible_to(self, request: HttpRequest) -> "VendorQuerySet":
        """Every vendor for a reviewer who has passed the second step, for others those that they act for.

        One query, and those of `is_verified_staff`.
        """
        return self if is_verified_staff(request, REVIEW) else self.for_member(request.user)

    def with_name(self, name: str) -> "VendorQuerySet":
        """The vendors whose name counts as the same as `name` (`company_names`). Two queries."""
        return self.filter(is_named(self.model, "name", name))

    def alphabetical(self) -> "VendorQuerySet":
        """In Danish order of their names, alike on both databases. A list that people read begins with it. One query."""
        return self.order_by(DanishOrder("name"), "pk")

    def with_responses(self) -> "VendorQuerySet":
        """With all responses, the newest first, their rounds, events and the events' actors. Five queries."""
        return self.prefetch_related("responses__round", "responses__events__actor")

    def stale(self) -> "VendorQuerySet":
        """Vendors whose published response has not been confirmed for `STALE_AFTER_MONTHS`. One query."""
        return self.filter(responses__status=Status.PUBLISHED, responses__confirmed_at__lt=stale_before())


class ResponseQuerySet(models.QuerySet):
    def get_by_natural_key(self, vendor: str, sequence: int) -> Any:
        """The response that a fixture names by its vendor's slug and its number. One query."""
        return self.get(vendor__slug=vendor, sequence=sequence)

    def published(self) -> "ResponseQuerySet":
        """The public responses: at most one of each vendor. One query."""
        return self.filter(status=Status.PUBLISHED)

    def open(self) -> "ResponseQuerySet":
        """Drafts, submitted and returned responses: at most one of each vendor. One query."""
        return self.filter(status__in=OPEN)

    def awaiting_review(self) -> "ResponseQuerySet":
        """Submitted responses, the one that has waited longest first. One query."""
        return self.filter(status=Status.SUBMITTED).order_by("submitted_at", "pk")

    def record_opened_by_kl(self) -> int:
        """Record that KL sees what the submitted ones among them say; how many it had not opened. One query."""
        unopened = self.filter(status=Status.SUBMITTED, opened_by_kl_at=None)
        return unopened.update(opened_by_kl_at=timezone.now())

    def withdrawals(self, vendors: Sequence[int]) -> dict[int, datetime]:
        """The key of each of these vendors that has withdrawn a profile to the time of the last withdrawal. One query."""
        withdrawn = self.filter(status=Status.WITHDRAWN, vendor__in=vendors, closed_at__isnull=False)
        return dict(withdrawn.order_by("closed_at").values_list("vendor", "closed_at"))

    def last_withdrawn(self, slugs: Sequence[str]) -> dict[str, tuple[str, datetime]]:
        """Slug to name and time of the last withdrawal, for those of these vendors whose profile was public before.

        One query.
        """
        withdrawn = self.filter(status=Status.WITHDRAWN, vendor__slug__in=slugs, closed_at__isnull=False)
        rows = withdrawn.order_by("closed_at").values_list("vendor__slug", "vendor__name", "closed_at")
        return {slug: (name, closed_at) for slug, name, closed_at in rows}

    def alphabetical(self) -> "ResponseQuerySet":
        """In Danish order of their vendors' names, the newest of each vendor first. One query."""
        return self.order_by(DanishOrder("vendor__name"), "vendor", "-sequence")

    def stale(self) -> "ResponseQuerySet":
        """Published responses not confirmed for `STALE_AFTER_MONTHS`. One query."""
        return self.published().filter(confirmed_at__lt=stale_before())

    def visible_to(self, request: HttpRequest) -> "ResponseQuerySet":
        """Every response for a reviewer who has passed the second step, for others those that they act for.

        A published response is public as a profile only: its own page shows KL's reasons, too. One query, and those
        of `is_verified_staff`.
        """
        return self if is_verified_staff(request, REVIEW) else self.for_member(request.user)

    def with_members(self) -> "ResponseQuerySet":
        """With vendor, round and the people who can log in for the vendor (`vendor.active_members`). Two queries."""
        people = models.Prefetch(
            "vendor__members",
            get_user_model().objects.filter(is_active=True).order_by("pk"),
            to_attr="active_members",
        )
        return self.select_related("vendor", "round").prefetch_related(people)

    def for_member(self, user) -> "ResponseQuerySet":
        """The responses of the vendors that `user` acts for; none for who is not logged in. One query."""
        return self.none() if user.pk is None else self.filter(vendor__memberships__user_id=user.pk)

    def in_order(self, ids: Sequence[int]) -> Iterator[Any]:
        """These responses in this order, those that are gone left out. As many queries as the queryset has."""
        by_pk = {response.pk: response for response in self.filter(pk__in=ids)}
        return (by_pk[pk] for pk in ids if pk in by_pk)

    def latest_published(self, ids: Sequence[int], limit: int) -> list[Any]:
        """The `limit` of these published responses that were published or confirmed last. Two queries."""
        dates = self.published().values_list("pk", "published_at", "confirmed_at")
        selected = set(ids)
        dated = [(max(timezone.localdate(at), confirmed), at, pk) for pk, at, confirmed in dates if pk in selected]
        latest = [pk for _day, _at, pk in sorted(dated, reverse=True)[:limit]]
        return list(self.select_related("vendor").in_order(latest))

    def public_or_withdrawn(self, slug: str) -> Any:
        """The vendor's published response, or the one withdrawn last, or None. As many queries as the queryset has."""
        candidates = self.filter(vendor__slug=slug, status__in=(Status.PUBLISHED, Status.WITHDRAWN))
        return candidates.order_by("status", "-closed_at").first()  # “published” sorts before “withdrawn”

    def with_everything(self) -> "ResponseQuerySet":
        """Vendor, round, answers and offerings with their options. Seven queries for any number of rows."""
        return self.select_related("vendor", "round").prefetch_related(
            "answers__option__question", "offerings__options__question"
        )
