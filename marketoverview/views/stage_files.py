"""The table of solutions by technology and stage as CSV and as a workbook."""

from collections.abc import Iterator

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from kl_ai.export import tables, xlsx
from kl_ai.pages.cache import versioned_page
from kl_ai.pages.expensive import expensive

from ..market.solutions.stages import StageTable, stage_table
from .selection_page import made_at
from .solution_files import file_facts
from .solutions import read

NAME = "loesninger-stadier"


@versioned_page
@expensive
def stage_file(request: HttpRequest, ending: str) -> HttpResponseBase:
    """`/markedsoverblik/loesninger/stadier.csv` and `.xlsx`: the table of the selection, as on its page."""
    snapshot, selection = read(request)
    table = stage_table(snapshot, selection.without_stages())
    if table is None:
        raise Http404
    path = reverse("market:solution_stages") + table.basis.filter_query
    return _csv(request, table, path) if ending == "csv" else _xlsx(request, table, path)


def _csv(request: HttpRequest, table: StageTable, path: str) -> HttpResponseBase:
    """One row per cell, with what a row needs to stand alone."""
    headings = [
        table.row_heading,
        _("%(heading)s: code") % {"heading": table.row_heading},
        _("Stage"),
        _("Stage's code"),
        _("Solutions"),
        _("Solutions in the selection"),
        _("Selection"),
        _("Data as of"),
        _("Source"),
        _("Demonstration data"),
    ]
    facts = (
        table.offerings.bit_count(),
        table.sentence,
        table.snapshot.updated_on,
        f"KL, {request.build_absolute_uri(path)}",
        _("Yes") if table.snapshot.is_demo else _("No"),
    )
    return tables.csv_response(f"{NAME}.csv", headings, ((*cells, *facts) for cells in _cells(table)))


def _cells(table: StageTable) -> Iterator[tuple[str, str, str, str, int]]:
    """Label and code of the technology and of the stage, and the solutions that have both."""
    columns = table.columns()
    for choice, row in zip(table.choices, table.rows(), strict=True):
        for column, code, cell in zip(columns, table.stages, row.cells, strict=True):
            yield choice.option.label, choice.code, column.label, code, cell.count


def _xlsx(request: HttpRequest, table: StageTable, path: str) -> HttpResponseBase:
    """The table as a sheet, and one about the data."""
    rows = [(row.heading.label, *(cell.count for cell in row.cells)) for row in table.rows()]
    headings = [f"{table.row_heading} / {_('Stage')}", *(column.label for column in table.columns())]
    facts = [
        (_("Solutions counted"), table.explanation),
        *file_facts(request, table.snapshot, table.basis, request.build_absolute_uri(path)),
    ]
    sheets = [
        xlsx.Sheet(_("Solutions"), headings, rows, widths=(30, 18), frozen=1),
        xlsx.Sheet(_("About the data"), (), facts, widths=(28, 100), kind="notes"),
    ]
    return xlsx.xlsx_response(f"{NAME}.xlsx", sheets, created=made_at(table.snapshot))
