"""The content check: what would mislead or embarrass, found before somebody reads it.

A problem is something to mend. A note is something to know: an item whose review is overdue says
so on its page by itself, and a source without an address of its own may still be right.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models

from . import citations
from .catalogue import ITEM_MODELS, Catalogue
from .models import (
    Activity,
    Certainty,
    DocumentTemplate,
    Guidance,
    Item,
    LegalSource,
    Phase,
    Requirement,
    Risk,
    Role,
    Sourced,
    TemplateField,
    TemplateSection,
)

CODE = re.compile(r"(?<![\w/.-])(?:[AKMRS]\d{2}|P\d)(?![\w/-])")
FEWEST_QUESTIONS = 3
FEWEST_CENTRAL_SECTIONS = 6
KIND_OF_LETTER = {"A": "activity", "P": "activity", "K": "requirement", "M": "guidance", "R": "risk", "S": "template"}


@dataclass(frozen=True)
class Finding:
    """Something about one item; a problem, or only a note."""

    item: str
    text: str
    is_problem: bool = True

    def __str__(self) -> str:
        return f"{self.item}: {self.text}"


def findings(catalogue: Catalogue) -> list[Finding]:
    """Everything found in a catalogue, which should hold drafts too. No query."""
    checker = _Checker(catalogue)
    return [finding for item in checker.items for finding in checker.of(item)]


def counts(catalogue: Catalogue) -> dict[str, Counter[str]]:
    """Kind to certainty to the number of items."""
    return {
        model.KIND: Counter(item.certainty for item in catalogue.all(model.KIND)) for model in ITEM_MODELS
    }  # fmt: skip


class _Checker:
    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.items: list[Item] = [item for model in ITEM_MODELS for item in catalogue.all(model.KIND)]
        acts = [source for source in catalogue.sources if source.part_of is None and source.kind == "act"]
        self.pattern = citations.pattern(acts)
        self.sources = {citations.normal(source.name): source for source in catalogue.sources}

    def of(self, item: Item) -> Iterator[Finding]:
        """What is found about one item."""
        for text in self._problems(item):
            yield Finding(item.key, text)
        if item.is_overdue:
            yield Finding(item.key, f"was to be reviewed by {item.review_by}; its page says so.", is_problem=False)
        if isinstance(item, LegalSource) and item.part_of is None and not item.address:
            yield Finding(item.key, "has no official address.", is_problem=False)

    def _problems(self, item: Item) -> Iterator[str]:
        yield from self._state(item)
        yield from self._links(item)
        yield from self._prose(item)
        yield from CHECKS.get(type(item), _nothing)(item, self.catalogue)

    def _state(self, item: Item) -> Iterator[str]:
        if item.is_public and item.certainty == Certainty.UNCERTAIN and not item.unsettled.strip():
            yield "is public and uncertain, without a text on what is not settled."
        if item.review_by <= item.reviewed_on:
            yield "is to be reviewed before it was reviewed."
        if item.is_public and isinstance(item, Sourced) and not self.catalogue.linked(item, LegalSource.KIND):
            yield "has no source."

    def _links(self, item: Item) -> Iterator[str]:
        """A public item leads to nothing that the public cannot see."""
        if not item.is_public:
            return
        for kind in self.catalogue.items:
            for other in self.catalogue.linked(item, kind):
                if not other.is_public:
                    yield f"leads to {other.key}, which is not public."

    def _prose(self, item: Item) -> Iterator[str]:
        for text in texts(item, self.catalogue):
            for citation in citations.cited(text, self.pattern):
                source = self.sources.get(citations.normal(citation))
                if source is None:
                    yield f"cites “{citation}”, which is not in the table of sources."
                elif item.is_public and not source.is_public:
                    yield f"cites “{citation}”, which is not public."
            for code in CODE.findall(text):
                other = self.catalogue.find(KIND_OF_LETTER[code[0]], code)
                if other is None:
                    yield f"mentions {code}, which does not exist."
                elif item.is_public and not other.is_public:
                    yield f"mentions {code}, which is not public."


def texts(row: Any, catalogue: Catalogue) -> Iterator[str]:
    """Every text that an item and its parts show."""
    for of in row._meta.fields:
        if isinstance(of, models.TextField | models.CharField) and not of.choices and of.name not in ("code", "slug"):
            yield getattr(row, of.name)
        elif isinstance(of, models.JSONField):
            yield from getattr(row, of.name)
    for name in PARTS.get(type(row), ()):
        for part in catalogue.parts(name, row):
            yield from texts(part, catalogue)


PARTS: dict[type, tuple[str, ...]] = {
    Activity: ("involved", "checklist"),
    DocumentTemplate: ("sections",),
    TemplateSection: ("fields",),
}


def _nothing(item: Item, catalogue: Catalogue) -> Iterator[str]:
    yield from ()


def _role(item: Item, catalogue: Catalogue) -> Iterator[str]:
    if not catalogue.linked(item, Activity.KIND):
        yield "takes part in no activity."


def _phase(item: Item, catalogue: Catalogue) -> Iterator[str]:
    if not catalogue.linked(item, Activity.KIND):
        yield "has no activity."


def _activity(item: Activity, catalogue: Catalogue) -> Iterator[str]:
    if len(catalogue.checklist(item)) < FEWEST_QUESTIONS:
        yield f"has fewer than {FEWEST_QUESTIONS} questions in its checklist."
    if any(part.role is item.responsible for part in catalogue.involved(item)):
        yield "has a role that is both responsible and involved."


def _template(item: DocumentTemplate, catalogue: Catalogue) -> Iterator[str]:
    sections = catalogue.sections(item)
    if not catalogue.linked(item, Activity.KIND):
        yield "comes of no activity."
    if not sections or (item.is_central and len(sections) < FEWEST_CENTRAL_SECTIONS):
        yield f"has only {len(sections)} sections."
    for section in sections:
        if not section.guidance and not catalogue.fields(section):
            yield f"has an empty section, “{section.heading}”."
        for of_section in catalogue.fields(section):
            yield from _field(of_section)


def _field(field: TemplateField) -> Iterator[str]:
    needs = {
        TemplateField.Kind.TABLE: field.columns,
        TemplateField.Kind.CHOICE: field.options,
        TemplateField.Kind.WORDING: field.wording,
    }
    if field.kind in needs and not needs[TemplateField.Kind(field.kind)]:
        yield f"has a field that lacks its content, “{field.label}”."


def _risk(item: Risk, catalogue: Catalogue) -> Iterator[str]:
    if not item.measures:
        yield "has no measure."
    for kind, what in ((Requirement.KIND, "requirement"), (Activity.KIND, "activity"), (Phase.KIND, "phase")):
        if not catalogue.linked(item, kind):
            yield f"is met by no {what}."


def _requirement(item: Requirement, catalogue: Catalogue) -> Iterator[str]:
    for kind, what in ((Risk.KIND, "risk"), (Activity.KIND, "activity"), (Phase.KIND, "phase")):
        if not catalogue.linked(item, kind):
            yield f"belongs to no {what}."


def _guidance(item: Guidance, catalogue: Catalogue) -> Iterator[str]:
    if item.kind == Guidance.Kind.DEPENDS and not item.condition:
        yield "depends, and does not say on what."


CHECKS: dict[type, Callable[[Any, Catalogue], Iterator[str]]] = {
    Role: _role,
    Phase: _phase,
    Activity: _activity,
    DocumentTemplate: _template,
    Risk: _risk,
    Requirement: _requirement,
    Guidance: _guidance,
}
