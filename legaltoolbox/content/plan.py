"""The plan of a load: the step that it takes with each item, from a comparison of the content files and the database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from ..kind_types import FiledModel
from ..models import Item, LoadedItem
from .edits import changed_by_hand
from .files import FOLDER, filed_models, read
from .reading import ContentError, place_of
from .records import Record, canonical, differences, fingerprint, read_records, record_key


class LoadStep(Enum):
    """The ways in which a load treats an item."""

    CREATE = "create"
    UPDATE = "update"
    """The files say something else than the database, where nobody has changed the item since it was loaded."""
    LEAVE = "leave"
    """The files and the database agree."""
    KEEP = "keep"
    """The files say something else, and so does an editor: it takes `overwrite` to follow the files."""
    WITHDRAW = "withdraw"
    """The files no longer have the item."""
    KEEP_MISSING = "keep missing"
    """The files no longer have the item, and an editor has changed it: it takes `overwrite` to withdraw it."""


@dataclass(frozen=True)
class PlannedItem:
    """An item of the files or of the database, and the step that the load takes with it."""

    kind: FiledModel
    key: str
    step: LoadStep
    record: Record
    """As the files have it; as the database has it where they do not."""
    changed: tuple[str, ...] = ()
    """The fields and parts in which the files and the database differ."""
    stored_fingerprint: str = ""
    """The fingerprint of the item as the database has it; "" where it has none."""
    loaded_rows: frozenset[str] = field(default=frozenset(), compare=False)
    """The labels of the rows that earlier files have had (`LoadedItem.row_labels`)."""

    @property
    def name(self) -> str:
        """The item as messages name it, with its place in the files: "risks.yaml, line 12: Risk R01"."""
        return f"{place_of(self.record)}{self.kind.model.__name__} {self.key}"

    @property
    def label(self) -> str:
        """The key, and in brackets the fields and parts that differ."""
        return f"{self.key} ({', '.join(self.changed)})" if self.changed else self.key


@dataclass(frozen=True)
class LoadPlan:
    """All items, in the order of the files, and then those that the files do not have."""

    items: tuple[PlannedItem, ...]

    def steps(self, *steps: LoadStep) -> list[PlannedItem]:
        return [item for item in self.items if item.step in steps]

    @property
    def edited(self) -> list[PlannedItem]:
        """The items that an editor has changed, and that only a load with `overwrite` replaces or withdraws."""
        return self.steps(LoadStep.KEEP, LoadStep.KEEP_MISSING)

    def lost(self, *, overwrite: bool) -> list[PlannedItem]:
        """The items that a load withdraws, and with `overwrite` those of editors that it replaces."""
        return [*(self.edited if overwrite else ()), *self.steps(LoadStep.WITHDRAW)]


def make_plan(folder: Path = FOLDER) -> LoadPlan:
    """Compare the files with the database. Raises `ContentError` where a file cannot be read.

    One query to a table, and one more where the content is that of version 1.0.0.
    """
    records = read(folder)
    loaded = {(item.kind, item.key): item for item in LoadedItem.objects.all()}
    items = [item for kind in filed_models() for item in _KindPlan(kind, loaded).items(records[kind.model])]
    return LoadPlan(tuple(items))


class _KindPlan:
    """The comparison for one kind."""

    def __init__(self, kind: FiledModel, loaded: dict[tuple[str, str], LoadedItem]) -> None:
        self.kind = kind
        self.loaded = {key: item for (name, key), item in loaded.items() if name == kind.model._meta.model_name}
        self.rows = {record_key(kind, record): (row, canonical(record, kind)) for row, record in read_records(kind)}
        self.by_hand = None if loaded or not self.rows else changed_by_hand(kind)
        """Known from the history, where nothing says what was loaded; None where `loaded` says it."""

    def items(self, records: list[Record]) -> Iterator[PlannedItem]:
        in_files = set()
        for record in records:
            key = record_key(self.kind, record)
            if key in in_files:
                raise ContentError(f"{place_of(record)}{self.kind.model.__name__} {key}: There are two of them.")
            in_files.add(key)
            yield self._filed_item(key, record)
        for key in self.rows:
            if key not in in_files and (item := self._missing(key)) is not None:
                yield item

    def _filed_item(self, key: str, record: Record) -> PlannedItem:
        """The step for an item of the files."""
        if key not in self.rows:
            return PlannedItem(self.kind, key, LoadStep.CREATE, record)
        stored = self.rows[key][1]
        changed = differences(stored, canonical(record, self.kind))
        if not changed:
            return PlannedItem(self.kind, key, LoadStep.LEAVE, record, loaded_rows=self._loaded_rows(key))
        step = LoadStep.KEEP if self._is_edited(key) else LoadStep.UPDATE
        return PlannedItem(self.kind, key, step, record, tuple(changed), fingerprint(stored), self._loaded_rows(key))

    def _missing(self, key: str) -> PlannedItem | None:
        """The step for an item that the files do not have; None where it stays as it is."""
        row, record = self.rows[key]
        was_loaded = key in self.loaded or (self.by_hand is not None and row.pk not in self.by_hand)
        if not (isinstance(row, Item) and row.is_public and was_loaded):
            return None
        step = LoadStep.KEEP_MISSING if self._is_edited(key) else LoadStep.WITHDRAW
        loaded_rows = self._loaded_rows(key)
        return PlannedItem(self.kind, key, step, record, (), fingerprint(record), loaded_rows)

    def _loaded_rows(self, key: str) -> frozenset[str]:
        return frozenset(self.loaded[key].row_labels or ()) if key in self.loaded else frozenset()

    def _is_edited(self, key: str) -> bool:
        """Whether somebody has changed the item since it was loaded, or has written it."""
        row, record = self.rows[key]
        if key in self.loaded:
            return fingerprint(record) != self.loaded[key].fingerprint
        return self.by_hand is None or row.pk in self.by_hand
