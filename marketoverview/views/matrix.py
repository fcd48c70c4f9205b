"""The matrix: technology by business area, counted two ways."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kl_ai import bitset

from ..filtersets import Selection, shown
from ..models import SampleOffering, Status
from ..profiles import offering_card, profile_url
from ..snapshot import Asked, Choice, Snapshot
from .selected import Choice as Link
from .selected import market_page, panel, read

TINTS = 5
WAYS = ("vendors", "offerings")


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
            rest = self.selection.without_questions(self.row.code, self.column.code)
            return reverse("market:cell", args=[row.code, column.code]) + rest.filter_query
        both = self.selection.with_option(self.row.code, row.code).with_option(self.column.code, column.code)
        return reverse("market:directory") + both.filter_query

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
        columns = self.row_choices(self.column)
        counts = {row.code: [self.count(row, column) for column in columns] for row in self.row_choices(self.row)}
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
            for row in self.row_choices(self.row)
        ]

    @staticmethod
    def row_choices(asked: Asked) -> list[Choice]:
        return list(asked.by_code.values())


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
    by = request.GET.get("by", WAYS[0])
    table = cross(market, selection, by_offerings=by == "offerings")
    total = market.match(selection.chosen, selection.q).bit_count()
    context = panel(request, market, selection, total)
    if by not in WAYS:
        notice = _("We do not know the way to count “%(value)s”. Companies are counted.") % {"value": shown(by)}
        context["notices"] = (*context["notices"], notice)
    if table.by_offerings:
        context["hidden"] = [*context["hidden"], ("by", "offerings")]
    return render(
        request,
        "marketoverview/matrix.html",
        {
            "nav_current": "matrix",
            "crumbs": [(_("Matrix"), "")],
            **context,
            **_ways(request, table),
            "row_heading": table.row.question.heading,
            "column_heading": table.column.question.heading,
            "columns": [(choice.option.short, choice.option.label) for choice in table.row_choices(table.column)],
            "rows": table.rows(),
        },
    )


def _ways(request: HttpRequest, table: Cross) -> dict[str, Any]:
    """The two ways to count as links, and what the present one means."""
    query = table.selection.query(sort=False, page=False)
    other = f"{query}{'&' if query else '?'}by=offerings"
    total = table.among.bit_count()
    if table.by_offerings:
        explanation = ngettext(
            "Each number counts examples in which the company used both together. %(total)s company is the basis.",
            "Each number counts examples in which a company used both together. %(total)s companies are the basis.",
            total,
        )
    else:
        explanation = ngettext(
            "Each number counts companies that offer the one and have experience with the other, not necessarily "
            "together. %(total)s company is the basis.",
            "Each number counts companies that offer the one and have experience with the other, not necessarily "
            "together. %(total)s companies are the basis.",
            total,
        )
    explanation %= {"total": total}
    if {table.row.code, table.column.code} & set(table.selection.chosen):
        explanation += " " + _("Choices within the two questions themselves are left out here.")
    return {
        "modes": [
            Link(_("Companies with both"), request.path + query, not table.by_offerings),
            Link(_("Examples that used both together"), request.path + other, table.by_offerings),
        ],
        "mode_explanation": explanation,
    }


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
    offerings = _read_offerings(ids)
    total = market.match(selection.chosen, selection.q).bit_count()
    return render(
        request,
        "marketoverview/cell.html",
        {
            "nav_current": "matrix",
            "crumbs": [
                (_("Matrix"), reverse("market:matrix") + "?by=offerings"),
                (f"{chosen.option.short} · {other.option.short}", ""),
            ],
            **panel(request, market, selection, total),
            "row_option": chosen.option,
            "column_option": other.option,
            "offerings": offerings,
            "count": found.bit_count(),
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
