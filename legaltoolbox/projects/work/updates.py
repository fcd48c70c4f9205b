"""What has changed in the catalogue under a running project: item by item, with the difference and what is decided of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Max

from legaltoolbox.catalogue import Catalogue

from ..models import DocumentStatus, Project, ProjectEvent, ProjectItem, TextVersion
from ..models.written import SCALE_KEY, ItemKey, written_items
from .applying import applies, applying_items
from .text_differences import TextDifference, differences, title_of
from .texts import CatalogueTexts, Record, texts

What = ProjectEvent.What
NO_WORK = (What.TEXT_DECIDED, What.TEXTS_TAKEN_OVER, What.ASSESSED_AGAIN, What.COMMENTED, What.RESOLVED)
"""The events of an item that assess nothing."""


class Change(StrEnum):
    """What has happened to an item."""

    CHANGED = "changed"
    MOVED = "moved"
    """Nothing but places and white space: it is taken over without a question."""
    WITHDRAWN = "withdrawn"
    NEW = "new"
    """It is new in the catalogue, or begins to apply by the project's answers."""
    NO_LONGER_APPLIES = "no-longer-applies"
    ASSESS = "assess"
    """Its text is decided on; the answers to it wait to be assessed again."""


@dataclass(frozen=True)
class Update:
    """One item whose text is another than the project's, or whose answers wait to be assessed again."""

    kind: str
    code: str
    title: str
    what: Change
    old: str
    """Hash of the pinned text; "" for an item without one."""
    new: str
    """Hash of the text in the catalogue; "" for a withdrawn item."""
    has_work: bool
    state: str = ProjectItem.State.CURRENT
    """As `ProjectItem.state`."""
    is_waiting: bool = True
    """Whether the project has still to decide, or to assess; one that it has decided to keep waits for nothing."""
    to_decide: bool = True
    """Whether the project has still to decide on the text."""
    needs_new_assessment: bool = False
    """Whether duty, level, conditions, options or scale are others: what was answered may not hold."""
    to_assess: bool = False
    """Whether the project has said that it assesses its answers again, and has not done so."""
    is_unknown: bool = False
    """Whether the answers come with a file and were given to a text that is not known here."""
    reason: str = ""
    decided_at: datetime | None = None
    decided_by: Any = None
    old_text: Record = field(default_factory=dict, repr=False)
    new_text: Record = field(default_factory=dict, repr=False)
    differences: list[TextDifference] = field(default_factory=list, repr=False)

    @property
    def key(self) -> ItemKey:
        return self.kind, self.code

    @property
    def seen(self) -> tuple[str, str]:
        """What `ProjectItem.decide` takes as seen."""
        return self.old, self.new


def updates(project: Project, catalogue: Catalogue) -> list[Update]:
    """The items whose text is another than the project's, in the order of kinds and codes. Seven queries at most.

    `catalogue` is the public one, not the project's own view of it.
    """
    return _Reader(project, catalogue).updates()


class _Reader:
    """What the updates of a project are made from."""

    def __init__(self, project: Project, catalogue: Catalogue) -> None:
        self.project, self.catalogue = project, catalogue
        self.texts: CatalogueTexts = texts(catalogue)
        self.pins = {row.key: row for row in project.items.select_related("decided_by")}
        self.different = {key: row for key, row in self.pins.items() if row.hash != self.texts.hashes.get(key, "")}
        self.records: Mapping[str, Record] = TextVersion.records(
            own for row in self.different.values() for own in row.hashes
        )
        self.written = written_items(project)
        self.open_templates = self._open_templates()
        self.applying = applying_items(project, catalogue)

    def updates(self) -> list[Update]:
        if not self.pins:
            return []
        written_since = self._written_since()
        found = [self._of_pin(row, written_since) for row in self.pins.values()]
        new = [self._new(key) for key in self.texts.hashes if key not in self.pins and key in self.applying]
        return [each for each in (*found, *new) if each is not None]

    def _of_pin(self, row: ProjectItem, written_since: set[ItemKey]) -> Update | None:
        """What has changed of an item that has a pin; None for nothing, and for what nobody has written on."""
        live = self.texts.hashes.get(row.key, "")
        has_work = row.key in self.written
        to_assess = (row.to_assess or row.is_unknown) and row.key not in written_since
        if row.key in self.different and has_work and self._is_open(row):
            return self._changed(row, live, to_assess=to_assess)
        if row.key not in self.different and row.state == ProjectItem.State.NEW and row.key in self.applying:
            return self._new(row.key, row)
        if to_assess and has_work:
            return self._update(row, Change.ASSESS, live, self.texts.record(row.key) if live else {}, to_assess=True)
        return None

    def _is_open(self, row: ProjectItem) -> bool:
        """Whether it is something that can still change: of a template only a document that is not approved."""
        return row.kind != "template" or row.code in self.open_templates

    def _changed(self, row: ProjectItem, live: str, *, to_assess: bool) -> Update | None:
        old = self.records.get(row.hash)
        if old is None:
            return None
        if not live:
            if row.state == ProjectItem.State.GONE:
                return None
            return self._update(row, Change.WITHDRAWN, live, old, old, needs=False, to_assess=to_assess)
        new = self.texts.record(row.key)
        if self.texts.is_same(row.kind, old, new):
            return self._update(row, Change.MOVED, live, new, old, to_assess=to_assess, is_waiting=False)
        found = differences(row.kind, old, new, self.catalogue)
        is_left = (
            row.key != SCALE_KEY
            and row.key not in self.applying
            and old.get("conditions") != new.get("conditions")
            and applies(row.kind, old, self.project, self.catalogue)
        )
        return self._update(
            row,
            Change.NO_LONGER_APPLIES if is_left else Change.CHANGED,
            live,
            new,
            old,
            found,
            needs=any(each.is_weighty for each in found),
            to_assess=to_assess,
        )

    def _update(
        self,
        row: ProjectItem,
        what: Change,
        live: str,
        new: Record,
        old: Record | None = None,
        found: list[TextDifference] | None = None,
        *,
        needs: bool = False,
        to_assess: bool = False,
        is_waiting: bool | None = None,
    ) -> Update:
        waits = self._waits(row, live) or to_assess if is_waiting is None else is_waiting
        return Update(
            row.kind,
            row.code,
            title_of(new),
            what,
            row.hash,
            live,
            row.key in self.written,
            row.state,
            waits,
            row.waits(live),
            needs,
            to_assess,
            row.is_unknown,
            row.reason,
            row.decided_at,
            row.decided_by,
            old or {},
            new if live else {},
            found or [],
        )

    def _waits(self, row: ProjectItem, live: str) -> bool:
        """Whether the project has still to decide: it has, unless it has decided on this text, white space and places apart."""
        decided = self.records.get(row.decided_on) if row.is_kept and live else None
        is_decided = decided is not None and self.texts.is_same(row.kind, decided, self.texts.record(row.key))
        return not is_decided and row.waits(live)

    def _new(self, key: ItemKey, row: ProjectItem | None = None) -> Update:
        live = self.texts.hashes[key]
        record = self.texts.record(key)
        return Update(
            key[0],
            key[1],
            title_of(record),
            Change.NEW,
            live if row else "",
            live,
            key in self.written,
            ProjectItem.State.NEW,
            new_text=record,
        )

    def _open_templates(self) -> set[str]:
        documents = self.project.documents.exclude(status=DocumentStatus.APPROVED)
        return set(documents.order_by().values_list("template", flat=True))

    def _written_since(self) -> set[ItemKey]:
        """The items that are to be assessed and have been written on since. No query where none is, else one."""
        waiting = {row.code: row for row in self.pins.values() if row.to_assess or row.is_unknown}
        if not waiting:
            return set()
        events = self.project.events.exclude(what__in=NO_WORK).order_by().values("place").annotate(last=Max("at"))
        since = set()
        for event in events:
            row = waiting.get(event["place"].partition(".")[0].partition(" ")[0])
            if row is not None and row.decided_at is not None and event["last"] > row.decided_at:
                since.add(row.key)
        return since
