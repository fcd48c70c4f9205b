"""The life of a round: made from the last one, complete, released, taken back; which one is current."""

from datetime import date
from itertools import pairwise

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from marketoverview.models import Invitation, Question, SurveyRound, market_version
from marketoverview.models.rounds import FindingLevel
from marketoverview.survey.deadlines import is_latest, may_answer_after_close
from tests.builders import make_option, make_question, make_response, make_round, make_user
from tests.concurrency import run_at_once
from tests.days import days, on_day

pytestmark = pytest.mark.django_db


@pytest.fixture
def last() -> SurveyRound:
    """The round that is open, with a question of two options."""
    last = make_round("2026", opens_on=days(-60), closes_on=days(10), max_offerings=3, corrections_after_close=False)
    make_question("services", ["advisory", "delivery"], round=last)
    return last


def make_next(last: SurveyRound, **fields) -> SurveyRound:
    dates = {"opens_on": days(11), "closes_on": days(40)}
    return SurveyRound.make_from(
        last, **{"code": "2027", "name_da": "Runde 2027", "name_en": "Round 2027"} | dates | fields
    )


def problems(survey_round: SurveyRound) -> set[str]:
    return {finding.item for finding in survey_round.findings() if finding.level == FindingLevel.PROBLEM}


# Made from the last -----------------------------------------------------------------------------


def test_a_new_round_takes_questions_and_limits_and_is_not_released(last):
    new = make_next(last)
    assert list(new.questions.all()) == list(last.questions.all())
    assert (new.max_offerings, new.corrections_after_close, new.is_released) == (3, False, False)
    assert last.questions.get().history.first().rounds.count() == 2


def test_the_same_form_twice_makes_one_round(last):
    assert make_next(last) == make_next(last)
    assert SurveyRound.objects.count() == 2
    with pytest.raises(ValidationError) as refused:
        make_next(last, name_en="Another")
    assert list(refused.value.message_dict) == ["code"]


def test_a_round_with_code_and_dates_alone_does_not_open(last):
    SurveyRound.objects.create(code="tom", name_da="Tom", opens_on=days(0))
    assert SurveyRound.current() == last
    empty = SurveyRound.objects.get(code="tom")
    assert not empty.is_open
    with pytest.raises(ValidationError) as refused:
        empty.release(close_earlier=True)
    assert refused.value.messages[0].startswith("Runden har ingen spørgsmål. Åbn hvert spørgsmål")
    assert SurveyRound.current() == last


# What is missing --------------------------------------------------------------------------------


def test_a_complete_round_has_no_problem(last):
    assert problems(make_next(last)) == set()


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"name_en": ""}, {"names"}),
        ({"closes_on": None}, set()),
        ({"closes_on": days(11)}, {"dates"}),
        ({"opens_on": days(-5), "closes_on": days(-1)}, {"dates", "overlap"}),
        ({"opens_on": days(10)}, {"overlap"}),
        ({"max_description_words": 0}, {"limits"}),
        ({"max_offering_words": 0}, {"limits"}),
        ({"max_offering_words": 0, "max_offerings": 0}, set()),
    ],
)
def test_what_is_missing_is_found(fields, expected, last):
    new = make_next(last)
    for name, value in fields.items():
        setattr(new, name, value)
    assert problems(new) == expected


@pytest.mark.parametrize(
    ("others", "own", "text"),
    [
        (
            (date(2027, 3, 1), date(2027, 5, 31)),
            (date(2027, 5, 1), date(2027, 6, 30)),
            (
                "Runden overlapper “Runde 2027”, der er åben fra 1. marts 2027 til 31. maj 2027. "
                "Vælg en åbningsdato efter 31. maj 2027, eller luk “Runde 2027” tidligere."
            ),
        ),
        (
            (date(2027, 3, 1), date(2027, 5, 31)),
            (date(2027, 2, 1), None),
            (
                "Runden overlapper “Runde 2027”, der er åben fra 1. marts 2027 til 31. maj 2027. "
                "Luk denne runde før 1. marts 2027, eller ret datoerne for “Runde 2027”."
            ),
        ),
        (
            (date(2027, 3, 1), None),
            (date(2027, 3, 1), date(2027, 4, 1)),
            (
                "Runden overlapper “Runde 2027”, der åbner 1. marts 2027 og ikke har en lukkedato. "
                "Vælg en senere åbningsdato, eller ret datoerne for “Runde 2027”."
            ),
        ),
    ],
)
def test_an_overlap_names_the_other_dates_and_what_to_do(others, own, text, bare):
    make_round("2027", opens_on=others[0], closes_on=others[1])
    (finding,) = SurveyRound(opens_on=own[0], closes_on=own[1]).overlap_findings()
    assert finding.is_problem
    assert finding.text == text


def test_a_question_needs_two_options_and_english_is_a_warning(last):
    new = make_next(last)
    option = make_option(last.questions.get(), "advisory")
    option.label_en = ""
    option.save()
    assert [finding.item for finding in new.findings() if finding.level == FindingLevel.WARNING] == ["texts"]
    option.retire()
    assert problems(new) == {"options"}


# Released and taken back ------------------------------------------------------------------------


def test_a_released_round_opens_on_its_day(last):
    new = make_next(last)
    version = market_version.current()
    assert new.release()
    assert market_version.current() > version
    assert not new.release()
    assert SurveyRound.current() == last
    with on_day(11):
        assert SurveyRound.current() == new
        assert new.is_open
        assert not is_latest(last)


def test_an_unreleased_round_changes_nothing_on_its_day(last):
    SurveyRound.objects.filter(pk=last.pk).update(corrections_after_close=True)
    new = make_next(last)
    with on_day(12):
        assert SurveyRound.current() == last
        assert is_latest(last)
        assert not new.is_open
        assert not may_answer_after_close(new, is_public=True)


def test_a_round_without_an_end_is_closed_only_after_kls_yes(last):
    SurveyRound.objects.filter(pk=last.pk).update(closes_on=None)
    new = make_next(last)
    with pytest.raises(ValidationError):
        new.release()
    assert not SurveyRound.objects.get(code="2027").is_released
    assert new.release(close_earlier=True)
    last.refresh_from_db()
    assert last.closes_on == days(10)
    assert last.history.first().closes_on == days(10)


def test_a_round_is_taken_back_while_nobody_has_begun(last):
    new = make_next(last)
    assert not new.take_back()
    new.release()
    assert new.take_back()
    assert not SurveyRound.objects.get(pk=new.pk).is_released
    new.release()
    with on_day(11):
        make_response(status="draft", round=new)
        with pytest.raises(ValidationError):
            new.take_back()
    assert SurveyRound.objects.get(pk=new.pk).is_released


def test_nobody_is_invited_to_a_closed_or_unreleased_round(last):
    new, curator = make_next(last), make_user(is_staff=True)
    with pytest.raises(ValidationError):
        Invitation.invite_companies([], new, curator, "da")
    with on_day(11), pytest.raises(ValidationError):
        Invitation.invite_companies([], last, curator, "da")
    assert Invitation.invite_companies([], last, curator, "da") == []


# Which one is current ---------------------------------------------------------------------------

DAYS = st.integers(-40, 40)
ROUNDS = st.lists(st.tuples(DAYS, st.none() | st.integers(0, 30), st.booleans()), max_size=6)


@given(ROUNDS)
def test_the_current_round_is_the_latest_released_that_has_opened(bare, rows):
    SurveyRound.objects.all().delete()
    for number, (opens, length, is_released) in enumerate(rows):
        make_round(
            f"r{number}",
            opens_on=days(opens),
            closes_on=None if length is None else days(opens + length),
            released_at=timezone.now() if is_released else None,
        )
    candidates = [opens for opens, _length, is_released in rows if is_released and opens <= 0]
    current = SurveyRound.current()
    assert (current and current.opens_on) == (days(max(candidates)) if candidates else None)


@given(ROUNDS)
def test_released_rounds_never_overlap(bare, rows):
    """Whatever is released in whatever order, with or without KL's yes."""
    Question.objects.all().delete()
    SurveyRound.objects.all().delete()
    first = make_round("first", opens_on=days(-200), closes_on=days(-150))
    make_question("services", ["advisory", "delivery"], round=first)
    for number, (opens, length, close_earlier) in enumerate(rows):
        closes_on = None if length is None else days(opens + length)
        fields = {"code": f"r{number}", "name_da": "Ny", "name_en": "New"}
        new = SurveyRound.make_from(first, **fields, opens_on=days(opens), closes_on=closes_on)
        try:
            new.release(close_earlier=close_earlier)
        except ValidationError:
            assert not SurveyRound.objects.get(pk=new.pk).is_released
    spans = sorted((one.opens_on, one.closes_on or date.max) for one in SurveyRound.objects.released())
    assert all(earlier[1] < later[0] for earlier, later in pairwise(spans))


# At the same moment -----------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_of_two_overlapping_rounds_one_is_released(self, last):
        rounds = [make_next(last, code=code) for code in ("a", "b")]

        def release(survey_round: SurveyRound) -> bool:
            try:
                return survey_round.release()
            except ValidationError:
                return False

        assert sorted(run_at_once(release, rounds)) == [False, True]
        assert SurveyRound.objects.released().count() == 2

    def test_two_clicks_release_once(self, last):
        new = make_next(last)
        both = [SurveyRound.objects.get(pk=new.pk) for _ in range(2)]
        assert sorted(run_at_once(lambda one: one.release(), both)) == [False, True]
        assert new.history.filter(released_at__isnull=False).count() == 1

    def test_two_clicks_make_one_round(self, last):
        made = run_at_once(lambda one: make_next(one), [last, last])
        assert made[0] == made[1]
