"""The published answers as one immutable value, and every count that is made from it.

Each process keeps one `Snapshot`. `snapshots.current()` reads the version row (one query) and rebuilds
the snapshot when the public answers have changed since, so that it is never stale in any process.

Each vendor has a position, which is in no order for people (`Snapshot.in_order` is); a set of vendors is an
`int` used as a bitset over their positions. Within a question chosen options are joined by OR, questions among each other by AND.
The number on a bar, the length of the list behind it and the rows of the export all come from
`Snapshot.match`, so they cannot differ. `selection.VendorFilterSet.qs` selects the same responses in SQL.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, partial, reduce
from itertools import chain, islice
from operator import or_
from typing import Any

from django.db.models import Max
from django.utils import timezone

from kl_ai.pages.versions import Memo, ValuePerVersion
from kl_ai.search import bitset
from kl_ai.search.index import WordIndex

from ..models import Response, market_version
from .entries import Entry, OfferingEntry
from .published import MOST_REPLACED, AnswersChange, PublishedAnswers, name_key, reordered
from .search import MarketSearch
from .tallies import Choice, ChoiceCount, QuestionTally, read_tallies, searched_options

Chosen = Mapping[str, Sequence[str]]
"""Question code to the codes of the chosen options."""
FEW = 16
"""Where less than one of so many vendors is to be put in order, these are sorted, in place of looking through the order."""
OFFERING_TEXT = "words of the offerings"


@dataclass(frozen=True)
class Snapshot:
    """The public answers at one version and on one day. Every method works in memory and costs no query."""

    version: int
    day: date
    """Rounds open and options retire at midnight, so a snapshot is of one day."""
    answers: PublishedAnswers
    tallies: Mapping[str, QuestionTally]
    """Question code to the question's tally, in the survey's order."""
    text: WordIndex
    """The words of each vendor, by its position."""
    updated_on: date
    memo: Memo = field(init=False, default_factory=Memo, repr=False, compare=False)

    # Vendors and questions -------------------------------------------------------------------

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The vendors by their positions; people read them `in_order`."""
        return self.answers.entries

    @property
    def size(self) -> int:
        return len(self.entries)

    @cached_property
    def is_demo(self) -> bool:
        """Whether one of the vendors belongs to the demonstration data."""
        return any(entry.is_demo for entry in self.entries)

    @property
    def offering_count(self) -> int:
        """The number of all offerings."""
        return len(self.answers.offerings)

    @property
    def stages(self) -> Mapping[str, int]:
        """Each stage to the offerings (bitset) at it; those that state none are in none."""
        return self.answers.stages

    @property
    def offering_text(self) -> WordIndex:
        """The words of each offering, by its position; made when it is first asked for, and kept."""
        return self.memo.remember(
            OFFERING_TEXT, lambda: WordIndex(offering.text for _position, offering in self.answers.offerings)
        )

    @cached_property
    def everyone(self) -> int:
        """All vendors (bitset)."""
        return bitset.full(self.size)

    @cached_property
    def position(self) -> dict[str, int]:
        """Slug to position."""
        return {entry.slug: position for position, entry in enumerate(self.entries)}

    @property
    def filterable(self) -> list[QuestionTally]:
        """The questions that the directory can be filtered by."""
        return [tally for tally in self.tallies.values() if tally.question.is_filterable]

    def on_axis(self, axis: str) -> QuestionTally | None:
        """The question on the matrix' `row` or `column` axis; None where no question has this place."""
        return next((tally for tally in self.tallies.values() if tally.question.matrix_axis == axis), None)

    @property
    def search(self) -> MarketSearch:
        """The search of free text, made on the first query."""
        return self.memo.remember("search", lambda: MarketSearch(self.tallies.values(), self.text, self.everyone))

    # Matching and counting -------------------------------------------------------------------

    def match(self, chosen: Chosen, query: str = "", leave_out: Collection[str] = ()) -> int:
        """The vendors (bitset) that chose one of the options in each question, and that `query` finds.

        The questions in `leave_out` are disregarded. Unknown codes match nobody.
        """
        matches = self.search.match(query) if query else self.everyone
        for code, options in chosen.items():
            if code not in leave_out and options:
                matches &= self._vendors_with_any(code, options)
        return matches

    def count(self, chosen: Chosen, query: str = "") -> int:
        """The number of vendors that `match`."""
        return self.match(chosen, query).bit_count()

    def _vendors_with_any(self, code: str, options: Sequence[str]) -> int:
        choices = self.tallies[code].by_code if code in self.tallies else {}
        return reduce(or_, (choices[option].vendors for option in options if option in choices), 0)

    def counts(self, code: str, vendors: int) -> list[ChoiceCount]:
        """How many of these vendors (bitset) chose each option of the question, in the survey's order."""
        return [
            ChoiceCount(choice, (choice.vendors & vendors).bit_count())
            for choice in self.tallies[code].by_code.values()
        ]

    def cross_vendors(self, row: Choice, column: Choice, vendors: int) -> int:
        """How many of these vendors (bitset) chose both."""
        return (row.vendors & column.vendors & vendors).bit_count()

    def cross_offerings(self, row: Choice, column: Choice, offerings: int) -> int:
        """The offerings (bitset) out of `offerings` that used both together."""
        return row.offerings & column.offerings & offerings

    def offerings_by_vendors(self, vendors: int) -> int:
        """The offerings (bitset) of these vendors (bitset)."""
        if vendors == self.everyone:
            return bitset.full(self.offering_count)
        places = (self.answers.offerings_of[position] for position in bitset.members(vendors))
        return bitset.from_members(chain.from_iterable(places), self.offering_count)

    def vendors_of(self, offerings: int) -> int:
        """The vendors (bitset) of these offerings (bitset)."""
        return bitset.from_members((self.answers.offerings[place][0] for place in bitset.members(offerings)), self.size)

    # Orders ----------------------------------------------------------------------------------

    def in_order(self, vendors: int, sort: str = "name") -> Iterator[Entry]:
        """The entries of these vendors (bitset); for `sort` see `page`. Positions themselves are in no order for people."""
        if vendors.bit_count() * FEW < self.size:
            positions: Iterable[int] = sorted(bitset.members(vendors), key=self._rank(sort).__getitem__)
        else:
            positions = bitset.in_order(vendors, self.order(sort))
        return (self.entries[position] for position in positions)

    def page(self, vendors: int, sort: str, start: int, stop: int) -> list[Entry]:
        """The entries from `start` to `stop` of these vendors (bitset).

        `sort` is `name` (A to Å), `confirmed` (latest first) or `rotation` (the order of the snapshot's day).
        """
        return list(islice(self.in_order(vendors, sort), start, stop))

    def own_words(self, tally: QuestionTally, vendors: int) -> Iterator[tuple[Entry, str]]:
        """The own words of these vendors (bitset) beside options of the question, by vendor from A to Å."""
        options = [choice.option.pk for choice in tally.choices]
        for entry in self.in_order(tally.worded & vendors):
            words = dict(entry.own_words)
            yield from ((entry, words[option]) for option in options if option in words)

    def offerings_in_order(self, offerings: int) -> Iterator[tuple[Entry, OfferingEntry]]:
        """These offerings (bitset) with their vendors, by vendor from A to Å, and of one vendor in its order."""
        listed = chain.from_iterable(self.answers.offerings_of[position] for position in self.answers.alphabetical)
        for place in bitset.in_order(offerings, listed):
            position, offering = self.answers.offerings[place]
            yield self.entries[position], offering

    def offering_keys(self, offerings: int) -> list[int]:
        """The primary keys of `offerings_in_order`."""
        return [offering.key for _entry, offering in self.offerings_in_order(offerings)]

    def order(self, sort: str) -> Sequence[int]:
        """All positions in one order; remembered, since it costs a sort of the whole market."""
        if sort == "name":
            return self.answers.alphabetical
        key = self.order_key(sort)
        return self.memo.remember(("order", sort), lambda: self._sorted(key))

    def order_key(self, sort: str) -> Callable[[Entry], Any]:
        """What an order other than A to Å goes by; it is the order of equal entries."""
        if sort == "confirmed":
            return lambda entry: -entry.confirmed_at.toordinal()
        return lambda entry: rotation_key(self.day, entry.slug)

    def _sorted(self, key: Callable[[Entry], Any]) -> Sequence[int]:
        return sorted(self.answers.alphabetical, key=lambda position: key(self.entries[position]))

    def _rank(self, sort: str) -> Sequence[int]:
        """For each position its place in the order."""

        def ranks() -> Sequence[int]:
            places = array("L", bytes(array("L").itemsize * self.size))
            for place, position in enumerate(self.order(sort)):
                places[position] = place
            return places

        return self.memo.remember(("rank", sort), ranks)


def rotation_key(day: date, slug: str) -> str:
    """A vendor's place in the order of the day: the SHA-256 of date and address, for anybody to check."""
    return hashlib.sha256(f"{day.isoformat()} {slug}".encode()).hexdigest()


# Building ---------------------------------------------------------------------------------------


def _read(version: int, day: date) -> Snapshot:
    """The snapshot, read from the database. Eight queries."""
    answers = PublishedAnswers.read()
    tallies = read_tallies(answers)
    searched = searched_options(tallies)
    text = WordIndex(entry.text(searched) for entry in answers.entries)
    return Snapshot(version, day, answers, tallies, text, _updated_on())


def _renew(held: Snapshot, vendors: Collection[int], version: int, day: date) -> Snapshot:
    """The snapshot after a change of these vendors (primary keys), or of no vendor; `held` stays as it is.

    What all vendors share is few rows and is read each time. Eight queries, with many vendors four for each 500.
    """
    if len(vendors) > MOST_REPLACED * held.size:
        return _read(version, day)
    answers, change = held.answers.replaced(vendors)
    tallies = read_tallies(answers)
    snapshot = Snapshot(version, day, answers, tallies, _renewed_text(held, answers, tallies, change), _updated_on())
    _keep_results(held, snapshot, change)
    return snapshot


def _renewed_text(
    held: Snapshot, answers: PublishedAnswers, tallies: Mapping[str, QuestionTally], change: AnswersChange
) -> WordIndex:
    """The index of the words after the change of vendors, and of the options beside which own words are searched."""
    before, now = searched_options(held.tallies), searched_options(tallies)
    worded = (answers.worded.get(option, 0) for option in before ^ now)
    others = set(bitset.members(reduce(or_, worded, 0))) - change.entries.filled.keys()
    if len(others) > MOST_REPLACED * len(answers.entries):
        return WordIndex(entry.text(now) for entry in answers.entries)
    return held.text.changed(
        {position: held.entries[position].text(before) for position in chain(change.entries.emptied, others)},
        {position: answers.entries[position].text(now) for position in chain(change.entries.filled, others)},
        len(answers.entries),
    )


def _keep_results(held: Snapshot, snapshot: Snapshot, change: AnswersChange) -> None:
    """Give `snapshot` what `held` remembers, changed alike; the order of the day lasts a day."""
    for sort in ("confirmed", "rotation") if held.day == snapshot.day else ("confirmed",):
        if (order := held.memo.get(("order", sort))) is not None:
            key = partial(_order_and_name, snapshot.order_key(sort))
            snapshot.memo.keep(("order", sort), reordered(order, change.entries, key))
    if (text := held.memo.get(OFFERING_TEXT)) is not None:
        emptied, filled = change.offerings.emptied, change.offerings.filled
        removed = {place: held.answers.offerings[place][1].text for place in emptied}
        added = {place: offering.text for place, (_position, offering) in filled.items()}
        snapshot.memo.keep(OFFERING_TEXT, text.changed(removed, added, snapshot.offering_count))


def _order_and_name(key: Callable[[Entry], Any], entry: Entry) -> tuple:
    return key(entry), name_key(entry)


snapshots = ValuePerVersion(market_version, _read, _renew)
"""The snapshot of the present public answers: `snapshots.for_request(request)`, or `snapshots.current()` outside of requests."""


def _updated_on() -> date:
    """The last day on which something public was published, confirmed, replaced or withdrawn; today before that.

    One query.
    """
    was_public = Response.objects.filter(published_at__isnull=False)
    last = was_public.aggregate(published=Max("published_at"), closed=Max("closed_at"), confirmed=Max("confirmed_at"))
    days = [timezone.localdate(last[name]) for name in ("published", "closed") if last[name]]
    return max([*days, *filter(None, [last["confirmed"]])], default=timezone.localdate())
