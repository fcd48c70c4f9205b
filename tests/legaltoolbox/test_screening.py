"""The screening leaves nothing out that might be needed in a situation, and gives a reason for everything."""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import product

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from legaltoolbox.catalogue import Catalogue
from legaltoolbox.models import Activity, ActivityCondition, ScreeningQuestion
from legaltoolbox.plans import plan
from legaltoolbox.screening import Band, Situation, applying, verdict
from tests.checks import not_empty

FIRST = ScreeningQuestion(pk=1, code="persondata", position=1)
FOLLOWING = ScreeningQuestion(pk=2, code="foelsomme", position=2, requires=FIRST)
LAST = ScreeningQuestion(pk=3, code="biometri", position=3, requires=FOLLOWING)
OTHER = ScreeningQuestion(pk=4, code="udvikler", position=4)
QUESTIONS = (FIRST, FOLLOWING, LAST, OTHER)
ACTIVITY = Activity(pk=1, code="A01")


def verdict_on(conditions: list[tuple[ScreeningQuestion, str] | tuple[ScreeningQuestion, str, int]], **answers: str):
    """The verdict on an activity with these conditions, each with a reason that names it; the third value is its group."""
    rows = [
        ActivityCondition(question=question, answer=answer, reason=f"{question.code} {answer}", group=sum(group))
        for question, answer, *group in conditions
    ]
    questions = {question.pk: question for question in QUESTIONS}
    catalogue = Catalogue(0, date(2025, 1, 1), {"question": questions}, _parts={("conditions", Activity, 1): rows})
    return verdict(ACTIVITY, catalogue, Situation(answers=answers))


# The rules ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("answers", [{}, {"persondata": "no"}, {"persondata": "yes", "udvikler": "no"}])
def test_what_has_no_condition_always_applies(answers):
    result = verdict_on([], **answers)
    assert result.applies
    assert result.unanswered == ()
    assert result.reasons == ()


def test_one_condition_that_holds_is_enough_and_is_the_reason():
    result = verdict_on([(FIRST, "yes"), (OTHER, "no")], persondata="yes", udvikler="yes")
    assert result.applies
    assert result.unanswered == ()
    assert result.reasons == ("persondata yes",)


def test_a_reason_decides_also_while_another_question_is_open():
    result = verdict_on([(FIRST, "yes"), (OTHER, "no")], persondata="yes")
    assert result.reasons == ("persondata yes",)
    assert result.unanswered == ()


def test_all_reasons_that_hold_are_given_once_each():
    result = verdict_on([(FIRST, "yes"), (OTHER, "no"), (FIRST, "yes")], persondata="yes", udvikler="no")
    assert result.reasons == ("persondata yes", "udvikler no")


def test_what_has_no_condition_that_holds_does_not_apply():
    result = verdict_on([(FIRST, "yes"), (OTHER, "no")], persondata="no", udvikler="yes")
    assert not result.applies
    assert result.reasons == ()


def test_what_is_not_answered_stays_in_sight_and_says_which_question_would_decide():
    result = verdict_on([(FIRST, "yes"), (OTHER, "no"), (OTHER, "yes")], persondata="no")
    assert result.applies
    assert result.unanswered == (OTHER,)
    assert result.reasons == ()


@pytest.mark.parametrize("chosen", [{}, {"foelsomme": "yes"}, {"biometri": "yes"}])
def test_no_to_a_question_is_no_to_those_that_follow_on_it(chosen):
    answers = {"persondata": "no"} | chosen
    assert Situation(answers=answers).answer(LAST) == "no"
    assert not verdict_on([(FOLLOWING, "yes"), (LAST, "yes")], **answers).applies
    assert verdict_on([(LAST, "no")], **answers).reasons == ("biometri no",)


@pytest.mark.parametrize("first", [{}, {"persondata": "yes"}])
def test_yes_or_nothing_to_a_question_leaves_those_that_follow_on_it_open(first):
    assert Situation(answers=first).answer(FOLLOWING) == ""
    assert verdict_on([(FOLLOWING, "yes")], **first).unanswered == (FOLLOWING,)


def test_a_question_follows_neither_on_itself_nor_on_one_that_follows_on_it():
    first, following = ScreeningQuestion(pk=1), ScreeningQuestion(pk=2)
    following.requires = first
    following.clean()
    for above in (first, following):
        first.requires = above
        with pytest.raises(ValidationError):
            first.clean()


def test_of_a_group_all_must_hold():
    together = [(FIRST, "yes", 1), (OTHER, "yes", 1)]
    assert verdict_on(together, persondata="yes", udvikler="no").band is Band.NOT_APPLICABLE
    both = verdict_on(together, persondata="yes", udvikler="yes")
    assert (both.band, both.reasons, both.questions) == (
        Band.ANSWERED,
        ("persondata yes", "udvikler yes"),
        (FIRST, OTHER),
    )


def test_a_group_that_holds_so_far_waits_for_what_is_not_answered():
    result = verdict_on([(FIRST, "yes", 1), (OTHER, "yes", 1)], persondata="yes")
    assert (result.band, result.reasons, result.unanswered) == (Band.UNANSWERED, (), (OTHER,))


def test_one_group_or_one_condition_alone_is_enough():
    rows = [(FOLLOWING, "yes"), (FIRST, "yes", 1), (OTHER, "no", 1), (FIRST, "yes", 2), (OTHER, "yes", 2)]
    assert verdict_on(rows, persondata="yes", udvikler="yes").reasons == ("persondata yes", "udvikler yes")
    assert verdict_on(rows, persondata="yes", foelsomme="yes").reasons == ("foelsomme yes",)
    assert verdict_on(rows, persondata="yes", foelsomme="no").unanswered == (OTHER,)


def test_the_bands_are_told_apart():
    rows = [(FIRST, "yes")]
    assert verdict_on([]).band is Band.ALWAYS
    assert verdict_on(rows).band is Band.UNANSWERED
    assert verdict_on(rows, persondata="yes").band is Band.ANSWERED
    assert verdict_on(rows, persondata="no").band is Band.NOT_APPLICABLE


# Whatever the conditions --------------------------------------------------------------------------

conditions = st.lists(
    st.tuples(st.sampled_from(QUESTIONS), st.sampled_from(["yes", "no"]), st.sampled_from([0, 1, 2])), max_size=5
)


def holds(rows: list[tuple[ScreeningQuestion, str, int]], answers: Mapping[str, str]) -> bool:
    """Whether the conditions hold where every question is answered."""
    single = [counted(question, answers) == answer for question, answer, group in rows if not group]
    groups = {group for _question, _answer, group in rows if group}
    return any(single) or any(
        all(counted(question, answers) == answer for question, answer, other in rows if other == group)
        for group in groups
    )


def counted(question: ScreeningQuestion, answers: Mapping[str, str]) -> str:
    if question.requires and counted(question.requires, answers) == "no":
        return "no"
    return answers.get(question.code, "")


def can_hold(rows: list[tuple[ScreeningQuestion, str, int]], group: int) -> bool:
    """Whether any answers make the whole group hold: it does not ask for yes and no to one question."""
    alone = [row for row in rows if row[2] == group]
    return any(holds(alone, answers) for answers in completed({}))


@st.composite
def answered_in_order(draw) -> dict[str, str]:
    """Some questions answered; one that follows on another only after yes to that."""
    answers: dict[str, str] = {}
    for question in QUESTIONS:
        is_asked = question.requires is None or answers.get(question.requires.code) == "yes"
        if is_asked and (answer := draw(st.sampled_from(["", "yes", "no"]))):
            answers[question.code] = answer
    return answers


def completed(answers: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """All ways in which the questions that are still open can be answered."""
    open_codes = [question.code for question in QUESTIONS if question.code not in answers]
    for remaining_answers in product(("yes", "no"), repeat=len(open_codes)):
        yield {**answers, **dict(zip(open_codes, remaining_answers, strict=True))}


@given(rows=conditions, answers=answered_in_order())
def test_something_is_in_sight_exactly_as_long_as_some_answers_could_make_it_apply(rows, answers):
    ways = [not rows or holds(rows, full) for full in completed(answers)]
    result = verdict_on(rows, **answers)
    if any(ways) or all(can_hold(rows, group) for group in {group for _question, _answer, group in rows if group}):
        assert result.applies == any(ways)
    if result.applies and not result.unanswered:
        assert all(ways)
    if result.unanswered:
        assert result.applies
        assert all(counted(question, answers) == "" for question in result.unanswered)


# With the content ---------------------------------------------------------------------------------


@hypothesis_settings(max_examples=40)
@given(data=st.data())
def test_an_answer_never_makes_appear_what_did_not_apply_before(data, content):
    """An answer more leaves fewer items to look at, and no new ones."""
    codes = [question.code for question in content.questions]
    answers = data.draw(st.dictionaries(st.sampled_from(codes), st.sampled_from(["yes", "no"]), max_size=12))
    code = data.draw(st.sampled_from([code for code in codes if code not in answers]))
    answer = data.draw(st.sampled_from(["yes", "no"]))
    for items in (content.activities, content.risks, content.requirements):
        before = {item.code for item, _ in applying(items, content, Situation(answers=answers))}
        after = {item.code for item, _ in applying(items, content, Situation(answers={**answers, code: answer}))}
        assert after <= before


def test_without_answers_everything_is_in_sight_and_says_whether_it_is_certain(content):
    for items in (content.activities, content.risks, content.requirements):
        applicable = applying(items, content, Situation())
        assert [item for item, _ in applicable] == not_empty(items)
        for item, result in applicable:
            assert set(result.unanswered) == {condition.question for condition in content.conditions(item)}


def test_every_question_decides_something(content):
    """A question that changes nothing is not asked."""
    everything = [*content.activities, *content.risks, *content.requirements]
    answers = {question.code: "no" for question in content.questions}
    for question in not_empty(content.questions):
        needed = {question.requires.code: "yes"} if question.requires else {}
        yes, no = (
            [item.code for item, _ in applying(everything, content, Situation(answers=answers | needed | chosen))]
            for chosen in ({question.code: "yes"}, {question.code: "no"})
        )
        assert yes != no, question.code


def test_the_reasons_make_one_sentence(content):
    answers = {question.code: "yes" for question in content.questions}
    entries = [entry for phase in plan(content, Situation(answers=answers)).phases for entry in phase.entries]
    several = [entry for entry in entries if len(entry.verdict.reasons) > 1]
    assert several
    for entry in several:
        first, last = entry.verdict.reasons[0], entry.verdict.reasons[-1]
        assert entry.reason.startswith(f"Fordi {first}")
        assert entry.reason.endswith(f" og fordi {last}.")
        clauses = [f"fordi {reason}" for reason in entry.verdict.reasons]
        assert all(clause in entry.reason.replace("Fordi", "fordi") for clause in clauses)
        has_comma = len(clauses) > 2 or "," in first
        assert entry.reason.endswith(f", og fordi {last}.") == has_comma
    always = [entry for entry in entries if not content.conditions(entry.activity)]
    assert {entry.reason for entry in always} == {""}


# The address --------------------------------------------------------------------------------------


def test_a_situation_gives_the_pairs_of_its_address():
    situation = Situation("jurist", {"persondata": "yes", "udvikler": "no"}, "drift")
    assert list(situation.pairs()) == [("rolle", "jurist"), ("nu", "drift"), ("persondata", "yes"), ("udvikler", "no")]
    assert list(situation.with_role("").with_phase("").without_answer("persondata").pairs()) == [("udvikler", "no")]
    assert situation.with_role("").with_phase("").query() == "?persondata=yes&udvikler=no"
    assert Situation(shows_all=True).query() == Situation().query() == "?"
    assert situation.role == "jurist"
    assert "persondata" in situation.answers
    assert Situation().is_open
    assert not Situation(answers={"udvikler": "no"}).is_open
    assert not Situation("jurist").is_open
    assert not Situation(phase="drift").is_open
    assert Situation(shows_all=True).is_open


def test_where_a_page_shows_all_no_answer_decides():
    situation = Situation("jurist", {"persondata": "yes"}, shows_all=True)
    assert situation.applied == Situation()
    assert Situation("jurist").applied == Situation("jurist")
