"""The toolbox's items as documents, for Word and PDF: templates to fill in, checklists, risks, the one-pager as a list.

The content is Danish, and so are the documents, whatever the language of the page that they are fetched from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from kl_ai.export.document import (
    Blank,
    Block,
    ChoiceCell,
    Document,
    Field,
    FieldKind,
    Heading,
    Prose,
    Table,
    TableCell,
    Tick,
    Wording,
)

from .. import filled_tables, left_out
from ..catalogue import Catalogue
from ..left_out import LeftOut
from ..models import Activity, ChecklistItem, DocumentTemplate, LegalSource, Role, TemplateField, TemplateSection
from ..rating import STEPS
from ..screening import Situation
from .paper import Paper
from .texts import DISCLAIMER, SUBJECT, closing, danish_date, source_text, sources

OWN = Paper()
"""The municipality's own copy."""


def version_line(item: DocumentTemplate) -> str:
    """The version and the review of a template's text, for the header of its document."""
    return f"{item.key} · version {item.version} · gennemgået {danish_date(item.reviewed_on)}"


def header_fields(*labels: str, filled: Mapping[str, str] | None = None) -> Table:
    """A table with one cell under each label, at the top of a document that somebody fills in; `filled` is what is known."""
    known = filled or {}
    return Table(labels, [[known.get(label) or Blank() for label in labels]])


def answers(catalogue: Catalogue, situation: Situation) -> Iterator[Block]:
    """The answers that the municipality's own paper rests on; nothing where there are none."""
    questions = [question for question in catalogue.questions if question.code in situation.answers]
    if questions:
        yield Heading("Jeres svar om løsningen", numbered=False)
        labels = [(item, item.label(situation.answer(item))) for item in questions]
        yield Table(("Spørgsmål", "Svar"), [(item.question, label) for item, label in labels], (4, 1))


def left_out_table(pieces: Sequence[LeftOut]) -> Iterator[Block]:
    """What the municipality's own paper leaves out in its situation, at the end of it; nothing where that is nothing.

    What can be left out for a small use, and what does not apply, are two tables.
    """
    for heading, group in left_out.by_word(pieces):
        yield Heading(heading, numbered=False)
        yield Table((group[0].word, "Hvorfor"), [(piece.title, piece.reason) for piece in group], (2, 3))


# Templates --------------------------------------------------------------------------------------


def template(item: DocumentTemplate, catalogue: Catalogue, paper: Paper = OWN) -> Document:
    """A template as a document to fill in: the municipality's own, or clean where it is sent to others."""
    paper = paper.of_template(item)
    sections, pieces = left_out.split(catalogue.sections(item), catalogue, paper.situation.applied)
    if not paper.own:
        return _clean_template(item, sections, catalogue, paper)
    return Document(
        verbatim=paper.names.typed,
        title=item.title,
        subtitle=f"Skabelon {item.code}",
        header=paper.header(f"{item.title}  |  {version_line(item)}"),
        footer=DISCLAIMER,
        subject=SUBJECT,
        facts=[
            *paper.names.facts,
            ("Formål", item.purpose),
            ("Hvornår", item.when),
            ("Ejer", item.owner.name),
            ("Kilder", sources(item, catalogue)),
            ("Version", f"{item.version}, tekst og kilder gennemgået {danish_date(item.reviewed_on)}"),
        ],
        blocks=[
            *(Prose(notice) for notice in paper.own_notices),
            *_sections(item, sections, catalogue, paper),
            *answers(catalogue, paper.situation),
            *left_out_table(pieces),
            *closing([item]),
        ],
    )


def _clean_template(
    item: DocumentTemplate, sections: Sequence[TemplateSection], catalogue: Catalogue, paper: Paper
) -> Document:
    """The template as it is sent: nothing about the toolbox, and only what the other part is to read or to fill in."""
    used = catalogue.linked(item, LegalSource.KIND) if paper.sources else []
    return Document(
        verbatim=paper.names.typed,
        title=item.title,
        header=paper.header(item.title),
        facts=paper.names.facts,
        blocks=[*_sections(item, sections, catalogue, paper), *source_table(used)],
    )


def source_table(used: Sequence[LegalSource]) -> Iterator[Block]:
    """The legal sources at the end of a paper; nothing where there are none."""
    if used:
        yield Heading("Retskilder", numbered=False)
        yield Table(("Kilde", "Om"), [(source_text(source, own=False), source.title) for source in used], (2, 5))


def _sections(
    item: DocumentTemplate, sections: Sequence[TemplateSection], catalogue: Catalogue, paper: Paper
) -> Iterator[Block]:
    for section in sections:
        if section.own_copy_only and not paper.own:
            continue
        yield Heading(section.heading)
        if section.own_copy_only and item.is_sent:
            yield Prose("Kun i kommunens egen kopi.", "guidance")
        if section.guidance and paper.own:
            yield Prose(section.guidance, "guidance")
        for field in catalogue.fields(section):
            if paper.own or not field.own_copy_only:
                with_help = paper.own or item.audience == item.Audience.ANSWERED
                yield from _field(field, catalogue, paper, with_help=with_help)


def _field(field: TemplateField, catalogue: Catalogue, paper: Paper, *, with_help: bool) -> Iterator[Block]:
    """A field, with its help where the reader is the one who fills it in."""
    help_text = field.help if with_help else ""
    if field.lacks_content:  # an editor is not done with it
        yield Field(field.label, "text", help_text)
        return
    match field.kind:
        case TemplateField.Kind.TABLE:
            is_filled = filled_tables.filled_table(field) is not None
            rows, widths = _rows(field, catalogue, paper), column_widths(field)
            yield Table(field.columns, rows, widths, caption=field.label, help=help_text, row_breaks=is_filled)
        case TemplateField.Kind.WORDING:
            yield from _wording(field, paper)
        case TemplateField.Kind.CHECK if field.options:
            rows = [[Tick(), option] for option in field.options]
            yield Table(("Sæt kryds", "Hvad"), rows, (1, 6), caption=field.label, help=help_text)
        case _:
            yield Field(field.label, cast(FieldKind, field.kind), help_text, field.options)


def _wording(field: TemplateField, paper: Paper) -> Iterator[Block]:
    """A wording under its label: in a box in the own copy, which marks our proposals; as plain text where it is sent."""
    yield Heading(field.label, level=2, numbered=False)
    if field.help and paper.own:
        yield Prose(field.help, "guidance")
    yield Wording(field.wording, is_framed=paper.own)
    if field.proposals and paper.own:
        yield Prose(proposals_text(field.proposals), "guidance")


def proposals_text(proposals: Sequence[str]) -> str:
    """That these numbers are ours and not the law's."""
    return f"Vores forslag, som loven ikke nævner: {', '.join(proposals)}."


PAGE_LETTERS = 104
"""The width of a page in letters of a table's heading."""
CELL_LETTERS = 3
"""The width of a cell's borders in letters."""


def column_widths(field: TemplateField) -> tuple[float, ...]:
    """The widths of a table's columns, in letters.

    A column with texts of the catalogue has the share that is given there. A first column with labels is wider than those to fill in, and no word of a heading is broken.
    """
    filled = filled_tables.filled_table(field)
    first = filled.widths if filled is not None else (1.6 if field.row_labels else 1.0,)
    shares = [*first, *[1.0] * len(field.columns)][: len(field.columns)]
    minimums = [max(map(len, heading.split()), default=0) + CELL_LETTERS for heading in field.columns]
    if sum(minimums) >= PAGE_LETTERS:
        return tuple(minimums)
    widths = [float(letters) for letters in minimums]
    while (left := PAGE_LETTERS - sum(widths)) > 0.5:  # the rest goes to the columns below their share
        unit = PAGE_LETTERS / sum(shares)
        lacks = {place: unit * share - widths[place] for place, share in enumerate(shares)}
        lacks = {place: lack for place, lack in lacks.items() if lack > 0}
        for place, lack in lacks.items():
            widths[place] += left * lack / sum(lacks.values())
    return tuple(widths)


def _rows(field: TemplateField, catalogue: Catalogue, paper: Paper) -> list[list[TableCell]]:
    """The rows from the catalogue, then those with a label in their first column, and empty rows beneath."""
    filled = filled_tables.rows(field, catalogue, paper.situation.applied)
    begun: list[list[str]] = [*filled, *([label] for label in field.row_labels)]
    begun += [[] for _row in range(max(field.rows - len(begun), 0 if begun else 1))]
    return [[*texts, *map(_empty_cell, field.columns[len(texts) :])] for texts in begun]


def _empty_cell(heading: str) -> TableCell:
    """A cell to fill in below this heading; of a step of the scale, to choose it."""
    return ChoiceCell(heading, tuple(map(str, STEPS))) if heading.endswith("(1-4)") else Blank()


# Checklists -------------------------------------------------------------------------------------

CHECK_HEADINGS = (
    "Nr.",
    "Spørgsmål",
    "Sådan gør I, og sådan ved I, at det er gjort",
    "Klaret",
    "Ansvarlig",
    "Dato",
    "Bemærkning",
)
CHECK_WIDTHS = (0.9, 3, 4.1, 0.9, 1.6, 1, 1.5)


def checklist(
    title: str,
    activities: Sequence[Activity],
    catalogue: Catalogue,
    *,
    role: Role | None = None,
    paper: Paper = OWN,
    pieces: Sequence[LeftOut] = (),
) -> Document:
    """The checklists of several activities, or of one, with boxes and columns to fill in.

    With a `role` only the questions that this role answers. `pieces` are the activities that are left out.
    """
    return Document(
        verbatim=paper.names.typed,
        title=title,
        subtitle="Tjekliste",
        header=paper.header(f"{title}  |  gennemgået {danish_date(min(item.reviewed_on for item in activities))}"),
        footer=DISCLAIMER,
        subject=SUBJECT,
        facts=paper.names.facts,
        blocks=[
            header_fields("Løsning", "Udfyldt af", "Dato", filled={"Løsning": paper.names.project}),
            *(Prose(notice) for notice in paper.own_notices),
            *_checks(activities, catalogue, role),
            *left_out_table(pieces),
            *closing(list(activities)),
        ],
        landscape=True,
    )


def _checks(activities: Sequence[Activity], catalogue: Catalogue, role: Role | None) -> Iterator[Block]:
    """The questions of each activity that has some, in a table under its title."""
    for activity in activities:
        rows = [
            (
                check.code,
                check.question,
                _check_text(check, own_sources),
                Tick(),
                (check.role or activity.responsible).short_name,
                "",
                "",
            )
            for check, own_sources in catalogue.checklist_rows(activity, role)
        ]
        if rows:
            yield Heading(f"{activity.code} {activity.title}", numbered=False)
            yield Prose(activity.why)
            yield Table(CHECK_HEADINGS, rows, CHECK_WIDTHS, caption=f"Tjekliste {activity.code}")
            yield Prose(f"Kilder: {sources(activity, catalogue)}")


def _check_text(check: ChecklistItem, own_sources: Sequence[LegalSource]) -> str:
    """The guidance of a question, when it counts as done, and its own sources."""
    texts = [check.guidance, f"Gjort, når: {check.done_when}"]
    return "\n\n".join(texts + ([f"Kilde: {'; '.join(map(source_text, own_sources))}"] if own_sources else []))
