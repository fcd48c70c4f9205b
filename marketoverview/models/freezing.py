"""When editions are made: one when KL declares a round published, and one a month. Each is made once."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext

from ..statuses import Status
from .editions import Edition
from .responses import Response
from .rounds import SurveyRound


def freeze_month() -> Edition | None:
    """The edition of this month, made of what is public today; None where there is one already, or nothing is public.

    Two at once make one. One query where there is one already.
    """
    today = timezone.localdate()
    month = today.replace(day=1)
    if Edition.objects.filter(month=month).exists():
        return None
    return Edition.freeze(today.isoformat(), today, Response.objects.published(), month=month)


def declare_published(survey_round: SurveyRound) -> bool:
    """Make the edition of the round from what is public today; False where KL has declared it published before.

    Locks all rounds. Raises `ValidationError` with the `reasons_not_to_declare` it.
    """
    with transaction.atomic():
        SurveyRound.objects.all().locked()
        if Edition.objects.filter(round=survey_round).exists():
            return False
        if reasons := reasons_not_to_declare(survey_round):
            raise ValidationError(reasons)
        today, published = timezone.localdate(), Response.objects.published()
        return Edition.freeze(survey_round.code, today, published, survey_round=survey_round) is not None


def reasons_not_to_declare(survey_round: SurveyRound) -> list[str]:
    """Why the round cannot be declared published now, in sentences. Two queries."""
    words = {"round": survey_round}
    if not SurveyRound.objects.opened().filter(pk=survey_round.pk).exists():
        return [gettext("“%(round)s” has not opened yet.") % words]
    if not survey_round.responses.published().exists():
        return [gettext("No answers of “%(round)s” are public yet.") % words]
    return []


def freeze_past_day(day: date, *, month: date | None = None, survey_round: SurveyRound | None = None) -> Edition | None:
    """An edition of what was public on an earlier day, for the demonstration; None as `Edition.freeze`.

    Answers that were public then and are withdrawn by now are left out, as they are everywhere.
    """
    published = Response.objects.filter(status__in=(Status.PUBLISHED, Status.ARCHIVED), published_at__date__lte=day)
    then = published.filter(Q(closed_at=None) | Q(closed_at__date__gt=day))
    code = survey_round.code if survey_round else day.isoformat()
    return Edition.freeze(code, day, then, month=month, survey_round=survey_round)
