"""A requirement annex on its page: what vendors see, who they are, what they ask; and the answers side by side."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kl_ai.requests.http import AuthenticatedRequest
from legaltoolbox.catalogue import catalogues

from ..models import Annex
from ..rights import Right
from ..work.annex_pages import (
    gone_codes,
    newest_submissions,
    recipients_of,
    shown_lines,
    side_by_side,
    standing_of,
)
from ..work.annexes import pinned_lines
from ..work.chosen_answers import other_vendor
from .annex_forms import ChoiceForm, DeadlineForm, QuestionAnswerForm, RecipientForm, RecipientListForm
from .annexes import crumbs_to, own_annex
from .lookups import project_page


@never_cache
@require_safe
def annex(request: AuthenticatedRequest, code: str, number: int, nr: int) -> HttpResponse:
    """`…/bilag/<nr>/`: where the annex stands, its recipients, questions and text. Five queries, and those of the catalogue."""
    return annex_page(request, own_annex(request, code, number, nr))


def annex_page(
    request: AuthenticatedRequest, annex: Annex, bound: Mapping[str, forms.Form] | None = None, answering: int = 0
) -> HttpResponse:
    """The page of the annex; `bound` are forms with what was typed, with errors. `answering` is the question of `answer`."""
    project, recipients = annex.project, recipients_of(annex)
    lines: Any = list(annex.lines.all())
    gone: list[str] = []
    if annex.is_draft:
        uses = {line.code: line.use for line in lines}
        catalogue = catalogues.for_request(request)
        lines, gone = pinned_lines(uses, catalogue), gone_codes(uses, catalogue)
    return project_page(
        request,
        project,
        "annex",
        annex.title,
        section="annexes",
        above=crumbs_to(project),
        annex=annex,
        standing=standing_of(annex, recipients),
        recipients=recipients,
        lines=shown_lines(lines),
        seen=annex.fingerprint_of(lines) if annex.is_draft else "",
        missing=_missing(annex, lines, recipients, gone),
        forms=_forms(annex, bound or {}),
        may_manage=project.may_now(Right.MANAGE),
        may_write=project.may_now(Right.WRITE),
        **_questions(annex, bound or {}, answering),
    )


def _forms(annex: Annex, bound: Mapping[str, forms.Form]) -> dict[str, Any]:
    """The forms that the user may send now, and those that were sent; of the others False. No query."""
    may_manage = annex.project.may_now(Right.MANAGE)
    can_add = annex.project.may_now(Right.WRITE) if annex.is_draft else may_manage and annex.is_open
    can_add = can_add or bool(bound.keys() & {"recipient", "recipients"})
    return {
        "recipient": bound.get("recipient") or (can_add and RecipientForm(prefix="one")),
        "recipients": bound.get("recipients") or (can_add and RecipientListForm(prefix="many")),
        "deadline": bound.get("deadline") or (may_manage and annex.is_open and DeadlineForm()),
    }


def _questions(annex: Annex, bound: Mapping[str, forms.Form], answering: int) -> dict[str, Any]:
    """The questions that wait, each with its form, and those that are answered. One query."""
    may_write = annex.project.may_now(Right.WRITE)
    rows = list(annex.questions.select_related("recipient", "answered_by").order_by("-answered_at", "at"))
    waiting = [each for each in rows if each.answered_at is None]
    own: dict[int, Any] = {each.pk: may_write and QuestionAnswerForm(prefix=f"q{each.pk}") for each in waiting}
    own |= {answering: bound["answer"]} if "answer" in bound else {}
    answered = [each for each in rows if each.answered_at is not None]
    return {"waiting": [(each, own[each.pk]) for each in waiting], "answered": answered}


def _missing(annex: Annex, lines: Any, recipients: Any, gone: list[str]) -> list[str]:
    """What a draft needs before it can be sent, in words. No query."""
    if not annex.is_draft:
        return []
    texts = []
    if gone:
        text = _("The catalogue does not have %(codes)s any more. Take it out of the draft.")
        texts.append(text % {"codes": ", ".join(gone)})
    if not lines:
        texts.append(_("Choose at least one requirement first."))
    if not recipients:
        texts.append(_("Add at least one recipient first."))
    if annex.is_past:
        texts.append(_("The deadline has passed. Choose a later one first."))
    return texts


@never_cache
@require_safe
def annex_answers(request: AuthenticatedRequest, code: str, number: int, nr: int) -> HttpResponse:
    """`…/bilag/<nr>/svar/`: what the recipients have handed in, side by side, once the time for answers is over. Six queries."""
    return answers_page(request, own_annex(request, code, number, nr))


def answers_page(request: AuthenticatedRequest, annex: Annex, form: forms.Form | None = None) -> HttpResponse:
    """The page of the answers; `form` chooses a vendor, with errors."""
    project = annex.project
    recipients, submissions = recipients_of(annex), newest_submissions(annex)
    may_choose = project.may_now(Right.MANAGE) and annex.are_answers_readable and bool(recipients)
    return project_page(
        request,
        project,
        "annex_answers",
        _("Answers side by side"),
        section="annexes",
        above=crumbs_to(project, annex),
        annex=annex,
        standing=standing_of(annex, recipients),
        handed_in=[(each, submissions.get(each.pk)) for each in recipients],
        recipients=recipients,
        rows=side_by_side(annex.lines.all(), recipients, submissions) if annex.are_answers_readable else [],
        form=form or (may_choose and ChoiceForm(recipients, annex.chosen_id)),
        other_vendor=other_vendor(project, annex.chosen.company) if annex.chosen else "",
        may_write=project.may_now(Right.WRITE),
    )
