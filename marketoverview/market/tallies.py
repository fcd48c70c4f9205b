"""The questions with the vendors and offerings that chose each option, as bitsets over the places of the published answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import or_

from ..models import FigureComment, Option, Question, SurveyRound
from .published import PublishedAnswers


@dataclass(frozen=True, slots=True)
class Choice:
    """An option and the vendors (bitset) and offerings (bitset) that chose it."""

    option: Option
    vendors: int
    offerings: int

    @property
    def code(self) -> str:
        return self.option.code

    @property
    def is_public(self) -> bool:
        """Whether the option is listed: a retired one only while a public answer holds it."""
        return bool(self.vendors) or not self.option.is_retired


@dataclass(frozen=True)
class QuestionTally:
    """A question with its choices in the survey's order and the vendors (bitset) that answered it."""

    question: Question
    choices: tuple[Choice, ...]
    answered: int
    asked_in: frozenset[int] = frozenset()
    """The primary keys of the rounds that ask it."""
    comment: FigureComment | None = None
    worded: int = 0
    """The vendors (bitset) with own words beside one of its options (`Snapshot.own_words`)."""
    counted_by_kl: tuple[int, ...] = ()
    """For each option “other” the vendors (bitset) whose own words KL counts under another option."""

    @property
    def code(self) -> str:
        return self.question.code

    @cached_property
    def by_code(self) -> dict[str, Choice]:
        """The public choices by code, in the survey's order."""
        return {choice.code: choice for choice in self.choices if choice.is_public}

    def counted_otherwise(self, vendors: int) -> int:
        """How many answers “other” of these vendors (bitset) KL counts under another option."""
        return sum((counted & vendors).bit_count() for counted in self.counted_by_kl)


@dataclass(frozen=True, slots=True)
class ChoiceCount:
    """A choice with its number of vendors in some selection."""

    choice: Choice
    count: int


def _opened_questions() -> list[Question]:
    """The questions of every round that has opened, with their options and rounds. Three queries."""
    questions = Question.objects.filter(rounds__in=SurveyRound.objects.opened().values("pk")).distinct()
    return list(questions.select_related("comment").prefetch_related("options", "rounds"))


def searched_options(tallies: Mapping[str, QuestionTally]) -> set[int]:
    """The primary keys of the options beside which own words are searched.

    Nobody is found by what no page shows, or by what it finds difficult.
    """
    searchable = (tally for tally in tallies.values() if tally.question.is_searchable)
    return {choice.option.pk for tally in searchable for choice in tally.choices}


def read_tallies(answers: PublishedAnswers) -> dict[str, QuestionTally]:
    """Question code to the question's choices, in the survey's order. Three queries."""
    by_code = {}
    for question in _opened_questions():
        options = list(question.options.all())
        choices = tuple(
            Choice(option, answers.vendors.get(option.pk, 0), answers.used.get(option.pk, 0)) for option in options
        )
        by_code[question.code] = QuestionTally(
            question=question,
            choices=choices,
            answered=reduce(or_, (choice.vendors for choice in choices), 0),
            asked_in=frozenset(survey_round.pk for survey_round in question.rounds.all()),
            comment=getattr(question, "comment", None),
            worded=reduce(or_, (answers.worded.get(option.pk, 0) for option in options), 0),
            counted_by_kl=tuple(answers.counted[option.pk] for option in options if option.pk in answers.counted),
        )
    return by_code


def public_questions() -> list[QuestionTally]:
    """The public questions with nobody's answers, for the pages of members, which wait for no snapshot. Three queries."""
    return list(read_tallies(PublishedAnswers.made_of(())).values())
