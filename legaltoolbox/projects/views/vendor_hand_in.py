"""The page on which a vendor hands in the answers to an annex, and the receipt."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from kl_ai.drafts.parts import ChangedMeanwhile, fingerprint
from kl_ai.forms import LineField
from kl_ai.people.limits import LimitReached
from kl_ai.requests.http import get_and_post

from ..mails.vendor_receipts import send_receipt
from ..models import Recipient, Submission
from ..models.vendor_answers import NAME_LETTERS
from ..work.answer_progress import AnswerProgress, progress, shown_lines
from .edited_forms import add_errors
from .link_holders import answer_page, consume, for_link_holders, refused_page, still_answering


class HandInForm(forms.Form):
    """Who hands in; where points are open, that this is meant."""

    name = LineField(
        label=gettext_lazy("Your name"),
        help_text=gettext_lazy("Who hands in for the company. The municipality sees the name."),
        max_length=NAME_LETTERS,
        autocomplete="name",
        width="l",
    )
    with_gaps = forms.BooleanField(
        label=gettext_lazy("I hand in although points are not answered."),
        error_messages={"required": gettext_lazy("Tick here, or answer the points first.")},
    )

    def __init__(self, answers: AnswerProgress, data: Any = None) -> None:
        super().__init__(data)
        if answers.is_complete:
            del self.fields["with_gaps"]


@for_link_holders
@get_and_post
def hand_in(request: HttpRequest, recipient: Recipient) -> HttpResponse:
    """`…/indsend/`: what is answered and what not; POST hands in what is saved. Six queries.

    The page carries the fingerprint of the answers that it lists: a colleague may have saved others meanwhile, which nobody
    has seen here; then the page comes back first.
    """
    answers = progress(recipient)
    form = HandInForm(answers, request.POST if request.method == "POST" else None)
    seen = fingerprint(recipient.working_answers())
    context: dict[str, Any] = {"progress": answers, "form": form, "seen": seen}
    if request.method == "POST":
        outcome = _hand_in(request, recipient, form)
        if isinstance(outcome, HttpResponse):
            return outcome
        context |= outcome
    return answer_page(request, recipient, "hand_in", _("Hand in"), **context)


def _hand_in(request: HttpRequest, recipient: Recipient, form: HandInForm) -> HttpResponse | dict[str, Any]:
    """The redirect to the receipt, or what the page shows where nothing was handed in. The receipt goes by mail too."""
    if not recipient.annex.takes_answers:
        return refused_page(request, recipient, _("The time for answers is over. Nothing was handed in."))
    if not form.is_valid():
        return {}
    try:
        consume("hand_in_annex", request, recipient)
        with transaction.atomic():
            submission = recipient.hand_in(form.cleaned_data["name"], request.POST.get("seen", ""))
            send_receipt(submission)
    except LimitReached as reached:
        form.add_error(None, str(reached))
        return {"status": 429, "retry_after": reached.seconds}
    except ChangedMeanwhile as changed:
        return {"is_outdated": True, "seen": fingerprint(changed.stored), "progress": progress(recipient)}
    except ValidationError as refused:
        if not still_answering(recipient):
            return refused_page(request, recipient, " ".join(refused.messages))
        add_errors(form, refused)
        return {}
    return redirect("vendor_answers:receipt", recipient.token, submission.number)


@for_link_holders
@require_safe
def receipt(request: HttpRequest, recipient: Recipient, number: int) -> HttpResponse:
    """`…/kvittering/<number>/`: when and by whom it was handed in, and every answer as it was handed in. Five queries."""
    submission = get_object_or_404(Submission, recipient=recipient, number=number)
    answers = progress(recipient)
    context: dict[str, Any] = {
        "submission": submission,
        "is_latest": answers.submission == submission,
        "progress": answers,
        "lines": shown_lines([state.line for state in answers.states], submission.answers),
        "answered": sum(bool(answer["value"]) for answer in submission.answers.values()),
    }
    return answer_page(request, recipient, "receipt", _("Receipt"), **context)
