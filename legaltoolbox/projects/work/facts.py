"""What a field holds that asks for what a project says once.

A field without an answer of its own holds the fact. One that differs keeps its own answer, and why it differs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from legaltoolbox.models import DocumentTemplate, TemplateField, TemplateSection

from ..models import Project, ProjectFact, ScreeningAnswer
from ..models.fact_fields import ANSWER_FIELDS, ANSWER_WORDS, BY_FIELD, CASE_NUMBER, JOINED, MUNICIPALITY, SHOWS_ANSWERS
from ..models.facts import LEAD, MOST_FACT_LETTERS, TITLE

PAGES = {
    TITLE: "details",
    LEAD: "members",
    CASE_NUMBER: "details",
    MUNICIPALITY: "",
    **dict.fromkeys(ANSWER_FIELDS, "screening"),
}
"""Where a fact is written that is not on the page of the facts; "" where nobody in the project can write it."""
WHY, SHOWN = ".why", ".fact"
"""The ends of the key under which a document keeps why a field differs from the fact, and of the fact that a page has shown."""


def project_facts(project: Project, templates: Iterable[str]) -> dict[str, str]:
    """The facts of a project, with those that it holds elsewhere and those that belong together.

    The answers about the solution are "" where none of these templates shows them. Two queries, three with such a template.
    """
    held = {CASE_NUMBER: project.case_number, MUNICIPALITY: project.municipality.name}
    known = ProjectFact.shared(project) | held | dict.fromkeys(ANSWER_FIELDS, "")
    if SHOWS_ANSWERS.intersection(templates):
        known |= _answers(project)
    return {**known, **{key: _joined(known[first], known[second], by) for key, (first, second, by) in JOINED.items()}}


def _answers(project: Project) -> dict[str, str]:
    """What is answered about the solution, as the fields hold it; what is not known yet is no answer. One query."""
    answers = project.screening_answers.exclude(value=ScreeningAnswer.Value.UNKNOWN).values_list("question", "value")
    found = {f"answer-{question}": value for question, value in answers}
    return {
        fact: ANSWER_WORDS.get(fact, {}).get(value, value) for fact, value in found.items() if fact in ANSWER_FIELDS
    }


def _joined(first: str, second: str, by: str) -> str:
    """Both on one line; "" where one is not known, or a line cannot hold them."""
    line = by.join(" ".join(text.split()) for text in (first, second))
    return line if first and second and len(line) <= MOST_FACT_LETTERS else ""


def facts_of_section(template: DocumentTemplate, section: TemplateSection, facts: Mapping[str, str]) -> dict[str, str]:
    """The keys of those fields of a section that ask for a fact, to its value; without those whose fact is not known."""
    return {
        field: facts[fact]
        for (code, key, field), fact in BY_FIELD.items()
        if (code, key) == (template.code, section.key) and facts[fact]
    }


def with_facts(
    stored: Mapping[tuple[str, str], Any], template: DocumentTemplate, facts: Mapping[str, str]
) -> dict[tuple[str, str], Any]:
    """The values of a document by section and field, with the facts in the fields that have no answer of their own.

    A reason stands where a field differs from the fact alone.
    """
    values = dict(stored)
    for (code, section, field), fact in BY_FIELD.items():
        if code == template.code and stored.get((section, field), "") in ("", facts[fact]):
            values[section, field] = facts[fact]
            values.pop((section, f"{field}{WHY}"), None)
    return values


def reason_of(stored: Mapping[str, Any], field: str, fact: str) -> str:
    """Why a field of a section differs from the fact; "" where it does not, or nobody has said why."""
    return stored.get(f"{field}{WHY}", "") if stored.get(field) not in ("", fact) else ""


def reasons(template: DocumentTemplate, section: TemplateSection, fields: Iterable[TemplateField]) -> dict[str, str]:
    """The keys under which a section keeps why its fields differ from the facts, each with no reason."""
    return {f"{field.key}{WHY}": "" for field in fields if (template.code, section.key, field.key) in BY_FIELD}


def own_answers(content: Mapping[str, Any], facts: Mapping[str, str], shown: Mapping[str, str]) -> dict[str, Any]:
    """The content of a section as it is stored: a field that says the same as the fact has no answer of its own, and no reason.

    Nor has one that says what the page has `shown` as the fact, which somebody may have changed since.
    """
    same = {key for key, fact in facts.items() if content.get(key) in (fact, shown.get(key, fact))}
    empty = dict.fromkeys(same, "") | {f"{key}{WHY}": "" for key in same}
    return {**content, **{key: value for key, value in empty.items() if key in content}}
