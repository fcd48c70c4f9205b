"""Loading of the rows of items: updated by their keys, created where new, withdrawn where the files lack them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from ..kind_types import ItemPart
from ..kinds import stable_models
from ..models import toolbox_version
from .reading import ContentError, FileList, place_of
from .records import Record, filed_fields, key_fields
from .writing import Keys, check_unique, errors_about, set_fields, set_links, update, values, write_history

Identity = tuple[Any, ...]
"""The values that are unique to a row within its owner: its key, or the items that it links."""


@dataclass(frozen=True)
class LoadedRow:
    """An item, or a row of one, with its record."""

    row: Any
    record: Record
    label: str
    """The name of the row in messages: "A25", "A25.3"."""
    owner: str = ""
    """The label of the row's owner."""
    loaded_rows: frozenset[str] = frozenset()
    """The labels of the rows of its item that earlier files have had."""


def give_missing_keys() -> int:
    """Give keys to the rows that version 1.0.0 has written without; returns how many. One query to a table for none."""
    with transaction.atomic():
        number = sum(model.give_missing_keys() for model in stable_models())
        if number:
            toolbox_version.bump()
    return number


def load_parts(parts: Iterable[ItemPart], owners: list[LoadedRow], keys: Keys) -> list[str]:
    """Make the rows of the owners what their records say; returns the labels of the rows that are withdrawn by that.

    A fixed number of statements for each part, and one more for every hundred rows that change.
    """
    withdrawn = []
    for part in parts:
        loading = _PartLoading(part, owners, keys)
        withdrawn += loading.save()
        withdrawn += load_parts(part.parts, loading.rows, keys)
    return withdrawn


class _PartLoading:
    """The rows of one part, of all owners."""

    def __init__(self, part: ItemPart, owners: list[LoadedRow], keys: Keys) -> None:
        self.part, self.owners, self.keys = part, owners, keys
        self.attnames = [part.model._meta.get_field(name).attname for name in key_fields(part)]
        self.stored: dict[int, dict[Identity, Any]] = {owner.row.pk: {} for owner in owners}
        """Primary key of the owner to the rows that it has in the database."""
        for row in part.model.objects.filter(**{f"{part.parent}__in": list(self.stored)}):
            self.stored[getattr(row, f"{part.parent}_id")][self._identity(row)] = row
        self.before = {row.pk: values(row) for rows in self.stored.values() for row in rows.values()}
        self.rows = [row for owner in owners for row in self._rows(owner)]
        """The rows of the records; one that is stored already has its primary key."""
        check_unique((f"{place_of(row.record)}{row.owner}: {part.name}", row.row) for row in self.rows)
        if part.is_stable:
            self._refuse_keys_of_editors()

    def _identity(self, row: Any) -> Identity:
        return tuple(getattr(row, name) for name in self.attnames)

    def _rows(self, owner: LoadedRow) -> Iterator[LoadedRow]:
        part, records = self.part, owner.record.get(self.part.name, [])
        if not isinstance(records, list):
            raise ContentError(f"{place_of(owner.record)}{owner.label}: {part.name} is no list.")
        places = records.places if isinstance(records, FileList) else ()
        for number, record in enumerate(records, start=1):
            row = part.model(**{part.parent: owner.row} | ({part.number: number} if part.number else {}))
            place = f"{places[number - 1]}: " if places else ""
            with errors_about(f"{place}{owner.label}: {part.name} {number}"):
                if not isinstance(record, dict):
                    raise ContentError(f"A row is a list of fields, not “{str(record)[:100]}”.")
                fields = {*filed_fields(part), *(inner.name for inner in part.parts)}
                if unknown := sorted(str(name) for name in record if name not in fields):
                    raise ContentError(f"Unknown fields: {', '.join(unknown)}.")
                if part.is_stable and not record.get("key"):
                    raise ContentError("key is missing.")
                set_fields(row, filed_fields(part), record, self.keys)
            if (stored := self.stored[owner.row.pk].get(self._identity(row))) is not None:
                row.pk, row._state.adding = stored.pk, False
            yield LoadedRow(row, record, self._label(owner, row), owner.label, owner.loaded_rows)

    def _refuse_keys_of_editors(self) -> None:
        """Raise `ContentError` where an editor has given the key of a row to another row: no key is used twice.

        A row that an earlier file has had, or that says the same as in the file, is the row of the file. One query
        where others are left.
        """
        doubtful = {
            loaded.row.pk: loaded
            for loaded in self.rows
            if loaded.row.pk is not None
            and loaded.label not in loaded.loaded_rows
            and self._says_something_else(loaded)
        }
        if not doubtful:
            return
        first_user: dict[tuple[int, int, str], int | None] = {}
        lines = self.part.model.history.filter(id__in=doubtful).order_by("history_id")
        for pk, owner, key, user in lines.values_list("id", f"{self.part.parent}_id", "key", "history_user_id"):
            first_user.setdefault((pk, owner, key), user)
        for pk, loaded in doubtful.items():
            row = loaded.row
            if first_user.get((pk, getattr(row, f"{self.part.parent}_id"), row.key)) is not None:
                raise ContentError(
                    f"{place_of(loaded.record)}{loaded.label}: an editor has written another row of this key, "
                    "and a key is never given to another; give the row of the file another key."
                )

    def _says_something_else(self, loaded: LoadedRow) -> bool:
        """Whether the stored row of this key has other texts than that of the file. No query."""
        fields = [field.attname for field in self.part.model._meta.concrete_fields]
        stored = dict(zip(fields, self.before[loaded.row.pk], strict=True))
        return any(stored[name] != getattr(loaded.row, name) for name in self.part.fields if name in stored)

    def _label(self, owner: LoadedRow, row: Any) -> str:
        return f"{owner.label}.{row.key}" if self.part.is_stable else owner.label

    def save(self) -> list[str]:
        """Write what differs from the database; returns the labels of the rows that are withdrawn by that."""
        model, rows = self.part.model, [loaded.row for loaded in self.rows]
        left, withdrawn = self._withdraw() if self.part.is_stable else self._delete()
        new = [row for row in rows if row.pk is None]
        changed = [row for row in (*rows, *left) if row.pk is not None and values(row) != self.before[row.pk]]
        self._make_room(changed)
        model.objects.bulk_create(new, batch_size=200)
        update(model, changed)
        linked = set_links(
            self.part.many_to_many,
            [(f"{place_of(loaded.record)}{loaded.label}", loaded.row, loaded.record) for loaded in self.rows],
            self.keys,
            frozenset(row.pk for row in new),
        )
        linked -= {row.pk for row in (*new, *changed)}
        write_history(model, new, [*changed, *(row for row in rows if row.pk in linked)])
        return withdrawn

    def _left_over(self) -> Iterator[tuple[LoadedRow, list[Any]]]:
        """Each owner with its stored rows that its record does not have."""
        used = {loaded.row.pk for loaded in self.rows}
        for owner in self.owners:
            yield owner, [row for row in self.stored[owner.row.pk].values() if row.pk not in used]

    def _withdraw(self) -> tuple[list[Any], list[str]]:
        """Mark the rows that are left over, numbered after the others; returns them and the labels of the new ones."""
        rows, labels = [], []
        for owner, left in self._left_over():
            for number, row in enumerate(left, start=len(owner.record.get(self.part.name, ())) + 1):
                if not row.is_withdrawn:
                    labels.append(self._label(owner, row))
                row.is_withdrawn = True
                setattr(row, self.part.number, number)
                rows.append(row)
        return rows, labels

    def _delete(self) -> tuple[list[Any], list[str]]:
        """Delete rows that only link two items, such as an involvement; no other row refers to them."""
        pks = [row.pk for _owner, left in self._left_over() for row in left]
        self.part.model.objects.filter(pk__in=pks).delete()
        return [], []

    def _make_room(self, rows: list[Any]) -> None:
        """Free the numbers of rows that are about to be written with others. At most one query."""
        if self.part.number:
            self.part.model.set_aside([row.pk for row in rows])
