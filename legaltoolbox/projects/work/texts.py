"""The texts of the catalogue as projects pin them: each item with its rows as one record, and the hash of it.

A record leaves out what does not change what an item says: reviews, readings, confirmations, sources, and links to other
items. What is empty or has its default is left out too, so that a new field changes no hash.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from legaltoolbox.catalogue import Catalogue
from legaltoolbox.content.records import fingerprint
from legaltoolbox.kind_types import FiledModel, ItemPart
from legaltoolbox.kinds import KINDS, SCALE, STATE
from legaltoolbox.models import (
    Activity,
    DocumentTemplate,
    LegalBasis,
    Requirement,
    Risk,
    ScreeningQuestion,
)

from ..models.written import SCALE as SCALE_KIND
from ..models.written import SCALE_KEY, ItemKey

Record = dict[str, Any]
WRITTEN_KINDS = (
    ScreeningQuestion.KIND,
    DocumentTemplate.KIND,
    Activity.KIND,
    Risk.KIND,
    Requirement.KIND,
    LegalBasis.KIND,
)
"""The kinds of items that a project writes about."""
LEFT_OUT = frozenset(STATE) - {"unsettled"}
QUIET = frozenset({"position", "version"})
"""Fields whose change alone changes nothing that is said: a place in the order, the number of a text."""
EXACT = frozenset({"options"})
"""Lists whose texts are stored as answers: one white space more makes another answer."""


def text_fields_of(described: FiledModel | ItemPart) -> list[Any]:
    """The model's fields that stand in a record, in the order of the files."""
    fields = (described.model._meta.get_field(name) for name in described.fields if name not in LEFT_OUT)
    return [each for each in fields if not each.many_to_many]


def record_of(item: Any, catalogue: Catalogue) -> Record:
    """The text of an item with its rows, as JSON. No query."""
    kind = KINDS[item.KIND]
    return _record(item, kind, catalogue)


def scale_record(catalogue: Catalogue) -> Record:
    """The scale of the risks as JSON. No query."""
    return {"levels": [{name: getattr(level, name) for name in SCALE.fields} for level in catalogue.levels]}


def _record(row: Any, described: FiledModel | ItemPart, catalogue: Catalogue) -> Record:
    record: Record = {}
    if isinstance(described, ItemPart) and described.is_stable:
        record["key"] = row.reference
    for each in text_fields_of(described):
        value = getattr(row, each.name)
        if each.many_to_one:
            value = value.key if value is not None else None
        if value not in (None, "", []) and (each.is_relation or not each.has_default() or value != each.get_default()):
            record[each.name] = value
    for part in described.parts:
        rows = [_record(child, part, catalogue) for child in catalogue.parts(part.name, row)]
        if rows:
            record[part.name] = rows
    return record


@dataclass(frozen=True, repr=False)
class CatalogueTexts:
    """The texts of a catalogue (`pinned_texts.LiveTexts`)."""

    catalogue: Catalogue
    hashes: Mapping[ItemKey, str] = field(default_factory=dict)

    @property
    def version(self) -> int:
        return self.catalogue.version

    def record(self, key: ItemKey) -> Record:
        """The text of an item that `hashes` has. No query."""
        if key == SCALE_KEY:
            return scale_record(self.catalogue)
        return record_of(self.catalogue.by_key[key[0]][key[1]], self.catalogue)

    def is_same(self, kind: str, old: Record, new: Record) -> bool:
        """Whether two texts differ in white space and in the places of rows alone. No query."""
        return is_same(kind, old, new)


def texts(catalogue: Catalogue) -> CatalogueTexts:
    """The texts of what a project writes about in this catalogue, made once. No query."""
    return catalogue.memo.remember("project texts", lambda: _texts(catalogue))


def _texts(catalogue: Catalogue) -> CatalogueTexts:
    hashes = {
        (kind, item.key): fingerprint(record_of(item, catalogue))
        for kind in WRITTEN_KINDS
        for item in catalogue.all(kind)
    }
    return CatalogueTexts(catalogue, hashes | {SCALE_KEY: fingerprint(scale_record(catalogue))})


# Moved or changed ---------------------------------------------------------------------------------


def is_same(kind: str, old: Record, new: Record) -> bool:
    """Whether two texts of a kind differ in white space and in the places of rows alone."""
    return rough(kind, old) == rough(kind, new)


def rough(kind: str, record: Record) -> Any:
    """The record without white space, the order of rows, and what is quiet or no field of today's records."""
    if kind == SCALE_KIND:
        return sorted(repr(sorted(_level(level).items())) for level in record.get("levels", ()))
    return _rough(record, KINDS[kind])


def _level(level: Record) -> Record:
    return {name: _plain(name, level.get(name, "")) for name in SCALE.fields}


def _rough(record: Record, described: FiledModel | ItemPart) -> Record:
    names = [each.name for each in text_fields_of(described) if each.name not in QUIET]
    plain = {name: _plain(name, record[name]) for name in ("key", *names) if name in record}
    result = {name: value for name, value in plain.items() if value not in ("", [])}
    for part in described.parts:
        rows = [_rough(child, part) for child in record.get(part.name, ())]
        if rows:
            result[part.name] = sorted(rows, key=lambda row: repr(sorted(row.items())))
    return result


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, list):
        return sorted(map(str, value)) if name in EXACT else [_plain("", each) for each in value]
    return value


def rows_by_key(rows: Iterable[Record]) -> dict[str, Record]:
    """The key of each row to the row."""
    return {row["key"]: row for row in rows}
