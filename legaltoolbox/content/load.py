"""Content files into the database: the first load, and putting everything back as the files have it."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from simple_history.models import HistoricalRecords

from kl_ai.history import linked_fields

from ..kinds import KINDS, SCALE, ItemKind, ItemPart
from ..models import ScaleLevel, toolbox_version
from .files import FOLDER, ContentError, read

Record = dict[str, Any]
Keys = dict[type[models.Model], dict[str, Any]]


def load(folder: Path = FOLDER) -> dict[str, int]:
    """Load all files: new items are made, known ones set back with their parts and links.

    Items that the files do not have are left alone. Returns the number of items by model name.
    Raises `ContentError`, with nothing changed, where a file is wrong. A fixed number of
    statements for each table.
    """
    try:
        with transaction.atomic():
            return _load(read(folder))
    except IntegrityError as error:
        raise ContentError(
            f"Two items say the same where each needs its own, or one lacks what it needs: {error}"
        ) from error


def _load(records: dict[type[models.Model], list[Record]]) -> dict[str, int]:
    keys: Keys = {}
    for kind in KINDS.values():
        keys[kind.model] = _load_items(kind, records[kind.model], keys)
    for kind in KINDS.values():
        _load_links(kind.model, kind.fields, keys[kind.model].values(), records[kind.model], keys)
        _remember_links(kind.model)
        _load_parts(kind.parts, list(zip(keys[kind.model].values(), records[kind.model], strict=True)), keys)
    _load_scale(records[ScaleLevel])
    toolbox_version.bump()
    return {model.__name__: len(found) for model, found in keys.items()}


def _load_items(kind: ItemKind, records: list[Record], keys: Keys) -> dict[str, Any]:
    """The items of one kind, made or set back, in the order of their records."""
    key = kind.model.KEY
    known = {item.key: item for item in kind.model.objects.all()}
    before = {item.pk: _values(item) for item in known.values()}
    found: dict[str, Any] = {}
    within: list[tuple[Any, str, str]] = []
    for record in records:
        item = known.get(record.get(key, "")) or kind.model()
        with _naming(f"{kind.model.__name__} {record.get(key)}"):
            within += [(item, name, other) for name, other in _set(item, kind.fields, record, keys)]
            if item.key in found:
                raise ContentError("There are two of them.")
        found[item.key] = item
    _check_unique((f"{kind.model.__name__} {item.key}", item) for item in found.values())
    new, old = [item for item in found.values() if not item.pk], [item for item in found.values() if item.pk]
    kind.model.objects.bulk_create(new)
    _set_within(kind, found, within)
    if names := {name for item, name, _ in within if item.pk not in before}:
        kind.model.objects.bulk_update(new, names)
    _update(kind.model, [item for item in old if _values(item) != before[item.pk]])
    for item in found.values():
        with _naming(f"{kind.model.__name__} {item.key}"):
            item.clean()
    _remember(kind.model, new, old)
    return found


def _set(row: models.Model, fields: Iterable[str], record: Record, keys: Keys) -> list[tuple[str, str]]:
    """Set the row's own fields; returns the links to its own model, which can be set only when all rows are there."""
    later = []
    for name in fields:
        of: Any = row._meta.get_field(name)
        if of.many_to_many:
            continue
        if of.many_to_one and of.related_model is type(row):
            setattr(row, name, None)
            if record.get(name):
                later.append((name, record[name]))
        elif of.many_to_one:
            if not record.get(name) and not of.null:
                raise ContentError(f"{name} is missing.")
            setattr(row, name, _linked(of.related_model, record[name], keys) if record.get(name) else None)
        else:
            setattr(row, name, record.get(name, of.get_default()))
        if isinstance(of, models.JSONField) and not _is_list_of_texts(getattr(row, name)):
            raise ContentError(f"{name} is no list of texts.")
    row.clean_fields(exclude=[of.name for of in row._meta.fields if of.is_relation])
    return later


def _is_list_of_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def _check_unique(rows: Iterable[tuple[str, Any]]) -> None:
    """Two rows of one load that the database would not take beside each other; the second is named."""
    seen: dict[tuple, str] = {}
    for name, row in rows:
        fields = [(of.attname,) for of in row._meta.concrete_fields if of.unique and not of.primary_key]
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


def _linked(model: type[models.Model], key: str, keys: Keys) -> models.Model:
    if (found := keys[model].get(key)) is None:
        raise ContentError(f"There is no {model.__name__} “{key}”.")
    return found


def _set_within(kind: ItemKind, found: Mapping[str, Any], within: Iterable[tuple[Any, str, str]]) -> None:
    for item, name, other in within:
        with _naming(f"{kind.model.__name__} {item.key}"):
            setattr(item, name, _linked(kind.model, other, {kind.model: dict(found)}))


def _values(row: models.Model) -> list[Any]:
    """What stands in the row's own columns."""
    return [getattr(row, of.attname) for of in row._meta.concrete_fields]


def _update(model: Any, rows: Sequence[models.Model]) -> None:
    """Write all columns of these rows: slow where there are many, so only those that differ come here."""
    names = [of.name for of in model._meta.concrete_fields if not of.primary_key]
    if rows:
        model.objects.bulk_update(rows, names, batch_size=100)


def _remember(model: Any, new: Sequence[models.Model], old: Sequence[models.Model]) -> None:
    """The first line of each row's history, so that the first correction shows what was there before."""
    model.history.bulk_history_create(new, batch_size=100)
    model.history.bulk_history_create(old, batch_size=100, update=True)


def _remember_links(model: Any) -> None:
    """The links of all rows in the last line of each one's history. A fixed number of statements."""
    history = model.history.model
    fields = linked_fields(model)
    if not fields:
        return
    last = dict(history.objects.order_by("history_id").values_list(model._meta.pk.attname, "history_id"))
    for of in fields:
        kept: Any = HistoricalRecords.m2m_models[of]
        names = [column.attname for column in of.remote_field.through._meta.concrete_fields]
        done = set(kept.objects.filter(history__in=last.values()).values_list("history_id", flat=True))
        rows = of.remote_field.through.objects.values_list(f"{of.m2m_field_name()}_id", *names)
        kept.objects.bulk_create(
            (
                kept(history_id=last[owner], **dict(zip(names, values, strict=True)))
                for owner, *values in rows
                if last[owner] not in done
            ),
            batch_size=500,
        )


def _load_links(model: Any, fields: Iterable[str], rows: Iterable[Any], records: list[Record], keys: Keys) -> None:
    pairs = list(zip(rows, records, strict=True))
    for of in (model._meta.get_field(name) for name in fields):
        if not of.many_to_many:
            continue
        through, ours, theirs = of.remote_field.through, of.m2m_field_name(), of.m2m_reverse_field_name()
        through.objects.filter(**{f"{ours}__in": [row.pk for row, _ in pairs]}).delete()
        links = []
        for row, record in pairs:
            with _naming(f"{model.__name__} {record.get('code', record.get('slug', row))}: {of.name}"):
                found = [_linked(of.related_model, key, keys) for key in record.get(of.name, ())]
                if len(set(found)) < len(found):
                    raise ContentError("The same is linked twice.")
                links += [through(**{ours: row, theirs: other}) for other in found]
        through.objects.bulk_create(links, batch_size=500)


def _load_parts(parts: Iterable[ItemPart], owners: list[tuple[Any, Record]], keys: Keys) -> None:
    for part in parts:
        model: Any = part.model
        model.objects.filter(**{f"{part.parent}__in": [owner.pk for owner, _ in owners]}).delete()
        rows, records = [], []
        for owner, record in owners:
            if not isinstance(record.get(part.name, []), list):
                raise ContentError(f"{owner}: {part.name} is no list.")
            for number, child in enumerate(record.get(part.name, ()), start=1):
                row = model(**{part.parent: owner} | ({part.number: number} if part.number else {}))
                with _naming(f"{owner}: {part.name} {number}"):
                    if unknown := sorted(set(child) - {*part.fields, *(inner.name for inner in part.parts)}):
                        raise ContentError(f"Unknown fields: {', '.join(unknown)}.")
                    _set(row, part.fields, child, keys)
                rows.append(row)
                records.append(child)
        _check_unique((f"{getattr(row, part.parent)}: {part.name}", row) for row in rows)
        model.objects.bulk_create(rows, batch_size=200)
        model.history.bulk_history_create(rows, batch_size=100)
        _load_links(model, part.fields, rows, records, keys)
        _remember_links(model)
        _load_parts(part.parts, list(zip(rows, records, strict=True)), keys)


def _load_scale(records: list[Record]) -> None:
    known: dict[Any, ScaleLevel] = {(level.axis, level.level): level for level in ScaleLevel.objects.all()}
    levels = []
    for record in records:
        level = known.get((record.get("axis"), record.get("level")), ScaleLevel())
        with _naming(f"ScaleLevel {record.get('axis')} {record.get('level')}"):
            _set(level, SCALE.fields, record, {})
        levels.append(level)
    _check_unique((f"ScaleLevel {level.axis} {level.level}", level) for level in levels)
    new, old = [level for level in levels if not level.pk], [level for level in levels if level.pk]
    ScaleLevel.objects.bulk_create(new)
    _update(ScaleLevel, old)
    _remember(ScaleLevel, new, old)


class _naming:  # noqa: N801 - reads as a statement
    """Errors inside say which item they are about."""

    def __init__(self, what: str) -> None:
        self.what = what

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind, error, trace) -> None:
        if isinstance(error, ValidationError):
            said = "; ".join(f"{name}: {' '.join(texts)}" for name, texts in error.message_dict.items())
            raise ContentError(f"{self.what}: {said}") from error
        if isinstance(error, ContentError):
            raise ContentError(f"{self.what}: {error}") from error
        if isinstance(error, KeyError | TypeError):
            raise ContentError(f"{self.what}: {type(error).__name__} {error}") from error
