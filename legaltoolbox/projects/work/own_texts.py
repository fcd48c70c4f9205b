"""Which of a project's texts wait for it: read with the pins that every page reads, so that a note costs next to nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import ngettext

from legaltoolbox.catalogue import Catalogue
from legaltoolbox.models import DocumentTemplate

from ..models import DocumentStatus, Project, ProjectDocument, ProjectEvent, ProjectItem
from ..models.written import ItemKey, written_in
from .applying import applying_items
from .pins import Pin, State, read_pins
from .project_catalogue import older_texts
from .texts import CatalogueTexts, texts
from .updates import NO_WORK


@dataclass(frozen=True)
class OwnTexts:
    """Of a project the items whose texts are others than the catalogue's, or whose answers are to be assessed again."""

    to_decide: Sequence[Pin] = ()
    to_assess: Sequence[Pin] = ()
    kept: Sequence[Pin] = ()
    new: Sequence[ItemKey] = ()
    """New items, whether they apply or not."""

    @property
    def waiting(self) -> int:
        """How many items wait for a decision or an assessment."""
        return len({pin.key for pin in (*self.to_decide, *self.to_assess)})


NOTHING = OwnTexts()


def own_texts(project: Project, catalogue: Catalogue) -> OwnTexts:
    """Of one project, of which a page has read the pins (`Project.page_pins`). No query where nothing differs, else four at most."""
    pins = read_pins(project) if project.page_pins is None else project.page_pins
    return _own_texts({project.pk: pins}, catalogue).get(project.pk, NOTHING)


def own_texts_of(projects: Collection[Project], catalogue: Catalogue) -> dict[int, OwnTexts]:
    """Primary key of each project in which something waits to its texts. One query where nothing differs, else five at most."""
    hashes = texts(catalogue).hashes
    flags = Q(to_assess=True) | Q(is_unknown=True)
    rows = ProjectItem.objects.filter(flags | ~Q(hash__in=set(hashes.values())), project__in=projects)
    pins: dict[int, list[Pin]] = defaultdict(list)
    for own, *row in rows.order_by("project", "kind", "code").values_list("project", *Pin._fields):
        pins[own].append(Pin(*row))
    return _own_texts(pins, catalogue)


def _own_texts(pins: dict[int, list[Pin]], catalogue: Catalogue) -> dict[int, OwnTexts]:
    live = texts(catalogue)
    found = {
        own: [
            pin
            for pin in rows
            if pin.hash != live.hashes.get(pin.key, "") or pin.is_to_assess or pin.state == State.NEW
        ]
        for own, rows in pins.items()
    }
    touched = {own: rows for own, rows in found.items() if any(pin.state != State.NEW for pin in rows)}
    reader = _TextReader(touched, live) if touched else None
    result = {}
    for own, rows in found.items():
        new = [pin.key for pin in rows if pin.state == State.NEW and pin.hash == live.hashes.get(pin.key, "")]
        if rows:
            result[own] = reader.texts_of(own, rows, new) if reader else OwnTexts(new=new)
    return result


@dataclass
class _TextReader:
    """What the texts of several projects are told apart by."""

    pins: dict[int, list[Pin]]
    live: CatalogueTexts
    written: dict[int, set[ItemKey]] = field(init=False)

    def __post_init__(self) -> None:
        self.written = written_in(self.pins)
        rows = [pin for own in self.pins.values() for pin in own]
        self.records = older_texts(pin.hash for pin in rows if self._differs(pin))
        templates = {pin.code for pin in rows if pin.kind == DocumentTemplate.KIND}
        self.open = self._open_documents(templates) if templates else set()
        self.since = self._written_since()

    def _differs(self, pin: Pin) -> bool:
        return pin.hash != self.live.hashes.get(pin.key, "")

    def texts_of(self, own: int, rows: Iterable[Pin], new: Sequence[ItemKey]) -> OwnTexts:
        found: dict[str, list[Pin]] = {"to_decide": [], "to_assess": [], "kept": []}
        for pin in rows:
            if pin.key not in self.written.get(own, set()):
                continue
            if self._differs(pin) and (pin.kind != DocumentTemplate.KIND or (own, pin.code) in self.open):
                live = self.live.hashes.get(pin.key, "")
                record = self.records.get(pin.hash)
                if record is None or (not live and pin.state == State.GONE):
                    continue
                if not live or not self.live.is_same(pin.kind, record, self.live.record(pin.key)):
                    found["to_decide" if pin.waits(live) else "kept"].append(pin)
            if pin.is_to_assess and (own, pin.code) not in self.since:
                found["to_assess"].append(pin)
        return OwnTexts(**found, new=new)

    def _open_documents(self, templates: set[str]) -> set[tuple[int, str]]:
        documents = ProjectDocument.objects.filter(project__in=self.pins, template__in=templates)
        documents = documents.exclude(status=DocumentStatus.APPROVED).order_by()
        return set(documents.values_list("project", "template"))

    def _written_since(self) -> set[tuple[int, str]]:
        """The items that are to be assessed and have been written on since. No query where none is, else one."""
        waiting = {
            (own, pin.code): pin.decided_at
            for own, rows in self.pins.items()
            for pin in rows
            if pin.is_to_assess and pin.decided_at is not None
        }
        if not waiting:
            return set()
        first = min(at for at in waiting.values() if at is not None)
        events = ProjectEvent.objects.filter(project__in={own for own, _code in waiting}, at__gt=first)
        since = set()
        for own, place, at in events.exclude(what__in=NO_WORK).order_by().values_list("project", "place", "at"):
            key = own, place.partition(".")[0].partition(" ")[0]
            decided: Any = waiting.get(key)
            if decided is not None and at > decided:
                since.add(key)
        return since


# In words -----------------------------------------------------------------------------------------


def changes_words(number: int) -> str:
    """How many changes wait."""
    text = ngettext("%(n)s change in the catalogue waits", "%(n)s changes in the catalogue wait", number)
    return text % {"n": number}


def new_words(number: int) -> str:
    """How many items are new under the project's answers; "" for none."""
    if not number:
        return ""
    text = ngettext(
        "%(n)s new item of the catalogue applies by your answers",
        "%(n)s new items of the catalogue apply by your answers",
        number,
    )
    return text % {"n": number}


def new_applying(project: Project, own: OwnTexts, catalogue: Catalogue) -> set[ItemKey]:
    """The new items that apply by the project's answers. No query where there are none, or the answers are prefetched."""
    return applying_items(project, catalogue) & set(own.new) if own.new else set()


def updates_url(project: Project) -> str:
    """The page of what has changed in the catalogue."""
    return reverse("projects:updates", args=project.address)


def update_url(project: Project, key: ItemKey) -> str:
    """The page of the update of an item."""
    return reverse("projects:update", args=[*project.address, key[0], key[1].lower()])


class TextNote(NamedTuple):
    """What a page says of the text that it shows."""

    kind: str
    """What `components/text_notes.html` has words for: "pending", "withdrawn", "kept" or "assess"."""
    url: str
    reason: str = ""
    title: str = ""
    """Of the item, where the page shows several; "" else."""


def text_notes(
    project: Project, keys: Collection[ItemKey], catalogue: Catalogue, *, with_titles: bool = False
) -> list[TextNote]:
    """What the page of these items says of their texts. As `own_texts`."""
    own = own_texts(project, catalogue)
    live = texts(catalogue).hashes
    rows = (
        *(("pending" if pin.key in live else "withdrawn", pin) for pin in own.to_decide),
        *(("kept", pin) for pin in own.kept),
        *(("assess", pin) for pin in own.to_assess),
    )
    return [
        TextNote(
            kind,
            update_url(project, pin.key),
            pin.reason if kind == "kept" else "",
            _title(pin.key, catalogue) if with_titles else "",
        )
        for kind, pin in rows
        if pin.key in keys
    ]


def _title(key: ItemKey, catalogue: Catalogue) -> str:
    item: Any = catalogue.find(*key)
    return "" if item is None else str(item)
