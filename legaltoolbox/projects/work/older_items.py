"""Items of the catalogue made again from their older texts, as rows that no database has, with the keys that they had."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import copy
from itertools import count
from typing import Any

from legaltoolbox.catalogue import Catalogue
from legaltoolbox.kind_types import FiledModel, ItemPart
from legaltoolbox.kinds import KINDS
from legaltoolbox.models import Activity, ScaleLevel, ScreeningQuestion

from .text_differences import row_key
from .texts import QUIET, Record, text_fields_of

Find = Callable[[str, str], Any]
"""Kind and code or slug to the item that a row names; None where there is none."""
Parts = dict[tuple[str, Any, int], list[Any]]
_KEYS = count(-1, -1)
"""One for the whole process: a view can be made of another view, whose rows have such keys already."""


class OlderItems:
    """Makes items and their rows from records. A new row has a key below zero, which no row of a database has."""

    def __init__(self, catalogue: Catalogue, find: Find) -> None:
        self.catalogue, self.find = catalogue, find
        self.parts: Parts = {}
        """The rows of the items that were made, as `Catalogue.rows_of_owners` has them."""

    def item(self, kind: str, code: str, record: Record) -> Any:
        """The item with this text: what the text does not have is that of today's item, where there is one. No query."""
        described = KINDS[kind]
        today = self.catalogue.find(kind, code)
        made = self._row(described, record, today)
        if today is None:
            made.reviewed_on = made.review_by = self.catalogue.day
        return made

    def name_others(self, kind: str, item: Any, record: Record) -> None:
        """Set what the item names, and make its rows: once all items are made, since they can name each other. No query."""
        described = KINDS[kind]
        today = self.catalogue.find(kind, item.key)
        self._name(described, item, record, today)
        self._make_rows(described, item, record, today)

    def _row(self, described: FiledModel | ItemPart, record: Record, today: Any) -> Any:
        """A row with the values of the record; without what it names."""
        row = copy(today) if today is not None else described.model(pk=next(_KEYS))
        for field in text_fields_of(described):
            if not field.is_relation and not (field.name in QUIET and today is not None):
                setattr(row, field.name, record[field.name] if field.name in record else _without_value(field))
        return row

    def _name(self, described: FiledModel | ItemPart, row: Any, record: Record, today: Any) -> None:
        """Set the foreign keys; one that must be there and names what is there no more is today's, or the first of its kind."""
        for field in text_fields_of(described):
            if not field.is_relation:
                continue
            kind = field.related_model.KIND
            named = self.find(kind, record[field.name]) if field.name in record else None
            if named is None and field.name in record and field.related_model in (ScreeningQuestion, Activity):
                named = self._by_name_alone(field.related_model, record[field.name])
            if named is None and not field.null:
                named = getattr(today, field.name, None) if today is not None else None
                named = named or next(iter(self.catalogue.all(kind)), None)
            setattr(row, field.name, named)

    def _by_name_alone(self, model: Any, code: str) -> Any:
        """An item that an older text names, and that neither the catalogue nor the project has any more."""
        if model is ScreeningQuestion:
            return ScreeningQuestion(pk=next(_KEYS), code=code, question=code)
        phase, role = self.catalogue.phases[0], self.catalogue.roles[0]
        return Activity(pk=next(_KEYS), code=code, phase=phase, responsible=role)

    def _make_rows(self, described: FiledModel | ItemPart, owner: Any, record: Record, today: Any) -> None:
        for part in described.parts:
            live = {_live_key(part, row): row for row in self.catalogue.parts(part.name, today)} if today else {}
            self.parts[part.name, type(owner), owner.pk] = list(self._rows(part, owner, record, live))

    def _rows(self, part: ItemPart, owner: Any, record: Record, live: Mapping[Any, Any]) -> Iterator[Any]:
        for number, own in enumerate(record.get(part.name, ()), start=1):
            today = live.get(row_key(part, own))
            row = self._row(part, own, today)
            if part.is_stable:
                row.key, row.is_withdrawn = own["key"], False
            if part.number:
                setattr(row, part.number, number)
            setattr(row, part.parent, owner)
            self._name(part, row, own, today)
            self._make_rows(part, row, own, today)
            yield row


def _without_value(field: Any) -> Any:
    """What a field holds whose value a record leaves out."""
    return field.get_default() if field.has_default() else ("" if not field.null else None)


def _live_key(part: ItemPart, row: Any) -> Any:
    """The key of a row of the catalogue, as `row_key` gives that of a record."""
    if part.is_stable:
        return row.reference
    named: Record = {}
    for field in text_fields_of(part):
        value = getattr(row, field.name)
        value = value.key if field.is_relation and value is not None else value
        if value not in (None, "", 0):
            named[field.name] = value
    return row_key(part, named)


def older_scale(record: Record) -> tuple[ScaleLevel, ...]:
    """The levels of an older scale."""
    return tuple(ScaleLevel(pk=-number, **level) for number, level in enumerate(record.get("levels", ()), start=1))
