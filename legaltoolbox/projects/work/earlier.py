"""Earlier answers of a project: to questions that its texts have no more, and in a form that they do not have now."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from legaltoolbox.models import TemplateField

from ..models import ChecklistAnswer, EarlierAnswer, Project, ProjectDocument, ScreeningAnswer
from ..models.earlier_answers import WHY
from .sections import date_words, fitting, row_words


@dataclass(frozen=True)
class EarlierLine:
    """An earlier answer as a page shows it."""

    place: str
    """Where it stood, by its keys ("A25.3")."""
    heading: str
    """Of the section that it stood in."""
    question: str
    """ "" where the portal does not know it any more."""
    words: str
    at: datetime | None = None
    """When the text was accepted that has it no more."""


def of_checklist(
    project: Project, code: str, asked: Collection[str], rows: Iterable[ChecklistAnswer]
) -> list[EarlierLine]:
    """The answers to an activity's questions that are `asked` no more; `rows` are those that are stored. One query."""
    stored = {row.key: [row.value, row.note] for row in rows}
    kept = [
        row
        for row in project.earlier_answers.filter(kind="activity", code=code)
        if not (row.row in asked and stored.get(row.row) == row.value)
    ]
    known = {(row.row, *row.value) for row in kept if isinstance(row.value, list)}
    others = [key for key, value in stored.items() if key not in asked and (key, *value) not in known]
    return [
        *(_line(row, f"{code}.{row.row}", _answer_words(ChecklistAnswer.Value, row.value)) for row in kept),
        *(EarlierLine(f"{code}.{key}", "", "", _answer_words(ChecklistAnswer.Value, stored[key])) for key in others),
    ]


def of_screening(project: Project, asked: Collection[str], rows: Iterable[ScreeningAnswer]) -> list[EarlierLine]:
    """The answers to questions about the solution that are `asked` no more. One query."""
    stored = {row.question: [row.value, row.why] for row in rows}
    kept = [row for row in project.earlier_answers.filter(kind="question") if row.code not in asked]
    known = {(row.code, *row.value) for row in kept if isinstance(row.value, list)}
    others = [code for code, value in stored.items() if code not in asked and (code, *value) not in known]
    return [
        *(_line(row, row.code, _answer_words(ScreeningAnswer.Value, row.value)) for row in kept),
        *(EarlierLine(code, "", "", _answer_words(ScreeningAnswer.Value, stored[code])) for code in others),
    ]


def of_section(
    document: ProjectDocument, section: str, fields: Iterable[TemplateField], stored: Mapping[str, Any]
) -> list[EarlierLine]:
    """The answers in a section whose fields are there no more, or hold another kind of answer. Two queries.

    `stored` are the values of its fields now.
    """
    by_key = {field.key: field for field in fields}
    rows = [row for row in _of_document(document) if row.row.partition(".")[0] == section]
    return [_document_line(document, row) for row in rows if not _is_shown(row, by_key, stored)]


def of_gone_sections(document: ProjectDocument, sections: Collection[str]) -> list[EarlierLine]:
    """The answers in sections that the document's template has no more: nothing but its own page shows them. Two queries."""
    rows = [row for row in _of_document(document) if row.row.partition(".")[0] not in sections]
    return [_document_line(document, row) for row in rows]


class _Held(NamedTuple):
    """An answer of a document: one that is kept, or what it holds now, which has no time."""

    row: str
    value: Any
    columns: Any = ()
    heading: str = ""
    question: str = ""
    at: datetime | None = None


def _of_document(document: ProjectDocument) -> list[_Held]:
    """The earlier answers of a document, and as such all that it holds now. Two queries."""
    earlier = document.project.earlier_answers.filter(
        kind="template", code=document.template, document_number=document.number
    )
    kept = [_Held(row.row, row.value, row.columns, row.heading, row.question, row.at) for row in earlier]
    known = [(row.row, row.value) for row in kept]
    now = [
        _Held(f"{section}.{field}", value)
        for (section, field), value in document.all_stored().items()
        if value and (f"{section}.{field}", value) not in known
    ]
    return [*kept, *now]


def _is_shown(row: _Held, by_key: Mapping[str, TemplateField], stored: Mapping[str, Any]) -> bool:
    """Whether the section shows the answer as it is: below a field of its own, or as why that differs from a fact."""
    key = row.row.partition(".")[2]
    base = key.removesuffix(WHY)
    field = by_key.get(base)
    if field is None:
        return False
    if base != key and row.at is None:
        return True
    same = stored.get(key) == row.value
    return same and _holds(field, row.value, row.columns if row.at else field.columns)


def _holds(field: TemplateField, value: Any, columns: Any) -> bool:
    """Whether the field shows the value whole."""
    if fitting(field, value) != value:
        return False
    is_table = isinstance(value, list) and any(isinstance(each, dict) for each in value)
    return not is_table or (columns == field.columns and all(len(row["cells"]) <= len(field.columns) for row in value))


def _document_line(document: ProjectDocument, row: _Held) -> EarlierLine:
    return _line(row, f"{document.template}.{row.row}", _words(row.value, row.columns))


def _line(row: EarlierAnswer | _Held, place: str, words: str) -> EarlierLine:
    return EarlierLine(place, row.heading, row.question, words, row.at)


def _answer_words(choices: Any, value: Any) -> str:
    """An answer with its note, whatever a file has put there."""
    answer, note = [*map(str, value if isinstance(value, list) else [value]), "", ""][:2]
    return "\n".join(filter(None, (capfirst(str(dict(choices.choices).get(answer, answer))), note)))


def _words(value: Any, columns: Any) -> str:
    """The value of a field of a document, whatever a file has put there; of a table each row on a line below its columns."""
    if not isinstance(value, list):
        return {"yes": _("Yes"), "no": _("No")}.get(value) or date_words(str(value))
    rows = [row_words(each) if isinstance(each, dict) else str(each) for each in value]
    head = " · ".join(map(str, columns)) if isinstance(columns, list) else ""
    return "\n".join(filter(None, (head, *rows)))
