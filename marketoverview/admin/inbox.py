"""The inbox: submitted responses, requests to join, objections and mail that wait for KL, on one page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from kl_ai.http import AuthenticatedRequest
from kl_ai.mail.models import BadAddress, OutgoingMail
from kl_ai.models import User

from ..models import Answer, JoinRequest, ModerationEvent, Question, Response, Verb
from ..review.checks import ComparisonData, check_response, comparison_data
from ..review.diff import count_changes, diff_items
from .steps import REVIEW

PER_PAGE = 25
OBJECTIONS_SHOWN_FOR = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A submitted response, who submitted it, and how many days it has waited."""

    response: Response
    submitter: User | None
    days: int
    is_new: bool
    """Whether nothing of the vendor is public."""
    change_count: int
    note_count: int


def inbox_view(model_admin, request: AuthenticatedRequest) -> HttpResponse:
    """`…/response/inbox/`. The same number of queries at any length."""
    if not request.user.has_perm(REVIEW):
        raise PermissionDenied
    page = Paginator(Response.objects.awaiting_review(), PER_PAGE).get_page(request.GET.get("page"))
    objections = Answer.objects.filter(objected_at__gte=timezone.now() - OBJECTIONS_SHOWN_FOR).order_by("-objected_at")
    context = {
        "title": _("Inbox"),
        "opts": model_admin.opts,
        "page": page,
        "rows": inbox_rows([response.pk for response in page]),
        "join_requests": list(JoinRequest.objects.waiting().select_related("vendor", "user")),
        "objections": list(objections.select_related("response__vendor", "option__question")),
        "bad_addresses": BadAddress.objects.count(),
        "stuck_mails": OutgoingMail.objects.failed().count(),
        "stale": Response.objects.stale().count(),
        **model_admin.admin_site.each_context(request),
    }
    return render(request, "admin/marketoverview/response/inbox.html", context)


def inbox_rows(ids: Sequence[int]) -> list[InboxRow]:
    """These responses in this order, each compared with the vendor's public one. Nineteen queries at most."""
    loaded = Response.objects.with_everything()
    questions = Prefetch("round__questions", Question.objects.order_by("position", "code"))
    responses = list(loaded.prefetch_related(questions).in_order(ids))
    public = loaded.published().filter(vendor__in=[response.vendor_id for response in responses])
    public_by_vendor = {response.vendor_id: response for response in public}
    submissions = ModerationEvent.objects.filter(verb=Verb.SUBMIT, response__in=ids).select_related("actor")
    submitters = {event.response_id: event.actor for event in submissions}  # the last one of each response
    data = comparison_data()
    return [
        _row(response, public_by_vendor.get(response.vendor_id), submitters.get(response.pk), data)
        for response in responses
    ]


def _row(response: Response, public: Response | None, submitter: User | None, data: ComparisonData) -> InboxRow:
    since = response.submitted_at or response.changed_at
    return InboxRow(
        response=response,
        submitter=submitter,
        days=(timezone.localdate() - timezone.localdate(since)).days,
        is_new=public is None,
        change_count=count_changes(diff_items(response, public, response.round.questions.all())),
        note_count=len(check_response(response, data, submitter.email if submitter else "")),
    )
