"""The toolbox's items as Word documents: templates to fill in, checklists, and the annex to a tender.

The content is Danish, and so are the documents, whatever the language of the page that they are fetched from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import cast

from django.utils.formats import date_format
from django.utils.translation import override

from kl_ai.export.document import Blank, Block, Document, Field, FieldKind, Heading, Prose, Table, Tick, Titled, Wording

from ..catalogue import Catalogue
from ..models import (
    Activity,
    ChecklistItem,
    DocumentTemplate,
    Item,
    LegalSource,
    LegalStatus,
    Requirement,
    Role,
    TemplateField,
    unsettled_texts,
)

DISCLAIMER = "Vejledning, ikke juridisk rådgivning"
MAX_FILENAME = 120
"""Characters of a file's name before its ending."""
NOT_CONFIRMED = "Indholdet er ikke bekræftet af en jurist endnu."


def danish_date(day: date) -> str:
    """A day as it is written in Danish, "3. marts 2025"."""
    with override("da"):
        return date_format(day, "j. F Y")


def version_line(item: DocumentTemplate) -> str:
    """The version and the review of a template's text, for the header of its document."""
    return f"{item.key} · version {item.version} · tekst og kilder gennemgået {danish_date(item.reviewed_on)}"


def sources(item: Item, catalogue: Catalogue) -> str:
    """The item's sources with what is not simply in force, as one text."""
    return "; ".join(source_text(source) for source in catalogue.linked(item, LegalSource.KIND))


def source_text(source: LegalSource) -> str:
    """The citation of a source in a document, with its status where it is no law in force."""
    with override("da"):
        if source.status in (LegalStatus.ADOPTED, LegalStatus.PROPOSED):
            return f"{source.name} ({str(source.get_status_display()).lower()})"
    return f"{source.name} (uafklaret)" if source.is_unsettled else source.name


def _header_fields(*labels: str) -> Table:
    """A table with one empty cell under each label, at the top of a document that somebody fills in."""
    return Table(labels, [[""] * len(labels)])


def _closing(items: Sequence[Item]) -> Iterator[Block]:
    """The end of every document: that it is guidance, when it was reviewed, and what of it is not settled."""
    yield Heading("Om dette dokument", numbered=False)
    confirmed = all(item.confirmed_on for item in items)
    reviewed = min(item.reviewed_on for item in items)
    yield Prose(
        f"{DISCLAIMER}. Teksten er sidst gennemgået {danish_date(reviewed)}. {'' if confirmed else NOT_CONFIRMED} "
        "Kontrollér kilderne, før I bygger på dem.".replace("  ", " ")
    )
    overdue = [item for item in items if item.is_overdue]
    if overdue:
        keys = f" Det gælder {', '.join(item.key for item in overdue)}." if len(items) > 1 else ""
        yield Prose(
            f"Teksten skulle have været gennemgået igen senest {danish_date(min(item.review_by for item in overdue))}. "
            f"Den kan være forældet.{keys}"
        )
    unsettled = unsettled_texts(items)
    if unsettled:
        yield Heading("Uafklaret", level=2, numbered=False)
        for text, unsettled_items in unsettled:
            keys = ", ".join(item.key for item in unsettled_items)
            yield Prose(f"{keys}: {text}" if len(items) > 1 else text)


# Templates --------------------------------------------------------------------------------------


def template(item: DocumentTemplate, catalogue: Catalogue) -> Document:
    """A template as a document to fill in."""
    return Document(
        title=item.title,
        subtitle=f"Skabelon {item.code}",
        header=f"{item.title}  |  {version_line(item)}",
        footer=DISCLAIMER,
        subject="Juridisk værktøjskasse for ansvarlig AI",
        facts=[
            ("Formål", item.purpose),
            ("Hvornår", item.when),
            ("Ejer", item.owner.name),
            ("Kilder", sources(item, catalogue)),
            ("Version", f"{item.version}, tekst og kilder gennemgået {danish_date(item.reviewed_on)}"),
        ],
        blocks=[*_sections(item, catalogue), *_closing([item])],
    )


def _sections(item: DocumentTemplate, catalogue: Catalogue) -> Iterator[Block]:
    for section in catalogue.sections(item):
        yield Heading(section.heading)
        if section.guidance:
            yield Prose(section.guidance, "guidance")
        for field in catalogue.fields(section):
            yield from _field(field)


def _field(field: TemplateField) -> Iterator[Block]:
    if field.lacks_content:  # an editor is not done with it
        yield Field(field.label, "text", field.help)
        return
    match field.kind:
        case TemplateField.Kind.TABLE:
            if field.help:
                yield Prose(field.help, "guidance")
            yield Table(field.columns, _rows(field), _widths(field), caption=field.label)
        case TemplateField.Kind.WORDING:
            yield Heading(field.label, level=2, numbered=False)
            if field.help:
                yield Prose(field.help, "guidance")
            yield Wording(field.wording)
        case TemplateField.Kind.CHECK if field.options:
            yield Table(
                ("Sæt kryds", field.label), [(Tick(), option) for option in field.options], (1, 6), caption=field.help
            )
        case _:
            yield Field(field.label, cast(FieldKind, field.kind), field.help, field.options)


PAGE_LETTERS = 104
"""The width of a page in letters of a table's heading."""
CELL_LETTERS = 3
"""The width of a cell's borders in letters."""


def _widths(field: TemplateField) -> tuple[float, ...]:
    """The widths of a table's columns, in letters.

    A first column with labels is wider than those to fill in, and no word of a heading is broken.
    """
    shares = [1.6 if field.row_labels and not place else 1.0 for place in range(len(field.columns))]
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


def _rows(field: TemplateField) -> list[list[str | Blank]]:
    """The rows with a label in their first column, and empty rows beneath."""
    columns = len(field.columns)
    labelled: list[list[str | Blank]] = [[label, *[Blank()] * (columns - 1)] for label in field.row_labels]
    empty = max(field.rows - len(labelled), 0 if labelled else 1)
    return labelled + [[Blank() for _column in range(columns)] for _row in range(empty)]


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
CHECK_WIDTHS = (0.7, 3, 4, 0.7, 1.5, 1.1, 2)


def checklist(
    title: str, activities: Sequence[Activity], catalogue: Catalogue, *, role: Role | None = None
) -> Document:
    """The checklists of several activities, or of one, with boxes and columns to fill in.

    With a `role` only the questions that this role answers.
    """
    blocks: list[Block] = []
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
            blocks += [
                Heading(f"{activity.code} {activity.title}", numbered=False),
                Prose(activity.why),
                Table(CHECK_HEADINGS, rows, CHECK_WIDTHS, caption=f"Tjekliste {activity.code}"),
                Prose(f"Kilder: {sources(activity, catalogue)}"),
            ]
    return Document(
        title=title,
        subtitle="Tjekliste",
        header=f"{title}  |  gennemgået {danish_date(min(item.reviewed_on for item in activities))}",
        footer=DISCLAIMER,
        subject="Juridisk værktøjskasse for ansvarlig AI",
        blocks=[_header_fields("Løsning", "Udfyldt af", "Dato"), *blocks, *_closing(list(activities))],
        landscape=True,
    )


def _check_text(check: ChecklistItem, own_sources: Sequence[LegalSource]) -> str:
    """The guidance of a question, when it counts as done, and its own sources."""
    texts = [check.guidance, f"Gjort, når: {check.done_when}"]
    return "\n\n".join(texts + ([f"Kilde: {'; '.join(map(source_text, own_sources))}"] if own_sources else []))


# The annex to a tender --------------------------------------------------------------------------

ANNEX_HEADINGS = ("Nr.", "Krav", "Grad", "Bevis", "Kilde", "Opfyldt", "Leverandørens svar")
ANNEX_WIDTHS = (0.6, 5.8, 1, 2.2, 2.5, 1.1, 2.8)


def annex(requirements: Sequence[Requirement], catalogue: Catalogue, notices: Sequence[str] = ()) -> Document:
    """The requirements as an annex that a vendor fills in; `notices` say which part of the address was ignored."""
    return Document(
        title="Kravbilag: ansvarlig AI og databeskyttelse",
        subtitle=f"{len(requirements)} krav, som leverandøren besvarer",
        header=f"Kravbilag  |  kravkatalog gennemgået {danish_date(min(requirement.reviewed_on for requirement in requirements))}",
        footer=DISCLAIMER,
        subject="Juridisk værktøjskasse for ansvarlig AI",
        blocks=[
            _header_fields("Ordregiver", "Udbud", "Leverandør", "Dato"),
            Prose(
                "Leverandøren skriver ja, nej eller delvist ud for hvert krav og henviser i svaret til den dokumentation, "
                "der nævnes som bevis.\n\n"
                "Kolonnen Grad siger, om kravet bygger på en pligt i loven (skal), på god praksis (bør) eller er en "
                "mulighed (kan). Pligten kan være kommunens egen: Så siger ordlyden, hvad leverandøren skal levere, for at "
                "kommunen kan opfylde den. Frister, antal og formkrav i ordlyden er forslag, hvor loven ikke nævner dem. "
                "Ordregiveren afgør, hvilke krav der gælder i udbuddet, og hvor tungt de vejer."
            ),
            *(Prose(notice) for notice in notices),
            *_annex_tables(requirements, catalogue),
            *_closing(list(requirements)),
        ],
        landscape=True,
    )


def _annex_tables(requirements: Sequence[Requirement], catalogue: Catalogue) -> Iterator[Block]:
    with override("da"):
        topics = {topic.value: str(topic.label) for topic in Requirement.Topic}
    for topic, heading in topics.items():
        rows = [
            (
                requirement.code,
                Titled(requirement.title, requirement.wording),
                level_text(requirement),
                requirement.evidence,
                sources(requirement, catalogue),
                Blank("Ja, nej eller delvist"),
                "",
            )
            for requirement in requirements
            if requirement.topic == topic
        ]
        if not rows:
            continue
        yield Heading(heading)
        yield Table(ANNEX_HEADINGS, rows, ANNEX_WIDTHS)


def level_text(requirement: Requirement) -> str:
    """The level of a requirement in Danish, "Skal", with the note on it; the note alone where it begins with that word."""
    with override("da"):
        word, note = str(requirement.get_level_display()).capitalize(), requirement.level_note
    if re.match(rf"{word}\b", note):
        return note
    return f"{word}. {note}" if note else word


def filename(*words: str, ending: str) -> str:
    """A file's name that every system takes. Of the signs that Windows refuses, those between words become spaces."""
    name = re.sub(r"[\\/:<>|\x00-\x1f]", " ", re.sub(r'[?*"]', "", " ".join(words)))
    name = " ".join(name.split()).rstrip(". ")
    return f"{name[:MAX_FILENAME].rstrip('. ') or 'Dokument'}.{ending}"
