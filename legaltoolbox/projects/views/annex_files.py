"""The municipality's files of a requirement annex: the empty form, the answers side by side, and answers that came on paper."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kl_ai.drafts.parts import ChangedMeanwhile, fingerprint
from kl_ai.export.docx import DOCX_TYPE, docx_bytes
from kl_ai.export.downloads import file_response
from kl_ai.forms import LineField
from kl_ai.pages.expensive import expensive
from kl_ai.people import limits
from kl_ai.requests.http import AuthenticatedRequest, get_and_post

from ..files import annex_workbook
from ..files.annex_document import answers_document
from ..files.annex_reader import read_annex_file
from ..files.lengths import refuse_too_long_file
from ..models import AnnexLine, Recipient
from ..models.vendor_answers import NAME_LETTERS
from ..rights import Right
from ..work.annex_pages import newest_submissions, recipients_of
from ..work.read_answers import Answers, ReadAnswers, merged
from .annex_uploads import READ, AnswersFileForm, chosen_answers, preview_context, sent_back
from .annexes import crumbs_to, own_annex
from .edited_forms import add_errors
from .lookups import project_page
from .vendor_files import annex_response


@never_cache
@require_safe
@expensive
def annex_file(request: AuthenticatedRequest, code: str, number: int, nr: int, ending: str) -> HttpResponseBase:
    """`…/bilag/<nr>.docx`, `.pdf` and `.xlsx`: the annex to hand out, empty. 404 for a draft, whose texts are not pinned. Three queries."""
    annex = own_annex(request, code, number, nr)
    if annex.is_draft:
        raise Http404
    try:
        return annex_response(annex, ending)
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
        return redirect("projects:annex", *annex.address)


@never_cache
@require_safe
@expensive
def answers_file(request: AuthenticatedRequest, code: str, number: int, nr: int, ending: str) -> HttpResponseBase:
    """`…/bilag/<nr>/svar.xlsx` and `.docx`: the answers side by side. 404 before they can be read. Five queries."""
    annex = own_annex(request, code, number, nr)
    if not annex.are_answers_readable or ending not in ("xlsx", "docx"):
        raise Http404
    lines, recipients, submissions = list(annex.lines.all()), recipients_of(annex), newest_submissions(annex)
    if ending == "xlsx":
        return annex_workbook.answers_workbook(annex, lines, recipients, submissions)
    document = answers_document(annex, lines, recipients, submissions)
    try:
        refuse_too_long_file(document)
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
        return redirect("projects:annex_answers", *annex.address)
    created = timezone.now().replace(microsecond=0)
    content = docx_bytes(document, author=annex.project.municipality.name, created=created)
    return file_response(annex_workbook.filename(annex, "docx", "svar"), content, DOCX_TYPE)


# On paper ---------------------------------------------------------------------------------------


class SentByForm(forms.Form):
    """Who has sent the answers."""

    name = LineField(
        label=gettext_lazy("Who has sent them, and when"),
        help_text=gettext_lazy("Such as “Anne Andersen, by mail on 3 December”. It stands beside the answers."),
        max_length=NAME_LETTERS,
        width="l",
    )


def own_paper_recipient(request: AuthenticatedRequest, code: str, number: int, nr: int, pk: int) -> Recipient:
    """The recipient without a link of an annex that is sent, where the user may write. Raises `Http404`. Three queries."""
    annex = own_annex(request, code, number, nr, Right.WRITE)
    recipient: Recipient | None = annex.recipients.filter(pk=pk, email="").first()
    if recipient is None or annex.is_draft:
        raise Http404
    recipient.annex = annex
    return recipient


@never_cache
@get_and_post
@expensive
def paper_answers(request: AuthenticatedRequest, code: str, number: int, nr: int, pk: int) -> HttpResponse:
    """`…/bilag/<nr>/modtagere/<pk>/excel/`: the file that a company without a link has sent, shown and then handed in for it.

    Six queries.
    """
    recipient = own_paper_recipient(request, code, number, nr, pk)
    if request.method != "POST":
        return _file_page(request, recipient, AnswersFileForm())
    lines = list(recipient.annex.lines.all())
    if READ in request.POST:
        return _enter(request, recipient, lines)
    form = AnswersFileForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            limits.consume("enter_annex", person=request.user)
            read = read_annex_file(form.cleaned_data["file"].read(), recipient.annex, lines)
        except limits.LimitReached as reached:
            form.add_error(None, str(reached))
        except ValidationError as refused:
            form.add_error("file", refused)
        else:
            return _read_page(request, recipient, lines, read, _handed_in(recipient), SentByForm())
    return _file_page(request, recipient, form)


def _handed_in(recipient: Recipient) -> Answers:
    """The answers that were entered last. One query."""
    last = recipient.last_submission()
    return last.answers if last else {}


def _enter(request: AuthenticatedRequest, recipient: Recipient, lines: list[AnnexLine]) -> HttpResponse:
    """Hand in what the page had shown; the page again with what is wrong, or what somebody else has entered meanwhile."""
    read = sent_back(request.POST, lines)
    if read is None:
        messages.error(request, _("What was read did not come back whole. Choose the file once more."))
        return redirect(request.path)
    stored = _handed_in(recipient)
    form = SentByForm(request.POST)
    if not form.is_valid():
        return _read_page(request, recipient, lines, read, stored, form)
    answers = merged(stored, chosen_answers(request.POST, read))
    try:
        recipient.enter_submission(request.user, form.cleaned_data["name"], answers, request.POST.get("seen", ""))
    except ChangedMeanwhile as changed:
        return _read_page(request, recipient, lines, read, changed.stored, form, is_outdated=True)
    except ValidationError as refused:
        add_errors(form, ValidationError(refused.messages))
        return _read_page(request, recipient, lines, read, stored, form)
    messages.success(request, _("The answers of %(company)s are entered.") % {"company": recipient.company})
    return redirect("projects:annex", *recipient.annex.address)


def _read_page(
    request: AuthenticatedRequest,
    recipient: Recipient,
    lines: list[AnnexLine],
    read: ReadAnswers,
    stored: Answers,
    form: SentByForm,
    **context: Any,
) -> HttpResponse:
    context |= preview_context(lines, stored, read) | {"form": form, "seen": fingerprint(stored)}
    return _page(request, recipient, "annex_read", _("What was read"), **context)


def _file_page(request: AuthenticatedRequest, recipient: Recipient, form: AnswersFileForm) -> HttpResponse:
    title = _("Answers from %(company)s") % {"company": recipient.company}
    return _page(request, recipient, "annex_paper", title, form=form)


def _page(request: AuthenticatedRequest, recipient: Recipient, name: str, title: str, **context: Any) -> HttpResponse:
    annex = recipient.annex
    context |= {"annex": annex, "recipient": recipient}
    above = crumbs_to(annex.project, annex)
    return project_page(request, annex.project, name, title, section="requirements", above=above, **context)
