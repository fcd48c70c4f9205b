"""Marking the words of a text that a search has found, and cutting a piece around them."""

import re
from collections.abc import Callable, Iterator

from .danish import words

Parts = list[tuple[str, bool]]
"""Pieces of a text in their order, each with whether it is marked."""
IsMatch = Callable[[str], bool]
"""Whether a word, as `danish.words` gives it, is to be marked."""

_TOKEN = re.compile("[^\\W_]+(?:[\u00ad\u200b-\u200d\u0300-\u036f]+[^\\W_]+)*[\u0300-\u036f]*")
"""A word as it is written: soft hyphens and accents that stand alone are inside of it."""
BEFORE = 50
"""Characters of an excerpt before its first marked word."""
LONGEST = 160
"""Characters of an excerpt, its ellipses aside."""


def marked(text: str, is_match: IsMatch) -> Parts:
    """The whole text in pieces; empty where no word is to be marked."""
    parts: Parts = []
    place = 0
    for start, end in _matches(text, is_match):
        parts += [(text[place:start], False), (text[start:end], True)]
        place = end
    return [part for part in (*parts, (text[place:], False)) if part[0]] if parts else []


def excerpt(text: str, is_match: IsMatch) -> Parts:
    """A piece of the text around the first word to be marked, on one line; empty where there is none.

    It is cut between words, with an ellipsis where something is left out.
    """
    text = " ".join(text.split())
    first = next(_matches(text, is_match), None)
    if first is None or len(text) <= LONGEST:
        return marked(text, is_match)
    start = min(_after_space(text, first[0] - BEFORE), first[0])
    end = _before_space(text, max(start + LONGEST, first[1]))
    before, after = "… " if start else "", " …" if end < len(text) else ""
    return [part for part in ((before, False), *marked(text[start:end], is_match), (after, False)) if part[0]]


def _matches(text: str, is_match: IsMatch) -> Iterator[tuple[int, int]]:
    """Beginning and end of each word to be marked."""
    return (token.span() for token in _TOKEN.finditer(text) if any(is_match(word) for word in words(token[0])))


def _after_space(text: str, place: int) -> int:
    """The beginning of the first word at `place` or after it; 0 where the text begins near."""
    return text.find(" ", place) + 1 if place > 0 else 0


def _before_space(text: str, place: int) -> int:
    """The end of the last whole word before `place`; the text's end where that is near."""
    if place >= len(text):
        return len(text)
    space = text.rfind(" ", 0, place + 1)
    return space if space > 0 else place
