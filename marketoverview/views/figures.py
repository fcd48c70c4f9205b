"""Figures and the matrix: the market counted."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from kl_ai.export import charts, tables, xlsx
from kl_ai.pages.pagination import pages

from ..market import wording
from ..market.figures import Figure, figure_order, own_words
from ..market.figures import figure as figure_of
from ..market.figures import figures as figures_of
from ..market.profiles import profile_url
from ..market.selection import Selection
from ..market.snapshot import Asked, Snapshot
from .selected import about, made_at, market_page, panel, read, with_page_notice

WORDS_PER_PAGE = 50


@market_page
def figures(request: HttpRequest) -> HttpResponse:
    """`/markedsoverblik/figurer/`: one figure per question, for the selection."""
    market, selection = read(request)
    total = market.match(selection.chosen, selection.q).bit_count()
    return render(
        request,
        "marketoverview/figures.html",
        {
            "nav_current": "figures",
            "crumbs": [(_("Figures"), "")],
            **panel(request, market, selection, total),
            "figures": figures_of(market, selection),
        },
    )


@market_page
def figure(request: HttpRequest, code: str) -> HttpResponse:
    """`/markedsoverblik/figurer/<code>/`: one figure, large, with the own words behind “other”."""
    market, selection = read(request)
    asked = _asked_or_404(market, code)
    total = market.match(selection.chosen, selection.q).bit_count()
    shown = figure_of(market, selection, asked)
    said = own_words(market, selection, asked)
    page = pages(
        len(said), selection.page, WORDS_PER_PAGE, lambda number: replace(selection, page=number).query() or "?"
    )
    selection = with_page_notice(selection, page)
    return render(
        request,
        "marketoverview/figure.html",
        {
            "nav_current": "figures",
            "crumbs": [
                (_("Figures"), reverse("market:figures") + selection.filter_query),
                (shown.label or shown.heading, ""),
            ],
            **panel(request, market, selection, total),
            "figure": shown,
            "own_words": [(one.name, profile_url(one.slug), text) for one, text in said[page.start : page.stop]],
            "own_words_pages": page,
            **_neighbours(market, selection, asked),
        },
    )


def _asked_or_404(market: Snapshot, code: str) -> Asked:
    if code not in market.asked:
        raise Http404
    return market.asked[code]


def _neighbours(market: Snapshot, selection: Selection, asked: Asked) -> dict[str, Any]:
    order = sorted(market.asked.values(), key=figure_order)
    place = order.index(asked)

    def link(other: Asked) -> tuple[str, str]:
        return other.question.heading, reverse("market:figure", args=[other.code]) + selection.filter_query

    return {
        "previous": link(order[place - 1]) if place else None,
        "next": link(order[place + 1]) if place + 1 < len(order) else None,
    }


@market_page
def figure_file(request: HttpRequest, code: str, ending: str) -> HttpResponseBase:
    """The figure as SVG, PNG, CSV or XLSX, for the selection in the query string."""
    market, selection = read(request)
    shown = figure_of(market, selection, _asked_or_404(market, code))
    return FILES[ending](request, market, selection, shown)


def _svg_text(request: HttpRequest, market: Snapshot, selection: Selection, shown: Figure) -> str:
    total = market.match(selection.chosen, selection.q).bit_count()
    return charts.bar_chart(
        title=f"{shown.label}: {shown.question}" if shown.label else shown.question,
        subtitle="" if selection.is_everything else wording.sentence(market, selection, total),
        bars=[(bar.label, bar.count) for bar in shown.bars],
        total=shown.answered,
        caption=shown.caption,
        source=request.build_absolute_uri(shown.url),
    )


def _svg(request: HttpRequest, market: Snapshot, selection: Selection, shown: Figure) -> HttpResponse:
    return _file(_svg_text(request, market, selection, shown), "image/svg+xml", f"{shown.code}.svg")


def _png(request: HttpRequest, market: Snapshot, selection: Selection, shown: Figure) -> HttpResponse:
    return _file(charts.png(_svg_text(request, market, selection, shown)), "image/png", f"{shown.code}.png")


def _file(content: str | bytes, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response


def _headings() -> list[str]:
    return [_("Answer"), _("Code"), _("Companies"), _("Share of the companies that answered (%)")]


def _rows(shown: Figure) -> Iterator[tuple[str, str, int, float]]:
    return ((bar.label, bar.code, bar.count, float(bar.percent)) for bar in shown.bars)


def _csv(request: HttpRequest, market: Snapshot, selection: Selection, shown: Figure) -> HttpResponseBase:
    return tables.csv_response(f"{shown.code}.csv", _headings(), _rows(shown))


def _xlsx(request: HttpRequest, market: Snapshot, selection: Selection, shown: Figure) -> HttpResponseBase:
    facts = [
        (_("Figure"), f"{shown.label} {shown.question}".strip()),
        *about(request, market, selection, shown.url),
        (_("Basis"), shown.caption),
    ]
    data = xlsx.Sheet(shown.heading, _headings(), _rows(shown), widths=(60, 24, 14, 24))
    notes = xlsx.Sheet(_("About the data"), (), facts, widths=(24, 90), kind="notes")
    return xlsx.xlsx_response(f"{shown.code}.xlsx", [data, notes], created=made_at(market))


FILES: dict[str, Callable[[HttpRequest, Snapshot, Selection, Figure], HttpResponseBase]] = {
    "svg": _svg, "png": _png, "csv": _csv, "xlsx": _xlsx,
}  # fmt: skip
