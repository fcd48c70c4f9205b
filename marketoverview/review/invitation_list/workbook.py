"""The first visible sheet of an Excel workbook (.xlsx) as the text that would have been copied from it.

`kl_ai.workbooks` reads its cells within limits.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from kl_ai.workbooks.reading import ARCHIVE_ERRORS, Workbook, cell_text, opened

from .table import MAX_BYTES, MAX_COLUMNS, MAX_LINES, too_long, too_many_bytes, too_wide

__all__ = ["ARCHIVE_ERRORS", "damaged", "read_workbook", "unread_sheets"]

MAX_EMPTY_ROWS = 20_000


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
        return [sheet.name for sheet in book.sheets[1:]]


def _opened(data: bytes) -> AbstractContextManager[Workbook]:
    """The opened workbook. All errors become `ValidationError`: a damaged file can lead to any."""
    return opened(data, damaged, too_much)


def damaged() -> ValidationError:
    return ValidationError(
        gettext("The Excel file cannot be read. Save it anew without a password, or copy its cells into the field.")
    )


def too_much() -> ValidationError:
    return ValidationError(
        gettext("The Excel file holds too much. Copy the list into a file of its own, or into the field.")
    )


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
            if text := cell_text(cell["value"], truth_words=(gettext("false"), gettext("true"))):
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
