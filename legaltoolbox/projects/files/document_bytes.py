"""A document of a project as the bytes of a file, and what is kept of one that is approved."""

from copy import copy
from typing import Any

from kl_ai.export.docx import docx_bytes
from kl_ai.export.pdf import pdf_bytes
from legaltoolbox.catalogue import Catalogue
from legaltoolbox.models import DocumentTemplate

from ..models import Decision, DocumentStatus, ProjectDocument
from ..models.live import uncounted_places
from ..models.opinions import Approved
from ..work import facts, sections
from ..work.live import content_to_keep, shown_facts, shown_tables
from ..work.situations import situation_of
from ..work.way import shown_way, way_to_keep
from .document import ProjectPaper, project_paper
from .lengths import refuse_too_long_file


def document_bytes(
    document: ProjectDocument,
    template: DocumentTemplate,
    catalogue: Catalogue,
    ending: str,
    decision: Decision | None = None,
) -> bytes:
    """The document as a file. 22 queries at most. Raises `ValidationError` where it is too long to be one."""
    content = document_paper(document, template, catalogue, decision).document
    refuse_too_long_file(content)
    write = pdf_bytes if ending == "pdf" else docx_bytes
    created = document.changed_at.replace(microsecond=0)
    return write(content, author=document.project.municipality.name, created=created)


def document_paper(
    document: ProjectDocument, template: DocumentTemplate, catalogue: Catalogue, decision: Decision | None = None
) -> ProjectPaper:
    """The document as it stands, without empty sections that nobody asks for. 22 queries at most.

    With a `decision`, which may not be stored yet, as the document that it approves.
    """
    project = document.project
    stored = facts.with_facts(document.all_stored(), template, shown_facts(document))
    situation = situation_of(project, project.screening_answers.all(), catalogue)
    live = shown_tables(document, template, catalogue, decision=decision)
    states = sections.section_states(
        catalogue.sections(template),
        catalogue,
        situation,
        stored,
        {part.part: part for part in document.saved_parts.all()},
        live,
        uncounted_places(template.code, document.version),
    )
    shown = [state.section for state in states if state.filled or not state.why_not]
    nothing = {(state.section.key, key): words for state in states for key, words in state.nothing.items()}
    own: Any = copy(document)
    if decision:
        own.status = DocumentStatus.APPROVED
        own.conditions = decision.conditions if decision.answer == Decision.Answer.CONDITIONS else None
    way = shown_way(document, template, decision=decision)
    return project_paper(own, template, shown, stored, catalogue, live, way, nothing)


def approved_document(
    document: ProjectDocument, template: DocumentTemplate, catalogue: Catalogue, decision: Decision
) -> Approved:
    """What is kept of the document where this decision, which may not be stored yet, approves it as it stands. 64 queries at most.

    Raises `ValidationError` as `document_bytes`.
    """
    docx, pdf = (document_bytes(document, template, catalogue, ending, decision) for ending in ("docx", "pdf"))
    content_shown = content_to_keep(document, template, catalogue, decision) | way_to_keep(document, template, decision)
    return Approved(docx, pdf, content_shown)
