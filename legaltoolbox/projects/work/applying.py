"""Which items of the catalogue apply in a project by its answers, and whether an older text of one would."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from legaltoolbox import left_out
from legaltoolbox.catalogue import Catalogue
from legaltoolbox.models import Activity, LegalBasis, Requirement, Risk, ScreeningQuestion
from legaltoolbox.screening import condition_sets

from ..models import Project
from ..models.written import SCALE_KEY, ItemKey
from .situations import situation_of

Record = Mapping[str, Any]


def applying_items(project: Project, catalogue: Catalogue) -> set[ItemKey]:
    """The items that apply or may apply. One query, or none where the project's answers are prefetched."""
    situation = situation_of(project, project.screening_answers.all(), catalogue)
    items = [*catalogue.activities, *catalogue.risks, *catalogue.requirements, *catalogue.all(LegalBasis.KIND)]
    applying, _pieces = left_out.split(items, catalogue, situation)
    templates, _others = left_out.split_templates(catalogue.templates, catalogue.activities, catalogue, situation)
    found = {(item.KIND, item.key) for item in (*applying, *templates, *catalogue.questions)}
    return found | {SCALE_KEY}


def applies(kind: str, text: Record, project: Project, catalogue: Catalogue) -> bool:
    """Whether an item with this text applies or may apply by the project's answers. One query.

    An older text that names a question which the catalogue has no more may apply: nobody can answer it.
    """
    if kind not in (Activity.KIND, Risk.KIND, Requirement.KIND, LegalBasis.KIND):
        return True
    situation = situation_of(project, project.screening_answers.all(), catalogue)
    conditions: Any = [SimpleNamespace(group=row.get("group", 0), asked=row) for row in text.get("conditions", ())]
    sets: Any = condition_sets(conditions)
    return not sets or any(
        all(_may_hold(condition.asked, catalogue, situation) for condition in together) for together in sets
    )


def _may_hold(condition: Record, catalogue: Catalogue, situation: Any) -> bool:
    question = catalogue.find(ScreeningQuestion.KIND, condition["question"])
    return question is None or situation.answer(question) in ("", condition["answer"])
