"""The matrix: technology by business area, counted two ways."""

from dataclasses import dataclass, replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kl_ai.pages.pagination import pages
from kl_ai.search import bitset

from ..market import wording
from ..market.profiles import offering_card, profile_url
from ..market.selection import WAYS, Selection
from ..market.snapshot import Asked, Choice, Snapshot
from ..models import SampleOffering, Status
from .selected import Choice as Link
from .selected import market_page, panel, read, with_page_notice

TINTS = 5
PER_PAGE = 25


@dataclass(frozen=True, slots=True)
class Cell:
    count: int
    url: str
    tint: int
    label: str


@dataclass(frozen=True, slots=True)
class MatrixRow:
    label: str
    full_label: str
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Cross:
    """The two questions of the matrix, and whom it counts.

    The selection within the two questions themselves is left out: each cell is one choice of both.
    """

    market: Snapshot
    selection: Selection
    row: Asked
    column: Asked
    by_offerings: bool
    among: int
    offerings: int

    def count(self, row: Choice, column: Choice) -> int:
        if self.by_offerings:
            return self.market.cross_offerings(row, column, self.offerings).bit_count()
        return self.market.cross_vendors(row, column, self.among)

    def url(self, row: Choice, column: Choice) -> str:
        """The list behind a cell: the vendors in the directory, or the offerings on a page of their own."""
        if self.by_offerings:
            return reverse("market:cell", args=[row.code, column.code]) + self.rest.filter_query
        both = self.selection.with_option(self.row.code, row.code).with_option(self.column.code, column.code)
        return reverse("market:directory") + both.filter_query

    @property
    def rest(self) -> Selection:
        """The selection without the two questions: the basis of every cell."""
        return self.selection.without_questions(self.row.code, self.column.code)

    def cell(self, row: Choice, column: Choice, count: int, highest: int) -> Cell:
        words = {"count": count, "row": row.option.short, "column": column.option.short}
        if self.by_offerings:
            label = ngettext(
                "%(count)s example: %(row)s and %(column)s", "%(count)s examples: %(row)s and %(column)s", count
            )
        else:
            label = ngettext(
                "%(count)s company: %(row)s and %(column)s", "%(count)s companies: %(row)s and %(column)s", count
            )
        tint = -(-TINTS * count // highest) if count else 0
        has_list = self.by_offerings or (self.row.question.is_filterable and self.column.question.is_filterable)
        return Cell(count, self.url(row, column) if count and has_list else "", tint, label % words)

    def rows(self) -> list[MatrixRow]:
        """Every public choice of the one question by every public choice of the other."""
        columns = list(self.column.by_code.values())
        counts = {row.code: [self.count(row, column) for column in columns] for row in self.row.by_code.values()}
        highest = max((count for line in counts.values() for count in line), default=0)
        return [
            MatrixRow(
                row.option.short,
                row.option.label,
                [
                    self.cell(row, column, count, highest)
                    for column, count in zip(columns, counts[row.code], strict=True)
                ],
            )
            for row in self.row.by_code.values()
        ]


def cross(market: Snapshot, selection: Selection, by_offerings: bool) -> Cross:
    """404 while the survey has no two questions to cross."""
    row, column = market.on_axis("row"), market.on_axis("column")
    if row is None or column is None:
        raise Http404
    among = market.match(selection.chosen, selection.q, leave_out=(row.code, column.code))
    return Cross(market, selection, row, column, by_offerings, among, market.offerings_of(among))


@market_page
def matrix(request: HttpRequest) -> HttpResponse:
    """`/markedsoverblik/matrix/`: `by=offerings` counts offerings instead of vendors."""
    market, selection = read(request)
    if market.on_axis("row") is None or market.on_axis("column") is None:
        total = market.match(selection.chosen, selection.q).bit_count()
        context = {"nav_current": "matrix", "crumbs": [(_("Matrix"), "")], **panel(request, market, selection, total)}
        return render(request, "marketoverview/matrix.html", context)
    table = cross(market, selection, by_offerings=selection.by == "offerings")
    return render(
        request,
        "marketoverview/matrix.html",
        {
            "nav_current": "matrix",
            "crumbs": [(_("Matrix"), "")],
            **_basis(request, table),
            "modes": [
                Link(label, request.path + replace(selection, by=by).query(sort=False, page=False), by == selection.by)
                for by, label in zip(
                    WAYS, (_("Companies with both"), _("Examples that used both together")), strict=True
                )
            ],
            "mode_explanation": _explanation(table),
            "row_heading": table.row.question.heading,
            "column_heading": table.column.question.heading,
            "columns": [(choice.option.short, choice.option.label) for choice in table.column.by_code.values()],
            "rows": table.rows(),
        },
    )


def _basis(request: HttpRequest, table: Cross) -> dict[str, Any]:
    """The panel, with the sentence and the number of whom the table counts."""
    context = panel(request, table.market, table.selection, table.among.bit_count())
    context["sentence"] = wording.sentence(table.market, table.rest, table.among.bit_count())
    if table.by_offerings:
        context["hidden"] = [*context["hidden"], ("by", "offerings")]
    return context


def _explanation(table: Cross) -> str:
    total = table.among.bit_count()
    if table.by_offerings:
        text = ngettext(
            "Each number counts examples in which the company used both together. %(total)s company is the basis.",
            "Each number counts examples in which a company used both together. %(total)s companies are the basis.",
            total,
        )
    else:
        text = ngettext(
            "Each number counts companies that offer the one and have experience with the other, not necessarily "
            "together. %(total)s company is the basis.",
            "Each number counts companies that offer the one and have experience with the other, not necessarily "
            "together. %(total)s companies are the basis.",
            total,
        )
    text %= {"total": total}
    if table.selection.chosen.keys() != table.rest.chosen.keys():
        text += " " + _("Choices within the two questions themselves are left out here.")
    return text


@market_page
def cell(request: HttpRequest, row: str, column: str) -> HttpResponse:
    """`/markedsoverblik/matrix/<row>/<column>/`: the offerings behind one cell, by vendor from A to Å."""
    market, selection = read(request)
    table = cross(market, selection, by_offerings=True)
    if row not in table.row.by_code or column not in table.column.by_code:
        raise Http404
    chosen, other = table.row.by_code[row], table.column.by_code[column]
    found = market.cross_offerings(chosen, other, table.offerings)
    ids = [market.offering_ids[index] for index in bitset.members(found)]
    page = pages(len(ids), selection.page, PER_PAGE, lambda number: replace(selection, page=number).query() or "?")
    selection = with_page_notice(selection, page)
    back = reverse("market:matrix") + replace(selection, by="offerings").query(sort=False, page=False)
    return render(
        request,
        "marketoverview/cell.html",
        {
            "nav_current": "matrix",
            "crumbs": [(_("Matrix"), back), (f"{chosen.option.short} · {other.option.short}", "")],
            **_basis(request, replace(table, selection=selection)),
            "row_option": chosen.option,
            "column_option": other.option,
            "offerings": _read_offerings(ids[page.start : page.stop]),
            "pages": page,
            "count": len(ids),
        },
    )


def _read_offerings(ids: list[int]) -> list:
    """The offerings in the given order. Three queries."""
    rows = SampleOffering.objects.filter(response__status=Status.PUBLISHED).select_related("response__vendor")
    by_id = rows.prefetch_related("options__question").in_bulk(ids)
    listed = [by_id[pk] for pk in ids if pk in by_id]
    return [
        offering_card(offering, offering.response.vendor.name, profile_url(offering.response.vendor.slug))
        for offering in listed
    ]
