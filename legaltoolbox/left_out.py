"""What pages and papers leave out in a situation, and why: they say so.

What does not apply by the answers, and what can be left out since the use is small and harmless, are two things and never
share a word: the first has no legal consequence, the second stands on answers that must keep on being true. The texts are
Danish, as the content around them is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from kl_ai.search.danish import join_words

from .catalogue import Catalogue
from .models import Activity, DocumentTemplate, Item, TemplateSection
from .screening import Band, Situation, is_withdrawn, verdicts

NOT_USED = "Ingen af de aktiviteter, som skabelonen hører til, gælder efter jeres svar."
LEFT_WITH_ACTIVITY = "Skabelonen hører til {}, som kan udelades, fordi brugen er lille og harmløs."
WITHDRAWN = "Den er udgået af kataloget."
DOES_NOT_APPLY, CAN_BE_LEFT_OUT = "Gælder ikke", "Kan udelades"
HEADINGS = {
    DOES_NOT_APPLY: "Gælder ikke efter jeres svar",
    CAN_BE_LEFT_OUT: "Kan udelades, fordi brugen er lille og harmløs",
}
"""What is above a list of pieces, by the word for them."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A piece of content that a page or a paper leaves out in a situation."""

    owner: Any
    """An item, or a section of a template."""
    reason: str
    """Why, in Danish sentences."""
    for_small_use: bool = False
    """Whether it applies, and can be left out since the use is small and harmless; otherwise it does not apply."""

    @property
    def word(self) -> str:
        """What is said of it, in Danish."""
        return CAN_BE_LEFT_OUT if self.for_small_use else DOES_NOT_APPLY

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
    if not situation.answers and not catalogue.withdrawn:
        return list(owners), []
    applying, left_out = [], []
    for owner, its in verdicts(owners, catalogue, situation):
        if its.applies:
            applying.append(owner)
        else:
            is_small = its.band is Band.LEFT_OUT
            reason = its.small_use if is_small else not_applicable_reason(owner, catalogue, situation)
            left_out.append(LeftOut(owner, reason, is_small))
    return applying, left_out


def by_word(pieces: Iterable[LeftOut]) -> list[tuple[str, list[LeftOut]]]:
    """The pieces under a heading each: those that can be left out, then those that do not apply."""
    pieces = list(pieces)
    groups = ((word, [piece for piece in pieces if piece.word == word]) for word in (CAN_BE_LEFT_OUT, DOES_NOT_APPLY))
    return [(HEADINGS[word], group) for word, group in groups if group]


def split_templates(
    items: Sequence[DocumentTemplate], activities: Sequence[Activity], catalogue: Catalogue, situation: Situation
) -> tuple[list[DocumentTemplate], list[LeftOut]]:
    """The templates that one of the activities needs which apply or may apply, and those that none of these does. No query."""
    if not situation.answers:
        gone = [item for item in items if catalogue.withdrawn and is_withdrawn(item, catalogue)]
        return [item for item in items if item not in gone], [LeftOut(item, WITHDRAWN) for item in gone]
    applying, pieces = split(activities, catalogue, situation)
    needed = {template.pk for activity in applying for template in catalogue.linked(activity, DocumentTemplate.KIND)}
    small = [piece.owner for piece in pieces if piece.for_small_use]
    left_out = [_unused(item, small, catalogue) for item in items if item.pk not in needed]
    return [item for item in items if item.pk in needed], left_out


def _unused(item: DocumentTemplate, small: Sequence[Activity], catalogue: Catalogue) -> LeftOut:
    """A template that no activity needs: since those that it belongs to can be left out (`small`), or do not apply."""
    own = [activity for activity in small if item in catalogue.linked(activity, DocumentTemplate.KIND)]
    if own:
        return LeftOut(item, LEFT_WITH_ACTIVITY.format(join_words(map(str, own), "og")), True)
    return LeftOut(item, NOT_USED)


def not_applicable_reason(owner: Any, catalogue: Catalogue, situation: Situation) -> str:
    """The answers for which no condition holds: “Nej” to these questions, “Ja” to those."""
    if catalogue.withdrawn and is_withdrawn(owner, catalogue):
        return WITHDRAWN
    questions: dict[str, dict[str, None]] = {}
    for condition in catalogue.parts("conditions", owner):
        question = situation.overruling(condition.question) or condition.question
        answer = situation.answer(question)
        if answer and situation.answer(condition.question) != condition.answer:
            label = question.label(answer)
            questions.setdefault(label, {})[f"“{question.question}”"] = None
    return " ".join(f"I har svaret “{label}” til {join_words(asked, 'og')}." for label, asked in questions.items())
