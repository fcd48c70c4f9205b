"""A vendor's pages behind a link: the overview of an annex, questions about it, and all of it on one page to print."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from kl_ai.forms import copy_validators
from kl_ai.people.invitations import is_read_by_person
from kl_ai.people.limits import LimitReached
from kl_ai.requests.http import get_and_post

from ..mails.steps import send_vendor_question
from ..models import AnnexQuestion, Recipient
from ..work.answer_progress import first_open, progress, shown_lines
from .edited_forms import add_errors
from .link_holders import answer_page, consume, for_link_holders, refused_page, still_answering


class VendorQuestionForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Your question"),
        help_text=gettext_lazy(
            "All recipients see the question and the answer, and not who has asked. Write nothing that tells who you are."
        ),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        copy_validators(self.fields["text"], AnnexQuestion._meta.get_field("text"))


@for_link_holders
@require_safe
def overview(request: HttpRequest, recipient: Recipient) -> HttpResponse:
    """`…/svar/<token>/`: who asks for what, until when, and how far the answers are. Eight queries.

    All that a GET stores is the first time that somebody read it (`is_read_by_person`): a scanner of mails changes nothing.
    """
    if recipient.opened_at is None and is_read_by_person(request):
        recipient.record_opened()
    answers = progress(recipient)
    go_on = first_open(answers)
    questions = recipient.annex.questions
    saved = request.GET.get("gemt", "")
    context: dict[str, Any] = {
        "progress": answers,
        "go_on": go_on.line if go_on else None,
        "saved_code": next((state.line.code for state in answers.states if state.line.code == saved), ""),
        "waiting": list(recipient.questions.waiting()),
        "answered": list(questions.answered()),
        "question_form": VendorQuestionForm(),
    }
    return answer_page(request, recipient, "overview", **context)


@for_link_holders
@get_and_post
def ask(request: HttpRequest, recipient: Recipient) -> HttpResponse:
    """`…/spoerg/`: a question to the municipality, by POST; the same text again is no second question."""
    form = VendorQuestionForm(request.POST if request.method == "POST" else None)
    retry_after = 0
    if request.method == "POST" and form.is_valid():
        try:
            consume("ask_about_annex", request, recipient)
            with transaction.atomic():
                AnnexQuestion.ask(recipient, form.cleaned_data["text"])
                send_vendor_question(recipient.annex)
        except LimitReached as reached:
            form.add_error(None, str(reached))
            retry_after = reached.seconds
        except ValidationError as refused:
            if not still_answering(recipient):
                return refused_page(request, recipient, " ".join(refused.messages))
            add_errors(form, refused)
        else:
            return redirect(reverse("vendor_answers:overview", args=[recipient.token]) + "#questions")
    status = 429 if retry_after else None
    title = _("Ask the municipality")
    return answer_page(request, recipient, "ask", title, question_form=form, status=status, retry_after=retry_after)


@for_link_holders
@require_safe
def printed(request: HttpRequest, recipient: Recipient) -> HttpResponse:
    """`…/udskriv/`: all requirements with what is saved, on one page. Four queries."""
    lines = list(recipient.annex.lines.all())
    context: dict[str, Any] = {
        "lines": shown_lines(lines, recipient.working_answers()),
        "submission": recipient.last_submission(),
    }
    return answer_page(request, recipient, "print", _("All requirements and answers"), **context)
