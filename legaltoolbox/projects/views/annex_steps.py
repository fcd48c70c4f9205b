"""What is done with a requirement annex: sent, its recipients and links, its deadline, its questions, its end, its choice."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from kl_ai.login import restore
from kl_ai.people import limits
from kl_ai.requests.http import AuthenticatedRequest, get_and_post
from legaltoolbox.catalogue import catalogues

from ..mails import annexes as annex_mails
from ..mails.posting import Posted
from ..models import Annex, AnnexQuestion, Recipient
from ..rights import Right
from ..work.annexes import pinned_lines
from .annex_forms import ChoiceForm, CloseForm, DeadlineForm, QuestionAnswerForm, RecipientForm, RecipientListForm
from .annex_page import annex_page, answers_page
from .annexes import crumbs_to, own_annex
from .edited_forms import add_errors
from .lookups import project_page
from .withheld import add_withheld_message

ANNEX = ("projects:annex", "code", "number", "nr")
"""The page with the buttons, and its arguments."""
Step = Callable[[], tuple[Any, Posted]]
"""A verb with its mails: what the verb gives, and what has become of them."""


def _do(
    request: AuthenticatedRequest, annex: Annex, step: Step, done: str, back: Callable[..., HttpResponse] | None = None
) -> HttpResponse:
    """Do the step and say what is done, or why it is refused; `back` gives the page with what was typed."""
    try:
        with transaction.atomic():
            is_done, posted = step()
    except (ValidationError, limits.LimitReached) as refused:
        error = refused if isinstance(refused, ValidationError) else ValidationError(str(refused))
        if back is not None:
            return back(error)
        messages.error(request, " ".join(error.messages))
        return redirect("projects:annex", *annex.address)
    if is_done is False:
        messages.info(request, _("It was done already, so nothing is changed."))
    else:
        messages.success(request, done)
    add_withheld_message(request, posted)
    return redirect("projects:annex", *annex.address)


def _with_errors(
    request: AuthenticatedRequest, annex: Annex, form: forms.Form, name: str, answering: int = 0
) -> Callable[[ValidationError], HttpResponse]:
    """What shows the page of the annex again, with this form and why it is refused."""

    def page(refused: ValidationError) -> HttpResponse:
        add_errors(form, refused)
        project = annex.project
        annex.refresh_from_db()
        annex.project = project
        return annex_page(request, annex, {name: form}, answering)

    return page


def _count(request: AuthenticatedRequest, action: str) -> str:
    """Count one attempt of this action; why it is refused, "" where it is not."""
    try:
        limits.consume(action, person=request.user)
    except limits.LimitReached as reached:
        return str(reached)
    return ""


@restore.post_only(*ANNEX)
@never_cache
def send_annex(request: AuthenticatedRequest, code: str, number: int, nr: int) -> HttpResponse:
    """`…/bilag/<nr>/send/`: pins the text that was shown, and queues the mails with the links. A second click sends nothing."""
    annex = own_annex(request, code, number, nr, Right.MANAGE)
    if why := _count(request, "send_annex"):
        messages.error(request, why)
        return redirect("projects:annex", *annex.address)
    lines = pinned_lines(annex.uses, catalogues.for_request(request))

    def step() -> tuple[Any, Posted]:
        is_sent = annex.send(request.user, lines, request.POST.get("seen", ""))
        return is_sent, annex_mails.send_links(annex, annex.recipients.all()) if is_sent else Posted()

    return _do(request, annex, step, _("The requirement annex is sent. The mails with the links are on their way."))


# Recipients -----------------------------------------------------------------------------------------


@restore.post_only(*ANNEX, takes_text=True)
@never_cache
def add_recipient(request: AuthenticatedRequest, code: str, number: int, nr: int) -> HttpResponse:
    """`…/bilag/<nr>/modtagere/`: adds one company, or those of several lines; of a sent annex they get their link at once."""
    data = restore.sent_input(request)
    is_list = data is not None and "many-lines" in data
    form: RecipientForm | RecipientListForm = (
        RecipientListForm(data, prefix="many") if is_list else RecipientForm(data, prefix="one")
    )
    annex = own_annex(request, code, number, nr, Right.WRITE)
    if not annex.is_draft:
        annex = own_annex(request, code, number, nr, Right.MANAGE)
    name = "recipients" if is_list else "recipient"
    if request.method == "GET" or not form.is_valid():
        return annex_page(request, annex, {name: form})
    if not annex.is_draft and (why := _count(request, "add_recipient")):
        return _with_errors(request, annex, form, name)(ValidationError(why))

    def step() -> tuple[Any, Posted]:
        rows = Recipient.add_many(annex, request.user, form.added)
        return True, annex_mails.send_links(annex, rows) if annex.is_open else Posted()

    added = len(form.added)
    done = ngettext("%(n)s recipient is added.", "%(n)s recipients are added.", added) % {"n": added}
    return _do(request, annex, step, done, _with_errors(request, annex, form, name))


def _own_recipient(annex: Annex, pk: int) -> Recipient:
    """A recipient of the annex. Raises `Http404`. One query."""
    recipient: Recipient = get_object_or_404(annex.recipients, pk=pk)
    recipient.annex = annex
    return recipient


@restore.post_only(*ANNEX)
@never_cache
def remove_recipient(request: AuthenticatedRequest, code: str, number: int, nr: int, pk: int) -> HttpResponse:
    """`…/modtagere/<pk>/fjern/`: takes a recipient off a draft. A second click finds it gone."""
    annex = own_annex(request, code, number, nr, Right.WRITE)
    recipient: Recipient | None = annex.recipients.filter(pk=pk).first()
    if recipient is None:
        return redirect("projects:annex", *annex.address)
    recipient.annex = annex

    def step() -> tuple[Any, Posted]:
        recipient.withdraw(request.user)
        return True, Posted()

    return _do(request, annex, step, _("%(company)s is no recipient any more.") % {"company": recipient.company})


@restore.post_only(*ANNEX)
@never_cache
def renew_link(request: AuthenticatedRequest, code: str, number: int, nr: int, pk: int) -> HttpResponse:
    """`…/modtagere/<pk>/link/`: mails a new link, which ends the old one. A second click makes no second one."""
    annex = own_annex(request, code, number, nr, Right.MANAGE)
    recipient = _own_recipient(annex, pk)
    if why := _count(request, "add_recipient"):
        messages.error(request, why)
        return redirect("projects:annex", *annex.address)
    shown = request.POST.get("link", "")
    seen = int(shown) if shown.isascii() and shown.isdecimal() and len(shown) < 9 else 0

    def step() -> tuple[Any, Posted]:
        is_new = recipient.renew_link(request.user, seen)
        return is_new, annex_mails.send_links(annex, [recipient]) if is_new else Posted()

    text = _("%(company)s gets a mail with a new link. The old one does not work any more.")
    return _do(request, annex, step, text % {"company": recipient.company})


@restore.post_only(*ANNEX)
@never_cache
def revoke_link(request: AuthenticatedRequest, code: str, number: int, nr: int, pk: int) -> HttpResponse:
    """`…/modtagere/<pk>/luk/`: ends a recipient's link. What was handed in stays."""
    annex = own_annex(request, code, number, nr, Right.MANAGE)
    recipient = _own_recipient(annex, pk)
    text = _("The link of %(company)s does not work any more.") % {"company": recipient.company}
    return _do(request, annex, lambda: (recipient.revoke(request.user), Posted()), text)


# Time and questions ---------------------------------------------------------------------------------


@restore.post_only(*ANNEX, takes_text=True)
@never_cache
def move_deadline(request: AuthenticatedRequest, code: str, number: int, nr: int) -> HttpResponse:
    """`…/bilag/<nr>/frist/`: gives all recipients more time, and tells them by mail."""
    annex = own_annex(request, code, number, nr, Right.MANAGE)
    form = DeadlineForm(restore.sent_input(request))
    if request.method == "GET" or not form.is_valid():
        return annex_page(request, annex, {"deadline": form})
    deadline = form.cleaned_data["deadline"]

    def step() -> tuple[Any, Posted]:
        is_moved = annex.move_deadline(request.user, deadline)
        return is_moved, annex_mails.send_deadline(annex) if is_moved else Posted()

    done = _("The deadline is %(day)s now. All recipients get a mail.") % {"day": formats.date_format(deadline)}
    return _do(request, annex, step, done, _with_errors(request, annex, form, "deadline"))


@restore.post_only(*ANNEX, takes_text=True)
@never_cache
def answer_question(request: AuthenticatedRequest, code: str, number: int, nr: int, pk: int) -> HttpResponse:
    """`…/bilag/<nr>/spoergsmaal/<pk>/`: answers a vendor's question for all recipients, who get a mail."""
    annex = own_annex(request, code, number, nr, Right.WRITE)
    question: AnnexQuestion = get_object_or_404(annex.questions, pk=pk)
    question.annex = annex
    form = QuestionAnswerForm(restore.sent_input(request), prefix=f"q{pk}")
    if request.method == "GET" or not form.is_valid():
        return annex_page(request, annex, {"answer": form}, pk)

    def step() -> tuple[Any, Posted]:
        is_answered = question.give_answer(request.user, form.cleaned_data["answer"])
        return is_answered, annex_mails.send_answer(question) if is_answered else Posted()

    done = _("The question is answered. All recipients can read it, and get a mail.")
    return _do(request, annex, step, done, _with_errors(request, annex, form, "answer", pk))


@never_cache
@get_and_post
@restore.restorable
def close_annex(request: AuthenticatedRequest, code: str, number: int, nr: int) -> HttpResponse:
    """`…/bilag/<nr>/luk/`: asks whether the time for answers is to end before the deadline; POST ends it."""
    annex = own_annex(request, code, number, nr, Right.MANAGE)
    form = CloseForm(restore.sent_input(request))
    if request.method == "POST" and form.is_valid():
        verb = lambda: (annex.close(request.user, form.cleaned_data["reason"]), Posted())  # noqa: E731  # passed on once
        return _do(request, annex, verb, _("The time for answers is over. You can read what was handed in."))
    if annex.is_draft:
        raise Http404
    title, above = _("End the time for answers"), crumbs_to(annex.project, annex)
    cancel_url = reverse("projects:annex", args=annex.address)
    context: dict[str, Any] = {"annex": annex, "form": form, "cancel_url": cancel_url}
    return project_page(request, annex.project, "annex_close", title, section="annexes", above=above, **context)


@restore.post_only("projects:annex_answers", "code", "number", "nr", takes_text=True)
@never_cache
def choose_vendor(request: AuthenticatedRequest, code: str, number: int, nr: int) -> HttpResponse:
    """`…/bilag/<nr>/svar/vaelg/`: names the vendor that the agreement is made with, and why."""
    annex = own_annex(request, code, number, nr, Right.MANAGE)
    form = ChoiceForm(list(annex.recipients.alphabetical()), annex.chosen_id, restore.sent_input(request))
    if request.method == "GET" or not form.is_valid():
        return answers_page(request, annex, form)

    def back(refused: ValidationError) -> HttpResponse:
        add_errors(form, refused)
        return answers_page(request, annex, form)

    chosen = form.chosen
    verb = lambda: (annex.choose(request.user, chosen, form.cleaned_data["reason"]), Posted())  # noqa: E731  # passed on once
    return _do(request, annex, verb, _("%(company)s is chosen.") % {"company": chosen.company}, back)
