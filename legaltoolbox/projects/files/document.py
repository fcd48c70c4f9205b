"""A document of a project as it stands, for Word, PDF and the page that reads as one text. It is Danish, as the template is, whatever the language of the page.

It is the municipality's own copy: the answers with the labels of their fields, and that a field is not filled in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import override

from kl_ai.export.document import Block, Document, Facts, Heading, Prose, Table, TableCell, Wording
from legaltoolbox.catalogue import Catalogue
from legaltoolbox.files.documents import column_widths, version_line
from legaltoolbox.files.texts import SUBJECT, danish_date
from legaltoolbox.models import DocumentTemplate, TemplateField, TemplateSection

from ..models import Project, ProjectDocument
from ..models.live import later_places
from ..models.values import Row
from ..work.facts import WHY
from ..work.live import LiveTable, Tables, own_rows
from ..work.sections import Kind, empty_value, field_kind, fitting, is_filled, is_unadapted, value_words
from ..work.way import WayTexts, is_typed

NOT_FILLED_IN = "Ikke besvaret."
LATER = "Skrives efter beslutningen, i den næste version."
NOT_ADAPTED = "Ikke tilpasset endnu: Der er steder i teksten, hvor kommunen ikke har skrevet noget."
DIFFERS = "Afviger fra de fælles oplysninger: {}"
NOT_SAID = "Ikke vurderet endnu"
NOT_HAPPENED = "Der er ikke noget endnu."
WRITTEN_BEFORE = "Skrevet i dokumentet: {}"
OWN_COPY_ONLY = "Kun i kommunens egen kopi."
SHORT = (Kind.LINE, Kind.DATE, Kind.YES_NO, Kind.CHOICE)
"""The kinds whose values stand beside their labels."""


class ProjectPaper(NamedTuple):
    """A document for its files, and the same blocks by section for the page that shows it whole."""

    document: Document
    sections: list[tuple[TemplateSection, list[Block]]]
    """What stands below the heading of each section."""


def project_paper(
    document: ProjectDocument,
    template: DocumentTemplate,
    shown: Iterable[TemplateSection],
    stored: Mapping[tuple[str, str], Any],
    catalogue: Catalogue,
    live: Tables | None = None,
    way: WayTexts | None = None,
    nothing: Mapping[tuple[str, str], str] | None = None,
) -> ProjectPaper:
    """The document with these sections and the values that are `stored` (`ProjectDocument.all_stored`).

    `live` are the tables of what the project says elsewhere, `way` the texts of what has happened to the document,
    `nothing` what stands in fields that are empty on purpose. No query.
    """
    later = later_places(template.code, document.version)
    pieces = _Pieces(template, stored, catalogue, live or {}, way or {}, nothing or {}, later)
    project = document.project
    with override("da"):
        status = capfirst(document.status_label)
        sections = [(section, list(_section(section, pieces))) for section in shown]
        names = " · ".join((project.municipality.name, project.title))
        content = Document(
            title=template.title,
            subtitle=f"{status}, version {document.version}",
            header=f"{template.title}  |  {names}  |  {status}",
            subject=SUBJECT,
            facts=_facts(document, project, template, status),
            blocks=[block for section, blocks in sections for block in (Heading(section.heading), *blocks)],
        )
        return ProjectPaper(content, sections)


def _facts(
    document: ProjectDocument, project: Project, template: DocumentTemplate, status: str
) -> list[tuple[str, str]]:
    facts = (
        ("Kommune", project.municipality.name),
        ("Projekt", project.title),
        ("Sagsnummer", project.case_number),
        ("Dokument", f"{status}, version {document.version}"),
        ("Sidst ændret", danish_date(timezone.localdate(document.changed_at))),
        ("Skabelon", version_line(template)),
    )
    return [(label, value) for label, value in facts if value]


@dataclass(frozen=True)
class _Pieces:
    """What the sections are made of."""

    template: DocumentTemplate
    stored: Mapping[tuple[str, str], Any]
    catalogue: Catalogue
    live: Tables
    way: WayTexts
    nothing: Mapping[tuple[str, str], str]
    later: set[tuple[str, str]]
    """The fields that are written in the next version."""

    def without_answer(self, section: TemplateSection, field: TemplateField) -> str:
        """What stands in a field that is not filled in."""
        place = section.key, field.key
        return self.nothing.get(place) or (LATER if place in self.later else NOT_FILLED_IN)


def _section(section: TemplateSection, pieces: _Pieces) -> Iterator[Block]:
    """The fields of a section; those with short values that follow on each other stand in one list."""
    if section.own_copy_only and pieces.template.is_sent:
        yield Prose(OWN_COPY_ONLY, "guidance")
    short: list[tuple[str, list[str]]] = []
    for field in pieces.catalogue.fields(section):
        value = fitting(field, pieces.stored.get((section.key, field.key), empty_value(field)))
        if field_kind(field) in SHORT:
            short.append((field.label, _short_texts(section, field, value, pieces)))
            continue
        if short:
            yield Facts(short)
            short = []
        yield from _long_field(section, field, value, pieces)
    if short:
        yield Facts(short)


def _short_texts(section: TemplateSection, field: TemplateField, value: Any, pieces: _Pieces) -> list[str]:
    """What stands beside the label of a field with a short value."""
    happened, words = pieces.way.get((section.key, field.key)), value_words(field, value)
    if happened:
        return [happened, *([WRITTEN_BEFORE.format(words)] if words else [])]
    if happened == "" and not words:
        return [NOT_HAPPENED]
    return [words or pieces.without_answer(section, field), *_why(section, field, pieces)]


def _why(section: TemplateSection, field: TemplateField, pieces: _Pieces) -> list[str]:
    """Why the field differs from what the documents share, where somebody has said so."""
    reason = pieces.stored.get((section.key, f"{field.key}{WHY}"), "")
    return [DIFFERS.format(reason)] if reason else []


def _long_field(section: TemplateSection, field: TemplateField, value: Any, pieces: _Pieces) -> Iterator[Block]:
    """A field with a long value, under its label, with what the project says of it elsewhere or has happened."""
    place = section.key, field.key
    table = pieces.live.get(place) if field_kind(field) == Kind.TABLE else None
    happened, has_typed = pieces.way.get(place), is_typed(field, value)
    if happened or (happened == "" and not has_typed):
        yield Heading(field.label, level=2, numbered=False)
        yield Prose(happened) if happened else Prose(NOT_HAPPENED, "guidance")
        if has_typed:
            yield Prose(WRITTEN_BEFORE.format("").rstrip(), "guidance")
            yield from _value(field, value)
    elif table is not None:
        yield from _live_field(field, table, own_rows(value), pieces.without_answer(section, field))
    else:
        yield from _field(field, value, pieces.without_answer(section, field))
    yield from (Prose(text, "guidance") for text in _why(section, field, pieces))


def _field(field: TemplateField, value: Any, without_answer: str) -> Iterator[Block]:
    """A field with a long value, under its label; a table has it as its caption."""
    if field_kind(field) != Kind.TABLE or not value:
        yield Heading(field.label, level=2, numbered=False)
    if value:
        yield from _value(field, value)
    if not value or (field_kind(field) == Kind.TABLE and not is_filled(field, value)):
        yield Prose(without_answer, "guidance")


def _value(field: TemplateField, value: Any) -> Iterator[Block]:
    """A long value."""
    kind = field_kind(field)
    if kind == Kind.TABLE:
        rows: list[list[TableCell]] = [list(row["cells"][: len(field.columns)]) for row in value]
        yield Table(field.columns, rows, column_widths(field), caption=field.label, row_breaks=True)
    elif kind == Kind.CHECK:
        yield Prose("\n".join(f"- {option}" for option in value))
    elif kind == Kind.WORDING:
        if is_unadapted(field, value):
            yield Prose(NOT_ADAPTED, "guidance")
        yield Wording(value, is_framed=False)
    else:
        yield Prose(value)


def _live_field(field: TemplateField, table: LiveTable, own: list[Row], without_answer: str) -> Iterator[Block]:
    """What the project says, then what it does not say yet, then the rows of the document's own."""
    if table.rows:
        yield Table(table.columns, table.rows, table.widths, caption=field.label, row_breaks=True)
    if table.lacking:
        yield Prose(f"{NOT_SAID}: {'; '.join(table.lacking)}.", "guidance")
    if own or not (table.rows or table.lacking):
        yield from _field(field, own, without_answer)
