"""The market on one day, of an edition or of today: the questions as they read, and who chose what.

A set of vendors is an `int` used as a bitset over their primary keys, so that those of two days can be compared.
"""

import json
from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, reduce
from operator import or_
from threading import Lock
from typing import Any

from django.utils import timezone

from kl_ai.pages.bilingual import language
from kl_ai.search import bitset

from ..models import Answer, Edition, Option, Question, Response, Status
from .snapshot import Entry, Snapshot
from .tallies import Choice

TODAY = "i-dag"
"""The code of today, in the place of an edition's."""


@dataclass(frozen=True)
class WordingOnDay:
    """The words of a question or option on a day, and when it was introduced, reworded and retired."""

    texts: Mapping[str, str]
    """Field with language, as `label_da`, to text."""
    introduced_on: date
    reworded_on: date | None
    reworded_en_on: date | None
    retired_on: date | None = None

    def text(self, name: str) -> str:
        """The text in the active language, or else in Danish."""
        return self.texts.get(f"{name}_{language()}") or self.texts.get(f"{name}_da", "")


@dataclass(frozen=True)
class OptionOnDay:
    """An option, the vendors (bitset) that chose it, and those whose own words KL counted under it."""

    code: str
    wording: WordingOnDay
    is_other: bool
    chosen: int
    counted: int

    @property
    def vendors(self) -> int:
        """All vendors (bitset) that the figure of the day counted at the option."""
        return self.chosen | self.counted

    @property
    def label(self) -> str:
        """The short label in the active language; the full one where there is none."""
        return self.wording.texts.get(f"short_{language()}") or self.wording.text("label")


@dataclass(frozen=True)
class QuestionOnDay:
    """A question with its options in the survey's order."""

    code: str
    figure_number: int | None
    kind: str
    wording: WordingOnDay
    options: Mapping[str, OptionOnDay]
    asked: int
    """The vendors (bitset) whose answers are of a round that asks the question."""

    @cached_property
    def answered(self) -> int:
        """The vendors (bitset) that answered the question."""
        return reduce(or_, (option.vendors for option in self.options.values()), 0)


@dataclass(frozen=True)
class MarketDay:
    """What was public on a day. Of an edition: without the vendors that have withdrawn since."""

    code: str
    """That of the edition, or `TODAY`."""
    day: date
    vendors: int
    questions: Mapping[str, QuestionOnDay]
    answered_on: Mapping[int, date]
    """Vendor to the day on which it handed in the answers that were public."""


# Of an edition ------------------------------------------------------------------------------------


def of_edition(edition: Edition) -> MarketDay:
    """The market of the edition. One query the first time, and after somebody was taken out of it.

    The last `KEPT` are kept in the process under their checksums: a publication changes no edition.
    """
    key = edition.pk, edition.made_at, edition.json_sha256
    with _lock:
        day = _kept.get(key)
    day = day or _read_edition(edition)
    with _lock:
        _kept[key] = day
        _kept.move_to_end(key)
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return day


KEPT = 8
"""Editions whose market a process keeps."""
_kept: OrderedDict[tuple[int, datetime, str], MarketDay] = OrderedDict()
_lock = Lock()


def forget() -> None:
    """Keep no edition's market any longer."""
    with _lock:
        _kept.clear()


def _read_edition(edition: Edition) -> MarketDay:
    members = _Members()
    vendors: list[int] = []
    for vendor, line in edition.entries.values_list("vendor_id", "line").order_by().iterator():
        vendors.append(vendor)
        members.count(vendor, json.loads(line))
    size = max(vendors, default=0) + 1
    questions = (_question(question, members, size) for question in edition.questions)
    return MarketDay(
        edition.code,
        edition.day,
        bitset.from_members(vendors, size),
        {question.code: question for question in questions},
        members.answered_on,
    )


class _Members:
    """The vendors that chose an option, those whose own words KL counted under it, their rounds, and when they answered."""

    def __init__(self) -> None:
        self.chosen: dict[tuple[str, str], list[int]] = {}
        self.counted: dict[tuple[str, str], list[int]] = {}
        self.of_round: dict[str, list[int]] = {}
        self.answered_on: dict[int, date] = {}

    def count(self, vendor: int, company: Mapping[str, Any]) -> None:
        self.of_round.setdefault(company["round"], []).append(vendor)
        self.answered_on[vendor] = date.fromisoformat(company["answered_on"])
        for lists, answers in ((self.chosen, company["answers"]), (self.counted, company["counted_by_kl"])):
            for question, options in answers.items():
                for option in options:
                    lists.setdefault((question, option), []).append(vendor)


def _question(question: Mapping[str, Any], members: _Members, size: int) -> QuestionOnDay:
    options = {}
    for row in question["options"]:
        key = question["code"], row["code"]
        options[row["code"]] = OptionOnDay(
            code=row["code"],
            wording=_stored_wording(row),
            is_other=row["is_other"],
            chosen=bitset.from_members(members.chosen.get(key, ()), size),
            counted=bitset.from_members(members.counted.get(key, ()), size),
        )
    return QuestionOnDay(
        code=question["code"],
        figure_number=question["figure_number"],
        kind=question["kind"],
        wording=_stored_wording(question),
        options=options,
        asked=_asked(question["rounds"], members.of_round, size),
    )


def _asked(rounds: Iterable[str], of_round: Mapping[str, list[int]], size: int) -> int:
    """The vendors (bitset) whose answers are of one of these rounds."""
    return bitset.from_members((vendor for code in rounds for vendor in of_round.get(code, ())), size)


def _stored_wording(row: Mapping[str, Any]) -> WordingOnDay:
    texts = {name: value for name, value in row.items() if name.endswith(("_da", "_en")) and isinstance(value, str)}
    return WordingOnDay(
        texts,
        date.fromisoformat(row["introduced_on"]),
        _stored_day(row["reworded_on"]),
        _stored_day(row["reworded_en_on"]),
        _stored_day(row.get("retired_on")),
    )


def _stored_day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


# Today --------------------------------------------------------------------------------------------


def of_today(snapshot: Snapshot) -> MarketDay:
    """The market of the snapshot. Three queries the first time."""
    return snapshot.memo.remember("market day of today", lambda: _read_today(snapshot))


def _read_today(snapshot: Snapshot) -> MarketDay:
    counted: dict[int, list[int]] = {}
    rows = Answer.objects.filter(response__status=Status.PUBLISHED, mapped_from__isnull=False).order_by()
    for option, vendor in rows.values_list("option_id", "response__vendor_id").iterator():
        counted.setdefault(option, []).append(vendor)
    size = max((entry.vendor_id for entry in vendor_entries(snapshot).values()), default=0) + 1
    everyone = _keys(snapshot, snapshot.everyone, size)
    answered_on, of_round = _read_responses(vendor_entries(snapshot))
    rounds: dict[str, list[str]] = {}
    for question, survey_round in Question.rounds.through.objects.values_list("question__code", "surveyround__code"):
        rounds.setdefault(question, []).append(survey_round)
    questions = {}
    for tally in snapshot.tallies.values():
        options = (_option_today(snapshot, choice, counted, size) for choice in tally.choices)
        questions[tally.code] = QuestionOnDay(
            code=tally.code,
            figure_number=tally.question.figure_number,
            kind=tally.question.kind,
            wording=_wording_today(tally.question, ("heading", "text")),
            options={option.code: option for option in options},
            asked=_asked(rounds.get(tally.code, ()), of_round, size),
        )
    return MarketDay(TODAY, snapshot.day, everyone, questions, answered_on)


def _read_responses(public: Collection[int]) -> tuple[dict[int, date], dict[str, list[int]]]:
    """When each of the public vendors (primary keys) handed in its answers; code of a round to those of it. One query."""
    answered_on: dict[int, date] = {}
    of_round: dict[str, list[int]] = {}
    rows = Response.objects.published().order_by()
    for vendor, submitted, created, code in rows.values_list("vendor_id", "submitted_at", "created_at", "round__code"):
        if vendor in public:
            answered_on[vendor] = timezone.localdate(submitted or created)
            of_round.setdefault(code, []).append(vendor)
    return answered_on, of_round


def _option_today(snapshot: Snapshot, choice: Choice, counted: Mapping[int, list[int]], size: int) -> OptionOnDay:
    by_kl = {vendor for vendor in counted.get(choice.option.pk, ()) if vendor < size}
    mapped = bitset.from_members(by_kl, size)
    return OptionOnDay(
        code=choice.code,
        wording=_wording_today(choice.option, ("label", "short")),
        is_other=choice.option.is_other,
        chosen=_keys(snapshot, choice.vendors, size) & ~mapped,
        counted=_keys(snapshot, choice.vendors, size) & mapped,
    )


def _wording_today(item: Question | Option, names: Iterable[str]) -> WordingOnDay:
    texts = {f"{name}_{code}": getattr(item, f"{name}_{code}") for name in names for code in ("da", "en")}
    return WordingOnDay(
        texts, item.introduced_on, item.reworded_on, item.reworded_en_on, getattr(item, "retired_on", None)
    )


def _keys(snapshot: Snapshot, vendors: int, size: int) -> int:
    """The vendors' primary keys (bitset), of their positions (bitset)."""
    return bitset.from_members((snapshot.entries[place].vendor_id for place in bitset.members(vendors)), size)


# People -------------------------------------------------------------------------------------------


def vendor_entries(snapshot: Snapshot) -> dict[int, Entry]:
    """Primary key of each public vendor to its entry, from A to Å."""
    in_order = snapshot.in_order
    return snapshot.memo.remember(
        "entries by vendor", lambda: {entry.vendor_id: entry for entry in in_order(snapshot.everyone)}
    )


def in_order(snapshot: Snapshot, vendors: int) -> list[Entry]:
    """The entries of these vendors (bitset over primary keys) from A to Å."""
    keys = set(bitset.members(vendors))
    return [entry for key, entry in vendor_entries(snapshot).items() if key in keys]


def published_before(vendors: int, edition: Edition) -> int:
    """Those of the vendors (bitset) that had been public at some time when the edition was made. One query."""
    is_of_its_day = timezone.localdate(edition.made_at) == edition.day
    earlier: dict[str, Any] = (
        {"published_at__lte": edition.made_at} if is_of_its_day else {"published_at__date__lte": edition.day}
    )
    keys = Response.objects.filter(**earlier).order_by().values_list("vendor_id", flat=True).distinct()
    size = vendors.bit_length()
    return vendors & bitset.from_members((key for key in keys if key < size), size)
