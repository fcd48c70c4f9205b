"""The matrix and the offerings behind one of its cells."""

from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from kl_ai.pages.cache import versioned_page
from kl_ai.pages.frame import render_page
from kl_ai.pages.pagination import paginate

from ..market.matrix import CrossTable, cross_table
from ..market.profiles import offering_cards
from ..market.selection import COUNTED, Selection
from .selection_page import SwitchLink, panel, read, with_page_notice

PER_PAGE = 25


@versioned_page
def matrix(request: HttpRequest) -> HttpResponse:
    """`/markedsoverblik/matrix/`: `by=offerings` counts offerings instead of vendors."""
    snapshot, selection = read(request)
    table = cross_table(snapshot, selection, by_offerings=selection.by == "offerings")
    crumbs = [(_("Matrix"), "")]
    if table is None:
        context = panel(request, snapshot, selection, snapshot.count(selection.chosen, selection.q))
        return render_page(request, "marketoverview/matrix.html", context, nav_current="matrix", crumbs=crumbs)
    context = _table_panel(request, table) | {
        "modes": _modes(request, selection),
        "mode_explanation": table.explanation,
        "row_heading": table.row.question.heading,
        "column_heading": table.column.question.heading,
        "columns": table.columns(),
        "rows": table.rows(),
    }
    return render_page(request, "marketoverview/matrix.html", context, nav_current="matrix", crumbs=crumbs)


def _modes(request: HttpRequest, selection: Selection) -> list[SwitchLink]:
    labels = (_("Companies with both"), _("Examples that used both together"))
    return [
        SwitchLink(label, request.path + replace(selection, by=by).query(sort=False, page=False), by == selection.by)
        for by, label in zip(COUNTED, labels, strict=True)
    ]


def _table_panel(request: HttpRequest, table: CrossTable) -> dict[str, Any]:
    """The panel, with the sentence and the number of whom the table counts."""
    context = panel(request, table.snapshot, table.selection, table.total)
    context |= {"sentence": table.sentence, "note": table.note}
    if table.by_offerings:
        context["hidden"] = [*context["hidden"], ("by", "offerings")]
    return context


@versioned_page
def cell(request: HttpRequest, row: str, column: str) -> HttpResponse:
    """`/markedsoverblik/matrix/<row>/<column>/`: the offerings behind one cell, by vendor from A to Å."""
    snapshot, selection = read(request)
    table = cross_table(snapshot, selection, by_offerings=True)
    if table is None or row not in table.row.by_code or column not in table.column.by_code:
        raise Http404
    row_choice, column_choice = table.row.by_code[row], table.column.by_code[column]
    ids = table.offering_ids(row_choice, column_choice)
    pages = paginate(len(ids), selection.page, PER_PAGE, lambda number: replace(selection, page=number).query() or "?")
    selection = with_page_notice(selection, pages)
    back = reverse("market:matrix") + replace(selection, by="offerings").query(sort=False, page=False)
    context = _table_panel(request, replace(table, selection=selection)) | {
        "row_option": row_choice.option,
        "column_option": column_choice.option,
        "offerings": offering_cards(ids[pages.start : pages.stop]),
        "pages": pages,
        "count": len(ids),
    }
    crumbs = [(_("Matrix"), back), (f"{row_choice.option.short} · {column_choice.option.short}", "")]
    return render_page(request, "marketoverview/cell.html", context, nav_current="matrix", crumbs=crumbs)
