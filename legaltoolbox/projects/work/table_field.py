"""A table in a form: rows that stay themselves when they are moved, and one empty row at the end to write in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from kl_ai.text import clean_text

from ..models.values import MOST_CELL_LETTERS, MOST_TABLE_ROWS, ROW_ID, Row, new_row

LETTERS_OF_LINE, MOST_LINES = 22, 12
"""Of the control of a cell."""


class TableWidget(forms.Widget):
    """Reads the rows that a page sends: `<name>.rows` are their ids, `<name>.<id>.<column>` the texts."""

    def __init__(self, columns: int) -> None:
        super().__init__()
        self.columns = columns

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Row]:
        """The rows as they were sent, without those that the page cannot have sent."""
        ids = data.getlist(f"{name}.rows") if hasattr(data, "getlist") else data.get(f"{name}.rows", [])
        own = list(dict.fromkeys(row_id for row_id in ids if ROW_ID.match(row_id)))[: MOST_TABLE_ROWS + 1]
        return [
            new_row(
                [clean_text(data.get(f"{name}.{row}.{place}", "")) for place in range(self.columns)],
                self.columns,
                row_id=row,
            )
            for row in own
        ]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}.rows" not in data


class TableField(forms.Field):
    """The rows of a table, as `values.py` has them.

    A row that is stored stays unless somebody removes it, and so do the texts that the template gives it. A new row counts
    when something is written in it.
    """

    def __init__(self, columns: Sequence[str], stored: list[Row], **options: Any) -> None:
        self.columns, self.stored = list(columns), {row["id"]: row for row in stored}
        super().__init__(widget=TableWidget(len(self.columns)), required=False, **options)

    def to_python(self, value: Any) -> list[Row]:
        """The rows that were sent, with the texts of the template; stored ones that were not sent stand at the end."""
        sent = value or []
        rows = [self._row(row) for row in sent if row["id"] in self.stored or any(row["cells"])]
        missing = self.stored.keys() - {row["id"] for row in rows}
        return [*rows, *(row for row_id, row in self.stored.items() if row_id in missing)]

    def _row(self, sent: Row) -> Row:
        stored = self.stored.get(sent["id"])
        if stored is None:
            return sent
        fixed = stored["fixed"]
        return {**sent, "fixed": fixed, "cells": [*stored["cells"][:fixed], *sent["cells"][fixed:]]}

    def validate(self, value: list[Row]) -> None:
        if len(value) > MOST_TABLE_ROWS:
            raise ValidationError(_("A table can have %(most)s rows at most.") % {"most": MOST_TABLE_ROWS})
        errors = [
            _("Row %(row)s, “%(column)s”: the text can have %(most)s characters at most. It has %(number)s.")
            % {"row": number, "column": self.columns[place], "most": MOST_CELL_LETTERS, "number": len(cell)}
            for number, row in enumerate(value, start=1)
            for place, cell in enumerate(row["cells"])
            if len(cell) > MOST_CELL_LETTERS and place >= row["fixed"]
        ]
        if errors:
            raise ValidationError(errors)

    def prepare_value(self, value: Any) -> list[Row]:
        return self.to_python(value)


@dataclass(frozen=True)
class FieldCell:
    """A cell of a table on a page: fixed text, or a control."""

    column: str
    name: str
    text: str
    is_fixed: bool
    label: str

    @property
    def lines(self) -> int:
        """The lines that its control shows: about as many as the text takes, where the browser does not let it grow."""
        lines = sum(1 + len(line) // LETTERS_OF_LINE for line in self.text.split("\n"))
        return min(max(lines, 2), MOST_LINES)


@dataclass(frozen=True)
class TableRow:
    """A row of a table on a page; `number` is None for the empty one at the end."""

    id: str
    number: int | None
    cells: list[FieldCell]
    is_open: bool
    """Whether a page that folds rows shows this one open."""

    @property
    def name(self) -> str:
        """The first text of the row, on one line; "" where it has none."""
        return " ".join(self.cells[0].text.split()) if self.cells else ""

    @property
    def to_fill(self) -> int:
        """The number of its cells that people fill in."""
        return sum(not cell.is_fixed for cell in self.cells)

    @property
    def filled(self) -> int:
        return sum(bool(cell.text) for cell in self.cells if not cell.is_fixed)


def table_rows(
    name: str, columns: Sequence[str], rows: Sequence[Row], *, with_empty: bool = True
) -> Iterator[TableRow]:
    """The rows as a page shows them, with an empty one to write in while the table can have more.

    Open are the rows that somebody has added and not written in yet, and the empty one where there is no other.
    """
    for number, row in enumerate(rows, start=1):
        cells = list(_cells(name, columns, row, number))
        yield TableRow(row["id"], number, cells, is_open=not any(row["cells"]))
    if with_empty and len(rows) < MOST_TABLE_ROWS:
        row = new_row([], len(columns))
        yield TableRow(row["id"], None, list(_cells(name, columns, row, len(rows) + 1)), is_open=not rows)


def _cells(name: str, columns: Sequence[str], row: Mapping[str, Any], number: int) -> Iterator[FieldCell]:
    for place, (column, text) in enumerate(zip(columns, row["cells"], strict=False)):
        label = _("%(column)s, row %(number)s") % {"column": column, "number": number}
        yield FieldCell(column, f"{name}.{row['id']}.{place}", text, place < row["fixed"], label)
