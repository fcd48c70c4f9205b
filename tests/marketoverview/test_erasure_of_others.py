"""The deletion of a login changes nothing of others, whatever the name, and finds the person wherever mails name somebody."""

import json
from typing import Any

import pytest
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kl_ai.login.announcements import announce
from kl_ai.mail.models import MailMention, OutgoingMail
from kl_ai.mail.outbox import Letter, post_many
from kl_ai.models import User
from kl_ai.security.models import Reading
from marketoverview.mails import membership, notifications
from marketoverview.mails.vendor_questions import send_answer
from marketoverview.models import (
    Invitation,
    JoinRequest,
    MembershipEvent,
    Vendor,
    VendorQuestion,
    delete_login,
)
from tests.builders import make_administrator, make_curator, make_invitation, make_round, make_user, make_vendor

SENTENCE = "Svarene kan indsendes til og med 31. december 2026"
COMPETITOR = "Mosebund Danmark"
LOG_KEYS = '{"changed": {"fields":'
PHRASES = (
    "KL inviterer",
    SENTENCE,
    LOG_KEYS,
    COMPETITOR,
    "KL Inviterer Virksomheden",
    "tilbud@mosebund.example Mosebund",
)
ADDRESS, NAME = "bodil.aes@nordstjernen.example", "Bodil Æselund"
pytestmark = pytest.mark.django_db


def rows_of_others() -> dict[tuple[str, int], dict[str, Any]]:
    """Table and key to all columns of each row of the mails, the logs, the questions and their history."""
    models = (OutgoingMail, LogEntry, Reading, VendorQuestion, VendorQuestion.history.model)
    return {
        (model._meta.label, row["pk"]): row
        for model in models
        for row in model._base_manager.values("pk", *columns(model))
    }


def columns(model: Any) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def stored_mail(key: str, to: str, body: str, *, is_sent: bool = False) -> OutgoingMail:
    sent = {"sent_at": timezone.now(), "next_try_at": None} if is_sent else {}
    return OutgoingMail.objects.create(key=key, to=to, subject=body[:100], body=body, language="da", **sent)


@pytest.fixture
def others() -> Vendor:
    """A vendor with a name of two words, and mails, log lines, readings and an answered question of others."""
    curator, vendor = make_curator(), make_vendor(COMPETITOR)
    asker = make_user("tilbud@mosebund.example", member_of=vendor)
    for is_sent in (False, True):
        body = f"KL inviterer “{COMPETITOR}”. KL Inviterer Virksomheden. {SENTENCE}. {LOG_KEYS} tilbud@mosebund.example"
        stored_mail(f"announcement:1:{is_sent}", "modtager@vestlyset.example", body, is_sent=is_sent)
    notifications.send_invitation(make_invitation("firma@vestlyset.example", by_kl=True, company_name=COMPETITOR))
    vendors = ContentType.objects.get_for_model(Vendor)
    LogEntry.objects.create(
        user=curator,
        content_type=vendors,
        object_id=vendor.pk,
        object_repr=COMPETITOR,
        action_flag=CHANGE,
        change_message=json.dumps([{"changed": {"fields": ["Name"], "name": COMPETITOR, "object": "KL inviterer"}}]),
    )
    Reading.record(curator, "vendor: form", str(vendor.pk), COMPETITOR)
    question, _is_new = VendorQuestion.ask(vendor, make_round(), asker, f"KL inviterer? {SENTENCE}?")
    texts = {"question_da": "KL inviterer?", "question_en": "?", "answer_da": f"{SENTENCE}.", "answer_en": COMPETITOR}
    question.publish(curator, **texts)
    send_answer(question)
    return vendor


@pytest.mark.parametrize("name", PHRASES)
def test_a_login_with_the_words_of_others_as_its_name_changes_nothing_of_them(others, name):
    attacker = make_user("tagger@nordlyset.example", member_of=make_vendor("Nordlyset"), full_name=name)
    before = rows_of_others()
    delete_login(attacker)
    assert rows_of_others() == before


def test_the_answer_of_kl_to_all_keeps_its_words_where_the_asker_had_taken_them_as_a_name(vendor):
    asker = make_user("tagger@nordlyset.example", member_of=vendor, full_name="kan indsendes")
    question, _is_new = VendorQuestion.ask(vendor, make_round(), asker, "Hvornår?")
    question.publish(make_curator(), question_da="Hvornår?", question_en="", answer_da=SENTENCE, answer_en="")
    delete_login(asker)
    question.refresh_from_db()
    assert question.answer_da == SENTENCE


@pytest.mark.parametrize(
    ("address", "other"),
    [
        ("ann@fri.example", "joann@fri.example"),
        ("ann@fri.example", "jo.ann@fri.example"),
        ("ann@fri.example", "jo+ann@fri.example"),
        ("ann@fri.example", "o'ann@fri.example"),
        ("ann@fri.example", "ann@fri.example.dk"),
        ("ann@fri.example", "ann@fri.example-firma.dk"),
        ("\u017falg@fri.example", "salg@fri.example"),
        ("salg@f\u0131rma.example", "salg@firma.example"),
    ],
)
@pytest.mark.parametrize("is_sent", [False, True])
def test_an_address_that_is_part_of_another_is_not_it(address, other, is_sent):
    person = make_user(address)
    mail = stored_mail("x", "chef@fri.example", f"Du har inviteret {other}.", is_sent=is_sent)
    Reading.record(make_curator(), "invitation: form", "77", f"Firma · {other}")
    before = rows_of_others()
    delete_login(person)
    assert rows_of_others() == before
    assert mail.key == "x"


def test_a_mail_that_ends_a_sentence_with_the_address_names_the_person():
    stored_mail("x", "chef@fri.example", "Skriv til ANN@fri.example. Eller <ann@fri.example>, “ann@fri.example”.")
    delete_login(make_user("ann@fri.example"))
    assert OutgoingMail.objects.get(key="x").body == "Skriv til …. Eller <…>, “…”."


def test_the_address_of_kl_stays_in_all_mails_when_a_login_with_it_is_deleted():
    mail = stored_mail("x", "chef@fri.example", f"Skriv til {settings.CONTACT_EMAIL}.", is_sent=True)
    delete_login(make_user(settings.CONTACT_EMAIL))
    mail.refresh_from_db()
    assert mail.body == f"Skriv til {settings.CONTACT_EMAIL}."


def test_a_curator_who_goes_leaves_the_invitations_that_were_kls(others):
    curator = make_curator("gaar@kl.example")
    invitation = make_invitation("ny@vestlyset.example", by_kl=True, invited_by=curator)
    mail = notifications.send_invitation(invitation)
    OutgoingMail.objects.filter(pk=mail.pk).update(sent_at=timezone.now(), next_try_at=None)
    body = OutgoingMail.objects.get(pk=mail.pk).body
    delete_login(curator)
    assert OutgoingMail.objects.get(pk=mail.pk).body == body


@pytest.fixture
def person(vendor, colleague) -> User:
    """Somebody whom mails to others name: who has invited, asked, left, and got an answer; renamed since."""
    user = make_user(ADDRESS, member_of=vendor, full_name=NAME)
    with transaction.atomic():
        notifications.send_invitation(Invitation.invite_colleague(vendor, "ny@vestlyset.example", user, "da"))
        other = make_vendor("Vestlyset")
        make_user("chef@vestlyset.example", member_of=other)
        notifications.send_join_request(JoinRequest.submit(other, user, "")[0])
        membership.send_membership_news(vendor, other)
        question, _is_new = VendorQuestion.ask(vendor, make_round(), user, f"Hilsen {NAME}")
        question.answer_privately(make_curator(), reason="alene", answer_da="Ja", answer_en="Yes")
        send_answer(question)
    announce("app_reset", user, make_administrator("admin@kl.example"))
    return user


def naming_mails() -> list[OutgoingMail]:
    mails = OutgoingMail.objects.exclude(to=ADDRESS)
    return [mail for mail in mails if ADDRESS in mail.body or NAME in mail.body]


def test_each_mail_that_names_somebody_refers_to_whom_it_names(person):
    kinds = {mail.kind for mail in naming_mails()}
    assert kinds == {"invitation", "asked_to_join", "membership", "vendor_answer", "login_notice"}
    assert {mail.pk for mail in naming_mails()} == set(
        MailMention.objects.filter(user=person).values_list("mail_id", flat=True)
    )


@pytest.mark.parametrize("is_sent", [False, True])
def test_the_person_is_found_where_the_events_are_gone_and_name_and_address_are_others(person, is_sent):
    mails = [mail for mail in naming_mails() if is_sent or mail.kind != "vendor_answer"]
    if is_sent:
        OutgoingMail.objects.update(sent_at=timezone.now(), next_try_at=None)
    MembershipEvent.objects.all().delete()
    Invitation.objects.all().delete()
    JoinRequest.objects.all().delete()
    User.objects.filter(pk=person.pk).update(email="nyt@nordstjernen.example", full_name="Bodil Nygaard")
    delete_login(User.objects.get(pk=person.pk))
    for mail in OutgoingMail.objects.filter(pk__in=[mail.pk for mail in mails]):
        assert ADDRESS not in mail.body
        assert NAME not in mail.body
    assert OutgoingMail.objects.filter(pk__in=[mail.pk for mail in mails]).count() == len(mails)
    assert not MailMention.objects.filter(label__contains=ADDRESS).exists()


def news_of_invitation() -> OutgoingMail:
    """The mail to a colleague that the person has invited somebody, which waits."""
    mails = OutgoingMail.objects.filter(key__startswith="membership:", body__contains="ny@vestlyset.example")
    return mails.exclude(to=ADDRESS).order_by("pk")[0]


def test_a_mail_that_waits_keeps_every_other_word(person):
    mail = news_of_invitation()
    assert mail.body.count(f"{NAME} ({ADDRESS})") == 1
    delete_login(person)
    assert OutgoingMail.objects.get(pk=mail.pk).body == mail.body.replace(f"{NAME} ({ADDRESS})", "… (…)")


def test_a_mail_that_is_being_sent_while_the_login_is_deleted_names_nobody_afterwards(person):
    mail = news_of_invitation()
    assert mail.claim()
    delete_login(person)
    mail.record_sent()
    mail.refresh_from_db()
    assert mail.is_sent
    assert "… (…)" in mail.body
    assert ADDRESS not in mail.body


def letter(number: int, *mentions: User) -> Letter:
    return Letter(f"x:{number}:1", f"m{number}@fri.example", "login_deleted", {}, "da", mentions=mentions)


def test_many_letters_refer_to_whom_they_name_but_not_to_their_recipient(person):
    recipient = make_user("m1@fri.example")
    MailMention.objects.all().delete()
    post_many([letter(1, recipient, person), letter(2), letter(3, recipient, person, person)])
    named = MailMention.objects.order_by("pk").values_list("mail__to", "user__email", "label")
    assert sorted(named) == [
        ("m1@fri.example", ADDRESS, f"{NAME} ({ADDRESS})"),
        ("m3@fri.example", ADDRESS, f"{NAME} ({ADDRESS})"),
        ("m3@fri.example", "m1@fri.example", "m1@fri.example"),
    ]


def queries_of_deletion(address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        delete_login(make_user(address, full_name="kan indsendes"))
    return len(queries)


def test_the_number_of_mails_to_others_costs_no_query():
    OutgoingMail.objects.bulk_create(
        OutgoingMail(key=f"y:{number}", to="y@fri.example", subject="s", body=SENTENCE, language="da")
        for number in range(3)
    )
    few = queries_of_deletion("en@nordlyset.example")
    OutgoingMail.objects.bulk_create(
        OutgoingMail(key=f"z:{number}", to="z@fri.example", subject="s", body=SENTENCE, language="da")
        for number in range(1200)
    )
    assert queries_of_deletion("to@nordlyset.example") == few


def test_all_of_many_mails_with_the_address_are_masked():
    OutgoingMail.objects.bulk_create(
        OutgoingMail(
            key=f"z:{number}", to="z@fri.example", subject="s", body=f"{number} ann@fri.example", language="da"
        )
        for number in range(1100)
    )
    delete_login(make_user("ann@fri.example"))
    assert set(OutgoingMail.objects.values_list("body", flat=True)) == {f"{number} …" for number in range(1100)}
