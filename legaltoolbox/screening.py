"""Which items apply to a municipality by its answers to the screening questions, and why.

An item without conditions always applies. One with conditions applies when one of them holds; of conditions with a
group number in common all must hold. An item that depends on a question which is not answered is kept in sight and
names the question: nothing is left out that might be needed. For a use that is small and harmless some activities can
be done in a shorter way, some together with another one, and some that no law demands of it can be left out; all say so.
A duty stays in the plan however small the use is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from django.db.models import Model

from kl_ai.pages.querystring import encode

from .catalogue import Catalogue
from .models import Activity, Condition, Requirement, Risk, ScreeningQuestion, TemplateSection

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

    def is_small(self, questions: Iterable[ScreeningQuestion]) -> bool:
        """Whether the use is small and harmless: no to each of the questions whose yes rules that out."""
        ruling_out = [question for question in questions if question.rules_out_small_use]
        return bool(ruling_out) and all(self.answer(question) == NO for question in ruling_out)

    def keeping_from_small_use(self, questions: Iterable[ScreeningQuestion]) -> list[ScreeningQuestion]:
        """The questions that keep the use from being small and harmless: answered yes, or not answered."""
        return [question for question in questions if question.rules_out_small_use and self.answer(question) != NO]


def reconciled(
    answers: Mapping[str, str], questions: Iterable[ScreeningQuestion]
) -> tuple[dict[str, str], list[tuple[ScreeningQuestion, ScreeningQuestion]]]:
    """The answers with yes in place of a no that a yes further down contradicts, and those pairs: the no, and that yes.

    Of two answers that cannot both be right the one counts that leaves no duty out. No query.
    """
    result, contradictions = dict(answers), []
    for question in questions:
        above = question.requires if answers.get(question.code) == YES else None
        while above is not None:
            if result.get(above.code) == NO:
                result[above.code] = YES
                contradictions.append((above, question))
            above = above.requires
    return result, contradictions


class Band(Enum):
    """How far an item applies in a situation."""

    ALWAYS = "always"
    ANSWERED = "answered"
    """Because of answers that are given."""
    UNANSWERED = "unanswered"
    """Only if a question that is not answered gets one answer or the other."""
    ASSESSED = "assessed"
    """Only if another activity shows that it is needed; for a small, harmless use."""
    TOGETHER = "together"
    """It is done together with another activity, which stays in the plan; for a small, harmless use."""
    LEFT_OUT = "left-out"
    """It can be left out, since the use is small and harmless."""
    NOT_APPLICABLE = "not-applicable"


APPLYING = (Band.ALWAYS, Band.ANSWERED, Band.UNANSWERED, Band.ASSESSED, Band.TOGETHER)
"""The bands of what applies or may apply, in the order in which pages show them."""
SETTLED = (Band.ALWAYS, Band.ANSWERED)
"""The bands of what applies whatever else is answered or assessed."""
SMALL_USE_BANDS: dict[str, Band] = {
    Activity.SmallUse.TOGETHER: Band.TOGETHER,
    Activity.SmallUse.ASSESSED: Band.ASSESSED,
    Activity.SmallUse.LEAVE_OUT: Band.LEFT_OUT,
}
"""The bands of activities in a small, harmless use; any other stays in the band of its conditions."""


SHORT_WAYS = {
    Risk.KIND: "Risikoen skal vurderes, men kort: Vurdér risiciene samlet på en halv side, med hvad der kan ske, hvor sandsynligt det er, og hvad I gør ved det.",
    Requirement.KIND: "Pligten bag et krav gælder uanset størrelsen. Leverandørens standardvilkår er nok, når de opfylder kravet: Skriv, hvor i vilkårene det står. Er kravet kommunens eget, så skriv én linje om, hvordan I opfylder det.",
}
"""What is enough for a small, harmless use, by the kind of item, in Danish as the content around it is. No risk and no
requirement is left out for it; of activities each says by itself what is enough."""


@dataclass(frozen=True)
class Verdict:
    """How far an item applies, and why."""

    band: Band
    reasons: tuple[str, ...] = ()
    """Each continues the word "because", in Danish as the editors have written it."""
    questions: tuple[ScreeningQuestion, ...] = ()
    """The questions that decide: those answered in `ANSWERED`, those not answered in `UNANSWERED`."""
    small_use: str = ""
    """For a small, harmless use: what is enough, or in `LEFT_OUT` why it can be left out. Danish."""
    with_activity: Activity | None = None
    """The activity that it is done together with in `TOGETHER`, or that shows whether it is needed in `ASSESSED`."""

    @property
    def applies(self) -> bool:
        """Whether the item applies or may apply."""
        return self.band in APPLYING

    @property
    def unanswered(self) -> tuple[ScreeningQuestion, ...]:
        """The questions whose answer would decide."""
        return self.questions if self.band is Band.UNANSWERED else ()


ALWAYS = Verdict(Band.ALWAYS)
NOT_APPLICABLE = Verdict(Band.NOT_APPLICABLE)

SHORT_FORM = "De øvrige afsnit er nok til en kort udgave."
"""Why a section can be left out where the use is small and harmless."""


def is_withdrawn(owner: Any, catalogue: Catalogue) -> bool:
    """Whether the item is one that the catalogue has no more and a project has taken leave of. No query."""
    return (getattr(owner, "KIND", ""), owner.pk) in catalogue.withdrawn


def verdict(owner: Model, catalogue: Catalogue, situation: Situation) -> Verdict:
    """How far an item, or a section of a template, applies in this situation. No query."""
    return _verdict(owner, catalogue, situation, situation.is_small(catalogue.questions))


def _verdict(owner: Model, catalogue: Catalogue, situation: Situation, is_small: bool) -> Verdict:
    """The verdict; `is_small` says whether the use is small and harmless, which takes going through all questions."""
    if catalogue.withdrawn and is_withdrawn(owner, catalogue):
        return NOT_APPLICABLE
    result = _by_conditions(catalogue.parts("conditions", owner), situation)
    if is_small and isinstance(owner, Activity) and owner.small_use_kind and result.applies:
        return _for_small_use(owner, result, catalogue, situation)
    if is_small and isinstance(owner, Risk | Requirement) and result.applies:
        return replace(result, small_use=SHORT_WAYS[owner.KIND])
    if is_small and isinstance(owner, TemplateSection) and owner.not_for_small_use and result.applies:
        return replace(result, band=Band.LEFT_OUT, small_use=SHORT_FORM)
    return result


def short_way(kind: str, catalogue: Catalogue, situation: Situation) -> str:
    """What is enough for the items of a kind where the use is small and harmless; "" for any other use or kind."""
    is_small = not situation.shows_all and situation.is_small(catalogue.questions)
    return SHORT_WAYS.get(kind, "") if is_small else ""


SHOWN_SMALL_USE_QUESTIONS = 2
"""A use is close to a small one where at most this many answers stand in between."""


@dataclass(frozen=True, slots=True)
class NearSmallUse:
    """The few answers that keep a use from being small and harmless, and what they decide."""

    answered: tuple[ScreeningQuestion, ...]
    """Answered yes."""
    open: tuple[ScreeningQuestion, ...]
    """Not answered."""
    count: int
    """The number of activities that would stand in the plan by themselves if all these answers were no, for all roles."""
    count_now: int
    """The number of those that stand there now, for all roles."""


def near_small_use(catalogue: Catalogue, situation: Situation) -> NearSmallUse | None:
    """What keeps the use from being small and harmless, where it is little; else None. No query."""
    between = situation.keeping_from_small_use(catalogue.questions)
    if not 0 < len(between) <= SHOWN_SMALL_USE_QUESTIONS:
        return None
    small = replace(situation, answers={**situation.answers, **{question.code: NO for question in between}})
    answered = tuple(question for question in between if situation.answer(question) == YES)
    return NearSmallUse(
        answered,
        tuple(question for question in between if question not in answered),
        _count_by_themselves(catalogue, small),
        _count_by_themselves(catalogue, situation),
    )


def _count_by_themselves(catalogue: Catalogue, situation: Situation) -> int:
    """The number of activities that apply or may apply, without those done together with another one."""
    judged = verdicts(catalogue.activities, catalogue, situation)
    return sum(its.applies and its.band is not Band.TOGETHER for _activity, its in judged)


def _for_small_use(activity: Activity, result: Verdict, catalogue: Catalogue, situation: Situation) -> Verdict:
    """The verdict for a small, harmless use.

    What hangs on another activity stands by itself, with the shorter way, where that one does not surely apply, and
    where a question decides it that is not answered.
    """
    band, other = SMALL_USE_BANDS.get(activity.small_use_kind, result.band), activity.small_use_with
    if band in (Band.TOGETHER, Band.ASSESSED) and (
        result.band not in SETTLED
        or other is None
        or other.small_use_kind in (Activity.SmallUse.TOGETHER, Activity.SmallUse.LEAVE_OUT)
        or _by_conditions(catalogue.parts("conditions", other), situation).band not in SETTLED
    ):
        band, other = result.band, None
    return replace(result, band=band, small_use=activity.small_use, with_activity=other)


def _by_conditions(conditions: Iterable[Condition], situation: Situation) -> Verdict:
    """The verdict by the conditions alone."""
    sets = condition_sets(conditions)
    if not sets:
        return ALWAYS
    holding: list[Condition] = []
    unanswered: list[ScreeningQuestion] = []
    for together in sets:
        answers = [situation.answer(condition.question) for condition in together]
        if all(answer == condition.answer for answer, condition in zip(answers, together, strict=True)):
            holding += together
        elif all(answer in ("", condition.answer) for answer, condition in zip(answers, together, strict=True)):
            unanswered += [
                condition.question for answer, condition in zip(answers, together, strict=True) if not answer
            ]
    if holding:
        reasons = dict.fromkeys(condition.reason for condition in holding)
        return Verdict(Band.ANSWERED, tuple(reasons), _once(condition.question for condition in holding))
    return Verdict(Band.UNANSWERED, (), _once(unanswered)) if unanswered else NOT_APPLICABLE


def condition_sets(conditions: Iterable[Condition]) -> list[list[Condition]]:
    """The conditions in sets of which one must hold whole: each without a group alone, those of a group together."""
    alone, groups = [], defaultdict(list)
    for condition in conditions:
        if condition.group:
            groups[condition.group].append(condition)
        else:
            alone.append([condition])
    return [*alone, *groups.values()]


def _once(questions: Iterable[ScreeningQuestion]) -> tuple[ScreeningQuestion, ...]:
    """The questions, each once, in their order."""
    return tuple(sorted(dict.fromkeys(questions), key=lambda question: (question.position, question.code)))


def applying(items: list[Any], catalogue: Catalogue, situation: Situation) -> list[tuple[Any, Verdict]]:
    """The items that apply or may apply, each with its verdict, in their order."""
    return [(item, its) for item, its in verdicts(items, catalogue, situation) if its.applies]


def verdicts(items: Iterable[Any], catalogue: Catalogue, situation: Situation) -> Iterator[tuple[Any, Verdict]]:
    """Each item with its verdict. No query."""
    is_small = situation.is_small(catalogue.questions)
    return ((item, _verdict(item, catalogue, situation, is_small)) for item in items)


Bands = list[tuple[Band, list[tuple[Any, Verdict]]]]
"""Items with their verdicts, by band."""


def by_band(items: Iterable[Any], catalogue: Catalogue, situation: Situation) -> Bands:
    """The items that apply or may apply with their verdicts, by band; bands without items are left out."""
    judged = list(verdicts(items, catalogue, situation))
    bands = ((band, [(item, its) for item, its in judged if its.band is band]) for band in APPLYING)
    return [(band, rows) for band, rows in bands if rows]


def questions_by_answer(situation: Situation, catalogue: Catalogue) -> list[tuple[str, list[str]]]:
    """Each answer with the questions that got it. No query."""
    questions: dict[str, list[str]] = {}
    for code in situation.answers:
        question: ScreeningQuestion = catalogue.by_key[ScreeningQuestion.KIND][code]
        label = question.label(situation.answer(question))
        questions.setdefault(label, []).append(question.question)
    return list(questions.items())


def situation_answers(situation: Situation, catalogue: Catalogue) -> list[tuple[str, str]]:
    """As `questions_by_answer`, with the questions one after another, as a printed page names them."""
    return [(label, " ".join(asked)) for label, asked in questions_by_answer(situation, catalogue)]
