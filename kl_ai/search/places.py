"""Items at places 0 to n − 1, and other items in place of some of them without moving the rest.

A bitset over places stays right for all that are not named in the result.
"""

from collections import deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Replacement(Generic[Item]):
    """New places, beside the old ones, which stay as they are."""

    items: tuple[Item, ...]
    emptied: frozenset[int]
    """The places, among the old ones, that lost their item: removed, or moved to another place."""
    filled: Mapping[int, Item]
    """The places, among the new ones, with another item than before: added, or moved there."""
    moved: Mapping[int, int]
    """Old place to new place of the items that moved."""


def replace_items(items: Sequence[Item], removed: Collection[int], added: Sequence[Item]) -> Replacement[Item]:
    """The items without those at the places `removed` and with those in `added`.

    These take the places that became free, and then new ones at the end. Where more are removed than added, the last
    items move to the free places, so that no place is empty.
    """
    places, free = list(items), deque(sorted(set(removed)))
    filled: dict[int, Item] = {}
    moved: dict[int, int] = {}
    for item in added:
        place = free.popleft() if free else len(places)
        places[place : place + 1] = [item]
        filled[place] = item
    while free:
        last = len(places) - 1
        item = places.pop()
        if free[-1] == last:
            free.pop()
        else:
            place = free.popleft()
            places[place] = filled[place] = item
            moved[last] = place
    return Replacement(tuple(places), frozenset({*removed, *moved}), filled, moved)
