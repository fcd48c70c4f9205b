"""Between two rounds: who can still answer, and what the pages say about it."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from marketoverview.models import SurveyRound
from tests.builders import make_question, make_response, make_round
from tests.reading import english_url, read


def days(number: int) -> date:
    return timezone.localdate() + timedelta(days=number)


@pytest.fixture
def survey_round(db) -> SurveyRound:
    """Closed yesterday."""
    survey_round = make_round("2026", opens_on=days(-100), closes_on=days(-1))
    make_question("services", ["advisory", "development", "other"], round=survey_round)
    return survey_round


def allow(survey_round: SurveyRound, **fields: bool) -> None:
    SurveyRound.objects.filter(pk=survey_round.pk).update(**fields)


@pytest.fixture
def page(client, vendor, owner, survey_round):
    """`page()` is the company's page as the owner sees it."""
    client.force_login(owner)
    return lambda: read(client, english_url("vendor:company", vendor.slug))


@pytest.mark.parametrize("status", ["", "withdrawn", "rejected"])
def test_after_the_end_new_and_withdrawn_vendors_answer_where_kl_allows_it(status, page, client, vendor, survey_round):
    if status:
        make_response(vendor, status, round=survey_round)
    assert "You can answer when the next round opens." in page().text
    assert not page().has(cls="button-primary")
    allow(survey_round, new_answers_after_close=True)
    assert "You can still answer until the next round opens." in page().text
    assert page().find(cls="button-primary").text == "Answer the survey"
    assert (
        "not hand in"
        not in read(client, client.post(english_url("vendor:begin", vendor.slug), {"start": "none"}).url).text
    )
    make_round("2028", opens_on=days(30))
    assert "“Round 2028” opens on" in page().text


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "Companies with a public profile can correct it"),
        ({"new_answers_after_close": True}, "Answers and corrections can still be handed in"),
        ({"corrections_after_close": False}, "Answers can be handed in when the next round opens."),
        (
            {"corrections_after_close": False, "new_answers_after_close": True},
            "Companies without a public profile can still answer",
        ),
    ],
)
def test_the_public_page_says_who_can_still_answer(settings, words, client, survey_round):
    allow(survey_round, **settings)
    assert words in read(client, english_url("vendor:questions")).text
