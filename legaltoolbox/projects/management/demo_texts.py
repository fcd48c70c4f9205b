"""The texts that the demonstration's project has answered: those of the catalogue, but for some that were others then."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from django.db import transaction

from legaltoolbox.catalogue import Catalogue
from legaltoolbox.content.records import fingerprint

from ..models import ItemVerdict, Project, ProjectItem
from ..models.written import ItemKey
from ..work.texts import CatalogueTexts, Record, texts


class OlderTexts:
    """The texts of a catalogue before some of them changed (`pinned_texts.LiveTexts`)."""

    def __init__(self, today: CatalogueTexts, older: Mapping[ItemKey, Record]) -> None:
        self.today, self.older = today, older
        self.version = today.version
        self.hashes = {**today.hashes, **{key: fingerprint(record) for key, record in older.items()}}

    def record(self, key: ItemKey) -> Record:
        return self.older.get(key) or self.today.record(key)

    def is_same(self, kind: str, old: Record, new: Record) -> bool:
        return self.today.is_same(kind, old, new)


def pin_older_texts(project: Project, by: Any, catalogue: Catalogue, entries: Sequence[Mapping[str, Any]]) -> None:
    """Pin the texts in the project, with older ones for these entries, and decide what the entries say.

    An entry names an item by `kind` and `code`, has the older values of its `fields` and of the rows of its `checklist` by
    their keys, and may say why the project stays with the older text (`kept`). One that the content does not have is passed over.
    """
    today = texts(catalogue)
    known = {(entry["kind"], entry["code"]): entry for entry in entries}
    older = {key: _older(today.record(key), entry) for key, entry in known.items() if key in today.hashes}
    then = OlderTexts(today, older)
    with transaction.atomic():
        project.lock()
        ProjectItem.take_over(project, then)
    for key in older:
        if reason := known[key].get("kept"):
            seen = then.hashes[key], today.hashes[key]
            ProjectItem.decide(project, today, key, ItemVerdict.KEEP, by, seen=seen, reason=reason)


def _older(record: Record, entry: Mapping[str, Any]) -> Record:
    """The text with the older values of the entry."""
    older: Record = {**deepcopy(record), **entry.get("fields", {})}
    for row in older.get("checklist", ()):
        row.update(entry.get("checklist", {}).get(row["key"], {}))
    return older
