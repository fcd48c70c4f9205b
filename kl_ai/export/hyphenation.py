"""Where a long word may be divided at the end of a line, by the patterns that LibreOffice uses."""

import re
from functools import cache

from pyphen import Pyphen

PATTERNS = {"da": "da_DK", "en": "en_GB"}
FEWEST_LETTERS = 3
"""What stands on a line alone has at least so many letters."""
MAX_REMEMBERED = 1000
_WORD = re.compile(r"\w.*\w", re.DOTALL)


def divisions(word: str, language: str) -> set[int]:
    """How many letters may stand before a hyphen; behind a hyphen of the word's own too.

    Languages without patterns of their own are divided as English.
    """
    own = {at for at, letter in enumerate(word[:-1], start=1) if letter in "-–"}
    inner = _WORD.search(word)
    if inner is None:
        return own
    patterns = _patterns(PATTERNS.get(language, PATTERNS["en"]))
    if len(patterns.hd.cache) > MAX_REMEMBERED:  # it keeps every word that it was ever asked for
        patterns.hd.cache.clear()
    return own | {inner.start() + at for at in patterns.positions(inner[0])}


@cache
def _patterns(name: str) -> Pyphen:
    return Pyphen(lang=name, left=FEWEST_LETTERS, right=FEWEST_LETTERS)
