"""Reads a requirement annex back that somebody has filled in with Excel, LibreOffice, Google Sheets or Numbers.

Columns are found by their headings and rows by the number of their point, so that they can be moved, sorted, hidden and
added to. What is not understood is named with its cell, and is not taken. Nothing is stored here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter, range_boundaries

from kl_ai.text import clean_line, clean_text
from kl_ai.workbooks.kinds import ARCHIVE, kind_by_start, kind_of_archive
from kl_ai.workbooks.reading import ARCHIVE_ERRORS, Workbook, cell_text, opened

from ..models import Annex, AnnexAnswer, AnnexLine
from ..models.vendor_answers import ANSWER_FIELDS, AnswerValue
from ..work.read_answers import ReadAnswers, ReadProblem
from .annex_document import REFERENCE
from .annex_workbook import HOW, MARK, NUMBER, VALUE, annex_mark

MOST_BYTES = 900_000
"""Of a file; ours with a hundred requirements has 100 KB. More than `MAX_BODY` is refused before it is read."""
MOST_SHEETS, MOST_ROWS, MOST_COLUMNS = 20, 5_000, 200
HEADING_ROWS = 50
"""The heading stands in one of the first rows."""
MOST_PROBLEMS = 100
HEADINGS = {NUMBER: "number", VALUE: "value", HOW: "how", REFERENCE: "reference", MARK: "mark"}
VALUES = {
    AnswerValue.YES: ("ja", "j", "yes", "y"),
    AnswerValue.PARTLY: ("delvist", "delvis", "partly", "partially", "partial"),
    AnswerValue.NO: ("nej", "n", "no"),
}
_WORDS = {word: value.value for value, words in VALUES.items() for word in words}
_HEADINGS = {clean_line(heading).casefold(): name for heading, name in HEADINGS.items()}

Cells = Mapping[str, Mapping[str, Any]]
"""The name of a column to its cell in a row."""


def read_annex_file(data: bytes, annex: Annex, lines: Sequence[AnnexLine]) -> ReadAnswers:
    """What the file says to the points of the annex. Raises `ValidationError` for one that is not this annex as Excel. No query."""
    _refuse_other_files(data)
    with opened(data, _damaged, _too_much) as book:
        found = _read(book)
        if found is None:
            raise ValidationError(
                _(
                    "The file has no sheet with the columns “Nr.” and “Svar”. Get the Excel file here, and fill in that one."
                )
            )
        _refuse_other_annex(found.marks, annex, lines)
        return found.result(lines)


def _refuse_other_files(data: bytes) -> None:
    if len(data) > MOST_BYTES:
        raise ValidationError(_("The file is larger than 0.9 MB. Take pictures and other sheets out of it."))
    if not data:
        raise ValidationError(_("The file is empty."))
    try:
        kind = kind_of_archive(data) if data.startswith(ARCHIVE) else kind_by_start(data) or _("a text or a CSV file")
    except ARCHIVE_ERRORS:
        raise _damaged() from None
    if kind:
        raise ValidationError(
            _(
                "The file is %(kind)s. Only the annex as an Excel file (.xlsx) can be read. Save it as that, and send it again."
            )
            % {"kind": kind}
        )


def _damaged() -> ValidationError:
    return ValidationError(_("The Excel file cannot be read. Save it anew without a password, and send it again."))


def _too_much() -> ValidationError:
    return ValidationError(
        _("The Excel file holds too much. Take out what is not part of the annex, and send it again.")
    )


def _refuse_other_annex(marks: Sequence[str], annex: Annex, lines: Sequence[AnnexLine]) -> None:
    """Raise `ValidationError` where a row belongs to another annex, or none says which it belongs to."""
    expected = annex_mark(annex, lines)
    other = next((mark for mark in marks if mark.partition(" ")[0] != expected), None)
    if other is not None:
        name = clean_line(other.partition(" ")[2], 120) or clean_line(other, 120)
        raise ValidationError(
            _(
                "The file belongs to another requirement annex: “%(name)s”. Get the Excel file of this one here, and fill in that."
            )
            % {"name": name}
        )
    if not marks:
        raise ValidationError(
            _(
                "The file does not say which requirement annex it belongs to. Get the Excel file here, and copy your answers into it."
            )
        )


# The sheet ----------------------------------------------------------------------------------------


def _read(book: Workbook) -> _Found | None:
    """The rows of the first sheet that has the columns; None where none has."""
    for sheet in book.sheets[:MOST_SHEETS]:
        merged: list[str] = []
        rows = book.rows(sheet, merged)
        columns = _columns(rows)
        if columns is not None:
            found = _Found(columns)
            for number, (row, cells) in enumerate(rows, 1):
                if number > MOST_ROWS or len(cells) > MOST_COLUMNS:
                    raise _too_much()
                found.take_row(row, cells)
            found.merged = merged
            return found
    return None


def _columns(rows: Iterator[tuple[int, list[dict[str, Any]]]]) -> dict[int, str] | None:
    """The number of each column that is known to its name, from the row of headings; the rows stand after it then."""
    for _number, (_row, cells) in zip(range(HEADING_ROWS), rows, strict=False):
        columns: dict[int, str] = {}
        for cell in cells[:MOST_COLUMNS]:
            name = _HEADINGS.get(cell_text(cell["value"]).casefold())
            if name and name not in columns.values():
                columns[cell["column"]] = name
        names = set(columns.values())
        if "number" in names and names.intersection(ANSWER_FIELDS):
            return columns
    return None


@dataclass
class _Found:
    """The rows of the sheet, as they are read."""

    columns: dict[int, str]
    rows: list[tuple[int, dict[str, dict[str, Any]]]] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)

    def take_row(self, row: int, cells: Sequence[dict[str, Any]]) -> None:
        by_name = {
            self.columns[cell["column"]]: cell
            for cell in cells
            if cell["column"] in self.columns and cell["value"] not in (None, "")
        }
        mark = cell_text(by_name.pop("mark", {"value": ""})["value"])
        if mark:
            self.marks.append(mark)
        if by_name:
            self.rows.append((row, by_name))

    def result(self, lines: Sequence[AnnexLine]) -> ReadAnswers:
        """What the rows say to the points."""
        points = {
            point["number"].casefold(): (line, point["number"]) for line in lines for point in line.answered_points
        }
        read = ReadAnswers()
        numbers: dict[int, str] = {}
        for row, cells in self.rows:
            number = cell_text(cells["number"]["value"]).casefold() if "number" in cells else ""
            answers = {name: cell for name, cell in cells.items() if name != "number"}
            if number in points:
                line, point = points[number]
                numbers[row] = point
                self._take(read, line, point, row, answers)
            elif answers:
                read.problems.append(ReadProblem(self._place(row, answers), _unknown_row(cells)))
        read.problems += self._merged_problems(numbers)
        read.missing = [point for _line, point in points.values() if point not in read.answers]
        del read.problems[MOST_PROBLEMS:]
        return read

    def _take(self, read: ReadAnswers, line: AnnexLine, point: str, row: int, cells: Cells) -> None:
        """Take the answer of a row, but for what is not understood."""
        answer: dict[str, str] = {}
        for name in ANSWER_FIELDS:
            if name not in self.columns.values():
                continue
            try:
                answer[name] = _cell_answer(line, name, cells[name]) if name in cells else ""
            except ValidationError as wrong:
                read.problems.append(ReadProblem(self._name(name, row), " ".join(wrong.messages)))
        before = read.answers.get(point)
        if before is None:
            read.answers[point] = answer
        elif any(answer.values()) and answer != before:
            text = _("%(point)s stands in the file twice, with different answers. The first one is taken.")
            read.problems.append(ReadProblem(self._place(row, cells), text % {"point": point}))

    def _name(self, name: str, row: int) -> str:
        column = next(number for number, own in self.columns.items() if own == name)
        return f"{get_column_letter(column)}{row}"

    def _place(self, row: int, cells: Cells) -> str:
        return ", ".join(self._name(name, row) for name in cells) or str(row)

    def _merged_problems(self, numbers: Mapping[int, str]) -> Iterator[ReadProblem]:
        """The answers that stand in cells of several points at once."""
        for place in self.merged[:MOST_PROBLEMS]:
            left, top, right, bottom = range_boundaries(place)
            names = {self.columns.get(column) for column in range(left, min(right, left + MOST_COLUMNS) + 1)}
            covered = [point for row, point in numbers.items() if top <= row <= bottom]
            if names.intersection(ANSWER_FIELDS) and len(covered) > 1:
                text = _("These cells are merged. What they say is taken for %(point)s alone.")
                yield ReadProblem(place, text % {"point": covered[0]})


def _unknown_row(cells: Cells) -> str:
    if "number" not in cells:
        return _("The row has an answer, and no number of a point. It is not taken.")
    number = clean_line(cell_text(cells["number"]["value"]), 60)
    return _("“%(number)s” is no point of this requirement annex. The row is not taken.") % {"number": number}


def _cell_answer(line: AnnexLine, name: str, cell: Mapping[str, Any]) -> str:
    """What the cell says. Raises `ValidationError` where that cannot be taken."""
    if cell.get("is_formula"):
        raise ValidationError(_("The cell has a formula without a result. Write the text itself."))
    if cell.get("data_type") == "e":
        raise ValidationError(_("The cell shows an error of Excel. Write the text itself."))
    words = (_("false"), _("true"))
    text = cell_text(cell["value"], clean_text if name == "how" else clean_line, words).strip()
    if name == "value":
        return _value(line, text)
    field_of_answer: Any = AnnexAnswer._meta.get_field(name)
    if len(text) > field_of_answer.max_length:
        raise ValidationError(
            _("The text can have %(most)s characters at most. It has %(number)s.")
            % {"most": field_of_answer.max_length, "number": len(text)}
        )
    field_of_answer.run_validators(text)
    return text


def _value(line: AnnexLine, text: str) -> str:
    value = _WORDS.get(text.casefold().strip(" .!,"), "")
    if value in line.allowed_values or not text:
        return value
    if value:
        raise ValidationError(_("%(code)s is a minimum requirement: answer “Ja” or “Nej”.") % {"code": line.code})
    raise ValidationError(
        _("“%(text)s” is no answer. Choose “Ja”, “Delvist” or “Nej” where the requirement allows it.")
        % {"text": clean_line(text, 60)}
    )
