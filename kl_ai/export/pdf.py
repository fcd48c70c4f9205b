"""A `Document` as a PDF that is tagged (PDF/UA-1) and fit for archives (PDF/A-2a), written by typst.

The template `templates/document.typ` is the portal's own. The content reaches it as JSON, never as markup: whatever
somebody wrote comes out as it was written. Characters that the typeface lacks are replaced, since both standards
refuse a file with one that cannot be seen (`glyphs`).
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any, assert_never, cast

import typst
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from ..text import clean_line, clean_text
from . import glyphs, prose, typst_memory
from .document import (
    LETTERS_OF_WIDTH,
    Blank,
    Block,
    ChoiceCell,
    Contents,
    Document,
    Facts,
    Field,
    Heading,
    Labelled,
    Link,
    PageBreak,
    Prose,
    Stack,
    Table,
    TableCell,
    Tick,
    Titled,
    Together,
    Wording,
    cell_letters,
    short_rows,
)
from .typesetting import FAMILY

PDF_TYPE = "application/pdf"
LONG_WORD = re.compile(r"\S{11}")
"""A word that may have to be divided in a narrow column."""
LETTERS_IN_LINE, LINES_OF_LOW_BLOCKS = 50, 36
"""Fewer than a line and a page of the template hold: 70 letters, and 40 lines with the space between them."""
ONE_LINE = 20
"""Letters of a cell that no page could divide anyway. Typst takes longer for a cell that must not be divided."""
TEMPLATE = Path(__file__).parent / "templates" / "document.typ"

Json = Mapping[str, Any]


def pdf_bytes(document: Document, *, author: str = "", created: datetime) -> bytes:
    """`document` as a PDF. Equal content and `created` give equal bytes. Nothing of it stays in typst's memory.

    Raises `ValueError` as `docx_bytes` does, and `typst.TypstError` where the template has a fault.
    """
    with translation.override(document.language.partition("-")[0]):
        data = _document(document, author)
    compiler = typst.Compiler(
        TEMPLATE.read_bytes(), font_paths=_fonts(), sys_inputs={"data": json.dumps(data, ensure_ascii=False)}
    )
    moment = created if timezone.is_aware(created) else created.replace(tzinfo=UTC)
    try:
        content = compiler.compile(pdf_standards=["ua-1", "a-2a"], timestamp=moment.astimezone(UTC))
    finally:
        typst_memory.forget()
    return cast(bytes, content)  # a list comes of pictures, None of a file


@cache
def _fonts() -> typst.Fonts:
    """The portal's typeface alone: a file looks the same wherever it is made."""
    folders = {path.parent for path in glyphs.font_files()}
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=sorted(folders))


# The document as the template reads it ------------------------------------------------------------


def _document(document: Document, author: str) -> Json:
    language, _hyphen, region = document.language.partition("-")
    before, between, after = re.split(r"{\w+}", _("Page {page} of {pages}"))
    content = {
        "title": _line(document.title),
        "subtitle": _line(document.subtitle),
        "subject": clean_line(document.subject),
        "author": clean_line(author),
        "header": _line(document.header),
        "footer": _line(document.footer),
        "page_numbers": [before, between, after],
        "landscape": document.landscape,
        "font": FAMILY,
        "lang": language,
        "region": region or None,
        "facts": _fact_rows((label, [value]) for label, value in document.facts),
        "blocks": _blocks(document.blocks),
    }
    is_replaced = glyphs.REPLACEMENT in json.dumps(content, ensure_ascii=False)
    note = _("“%(sign)s” stands for a character that the typeface of this file lacks.") % {"sign": glyphs.REPLACEMENT}
    return {**content, "replaced": note if is_replaced else ""}


def _blocks(blocks: Sequence[Block]) -> list[Json]:
    """The blocks; prose directly before a table stays with it."""
    return [
        {**_block(block), "is_lead": isinstance(block, Prose) and isinstance(following, Table)}
        for block, following in zip_longest(blocks, blocks[1:])
    ]


def _block(block: Block) -> Json:
    match block:
        case Heading(text, level, numbered):
            if level not in (1, 2, 3):
                raise ValueError(f"The heading “{text}” has the level {level}, not 1 to 3.")
            return {"kind": "heading", "level": level, "numbered": numbered, "text": _line(text)}
        case Prose(text, "guidance"):
            return {"kind": "guidance", "parts": _parts(text)}
        case Prose(text):
            return {"kind": "prose", "parts": _parts(text)}
        case Wording(text, is_framed):
            return {"kind": "wording", "parts": _parts(text), "is_framed": is_framed}
        case Facts(rows):
            return {"kind": "facts", "rows": _fact_rows(rows)}
        case Table():
            return _table(block)
        case Field():
            return _field(block)
        case PageBreak():
            return {"kind": "page-break"}
        case Contents(title):
            return {"kind": "contents", "title": _line(title)}
        case Together(blocks):
            return {"kind": "together", "blocks": _blocks(blocks), "is_low": _is_low(blocks)}
        case _:
            assert_never(block)


def _is_low(blocks: Sequence[Block]) -> bool:
    """Whether the blocks are surely lower than a page, which then need not be measured: facts and prose of few lines."""
    if not all(isinstance(block, Heading | Prose | Facts) for block in blocks):
        return False
    return sum(1 + len(text) // LETTERS_IN_LINE for text in _texts(_blocks(blocks))) <= LINES_OF_LOW_BLOCKS


def _texts(content: Any) -> Iterator[str]:
    """All strings in the content of blocks, those that are not shown too."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, Mapping):
        yield from chain.from_iterable(map(_texts, content.values()))
    elif isinstance(content, list):
        yield from chain.from_iterable(map(_texts, content))


def _table(block: Table) -> Json:
    columns = len(block.headings)
    widths = block.widths or (1,) * columns
    if not columns or len(widths) != columns or any(len(row) > columns for row in block.rows):
        raise ValueError(f"The table “{block.caption}” has {columns} headings, and rows or widths that do not fit.")
    return {
        "kind": "table",
        "caption": _line(block.caption),
        "help": _line(block.help),
        "headings": [_line(heading) for heading in block.headings],
        "widths": list(widths),
        "numbers": list(block.numbers),
        "is_form": any(isinstance(cell, Blank | Tick | ChoiceCell | Stack) for row in block.rows for cell in row),
        "rows": [
            [
                _with_layout(
                    _cell(cell),
                    is_whole=is_short and _might_break(cell, LETTERS_OF_WIDTH * widths[place] / sum(widths)),
                )
                for place, cell in enumerate((*row, *[""] * (columns - len(row))))
            ]
            for row, is_short in zip(block.rows, short_rows(block), strict=True)
        ],
    }


def _with_layout(cell: Json, *, is_whole: bool) -> Json:
    return {**cell, "has_long_word": any(map(LONG_WORD.search, _texts(cell))), "is_whole": is_whole}


def _might_break(cell: TableCell, letters_in_line: float) -> bool:
    """Whether a page might end within a cell. A paragraph of three lines stays in one piece by itself."""
    letters = cell_letters(cell)
    if isinstance(cell, str) and "\n" not in cell:
        return letters > max(ONE_LINE, 2.7 * letters_in_line)
    return letters > ONE_LINE


def _cell(cell: TableCell) -> Json:
    match cell:
        case Tick():
            return {"kind": "tick"}
        case Blank():
            return {"kind": "blank", "title": "", "parts": []}
        case Titled(title, text):
            return {"kind": "text", "title": _line(title), "parts": _parts(text)}
        case Labelled(label, text):
            return {"kind": "labelled", "label": f"{_line(label)}:", "parts": _parts(text), "is_lead": False}
        case ChoiceCell(_label, options):
            return {"kind": "choice", "options": [_line(option) for option in options]}
        case Stack(cells):
            return {"kind": "stack", "cells": _stacked(cells)}
        case str():
            return {"kind": "text", "title": "", "parts": _parts(cell)}
        case _:
            assert_never(cell)


def _stacked(cells: Sequence[TableCell]) -> list[Json]:
    """The cells; of small print whose last piece is one short line, that line does not begin a page by itself."""
    stacked = [_cell(cell) for cell in cells]
    *_before, last = cells or [""]
    if len(cells) > 1 and isinstance(last, Labelled) and len(last.label + last.text) < LETTERS_IN_LINE:
        stacked[-2] = {**stacked[-2], "is_lead": True}
    return stacked


def _field(block: Field) -> Json:
    options: Sequence[str] = ()
    match block.kind:
        case "choice":
            options = block.options
        case "yes_no":
            options = (_("Yes"), _("No"))
        case "check":
            options = (block.label,)
    return {
        "kind": "field",
        "label": _line(block.label),
        "help": _line(block.help),
        "options": [_line(option) for option in options],
        "is_long": block.kind == "text",
    }


def _fact_rows(rows: Iterable[tuple[str, Sequence[str | Link]]]) -> list[Json]:
    return [{"label": _line(label), "lines": [_linked(line) for line in lines]} for label, lines in rows if lines]


def _linked(line: str | Link) -> str | Json:
    if isinstance(line, Link) and line.target:
        return {"text": _line(line.text), "url": clean_line(line.target)}
    return _line(line.text if isinstance(line, Link) else line)


def _parts(text: str) -> list[Json]:
    """The paragraphs, each with its lines, and the lists of a text."""
    return [
        {"kind": "paragraph", "lines": [_line(line) for line in part.text.split("\n")]}
        if isinstance(part, prose.Paragraph)
        else {"kind": "bullets", "items": [_line(item) for item in part.items]}
        for part in prose.blocks(text)
    ]


def _line(text: str) -> str:
    """`text` on one line, of characters that can be shown."""
    return glyphs.shown(clean_line(clean_text(text)))
