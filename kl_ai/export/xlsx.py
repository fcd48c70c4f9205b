"""Rows to XLSX: sheets of data and of notes, ready for the screen and for paper.

Text of a row is written as text and never looked at for formulas, links or numbers, so that it needs no apostrophe
as in CSV.
"""

import re
import tempfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import groupby
from math import ceil
from typing import IO, Literal

import xlsxwriter
from django.http import FileResponse
from django.utils import timezone
from xlsxwriter.format import Format

from ..text import clean_line
from . import xlsx_charts
from .cells import CellValue, cell_value
from .document import Link
from .worksheet import FittingWorksheet, cell_place, text_cell, truth_cell
from .xlsx_charts import SheetChart

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_ROWS = 1_048_575
"""Rows of a sheet beside its header row (Excel's specification: 1,048,576 rows in all)."""
MAX_CELL = 32_767
"""Longest text of a cell, in UTF-16 code units (Excel's specification)."""
MAX_CHOICES = 255
"""Longest list of a drop-down's values with their commas, in UTF-16 code units (Excel's specification)."""
MAX_SHEET_NAME = 31
MAX_LINKS = 65_530
"""Links of a sheet (Excel's specification); the addresses after them are text."""
MAX_URL = 2_079
"""Longest address of a link (Excel's specification)."""
WIDEST_PAGE = 230
"""Characters that one printed page can hold beside each other and still be read, in letters of 7 points; a wider sheet
takes several."""
_MARGIN = 0.4
"""The margins at the sides of a printed page, in inches."""
_LINE_HEIGHT, _MAX_HEIGHT = 15, 408.75  # a line of the standard font and Excel's highest row, in points
_A4 = 9
_LEFT_OPEN = dict.fromkeys(
    ("format_cells", "format_columns", "format_rows", "insert_columns", "insert_rows", "sort", "autofilter"), True
)
"""What somebody may do to a locked sheet: whatever makes it easier to read."""


class TooManyRows(ValueError):
    """There are more rows than a sheet can hold; nothing was sent."""


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook. A `Link` in a cell can be clicked, as long as there are not more of them than `MAX_LINKS`.

    `kind` "data" has a bold frozen header row with filters, and holds public data alone but where `is_typed`; "notes" has two columns, label and
    text, may hold what a visitor has typed, and `headings` may be empty. `widths` are in characters of the standard font, one for
    each column; columns without one are as wide as the last. `validations` are the values that Excel lets
    somebody choose in a column's data rows, by the column's index from 0. They have no commas, which would
    divide them, and are `MAX_CHOICES` long together. `formulas` are computed by Excel in a column's data rows, by
    the column's index; “{row}” in one is the row's number, other braces are doubled. They come from code, never
    from text that somebody wrote. The first `frozen` columns stay in sight, and stand on every printed page.
    A `chart` stands below the rows. With `to_fill_in`, the indices of columns, all other cells are locked, without a password:
    against a slip of the hand, and whoever wants to can lift it. What is typed into these columns stays text, and
    `row_choices` are the values for each of their data rows where the rows differ. Columns that are `hidden` are there
    for whatever reads the sheet back.
    """

    name: str
    headings: Sequence[object]
    rows: Iterable[Iterable[object]] = ()
    widths: Sequence[float] = ()
    kind: Literal["data", "notes"] = "data"
    validations: Mapping[int, Sequence[str]] = field(default_factory=dict)
    formulas: Mapping[int, str] = field(default_factory=dict)
    frozen: int = 0
    chart: SheetChart | None = None
    is_typed: bool = False
    """Whether a sheet of data holds what people have typed, which is not remembered (`cells.cell_value`)."""
    to_fill_in: Collection[int] = ()
    row_choices: Mapping[int, Sequence[Sequence[str]]] = field(default_factory=dict)
    hidden: Collection[int] = ()


def xlsx_response(
    filename: str,
    sheets: Sequence[Sheet],
    *,
    more_rows: Iterable[tuple[int, Iterable[object]]] = (),
    created: datetime | None = None,
    max_rows: int = MAX_ROWS,
) -> FileResponse:
    """A workbook as a download, written row by row to a temporary file that is gone when it has been sent.

    `more_rows` are further rows of the sheets, each with the index of its sheet: for sheets that are made in one pass.
    With the same `created` (the present time, where none is given) equal content gives equal bytes. Raises
    `TooManyRows` where a sheet has more than `max_rows` rows, and `ValueError` for `validations` that Excel
    cannot hold.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    try:
        _write_workbook(file, sheets, more_rows, created or timezone.now(), max_rows)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return FileResponse(file, as_attachment=True, filename=filename, content_type=XLSX_TYPE)


def _write_workbook(
    file: IO[bytes],
    sheets: Sequence[Sheet],
    more_rows: Iterable[tuple[int, Iterable[object]]],
    created: datetime,
    max_rows: int,
) -> None:
    workbook = xlsxwriter.Workbook(file, {"constant_memory": True})
    moment = created.astimezone(UTC) if timezone.is_aware(created) else created
    workbook.set_properties({"created": moment.replace(tzinfo=None)})
    formats = _Formats.of_workbook(workbook)
    names: set[str] = set()
    try:
        writers = []
        for sheet in sheets:
            worksheet = workbook.add_worksheet(_sheet_name(sheet.name, names), FittingWorksheet)
            writers.append(_SheetWriter(worksheet, sheet, formats, max_rows))
            if sheet.chart:
                xlsx_charts.insert(workbook, worksheet, sheet.chart)
        for number, row in more_rows:
            writers[number].append(row)
        for writer in writers:
            writer.end()
    finally:
        workbook.close()  # also removes the temporary file of each sheet


@dataclass(frozen=True)
class _Formats:
    text: Format
    label: Format
    heading: Format
    day: Format
    time: Format
    link: Format
    to_fill_in: Format

    @classmethod
    def of_workbook(cls, workbook: xlsxwriter.Workbook) -> "_Formats":
        top = {"valign": "top", "text_wrap": True}
        return cls(
            text=workbook.add_format(top),
            label=workbook.add_format(top | {"bold": True}),
            heading=workbook.add_format(top | {"bold": True, "bg_color": "#eef5f5", "bottom": 1}),
            day=workbook.add_format({"valign": "top", "num_format": "yyyy-mm-dd", "align": "left"}),
            time=workbook.add_format({"valign": "top", "num_format": "yyyy-mm-dd hh:mm", "align": "left"}),
            link=workbook.add_format(top | {"font_color": "#0b5a60", "underline": 1}),
            to_fill_in=workbook.add_format(
                top | {"locked": False, "num_format": "@", "bg_color": "#fffbe6", "border": 1}
            ),
        )


# One sheet --------------------------------------------------------------------------------------


class _SheetWriter:
    """Writes one sheet to its worksheet, row by row from the top: first the sheet's own rows, then those that are added."""

    def __init__(self, worksheet: FittingWorksheet, sheet: Sheet, formats: _Formats, max_rows: int) -> None:
        self._worksheet = worksheet
        self._sheet = sheet
        self._formats = formats
        self._max_rows = max_rows
        self._count = 0
        self._links = 0
        self._is_public = sheet.kind == "data" and not sheet.is_typed
        self._first = 1 if sheet.kind == "data" or sheet.headings else 0
        widths = list(sheet.widths) or ([24] if sheet.kind == "data" else [28, 100])
        self._widths = widths + [widths[-1]] * (len(sheet.headings) - len(widths))
        self._begin()
        for row in sheet.rows:
            self.append(row)

    def _begin(self) -> None:
        """The page, and the headings."""
        worksheet, sheet = self._worksheet, self._sheet
        worksheet.set_paper(_A4)
        # Gridlines are printed, since empty cells would run together; around a chart they would be in the way.
        worksheet.hide_gridlines(1 if self._sheet.chart else 0)
        worksheet.set_margins(left=_MARGIN, right=_MARGIN)
        worksheet.set_footer("&L&A&R&P / &N")  # the sheet's name and the page's number
        worksheet.fit_to_pages(max(1, ceil(sum(self._widths) / WIDEST_PAGE)), 0)
        for column, width in enumerate(self._widths):
            style = self._formats.to_fill_in if column in sheet.to_fill_in else self._formats.text
            options = {"hidden": True} if column in sheet.hidden else {}
            worksheet.set_column(column, column, width, style, options)  # also for what is typed into an empty cell
        if sheet.to_fill_in:
            worksheet.protect("", _LEFT_OPEN)
        if sheet.kind == "data":
            worksheet.set_landscape()
            worksheet.freeze_panes(1, sheet.frozen)
            worksheet.repeat_rows(0)
            if sheet.frozen:
                worksheet.repeat_columns(0, sheet.frozen - 1)
        if self._first:
            self._write_row(0, sheet.headings, self._formats.heading)

    def append(self, row: Iterable[object]) -> None:
        """Write the next row. Raises `TooManyRows`."""
        if self._count == self._max_rows:
            raise TooManyRows(f"The sheet “{self._sheet.name}” has more than {self._max_rows} rows.")
        number = self._first + self._count
        self._count += 1
        self._write_row(number, row, self._formats.text, None if self._sheet.kind == "data" else self._formats.label)

    def end(self) -> None:
        """What holds for all rows of a sheet of data: its filters, and the values that its cells may have."""
        worksheet, sheet = self._worksheet, self._sheet
        if sheet.kind != "data":
            return
        if sheet.headings:
            worksheet.autofilter(0, 0, self._count, len(sheet.headings) - 1)
        for column, values in sheet.validations.items() if self._count else ():
            worksheet.data_validation(1, column, self._count, column, _list_of(values))
        for column, rows in sheet.row_choices.items():
            first = 1
            for values, same in groupby(rows):
                last = first + len(list(same)) - 1
                if values:
                    worksheet.data_validation(first, column, last, column, _list_of(values))
                first = last + 1

    def _write_row(
        self, number: int, values: Iterable[object], style: Format, first_style: Format | None = None
    ) -> None:
        """One row in `style`, its first cell in `first_style` where that is given, as high as its longest text."""
        lines = 1
        cells: dict[int, str] = {}
        for column, value in enumerate(values):
            cell = cell_value(value, is_data=self._is_public)
            if isinstance(cell, str):
                cell = _shortened(cell)
                width = self._widths[min(column, len(self._widths) - 1)]
                if len(cell) > width or "\n" in cell:
                    lines = max(lines, _line_count(cell, width))
            if isinstance(value, Link) and self._has_room_for(value):
                self._worksheet.write_url(number, column, value.target, self._formats.link, cell)
                cells[column] = text_cell(cell_place(number, column, self._formats.link), str(cell))
            elif cell != "":
                cell_style = first_style if first_style and column == 0 else self._style(number, column, style)
                cells[column] = self._cell(number, column, cell, cell_style)
        if number >= self._first:
            for column, formula in self._sheet.formulas.items():
                place = cell_place(number, column, self._formats.text)
                cells[column] = self._worksheet.formula_cell(place, formula.format(row=number + 1))
        # LibreOffice, unlike Excel, does not fit rows to their text when it opens a file.
        height = min(lines * _LINE_HEIGHT, _MAX_HEIGHT) if lines > 1 else None
        self._worksheet.append_row(number, [cells[column] for column in sorted(cells)], height)

    def _style(self, row: int, column: int, style: Format) -> Format:
        is_open = row >= self._first and column in self._sheet.to_fill_in
        return self._formats.to_fill_in if is_open else style

    def _has_room_for(self, link: Link) -> bool:
        """Whether the link can be clicked; it counts as one of the sheet's then."""
        if not link.target or len(link.target) > MAX_URL or self._links == MAX_LINKS:
            return False
        self._links += 1
        return True

    def _cell(self, row: int, column: int, cell: CellValue, style: Format) -> str:
        """The XML of a cell that is not empty."""
        if isinstance(cell, str):
            return text_cell(cell_place(row, column, style), cell, is_data=self._is_public)
        if isinstance(cell, bool):
            return truth_cell(cell_place(row, column, style), cell)
        if isinstance(cell, date):
            style = self._formats.time if isinstance(cell, datetime) else self._formats.day
            return self._worksheet.date_cell(cell_place(row, column, style), cell)
        return self._worksheet.number_cell(cell_place(row, column, style), cell or 0)


# Texts within Excel's limits --------------------------------------------------------------------


def _list_of(values: Sequence[str]) -> dict[str, object]:
    """The rule of cells in which somebody chooses one of `values`."""
    return {"validate": "list", "source": _choices(values)}


def _choices(values: Sequence[str]) -> list[str]:
    """`values` for the quoted list of a drop-down. Excel would divide one at a comma, and refuses a list too long."""
    choices = [clean_line(value).replace('"', '""') for value in values]
    length = len(",".join(choices).encode("utf-16-le")) // 2
    if not choices or not all(choices) or any("," in choice for choice in choices) or length > MAX_CHOICES:
        raise ValueError(f"No drop-down can hold these values: {', '.join(values)}")
    return choices


def _line_count(text: str, width: float) -> int:
    """How many lines `text` takes in a column of `width`: rather one too many, since letters differ in width."""
    if len(text) <= width and "\n" not in text:
        return 1
    lines = 0
    for paragraph in text.split("\n"):
        lines += 1
        filled = 0
        for word in paragraph.split(" "):
            if filled and filled + len(word) > width:
                lines += 1
                filled = 0
            filled += len(word) + 1
            if filled > width + 1:  # a word longer than the column is broken
                lines += int((filled - 1) // width)
                filled = int((filled - 1) % width) + 1
    return lines


def _shortened(text: str) -> str:
    """`text` within `MAX_CELL`; an ellipsis shows that its end is missing."""
    if len(text) <= MAX_CELL // 2:
        return text
    units = text.encode("utf-16-le")
    if len(units) <= MAX_CELL * 2:
        return text
    return units[: (MAX_CELL - 1) * 2].decode("utf-16-le", "ignore") + "…"


def _sheet_name(name: str, taken: set[str]) -> str:
    """`name` as Excel allows it, and added to `taken`: short enough, none of []:*?/\\, no apostrophe at an end, unique."""
    allowed = clean_line(re.sub(r"[\[\]:*?/\\]", " ", name)).strip("'")[:MAX_SHEET_NAME].rstrip("' ") or "-"
    unique = allowed
    number = 1
    while unique.casefold() in taken or unique.casefold() == "history":  # Excel reserves that name
        number += 1
        suffix = f" ({number})"
        unique = allowed[: MAX_SHEET_NAME - len(suffix)] + suffix
    taken.add(unique.casefold())
    return unique
