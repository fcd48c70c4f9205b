"""KL declares a round published: asked first, done once, and by reviewers alone."""

import pytest
from django.contrib.admin.models import LogEntry

from marketoverview.models import Edition, SurveyRound
from tests.admin_pages import Page, admin_url, logged_in, message_text
from tests.builders import make_editor, make_response, make_round
from tests.days import days

pytestmark = pytest.mark.django_db


@pytest.fixture
def survey_round() -> SurveyRound:
    survey_round = make_round("2026", opens_on=days(-60), closes_on=days(10))
    make_response("Agern", answers={"services": ["advisory"]})
    make_response("Birk", "submitted")
    return survey_round


def publication(survey_round: SurveyRound) -> str:
    return admin_url(SurveyRound, "publication", survey_round.pk)


def test_the_page_says_what_happens_and_a_tick_and_a_press_do_it_once(curator_client, survey_round):
    page = Page(curator_client, publication(survey_round))
    assert "1 company is public now, 1 with answers of this round." in page.text
    assert "1 response of this round waits for review." in page.text
    assert "The round is still open" in page.text
    unconfirmed = page.send()
    assert "Tick that you want to" in message_text(unconfirmed)
    assert not Edition.objects.exists()
    done = page.send(confirmed="yes")
    assert "is declared published. Its edition is public." in message_text(done)
    edition = Edition.objects.get(round=survey_round)
    assert edition.count == 1
    again = page.send(confirmed="yes")  # a second press, or another tab
    assert "the round has been declared published before" in message_text(again)
    assert Edition.objects.get() == edition
    assert LogEntry.objects.filter(change_message__contains="declared published").count() == 1
    after = Page(curator_client, publication(survey_round))
    assert "The round was declared published on" in after.text
    assert f"/udgaver/{edition.code}/" in after.text
    assert 'name="confirmed"' not in after.text


def test_a_round_without_public_answers_says_why_not(curator_client):
    survey_round = make_round("2026", opens_on=days(-60))
    page = Page(curator_client, publication(survey_round))
    assert "No answers of" in page.text
    assert 'name="confirmed"' not in page.text
    refused = curator_client.post(publication(survey_round), {"confirmed": "yes"}, follow=True)
    assert "No answers of" in message_text(refused)
    assert not Edition.objects.exists()


def test_editors_do_not_declare_a_round_published(survey_round):
    editor = logged_in(make_editor())
    assert editor.get(publication(survey_round)).status_code == 403
    assert editor.post(publication(survey_round), {"confirmed": "yes"}).status_code == 403
    assert not Edition.objects.exists()


def test_the_round_leads_there(curator_client, survey_round):
    for name in ("checklist", "change"):
        assert publication(survey_round) in Page(curator_client, admin_url(SurveyRound, name, survey_round.pk)).text
