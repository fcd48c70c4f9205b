"""The catalogue as a project sees it: what it has written on stands under the text that it was written to, until it decides.

Everything else is the catalogue of today. Where nothing differs it is that very catalogue.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from copy import copy
from threading import Lock
from typing import Any, NamedTuple

from django.http import HttpRequest

from kl_ai.pages.versions import LimitedMemo
from legaltoolbox.catalogue import Catalogue, catalogues
from legaltoolbox.models import Activity, ScreeningQuestion

from ..models import Decision, DocumentStatus, Project, ProjectDocument, ProjectItem, TextVersion
from ..models.written import SCALE_KEY, ItemKey, written_items
from .older_items import OlderItems, older_scale
from .pins import Pin, read_pins
from .texts import Record, texts

MOST_VIEWS, MOST_TEXTS = 24, 500
"""Views of the catalogue, and older texts, that a process keeps."""
MOST_PIECES, MOST_PIECE_LETTERS = 200, 200_000
"""The rendered pieces that a view keeps."""
GONE = ProjectItem.State.GONE


class _NewestValues:
    """Values that are made again where they have gone: the one that was asked for longest ago goes first."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._values: OrderedDict[Any, Any] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Any) -> Any:
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def keep(self, key: Any, value: Any) -> None:
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            while len(self._values) > self.most:
                self._values.popitem(last=False)


_views, _texts = _NewestValues(MOST_VIEWS), _NewestValues(MOST_TEXTS)


class _View(NamedTuple):
    """A view with the catalogue that it is one of: another catalogue can have the same version."""

    of: Catalogue
    view: Catalogue


def catalogue_for(request: HttpRequest, project: Project) -> Catalogue:
    """The catalogue of this request as the project sees it. One query, and at most three more where a text differs."""
    project.page_pins = read_pins(project)
    return project_catalogue(project, catalogues.for_request(request), project.page_pins)


def project_catalogue(project: Project, catalogue: Catalogue, pins: Iterable[Pin] | None = None) -> Catalogue:
    """The catalogue as the project sees it; `catalogue` itself where no text differs. `pins` are the project's, if they are read.

    One query; where a text differs one for what is written, and one for texts that this process does not hold.
    """
    hashes = texts(catalogue).hashes
    rows = read_pins(project) if pins is None else pins
    different = {pin.key: (pin.hash, pin.state) for pin in rows if hashes.get(pin.key) != pin.hash}
    if not different:
        return catalogue
    written = written_items(project)
    shown = {key: pin for key, pin in different.items() if key in written}
    gone = frozenset(key for key, (_own, state) in shown.items() if state == GONE and key not in hashes)
    return _view(catalogue, {key: own for key, (own, _state) in shown.items()}, gone)


def document_catalogue(document: ProjectDocument, catalogue: Catalogue) -> Catalogue:
    """The project's view for the pages of a document: an approved one has the text that it was approved with.

    That is the oldest text which the project has left since. No query for one that is not approved, else at most three.
    """
    if document.status != DocumentStatus.APPROVED:
        return catalogue
    project, key = document.project, ("template", document.template)
    approved = Decision.objects.filter(document=document).exclude(answer=Decision.Answer.NO).order_by("-at").first()
    if approved is None:
        return catalogue
    left = project.item_decisions.filter(kind=key[0], code=key[1], at__gt=approved.at).exclude(verdict="keep").first()
    if left is None or left.old == texts(catalogue).hashes.get(key):
        return catalogue
    return _view(catalogue, {key: left.old}, frozenset(), with_moved=True)


def _view(
    catalogue: Catalogue, pins: Mapping[ItemKey, str], gone: frozenset[ItemKey], *, with_moved: bool = False
) -> Catalogue:
    """The catalogue with these texts in place of its own, made once. At most one query."""
    if not pins:
        return catalogue
    key = (id(catalogue), frozenset(pins.items()), gone, with_moved)
    kept: _View | None = _views.get(key)
    if kept is None or kept.of is not catalogue:
        kept = _View(catalogue, _made(catalogue, pins, gone, with_moved=with_moved))
        _views.keep(key, kept)
    return kept.view


def _made(
    catalogue: Catalogue, pins: Mapping[ItemKey, str], gone: frozenset[ItemKey], *, with_moved: bool
) -> Catalogue:
    live, records = texts(catalogue), older_texts(pins.values())
    older: dict[ItemKey, Record] = {}
    for key, own in pins.items():
        record = records.get(own)
        is_moved = (
            record is not None
            and key in live.hashes
            and not with_moved
            and live.is_same(key[0], record, live.record(key))
        )
        if record is not None and not is_moved:
            older[key] = record
    return _with_older(catalogue, older, gone) if older else catalogue


def older_texts(hashes: Iterable[str]) -> dict[str, Record]:
    """Hash to text, of those that are known. No query where this process holds them all, else one."""
    held = {own: _texts.get(own) for own in set(hashes)}
    read = TextVersion.records(own for own, record in held.items() if record is None)
    for own, record in read.items():
        _texts.keep(own, record)
    return {own: record for own, record in (held | read).items() if record is not None}


# Making a view ------------------------------------------------------------------------------------


def _with_older(catalogue: Catalogue, older: Mapping[ItemKey, Record], gone: frozenset[ItemKey]) -> Catalogue:
    scale = older.get(SCALE_KEY)
    made: dict[ItemKey, Any] = {}
    maker = OlderItems(catalogue, lambda kind, code: made.get((kind, code)) or catalogue.find(kind, code))
    own = {key: record for key, record in older.items() if key != SCALE_KEY}
    for (kind, code), record in own.items():
        made[kind, code] = maker.item(kind, code, record)
    for (kind, code), record in own.items():
        maker.name_others(kind, made[kind, code], record)
    items = {kind: dict(rows) for kind, rows in catalogue.items.items()}
    for (kind, code), item in made.items():
        # A question that the project has taken leave of is asked no more; the conditions that name it still do.
        if kind != ScreeningQuestion.KIND or (kind, code) not in gone:
            items[kind][item.pk] = item
    for kind in {kind for kind, _code in made}:
        items[kind] = dict(sorted(items[kind].items(), key=lambda row: _place(row[1])))
    parts = catalogue.rows_of_owners | maker.parts
    _name_older(made, items, parts)
    view = catalogue.with_items(
        items,
        parts,
        levels=catalogue.levels if scale is None else older_scale(scale),
        withdrawn=frozenset((kind, made[kind, code].pk) for kind, code in gone if (kind, code) in made),
    )
    view.rendered = LimitedMemo(MOST_PIECES, MOST_PIECE_LETTERS)
    return view


def _place(item: Any) -> tuple[Any, ...]:
    """What the items of a kind are sorted by, as their models sort them."""
    if isinstance(item, Activity):
        return item.phase.number, item.is_decision_point, item.code
    return getattr(item, "position", 0), item.key


def _name_older(made: Mapping[ItemKey, Any], items: dict[str, dict[int, Any]], parts: dict[Any, list[Any]]) -> None:
    """Let today's items and rows that name one of these items name the older one. Copies what changes, and nothing else."""
    older = {(kind, item.pk): item for (kind, _code), item in made.items()}
    for kind, name in ((Activity.KIND, "small_use_with"), (ScreeningQuestion.KIND, "requires")):
        for pk, item in items[kind].items():
            items[kind][pk] = _naming(item, name, older)
    for key, rows in parts.items():
        if key[0] == "conditions":
            parts[key] = [_naming(row, "question", older) for row in rows]
        elif any((getattr(row, "KIND", ""), row.pk) in older for row in rows):
            parts[key] = [older.get((getattr(row, "KIND", ""), row.pk), row) for row in rows]


def _naming(row: Any, name: str, older: Mapping[tuple[str, int], Any]) -> Any:
    """The row, or a copy of it that names the older item."""
    other = getattr(row, name)
    own = older.get((other.KIND, other.pk)) if other is not None else None
    if own is None or own is other:
        return row
    row = copy(row)
    setattr(row, name, own)
    return row
