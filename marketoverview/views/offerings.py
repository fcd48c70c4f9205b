"""The examples of a draft: add, edit, order, delete with undo."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kl_ai.drafts.parts import ChangedMeanwhile, fingerprint
from kl_ai.login import restore
from kl_ai.requests.http import AuthenticatedRequest

from ..market import profiles
from ..models import Question, Response, SampleOffering, offering_content
from ..models.draft_base import OFFERINGS
from ..survey.forms.survey import OfferingForm
from ..survey.parts import SurveyPart
from .draft import goes_back, on_draft, part_url, survey_page, url_after


def offerings(
    request: AuthenticatedRequest, draft: Response, parts: Sequence[SurveyPart], survey_part: SurveyPart
) -> HttpResponse:
    """The list of examples, in the order of the profile, and those that can be brought back.

    POST records that the part was visited, since a vendor may have no examples, and redirects to the review, the next
    part or the task list. The query parameter `focus` names the example and the button that were used last.
    """
    if request.method == "POST":
        draft.save_part(OFFERINGS, (), {}, "", request.user)
        return redirect(url_after(request, draft, parts, OFFERINGS))
    rows = list(draft.offerings.prefetch_related("options__question"))
    remarks, open_items = draft.remarks_and_open()
    most, remark = draft.round.max_offerings, remarks.get(OFFERINGS, "")
    return survey_page(
        request,
        draft,
        "offerings",
        survey_part.title,
        part=survey_part,
        number=parts.index(survey_part) + 1,
        total=len(parts),
        is_last=survey_part is parts[-1],
        offerings=offering_rows(rows, request.GET.get("focus", "")),
        removed=list(SampleOffering.with_removed.filter(response=draft, removed_at__isnull=False)),
        most=most,
        is_full=len(rows) >= most,
        remark=remark,
        is_remark_open=OFFERINGS in open_items,
        missing=[missing_item.text for missing_item in draft.missing_items() if missing_item.item == OFFERINGS],
        back=goes_back(request.GET),
    )


def offering_rows(rows: Sequence[SampleOffering], focus: str) -> list[tuple[profiles.Offering, UUID, str]]:
    """Each example as a card, its key, and which of its buttons has the focus: `edit`, `up`, `down`, or "" for none."""
    key, _dot, button = focus.partition(".")
    last = len(rows) - 1
    focused = {"up": lambda index: "up" if index else "down", "down": lambda index: "down" if index < last else "up"}
    return [
        (
            profiles.offering_card(offering),
            offering.key,
            focused.get(button, lambda _index: "edit")(index) if str(offering.key) == key else "",
        )
        for index, offering in enumerate(rows)
    ]


@require_safe
@on_draft
def offering_new(request: AuthenticatedRequest, draft: Response) -> HttpResponse:
    """A redirect to an empty form under a new key; sending that form twice makes one example."""
    return redirect(offering_url(draft, uuid4(), back=goes_back(request.GET)))


def offering_url(draft: Response, key: UUID, *, back: bool) -> str:
    return reverse("vendor:offering", args=[draft.pk, key]) + ("?back=review" if back else "")


@restore.restorable
@on_draft
def offering(request: AuthenticatedRequest, draft: Response, key: UUID) -> HttpResponse:
    """`/leverandoer/svar/<pk>/eksempel/<key>/`: one example, new, known, or removed and brought back by saving it."""
    row = SampleOffering.with_removed.filter(response=draft, key=key).first()
    is_shown = row is not None and row.removed_at is None
    questions = list(draft.round.questions.exclude(matrix_axis="").prefetch_related("options"))
    stored = offering_content(row) if row else {}
    typed = request.POST if request.method == "POST" else restore.restore_input(request)
    form = OfferingForm(questions, typed, instance=row, initial=chosen_options(questions, stored))
    seen, back, saved_meanwhile = fingerprint(stored), goes_back(typed or request.GET), None
    if request.method == "POST" and form.is_valid():
        try:
            save(request, draft, key, form)
            return redirect(part_url(draft, OFFERINGS, back=back, focus=f"{key}.edit"))
        except ChangedMeanwhile as changed:
            seen = fingerprint(changed.stored)
            saved_meanwhile = SampleOffering.with_removed.get(response=draft, key=key)
        except ValidationError as refused:
            messages.error(request, " ".join(refused.messages))
    elif request.method == "GET" and typed is not None:
        messages.warning(request, restore.RESTORED_NOTICE)
        seen = typed.get("seen", seen)
    return survey_page(
        request,
        draft,
        "offering",
        _("An example"),
        form=form,
        seen=seen,
        is_new=row is None,
        is_removed=row is not None and not is_shown,
        back=back,
        back_url=part_url(draft, OFFERINGS, back=back),
        most_words=draft.round.max_offering_words,
        changed=[row for row in draft.changed_options() if row.offering and row.offering.key == key],
        **conflict(saved_meanwhile),
    )


def save(request: AuthenticatedRequest, draft: Response, key: UUID, form: OfferingForm) -> None:
    """Save the example of this key, and say so. Raises as `Response.save_offering`."""
    seen = request.POST.get("seen", "")
    was_removed = draft.save_offering(key, form.content, form.options, seen, request.user)
    text = _("“%(title)s” had been deleted meanwhile; it is back with what you wrote.")
    messages.success(request, (text if was_removed else _("“%(title)s” is saved.")) % {"title": form.content["title"]})


def conflict(saved_meanwhile: SampleOffering | None) -> dict[str, Any]:
    """The example as somebody saved it while the page was open: its card, and by whom and when. Three queries."""
    if saved_meanwhile is None:
        return {}
    version = saved_meanwhile.history.select_related("history_user").first()
    return {
        "stored_now": profiles.offering_card(saved_meanwhile),
        "saved_by": version.history_user if version else None,
        "saved_at": version.history_date if version else None,
    }


def chosen_options(questions: Sequence[Question], stored: dict[str, Any]) -> dict[str, list[int]]:
    """Question code to the keys of its options that the stored example has."""
    keys = set(stored.get("options", ()))
    return {
        question.code: [option.pk for option in question.options.all() if option.pk in keys] for question in questions
    }


def restore_offering(request: AuthenticatedRequest, draft: Response, key: UUID) -> str:
    """Bring the example back, with a message; the button that has the focus then, "" where there is no room for it."""
    try:
        draft.restore_offering(key, request.user)
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
        return ""
    messages.info(request, _("The example is back in its place."))
    return "edit"


@restore.post_only("vendor:part", "pk", part=OFFERINGS)
@on_draft
def offering_action(request: AuthenticatedRequest, draft: Response, key: UUID, action: str) -> HttpResponse:
    """Move an example, delete it, or undo that; 404 for any other `action`."""
    back, focus = goes_back(request.POST), ""
    match action:
        case "flyt-op" | "flyt-ned":
            places, focus = (-1, "up") if action == "flyt-op" else (1, "down")
            place = draft.move_offering(key, places, request.user)
            if place is None:
                messages.warning(
                    request, _("The example was deleted meanwhile. It stands below, and can be brought back.")
                )
            else:
                words = {"place": place, "total": draft.offerings.count()}
                messages.info(request, _("The example is number %(place)s of %(total)s now.") % words)
        case "slet":
            draft.remove_offering(key, request.user)
            messages.info(request, _("The example is deleted. You can undo it below until you hand in."))
        case "fortryd":
            focus = restore_offering(request, draft, key)
        case _:
            raise Http404
    query = {"focus": f"{key}.{focus}"} if focus else {}
    return redirect(part_url(draft, OFFERINGS, back=back, **query))
