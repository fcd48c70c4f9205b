"""The inbox: what waits for KL, kind by kind, and the answers to what takes one click or a sentence."""

from collections.abc import Iterator
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db import transaction
from django.db.models import Case, When
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kl_ai.login import restore
from kl_ai.mail.notices import add_delivery_message
from kl_ai.requests.http import AuthenticatedRequest
from kl_ai.security.reading_log import record_reading
from kl_ai.waiting import Waiting, WaitingRow, WorkSection, count, inbox_rows, kind_named, kinds_for

from ..mails import notifications
from ..models import Answer, Response, Status, answer_objection
from ..querysets import REVIEW
from ..review.waiting import INBOX, inbox

PER_PAGE = 25
PREVIEWED = 5
"""How many of each kind the inbox shows before one kind is chosen."""


class ReplyForm(forms.Form):
    """KL's answer to an objection."""

    reply = forms.CharField(label=_("Answer"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


@dataclass(frozen=True)
class InboxList:
    """One kind in the inbox: how much waits, and the rows that are shown."""

    waiting: Waiting
    rows: list[WaitingRow]
    page: Page | None = None

    @property
    def has_more(self) -> bool:
        return self.page is None and self.waiting.number > len(self.rows)


def inbox_view(model_admin, request: AuthenticatedRequest) -> HttpResponse:
    """`…/response/inbox/`, with `?kind=` one kind, page by page. The same number of queries at any length."""
    if not request.user.has_perm(REVIEW):
        raise PermissionDenied
    record_reading(request, "response: inbox")
    return inbox_page(model_admin, request, request.GET.get("kind", ""))


def inbox_page(
    model_admin, request: AuthenticatedRequest, code: str, answer_id: int = 0, reply: ReplyForm | None = None
) -> HttpResponse:
    """The inbox with one kind or, where nothing waits of it, with all; `reply` is what was typed at an answer's objection."""
    waiting = count(kinds_for(request.user))
    work = [each for each in waiting if each.kind.section is WorkSection.WORK]
    chosen = [each for each in waiting if each.kind.code == code and each.kind.inbox_template]
    lists = [chosen_list(request, chosen[0])] if chosen else list(previews(work))
    context = {
        "title": gettext("Inbox"),
        "opts": model_admin.opts,
        "work": work,
        "chosen": chosen[0].kind.code if chosen else "",
        "lists": lists,
        "others": [each for each in waiting if each.kind.section is not WorkSection.WORK],
        "typed": {"answer_id": answer_id, "form": reply},
        "default_reply": notifications.default_reply("da"),
        **model_admin.admin_site.each_context(request),
    }
    return render(request, "admin/marketoverview/response/inbox.html", context)


def chosen_list(request: AuthenticatedRequest, waiting: Waiting) -> InboxList:
    """One page of the rows of a kind."""
    page = Paginator(waiting.kind.rows(), PER_PAGE).get_page(request.GET.get("page"))
    return InboxList(waiting, inbox_rows(waiting.kind, page), page)


def previews(work: list[Waiting]) -> Iterator[InboxList]:
    """The first rows of each kind that the inbox shows."""
    for waiting in work:
        if waiting.kind.inbox_template:
            yield InboxList(waiting, inbox_rows(waiting.kind, waiting.kind.rows()[:PREVIEWED]))


def to_next_case(code: str) -> HttpResponseRedirect:
    """To the inbox's list of this kind while something of it waits, else to the whole inbox. One query."""
    return redirect(inbox(code) if kind_named(code).rows().exists() else INBOX)


def to_next_response(decided: Response) -> HttpResponseRedirect:
    """To the review of the next submitted response, the one after `decided` or else the oldest; to the inbox without one.

    At most two queries.
    """
    if next_pk := next_response(decided):
        return redirect("admin:marketoverview_response_review", next_pk)
    return to_next_case("responses")


def next_response(current: Response) -> int | None:
    """The id of the submitted response that comes after this one in the inbox, or of the oldest; None without another.

    One query.
    """
    waiting = Response.objects.awaiting_review().exclude(pk=current.pk)
    if current.submitted_at:
        is_earlier = Case(When(submitted_at__lt=current.submitted_at, then=1), default=0)
        waiting = waiting.order_by(is_earlier, "submitted_at", "pk")
    return waiting.values_list("pk", flat=True).first()


def objection_view(model_admin, request: AuthenticatedRequest, answer_id: int) -> HttpResponse:
    """`…/response/inbox/objection/<id>/`: a POST answers the objection; the vendor's people get the answer by mail."""
    if not request.user.has_perm(REVIEW):
        raise PermissionDenied
    if request.method != "POST":
        return restore.redirect_to_button(request, inbox("objections"))
    objections = Answer.objects.filter(objected_at__isnull=False, response__status=Status.PUBLISHED)
    answer = get_object_or_404(objections.select_related("response__vendor", "option__question"), pk=answer_id)
    form = ReplyForm(request.POST)
    if not form.is_valid():
        return inbox_page(model_admin, request, "objections", answer_id, form)
    reply = form.cleaned_data["reply"]
    with transaction.atomic():
        is_answered_now = answer_objection(answer, request.user, reply)
        mails = notifications.send_objection_answer(answer, reply) if is_answered_now else []
    words = {"vendor": answer.response.vendor}
    if is_answered_now:
        messages.success(request, gettext("The objection of %(vendor)s is answered.") % words)
        add_delivery_message(request, mails)
    else:
        messages.warning(
            request, gettext("Nothing was changed: the objection of %(vendor)s was answered already.") % words
        )
    return to_next_case("objections")


def withdrawal_view(request: AuthenticatedRequest, object_id: int) -> HttpResponse:
    """`…/response/inbox/withdrawal/<id>/`: a POST marks the vendor's withdrawal as seen, for all of KL."""
    if not request.user.has_perm(REVIEW):
        raise PermissionDenied
    if request.method != "POST":
        return restore.redirect_to_button(request, inbox("withdrawals"))
    withdrawn = Response.objects.filter(status=Status.WITHDRAWN).select_related("vendor")
    response = get_object_or_404(withdrawn, pk=object_id)
    words = {"vendor": response.vendor}
    if response.acknowledge_withdrawal(request.user):
        messages.success(request, gettext("The withdrawal of %(vendor)s is marked as seen.") % words)
    else:
        messages.info(request, gettext("The withdrawal of %(vendor)s was marked as seen already.") % words)
    return to_next_case("withdrawals")
