"""How far a recipient has answered an annex: each requirement, its points, and what is not handed in yet."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from kl_ai.text import clean_line, clean_text

from ..models import AnnexLine, Recipient, Submission
from ..models.vendor_answers import EMPTY_ANSWER, AnswerValue

NOT_TYPED = frozenset({"seen", "page", "save", "with_gaps", "csrfmiddlewaretoken"})
"""The fields of forms that hold no words of whoever sends them."""
Answers = Mapping[str, Mapping[str, str]]
"""The number of a point to its `value`, `how` and `reference`; points without an answer are missing."""


class AnswerState(NamedTuple):
    """How far a requirement is answered."""

    line: AnnexLine
    answered: int
    """How many of its points have yes, partly or no."""
    total: int
    is_begun: bool
    saved_at: datetime | None
    is_changed: bool
    """Whether something differs from what was handed in last; False where nothing was handed in."""

    @property
    def is_complete(self) -> bool:
        return self.answered == self.total

    @property
    def state(self) -> str:
        """As `components/part_state.html` names it; a requirement without points to answer is only read."""
        return "complete" if self.is_complete else "in-progress" if self.is_begun else "not-started"


class AnswerProgress(NamedTuple):
    """How far the whole annex is answered."""

    states: list[AnswerState]
    submission: Submission | None
    """What was handed in last."""

    @property
    def answered(self) -> int:
        return sum(state.answered for state in self.states)

    @property
    def total(self) -> int:
        return sum(state.total for state in self.states)

    @property
    def is_complete(self) -> bool:
        return self.answered == self.total

    @property
    def is_changed(self) -> bool:
        """Whether something differs from what was handed in last."""
        return any(state.is_changed for state in self.states)

    @property
    def incomplete(self) -> list[AnswerState]:
        return [state for state in self.states if not state.is_complete]

    @property
    def saved_at(self) -> datetime | None:
        """When something was saved last."""
        return max((state.saved_at for state in self.states if state.saved_at), default=None)


class ShownPoint(NamedTuple):
    """A point of a requirement with its answer, for whoever reads it."""

    number: str
    text: str
    is_answered: bool
    """Whether it is for the vendor to answer."""
    answer: Mapping[str, str]
    """`value`, `how` and `reference`, "" where nothing is said."""


def progress(recipient: Recipient) -> AnswerProgress:
    """How far the recipient is. Four queries."""
    lines = list(recipient.annex.lines.all())
    answers = recipient.working_answers()
    saved = dict(recipient.saved_parts.values_list("part", "saved_at"))
    submission = recipient.last_submission()
    return AnswerProgress([_state(line, answers, saved, submission) for line in lines], submission)


def _state(
    line: AnnexLine, answers: Answers, saved: Mapping[str, datetime], submission: Submission | None
) -> AnswerState:
    numbers = [point["number"] for point in line.answered_points]
    own = _of_points(answers, numbers)
    return AnswerState(
        line,
        sum(bool(answer["value"]) for answer in own.values()),
        len(numbers),
        bool(own),
        saved.get(line.code),
        submission is not None and own != _of_points(submission.answers, numbers),
    )


def _of_points(answers: Answers, numbers: Sequence[str]) -> dict[str, Mapping[str, str]]:
    return {number: answers[number] for number in numbers if number in answers}


def shown_points(line: AnnexLine, answers: Answers) -> list[ShownPoint]:
    """All parts of a requirement with these answers. No query."""
    return [
        ShownPoint(point["number"], point["text"], point["is_answered"], answers.get(point["number"], EMPTY_ANSWER))
        for point in line.points
    ]


def shown_lines(lines: Sequence[AnnexLine], answers: Answers) -> list[tuple[AnnexLine, list[ShownPoint]]]:
    """The requirements, each with its points and these answers. No query."""
    return [(line, shown_points(line, answers)) for line in lines]


def first_open(progress: AnswerProgress) -> AnswerState | None:
    """The first requirement that has an open point; None where all are answered."""
    return next(iter(progress.incomplete), None)


def typed_texts(data: Any) -> list[tuple[str, str]]:
    """What somebody has written in a form that cannot be stored, to be copied: the point that each text is about, "" for others, and the text."""
    names = [name for name in data if name[:1] != "_" and name not in NOT_TYPED]
    pairs = [(name, text) for name in names for text in data.getlist(name) if text.strip()]
    return [(clean_line(name.rpartition(".")[0], 10), _in_words(name, text)) for name, text in pairs]


def _in_words(name: str, text: str) -> str:
    """What was sent in a field as somebody reads it: of the field of a choice, its word."""
    words = dict(AnswerValue.choices) if name.endswith(".value") else {}
    return str(words.get(text) or clean_text(text))
