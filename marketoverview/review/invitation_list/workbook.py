"""The first visible sheet of an Excel workbook (.xlsx) as the text that would have been copied from it."""

import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from io import BytesIO
from itertools import zip_longest
from typing import Any

import openpyxl
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from kl_ai.text import clean_line

from .table import MAX_COLUMNS, MAX_LINES, too_long, too_wide

MAX_MEMBERS = 500
MAX_UNPACKED = 10_000_000
"""Bytes of all members of the archive together; a list of 2,000 companies has less than one million."""
MAX_EMPTY_ROWS = 20_000
"""A sheet with a format on each of its million rows is read so far."""
ARCHIVE_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    RuntimeError,  # a member has a password
    NotImplementedError,
    ValueError,
    OverflowError,
    OSError,
    EOFError,
)
"""The errors of opening and reading an archive that is damaged, or that Python has no method to unpack."""
DECLARATION = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
"""Markup that no workbook has, and with which a small file can grow without end."""


def read_workbook(data: bytes) -> str:
    """The cells of the first visible sheet, a line to a row, with tabs between them; numbers and dates as text.

    A formula gives the value that was stored with it, or else itself. Raises `ValidationError` for a file that is
    damaged, has a password or would take too much memory.
    """
    _refuse_bomb(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that are not read here
            rows = list(_rows(data))
    except ValidationError:
        raise
    except Exception as error:  # openpyxl raises whatever a damaged part of the file leads to
        raise damaged() from error
    width = max((len(row) for row in rows), default=0)
    lines = ["\t".join(map(_quoted, [*row, *[""] * (width - len(row))])) for row in rows]
    return "\n".join(lines)


def unread_sheets(data: bytes) -> list[str]:
    """The names of the visible sheets after the first one, of a workbook that `read_workbook` has read."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [sheet.title for sheet in _sheets(openpyxl.load_workbook(BytesIO(data), read_only=True))[1:]]


def _sheets(book: Any) -> list[Any]:
    """The visible sheets, or all where none is."""
    return [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"] or list(book.worksheets)


def damaged() -> ValidationError:
    return ValidationError(
        gettext("The Excel file cannot be read. Save it anew without a password, or copy its cells into the field.")
    )


def _refuse_bomb(data: bytes) -> None:
    """Raise `ValidationError` for an archive with too many or too large members, or with markup declarations."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            members = archive.infolist()
            if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_UNPACKED:
                raise ValidationError(
                    gettext("The Excel file holds too much. Copy the list into a file of its own, or into the field.")
                )
            for member in members:
                if member.filename.endswith((".xml", ".rels")) and DECLARATION.search(_plain(archive.read(member))):
                    raise damaged()
    except ARCHIVE_ERRORS:
        raise damaged() from None


def _plain(data: bytes) -> bytes:
    """The bytes without those that are 0: markup in UTF-16 reads like that in UTF-8 then."""
    return data.replace(b"\0", b"")


def _rows(data: bytes) -> Iterator[list[str]]:
    values, formulas = (_sheet_rows(data, data_only=data_only) for data_only in (True, False))
    filled = empty = 0
    for value_row, formula_row in zip_longest(values, formulas, fillvalue=()):
        cells = [_cell_text(value, formula) for value, formula in zip_longest(value_row, formula_row)]
        while cells and not cells[-1]:
            cells.pop()
        if len(cells) > MAX_COLUMNS:
            raise too_wide()
        filled, empty = filled + bool(cells), empty + (not cells)
        if filled > MAX_LINES:
            raise too_long()
        if empty > MAX_EMPTY_ROWS:
            return
        yield cells


def _sheet_rows(data: bytes, *, data_only: bool) -> Iterator[tuple[Any, ...]]:
    book = openpyxl.load_workbook(BytesIO(data), read_only=True, data_only=data_only, keep_links=False)
    sheets = _sheets(book)
    if not sheets:
        return
    sheets[0].reset_dimensions()  # what the file says of its size need not be true
    yield from sheets[0].iter_rows(max_col=MAX_COLUMNS + 1, values_only=True)


def _cell_text(value: Any, formula: Any) -> str:
    if value is None:
        value = getattr(formula, "text", formula)  # that of a formula for several cells
    if isinstance(value, bool):
        return gettext("true") if value else gettext("false")
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    if isinstance(value, datetime):
        value = value.date() if value.time() == time() else value.replace(microsecond=0)
    if isinstance(value, date):
        return value.isoformat() if not isinstance(value, datetime) else value.isoformat(" ")
    return "" if value is None else clean_line(str(value))


def _quoted(cell: str) -> str:
    """The cell as `table` reads it back: one that begins like a quoted cell or a formula is quoted."""
    return '"{}"'.format(cell.replace('"', '""')) if cell.startswith(('"', '="')) else cell
