"""The page on which KL answers a vendor's question."""

import pytest

from kl_ai.mail.models import OutgoingMail
from marketoverview.models import VendorQuestion
from tests.admin_pages import Page, admin_url, inline_code, logged_in, message_text
from tests.builders import make_editor, make_round, make_user, make_vendor
from tests.days import days

pytestmark = pytest.mark.django_db


@pytest.fixture
def question(vendor, owner) -> VendorQuestion:
    survey_round = make_round("2026", opens_on=days(-10), closes_on=days(10))
    make_user("en@syd.example", member_of=make_vendor("Sydkorset"))
    return VendorQuestion.ask(vendor, survey_round, owner, "Hvad er en <service>?")[0]


def answer_url(question: VendorQuestion) -> str:
    return admin_url(VendorQuestion, "answer", question.pk)


def confirm(client, question: VendorQuestion, **fields):
    """The page after the preview of this answer was confirmed."""
    preview = Page(client, answer_url(question)).send(preview="1", **fields)
    return Page(client, answer_url(question), preview).send(send="1")


def test_an_answer_is_previewed_and_published_to_all(curator_client, question):
    page = Page(curator_client, answer_url(question))
    assert "Nordstjernen" in page.text
    assert "Hvad er en &lt;service&gt;?" in page.text
    preview = page.send(question_da="Hvad er en service?", answer_da="Linje 1\n\nLinje 2", preview="1")
    assert "2 people get this mail:" in preview.content.decode()
    assert inline_code(preview.content.decode()) == []
    assert VendorQuestion.objects.get().is_waiting
    assert not OutgoingMail.objects.filter(kind="vendor_answer").exists()
    after = Page(curator_client, answer_url(question), preview).send(send="1")
    assert "2 mails are queued" in message_text(after)
    stored = VendorQuestion.objects.get()
    assert (stored.state, stored.question_da) == ("published", "Hvad er en service?")
    assert stored.answer_da == "Linje 1\n\nLinje 2"
    assert stored.text == "Hvad er en <service>?"


def test_the_history_of_an_answer_is_in_words(curator_client, curator, question):
    confirm(curator_client, question, question_da="Hvad er en service?", answer_da="En ydelse.")
    history = Page(curator_client, admin_url(VendorQuestion, "history", question.pk)).text
    assert f"→ {curator}" in history
    assert "→ answered to all vendors" in history
    for raw in ("None", "pk=", "+00:00", "waiting →"):
        assert raw not in history


def test_the_askers_name_in_the_text_is_pointed_out(curator_client, question):
    page = Page(curator_client, answer_url(question))
    preview = page.send(question_da="Nordstjernen spørger", answer_da="Ja.", preview="1").content.decode()
    assert "Everybody will know who asked." in preview
    preview = page.send(question_da="Nogen spørger", answer_da="Ja.", preview="1").content.decode()
    assert "Everybody will know who asked." not in preview


def test_a_text_that_is_missing_is_asked_for_as_a_text(curator_client, question):
    shown = Page(curator_client, answer_url(question)).send(answer_da="", send="1")
    assert shown.context["form"].errors["answer_da"] == ["Fill in this field."]
    shown = Page(curator_client, answer_url(question)).send(how="merged", send="1")
    assert shown.context["form"].errors["merged_into"] == ["Choose one from the list."]


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"answer_da": ""}, {"answer_da"}),
        ({"answer_da": "Ja.", "question_da": ""}, {"question_da"}),
        ({"how": "private", "answer_da": "Ja."}, {"private_reason"}),
        ({"how": "merged"}, {"merged_into"}),
        ({"how": "merged", "merged_into": "0"}, {"merged_into"}),
        ({"how": "merged", "merged_into": "9" * 30}, {"merged_into"}),
        ({"how": "nonsense", "answer_da": "Ja."}, {"how"}),
        ({"answer_da": "x" * 4001}, {"answer_da"}),
    ],
)
def test_what_an_answer_lacks_is_said_and_nothing_is_lost(fields, errors, curator_client, question):
    shown = Page(curator_client, answer_url(question)).send(**{"answer_en": "Kept", **fields, "send": "1"})
    assert set(shown.context["form"].errors) == errors
    assert "Kept" in shown.content.decode()
    assert VendorQuestion.objects.get().is_waiting


def test_an_answer_to_the_vendor_alone_reaches_nobody_else(curator_client, question, owner):
    fields = {"how": "private", "answer_da": "Kun jer.", "private_reason": "Eget forhold"}
    assert "1 mail is queued" in message_text(confirm(curator_client, question, **fields))
    assert OutgoingMail.objects.get(kind="vendor_answer").to == owner.email


def test_a_question_is_answered_by_an_earlier_answer(curator_client, question, vendor, owner):
    confirm(curator_client, question, answer_da="Ja.")
    again, _ = VendorQuestion.ask(vendor, question.round, owner, "Igen?")
    confirm(curator_client, again, how="merged", merged_into=str(question.pk))
    again.refresh_from_db()
    assert again.merged_into == question
    page = Page(curator_client, answer_url(again))
    assert "Answered by this earlier answer" in page.text
    assert 'name="send"' not in page.text


def test_the_second_of_two_curators_is_told(curator_client, question):
    preview = Page(curator_client, answer_url(question)).send(preview="1", answer_da="Først")
    second = Page(curator_client, answer_url(question), preview)
    confirm(curator_client, question, answer_da="Hurtigst")
    refused = second.send(send="1").content.decode()
    assert "Somebody has answered or corrected it meanwhile" in refused
    assert "Først" in refused
    stored = VendorQuestion.objects.get()
    assert (stored.answer_da, stored.corrected_at) == ("Hurtigst", None)


def test_an_answer_is_corrected_with_and_without_a_mail(curator_client, question):
    confirm(curator_client, question, answer_da="Ja.")
    assert "no word differs" in message_text(confirm(curator_client, question))
    confirm(curator_client, question, answer_da="Ja!", only_spelling="on")
    assert OutgoingMail.objects.filter(kind="vendor_answer").count() == 2
    stored = VendorQuestion.objects.get()
    assert stored.answer_da == "Ja!"
    assert stored.corrected_at
    assert "2 mails are queued" in message_text(confirm(curator_client, question, answer_da="Nej."))
    history = curator_client.get(admin_url(VendorQuestion, "history", question.pk)).content.decode()
    assert "Ja!" in history


def test_an_outdated_correction_is_refused(curator_client, question):
    confirm(curator_client, question, answer_da="Ja.")
    old = Page(curator_client, answer_url(question))
    confirm(curator_client, question, answer_da="Rettet.")
    refused = old.send(answer_da="Fra en gammel side", send="1")
    assert "Somebody has answered or corrected it meanwhile" in refused.content.decode()
    assert "Fra en gammel side" in refused.content.decode()
    assert VendorQuestion.objects.get().answer_da == "Rettet."


@pytest.mark.parametrize("seen", ["x", "2026-99-99", "9" * 400, "2026-01-01"])
def test_a_tampered_time_is_a_sentence(seen, curator_client, question):
    confirm(curator_client, question, answer_da="Ja.")
    shown = Page(curator_client, answer_url(question)).send(answer_da="Nyt", seen=seen, send="1")
    assert shown.status_code == 200
    assert VendorQuestion.objects.get().answer_da == "Ja."


def test_editors_do_not_see_who_asks(question):
    client = logged_in(make_editor())
    assert client.get(answer_url(question)).status_code == 403
    assert client.get(admin_url(VendorQuestion, "changelist")).status_code == 403


def test_the_list_shows_what_waits(curator_client, question):
    listed = curator_client.get(admin_url(VendorQuestion, "changelist"), {"state": "waiting"}).content.decode()
    assert "Nordstjernen" in listed
    assert (
        "Nordstjernen"
        not in curator_client.get(admin_url(VendorQuestion, "changelist"), {"state": "published"})
        .content.decode()
        .split('id="changelist"')[1]
    )
