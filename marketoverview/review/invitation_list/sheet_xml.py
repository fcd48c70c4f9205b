"""The parts of an Excel workbook, read element by element, and no further than a list goes.

A part is XML (ECMA-376, part 1, chapter 18). Every reader here counts the elements that it meets in one `Budget`, and
refuses a DOCTYPE, which no workbook has and with which a small file can grow without end.
"""

import posixpath
import re
import zipfile
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from xml.parsers import expat

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

from .table import MAX_BYTES, MAX_COLUMNS, MAX_LINES, too_long, too_many_bytes, too_wide

MAX_ELEMENTS = 200_000
"""Of the sheet, its texts and styles together: 2,000 lines of 30 cells, and their texts."""
MAX_PARTS = 5_000
"""Elements that name the parts of a workbook; one of a hundred sheets has some hundreds."""
MAX_EMPTY_ROWS = 20_000
NUMBER = re.compile(r"-?(?:\d{1,400}|\d{0,400}\.\d{1,400}|\d{1,400}\.)(?:[eE][+-]?\d{1,4})?", re.ASCII)
COLUMN = re.compile(r"([A-Z]{1,3})\d{1,7}")


class Budget:
    """The elements that may still be read."""

    def __init__(self, elements: int) -> None:
        self.left = elements

    def take(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise ValidationError(
                gettext("The Excel file holds too much. Copy the list into a file of its own, or into the field.")
            )


class _Enough(Exception):
    """The rest of the part is of no use."""


class Reader:
    """Reads one part. Subclasses give `start` and `end`; `wants_text` says whether the text is collected in `text`."""

    wants_text = False

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.text: list[str] = []
        self.length = 0

    def read(self, data: bytes) -> None:
        """Raises `expat.ExpatError`, `LookupError` or `ValueError` for what is no XML."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = lambda name: self.end(name.rpartition(":")[2])
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = self._refuse
        with suppress(_Enough):
            parser.Parse(data, True)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins; names are without a prefix."""

    def end(self, name: str) -> None:
        """An element ends."""

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.budget.take()
        self.start(name.rpartition(":")[2], attributes)

    def _text(self, text: str) -> None:
        if self.wants_text:
            self.length += len(text)
            if self.length > MAX_BYTES:
                raise too_many_bytes()
            self.text.append(text)

    def _refuse(self, *_declaration: object) -> None:
        raise ValueError("a DOCTYPE")

    def take_text(self) -> str:
        text, self.text, self.wants_text = "".join(self.text), [], False
        return text


# Workbook ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SheetPart:
    name: str
    path: str
    is_visible: bool


class _Elements(Reader):
    """The attributes of the elements with one of these names, in their order."""

    def __init__(self, budget: Budget, *names: str) -> None:
        super().__init__(budget)
        self.names = names
        self.found: list[tuple[str, dict[str, str]]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name in self.names:
            self.found.append((name, attributes))


class WorkbookParts:
    """Where the parts are. `sheets` are the visible ones, or all where none is; `strings` and `styles` may be ""."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        """Raises `LookupError` where the workbook has no sheet."""
        budget = Budget(MAX_PARTS)
        relations = _Elements(budget, "Relationship")
        relations.read(archive.read("xl/_rels/workbook.xml.rels"))
        paths, kinds = {}, {}
        for _name, attributes in relations.found:
            kind = attributes["Type"].rpartition("/")[2]
            path = posixpath.normpath(posixpath.join("/xl", attributes["Target"])).lstrip("/")
            kinds[kind] = paths[attributes["Id"], kind] = path
        workbook = _Elements(budget, "sheet", "workbookPr")
        workbook.read(archive.read("xl/workbook.xml"))
        sheets = list(self._sheets(workbook, paths))
        self.sheets = [sheet for sheet in sheets if sheet.is_visible] or sheets
        if not self.sheets:
            raise LookupError("no sheet")
        self.strings, self.styles = kinds.get("sharedStrings", ""), kinds.get("styles", "")
        is_mac = any(attributes.get("date1904") in ("1", "true") for _name, attributes in workbook.found)
        self.epoch: datetime = MAC_EPOCH if is_mac else WINDOWS_EPOCH

    def _sheets(self, workbook: _Elements, paths: dict[tuple[str, str], str]) -> Iterator[SheetPart]:
        for name, attributes in workbook.found:
            key = next((value for attribute, value in attributes.items() if attribute.endswith(":id")), "")
            if name == "sheet" and (path := paths.get((key, "worksheet"))):
                yield SheetPart(attributes["name"], path, attributes.get("state", "visible") == "visible")


def read_date_formats(data: bytes, budget: Budget) -> dict[int, bool]:
    """The numbers of the cell styles that show dates; True for those that show a span of time."""
    styles = _Elements(budget, "numFmt", "cellXfs", "xf", "cellStyles", "dxfs")
    styles.read(data)
    formats = dict(BUILTIN_FORMATS)
    formats |= {int(at["numFmtId"]): at["formatCode"][:255] for name, at in styles.found if name == "numFmt"}
    number, result = -1, {}
    for name, attributes in styles.found:
        if name != "xf":
            number = 0 if name == "cellXfs" else -1
        elif number >= 0:
            code = formats.get(int(attributes.get("numFmtId", 0)))
            if is_date_format(code):
                result[number] = is_timedelta_format(code)
            number += 1
    return result


# Sheet ----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class SheetCell:
    """What a cell holds. `kind` is the attribute `t`: n(umber), b(oolean), d(ate), s(hared), str(ing), inlineStr, e(rror)."""

    kind: str
    style: int
    text: str = ""
    formula: str = ""

    @property
    def is_shared(self) -> bool:
        return self.kind == "s"


@dataclass(slots=True)
class SheetCells:
    """The cells that are not empty: number of the row, from 1, to column, from 0, to cell."""

    rows: dict[int, dict[int, SheetCell]] = field(default_factory=dict)

    @property
    def all(self) -> Iterator[SheetCell]:
        return (cell for row in self.rows.values() for cell in row.values())

    @property
    def width(self) -> int:
        return max((max(row) + 1 for row in self.rows.values()), default=0)


class _SheetReader(Reader):
    def __init__(self, budget: Budget) -> None:
        super().__init__(budget)
        self.cells = SheetCells()
        self.row = self.column = 0
        self.cell: SheetCell | None = None
        self.is_phonetic = False
        self.last_filled = self.empty_rows = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self.column = _column_number(attributes["r"]) if "r" in attributes else self.column + 1
            self.cell = SheetCell(attributes.get("t", "n"), int(attributes.get("s") or 0))
        elif name == "row":
            self.row = max(int(attributes.get("r") or 0), self.row + 1)
            self.column = 0
        elif name == "rPh":
            self.is_phonetic = True
        elif self.cell and (name in ("v", "f") or (name == "t" and not self.is_phonetic)):
            self.wants_text = True

    def end(self, name: str) -> None:
        if name == "rPh":
            self.is_phonetic = False
        elif name == "sheetData":
            raise _Enough
        elif name == "c" and self.cell:
            self._end_cell(self.cell)
            self.cell = None
        elif self.wants_text and self.cell:
            if name == "f":
                self.cell.formula = f"={self.take_text()}"
            elif name in ("v", "t"):
                self.cell.text += self.take_text()

    def _end_cell(self, cell: SheetCell) -> None:
        if not cell.text and cell.formula:
            cell.kind, cell.text = "str", cell.formula
        if not cell.text:
            return
        if self.column > MAX_COLUMNS:
            raise too_wide()
        if self.row not in self.cells.rows:
            self.empty_rows += self.row - self.last_filled - 1
            if self.empty_rows > MAX_EMPTY_ROWS:
                raise _far_below(self.row)
            if len(self.cells.rows) == MAX_LINES:
                raise too_long()
            self.last_filled = self.row
            self.cells.rows[self.row] = {}
        self.cells.rows[self.row][self.column - 1] = cell


def read_sheet(data: bytes, budget: Budget) -> SheetCells:
    reader = _SheetReader(budget)
    reader.read(data)
    return reader.cells


def _far_below(row: int) -> ValidationError:
    text = gettext(
        "The Excel file has a text far below the list, in row %(number)d. Delete it, or copy the list into the field."
    )
    return ValidationError(text % {"number": row})


def _column_number(place: str) -> int:
    """The number of the column, from 1, of a place such as “AB12”."""
    match = COLUMN.fullmatch(place)
    if not match:
        raise ValueError(place)
    number = 0
    for letter in match[1]:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number


class _StringReader(Reader):
    """The strings with these numbers, of those that the cells of all sheets share."""

    def __init__(self, budget: Budget, numbers: Collection[int]) -> None:
        super().__init__(budget)
        self.numbers, self.last = frozenset(numbers), max(numbers)
        self.number = -1
        self.is_phonetic = False
        self.strings: dict[int, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "si":
            self.number += 1
            self.strings |= {self.number: ""} if self.number in self.numbers else {}
        elif name == "rPh":
            self.is_phonetic = True
        elif name == "t" and not self.is_phonetic and self.number in self.numbers:
            self.wants_text = True

    def end(self, name: str) -> None:
        if name == "rPh":
            self.is_phonetic = False
        elif name == "t" and self.wants_text:
            self.strings[self.number] += self.take_text()
        elif name == "si" and self.number == self.last:
            raise _Enough


def read_strings(data: bytes, numbers: Collection[int], budget: Budget) -> dict[int, str]:
    reader = _StringReader(budget, numbers)
    reader.read(data)
    return reader.strings
