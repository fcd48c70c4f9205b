"""Questions to KL and their answers: verbs, the vendor's page, who gets which mail, erasure."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from kl_ai.mail.models import OutgoingMail
from kl_ai.models import User
from marketoverview.mails.vendor_questions import send_answer
from marketoverview.models import Invitation, Vendor, VendorQuestion, delete_login
from marketoverview.review.waiting import KINDS
from marketoverview.survey.audience import vendors_of_round
from tests.admin_pages import form_data
from tests.builders import make_response, make_round, make_user, make_vendor
from tests.concurrency import run_at_once
from tests.days import days

pytestmark = pytest.mark.django_db


@pytest.fixture
def survey_round():
    return make_round("2026", opens_on=days(-10), closes_on=days(10))


@pytest.fixture
def question(vendor, owner, survey_round) -> VendorQuestion:
    return VendorQuestion.ask(vendor, survey_round, owner, "Vi i Nordstjernen spørger: hvad er en service?")[0]


def publish(question: VendorQuestion, by=None, **texts: str) -> VendorQuestion:
    words = {"question_da": "Hvad er en service?", "question_en": "", "answer_da": "Det er …", "answer_en": "It is …"}
    question.publish(by, **words | texts)
    return question


def page(vendor: Vendor) -> str:
    return reverse("vendor:questions_to_kl", args=[vendor.slug])


# Verbs ------------------------------------------------------------------------------------------


def test_the_same_words_wait_once(vendor, owner, survey_round):
    first, is_new = VendorQuestion.ask(vendor, survey_round, owner, "Hvad?")
    assert is_new
    assert VendorQuestion.ask(vendor, survey_round, owner, "Hvad?") == (first, False)
    publish(first)
    assert VendorQuestion.ask(vendor, survey_round, owner, "Hvad?")[1]


def test_a_question_is_answered_once(question, curator):
    other = VendorQuestion.objects.get(pk=question.pk)
    publish(question, curator)
    with pytest.raises(ValidationError):
        other.answer_privately(curator, answer_da="Nej", answer_en="", reason="Eget forhold")
    other.refresh_from_db()
    assert (other.state, other.answer_da, other.answered_by) == ("published", "Det er …", curator)


def test_only_a_published_answer_of_the_same_round_answers_another(question, vendor, owner, survey_round, curator):
    second, _ = VendorQuestion.ask(vendor, survey_round, owner, "Igen?")
    with pytest.raises(ValidationError):
        second.merge(curator, question)
    publish(question)
    elsewhere, _ = VendorQuestion.ask(vendor, make_round("2025"), owner, "Igen?")
    with pytest.raises(ValidationError):
        elsewhere.merge(curator, question)
    second.merge(curator, question)
    assert VendorQuestion.objects.get(pk=second.pk).merged_into == question


def test_a_correction_says_so_and_keeps_the_earlier_words(question):
    with pytest.raises(ValidationError):
        question.correct(None, answer_da="Nyt")
    publish(question)
    seen = question.worded_at
    assert not question.correct(None, answer_da="Det er …")
    assert question.correct(seen, answer_da="Det er noget andet.")
    stored = VendorQuestion.objects.get()
    assert timezone.localdate(stored.corrected_at) == timezone.localdate()
    assert [version.answer_da for version in stored.history.all()][:2] == ["Det er noget andet.", "Det er …"]
    with pytest.raises(ValidationError):
        stored.correct(seen, answer_da="Fra en gammel side")


def test_a_history_holds_neither_asker_nor_words(question):
    assert not hasattr(question.history.model, "asked_by")
    assert "text" not in {field.name for field in question.history.model._meta.get_fields()}


@pytest.mark.django_db(transaction=True)
def test_two_curators_answer_once_and_all_get_one_mail(question, curator, owner):
    def answer(one: VendorQuestion) -> int:
        try:
            publish(one, curator)
        except ValidationError:
            return 0
        return send_answer(one)

    both = [VendorQuestion.objects.get(pk=question.pk) for _ in range(2)]
    assert sorted(run_at_once(answer, both)) == [0, 1]
    assert OutgoingMail.objects.filter(kind="vendor_answer").count() == 1


# Who gets the answer ----------------------------------------------------------------------------


def test_an_answer_reaches_all_vendors_of_the_round_without_the_askers_name(question, owner, curator, survey_round):
    make_user("en@syd.example", member_of=make_vendor("Sydkorset"), language="en")
    make_user("lukket@syd.example", member_of=make_vendor("Lukket"), is_active=False)
    gone = make_response("Borte", "withdrawn", round=survey_round).vendor
    fields = {"by_kl": True, "round": survey_round, "company_name": "Ny", "language": "da"}
    Invitation.objects.create(email="ny@ny.example", **fields)
    Invitation.objects.create(email="EN@syd.example", **fields)
    Invitation.objects.create(email="anden@ny.example", **fields | {"cancelled_at": timezone.now()})
    OutgoingMail.objects.all().delete()
    publish(question, curator)
    assert send_answer(question) == 3
    assert send_answer(question) == 0
    mails = {mail.to: mail for mail in OutgoingMail.objects.all()}
    assert set(mails) == {owner.email, "en@syd.example", "ny@ny.example"}
    assert gone not in vendors_of_round(survey_round)
    assert "It is …" in mails["en@syd.example"].body
    assert "Det er …" in mails["ny@ny.example"].body
    for email in ("en@syd.example", "ny@ny.example"):
        assert "Nordstjernen" not in mails[email].body + mails[email].subject
        assert owner.email not in mails[email].body


def test_a_private_answer_and_a_reference_reach_the_asker_alone(
    question, vendor, owner, colleague, curator, survey_round
):
    make_user(member_of=make_vendor("Sydkorset"))
    question.answer_privately(curator, answer_da="Kun jer.", answer_en="", reason="Det gælder jeres eget svar.")
    assert send_answer(question) == 2
    body = OutgoingMail.objects.get(to=owner.email).body
    assert "Kun jer." in body
    assert "Det gælder jeres eget svar." in body
    earlier = publish(VendorQuestion.ask(make_vendor("Sol"), survey_round, make_user(), "Hvad?")[0])
    again, _ = VendorQuestion.ask(vendor, survey_round, owner, "Også?")
    again.merge(curator, earlier)
    assert send_answer(again) == 2
    assert "Det er …" in OutgoingMail.objects.filter(to=owner.email).order_by("-pk").first().body


def test_a_correction_is_mailed_anew(question, owner):
    publish(question)
    send_answer(question)
    question.correct(question.worded_at, answer_da="Rettet.")
    assert send_answer(question) == 1
    last = OutgoingMail.objects.filter(to=owner.email).order_by("-pk").first()
    assert "rettet" in last.subject
    assert "Rettet." in last.body


def test_an_answer_costs_the_same_for_each_block(question, survey_round):
    def cost(number: int) -> int:
        for _ in range(number):
            make_user(member_of=make_vendor())
        asked, _ = VendorQuestion.ask(Vendor.objects.first(), survey_round, User.objects.first(), f"Hvad {number}?")
        publish(asked)
        with CaptureQueriesContext(connection) as captured:
            send_answer(asked)
        return len(captured)

    assert cost(3) == cost(20)


# The vendor's page ------------------------------------------------------------------------------


def test_a_question_is_asked_and_waits(member_client, vendor, owner, survey_round):
    sent = member_client.post(page(vendor), {"text": "Må vi nævne kunder?\r\n\r\nÆØÅ"}, follow=True)
    question = VendorQuestion.objects.get()
    assert (question.vendor, question.asked_by, question.text) == (vendor, owner, "Må vi nævne kunder?\n\nÆØÅ")
    assert sent.redirect_chain == [(page(vendor), 302)]
    assert "Må vi nævne kunder?" in sent.content.decode()
    member_client.post(page(vendor), {"text": "Må vi nævne kunder?\r\n\r\nÆØÅ"})
    assert VendorQuestion.objects.count() == 1
    kind = next(kind for kind in KINDS if kind.code == "vendor-questions")
    assert list(kind.rows()) == [question]


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 2001, "\u200b"])
def test_what_is_no_question_is_refused_and_stands(text, member_client, vendor, survey_round):
    shown = member_client.post(page(vendor), {"text": text})
    assert shown.status_code == 200
    assert "text" in shown.context["form"].errors
    assert not VendorQuestion.objects.exists()
    assert text.strip(" \n\u200b") in shown.content.decode()


def test_questions_have_a_limit(member_client, vendor, survey_round):
    for number in range(10):
        member_client.post(page(vendor), {"text": f"Spørgsmål {number}?"})
    refused = member_client.post(page(vendor), {"text": "Et for meget?"})
    assert VendorQuestion.objects.count() == 10
    assert "Et for meget?" in refused.content.decode()
    assert refused.context["form"].errors["text"]


def test_all_read_published_answers_and_only_the_vendor_its_own(
    client, vendor, question, stranger, curator, survey_round
):
    publish(question)
    private, _ = VendorQuestion.ask(vendor, survey_round, curator, "Kun os?")
    private.answer_privately(curator, answer_da="Hemmeligt svar", answer_en="", reason="Eget forhold")
    client.force_login(stranger)
    text = client.get(page(stranger.vendors.get())).content.decode()
    assert "Hvad er en service?" in text
    assert "Det er …" in text
    assert "Hemmeligt svar" not in text
    assert "Nordstjernen" not in text
    assert client.get(page(vendor)).status_code == 404
    client.force_login(vendor.members.first())
    assert "Hemmeligt svar" in client.get(page(vendor)).content.decode()


def test_a_corrected_answer_says_when(member_client, vendor, question):
    publish(question)
    assert "Rettet den" not in member_client.get(page(vendor)).content.decode()
    question.correct(question.worded_at, answer_da="Nyt svar.")
    assert "Rettet den" in member_client.get(page(vendor)).content.decode()


def test_without_a_round_nothing_can_be_asked(member_client, vendor):
    text = member_client.get(page(vendor)).content.decode()
    assert "<textarea" not in text
    assert member_client.post(page(vendor), {"text": "Hvad?"}).status_code == 200
    assert not VendorQuestion.objects.exists()


@pytest.mark.parametrize("number", ["2", "99", "x", "-1", "9" * 30, "²"])
def test_the_list_has_pages(number, member_client, vendor, owner, survey_round):
    for index in range(25):
        publish(VendorQuestion.ask(vendor, survey_round, owner, f"Nr. {index}?")[0], question_da=f"Nr. {index}?")
    shown = member_client.get(page(vendor), {"page": number})
    assert shown.status_code == 200
    expected = 5 if number in ("2", "99") else 20
    assert len(shown.context["published"]) == expected
    assert form_data(shown.content.decode())["text"] == ""


def test_the_page_costs_the_same_at_any_length(member_client, vendor, owner, survey_round):
    def cost(number: int) -> int:
        for index in range(number):
            question, _ = VendorQuestion.ask(vendor, survey_round, owner, f"{number} {index}?")
            if index % 2:
                publish(question)
        with CaptureQueriesContext(connection) as captured:
            member_client.get(page(vendor))
        return len(captured)

    cost(1)
    assert cost(4) == cost(30)


# Erasure ----------------------------------------------------------------------------------------


def test_who_deletes_the_login_is_forgotten_and_the_answer_stays(
    question, vendor, owner, colleague, survey_round, client
):
    waiting, _ = VendorQuestion.ask(vendor, survey_round, owner, "Venter?")
    publish(question)
    client.force_login(owner)
    data = client.get(reverse("vendor:data")).json()
    assert {row["text"] for row in data["questions_to_kl"]} == {"Venter?", question.text}
    delete_login(owner)
    question.refresh_from_db()
    waiting.refresh_from_db()
    assert (question.asked_by, question.text, question.question_da) == (None, "", "Hvad er en service?")
    assert (waiting.asked_by, waiting.text) == (None, "Venter?")


def test_an_own_question_is_shown_once_whether_it_waits_or_all_have_the_answer(client, vendor, owner, question):
    client.force_login(owner)
    assert client.get(page(vendor)).content.decode().count("Vi i Nordstjernen spørger") == 1
    publish(question)
    text = client.get(page(vendor)).content.decode()
    assert (text.count("Hvad er en service?"), text.count("Vi i Nordstjernen spørger")) == (1, 0)
