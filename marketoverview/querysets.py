"""Reads as verbs. Each docstring says what the read costs."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Prefetch, Q
from django.utils import timezone

if TYPE_CHECKING:
    from .models import Response


def months_before(day: date, months: int) -> date:
    """The same day of the month so many months earlier, or that month's last day."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("every month has a 28th")


def stale_before() -> date:
    """Confirmations before this date are stale (setting `STALE_AFTER_MONTHS`)."""
    return months_before(timezone.localdate(), settings.STALE_AFTER_MONTHS)


class VendorQuerySet(models.QuerySet):
    def of_member(self, user) -> "VendorQuerySet":
        """The vendors that `user` may act for. One query."""
        return self.filter(memberships__user_id=user.pk)

    def with_responses(self) -> "VendorQuerySet":
        """With all responses, the newest first, their rounds and events. Three queries."""
        from .models import Response

        responses = Response.objects.select_related("round").prefetch_related("events").order_by("-sequence")
        return self.prefetch_related(Prefetch("responses", responses))

    def stale(self) -> "VendorQuerySet":
        """Vendors whose published response has not been confirmed for `STALE_AFTER_MONTHS`. One query."""
        return self.filter(responses__status="published", responses__confirmed_at__lt=stale_before())


class ResponseQuerySet(models.QuerySet):
    def published(self) -> "ResponseQuerySet":
        """What is public: at most one response of each vendor. One query."""
        return self.filter(status="published")

    def open(self) -> "ResponseQuerySet":
        """What a vendor or KL still works on: at most one response of each vendor. One query."""
        return self.filter(status__in=("draft", "submitted", "returned"))

    def awaiting_review(self) -> "ResponseQuerySet":
        """Submitted responses, the one that has waited longest first. One query."""
        return self.filter(status="submitted").order_by("submitted_at", "pk")

    def stale(self) -> "ResponseQuerySet":
        """Published responses not confirmed for `STALE_AFTER_MONTHS`. One query."""
        return self.published().filter(confirmed_at__lt=stale_before())

    def visible_to(self, user) -> "ResponseQuerySet":
        """Reviewers see every response, members their vendors' own, everybody what is published. One query."""
        if user.is_active and user.is_staff and user.has_perm("marketoverview.review_response"):
            return self
        public = Q(status="published")
        if not user.is_authenticated:
            return self.filter(public)
        return self.filter(public | Q(vendor__in=user.vendors.values("pk")))

    def latest_published(self, ids: Sequence[int], limit: int) -> "list[Response]":
        """The `limit` of these published responses that were published or confirmed last. Two queries."""
        dates = self.published().values_list("pk", "published_at", "confirmed_at")
        wanted = set(ids)
        listed = [(max(timezone.localdate(at), confirmed), at, pk) for pk, at, confirmed in dates if pk in wanted]
        latest = [pk for _day, _at, pk in sorted(listed, reverse=True)[:limit]]
        found = self.select_related("vendor").in_bulk(latest)
        return [found[pk] for pk in latest if pk in found]

    def with_everything(self) -> "ResponseQuerySet":
        """Vendor, round, answers and offerings with their options. Seven queries for any number of rows."""
        from .models import Answer, SampleOffering

        return self.select_related("vendor", "round").prefetch_related(
            Prefetch("answers", Answer.objects.select_related("option__question")),
            Prefetch("offerings", SampleOffering.objects.prefetch_related("options__question")),
        )
