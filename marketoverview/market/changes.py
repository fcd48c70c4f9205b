"""What has changed in the market between two days: pure functions of two `MarketDay`s.

How many chose an option on each of two days says little: others may have answered. Only the vendors that answered the
question on both days carry a change, and only what they ticked themselves; KL's counting of own words stands apart.
Where a question or an option is not the same on both days, no change is told, but the reason.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from .days import MarketDay, OptionOnDay, QuestionOnDay, WordingOnDay


class Cause(Enum):
    """Why no change is told between two days."""

    INTRODUCED = "introduced"
    ENDED = "ended"
    RETIRED = "retired"
    BROUGHT_BACK = "brought back"
    REWORDED = "reworded"
    REWORDED_IN_ENGLISH = "reworded in English"
    OTHER_KIND = "other kind"


@dataclass(frozen=True)
class Reason:
    """A cause with its day, where there is one."""

    cause: Cause
    day: date | None = None
    is_question: bool = False

    @property
    def text(self) -> str:
        """The reason as a sentence in the active language."""
        texts = _question_texts() if self.is_question else _option_texts()
        return texts[self.cause] % {"day": date_format(self.day, "DATE_FORMAT") if self.day else ""}


def _question_texts() -> dict[Cause, str]:
    return {
        Cause.INTRODUCED: _("The question was asked for the first time from %(day)s."),
        Cause.ENDED: _("The question is not asked any longer."),
        Cause.REWORDED: _("The question was worded differently from %(day)s."),
        Cause.REWORDED_IN_ENGLISH: _("The question was worded differently in English from %(day)s."),
        Cause.OTHER_KIND: _("On one of the days a company could choose one answer, on the other one several."),
    }


def _option_texts() -> dict[Cause, str]:
    return {
        Cause.INTRODUCED: _("The answer could be chosen for the first time from %(day)s."),
        Cause.ENDED: _("The answer cannot be chosen any longer."),
        Cause.RETIRED: _("The answer could not be chosen any longer from %(day)s."),
        Cause.BROUGHT_BACK: _("The answer could not be chosen on the first day."),
        Cause.REWORDED: _("The answer was worded differently from %(day)s."),
        Cause.REWORDED_IN_ENGLISH: _("The answer was worded differently in English from %(day)s."),
    }


@dataclass(frozen=True)
class OptionChange:
    """An option on both days; all sets are bitsets over vendors' primary keys."""

    code: str
    option: OptionOnDay
    """As it reads on the later day, or on the earlier one where it is gone."""
    before: int
    after: int
    """Whom the figure of each day counted."""
    counted_before: int
    counted_after: int
    """Of these, whose own words KL counted under the option."""
    more: int
    fewer: int
    """Of the vendors that answered on both days, who ticked the option on the later day only, and on the earlier one only."""
    reason: Reason | None = None
    """Why `more` and `fewer` are not told; they are 0 then."""


@dataclass(frozen=True)
class QuestionChange:
    """A question on both days."""

    code: str
    question: QuestionOnDay
    """As it reads on the later day, or on the earlier one where it is gone."""
    before: int
    after: int
    """Who answered the question on each day."""
    both: int
    options: tuple[OptionChange, ...]
    reason: Reason | None = None
    """Why no option of the question tells a change."""


def changes(before: MarketDay, after: MarketDay) -> list[QuestionChange]:
    """Every question of the two days, the numbered figures first, and then in the survey's order."""
    codes = [*after.questions, *(code for code in before.questions if code not in after.questions)]
    found = [question_change(before, after, code) for code in codes]
    return sorted(found, key=lambda change: change.question.figure_number or float("inf"))


def question_change(before: MarketDay, after: MarketDay, code: str) -> QuestionChange:
    """The question of this code, which one of the days has at least."""
    then, now = before.questions.get(code), after.questions.get(code)
    question = now or before.questions[code]
    answered_then, answered_now = then.answered if then else 0, now.answered if now else 0
    reason = _question_reason(then, now, before, after)
    both = 0 if reason else answered_then & answered_now
    return QuestionChange(
        code=code,
        question=question,
        before=answered_then,
        after=answered_now,
        both=both,
        options=tuple(_option_changes(then, now, before, after, both, told=reason is None)),
        reason=reason,
    )


def _question_reason(
    then: QuestionOnDay | None, now: QuestionOnDay | None, before: MarketDay, after: MarketDay
) -> Reason | None:
    if now is None:
        return Reason(Cause.ENDED, is_question=True)
    if then is None:
        return Reason(Cause.INTRODUCED, now.wording.introduced_on, is_question=True)
    if then.kind != now.kind:
        return Reason(Cause.OTHER_KIND, is_question=True)
    cause = _rewording(then.wording, now.wording)
    return cause and Reason(*cause, is_question=True)


def _option_changes(
    then: QuestionOnDay | None,
    now: QuestionOnDay | None,
    before: MarketDay,
    after: MarketDay,
    both: int,
    *,
    told: bool,
) -> Iterator[OptionChange]:
    """The options of both days in the survey's order. One that nobody chose and nobody could choose is left out."""
    options_then, options_now = then.options if then else {}, now.options if now else {}
    for code in [*options_now, *(code for code in options_then if code not in options_now)]:
        option_then, option_now = options_then.get(code), options_now.get(code)
        option = option_now or options_then[code]
        reason = _option_reason(option_then, option_now, before, after) if told else None
        change = _option_change(option, option_then, option_now, both if told and reason is None else 0, reason)
        if change.before or change.after or not _is_retired(change.option.wording, before.day):
            yield change


def _option_change(
    option: OptionOnDay, then: OptionOnDay | None, now: OptionOnDay | None, compared: int, reason: Reason | None
) -> OptionChange:
    """The option on both days; `compared` are the vendors (bitset) that carry a change."""
    ticked_then, ticked_now = (then.chosen if then else 0), (now.chosen if now else 0)
    return OptionChange(
        code=option.code,
        option=option,
        before=then.vendors if then else 0,
        after=now.vendors if now else 0,
        counted_before=then.counted if then else 0,
        counted_after=now.counted if now else 0,
        more=ticked_now & ~ticked_then & compared,
        fewer=ticked_then & ~ticked_now & compared,
        reason=reason,
    )


def _option_reason(
    then: OptionOnDay | None, now: OptionOnDay | None, before: MarketDay, after: MarketDay
) -> Reason | None:
    if now is None:
        return Reason(Cause.ENDED)
    if then is None:
        return Reason(Cause.INTRODUCED, now.wording.introduced_on)
    if _is_retired(now.wording, after.day):
        return Reason(Cause.RETIRED, now.wording.retired_on)
    if _is_retired(then.wording, before.day):
        return Reason(Cause.BROUGHT_BACK)
    cause = _rewording(then.wording, now.wording)
    return cause and Reason(*cause)


def _is_retired(wording: WordingOnDay, day: date) -> bool:
    return wording.retired_on is not None and wording.retired_on <= day


def _rewording(then: WordingOnDay, now: WordingOnDay) -> tuple[Cause, date] | None:
    """Whether the words have changed their meaning between the two; a corrected spelling has no date."""
    if now.reworded_on and now.reworded_on != then.reworded_on:
        return Cause.REWORDED, now.reworded_on
    if now.reworded_en_on and now.reworded_en_on != then.reworded_en_on:
        return Cause.REWORDED_IN_ENGLISH, now.reworded_en_on
    return None


GROUPS = ("foer", "nu", "flere", "faerre", "kl-foer", "kl-nu")
"""The codes of the numbers that an option has, as the address of a list names them."""


def group(change: OptionChange, code: str) -> int:
    """The vendors (bitset) behind one of the option's numbers."""
    numbers = (change.before, change.after, change.more, change.fewer, change.counted_before, change.counted_after)
    return dict(zip(GROUPS, numbers, strict=True))[code]
