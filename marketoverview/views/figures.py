"""The figures: all of them, one large, and one as a file."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from kl_ai.export import charts, tables, xlsx
from kl_ai.export.bars import BarChart, ChartBar
from kl_ai.export.downloads import file_response
from kl_ai.export.xlsx_charts import SheetChart
from kl_ai.pages.cache import versioned_page
from kl_ai.pages.expensive import expensive
from kl_ai.pages.frame import render_page
from kl_ai.pages.pagination import paginate

from ..market import figures as market_figures
from ..market.figures import Figure, figure_order, own_words
from ..market.profiles import profile_url
from ..market.selection import Selection
from ..market.snapshot import Snapshot
from ..market.tallies import QuestionTally
from .selection_page import file_facts, made_at, panel, read, with_page_notice

WORDS_PER_PAGE = 50


@versioned_page
def figures(request: HttpRequest) -> HttpResponse:
    """`/markedsoverblik/figurer/`: one figure per question, for the selection."""
    snapshot, selection = read(request)
    total = snapshot.count(selection.chosen, selection.q)
    context = panel(request, snapshot, selection, total) | {"figures": market_figures.figures(snapshot, selection)}
    return render_page(
        request, "marketoverview/figures.html", context, nav_current="figures", crumbs=[(_("Figures"), "")]
    )


@versioned_page
def figure(request: HttpRequest, code: str) -> HttpResponse:
    """`/markedsoverblik/figurer/<code>/`: one figure, large, with the own words behind “other”."""
    snapshot, selection = read(request)
    tally = _tally_or_404(snapshot, code)
    total = snapshot.count(selection.chosen, selection.q)
    figure = market_figures.figure(snapshot, selection, tally)
    texts = own_words(snapshot, selection, tally)
    pages = paginate(
        len(texts), selection.page, WORDS_PER_PAGE, lambda number: replace(selection, page=number).query() or "?"
    )
    selection = with_page_notice(selection, pages)
    context = panel(request, snapshot, selection, total) | {
        "figure": figure,
        "sentence": figure.subtitle,
        "own_words": [
            (entry.name, profile_url(entry.slug) + selection.shortlist_query, text)
            for entry, text in texts[pages.start : pages.stop]
        ],
        "own_words_pages": pages,
        **_neighbours(snapshot, selection, tally),
    }
    crumbs = [
        (_("Figures"), reverse("market:figures") + selection.link_query),
        (figure.label or figure.heading, ""),
    ]
    return render_page(request, "marketoverview/figure.html", context, nav_current="figures", crumbs=crumbs)


def _tally_or_404(snapshot: Snapshot, code: str) -> QuestionTally:
    if code not in snapshot.tallies:
        raise Http404
    return snapshot.tallies[code]


def _neighbours(snapshot: Snapshot, selection: Selection, tally: QuestionTally) -> dict[str, Any]:
    """Heading and address of the figures before and after this one."""
    order = sorted(snapshot.tallies.values(), key=figure_order)
    place = order.index(tally)

    def link(other: QuestionTally) -> tuple[str, str]:
        return other.question.heading, reverse("market:figure", args=[other.code]) + selection.link_query

    return {
        "previous": link(order[place - 1]) if place else None,
        "next": link(order[place + 1]) if place + 1 < len(order) else None,
    }


# Files --------------------------------------------------------------------------------------------


@versioned_page
@expensive
def figure_file(request: HttpRequest, code: str, ending: str) -> HttpResponseBase:
    """The figure as SVG, PNG, CSV or XLSX, for the selection in the query string."""
    snapshot, selection = read(request)
    figure = market_figures.figure(snapshot, selection, _tally_or_404(snapshot, code))
    return FILES[ending](request, snapshot, selection, figure)


def _chart(request: HttpRequest, figure: Figure) -> BarChart:
    """The figure as a chart. Where nobody has answered it has no bars, as on its page."""
    bars = [ChartBar(bar.marked_label, bar.count, bar.share_text, bar.is_other) for bar in figure.bars]
    return BarChart(
        title=figure.title,
        bars=bars if figure.answered else [],
        total=figure.answered,
        subtitle=figure.subtitle,
        note=figure.note,
        conclusion=" ".join(figure.conclusion),
        caption=figure.caption,
        source=f"{figure.source}, {request.build_absolute_uri(figure.url)}",
    )


def _svg(request: HttpRequest, snapshot: Snapshot, selection: Selection, figure: Figure) -> HttpResponse:
    svg = charts.bar_chart(_chart(request, figure))
    return file_response(f"{figure.code}.svg", svg.encode(), "image/svg+xml")


def _png(request: HttpRequest, snapshot: Snapshot, selection: Selection, figure: Figure) -> HttpResponse:
    svg = charts.bar_chart(_chart(request, figure))
    return file_response(f"{figure.code}.png", charts.png(svg), "image/png")


def _csv(request: HttpRequest, snapshot: Snapshot, selection: Selection, figure: Figure) -> HttpResponseBase:
    """The table, and in each row what a row needs to stand alone."""
    headings = [
        *_headings(),
        _("Companies that answered"),
        _("Companies in the selection"),
        _("Figure"),
        _("Selection"),
        _("Note"),
        _("Data as of"),
        _("Source"),
        _("Demonstration data"),
    ]
    facts = (
        figure.answered,
        figure.total,
        figure.title,
        figure.subtitle,
        figure.note,
        snapshot.updated_on,
        f"KL, {request.build_absolute_uri(figure.url)}",
        _("Yes") if figure.demo_notice else _("No"),
    )
    rows = ((*row, *facts) for row in _rows(figure))
    return tables.csv_response(f"{figure.code}.csv", headings, rows)


def _headings() -> list[str]:
    return [
        _("Answer"),
        _("Code"),
        _("Companies"),
        _("Share of the companies that answered (%)"),
        _("Short answer"),
    ]


def _rows(figure: Figure) -> Iterator[tuple[str, str, int, float, str]]:
    """The bars as rows, in the figure's order."""
    return ((bar.full_label, bar.code, bar.count, float(bar.percent), bar.marked_label) for bar in figure.bars)


def _xlsx(request: HttpRequest, snapshot: Snapshot, selection: Selection, figure: Figure) -> HttpResponseBase:
    basis = selection.without_questions(figure.code)
    facts = [
        (_("Figure"), figure.title),
        (_("Companies counted"), figure.subtitle),
        (_("Note"), figure.note),
        (_("Conclusion"), " ".join(figure.conclusion)),
        *file_facts(request, snapshot, basis, figure.url),
        (_("Basis"), figure.caption),
    ]
    chart = SheetChart(_chart(request, figure), labels=4, counts=2)
    data = xlsx.Sheet(figure.heading, _headings(), _rows(figure), widths=(60, 24, 14, 24, 34), chart=chart)
    notes = xlsx.Sheet(_("About the data"), (), (fact for fact in facts if fact[1]), widths=(24, 90), kind="notes")
    return xlsx.xlsx_response(f"{figure.code}.xlsx", [data, notes], created=made_at(snapshot))


FILES: dict[str, Callable[[HttpRequest, Snapshot, Selection, Figure], HttpResponseBase]] = {
    "svg": _svg,
    "png": _png,
    "csv": _csv,
    "xlsx": _xlsx,
}
