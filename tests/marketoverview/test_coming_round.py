"""A round that KL has released and that has not opened: every page and mail names it with its day, and leads to it."""

import pytest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import override

from kl_ai.mail.models import OutgoingMail
from marketoverview.mails import announcements, notifications
from marketoverview.models import Invitation, SurveyRound
from tests.builders import make_invitation, make_question, make_round, make_user
from tests.days import days
from tests.reading import english_url, read

pytestmark = pytest.mark.django_db


@pytest.fixture
def current() -> SurveyRound:
    survey_round = make_round("2026", opens_on=days(-100), closes_on=days(20))
    make_question("services", ["advisory", "development"], round=survey_round)
    return survey_round


@pytest.fixture
def coming(current) -> SurveyRound:
    survey_round = make_round("2027", opens_on=days(30), closes_on=days(90))
    make_question("robots", ["walking", "flying"], round=survey_round)
    return survey_round


def in_english(day) -> str:
    with override("en"):
        return date_format(day)


def questions_url(code: str) -> str:
    return english_url("vendor:round_questions", code)


def test_the_questions_page_of_the_coming_round_shows_its_questions_and_its_days(client, current, coming):
    page = read(client, questions_url("2027"))
    assert "What about robots?" in page.text
    assert "What about services?" not in page.text
    assert f"“Round 2027” opens on {in_english(coming.opens_on)}" in page.text
    assert f"handed in until {in_english(coming.closes_on)}" in page.text
    assert in_english(current.closes_on) not in page.text
    assert page.find(cls="button-primary").text == "Log in and register the company"
    assert page.has("a", href=english_url("vendor:questions"))


def test_the_questions_page_of_the_current_round_names_the_coming_one(client, coming):
    page = read(client, english_url("vendor:questions"))
    assert "What about services?" in page.text
    assert f"“Round 2027” opens on {in_english(coming.opens_on)}" in page.text
    assert page.has("a", href=questions_url("2027"))
    assert page.find(cls="button-primary").text == "Answer Round 2026"


def test_an_earlier_round_is_closed_and_leads_to_the_current_one(client, coming):
    make_round("2025", opens_on=days(-400), closes_on=days(-200))
    page = read(client, questions_url("2025"))
    assert "Round 2025 is closed. See the questions of Round 2026" in page.text
    assert not page.has(cls="button-primary")


def test_a_round_that_is_not_released_is_not_found(client, coming):
    SurveyRound.objects.filter(pk=coming.pk).update(released_at=None)
    assert client.get(questions_url("2027")).status_code == 404
    assert client.get(questions_url("2099")).status_code == 404


def test_without_a_round_that_has_opened_the_questions_are_those_of_the_coming_one(client, current):
    SurveyRound.objects.filter(pk=current.pk).update(opens_on=days(5))
    assert f"“Round 2026” opens on {in_english(days(5))}" in read(client, english_url("vendor:questions")).text


def invite(survey_round: SurveyRound, email: str = "ny@nord.example", language: str = "en") -> Invitation:
    return make_invitation(email, company_name="Nord ApS", by_kl=True, round=survey_round, language=language)


def test_the_invitation_to_the_coming_round_says_when_it_opens_and_leads_to_its_questions(client, current, coming):
    mail = notifications.send_invitation(invite(coming))
    text = " ".join(mail.body.split())
    assert f"opens on {in_english(coming.opens_on)}" in text
    assert "You can register the company now" in text
    assert "It takes about a quarter of an hour to answer" not in text
    assert questions_url("2027") in text
    page = read(client, english_url("vendor:invitation", invite(coming).token))
    assert f"opens on {in_english(coming.opens_on)}" in page.text
    assert page.has("a", href=questions_url("2027"))
    assert not page.has("a", href=english_url("vendor:questions"))


def test_the_invitation_to_an_open_round_says_until_when_it_can_be_answered(client, current, coming):
    mail = notifications.send_invitation(invite(current))
    assert "It takes about a quarter of an hour to answer" in mail.body
    assert in_english(current.closes_on) in mail.body
    assert "opens on" not in mail.body


def test_the_invitation_to_a_round_that_was_taken_back_leads_to_no_page_that_is_not_found(client, current, coming):
    SurveyRound.objects.filter(pk=coming.pk).update(released_at=None)
    page = read(client, english_url("vendor:invitation", invite(coming).token))
    assert page.has("a", href=english_url("vendor:questions"))
    assert in_english(coming.closes_on) not in page.text


def test_who_accepts_the_invitation_is_told_the_day_and_begins_in_no_other_round_unawares(client, current, coming):
    invitation = invite(coming, language="da")
    client.force_login(make_user(invitation.email))
    answer = client.post(english_url("vendor:accept", invitation.token))
    page = read(client, answer.url)
    assert f"“Round 2027”, which you are invited to, opens on {in_english(coming.opens_on)}." in page.text
    assert page.has("a", href=questions_url("2027"))
    assert page.find(cls="button-primary").text == "Answer Round 2026"


def test_the_announcement_leads_to_the_questions_of_its_round(vendor, owner, coming):
    announcements.announce_to(coming, [vendor], owner)
    mail = OutgoingMail.objects.get(to=owner.email)
    with override("da"):
        assert reverse("vendor:round_questions", args=["2027"]) in mail.body


def test_the_area_of_a_person_without_a_company_names_the_coming_round(client, coming):
    client.force_login(make_user("ny@nord.example"))
    page = read(client, english_url("vendor:home"))
    assert f"“Round 2027” opens on {in_english(coming.opens_on)}" in page.text
