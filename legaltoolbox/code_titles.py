"""The title of an item beside its code in running text: “før P1 (Beslut, om idéen skal fortsætte)”.

Nobody knows by heart what A25 is. The editors write the code, and the title is added where the text itself does not name
the thing: behind a preposition, a conjunction, a comma or nothing at all.
"""

from __future__ import annotations

import re
from typing import Any

from .catalogue import Catalogue
from .kinds import code_pattern, kinds_with_codes

_WORDS = """
    i til før ved fra efter af på og eller med se om for under over end som er jf bygger opfylder hører mod uden brug
    beslutningspunkt beslutningspunkter beslutningspunkterne aktivitet aktiviteten krav kravet risiko risikoen
    skabelon skabelonen punkt tjekliste spørgsmål
"""
BARE_AFTER = frozenset(_WORDS.split())
"""Words after which a code is not named by the text: they say where it stands or of which kind it is, and not what it is."""
_WORD_BEFORE = re.compile(r"([\wæøå]+)\.? $")


class CodeTitles:
    """Adds the titles of one catalogue's items to the codes in texts."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._pattern = re.compile(code_pattern())
        self._alone = re.compile(rf"{code_pattern()}(?:\.\d+)?")
        self.titles: dict[str, str] = {}
        for kind in kinds_with_codes():
            items: dict[str, Any] = catalogue.by_key[kind.name]
            self.titles |= {code: _short(item.link_text) for code, item in items.items()}

    def codes(self, text: str) -> set[str]:
        """The codes in a text."""
        return {match[0] for match in self._pattern.finditer(text)}

    def expand(self, text: str, named: set[str] | None = None) -> str:
        """`text` with titles behind the codes that it does not name itself; each title once.

        `named` are codes that have a title already; those that get one now are added. A text that is nothing but one
        code, or the number of a point (K10.1), stays as it is: the cell of a table, whose neighbour is the text.
        """
        seen: set[str] = set() if named is None else named
        if self._alone.fullmatch(text.strip()):
            return text
        pieces, end = [], 0
        for match in self._pattern.finditer(text):
            code = match[0]
            title = self.titles.get(code)
            if title and code not in seen and _is_bare(text, match.start(), match.end(), title):
                pieces += [text[end : match.end()], f" ({title})"]
                end = match.end()
            seen.add(code)
        return "".join([*pieces, text[end:]])


def _short(title: str) -> str:
    """A title without what stands in brackets or behind a dash."""
    return re.split(r" \(| – ", title)[0]


def _is_bare(text: str, start: int, end: int, title: str) -> bool:
    """Whether the text around a code names nothing: no title behind it, no noun before it, no brackets around it."""
    before, after = text[:start], text[end:]
    if not before.strip() and re.match(" [A-ZÆØÅ]", after):  # a label that begins with the code
        return False
    if (
        before.count("(") > before.count(")")
        or after.lstrip(' :,“"').startswith(title)
        or after.startswith(("/", " ("))
    ):
        return False
    word = _WORD_BEFORE.search(before)
    return word is None or word[1].casefold() in BARE_AFTER


def code_titles(catalogue: Catalogue) -> CodeTitles:
    """The catalogue's titles, made once."""
    return catalogue.memo.remember("code titles", lambda: CodeTitles(catalogue))
