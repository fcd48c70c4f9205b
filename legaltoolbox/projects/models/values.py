"""What a field of a document can hold, as JSON, and how much of it.

line, text, date (ISO), one of several, yes or no, wording    a text; "" is no answer
several of several                                            a list of texts
table                                                         a list of rows, see `new_row`
"""

import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.translation import gettext as _

MOST_LINE_LETTERS = 500
MOST_TEXT_LETTERS = 10_000
MOST_CELL_LETTERS = 4_000
MOST_CHOSEN = 100
MOST_TABLE_ROWS = 200
MOST_COLUMNS = 20
MOST_DOCUMENT_LETTERS = 300_000
"""Of all answers of a document: some hundred pages. More would take the memory of a process when a PDF is made of it."""
LETTERS_OF_PIECE = 50
"""Letters that take as much memory in a file as a line, a cell or an entry of its own does."""
KEY_LETTERS = 20
"""Of the key of a section or a field."""
ROW_ID = re.compile(r"[0-9a-f]{8}\Z")
YES, NO = "yes", "no"

Row = dict[str, Any]


def new_row_id() -> str:
    """A name for a row that no other row of its table has."""
    return secrets.token_hex(4)


def new_row(cells: Sequence[str], columns: int, *, fixed: bool = False, row_id: str = "") -> Row:
    """A row of a table with `columns` columns: its id, its texts, and how many of the first are given by the template."""
    texts = [*cells, *[""] * columns][:columns]
    return {"id": row_id or new_row_id(), "fixed": min(len(cells), columns) if fixed else 0, "cells": texts}


def validate_value(value: Any) -> None:
    """Raise `ValidationError` for what no field can hold, and for a text, cell or list that is too long, with how long it is."""
    for letters, most in _lengths(value):
        if letters > most:
            raise ValidationError(
                _("A text here has %(letters)s characters and can have %(most)s. Make it shorter.")
                % {"letters": _number(letters), "most": _number(most)}
            )
    if not isinstance(value, str) and not (isinstance(value, list) and _is_list(value)):
        raise ValidationError(
            _("There is too much in this field. Make it shorter, or put some of it in another paper.")
        )
    refuse_too_long([value])


def _lengths(value: Any) -> Iterator[tuple[int, int]]:
    """Of each text of a value, as far as it is one: its letters, and how many it can have."""
    if isinstance(value, str):
        yield len(value), MOST_TEXT_LETTERS
    for item in value if isinstance(value, list) else ():
        if isinstance(item, str):
            yield len(item), MOST_LINE_LETTERS
        elif isinstance(item, dict) and isinstance(item.get("cells"), list):
            yield from ((len(cell), MOST_CELL_LETTERS) for cell in item["cells"] if isinstance(cell, str))


def _number(number: int) -> str:
    return number_format(number, force_grouping=True)


def _is_list(value: list[Any]) -> bool:
    if all(isinstance(item, str) for item in value):
        return len(value) <= MOST_CHOSEN
    if len(value) > MOST_TABLE_ROWS or not all(map(_is_row, value)):
        return False
    return len({row["id"] for row in value}) == len(value)


def _is_row(row: Any) -> bool:
    if not isinstance(row, dict) or row.keys() != {"id", "fixed", "cells"} or not isinstance(row["cells"], list):
        return False
    cells = row["cells"]
    return (
        isinstance(row["id"], str)
        and bool(ROW_ID.match(row["id"]))
        and isinstance(row["fixed"], int)
        and 0 <= row["fixed"] <= len(cells) <= MOST_COLUMNS
        and all(isinstance(cell, str) for cell in cells)
    )


def table_changes(old: Any, new: Any) -> tuple[Any, Any]:
    """Of two tables the rows that differ, in their order; all rows where the order of those in both does, and what is no table."""
    if not all(
        isinstance(row, dict) for value in (old, new) for row in (value if isinstance(value, list) else [value])
    ):
        return old, new
    before, after = ({row["id"]: row for row in rows} for rows in (old, new))
    if [row_id for row_id in before if row_id in after] != [row_id for row_id in after if row_id in before]:
        return old, new
    return [row for row in old if after.get(row["id"]) != row], [row for row in new if before.get(row["id"]) != row]


# How much a document holds ------------------------------------------------------------------------


def text_letters(text: str) -> int:
    """The letters of a text; each line of it counts as some more."""
    return len(text) + LETTERS_OF_PIECE * (text.count("\n") + 1)


def value_letters(value: Any) -> int:
    """The letters of a value that is valid; each line, cell and entry counts as some more."""
    if isinstance(value, str):
        return text_letters(value) if value else 0
    cells = (cell for item in value for cell in (item["cells"] if isinstance(item, dict) else [item]))
    return sum(map(text_letters, cells))


def refuse_too_long(values: Iterable[Any]) -> None:
    """Raise `ValidationError` where the values are more than a document can hold."""
    letters = sum(map(value_letters, values))
    if letters > MOST_DOCUMENT_LETTERS:
        raise ValidationError(
            _(
                "The answers of a document can have %(most)s characters in all, and now there would be %(letters)s. "
                "Each line and each cell counts as %(piece)s more. Make it shorter, or put some of it in another paper."
            )
            % {"most": _number(MOST_DOCUMENT_LETTERS), "letters": _number(letters), "piece": LETTERS_OF_PIECE}
        )


# Changes of a table's rows ------------------------------------------------------------------------


def with_row(rows: list[Row], columns: int, row_id: str = "") -> list[Row]:
    """The rows with an empty one at the end. Raises `ValidationError` where there are as many as a table can have."""
    if len(rows) >= MOST_TABLE_ROWS:
        raise ValidationError(_("A table can have %(most)s rows at most.") % {"most": MOST_TABLE_ROWS})
    return [*rows, new_row([], columns, row_id=row_id)]


def without_row(rows: list[Row], row_id: str) -> list[Row]:
    return [row for row in rows if row["id"] != row_id]


def with_row_moved(rows: list[Row], row_id: str, step: int) -> list[Row]:
    """The rows with this one `step` places further down (negative: up), the ends being ends; as they are without it."""
    place = next((place for place, row in enumerate(rows) if row["id"] == row_id), None)
    if place is None:
        return rows
    others = without_row(rows, row_id)
    others.insert(max(place + step, 0), rows[place])
    return others
