"""Free text over the solutions: their vendor's words about them, the vendor's name, and the options that they use together."""

from __future__ import annotations

from functools import reduce
from operator import and_, or_

from kl_ai.search import bitset
from kl_ai.search.index import WordIndex

from .. import search
from ..snapshot import Snapshot
from ..tallies import QuestionTally


def is_combined(tally: QuestionTally) -> bool:
    """Whether solutions name the question's options themselves, as what they use together."""
    return bool(tally.question.matrix_axis)


def everything(snapshot: Snapshot) -> int:
    """All offerings (bitset)."""
    return bitset.full(snapshot.offering_count)


def found(snapshot: Snapshot, query: str) -> int:
    """The offerings (bitset) that a query finds: every word in their own words, their vendor's name or the options used."""
    finder = snapshot.search
    terms = finder.terms(query)
    return reduce(and_, (with_term(snapshot, finder, term) for term in terms), everything(snapshot))


def with_term(snapshot: Snapshot, finder: search.MarketSearch, term: search.Term) -> int:
    """The offerings (bitset) that a term finds."""
    if term.is_subject:
        return everything(snapshot)
    written = reduce(and_, (_with_word(snapshot, word) for word in term.words))
    used = (choice.offerings for tally, choice in finder.options.chosen(term.options) if is_combined(tally))
    return reduce(or_, used, written)


def _with_word(snapshot: Snapshot, word: str) -> int:
    names: WordIndex = snapshot.memo.remember(
        "words of names", lambda: WordIndex(entry.name for entry in snapshot.entries)
    )
    of_vendors = snapshot.offerings_by_vendors(names.match_word(word) & snapshot.everyone)
    return snapshot.offering_text.match_word(word) | of_vendors
