"""All published answers as one immutable value: entries at places, an order beside them, and a bitset for each option.

`PublishedAnswers.read` reads all of them, `replaced` makes the next value of some that have changed: what was read of
the others is kept, and no value in use changes.
"""

from __future__ import annotations

from bisect import insort
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any

from kl_ai.search import bitset
from kl_ai.search.danish import sort_key
from kl_ai.search.places import Replacement, replace_items

from .entries import Entry, OfferingEntry, read_entries

Bits = Mapping[Any, int]
"""Primary key of an option, or a stage, to a bitset; no empty ones."""
PlacedOffering = tuple[int, OfferingEntry]
"""The position of an offering's vendor, and the offering."""
MOST_REPLACED = 0.4
"""Where more than this share of the vendors has changed, making the value of all costs less than replacing them.

Measured as processor time of the next snapshot, in shares of a full read: of 2,000 vendors 0.53 with a fifth of them
changed, 0.78 with 0.3, 0.99 with 0.4 and 1.24 with a half; of 5,000 vendors 0.47, 0.68, 0.89 and 1.12.
"""


@dataclass(frozen=True, slots=True)
class AnswersChange:
    """Which positions a change of the answers has emptied and filled."""

    entries: Replacement[Entry]
    offerings: Replacement[PlacedOffering]


def name_key(entry: Entry) -> tuple[str, str, str, str]:
    """The place of an entry from A to Å, total: of equal names the address decides."""
    return *sort_key(entry.name), entry.slug


@dataclass(frozen=True, slots=True)
class PublishedAnswers:
    """The published answers. Nothing in it depends on the day, or on which questions are public."""

    entries: tuple[Entry, ...]
    """By their positions, which are in no order for people."""
    alphabetical: tuple[int, ...]
    """The positions from A to Å."""
    offerings: tuple[PlacedOffering, ...]
    """By their own positions."""
    offerings_of: tuple[tuple[int, ...], ...]
    """For each vendor's position those of its offerings, in its order."""
    vendors: Bits
    """The vendors that chose an option."""
    worded: Bits
    """Those that wrote own words beside it."""
    counted: Bits
    """Those whose own words beside it KL counts under another option."""
    used: Bits
    """The offerings that used an option."""
    stages: Bits
    """The offerings at a stage."""

    @classmethod
    def read(cls) -> PublishedAnswers:
        """All of them, from the database. Four queries."""
        return cls.made_of(read_entries())

    @classmethod
    def made_of(cls, entries: Iterable[Entry]) -> PublishedAnswers:
        """The value of these entries, placed from A to Å. No query."""
        placed = tuple(sorted(entries, key=name_key))
        offerings = tuple((position, offering) for position, entry in enumerate(placed) for offering in entry.offerings)
        offerings_of: list[list[int]] = [[] for _ in placed]
        for place, (position, _offering) in enumerate(offerings):
            offerings_of[position].append(place)
        by_position, by_place = dict(enumerate(placed)), dict(enumerate(offerings))
        return cls(
            entries=placed,
            alphabetical=tuple(range(len(placed))),
            offerings=offerings,
            offerings_of=tuple(map(tuple, offerings_of)),
            vendors=_bits(_chosen(by_position), len(placed)),
            worded=_bits(_worded(by_position), len(placed)),
            counted=_bits(_counted(by_position), len(placed)),
            used=_bits(_used(by_place), len(offerings)),
            stages=_bits(_at_stages(by_place), len(offerings)),
        )

    def replaced(self, vendors: Collection[int]) -> tuple[PublishedAnswers, AnswersChange]:
        """The value after a change of these vendors (primary keys), and which positions it has emptied and filled.

        A vendor among them that is not public any more is left out. Four queries for each 500 of the vendors, none
        without any.
        """
        removed = [position for position, entry in enumerate(self.entries) if entry.vendor_id in vendors]
        change = replace_items(self.entries, removed, sorted(read_entries(vendors), key=name_key))
        offerings, offerings_of = self._replaced_offerings(change)
        in_place = partial(_changed_bits, emptied=change.emptied, size=len(change.items))
        in_place_offerings = partial(_changed_bits, emptied=offerings.emptied, size=len(offerings.items))
        value = PublishedAnswers(
            entries=change.items,
            alphabetical=reordered(self.alphabetical, change, name_key),
            offerings=offerings.items,
            offerings_of=offerings_of,
            vendors=in_place(self.vendors, _chosen(change.filled)),
            worded=in_place(self.worded, _worded(change.filled)),
            counted=in_place(self.counted, _counted(change.filled)),
            used=in_place_offerings(self.used, _used(offerings.filled)),
            stages=in_place_offerings(self.stages, _at_stages(offerings.filled)),
        )
        return value, AnswersChange(change, offerings)

    def _replaced_offerings(
        self, change: Replacement[Entry]
    ) -> tuple[Replacement[PlacedOffering], tuple[tuple[int, ...], ...]]:
        """The offerings after the change, and each vendor's."""
        removed = list(chain.from_iterable(self.offerings_of[position] for position in change.emptied))
        added = [(position, offering) for position, entry in change.filled.items() for offering in entry.offerings]
        offerings = replace_items(self.offerings, removed, added)
        offerings_of = list(self.offerings_of[: len(change.items)])
        offerings_of += [()] * (len(change.items) - len(offerings_of))
        for position in change.filled:
            offerings_of[position] = ()
        for old, new in offerings.moved.items():
            position, _offering = offerings.items[new]
            offerings_of[position] = tuple(new if place == old else place for place in offerings_of[position])
        moved_to = set(offerings.moved.values())
        for place, (position, _offering) in sorted(offerings.filled.items()):
            if place not in moved_to:
                offerings_of[position] += (place,)
        return offerings, tuple(offerings_of)


def reordered(order: Sequence[int], change: Replacement[Entry], key: Callable[[Entry], Any]) -> tuple[int, ...]:
    """The positions in the order of `key` after the change, from `order`, in which they were before it."""
    positions = [position for position in order if position not in change.emptied]
    for position in change.filled:
        insort(positions, position, key=lambda place: key(change.items[place]))
    return tuple(positions)


# Bitsets ------------------------------------------------------------------------------------------

Pairs = Iterator[tuple[Any, int]]
"""Key of a bitset, and a member of it."""


def _chosen(entries: Mapping[int, Entry]) -> Pairs:
    return ((option_id, position) for position, entry in entries.items() for option_id in entry.option_ids)


def _worded(entries: Mapping[int, Entry]) -> Pairs:
    return ((option_id, position) for position, entry in entries.items() for option_id, _words in entry.own_words)


def _counted(entries: Mapping[int, Entry]) -> Pairs:
    return ((source, position) for position, entry in entries.items() for _option_id, source in entry.counted_by_kl)


def _used(offerings: Mapping[int, PlacedOffering]) -> Pairs:
    return ((option_id, place) for place, (_, offering) in offerings.items() for option_id in offering.option_ids)


def _at_stages(offerings: Mapping[int, PlacedOffering]) -> Pairs:
    return ((offering.stage, place) for place, (_, offering) in offerings.items() if offering.stage)


def _bits(pairs: Pairs, size: int) -> dict[Any, int]:
    """A bitset for each key in the pairs, over places below `size`."""
    members: dict[Any, list[int]] = defaultdict(list)
    for key, member in pairs:
        members[key].append(member)
    return {key: bitset.from_members(places, size) for key, places in members.items()}


def _changed_bits(old: Bits, pairs: Pairs, *, emptied: Collection[int], size: int) -> dict[Any, int]:
    """The bitsets without the emptied places and with the pairs."""
    kept = ~bitset.from_members(emptied, max(emptied, default=-1) + 1)
    bits = {key: rest for key, members in old.items() if (rest := members & kept)}
    for key, members in _bits(pairs, size).items():
        bits[key] = bits.get(key, 0) | members
    return bits
