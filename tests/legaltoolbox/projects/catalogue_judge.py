"""What a changed catalogue may do to running projects, written down without looking at how the projects do it.

1. No stored answer changes or goes, whatever is edited; a page's own save changes what it saves and nothing else.
2. No text under which an answer stands changes, unless somebody decides so, or nothing but white space and places changes.
3. What nobody has written on is as the catalogue has it now, and gone where that is withdrawn.
4. Each answer is shown: under its question, or among the earlier answers.
5. Nothing is approved, decided, rated or said by itself.
6. An approved document has the text that it was approved with, and its files are the same bytes.
7. What differs waits in the updates, unless the project has decided to keep it under this very text.
"""

from __future__ import annotations

from typing import Any

from legaltoolbox.catalogue import Catalogue
from legaltoolbox.projects.models import EarlierAnswer, Project

Key = tuple[str, str]
TEXTS = {
    "activity": ("title", "what", "why", "when", "responsible_why", "small_use", "small_use_kind", "repeat_note"),
    "template": ("title", "purpose", "when", "audience"),
    "risk": (
        "title",
        "kind",
        "affects",
        "cause",
        "event",
        "consequence",
        "consequence_municipality",
        "signs",
        "measures",
    ),
    "requirement": ("title", "level", "addressee", "duty", "wording", "evidence", "own_evidence", "tender_use"),
    "question": ("question", "help", "yes_label", "no_label", "rules_out_small_use"),
    "legal_basis": ("title", "what", "article_6", "danish_law", "clarity", "warning"),
}
CHECK = ("question", "guidance", "done_when")
SECTION = ("heading", "guidance", "not_for_small_use")
FIELD = ("label", "kind", "help", "options", "columns", "row_labels", "wording", "is_optional")
Plain = dict[str, Any]


def plain(kind: str, item: Any, catalogue: Catalogue) -> Plain:
    """What an item says, with its rows in their order."""
    text: Plain = {name: getattr(item, name) for name in TEXTS[kind]}
    if kind == "activity":
        text |= {"phase": item.phase.slug, "responsible": item.responsible.slug}
        text["with"] = item.small_use_with.code if item.small_use_with else ""
        rows = catalogue.checklist(item)
        text["rows"] = [(row.key, *(getattr(row, name) for name in CHECK)) for row in rows]
    if kind == "question":
        text["requires"] = item.requires.code if item.requires else ""
    if kind == "template":
        text["rows"] = [_section(section, catalogue) for section in catalogue.sections(item)]
    if kind not in ("question", "template"):
        text["conditions"] = _conditions(item, catalogue)
    return text


def _section(section: Any, catalogue: Catalogue) -> tuple[Any, ...]:
    fields = [(row.key, *(getattr(row, name) for name in FIELD)) for row in catalogue.fields(section)]
    own = tuple(getattr(section, name) for name in SECTION)
    return (section.key, *own, _conditions(section, catalogue), fields)


def _conditions(owner: Any, catalogue: Catalogue) -> list[tuple[Any, ...]]:
    rows = catalogue.conditions(owner)
    return sorted((row.question.code, row.answer, row.group, row.reason) for row in rows)


def bare(value: Any, name: str = "") -> Any:
    """A text without white space and without the places of rows."""
    if isinstance(value, dict):
        return {key: bare(each, key) for key, each in value.items()}
    if isinstance(value, str):
        return value.split()
    if isinstance(value, tuple) and len(value) == len(FIELD) + 1:  # a field: its options are answers to the letter
        return [sorted(each) if place == FIELD.index("options") + 1 else bare(each) for place, each in enumerate(value)]
    if (isinstance(value, list) and name == "rows") or (
        isinstance(value, list) and value and isinstance(value[0], tuple)
    ):
        return sorted((bare(each) for each in value), key=repr)
    return [bare(each) for each in value] if isinstance(value, list | tuple) else value


def of_catalogue(catalogue: Catalogue) -> dict[Key, Plain]:
    """The kind and code of each item to what it says."""
    items = {(kind, item.key): plain(kind, item, catalogue) for kind in TEXTS for item in catalogue.all(kind)}
    levels = [(level.axis, level.level, level.name, level.description, level.example) for level in catalogue.levels]
    return items | {("scale", "scale"): {"levels": levels}}


# What is stored -----------------------------------------------------------------------------------

STORED = (
    "screening_answers",
    "tasks",
    "checklist_answers",
    "documents",
    "risk_assessments",
    "requirement_states",
    "evidence",
    "legal_bases",
    "decisions",
    "comments",
    "measures",
)
"""The names by which a project has the rows that people have written or decided."""


def stored(project: Project) -> dict[str, list[tuple[Any, ...]]]:
    """All that people have written and decided in a project, to the letter."""
    rows = {name: list(getattr(project, name).order_by("pk").values_list()) for name in STORED}
    for document in project.documents.all():
        rows[f"answers of {document.number}"] = list(document.answers.order_by("pk").values_list())
    return rows


def earlier_rows(project: Project) -> set[tuple[Any, ...]]:
    """The earlier answers that a project keeps: they never change and never go."""
    return {
        (row.pk, row.kind, row.code, row.document_number, row.row, row.question, repr(row.value))
        for row in EarlierAnswer.objects.filter(project=project)
    }
