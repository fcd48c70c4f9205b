"""The survey as the vendor fills it in: task list, parts, review and submission. Examples are in `offerings`."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from kl_ai.drafts.autosave import conflict_response, saved_response
from kl_ai.drafts.parts import ChangedMeanwhile, Difference, differences, fingerprint, value_text
from kl_ai.http import AuthenticatedRequest, is_fetch
from kl_ai.login import restore
from kl_ai.mail.notices import add_delivery_message

from ..mails import notifications
from ..market import profiles
from ..market.snapshot import snapshots
from ..models import Question, Response, Status
from ..models.draft_base import OFFERINGS
from ..survey.deadlines import deadline, may_answer
from ..survey.forms.survey import DeclarationForm, PartForm
from ..survey.parts import SurveyPart, basis_day, next_part, part_states, survey_parts
from .draft import on_draft, part_url, survey_page
from .offerings import offerings

# The task list ------------------------------------------------------------------------------------


@on_draft
def tasks(request: AuthenticatedRequest, draft: Response) -> HttpResponse:
    """`/leverandoer/svar/<pk>/opgaver/`: the parts, how far each is, and where to go on."""
    prefetch_related_objects([draft], "events")
    states = part_states(draft, survey_parts(draft.round))
    unfinished = [state for state in states if state.missing or state.remarks]
    saved_parts = [state.saved for state in states if state.saved]
    return survey_page(
        request,
        draft,
        "tasks",
        "",
        reason=draft.reason if draft.status == Status.RETURNED else "",
        states=[(state, part_url(draft, state.part.key)) for state in states],
        complete=sum(state.state == "complete" for state in states),
        go_on=(unfinished[0].part.title, part_url(draft, unfinished[0].part.key)) if unfinished else None,
        last_saved=max(saved_parts, key=lambda saved: saved.saved_at, default=None),
        deadline=deadline(draft.round, draft.vendor),
        may_submit=may_answer(draft.round, draft.vendor),
        review_url=reverse("vendor:review", args=[draft.pk]),
    )


# A part -------------------------------------------------------------------------------------------


@restore.restorable
@on_draft
def part(request: AuthenticatedRequest, draft: Response, part: str) -> HttpResponse:
    """`/leverandoer/svar/<pk>/del/<part>/`: one page of the survey. POST saves its valid items and shows the others."""
    parts = survey_parts(draft.round)
    survey_part = find_part(parts, part)
    if survey_part.key == OFFERINGS:
        return offerings(request, draft, parts, survey_part)
    stored = draft.stored(survey_part.items)
    initial = PartForm.initial_values(stored, survey_part)
    if request.method == "POST":
        return save_part(
            request, draft, parts, PartForm(survey_part, draft, basis_day(draft), request.POST, initial=initial)
        )
    typed = restore.restore_input(request)
    form = PartForm(survey_part, draft, basis_day(draft), typed, initial=initial)
    if typed is not None:
        messages.warning(request, restore.RESTORED_NOTICE)
    return part_page(request, draft, parts, form, seen=typed.get("seen", "") if typed else fingerprint(stored))


def save_part(
    request: AuthenticatedRequest, draft: Response, parts: Sequence[SurveyPart], form: PartForm
) -> HttpResponse:
    """Save the valid items of the form; the page comes back with the others, or with what somebody else has saved."""
    form.is_valid()
    survey_part = form.part
    try:
        draft.save_part(survey_part.key, survey_part.items, form.content, request.POST.get("seen", ""), request.user)
    except ChangedMeanwhile as changed:
        if is_fetch(request):
            return conflict_response()
        context = {
            "conflict": part_differences(survey_part, changed.stored, form.content),
            "saved_meanwhile": changed.saved,
        }
        return part_page(request, draft, parts, form, seen=fingerprint(changed.stored), **context)
    if is_fetch(request):
        return saved_response(draft.stored(survey_part.items), has_errors=bool(form.errors))
    if form.errors:
        messages.warning(request, _("Something on the page could not be saved; see below. The rest is saved."))
        return part_page(request, draft, parts, form, seen=fingerprint(draft.stored(survey_part.items)))
    messages.success(request, _("“%(part)s” is saved.") % {"part": survey_part.title})
    following = next_part(parts, survey_part.key) if "_next" in request.POST else None
    return redirect(part_url(draft, following.key) if following else reverse("vendor:tasks", args=[draft.pk]))


def part_page(
    request: AuthenticatedRequest, draft: Response, parts: Sequence[SurveyPart], form: PartForm, **context: Any
) -> HttpResponse:
    """The page of the form's part. `context`: `seen`, and after a conflict `conflict` and `saved_meanwhile`."""
    survey_part = form.part
    last_saved = draft.saved_parts.filter(part=survey_part.key).select_related("saved_by").first()
    missing = [text for item, text in draft.missing_items() if survey_part.holds(item)] if last_saved else []
    return survey_page(
        request,
        draft,
        "part",
        survey_part.title,
        part=survey_part,
        form=form,
        most_characters=form.round.max_own_words,
        last_saved=last_saved,
        missing=missing,
        part_remark=form.remarks.get(survey_part.key, ""),
        number=parts.index(survey_part) + 1,
        total=len(parts),
        is_last=survey_part is parts[-1],
        can_take_last=draft.based_on_id is not None,
        **context,
    )


def find_part(parts: Sequence[SurveyPart], key: str) -> SurveyPart:
    """The part with this key; 404 where there is none."""
    part = next((part for part in parts if part.key == key), None)
    if part is None:
        raise Http404
    return part


def part_differences(part: SurveyPart, stored: dict[str, Any], typed: dict[str, Any]) -> list[Difference]:
    """The items of the part that are stored with other values than were typed, in words."""
    questions = {question.code: question for question in part.questions}

    def heading(item: str) -> str:
        if item in questions:
            return questions[item].heading
        return str(Response._meta.get_field(item).verbose_name).capitalize()  # type: ignore[union-attr]  # no relation

    def text(item: str, value: Any) -> str:
        return options_text(questions[item], value) if item in questions else value_text(value)

    return differences(stored, typed, heading, text)


def options_text(question: Question, answers: dict[str, str]) -> str:
    """The chosen options with own words, as a list in one line."""
    labels = {option.code: option.short for option in question.options.all()}
    return "; ".join(f"{labels[code]}: “{words}”" if words else labels[code] for code, words in answers.items())


@restore.post_only("vendor:part", "pk", "part")
@on_draft
def part_last(request: AuthenticatedRequest, draft: Response, part: str) -> HttpResponse:
    """Replace the part's content by that of the vendor's earlier answers."""
    survey_part = find_part(survey_parts(draft.round), part)
    draft.take_from_last(survey_part.key, survey_part.items, request.user)
    messages.success(request, _("“%(part)s” now holds your earlier answers.") % {"part": survey_part.title})
    return redirect(part_url(draft, survey_part.key))


# Review and submission ----------------------------------------------------------------------------


@on_draft
def review(request: AuthenticatedRequest, draft: Response) -> HttpResponse:
    """`/leverandoer/svar/<pk>/gennemse/`: the answers as the public will see them; POST submits them."""
    form = DeclarationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if submit(request, draft, form):
            return redirect("vendor:company", draft.vendor.slug)
        draft = Response.objects.select_related("vendor", "round", "based_on").get(pk=draft.pk)
    parts = survey_parts(draft.round)
    missing = [
        (text, part_url(draft, part.key)) for item, text in draft.missing_items() for part in parts if part.holds(item)
    ]
    complete_draft = Response.objects.with_everything().get(pk=draft.pk)
    snapshot = snapshots.for_request(request)
    return survey_page(
        request,
        draft,
        "review",
        _("Review and hand in"),
        form=form,
        missing=missing,
        seen=draft.changed_at.isoformat(),
        may_submit=may_answer(draft.round, draft.vendor),
        deadline=deadline(draft.round, draft.vendor),
        sections=profiles.sections(snapshot, complete_draft),
        offerings=profiles.offerings(complete_draft),
        contact=profiles.contact(complete_draft),
        facts=profiles.facts(snapshot, complete_draft),
    )


def submit(request: AuthenticatedRequest, draft: Response, form: DeclarationForm) -> bool:
    """Submit the draft and mail the receipt. False, with a message, where something prevents it."""
    if not form.is_valid():
        return False
    if not may_answer(draft.round, draft.vendor):
        messages.error(request, _("The survey is closed, so the answers cannot be handed in. They are kept."))
        return False
    if form.cleaned_data["seen"] != draft.changed_at.isoformat():
        messages.warning(request, _("The answers were changed after you opened this page. Look at them once more."))
        return False
    try:
        with transaction.atomic():
            draft.submit(request.user, form.text)
            receipts = notifications.send_receipt(draft)
    except ValidationError as incomplete:
        messages.error(request, _("Not handed in yet: ") + " ".join(incomplete.messages))
        return False
    messages.success(request, _("KL has received your answers."))
    for receipt in receipts:
        add_delivery_message(request, [receipt], sent_level=messages.INFO, unsent_level=messages.INFO)
    return True
