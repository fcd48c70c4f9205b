"""A bar chart on a sheet of a workbook: Excel's own, which somebody can restyle or copy into a document.

Sheets are written in constant memory, so that XlsxWriter knows no cell again. The chart is given its numbers a second
time, for programs that show it without computing the sheet.
"""

from dataclasses import dataclass
from typing import Any

import xlsxwriter
from xlsxwriter.chart import Chart
from xlsxwriter.worksheet import Worksheet

from .bars import BAR, INK, MUTED, MUTED_BAR, PAPER, RULE, BarChart
from .typesetting import wrap

WIDTH = 900
_LABELS, _NUMBERS = 220, 100
"""Widths in pixels: the labels left of the bars, and the numbers right of the longest bar that there can be."""
_MARGIN, _AXIS, _TITLE_LINE, _LINE, _ROW = 16, 40, 24, 16, 32
"""Heights in pixels: above and below the texts, the axis' numbers, a line of title and of text, a bar with its space."""
_TITLE, _TEXT = 14, 9
"""Sizes of type in points."""
FEW = 10
"""Up to this total the axis shows each whole number; programs would choose fractions for a small one."""
_PIXELS = 96 / 72
"""Pixels in a point."""


@dataclass(frozen=True)
class SheetChart:
    """A chart of a data sheet's first rows, one bar each in their order; it stands below the sheet's rows.

    `labels` and `counts` are the indices of the columns that the bars refer to. The shares beside the numbers are
    text of the chart.
    """

    chart: BarChart
    labels: int
    counts: int


def insert(workbook: xlsxwriter.Workbook, worksheet: Worksheet, sheet_chart: SheetChart) -> None:
    """Put the chart two rows below the rows that it shows. A chart without bars is left out."""
    chart, bars = sheet_chart.chart, sheet_chart.chart.bars
    if not bars:
        return
    drawing = workbook.add_chart({"type": "bar"})
    drawing.add_series(_series(worksheet, sheet_chart))
    title, below = _lines(chart.title, _TITLE), _lines_below(chart)
    drawing.set_title({"name": "\n".join(title), "name_font": _font(_TITLE, INK, bold=True)})
    _set_axes(drawing, chart.total, "\n".join(below))
    drawing.set_legend({"none": True})
    drawing.set_chartarea({"border": {"none": True}, "fill": {"color": PAPER}})
    top, length = 2 * _MARGIN + _TITLE_LINE * len(title), _ROW * len(bars)
    height = top + length + _AXIS + _LINE * len(below) + _MARGIN
    place = {
        "x": _LABELS / WIDTH,
        "y": top / height,
        "width": 1 - (_LABELS + _NUMBERS) / WIDTH,
        "height": length / height,
    }
    drawing.set_plotarea({"layout": place})
    drawing.set_size({"width": WIDTH, "height": height})
    numbers = "; ".join(f"{bar.label}: {bar.count}" for bar in bars)
    options = {"object_position": 3, "description": f"{chart.title} {numbers}"}
    worksheet.insert_chart(len(bars) + 2, 0, drawing, options)


def _lines_below(chart: BarChart) -> list[str]:
    """What stands below the bars, each text a sentence: a program may show them without the breaks between them."""
    texts = [chart.subtitle, chart.note, chart.caption]
    sentences = [f"{text.removesuffix('.')}." for text in texts if text]
    return [line for text in [*sentences, chart.source] for line in _lines(text, _TEXT)]


def _series(worksheet: Worksheet, sheet_chart: SheetChart) -> dict[str, Any]:
    bars = sheet_chart.chart.bars

    def cells(column: int) -> list[str | int]:
        return [worksheet.get_name(), 1, column, len(bars), column]

    return {
        "categories": cells(sheet_chart.labels),
        "values": cells(sheet_chart.counts),
        "categories_data": [bar.label for bar in bars],
        "values_data": [bar.count for bar in bars],
        "fill": {"color": BAR},
        "points": [{"fill": {"color": MUTED_BAR}} if bar.is_muted else None for bar in bars],
        "gap": 40,
        "data_labels": {
            "value": True,
            "font": _font(10, INK),
            "custom": [{"value": f"{bar.count} ({bar.share})" if bar.share else str(bar.count)} for bar in bars],
        },
    }


def _set_axes(drawing: Chart, total: int, below: str) -> None:
    """The first row on top; numbers from 0 up to all that answered, so that a bar is a share as well."""
    drawing.set_y_axis(
        {"reverse": True, "num_font": _font(10, INK), "major_tick_mark": "none", "line": {"color": RULE}}
    )
    numbers = {
        "name": below,
        "name_font": _font(_TEXT, MUTED),
        "min": 0,
        "max": max(total, 1),
        "label_position": "high",  # below the bars, since the order of the rows turns the axis around
        "num_format": "0",
        "num_font": _font(_TEXT, MUTED),
        "major_gridlines": {"visible": True, "line": {"color": RULE, "width": 0.5}},
        "major_tick_mark": "none",
        "line": {"none": True},
    }
    drawing.set_x_axis(numbers if total > FEW else numbers | {"major_unit": 1})


def _lines(text: str, size: float) -> list[str]:
    """The text in lines that fit into the chart: LibreOffice does not divide a chart's texts."""
    return wrap(text, size * _PIXELS, WIDTH * 0.9)


def _font(size: float, colour: str, *, bold: bool = False) -> dict[str, Any]:
    return {"size": size, "color": colour, "bold": bold}
