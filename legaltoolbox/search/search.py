"""Search over the whole toolbox: by words with Danish inflections, and by provision."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kl_ai.search.index import WordIndex

from .. import citations, linking
from ..catalogue import Catalogue
from ..filtersets import top
from ..linking import KIND_NAMES, Ref
from ..models import DocumentTemplate, Item, LegalSource
from ..texts import KIND_OF_LETTER, SEARCHED, searched

FIRST = 8
"""So many results of a kind are shown at once; the rest are a click away."""


@dataclass(frozen=True, slots=True)
class Hit:
    ref: Ref
    text: str
    """One or two sentences of the item, so that one sees what it is."""


@dataclass(frozen=True, slots=True)
class Hits:
    """The results of one kind, the best first."""

    kind: str
    heading: str
    hits: list[Hit]


class SearchIndex:
    """The words of every item of one catalogue. Built once for each."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._items: list[Item] = [item for kind in SEARCHED for item in catalogue.all(kind)]
        self._titles = [f"{item.key} {getattr(item, 'title', '') or item}" for item in self._items]
        self._index = WordIndex([self._text(item, catalogue) for item in self._items])
        self._title_index = WordIndex(self._titles)

    @staticmethod
    def _text(item: Item, catalogue: Catalogue) -> str:
        texts = [searched(item)]
        if item.KIND == "activity":
            checklist = catalogue.parts("checklist", item)
            texts += [f"{check.question} {check.guidance} {check.done_when}" for check in checklist]
        if isinstance(item, DocumentTemplate):
            for section in catalogue.sections(item):
                texts += [section.heading, section.guidance, *(field.label for field in catalogue.fields(section))]
        return "\n".join(texts)

    def find(self, query: str) -> list[Hits]:
        """The items that hold every word, by kind; those with the words in their title first."""
        found, in_title = self._index.match(query), self._title_index.match(query)
        groups = []
        for kind in SEARCHED:
            places = [place for place, item in enumerate(self._items) if kind == item.KIND and found >> place & 1]
            places.sort(key=lambda place: not in_title >> place & 1)
            if places:
                groups.append(Hits(kind, str(KIND_NAMES[kind]), [hit(self._items[place]) for place in places]))
        return groups


def hit(item: Item) -> Hit:
    return Hit(linking.ref(item), _shown(item))


def _shown(item: Item) -> str:
    """What stands beneath an item's title in a list of results."""
    first = {"activity": "why", "template": "purpose", "risk": "consequence", "requirement": "duty",
             "guidance": "answer", "role": "why", "phase": "summary"}  # fmt: skip
    text = getattr(item, first[item.KIND]) if item.KIND in first else getattr(item, "title", "")
    return text.partition("\n\n")[0]


def index(catalogue: Catalogue) -> SearchIndex:
    """The catalogue's index, made once."""
    if "index" not in catalogue.memo:
        catalogue.memo["index"] = SearchIndex(catalogue)
    return catalogue.memo["index"]


# By provision -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Provision:
    """A provision that was asked for, and what rests on it or on its parts."""

    source: LegalSource
    resting: list[Hits]


def provisions(query: str, catalogue: Catalogue) -> tuple[list[Provision], bool]:
    """The sources that a query names, and whether it names a provision at all.

    Where the very provision is not in the table, the nearest level above it in its article or section.
    """
    acts = [source for source in catalogue.sources if source.part_of is None]
    asked = citations.wanted(query, acts)
    found = dict.fromkeys(source for what in asked for source in _nearest(what, catalogue))
    return [Provision(source, resting(source, catalogue)) for source in found], bool(asked)


def _nearest(what: citations.Wanted, catalogue: Catalogue) -> list[LegalSource]:
    found: list[LegalSource] = []
    while not found:
        found = [source for source in catalogue.sources if citations.is_wanted(source, top(source), what)]
        if len(what.place) <= 2:
            break
        what = citations.Wanted(what.act, what.place[:-2])
    return found


def resting(source: LegalSource, catalogue: Catalogue) -> list[Hits]:
    """What rests on a source or on its parts, by kind."""
    return [
        Hits(kind, str(KIND_NAMES[kind]), [hit(item) for item in items])
        for kind in SEARCHED
        if kind != LegalSource.KIND and (items := catalogue.resting_on(source, kind))
    ]


def by_code(query: str, catalogue: Catalogue) -> Item | None:
    """The item whose code the whole query is."""
    match = re.fullmatch(r"([AKMPRS]) ?(\d{1,2})", query.strip().upper())
    if match is None:
        return None
    letter, number = match.groups()
    kind = KIND_OF_LETTER[letter]
    return catalogue.find(kind, f"{letter}{number}") or catalogue.find(kind, f"{letter}{number:0>2}")
