"""The review page: one response against the public one, with the checks' notes, and the decision at the end."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kl_ai.requests.http import AuthenticatedRequest
from kl_ai.security.reading_log import record_reading

from ..models import ModerationEvent, Response, StandardReason, Status, Verb
from ..querysets import REVIEW
from ..review.checks import CheckNote, check_response, comparison_data
from ..review.diff import ItemDiff, count_changes, diff_items
from ..review.sent_back import Resubmission, resubmission
from ..review.standard_reasons import offered_reasons
from .inbox import next_response
from .steps import REMARK, available_steps, state_token


def review_view(model_admin, request: AuthenticatedRequest, object_id: int) -> HttpResponse:
    """`…/response/<id>/review/`: records that KL opens and reads it; its buttons post to the steps. Queries: any size alike."""
    if not request.user.has_perm(REVIEW):
        raise PermissionDenied
    submission = Response.objects.with_everything().filter(pk=object_id).first()
    if submission is None:
        raise Http404
    if request.method == "GET" and not submission.record_opened_by_kl():
        submission.refresh_from_db()  # its vendor has taken it back at this moment
    record_reading(request, "response: review", submission.pk, str(submission))
    public = Response.objects.with_everything().published().filter(vendor=submission.vendor_id).first()
    if public and public.pk == submission.pk:
        public = None
    submit_event = last_submit_event(submission)
    submitter = submit_event.actor.email if submit_event and submit_event.actor else ""
    questions = list(submission.round.questions.all())
    diffs = diff_items(submission, public, questions)
    again = resubmission(submission, questions)
    is_handed_in_again = again is not None and submission.status == Status.SUBMITTED
    notes = check_response(submission, comparison_data(), submitter)
    context = {
        "title": _("Review"),
        "opts": model_admin.opts,
        "response": submission,
        "public": public,
        "withdrawn_on": None if public else last_withdrawal(submission),
        "submit_event": submit_event,
        "declaration": submit_event.reason if submit_event else "",
        "change_count": count_changes(diffs),
        "items": review_items(diffs, notes, again if is_handed_in_again else None),
        "general_notes": [note for note in notes if note.item not in {diff.item for diff in diffs}],
        "steps": [step for step in available_steps(request.user, submission) if step.sends_mail],
        "state": state_token(submission),
        **standard_reasons(),
        "resubmission": again,
        "is_handed_in_again": is_handed_in_again,
        "next_pk": next_response(submission) if submission.status == Status.SUBMITTED else None,
        **model_admin.admin_site.each_context(request),
    }
    return render(request, "admin/marketoverview/response/review.html", context)


def standard_reasons() -> dict[str, list[tuple[str, list[StandardReason]]]]:
    """The standard reasons for the whole and for one item, in groups; empty where there are none. One query."""
    offered = offered_reasons()
    general = [(str(use.label), offered[use]) for use in (StandardReason.Use.SEND_BACK, StandardReason.Use.REJECT)]
    return {
        "general_reasons": [(heading, reasons) for heading, reasons in general if reasons],
        "item_reasons": [("", reasons)] if (reasons := offered[StandardReason.Use.ITEM]) else [],
    }


def last_withdrawal(response: Response) -> datetime | None:
    """When the vendor's profile was withdrawn last. One query."""
    return Response.objects.withdrawals([response.vendor_id]).get(response.vendor_id)


def last_submit_event(response: Response) -> ModerationEvent | None:
    """The event with which the response was submitted last, with its actor. One query."""
    return response.events.filter(verb=Verb.SUBMIT).select_related("actor").last()


def review_items(diffs: list[ItemDiff], notes: list[CheckNote], again: Resubmission | None) -> list[dict[str, Any]]:
    """Each item's difference with its notes, the name of the form field for KL's reason, and what was corrected."""
    return [
        {
            "diff": diff,
            "notes": [note for note in notes if note.item == diff.item],
            "field": REMARK + diff.item,
            "remark": again.remarks.get(diff.item, "") if again else "",
            "since": again.diffs.get(diff.item) if again else None,
        }
        for diff in diffs
    ]
