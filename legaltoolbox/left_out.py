"""What does not apply in a situation, and why: for pages and papers that leave it out and say so.

The texts are Danish, as the content around them is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from .catalogue import Catalogue
from .models import Activity, DocumentTemplate, Item, TemplateSection
from .screening import YES, Band, Situation, verdicts

NOT_USED = "Ingen af de aktiviteter, som skabelonen hører til, gælder i jeres situation."


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A piece of content that does not apply in a situation."""

    owner: Any
    """An item, or a section of a template."""
    reason: str
    """Why, in Danish sentences."""

    @property
    def title(self) -> str:
        """The item with its code, or the heading of the section."""
        return self.owner.heading if isinstance(self.owner, TemplateSection) else str(self.owner)

    @property
    def key(self) -> str:
        return self.owner.key

    @property
    def item(self) -> Item | None:
        """The item that has a page of its own; None for a section."""
        return None if isinstance(self.owner, TemplateSection) else self.owner


def split(owners: Iterable[Any], catalogue: Catalogue, situation: Situation) -> tuple[list[Any], list[LeftOut]]:
    """The items, or sections of a template, that apply or may apply, and those that do not, in their order. No query."""
    if not situation.answers:
        return list(owners), []
    applying, left_out = [], []
    for owner, its in verdicts(owners, catalogue, situation):
        if its.applies:
            applying.append(owner)
        else:
            reason = its.small_use if its.band is Band.LEFT_OUT else not_applicable_reason(owner, catalogue, situation)
            left_out.append(LeftOut(owner, reason))
    return applying, left_out


def split_templates(
    items: Sequence[DocumentTemplate], activities: Sequence[Activity], catalogue: Catalogue, situation: Situation
) -> tuple[list[DocumentTemplate], list[LeftOut]]:
    """The templates that one of the activities needs which apply or may apply, and those that none of these does. No query."""
    applying, _left_out = split(activities, catalogue, situation)
    needed = {template.pk for activity in applying for template in catalogue.linked(activity, DocumentTemplate.KIND)}
    left_out = [LeftOut(item, NOT_USED) for item in items if item.pk not in needed] if situation.answers else []
    return [item for item in items if item.pk in needed or not situation.answers], left_out


def not_applicable_reason(owner: Any, catalogue: Catalogue, situation: Situation) -> str:
    """The answers for which no condition holds."""
    answers = {}
    for condition in catalogue.parts("conditions", owner):
        question = situation.overruling(condition.question) or condition.question
        answer = situation.answer(question)
        if answer and situation.answer(condition.question) != condition.answer:
            answers[question.question] = question.yes_label if answer == YES else question.no_label
    return " ".join(f"I har svaret “{label}” til “{question}”." for question, label in answers.items())
