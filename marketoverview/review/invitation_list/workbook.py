"""The first visible sheet of an Excel workbook (.xlsx) as the text that would have been copied from it.

Only the parts that matter are read, and no further than to the limits: the work follows what a list may hold, and not
what a small file can be made to say of itself. What a number or a date means is openpyxl's; its own reader takes every
cell that a file claims to have, which is minutes for some files of a few kilobytes.
"""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from openpyxl.utils.datetime import from_excel, from_ISO8601

from kl_ai.text import clean_line

from .sheet_xml import (
    MAX_ELEMENTS,
    NUMBER,
    Budget,
    SheetCell,
    SheetCells,
    WorkbookParts,
    read_date_formats,
    read_sheet,
    read_strings,
)
from .table import MAX_BYTES, too_many_bytes

MAX_MEMBERS = 500
MAX_UNPACKED = 10_000_000
"""Bytes of all members of the archive together; a list of 2,000 companies has less than one million."""
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


def read_workbook(data: bytes) -> str:
    """The cells of the first visible sheet, a line to a row, with tabs between them; numbers and dates as text.

    A formula gives the value that was stored with it, or else itself. Raises `ValidationError` for a file that is
    damaged, has a password or holds more than a list may.
    """
    with _archive(data) as archive:
        budget = Budget(MAX_ELEMENTS)
        parts = WorkbookParts(archive)
        cells = read_sheet(archive.read(parts.sheets[0].path), budget)
        numbers = {int(cell.text) for cell in cells.all if cell.is_shared}
        strings = read_strings(archive.read(parts.strings), numbers, budget) if numbers else {}
        formats = read_date_formats(archive.read(parts.styles), budget) if parts.styles else {}
        return _text(cells, CellTexts(strings, formats, parts.epoch))


def unread_sheets(data: bytes) -> list[str]:
    """The names of the visible sheets after the first one, of a workbook that `read_workbook` has read."""
    with _archive(data) as archive:
        return [sheet.name for sheet in WorkbookParts(archive).sheets[1:]]


@contextmanager
def _archive(data: bytes) -> Iterator[zipfile.ZipFile]:
    """The opened workbook. All errors become `ValidationError`: a damaged file can lead to any."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            members = archive.infolist()
            if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_UNPACKED:
                raise too_much()
            yield archive
    except ValidationError:
        raise
    except Exception as error:
        raise damaged() from error


def damaged() -> ValidationError:
    return ValidationError(
        gettext("The Excel file cannot be read. Save it anew without a password, or copy its cells into the field.")
    )


def too_much() -> ValidationError:
    return ValidationError(
        gettext("The Excel file holds too much. Copy the list into a file of its own, or into the field.")
    )


class CellTexts:
    """The texts of cells: as a person sees them in the sheet."""

    def __init__(self, strings: dict[int, str], formats: dict[int, bool], epoch: datetime) -> None:
        """`strings` are those that cells share, by number; `formats` the styles of dates, True for spans of time."""
        self.strings = {number: clean_line(text) for number, text in strings.items()}
        self.formats, self.epoch = formats, epoch

    def text(self, cell: SheetCell) -> str:
        """Raises `KeyError` or `ValueError` for a cell of a damaged file."""
        if cell.is_shared:
            return self.strings[int(cell.text)]
        match cell.kind:
            case "b":
                return gettext("true") if int(cell.text) else gettext("false")
            case "d":
                return _date_text(from_ISO8601(cell.text))
            case "n" if cell.text:
                return self._number_text(cell)
        return clean_line(cell.text)

    def _number_text(self, cell: SheetCell) -> str:
        if not NUMBER.fullmatch(cell.text):
            raise ValueError
        number = int(cell.text) if cell.text.lstrip("-").isdecimal() else float(cell.text)
        if cell.style in self.formats:
            try:
                return _date_text(from_excel(number, self.epoch, timedelta=self.formats[cell.style]))
            except (OverflowError, ValueError):
                return "#VALUE!"
        return str(int(number) if isinstance(number, float) and abs(number) < 1e15 and number.is_integer() else number)


def _date_text(value: Any) -> str:
    if isinstance(value, datetime):
        value = value.date() if value.time() == time() else value.replace(microsecond=0)
    if isinstance(value, date):
        return value.isoformat() if not isinstance(value, datetime) else value.isoformat(" ")
    return "" if value is None else str(value)


def _text(cells: SheetCells, texts: CellTexts) -> str:
    """The lines of the sheet, empty ones where its rows are empty. Raises `ValidationError` for more than may be read."""
    lines: list[str] = []
    length, last_number, width = 0, 0, cells.width
    for number, row in cells.rows.items():
        values = [""] * (max(row) + 1)
        for column, cell in row.items():
            values[column] = texts.text(cell)
        line = "\t".join(map(_quoted, [*values, *[""] * (width - len(values))]))
        length += len(line)
        if length > MAX_BYTES:
            raise too_many_bytes()
        lines += [""] * (number - last_number - 1) + [line]
        last_number = number
    return "\n".join(lines)


def _quoted(cell: str) -> str:
    """The cell as `table` reads it back: one that begins like a quoted cell or a formula is quoted."""
    return '"{}"'.format(cell.replace('"', '""')) if cell.startswith(('"', '="')) else cell
