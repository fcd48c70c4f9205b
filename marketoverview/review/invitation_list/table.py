"""The text of a list as rows of cells: separators, quotation marks, line breaks within cells."""

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass
from itertools import pairwise

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from kl_ai.text import clean_line, clean_text

MAX_BYTES = 500_000
"""Of a file, and of the text that is read from it."""
MAX_LINES = 2_000
MAX_COLUMNS = 200
MAX_CELLS = 30_000
"""Of those that are read: 2,000 lines of 15. A list of companies has four."""
MAX_BREAKS = 5
"""Line breaks in one cell; more come from a quotation mark that was never closed."""
MAX_QUOTED = 2_000
"""Characters of a quoted cell; a longer one is taken for text that begins with a quotation mark."""
DELIMITERS = "\t;,|"
"""In the order in which they are preferred where two are in as many rows."""
SEP_LINE = re.compile(r'\s*"?sep=(?P<delimiter>[;,|\t])"?[;,|\t]*[ ]*\n', re.IGNORECASE)
"""The line with which Excel is told the separator."""
QUOTED = re.compile(r'"[^"\n]*"')
FORMULA_TEXT = re.compile(r'="(?P<text>(?:[^"]|"")*)"')
"""A text that was made a formula, so that Excel shows a number with all its digits."""


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row, each cleaned and on one line; `number` is that of the line on which the row begins."""

    number: int
    cells: tuple[str, ...]
    is_unbalanced: bool = False
    """Whether a cell begins with a quotation mark that is not closed."""

    @property
    def is_empty(self) -> bool:
        return not any(self.cells)

    @property
    def text(self) -> str:
        return " · ".join(filter(None, self.cells))


def too_long() -> ValidationError:
    return ValidationError(gettext("The list is too long: at most 2,000 lines can be read at once."))


def too_many_bytes() -> ValidationError:
    return ValidationError(gettext("The list is too long: at most 500 KB can be read at once."))


def too_many_cells() -> ValidationError:
    return ValidationError(
        gettext(
            "The list holds too many cells. Leave out the columns with something else than company, e-mail, CVR number "
            "and country."
        )
    )


def too_wide() -> ValidationError:
    return ValidationError(gettext("The list is too wide: at most 200 columns can be read."))


def read_rows(text: str) -> list[Row]:
    """The rows of the text, empty ones left out. Raises `ValidationError` where there are too many, or too many cells.

    A cell is quoted where it begins with a quotation mark and another one ends it before a separator; within it a
    doubled mark stands for one, and separators and line breaks are text. Any other mark belongs to the text. The
    module `csv` would take off such marks, as in `"Huset" – Data & KI I/S`, and run a list together at a missing one.
    """
    text = clean_text(text)
    first_number = 1
    if match := SEP_LINE.match(text + "\n"):
        delimiter, first_number, text = match["delimiter"], 2, text[match.end() :]
    else:
        delimiter = _delimiter(text)
    rows: list[Row] = []
    for row in _rows(text, delimiter, first_number):
        if len(row.cells) > MAX_COLUMNS:
            raise too_wide()
        if not row.is_empty:
            rows.append(row)
        if len(rows) > MAX_LINES:
            raise too_long()
    return rows


def text_of_rows(text: str, numbers: Set[int]) -> str:
    """The rows of the text that begin on the lines of these numbers, as they were typed, each from a new line.

    A first line that names the separator comes along. Raises what `read_rows` raises.
    """
    text = clean_text(text)
    lines = text.split("\n")
    first = [lines[0]] if SEP_LINE.match(text + "\n") else []
    starts = [*(row.number for row in read_rows(text)), len(lines) + 1]
    chosen = ["\n".join(lines[start - 1 : end - 1]) for start, end in pairwise(starts) if start in numbers]
    return "\n".join([*first, *(row.rstrip("\n") for row in chosen)])


def _delimiter(text: str) -> str:
    """The separator of the columns: the one in most of the lines outside quotation marks, the earlier at a tie."""
    lines = [QUOTED.sub("", line) for line in text.split("\n")]
    return max(DELIMITERS, key=lambda delimiter: sum(delimiter in line for line in lines))


def _rows(text: str, delimiter: str, number: int) -> Iterator[Row]:
    """The rows; lines with nothing but blanks and separators are counted, and give none."""
    blank_lines = re.compile(rf"(?:[ \t\u00a0{re.escape(delimiter)}]*+\n)++")
    cell_end = re.compile(rf"[{re.escape(delimiter)}\n]")
    quoted_cell = re.compile(rf'[ ]*"((?:[^"]|""){{0,{MAX_QUOTED}}}+)"[ ]*(?=[{re.escape(delimiter)}\n]|\Z)')
    position, end = 0, len(text)
    while position <= end:
        if match := blank_lines.match(text, position):
            number += text.count("\n", position, match.end())
            position = match.end()
        stop = text.find("\n", position)
        line = text[position : stop if stop >= 0 else end]
        if '"' not in line:
            cells = line.split(delimiter, MAX_COLUMNS)
            yield Row(number, tuple(clean_line(cell) if cell else "" for cell in cells))
            position += len(line) + 1
            number += 1
            continue
        first_number, cells, is_unbalanced = number, [], False
        while True:
            match = quoted_cell.match(text, position)
            if match and _is_one_cell(match[1], delimiter):
                cell, stop = match[1].replace('""', '"'), match.end()
            elif match := FORMULA_TEXT.match(text, position):
                cell, stop = match["text"].replace('""', '"'), match.end()
                stop = _end(cell_end, text, stop)
            else:
                stop = _end(cell_end, text, position)
                cell = text[position:stop]
                is_unbalanced |= cell.lstrip().startswith('"') and cell.count('"') % 2 == 1
            cells.append(clean_line(cell))
            number += text.count("\n", position, stop)
            position = stop + 1
            if stop >= end or text[stop] == "\n" or len(cells) > MAX_COLUMNS:
                break
        number += 1
        yield Row(first_number, tuple(cells), is_unbalanced)


def _end(cell_end: re.Pattern[str], text: str, position: int) -> int:
    match = cell_end.search(text, position)
    return match.start() if match else len(text)


def _is_one_cell(quoted: str, delimiter: str) -> bool:
    """Whether the text between two quotation marks is one cell, and no rows after a mark that was never closed."""
    breaks = quoted.count("\n")
    return not breaks or (breaks <= MAX_BREAKS and not (delimiter in quoted and "@" in quoted))
