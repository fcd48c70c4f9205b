"""What waits for KL, on one page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from kl_ai.mail.models import BadAddress, OutgoingMail

from ..models import Answer, JoinRequest, ModerationEvent, Question, Response, Verb
from ..review.checks import checks, known
from ..review.diff import changes, differing
from .steps import REVIEW

PER_PAGE = 25
OBJECTIONS_FOR = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A row of the inbox."""

    response: Response
    submitter: Any
    days: int
    is_new: bool
    differing: int
    notes: int


def inbox_view(model_admin, request: HttpRequest) -> HttpResponse:
    """`…/response/inbox/`. The same number of queries at any length."""
    if not request.user.has_perm(REVIEW):  # type: ignore[union-attr]
        raise PermissionDenied
    page = Paginator(Response.objects.awaiting_review(), PER_PAGE).get_page(request.GET.get("page"))
    objections = Answer.objects.filter(objected_at__gte=timezone.now() - OBJECTIONS_FOR).order_by("-objected_at")
    context = {
        "title": _("Inbox"),
        "opts": model_admin.opts,
        "page": page,
        "waiting": rows([response.pk for response in page]),
        "requests": JoinRequest.objects.filter(decided_at=None).select_related("vendor", "user"),
        "objections": objections.select_related("response__vendor", "option__question"),
        "bad_addresses": BadAddress.objects.count(),
        "stuck_mails": OutgoingMail.objects.failed().count(),
        "stale": Response.objects.stale().count(),
        **model_admin.admin_site.each_context(request),
    }
    return render(request, "admin/marketoverview/response/inbox.html", context)


def rows(ids: Sequence[int]) -> list[Waiting]:
    """These responses in this order, each against what is public. Nineteen queries at most."""
    submissions = ModerationEvent.objects.filter(verb=Verb.SUBMIT).select_related("actor")
    everything = Response.objects.with_everything()
    listed = everything.prefetch_related(
        Prefetch("events", submissions, to_attr="submissions"),
        Prefetch("round__questions", Question.objects.order_by("position", "code")),
    )
    waiting = list(listed.in_order(ids))
    vendors = [response.vendor_id for response in waiting]
    public = {response.vendor_id: response for response in everything.published().filter(vendor__in=vendors)}
    others = known()
    return [_row(response, public.get(response.vendor_id), others) for response in waiting]


def _row(response: Response, public: Response | None, others) -> Waiting:
    events = response.submissions  # type: ignore[attr-defined]
    submitter = events[-1].actor if events else None
    found = changes(response, public, response.round.questions.all())
    notes = checks(response, others, submitter.email if submitter else "")
    since = response.submitted_at or response.changed_at
    return Waiting(
        response=response,
        submitter=submitter,
        days=(timezone.localdate() - timezone.localdate(since)).days,
        is_new=public is None,
        differing=differing(found),
        notes=len(notes),
    )
