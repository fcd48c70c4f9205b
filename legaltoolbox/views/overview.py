"""The one-pager: the activities ahead, with whom and why, for one role and one situation."""

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from kl_ai.export.downloads import file_response
from kl_ai.pages.cache import versioned_page
from kl_ai.pages.expensive import expensive
from kl_ai.pages.gaps import Gaps
from kl_ai.pages.querystring import Chip, encode
from kl_ai.text import clean_line

from .. import left_out, onepager, plans
from ..catalogue import Catalogue, catalogues
from ..files import calendar as calendar_file
from ..files.names import MAX_LETTERS
from ..files.paper import read_own_paper
from ..files.plan_document import plan_document
from ..kinds import KINDS
from ..models import Item, LegalSource, Phase, Requirement, Risk, Role, ScreeningQuestion
from ..pieces import rendered
from ..plans import Plan, open_questions
from ..screening import APPLYING, NO, Band, Bands, Situation, Verdict, by_band, near_small_use, short_way
from ..selection import PICK, START, read_overview, read_situation
from .names import file_with_names
from .pages import render_toolbox_page, review_status
from .papers import copies, document_response

PRECEDENCE = "kl-juridisk-ai-vaerktoejskasse"
"""The key of the source that counts where it says something else than the toolbox."""
FILE_NAME = "ansvarlig-ai.ics"
EARLIEST_START, LATEST_START = date(2000, 1, 1), date(2099, 12, 31)
"""The days between which a calendar may begin."""
BAND_HEADINGS = {
    Band.ALWAYS: gettext_lazy("Always"),
    Band.ANSWERED: gettext_lazy("Because of your answers"),
    Band.UNANSWERED: gettext_lazy("Only if"),
    Band.ASSESSED: gettext_lazy("Only if another activity shows it"),
    Band.TOGETHER: gettext_lazy("Together with another activity"),
}
BAND_COUNTS = {
    Band.ALWAYS: gettext_lazy("always"),
    Band.ANSWERED: gettext_lazy("because of your answers"),
    Band.UNANSWERED: gettext_lazy("only if, by an answer that is missing"),
    Band.ASSESSED: gettext_lazy("only if another one shows it"),
    Band.TOGETHER: gettext_lazy("done at the same time as these"),
}
"""What follows the number of activities in a band."""


@versioned_page
def overview(request: HttpRequest) -> HttpResponse:
    """`/juridisk-vaerktoejskasse/`: the plan for the role, the phase and the answers in the address."""
    catalogue = catalogues.for_request(request)
    situation, notices = read_overview(request, catalogue)
    plan = plans.plan(catalogue, situation)
    return render_toolbox_page(
        request,
        "overview",
        catalogue,
        crumbs=[],
        section="overview",
        plan=plan,
        drawing=mark_safe(onepager.svg(plan)),  # noqa: S308 - every text in it is escaped
        roles=catalogue.roles,
        phases=_phase_links(request.path, catalogue, situation),
        situation=situation,
        questions=_questions(catalogue, situation),
        chips=_chips(request.path, catalogue, situation),
        copies=copies("toolbox:overview_file", (), (), ("pdf", "docx"), outward=False),
        max_letters=MAX_LETTERS,
        clear_url=request.path + Situation().query(),
        sentence=_sentence(plan),
        notices=[*notices, *_no_calendar(request, plan)],
        start=_start(request) if calendar_file.repeating(plan.entries) else None,
        vendor=catalogue.find(Role.KIND, Role.VENDOR),
        precedence=catalogue.find(LegalSource.KIND, PRECEDENCE),
        status=catalogue.memo.remember("status of the overview", lambda: _status(catalogue)),
        **(_answered(catalogue, situation, plan) if situation.answers else {}),
    )


def _status(catalogue: Catalogue) -> dict[str, Any]:
    """The state of review of all that the page shows; the catalogue is that of one day."""
    return review_status([*catalogue.activities, *catalogue.phases, *catalogue.roles])


def _answered(catalogue: Catalogue, situation: Situation, plan: Plan) -> dict[str, Any]:
    """What the page shows beside the plan where questions are answered.

    The requirements that are listed are those of the link that picks them.
    """
    risks = by_band(catalogue.risks, catalogue, situation)
    requirements = by_band(catalogue.requirements, catalogue, situation)
    verdicts = plan.verdicts
    return {
        "counts": [(BAND_COUNTS[band], sum(verdict.band is band for verdict in verdicts)) for band in APPLYING],
        "open_questions": _open_questions(catalogue, verdicts, risks, requirements),
        "lists": [
            _banded_list(Risk.KIND, risks, catalogue, situation),
            _banded_list(Requirement.KIND, requirements, catalogue, situation),
        ],
        "pick_url": _pick_url(requirements),
        "not_applicable": left_out.split(plan.not_applicable, catalogue, situation)[1],
        "is_small": situation.is_small(catalogue.questions),
        "near_small_use": near_small_use(catalogue, situation),
    }


def _verdicts(bands: Bands) -> list[Verdict]:
    return [verdict for _band, rows in bands for _item, verdict in rows]


# The calendar -----------------------------------------------------------------------------------


class CalendarForm(forms.Form):
    """The day on which the solution is taken into use."""

    start = forms.DateField(
        input_formats=["%Y-%m-%d"],
        validators=[
            MinValueValidator(EARLIEST_START, gettext_lazy("Choose a day from %(limit_value)s on.")),
            MaxValueValidator(LATEST_START, gettext_lazy("Choose a day no later than %(limit_value)s.")),
        ],
        error_messages={
            "required": gettext_lazy("Choose the day on which the solution is taken into use."),
            "invalid": gettext_lazy("This is no day. Write it as year, month and day: 2027-01-01."),
        },
    )


@versioned_page
@expensive
def calendar(request: HttpRequest) -> HttpResponseBase:
    """What is done again while the solution is in use, as a calendar file; without a good day back to the overview."""
    catalogue = catalogues.for_request(request)
    situation, _notices = read_overview(request, catalogue)
    form = CalendarForm(request.GET)
    if not form.is_valid():
        start = [(START, request.GET.get(START, ""))]
        return redirect(reverse("toolbox:overview") + encode([*situation.pairs(), *start]) + "#calendar")
    entries = calendar_file.repeating(plans.plan(catalogue, situation).entries)
    if not entries:  # RFC 5545 knows no calendar without an entry
        return redirect(reverse("toolbox:overview") + encode([*situation.pairs(), (START, request.GET[START])]))
    content = calendar_file.calendar(
        entries, form.cleaned_data["start"], situation, catalogue, request.build_absolute_uri
    )
    return file_response(FILE_NAME, content, calendar_file.CALENDAR_TYPE)


def _no_calendar(request: HttpRequest, plan: Plan) -> list[str]:
    """What the page says to whoever asks for a calendar of a plan in which nothing is done again."""
    if START not in request.GET or calendar_file.repeating(plan.entries):
        return []
    return [_("Nothing in this plan is done again in operation, so there is no calendar to fetch.")]


def _start(request: HttpRequest) -> dict[str, Any]:
    """The day for the calendar as the form shows it: what was typed, and what is wrong with it.

    A field for a day cannot hold anything else: what is no day is in `typed`, and stands beside it.
    """
    if START not in request.GET:
        return {"value": "", "typed": "", "errors": []}
    form = CalendarForm(request.GET)
    typed = clean_line(request.GET[START])[:40]
    is_day = _day_or_none(typed) is not None
    value = {"value": typed, "typed": ""} if is_day else {"value": "", "typed": typed}
    return value | {"errors": form.errors.get(START, [])}


def _day_or_none(text: str) -> date | None:
    """The day that a text such as "2027-01-01" is; None for any other."""
    try:
        return parse_date(text)
    except ValueError:  # 2027-02-30
        return None


@file_with_names
def overview_file(request: HttpRequest, ending: str) -> HttpResponse:
    """`overblik.docx`, `.pdf`: the same plan as a list with its reasons."""
    catalogue = catalogues.for_request(request)
    situation, notices = read_overview(request, catalogue, for_paper=True)
    document = plan_document(plans.plan(catalogue, situation), catalogue, read_own_paper(request, situation, notices))
    return document_response(ending, document, catalogue, "Juridisk vej for en AI-løsning")


@csrf_exempt
@login_not_required
@require_safe
def to_overview(request: HttpRequest) -> HttpResponse:
    """The lists of phases and of activities are on the overview, which is for the situation in the address."""
    situation, _notices = read_situation(request, catalogues.for_request(request))
    return redirect(reverse("toolbox:overview") + encode(situation.pairs()) + "#plan")


@dataclass(frozen=True, slots=True)
class PhaseLink:
    """A phase to say that the project is in it."""

    phase: Phase
    url: str
    is_now: bool


def _phase_links(path: str, catalogue: Catalogue, situation: Situation) -> list[PhaseLink]:
    return [
        PhaseLink(phase, path + situation.with_phase(phase.slug).query(), phase.slug == situation.phase)
        for phase in catalogue.phases
    ]


def _questions(catalogue: Catalogue, situation: Situation) -> list[SafeString]:
    """The fields of the form as HTML, one for each question; rendered once for an answer and language."""
    return [
        catalogue.memo.remember(
            ("screening question", question.pk, get_language(), answer, follows_from_no),
            partial(
                rendered,
                "components/screening_question.html",
                question=question,
                answer=answer,
                follows_from_no=follows_from_no,
            ),
        )
        for question in catalogue.questions
        for answer in [situation.answers.get(question.code, "")]
        for follows_from_no in [question.requires is not None and situation.answer(question.requires) == NO]
    ]


def _chips(path: str, catalogue: Catalogue, situation: Situation) -> list[SafeString]:
    """One removable chip for the role, for the phase and for each answer, as HTML."""
    chips = []
    if situation.role:
        role = catalogue.by_key[Role.KIND][situation.role]
        chips.append(_chip(_("Role"), role.name, path + situation.with_role("").query(), catalogue))
    if situation.phase:
        phase = catalogue.by_key[Phase.KIND][situation.phase]
        chips.append(_chip(_("Phase"), str(phase), path + situation.with_phase("").query(), catalogue))
    for code, answer in situation.answers.items():
        question = catalogue.by_key[ScreeningQuestion.KIND][code]
        label = question.label(answer)
        remove_url = path + situation.without_answer(code).query()
        chips.append(_chip("", f"{question.question} {label}", remove_url, catalogue))
    return chips


_CHIP_GAPS = Gaps("remove_url")


def _chip(heading: str, label: str, remove_url: str, catalogue: Catalogue) -> SafeString:
    """A chip around the address that takes the choice away; the rest is rendered once for a choice and language."""
    kept = catalogue.memo.remember(
        ("chip", get_language(), heading, label),
        lambda: _CHIP_GAPS.render(
            "components/chip.html", {"chip": Chip(heading, label, _CHIP_GAPS["remove_url"], "da")}
        ),
    )
    return mark_safe(kept.fill({"remove_url": remove_url}).decode())  # noqa: S308 - a template with an escaped address


def _open_questions(
    catalogue: Catalogue, activities: list[Verdict], risks: Bands, requirements: Bands
) -> list[SafeString]:
    """What is not answered with how much it decides, as HTML; kept for a question and its numbers as long as there is room."""
    return [
        catalogue.rendered.remember(
            ("open question", get_language(), row), partial(rendered, "components/open_question.html", open=row)
        )
        for row in open_questions(catalogue, activities, _verdicts(risks), _verdicts(requirements))
    ]


def _sentence(plan: Plan) -> str:
    """The number of activities in the plan, in words."""
    if plan.count == plan.total:
        return ngettext("%(n)s activity in all", "All %(n)s activities", plan.total) % {"n": plan.total}
    counts = {"n": plan.count, "total": plan.total}
    if plan.others_count:
        return _("%(n)s of %(total)s activities, those that the role takes part in") % counts
    return _("%(n)s of %(total)s activities apply, or may apply") % counts


@dataclass(frozen=True, slots=True)
class BandedList:
    """The items of a kind that apply or may apply, by band."""

    heading: str
    count: int
    bands: list[tuple[str, list[SafeString]]]
    """The heading of each band, and its items as HTML."""
    short_way: str
    """What is enough for them where the use is small and harmless, in Danish; "" for any other use."""


def _banded_list(kind: str, bands: Bands, catalogue: Catalogue, situation: Situation) -> BandedList:
    rows = [(str(BAND_HEADINGS[band]), [_row(item, its, catalogue) for item, its in judged]) for band, judged in bands]
    count = sum(len(judged) for _band, judged in bands)
    return BandedList(str(KINDS[kind].heading), count, rows, short_way(kind, catalogue, situation))


def _row(item: Item, verdict: Verdict, catalogue: Catalogue) -> SafeString:
    """An item with what decides that it applies, as HTML; kept for a verdict as long as there is room."""
    return catalogue.rendered.remember(
        ("judged item", item.KIND, item.pk, get_language(), verdict),
        lambda: rendered("components/judged_item.html", item=item, verdict=verdict),
    )


def _pick_url(bands: Bands) -> str:
    """The catalogue with all of these requirements picked, in the order of their codes; "" where there are none."""
    codes = sorted(requirement.key for _band, rows in bands for requirement, _verdict in rows)
    return reverse("toolbox:requirements") + encode((PICK, code) for code in codes) if codes else ""
