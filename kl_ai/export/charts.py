"""Bar charts of counts, as SVG and PNG: a picture that is complete by itself in a report or on a slide.

The SVG has presentation attributes only, so that it is shown under a content security policy without
inline styles, and it carries its numbers as text for those who cannot see it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from xml.sax.saxutils import escape, quoteattr

import resvg_py
from django.contrib.staticfiles import finders
from django.utils.formats import number_format
from django.utils.translation import get_language

from ..text import clean_line, normalize
from .bars import BAR, INK, MUTED, MUTED_BAR, PAPER, RULE, TRACK, BarChart, ChartBar
from .typesetting import FAMILY, FONTS, text_width, wrap, wrap_evenly

WIDTH = 960
MARGIN = 32
COLUMN_GAP = 16
LABEL_WIDTH = 340
"""The widest that the column of labels becomes; longer labels wrap."""
BAR_HEIGHT = 28
ROW_GAP = 14


def bar_chart(chart: BarChart) -> str:
    """A standalone SVG document, 960 pixels wide and as high as it has to be.

    A bar is drawn on a track that is the chart's `total` long, so that it is a share as well. Labels wrap and are
    never cut; characters that XML cannot carry are left out. Numbers are grouped as the active language does it.
    """
    title, subtitle, note, conclusion, caption, source = map(
        _label, (chart.title, chart.subtitle, chart.note, chart.conclusion, chart.caption, chart.source)
    )
    rows = [replace(bar, label=_label(bar.label), share=_label(bar.share)) for bar in chart.bars]
    page = _Page()
    page.text(title, size=24, leading=31, bold=True)
    page.text(subtitle, size=17, leading=25, fill=MUTED, before=6)
    page.text(note, size=15, leading=22, fill=MUTED, before=2)
    page.text(conclusion, size=17, leading=26, before=12)
    _draw_rows(page, rows, chart.total)
    if caption or source:
        page.rule()
    page.text(caption, size=15, leading=22, before=12)
    page.text(source, size=14, leading=20, fill=MUTED, before=4)
    numbers = "; ".join(f"{row.label}: {_number(row.count)}" for row in rows)
    texts = (subtitle, note, conclusion, numbers, caption, source)
    return page.document(title, ". ".join(part.rstrip(".") for part in texts if part))


def png(svg: str, scale: int = 2) -> bytes:
    """`svg` as PNG, `scale` pixels for each of its own, with the portal's typeface and no other.

    Raises `FileNotFoundError` where the typeface is missing and `ValueError` for what is no SVG.
    """
    return resvg_py.svg_to_bytes(
        svg_string=svg,
        zoom=scale,
        skip_system_fonts=True,
        font_files=_font_files(),
        font_family=FAMILY,
        sans_serif_family=FAMILY,
    )


@lru_cache(maxsize=1)
def _font_files() -> list[str]:
    paths = [path for name in FONTS if (path := finders.find(name))]
    if len(paths) < len(FONTS):
        raise FileNotFoundError(f"The typeface of the charts is missing among the static files: {', '.join(FONTS)}")
    return paths


# Drawing ----------------------------------------------------------------------------------------


@dataclass
class _Page:
    """The elements drawn so far; `y` is how far down the page they reach, in pixels."""

    y: float = MARGIN
    parts: list[str] = field(default_factory=list)

    def text(
        self, text: str, *, size: float, leading: float, fill: str = INK, bold: bool = False, before: float = 0
    ) -> None:
        """A paragraph over the whole width, or a heading in lines of about the same length."""
        if lines := (wrap_evenly if bold else wrap)(text, size, WIDTH - 2 * MARGIN):
            self.y += before
            self.parts.append(_text(lines, MARGIN, self.y, size=size, leading=leading, fill=fill, bold=bold))
            self.y += leading * len(lines)

    def bar(self, x: float, width: float, fill: str, top: float) -> None:
        """A bar under `top`. It takes no room of its own."""
        self.parts.append(f'<rect x="{x:g}" y="{top:g}" width="{width:.5g}" height="{BAR_HEIGHT}" fill="{fill}"/>')

    def number(self, text: str, end: float, top: float, *, size: float, fill: str, bold: bool = False) -> None:
        """A number beside a bar under `top`, up to `end`. It takes no room of its own."""
        if text:
            self.parts.append(_text([text], end, top, size=size, leading=BAR_HEIGHT, fill=fill, bold=bold, end=True))

    def rule(self) -> None:
        """A line over the whole width."""
        self.y += 12
        self.parts.append(f'<path d="M{MARGIN} {self.y + 0.5:g}H{WIDTH - MARGIN}" stroke="{RULE}"/>')

    def document(self, title: str, description: str) -> str:
        """The whole SVG; `title` and `description` are its alternative text."""
        height = f"{self.y + MARGIN - 8:g}"
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}"'
            f' role="img" lang={quoteattr(get_language() or "da")} font-family="\'{FAMILY}\', Arial, sans-serif">\n'
            f"<title>{escape(title)}</title>\n<desc>{escape(description)}</desc>\n"
            f'<rect width="{WIDTH}" height="{height}" fill="{PAPER}"/>\n' + "\n".join(self.parts) + "\n</svg>\n"
        )


def _draw_rows(page: _Page, rows: Sequence[ChartBar], total: int) -> None:
    """The bars, each with its label to the left and its number and share to the right."""
    size, leading, number_size, share_size = 16, 20, 18, 16
    if not rows:
        return
    page.y += 22
    label_width = min(LABEL_WIDTH, max(text_width(row.label, size) for row in rows))
    number_width = max(text_width(_number(row.count), number_size) for row in rows)
    share_width = max(text_width(row.share, share_size) for row in rows)
    number_end = round(WIDTH - MARGIN - share_width - (COLUMN_GAP if share_width else 0))
    left = round(MARGIN + label_width + COLUMN_GAP)
    length = round(number_end - number_width - COLUMN_GAP) - left
    for row in rows:
        lines = wrap_evenly(row.label, size, label_width)
        height = max(BAR_HEIGHT, leading * len(lines))
        top = page.y + (height - BAR_HEIGHT) / 2
        # At least two pixels, so that one vendor among very many can be seen.
        share = min(max(length * row.count / total, 2), length) if total > 0 and row.count > 0 else 0
        ink = MUTED if row.is_muted else INK
        if lines:
            middle = page.y + (height - leading * len(lines)) / 2
            page.parts.append(_text(lines, MARGIN, middle, size=size, leading=leading, fill=ink))
        page.bar(left, length, TRACK, top)
        if share:
            page.bar(left, share, MUTED_BAR if row.is_muted else BAR, top)
        page.number(_number(row.count), number_end, top, size=number_size, fill=ink, bold=True)
        page.number(row.share, WIDTH - MARGIN, top, size=share_size, fill=MUTED)
        page.y += height + ROW_GAP


def _text(
    lines: Sequence[str],
    x: float,
    top: float,
    *,
    size: float,
    leading: float,
    fill: str = INK,
    bold: bool = False,
    end: bool = False,
) -> str:
    """Lines of text under `top`, each `leading` high, beginning at `x` or, with `end`, ending there."""
    # A capital letter of Plex is 0.70 em high; with its baseline half of that below the middle the line is centred.
    baseline = top + leading / 2 + size * 0.35
    attributes = f'font-size="{size:g}" fill="{fill}"'
    attributes += ' font-weight="600"' if bold else ""
    attributes += ' text-anchor="end"' if end else ""
    spans = [
        f'<tspan x="{x:g}" y="{baseline + leading * number:.6g}">{escape(line)}</tspan>'
        for number, line in enumerate(lines)
    ]
    return f"<text {attributes}>{' '.join(spans)}</text>"


def _number(count: int) -> str:
    return number_format(count, use_l10n=True, force_grouping=True)


def _label(text: str) -> str:
    """`text` on one line, letters and their accents as single characters: they are measured one by one."""
    return normalize("NFC", clean_line(text))
