"""The editions of the demonstration: of round 2025, on the day on which it closed, and of the previous first of a month."""

from datetime import timedelta

from django.utils import timezone

from marketoverview.models import Edition, SurveyRound
from marketoverview.models.freezing import freeze_past_day

FIRST_ROUND = "2025"


def make_demo_editions() -> None:
    """Make the editions that there are not yet, of the answers that were public on their days."""
    first_round = SurveyRound.objects.get(code=FIRST_ROUND)
    if first_round.closes_on:
        freeze_past_day(first_round.closes_on, survey_round=first_round)
    first = timezone.localdate().replace(day=1)
    if first == timezone.localdate():
        first = (first - timedelta(days=1)).replace(day=1)
    if not Edition.objects.filter(occasion=Edition.Occasion.MONTH).exists():
        freeze_past_day(first, month=first)
