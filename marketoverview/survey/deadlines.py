"""Until when a vendor may hand in answers."""

from collections.abc import Collection
from datetime import date

from django.utils import timezone

from ..models import DeadlineExtension, SurveyRound, Vendor


def deadlines(round: SurveyRound, vendors: Collection[Vendor]) -> dict[int, date | None]:
    """Vendor id to its last day in the round: the round's own, or later where KL has extended it; None without an end.

    One query, however many vendors.
    """
    own = round.closes_on
    if own is None:
        return dict.fromkeys((vendor.pk for vendor in vendors), None)
    granted = DeadlineExtension.objects.filter(round=round, vendor__in=vendors).values_list("vendor", "closes_on")
    extended = dict(granted)
    return {vendor.pk: max(own, extended.get(vendor.pk, own)) for vendor in vendors}


def deadline(round: SurveyRound, vendor: Vendor) -> date | None:
    """The vendor's last day in the round; None without an end. One query."""
    return deadlines(round, [vendor])[vendor.pk]


def may_answer(round: SurveyRound, vendor: Vendor) -> bool:
    """Whether the vendor may hand in answers to the round today. At most three queries."""
    if round.is_open_until(deadline(round, vendor)):
        return True
    return may_correct(round) and is_latest(round) and vendor.responses.filter(status="published").exists()


def may_correct(round: SurveyRound) -> bool:
    """Whether what is public may be corrected after the round has closed, as KL has set it. No query."""
    return round.opens_on <= timezone.localdate() and round.corrections_after_close


def is_latest(round: SurveyRound) -> bool:
    """Whether no later round has opened: corrections belong to the new one then. One query."""
    return not SurveyRound.objects.filter(opens_on__gt=round.opens_on, opens_on__lte=timezone.localdate()).exists()
