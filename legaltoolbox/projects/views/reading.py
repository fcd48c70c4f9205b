"""The page of a whole document as one text, for those who judge it: the same text as its files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kl_ai.export import prose
from kl_ai.export.document import Block, Facts, Heading, Prose, Table, TableCell, Wording
from kl_ai.requests.http import AuthenticatedRequest
from legaltoolbox.models import TemplateSection
from legaltoolbox.views.papers import ENDINGS

from ..files.document_bytes import document_paper
from ..models import ProjectDocument
from ..rights import Right
from .document_files import DOCUMENT_TYPES
from .documents import OpenDocument, TemplateGone, may_fill_in, own_document
from .gone_documents import gone_document_page
from .lookups import project_page


class ShownBlock(NamedTuple):
    """A block of the document as the page shows it."""

    kind: str
    """"question", "facts", "table", "guidance", "wording" or "text"."""
    title: str
    rows: Sequence[Any]
    """Of facts labels with their lines, of a table its rows: each cell the name of its column and its text; else the text."""
    columns: Sequence[str] = ()


class ReadSection(NamedTuple):
    section: TemplateSection
    blocks: list[ShownBlock]
    url: str
    """Of its form."""


@never_cache
@require_safe
def reading(request: AuthenticatedRequest, code: str, number: int, nr: int) -> HttpResponse:
    """`…/dokumenter/<nr>/laes/`: the document as one text, with the opinions and decisions on it. 31 queries at most."""
    try:
        opened = own_document(request, code, number, nr, Right.READ)
    except TemplateGone as gone:
        return gone_document_page(request, gone.document.project, gone.document)
    project, document = opened.project, opened.document
    paper = document_paper(document, opened.template, opened.catalogue)
    return project_page(
        request,
        project,
        "reading",
        _("Read the document"),
        section="documents",
        above=[*opened.crumbs, (opened.template.title, opened.url)],
        document=document,
        template=opened.template,
        facts=paper.document.facts,
        sections=[
            ReadSection(section, list(_shown(blocks)), opened.section_url(section.key))
            for section, blocks in paper.sections
        ],
        opinions=list(document.opinions.select_related("by").prefetch_related("points").order_by("at", "pk")),
        decisions=list(document.decisions.select_related("by").order_by("at", "pk")),
        versions=_other_versions(opened),
        files=[(ENDINGS[ending], opened.file_url(ending)) for ending in DOCUMENT_TYPES],
        steps_url=opened.steps_url,
        may_write=may_fill_in(project, document),
        may_comment=project.may_now(Right.COMMENT),
    )


def _other_versions(opened: OpenDocument) -> list[tuple[ProjectDocument, str]]:
    """The other versions of the document, with the address of the same page. One query."""
    project = opened.project
    same = project.documents.filter(template=opened.document.template).exclude(pk=opened.document.pk)
    return [
        (other, reverse("projects:document_reading", args=[*project.address, other.number]))
        for other in same.with_conditions().order_by("version")
    ]


def _shown(blocks: Sequence[Block]) -> Iterator[ShownBlock]:
    """The blocks below the heading of a section. Raises `TypeError` for one that no document of a project has."""
    for block in blocks:
        match block:
            case Heading(text):
                yield ShownBlock("question", text, ())
            case Prose(text, kind):
                yield ShownBlock("guidance" if kind == "guidance" else "text", "", prose.blocks(text))
            case Wording(text):
                yield ShownBlock("wording", "", prose.blocks(text))
            case Facts(rows):
                yield ShownBlock("facts", "", rows)
            case Table():
                cells = [list(_shown_row(block.headings, row)) for row in block.rows]
                yield ShownBlock("table", block.caption, cells, block.headings)
            case _:
                raise TypeError(block)


def _shown_row(columns: Sequence[str], row: Sequence[TableCell]) -> Iterator[tuple[str, Any]]:
    """Each cell: the name of its column, as a narrow screen shows it, and its text. One that stands alone needs no name."""
    texts = [prose.blocks(str(cell)) for cell in row]
    is_alone = sum(map(bool, texts)) == 1
    for column, text in zip(columns, texts, strict=False):
        yield "" if is_alone else column, text
