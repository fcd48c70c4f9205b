"""What each column of a list with headings is read as, and the sentences that say so."""

from collections.abc import Sequence
from dataclasses import replace

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .cells import read_addresses
from .headings import USED, ColumnKind, Headings, ListColumn
from .table import Row

LABELS = {
    ColumnKind.NAME: _("company"),
    ColumnKind.EMAIL: _("e-mail"),
    ColumnKind.CVR: _("CVR number"),
    ColumnKind.COUNTRY: _("country"),
    ColumnKind.PERSON: _("a person's name, which is not kept"),
    ColumnKind.PHONE: _("telephone"),
    ColumnKind.UNIT: _("P number"),
    ColumnKind.NUMBER: _("a number of another kind"),
    ColumnKind.WEBSITE: _("website"),
}


def resolved_columns(headings: Headings | None, rows: Sequence[Row]) -> tuple[ListColumn, ...]:
    """The columns of the headings; without one for addresses, a column that holds them is it. Empty without headings."""
    if not headings:
        return ()
    columns = headings.columns
    if any(column.kind is ColumnKind.EMAIL for column in columns):
        return columns
    return tuple(
        replace(column, kind=ColumnKind.EMAIL)
        if column.kind is not ColumnKind.NAME and _holds_addresses(column, rows)
        else column
        for column in columns
    )


def _holds_addresses(column: ListColumn, rows: Sequence[Row]) -> bool:
    cells = [row.cells[column.number - 1] for row in rows if len(row.cells) >= column.number]
    filled = [cell for cell in cells if cell]
    return bool(filled) and sum(bool(read_addresses(cell).addresses) for cell in filled) * 2 > len(filled)


def column_sentences(columns: Sequence[ListColumn]) -> tuple[str, ...]:
    if not columns:
        return (gettext("The list has no headings. Each cell is read by what it looks like."),)
    return tuple(_sentence(column) for column in columns if column.heading)


def _sentence(column: ListColumn) -> str:
    words = {"number": column.number, "heading": column.heading, "kind": LABELS.get(column.kind, "")}
    if column.kind in USED:
        return gettext("Column %(number)s “%(heading)s” is read as %(kind)s.") % words
    if words["kind"]:
        return gettext("Column %(number)s “%(heading)s” is not used: %(kind)s.") % words
    return gettext("Column %(number)s “%(heading)s” is not used.") % words
