"""A document whose template is no longer public: what is stored, under the texts that the database still has of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from legaltoolbox.models import DocumentTemplate, TemplateField

from ..models import ProjectDocument
from .facts import WHY
from .section_edits import why_words
from .sections import row_words, value_words


@dataclass(frozen=True)
class StoredAnswer:
    """An answer with the heading and label that it was given under; their keys where the texts are gone."""

    heading: str
    label: str
    words: str


def title_of(document: ProjectDocument) -> str:
    """The title of the template, or its code where that is all that is left. One query."""
    template = DocumentTemplate.objects.filter(code=document.template).first()
    return str(template) if template else document.template


def stored_answers(document: ProjectDocument) -> list[StoredAnswer]:
    """What the document holds, in the order of the template; what has no place there stands last. Two queries."""
    fields = TemplateField.objects.filter(section__template__code=document.template).select_related("section")
    by_place = {(field.section.key, field.key): field for field in fields.order_by("section__position", "position")}
    order = {place: number for number, place in enumerate(by_place)}
    answers = []
    for (section, key), value in sorted(
        document.all_stored().items(),
        key=lambda item: (order.get((item[0][0], item[0][1].removesuffix(WHY)), len(order)), item[0]),
    ):
        field = by_place.get((section, key.removesuffix(WHY)))
        words = why_words(str(value)) if key.endswith(WHY) else _words(field, value)
        if words:
            heading, label = (field.section.heading, field.label) if field else (section, key)
            answers.append(StoredAnswer(heading, label, words))
    return answers


def _words(field: TemplateField | None, value: Any) -> str:
    """A value in words, whatever the field is now."""
    if isinstance(value, list):
        return "\n".join(each if isinstance(each, str) else row_words(each) for each in value)
    return value_words(field, value) if field else str(value)
