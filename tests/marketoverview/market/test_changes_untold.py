"""No change is told where a question or an answer is not the same on both days, and KL's counting stands apart."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from marketoverview.models import (
    Edition,
    Option,
    Question,
    Response,
    SurveyRound,
    freeze_month,
    map_answer,
    market_version,
)
from tests.builders import (
    make_curator,
    make_next_round,
    make_option,
    make_own_words,
    make_response,
)
from tests.days import days, on_date
from tests.marketoverview.change_pages import PATH, cells, correct, freeze_on, listed_names, question_section
from tests.reading import read


@pytest.fixture
def frozen(db) -> Edition:
    """An edition of two vendors, thirty days ago; the survey is older."""
    make_response("Agern", answers={"services": ["advisory", "delivery"]})
    make_response("Birk", answers={"services": ["delivery"]})
    edition = freeze_on(days(-30))
    correct("Birk", ["advisory"])
    return edition


def reword(option: str, **fields: str) -> None:
    row = Option.objects.get(code=option)
    for name, text in fields.items():
        setattr(row, name, text)
    row.record_rewording()
    market_version.bump()


def retire(option: str) -> None:
    Option.objects.get(code=option).retire()
    market_version.bump()


CASES: dict[str, tuple[Callable[[], None], str]] = {
    "reworded": (lambda: reword("advisory", label_da="Nye ord"), "The answer was worded differently from"),
    "reworded in English": (
        lambda: reword("advisory", label_en="New words"),
        "The answer was worded differently in English from",
    ),
    "retired": (lambda: retire("advisory"), "The answer could not be chosen any longer from"),
}


@pytest.mark.parametrize("case", CASES)
def test_no_change_is_told_of_an_answer_that_is_not_the_same(case, frozen, client):
    assert cells(read(client, PATH), "Option advisory")[2] == "1 more"
    change_survey, reason = CASES[case]
    change_survey()
    label = "New words" if case == "reworded in English" else "Option advisory"
    told = cells(read(client, PATH), label)[2]
    assert told.startswith(f"No change is shown. {reason} ")
    assert cells(read(client, PATH), "Option delivery")[2] == "1 fewer", "the other answers tell theirs"
    url = f"{PATH}services/advisory/?gruppe=flere"
    page = read(client, url)
    assert reason in page.text
    assert "No company." in page.text


def test_a_corrected_spelling_is_no_new_wording(frozen, client):
    Option.objects.filter(code="advisory").update(label_en="Option Advisory")
    market_version.bump()
    assert cells(read(client, PATH), "Option Advisory")[2] == "1 more"


def test_a_new_answer_tells_when_it_came_and_no_change(frozen, client):
    make_option(Question.objects.get(), "ethics")
    correct("Birk", ["ethics"])
    before, after, told = cells(read(client, PATH), "Option ethics")
    assert (before, after) == ("0", "1")
    assert told.startswith("No change is shown. The answer could be chosen for the first time from")


def test_an_answer_that_can_be_chosen_again_tells_no_change(db, client):
    make_response("Agern", answers={"services": ["advisory", "delivery"]})
    retire("advisory")
    Option.objects.filter(code="advisory").update(retired_on=days(-60))
    freeze_on(days(-30))
    Option.objects.get(code="advisory").bring_back()
    market_version.bump()
    assert "could not be chosen on the first day" in cells(read(client, PATH), "Option advisory")[2]


def test_a_reworded_question_tells_no_change_at_all(frozen, client):
    question = Question.objects.get()
    question.text_da = "Noget helt andet?"
    question.record_rewording()
    market_version.bump()
    section = question_section(read(client, PATH), "services")
    assert "No change is shown. The question was worded differently from" in section.text
    assert "1 more" not in section.text
    assert "with an answer on both days" not in section.text


def test_a_question_of_another_kind_tells_no_change(frozen, client):
    Question.objects.update(kind="single")
    market_version.bump()
    assert "could choose one answer, on the other one several" in read(client, PATH).text


def test_a_new_question_tells_when_it_came(frozen, client):
    make_next_round("2027", opens_on=days(-1))
    make_response("Chili", answers={"technologies": ["nlp"]})
    section = question_section(read(client, PATH), "technologies")
    assert "The question was asked for the first time from" in section.text
    assert cells(section, "Option nlp") == ["0", "1"]


def test_a_question_that_is_not_asked_any_longer_is_shown_with_its_last_numbers(frozen, client):
    Question.objects.get().rounds.clear()
    market_version.bump()
    section = question_section(read(client, PATH), "services")
    assert "The question is not asked any longer." in section.text
    assert cells(section, "Option delivery") == ["2", "0"]


def test_what_kl_counts_stands_on_a_line_of_its_own(db, client):
    answer = make_own_words("Agern", "Etik")
    option = make_option(answer.option.question, "ethics")
    freeze_on(days(-30))
    map_answer(answer, option, make_curator())
    before, after, told = cells(read(client, PATH), "Option ethics")
    assert (before, after) == ("0", "1")
    assert told == "no change Of these counted by KL from own words: 0 → 1"
    assert listed_names(client, f"{PATH}services/ethics/?gruppe=kl-nu") == ["Agern"]


# Between two answers, and before both days ----------------------------------------------------------


@pytest.fixture
def answered_in_february(db) -> None:
    """Two vendors that have answered nine months before the edition; the survey is older."""
    for name in ("Agern", "Birk"):
        response = make_response(name, answers={"services": ["delivery", "advisory"]})
        Response.objects.filter(pk=response.pk).update(submitted_at=days_ago(270))
    make_option(Question.objects.get(), "ethics")
    Question.objects.update(introduced_on=days(-400))
    Option.objects.update(introduced_on=days(-400))


def days_ago(number: int) -> datetime:
    return timezone.now() - timedelta(days=number)


def freeze_as_it_is(day: date) -> None:
    with on_date(day):
        assert freeze_month()


CHANGES = {
    "the answer came that day": {"introduced_on": days(-180)},
    "the answer was reworded that day": {"reworded_on": days(-180)},
    "reworded that day": {"reworded_en_on": days(-180)},
}


@pytest.mark.parametrize("reason", CHANGES)
def test_who_first_answered_before_an_answer_came_or_was_reworded_is_not_compared_there(
    answered_in_february, client, reason
):
    Option.objects.filter(code="ethics").update(**CHANGES[reason])
    freeze_as_it_is(days(-30))
    correct("Birk", ["ethics"])
    page = read(client, PATH)
    before, after, told = cells(page, "Option ethics")
    assert (before, after) == ("0", "1")
    assert told.startswith("no change 1 company is not compared: its earlier answer is from")
    assert reason in told
    assert cells(page, "Option delivery")[2] == "1 fewer", "it has answered the other ones twice"
    url = f"{PATH}services/ethics/?gruppe=udeladt"
    assert listed_names(client, url) == ["Birk"]
    assert "is not compared" in read(client, url).text


def test_who_first_answered_after_the_answer_came_is_compared(answered_in_february, client):
    Option.objects.filter(code="ethics").update(introduced_on=days(-300), reworded_on=days(-280))
    freeze_as_it_is(days(-30))
    correct("Birk", ["ethics"])
    assert cells(read(client, PATH), "Option ethics")[2] == "1 more"


def test_on_the_same_day_nobody_knows_what_was_first(answered_in_february, client):
    """Reworded twice on the day of the edition, before and after it: both days have the same date and other words."""
    Option.objects.filter(code="ethics").update(reworded_on=days(-30), label_da="Før")
    Response.objects.update(submitted_at=days_ago(30))
    freeze_as_it_is(days(-30))
    Option.objects.filter(code="ethics").update(label_da="Efter")
    correct("Birk", ["ethics"])
    assert "1 company is not compared" in cells(read(client, PATH), "Option ethics")[2]


def test_who_first_answered_before_the_question_was_reworded_is_in_no_row_of_it(answered_in_february, client):
    Question.objects.update(reworded_on=days(-180))
    freeze_as_it_is(days(-30))
    correct("Birk", ["ethics"])
    section = question_section(read(client, PATH), "services")
    assert "1 company is not compared" in section.find("p", "changes-reason").text
    assert "the question was reworded that day" in section.text
    assert "Of the 1 company with an answer on both days" in section.text
    assert cells(section, "Option ethics")[2] == cells(section, "Option delivery")[2] == "no change"
    url = f"{PATH}virksomheder/?gruppe=udeladt&spoergsmaal=services"
    assert listed_names(client, url) == ["Birk"]


def test_a_question_that_the_new_round_drops_tells_no_change(db, client):
    make_response("Agern", answers={"services": ["advisory"], "technologies": ["nlp"]})
    make_response("Birk", answers={"services": ["advisory"], "technologies": ["nlp"]})
    freeze_on(days(-30))
    make_next_round("2027", opens_on=days(-1)).questions.set(Question.objects.filter(code="services"))
    assert "not in the round" not in read(client, PATH).text, "nobody has answered again"
    answer_round("Agern", "2027")
    section = question_section(read(client, PATH), "technologies")
    assert (
        "No change is shown. The question is not in the round in which companies have answered again." in section.text
    )
    assert cells(section, "Option nlp") == ["2", "1"]
    assert cells(read(client, PATH), "Option advisory")[2] == "no change"


def answer_round(vendor: str, code: str) -> None:
    """Publish the vendor's answers, which go on in another round."""
    published = Response.objects.published().get(vendor__name=vendor)
    member = published.vendor.members.first()
    draft = Response.begin(published.vendor, SurveyRound.objects.get(code=code), member)
    Response.objects.filter(pk=draft.pk).update(contact_email="ki@firma.example")
    draft.refresh_from_db()
    draft.submit(member)
    draft.publish(make_curator())
