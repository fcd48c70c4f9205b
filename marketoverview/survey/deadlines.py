"""The deadline of a vendor in a round, and whether it may still submit answers."""

from collections.abc import Collection
from datetime import date

from django.db.models import Q
from django.utils import timezone

from ..models import DeadlineExtension, SurveyRound, Vendor
from ..statuses import Status


def deadlines_by_vendor(round: SurveyRound, vendors: Collection[Vendor]) -> dict[int, date | None]:
    """Vendor id to its last day in the round: the round's own, or later where KL has extended it; None without an end.

    One query, however many vendors.
    """
    closes_on = round.closes_on
    if closes_on is None:
        return dict.fromkeys((vendor.pk for vendor in vendors), None)
    extensions = DeadlineExtension.objects.filter(round=round, vendor__in=vendors)
    extended = dict(extensions.values_list("vendor", "closes_on"))
    return {vendor.pk: max(closes_on, extended.get(vendor.pk, closes_on)) for vendor in vendors}


def deadline(round: SurveyRound, vendor: Vendor) -> date | None:
    """The vendor's last day in the round; None without an end. One query."""
    return deadlines_by_vendor(round, [vendor])[vendor.pk]


def may_answer(round: SurveyRound, vendor: Vendor) -> bool:
    """Whether the vendor may submit answers to the round today: before its deadline, or after it where KL allows it.

    At most three queries.
    """
    if round.is_open_until(deadline(round, vendor)):
        return True
    is_public_or_sent_back = Q(status=Status.PUBLISHED) | Q(status=Status.RETURNED, round=round)
    statuses = set(vendor.responses.filter(is_public_or_sent_back).values_list("status", flat=True))
    is_public, is_sent_back = Status.PUBLISHED in statuses, Status.RETURNED in statuses
    return may_answer_after_close(round, is_public=is_public, is_sent_back=is_sent_back) and is_latest(round)


def may_answer_after_close(round: SurveyRound, *, is_public: bool, is_sent_back: bool = False) -> bool:
    """Whether KL lets a vendor answer until the next round: with public answers correct them, or without any. No query.

    Whoever KL has sent answers to this round back to (`is_sent_back`) may hand them in again: KL has asked for it.
    """
    is_allowed = round.corrections_after_close if is_public else round.new_answers_after_close
    return round.is_released and round.opens_on <= timezone.localdate() and (is_allowed or is_sent_back)


def is_latest(round: SurveyRound) -> bool:
    """Whether no later round has opened; what comes after the end of a round belongs to the later one. One query."""
    return not SurveyRound.objects.opened().filter(opens_on__gt=round.opens_on).exists()
