"""Records of the content: an item with its rows in one form, whether it comes from a content file or the database.

A record maps the names of fields to plain values: links are lists of keys, parts (checklist, sections …) are lists of
records, and what is empty or has its default is left out.
"""

import json
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from ..kind_types import FiledModel, ItemKind, ItemPart

Record = dict[str, Any]


def filed_fields(described: FiledModel | ItemPart) -> tuple[str, ...]:
    """The fields of a record, in the order of the files. A stable row has its key first."""
    is_stable = isinstance(described, ItemPart) and described.is_stable
    return ("key", *described.fields) if is_stable else described.fields


def key_fields(described: FiledModel | ItemPart) -> tuple[str, ...]:
    """The fields that tell one record from another, of a part from another of the same owner."""
    if isinstance(described, ItemKind):
        return (described.model.KEY,)
    if isinstance(described, ItemPart) and described.is_stable:
        return ("key",)
    parent = described.parent if isinstance(described, ItemPart) else ""
    return tuple(name for name in described.model._meta.constraints[0].fields if name != parent)


def record_key(kind: FiledModel, record: Record) -> str:
    """The key of the record, unique within its kind: "A25", "gdpr-art-35", "consequence 1"."""
    return " ".join(str(record.get(name, "")) for name in key_fields(kind))


def row_key(kind: FiledModel, row: Any) -> str:
    """The key of a row in the database, in the form of `record_key`."""
    return " ".join(str(getattr(row, name)) for name in key_fields(kind))


def row_labels(described: FiledModel | ItemPart, record: Record, label: str) -> Iterator[str]:
    """The labels of the rows with keys of their own in a record that can be loaded: "A25.3", "S01.1.purpose"."""
    for part in described.parts:
        if part.is_stable:
            for child in record.get(part.name, ()):
                yield f"{label}.{child['key']}"
                yield from row_labels(part, child, f"{label}.{child['key']}")


# From the database --------------------------------------------------------------------------------


def read_records(kind: FiledModel) -> list[tuple[Any, Record]]:
    """The rows of a kind with their records, in the order of the files. One query to a table."""
    names, links = [field.name for field in kind.foreign_keys], [field.name for field in kind.many_to_many]
    rows = kind.model.objects.select_related(*names).prefetch_related(*links, *_prefetches(kind.parts))
    return [(row, _record(row, kind.fields, kind.parts)) for row in kind.in_order(rows)]


def _prefetches(parts: Iterable[ItemPart], before: str = "") -> Iterator[str]:
    for part in parts:
        name = before + _accessor(part)
        yield name
        yield from (f"{name}__{field.name}" for field in (*part.foreign_keys, *part.many_to_many))
        yield from _prefetches(part.parts, f"{name}__")


def _accessor(part: ItemPart) -> str:
    parent: Any = part.model._meta.get_field(part.parent)
    return parent.remote_field.get_accessor_name()


def _record(row: models.Model, fields: Iterable[str], parts: Iterable[ItemPart]) -> Record:
    record = {}
    for name in fields:
        field = row._meta.get_field(name)
        value = _file_value(row, field)
        if _has_content(field, value):
            record[name] = value
    for part in parts:
        rows = getattr(row, _accessor(part)).all()
        children = [
            _record(child, filed_fields(part), part.parts)
            for child in rows
            if not (part.is_stable and child.is_withdrawn)
        ]
        if children:
            record[part.name] = children
    return record


def _file_value(row: models.Model, field: Any) -> Any:
    if field.many_to_many:
        return sorted(linked.key for linked in getattr(row, field.name).all())
    if field.many_to_one:
        linked = getattr(row, field.name)
        return linked and linked.key
    return getattr(row, field.name)


def _has_content(field: Any, value: Any) -> bool:
    """Whether the value is neither empty nor the field's default."""
    if value in (None, "", []):
        return False
    return field.is_relation or not field.has_default() or value != field.get_default()


# Of a file ----------------------------------------------------------------------------------------


def canonical(record: Any, described: FiledModel | ItemPart) -> Any:
    """The record as the database would give it back. What is no record, or no list where one belongs, stays as it is."""
    if not isinstance(record, dict):
        return record
    result = {}
    for name in filed_fields(described):
        field = described.model._meta.get_field(name)
        value = _as_stored(field, record.get(name))
        if _has_content(field, value):
            result[name] = value
    for part in described.parts:
        children = record.get(part.name)
        if isinstance(children, list):
            children = [canonical(child, part) for child in children]
            # The database has an order of its own for rows that have no number.
            children = children if part.number else sorted(children, key=repr)
        if children not in (None, []):
            result[part.name] = children
    return result


def _as_stored(field: Any, value: Any) -> Any:
    if field.many_to_many:
        return sorted(value, key=str) if isinstance(value, list) else value
    if field.is_relation or isinstance(field, models.JSONField):
        return value
    try:
        return field.to_python(value)
    except (ValidationError, TypeError, ValueError, OverflowError):  # a date is asked for, and a number stands there
        return value


def fingerprint(record: Record) -> str:
    """SHA-256 of a canonical record: the same for the same content, whatever the order of its fields."""
    text = json.dumps(record, sort_keys=True, ensure_ascii=False, default=str)
    return sha256(text.encode()).hexdigest()


def differences(stored: Record, loaded: Record) -> list[str]:
    """The names of the fields and parts in which two canonical records differ."""
    return [name for name in dict.fromkeys([*stored, *loaded]) if stored.get(name) != loaded.get(name)]
