"""The page of a document whose template is no longer public: to read alone."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from kl_ai.requests.http import AuthenticatedRequest
from legaltoolbox.views.papers import ENDINGS

from ..models import ApprovedFile, Project, ProjectDocument
from ..work.gone_documents import stored_answers, title_of
from .lookups import project_page


def gone_document_page(request: AuthenticatedRequest, project: Project, document: ProjectDocument) -> HttpResponse:
    """What is stored in the document, and its files where it is approved. Four queries."""
    is_approved = ApprovedFile.objects.filter(document=document).exists()
    url = [*project.address, document.number]
    return project_page(
        request,
        project,
        "document_gone",
        title_of(document),
        section="documents",
        above=[(_("Documents"), reverse("projects:documents", args=project.address))],
        document=document,
        answers=stored_answers(document),
        files=[(ENDINGS[ending], reverse("projects:document_file", args=[*url, ending])) for ending in ("docx", "pdf")]
        if is_approved
        else [],
    )
