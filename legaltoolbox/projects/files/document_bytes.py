"""A document of a project as the bytes of a file, and what is kept of one that is approved."""

from copy import copy

from kl_ai.export.docx import docx_bytes
from kl_ai.export.pdf import pdf_bytes
from legaltoolbox.catalogue import Catalogue
from legaltoolbox.models import DocumentTemplate

from ..models import DocumentStatus, ProjectDocument
from ..models.opinions import Approved
from ..work import facts, sections
from ..work.live import content_to_keep, shown_facts, shown_tables
from ..work.situations import situation_of
from .document import project_document


def document_bytes(
    document: ProjectDocument, template: DocumentTemplate, catalogue: Catalogue, ending: str, status: str = ""
) -> bytes:
    """The document as it stands, without empty sections that nobody asks for; it says `status` for its own. Nine queries at most."""
    project = document.project
    stored = facts.with_facts(document.all_stored(), template, shown_facts(document))
    situation = situation_of(project, project.screening_answers.all(), catalogue)
    live = shown_tables(document, template, catalogue)
    states = sections.section_states(catalogue.sections(template), catalogue, situation, stored, {}, live)
    shown = [state.section for state in states if state.filled or not state.why_not]
    own = copy(document)
    own.status = status or own.status
    content = project_document(own, template, shown, stored, catalogue, live)
    write = pdf_bytes if ending == "pdf" else docx_bytes
    return write(content, author=project.municipality.name, created=document.changed_at.replace(microsecond=0))


def approved_document(document: ProjectDocument, template: DocumentTemplate, catalogue: Catalogue) -> Approved:
    """What is kept of the document where it is approved as it stands. 25 queries at most."""
    docx, pdf = (
        document_bytes(document, template, catalogue, ending, DocumentStatus.APPROVED) for ending in ("docx", "pdf")
    )
    return Approved(docx, pdf, content_to_keep(document, template, catalogue))
