"""A document of a project as a file: as it stands, or the same bytes for good once it is approved."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kl_ai.export.docx import DOCX_TYPE
from kl_ai.export.downloads import file_response
from kl_ai.export.pdf import PDF_TYPE
from kl_ai.pages.expensive import expensive
from kl_ai.requests.http import AuthenticatedRequest
from legaltoolbox.files.texts import filename

from ..files.document_bytes import document_bytes
from ..models import ApprovedFile, ProjectDocument
from ..rights import Right
from .documents import TemplateGone, own_document

DOCUMENT_TYPES = {"docx": DOCX_TYPE, "pdf": PDF_TYPE}


@never_cache
@require_safe
@expensive
def document_file(request: AuthenticatedRequest, code: str, number: int, nr: int, ending: str) -> HttpResponse:
    """`…/dokumenter/<nr>.docx` and `.pdf`: the document as it stands, or as it was approved. At most 26 queries.

    One that is too long to be a file says so on its page.
    """
    if ending not in DOCUMENT_TYPES:
        raise Http404
    try:
        opened = own_document(request, code, number, nr, Right.READ)
    except TemplateGone as gone:
        return _file_without_template(gone.document, ending)
    approved = ApprovedFile.objects.filter(document=opened.document).first()
    try:
        content = (
            bytes(getattr(approved, ending))
            if approved
            else document_bytes(opened.document, opened.template, opened.catalogue, ending)
        )
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
        return redirect(opened.url)
    name = filename(opened.project.title, opened.template.code, opened.template.title, ending=ending)
    return file_response(name, content, DOCUMENT_TYPES[ending])


def _file_without_template(document: ProjectDocument, ending: str) -> HttpResponse:
    """The file of a document whose template is gone, as it was approved; 404 where it was not. One query."""
    approved = get_object_or_404(ApprovedFile, document=document)
    name = filename(document.project.title, document.template, ending=ending)
    return file_response(name, bytes(getattr(approved, ending)), DOCUMENT_TYPES[ending])
