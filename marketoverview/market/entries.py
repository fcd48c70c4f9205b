"""The published answers as rows in memory: one immutable `Entry` for each vendor, read once for each publication."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from typing import Any

from django.db.models import QuerySet

from ..models import Answer, Response, SampleOffering, Status

BATCH = 500
"""Vendors in a query that names them."""


@dataclass(frozen=True, slots=True)
class OfferingEntry:
    """One offering of a published response."""

    key: int
    """Its primary key."""
    stage: str
    title: str
    description: str
    where_used: str
    option_ids: tuple[int, ...]
    """The primary keys of the options that it used together, rising."""

    @property
    def text(self) -> str:
        """All words of the vendor about it, for searching."""
        return f"{self.title} {self.description} {self.where_used}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One vendor with its published response."""

    vendor_id: int
    response_id: int
    slug: str
    name: str
    confirmed_at: date
    is_demo: bool = False
    description: str = ""
    option_ids: tuple[int, ...] = ()
    """The primary keys of the chosen options, rising, those under which KL counts own words among them."""
    counted_by_kl: tuple[tuple[int, int], ...] = ()
    """Of the latter the primary key, and that of the option beside which the own words stand."""
    own_words: tuple[tuple[int, str], ...] = ()
    """The primary key of an option, and the vendor's own words beside it."""
    offerings: tuple[OfferingEntry, ...] = ()
    """In the vendor's order."""

    def text(self, searched: Collection[int]) -> str:
        """All words of the vendor, for searching: own words only beside the options `searched` (primary keys)."""
        own_words = (words for option_id, words in self.own_words if option_id in searched)
        return " ".join([self.name, self.description, *own_words, *(offering.text for offering in self.offerings)])


def read_entries(vendors: Collection[int] | None = None) -> list[Entry]:
    """The entries of all vendors with a published response, or of those among `vendors` (primary keys).

    In no particular order. Four queries, or four for each `BATCH` of `vendors`.
    """
    shared = _SharedNumbers()
    if vendors is None:
        return list(_read({}, shared))
    keys = sorted(vendors)
    batches = (keys[start : start + BATCH] for start in range(0, len(keys), BATCH))
    return list(chain.from_iterable(_read({"vendor__in": batch}, shared) for batch in batches))


class _SharedNumbers(dict[int, int]):
    """Each number as one object: a driver makes a new one for each row, and the same options are chosen by thousands."""

    def __missing__(self, number: int) -> int:
        self[number] = number
        return number


@dataclass(slots=True)
class _Answers:
    """What one response has chosen."""

    option_ids: list[int] = field(default_factory=list)
    counted_by_kl: list[tuple[int, int]] = field(default_factory=list)
    own_words: list[tuple[int, str]] = field(default_factory=list)


def _read(condition: dict[str, Any], shared: _SharedNumbers) -> Iterator[Entry]:
    """The entries of the published responses that meet the condition on their columns."""
    responses = Response.objects.published().filter(**condition).order_by()
    answers = _answers(_of_responses(Answer.objects.all(), "response", condition), shared)
    offerings = _offerings(condition, shared)
    none = _Answers()
    columns = ("vendor_id", "pk", "vendor__slug", "vendor__name", "confirmed_at", "vendor__is_demo", "description")
    for vendor_id, response_id, slug, name, confirmed_at, is_demo, description in responses.values_list(*columns):
        chosen = answers.get(response_id, none)
        yield Entry(
            vendor_id,
            response_id,
            slug,
            name,
            confirmed_at,
            is_demo,
            description,
            option_ids=tuple(sorted(chosen.option_ids)),
            counted_by_kl=tuple(sorted(chosen.counted_by_kl)),
            own_words=tuple(sorted(chosen.own_words)),
            offerings=tuple(offerings.get(response_id, ())),
        )


def _of_responses(rows: QuerySet, path: str, condition: dict[str, Any]) -> QuerySet:
    """Those of the rows whose response, at `path`, is published and meets the condition."""
    conditions = {f"{path}__{name}": value for name, value in condition.items()}
    return rows.filter(**{f"{path}__status": Status.PUBLISHED}, **conditions).order_by()


def _answers(rows: QuerySet, shared: _SharedNumbers) -> dict[int, _Answers]:
    """Primary key of a response to what it has chosen. One query."""
    by_response: dict[int, _Answers] = defaultdict(_Answers)
    columns = ("response_id", "option_id", "own_words", "mapped_from__option_id")
    for response_id, option_id, own_words, mapped_from in rows.values_list(*columns).iterator():
        chosen, option_id = by_response[response_id], shared[option_id]
        chosen.option_ids.append(option_id)
        if mapped_from:
            chosen.counted_by_kl.append((option_id, shared[mapped_from]))
        if own_words:
            chosen.own_words.append((option_id, own_words))
    return by_response


def _offerings(condition: dict[str, Any], shared: _SharedNumbers) -> dict[int, list[OfferingEntry]]:
    """Primary key of a response to its offerings in their order. Two queries."""
    links = _of_responses(SampleOffering.options.through.objects.all(), "sampleoffering__response", condition)
    options: dict[int, list[int]] = defaultdict(list)
    for offering_id, option_id in links.values_list("sampleoffering_id", "option_id").iterator():
        options[offering_id].append(shared[option_id])
    rows = _of_responses(SampleOffering.objects.all(), "response", condition)
    by_response: dict[int, list[OfferingEntry]] = defaultdict(list)
    columns = ("response_id", "pk", "stage", "title", "description", "where_used")
    in_order = rows.order_by("response_id", "position", "pk").values_list(*columns).iterator()
    for response_id, key, stage, title, description, where_used in in_order:
        option_ids = tuple(sorted(options.get(key, ())))
        by_response[response_id].append(OfferingEntry(key, stage, title, description, where_used, option_ids))
    return by_response
