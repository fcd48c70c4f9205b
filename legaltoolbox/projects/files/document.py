"""A document of a project as it stands, for Word and PDF. It is Danish, as the template is, whatever the language of the page.

It is the municipality's own copy: the answers with the labels of their fields, and that a field is not filled in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import override

from kl_ai.export.document import Block, Document, Facts, Heading, Prose, Table, TableCell, Wording
from legaltoolbox.catalogue import Catalogue
from legaltoolbox.files.documents import column_widths, version_line
from legaltoolbox.files.texts import SUBJECT, danish_date
from legaltoolbox.models import DocumentTemplate, TemplateField, TemplateSection

from ..models import Project, ProjectDocument
from ..models.values import Row
from ..work.facts import WHY
from ..work.live import LiveTable, Tables, own_rows
from ..work.sections import Kind, empty_value, field_kind, fitting, value_words

NOT_FILLED_IN = "Ikke udfyldt endnu."
DIFFERS = "Afviger fra de fælles oplysninger: {}"
NOT_SAID = "Ikke vurderet endnu"
OWN_COPY_ONLY = "Kun i kommunens egen kopi."
SHORT = (Kind.LINE, Kind.DATE, Kind.YES_NO, Kind.CHOICE)
"""The kinds whose values stand beside their labels."""


def project_document(
    document: ProjectDocument,
    template: DocumentTemplate,
    shown: Iterable[TemplateSection],
    stored: Mapping[tuple[str, str], Any],
    catalogue: Catalogue,
    live: Tables | None = None,
) -> Document:
    """The document with these sections, the values that are `stored` (`ProjectDocument.all_stored`), and the `live` tables.

    No query.
    """
    project = document.project
    with override("da"):
        status = capfirst(str(document.get_status_display()))
        names = " · ".join((project.municipality.name, project.title))
        return Document(
            title=template.title,
            subtitle=f"{status}, version {document.version}",
            header=f"{template.title}  |  {names}  |  {status}",
            subject=SUBJECT,
            facts=_facts(document, project, template, status),
            blocks=[block for section in shown for block in _section(section, template, stored, catalogue, live or {})],
        )


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


def _section(
    section: TemplateSection,
    template: DocumentTemplate,
    stored: Mapping[tuple[str, str], Any],
    catalogue: Catalogue,
    live: Tables,
) -> Iterator[Block]:
    """The fields of a section; those with short values that follow on each other stand in one list."""
    yield Heading(section.heading)
    if section.own_copy_only and template.is_sent:
        yield Prose(OWN_COPY_ONLY, "guidance")
    short: list[tuple[str, list[str]]] = []
    for field in catalogue.fields(section):
        value = fitting(field, stored.get((section.key, field.key), empty_value(field)))
        reason = stored.get((section.key, f"{field.key}{WHY}"), "")
        why = [DIFFERS.format(reason)] if reason else []
        if field_kind(field) in SHORT:
            short.append((field.label, [value_words(field, value) or NOT_FILLED_IN, *why]))
            continue
        if short:
            yield Facts(short)
            short = []
        table = live.get((section.key, field.key)) if field_kind(field) == Kind.TABLE else None
        yield from _field(field, value) if table is None else _live_field(field, table, own_rows(value))
        yield from (Prose(text, "guidance") for text in why)
    if short:
        yield Facts(short)


def _field(field: TemplateField, value: Any) -> Iterator[Block]:
    """A field with a long value, under its label."""
    kind = field_kind(field)
    if kind == Kind.TABLE and value:
        rows: list[list[TableCell]] = [list(row["cells"][: len(field.columns)]) for row in value]
        yield Table(field.columns, rows, column_widths(field), caption=field.label, row_breaks=True)
        return
    yield Heading(field.label, level=2, numbered=False)
    if not value:
        yield Prose(NOT_FILLED_IN, "guidance")
    elif kind == Kind.CHECK:
        yield Prose("\n".join(f"- {option}" for option in value))
    elif kind == Kind.WORDING:
        yield Wording(value, is_framed=False)
    else:
        yield Prose(value)


def _live_field(field: TemplateField, table: LiveTable, own: list[Row]) -> Iterator[Block]:
    """What the project says, then what it does not say yet, then the rows of the document's own."""
    if table.rows:
        yield Table(table.columns, table.rows, table.widths, caption=field.label, row_breaks=True)
    if table.lacking:
        yield Prose(f"{NOT_SAID}: {'; '.join(table.lacking)}.", "guidance")
    if own or not (table.rows or table.lacking):
        yield from _field(field, own)
