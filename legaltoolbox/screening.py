"""Which items apply to a municipality by its answers to the screening questions, and why.

An item without conditions always applies. One with conditions applies when any of them holds. An
item that depends on a question which is not answered applies too, and names the question: nothing
is left out that might be needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from kl_ai.pages.querystring import encode

from .catalogue import Catalogue
from .models import Item, ScreeningQuestion

YES, NO = "yes", "no"
ROLE_PARAMETER, PHASE_PARAMETER = "rolle", "nu"
"""The parameters of an address beside the answers, which are named by the codes of their questions."""


@dataclass(frozen=True)
class Situation:
    """The role, the phase and the answers that the address holds."""

    role: str = ""
    """The key of the role, "" for all of them."""
    answers: Mapping[str, str] = field(default_factory=dict)
    """Codes of questions to "yes" or "no", in the order of the questions."""
    phase: str = ""
    """The key of the phase that the project is in, "" where none is chosen."""
    shows_all: bool = False
    """Whether the page shows also what does not apply. It is of the page alone and no parameter of the situation."""

    @property
    def is_open(self) -> bool:
        """Whether neither a role nor a phase nor an answer is chosen."""
        return not self.role and not self.phase and not self.answers

    @property
    def applied(self) -> Situation:
        """The situation that decides what the page shows: an open one where it shows all."""
        return Situation() if self.shows_all else self

    def pairs(self) -> Iterator[tuple[str, str]]:
        """The parameters of the situation's address."""
        if self.role:
            yield ROLE_PARAMETER, self.role
        if self.phase:
            yield PHASE_PARAMETER, self.phase
        yield from self.answers.items()

    def query(self) -> str:
        """The query string of an address with this situation and no other: "?" alone for an open one (`situation_links`)."""
        return encode(self.pairs()) or "?"

    def with_role(self, role: str) -> Situation:
        return replace(self, role=role)

    def with_phase(self, phase: str) -> Situation:
        return replace(self, phase=phase)

    def without_answer(self, code: str) -> Situation:
        return replace(self, answers={other: answer for other, answer in self.answers.items() if other != code})

    def answer(self, question: ScreeningQuestion) -> str:
        """ "yes", "no" or "" for not answered. A question that follows on one answered no counts as answered no."""
        return NO if self.overruling(question) is not None else self.answers.get(question.code, "")

    def overruling(self, question: ScreeningQuestion) -> ScreeningQuestion | None:
        """The question above this one that was answered no, if there is one."""
        above = question.requires
        while above is not None and self.answers.get(above.code) != NO:
            above = above.requires
        return above


@dataclass(frozen=True)
class Verdict:
    """Whether an item applies, and why."""

    applies: bool
    reasons: tuple[str, ...] = ()
    """Each continues the word "because", in Danish as the editors have written it."""
    unanswered: tuple[ScreeningQuestion, ...] = ()
    """The questions whose answer would decide; only where there is no reason."""


ALWAYS = Verdict(True)


def verdict(item: Item, catalogue: Catalogue, situation: Situation) -> Verdict:
    """Whether `item` applies in this situation. No query."""
    conditions = catalogue.conditions(item)
    if not conditions:
        return ALWAYS
    reasons, unanswered = [], []
    for condition in conditions:
        answer = situation.answer(condition.question)
        if answer == condition.answer:
            reasons.append(condition.reason)
        elif not answer:
            unanswered.append(condition.question)
    if reasons:
        return Verdict(True, tuple(dict.fromkeys(reasons)))
    return Verdict(bool(unanswered), (), tuple(dict.fromkeys(unanswered)))


def applying(items: list[Any], catalogue: Catalogue, situation: Situation) -> list[tuple[Any, Verdict]]:
    """The items that apply, each with its verdict, in their order."""
    verdicts = ((item, verdict(item, catalogue, situation)) for item in items)
    return [(item, its_verdict) for item, its_verdict in verdicts if its_verdict.applies]
