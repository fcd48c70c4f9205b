"""The one-pager: what lies ahead, with whom and why, for one role and one situation."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from kl_ai.pages.querystring import Chip, encode

from .. import filtersets, onepager
from ..catalogue import Catalogue, catalogues
from ..models import LegalSource, Role, ScreeningQuestion
from ..screening import NO, YES, Situation, applying
from .pages import page, status, toolbox_page

PRECEDENCE = "kl-juridisk-ai-vaerktoejskasse"
"""The source that counts where it says something else than the toolbox."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A screening question as the form shows it."""

    question: ScreeningQuestion
    answer: str
    follows_from_no: bool
    """Whether no to another question has answered this one."""


@toolbox_page
def overview(request: HttpRequest) -> HttpResponse:
    """`/juridisk-vaerktoejskasse/`: the plan for the role and the answers in the address."""
    catalogue = catalogues.for_request(request)
    situation, notices = filtersets.situation(request, catalogue)
    plan = onepager.plan(catalogue, situation)
    return page(
        request, "overview", catalogue, [], "overview",
        plan=plan,
        drawing=mark_safe(onepager.svg(plan)),  # noqa: S308 - every text in it is escaped
        roles=catalogue.roles,
        situation=situation,
        asked=_asked(catalogue, situation),
        chips=_chips(request.path, catalogue, situation),
        clear_url=request.path,
        sentence=_sentence(plan),
        notices=notices,
        risks=[(risk, judged) for risk, judged in applying(catalogue.risks, catalogue, situation) if judged.reasons],
        requirements=[
            (one, judged)
            for one, judged in applying(catalogue.requirements, catalogue, situation)
            if judged.reasons
        ] if situation.answers else [],
        pick_url=_pick_url(catalogue, situation),
        vendor=catalogue.find(Role.KIND, Role.VENDOR),
        precedence=catalogue.find(LegalSource.KIND, PRECEDENCE),
        status=status(*catalogue.activities, *catalogue.phases, *catalogue.roles),
    )  # fmt: skip


@login_not_required
@require_safe
def to_overview(request: HttpRequest) -> HttpResponse:
    """The list of phases or of activities is the overview."""
    return redirect(reverse("toolbox:overview") + "#plan")


def _asked(catalogue: Catalogue, situation: Situation) -> list[Asked]:
    return [
        Asked(
            question,
            situation.answers.get(question.code, ""),
            question.requires is not None and situation.answer(question.requires) == NO,
        )
        for question in catalogue.questions
    ]


def _chips(path: str, catalogue: Catalogue, situation: Situation) -> list[Chip]:
    chips = []
    if situation.role:
        role = catalogue.by_key[Role.KIND][situation.role]
        chips.append(Chip(_("Role"), role.name, path + encode(situation.with_role("").pairs()), "da"))
    for code, answer in situation.answers.items():
        question = catalogue.by_key[ScreeningQuestion.KIND][code]
        label = question.yes_label if answer == YES else question.no_label
        chips.append(
            Chip("", f"{question.question} {label}", path + encode(situation.without_answer(code).pairs()), "da")
        )
    return chips


def _sentence(plan: onepager.Plan) -> str:
    if plan.count == plan.total:
        return ngettext("%(n)s activity in all", "All %(n)s activities", plan.total) % {"n": plan.total}
    counts = {"n": plan.count, "total": plan.total}
    if plan.role is not None:
        return _("%(n)s of %(total)s activities, those that the role takes part in") % counts
    return _("%(n)s of %(total)s activities apply, or may apply") % counts


def _pick_url(catalogue: Catalogue, situation: Situation) -> str:
    """The catalogue with the requirements that apply picked; "" where the situation is open or none does."""
    if not situation.answers:
        return ""
    codes = [one.code for one, _judged in applying(catalogue.requirements, catalogue, situation)]
    return reverse("toolbox:requirements") + encode(("pick", code) for code in codes) if codes else ""
