"""The one-pager: the activities ahead, with whom and why, for one role and one situation."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from kl_ai.pages.cache import versioned_page
from kl_ai.pages.querystring import Chip, encode

from .. import onepager
from ..catalogue import Catalogue, catalogues
from ..models import Item, LegalSource, Phase, Role, ScreeningQuestion
from ..screening import NO, YES, Situation, Verdict, applying
from ..selection import PICK, read_overview, read_situation
from .pages import render_toolbox_page, review_status

PRECEDENCE = "kl-juridisk-ai-vaerktoejskasse"
"""The key of the source that counts where it says something else than the toolbox."""


@versioned_page
def overview(request: HttpRequest) -> HttpResponse:
    """`/juridisk-vaerktoejskasse/`: the plan for the role and the answers in the address."""
    catalogue = catalogues.for_request(request)
    situation, notices = read_overview(request, catalogue)
    plan = onepager.plan(catalogue, situation)
    return render_toolbox_page(
        request,
        "overview",
        catalogue,
        crumbs=[],
        section="overview",
        plan=plan,
        drawing=mark_safe(onepager.svg(plan)),  # noqa: S308 - every text in it is escaped
        roles=catalogue.roles,
        situation=situation,
        questions=_questions(catalogue, situation),
        chips=_chips(request.path, catalogue, situation),
        clear_url=request.path + Situation().query(),
        sentence=_sentence(plan),
        notices=notices,
        risks=_with_reasons(catalogue.risks, catalogue, situation),
        requirements=_with_reasons(catalogue.requirements, catalogue, situation) if situation.answers else [],
        pick_url=_pick_url(catalogue, situation),
        vendor=catalogue.find(Role.KIND, Role.VENDOR),
        precedence=catalogue.find(LegalSource.KIND, PRECEDENCE),
        status=review_status([*catalogue.activities, *catalogue.phases, *catalogue.roles]),
    )


@login_not_required
@require_safe
def to_overview(request: HttpRequest) -> HttpResponse:
    """The lists of phases and of activities are on the overview, which is for the situation in the address."""
    situation, _notices = read_situation(request, catalogues.for_request(request))
    return redirect(reverse("toolbox:overview") + encode(situation.pairs()) + "#plan")


@dataclass(frozen=True, slots=True)
class SituationQuestion:
    """A screening question as the form shows it."""

    question: ScreeningQuestion
    answer: str
    """"yes", "no" or ""."""
    follows_from_no: bool
    """Whether no to another question has answered this one."""


def _questions(catalogue: Catalogue, situation: Situation) -> list[SituationQuestion]:
    return [
        SituationQuestion(
            question,
            situation.answers.get(question.code, ""),
            question.requires is not None and situation.answer(question.requires) == NO,
        )
        for question in catalogue.questions
    ]


def _chips(path: str, catalogue: Catalogue, situation: Situation) -> list[Chip]:
    """One removable chip for the role, for the phase and for each answer."""
    chips = []
    if situation.role:
        role = catalogue.by_key[Role.KIND][situation.role]
        chips.append(Chip(_("Role"), role.name, path + situation.with_role("").query(), "da"))
    if situation.phase:
        phase = catalogue.by_key[Phase.KIND][situation.phase]
        chips.append(Chip(_("Phase"), str(phase), path + situation.with_phase("").query(), "da"))
    for code, answer in situation.answers.items():
        question = catalogue.by_key[ScreeningQuestion.KIND][code]
        label = question.yes_label if answer == YES else question.no_label
        remove_url = path + situation.without_answer(code).query()
        chips.append(Chip("", f"{question.question} {label}", remove_url, "da"))
    return chips


def _sentence(plan: onepager.Plan) -> str:
    """The number of activities in the plan, in words."""
    if plan.count == plan.total:
        return ngettext("%(n)s activity in all", "All %(n)s activities", plan.total) % {"n": plan.total}
    counts = {"n": plan.count, "total": plan.total}
    if plan.role is not None:
        return _("%(n)s of %(total)s activities, those that the role takes part in") % counts
    return _("%(n)s of %(total)s activities apply, or may apply") % counts


def _with_reasons(items: list[Any], catalogue: Catalogue, situation: Situation) -> list[tuple[Item, Verdict]]:
    """The items that apply because of an answer, each with its verdict."""
    return [(item, verdict) for item, verdict in applying(items, catalogue, situation) if verdict.reasons]


def _pick_url(catalogue: Catalogue, situation: Situation) -> str:
    """The catalogue with the requirements that apply picked; "" where nothing is answered or none applies."""
    if not situation.answers:
        return ""
    applicable = applying(catalogue.requirements, catalogue, situation)
    codes = [requirement.code for requirement, _verdict in applicable]
    return reverse("toolbox:requirements") + encode((PICK, code) for code in codes) if codes else ""
