"""What helps where a selection finds nobody, or its free text few: other spellings, the option that was meant, what to leave out.

Where nothing of this helps, the options of the market that somebody chose: no search ends with nothing to go on with.

Each way is a link with the number of vendors that it leads to, never none. Nothing here changes a query by itself, and
the work is bounded whatever is typed. No query of the database.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial, reduce
from itertools import chain, combinations, islice, pairwise
from operator import and_

from django.utils.translation import gettext as _

from kl_ai.search.danish import join_words, words
from kl_ai.search.matching import STOP_WORDS
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


def ways_out(snapshot: Snapshot, selection: Selection, path: str, matches: int) -> WaysOut:
    """The ways out of a selection with these vendors (bitset); none where it has more than `FEW`."""
    count = matches.bit_count()
    if count > FEW or (count and not selection.q):
        return WaysOut()
    options = list(islice(_options(snapshot, selection, path, matches), MOST)) if selection.q else []
    joined = list(_joined(snapshot, selection, path, matches))
    if count:
        return WaysOut(joined, options)
    ways = WaysOut(
        list(islice(chain(joined, _spellings(snapshot, selection, path) if selection.q else ()), MOST)),
        options,
        [*_without_words(snapshot, selection, path), *_without_choices(snapshot, selection, path)][:MOST],
    )
    return ways or WaysOut(beside=beside(snapshot, partial(_option_way, snapshot, selection, path)))


def _way(snapshot: Snapshot, selection: Selection, label: str, path: str) -> Iterator[WayOut]:
    """The link to the selection, if it finds somebody."""
    if count := snapshot.count(selection.chosen, selection.q):
        yield WayOut(label, path + replace(selection, page=1).query(), count)


# Spellings --------------------------------------------------------------------------------------


def _spellings(snapshot: Snapshot, selection: Selection, path: str) -> Iterator[WayOut]:
    for query in respelled(snapshot, selection.q):
        yield from _way(snapshot, replace(selection, q=query), query, path)


def respelled(snapshot: Snapshot, query: str) -> Iterator[str]:
    """The query with the words that find nobody replaced by near ones, by known words that they begin or hold, or taken apart.

    First with all of them replaced, then with one.
    """
    finder, typed = snapshot.search, words(query)
    unknown = [term for term in finder.terms(query) if len(term.words) == 1 and not finder.vendors(term)][
        :CORRECTED_WORDS
    ]
    instead = {term.place: list(_instead(snapshot, term.words[0])) for term in unknown}
    if len(instead) > 1 and all(instead.values()):
        yield _with_words(typed, {place: candidates[0] for place, candidates in instead.items()})
    for place, candidates in instead.items():
        yield from (_with_words(typed, {place: candidate}) for candidate in candidates)


def _with_words(typed: Sequence[str], instead: Mapping[int, str]) -> str:
    """The query with other words at these places."""
    return " ".join(instead.get(place, word) for place, word in enumerate(typed))


def _instead(snapshot: Snapshot, word: str) -> Iterator[str]:
    """What may have been meant by a word that finds nobody, the likeliest first."""
    finder = snapshot.search
    near = near_words(word, _vocabulary(snapshot), SPELLINGS_OF_A_WORD)
    yield from near
    yield from islice(finder.options.phrases_beginning_with(word), SPELLINGS_OF_A_WORD)
    if not near and len(word) <= LONGEST:
        yield from _parts(finder, word)
        yield from _known_parts(finder, word)


def _joined(snapshot: Snapshot, selection: Selection, path: str, matches: int) -> Iterator[WayOut]:
    """The query with two words written as one where that is known: “chat bot” as “chatbot”."""
    finder, typed = snapshot.search, words(selection.q)[:JOINED_WORDS]
    for place, (first, second) in enumerate(pairwise(typed)):
        compound = first + second
        if _is_known(finder, compound):
            query = " ".join([*typed[:place], compound, *typed[place + 2 :]])
            joined = replace(selection, q=query)
            if snapshot.match(joined.chosen, joined.q) | matches != matches:
                yield from _way(snapshot, joined, query, path)


def _vocabulary(snapshot: Snapshot) -> Collection[str]:
    """The words and synonyms that a search of the snapshot knows. Made once for each snapshot."""
    return snapshot.memo.remember("spelling", lambda: frozenset(_known_words(snapshot.search)))


def _known_words(finder: MarketSearch) -> Iterator[str]:
    yield from finder.text.vocabulary
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


# Options ----------------------------------------------------------------------------------------


def _options(snapshot: Snapshot, selection: Selection, path: str, matches: int) -> Iterator[WayOut]:
    """The options that hold the words of the query, in place of it; those whose vendors are all listed already are left out.

    With the other choices, where that finds somebody, or else alone.
    """
    for tally, choice in _named_options(snapshot, selection.q):
        if choice.code in selection.chosen.get(tally.code, ()) or choice.vendors | matches == matches:
            continue
        label = f"{tally.question.heading}: {choice.option.short}"
        narrowed = selection.without_query().with_option(tally.code, choice.code)
        yield from islice(
            (
                way
                for smaller in (narrowed, selection.cleared().with_option(tally.code, choice.code))
                for way in _way(snapshot, smaller, label, path)
            ),
            1,
        )


def _named_options(snapshot: Snapshot, query: str) -> Iterator[tuple[QuestionTally, Choice]]:
    """The filterable options that hold all words of the query; where none does, those that hold one."""
    options = snapshot.memo.remember("filterable options", lambda: OptionWords(snapshot.filterable))
    places = [options.with_word(word) for term in snapshot.search.terms(query) for word in term.words]
    everything = reduce(and_, places, -1) if places else 0
    return options.chosen(everything or reduce(int.__or__, places, 0))


def _option_way(
    snapshot: Snapshot, selection: Selection, path: str, tally: QuestionTally, choice: Choice
) -> Iterator[WayOut]:
    """The option in place of the free text, with the other choices."""
    narrowed = selection.without_query().with_option(tally.code, choice.code)
    return _way(snapshot, narrowed, choice.option.short, path)


def beside(
    snapshot: Snapshot, way: Callable[[QuestionTally, Choice], Iterator[WayOut]]
) -> list[tuple[str, list[WayOut]]]:
    """What the market has beside a search that finds nothing: the options that solutions combine, in the survey's order.

    `way` gives the link to an option, or nothing where it leads to nobody.
    """
    listed = [
        (
            tally.question.heading,
            [
                way_out
                for choice in tally.by_code.values()
                if not choice.option.is_other
                for way_out in way(tally, choice)
            ],
        )
        for tally in snapshot.filterable
        if tally.question.matrix_axis
    ]
    return [(heading, ways) for heading, ways in listed if ways]


# What to leave out --------------------------------------------------------------------------------


def _without_words(snapshot: Snapshot, selection: Selection, path: str) -> Iterator[WayOut]:
    """The query without one of its words, the most vendors first."""
    terms: Sequence[Term] = snapshot.search.terms(selection.q) if selection.q else ()
    typed = words(selection.q)
    ways: list[WayOut] = []
    for term in terms if len(terms) > 1 else ():
        rest = " ".join(typed[: term.place] + typed[term.place + len(term.words) :])
        ways += _way(snapshot, replace(selection, q=rest), f"“{' '.join(term.words)}”", path)
    return iter(sorted(ways, key=lambda way: -way.count)[:MOST])


def _without_choices(snapshot: Snapshot, selection: Selection, path: str) -> Iterator[WayOut]:
    """The selection without one question or the free text, or, where that does not help, without two. The most vendors first."""
    matches = {code: snapshot.match({code: options}) for code, options in selection.chosen.items()}
    if selection.q:
        matches[FREE_TEXT] = snapshot.match({}, selection.q)
    for size in (1, 2):
        if size >= len(matches):
            break
        counts = []
        for dropped in combinations(matches, size):
            rest = (vendors for part, vendors in matches.items() if part not in dropped)
            if count := reduce(and_, rest, snapshot.everyone).bit_count():
                counts.append((count, dropped))
        if counts:
            best = sorted(counts, key=lambda pair: -pair[0])[:MOST]
            for count, dropped in best:
                yield WayOut(_labels(snapshot, selection, dropped), _without(selection, dropped, path), count)
            return


def _without(selection: Selection, parts: Collection[str], path: str) -> str:
    """The address of the selection without these questions or the free text."""
    smaller = selection.without_questions(*parts)
    return path + (smaller.without_query() if FREE_TEXT in parts else smaller).query()


def _labels(snapshot: Snapshot, selection: Selection, parts: Iterable[str]) -> str:
    """The chosen labels of these parts, as in the chips."""
    labels = []
    for part in parts:
        if part == FREE_TEXT:
            labels.append(f"“{selection.q}”")
        else:
            labels += [snapshot.tallies[part].by_code[option].option.short for option in selection.chosen[part]]
    return join_words(labels, _("and"))
