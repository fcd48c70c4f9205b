"""Search over the whole toolbox: by words with Danish inflections, and by provision."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from kl_ai.search.index import WordIndex

from .. import citations, linking
from ..catalogue import Catalogue
from ..kind_types import ItemKind, ItemPart, joined
from ..kinds import item_kind, kinds_by_letter, listed_kinds
from ..linking import Ref
from ..models import Item, LegalSource

MAX_UNFOLDED = 8
"""The results of a kind that are shown at once; the rest are folded away."""


@dataclass(frozen=True, slots=True)
class Hit:
    """An item as a result of a search."""

    ref: Ref
    text: str
    """One or two sentences of the item."""


@dataclass(frozen=True, slots=True)
class HitGroup:
    """The results of one kind, the best first."""

    kind: str
    heading: str
    hits: list[Hit]


class SearchIndex:
    """The words of every item of one catalogue. Built once for each."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._items: list[Item] = [item for kind in listed_kinds() for item in catalogue.all(kind.name)]
        titles = [f"{item.key} {getattr(item, 'title', '') or item}" for item in self._items]
        self._index = WordIndex(["\n".join(_texts(item, catalogue)) for item in self._items])
        self._title_index = WordIndex(titles)

    def search(self, query: str) -> list[HitGroup]:
        """The items that hold every word, by kind; those with the words in their title first."""
        matches, title_matches = self._index.match(query), self._title_index.match(query)
        places: dict[str, list[int]] = {}
        for place, item in enumerate(self._items):
            if matches >> place & 1:
                places.setdefault(item.KIND, []).append(place)
        groups = []
        for kind in listed_kinds():
            if kind.name in places:
                ordered = sorted(places[kind.name], key=lambda place: not title_matches >> place & 1)
                groups.append(_group(kind, [self._items[place] for place in ordered]))
        return groups


def _texts(item: Item, catalogue: Catalogue) -> Iterator[str]:
    """The texts of an item and of its parts that a search looks in."""
    kind = item_kind(item)
    yield kind.text(item)
    yield from _part_texts(kind.parts, item, catalogue)


def _part_texts(parts: Iterable[ItemPart], owner: Any, catalogue: Catalogue) -> Iterator[str]:
    for part in parts:
        for row in catalogue.parts(part.name, owner):
            yield joined(row, part.searched)
            yield from _part_texts(part.parts, row, catalogue)


def _group(kind: ItemKind, items: Iterable[Item]) -> HitGroup:
    return HitGroup(kind.name, str(kind.heading), [hit(item) for item in items])


def hit(item: Item) -> Hit:
    """An item as a result, with the first paragraph of the field that its kind shows beneath a title."""
    excerpt = item_kind(item).excerpt
    return Hit(linking.ref(item), getattr(item, excerpt).partition("\n\n")[0] if excerpt else "")


def index(catalogue: Catalogue) -> SearchIndex:
    """The catalogue's index, made once for each catalogue."""
    return catalogue.memo.remember("index", lambda: SearchIndex(catalogue))


# By provision -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Provision:
    """A provision that a query names, and the items that rest on it or on its parts, by kind."""

    source: LegalSource
    resting: list[HitGroup]


def provisions(query: str, catalogue: Catalogue) -> tuple[list[Provision], bool]:
    """The sources that a query names, and whether it names a provision at all. No query of the database.

    Where the provision itself is not in the table, the nearest level above it in its article or section.
    """
    documents = [source for source in catalogue.sources if source.part_of is None]
    cited = citations.parse(query, documents)
    sources = dict.fromkeys(source for citation in cited for source in _nearest(citation, catalogue))
    return [Provision(source, resting(source, catalogue)) for source in sources], bool(cited)


def _nearest(citation: citations.Citation, catalogue: Catalogue) -> list[LegalSource]:
    """The sources that a citation names; where there is none, those of the nearest level above."""
    sources: list[LegalSource] = []
    while not sources:
        sources = [source for source in catalogue.sources if citations.names(citation, source)]
        if len(citation.place) <= 2:
            break
        citation = citations.Citation(citation.act, citation.place[:-2])
    return sources


def resting(source: LegalSource, catalogue: Catalogue) -> list[HitGroup]:
    """The items that rest on a source or on its parts, by kind."""
    return [_group(kind, items) for kind, items in catalogue.resting_by_kind(source)]


def by_code(query: str, catalogue: Catalogue) -> Item | None:
    """The item whose code the whole query is, "A25", "a 25" or "A5" for A05; None where there is none."""
    match = re.fullmatch(r"([A-ZÆØÅ]) ?(\d{1,2})", query.strip().upper())
    kind = kinds_by_letter().get(match[1]) if match else None
    if match is None or kind is None:
        return None
    letter, number = match.groups()
    return catalogue.find(kind.name, f"{letter}{number}") or catalogue.find(kind.name, f"{letter}{number:0>2}")
