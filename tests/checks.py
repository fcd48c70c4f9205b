"""Small helpers of many tests."""

from collections.abc import Iterable
from typing import TypeVar

from marketoverview.market.snapshot import Entry, Snapshot

Item = TypeVar("Item")


def not_empty(items: Iterable[Item]) -> list[Item]:
    """The items as a list. Fails where there are none: a loop over nothing would pass."""
    listed = list(items)
    assert listed, "there is nothing to check"
    return listed


def vendors_in_order(snapshot: Snapshot) -> list[Entry]:
    """Every vendor of the snapshot from A to Å."""
    return list(snapshot.in_order(snapshot.everyone))
