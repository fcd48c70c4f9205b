"""On which items of the catalogue a project has written anything."""

import json
from collections.abc import Iterable
from typing import Any

from django.db.models import CharField, TextField, Value
from django.db.models.functions import Cast

from .projects import Project

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
    sources: list[tuple[str, Any, str]] = [
        ("", project.tasks.exclude(activity=""), "activity"),
        ("", project.checklist_answers, "activity"),
        ("", project.documents, "template"),
        (SCALE, project.risk_assessments, "code"),
        ("", project.requirement_states, "code"),
        ("", project.evidence, "place"),
        ("", project.legal_bases.exclude(code=""), "code"),
        ("", project.decisions.exclude(point=""), "point"),
        ("", project.comments, "place"),
        (QUESTION, project.screening_answers, "question"),
    ]
    rows = [_codes(kind, queryset.all(), field) for kind, queryset, field in sources]
    places = project.measures.order_by().annotate(
        written_kind=Value("places", CharField()), written_code=Cast("places", TextField())
    )
    first, *others = [*rows, places.values_list("written_kind", "written_code")]
    return {key for kind, code in first.union(*others) for key in _keys(kind, code)}


def _codes(kind: str, queryset: Any, field: str) -> Any:
    rows = queryset.order_by().annotate(written_kind=Value(kind, CharField()), written_code=Cast(field, TextField()))
    return rows.values_list("written_kind", "written_code")


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
