"""Rows from records: setting fields and links, errors that name the record, and lines of history."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.db import models

from kl_ai.database.history import linked_fields

from .reading import ContentError
from .records import Record

Keys = Mapping[type[models.Model], Mapping[str, Any]]
"""Model to key to item, of everything that a record may name."""


SMALLEST_LIMIT = 32_767
"""The highest number that every column of numbers can hold."""


@contextmanager
def errors_about(label: str) -> Iterator[None]:
    """Have errors say which item they are about: any of them becomes a `ContentError` that begins with `label`."""
    try:
        yield
    except ValidationError as error:
        fields = error.message_dict if hasattr(error, "error_dict") else {"item": error.messages}
        reasons = "; ".join(f"{name}: {' '.join(texts)}" for name, texts in fields.items())
        raise ContentError(f"{label}: {reasons}") from error
    except ContentError as error:
        raise ContentError(f"{label}: {error}") from error
    except (AttributeError, LookupError, OverflowError, TypeError, ValueError) as error:
        raise ContentError(f"{label}: {type(error).__name__} {error}") from error


# Fields -----------------------------------------------------------------------------------------


def set_fields(row: models.Model, fields: Iterable[str], record: Record, keys: Keys) -> list[tuple[str, str]]:
    """Set the row's own fields and validate them.

    Returns the links to items of its own model, as field and key: they can be set when all rows are there.
    """
    later = []
    for name in fields:
        field: Any = row._meta.get_field(name)
        if field.many_to_many:
            continue
        _refuse_wrong_type(field, record.get(name))
        if field.many_to_one and field.related_model is type(row):
            setattr(row, name, None)
            if record.get(name):
                later.append((name, record[name]))
        elif field.many_to_one:
            if not record.get(name) and not field.null:
                raise ContentError(f"{name} is missing.")
            setattr(row, name, item_by_key(field.related_model, record[name], keys) if record.get(name) else None)
        else:
            setattr(row, name, record.get(name, field.get_default()))
        if isinstance(field, models.JSONField) and not _is_list_of_texts(getattr(row, name)):
            raise ContentError(f"{name} is no list of texts.")
    row.clean_fields(exclude=[field.name for field in row._meta.fields if field.is_relation])
    return later


FILE_TYPES: tuple[tuple[type[models.Field], tuple[type, ...], str], ...] = (
    (models.BooleanField, (bool,), "neither true nor false"),
    (models.IntegerField, (int,), "no number"),
    (models.DateField, (date, str), "no date"),
    (models.JSONField, (list,), "no list of texts"),
    (models.Field, (str,), "no text; quotation marks make it one"),
)
"""A field and those derived from it, what stands in a file for it, and what a message says of anything else."""


def _refuse_wrong_type(field: Any, value: Any) -> None:
    """Raise `ContentError` where the file has a date, a number or a list in place of a text, and the like."""
    types, text = next((types, text) for kind, types, text in FILE_TYPES if isinstance(field, kind))
    is_other = (isinstance(value, bool) and bool not in types) or isinstance(value, datetime)
    if value is not None and (is_other or not isinstance(value, types)):
        raise ContentError(f"{field.name}: “{str(value)[:100]}” is {text}.")


def _is_list_of_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def item_by_key(model: type[models.Model], key: str, keys: Keys) -> models.Model:
    """The item of this key. Raises `ContentError` where there is none."""
    if not isinstance(key, str):
        raise ContentError(f"“{str(key)[:100]}” is no key; quotation marks make a text of it.")
    if (item := keys[model].get(key)) is None:
        raise ContentError(f"There is no {model.__name__} “{key}”.")
    return item


def check_unique(rows: Iterable[tuple[str, Any]]) -> None:
    """Refuse two rows that the database would not take beside each other; the second is named."""
    seen: dict[tuple, str] = {}
    for name, row in rows:
        fields = [(field.attname,) for field in row._meta.concrete_fields if field.unique and not field.primary_key]
        fields += [
            tuple(row._meta.get_field(field).attname for field in constraint.fields)
            for constraint in row._meta.constraints
            if isinstance(constraint, models.UniqueConstraint)
        ]
        for names in fields:
            key = (names, *(getattr(row, field) for field in names))
            if key in seen:
                raise ContentError(f"{name}: has the same {', '.join(names)} as {seen[key]}.")
            seen[key] = name


def make_room(model: Any, rows: Sequence[Any], before: Mapping[int, Sequence[Any]]) -> None:
    """Free the names and numbers that these stored items give up, until the items are written with their new ones.

    So items can change names or numbers with each other, and a new one can have that of another. `before` is primary key
    to the `values` that are stored. Two queries for each unique field in which one differs; the key never does.
    """
    for index, column in enumerate(model._meta.concrete_fields):
        if column.unique and not column.primary_key:
            pks = [row.pk for row in rows if getattr(row, column.attname) != before[row.pk][index]]
            if pks:
                _set_aside(column, pks)


def _set_aside(column: Any, pks: Sequence[int]) -> None:
    """Give these rows values of the unique column that no row has."""
    model = column.model
    if isinstance(column, models.CharField):
        unused: Iterable[Any] = (uuid4().hex for _pk in pks)
    else:
        used = set(model.objects.values_list(column.name, flat=True))
        unused = (number for number in range(SMALLEST_LIMIT, 0, -1) if number not in used)
    rows = [model(pk=pk, **{column.name: value}) for pk, value in zip(pks, unused, strict=False)]
    model.objects.bulk_update(rows, [column.name], batch_size=100)


def values(row: models.Model) -> list[Any]:
    """The values of the row's own columns."""
    return [getattr(row, field.attname) for field in row._meta.concrete_fields]


def update(model: Any, rows: Sequence[models.Model]) -> None:
    """Write all columns of these rows. Slow where there are many: only those that differ should come here."""
    names = [field.name for field in model._meta.concrete_fields if not field.primary_key]
    model.objects.bulk_update(rows, names, batch_size=100)


# Links ------------------------------------------------------------------------------------------


def set_links(
    fields: Iterable[Any], rows: Sequence[tuple[str, Any, Record]], keys: Keys, new: frozenset[int]
) -> set[int]:
    """Make the many-to-many links of rows what their records say; returns the keys of rows whose links changed.

    `rows` are names for errors, rows and records; `new` are the keys of rows that have no links yet. Three statements
    for each field.
    """
    changed: set[int] = set()
    for field in fields:
        through, owner_column = field.remote_field.through, f"{field.m2m_field_name()}_id"
        linked_column = f"{field.m2m_reverse_field_name()}_id"
        old = [row.pk for _name, row, _record in rows if row.pk not in new]
        stored: dict[int, set[int]] = {pk: set() for pk in old}
        for pk, other in through.objects.filter(**{f"{owner_column}__in": old}).values_list(
            owner_column, linked_column
        ):
            stored[pk].add(other)
        links, differing = [], []
        for name, row, record in rows:
            with errors_about(f"{name}: {field.name}"):
                others = _linked_keys(field, record, keys)
            if set(others) != stored.get(row.pk, set()):
                differing.append(row.pk)
                links += [through(**{owner_column: row.pk, linked_column: other}) for other in others]
        through.objects.filter(**{f"{owner_column}__in": [pk for pk in differing if pk in stored]}).delete()
        through.objects.bulk_create(links, batch_size=500)
        changed.update(differing)
    return changed


def _linked_keys(field: Any, record: Record, keys: Keys) -> list[int]:
    linked = record.get(field.name, [])
    if not isinstance(linked, list):
        raise ContentError("This is no list of keys.")
    others = [item_by_key(field.related_model, key, keys).pk for key in linked]
    if len(set(others)) < len(others):
        raise ContentError("The same is linked twice.")
    return others


# History ----------------------------------------------------------------------------------------


def write_history(model: Any, new: Sequence[models.Model], changed: Sequence[models.Model]) -> None:
    """A line of history for each of these rows, with its links as they are now. A fixed number of statements."""
    model.history.bulk_history_create(new, batch_size=100)
    model.history.bulk_history_create(changed, batch_size=100, update=True)
    fields, pks = linked_fields(model), [row.pk for row in (*new, *changed)]
    if not fields:
        return
    last = dict(model.history.filter(id__in=pks).order_by("history_id").values_list("id", "history_id"))
    for field, history_model in fields.items():
        through, owner_column = field.remote_field.through, f"{field.m2m_field_name()}_id"
        names = [column.attname for column in through._meta.concrete_fields]
        rows = through.objects.filter(**{f"{owner_column}__in": pks}).values_list(owner_column, *names)
        history_model.objects.bulk_create(
            (
                history_model(history_id=last[owner], **dict(zip(names, columns, strict=True)))
                for owner, *columns in rows
            ),
            batch_size=500,
        )
