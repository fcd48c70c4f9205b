"""The lines of a list that name no company: titles above the headings, repeated headings, rules and totals."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from kl_ai.text import clean_line

from .cells import is_blank
from .headings import Headings
from .table import Row

TOTAL = re.compile(r"(?:i alt|ialt|total(?:t|er|en|s)?|sum|subtotal|antal|number of)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PassedLine:
    line_number: int
    text: str
    reason: str


def sort_out(rows: Sequence[Row], headings: Headings | None) -> tuple[list[Row], tuple[PassedLine, ...]]:
    """The rows that may name a company, and those that do not."""
    passed: list[PassedLine] = []
    companies: list[Row] = []
    heading_texts = {row.cells for row in rows[headings.first : headings.end]} if headings else set()
    for index, row in enumerate(rows):
        reason = _reason(index, row, headings, heading_texts)
        if reason:
            passed.append(PassedLine(row.number, clean_line(row.text, 100), reason))
        elif not headings or index >= headings.end:
            companies.append(row)
    return companies, tuple(passed)


def _reason(index: int, row: Row, headings: Headings | None, heading_texts: set[tuple[str, ...]]) -> str:
    """Why the row names no company; "" for a company and for the headings themselves."""
    if headings and index < headings.first:
        return gettext("It stands above the headings.")
    if headings and index >= headings.end and row.cells in heading_texts:
        return gettext("The headings again.")
    if all(not cell or is_blank(cell) for cell in row.cells):
        return gettext("It holds no letters and no digits.")
    if TOTAL.match(next(_filled(row))) and not any("@" in cell for cell in row.cells):
        return gettext("A total.")
    return ""


def _filled(row: Row) -> Iterator[str]:
    return (cell for cell in row.cells if cell)
