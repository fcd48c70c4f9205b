"""The sheets and cells of an Excel workbook (.xlsx), read by openpyxl part by part.

    with opened(data) as book:
        for number, cells in book.rows(): ...

`BoundedArchive` looks through each part first: the names of the sheets, the rows of one, the texts that its cells share,
the formats of dates. What else a workbook holds is not read: no formula is computed, no link is followed.
"""

import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from functools import cached_property
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import Stylesheet
from openpyxl.utils.escape import unescape
from openpyxl.worksheet._reader import DATA_TAG, FORMULA_TAG, MERGE_TAG, ROW_TAG, WorkSheetParser
from openpyxl.xml.constants import ARC_STYLE
from openpyxl.xml.functions import fromstring, iterparse

from ..text import clean_line
from .bounded_archive import MAX_WORK, BoundedArchive, TooMuchWork

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


class WorkbookSheet(NamedTuple):
    """A sheet of a workbook."""

    name: str
    path: str


@contextmanager
def opened(data: bytes, damaged: Callable[[], Exception], too_much: Callable[[], Exception]) -> "Iterator[Workbook]":
    """The opened workbook. Raises what `damaged` gives for a file that cannot be read, `too_much` for one beyond the limits.

    Only what the caller itself raises as one of their types passes through: a damaged file can lead to any other error.
    """
    own_errors = (type(damaged()), type(too_much()))
    try:
        with warnings.catch_warnings(), BoundedArchive(data) as archive:
            warnings.simplefilter("ignore")  # of dates that are none, and of extensions that are not read here
            yield Workbook(archive)
    except own_errors:
        raise
    except TooMuchWork as error:
        raise too_much() from error
    except Exception as error:
        raise damaged() from error


class Workbook:
    """What openpyxl reads of a workbook. `sheets` are the visible ones, or all where none is."""

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
        self.sheets = [WorkbookSheet(sheet.name, relation.target) for sheet, relation in visible]
        archive.work_left = MAX_WORK

    def rows(
        self, sheet: WorkbookSheet | None = None, merged: list[str] | None = None
    ) -> Iterator[tuple[int, list[dict[str, Any]]]]:
        """The rows of a sheet, the first one without `sheet`: number and cells. What stands before and below the rows is passed over.

        With `merged` the ranges of cells that are merged are added to it ("E4:E6"). A cell has `row`, `column`, `value`, `data_type`, and `is_formula` where Excel has stored no value with its formula.
        """
        path = (sheet or self.sheets[0]).path
        with self.archive.open(path) as part:
            parser = _RowParser(
                part,
                self._shared_strings,
                data_only=True,
                epoch=self.reader.wb.epoch,
                date_formats=self._styles.date_formats,
                timedelta_formats=self._styles.timedelta_formats,
            )
            for _event, element in iterparse(part):
                if element.tag == ROW_TAG:
                    yield parser.parse_row(element)
                    element.clear()
                elif element.tag == DATA_TAG and merged is None:
                    return
                elif element.tag == MERGE_TAG and merged is not None:
                    merged += [child.get("ref", "") for child in element]

    @cached_property
    def _styles(self) -> Stylesheet:
        if ARC_STYLE not in self.archive.namelist():
            return Stylesheet()
        return Stylesheet.from_tree(fromstring(self.archive.read(ARC_STYLE)))

    @cached_property
    def _shared_strings(self) -> "_SharedStrings":
        return _SharedStrings(self.reader)


class _RowParser(WorkSheetParser):
    """openpyxl's reading of a row; a formula without a value is read as its own text."""

    def parse_cell(self, element: Element) -> dict[str, Any]:
        cell: dict[str, Any] = super().parse_cell(element)
        if cell["value"] in (None, "") and (formula := element.findtext(FORMULA_TAG)):
            cell["value"] = f"={formula}"
            cell["is_formula"] = True
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


def cell_text(
    value: Any, clean: Callable[[str], str] = clean_line, truth_words: tuple[str, str] = ("false", "true")
) -> str:
    """The value as a person sees it in the sheet; `truth_words` stand for no and yes."""
    if isinstance(value, bool):
        return truth_words[value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    if isinstance(value, datetime):
        value = value.date() if value.time() == time() else value.replace(microsecond=0)
    if isinstance(value, date):
        return value.isoformat() if not isinstance(value, datetime) else value.isoformat(" ")
    return "" if value is None else clean(unescape(str(value)))
