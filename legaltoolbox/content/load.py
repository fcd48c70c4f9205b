"""Loading of the content files into the database: new items are created, others updated by their keys, none deleted."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import IntegrityError, models, transaction

from ..kind_types import FiledModel
from ..kinds import stable_models
from ..models import LoadedItem, toolbox_version
from .files import FOLDER, filed_models
from .plan import LoadPlan, LoadStep, PlannedItem, make_plan
from .reading import ContentError
from .records import Record, canonical, fingerprint, row_key, row_labels
from .rows import LoadedRow, give_missing_keys, load_parts
from .writing import (
    check_unique,
    errors_about,
    item_by_key,
    make_room,
    set_fields,
    set_links,
    update,
    values,
    write_history,
)


@dataclass
class LoadReport:
    """The items that a load has created, updated, withdrawn, or left as an editor has made them."""

    created: Counter[str] = field(default_factory=Counter)
    """The name of a model to the number of its new items."""
    updated: list[str] = field(default_factory=list)
    """The labels of the items that were changed to the text of the files."""
    withdrawn: list[str] = field(default_factory=list)
    """The items, and the rows of items, that the files no longer have: "R26", "A25.4"."""
    edited: list[str] = field(default_factory=list)
    """The labels of the items that are as an editor has made them, although the files say something else."""


def load(folder: Path = FOLDER, *, overwrite: bool = False, expected: LoadPlan | None = None) -> LoadReport:
    """Load all files: make what is new, update what nobody has changed since it was loaded, withdraw what is missing.

    What an editor has changed is kept, or with `overwrite` replaced too. Raises `ContentError`, with nothing changed,
    where a file is wrong, or where an item that is to be replaced or withdrawn differs from that of the plan `expected`,
    in the files or the database. A fixed number of statements for each table, and one more for every hundred rows that
    change.
    """
    try:
        with transaction.atomic():
            _lock_rows()
            give_missing_keys()
            plan = make_plan(folder)
            if expected is not None and plan.lost(overwrite=overwrite) != expected.lost(overwrite=overwrite):
                raise ContentError("Somebody has changed the content in the meantime. Nothing was loaded; begin again.")
            return _carry_out(plan, overwrite)
    except IntegrityError as error:
        raise ContentError(
            f"Two items say the same where each needs its own, or one lacks what it needs: {error}"
        ) from error


def _lock_rows() -> None:
    """Lock all items, then their rows, each model in the order of primary keys, until the transaction ends.

    An editor who saves one of them waits, or is waited for. Links to an item can still be made. One query to a table.
    SQLite has no such locks: there a transaction has the whole database.
    """
    for model in (*(kind.model for kind in filed_models()), *stable_models()):
        list(model.objects.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))


def _labels(items: Sequence[PlannedItem]) -> list[str]:
    return [item.label for item in items]


def _carry_out(plan: LoadPlan, overwrite: bool) -> LoadReport:
    chosen = plan.steps(LoadStep.CREATE, LoadStep.UPDATE, *((LoadStep.KEEP,) if overwrite else ()))
    missing = plan.steps(LoadStep.WITHDRAW, *((LoadStep.KEEP_MISSING,) if overwrite else ()))
    keys: dict[type[models.Model], dict[str, Any]] = {}
    rows = [(kind, _save_items(kind, _filter_by_kind(kind, chosen), keys)) for kind in filed_models()]
    withdrawn = [item.key for item in missing]
    for kind, loaded in rows:
        _save_links(kind, _filter_by_kind(kind, chosen), loaded, keys)
        withdrawn += load_parts(kind.parts, loaded, keys)
    for kind in filed_models():
        _withdraw(kind, _filter_by_kind(kind, missing))
    _remember([*chosen, *plan.steps(LoadStep.LEAVE)], missing)
    if chosen or missing:
        toolbox_version.bump()
    return LoadReport(
        created=Counter(item.kind.model.__name__ for item in chosen if item.step is LoadStep.CREATE),
        updated=[item.label for item in chosen if item.step is not LoadStep.CREATE],
        withdrawn=withdrawn,
        edited=[] if overwrite else _labels(plan.edited),
    )


def _filter_by_kind(kind: FiledModel, items: Sequence[PlannedItem]) -> list[PlannedItem]:
    return [item for item in items if item.kind is kind]


def _save_items(
    kind: FiledModel, items: Sequence[PlannedItem], keys: dict[type[models.Model], dict[str, Any]]
) -> list[LoadedRow]:
    """Write the items' own columns, in the order given, and put all items of the kind into `keys`."""
    model = kind.model
    items_by_key = {row_key(kind, row): row for row in model.objects.all()}
    keys[model] = items_by_key
    before = {row.pk: values(row) for row in items_by_key.values()}
    rows, within = [], []
    for item in items:
        row = model() if item.step is LoadStep.CREATE else items_by_key[item.key]
        with errors_about(item.name):
            within += [(item, row, *link) for link in set_fields(row, kind.fields, item.record, keys)]
        rows.append(LoadedRow(row, item.record, item.key, loaded_rows=item.loaded_rows))
        items_by_key[item.key] = row
    names = {item.key: item.name for item in items}
    check_unique((names.get(key, f"{model.__name__} {key}"), row) for key, row in items_by_key.items())
    old = [loaded.row for loaded in rows if loaded.row.pk is not None]
    make_room(model, old, before)
    model.objects.bulk_create([loaded.row for loaded in rows if loaded.row.pk is None])
    for item, row, name, other in within:
        with errors_about(item.name):
            setattr(row, name, item_by_key(model, other, keys))
    new = [row for item, row, *_link in within if item.step is LoadStep.CREATE]
    if new:
        model.objects.bulk_update(new, {name for _item, _row, name, _other in within})
    update(model, old)
    for item, loaded in zip(items, rows, strict=True):
        with errors_about(item.name):
            loaded.row.clean()
    return rows


def _save_links(
    kind: FiledModel, items: Sequence[PlannedItem], rows: Sequence[LoadedRow], keys: Mapping[type[models.Model], Any]
) -> None:
    """Make the links of the items, and write a line of the history of each."""
    new = [loaded.row for item, loaded in zip(items, rows, strict=True) if item.step is LoadStep.CREATE]
    old = [loaded.row for item, loaded in zip(items, rows, strict=True) if item.step is not LoadStep.CREATE]
    named_rows = [(item.name, loaded.row, loaded.record) for item, loaded in zip(items, rows, strict=True)]
    set_links(kind.many_to_many, named_rows, keys, frozenset(row.pk for row in new))
    write_history(kind.model, new, old)


def _withdraw(kind: FiledModel, items: Sequence[PlannedItem]) -> None:
    """Take items off the pages."""
    if not items:
        return
    rows = list(kind.model.objects.filter(**{f"{kind.model.KEY}__in": [item.key for item in items]}))
    for row in rows:
        row.is_public = False
    kind.model.objects.bulk_update(rows, ["is_public"])
    write_history(kind.model, [], rows)


def _remember(loaded: Sequence[PlannedItem], missing: Sequence[PlannedItem]) -> None:
    """Note how the items are left, so that the next load knows what has been changed since."""
    lines = [_line(item, item.record) for item in loaded]
    lines += [_line(item, item.record | {"is_public": False}, is_withdrawn=True) for item in missing]
    LoadedItem.objects.bulk_create(
        lines,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["kind", "key"],
        update_fields=["fingerprint", "is_withdrawn", "row_labels"],
    )


def _line(item: PlannedItem, record: Record, *, is_withdrawn: bool = False) -> LoadedItem:
    filed_rows = () if is_withdrawn else row_labels(item.kind, item.record, item.key)
    return LoadedItem(
        kind=item.kind.model._meta.model_name,
        key=item.key,
        fingerprint=fingerprint(canonical(record, item.kind)),
        is_withdrawn=is_withdrawn,
        row_labels=sorted({*item.loaded_rows, *filed_rows}),
    )
