"""A sheet as its page shows it: the public page, and the one on which the municipality looks at it before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from kl_ai.export import prose

from ..models.sheets import SheetArea, SheetStage
from . import sheet_parts
from .sections import date_words
from .sheet_parts import SheetPart


@dataclass(frozen=True)
class SheetBlock:
    """A labelled piece, in the form of `components/reading_block.html`."""

    kind: str
    """"text" or "table"."""
    title: str
    rows: Sequence[Any]
    columns: Sequence[str] = ()


@dataclass(frozen=True)
class ShownPart:
    key: str
    heading: str
    blocks: list[SheetBlock]
    is_folded: bool


@dataclass(frozen=True)
class ShownText:
    """A text to citizens."""

    key: str
    heading: str
    parts: list[Any]


@dataclass(frozen=True)
class ShownSheet:
    """A sheet in words. What the municipality has written stays Danish in both languages."""

    name: str
    municipality: str
    summary: list[Any]
    affected: list[Any]
    contact: list[Any]
    area: str
    stage: str
    facts: list[tuple[str, str]]
    parts: list[ShownPart]
    """The parts that stand open."""
    texts: list[ShownText]
    folded: list[ShownPart]
    """The database and the experiences."""
    solutions: list[str]
    """Paths in the market overview."""


def shown_sheet(record: Mapping[str, Any]) -> ShownSheet:
    """The sheet of a record that was published, of this release or an earlier one. No query."""
    pieces = record.get("parts", {})
    parts = [shown for part in sheet_parts.PARTS if (shown := _part(part, pieces.get(part.key, {})))]
    experiences = _part(sheet_parts.EXPERIENCES, record.get("experiences", {}))
    return ShownSheet(
        name=record.get("title", ""),
        municipality=record.get("municipality", {}).get("name", ""),
        summary=prose.blocks(record.get("summary", "")),
        affected=prose.blocks(record.get("affected", "")),
        contact=prose.blocks(record.get("contact", "")),
        area=label(SheetArea, record.get("area", "")),
        stage=label(SheetStage, record.get("stage", "")),
        facts=_facts(record),
        parts=[part for part in parts if not part.is_folded],
        texts=list(_texts(record.get("texts", ()))),
        folded=[*(part for part in parts if part.is_folded), *([experiences] if experiences else [])],
        solutions=list(record.get("solutions", ())),
    )


def label(choices: Any, value: str) -> str:
    """The label of a value with a capital letter; the value itself where it is none any more."""
    return capfirst(str(dict(choices.choices).get(value, value)))


def _facts(record: Mapping[str, Any]) -> list[tuple[str, str]]:
    facts = (
        (_("Version of the sheet"), record.get("sheet_version", "")),
        (_("Sheet last corrected"), date_words(record.get("corrected_on", ""))),
        (_("Decided by the municipality’s management"), date_words(record.get("decided_on", ""))),
    )
    return [(heading, text) for heading, text in facts if text]


def _part(part: SheetPart, pieces: Mapping[str, Any]) -> ShownPart | None:
    """A part; None for one that need not be there and is empty."""
    if part.is_optional and not pieces:
        return None
    blocks = list(_blocks(part, pieces))
    return ShownPart(part.key, str(part.heading), blocks, part.is_folded)


def _blocks(part: SheetPart, pieces: Mapping[str, Any]) -> Iterator[SheetBlock]:
    for each in part.fields:
        piece, title = pieces.get(each.key, ""), str(each.label)
        if isinstance(piece, Mapping):
            yield SheetBlock("table", title, list(_rows(piece)), piece.get("columns", ()))
        elif piece:
            yield SheetBlock("text", title, prose.blocks(piece))
        elif not part.is_optional and not each.is_optional:
            yield SheetBlock("text", title, ())


def _rows(table: Mapping[str, Any]) -> Iterator[list[tuple[str, list[Any]]]]:
    """The rows of a table: each cell the name of its column, and its text."""
    columns: Iterable[str] = table.get("columns", ())
    for row in table.get("rows", ()):
        yield [(column, prose.blocks(cell)) for column, cell in zip(columns, row, strict=False)]


def _texts(groups: Iterable[Mapping[str, Any]]) -> Iterator[ShownText]:
    for group in groups:
        key = group["key"]
        heading = str(sheet_parts.TEXT_GROUPS[key][0]) if key in sheet_parts.TEXT_GROUPS else key
        yield ShownText(key, heading, prose.blocks("\n\n".join(group["pieces"])))
