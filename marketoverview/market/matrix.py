"""The matrix: two questions crossed, counted by vendors that chose both or by offerings that used both together."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from . import wording
from .selection import Selection
from .snapshot import Snapshot
from .tallies import Choice, QuestionTally

TINTS = 5
"""Shades of a cell, from 1 for the lowest counts to this for the highest; 0 is the shade of no count."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A number with the list behind it; `url` is "" where there is no list."""

    count: int
    url: str
    tint: int
    label: str


@dataclass(frozen=True, slots=True)
class AxisHeading:
    """The head of a row or column: short label, marked where it is no longer asked, and the survey's full wording."""

    label: str
    full_label: str
    is_other: bool


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """The cells of one choice on the row axis, in the order of the columns."""

    heading: AxisHeading
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class CrossTable:
    """The two questions of the matrix, and whom it counts.

    The selection within the two questions themselves is left out: each cell is one choice of both. No query.
    """

    snapshot: Snapshot
    selection: Selection
    row: QuestionTally
    column: QuestionTally
    by_offerings: bool
    vendors: int
    """The vendors (bitset) that are counted."""
    offerings: int
    """Their offerings (bitset)."""

    @property
    def total(self) -> int:
        """The number of vendors that are counted."""
        return self.vendors.bit_count()

    @property
    def basis(self) -> Selection:
        """The selection without the two questions, which is the basis of every cell."""
        return self.selection.without_questions(self.row.code, self.column.code)

    @property
    def sentence(self) -> str:
        """The basis in words."""
        return wording.sentence(self.snapshot, self.basis, self.total)

    @property
    def explanation(self) -> str:
        """What a number in the table counts, and how many there are of it in all."""
        words = {"total": self.total, "examples": self.offerings.bit_count()}
        if self.by_offerings:
            meaning = _("Each number counts examples in which a company used both together.")
            basis = ngettext(
                "%(examples)s example is the basis.", "%(examples)s examples are the basis.", words["examples"]
            )
        else:
            meaning = _(
                "Each number counts companies that offer the one and have experience with the other, not necessarily "
                "together."
            )
            basis = ngettext("%(total)s company is the basis.", "%(total)s companies are the basis.", self.total)
        return f"{meaning} {basis % words}"

    @property
    def note(self) -> str:
        """That the selection within the two questions is left out; "" where there is none."""
        if self.selection.chosen.keys() == self.basis.chosen.keys():
            return ""
        return _("Choices within the two questions themselves are left out here.")

    def columns(self) -> list[AxisHeading]:
        return [heading(choice) for choice in self.column_choices]

    @property
    def row_choices(self) -> list[Choice]:
        return choices_in_order(self.row)

    @property
    def column_choices(self) -> list[Choice]:
        return choices_in_order(self.column)

    def counts(self) -> list[list[int]]:
        """The numbers, by row and column, in their order."""
        columns = self.column_choices
        return [[self._count(row, column) for column in columns] for row in self.row_choices]

    def rows(self) -> list[MatrixRow]:
        """Every public choice of the one question by every public choice of the other."""
        rows, columns, counts = self.row_choices, self.column_choices, self.counts()
        highest = max((count for line in counts for count in line), default=0)
        return [
            MatrixRow(
                heading(row),
                [self._cell(row, column, count, highest) for column, count in zip(columns, line, strict=True)],
            )
            for row, line in zip(rows, counts, strict=True)
        ]

    def offering_ids(self, row: Choice, column: Choice) -> list[int]:
        """The primary keys of the offerings that used both together, by vendor from A to Å."""
        return self.snapshot.offering_keys(self.snapshot.cross_offerings(row, column, self.offerings))

    def _count(self, row: Choice, column: Choice) -> int:
        if self.by_offerings:
            return self.snapshot.cross_offerings(row, column, self.offerings).bit_count()
        return self.snapshot.cross_vendors(row, column, self.vendors)

    def _cell(self, row: Choice, column: Choice, count: int, highest: int) -> Cell:
        has_list = self.by_offerings or (self.row.question.is_filterable and self.column.question.is_filterable)
        return Cell(
            count=count,
            url=self._url(row, column) if count and has_list else "",
            tint=-(-TINTS * count // highest) if count else 0,
            label=self._label(row, column, count),
        )

    def _label(self, row: Choice, column: Choice, count: int) -> str:
        """The cell in words, for screen readers."""
        if self.by_offerings:
            text = ngettext(
                "%(count)s example: %(row)s and %(column)s", "%(count)s examples: %(row)s and %(column)s", count
            )
        else:
            text = ngettext(
                "%(count)s company: %(row)s and %(column)s", "%(count)s companies: %(row)s and %(column)s", count
            )
        return text % {"count": count, "row": row.option.short, "column": column.option.short}

    def _url(self, row: Choice, column: Choice) -> str:
        """The list behind a cell: the vendors in the directory, or the offerings on a page of their own."""
        if self.by_offerings:
            return reverse("market:cell", args=[row.code, column.code]) + self.basis.link_query
        both = self.selection.with_option(self.row.code, row.code).with_option(self.column.code, column.code)
        return reverse("market:directory") + both.link_query


def choices_in_order(tally: QuestionTally) -> list[Choice]:
    """The public choices in the survey's order, “other” last."""
    return sorted(tally.by_code.values(), key=lambda choice: choice.option.is_other)


def heading(choice: Choice) -> AxisHeading:
    option = choice.option
    return AxisHeading(wording.marked_label(option), option.label, option.is_other)


def cross_table(snapshot: Snapshot, selection: Selection, *, by_offerings: bool) -> CrossTable | None:
    """The matrix of the selection; None while the survey has no two questions to cross. No query."""
    row, column = snapshot.on_axis("row"), snapshot.on_axis("column")
    if row is None or column is None:
        return None
    vendors = snapshot.match(selection.chosen, selection.q, leave_out=(row.code, column.code))
    return CrossTable(snapshot, selection, row, column, by_offerings, vendors, snapshot.offerings_by_vendors(vendors))
