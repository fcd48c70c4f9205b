"""A vendor's annex as Word, PDF and Excel, with what it has saved; and a filled-in Excel file that becomes its saved answers."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kl_ai.drafts.parts import ChangedMeanwhile, fingerprint
from kl_ai.export.docx import DOCX_TYPE, docx_bytes
from kl_ai.export.downloads import file_response
from kl_ai.export.pdf import PDF_TYPE, pdf_bytes
from kl_ai.pages.expensive import expensive
from kl_ai.people.limits import LimitReached
from kl_ai.requests.http import get_and_post

from ..files import annex_workbook
from ..files.annex_document import annex_document
from ..files.annex_reader import read_annex_file
from ..files.lengths import refuse_too_long_file
from ..models import Annex, AnnexLine, Recipient
from ..models.vendor_answers import stored_answers
from ..work.read_answers import Answers, ReadAnswers, by_requirement
from .annex_uploads import READ, AnswersFileForm, chosen_answers, preview_context, sent_back
from .edited_forms import add_errors
from .link_holders import answer_page, consume, for_link_holders, refused_page, still_answering

TYPES = {"docx": DOCX_TYPE, "pdf": PDF_TYPE}
SAVED = "gemt"


def annex_response(
    annex: Annex, ending: str, company: str = "", answers: Answers | None = None, *, is_form: bool = True
) -> HttpResponseBase:
    """The annex as a file. Raises `Http404` for another ending, and `ValidationError` for one that is too long. One query."""
    lines = list(annex.lines.all())
    if ending == "xlsx":
        return annex_workbook.workbook(annex, lines, company, answers)
    if ending not in TYPES:
        raise Http404
    document = annex_document(annex, lines, company, answers, is_form=is_form)
    refuse_too_long_file(document)
    write = pdf_bytes if ending == "pdf" else docx_bytes
    content = write(document, author=annex.project.municipality.name, created=timezone.now().replace(microsecond=0))
    return file_response(annex_workbook.filename(annex, ending), content, TYPES[ending])


@for_link_holders
@require_safe
@expensive
def annex_file(request: HttpRequest, recipient: Recipient, ending: str) -> HttpResponseBase:
    """`…/svar/<token>/bilag.docx`, `.pdf` and `.xlsx`: the annex to fill in, with the saved answers. Two queries."""
    try:
        consume("annex_file", request, recipient)
        return annex_response(recipient.annex, ending, recipient.company, recipient.working_answers())
    except LimitReached as reached:
        return _excel_page(
            request, recipient, AnswersFileForm(), notice=str(reached), status=429, retry_after=reached.seconds
        )
    except ValidationError as refused:
        return _excel_page(request, recipient, AnswersFileForm(), notice=" ".join(refused.messages))


@for_link_holders
@get_and_post
@expensive
def excel(request: HttpRequest, recipient: Recipient) -> HttpResponse:
    """`…/svar/<token>/excel/`: send a filled-in file, see what was read, and save it into the working answers. Eight queries."""
    if request.method != "POST":
        return _excel_page(request, recipient, AnswersFileForm())
    if not recipient.annex.takes_answers:
        return refused_page(request, recipient, _("The time for answers is over. Nothing was stored."))
    lines = list(recipient.annex.lines.all())
    try:
        consume("annex_file", request, recipient)
    except LimitReached as reached:
        return _excel_page(
            request, recipient, AnswersFileForm(), notice=str(reached), status=429, retry_after=reached.seconds
        )
    if READ in request.POST:
        return _save(request, recipient, lines)
    form = AnswersFileForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            read = read_annex_file(form.cleaned_data["file"].read(), recipient.annex, lines)
        except ValidationError as refused:
            form.add_error("file", refused)
        else:
            return _preview(request, recipient, lines, read)
    return _excel_page(request, recipient, form)


def _preview(
    request: HttpRequest, recipient: Recipient, lines: list[AnnexLine], read: ReadAnswers, **context: Any
) -> HttpResponse:
    """The page with what was read beside what is saved. One query."""
    stored = recipient.working_answers()
    context |= preview_context(lines, stored, read)
    return answer_page(request, recipient, "excel_read", _("What was read"), seen=fingerprint(stored), **context)


def _save(request: HttpRequest, recipient: Recipient, lines: list[AnnexLine]) -> HttpResponse:
    """Save what the page had shown; the page again where somebody has saved something else meanwhile."""
    read = sent_back(request.POST, lines)
    if read is None:
        notice = _("What was read did not come back whole. Choose the file once more.")
        return _excel_page(request, recipient, AnswersFileForm(), notice=notice)
    stored = recipient.working_answers()
    if fingerprint(stored) != request.POST.get("seen", ""):
        return _preview(request, recipient, lines, read, is_outdated=True)
    seen = {line.code: fingerprint(stored_answers(line, stored)) for line in lines}
    try:
        codes = recipient.save_answers(by_requirement(lines, chosen_answers(request.POST, read)), seen)
    except ChangedMeanwhile:
        return _preview(request, recipient, lines, read, is_outdated=True)
    except ValidationError as refused:
        if not still_answering(recipient):
            return refused_page(request, recipient, " ".join(refused.messages))
        form = AnswersFileForm({})
        add_errors(form, ValidationError(refused.messages))
        return _excel_page(request, recipient, form)
    query = f"?{SAVED}={codes[0]}" if len(codes) == 1 else ""
    return redirect(reverse("vendor_answers:overview", args=[recipient.token]) + query)


def _excel_page(request: HttpRequest, recipient: Recipient, form: AnswersFileForm, **context: Any) -> HttpResponse:
    title = _("Answer in Excel")
    return answer_page(request, recipient, "excel", title, form=form, **context)
