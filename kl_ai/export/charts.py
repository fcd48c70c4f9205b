"""Counts to a bar chart, as SVG and PNG: a picture that stands alone in a report or on a slide.

The SVG has presentation attributes only, so that it shows under a content security policy without
inline styles, and it carries its numbers as text for those who cannot see it.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from xml.sax.saxutils import escape, quoteattr

import resvg_py
from django.contrib.staticfiles import finders
from django.utils.formats import number_format
from django.utils.translation import get_language

from .cells import without_controls
from .hyphenation import divisions

INK, MUTED, BAR, TRACK, RULE, PAPER = "#1a1a1a", "#4a4f52", "#0b5a60", "#eef5f5", "#c8cfcf", "#ffffff"
WIDTH = 960
MARGIN = 32
COLUMN_GAP = 16
LABEL_WIDTH = 340
"""The widest that the column of labels becomes; longer labels wrap."""
BAR_HEIGHT = 28
ROW_GAP = 14
FAMILY = "IBM Plex Sans"
FONTS = ("vendor/ibm-plex/IBMPlexSans-Regular.ttf", "vendor/ibm-plex/IBMPlexSans-SemiBold.ttf")


def bar_chart(title: str, subtitle: str, bars: Sequence[tuple[str, int]], total: int, caption: str, source: str) -> str:
    """A standalone SVG document, 960 pixels wide and as high as it has to be.

    `bars` are labels and counts, drawn in the order given on a track that is `total` long, so that
    a bar is a share as well. Empty texts take no room. Labels wrap and are never cut; characters
    that XML cannot carry are left out. Numbers are grouped as the active language does it.
    """
    title, subtitle, caption, source = map(_clean, (title, subtitle, caption, source))
    rows = [(_clean(label), count) for label, count in bars]
    page = _Page()
    page.text(title, size=24, leading=31, bold=True)
    page.text(subtitle, size=17, leading=25, fill=MUTED, before=6)
    _draw_rows(page, rows, total)
    if caption or source:
        page.rule()
    page.text(caption, size=15, leading=22, before=12)
    page.text(source, size=14, leading=20, fill=MUTED, before=4)
    numbers = "; ".join(f"{label}: {_number(count)}" for label, count in rows)
    return page.document(title, ". ".join(part.rstrip(".") for part in (subtitle, numbers, caption) if part))


def png(svg: str, scale: int = 2) -> bytes:
    """`svg` as PNG, `scale` pixels for each of its own, with the portal's typeface and no other.

    Raises `FileNotFoundError` where the typeface is missing and `ValueError` for what is no SVG.
    """
    return resvg_py.svg_to_bytes(
        svg_string=svg, zoom=scale, skip_system_fonts=True, font_files=_font_files(),
        font_family=FAMILY, sans_serif_family=FAMILY,
    )  # fmt: skip


@lru_cache(maxsize=1)
def _font_files() -> list[str]:
    found = [path for name in FONTS if (path := finders.find(name))]
    if len(found) < len(FONTS):
        raise FileNotFoundError(f"The typeface of the charts is missing among the static files: {', '.join(FONTS)}")
    return found


# Drawing ----------------------------------------------------------------------------------------


@dataclass
class _Page:
    """The elements drawn so far, and how far down the page they reach."""

    y: float = MARGIN
    parts: list[str] = field(default_factory=list)

    def text(
        self, text: str, *, size: float, leading: float, fill: str = INK, bold: bool = False, before: float = 0
    ) -> None:
        """A paragraph over the whole width, or a heading in lines of about the same length."""
        if lines := (_balanced if bold else wrap)(text, size, WIDTH - 2 * MARGIN):
            self.y += before
            self.parts.append(_text(lines, MARGIN, self.y, size=size, leading=leading, fill=fill, bold=bold))
            self.y += leading * len(lines)

    def bar(self, x: float, width: float, fill: str, top: float) -> None:
        self.parts.append(f'<rect x="{x:g}" y="{top:g}" width="{width:.5g}" height="{BAR_HEIGHT}" fill="{fill}"/>')

    def rule(self) -> None:
        self.y += 12
        self.parts.append(f'<path d="M{MARGIN} {self.y + 0.5:g}H{WIDTH - MARGIN}" stroke="{RULE}"/>')

    def document(self, title: str, description: str) -> str:
        height = f"{self.y + MARGIN - 8:g}"
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}"'
            f' role="img" lang={quoteattr(get_language() or "da")} font-family="\'{FAMILY}\', Arial, sans-serif">\n'
            f"<title>{escape(title)}</title>\n<desc>{escape(description)}</desc>\n"
            f'<rect width="{WIDTH}" height="{height}" fill="{PAPER}"/>\n' + "\n".join(self.parts) + "\n</svg>\n"
        )


def _draw_rows(page: _Page, rows: Sequence[tuple[str, int]], total: int) -> None:
    size, leading, number_size = 16, 20, 18
    if not rows:
        return
    page.y += 22
    label_width = min(LABEL_WIDTH, max(_text_width(label, size) for label, _ in rows))
    number_width = max(_text_width(_number(count), number_size) for _, count in rows)
    left = round(MARGIN + label_width + COLUMN_GAP)
    length = round(WIDTH - MARGIN - number_width - COLUMN_GAP) - left
    for label, count in rows:
        lines = _balanced(label, size, label_width)
        height = max(BAR_HEIGHT, leading * len(lines))
        top = page.y + (height - BAR_HEIGHT) / 2
        # A hair's breadth at least: one vendor of many is not none.
        share = min(max(length * count / total, 2), length) if total > 0 and count > 0 else 0
        if lines:
            middle = page.y + (height - leading * len(lines)) / 2
            page.parts.append(_text(lines, MARGIN, middle, size=size, leading=leading))
        page.bar(left, length, TRACK, top)
        if share:
            page.bar(left, share, BAR, top)
        number = _text([_number(count)], WIDTH - MARGIN, top, size=number_size, leading=BAR_HEIGHT, bold=True, end=True)
        page.parts.append(number)
        page.y += height + ROW_GAP


def _text(
    lines: Sequence[str], x: float, top: float, *, size: float, leading: float, fill: str = INK, bold: bool = False,
    end: bool = False,
) -> str:  # fmt: skip
    """Lines of text under `top`, each `leading` high, beginning at `x` or, with `end`, ending there."""
    # Plex is 0.70 em from baseline to capital height; that half below the middle centres the line.
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


def _clean(text: str) -> str:
    return unicodedata.normalize("NFC", " ".join(without_controls(text).split()))


# Measuring --------------------------------------------------------------------------------------

# Advance widths in em of IBM Plex Sans SemiBold, rounded up to a few steps. The regular weight is
# about four hundredths narrower, and so is Arial, which takes its place where it is not installed.
_STEPS = (
    (0.24, " "),
    (0.29, "'ij"),
    (0.33, "!,.:;[]l"),
    (0.36, "()f·"),
    (0.41, "-rt{|}"),
    (0.48, '"/I\\•'),
    (0.52, "?csz“”"),
    (0.57, "*JL_aegkovxyå»«"),
    (0.60, "$+0123456789<=>EFTZ^`bdhnpqu~ø–§"),
    (0.66, "CPSVXY"),
    (0.69, "ABDKRUÅ"),
    (0.75, "#&GHNOQØ"),
    (0.80, "—"),
    (0.90, "@Mmwæ…"),
    (0.96, "%WÆ"),
)
_ADVANCES = {character: advance for advance, characters in _STEPS for character in characters}
_WIDEST = 1.4


@lru_cache(maxsize=2048)
def _advance(character: str) -> float:
    """The width of one character in em; an accented one is as wide as its letter, an unknown one wide."""
    if character in _ADVANCES:
        return _ADVANCES[character]
    return _ADVANCES.get(unicodedata.normalize("NFD", character)[0], _WIDEST)


def _text_width(text: str, size: float) -> float:
    """The width of `text` in pixels at font size `size`: an estimate that is not too small."""
    return size * sum(map(_advance, text))


def wrap(text: str, size: float, width: float, language: str = "") -> list[str]:
    """`text` in lines of at most `width` pixels.

    A word longer than a line is broken with a hyphen between two syllables of `language` (the active one, where none
    is given), if one fits. An address is broken anywhere and without: a hyphen would be read as part of it.
    """
    lines: list[str] = []
    for word in text.split():
        if lines and _text_width(f"{lines[-1]} {word}", size) <= width:
            lines[-1] += f" {word}"
        else:
            lines += _pieces(word, size, width, language or get_language() or "")
    return lines


def _balanced(text: str, size: float, width: float) -> list[str]:
    """`text` in no more lines than `wrap` needs, but of about the same length: no last word alone."""
    lines = wrap(text, size, width)
    longest_word = max((_text_width(word, size) for word in text.split()), default=0)
    while len(lines) > 1 and (width := width - size / 2) >= longest_word:
        narrower = wrap(text, size, width)
        if len(narrower) > len(lines):
            break
        lines = narrower
    return lines


def _pieces(word: str, size: float, width: float, language: str) -> Iterator[str]:
    """`word`, or the parts of it that fit in a line each."""
    hyphen = "" if "/" in word else "-"
    start = 0
    while (room := _room(word, start, size, width)) < len(word) - start:
        room = max(1, _room(word, start, size, width - _text_width(hyphen, size)))
        end = start + (_break(word[start : start + room + _LOOK_AHEAD], room, language) if hyphen else room)
        yield word[start:end] + ("" if word[end - 1] in "-–" else hyphen)
        start = end
    yield word[start:]


_LOOK_AHEAD = 12
"""So many letters behind the end of a line have a say in where the word is divided."""


def _room(word: str, start: int, size: float, width: float) -> int:
    """How many letters of `word` from `start` on fit in `width`; a last letter always does."""
    room = 0
    for at in range(start, len(word)):
        width -= size * _advance(word[at])
        if width < 0:
            break
        room += 1
    return max(room, 1) if start + 1 == len(word) else room


def _break(word: str, room: int, language: str) -> int:
    """How many letters of a word that is too long stand before the hyphen, at most `room`."""
    return max((at for at in divisions(word, language) if at <= room), default=room)
