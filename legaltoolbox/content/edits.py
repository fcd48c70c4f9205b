"""The items that somebody has changed by hand in a database whose content version 1.0.0 has loaded.

That version did not store what it loaded, so these items are recognised by their history. Loading wrote a line “+” for
each item and row, and overwriting a line “~” for every item and lines “-” and “+” for every row, all without a user. An
editor's line has the user, unless the user was deleted since.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..kind_types import FiledModel, ItemPart

Line = tuple[int, int, str, int | None]
"""Of a line of a history: the row, its owner, the type (“+”, “~”, “-”) and the user."""


def changed_by_hand(kind: FiledModel) -> set[int]:
    """The primary keys of items of which a line in their history, or in that of their rows, is not from loading.

    A line without a user that loading does not explain counts too, so that no editor's text is replaced. One query to
    a table.
    """
    lines = list(_lines(kind.model, "id"))
    anonymous = Counter({row: 0 for row, *_rest in lines})
    anonymous.update(row for row, _owner, type_, user in lines if type_ == "~" and user is None)
    overwritings = min(anonymous.values(), default=0)
    changed = {row for row, _owner, _type, user in lines if user is not None}
    changed |= {row for row, number in anonymous.items() if number > overwritings}
    return changed | set(_owners_of_changed_rows(kind.parts, {}, explained="+-" if overwritings else "+"))


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
