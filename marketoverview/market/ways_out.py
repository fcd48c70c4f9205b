"""What helps where a selection finds nobody, or its free text few: other spellings, the option that was meant, what to leave out.

`Ways` finds them for vendors; `solutions.ways_out` for solutions, with the same rules.

Where nothing of this helps, the options of the market that somebody chose: no search ends with nothing to go on with.

Each way is a link with the number of vendors that it leads to, never none. Nothing here changes a query by itself, and
the work is bounded whatever is typed. No query of the database.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import chain, combinations, islice, pairwise
from operator import and_
from typing import Any

from django.utils.translation import gettext as _

from kl_ai.search.danish import join_words, words
from kl_ai.search.matching import STOP_WORDS, same_root
from kl_ai.search.spelling import LONGEST, near_words

from .search import MarketSearch, OptionWords, Term
from .selection import Selection
from .snapshot import Snapshot
from .tallies import Choice, QuestionTally

FEW = 3
"""Vendors up to which free text is taken for one that may mean an option."""
MOST = 5
"""Links of each kind."""
CORRECTED_WORDS = 2
"""Words of a query for which other spellings are looked for."""
SPELLINGS_OF_A_WORD = 3
JOINED_WORDS = 8
"""Words of a query of which pairs are tried as one."""
SHORTEST_PART = 3
"""Letters of each part of a compound that is taken apart."""
SHORTEST_KNOWN_PART = 6
"""Letters of a part of a compound that is looked for alone: “automatisering” of “procesautomatisering”."""
FREE_TEXT = "q"


@dataclass(frozen=True, slots=True)
class WayOut:
    """A link to a neighbouring selection that finds somebody."""

    label: str
    url: str
    count: int


@dataclass(frozen=True, slots=True)
class WaysOut:
    """The ways out of a selection (`components/ways_out.html`). True where one has to do with what was asked for."""

    spellings: list[WayOut] = field(default_factory=list)
    options: list[WayOut] = field(default_factory=list)
    """The options that the free text names; some say what a vendor finds difficult, and free text never finds by those."""
    left_out: list[WayOut] = field(default_factory=list)
    beside: list[tuple[str, list[WayOut]]] = field(default_factory=list)
    """Where there is nothing else: the heading of each question that solutions combine, with the options that find somebody."""

    def __bool__(self) -> bool:
        return bool(self.spellings or self.options or self.left_out)


class Ways:
    """The ways out of a selection of vendors; `matches` (bitset) are those that it finds."""

    def __init__(self, snapshot: Snapshot, selection: Selection, path: str) -> None:
        self.snapshot, self.selection, self.path = snapshot, selection, path
        self.finder = snapshot.search
        self.matches = self.match(selection)

    # What is counted ----------------------------------------------------------------------------

    def match(self, selection: Any) -> int:
        """What a selection finds (bitset)."""
        return self.snapshot.match(selection.chosen, selection.q)

    def with_term(self, term: Term) -> int:
        """What a term of the free text finds (bitset)."""
        return self.finder.vendors(term)

    @property
    def everything(self) -> int:
        return self.snapshot.everyone

    def parts(self) -> dict[str, int]:
        """The name of each question of the selection, and of its free text, to what that alone finds (bitset)."""
        parts = {code: self.snapshot.match({code: options}) for code, options in self.selection.chosen.items()}
        return parts | ({FREE_TEXT: self.snapshot.match({}, self.selection.q)} if self.selection.q else {})

    def without(self, parts: Collection[str]) -> Selection:
        """The selection without these of its parts."""
        smaller = self.selection.without_questions(*parts)
        return smaller.without_query() if FREE_TEXT in parts else smaller

    def labels(self, part: str) -> Iterable[str]:
        """What is chosen of a part, as in the chips."""
        if part == FREE_TEXT:
            return [f"“{self.selection.q}”"]
        tally = self.snapshot.tallies[part]
        return [tally.by_code[option].option.short for option in self.selection.chosen[part]]

    def heading(self, tally: QuestionTally) -> str:
        return tally.question.heading

    # All of them --------------------------------------------------------------------------------

    def ways_out(self) -> WaysOut:
        """None where the selection finds more than `FEW`, or some without free text."""
        count, q = self.matches.bit_count(), self.selection.q
        if count > FEW or (count and not q):
            return WaysOut()
        spellings = list(islice(self._unique(chain(self._joined(), self._respelled())), MOST)) if q else []
        options = list(islice(self.named(), MOST)) if q else []
        if count:
            return WaysOut(spellings, options)
        left_out = [*self._without_words(), *self._without_parts()][:MOST]
        ways = WaysOut(spellings, options, left_out)
        return ways or WaysOut(beside=list(self._beside()))

    def way(self, label: str, selection: Selection) -> Iterator[WayOut]:
        """The link to a selection, if it finds something that is not listed already."""
        matches = self.match(selection)
        if matches & ~self.matches:
            yield WayOut(label, self.path + replace(selection, page=1).query(), matches.bit_count())

    @staticmethod
    def _unique(ways: Iterable[WayOut]) -> Iterator[WayOut]:
        return iter({way.label: way for way in ways}.values())

    # Spellings ----------------------------------------------------------------------------------

    def _joined(self) -> Iterator[WayOut]:
        """The query with two words written as one where that is known: “chat bot” as “chatbot”."""
        typed = words(self.selection.q)[:JOINED_WORDS]
        for place, (first, second) in enumerate(pairwise(typed)):
            compound = first + second
            if _is_known(self.finder, compound):
                query = " ".join([*typed[:place], compound, *typed[place + 2 :]])
                yield from self.way(query, replace(self.selection, q=query))

    def _respelled(self) -> Iterator[WayOut]:
        """The query with words that find nothing or little replaced by likelier ones. First all of them, then one."""
        typed = words(self.selection.q)
        single = [term for term in self.finder.terms(self.selection.q) if len(term.words) == 1]
        rare = [term for term in single if self.with_term(term).bit_count() <= FEW][:CORRECTED_WORDS]
        instead = {term.place: candidates for term in rare if (candidates := list(self._instead(term)))}
        queries = [{place: candidate} for place, candidates in instead.items() for candidate in candidates]
        if len(instead) > 1:
            queries.insert(0, {place: candidates[0] for place, candidates in instead.items()})
        for replaced in queries:
            query = " ".join(replaced.get(place, word) for place, word in enumerate(typed))
            yield from self.way(query, replace(self.selection, q=query))

    def _instead(self, term: Term) -> Iterator[str]:
        """What may have been meant by a word, the likeliest first. One that finds few is replaced by one that finds more."""
        word = term.words[0]
        near = _near(self.snapshot, word)
        if self.with_term(term):
            yield from (
                spelling
                for spelling in near
                if not (term.options or same_root(spelling, word)) and self._finds_more_than_few(spelling)
            )
            return
        yield from near
        yield from islice(self.finder.options.phrases_beginning_with(word), SPELLINGS_OF_A_WORD)
        if not near and len(word) <= LONGEST:
            yield from _parts(self.finder, word)
            yield from _known_parts(self.finder, word)

    def _finds_more_than_few(self, spelling: str) -> bool:
        return all(self.with_term(term).bit_count() > FEW for term in self.finder.terms(spelling))

    # Options ------------------------------------------------------------------------------------

    def named(self) -> Iterator[WayOut]:
        """The options that hold the words of the query, in place of it. With the other choices, or else alone."""
        for tally, choice in _named_options(self.snapshot, self.selection.q):
            if choice.code not in self.selection.chosen.get(tally.code, ()):
                label = f"{self.heading(tally)}: {choice.option.short}"
                yield from self.first_way(
                    label,
                    self.selection.without_query().with_option(tally.code, choice.code),
                    self.selection.cleared().with_option(tally.code, choice.code),
                )

    def first_way(self, label: str, *selections: Selection) -> Iterator[WayOut]:
        """The link to the first of these selections that finds something."""
        return islice((way for selection in selections for way in self.way(label, selection)), 1)

    def _beside(self) -> Iterator[tuple[str, list[WayOut]]]:
        """What the market has beside a search that finds nothing: the options that solutions combine, in the survey's order."""
        for tally in self.snapshot.filterable:
            if tally.question.matrix_axis:
                choices = [choice for choice in tally.by_code.values() if not choice.option.is_other]
                narrowed = self.selection.without_query()
                ways = [
                    way
                    for choice in choices
                    for way in self.way(choice.option.short, narrowed.with_option(tally.code, choice.code))
                ]
                if ways:
                    yield tally.question.heading, ways

    # What to leave out --------------------------------------------------------------------------

    def _without_words(self) -> Iterator[WayOut]:
        """The query without one of its words, the most matches first."""
        terms: Sequence[Term] = self.finder.terms(self.selection.q) if self.selection.q else ()
        typed = words(self.selection.q)
        ways: list[WayOut] = []
        for term in terms if len(terms) > 1 else ():
            rest = " ".join(typed[: term.place] + typed[term.place + len(term.words) :])
            ways += self.way(f"“{' '.join(term.words)}”", replace(self.selection, q=rest))
        return iter(sorted(ways, key=lambda way: -way.count)[:MOST])

    def _without_parts(self) -> Iterator[WayOut]:
        """The selection without one of its parts, or, where that does not help, without two. The most matches first."""
        matches = self.parts()
        for size in (1, 2):
            if size >= len(matches):
                break
            counts = []
            for dropped in combinations(matches, size):
                rest = (found for part, found in matches.items() if part not in dropped)
                if count := reduce(and_, rest, self.everything).bit_count():
                    counts.append((count, dropped))
            if counts:
                for count, dropped in sorted(counts, key=lambda pair: -pair[0])[:MOST]:
                    label = join_words(chain.from_iterable(map(self.labels, dropped)), _("and"))
                    yield WayOut(label, self.path + self.without(dropped).query(), count)
                return


# Words --------------------------------------------------------------------------------------------


def _near(snapshot: Snapshot, word: str) -> list[str]:
    """The known words that are spelt nearly so.

    First those of an option, a name or several vendors: no vendor's own misspelling is suggested beside them.
    """
    several = snapshot.memo.remember("words of several", lambda: frozenset(_words_of_several(snapshot)))
    near = near_words(word, several, SPELLINGS_OF_A_WORD)
    return near or near_words(word, snapshot.search.text.vocabulary, SPELLINGS_OF_A_WORD)


def _words_of_several(snapshot: Snapshot) -> Iterator[str]:
    finder = snapshot.search
    yield from finder.text.words_of_several()
    for entry in snapshot.entries:
        yield from words(entry.name)
    yield from finder.options.labels.vocabulary
    for _tally, choice in finder.options.choices:
        yield from (" ".join(words(synonym)) for synonym in choice.option.synonyms)


def _parts(finder: MarketSearch, compound: str) -> Iterator[str]:
    """The two words that a compound consists of, where both are known: “vejskader” gives “vej skader”."""
    for place in range(SHORTEST_PART, len(compound) - SHORTEST_PART + 1):
        parts = compound[:place], compound[place:]
        if STOP_WORDS.isdisjoint(parts) and all(_is_known(finder, part) for part in parts):
            yield " ".join(parts)


def _known_parts(finder: MarketSearch, compound: str) -> Iterator[str]:
    """The longest known word that a compound ends in, and the longest that it begins with, which an option may name if short."""
    places = range(SHORTEST_PART, len(compound) - SHORTEST_KNOWN_PART + 1)
    yield from islice((compound[place:] for place in places if _is_known(finder, compound[place:])), 1)
    beginnings = (compound[:end] for end in range(len(compound) - SHORTEST_PART, SHORTEST_PART - 1, -1))
    known = (part for part in beginnings if STOP_WORDS.isdisjoint([part]) and _may_stand_alone(finder, part))
    for part in islice(known, 1):
        without_link = part.removesuffix("s")
        yield without_link if _may_stand_alone(finder, without_link) else part


def _may_stand_alone(finder: MarketSearch, part: str) -> bool:
    """Whether a part of a compound is known, a short one as the name of an option."""
    return _is_known(finder, part) if len(part) >= SHORTEST_KNOWN_PART else bool(finder.options.with_whole_word(part))


def _is_known(finder: MarketSearch, word: str) -> bool:
    """Whether a vendor or an option has the word or a form of it."""
    return bool(finder.text.match_word(word, whole=True) or finder.options.with_whole_word(word))


def _named_options(snapshot: Snapshot, query: str) -> Iterator[tuple[QuestionTally, Choice]]:
    """The filterable options that hold all words of the query; where none does, those that hold one."""
    options = snapshot.memo.remember("filterable options", lambda: OptionWords(snapshot.filterable))
    places = [options.with_word(word) for term in snapshot.search.terms(query) for word in term.words]
    everything = reduce(and_, places, -1) if places else 0
    return options.chosen(everything or reduce(int.__or__, places, 0))
