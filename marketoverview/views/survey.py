"""The survey as the vendor fills it in: task list and parts. Examples are in `offerings`, handing in in `review`."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from kl_ai.drafts.autosave import conflict_response, saved_response
from kl_ai.drafts.parts import (
    ChangedMeanwhile,
    Difference,
    PageSave,
    differences,
    fingerprint,
    new_page,
    value_text,
)
from kl_ai.login import restore
from kl_ai.requests.http import AuthenticatedRequest, is_fetch

from ..models import Question, Response
from ..models.draft_base import OFFERINGS
from ..survey.deadlines import deadline, may_answer
from ..survey.forms.survey import PartForm
from ..survey.parts import SurveyPart, basis_day, part_states, survey_parts
from .draft import goes_back, on_draft, part_url, review_url, survey_page, url_after
from .offerings import offerings

# The task list ------------------------------------------------------------------------------------


@on_draft
def tasks(request: AuthenticatedRequest, draft: Response) -> HttpResponse:
    """`/leverandoer/svar/<pk>/opgaver/`: the parts, how far each is, and where to go on."""
    prefetch_related_objects([draft], "events")
    states = part_states(draft, survey_parts(draft.round))
    open_remarks = [state for state in states if state.has_open_remark]
    missing = [state for state in states if state.missing]
    unfinished = open_remarks or missing
    sent_back = draft.sent_back
    saved_parts = [state.saved for state in states if state.saved]
    return survey_page(
        request,
        draft,
        "tasks",
        "",
        sent_back=sent_back,
        has_remarks=any(state.remarks for state in states),
        dropped=draft.dropped_questions(),
        decisions=sum(state.decisions for state in states),
        states=[(state, part_url(draft, state.part.key)) for state in states],
        complete=sum(state.state == "complete" for state in states),
        go_on=(unfinished[0].part.title, part_url(draft, unfinished[0].part.key)) if unfinished else None,
        is_begun=bool(saved_parts) or any(state.state != "not-started" for state in states),
        is_ready=not missing,
        open_remarks=len(open_remarks),
        last_saved=max(saved_parts, key=lambda saved: saved.saved_at, default=None),
        deadline=deadline(draft.round, draft.vendor),
        may_submit=may_answer(draft.round, draft.vendor),
        review_url=review_url(draft),
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
        is_autosave = is_fetch(request)
        form = PartForm(survey_part, draft, basis_day(draft), request.POST, initial=initial, is_autosave=is_autosave)
        return save_part(request, draft, parts, form)
    typed = restore.restore_input(request)
    form = PartForm(survey_part, draft, basis_day(draft), typed, initial=initial)
    if typed is not None:
        messages.warning(request, restore.RESTORED_NOTICE)
    seen = typed.get("seen", "") if typed else fingerprint(stored)
    return part_page(request, draft, parts, form, seen=seen, back=goes_back(typed or request.GET))


def save_part(
    request: AuthenticatedRequest, draft: Response, parts: Sequence[SurveyPart], form: PartForm
) -> HttpResponse:
    """Save the valid items of the form; the page comes back with the others, or with what somebody else has saved."""
    form.is_valid()
    survey_part, back = form.part, goes_back(request.POST)
    page, seen = PageSave.from_post(request.POST), request.POST.get("seen", "")
    try:
        draft.save_part(
            *(survey_part.key, survey_part.items, form.content, seen, request.user), page=page, confirmed=form.confirmed
        )
    except ChangedMeanwhile as changed:
        if is_fetch(request):
            return conflict_response(changed.saved, request.user)
        context = {
            "conflict": part_differences(survey_part, changed.stored, form.content),
            "saved_meanwhile": changed.saved,
            "back": back,
        }
        return part_page(request, draft, parts, form, seen=fingerprint(changed.stored), **context)
    if is_fetch(request):
        return saved_response(draft.stored(survey_part.items), has_errors=bool(form.errors))
    if form.errors:
        messages.warning(request, _("Something on the page could not be saved; see below. The rest is saved."))
        return part_page(request, draft, parts, form, seen=fingerprint(draft.stored(survey_part.items)), back=back)
    if form.ask_for_own_words():
        messages.warning(request, _("The page is saved. Your own words are missing; see below."))
        return part_page(request, draft, parts, form, seen=fingerprint(draft.stored(survey_part.items)), back=back)
    messages.success(request, _("“%(part)s” is saved.") % {"part": survey_part.title})
    return redirect(url_after(request, draft, parts, survey_part.key))


def part_page(
    request: AuthenticatedRequest, draft: Response, parts: Sequence[SurveyPart], form: PartForm, **context: Any
) -> HttpResponse:
    """The page of the form's part.

    `context`: `seen`, whether the page leads `back` to the review, and after a conflict `conflict` and `saved_meanwhile`.
    """
    survey_part = form.part
    last_saved = draft.saved_parts.filter(part=survey_part.key).select_related("saved_by").first()
    missing = [
        missing_item.text
        for missing_item in draft.missing_items()
        if survey_part.holds(missing_item.item) and last_saved and not missing_item.is_decision
        if missing_item.item not in form.errors  # it is wrong rather than missing, and the field says how
    ]
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
        part_remark="" if survey_part.key in survey_part.items else form.remarks.get(survey_part.key, ""),
        is_remark_open=survey_part.key in form.open_remarks,
        page=new_page(),
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
