"""The notifications: to everybody whom they concern, once, in their own language, without foreign headers."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from kl_ai.mail.models import OutgoingMail
from marketoverview.mails import notifications
from marketoverview.models import Invitation, JoinRequest, VendorMember, map_answer
from tests.builders import make_offering, make_option, make_question, make_response, make_round, make_user
from tests.reading import english_url

HOSTILE = "<b>Etik</b>\r\nBcc: x@evil.example \u202eneggo"


@pytest.fixture
def people(vendor, owner, colleague):
    """A Danish and an English member, and one who cannot log in any more."""
    colleague.language = "en"
    colleague.save()
    make_user("lukket@nordstjernen.example", member_of=vendor, is_active=False)
    return owner, colleague


@pytest.fixture
def draft(vendor, people):
    """A draft of which only the two act for the vendor."""
    make_question("services", ["advisory", "other"], heading_da="Ydelser", heading_en="Services")
    answers, words = {"services": ["advisory", "other"]}, {"services": "Etik"}
    response = make_response(
        vendor,
        "draft",
        answers=answers,
        own_words=words,
        description="Vi laver <b>ting</b> & sager.",
        contact_function="Salg",
    )
    make_offering(response, "Postsortering", stage="pilot")
    VendorMember.objects.exclude(user__in=people).filter(user__is_active=True).delete()
    return response


@pytest.fixture
def submitted(draft, owner):
    draft.submit(owner)
    return draft


def mails_by_address() -> dict[str, OutgoingMail]:
    """Address to the mail, the only one to it."""
    mails = list(OutgoingMail.objects.all())
    assert len({mail.to for mail in mails}) == len(mails)
    return {mail.to: mail for mail in mails}


def test_the_receipt_goes_to_those_who_can_log_in_each_in_the_own_language(submitted, people):
    assert len(notifications.send_receipt(submitted)) == 2
    assert set(mails_by_address()) == {user.email for user in people}
    danish, other = (mails_by_address()[user.email] for user in people)
    assert danish.subject == "KL har modtaget svarene fra Nordstjernen"
    assert other.subject == "KL has received the answers of Nordstjernen"
    assert reverse("vendor:company", args=["nordstjernen"]) in danish.body
    assert english_url("vendor:company", "nordstjernen") in other.body


def test_the_receipt_holds_a_copy_of_everything(submitted, people):
    notifications.send_receipt(submitted)
    body = mails_by_address()[people[1].email].body
    for text in (
        "Vi laver <b>ting</b> & sager.",
        "What about services?",
        "Option advisory",
        "Option other: Etik",
        "Postsortering · Pilot",
        "Salg",
        "ki@nordstjernen.example",
    ):
        assert text in body


def test_the_copy_leaves_out_what_kl_counts(submitted, people, curator):
    option = make_option(make_question("services"), "training")
    map_answer(submitted.answers.get(option__code="other"), option, curator)
    notifications.send_receipt(submitted)
    assert "training" not in mails_by_address()[people[1].email].body


def test_each_is_told_once_and_again_only_of_something_new(submitted, people, owner, curator):
    notifications.send_receipt(submitted)
    assert notifications.send_receipt(submitted) == []
    submitted.send_back(curator, "Skriv kortere.")
    submitted.submit(owner)
    assert len(notifications.send_receipt(submitted)) == 2


def test_sent_back_with_kls_reasons_at_the_questions(submitted, people, curator):
    submitted.send_back(curator, "Næsten.", {"services": "Hvilken etik?", "contact": "Skriv en fælles postkasse."})
    notifications.send_decision(submitted)
    body = mails_by_address()[people[1].email].body
    for text in ("Næsten.", "Services:\nHvilken etik?", "Contact:\nSkriv en fælles postkasse."):
        assert text in body
    assert "Ydelser:\nHvilken etik?" in mails_by_address()[people[0].email].body


@pytest.mark.parametrize(
    ("verb", "reason", "subject"),
    [
        ("publish", (), "Nordstjernen is published in the market overview"),
        ("reject", ("Ikke kunstig intelligens.",), "KL has declined the answers of Nordstjernen"),
    ],
)
def test_what_kl_has_decided(verb, reason, subject, submitted, people, curator):
    getattr(submitted, verb)(curator, *reason)
    notifications.send_decision(submitted)
    assert notifications.send_decision(submitted) == []
    mail = mails_by_address()[people[1].email]
    assert mail.subject == subject
    assert all(text in mail.body for text in reason)


def test_withdrawn_by_kl(submitted, people, curator):
    submitted.publish(curator)
    submitted.withdraw(curator, "Virksomheden er lukket.")
    notifications.send_decision(submitted)
    assert mails_by_address()[people[1].email].subject == "The profile of Nordstjernen is withdrawn"
    assert "Virksomheden er lukket." in mails_by_address()[people[1].email].body


def test_kls_counting_is_told_with_the_way_to_object(submitted, people, curator):
    answer = submitted.answers.get(option__code="other")
    map_answer(answer, make_option(make_question("services"), "training"), curator)
    notifications.send_mapping_notice(answer)
    assert notifications.send_mapping_notice(answer) == []
    body = mails_by_address()[people[1].email].body
    assert "“Etik”" in body
    assert "Option training" in body
    assert english_url("vendor:object", submitted.pk, answer.pk) in body


def test_an_invitation_by_kl_says_what_for_and_until_when(curator):
    survey_round = make_round("2026", closes_on=timezone.localdate() + timedelta(days=30))
    invitation = Invitation.objects.create(
        email="ki@agern.example",
        company_name="Agern",
        by_kl=True,
        invited_by=curator,
        round=survey_round,
        language="en",
    )
    first = notifications.send_invitation(invitation)
    assert notifications.send_invitation(invitation) is None
    assert "Agern" in first.subject
    assert english_url("vendor:invitation", invitation.token) in first.body
    assert "can be handed in until" in first.body
    assert curator.email not in first.body
    assert notifications.send_invitation(invitation, 2).subject.startswith("Reminder")


def test_hostile_words_stay_words(vendor, owner, people):
    join_request = JoinRequest.objects.create(vendor=vendor, user=make_user("ny@vestlyset.example"), message=HOSTILE)
    type(vendor).objects.filter(pk=vendor.pk).update(name="Nord\r\nBcc: x@evil.example")
    join_request = JoinRequest.objects.get(pk=join_request.pk)
    notifications.send_join_request(join_request)
    mails = mails_by_address()
    assert set(mails) == {user.email for user in people}
    for mail in mails.values():
        assert "\n" not in mail.subject
        assert "\u202e" not in mail.subject + mail.body
        assert "Etik" not in mail.body  # a stranger's words stand on the page alone
