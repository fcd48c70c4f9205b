"""The items that somebody has changed by hand in a database whose content version 1.0.0 has loaded.

That version did not store what it loaded, so these items are recognised by their history. Loading wrote a line “+” for
each item and row, and overwriting a line “~” for every item and lines “-” and “+” for every row, all without a user. An
editor's line has the user, unless the user was deleted since.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from ..kind_types import FiledModel, ItemPart

Line = tuple[int, int, str, int | None]
"""Of a line of a history: the row, its owner, the type (“+”, “~”, “-”) and the user."""
LOAD_TIME = timedelta(minutes=5)
"""The lines that one load has written lie within this time."""


def changed_by_hand(kind: FiledModel) -> set[int]:
    """The primary keys of items of which a line in their history, or in that of their rows, is not from loading.

    A line without a user that loading does not explain counts too, so that no editor's text is replaced. One query to
    a table.
    """
    lines = list(kind.model.history.values_list("id", "history_date", "history_type", "history_user_id"))
    by_user = {row for row, _at, _type, user in lines if user is not None}
    loaded = {row: at for row, at, type_, user in lines if type_ == "+" and user is None}
    rewritten: dict[int, list[datetime]] = {row: [] for row, *_rest in lines}
    for row, at, type_, user in lines:
        if type_ == "~" and user is None:
            rewritten[row].append(at)
    expected = {row: _overwritings(at, loaded, rewritten) for row, at in loaded.items()}
    changed = by_user | {row for row, times in rewritten.items() if len(times) > expected.get(row, 0)}
    return changed | set(_owners_of_changed_rows(kind.parts, {}, explained="+-" if any(expected.values()) else "+"))


def _overwritings(at: datetime, loaded: Mapping[int, datetime], rewritten: Mapping[int, list[datetime]]) -> int:
    """How often an item that was loaded `at` this time was overwritten by later loads, which overwrote all items.

    It is the smallest number of lines that an item loaded with it or before has had since: an item that came later, from
    a later version of the files or from an editor whose login is deleted, has fewer lines and says nothing.
    """
    end = at + LOAD_TIME
    return min(
        sum(time > end for time in rewritten[other]) if loaded[other] < at - LOAD_TIME else len(rewritten[other])
        for other in loaded
        if loaded[other] <= end
    )


def _owners_of_changed_rows(
    parts: Iterable[ItemPart], item_by_owner: Mapping[int, int], explained: str
) -> Iterator[int]:
    """The items that have or had a row of which a line is not from loading: both where the row was moved.

    `item_by_owner` maps the owners of the rows to items; `explained` are the types of anonymous lines that come from
    loading.
    """
    for part in parts:
        lines = list(_lines(part.model, f"{part.parent}_id"))
        changed = {row for row, _owner, type_, user in lines if user is not None or type_ not in explained}
        yield from (item_by_owner.get(owner, owner) for row, owner, _type, _user in lines if row in changed)
        inner = {row: item_by_owner.get(owner, owner) for row, owner, _type, _user in lines}
        yield from _owners_of_changed_rows(part.parts, inner, explained)


def _lines(model: Any, owner: str) -> Iterable[Line]:
    return model.history.values_list("id", owner, "history_type", "history_user_id")
