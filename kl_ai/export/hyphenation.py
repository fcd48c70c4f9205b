"""Where a long word may be divided at the end of a line, by the hyphenation patterns of LibreOffice."""

import re
from functools import cache

from pyphen import Pyphen

PATTERNS = {"da": "da_DK", "en": "en_GB"}
MIN_LETTERS = 3
"""The least number of letters before and after a hyphen."""
MAX_REMEMBERED = 1000
"""The number of words that are remembered; they come from visitors too."""
_WORD = re.compile(r"\w.*\w", re.DOTALL)


def divisions(word: str, language: str) -> set[int]:
    """How many letters of `word` may be set before a hyphen; a hyphen of the word's own allows a division after it.

    Languages without patterns of their own are divided as English.
    """
    own = {at for at, letter in enumerate(word[:-1], start=1) if letter in "-–"}
    inner = _WORD.search(word)
    if inner is None:
        return own
    patterns = _patterns(PATTERNS.get(language, PATTERNS["en"]))
    if len(patterns.hd.cache) > MAX_REMEMBERED:  # Pyphen itself has no limit
        patterns.hd.cache.clear()
    return own | {inner.start() + at for at in patterns.positions(inner[0])}


@cache
def _patterns(name: str) -> Pyphen:
    return Pyphen(lang=name, left=MIN_LETTERS, right=MIN_LETTERS)
