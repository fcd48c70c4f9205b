"""Rows to CSV, XLSX and JSON: safe to open in a spreadsheet, built without holding the rows.

A row is an iterable of cells. A cell is text, a number, a date or time, a bool or None; anything
else (a translated label, an option) is written as its `str`.
"""

import csv
import io
import math
import re
import tempfile
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any, Literal

import xlsxwriter  # type: ignore[import-untyped]
from django.core.serializers.json import DjangoJSONEncoder
from django.http import FileResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from xlsxwriter.format import Format  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

Cell = str | int | float | Decimal | date | datetime | bool | None

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_ROWS = 1_048_575
"""What a sheet holds beside its header row (Excel's specification: 1,048,576 rows)."""
WIDEST_PAGE = 260
"""Characters that one printed page can hold beside each other and still be read; a wider sheet takes several."""
MAX_CELL = 32_767
"""What a cell holds, in UTF-16 code units (Excel's specification)."""
MAX_CHOICES = 255
"""What the values of a drop-down hold together, in UTF-16 code units (Excel's specification)."""
_CHUNK = 32 * 1024
_LINE, _HIGHEST = 15, 409  # a line of the standard font and Excel's highest row, in points

# Everything that XML 1.0 leaves out of its production `Char`, lone surrogates included.
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# OWASP, "CSV Injection". The wide forms count because East Asian versions of Excel read them so.
_FORMULA = frozenset("=+-@＝＋－＠")
_BLANK = frozenset("\t\r\n")


class TooManyRows(ValueError):
    """There are more rows than a sheet can hold; nothing was sent."""


def _offer(response: StreamingHttpResponse, filename: str) -> None:
    """Have the browser save the file under a name that may have any letters (RFC 6266)."""
    if header := content_disposition_header(True, filename):
        response["Content-Disposition"] = header


# Cells ------------------------------------------------------------------------------------------


def without_controls(text: str) -> str:
    """`text` without the characters that neither XML nor UTF-8 can carry; tab and line breaks stay."""
    return _NOT_IN_XML.sub("", text)


def safe(value: object) -> Cell:
    """`value` as a CSV cell that no spreadsheet takes for a formula.

    Text that begins with = + - @ (or their wide forms), also after blanks and invisible characters,
    or with a tab or line break, gets an apostrophe in front. Numbers and dates stay what they are,
    also negative ones; a time with a zone becomes local; NaN, infinities and None become "".
    """
    cell = _plain(value)
    if isinstance(cell, str) and _looks_like_formula(cell):
        return "'" + cell
    return cell


def _looks_like_formula(text: str) -> bool:
    if text[:1] in _BLANK and text:
        return True
    for character in text:
        if not (character.isspace() or unicodedata.category(character) in ("Cc", "Cf")):
            return character in _FORMULA
    return False


def _plain(value: object) -> Cell:
    """`value` as one of the cell's types: characters cleaned, times local, no NaN."""
    if value is None:
        return ""
    if isinstance(value, float | Decimal):
        return value if math.isfinite(value) else ""
    if isinstance(value, datetime):
        return timezone.make_naive(value) if timezone.is_aware(value) else value
    if isinstance(value, bool | int | date):
        return value
    return without_controls(str(value))


# CSV --------------------------------------------------------------------------------------------


def csv_response(filename: str, headings: Iterable[object], rows: Iterable[Iterable[object]]) -> StreamingHttpResponse:
    """A CSV file as Danish Excel opens it: UTF-8 with BOM, semicolons, CRLF, decimal commas.

    `rows` is read only as fast as the client reads. Dates are written as 2026-11-23, which every
    spreadsheet knows for a date.
    """
    response = StreamingHttpResponse(_csv_chunks(headings, rows), content_type="text/csv; charset=utf-8")
    _offer(response, filename)
    return response


def _csv_chunks(headings: Iterable[object], rows: Iterable[Iterable[object]]) -> Iterator[bytes]:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    buffer.write("\ufeff")
    writer.writerow([_csv_cell(heading) for heading in headings])
    for row in rows:
        writer.writerow([_csv_cell(value) for value in row])
        if buffer.tell() >= _CHUNK:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _csv_cell(value: object) -> Cell:
    cell = safe(value)
    if isinstance(cell, float | Decimal):
        return str(cell).replace(".", ",")
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds")
    return cell


# XLSX -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook.

    `kind` "data" has a bold frozen header row with filters; "notes" has two columns, label and
    text, and `headings` may be empty. `widths` are in characters of the standard font, one for
    each column; columns without one are as wide as the last. `validations` are the values that Excel lets
    somebody choose in a column's data rows, by the column's index from 0. They have no commas, which would
    divide them, and are `MAX_CHOICES` long together. `formulas` are what Excel reckons in a column's data rows, by
    the column's index; “{row}” in one is the row's number, other braces are doubled. They are the code's own: no text
    of anybody goes in. So many first columns as `frozen` says stay in sight, and stand on every printed page.
    """

    name: str
    headings: Sequence[object]
    rows: Iterable[Iterable[object]]
    widths: Sequence[float] = ()
    kind: Literal["data", "notes"] = "data"
    validations: Mapping[int, Sequence[str]] = field(default_factory=dict)
    formulas: Mapping[int, str] = field(default_factory=dict)
    frozen: int = 0


def xlsx_response(
    filename: str, sheets: Iterable[Sheet], *, created: datetime | None = None, max_rows: int = MAX_ROWS
) -> FileResponse:
    """A workbook, written row by row to a temporary file that is gone when it has been sent.

    Text of a row is written as text and never looked at for formulas, links or numbers, so it needs no
    apostrophe here. With the same `created` (now, where none is given) equal content gives equal
    bytes. Raises `TooManyRows` where a sheet has more than `max_rows` rows, and `ValueError` for
    `validations` that Excel cannot hold.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    try:
        _write_workbook(file, sheets, created or timezone.now(), max_rows)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return FileResponse(file, as_attachment=True, filename=filename, content_type=XLSX_TYPE)


def _write_workbook(file: Any, sheets: Iterable[Sheet], created: datetime, max_rows: int) -> None:
    workbook = xlsxwriter.Workbook(file, {"constant_memory": True})
    moment = created.astimezone(UTC) if timezone.is_aware(created) else created
    workbook.set_properties({"created": moment.replace(tzinfo=None)})
    top = {"valign": "top", "text_wrap": True}
    cells = _Formats(
        text=workbook.add_format(top),
        label=workbook.add_format(top | {"bold": True}),
        heading=workbook.add_format(top | {"bold": True, "bg_color": "#eef5f5", "bottom": 1}),
        day=workbook.add_format({"valign": "top", "num_format": "yyyy-mm-dd", "align": "left"}),
        time=workbook.add_format({"valign": "top", "num_format": "yyyy-mm-dd hh:mm", "align": "left"}),
    )
    taken: set[str] = set()
    try:
        for sheet in sheets:
            worksheet = workbook.add_worksheet(_sheet_name(sheet.name, taken), _Worksheet)
            _set_up_page(worksheet, sheet, cells)
            (_write_data if sheet.kind == "data" else _write_notes)(worksheet, sheet, cells, max_rows)
    finally:
        workbook.close()  # also removes the temporary file of each sheet


@dataclass(frozen=True)
class _Formats:
    text: Format
    label: Format
    heading: Format
    day: Format
    time: Format


class _Worksheet(Worksheet):  # type: ignore[misc]
    """A sheet whose rows have the height we reckoned, until somebody edits one: then Excel makes it fit."""

    def _xml_start_tag_unencoded(self, tag: str, attributes: Sequence[tuple[str, object]] = ()) -> None:
        if tag == "row":
            attributes = [(name, value) for name, value in attributes if name != "customHeight"]
        super()._xml_start_tag_unencoded(tag, attributes)


def _set_up_page(worksheet: Worksheet, sheet: Sheet, cells: _Formats) -> None:
    widths = _widths(sheet)
    worksheet.set_paper(9)  # A4
    worksheet.hide_gridlines(0)  # prints them: empty cells would run together
    worksheet.fit_to_pages(max(1, round(sum(widths) / WIDEST_PAGE)), 0)
    for column, width in enumerate(widths):
        worksheet.set_column(column, column, width, cells.text)  # also for what is typed into an empty cell


def _widths(sheet: Sheet) -> list[float]:
    widths = list(sheet.widths) or ([24] if sheet.kind == "data" else [28, 100])
    return widths + [widths[-1]] * (len(sheet.headings) - len(widths))


def _write_data(worksheet: Worksheet, sheet: Sheet, cells: _Formats, max_rows: int) -> None:
    worksheet.set_landscape()
    worksheet.freeze_panes(1, sheet.frozen)
    worksheet.repeat_rows(0)
    if sheet.frozen:
        worksheet.repeat_columns(0, sheet.frozen - 1)
    widths = _widths(sheet)
    _write_row(worksheet, 0, sheet.headings, widths, cells, cells.heading)
    last = 0
    for last, row in enumerate(_at_most(max_rows, sheet), start=1):
        _write_row(worksheet, last, row, widths, cells, cells.text)
        for column, formula in sheet.formulas.items():
            worksheet.write_formula(last, column, formula.format(row=last + 1), cells.text, "")
    if sheet.headings:
        worksheet.autofilter(0, 0, last, len(sheet.headings) - 1)
    if last:
        for column, values in sheet.validations.items():
            worksheet.data_validation(1, column, last, column, {"validate": "list", "source": _choices(values)})


def _choices(values: Sequence[str]) -> list[str]:
    """`values` for the quoted list of a drop-down. Excel would divide one at a comma, and refuses a list too long."""
    choices = [without_controls(value).strip().replace('"', '""') for value in values]
    length = len(",".join(choices).encode("utf-16-le")) // 2
    if not choices or not all(choices) or any("," in choice for choice in choices) or length > MAX_CHOICES:
        raise ValueError(f"No drop-down can hold these values: {', '.join(values)}")
    return choices


def _write_notes(worksheet: Worksheet, sheet: Sheet, cells: _Formats, max_rows: int) -> None:
    widths = _widths(sheet)
    if sheet.headings:
        _write_row(worksheet, 0, sheet.headings, widths, cells, cells.heading)
    for number, row in enumerate(_at_most(max_rows, sheet), start=1 if sheet.headings else 0):
        _write_row(worksheet, number, row, widths, cells, cells.text, cells.label)


def _at_most(max_rows: int, sheet: Sheet) -> Iterator[Iterable[object]]:
    rows = iter(sheet.rows)
    yield from islice(rows, max_rows)
    if next(rows, None) is not None:
        raise TooManyRows(f"The sheet “{sheet.name}” has more than {max_rows} rows.")


def _write_row(
    worksheet: Worksheet,
    number: int,
    values: Iterable[object],
    widths: Sequence[float],
    cells: _Formats,
    style: Format,
    first_style: Format | None = None,
) -> None:
    lines = 1
    for column, value in enumerate(values):
        cell = _plain(value)
        if isinstance(cell, str):
            # Excel's line break is LF; it would show a CR as text.
            cell = _cut(cell.replace("\r\n", "\n").replace("\r", "\n"))
            lines = max(lines, _lines(cell, widths[min(column, len(widths) - 1)]))
        _write_cell(worksheet, number, column, cell, cells, first_style if first_style and column == 0 else style)
    if lines > 1:
        # LibreOffice, unlike Excel, does not make rows fit when it opens a file.
        worksheet.set_row(number, min(lines * _LINE, _HIGHEST))


def _write_cell(worksheet: Worksheet, row: int, column: int, cell: Cell, cells: _Formats, style: Format) -> None:
    if isinstance(cell, bool):
        worksheet.write_boolean(row, column, cell, style)
    elif isinstance(cell, int | float | Decimal):
        worksheet.write_number(row, column, cell, style)
    elif isinstance(cell, datetime):
        worksheet.write_datetime(row, column, cell, cells.time)
    elif isinstance(cell, date):
        worksheet.write_datetime(row, column, cell, cells.day)
    elif cell:
        worksheet.write_string(row, column, cell, style)


def _lines(text: str, width: float) -> int:
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


def _cut(text: str) -> str:
    """`text` within `MAX_CELL`, an ellipsis showing where the rest was."""
    if len(text) <= MAX_CELL // 2:
        return text
    units = text.encode("utf-16-le")
    if len(units) <= MAX_CELL * 2:
        return text
    return units[: (MAX_CELL - 1) * 2].decode("utf-16-le", "ignore") + "…"


def _sheet_name(name: str, taken: set[str]) -> str:
    """`name` as Excel allows it: 31 characters, none of []:*?/\\, no apostrophe at an end, not used yet."""
    wanted = " ".join(re.sub(r"[\[\]:*?/\\]", " ", without_controls(name)).split()).strip("'")[:31].rstrip("' ")
    wanted = unique = wanted or "-"
    number = 1
    while unique.casefold() in taken or unique.casefold() == "history":  # Excel keeps that one for itself
        number += 1
        suffix = f" ({number})"
        unique = wanted[: 31 - len(suffix)] + suffix
    taken.add(unique.casefold())
    return unique


# JSON -------------------------------------------------------------------------------------------


def json_stream(
    envelope: Mapping[str, object], key: str, rows: Iterable[Mapping[str, object]], *, filename: str = ""
) -> StreamingHttpResponse:
    """`envelope` as a JSON object with `rows` as the list under `key`, last and one row to a line.

    `rows` is read only as fast as the client reads. With a `filename` the browser saves the file.
    Raises `ValueError` where the envelope has the key already.
    """
    if key in envelope:
        raise ValueError(f"The envelope already has “{key}”.")
    response = StreamingHttpResponse(_json_chunks(envelope, key, rows), content_type="application/json")
    if filename:
        _offer(response, filename)
    return response


def _json_chunks(envelope: Mapping[str, object], key: str, rows: Iterable[Mapping[str, object]]) -> Iterator[bytes]:
    encode: Callable[[object], str] = DjangoJSONEncoder(ensure_ascii=False, allow_nan=False).encode
    parts = ["{"]
    parts += [f"{encode(str(name))}: {encode(value)},\n" for name, value in envelope.items()]
    parts.append(f"{encode(key)}: [")
    size, separator = 0, "\n"
    for row in rows:
        parts.append(separator + encode(row))
        separator = ",\n"
        size += len(parts[-1])
        if size >= _CHUNK:
            yield _utf8(parts)
            size = 0
    parts.append("\n]}\n")
    yield _utf8(parts)


def _utf8(parts: list[str]) -> bytes:
    # A lone surrogate has no UTF-8; a question mark in its place keeps the file valid.
    encoded = "".join(parts).encode("utf-8", "replace")
    parts.clear()
    return encoded
