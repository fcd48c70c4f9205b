"""The toolbox's content, from the law up: sources, roles and phases, activities, templates, risks, requirements."""

from .catalogues import Guidance, Requirement, Risk, ScaleLevel
from .items import Certainty, Item, Sourced, unsettled_texts
from .law import LegalSource, LegalStatus
from .legal_basis import LegalBasis, LegalBasisPhase
from .loaded import LoadedItem
from .rows import StableRow
from .screening import (
    ActivityCondition,
    Condition,
    LegalBasisCondition,
    RequirementCondition,
    RiskCondition,
    ScreeningQuestion,
    SectionCondition,
)
from .synonyms import SearchSynonym
from .templates import DocumentTemplate, TemplateField, TemplateSection
from .version import toolbox_version
from .work import Activity, ChecklistItem, Involvement, Phase, Role

__all__ = [
    "Activity",
    "ActivityCondition",
    "Certainty",
    "ChecklistItem",
    "Condition",
    "DocumentTemplate",
    "Guidance",
    "Involvement",
    "Item",
    "LegalBasis",
    "LegalBasisCondition",
    "LegalBasisPhase",
    "LegalSource",
    "LegalStatus",
    "LoadedItem",
    "Phase",
    "Requirement",
    "RequirementCondition",
    "Risk",
    "RiskCondition",
    "Role",
    "ScaleLevel",
    "ScreeningQuestion",
    "SearchSynonym",
    "SectionCondition",
    "Sourced",
    "StableRow",
    "TemplateField",
    "TemplateSection",
    "toolbox_version",
    "unsettled_texts",
]
