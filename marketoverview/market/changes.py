"""What has changed in the market between two days: pure functions of two `MarketDay`s.

How many chose an option on each of two days says little: others may have answered. Only the vendors that answered the
question on both days carry a change, and only what they ticked themselves; KL's counting of own words stands apart.
Where a question or an option is not the same on both days, no change is told, but the reason. Nor is a vendor compared
that has answered anew, and had given its earlier answer before the question or option was introduced or reworded: it has
not answered the same thing twice, though the words were the same on both days.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from functools import reduce
from operator import or_

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kl_ai.search import bitset

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
    NOT_ASKED = "not asked"


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

    def left_out_text(self, number: int) -> str:
        """That so many vendors are not compared, for this reason, as a sentence in the active language."""
        texts = _left_out_texts(number, is_question=self.is_question)
        return texts[self.cause] % {"number": number, "day": date_format(self.day, "DATE_FORMAT") if self.day else ""}


def _question_texts() -> dict[Cause, str]:
    return {
        Cause.INTRODUCED: _("The question was asked for the first time from %(day)s."),
        Cause.ENDED: _("The question is not asked any longer."),
        Cause.REWORDED: _("The question was worded differently from %(day)s."),
        Cause.REWORDED_IN_ENGLISH: _("The question was worded differently in English from %(day)s."),
        Cause.NOT_ASKED: _("The question is not in the round in which companies have answered again."),
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


def _left_out_texts(number: int, *, is_question: bool) -> dict[Cause, str]:
    """Why `number` vendors are left out, with places for the number and the day."""
    introduced = ngettext(
        "%(number)s company is not compared: its earlier answer is from %(day)s or before, and the answer came that day.",
        "%(number)s companies are not compared: their earlier answers are from %(day)s or before, and the answer came that day.",
        number,
    )
    if is_question:
        reworded = ngettext(
            "%(number)s company is not compared: its earlier answer is from %(day)s or before, and the question was reworded that day.",
            "%(number)s companies are not compared: their earlier answers are from %(day)s or before, and the question was reworded that day.",
            number,
        )
    else:
        reworded = ngettext(
            "%(number)s company is not compared: its earlier answer is from %(day)s or before, and the answer was reworded that day.",
            "%(number)s companies are not compared: their earlier answers are from %(day)s or before, and the answer was reworded that day.",
            number,
        )
    return {Cause.INTRODUCED: introduced, Cause.REWORDED: reworded, Cause.REWORDED_IN_ENGLISH: reworded}


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
    left_out: int = 0
    """Of the vendors that answered on both days, who is not compared at this option."""
    left_out_reason: Reason | None = None


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
    """Who answered it on both days and is compared."""
    options: tuple[OptionChange, ...]
    reason: Reason | None = None
    """Why no option of the question tells a change."""
    left_out: int = 0
    """Who answered it on both days and is not compared."""
    left_out_reason: Reason | None = None


class AnsweredAnew:
    """The vendors of both days whose answers are of two days, by the day of the earlier ones."""

    def __init__(self, before: MarketDay, after: MarketDay) -> None:
        by_day: dict[date, list[int]] = {}
        for vendor, day in before.answered_on.items():
            if after.answered_on.get(vendor, day) != day:
                by_day.setdefault(day, []).append(vendor)
        size = max(before.answered_on, default=0) + 1
        self.by_day = {day: bitset.from_members(vendors, size) for day, vendors in by_day.items()}

    def until(self, last: date) -> int:
        """Those (bitset) whose earlier answers are of this day, on which the order of things is not known, or before."""
        return reduce(or_, (vendors for day, vendors in self.by_day.items() if day <= last), 0)


def changes(before: MarketDay, after: MarketDay) -> list[QuestionChange]:
    """Every question of the two days, the numbered figures first, and then in the survey's order."""
    codes = [*after.questions, *(code for code in before.questions if code not in after.questions)]
    anew = AnsweredAnew(before, after)
    found = [question_change(before, after, code, anew) for code in codes]
    return sorted(found, key=lambda change: change.question.figure_number or float("inf"))


def question_change(before: MarketDay, after: MarketDay, code: str, anew: AnsweredAnew | None = None) -> QuestionChange:
    """The question of this code, which one of the days has at least. `anew` is of the same days."""
    then, now = before.questions.get(code), after.questions.get(code)
    question = now or before.questions[code]
    answered_then, answered_now = then.answered if then else 0, now.answered if now else 0
    reason = _question_reason(then, now, after)
    both = 0 if reason else answered_then & answered_now
    anew = anew or AnsweredAnew(before, after)
    last = _last_rewording(question.wording)
    left_out = both & anew.until(last[1]) if last else 0
    return QuestionChange(
        code=code,
        question=question,
        before=answered_then,
        after=answered_now,
        both=both & ~left_out,
        options=tuple(_option_changes(then, now, (before, after), both & ~left_out, anew, told=reason is None)),
        reason=reason,
        left_out=left_out,
        left_out_reason=Reason(*last, is_question=True) if last and left_out else None,
    )


def _question_reason(then: QuestionOnDay | None, now: QuestionOnDay | None, after: MarketDay) -> Reason | None:
    if now is None:
        return Reason(Cause.ENDED, is_question=True)
    if then is None:
        return Reason(Cause.INTRODUCED, now.wording.introduced_on, is_question=True)
    if then.kind != now.kind:
        return Reason(Cause.OTHER_KIND, is_question=True)
    if then.answered & after.vendors & ~now.asked:
        return Reason(Cause.NOT_ASKED, is_question=True)
    cause = _rewording(then.wording, now.wording)
    return cause and Reason(*cause, is_question=True)


def _option_changes(
    then: QuestionOnDay | None,
    now: QuestionOnDay | None,
    days: tuple[MarketDay, MarketDay],
    both: int,
    anew: AnsweredAnew,
    *,
    told: bool,
) -> Iterator[OptionChange]:
    """The options of both days in the survey's order. One that nobody chose and nobody could choose is left out."""
    before, after = days
    options_then, options_now = then.options if then else {}, now.options if now else {}
    for code in [*options_now, *(code for code in options_then if code not in options_now)]:
        option_then, option_now = options_then.get(code), options_now.get(code)
        option = option_now or options_then[code]
        reason = _option_reason(option_then, option_now, before, after) if told else None
        compared = both if told and reason is None else 0
        last = _last_change(option.wording, now.wording if now else None)
        left_out = compared & anew.until(last[1]) if last else 0
        change = replace(
            _option_change(option, option_then, option_now, compared & ~left_out, reason),
            left_out=left_out,
            left_out_reason=Reason(*last) if last and left_out else None,
        )
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


def _last_change(wording: WordingOnDay, question: WordingOnDay | None) -> tuple[Cause, date] | None:
    """How and when an option last changed; None where it came with its question and reads as it did.

    Who has answered the question has seen the options that came with it.
    """
    last = _last_rewording(wording)
    if last or (question and question.introduced_on == wording.introduced_on):
        return last
    return Cause.INTRODUCED, wording.introduced_on


def _last_rewording(wording: WordingOnDay) -> tuple[Cause, date] | None:
    """How and when the words last changed their meaning, in either language: nobody knows in which one a vendor read."""
    rewordings = ((Cause.REWORDED, wording.reworded_on), (Cause.REWORDED_IN_ENGLISH, wording.reworded_en_on))
    return max(((cause, day) for cause, day in rewordings if day), key=lambda each: each[1], default=None)


def _rewording(then: WordingOnDay, now: WordingOnDay) -> tuple[Cause, date] | None:
    """Whether the words have changed their meaning between the two; a corrected spelling has no date."""
    if now.reworded_on and now.reworded_on != then.reworded_on:
        return Cause.REWORDED, now.reworded_on
    if now.reworded_en_on and now.reworded_en_on != then.reworded_en_on:
        return Cause.REWORDED_IN_ENGLISH, now.reworded_en_on
    return None


GROUPS = ("foer", "nu", "flere", "faerre", "kl-foer", "kl-nu", "udeladt")
"""The codes of the numbers that an option has, as the address of a list names them."""


def group(change: OptionChange, code: str) -> int:
    """The vendors (bitset) behind one of the option's numbers."""
    counted = (change.counted_before, change.counted_after)
    numbers = (change.before, change.after, change.more, change.fewer, *counted, change.left_out)
    return dict(zip(GROUPS, numbers, strict=True))[code]


QUESTION_GROUPS = ("foer", "nu", "begge", "udeladt")
"""The codes of the numbers that a question has."""


def question_group(change: QuestionChange, code: str) -> int:
    """The vendors (bitset) behind one of the question's numbers."""
    numbers = (change.before, change.after, change.both, change.left_out)
    return dict(zip(QUESTION_GROUPS, numbers, strict=True))[code]
