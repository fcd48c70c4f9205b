"""Workbooks of requirement annexes for tests, as they are handed out and as people fill them in."""

import io
from collections.abc import Callable
from typing import Any

import openpyxl

from legaltoolbox.projects.files import annex_reader, annex_workbook
from legaltoolbox.projects.models import Annex


def lines_of(annex: Annex) -> list[Any]:
    return list(annex.lines.all())


def excel(annex: Annex, answers: Any = None) -> bytes:
    return content_of(annex_workbook.workbook(annex, lines_of(annex), "Alfa Prøve", answers))


def content_of(response: Any) -> bytes:
    content = b"".join(response.streaming_content)
    for close in response._resource_closers:  # `close` would end the connection too
        close()
    return content


def read(annex: Annex, data: bytes) -> Any:
    return annex_reader.read_annex_file(data, annex, lines_of(annex))


def changed(data: bytes, change: Callable[[Any], None]) -> bytes:
    """The workbook as openpyxl saves it after a change of its first sheet."""
    book = openpyxl.load_workbook(io.BytesIO(data), rich_text=True)
    change(book.worksheets[0])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def fill(sheet: Any, value: Any = "Ja", how: Any = "Sådan", reference: Any = "Bilag 2, s. 4") -> None:
    """Answer every point of the sheet alike."""
    for row in range(2, sheet.max_row + 1):
        for column, text in ((5, value), (6, how), (7, reference)):
            sheet.cell(row, column, text)


def points_of(annex: Annex) -> list[str]:
    return [point["number"] for line in lines_of(annex) for point in line.answered_points]
