"""The rules of a small, harmless use, each on content made for it: today's content does not have all of these cases."""

from datetime import date

import pytest

from legaltoolbox.catalogue import Catalogue
from legaltoolbox.left_out import not_applicable_reason
from legaltoolbox.models import Activity, ActivityCondition, ScreeningQuestion
from legaltoolbox.screening import Band, Situation, reconciled, verdict

PERSONAL = ScreeningQuestion(pk=1, code="persondata", position=1, question="Behandler I personoplysninger?")
SENSITIVE = ScreeningQuestion(pk=2, code="foelsomme", position=2, question="Følsomme?", requires=PERSONAL)
BIOMETRY = ScreeningQuestion(pk=3, code="biometri", position=3, question="Biometri?", requires=SENSITIVE)
HARMFUL = ScreeningQuestion(pk=4, code="omfang", position=4, question="Mange?", rules_out_small_use=True)
QUESTIONS = (PERSONAL, SENSITIVE, BIOMETRY, HARMFUL)
SMALL = {"omfang": "no"}


def catalogue_with(*rows: ActivityCondition) -> Catalogue:
    parts: dict = {}
    for row in rows:
        parts.setdefault(("conditions", Activity, row.activity.pk), []).append(row)
    return Catalogue(0, date(2025, 1, 1), {"question": {item.pk: item for item in QUESTIONS}}, _parts=parts)


def condition(activity: Activity, question: ScreeningQuestion = PERSONAL) -> ActivityCondition:
    return ActivityCondition(activity=activity, question=question, answer="yes", reason="I gør det")


def activity(pk: int, kind: str = "", other: Activity | None = None) -> Activity:
    text = "Det er nok." if kind else ""
    return Activity(pk=pk, code=f"A0{pk}", small_use_kind=kind, small_use=text, small_use_with=other)


# What hangs on another activity -------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "band"), [("together", Band.TOGETHER), ("assessed", Band.ASSESSED)])
def test_what_surely_applies_hangs_on_another_activity_that_surely_applies(kind, band):
    carrier = activity(1, "short")
    item = activity(2, kind, carrier)
    result = verdict(item, catalogue_with(), Situation(answers=SMALL))
    assert (result.band, result.with_activity) == (band, carrier)
    answered = verdict(item, catalogue_with(condition(item)), Situation(answers=SMALL | {"persondata": "yes"}))
    assert (answered.band, answered.with_activity) == (band, carrier)


@pytest.mark.parametrize("kind", ["together", "assessed"])
def test_what_waits_for_an_answer_keeps_its_question(kind):
    item = activity(2, kind, activity(1))
    result = verdict(item, catalogue_with(condition(item)), Situation(answers=SMALL))
    assert (result.band, result.unanswered, result.with_activity) == (Band.UNANSWERED, (PERSONAL,), None)
    assert result.small_use == "Det er nok."


@pytest.mark.parametrize("carrier_kind", ["together", "leave_out"])
@pytest.mark.parametrize("kind", ["together", "assessed"])
def test_what_hangs_on_an_activity_that_is_not_done_by_itself_stands_by_itself(kind, carrier_kind):
    carrier = activity(1, carrier_kind, activity(3) if carrier_kind == "together" else None)
    result = verdict(activity(2, kind, carrier), catalogue_with(), Situation(answers=SMALL))
    assert (result.band, result.with_activity) == (Band.ALWAYS, None)


@pytest.mark.parametrize("answers", [SMALL, SMALL | {"persondata": "no"}])
@pytest.mark.parametrize("kind", ["together", "assessed"])
def test_what_hangs_on_an_activity_that_may_not_apply_stands_by_itself(kind, answers):
    carrier = activity(1)
    result = verdict(activity(2, kind, carrier), catalogue_with(condition(carrier)), Situation(answers=answers))
    assert (result.band, result.with_activity) == (Band.ALWAYS, None)


@pytest.mark.parametrize("kind", ["together", "assessed"])
def test_what_hangs_on_nothing_stands_by_itself(kind):
    result = verdict(activity(2, kind), catalogue_with(), Situation(answers=SMALL))
    assert (result.band, result.with_activity) == (Band.ALWAYS, None)


# The use ------------------------------------------------------------------------------------------


def test_a_use_is_small_only_where_something_could_rule_that_out_and_does_not():
    assert Situation(answers=SMALL).is_small(QUESTIONS)
    assert not Situation(answers={"omfang": "yes"}).is_small(QUESTIONS)
    assert not Situation().is_small(QUESTIONS)
    harmless = [question for question in QUESTIONS if not question.rules_out_small_use]
    assert not Situation(answers=SMALL).is_small(harmless)


def test_a_yes_overrules_each_no_above_it():
    answers, contradictions = reconciled(
        {"persondata": "no", "foelsomme": "no", "biometri": "yes", "omfang": "no"}, QUESTIONS
    )
    assert answers == {"persondata": "yes", "foelsomme": "yes", "biometri": "yes", "omfang": "no"}
    assert contradictions == [(SENSITIVE, BIOMETRY), (PERSONAL, BIOMETRY)]


def test_a_yes_overrules_a_no_above_a_question_that_is_not_answered():
    answers, contradictions = reconciled({"persondata": "no", "biometri": "yes"}, QUESTIONS)
    assert answers == {"persondata": "yes", "biometri": "yes"}
    assert contradictions == [(PERSONAL, BIOMETRY)]


def test_what_does_not_apply_names_the_question_that_was_answered():
    """Not the one that follows on it, which nobody answered."""
    item = activity(1)
    catalogue = catalogue_with(condition(item, BIOMETRY))
    reason = not_applicable_reason(item, catalogue, Situation(answers={"persondata": "no"}))
    assert reason == "I har svaret “Nej” til “Behandler I personoplysninger?”."
