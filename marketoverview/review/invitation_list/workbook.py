"""The first visible sheet of an Excel workbook (.xlsx) as the text that would have been copied from it.

openpyxl reads it, part by part: the names of the sheets, the rows of one, the texts that its cells share, the formats
of dates. `BoundedArchive` looks through each of them first. What else a workbook holds is not read.
"""

import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from functools import cached_property
from typing import Any
from xml.etree.ElementTree import Element

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import Stylesheet
from openpyxl.utils.escape import unescape
from openpyxl.worksheet._reader import DATA_TAG, FORMULA_TAG, ROW_TAG, WorkSheetParser
from openpyxl.xml.constants import ARC_STYLE
from openpyxl.xml.functions import fromstring, iterparse

from kl_ai.text import clean_line

from .bounded_archive import MAX_WORK, BoundedArchive
from .table import MAX_BYTES, MAX_COLUMNS, MAX_LINES, too_long, too_many_bytes, too_wide

MAX_EMPTY_ROWS = 20_000
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
    with _opened(data) as book:
        return _text(dict(_filled_rows(book.rows())))


def unread_sheets(data: bytes) -> list[str]:
    """The names of the visible sheets after the first one, of a workbook that `read_workbook` has read."""
    with _opened(data) as book:
        return [name for name, _path in book.sheets[1:]]


@contextmanager
def _opened(data: bytes) -> Iterator["_Workbook"]:
    """The opened workbook. All errors become `ValidationError`: a damaged file can lead to any."""
    try:
        with warnings.catch_warnings(), BoundedArchive(data) as archive:
            warnings.simplefilter("ignore")  # of dates that are none, and of extensions that are not read here
            yield _Workbook(archive)
    except ValidationError:
        raise
    except Exception as error:
        raise damaged() from error


def damaged() -> ValidationError:
    return ValidationError(
        gettext("The Excel file cannot be read. Save it anew without a password, or copy its cells into the field.")
    )


class _Workbook:
    """What openpyxl reads of a workbook. `sheets` are the names and paths of the visible ones, or of all where none is."""

    def __init__(self, archive: BoundedArchive) -> None:
        """Raises `LookupError` where the workbook has no sheet."""
        self.archive = archive
        self.reader = ExcelReader(archive.fp, read_only=True, data_only=True, keep_links=False)
        self.reader.archive = archive
        self.reader.read_manifest()
        self.reader.read_workbook()
        sheets = [
            (sheet, relation)
            for sheet, relation in self.reader.parser.find_sheets()
            if relation.Type.endswith("/worksheet")
        ]
        visible = [(sheet, relation) for sheet, relation in sheets if sheet.state == "visible"] or sheets
        if not visible:
            raise LookupError("no sheet")
        self.sheets = [(sheet.name, relation.target) for sheet, relation in visible]
        archive.work_left = MAX_WORK

    def rows(self) -> Iterator[tuple[int, list[dict[str, Any]]]]:
        """The rows of the first sheet: number and cells. What stands before and below the rows is passed over."""
        styles = self._styles()
        _name, path = self.sheets[0]
        with self.archive.open(path) as part:
            parser = _RowParser(
                part,
                _SharedStrings(self.reader),
                data_only=True,
                epoch=self.reader.wb.epoch,
                date_formats=styles.date_formats,
                timedelta_formats=styles.timedelta_formats,
            )
            for _event, element in iterparse(part):
                if element.tag == ROW_TAG:
                    yield parser.parse_row(element)
                    element.clear()
                elif element.tag == DATA_TAG:
                    return

    def _styles(self) -> Stylesheet:
        if ARC_STYLE not in self.archive.namelist():
            return Stylesheet()
        return Stylesheet.from_tree(fromstring(self.archive.read(ARC_STYLE)))


class _RowParser(WorkSheetParser):
    """openpyxl's reading of a row; a formula without a value is read as its own text."""

    def parse_cell(self, element: Element) -> dict[str, Any]:
        cell: dict[str, Any] = super().parse_cell(element)
        if cell["value"] in (None, "") and (formula := element.findtext(FORMULA_TAG)):
            cell["value"] = f"={formula}"
        return cell


class _SharedStrings:
    """The texts that cells share, by their numbers; read where a cell has one."""

    def __init__(self, reader: ExcelReader) -> None:
        self.reader = reader

    @cached_property
    def strings(self) -> dict[int, str]:
        self.reader.read_strings()
        return dict(enumerate(self.reader.shared_strings))

    def __getitem__(self, number: int) -> str:
        return self.strings[number]


def _filled_rows(rows: Iterator[tuple[int, list[dict[str, Any]]]]) -> Iterator[tuple[int, dict[int, str]]]:
    """The rows with a text: number, and the texts by column, both from 1.

    Raises `ValidationError` for more than may be read, and `ValueError` where the rows are out of order.
    """
    length = filled = empty = last = 0
    for number, cells in rows:
        texts = {}
        for cell in cells:
            length += len(cell["value"]) if isinstance(cell["value"], str) else 0
            if length > MAX_BYTES:
                raise too_many_bytes()
            if text := _cell_text(cell["value"]):
                texts[cell["column"]] = text
        if not texts:
            continue
        if number <= last:
            raise ValueError("rows out of order")
        filled, empty, last = filled + 1, empty + number - last - 1, number
        if max(texts) > MAX_COLUMNS:
            raise too_wide()
        if empty > MAX_EMPTY_ROWS:
            raise _far_below(number)
        if filled > MAX_LINES:
            raise too_long()
        yield number, texts


def _far_below(row: int) -> ValidationError:
    text = gettext(
        "The Excel file has a text far below the list, in row %(number)d. Delete it, or copy the list into the field."
    )
    return ValidationError(text % {"number": row})


def _cell_text(value: Any) -> str:
    """The value as a person sees it in the sheet."""
    if isinstance(value, bool):
        return gettext("true") if value else gettext("false")
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    if isinstance(value, datetime):
        value = value.date() if value.time() == time() else value.replace(microsecond=0)
    if isinstance(value, date):
        return value.isoformat() if not isinstance(value, datetime) else value.isoformat(" ")
    return "" if value is None else clean_line(unescape(str(value)))


def _text(rows: dict[int, dict[int, str]]) -> str:
    """The lines of the sheet, empty ones where its rows are empty. Raises `ValidationError` for more than may be read."""
    lines: list[str] = []
    width = max((max(texts) for texts in rows.values()), default=0)
    length = 0
    for number, texts in rows.items():
        line = "\t".join(_quoted(texts.get(column, "")) for column in range(1, width + 1))
        length += len(line)
        if length > MAX_BYTES:
            raise too_many_bytes()
        lines += [""] * (number - len(lines) - 1) + [line]
    return "\n".join(lines)


def _quoted(cell: str) -> str:
    """The cell as `table` reads it back: one that begins like a quoted cell or a formula is quoted."""
    return '"{}"'.format(cell.replace('"', '""')) if cell.startswith(('"', '="')) else cell
