"""The pages on the way of a round to its release: the checklist with the two steps, and the preview of the survey."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from kl_ai.pages.frame import render_page
from kl_ai.requests.http import AuthenticatedRequest

from ..mails.announcements import recipients
from ..mails.reminders import reminders_before
from ..models import Question, Response, SurveyRound, Vendor
from ..models.rounds import RoundFinding
from ..querysets import REVIEW
from ..survey.forms.survey import DeclarationForm, OfferingForm, PartForm
from ..survey.parts import SurveyPart, survey_parts

LINES: dict[str, Promise] = {
    "questions": _("Questions"),
    "options": _("Options to choose from"),
    "texts": _("Texts in both languages"),
    "names": _("Names in both languages"),
    "limits": _("Limits"),
    "dates": _("Dates"),
    "overlap": _("Other rounds"),
}
"""The items of `RoundFinding` in the order of the checklist."""


@dataclass(frozen=True)
class ChecklistLine:
    """One line of the checklist: what was found, and facts to know. Without a finding it is in order."""

    label: str
    findings: Sequence[RoundFinding] = ()
    facts: Sequence[str] = field(default_factory=tuple)

    @property
    def state(self) -> str:
        """`problem`, `question`, `warning` or `ok`: the heaviest of the findings."""
        levels = [str(finding.level) for finding in self.findings]
        return next((level for level in ("problem", "question", "warning") if level in levels), "ok")


def checklist(survey_round: SurveyRound) -> list[ChecklistLine]:
    """The lines of the checklist, the facts at the end. Six queries."""
    findings = survey_round.findings()
    facts = {
        "questions": questions_facts(survey_round),
        "dates": [dates_fact(survey_round), *reminders_facts(survey_round)],
    }
    lines = [
        ChecklistLine(str(label), [finding for finding in findings if finding.item == item], facts.get(item, []))
        for item, label in LINES.items()
    ]
    return [*lines, ChecklistLine(gettext("Who will be told"), facts=[audience_fact()])]


def questions_facts(survey_round: SurveyRound) -> list[str]:
    """How many questions the round has; nothing where it has none, which is a finding."""
    number = survey_round.questions.count()
    return [ngettext("%(n)d question.", "%(n)d questions.", number) % {"n": number}] if number else []


def dates_fact(survey_round: SurveyRound) -> str:
    opens, closes = survey_round.opens_on, survey_round.closes_on
    if closes is None:
        return gettext("Opens on %(day)s.") % {"day": date_format(opens)}
    return gettext("Open from %(day)s to %(last)s.") % {"day": date_format(opens), "last": date_format(closes)}


def reminders_facts(survey_round: SurveyRound) -> list[str]:
    """When vendors with a draft are reminded by mail, as `mails.reminders` does; nothing where there is no deadline."""
    closes, today = survey_round.closes_on, timezone.localdate()
    if closes is None:
        return []
    if closes < today:
        return [gettext("The round has closed: drafts are reminded of only where KL has extended the deadline.")]
    numbers = reminders_before(survey_round.opens_on, closes)
    if not numbers:
        return [gettext("Drafts are not reminded of: the round opens too shortly before it closes.")]
    days = [closes - timedelta(days=number) for number in numbers]
    if coming := [date_format(day) for day in days if day >= today]:
        return [gettext("Vendors with a draft are reminded on %(days)s.") % {"days": gettext(" and ").join(coming)}]
    return [
        gettext("The day of the last reminder, %(day)s, has passed. A draft begun later is reminded of the day after.")
        % {"day": date_format(days[-1])}
    ]


def audience_fact() -> str:
    """How many vendors and people an announcement to all would reach. Two queries."""
    vendors = Vendor.objects.all()
    return gettext(
        "Nobody is told by itself: you announce the round. All in all %(vendors)d vendors, %(people)d people."
    ) % {
        "vendors": vendors.count(),
        "people": len(recipients(vendors)),
    }


def find_round(model_admin: ModelAdmin, request: AuthenticatedRequest, object_id: int) -> SurveyRound:
    """The round; 404 where there is none, 403 for those who may not see rounds."""
    survey_round = model_admin.get_object(request, str(object_id))
    if survey_round is None:
        raise Http404
    if not model_admin.has_view_permission(request, survey_round):
        raise PermissionDenied
    return survey_round


def checklist_view(model_admin: ModelAdmin, request: AuthenticatedRequest, object_id: int) -> HttpResponse:
    """`…/surveyround/<id>/checklist/`: what is missing; a POST releases the round or takes it back."""
    survey_round = find_round(model_admin, request, object_id)
    may_release = request.user.has_perm(REVIEW)
    if request.method == "POST":
        if not may_release:
            raise PermissionDenied
        take_step(model_admin, request, survey_round)
        return redirect("admin:marketoverview_surveyround_checklist", survey_round.pk)
    lines = checklist(survey_round)
    states = {line.state for line in lines}
    context = {
        "title": gettext("Checklist: %(round)s") % {"round": survey_round},
        "opts": model_admin.opts,
        "original": survey_round,
        "lines": lines,
        "has_questions": bool(lines[0].facts),
        "may_release": may_release,
        "is_complete": "problem" not in states,
        "asks": "question" in states,
        "has_responses": survey_round.responses.exists(),
        "announcements": list(survey_round.announcements.all()[:5]),
        **model_admin.admin_site.each_context(request),
    }
    return render(request, "admin/marketoverview/surveyround/checklist.html", context)


def take_step(model_admin: ModelAdmin, request: AuthenticatedRequest, survey_round: SurveyRound) -> None:
    """Release the round or take it back, with a message; where it cannot be done, the messages say why."""
    words = {"round": survey_round}
    try:
        if "take_back" in request.POST:
            done = survey_round.take_back()
            text = gettext("“%(round)s” is taken back: it does not open.") % words
        else:
            done = survey_round.release(close_earlier="close_earlier" in request.POST)
            text = gettext("“%(round)s” is released. Announce it, so that the vendors know.") % words
    except ValidationError as refused:
        for message in refused.messages:
            messages.error(request, message)
        return
    if not done:
        text = gettext("Nothing was changed: somebody did the same a moment ago.")
    else:
        model_admin.log_change(request, survey_round, text)
    messages.success(request, text)


# The preview --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PreviewPart:
    """One page of the survey, with its empty form; the examples have a form of their own."""

    part: SurveyPart
    form: Any


def preview_view(model_admin: ModelAdmin, request: AuthenticatedRequest, object_id: int) -> HttpResponse:
    """`…/surveyround/<id>/preview/`: the survey as a vendor will see it, every page below the other. Nothing is stored."""
    survey_round = find_round(model_admin, request, object_id)
    parts = [preview_part(survey_round, part) for part in survey_parts(survey_round)]
    checklist_url = reverse("admin:marketoverview_surveyround_checklist", args=[survey_round.pk])
    crumbs = [(gettext("Administration"), reverse("admin:index")), (str(survey_round), checklist_url)]
    context = {
        "round": survey_round,
        "parts": parts,
        "declaration": DeclarationForm(),
        "checklist_url": checklist_url,
    }
    template = "marketoverview/survey/preview.html"
    return render_page(request, template, context, crumbs=[*crumbs, (gettext("Preview"), "")])


def preview_part(survey_round: SurveyRound, part: SurveyPart) -> PreviewPart:
    """The part with the form of an empty response that is stored nowhere. One query for the examples."""
    if part.key == "offerings":
        questions = list(
            Question.objects.filter(rounds=survey_round).exclude(matrix_axis="").prefetch_related("options")
        )
        return PreviewPart(part, OfferingForm(questions, prefix=part.key))
    nobody = Response(pk=0, vendor=Vendor(pk=0, name=""), round=survey_round)
    return PreviewPart(part, PartForm(part, nobody, None, prefix=part.key))
