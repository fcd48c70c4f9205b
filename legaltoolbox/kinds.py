"""The kinds of items in the toolbox: one record for each, from which the tables about kinds derive.

From the record alone derive a kind's place in the content files, in the JSON, in the catalogue with its links, in search,
filters, lists of related items and results, in the content check, and its form in the administration. A new kind needs a
model with its migration, a record here with its `address`, two templates (of its list and of its page) and a content file.

What is beside the record: `admin/items.py` groups the fields of the kinds below and says what their lists show;
`urls.py` has their addresses; `views/` adds to a list or a page what its template shows beside the items themselves.
Word documents and sheets that show single fields name these.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from . import rules
from .axes import PHASE_AXIS, ROLE_AXIS, act_axis, choice_axis
from .kind_types import FiledModel, ItemKind, ItemPart
from .models import (
    Activity,
    ActivityCondition,
    ChecklistItem,
    DocumentTemplate,
    Guidance,
    Involvement,
    Item,
    LegalBasis,
    LegalBasisCondition,
    LegalBasisPhase,
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
    SearchSynonym,
    SectionCondition,
    StableRow,
    TemplateField,
    TemplateSection,
)
from .models.law import natural_sort_key

STATE = (
    "search_words",
    "certainty",
    "read_in",
    "read_on",
    "unread_reason",
    "unsettled",
    "is_public",
    "reviewed_on",
    "review_by",
    "confirmed_on",
)
"""The fields that every item has, at the end of its record."""


def _conditions(model: type[models.Model], parent: str) -> ItemPart:
    fields, order = ("question", "answer", "group", "reason"), ("group", "question__position")
    return ItemPart(name="conditions", model=model, parent=parent, fields=fields, order=order)


TABLE_FIELDS = ("columns", "rows", "row_labels", "filled_from")
TEMPLATE_FIELDS = ItemPart(
    name="fields",
    model=TemplateField,
    parent="section",
    fields=("label", "kind", "help", "options", *TABLE_FIELDS, "wording", "proposals", "own_copy_only", "is_optional"),
    number="position",
    searched=("label",),
)
SECTIONS = ItemPart(
    name="sections",
    model=TemplateSection,
    parent="template",
    fields=("heading", "guidance", "own_copy_only", "not_for_small_use"),
    number="position",
    searched=("heading", "guidance"),
    parts=(_conditions(SectionCondition, "section"), TEMPLATE_FIELDS),
)
INVOLVED = ItemPart(
    name="involved",
    model=Involvement,
    parent="activity",
    fields=("role", "why"),
    order=("role__position",),
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
SOURCE = ItemKind(
    model=LegalSource,
    heading=_("Legal sources"),
    json_name="sources",
    list_name="sources",
    fields=(
        "slug",
        "kind",
        "name",
        "title",
        "aliases",
        "part_of",
        "summary",
        "address",
        "status",
        "applies_from",
        "checked_on",
        "change",
        "amends",
        *STATE,
    ),
    file="sources.yaml",
    sort_key=lambda source: natural_sort_key(source.slug),
    rank=8,
    searched=("slug", "name", "title", "summary", "change", "aliases"),
    excerpt="title",
    axes=(choice_axis("kind", _("Type"), LegalSource.Kind), choice_axis("status", _("Legal status"), LegalStatus)),
)
ROLE = ItemKind(
    model=Role,
    heading=_("Roles"),
    json_name="roles",
    list_name="roles",
    fields=("slug", "position", "name", "short_name", "why", "does", "does_not", "sources", *STATE),
    file="roles.yaml",
    rank=6,
    searched=("name", "short_name", "why", "does", "does_not"),
    excerpt="why",
    related=("template", "risk"),
    needs=(("activity", _("takes part in no activity.")),),
)
PHASE = ItemKind(
    model=Phase,
    heading=_("Phases"),
    json_name="phases",
    list_name="phases",
    fields=("slug", "number", "name", "summary", "goal", "result", "sources", *STATE),
    file="phases.yaml",
    rank=7,
    searched=("name", "summary", "goal", "result"),
    excerpt="summary",
    related=("legal_basis", "risk", "requirement"),
    needs=(("activity", _("has no activity.")),),
)
SCREENING_QUESTION = ItemKind(
    model=ScreeningQuestion,
    heading=ScreeningQuestion._meta.verbose_name_plural,
    json_name="screening_questions",
    fields=(
        "code",
        "position",
        "question",
        "help",
        "yes_label",
        "no_label",
        "requires",
        "rules_out_small_use",
        "sources",
        *STATE,
    ),
    file="screening.yaml",
    anchor_on="overview",
    optional=("requires",),
)
TEMPLATE = ItemKind(
    model=DocumentTemplate,
    heading=_("Templates"),
    json_name="templates",
    list_name="templates",
    fields=("code", "title", "version", "purpose", "when", "owner", "audience", "is_central", "sources", *STATE),
    file="templates/{item.code}.yaml",
    is_single=True,
    parts=(SECTIONS,),
    rank=5,
    codes=(("S", 2),),
    searched=("code", "title", "purpose", "when"),
    excerpt="purpose",
    related=("activity", "requirement", "legal_basis"),
    needs=(("activity", _("comes of no activity.")),),
    rule=rules.template,
)
ACTIVITY = ItemKind(
    model=Activity,
    heading=_("Activities"),
    json_name="activities",
    list_name="activities",
    fields=(
        "code",
        "phase",
        "title",
        "is_decision_point",
        "what",
        "why",
        "when",
        "responsible",
        "responsible_why",
        "small_use_kind",
        "small_use",
        "small_use_with",
        "repeat_months",
        "repeat_basis",
        "repeat_note",
        "outputs",
        "sources",
        *STATE,
    ),
    file="activities/phase-{item.phase.number}.yaml",
    parts=(INVOLVED, _conditions(ActivityCondition, "activity"), CHECKLIST),
    rank=2,
    codes=(("A", 2), ("P", 1)),
    searched=("code", "title", "what", "why", "when"),
    excerpt="why",
    related=("legal_basis", "risk", "requirement", "guidance"),
    optional=("small_use_with",),
    rule=rules.activity,
)
RISK_TEXTS = ("cause", "event", "consequence", "consequence_municipality")
RISK = ItemKind(
    model=Risk,
    heading=_("Risks"),
    json_name="risks",
    list_name="risks",
    fields=(
        *("code", "title", "kind", "affects", *RISK_TEXTS, "signs", "measures"),
        *("phases", "roles", "activities", "sources", *STATE),
    ),
    file="risks.yaml",
    parts=(_conditions(RiskCondition, "risk"),),
    rank=4,
    codes=(("R", 2),),
    searched=("code", "title", *RISK_TEXTS, "signs", "measures"),
    excerpt="consequence",
    related=("activity", "requirement", "guidance"),
    axes=(choice_axis("kind", _("Kind"), Risk.Kind), PHASE_AXIS, ROLE_AXIS, act_axis(Risk.KIND)),
    needs=(
        ("requirement", _("is met by no requirement.")),
        ("activity", _("is met by no activity.")),
        ("phase", _("belongs to no phase.")),
    ),
    rule=rules.risk,
)
REQUIREMENT = ItemKind(
    model=Requirement,
    heading=_("Requirements"),
    json_name="requirements",
    list_name="requirements",
    fields=(
        *("code", "title", "topic", "addressee", "level", "level_note", "duty", "wording", "evidence", "own_evidence"),
        *("tender_use", "proposals", "explanation", "phases", "risks", "activities", "templates", "sources", *STATE),
    ),
    file="requirements.yaml",
    parts=(_conditions(RequirementCondition, "requirement"),),
    rank=3,
    codes=(("K", 2),),
    searched=("code", "title", "duty", "wording", "evidence", "own_evidence", "explanation"),
    excerpt="duty",
    rule=rules.requirement,
    related=("risk", "activity", "template", "guidance"),
    axes=(
        choice_axis("addressee", _("The law addresses"), Requirement.Addressee),
        choice_axis("level", _("Must, should or may"), Requirement.Level),
        choice_axis("topic", _("Topic"), Requirement.Topic),
        PHASE_AXIS,
        act_axis(Requirement.KIND),
    ),
    needs=(
        ("risk", _("belongs to no risk.")),
        ("activity", _("belongs to no activity.")),
        ("phase", _("belongs to no phase.")),
    ),
)
GUIDANCE = ItemKind(
    model=Guidance,
    heading=_("May and may not"),
    json_name="guidance",
    list_name="guidance",
    fields=(
        "code",
        "theme",
        "kind",
        "question",
        "answer",
        "condition",
        "explanation",
        "activities",
        "risks",
        "requirements",
        "sources",
        *STATE,
    ),
    file="guidance.yaml",
    rank=1,
    codes=(("M", 2),),
    searched=("code", "question", "answer", "condition", "explanation"),
    excerpt="answer",
    anchor_on="guidance",
    related=("activity", "risk", "requirement", "legal_basis"),
    axes=(
        choice_axis("kind", _("Answer"), Guidance.Kind),
        choice_axis("theme", _("Theme"), Guidance.Theme),
        act_axis(Guidance.KIND),
    ),
    rule=rules.guidance,
)
BASIS_PHASE = ("phase", "clarity", "note")
BASIS_TEXTS = ("what", "article_6", "article_9", "article_10", "danish_law", "clarity", "examples", "warning")
LEGAL_BASIS = ItemKind(
    model=LegalBasis,
    heading=_("Legal basis of each processing"),
    json_name="legal_bases",
    list_name="legal_bases",
    fields=("code", "title", *BASIS_TEXTS, "activities", "guidance", "templates", "sources", *STATE),
    file="legal_basis.yaml",
    parts=(
        ItemPart(name="phases", model=LegalBasisPhase, parent="basis", fields=BASIS_PHASE, links=("phase",)),
        _conditions(LegalBasisCondition, "basis"),
    ),
    rank=9,
    codes=(("H", 2),),
    searched=("code", "title", *BASIS_TEXTS),
    excerpt="what",
    anchor_on="legal_bases",
    related=("activity", "guidance", "template"),
    needs=(("activity", _("belongs to no activity.")), ("phase", _("belongs to no phase."))),
)
KINDS = {
    kind.name: kind
    for kind in (SOURCE, ROLE, PHASE, SCREENING_QUESTION, TEMPLATE, ACTIVITY, RISK, REQUIREMENT, GUIDANCE, LEGAL_BASIS)
}
"""Names to kinds. A kind comes after those that its items name; content files and the JSON have the same order."""
SCALE = FiledModel(model=ScaleLevel, fields=("axis", "level", "name", "description", "example"), file="scale.yaml")
SYNONYMS = FiledModel(model=SearchSynonym, fields=("slug", "words", "finds", "is_active"), file="synonyms.yaml")

# Derived from all of them -------------------------------------------------------------------------


def item_kind(item: Item) -> ItemKind:
    """The kind of an item."""
    return KINDS[item.KIND]


def listed_kinds() -> list[ItemKind]:
    """The kinds that are searched and listed, in the order of results."""
    return sorted((kind for kind in KINDS.values() if kind.rank), key=lambda kind: kind.rank)


def kinds_with_codes() -> list[ItemKind]:
    """The kinds whose items have a code that running text may hold, in the order of results."""
    return [kind for kind in listed_kinds() if kind.codes]


def stable_models() -> list[type[StableRow]]:
    """The models of rows that have keys, owners before what they own."""
    parts = [part for kind in KINDS.values() for part in kind.parts]
    return [part.model for outer in parts for part in (outer, *outer.parts) if part.is_stable]


def code_pattern() -> str:
    """A regular expression for a code in running text; two may stand with a slash between them."""
    codes = "|".join(rf"{letter}\d{{{digits}}}" for kind in kinds_with_codes() for letter, digits in kind.codes)
    return rf"(?<![\w.-])(?:{codes})(?![\w-])"


def kinds_by_letter() -> dict[str, ItemKind]:
    """The letters that codes begin with, and the kind of each."""
    return {letter: kind for kind in kinds_with_codes() for letter, _digits in kind.codes}
