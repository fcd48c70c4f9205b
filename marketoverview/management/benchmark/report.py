"""The table of a run, and which of the aims are met."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from .measurements import Figures

Results = Mapping[int, Figures]
"""Number of vendors to its figures."""

ROWS = (
    ("Under gunicorn, ms (CPU of the worker)", ""),
    ("a bare Django view", "{bare:.2f} ({bare_cpu:.2f})"),
    ("the same behind the portal's middleware", "{middleware:.2f} ({middleware_cpu:.2f})"),
    ("directory of one service, pages 1 to 20, made anew", "{uncached:.1f} ({uncached_cpu:.1f})"),
    ("  in bare views", "{uncached_ratio:.1f} ({uncached_cpu_ratio:.1f})"),
    ("  highest", "{uncached_worst:.1f}"),
    ("  each page for the first time in the process", "{first_time:.1f}"),
    ("  the first page of a new process, from its start on", "{new_process:,.0f}"),
    ("directory from the cache", "{cached:.2f} ({cached_cpu:.2f})"),
    ("  share of the bare view's rate", "{cached_share:.2f} ({cached_cpu_share:.2f})"),
    ("other pages made anew: figures", "{figures:.1f}"),
    ("  matrix", "{matrix:.1f}"),
    ("  matrix by examples", "{matrix_offerings:.1f}"),
    ("  solutions of one service", "{solutions:.1f}"),
    ("  legal one-pager", "{onepager_bare:.1f}"),
    ("  legal one-pager of a situation", "{onepager:.1f}"),
    ("  legal one-pager of a role and all answers", "{onepager_all:.1f}"),
    ("  annex of all requirements, Word", "{annex_docx:.1f}"),
    ("  annex of all requirements, PDF", "{annex_pdf:.1f}"),
    ("  legal search", "{toolbox_search:.1f}"),
    ("  legal search for as many words as there is room for", "{toolbox_search_long:.1f}"),
    ("overview of a large project", "{project:.1f} ({project_cpu:.1f})"),
    ("  in bare views", "{project_ratio:.1f} ({project_cpu_ratio:.1f})"),
    ("Datasette, the same selection and pages, ms", ""),
    ("array facets, raised limits", "{arrays_raised_ms:,.0f}"),
    ("  in pages of the portal", "{arrays_raised_ratio:,.0f}"),
    ("array facets, default limits", "{arrays_default_ms:,.0f}"),
    ("  in pages of the portal", "{arrays_default_ratio:,.0f}"),
    ("  pages left out, with a facet missing at the limit", "{arrays_default_without_facets:.0%}"),
    ("plain facet of the answers, raised limits", "{plain_raised_ms:,.0f}"),
    ("  in pages of the portal", "{plain_raised_ratio:,.0f}"),
    ("plain facet of the answers, default limits", "{plain_default_ms:,.0f}"),
    ("  in pages of the portal", "{plain_default_ratio:,.0f}"),
    ("  pages left out, with the facet missing at the limit", "{plain_default_without_facets:.0%}"),
    ("Publication", ""),
    ("first snapshot of a process, ms", "{first_snapshot:,.0f}"),
    ("next snapshot after a publication, ms (highest)", "{next_snapshot:.1f} ({next_snapshot_worst:.1f})"),
    ("  share of the first", "1/{next_part:.0f}"),
    ("from the commit to the page that shows it, ms (highest)", "{visible:.0f} ({visible_worst:.0f})"),
    ("Export of all vendors", ""),
    *(
        row
        for ending in ("csv", "xlsx", "json")
        for row in (
            (f"{ending}: all, first byte, ms", f"{{{ending}_ms:,.0f}}, {{{ending}_first_byte:,.0f}}"),
            ("  again, ms", f"{{{ending}_again:,.0f}}"),
            ("  size, most memory beside the idle worker, MB", f"{{{ending}_size:.1f}}, {{{ending}_memory:.0f}}"),
        )
    ),
    ("  memory of the idle worker, MB", "{idle_memory:.0f}"),
    ("Search, whole page, made anew, ms (highest)", ""),
    ("a ticked option, for the first time", "{search_option:.1f} ({search_option_worst:.1f})"),
    ("  again", "{search_option_again:.1f}"),
    ("a compound, for the first time", "{search_compound:.1f} ({search_compound_worst:.1f})"),
    ("  again", "{search_compound_again:.1f}"),
    ("a near spelling that finds nobody, for the first time", "{search_nobody:.1f} ({search_nobody_worst:.1f})"),
    ("  again", "{search_nobody_again:.1f}"),
)
"""Label of a line to what stands in its cells; a heading where that is empty."""
LABEL_WIDTH, CELL_WIDTH = 58, 18


def table(system: str, results: Results) -> Iterator[str]:
    """The lines of the table of one database system. A line without any figure is left out, and a heading without lines."""
    yield f"{system:{LABEL_WIDTH}}" + "".join(f"{size:>{CELL_WIDTH},}" for size in results)
    heading = ""
    for label, form in ROWS:
        if not form:
            heading = label
            continue
        cells = [_cell(form, figures) for figures in results.values()]
        if any(cells):
            if heading:
                yield heading
                heading = ""
            yield f"  {label:{LABEL_WIDTH - 2}}" + "".join(f"{cell or '-':>{CELL_WIDTH}}" for cell in cells)


def _cell(form: str, figures: Figures) -> str:
    """The figures in this form; "" where one of them was not measured."""
    try:
        return form.format_map(figures)
    except KeyError:
        return ""


# Aims ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Aim:
    """What a figure should be, at most or at least, at some sizes or (None) at all of them."""

    text: str
    figure: str
    is_met: Callable[[float], bool]
    form: str
    sizes: tuple[int, ...] | None = None


def at_most(limit: float) -> Callable[[float], bool]:
    return lambda value: value <= limit


def at_least(limit: float) -> Callable[[float], bool]:
    return lambda value: value >= limit


LARGE = (5_000, 100_000)
AIMS = (
    Aim("a page of the directory made anew: at most 12 bare views", "uncached_ratio", at_most(12), "{:.1f}"),
    Aim("  the same by CPU", "uncached_cpu_ratio", at_most(12), "{:.1f}"),
    Aim("from the cache: at least half of a bare view's rate", "cached_share", at_least(0.5), "{:.2f}"),
    Aim("  the same by CPU", "cached_cpu_share", at_least(0.5), "{:.2f}"),
    Aim("Datasette's page: at least 15 of the portal's", "arrays_raised_ratio", at_least(15), "{:,.0f}", (5_000,)),
    Aim("Datasette's page: at least 250 of the portal's", "arrays_raised_ratio", at_least(250), "{:,.0f}", (100_000,)),
    Aim("a page at 100,000: at most 1.2 at 2,000", "growth", at_most(1.2), "{:.2f}", (100_000,)),
    Aim("  the same by CPU", "growth_cpu", at_most(1.2), "{:.2f}", (100_000,)),
    Aim("the annex of all requirements in Word: at most 300 ms", "annex_docx", at_most(300), "{:.0f} ms"),
    Aim("the annex of all requirements as PDF: at most 300 ms", "annex_pdf", at_most(300), "{:.0f} ms"),
    Aim("the overview of a large project: at most 80 bare views", "project_ratio", at_most(80), "{:.0f}"),
    Aim("  the same by CPU", "project_cpu_ratio", at_most(80), "{:.0f}"),
    Aim("the next snapshot: at most 1/20 of the first", "next_part", at_least(20), "1/{:.0f}", LARGE),
)


def aims(results: Results) -> Iterator[str]:
    """A line for each aim and size that was measured: met or not met, and the figure."""
    for aim in AIMS:
        for size, figures in results.items():
            if (aim.sizes is None or size in aim.sizes) and aim.figure in figures:
                value = figures[aim.figure]
                verdict = "met" if aim.is_met(value) else "NOT MET"
                yield f"{verdict:8} {aim.text:60} {size:>9,}: {aim.form.format(value)}"
