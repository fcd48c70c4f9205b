"""The sources that a query names: those that the toolbox has, and by name those that it lacks, with the nearest level that it has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product

from django.utils.translation import gettext as _

from kl_ai.search.danish import join_words

from ..catalogue import Catalogue
from ..citations import cite
from ..models import LegalSource
from .act_names import ActNames
from .hits import HitGroup
from .provisions import Citation, Place, parse
from .search import item_group

_FIRST_UNITS = ("art", "par", "bilag")
"""The units of a first level for which none is written."""
_ANY_STEPS = r"(?:-(?:stk|nr|pkt|litra)-[a-z0-9]+)*"
_NUMBER_STEPS = ("stk", "nr", "pkt")
"""The steps that people take for each other: “article 4(11)” is GDPR art. 4, nr. 11."""


@dataclass(frozen=True, slots=True)
class Provision:
    """A source that a query names, and the items that rest on it or on its parts, by kind.

    Where nothing rests on it, those of the nearest level above.
    """

    source: LegalSource
    level: LegalSource | None
    """What the items rest on: the source, or the nearest level above it; None where nothing rests on it below its act."""
    resting: list[HitGroup]

    @property
    def is_above(self) -> bool:
        """Whether the items rest on a level above the source."""
        return self.level is not None and self.level != self.source

    @property
    def above(self) -> LegalSource | None:
        """The next level of the act, of which more may be of use; None right below the act."""
        above = self.source.part_of
        return above if above is not None and above.part_of is not None else None


@dataclass(frozen=True, slots=True)
class Missing:
    """Provisions that a query names and the toolbox lacks."""

    names: list[str]
    """“GDPR art. 6, stk. 1, litra b”, as the content would cite it."""
    nearest: LegalSource | None
    """The level above them that the toolbox has: a provision, or else the act."""
    resting: list[HitGroup]
    """The items that rest on the nearest act as a whole, by kind; those of a provision stand with it."""

    @property
    def text(self) -> str:
        """The names in one line."""
        return join_words(self.names, _("and"))

    @property
    def is_act(self) -> bool:
        """Whether nothing nearer than the act is there."""
        return self.nearest is not None and self.nearest.part_of is None


@dataclass(frozen=True)
class NamedSources:
    """What a query names of the law, and its other words."""

    provisions: list[Provision] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    rest: str = ""

    @property
    def names_any(self) -> bool:
        return bool(self.provisions or self.missing)


class SourceIndex:
    """The sources of one catalogue by the parts of their keys. Built once for each catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._by_slug = {source.slug: source for source in catalogue.sources}
        self._by_place: dict[str, list[LegalSource]] = {}
        for source in catalogue.sources:
            if source.part_of is not None:
                self._by_place.setdefault(source.slug.removeprefix(f"{source.act.slug}-"), []).append(source)
        self._documents = [source for source in catalogue.sources if source.part_of is None]

    @cached_property
    def names(self) -> ActNames:
        return ActNames(self._documents)

    def named(self, query: str) -> NamedSources:
        """What the query names. No query of the database."""
        reading = parse(query, self.names)
        sources: dict[str, LegalSource] = {}
        missing: dict[str, Missing] = {}
        for citation in reading.citations:
            exact = self.exact(citation) or self.between(citation)
            nearest = exact or self.nearest(citation)
            sources |= {source.slug: source for source in nearest if source.part_of is not None or exact}
            if not exact and (citation.act or citation.unknown_act or not reading.rest):
                above = nearest[0] if nearest else None
                name = self.name(citation)
                gap = missing.setdefault(above.slug if above else "", Missing([], above, self._on_act(above)))
                gap.names.append(name)
        provisions = [self._provision(source) for source in sources.values()]
        return NamedSources(provisions, list(missing.values()), reading.rest)

    def exact(self, citation: Citation) -> list[LegalSource]:
        """The sources that a citation names: one of its act, or those of any act; none for an act that the toolbox lacks."""
        if citation.unknown_act:
            return []
        keys = list(_keys(citation.place))
        if citation.act is None:
            return next((self._by_place[key] for key in keys if key in self._by_place), [])
        slugs = ("-".join(filter(None, (citation.act, key))) for key in keys)
        return next(([self._by_slug[slug]] for slug in slugs if slug in self._by_slug), [])

    def between(self, citation: Citation) -> list[LegalSource]:
        """The sources of a citation that leaves steps out: “GDPR art. 9, litra g”, “GDPR 9 g” for art. 9, stk. 2, litra g.

        Of a provision that is there in parts alone, the parts.
        """
        place = citation.place
        if citation.unknown_act or not place:
            return []
        if place[0] in ("", "art") and _first_level(place) == 3:
            place = ("art", place[1], "litra", *place[2:])
        units = (place[0],) if place[0] else _FIRST_UNITS
        first = _first_level(place)
        steps = zip(place[first::2], place[first + 1 :: 2], strict=True)
        inside = "".join(rf"{_ANY_STEPS}-{kind}-{value}" for kind, value in steps)
        start = f"(?:{'|'.join(units)})-{'-'.join(place[1:first])}{inside}"
        for pattern in (re.compile(start), re.compile(start + _ANY_STEPS)):
            found = [
                (key.count("-"), source)
                for key, of_acts in self._by_place.items()
                if pattern.fullmatch(key)
                for source in of_acts
                if citation.act in (None, source.act.slug)
            ]
            if found:
                highest = min(level for level, _source in found)
                return [source for level, source in found if level == highest]
        return []

    def nearest(self, citation: Citation) -> list[LegalSource]:
        """The nearest level above that the toolbox has; at last the act."""
        act, place = citation.act, citation.place
        for length in range(len(place) - 2, _first_level(place) - 1, -2):
            if sources := self.exact(Citation(act, place[:length], citation.unknown_act)):
                return sources
        return [self._by_slug[act]] if act in self._by_slug else []

    def _provision(self, source: LegalSource) -> Provision:
        level: LegalSource | None = source
        while level is not None and (level is source or level.part_of is not None):
            if resting := self.catalogue.resting_by_kind(level):
                return Provision(source, level, [item_group(kind, items) for kind, items in resting])
            level = level.part_of
        return Provision(source, None, [])

    def _on_act(self, source: LegalSource | None) -> list[HitGroup]:
        """The items that rest on an act as a whole; none for a provision."""
        if source is None or source.part_of is not None:
            return []
        return [item_group(kind, items) for kind, items in self.catalogue.resting_by_kind(source, with_parts=False)]

    def name(self, citation: Citation) -> str:
        """The provision as the content cites it: “offentlighedslovens § 4”."""
        act = self._by_slug.get(citation.act or "")
        name = act.name if act is not None else citation.unknown_act
        unit = citation.place[0] if citation.place else ""
        if not unit:
            unit = "par" if any(slug.startswith(f"{citation.act}-par-") for slug in self._by_slug) else "art"
        return cite(name, place_name((unit, *citation.place[1:]))).strip()


def _first_level(place: Place) -> int:
    """How many parts of the place are its first level: the unit, the number, and the letter of “§ 11 a”."""
    return 2 + len(place) % 2


def _keys(place: Place) -> Iterator[str]:
    """What the key of a source at this place may have after its act's, the likeliest first.

    An article of one paragraph is cited with and without it: “art. 4, stk. 1, nr. 11” is art. 4, nr. 11.
    """
    if not place:
        yield ""
        return
    first = _first_level(place)
    units = [place[0]] if place[0] else _FIRST_UNITS
    steps = list(zip(place[first::2], place[first + 1 :: 2], strict=True))
    kinds = [
        (kind, *(other for other in _NUMBER_STEPS if kind in _NUMBER_STEPS and other != kind)) for kind, _ in steps
    ]
    for unit in units:
        for chosen in product(*kinds):
            parts = [part for kind, (_, value) in zip(chosen, steps, strict=True) for part in (kind, value)]
            yield "-".join([unit, *place[1:first], *parts])
    if place[first : first + 2] == ("stk", "1") and len(place) > first + 2:
        yield from _keys((*place[:first], *place[first + 2 :]))


_FIRST_NAMES = {"art": "art. {}", "par": "§ {}", "bilag": "bilag {}", "betragtning": "betragtning {}"}
_STEP_NAMES = {"stk": "stk. {}", "nr": "nr. {}", "pkt": "pkt. {}", "litra": "litra {}"}


def place_name(place: Place) -> str:
    """A place as Danish texts write it: “art. 6, stk. 1, litra b”, “§ 42 a”, “bilag III, pkt. 5”."""
    if not place:
        return ""
    first = _first_level(place)
    between = "" if place[0] == "art" else " "
    number = between.join(place[1:first])
    names = [_FIRST_NAMES[place[0]].format(number.upper() if place[0] == "bilag" else number)]
    names += [
        _STEP_NAMES[kind].format(value) for kind, value in zip(place[first::2], place[first + 1 :: 2], strict=True)
    ]
    return ", ".join(names)


def index(catalogue: Catalogue) -> SourceIndex:
    """The catalogue's index of sources, made once for each catalogue."""
    return catalogue.memo.remember("named sources", lambda: SourceIndex(catalogue))
