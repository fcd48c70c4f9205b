"""Search over the whole toolbox by words, with Danish inflections and synonyms, and by code."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ..catalogue import Catalogue
from ..kind_types import ItemKind
from ..kinds import kinds_by_letter, listed_kinds
from ..models import Guidance, Item
from .hits import HitGroup, hit
from .index import FieldText, ItemIndex, QueryTerm
from .synonyms import Synonyms

NEAREST = 0.75
"""Where no item has all words: how much of the best one's words an item has that is shown, by how telling they are."""
ANSWERING = 0.5
"""How much of the words the best item has at least to be taken for what was asked about."""


@dataclass(frozen=True)
class Results:
    """What a query finds. The kinds stand in the order of results, answers first; in each the best is first."""

    groups: list[HitGroup] = field(default_factory=list)
    has_all_words: bool = True
    """Whether the items have every word of the query; where none has, these have the most."""
    answers_have_all_words: bool = True
    """Whether the answers have every word too; where other kinds have, answers with most of the words stand beside them."""
    is_about: bool = False
    """Whether the items have enough of the words to be what was asked about."""
    not_found: tuple[str, ...] = ()
    """The words that are nowhere in the toolbox."""

    @property
    def total(self) -> int:
        return sum(len(group.hits) for group in self.groups)

    @property
    def has_answer(self) -> bool:
        """Whether an answer of “may and may not” is among what is about the query."""
        return self.is_about and any(group.kind == Guidance.KIND for group in self.groups)


class SearchIndex:
    """The search of one catalogue. Built once for each."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.index = ItemIndex(catalogue, Synonyms(_groups(catalogue)))
        self._fields: dict[int, list[FieldText]] = defaultdict(list)
        for text in self.index.fields:
            self._fields[text.item].append(text)

    def search(self, query: str) -> Results:
        """The items that have every word; where none has, those that have the most. No query of the database."""
        terms = self.index.terms(query)
        found = [self.index.find(term) for term in terms]
        if not any(found):
            return Results(not_found=tuple(map(str, terms)))
        rarity = [self.index.rarity(len(places)) for places in found]
        share, value = _shares(found, rarity)
        best = max(share.values())
        complete = [place for place in share if all(place in places for places in found)]
        places = complete or [place for place in share if share[place] >= best * NEAREST]
        answers = self._nearest_answers(share, sum(rarity)) if complete and not self._answers(complete) else []
        joined = self.index.joined(query)
        compound = self._with_all_words(joined)
        titles = {place: self.index.title_words(joined or query, place) for place in (*places, *answers)}
        ordered = sorted(
            titles,
            key=lambda place: (
                place not in compound,
                -round(compound.get(place, value[place]), 6),
                -titles[place],
                place,
            ),
        )
        return Results(
            groups=self._hit_groups(ordered, terms),
            has_all_words=bool(complete),
            answers_have_all_words=not answers,
            is_about=best >= ANSWERING * sum(rarity),
            not_found=tuple(str(term) for term, places in zip(terms, found, strict=True) if not places),
        )

    def _with_all_words(self, query: str) -> dict[int, float]:
        """The items that have every word of the query, and how well. None for an empty one."""
        found = [self.index.find(term) for term in self.index.terms(query)]
        _share, value = _shares(found, [self.index.rarity(len(places)) for places in found])
        return {place: value[place] for place in value if all(place in places for places in found)}

    def _answers(self, places: Iterable[int]) -> list[int]:
        return [place for place in places if self.index.items[place].KIND == Guidance.KIND]

    def _nearest_answers(self, share: Mapping[int, float], whole: float) -> list[int]:
        """The answers that have most of the words, by how telling they are."""
        best = max((share[place] for place in self._answers(share)), default=0)
        return [place for place in self._answers(share) if best >= ANSWERING * whole and share[place] >= best * NEAREST]

    def _hit_groups(self, places: Sequence[int], terms: Sequence[QueryTerm]) -> list[HitGroup]:
        marks = [self.index.marks(term) for term in terms]
        by_kind: dict[str, list[int]] = defaultdict(list)
        for place in places:
            by_kind[self.index.items[place].KIND].append(place)
        return [
            HitGroup(
                kind.name,
                str(kind.heading),
                [hit(self.index.items[place], self._fields[place], marks) for place in by_kind[kind.name]],
            )
            for kind in listed_kinds()
            if kind.name in by_kind
        ]


def _shares(found: Sequence[dict[int, float]], rarity: Sequence[float]) -> tuple[dict[int, float], dict[int, float]]:
    """For each item found, how much of the query's words it has, and how well; both by how telling the words are."""
    share: dict[int, float] = defaultdict(float)
    value: dict[int, float] = defaultdict(float)
    for places, telling in zip(found, rarity, strict=True):
        for place, weight in places.items():
            share[place] += telling
            value[place] += telling * weight
    return share, value


def _groups(catalogue: Catalogue) -> Iterable[tuple[Sequence[str], Sequence[str]]]:
    """The synonyms of the catalogue, and the names of its acts and documents."""
    for synonym in catalogue.synonyms:
        yield synonym.words, synonym.finds
    for source in catalogue.sources:
        if source.part_of is None and source.aliases:
            yield (source.name, *source.aliases), ()


def index(catalogue: Catalogue) -> SearchIndex:
    """The catalogue's index, made once for each catalogue."""
    return catalogue.memo.remember("index", lambda: SearchIndex(catalogue))


def item_group(kind: ItemKind, items: Iterable[Item]) -> HitGroup:
    """Items of one kind as results, without marks."""
    return HitGroup(kind.name, str(kind.heading), [hit(item) for item in items])


def by_code(query: str, catalogue: Catalogue) -> Item | None:
    """The item whose code the whole query is, "A25", "a 25" or "A5" for A05; None where there is none."""
    match = re.fullmatch(r"([A-ZÆØÅ]) ?(\d{1,2})", query.strip().upper())
    kind = kinds_by_letter().get(match[1]) if match else None
    if match is None or kind is None:
        return None
    letter, number = match.groups()
    return catalogue.find(kind.name, f"{letter}{number}") or catalogue.find(kind.name, f"{letter}{number:0>2}")
