"""A shared copy as a page shows it: its record in sections, the same in the preview and for those who read it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import override

from kl_ai.export import prose
from legaltoolbox.rating import level

from ..models import ChecklistAnswer, ProjectLegalBasis, RequirementState, ScreeningAnswer, TaskState
from ..models.risks import Treatment
from ..work.shared_copy import DOCUMENTS, SharedPart
from .reading import ShownBlock

Record = dict[str, Any]
PART_LABELS = {
    SharedPart.ANSWERS: "Svar om løsningen",
    SharedPart.ACTIVITIES: "Aktiviteter",
    SharedPart.CHECKLISTS: "Tjeklister",
    SharedPart.BASES: "Hjemmel",
    SharedPart.RISKS: "Risici",
    SharedPart.MEASURES: "Foranstaltninger",
    SharedPart.REQUIREMENTS: "Krav",
}
"""The headings of the copy, in Danish as its texts are."""


class SharedSection(NamedTuple):
    """A section of the copy."""

    key: str
    heading: str
    blocks: list[ShownBlock]


def shared_sections(record: Record) -> list[SharedSection]:
    """The record in sections, in Danish. No query."""
    with override("da"):
        return list(_sections(record))


def _sections(record: Record) -> Iterator[SharedSection]:
    if purpose := record.get("purpose"):
        yield SharedSection("purpose", "Formål", [_text(purpose)])
    writers = {
        SharedPart.ANSWERS: _answers,
        SharedPart.BASES: _bases,
        SharedPart.RISKS: _risks,
        SharedPart.REQUIREMENTS: _requirements,
        SharedPart.MEASURES: _measures,
        SharedPart.ACTIVITIES: _activities,
        SharedPart.CHECKLISTS: _checklists,
    }
    for part, write in writers.items():
        if rows := record.get(part):
            yield SharedSection(part.value, PART_LABELS[part], list(write(rows)))
    for document in record.get(DOCUMENTS, []):
        heading = f"{document['template']} {document['title']}"
        yield SharedSection(document["template"].lower(), heading, list(_document(document)))


def _text(text: str) -> ShownBlock:
    return ShownBlock("text", "", prose.blocks(text))


def _table(title: str, columns: Iterable[str], rows: Iterable[Iterable[str]]) -> ShownBlock:
    columns = list(columns)
    cells = [list(zip(columns, (prose.blocks(cell) for cell in row), strict=False)) for row in rows]
    return ShownBlock("table", title, cells, columns)


def _label(choices: Any, value: str) -> str:
    return capfirst(str(dict(choices.choices).get(value, value)))


def _answers(rows: list[Record]) -> Iterator[ShownBlock]:
    lines = ((row["question"], [_label(ScreeningAnswer.Value, row["value"]), row["why"]]) for row in rows)
    yield ShownBlock("facts", "", [(label, list(filter(None, texts))) for label, texts in lines])


def _activities(rows: list[Record]) -> Iterator[ShownBlock]:
    for phase in dict.fromkeys(row["phase"] for row in rows):
        cells = (
            (f"{row['code']} {row['title']}", _label(TaskState, row["state"])) for row in rows if row["phase"] == phase
        )
        yield _table(phase, ("Aktivitet", "Status"), cells)


def _checklists(rows: list[Record]) -> Iterator[ShownBlock]:
    for row in rows:
        cells = (
            (each["question"], _label(ChecklistAnswer.Value, each["value"]) if each["value"] else "", each["note"])
            for each in row["answers"]
        )
        yield _table(f"{row['activity']} {row['title']}", ("Spørgsmål", "Svar", "Note"), cells)


def _bases(rows: list[Record]) -> Iterator[ShownBlock]:
    for row in rows:
        phase = row["phase"].get("title", "")
        yield ShownBlock("question", f"{row['processing']} ({phase})" if phase else row["processing"], ())
        facts = (
            ("Vurdering", _label(ProjectLegalBasis.Judgement, row["judgement"])),
            ("Grundlag", row["basis"]),
            ("Hvorfor det er nok", row["why"]),
        )
        yield _facts(facts)


def _facts(facts: Iterable[tuple[str, str]]) -> ShownBlock:
    """Those that have a text."""
    return ShownBlock("facts", "", [(label, [text]) for label, text in facts if text])


def _level(likelihood: int | None, consequence: int | None) -> str:
    """The level of a risk with its steps; "" where it is not rated."""
    if not likelihood or not consequence:
        return ""
    words = "{} (sandsynlighed {}, konsekvens {})"
    return words.format(capfirst(str(level(likelihood, consequence).label)), likelihood, consequence)


def _risks(rows: list[Record]) -> Iterator[ShownBlock]:
    """What is written of each risk; those of which nothing is stand in a list."""
    silent = []
    for row in rows:
        facts = (
            ("Gælder her", "" if row["applies"] else "Nej"),
            ("Hvordan det kan ske, og hvem det rammer", row["event"]),
            ("Niveau før", _level(row["likelihood"], row["consequence"])),
            ("Hvorfor", row["reason"]),
            ("Håndtering", _label(Treatment, row["treatment"]) if row["treatment"] else ""),
            ("Niveau efter", _level(row["likelihood_after"], row["consequence_after"])),
            ("Hvorfor, efter", row["reason_after"]),
        )
        title = f"{row['code']} {row['title']}"
        if any(text for _heading, text in facts):
            yield ShownBlock("question", title, ())
            yield _facts(facts)
        else:
            silent.append(title)
    if silent:
        yield ShownBlock("question", "Ikke vurderet", ())
        yield _text("\n".join(f"- {title}" for title in silent))


def _requirements(rows: list[Record]) -> Iterator[ShownBlock]:
    """As the risks."""
    open_value = RequirementState.State.OPEN.value
    said = [row for row in rows if row["state"] != open_value or row["how"]]
    if said:
        cells = (
            (f"{row['code']} {row['title']}", _label(RequirementState.State, row["state"]), row["how"]) for row in said
        )
        yield _table("Vurderede krav", ("Krav", "Vurdering", "Hvordan, eller hvorfor ikke"), cells)
    if silent := [f"- {row['code']} {row['title']}" for row in rows if row not in said]:
        yield ShownBlock("question", "Ikke vurderet", ())
        yield _text("\n".join(silent))


def _measures(rows: list[Record]) -> Iterator[ShownBlock]:
    cells = ((row["text"], ", ".join(row["places"]), "Gjort" if row["is_done"] else "Ikke gjort endnu") for row in rows)
    yield _table("Hvad der gøres", ("Foranstaltning", "Mod risici og krav", "Status"), cells)


def _document(document: Record) -> Iterator[ShownBlock]:
    for section in document["sections"]:
        yield ShownBlock("question", section["heading"], ())
        for field in section["fields"]:
            yield _field(field)


def _field(field: Record) -> ShownBlock:
    if field["kind"] == "table":
        return _table(field["label"], field["columns"], field["rows"])
    return ShownBlock("facts", "", [(field["label"], _lines(field))])


def _lines(field: Record) -> list[str]:
    match field["kind"]:
        case "list":
            return list(field["value"])
        case "yes-no":
            return [_("Yes") if field["value"] == "yes" else _("No")]
        case "date":
            return [field["words"]]
    return [field["value"]]
