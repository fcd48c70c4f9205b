"""The names under which people write acts, decisions and guides, found anywhere in a query."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..models import LegalSource

GENITIVE = r"(?:['’]?s|['’])?"
HYPHEN = "[-‐‑– ]?"
_REGULATION = re.compile(r"(?<![0-9/])([0-9]{4}/[0-9]{1,5})(?![0-9/])")
"""The number of an act of the EU: “2016/679”."""
_BEFORE_NUMBER = r"(?:(?:forordningens?|forordning|direktivets?|direktiv|regulation|directive|verordnung|richtlinie) )?(?:\((?:eu|ef|eg|ec)\) ?)?(?:(?:nr|no)\.? ?)?"
_MONTHS = "januar|februar|marts|april|maj|juni|juli|august|september|oktober|november|december"
_LAW_NUMBER = re.compile(
    r"(?<!\w)(?P<kind>lovbekendtgørelse|bekendtgørelse|lov|lbkg?|bek) (?:nr\.? ?)?(?P<number>[0-9]{1,4}) af (?:den )?"
    rf"(?:[0-9]{{1,2}}[./-] ?[0-9]{{1,2}}[./-] ?|[0-9]{{1,2}}\.? (?:{_MONTHS}) )(?P<year>[0-9]{{4}})"
)
"""The number of a Danish act: “lov nr. 502 af 23/05/2018”, “lbk nr. 289 af 8. marts 2024”."""
_UNKNOWN = re.compile(
    r"(?<!\w)(?P<name>[a-zæøå][a-zæøå-]{1,40}(?:loven|forordningen|direktivet|bekendtgørelsen|konventionen)|barnets lov"
    r"|[a-zæøå][a-zæøå-]{2,40}lov)s?(?!\w)"
)
"""A word that names an act, whether the toolbox has it or not."""


@dataclass(frozen=True, slots=True)
class ActMention:
    """An act that a query names, and where."""

    start: int
    end: int
    slug: str | None
    """None where the toolbox does not have the act."""
    name: str
    """As it is written, without the genitive; "" for an act that the toolbox has."""
    stands_alone: bool = True
    """Whether the name means the source where nothing else is typed: not so where it is another name of a guide or decision,
    which may be a subject, “underdatabehandlere”."""


class ActNames:
    """The names of these sources, none of them a provision: their own, other names, keys and official numbers."""

    def __init__(self, sources: Iterable[LegalSource]) -> None:
        self._slugs: dict[str, str] = {}
        self._subjects: set[str] = set()
        self._numbers: dict[str, str] = {}
        patterns: set[str] = set()
        for source in sources:
            for name in (source.slug, source.name, source.title, *source.aliases):
                for form in _forms(" ".join(str(name).casefold().split())):
                    if (key := _key(form)) and key not in self._slugs:
                        self._slugs[key] = source.slug
                        patterns.add(_pattern(form))
            if source.kind not in (LegalSource.Kind.ACT, LegalSource.Kind.JUDGMENT):
                own = {_key(text.casefold()) for text in (source.slug, source.name, source.title)}
                self._subjects |= {key for name in source.aliases if (key := _key(str(name).casefold())) not in own}
            if source.kind == LegalSource.Kind.ACT:
                for number in _numbers([source.name, *source.aliases]):
                    self._numbers.setdefault(number, source.slug)
        longest_first = sorted(patterns, key=lambda pattern: (-len(pattern), pattern))
        self._pattern = re.compile(rf"(?<!\w)(?P<name>{'|'.join(longest_first) or '(?!)'}){GENITIVE}(?!\w)")

    def mentions(self, text: str) -> list[ActMention]:
        """The acts that the text, in small letters and with single spaces, names; where names overlap, the first and longest."""
        found = sorted(self._all(text), key=lambda mention: (mention.start, -mention.end, mention.slug is None))
        mentions: list[ActMention] = []
        for mention in found:
            if not mentions or mention.start >= mentions[-1].end:
                mentions.append(mention)
            elif mentions[-1].slug is None and mention.slug is not None and mention.end >= mentions[-1].end:
                mentions[-1] = mention
        return mentions

    def _all(self, text: str) -> Iterator[ActMention]:
        for match in self._pattern.finditer(text):
            key = _key(match["name"])
            yield ActMention(match.start(), match.end(), self._slugs[key], "", key not in self._subjects)
        for match in re.finditer(_BEFORE_NUMBER + _REGULATION.pattern, text):
            slug = self._numbers.get(match[1])
            yield ActMention(match.start(), match.end(), slug, "" if slug else match[0].strip())
        for match in _LAW_NUMBER.finditer(text):
            slug = self._numbers.get(_law_number(match))
            yield ActMention(match.start(), match.end(), slug, "" if slug else match[0])
        for match in _UNKNOWN.finditer(text):
            slug = self._slugs.get(_key(match["name"]))
            yield ActMention(match.start(), match.end(), slug, "" if slug else match["name"])


def _forms(name: str) -> Iterator[str]:
    """The name, and that of an act without its article: “forvaltningslov”."""
    yield name
    for ending in ("loven", "forordningen"):
        if name.endswith(ending) and name != ending and " " not in name:
            yield name.removesuffix("en")


def _key(name: str) -> str:
    """The name without what people write in several ways: hyphens, spaces, apostrophes."""
    return re.sub(r"[-‐‑– '’]", "", name)


def _pattern(name: str) -> str:
    """A regular expression for a name, whose words may be written with a hyphen, a space or nothing between them."""
    words = re.split(r"[-‐‑– ]+", name)
    return HYPHEN.join("['’]?".join(map(re.escape, re.split("['’]", word))) for word in words)


def _numbers(names: Iterable[str]) -> Iterator[str]:
    """The official numbers that the names hold: “2016/679”, “502/2018”."""
    for name in names:
        folded = name.casefold()
        yield from _REGULATION.findall(folded)
        yield from (_law_number(match) for match in _LAW_NUMBER.finditer(folded))


def _law_number(match: re.Match[str]) -> str:
    return f"{match['number']}/{match['year']}"
