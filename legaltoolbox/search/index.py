"""The words of every item of one catalogue: which items a term finds, where, and how well.

Each field of an item, and each text of its rows, is a text of its own, so that a hit in a title counts more than one in an
explanation, and a result can show where the word stands.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import log
from typing import Any

from kl_ai.search import bitset
from kl_ai.search.danish import words
from kl_ai.search.index import WordIndex
from kl_ai.search.matching import STOP_WORDS, roots, same_root

from ..catalogue import Catalogue
from ..kind_types import ItemPart
from ..kinds import item_kind, listed_kinds
from ..models import Item
from .synonyms import Phrase, Synonyms

TITLE, SEARCH_WORDS, EXCERPT, TEXT, ROW = 10.0, 7.0, 4.0, 2.0, 1.0
"""What a hit counts, by where it is."""
TITLES = frozenset({"title", "question", "name", "short_name", "code", "slug", "aliases"})
PART_OF_COMPOUND, SYNONYM = 0.6, 0.8
"""What a hit counts that is part of another word or of a phrase, and one of another word for the same."""
FURTHER, MOST_FURTHER = 0.1, 3
"""What other hits of the same count beside the best, and how many of them."""
MAX_TERMS = 12
"""The telling terms of a query that are looked for, the first ones. A question of people's has five; what has more is a paste."""
SUBJECT = (("kunstig", "intelligens"), ("artificial", "intelligence"), ("ai",), ("ki",))
"""What the whole toolbox is about: as words of a query they exclude nothing."""
_WEAK_WORDS = """
    bruge bruger brugt brug anvende anvender anvendes benytte benytter lave laver lavet gøre gør få får give giver tage tager have haft være er
    været blive bliver bliv skulle ville kunne måtte hvornår hvorfor hvorvidt mon man ens vores jeres vi jeg tilladt lovligt okay ok ja nej
    gerne lige altså hjælp hjælpe findes find finde finder noget nogen vide behandle behandler behandles efter sætte sætter træffe træffer løsning
    løsningen løsninger
    can may must should would could shall use using used does do is need allowed there any get when why whether let
"""
WEAK_WORDS = STOP_WORDS | frozenset(_WEAK_WORDS.split())
"""Words that a question is made of. A query drops them where others are left."""


@dataclass(frozen=True, slots=True)
class FieldText:
    """One text of an item."""

    item: int
    """The item's place in the index."""
    label: str
    """What the field is called, in the language of the page; lazy."""
    weight: float
    text: str
    words: frozenset[str]


@dataclass(frozen=True)
class QueryTerm:
    """One thing that a query asks for: a word, or a phrase that has synonyms."""

    words: Phrase
    alternatives: frozenset[Phrase] = frozenset()
    is_weak: bool = False
    """Whether it excludes nothing: a word of questions, or the subject of the whole toolbox."""

    def __str__(self) -> str:
        return " ".join(self.words)


@dataclass(frozen=True)
class Marks:
    """The words by which a term shows in the texts of an index."""

    single: frozenset[str]
    phrases: tuple[tuple[frozenset[str], ...], ...] = ()
    """Words that show it only where they stand one after the other: for each place of a phrase those that may stand there."""

    def in_text(self, text: Sequence[str]) -> frozenset[str]:
        """Those of the words of a text, in their order, that show the term."""
        found, present = self.single.intersection(text), frozenset(text) if self.phrases else frozenset()
        for phrase in self.phrases:
            if any(present.isdisjoint(forms) for forms in phrase):
                continue
            for place in range(len(text) - len(phrase) + 1):
                following = text[place : place + len(phrase)]
                if all(word in forms for word, forms in zip(following, phrase, strict=True)):
                    found |= frozenset(following)
        return found

    def may_be_in(self, text: frozenset[str]) -> bool:
        """Whether the words of a text, in any order, may show the term."""
        return not text.isdisjoint(self.single) or any(
            all(not text.isdisjoint(forms) for forms in phrase) for phrase in self.phrases
        )


class ItemIndex:
    """The texts of all listed items of one catalogue, and its synonyms. Built once for each catalogue."""

    def __init__(self, catalogue: Catalogue, synonyms: Synonyms) -> None:
        self.items: list[Item] = [item for kind in listed_kinds() for item in catalogue.all(kind.name)]
        self.fields: list[FieldText] = [
            field for place, item in enumerate(self.items) for field in _field_texts(place, item, catalogue)
        ]
        self._titles: dict[int, list[FieldText]] = defaultdict(list)
        for field in self.fields:
            if field.weight in (TITLE, SEARCH_WORDS):
                self._titles[field.item].append(field)
        self.words = WordIndex(field.text for field in self.fields)
        self.synonyms = synonyms
        self._known_words = frozenset(self.words.vocabulary) | synonyms.vocabulary
        self._fields_of: dict[Phrase, tuple[int, ...]] = {}
        """Phrases of the synonyms, of which there are as many as the content has, to the fields (places) that hold them."""
        self._forms_of: dict[str, frozenset[str]] = {}
        """Words of such phrases to their forms in the texts."""

    def terms(self, query: str) -> list[QueryTerm]:
        """What the query asks for, each once. Words of questions and the subject only where there is nothing else."""
        typed = words(query)
        terms: dict[Phrase, QueryTerm] = {}
        place = telling = 0
        while place < len(typed) and telling < MAX_TERMS:
            term = self._term_at(typed, place)
            telling += not (term.is_weak or term.words in terms)
            terms.setdefault(term.words, term)
            place += len(term.words)
        if telling:
            return [term for term in terms.values() if not term.is_weak]
        about = [term for term in terms.values() if term.words in SUBJECT]
        return about or list(terms.values())[:MAX_TERMS]

    def joined(self, query: str) -> str:
        """The query with the parts of compounds put together, "databehandler aftale"; empty where none is typed apart."""
        typed = words(query)
        joined: list[str] = []
        for word in typed:
            if joined and joined[-1] + word in self._known_words:
                joined[-1] += word
            else:
                joined.append(word)
        return " ".join(joined) if len(joined) < len(typed) else ""

    def _term_at(self, typed: Sequence[str], place: int) -> QueryTerm:
        synonym = self.synonyms.at(typed, place)
        subject = next((phrase for phrase in SUBJECT if tuple(typed[place : place + len(phrase)]) == phrase), ())
        if len(subject) > synonym.length:
            return QueryTerm(subject, is_weak=True)
        length = max(synonym.length, 1)
        phrase = tuple(typed[place : place + length])
        return QueryTerm(phrase, synonym.alternatives, is_weak=length == 1 and phrase[0] in WEAK_WORDS)

    def find(self, term: QueryTerm) -> dict[int, float]:
        """The items (places) that the term finds, and how well. No query of the database."""
        found: dict[int, list[float]] = defaultdict(list)
        for places, factor in self._looked_for(term):
            by_item: dict[int, list[float]] = defaultdict(list)
            for field in map(self.fields.__getitem__, places):
                by_item[field.item].append(field.weight * factor)
            for place, values in by_item.items():
                found[place].append(_together(values))
        for place, value in self._find_apart(term).items():
            found[place].append(value)
        return {place: _together(values) for place, values in found.items()}

    def _find_apart(self, term: QueryTerm) -> dict[int, float]:
        """The items that hold each telling word of a phrase somewhere, or what that word stands for. None for a single word."""
        telling = _telling(term.words)
        if len(term.words) == 1:
            return {}
        each = [self.find(QueryTerm((word,), self.synonyms.at([word], 0).alternatives)) for word in telling]
        places = set(each[0]).intersection(*each[1:])
        return {place: PART_OF_COMPOUND * min(found[place] for found in each) for place in places}

    def title_words(self, query: str, place: int) -> int:
        """How many of the query's words, of questions too, the item's title and search words have: it decides between equal items."""
        title = frozenset().union(*(roots(word) for field in self._titles[place] for word in field.words))
        return sum(not title.isdisjoint(roots(word)) for word in dict.fromkeys(words(query)))

    def _looked_for(self, term: QueryTerm) -> Iterator[tuple[Iterable[int], float]]:
        """The fields (places) that hold what is looked for, and what each counts: whole words, parts of them, synonyms."""
        is_known = term.words in self.synonyms.phrases
        yield self._fields_with_synonym(term.words) if is_known else self._fields_with(term.words, whole=True), 1
        if len(term.words) == 1:
            yield self._fields_with(term.words, whole=False), PART_OF_COMPOUND
        for phrase in term.alternatives:
            yield self._fields_with_synonym(phrase), SYNONYM

    def _fields_with_synonym(self, phrase: Phrase) -> tuple[int, ...]:
        """The fields (places) with a phrase of the synonyms; looked for once, since a query may stand for very many."""
        fields = self._fields_of.get(phrase)
        if fields is None:
            fields = self._fields_of[phrase] = tuple(self._fields_with(phrase, whole=True))
        return fields

    def _forms(self, word: str) -> frozenset[str]:
        """The forms in the texts of a word of the synonyms; looked for once."""
        forms = self._forms_of.get(word)
        if forms is None:
            forms = self._forms_of[word] = self.words.matching_words(word, whole=True)
        return forms

    def _fields_with(self, phrase: Phrase, *, whole: bool) -> Iterator[int]:
        """The fields (places) in which the words of the phrase stand, one after the other."""
        matches = bitset.full(len(self.fields))
        for word in phrase:
            matches &= self.words.match_word(word, whole=whole)
        for place in bitset.members(matches):
            if len(phrase) == 1 or _holds(words(self.fields[place].text), phrase):
                yield place

    def marks(self, term: QueryTerm) -> Marks:
        """The words of the texts that show the term: forms of it, compounds of it, and those of its synonyms."""
        whole = len(term.words) > 1
        single = [self.words.matching_words(word, whole=whole) for word in _telling(term.words)]
        single += [self._forms(*phrase) for phrase in term.alternatives if len(phrase) == 1]
        phrases = [
            tuple(self._forms(word) for word in phrase) for phrase in sorted(term.alternatives) if len(phrase) > 1
        ]
        return Marks(frozenset().union(*single), tuple(phrases))

    def rarity(self, found: int) -> float:
        """How telling a term is that so many items hold: the fewer, the more."""
        return log(1 + len(self.items) / max(found, 1))


def _together(values: Sequence[float]) -> float:
    """What several hits count: the best, and a little for `MOST_FURTHER` others."""
    best, *others = sorted(values, reverse=True)
    return best + FURTHER * sum(others[:MOST_FURTHER])


def _telling(phrase: Phrase) -> list[str]:
    """The words of a phrase that are not weak; all where each is."""
    return [word for word in phrase if word not in WEAK_WORDS and (word,) not in SUBJECT] or list(phrase)


def _holds(text: Sequence[str], phrase: Phrase) -> bool:
    """Whether the words of the phrase, or forms of them, stand one after the other in the text."""
    places = range(len(text) - len(phrase) + 1)
    return any(all(map(same_root, phrase, text[place : place + len(phrase)])) for place in places)


def _field_texts(place: int, item: Item, catalogue: Catalogue) -> Iterator[FieldText]:
    """The texts of an item and of its parts that a search looks in."""
    kind = item_kind(item)
    for name in kind.searched:
        weight = TITLE if name in TITLES else EXCERPT if name == kind.excerpt else TEXT
        yield from _texts(place, item, name, weight)
    yield from _texts(place, item, "search_words", SEARCH_WORDS)
    yield from _row_texts(place, kind.parts, item, catalogue)


def _row_texts(place: int, parts: Iterable[ItemPart], owner: Any, catalogue: Catalogue) -> Iterator[FieldText]:
    for part in parts:
        for row in catalogue.parts(part.name, owner):
            for name in part.searched:
                yield from _texts(place, row, name, ROW)
            yield from _row_texts(place, part.parts, row, catalogue)


def _texts(place: int, row: Any, name: str, weight: float) -> Iterator[FieldText]:
    value = getattr(row, name)
    text = "\n".join(value) if isinstance(value, list) else str(value)
    if text:
        yield FieldText(place, row._meta.get_field(name).verbose_name, weight, text, frozenset(words(text)))
