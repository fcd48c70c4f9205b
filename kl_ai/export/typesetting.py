"""Text in the portal's typeface: its width, and its division into the lines of a drawing."""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from django.utils.translation import get_language

from .hyphenation import divisions

FAMILY = "IBM Plex Sans"
FONTS = ("vendor/ibm-plex/IBMPlexSans-Regular.ttf", "vendor/ibm-plex/IBMPlexSans-SemiBold.ttf")
"""The typeface's files among the static files."""

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
_LOOK_AHEAD = 12
"""The number of letters after the end of a line that are considered in where the word is divided."""


@lru_cache(maxsize=2048)
def advance(character: str) -> float:
    """The width of one character in em; an accented one is as wide as its letter, an unknown one wide."""
    if character in _ADVANCES:
        return _ADVANCES[character]
    return _ADVANCES.get(unicodedata.normalize("NFD", character)[0], _WIDEST)


def text_width(text: str, size: float) -> float:
    """The width of `text` in pixels at font size `size`: an estimate that is not too small."""
    return size * sum(map(advance, text))


def wrap(text: str, size: float, width: float, language: str = "") -> list[str]:
    """`text` in lines of at most `width` pixels.

    A word longer than a line is broken with a hyphen between two syllables of `language` (the active one, where none
    is given), if one fits. An address is broken anywhere, without a hyphen, which would be read as part of it.
    """
    lines: list[str] = []
    for word in text.split():
        if lines and text_width(f"{lines[-1]} {word}", size) <= width:
            lines[-1] += f" {word}"
        else:
            lines += _fitting_parts(word, size, width, language or get_language() or "")
    return lines


def wrap_evenly(text: str, size: float, width: float) -> list[str]:
    """`text` in no more lines than `wrap` needs, but of about the same length, so that no last word is alone."""
    lines = wrap(text, size, width)
    longest_word = max((text_width(word, size) for word in text.split()), default=0)
    while len(lines) > 1 and (width := width - size / 2) >= longest_word:
        narrower = wrap(text, size, width)
        if len(narrower) > len(lines):
            break
        lines = narrower
    return lines


def _fitting_parts(word: str, size: float, width: float, language: str) -> Iterator[str]:
    """`word`, or its parts that fit in a line each."""
    hyphen = "" if "/" in word else "-"
    start = 0
    while (count := _fitting_letters(word, start, size, width)) < len(word) - start:
        count = max(1, _fitting_letters(word, start, size, width - text_width(hyphen, size)))
        end = start + (_divide(word[start : start + count + _LOOK_AHEAD], count, language) if hyphen else count)
        yield word[start:end] + ("" if word[end - 1] in "-–" else hyphen)
        start = end
    yield word[start:]


def _fitting_letters(word: str, start: int, size: float, width: float) -> int:
    """How many letters of `word` from `start` on fit in `width`; the last letter of a word always does."""
    count = 0
    for at in range(start, len(word)):
        width -= size * advance(word[at])
        if width < 0:
            break
        count += 1
    return max(count, 1) if start + 1 == len(word) else count


def _divide(word: str, longest: int, language: str) -> int:
    """How many letters of a word that is too long are set before the hyphen, at most `longest`."""
    return max((at for at in divisions(word, language) if at <= longest), default=longest)
