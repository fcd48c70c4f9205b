"""One response against what is public, with what to look at twice, and the decision at the end of the page."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from ..models import ModerationEvent, Response, Verb
from ..review.checks import Note, checks, known
from ..review.diff import Change, changes, differing
from .steps import REMARK, REVIEW, seen_as, steps_for


def review_view(model_admin, request: HttpRequest, object_id: int) -> HttpResponse:
    """`…/response/<id>/review/`: reads only; its buttons post to the steps. The same number of queries for any size."""
    if not request.user.has_perm(REVIEW):  # type: ignore[union-attr]
        raise PermissionDenied
    response = Response.objects.with_everything().filter(pk=object_id).first()
    if response is None:
        raise Http404
    public = Response.objects.with_everything().published().filter(vendor=response.vendor_id).first()
    if public and public.pk == response.pk:
        public = None
    handed_in = submission(response)
    submitter = handed_in.actor.email if handed_in and handed_in.actor else ""
    found = changes(response, public, response.round.questions.all())
    notes = checks(response, known(), submitter)
    context = {
        "title": _("Review"),
        "opts": model_admin.opts,
        "response": response,
        "public": public,
        "handed_in": handed_in,
        "declaration": handed_in.reason if handed_in else "",
        "number": differing(found),
        "items": items(found, notes),
        "general": [note for note in notes if note.item not in {change.item for change in found}],
        "notes_number": len(notes),
        "steps": [step for step in steps_for(request.user, response) if step.is_told],
        "seen": seen_as(response),
        "earlier": earlier_reasons(response),
        **model_admin.admin_site.each_context(request),
    }
    return render(request, "admin/marketoverview/response/review.html", context)


def submission(response: Response) -> ModerationEvent | None:
    """The last time that it was handed in, and by whom. One query."""
    return response.events.filter(verb=Verb.SUBMIT).select_related("actor").last()


def items(found: list[Change], notes: list[Note]) -> list[dict[str, Any]]:
    """Each item with its notes and the name of the field for KL's reason."""
    return [
        {"change": change, "notes": [note for note in notes if note.item == change.item], "field": REMARK + change.item}
        for change in found
    ]


def earlier_reasons(response: Response) -> ModerationEvent | None:
    """What KL wrote when it sent the same response back the last time. Two queries."""
    sent_back = response.events.filter(verb=Verb.SEND_BACK).select_related("actor").prefetch_related("remarks")
    return sent_back.last()
