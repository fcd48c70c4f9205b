"""The toolbox's content as one value in memory: every item, and every link between two of them.

Each process holds the public catalogue and reads it anew when the version has changed, so a page
costs one query. Links are walked both ways: what an item names and what names it are both here.
Nothing of a catalogue may be changed by whoever reads it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import Model
from django.utils import timezone

from kl_ai.pages.versions import ValuePerVersion

from .models import (
    Activity,
    ActivityCondition,
    ChecklistItem,
    DocumentTemplate,
    Guidance,
    Involvement,
    Item,
    LegalSource,
    Phase,
    Requirement,
    RequirementCondition,
    Risk,
    RiskCondition,
    Role,
    ScaleLevel,
    ScreeningQuestion,
    TemplateField,
    TemplateSection,
    toolbox_version,
)
from .models.law import natural

ITEM_MODELS: tuple[type[Item], ...] = (
    LegalSource,
    Role,
    Phase,
    ScreeningQuestion,
    DocumentTemplate,
    Activity,
    Risk,
    Requirement,
    Guidance,
)
BY_KIND = {model.KIND: model for model in ITEM_MODELS}
Node = tuple[str, int]
"""An item's place in the graph of links: its kind and primary key."""


@dataclass(repr=False)
class Catalogue:
    """All items by kind in their order, and the links between them."""

    version: int
    day: date
    items: dict[str, dict[int, Any]]
    """Kind to primary key to item, in the order of the model."""
    levels: tuple[ScaleLevel, ...] = ()
    amendments: dict[int, list[int]] = field(default_factory=dict)
    """Primary keys: a source to those that it changes."""
    memo: dict[Any, Any] = field(default_factory=dict)
    """What follows from the content alone and is worth keeping as long as it: an index, a linker, rendered pieces."""
    _links: dict[Node, dict[str, list[int]]] = field(default_factory=dict)
    _parts: dict[tuple[str, int], list[Any]] = field(default_factory=lambda: defaultdict(list))

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
    def by_key(self) -> dict[str, dict[str, Any]]:
        """Kind to code or slug to item."""
        return {kind: {item.key: item for item in items.values()} for kind, items in self.items.items()}

    def find(self, kind: str, key: str) -> Any | None:
        return self.by_key[kind].get(key)

    # Links ------------------------------------------------------------------------------------------

    def linked(self, item: Item, kind: str) -> list[Any]:
        """The items of `kind` that `item` names or that name it, in the order of their kind."""
        found = self._links.get((item.KIND, item.pk), {}).get(kind, ())
        return [self.items[kind][pk] for pk in found]

    def parts(self, name: str, owner: Model) -> list[Any]:
        """The rows that belong to `owner`, in their order."""
        return self._parts.get((name, owner.pk), [])

    def templates_of(self, phase: Phase) -> list[DocumentTemplate]:
        """What the phase's activities produce, each once and in the order of the templates."""
        activities = self.linked(phase, Activity.KIND)
        produced = {one.pk for activity in activities for one in self.linked(activity, DocumentTemplate.KIND)}
        return [one for one in self.templates if one.pk in produced]

    def checklist(self, activity: Activity) -> list[ChecklistItem]:
        return self.parts("checklist", activity)

    def involved(self, activity: Activity) -> list[Involvement]:
        return self.parts("involved", activity)

    def conditions(self, item: Item) -> list[Any]:
        return self.parts(f"{item.KIND} conditions", item)

    def sections(self, template: DocumentTemplate) -> list[TemplateSection]:
        return self.parts("sections", template)

    def fields(self, section: TemplateSection) -> list[TemplateField]:
        return self.parts("fields", section)

    def provisions(self, source: LegalSource) -> list[LegalSource]:
        """What is part of the source directly."""
        return self.parts("provisions", source)

    def within(self, source: LegalSource) -> list[LegalSource]:
        """The source and everything that is part of it, at any depth."""
        return [source, *(below for part in self.provisions(source) for below in self.within(part))]

    def resting_on(self, source: LegalSource, kind: str) -> list[Any]:
        """The items of `kind` that rest on the source or on a part of it, in the order of their kind."""
        nodes = [(LegalSource.KIND, part.pk) for part in self.within(source)]
        pks = {pk for node in nodes for pk in self._links.get(node, {}).get(kind, ())}
        return [item for pk, item in self.items[kind].items() if pk in pks]

    @cached_property
    def reviewed_on(self) -> date | None:
        """The day of the oldest review in the catalogue: all of it was reviewed then or later."""
        return min((item.reviewed_on for kind in self.items.values() for item in kind.values()), default=None)


# Reading ----------------------------------------------------------------------------------------


def _read(version: int, day: date, *, drafts: bool = False) -> Catalogue:
    """The content in the database; with `drafts` also what is not public. One query to a table."""
    items = {model.KIND: dict(_rows(model, drafts)) for model in ITEM_MODELS}
    _tie_items(items)
    catalogue = Catalogue(version, day, items, tuple(ScaleLevel.objects.all()))
    for source in catalogue.sources:
        source.begin(catalogue.day)
    _read_parts(catalogue)
    catalogue._links = _links(items, catalogue)
    catalogue.amendments = _amendments(items[LegalSource.KIND])
    return catalogue


catalogues = ValuePerVersion(toolbox_version, _read)
"""The catalogue of what is public now: `catalogues.for_request(request)`, or `catalogues.current()` outside of requests."""


def read_with_drafts() -> Catalogue:
    """The catalogue with what is not public, read anew on each call. One query to a table."""
    return _read(toolbox_version.current(), timezone.localdate(), drafts=True)


def _rows(model: Any, drafts: bool) -> Iterator[tuple[int, Item]]:
    rows = model.objects.all() if drafts else model.objects.filter(is_public=True)
    if model is LegalSource:
        rows = sorted(rows, key=lambda source: natural(source.slug))
    return ((item.pk, item) for item in rows)


TIES = (
    (LegalSource, "part_of"),
    (ScreeningQuestion, "requires"),
    (DocumentTemplate, "owner"),
    (Activity, "phase"),
    (Activity, "responsible"),
)
"""Links from one item to one other; the items read share the very rows that they name."""


def _tie_items(items: dict[str, dict[int, Any]]) -> None:
    """Tie the links to one other item; an item that needs another which is not public is not public either."""
    for model, name in TIES:
        of: Any = model._meta.get_field(name)
        own, others = items[model.KIND], items[of.related_model.KIND]
        while lost := [pk for pk, item in own.items() if _is_lost(getattr(item, of.attname), others, name)]:
            for pk in lost:  # and in the next round what is part of it
                del own[pk]
        for item in own.values():
            setattr(item, name, others.get(getattr(item, of.attname)))


def _is_lost(other: int | None, others: dict[int, Any], name: str) -> bool:
    """Whether an item cannot stand without the other that it names, and that one is not public."""
    return other is not None and other not in others and name != "requires"


def _read_parts(catalogue: Catalogue) -> None:
    """The rows that belong to items, tied to the catalogue's own items."""
    items, parts = catalogue.items, catalogue._parts
    roles, questions = items[Role.KIND], items[ScreeningQuestion.KIND]
    activities = items[Activity.KIND]
    for row in Involvement.objects.order_by("role__position"):
        if row.activity_id in activities and row.role_id in roles:
            row.activity, row.role = activities[row.activity_id], roles[row.role_id]
            parts["involved", row.activity_id].append(row)
    sources = items[LegalSource.KIND]
    of_checks = ChecklistItem.sources.through.objects.order_by("legalsource_id")
    for check_id, source_id in of_checks.values_list("checklistitem_id", "legalsource_id"):
        if source_id in sources:
            parts["check sources", check_id].append(sources[source_id])
    for check in ChecklistItem.objects.all():
        if check.activity_id in activities:
            check.activity = activities[check.activity_id]
            check.role = roles.get(check.role_id) if check.role_id else None
            parts["checklist", check.activity_id].append(check)
    for model, kind in (
        (ActivityCondition, "activity"),
        (RiskCondition, "risk"),
        (RequirementCondition, "requirement"),
    ):
        for condition in model.objects.order_by("question__position"):
            if condition.question_id in questions:
                condition.question = questions[condition.question_id]
                parts[f"{kind} conditions", getattr(condition, f"{kind}_id")].append(condition)
    for section in TemplateSection.objects.all():
        parts["sections", section.template_id].append(section)
    for of_section in TemplateField.objects.all():
        parts["fields", of_section.section_id].append(of_section)
    for source in items[LegalSource.KIND].values():
        if source.part_of_id:
            parts["provisions", source.part_of_id].append(source)


def _links(items: dict[str, dict[int, Any]], catalogue: Catalogue) -> dict[Node, dict[str, list[int]]]:
    """All links, from both ends, each list in the order of its kind."""
    found: dict[Node, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for one, other in _pairs(items, catalogue):
        if one[1] in items[one[0]] and other[1] in items[other[0]]:
            found[one][other[0]].add(other[1])
            found[other][one[0]].add(one[1])
    order = {kind: {pk: place for place, pk in enumerate(rows)} for kind, rows in items.items()}
    return {
        node: {kind: sorted(pks, key=order[kind].__getitem__) for kind, pks in kinds.items()}
        for node, kinds in found.items()
    }


def _pairs(items: dict[str, dict[int, Any]], catalogue: Catalogue) -> Iterable[tuple[Node, Node]]:
    for model in ITEM_MODELS:
        for of in model._meta.many_to_many:
            other: Any = of.related_model
            through: Any = of.remote_field.through
            if other is model or not through._meta.auto_created:
                continue  # what amends what is no “see also”, and involvement is read with its reasons
            ours, theirs = f"{of.m2m_field_name()}_id", f"{of.m2m_reverse_field_name()}_id"
            for one, two in through.objects.values_list(ours, theirs):
                if other is LegalSource and two in items[LegalSource.KIND]:
                    catalogue._parts[f"{model.KIND} sources", one].append(items[LegalSource.KIND][two])
                yield (model.KIND, one), (other.KIND, two)
    for activity in items[Activity.KIND].values():
        yield (Activity.KIND, activity.pk), (Phase.KIND, activity.phase_id)
        yield (Activity.KIND, activity.pk), (Role.KIND, activity.responsible_id)
        for row in catalogue.involved(activity):
            yield (Activity.KIND, activity.pk), (Role.KIND, row.role_id)
        for check in catalogue.checklist(activity):
            for source in catalogue.parts("check sources", check):
                yield (Activity.KIND, activity.pk), (LegalSource.KIND, source.pk)
    for template in items[DocumentTemplate.KIND].values():
        yield (DocumentTemplate.KIND, template.pk), (Role.KIND, template.owner_id)


def _amendments(sources: dict[int, Any]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    rows = LegalSource.amends.through.objects.order_by("to_legalsource_id")
    for amending, amended in rows.values_list("from_legalsource_id", "to_legalsource_id"):
        if amending in sources and amended in sources:
            found[amending].append(amended)
    return dict(found)
