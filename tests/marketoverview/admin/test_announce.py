"""The page that announces something to many vendors."""

import pytest

from kl_ai.mail.models import OutgoingMail
from marketoverview.models import Announcement, Invitation, SurveyRound
from tests.admin_pages import Page, admin_url, inline_code, logged_in, message_text
from tests.builders import make_editor, make_invitation, make_response, make_round, make_user, make_vendor
from tests.days import days

pytestmark = pytest.mark.django_db


@pytest.fixture
def survey_round() -> SurveyRound:
    return make_round("2026", opens_on=days(-10), closes_on=days(10))


@pytest.fixture
def vendor(survey_round):
    vendor = make_vendor("Nordstjernen")
    make_user("ny@nordstjernen.example", member_of=vendor)
    return vendor


def announce_url(survey_round: SurveyRound) -> str:
    return admin_url(SurveyRound, "announce", survey_round.pk)


def test_a_round_is_previewed_and_then_queued(curator_client, survey_round, vendor):
    make_vendor("Alene A/S")
    preview = Page(curator_client, announce_url(survey_round)).send(preview="1")
    text = preview.content.decode()
    assert "1 person, out of the 2 vendors chosen, gets this mail:" in text
    assert "Alene A/S" in text
    assert "Runde 2026" in text
    assert "Round 2026" in text
    assert not OutgoingMail.objects.exists()
    assert inline_code(text) == []
    after = Page(curator_client, announce_url(survey_round), preview).send(send="1")
    assert after.redirect_chain[-1][0] == admin_url(Announcement, "changelist")
    assert "1 mail is queued" in message_text(after)
    assert OutgoingMail.objects.get().to == "ny@nordstjernen.example"
    assert OutgoingMail.objects.get().attempts == 0


def test_the_page_says_that_invited_companies_get_nothing_and_leads_to_the_list(curator_client, survey_round, vendor):
    make_invitation("ny@vestlyset.example", by_kl=True, round=survey_round)
    page = Page(curator_client, announce_url(survey_round))
    assert "that have not accepted are not among the vendors" in page.text
    assert f'href="{admin_url(Invitation, "invite")}"' in page.text.partition("that have not accepted")[2]
    page.send(preview="1", send="1")
    assert list(OutgoingMail.objects.values_list("to", flat=True)) == ["ny@nordstjernen.example"]


def test_the_second_click_and_the_second_tab_mail_nobody(curator_client, survey_round, vendor):
    preview = Page(curator_client, announce_url(survey_round)).send(preview="1")
    page = Page(curator_client, announce_url(survey_round), preview)
    page.send(send="1")
    assert "all these people have got the same before" in message_text(page.send(send="1"))
    again = Page(curator_client, announce_url(survey_round)).send(preview="1").content.decode()
    assert "1 person has got the very same before" in again
    assert 'name="send"' not in again
    assert (OutgoingMail.objects.count(), Announcement.objects.count()) == (1, 1)


MESSAGE = {"kind": "message", "subject": "information", "text_da": "Kære alle", "text_en": "Dear all"}


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"subject": ""}, {"subject"}),
        ({"subject": "egen"}, {"subject"}),
        ({"text_en": ""}, {"text_en"}),
        ({"text_da": "x" * 2001}, {"text_da"}),
        ({"text_da": "\u0301"}, {"text_da"}),
        ({"kind": "findes-ikke"}, {"kind"}),
        ({"statuses": []}, {"statuses"}),
        ({"statuses": ["ukendt"]}, {"statuses"}),
        ({"kind": "round", "subject": "", "text_da": ""}, {"text_da"}),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_stands(changes, fields, curator_client, survey_round, vendor):
    refused = Page(curator_client, announce_url(survey_round)).send(**{**MESSAGE, **changes, "send": "1"})
    assert set(refused.context["form"].errors) == fields
    if changes.get("text_en", "Dear all"):
        assert "Dear all" in refused.content.decode()
    assert not OutgoingMail.objects.exists()


def test_a_message_goes_to_the_chosen_vendors(curator_client, survey_round, vendor):
    make_response("Sydkorset", "draft", round=survey_round)
    page = Page(curator_client, announce_url(survey_round))
    preview = page.send(**MESSAGE, statuses=["draft", "returned"], preview="1")
    Page(curator_client, announce_url(survey_round), preview).send(send="1")
    stored = Announcement.objects.get()
    assert (stored.statuses, stored.text_da, stored.person_count) == ("draft returned", "Kære alle", 1)
    listed = curator_client.get(admin_url(Announcement, "changelist")).content.decode()
    assert "draft, sent back" in listed
    shown = curator_client.get(admin_url(Announcement, "change", stored.pk)).content.decode()
    assert f"q=message%3A{survey_round.pk}" in shown


def test_an_unreleased_round_is_not_announced(curator_client, survey_round, vendor):
    SurveyRound.objects.update(released_at=None)
    refused = Page(curator_client, announce_url(survey_round)).send(preview="1")
    assert "is not released" in refused.content.decode()


def test_what_was_chosen_can_be_changed_after_the_preview(curator_client, survey_round, vendor):
    preview = Page(curator_client, announce_url(survey_round)).send(**MESSAGE, preview="1")
    form = Page(curator_client, announce_url(survey_round), preview).send(change="1")
    assert "Kære alle" in form.content.decode()
    assert 'name="preview"' in form.content.decode()


def test_editors_neither_announce_nor_read_announcements(survey_round):
    client = logged_in(make_editor())
    assert client.get(announce_url(survey_round)).status_code == 403
    assert client.get(admin_url(Announcement, "changelist")).status_code == 403
