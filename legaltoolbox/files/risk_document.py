"""The risks as a document to assess them in, for Word and PDF."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import override

from kl_ai.export.document import (
    Blank,
    Block,
    ChoiceCell,
    Document,
    Heading,
    Labelled,
    Prose,
    Stack,
    Table,
    TableCell,
    Titled,
)

from ..catalogue import Catalogue
from ..left_out import LeftOut
from ..models import Risk, ScaleLevel
from ..rating import STEPS
from ..screening import short_way
from .documents import header_fields, left_out_table
from .paper import Paper
from .texts import DISCLAIMER, SUBJECT, closing, danish_date, sources

HEADINGS = (
    "Risiko",
    "Hvordan kan det ske hos jer, og hvem rammes?",
    "Sandsynlighed (1-4)",
    "Konsekvens (1-4)",
    "Foranstaltninger, ansvarlig og frist",
)
WIDTHS = (6.5, 4, 1.95, 1.65, 4.1)


def risks(
    items: Sequence[Risk],
    catalogue: Catalogue,
    paper: Paper,
    pieces: Sequence[LeftOut] = (),
) -> Document:
    """The risks by subject, each with cells for the assessment, and the scale.

    `pieces` are the risks that are left out.
    """
    reviewed = danish_date(min(item.reviewed_on for item in items))
    return Document(
        verbatim=paper.names.typed,
        title="Risikovurdering af en AI-løsning",
        subtitle=f"{len(items)} risici fra risikokataloget" if len(items) > 1 else "1 risiko fra risikokataloget",
        header=paper.header(f"Risikovurdering  |  katalog gennemgået {reviewed}"),
        footer=DISCLAIMER,
        subject=SUBJECT,
        landscape=True,
        facts=paper.names.facts,
        blocks=[
            header_fields("Løsning", "Udfyldt af", "Dato", filled={"Løsning": paper.names.project}),
            *(Prose(notice) for notice in paper.own_notices),
            Prose(
                "Vurdér sandsynlighed og konsekvens for borgeren hver for sig, først uden og så med de nye "
                "foranstaltninger. Skalaen står til sidst. Skriv en grund, hvis en risiko ikke findes hos jer."
            ),
            *(Prose(text) for text in filter(None, [short_way(Risk.KIND, catalogue, paper.situation)])),
            *_subjects(items, catalogue),
            *_scale(catalogue.levels),
            *left_out_table(pieces),
            *closing(items),
        ],
    )


def _subjects(items: Sequence[Risk], catalogue: Catalogue) -> Iterator[Block]:
    with override("da"):
        subjects = {kind.value: str(kind.label) for kind in Risk.Kind}
    for subject, heading in subjects.items():
        rows = [_row(risk, catalogue) for risk in items if risk.kind == subject]
        if rows:
            yield Heading(heading, numbered=False)
            yield Table(HEADINGS, rows, WIDTHS, row_breaks=True)


def _row(risk: Risk, catalogue: Catalogue) -> Sequence[TableCell]:
    text = Stack(
        [
            Titled(str(risk), risk.event),
            Labelled("Konsekvens for borgeren", risk.consequence),
            Labelled("Årsag", risk.cause),
            Labelled("Typiske foranstaltninger", "\n".join(f"- {measure}" for measure in risk.measures)),
            Labelled("Kilder", sources(risk, catalogue)),
        ]
    )
    return (text, Blank(), rating(f"{risk.code}: sandsynlighed"), rating(f"{risk.code}: konsekvens"), Blank())


def rating(label: str) -> ChoiceCell:
    """A cell for a step of the scale."""
    return ChoiceCell(label, tuple(map(str, STEPS)))


def _scale(levels: Sequence[ScaleLevel]) -> Iterator[Block]:
    """The steps of likelihood, then of consequence."""
    yield Heading("Skalaen", numbered=False)
    with override("da"):
        axes = {axis.value: str(axis.label) for axis in ScaleLevel.Axis}
    for axis, heading in axes.items():
        rows = [
            (str(level.level), level.name, level.description, level.example) for level in levels if level.axis == axis
        ]
        yield Table(("Trin", "Navn", "Hvad det betyder", "Eksempel"), rows, (0.8, 2, 5, 6), caption=heading)
