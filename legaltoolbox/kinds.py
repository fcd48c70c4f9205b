"""The kinds of items in the toolbox: one record for each, from which every table about kinds derives.

A new kind needs a model, a record here, a template for its page and a content file. Its pages, its links, its place
in search, in the JSON, in the content check and in the administration follow from the record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from . import rules
from .axes import PHASE_AXIS, ROLE_AXIS, Axis, act_axis, choice_axis
from .models import (
    Activity,
    ActivityCondition,
    ChecklistItem,
    DocumentTemplate,
    Guidance,
    Involvement,
    Item,
    LegalSource,
    LegalStatus,
    Phase,
    Requirement,
    RequirementCondition,
    Risk,
    RiskCondition,
    Role,
    ScaleLevel,
    ScreeningQuestion,
    StableRow,
    TemplateField,
    TemplateSection,
)
from .models.law import natural
from .rules import Rule

# The records ------------------------------------------------------------------------------------


class _WithFields:
    """Looks the fields of a record up in its model."""

    model: Any
    fields: tuple[str, ...]

    @cached_property
    def foreign_keys(self) -> list[Any]:
        """The foreign keys to items, in the order of the files."""
        return [field for name in self.fields if (field := self.model._meta.get_field(name)).many_to_one]

    @cached_property
    def many_to_many(self) -> list[Any]:
        """The many-to-many fields to items, in the order of the files."""
        return [field for name in self.fields if (field := self.model._meta.get_field(name)).many_to_many]


@dataclass(frozen=True, kw_only=True)
class ItemPart(_WithFields):
    """Rows that belong to an item and are shown and filed with it: a checklist, the sections of a template."""

    name: str
    """The name of the list in content files, in the JSON and in `Catalogue.parts`."""
    model: Any
    parent: str
    """The foreign key to the item, or to the row above."""
    fields: tuple[str, ...]
    """In the order of the content files and of the JSON."""
    number: str = ""
    """The field that numbers the rows from 1, where there is one."""
    order: str = ""
    """The lookup that the rows are sorted by, where it is not the model's own ordering."""
    links: tuple[str, ...] = ()
    """The fields whose items count as linked with the item itself, beside those that the item names."""
    searched: tuple[str, ...] = ()
    has_code: bool = False
    """Whether each row has a `code` of its own, as pages and documents cite it."""
    parts: tuple[ItemPart, ...] = ()

    @cached_property
    def linking_fields(self) -> list[Any]:
        """The fields that `links` names."""
        return [self.model._meta.get_field(name) for name in self.links]

    @cached_property
    def is_stable(self) -> bool:
        """Whether each row has a key, by which it is known for good, and is withdrawn instead of deleted."""
        return issubclass(self.model, StableRow)

    @property
    def rows(self) -> models.QuerySet[Any]:
        """The rows of all owners that are shown, in their order. One query."""
        rows = self.model.objects.filter(is_withdrawn=False) if self.is_stable else self.model.objects.all()
        return rows.order_by(self.order) if self.order else rows


@dataclass(frozen=True, kw_only=True)
class FiledModel(_WithFields):
    """A model whose rows stand in the content files."""

    model: Any
    fields: tuple[str, ...]
    """In the order of the content files and of the JSON; the first one names the row in an error."""
    file: str
    """A path below the folder of the content files; `{item.…}` is filled from the row."""
    is_single: bool = False
    """Whether each row has a file of its own instead of a place in a list."""
    parts: tuple[ItemPart, ...] = ()
    sort_key: Callable[[Any], Any] | None = None
    """The key that the rows are sorted by, where the model's own ordering is not enough."""

    def in_order(self, rows: Iterable[Any]) -> Iterable[Any]:
        """The rows in their order; `rows` has the order of the model."""
        return rows if self.sort_key is None else sorted(rows, key=self.sort_key)


@dataclass(frozen=True, kw_only=True)
class ItemKind(FiledModel):
    """One kind of item: its model and files, its names, and its place in search, lists, links and checks."""

    heading: str | Promise | None
    """The plural, for the heading of a list."""
    json_name: str
    """The name of the list in the JSON."""
    rank: int = 0
    """The place among the kinds in results and lists of related items; 0 for a kind that is in none."""
    codes: tuple[tuple[str, int], ...] = ()
    """The letter that a code begins with, and how many digits follow when it is cited in running text."""
    searched: tuple[str, ...] = ()
    excerpt: str = ""
    """The field that is shown beneath an item's title in a list of results."""
    address: str = ""
    """The path of the list, and of the items before their key; only of a kind that `urls.py` has no views for."""
    anchor_on: str = ""
    """The name of the page on which the items stand with their key as anchor; "" where each has a page of its own."""
    optional: tuple[str, ...] = ()
    """The foreign keys without which an item still stands: where the other one is not public, it names none."""
    related: tuple[str, ...] = ()
    """The kinds that are listed beside an item on its page, in their order."""
    axes: tuple[Axis, ...] = ()
    needs: tuple[tuple[str, str | Promise], ...] = ()
    """The kinds that an item must be linked with, and the finding of the content check where it is not."""
    rule: Rule | None = None
    """A further rule of the content check for the items of this kind."""

    @property
    def name(self) -> str:
        """The kind's name in the code and among the URL names."""
        return self.model.KIND

    def text(self, item: Any) -> str:
        """The item's own text that a search looks in."""
        return joined(item, self.searched)


def joined(row: Any, names: Iterable[str]) -> str:
    """The texts of the fields in `names`, a list of texts one to a line."""
    values = (getattr(row, name) for name in names)
    return "\n".join("\n".join(value) if isinstance(value, list) else str(value) for value in values)


# The kinds --------------------------------------------------------------------------------------

STATE = ("certainty", "unsettled", "is_public", "reviewed_on", "review_by", "confirmed_on")
"""The fields that every item has, at the end of its record."""


def _conditions(model: type[models.Model], parent: str) -> ItemPart:
    fields = ("question", "answer", "reason")
    return ItemPart(name="conditions", model=model, parent=parent, fields=fields, order="question__position")


TEMPLATE_FIELDS = ItemPart(
    name="fields",
    model=TemplateField,
    parent="section",
    fields=("label", "kind", "help", "options", "columns", "rows", "row_labels", "wording"),
    number="position",
    searched=("label",),
)
SECTIONS = ItemPart(
    name="sections",
    model=TemplateSection,
    parent="template",
    fields=("heading", "guidance"),
    number="position",
    searched=("heading", "guidance"),
    parts=(TEMPLATE_FIELDS,),
)
INVOLVED = ItemPart(
    name="involved",
    model=Involvement,
    parent="activity",
    fields=("role", "why"),
    order="role__position",
    links=("role",),
)
CHECKLIST = ItemPart(
    name="checklist",
    model=ChecklistItem,
    parent="activity",
    fields=("question", "guidance", "done_when", "role", "sources"),
    number="number",
    links=("sources",),
    searched=("question", "guidance", "done_when"),
    has_code=True,
)
KINDS = {
    kind.name: kind
    for kind in (
        ItemKind(
            model=LegalSource,
            heading=_("Legal sources"),
            json_name="sources",
            fields=("slug", "kind", "name", "title", "aliases", "part_of", "summary", "address", "status",
                    "applies_from", "checked_on", "change", "amends", *STATE),
            file="sources.yaml",
            sort_key=lambda source: natural(source.slug),
            rank=8,
            searched=("slug", "name", "title", "summary", "change", "aliases"),
            excerpt="title",
            axes=(choice_axis("kind", _("Type"), LegalSource.Kind),
                  choice_axis("status", _("Legal status"), LegalStatus)),
        ),
        ItemKind(
            model=Role,
            heading=_("Roles"),
            json_name="roles",
            fields=("slug", "position", "name", "short_name", "why", "does", "does_not", "sources", *STATE),
            file="roles.yaml",
            rank=6,
            searched=("name", "short_name", "why", "does", "does_not"),
            excerpt="why",
            related=("template", "risk"),
            needs=(("activity", _("takes part in no activity.")),),
        ),
        ItemKind(
            model=Phase,
            heading=_("Phases"),
            json_name="phases",
            fields=("slug", "number", "name", "summary", "goal", "result", "sources", *STATE),
            file="phases.yaml",
            rank=7,
            searched=("name", "summary", "goal", "result"),
            excerpt="summary",
            related=("risk", "requirement"),
            needs=(("activity", _("has no activity.")),),
        ),
        ItemKind(
            model=ScreeningQuestion,
            heading=ScreeningQuestion._meta.verbose_name_plural,
            json_name="screening_questions",
            fields=("code", "position", "question", "help", "yes_label", "no_label", "requires", "sources", *STATE),
            file="screening.yaml",
            anchor_on="overview",
            optional=("requires",),
        ),
        ItemKind(
            model=DocumentTemplate,
            heading=_("Templates"),
            json_name="templates",
            fields=("code", "title", "version", "purpose", "when", "owner", "is_central", "sources", *STATE),
            file="templates/{item.code}.yaml",
            is_single=True,
            parts=(SECTIONS,),
            rank=2,
            codes=(("S", 2),),
            searched=("code", "title", "purpose", "when"),
            excerpt="purpose",
            related=("activity", "requirement"),
            needs=(("activity", _("comes of no activity.")),),
            rule=rules.template,
        ),
        ItemKind(
            model=Activity,
            heading=_("Activities"),
            json_name="activities",
            fields=("code", "phase", "title", "is_decision_point", "what", "why", "when", "responsible",
                    "responsible_why", "outputs", "sources", *STATE),
            file="activities/phase-{item.phase.number}.yaml",
            parts=(INVOLVED, _conditions(ActivityCondition, "activity"), CHECKLIST),
            rank=1,
            codes=(("A", 2), ("P", 1)),
            searched=("code", "title", "what", "why", "when"),
            excerpt="why",
            related=("risk", "requirement", "guidance"),
            rule=rules.activity,
        ),
        ItemKind(
            model=Risk,
            heading=_("Risks"),
            json_name="risks",
            fields=("code", "title", "kind", "cause", "event", "consequence", "consequence_municipality", "signs",
                    "measures", "phases", "roles", "activities", "sources", *STATE),
            file="risks.yaml",
            parts=(_conditions(RiskCondition, "risk"),),
            rank=3,
            codes=(("R", 2),),
            searched=("code", "title", "cause", "event", "consequence", "consequence_municipality", "signs", "measures"),
            excerpt="consequence",
            related=("activity", "requirement", "guidance"),
            axes=(choice_axis("kind", _("Kind"), Risk.Kind), PHASE_AXIS, ROLE_AXIS, act_axis(Risk.KIND)),
            needs=(("requirement", _("is met by no requirement.")), ("activity", _("is met by no activity.")),
                   ("phase", _("belongs to no phase."))),
            rule=rules.risk,
        ),
        ItemKind(
            model=Requirement,
            heading=_("Requirements"),
            json_name="requirements",
            fields=("code", "title", "topic", "addressee", "level", "level_note", "duty", "wording", "evidence",
                    "explanation", "phases", "risks", "activities", "templates", "sources", *STATE),
            file="requirements.yaml",
            parts=(_conditions(RequirementCondition, "requirement"),),
            rank=4,
            codes=(("K", 2),),
            searched=("code", "title", "duty", "wording", "evidence", "explanation"),
            excerpt="duty",
            related=("risk", "activity", "template", "guidance"),
            axes=(
                choice_axis("addressee", _("The law addresses"), Requirement.Addressee),
                choice_axis("level", _("Must, should or may"), Requirement.Level),
                choice_axis("topic", _("Topic"), Requirement.Topic),
                PHASE_AXIS,
                act_axis(Requirement.KIND),
            ),
            needs=(("risk", _("belongs to no risk.")), ("activity", _("belongs to no activity.")),
                   ("phase", _("belongs to no phase."))),
        ),
        ItemKind(
            model=Guidance,
            heading=_("May and may not"),
            json_name="guidance",
            fields=("code", "theme", "kind", "question", "answer", "condition", "explanation", "activities", "risks",
                    "requirements", "sources", *STATE),
            file="guidance.yaml",
            rank=5,
            codes=(("M", 2),),
            searched=("code", "question", "answer", "condition", "explanation"),
            excerpt="answer",
            anchor_on="guidance",
            related=("activity", "risk", "requirement"),
            axes=(
                choice_axis("kind", _("Answer"), Guidance.Kind),
                choice_axis("theme", _("Theme"), Guidance.Theme),
                act_axis(Guidance.KIND),
            ),
            rule=rules.guidance,
        ),
    )
}  # fmt: skip
"""Names to kinds. A kind comes after those that its items name; content files and the JSON have the same order."""
SCALE = FiledModel(model=ScaleLevel, fields=("axis", "level", "name", "description", "example"), file="scale.yaml")

# What follows from all of them ------------------------------------------------------------------


def kind_of(item: Item) -> ItemKind:
    """The kind of an item."""
    return KINDS[item.KIND]


def listed_kinds() -> list[ItemKind]:
    """The kinds that are searched and listed, in the order of results."""
    return sorted((kind for kind in KINDS.values() if kind.rank), key=lambda kind: kind.rank)


def kinds_with_codes() -> list[ItemKind]:
    """The kinds whose items have a code that running text may hold, in the order of results."""
    return [kind for kind in listed_kinds() if kind.codes]


def code_pattern() -> str:
    """A regular expression for a code in running text; two may stand with a slash between them."""
    codes = "|".join(rf"{letter}\d{{{digits}}}" for kind in kinds_with_codes() for letter, digits in kind.codes)
    return rf"(?<![\w.-])(?:{codes})(?![\w-])"


def kinds_by_letter() -> dict[str, ItemKind]:
    """The letters that codes begin with, and the kind of each."""
    return {letter: kind for kind in kinds_with_codes() for letter, _digits in kind.codes}
