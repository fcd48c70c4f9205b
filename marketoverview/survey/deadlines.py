"""The deadline of a vendor in a round, and whether it may still submit answers."""

from collections.abc import Collection
from datetime import date

from django.utils import timezone

from ..models import DeadlineExtension, SurveyRound, Vendor


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
    """Whether the vendor may submit answers to the round today: before its deadline, or as a correction.

    At most three queries.
    """
    if round.is_open_until(deadline(round, vendor)):
        return True
    return may_correct(round) and is_latest(round) and vendor.responses.published().exists()


def may_correct(round: SurveyRound) -> bool:
    """Whether KL allows corrections of public answers after the round has closed. No query."""
    return round.is_released and round.opens_on <= timezone.localdate() and round.corrections_after_close


def is_latest(round: SurveyRound) -> bool:
    """Whether no later released round has opened; corrections belong to the later one. One query."""
    return not SurveyRound.objects.opened().filter(opens_on__gt=round.opens_on).exists()
