"""Rows to CSV and JSON, streamed to the client without holding the rows."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.core.serializers.json import DjangoJSONEncoder
from django.http import StreamingHttpResponse
from django.utils.translation import get_language

from .cells import CellValue, without_formula
from .downloads import set_filename

_CHUNK = 32 * 1024
"""The least size of a piece that is sent, in characters; the first one is sent before a row is read."""


# CSV --------------------------------------------------------------------------------------------


def csv_response(
    filename: str, headings: Iterable[object], rows: Iterable[Iterable[object]], *, is_data: bool = True
) -> StreamingHttpResponse:
    """A CSV file as Excel opens it in the active language: UTF-8 with BOM, CRLF; in Danish semicolons and decimal commas,
    in English commas and decimal points.

    `rows` is read only as fast as the client reads. Dates are written as 2026-11-23, which every
    spreadsheet recognises as a date. No cell is taken for a formula. `is_data` says that all is public data (`cell_value`).
    """
    form = ENGLISH if (get_language() or "").startswith("en") else DANISH
    chunks = csv_chunks(headings, rows, form, is_data=is_data)
    response = StreamingHttpResponse(chunks, content_type="text/csv; charset=utf-8")
    set_filename(response, filename)
    return response


@dataclass(frozen=True, slots=True)
class CsvForm:
    """What a spreadsheet of one language takes for the end of a cell, and for the decimal mark."""

    delimiter: str
    decimal: str


DANISH, ENGLISH = CsvForm(";", ","), CsvForm(",", ".")


def csv_chunks(
    headings: Iterable[object], rows: Iterable[Iterable[object]], form: CsvForm = DANISH, *, is_data: bool = True
) -> Iterator[bytes]:
    """The bytes of a CSV file in this form, in pieces."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=form.delimiter, lineterminator="\r\n")
    buffer.write("\ufeff")
    writer.writerow([_csv_cell(heading, form, is_data=is_data) for heading in headings])
    yield _taken(buffer)  # the client has something before the first row is read
    for row in rows:
        writer.writerow([_csv_cell(value, form, is_data=is_data) for value in row])
        if buffer.tell() >= _CHUNK:
            yield _taken(buffer)
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> bytes:
    """What stands in the buffer, which is empty then."""
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()


def _csv_cell(value: object, form: CsvForm, *, is_data: bool) -> CellValue:
    cell = without_formula(value, is_data=is_data)
    if isinstance(cell, float | Decimal):
        return str(cell).replace(".", form.decimal)
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds")
    return cell


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
        set_filename(response, filename)
    return response


def _json_chunks(envelope: Mapping[str, object], key: str, rows: Iterable[Mapping[str, object]]) -> Iterator[bytes]:
    encode: Callable[[object], str] = DjangoJSONEncoder(ensure_ascii=False, allow_nan=False).encode
    parts = ["{"]
    parts += [f"{encode(str(name))}: {encode(value)},\n" for name, value in envelope.items()]
    parts.append(f"{encode(key)}: [")
    yield _utf8(parts)  # the client has something before the first row is read
    parts.clear()
    size, separator = 0, "\n"
    for row in rows:
        parts.append(separator + encode(row))
        separator = ",\n"
        size += len(parts[-1])
        if size >= _CHUNK:
            yield _utf8(parts)
            parts.clear()
            size = 0
    parts.append("\n]}\n")
    yield _utf8(parts)


def _utf8(parts: list[str]) -> bytes:
    """`parts` joined. A lone surrogate, which has no UTF-8, becomes a question mark, so that the file stays valid."""
    return "".join(parts).encode("utf-8", "replace")
