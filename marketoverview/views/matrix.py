"""The matrix, its files, and the offerings behind one of its cells."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from kl_ai.export import tables, xlsx
from kl_ai.pages.cache import versioned_page
from kl_ai.pages.expensive import expensive
from kl_ai.pages.frame import render_page
from kl_ai.pages.pagination import paginate

from ..market.matrix import CrossTable, cross_table
from ..market.profiles import offering_cards
from ..market.selection import COUNTED, Selection
from .selection_page import SwitchLink, file_facts, made_at, panel, read, with_page_notice

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
        "downloads": [
            (label, reverse("market:matrix_file", args=[ending]) + selection.filter_query)
            for label, ending in (("CSV", "csv"), ("Excel", "xlsx"))
        ],
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


# Files --------------------------------------------------------------------------------------------


@versioned_page
@expensive
def matrix_file(request: HttpRequest, ending: str) -> HttpResponseBase:
    """`/markedsoverblik/matrix.csv` and `.xlsx`: the matrix of the selection, counted both ways."""
    snapshot, selection = read(request)
    vendors = cross_table(snapshot, selection, by_offerings=False)
    if vendors is None:
        raise Http404
    both = vendors, replace(vendors, by_offerings=True)
    source = request.build_absolute_uri(reverse("market:matrix") + selection.filter_query)
    return _csv(*both, source) if ending == "csv" else _xlsx(request, *both)


def _csv(vendors: CrossTable, offerings: CrossTable, source: str) -> HttpResponseBase:
    """One row per cell, with what a row needs to stand alone."""
    row_heading, column_heading = vendors.row.question.heading, vendors.column.question.heading
    headings = [
        row_heading,
        _("%(heading)s: code") % {"heading": row_heading},
        column_heading,
        _("%(heading)s: code") % {"heading": column_heading},
        _("Companies with both"),
        _("Examples that used both together"),
        _("Companies in the selection"),
        _("Examples of these companies"),
        _("Selection"),
        _("Note"),
        _("Data as of"),
        _("Source"),
        _("Demonstration data"),
    ]
    snapshot = vendors.snapshot
    facts = (
        vendors.total,
        vendors.offerings.bit_count(),
        vendors.sentence,
        vendors.note,
        snapshot.updated_on,
        f"KL, {source}",
        _("Yes") if snapshot.is_demo else _("No"),
    )
    return tables.csv_response("matrix.csv", headings, ((*cells, *facts) for cells in _cells(vendors, offerings)))


def _cells(vendors: CrossTable, offerings: CrossTable) -> Iterator[tuple[str, str, str, str, int, int]]:
    """Labels and codes of both choices, the vendors with both, and the examples that used both together."""
    lines = zip(vendors.row_choices, vendors.counts(), offerings.counts(), strict=True)
    for row, of_vendors, of_offerings in lines:
        for column, count, examples in zip(vendors.column_choices, of_vendors, of_offerings, strict=True):
            yield row.option.label, row.code, column.option.label, column.code, count, examples


def _xlsx(request: HttpRequest, vendors: CrossTable, offerings: CrossTable) -> HttpResponseBase:
    """A sheet for each way to count, as on the page, and one about the data."""
    facts = [
        (_("Companies counted"), vendors.sentence),
        (_("Companies"), vendors.explanation),
        (_("Examples"), offerings.explanation),
        (_("Note"), vendors.note),
        *file_facts(
            request, vendors.snapshot, vendors.basis, reverse("market:matrix") + vendors.selection.filter_query
        ),
    ]
    sheets = [
        _sheet(_("Companies"), vendors),
        _sheet(_("Examples"), offerings),
        xlsx.Sheet(_("About the data"), (), [fact for fact in facts if fact[1]], widths=(24, 90), kind="notes"),
    ]
    return xlsx.xlsx_response("matrix.xlsx", sheets, created=made_at(vendors.snapshot))


def _sheet(name: str, table: CrossTable) -> xlsx.Sheet:
    corner = f"{table.row.question.heading} / {table.column.question.heading}"
    rows = [(row.heading.label, *(cell.count for cell in row.cells)) for row in table.rows()]
    headings = [corner, *(column.label for column in table.columns())]
    return xlsx.Sheet(name, headings, rows, widths=(30, 14), frozen=1)
