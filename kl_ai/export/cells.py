"""The cells of a table file: what a value becomes in CSV and XLSX, and what a text loses on the way.

A row is an iterable of values. A value is text, a number, a date or time, a bool or None; anything else (a
translated label, an option) is written as its `str`.
"""

import math
import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

CellValue = str | int | float | Decimal | date | datetime | bool | None

# Everything that XML 1.0 leaves out of its production `Char`, lone surrogates included.
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# OWASP, "CSV Injection". The wide forms count because East Asian versions of Excel read them so.
_FORMULA_STARTS = frozenset("=+-@＝＋－＠")
_BLANKS = frozenset("\t\r\n")


def without_controls(text: str) -> str:
    """`text` without the characters that neither XML nor UTF-8 can carry; tab and line breaks stay."""
    return _NOT_IN_XML.sub("", text)


def cell_value(value: object) -> CellValue:
    """`value` as one of a cell's types: text without control characters, local times, "" for None, NaN and infinities."""
    if value is None:
        return ""
    if isinstance(value, float | Decimal):
        return value if math.isfinite(value) else ""
    if isinstance(value, datetime):
        return timezone.make_naive(value) if timezone.is_aware(value) else value
    if isinstance(value, bool | int | date):
        return value
    return without_controls(str(value))


def without_formula(value: object) -> CellValue:
    """`value` as a CSV cell that no spreadsheet takes for a formula.

    Text that begins with = + - @ (or their wide forms), also after blanks and invisible characters,
    or with a tab or line break, gets an apostrophe in front. Numbers and dates stay what they are,
    also negative ones; everything else as in `cell_value`.
    """
    cell = cell_value(value)
    if isinstance(cell, str) and _looks_like_formula(cell):
        return "'" + cell
    return cell


def _looks_like_formula(text: str) -> bool:
    if text[:1] in _BLANKS and text:
        return True
    for character in text:
        if not (character.isspace() or unicodedata.category(character) in ("Cc", "Cf")):
            return character in _FORMULA_STARTS
    return False
