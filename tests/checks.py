"""A check that a loop of assertions needs before it."""

from collections.abc import Iterable
from typing import TypeVar

Item = TypeVar("Item")


def not_empty(items: Iterable[Item]) -> list[Item]:
    """The items as a list. Fails where there are none: a loop over nothing would pass."""
    listed = list(items)
    assert listed, "there is nothing to check"
    return listed
