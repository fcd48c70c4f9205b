"""The content check: what would mislead or embarrass, found before somebody reads it.

A problem is something to mend. A note is something to know: an item whose review is overdue says
so on its page by itself, and a source without an address of its own may still be right.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from .. import citations
from ..catalogue import ITEM_MODELS, Catalogue
from ..models import (
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
from ..texts import CODE, KIND_OF_LETTER

CODE_IN_TEXT = re.compile(CODE)
FEWEST_QUESTIONS = 3
FEWEST_CENTRAL_SECTIONS = 6


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
            yield Finding(
                item.key, _("was to be reviewed by %(day)s; its page says so.") % {"day": item.review_by}, False
            )
        if isinstance(item, LegalSource) and item.has_begun:
            yield Finding(
                item.key,
                _("has applied since %(day)s and is shown as in force; set its status.") % {"day": item.applies_from},
                False,
            )
        if isinstance(item, LegalSource) and item.part_of is None and not item.address:
            yield Finding(item.key, _("has no official address."), False)

    def _problems(self, item: Item) -> Iterator[str]:
        yield from self._state(item)
        yield from self._links(item)
        yield from self._prose(item)
        yield from CHECKS.get(type(item), _nothing)(item, self.catalogue)

    def _state(self, item: Item) -> Iterator[str]:
        if item.is_public and item.certainty == Certainty.UNCERTAIN and not item.unsettled.strip():
            yield _("is public and uncertain, without a text on what is not settled.")
        if item.review_by <= item.reviewed_on:
            yield _("is to be reviewed before it was reviewed.")
        if item.is_public and isinstance(item, Sourced) and not self.catalogue.linked(item, LegalSource.KIND):
            yield _("has no source.")

    def _links(self, item: Item) -> Iterator[str]:
        """A public item leads to nothing that the public cannot see, and is part of nothing such."""
        if not item.is_public:
            return
        for name in ("part_of", "requires", "phase", "responsible", "owner"):
            other = getattr(item, name, None)
            if other is not None and not other.is_public:
                yield _("needs %(other)s, which is not public.") % {"other": other.key}
        for kind in _named_by(type(item)):
            for other in self.catalogue.linked(item, kind):
                if not other.is_public:
                    yield _("leads to %(other)s, which is not public.") % {"other": other.key}

    def _prose(self, item: Item) -> Iterator[str]:
        for text in texts(item, self.catalogue):
            for citation in citations.cited(text, self.pattern):
                source = self.sources.get(citations.normal(citation))
                if source is None:
                    yield _("cites “%(citation)s”, which is not in the table of sources.") % {"citation": citation}
                elif item.is_public and not source.is_public:
                    yield _("cites “%(citation)s”, which is not public.") % {"citation": citation}
            for code in CODE_IN_TEXT.findall(text):
                other = self.catalogue.find(KIND_OF_LETTER[code[0]], code)
                if other is None:
                    yield _("mentions %(code)s, which does not exist.") % {"code": code}
                elif item.is_public and not other.is_public:
                    yield _("mentions %(code)s, which is not public.") % {"code": code}


@cache
def _named_by(model: type[Item]) -> tuple[str, ...]:
    """The kinds of items that one of this model names itself; what names it in turn has nothing to mend."""
    fields = (of for of in model._meta.get_fields() if of.concrete and of.is_relation)
    named = {of.related_model for of in fields if of.related_model is not model}
    return tuple(other.KIND for other in ITEM_MODELS if other in named)


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
    Activity: ("involved", "checklist", "activity conditions"),
    Risk: ("risk conditions",),
    Requirement: ("requirement conditions",),
    DocumentTemplate: ("sections",),
    TemplateSection: ("fields",),
}


def _nothing(item: Item, catalogue: Catalogue) -> Iterator[str]:
    yield from ()


def _role(item: Item, catalogue: Catalogue) -> Iterator[str]:
    if not catalogue.linked(item, Activity.KIND):
        yield _("takes part in no activity.")


def _phase(item: Item, catalogue: Catalogue) -> Iterator[str]:
    if not catalogue.linked(item, Activity.KIND):
        yield _("has no activity.")


def _activity(item: Activity, catalogue: Catalogue) -> Iterator[str]:
    if len(catalogue.checklist(item)) < FEWEST_QUESTIONS:
        yield _("has fewer than %(n)s questions in its checklist.") % {"n": FEWEST_QUESTIONS}
    if any(part.role is item.responsible for part in catalogue.involved(item)):
        yield _("has a role that is both responsible and involved.")
    taking_part = {item.responsible, *(part.role for part in catalogue.involved(item))}
    for check in catalogue.checklist(item):
        if check.role is not None and check.role not in taking_part:
            yield _("has question %(number)s for %(role)s, a role that takes no part in it.") % {
                "role": check.role.key, "number": check.number
            }  # fmt: skip


def _template(item: DocumentTemplate, catalogue: Catalogue) -> Iterator[str]:
    sections = catalogue.sections(item)
    if not catalogue.linked(item, Activity.KIND):
        yield _("comes of no activity.")
    if not sections or (item.is_central and len(sections) < FEWEST_CENTRAL_SECTIONS):
        yield _("has only %(n)s sections.") % {"n": len(sections)}
    for section in sections:
        if not section.guidance and not catalogue.fields(section):
            yield _("has an empty section, “%(name)s”.") % {"name": section.heading}
        for of_section in catalogue.fields(section):
            yield from _field(of_section)


def _field(field: TemplateField) -> Iterator[str]:
    if field.lacks_content:
        yield _("has a field that lacks its content, “%(name)s”.") % {"name": field.label}


def _risk(item: Risk, catalogue: Catalogue) -> Iterator[str]:
    if not item.measures:
        yield _("has no measure.")
    for kind, said in (
        (Requirement.KIND, _("is met by no requirement.")),
        (Activity.KIND, _("is met by no activity.")),
        (Phase.KIND, _("belongs to no phase.")),
    ):
        if not catalogue.linked(item, kind):
            yield said


def _requirement(item: Requirement, catalogue: Catalogue) -> Iterator[str]:
    for kind, said in (
        (Risk.KIND, _("belongs to no risk.")),
        (Activity.KIND, _("belongs to no activity.")),
        (Phase.KIND, _("belongs to no phase.")),
    ):
        if not catalogue.linked(item, kind):
            yield said


def _guidance(item: Guidance, catalogue: Catalogue) -> Iterator[str]:
    if item.kind == Guidance.Kind.DEPENDS and not item.condition:
        yield _("depends, and does not say on what.")


CHECKS: dict[type, Callable[[Any, Catalogue], Iterator[str]]] = {
    Role: _role,
    Phase: _phase,
    Activity: _activity,
    DocumentTemplate: _template,
    Risk: _risk,
    Requirement: _requirement,
    Guidance: _guidance,
}
