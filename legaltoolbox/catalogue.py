"""The toolbox's content as one value in memory: every item, and every link between two of them.

Each process holds the public catalogue and reads it anew when the version has changed, so that a page
costs one query. A link can be followed from both ends: `linked` gives what an item names and what names it.
A catalogue that has been read does not change; only its `memo` and its `rendered` pieces grow, each up to a limit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, partial
from typing import Any

from django.db.models import Model
from django.utils import timezone

from kl_ai.pages.versions import LimitedMemo, Memo, ValuePerVersion

from .kind_types import ItemKind, ItemPart
from .kinds import KINDS, listed_kinds
from .models import (
    Activity,
    ChecklistItem,
    DocumentTemplate,
    Guidance,
    Involvement,
    Item,
    LegalSource,
    Phase,
    Requirement,
    Risk,
    Role,
    ScaleLevel,
    ScreeningQuestion,
    SearchSynonym,
    TemplateField,
    TemplateSection,
    toolbox_version,
)

Node = tuple[str, int]
"""An item in the graph of links: its kind and primary key."""
MOST_RENDERED, MOST_RENDERED_LETTERS = 4_000, 4_000_000
"""The pieces of pages about situations that a catalogue keeps: a page has about 150, most of them shared with others."""
ChecklistRow = tuple[ChecklistItem, list[LegalSource]]
"""A question and its own sources."""


@dataclass(repr=False)
class Catalogue:
    """All items by kind in their order, their rows, and the links between them. No method queries the database."""

    version: int
    day: date
    items: dict[str, dict[int, Any]]
    """Kind to primary key to item, in the order of the model."""
    levels: tuple[ScaleLevel, ...] = ()
    synonyms: tuple[SearchSynonym, ...] = ()
    amendments: dict[int, list[int]] = field(default_factory=dict)
    """Primary keys: a source to those that it changes."""
    withdrawn: frozenset[Node] = frozenset()
    """Items that apply to nobody: a project's view of the catalogue still has what it has written on (`projects`)."""
    memo: Memo = field(init=False, default_factory=Memo, compare=False)
    """What follows from the content alone: its keys hold items and languages, and nothing of a situation."""
    rendered: LimitedMemo = field(
        init=False, default_factory=partial(LimitedMemo, MOST_RENDERED, MOST_RENDERED_LETTERS), compare=False
    )
    """HTML that follows from a situation, too."""
    _links: dict[Node, dict[str, list[int]]] = field(default_factory=dict)
    _parts: dict[tuple[str, type[Model], int], list[Any]] = field(default_factory=lambda: defaultdict(list))

    # Another one ------------------------------------------------------------------------------------

    @property
    def rows_of_owners(self) -> dict[tuple[str, type[Model], int], list[Any]]:
        """The name of a part, the model and primary key of its owner, to the rows, as `parts` gives them. A copy."""
        return dict(self._parts)

    def with_items(
        self,
        items: dict[str, dict[int, Any]],
        rows_of_owners: Mapping[tuple[str, type[Model], int], list[Any]],
        *,
        levels: tuple[ScaleLevel, ...],
        withdrawn: frozenset[Node],
    ) -> Catalogue:
        """A catalogue with these in place of its own; the links follow from them. No query."""
        parts = defaultdict(list, rows_of_owners)
        other = replace(self, items=items, levels=levels, withdrawn=withdrawn, _parts=parts, _links={})
        other._links = _all_links(other)
        return other

    # Items ------------------------------------------------------------------------------------------

    def all(self, kind: str) -> list[Any]:
        """All items of a kind, in their order."""
        return list(self.items[kind].values())

    @property
    def roles(self) -> list[Role]:
        return self.all(Role.KIND)

    @property
    def phases(self) -> list[Phase]:
        return self.all(Phase.KIND)

    @property
    def activities(self) -> list[Activity]:
        return self.all(Activity.KIND)

    @property
    def questions(self) -> list[ScreeningQuestion]:
        return self.all(ScreeningQuestion.KIND)

    @property
    def templates(self) -> list[DocumentTemplate]:
        return self.all(DocumentTemplate.KIND)

    @property
    def risks(self) -> list[Risk]:
        return self.all(Risk.KIND)

    @property
    def requirements(self) -> list[Requirement]:
        return self.all(Requirement.KIND)

    @property
    def guidance(self) -> list[Guidance]:
        return self.all(Guidance.KIND)

    @property
    def sources(self) -> list[LegalSource]:
        return self.all(LegalSource.KIND)

    @cached_property
    def acts(self) -> list[LegalSource]:
        """The acts and orders, whose provisions running text may cite."""
        kinds = (LegalSource.Kind.ACT, LegalSource.Kind.ORDER)
        return [source for source in self.sources if source.part_of is None and source.kind in kinds]

    @cached_property
    def by_key(self) -> dict[str, dict[str, Any]]:
        """Kind to code or slug to item."""
        return {kind: {item.key: item for item in items.values()} for kind, items in self.items.items()}

    def find(self, kind: str, key: str) -> Any | None:
        """The item with this code or slug; None where there is none."""
        return self.by_key[kind].get(key)

    # Links ------------------------------------------------------------------------------------------

    def linked(self, item: Item, kind: str) -> list[Any]:
        """The items of `kind` that `item` names or that name it, in the order of their kind."""
        return [self.items[kind][pk] for pk in self._links.get((item.KIND, item.pk), {}).get(kind, ())]

    def parts(self, name: str, owner: Model) -> list[Any]:
        """The rows or items that `owner` holds under this name, in their order.

        `name` is that of a part of its kind (`kinds.ItemPart`), that of a many-to-many field, or `provisions`.
        """
        return self._parts.get((name, type(owner), owner.pk), [])

    def templates_for(self, phase: Phase) -> list[DocumentTemplate]:
        """The templates that the phase's activities produce, each once and in the order of the templates."""
        activities = self.linked(phase, Activity.KIND)
        produced = {template.pk for activity in activities for template in self.linked(activity, DocumentTemplate.KIND)}
        return [template for template in self.templates if template.pk in produced]

    def checklist(self, activity: Activity) -> list[ChecklistItem]:
        return self.parts("checklist", activity)

    def checklist_rows(self, activity: Activity, role: Role | None = None) -> list[ChecklistRow]:
        """An activity's questions with their own sources; with a `role` those that this role answers."""
        return [
            (check, self.parts("sources", check))
            for check in self.checklist(activity)
            if role is None or (check.role or activity.responsible) == role
        ]

    def involved(self, activity: Activity) -> list[Involvement]:
        return self.parts("involved", activity)

    def conditions(self, item: Item) -> list[Any]:
        return self.parts("conditions", item)

    def sections(self, template: DocumentTemplate) -> list[TemplateSection]:
        return self.parts("sections", template)

    def fields(self, section: TemplateSection) -> list[TemplateField]:
        return self.parts("fields", section)

    def provisions(self, source: LegalSource) -> list[LegalSource]:
        """The sources that are part of this one directly."""
        return self.parts("provisions", source)

    def within(self, source: LegalSource) -> list[LegalSource]:
        """The source and everything that is part of it, at any depth."""
        return [source, *(below for part in self.provisions(source) for below in self.within(part))]

    def resting_on(self, source: LegalSource, kind: str, *, with_parts: bool = True) -> list[Any]:
        """The items of `kind` that rest on the source or (`with_parts`) on a part of it, in the order of their kind."""
        nodes = [(LegalSource.KIND, part.pk) for part in (self.within(source) if with_parts else [source])]
        pks = {pk for node in nodes for pk in self._links.get(node, {}).get(kind, ())}
        return [item for pk, item in self.items[kind].items() if pk in pks]

    def resting_by_kind(self, source: LegalSource, *, with_parts: bool = True) -> list[tuple[ItemKind, list[Any]]]:
        """The items that rest on the source or a part of it, by kind in the order of results; no kind without any."""
        kinds = (kind for kind in listed_kinds() if kind.name != LegalSource.KIND)
        found = ((kind, self.resting_on(source, kind.name, with_parts=with_parts)) for kind in kinds)
        return [(kind, items) for kind, items in found if items]

    @cached_property
    def reviewed_on(self) -> date | None:
        """The day of the oldest review in the catalogue: all of it was reviewed then or later."""
        return min((item.reviewed_on for kind in self.items.values() for item in kind.values()), default=None)

    @cached_property
    def changed_at(self) -> datetime:
        """When what is public last changed: at its last publication, or when adopted law came into force, to the second.

        The version is the time of the publication in nanoseconds (`AreaVersion.bump`).
        """
        days = [source.applies_from for source in self.sources if source.has_begun and source.applies_from]
        published = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=self.version // 1_000_000_000)
        return max([published, *(timezone.make_aware(datetime.combine(day, time())) for day in days)]).astimezone(UTC)


# Reading ----------------------------------------------------------------------------------------


def _read(version: int, day: date, *, drafts: bool = False) -> Catalogue:
    """The content in the database; with `drafts` also what is not public. One query to a table."""
    items = {kind.name: dict(_rows(kind, drafts)) for kind in KINDS.values()}
    _set_foreign_keys(items)
    synonyms = SearchSynonym.objects.filter(is_active=True)
    catalogue = Catalogue(version, day, items, tuple(ScaleLevel.objects.all()), tuple(synonyms))
    for source in catalogue.sources:
        source.set_current_status_in_memory(day)
        if source.part_of_id:
            catalogue._parts["provisions", LegalSource, source.part_of_id].append(source)
    for kind in KINDS.values():
        _read_links(kind.many_to_many, catalogue)
        for part in kind.parts:
            _read_part(part, items[kind.name], catalogue)
    catalogue._links = _all_links(catalogue)
    catalogue.amendments = _amendments(items[LegalSource.KIND])
    return catalogue


catalogues = ValuePerVersion(toolbox_version, _read)
"""The catalogue of what is public now: `catalogues.for_request(request)`, or `catalogues.current()` outside of requests."""
draft_catalogues = ValuePerVersion(toolbox_version, partial(_read, drafts=True))
"""The same with what is not public: for the administration and for the content check."""


def _rows(kind: ItemKind, drafts: bool) -> Iterator[tuple[int, Item]]:
    rows = kind.model.objects.all() if drafts else kind.model.objects.filter(is_public=True)
    return ((item.pk, item) for item in kind.in_order(rows))


def _set_foreign_keys(items: dict[str, dict[int, Any]]) -> None:
    """Set each item's foreign keys to the catalogue's own items.

    An item that must name another which is not public is taken out, and with it whatever must name it.
    """
    for kind in KINDS.values():
        for key in kind.foreign_keys:
            own, others = items[kind.name], items[key.related_model.KIND]
            if key.name not in kind.optional:
                _remove_without_target(own, others, key)
            for item in own.values():
                setattr(item, key.name, others.get(getattr(item, key.attname)))


def _remove_without_target(own: dict[int, Any], others: dict[int, Any], key: Any) -> None:
    """Take out the items whose foreign key leads to none of the others.

    Until none is left: where both are the same, one that is taken out may leave another without its target.
    """
    while missing := _without_target(own, others, key):
        for pk in missing:
            del own[pk]


def _without_target(own: dict[int, Any], others: dict[int, Any], key: Any) -> list[int]:
    """The primary keys of the items whose foreign key leads to none of the others."""
    targets = ((pk, getattr(item, key.attname)) for pk, item in own.items())
    return [pk for pk, target in targets if target is not None and target not in others]


def _read_links(links: Iterable[Any], catalogue: Catalogue, *, in_order_of_rows: bool = False) -> None:
    """Read many-to-many fields: under the field's name, the items of each row that are in the catalogue.

    They have the order in which they were linked; with `in_order_of_rows` that of their own rows. One query to a field.
    """
    for link in links:
        others, through = catalogue.items[link.related_model.KIND], link.remote_field.through
        owner_column, linked_column = f"{link.m2m_field_name()}_id", f"{link.m2m_reverse_field_name()}_id"
        rows = through.objects.order_by(linked_column if in_order_of_rows else "pk")
        for owner, linked in rows.values_list(owner_column, linked_column):
            if linked in others:
                catalogue._parts[link.name, link.model, owner].append(others[linked])


def _read_part(part: ItemPart, owners: dict[int, Any], catalogue: Catalogue) -> None:
    """Read the rows of `owners`, and set their foreign keys to these and to the catalogue's items.

    A row that must name an item which is not public is left out. One query to a table.
    """
    _read_links(part.many_to_many, catalogue, in_order_of_rows=True)
    parent, keys, rows = f"{part.parent}_id", part.foreign_keys, {}
    for row in part.rows:
        owner = owners.get(getattr(row, parent))
        if owner is None or not all(_set_foreign_key(row, key, catalogue) for key in keys):
            continue
        setattr(row, part.parent, owner)
        catalogue._parts[part.name, type(owner), owner.pk].append(row)
        rows[row.pk] = row
    for inner in part.parts:
        _read_part(inner, rows, catalogue)


def _set_foreign_key(row: Any, key: Any, catalogue: Catalogue) -> bool:
    """Set a row's foreign key to the catalogue's own item; whether the row has what it must name."""
    other = catalogue.items[key.related_model.KIND].get(getattr(row, key.attname))
    setattr(row, key.name, other)
    return other is not None or key.null


def _all_links(catalogue: Catalogue) -> dict[Node, dict[str, list[int]]]:
    """All links, from both ends, each list in the order of its kind. No query."""
    links: dict[Node, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for kind in KINDS.values():
        # A link between two items of a kind is something else: a provision's act, what an act changes.
        own = [link for link in (*kind.foreign_keys, *kind.many_to_many) if link.related_model is not kind.model]
        for item in catalogue.all(kind.name):
            for other in _linked_items(item, own, kind.parts, catalogue):
                links[kind.name, item.pk][other.KIND].add(other.pk)
                links[other.KIND, other.pk][kind.name].add(item.pk)
    order = {kind: {pk: place for place, pk in enumerate(rows)} for kind, rows in catalogue.items.items()}
    return {
        node: {kind: sorted(pks, key=order[kind].__getitem__) for kind, pks in kinds.items()}
        for node, kinds in links.items()
    }


def _linked_items(row: Any, links: Iterable[Any], parts: Iterable[ItemPart], catalogue: Catalogue) -> Iterator[Item]:
    """The items that a row names in these fields, and those that its parts name."""
    for link in links:
        if link.many_to_many:
            yield from catalogue.parts(link.name, row)
        elif (other := getattr(row, link.name)) is not None:
            yield other
    for part in parts:
        for child in catalogue.parts(part.name, row):
            yield from _linked_items(child, part.linking_fields, part.parts, catalogue)


def _amendments(sources: dict[int, Any]) -> dict[int, list[int]]:
    """Primary keys: a source to those that it changes. One query."""
    amendments: dict[int, list[int]] = defaultdict(list)
    rows = LegalSource.amends.through.objects.order_by("to_legalsource_id")
    for amending, amended in rows.values_list("from_legalsource_id", "to_legalsource_id"):
        if amending in sources and amended in sources:
            amendments[amending].append(amended)
    return dict(amendments)
