"""The cells of a table file: what a value becomes in CSV and XLSX.

A row is an iterable of values. A value is text, a number, a date or time, a bool or None; anything else (a
translated label, an option) is written as its `str`.
"""

import math
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from django.utils import timezone

from ..text import clean_text

CellValue = str | int | float | Decimal | date | datetime | bool | None

MOST_SHORT = 100
"""Texts up to so many characters are likely to stand in a file again."""

# OWASP, "CSV Injection". The wide forms count because East Asian versions of Excel read them so.
_FORMULA_STARTS = frozenset("=+-@＝＋－＠")
_BLANK_STARTS = frozenset("\t\n")


def cell_value(value: object, *, is_data: bool = False) -> CellValue:
    """`value` as one of a cell's types: text cleaned, local times, "" for None, NaN and infinities.

    `is_data` says that it is of the public data, whose short texts are remembered: what a visitor has typed never is.
    """
    if isinstance(value, str):  # most are
        return _clean_short(value) if is_data and len(value) <= MOST_SHORT else clean_text(str(value))
    if value is None:
        return ""
    if isinstance(value, float | Decimal):
        return value if math.isfinite(value) else ""
    if isinstance(value, datetime):
        return timezone.make_naive(value) if timezone.is_aware(value) else value
    if isinstance(value, bool | int | date):
        return value
    return clean_text(str(value))


@lru_cache(maxsize=4_096)
def _clean_short(text: str) -> str:
    return clean_text(str(text))


def without_formula(value: object, *, is_data: bool = True) -> CellValue:
    """`value` as a CSV cell that no spreadsheet takes for a formula; `is_data` as in `cell_value`.

    Text that begins with = + - @ (or their wide forms), also after blanks, or with a tab or line break, gets an
    apostrophe in front. Numbers, also negative ones, and dates stay as `cell_value` gives them.
    """
    cell = cell_value(value, is_data=is_data)
    if isinstance(cell, str) and _looks_like_formula(cell):
        return "'" + cell
    return cell


def _looks_like_formula(text: str) -> bool:
    return text[:1] in _BLANK_STARTS or text.lstrip()[:1] in _FORMULA_STARTS
