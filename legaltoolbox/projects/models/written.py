"""On which items of the catalogue a project has written anything."""

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import CharField, Exists, OuterRef, TextField, Value
from django.db.models.functions import Cast

from .answers import ScreeningAnswer
from .checklist_answers import ChecklistAnswer
from .comments import Comment
from .documents import ProjectDocument
from .legal_bases import ProjectLegalBasis
from .measures import Measure
from .opinions import Decision
from .projects import Project
from .requirements import Evidence, RequirementState
from .risks import RiskAssessment
from .tasks import Task

ItemKey = tuple[str, str]
"""The kind and the code of an item of the catalogue."""
KINDS_BY_LETTER = {
    "A": "activity",
    "P": "activity",
    "S": "template",
    "R": "risk",
    "K": "requirement",
    "H": "legal_basis",
}
"""The first letter of a code to its kind. The codes of screening questions are words."""
QUESTION, SCALE = "question", "scale"
SCALE_KEY = (SCALE, SCALE)
"""The scale of the risks is one text, which every rated risk rests on."""


def kind_of(code: str) -> str:
    """The kind of the item with this code; "" for what is no code, as the name of a document's section."""
    return KINDS_BY_LETTER.get(code[:1], "") if code[1:].isdecimal() else ""


def written_items(project: Project) -> set[ItemKey]:
    """The items that somebody in the project has written on: answers, tasks, documents, decisions, comments. One query."""
    return written_in([project.pk]).get(project.pk, set())


def written_in(projects: Iterable[int]) -> dict[int, set[ItemKey]]:
    """Primary key of each of these projects to what is written in it, as `written_items`. One query."""
    own = {"project__in": list(projects)}
    sources: list[tuple[str, Any, str]] = [
        ("", Task.objects.exclude(activity=""), "activity"),
        ("", ChecklistAnswer.objects, "activity"),
        ("", ProjectDocument.objects, "template"),
        (SCALE, RiskAssessment.objects, "code"),
        ("", RequirementState.objects, "code"),
        ("", Evidence.objects, "place"),
        ("", ProjectLegalBasis.objects.exclude(code=""), "code"),
        ("", Decision.objects.exclude(point=""), "point"),
        ("", Comment.objects, "place"),
        (QUESTION, ScreeningAnswer.objects, "question"),
    ]
    rows = [_codes(kind, queryset.filter(**own), field) for kind, queryset, field in sources]
    places = (
        Measure.objects.filter(**own)
        .order_by()
        .annotate(written_kind=Value("places", CharField()), written_code=Cast("places", TextField()))
    )
    first, *others = [*rows, places.values_list("project", "written_kind", "written_code")]
    found: dict[int, set[ItemKey]] = defaultdict(set)
    for project, kind, code in first.union(*others):
        found[project] |= set(_keys(kind, code))
    return found


def written_on(kind: str, code: str) -> Any:
    """Of projects whether somebody has written on this item, as `written_items` has it: a condition for `annotate`."""
    if kind == QUESTION:
        return _exists(ScreeningAnswer, question=code)
    if kind == SCALE:
        return _exists(RiskAssessment)
    places = Measure.objects.annotate(as_text=Cast("places", TextField())).filter(as_text__contains=f'"{code}"')
    return (
        _exists(Task, activity=code)
        | _exists(ChecklistAnswer, activity=code)
        | _exists(ProjectDocument, template=code)
        | _exists(RiskAssessment, code=code)
        | _exists(RequirementState, code=code)
        | _exists(Evidence, place=code)
        | _exists(ProjectLegalBasis, code=code)
        | _exists(Decision, point=code)
        | _exists(Comment, place=code)
        | _exists(Comment, place__startswith=f"{code}.")
        | Exists(places.filter(project=OuterRef("pk")))
    )


def _exists(model: Any, **where: str) -> Any:
    return Exists(model.objects.filter(project=OuterRef("pk"), **where).order_by())


def _codes(kind: str, queryset: Any, field: str) -> Any:
    rows = queryset.order_by().annotate(written_kind=Value(kind, CharField()), written_code=Cast(field, TextField()))
    return rows.values_list("project", "written_kind", "written_code")


def _keys(kind: str, code: str) -> Iterable[ItemKey]:
    """The items that one written row is about."""
    if kind == QUESTION:
        return [(QUESTION, code)]
    if kind == "places":
        codes = json.loads(code)
        return [(kind_of(each), each) for each in codes if isinstance(each, str) and kind_of(each)]
    own = code.partition(".")[0]
    keys = [(kind_of(own), own)] if kind_of(own) else []
    return [*keys, SCALE_KEY] if kind == SCALE else keys
