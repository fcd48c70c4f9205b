"""The examples of a draft: add, edit, order, delete with undo."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kl_ai.drafts.parts import ChangedMeanwhile, fingerprint
from kl_ai.http import AuthenticatedRequest
from kl_ai.login import restore

from ..market import profiles
from ..models import Question, Response, SampleOffering, offering_content
from ..models.draft_base import OFFERINGS
from ..survey.forms.survey import OfferingForm
from ..survey.parts import SurveyPart, next_part
from .draft import on_draft, part_url, survey_page


def offerings(
    request: AuthenticatedRequest, draft: Response, parts: Sequence[SurveyPart], survey_part: SurveyPart
) -> HttpResponse:
    """The list of examples, in the order of the profile, and those that can be brought back.

    POST records that the part was visited, since a vendor may have no examples, and redirects to the next part or to
    the task list.
    """
    if request.method == "POST":
        draft.save_part(OFFERINGS, (), {}, "", request.user)
        following = next_part(parts, OFFERINGS) if "_next" in request.POST else None
        return redirect(part_url(draft, following.key) if following else reverse("vendor:tasks", args=[draft.pk]))
    rows = list(draft.offerings.prefetch_related("options__question"))
    most = draft.round.max_offerings
    return survey_page(
        request,
        draft,
        "offerings",
        survey_part.title,
        part=survey_part,
        number=parts.index(survey_part) + 1,
        total=len(parts),
        is_last=survey_part is parts[-1],
        offerings=[(profiles.offering_card(offering), offering.key) for offering in rows],
        removed=list(SampleOffering.with_removed.filter(response=draft, removed_at__isnull=False)),
        most=most,
        is_full=len(rows) >= most,
        remark=draft.remarks.get(OFFERINGS, ""),
        missing=[text for item, text in draft.missing_items() if item == OFFERINGS],
        can_take_last=draft.based_on_id is not None,
    )


@require_safe
@on_draft
def offering_new(request: AuthenticatedRequest, draft: Response) -> HttpResponse:
    """A redirect to an empty form under a new key; sending that form twice makes one example."""
    return redirect("vendor:offering", draft.pk, uuid4())


@restore.restorable
@on_draft
def offering(request: AuthenticatedRequest, draft: Response, key: UUID) -> HttpResponse:
    """`/leverandoer/svar/<pk>/eksempel/<key>/`: one example, new or known."""
    stored_offering = SampleOffering.objects.filter(response=draft, key=key).first()
    questions = list(draft.round.questions.exclude(matrix_axis="").prefetch_related("options"))
    stored = offering_content(stored_offering) if stored_offering else {}
    typed = request.POST if request.method == "POST" else restore.restore_input(request)
    form = OfferingForm(questions, typed, instance=stored_offering, initial=chosen_options(questions, stored))
    seen, has_conflict = fingerprint(stored), False
    if request.method == "POST" and form.is_valid() and has_room(request, draft, is_new=stored_offering is None):
        try:
            draft.save_offering(key, form.content, form.options, request.POST.get("seen", ""), request.user)
            messages.success(request, _("“%(title)s” is saved.") % {"title": form.content["title"]})
            return redirect(part_url(draft, OFFERINGS))
        except ChangedMeanwhile as changed:
            seen, has_conflict = fingerprint(changed.stored), True
    elif request.method == "GET" and typed is not None:
        messages.warning(request, restore.RESTORED_NOTICE)
        seen = typed.get("seen", seen)
    saved_meanwhile = SampleOffering.objects.filter(response=draft, key=key).first() if has_conflict else None
    return survey_page(
        request,
        draft,
        "offering",
        _("An example"),
        form=form,
        seen=seen,
        is_new=stored_offering is None,
        back_url=part_url(draft, OFFERINGS),
        most_words=draft.round.max_offering_words,
        stored_now=profiles.offering_card(saved_meanwhile) if saved_meanwhile else None,
    )


def has_room(request: AuthenticatedRequest, draft: Response, *, is_new: bool) -> bool:
    """Whether the example may be saved: a new one where the round allows another. False adds a message."""
    most = draft.round.max_offerings
    if is_new and draft.offerings.count() >= most:
        messages.error(
            request, _("There is room for %(most)s examples. Delete one before you add another.") % {"most": most}
        )
        return False
    return True


def chosen_options(questions: Sequence[Question], stored: dict[str, Any]) -> dict[str, list[int]]:
    """Question code to the keys of its options that the stored example has."""
    keys = set(stored.get("options", ()))
    return {
        question.code: [option.pk for option in question.options.all() if option.pk in keys] for question in questions
    }


@restore.post_only("vendor:part", "pk", part=OFFERINGS)
@on_draft
def offering_action(request: AuthenticatedRequest, draft: Response, key: UUID, action: str) -> HttpResponse:
    """Move an example, delete it, or undo that; 404 for any other `action`."""
    match action:
        case "flyt-op":
            draft.move_offering(key, -1, request.user)
        case "flyt-ned":
            draft.move_offering(key, 1, request.user)
        case "slet":
            draft.remove_offering(key, request.user)
            messages.info(request, _("The example is deleted. You can undo it below until you hand in."))
        case "fortryd":
            draft.restore_offering(key, request.user)
        case _:
            raise Http404
    return redirect(part_url(draft, OFFERINGS))
