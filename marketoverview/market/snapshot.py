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
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, reduce
from itertools import chain, islice
from operator import or_

from django.db.models import Max
from django.utils import timezone

from kl_ai.pages.versions import Memo, ValuePerVersion
from kl_ai.search import bitset
from kl_ai.search.danish import sort_key
from kl_ai.search.index import WordIndex

from ..models import (
    Answer,
    FigureComment,
    Option,
    Question,
    Response,
    SampleOffering,
    Status,
    SurveyRound,
    market_version,
)
from . import search

Chosen = Mapping[str, Sequence[str]]
"""Question code to the codes of the chosen options."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One vendor with its published response."""

    vendor_id: int
    response_id: int
    slug: str
    name: str
    confirmed_at: date


@dataclass(frozen=True, slots=True)
class Choice:
    """An option and the vendors (bitset) and offerings (bitset) that chose it."""

    option: Option
    vendors: int
    offerings: int

    @property
    def code(self) -> str:
        return self.option.code

    @property
    def is_public(self) -> bool:
        """Whether the option is listed: a retired one only while a public answer holds it."""
        return bool(self.vendors) or not self.option.is_retired


@dataclass(frozen=True)
class QuestionTally:
    """A question with its choices in the survey's order and the vendors (bitset) that answered it."""

    question: Question
    choices: tuple[Choice, ...]
    answered: int
    asked_in: frozenset[int] = frozenset()
    """The primary keys of the rounds that ask it."""
    comment: FigureComment | None = None
    own_words: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    """Vendor's position to its words beside options of the question, in the order of the options."""
    counted_by_kl: tuple[int, ...] = ()
    """For each option “other” the vendors (bitset) whose own words KL counts under another option."""

    @property
    def code(self) -> str:
        return self.question.code

    @cached_property
    def by_code(self) -> dict[str, Choice]:
        """The public choices by code, in the survey's order."""
        return {choice.code: choice for choice in self.choices if choice.is_public}

    def counted_otherwise(self, vendors: int) -> int:
        """How many answers “other” of these vendors (bitset) KL counts under another option."""
        return sum((counted & vendors).bit_count() for counted in self.counted_by_kl)


@dataclass(frozen=True, slots=True)
class ChoiceCount:
    """A choice with its number of vendors in some selection."""

    choice: Choice
    count: int


@dataclass(frozen=True)
class Snapshot:
    """The public answers at one version and on one day. Every method works in memory and costs no query."""

    version: int
    day: date
    """Rounds open and options retire at midnight, so a snapshot is of one day."""
    entries: tuple[Entry, ...]
    tallies: Mapping[str, QuestionTally]
    """Question code to the question's tally, in the survey's order."""
    text: WordIndex
    offering_ids: tuple[int, ...]
    """The primary keys of the offerings, by their positions."""
    offerings_of: tuple[tuple[int, ...], ...]
    """For each vendor's position the positions of its offerings in their order."""
    stages: Mapping[str, int]
    """Each stage to the offerings (bitset) at it; those that state none are in none."""
    updated_on: date
    is_demo: bool
    memo: Memo = field(init=False, default_factory=Memo, repr=False, compare=False)

    # Vendors and questions -------------------------------------------------------------------

    @property
    def size(self) -> int:
        return len(self.entries)

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

    # Matching and counting -------------------------------------------------------------------

    def match(self, chosen: Chosen, query: str = "", leave_out: Collection[str] = ()) -> int:
        """The vendors (bitset) that chose one of the options in each question, and that `query` finds.

        The questions in `leave_out` are disregarded. Unknown codes match nobody.
        """
        matches = search.for_snapshot(self).match(query) if query else self.everyone
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
            return bitset.full(len(self.offering_ids))
        positions = (self.offerings_of[position] for position in bitset.members(vendors))
        return bitset.from_members(chain.from_iterable(positions), len(self.offering_ids))

    @property
    def offering_count(self) -> int:
        """The number of all offerings."""
        return len(self.offering_ids)

    # Orders ----------------------------------------------------------------------------------

    def in_order(self, vendors: int, sort: str = "name") -> Iterator[Entry]:
        """The entries of these vendors (bitset); for `sort` see `page`. Positions themselves are in no order for people."""
        return (self.entries[position] for position in bitset.in_order(vendors, self._order(sort)))

    def page(self, vendors: int, sort: str, start: int, stop: int) -> list[Entry]:
        """The entries from `start` to `stop` of these vendors (bitset).

        `sort` is `name` (A to Å), `confirmed` (latest first) or `rotation` (the order of the snapshot's day).
        """
        return list(islice(self.in_order(vendors, sort), start, stop))

    def own_words(self, tally: QuestionTally, vendors: int) -> Iterator[tuple[Entry, str]]:
        """The own words of these vendors (bitset) beside options of the question, by vendor from A to Å."""
        worded = bitset.from_members(tally.own_words, self.size)
        for entry in self.in_order(worded & vendors):
            yield from ((entry, words) for words in tally.own_words[self.position[entry.slug]])

    def offering_keys(self, offerings: int) -> list[int]:
        """The primary keys of these offerings (bitset), by vendor from A to Å, and of one vendor in its order."""
        chosen = set(bitset.members(offerings))
        listed = chain.from_iterable(self.offerings_of[position] for position in self._order("name"))
        return [self.offering_ids[offering] for offering in listed if offering in chosen]

    def _order(self, sort: str) -> list[int]:
        """All positions in one order; remembered, since it costs a sort of the whole market."""
        keys = {"name": self._name_key, "confirmed": self._confirmed_key, "rotation": self._rotation_key}
        return self.memo.remember(("order", sort), lambda: sorted(range(self.size), key=keys[sort]))

    def _name_key(self, position: int) -> tuple:
        entry = self.entries[position]
        return sort_key(entry.name), entry.slug

    def _confirmed_key(self, position: int) -> tuple:
        return -self.entries[position].confirmed_at.toordinal(), self._name_key(position)

    def _rotation_key(self, position: int) -> str:
        return rotation_key(self.day, self.entries[position].slug)


def rotation_key(day: date, slug: str) -> str:
    """A vendor's place in the order of the day: the SHA-256 of date and address, for anybody to check."""
    return hashlib.sha256(f"{day.isoformat()} {slug}".encode()).hexdigest()


# Building ---------------------------------------------------------------------------------------


def _read(version: int, day: date) -> Snapshot:
    """One pass over the tables. Eight queries.

    A response published after the first query is left out; `ValuePerVersion` then reads again.
    """
    rows = Response.objects.published().values_list(
        "vendor_id", "pk", "vendor__slug", "vendor__name", "confirmed_at", "vendor__is_demo", "description"
    )
    listed = sorted(rows, key=lambda row: (sort_key(row[3]), row[2]))
    entries = tuple(Entry(*row[:5]) for row in listed)
    positions = {entry.response_id: position for position, entry in enumerate(entries)}
    texts = [[row[3], row[6]] for row in listed]
    offerings = _Offerings(positions, texts)
    questions = _questions()
    searchable = [question for question in questions if question.is_searchable]
    answers = _Answers(positions, texts, {option.pk for question in searchable for option in question.options.all()})
    return Snapshot(
        version=version,
        day=day,
        entries=entries,
        tallies=_tallies(questions, answers, offerings),
        text=WordIndex(" ".join(parts) for parts in texts),
        offering_ids=tuple(offerings.ids),
        offerings_of=tuple(map(tuple, offerings.per_vendor)),
        stages={stage: offerings.bits(places) for stage, places in offerings.by_stage.items()},
        updated_on=_updated_on(),
        is_demo=any(row[5] for row in listed),
    )


snapshots = ValuePerVersion(market_version, _read)
"""The snapshot of the present public answers: `snapshots.for_request(request)`, or `snapshots.current()` outside of requests."""


class _Offerings:
    """The published offerings by vendor; adds their words to `texts`. Two queries."""

    def __init__(self, positions: dict[int, int], texts: list[list[str]]) -> None:
        rows = (
            SampleOffering.objects.filter(response__status=Status.PUBLISHED)
            .order_by("response_id", "position", "pk")
            .values_list("response_id", "pk", "stage", "title", "description", "where_used")
        )
        self.ids: list[int] = []
        self.per_vendor: list[list[int]] = [[] for _ in positions]
        self.by_stage: dict[str, list[int]] = defaultdict(list)
        for response_id, pk, stage, *words in rows:
            if (position := positions.get(response_id)) is not None:
                self.per_vendor[position].append(len(self.ids))
                if stage:
                    self.by_stage[stage].append(len(self.ids))
                self.ids.append(pk)
                texts[position].extend(words)
        index = {pk: index for index, pk in enumerate(self.ids)}
        self._by_option: dict[int, list[int]] = defaultdict(list)
        links = SampleOffering.options.through.objects.filter(sampleoffering__response__status=Status.PUBLISHED)
        for option_id, offering_id in links.values_list("option_id", "sampleoffering_id").iterator():
            if offering_id in index:
                self._by_option[option_id].append(index[offering_id])

    def offerings_with(self, option: Option) -> int:
        """The offerings (bitset) that used the option."""
        return self.bits(self._by_option.get(option.pk, ()))

    def bits(self, offerings: Iterable[int]) -> int:
        return bitset.from_members(offerings, len(self.ids))


class _Answers:
    """The published answers by option; adds the vendors' own words to `texts`. One query.

    Only the words beside the options `searched`: nobody is found by what no page shows, or by what it finds difficult.
    """

    def __init__(self, positions: dict[int, int], texts: list[list[str]], searched: Collection[int]) -> None:
        self.size = len(positions)
        self._by_option: dict[int, list[int]] = defaultdict(list)
        self._own_words: dict[int, list[tuple[int, str]]] = defaultdict(list)
        self._counted_by_kl: dict[int, list[int]] = defaultdict(list)
        rows = Answer.objects.filter(response__status=Status.PUBLISHED).order_by()
        columns = ("response_id", "option_id", "own_words", "mapped_from__option_id")
        for response_id, option_id, own_words, mapped_from in rows.values_list(*columns).iterator():
            if (position := positions.get(response_id)) is None:
                continue
            self._by_option[option_id].append(position)
            if mapped_from:
                self._counted_by_kl[mapped_from].append(position)
            if own_words:
                self._own_words[option_id].append((position, own_words))
                if option_id in searched:
                    texts[position].append(own_words)

    def vendors_with(self, option: Option) -> int:
        """The vendors (bitset) that chose the option."""
        return bitset.from_members(self._by_option.get(option.pk, ()), self.size)

    def counted_by_kl(self, options: Sequence[Option]) -> tuple[int, ...]:
        """For each of the options whose own words KL counts elsewhere, the vendors (bitset) that wrote them."""
        counted = [self._counted_by_kl[option.pk] for option in options if option.pk in self._counted_by_kl]
        return tuple(bitset.from_members(positions, self.size) for positions in counted)

    def own_words(self, options: Sequence[Option]) -> dict[int, tuple[str, ...]]:
        """Vendor's position to its words beside these options, in the order of the options."""
        by_vendor: dict[int, tuple[str, ...]] = {}
        for position, words in (pair for option in options for pair in self._own_words.get(option.pk, ())):
            by_vendor[position] = (*by_vendor.get(position, ()), words)
        return by_vendor


def _questions() -> list[Question]:
    """The questions of every round that has opened, with their options and rounds. Three queries."""
    questions = Question.objects.filter(rounds__in=SurveyRound.objects.opened().values("pk")).distinct()
    return list(questions.select_related("comment").prefetch_related("options", "rounds"))


def _tallies(questions: Sequence[Question], answers: _Answers, offerings: _Offerings) -> dict[str, QuestionTally]:
    """Question code to the question's choices. No query."""
    tallies = {}
    for question in questions:
        options = list(question.options.all())
        choices = tuple(
            Choice(option, answers.vendors_with(option), offerings.offerings_with(option)) for option in options
        )
        tallies[question.code] = QuestionTally(
            question=question,
            choices=choices,
            answered=reduce(or_, (choice.vendors for choice in choices), 0),
            asked_in=frozenset(survey_round.pk for survey_round in question.rounds.all()),
            comment=getattr(question, "comment", None),
            own_words=answers.own_words(options),
            counted_by_kl=answers.counted_by_kl(options),
        )
    return tallies


def _updated_on() -> date:
    """The last day on which something public was published, confirmed, replaced or withdrawn; today before that.

    One query.
    """
    was_public = Response.objects.filter(published_at__isnull=False)
    last = was_public.aggregate(published=Max("published_at"), closed=Max("closed_at"), confirmed=Max("confirmed_at"))
    days = [timezone.localdate(last[name]) for name in ("published", "closed") if last[name]]
    return max([*days, *filter(None, [last["confirmed"]])], default=timezone.localdate())
