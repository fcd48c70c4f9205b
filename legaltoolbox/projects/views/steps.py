"""A document's way: asked of the data protection officer, answered, sent to the management, decided."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kl_ai.drafts.parts import ChangedMeanwhile, fingerprint
from kl_ai.login import restore
from kl_ai.pages.expensive import expensive
from kl_ai.requests.http import AuthenticatedRequest
from legaltoolbox.views.papers import ENDINGS

from ..files.document_bytes import approved_document
from ..mails import steps as step_mails
from ..models import ConditionsMet, Decision, DocumentStatus, Opinion, ProjectDocument, ProjectEvent
from ..models.opinions import hash_of_state
from ..rights import ProjectRole, Right, can_work
from ..work.changes import Changes, changes_since
from ..work.decisions import Grounds, grounds
from ..work.discussions import discussion
from ..work.sections import SectionState
from .document_files import DOCUMENT_TYPES
from .documents import OpenDocument, may_begin_next, may_fill_in, own_document, section_states
from .edited_forms import add_errors
from .lookups import project_page
from .step_forms import AdviceForm, ConditionsForm, DecisionForm, OpinionForm, OpinionRequestForm
from .withheld import add_withheld_message

What = ProjectEvent.What
TO_CHECK = "opinion_to_check"
"""Where the session holds an opinion that was looked at and is not given yet: of which document, and what was typed."""
CONDITIONS_MET = gettext_lazy("It is saved that the conditions are met.")


Gap = tuple[SectionState, str]
"""A section, and the address of its page."""


class DocumentGaps(NamedTuple):
    """The sections of a document that somebody has still to write in before it is sent."""

    not_begun: list[Gap]
    """Those that the project's answers ask for and in which nothing is filled in."""
    under_way: list[Gap]
    """Those in which some fields wait, and others do not."""
    unadapted: list[Gap]
    """Those with a wording in which something is still to be written."""


@never_cache
@require_safe
def document_steps(request: AuthenticatedRequest, code: str, number: int, nr: int) -> HttpResponse:
    """`…/dokumenter/<nr>/forloeb/`: where the document is on its way, and the next step of the user. 39 queries at most."""
    opened = own_document(request, code, number, nr, Right.READ)
    return _steps_page(request, opened)


def _steps_page(request: AuthenticatedRequest, opened: OpenDocument, **bound: forms.Form) -> HttpResponse:
    """The page of the steps; `bound` are forms with what was typed, with errors or after a new login, whatever has happened since."""
    project, document = opened.project, opened.document
    state, gaps = document.state_hash(), sections_with_gaps(opened)
    ground = grounds(project, document, opened.catalogue, state)
    opinions = list(document.opinions.select_related("by").prefetch_related("points"))
    decisions = list(document.decisions.select_related("by").with_conditions_met())
    changes, since_sent = _changes(opened, state, [*opinions, *decisions])
    return project_page(
        request,
        project,
        "steps",
        _("Opinion and decision"),
        section="documents",
        above=[*opened.crumbs, (opened.template.title, opened.url)],
        document=document,
        template=opened.template,
        state=state,
        is_changed_since_sent=document.is_changed_since_sent(state),
        grounds=ground,
        grounds_hash=hash_of_state(ground.record),
        since_sent=since_sent,
        opinions=[(opinion, changes.get(opinion.at)) for opinion in opinions],
        decisions=[(decision, changes.get(decision.at)) for decision in decisions],
        waiting_keys=[each.pk for each in ground.open_conditions],
        forms=_offered(opened, ground, gaps, _kept_for_back(request, document)) | bound,
        missing=document.missing_for_management(next(iter(opinions), None)),
        gaps=gaps,
        **_next_steps(opened),
    )


def _next_steps(opened: OpenDocument) -> dict[str, Any]:
    """What can be done next, and what whoever does it has to know."""
    project, document = opened.project, opened.document
    is_writer = project.may_now(Right.WRITE)
    is_sent = document.status in (DocumentStatus.AT_DPO, DocumentStatus.AT_MANAGEMENT)
    return {
        "may_ask_management": is_writer and (document.is_writable or document.is_opinion_overdue),
        "discussion": discussion(project, str(document.number)),
        "has_management": project.members.filter(can_work("member__user"), role=ProjectRole.MANAGEMENT).exists(),
        "may_begin_next": may_begin_next(opened),
        "may_take_back": is_writer and is_sent,
        "files": [(ENDINGS[ending], opened.file_url(ending)) for ending in DOCUMENT_TYPES],
    }


def _offered(opened: OpenDocument, ground: Grounds, gaps: DocumentGaps, opinion: dict[str, str]) -> dict[str, Any]:
    """The forms of the steps that the user may take now; of the others False. No query."""
    project, document = opened.project, opened.document
    can = {right: project.may_now(right) for right in (Right.WRITE, Right.OPINE, Right.DECIDE)}
    waiting = next((each for each in ground.open_conditions if each.document_id == document.pk), None)
    at_dpo, at_management = document.status == DocumentStatus.AT_DPO, document.status == DocumentStatus.AT_MANAGEMENT
    return {
        "ask": can[Right.WRITE] and document.is_writable and OpinionRequestForm(len(gaps.not_begun)),
        "advice": may_fill_in(project, document) and bool(ground.points) and AdviceForm(ground.points),
        "opinion": can[Right.OPINE] and at_dpo and OpinionForm(initial=opinion),
        "decision": can[Right.DECIDE] and at_management and DecisionForm(hard_warnings=ground.hard_warnings),
        "conditions": can[Right.WRITE] and waiting is not None and ConditionsForm(initial={"decision": waiting.pk}),
    }


def _changes(
    opened: OpenDocument, state: str, answers: Sequence[Opinion | Decision]
) -> tuple[dict[datetime, Changes], Changes | None]:
    """What has changed since those that were about another state than this, by their times, and since the document was sent.

    Three queries at most, none where nothing has changed.
    """
    document = opened.document
    moments = {each.at for each in answers if each.state != state}
    sent = None
    if document.is_changed_since_sent(state):
        steps = opened.project.events.filter(place=document.template, what__in=(What.ASKED, What.TO_MANAGEMENT))
        sent = steps.values_list("at", flat=True).first()
    changes = changes_since(document, opened.template, opened.catalogue, moments | ({sent} if sent else set()))
    return changes, changes[sent] if sent else None


def sections_with_gaps(opened: OpenDocument) -> DocumentGaps:
    """The gaps of the document; none once it is approved. As `section_states`."""
    if opened.document.status == DocumentStatus.APPROVED:
        return DocumentGaps([], [], [])
    states = [state for state in section_states(opened) if not state.is_by_way]
    linked = lambda chosen: [(state, opened.section_url(state.section.key)) for state in chosen]  # noqa: E731  # used below alone
    return DocumentGaps(
        linked(state for state in states if not state.why_not and state.state == "not-started"),
        linked(state for state in states if state.is_asked and state.state == "in-progress"),
        linked(state for state in states if state.is_asked and state.unadapted),
    )


def _step(
    request: AuthenticatedRequest,
    opened: OpenDocument,
    verb: Callable[[], Any],
    done: str,
    what: str = "",
    **form: forms.Form,
) -> HttpResponse:
    """Call the verb, tell of the step `what`, and say what is done; the page with the form and why where it is refused."""
    try:
        with transaction.atomic():
            verb()
            posted = step_mails.send_step(opened.document, what, opened.template.title)
    except ValidationError as refused:
        if not form:
            messages.error(request, " ".join(refused.messages))
            return redirect("projects:document_steps", *opened.project.address, opened.document.number)
        opened.document.refresh_from_db()
        for each in form.values():
            add_errors(each, refused)
        return _steps_page(request, opened, **form)
    messages.success(request, done)
    add_withheld_message(request, posted)
    return redirect("projects:document_steps", *opened.project.address, opened.document.number)


@restore.post_only("projects:document_steps", "code", "number", "nr", takes_text=True)
@never_cache
def ask_dpo(request: AuthenticatedRequest, code: str, number: int, nr: int) -> HttpResponse:
    """`…/dokumenter/<nr>/forloeb/dpo/`: send the document to the data protection officer."""
    opened = own_document(request, code, number, nr, Right.WRITE)
    form = OpinionRequestForm(len(sections_with_gaps(opened).not_begun), restore.sent_input(request))
    if request.method == "GET" or not form.is_valid():
        return _steps_page(request, opened, ask=form)
    done = _("The document is at the data protection officer. Nobody changes it until the opinion is there.")
    verb = lambda: opened.document.ask_dpo(request.user, form.cleaned_data["until"])  # noqa: E731  # one of several verbs
    return _step(request, opened, verb, done, What.ASKED, ask=form)


@restore.post_only("projects:document_steps", "code", "number", "nr")
@never_cache
def take_back(request: AuthenticatedRequest, code: str, number: int, nr: int) -> HttpResponse:
    """`…/dokumenter/<nr>/forloeb/tag-tilbage/`: make it a draft again."""
    opened = own_document(request, code, number, nr, Right.WRITE)
    return _step(request, opened, lambda: opened.document.take_back(request.user), _("The document is a draft again."))


@restore.post_only("projects:document_steps", "code", "number", "nr", takes_text=True)
@never_cache
def give_opinion(request: AuthenticatedRequest, code: str, number: int, nr: int) -> HttpResponse:
    """`…/dokumenter/<nr>/forloeb/udtalelse/`: the opinion of the data protection officer on the state that was shown.

    What is sent first is shown as it will stand, above the form; it is given when it is sent again unchanged.
    """
    opened = own_document(request, code, number, nr, Right.OPINE)
    form = OpinionForm(restore.sent_input(request))
    if request.method == "GET" or not form.is_confirmed:
        _keep_for_back(request, opened.document, form)
        return _steps_page(request, opened, opinion=form)
    data, seen = form.cleaned_data, request.POST.get("state", "")

    def verb() -> None:
        opened.document.give_opinion(request.user, data["verdict"], data["text"], data["points"], seen)
        request.session.pop(TO_CHECK, None)

    return _step(
        request, opened, verb, _("Your opinion is given. The project answers each point."), What.OPINION, opinion=form
    )


def _keep_for_back(request: AuthenticatedRequest, document: ProjectDocument, form: OpinionForm) -> None:
    """Keep what was typed in the session: the browser's way back from the preview leads to the page before it."""
    if form.preview:
        typed = {name: form.data.get(name, "") for name in form.fields}
        request.session[TO_CHECK] = {"document": document.pk, "typed": typed}


def _kept_for_back(request: AuthenticatedRequest, document: ProjectDocument) -> dict[str, str]:
    """What the officer has typed of an opinion on this document, and looked at; empty where that is none."""
    kept = request.session.get(TO_CHECK, {})
    return dict(kept["typed"]) if kept.get("document") == document.pk else {}


@restore.post_only("projects:document_steps", "code", "number", "nr", takes_text=True)
@never_cache
def answer_advice(request: AuthenticatedRequest, code: str, number: int, nr: int) -> HttpResponse:
    """`…/dokumenter/<nr>/forloeb/raad/`: the project's answers to the points of advice."""
    opened = own_document(request, code, number, nr, Right.WRITE)
    opinion = opened.document.last_opinion()
    form = AdviceForm(list(opinion.points.all()) if opinion else [], restore.sent_input(request))
    if request.method == "GET" or not form.is_valid():
        return _steps_page(request, opened, advice=form)
    key, seen = request.POST.get("opinion", ""), request.POST.get("seen", "")

    def verb() -> None:
        number = int(key) if key.isascii() and key.isdecimal() and len(key) < 19 else 0
        opened.document.answer_advice(request.user, form.answers, seen=seen, opinion_key=number)

    try:
        return _step(request, opened, verb, _("The answers are saved."), advice=form)
    except ChangedMeanwhile as changed:
        form.seen, form.saved = fingerprint(changed.stored), changed.saved
        form.conflict = form.differences(changed.stored)
        return _steps_page(request, opened, advice=form)


@restore.post_only("projects:document_steps", "code", "number", "nr")
@never_cache
def ask_management(request: AuthenticatedRequest, code: str, number: int, nr: int) -> HttpResponse:
    """`…/dokumenter/<nr>/forloeb/ledelse/`: send the document to the management."""
    opened = own_document(request, code, number, nr, Right.WRITE)
    done = _("The document is at the management.")
    return _step(request, opened, lambda: opened.document.ask_management(request.user), done, What.TO_MANAGEMENT)


@restore.post_only("projects:document_steps", "code", "number", "nr", takes_text=True)
@never_cache
def decide(request: AuthenticatedRequest, code: str, number: int, nr: int) -> HttpResponseBase:
    """`…/dokumenter/<nr>/forloeb/beslutning/`: the management's decision on the state that was shown, with its files.

    503 with the form where an approval would have to wait for too long for its files.
    """
    opened = own_document(request, code, number, nr, Right.DECIDE)
    warnings = grounds(opened.project, opened.document, opened.catalogue, "").hard_warnings
    form = DecisionForm(restore.sent_input(request), hard_warnings=warnings)
    if request.method == "GET" or not form.is_valid():
        return _steps_page(request, opened, decision=form)
    store = _store_decision if form.cleaned_data["answer"] == Decision.Answer.NO else _approve
    return store(request, opened, form)


def _store_decision(request: AuthenticatedRequest, opened: OpenDocument, form: DecisionForm) -> HttpResponse:
    """Decide as the form says; the page with it and why where that is refused."""
    data, document, catalogue = form.cleaned_data, opened.document, opened.catalogue
    seen, shown = request.POST.get("state", ""), request.POST.get("grounds", "")

    def verb() -> None:
        document.decide(
            request.user,
            data["answer"],
            seen=seen,
            conditions=data["conditions"],
            reason=data["reason"],
            read=lambda: grounds(opened.project, document, catalogue, seen).record,
            shown=shown,
            approve=lambda decision: approved_document(document, opened.template, catalogue, decision),
        )

    return _step(request, opened, verb, _("The decision is stored."), What.DECIDED, decision=form)


_approve = expensive(_store_decision)
"""As `_store_decision`, in its turn among those who have files made: an approved document is kept as Word and PDF."""


@restore.post_only("projects:document_steps", "code", "number", "nr", takes_text=True)
@never_cache
def meet_conditions(request: AuthenticatedRequest, code: str, number: int, nr: int) -> HttpResponse:
    """`…/dokumenter/<nr>/forloeb/vilkaar/`: how the project has met the conditions of the decision that was shown."""
    opened = own_document(request, code, number, nr, Right.WRITE)
    form = ConditionsForm(restore.sent_input(request))
    if request.method == "GET" or not form.is_valid():
        return _steps_page(request, opened, conditions=form)
    data = form.cleaned_data
    verb = lambda: ConditionsMet.write(opened.project, request.user, data["decision"] or 0, data["how"])  # noqa: E731  # one of several verbs
    return _step(request, opened, verb, str(CONDITIONS_MET), conditions=form)
