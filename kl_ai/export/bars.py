"""A chart of horizontal bars as one value, drawn by `charts` and put into workbooks by `xlsx_charts`."""

from collections.abc import Sequence
from dataclasses import dataclass

INK, MUTED, RULE, PAPER = "#1a1a1a", "#4a4f52", "#c8cfcf", "#ffffff"
BAR, MUTED_BAR, TRACK = "#0b5a60", "#66858a", "#eef5f5"


@dataclass(frozen=True, slots=True)
class ChartBar:
    """One bar: its label, its count, and the share that stands beside the count. A muted bar is no finding."""

    label: str
    count: int
    share: str = ""
    is_muted: bool = False


@dataclass(frozen=True)
class BarChart:
    """The texts of a chart from top to bottom, and its bars in order. A bar of `total` fills its track.

    Empty texts take no room.
    """

    title: str
    bars: Sequence[ChartBar]
    total: int
    subtitle: str = ""
    note: str = ""
    conclusion: str = ""
    caption: str = ""
    source: str = ""
