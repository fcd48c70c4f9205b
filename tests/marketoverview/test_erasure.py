"""A deleted login leaves nothing of name, address and mails about the person, and the page says what stays."""

import json

import pytest
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.messages import get_messages
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import CharField, EmailField, TextField
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kl_ai.login.announcements import announce
from kl_ai.mail.models import MAX_ATTEMPTS, BadAddress, OutgoingMail
from kl_ai.models import User
from kl_ai.security.models import Reading
from marketoverview.mails import membership, notifications
from marketoverview.mails.login_deletion import delete_login_with_mails
from marketoverview.mails.vendor_questions import send_answer
from marketoverview.models import (
    CompanyClaim,
    Invitation,
    JoinRequest,
    MembershipEvent,
    Vendor,
    VendorQuestion,
    delete_login,
)
from marketoverview.models.erasure import vendors_without_successor
from tests.admin_pages import logged_in
from tests.builders import (
    make_administrator,
    make_curator,
    make_invitation,
    make_response,
    make_round,
    make_user,
    make_vendor,
)
from tests.mails import log_in, log_in_recently
from tests.reading import english_url, read

DELETE = "/en/leverandoer/konto/slet/"
ADDRESS, NAME = "bodil.aes@nordstjernen.example", "Bodil Æselund"
pytestmark = pytest.mark.django_db


@pytest.fixture
def person(vendor, colleague):
    """A member of the vendor who has done, and been subject to, all that the portal stores about a person."""
    user = make_user(ADDRESS, member_of=vendor, full_name=NAME)
    curator = make_curator()
    with transaction.atomic():
        notifications.send_invitation(Invitation.invite_colleague(vendor, "ny@vestlyset.example", user, "da"))
        make_invitation(ADDRESS.upper(), make_vendor("Sydkorset"), accepted_at=timezone.now(), accepted_by=user)
        membership.send_membership_news(vendor)
        other = make_vendor("Vestlyset")
        make_user("chef@vestlyset.example", member_of=other)
        join_request = JoinRequest.submit(other, user, "Jeg er ny")[0]
        notifications.send_join_request(join_request)
        join_request.decide(curator, approve=True, as_kl=True)
        membership.send_membership_news(other)
        Invitation.invite_colleague(other, "igen@vestlyset.example", user, "da").cancel(user)
        membership.send_membership_news(other)
    third = make_vendor("Østervang")
    MembershipEvent.record(third, MembershipEvent.What.INVITED, make_user(member_of=third), email=ADDRESS)
    CompanyClaim.ask(make_invitation("kl@vestlyset.example", by_kl=True), "address", user, None)
    OutgoingMail.objects.create(key="x", to=ADDRESS, subject="s", body="b", language="da")
    OutgoingMail.objects.create(
        key="y",
        to="chef@vestlyset.example",
        subject=f"Om {ADDRESS}",
        body=f"{NAME} ({ADDRESS}), {ADDRESS.upper()}",
        language="da",
    )
    BadAddress.mark(ADDRESS, "fuld")
    Reading.record(curator, "joinrequest: form", str(join_request.pk), f"{NAME} · Vestlyset ({ADDRESS})")
    change = json.dumps([{"added": {"name": "medlem", "object": f"{ADDRESS} · Nordstjernen"}}])
    vendors = ContentType.objects.get_for_model(Vendor)
    log = {"user": curator, "content_type": vendors, "object_id": vendor.pk, "action_flag": CHANGE}
    LogEntry.objects.create(object_repr="Nordstjernen", change_message=change, **log)
    LogEntry.objects.create(object_repr=f"{ADDRESS} · Nordstjernen", change_message="", **log)
    return user


def stored_texts() -> dict[str, str]:
    """“table: column” to all that is stored there in every text column of the portal and of Django, in small letters."""
    texts = {}
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, CharField | TextField | EmailField):
                values = model._base_manager.values_list(field.attname, flat=True)
                texts[f"{model._meta.label}: {field.name}"] = "\n".join(map(str, values)).lower()
    return texts


def places_of(term: str) -> list[str]:
    written = {term.lower(), json.dumps(term)[1:-1].lower()}
    return [place for place, text in stored_texts().items() if any(word in text for word in written)]


def test_nothing_of_address_and_name_is_left_in_any_table(person):
    assert len(places_of(ADDRESS)) >= 8
    assert len(places_of(NAME)) >= 3
    delete_login(person)
    assert places_of(ADDRESS) == []
    assert places_of(NAME) == []


def delete_in_administration(client, user, follow: bool = False):
    return client.post(reverse("admin:kl_ai_user_delete", args=[user.pk]), {"post": "yes"}, follow=follow)


@pytest.mark.parametrize("is_chosen_in_list", [False, True])
def test_the_administration_erases_the_same(person, vendor, colleague, is_chosen_in_list):
    client = logged_in(make_administrator())
    client.get(reverse("admin:kl_ai_user_change", args=[person.pk]))
    news = OutgoingMail.objects.filter(to=colleague.email, key__startswith="membership:")
    number = news.count()
    if is_chosen_in_list:
        data = {"action": "delete_selected", "_selected_action": [person.pk], "post": "yes"}
        client.post(reverse("admin:kl_ai_user_changelist"), data)
    else:
        delete_in_administration(client, person)
    assert not User.objects.filter(pk=person.pk).exists()
    OutgoingMail.objects.get(to=ADDRESS).record_sent()  # the last mail
    assert places_of(ADDRESS) == []
    assert places_of(NAME) == []
    assert "".join(message.message for message in get_messages(client.get("/admin/").wsgi_request)).find("Bodil") == -1
    assert vendor.membership_events.filter(what="deleted").count() == 1
    assert news.count() == number + 2  # a colleague is gone, and the colleague's invitation is cancelled


def test_the_administration_says_what_goes_and_what_stays(person):
    client = logged_in(make_administrator())
    text = read(client, reverse("admin:kl_ai_user_delete", args=[person.pk])).text
    assert "Handler ikke længere for Nordstjernen" in text
    assert "Alle mails til personen" in text
    assert "sikkerhedskopier" in text


def test_the_administration_deletes_nobody_whom_somebody_must_follow(person, vendor, colleague):
    make_response(vendor)
    vendor.memberships.exclude(user__in=[person, colleague]).delete()
    client = logged_in(make_administrator())
    before = stored_texts()
    data = {"action": "delete_selected", "_selected_action": [person.pk, colleague.pk], "post": "yes"}
    page = client.post(reverse("admin:kl_ai_user_changelist"), data).content.decode()
    assert "Ingen andre svarer for Nordstjernen" in page
    vendor.memberships.exclude(user=person).delete()
    assert "Ingen andre svarer for Nordstjernen" in delete_in_administration(client, person).content.decode()
    assert User.objects.filter(pk__in=[person.pk, colleague.pk]).count() == 2
    after = stored_texts()
    assert {place for place in before if before[place] != after[place] and ".Reading: " not in place} == set()


def test_staff_that_is_deleted_leaves_its_address_in_the_log_of_readings_alone(client):
    staff = make_administrator(ADDRESS)
    staff.update_account(NAME, "en")
    client.force_login(staff)
    client.get(reverse("admin:marketoverview_vendor_changelist"))
    announce("app_reset", staff, make_administrator())
    client.force_login(make_administrator())
    delete_in_administration(client, staff)
    assert not User.objects.filter(pk=staff.pk).exists()
    assert places_of(NAME) == []
    OutgoingMail.objects.get(to=ADDRESS).record_sent()  # the last mail
    assert places_of(ADDRESS) == ["kl_ai.Reading: reader"]


QUESTION = f"I am {NAME}, {ADDRESS}. What counts?"


@pytest.mark.parametrize("answer", ["", "private", "published"])
def test_questions_to_kl_and_their_answers_name_nobody(person, vendor, answer):
    survey_round = make_round()
    question, _ = VendorQuestion.ask(vendor, survey_round, person, QUESTION)
    texts = {"answer_da": f"Kære {NAME}", "answer_en": f"Dear {NAME}"}
    if answer == "private":
        question.answer_privately(make_curator(), reason=f"{NAME} asks", **texts)
    if answer == "published":
        question.publish(make_curator(), question_da=f"{NAME}?", question_en="", **texts)
    if answer:
        send_answer(question)
    delete_login(person)
    assert places_of(ADDRESS) == []
    # KL's own words in its mails to all vendors are not the asker's to change; they stand there until they are sent.
    assert places_of(NAME) == (["kl_ai.OutgoingMail: body"] if answer == "published" else [])
    question.refresh_from_db()
    assert question.text == ("" if answer == "published" else "I am …, …. What counts?")


def refuse(mail: OutgoingMail) -> None:
    mail.record_refusal("550 ukendt")


def give_up(mail: OutgoingMail) -> None:
    for _ in range(MAX_ATTEMPTS):
        mail.attempts += 1
        OutgoingMail.objects.filter(pk=mail.pk).update(attempts=mail.attempts)
        mail.record_failure("nede")


@pytest.mark.parametrize("end", [OutgoingMail.record_sent, refuse, give_up])
def test_the_person_gets_one_last_mail_which_is_forgotten_with_the_address(end, person):
    language = person.language
    delete_login_with_mails(person)
    assert places_of(ADDRESS) == ["kl_ai.OutgoingMail: to"]
    (mail,) = OutgoingMail.objects.filter(to=ADDRESS)
    assert (mail.subject, mail.language) == ("Dit login er slettet", language)
    assert "slettet sammen med det" in mail.body
    end(mail)
    assert places_of(ADDRESS) == places_of(NAME) == []
    assert not OutgoingMail.objects.filter(kind="login_deleted").exists()


def test_a_last_mail_that_fails_once_is_tried_again(person):
    delete_login_with_mails(person)
    mail = OutgoingMail.objects.get(to=ADDRESS)
    assert mail.claim()
    mail.record_failure("nede")
    assert OutgoingMail.objects.get(to=ADDRESS).next_try_at > timezone.now()


def test_a_mail_about_the_person_that_waits_is_still_sent_and_names_nobody(person):
    mail = OutgoingMail.objects.get(key__startswith="join:")
    OutgoingMail.objects.filter(pk=mail.pk).update(
        sent_at=None,
        next_try_at=timezone.now(),
        body=f"{NAME} ({ADDRESS}) beder om at svare. Afgør det her: https://kl.example",
    )
    delete_login(person)
    mail.refresh_from_db()
    assert mail.body == "… (…) beder om at svare. Afgør det her: https://kl.example"


def test_the_text_of_a_mail_that_was_sent_goes_as_a_whole(person):
    sent = OutgoingMail.objects.get(key__startswith="join:")
    OutgoingMail.objects.filter(pk=sent.pk).update(sent_at=timezone.now(), next_try_at=None)
    delete_login(person)
    sent.refresh_from_db()
    assert sent.body == "Teksten er slettet: Den handlede om en person, hvis login er slettet."


def test_others_keep_what_is_theirs(person, vendor, colleague):
    OutgoingMail.objects.create(
        key="z", to="en.anden@vestlyset.example", subject="s", body="Bodil er ikke den Bodil.", language="da"
    )
    delete_login(person)
    assert OutgoingMail.objects.get(key="z").body == "Bodil er ikke den Bodil."
    assert list(vendor.members.all()) == [colleague]
    assert not Invitation.objects.get(email="ny@vestlyset.example").is_waiting  # it was the person's
    assert colleague.email in json.dumps(list(User.objects.values_list("email", flat=True)))


def test_every_browser_is_logged_out(client, person):
    log_in_recently(client, person)
    elsewhere = Client()
    log_in(elsewhere, ADDRESS)
    key = elsewhere.session.session_key
    client.post(DELETE)
    assert not Session.objects.filter(session_key=key).exists()
    assert elsewhere.get("/leverandoer/konto/").url.startswith("/log-ind/")


def test_the_page_says_what_goes_and_what_stays(client, person, vendor):
    response = make_response(vendor, contact_email=ADDRESS)
    log_in_recently(client, person)
    page = read(client, DELETE)
    assert "What is deleted now" in page.text
    assert f"Nordstjernen, {response.round.name_en}: you are named as the contact." in page.text
    assert "backups" in page.text
    assert english_url("vendor:company", vendor.slug) in [link.attrs["href"] for link in page.find_all("a")]
    text = client.post(DELETE).content.decode()
    assert "What is deleted" in text
    assert "you are named as the contact" in text
    response.refresh_from_db()
    assert response.contact_email == ADDRESS


def test_without_a_contact_the_page_says_nothing_of_one(client, person, vendor):
    make_response(vendor)
    log_in_recently(client, person)
    assert "as the contact" not in read(client, DELETE).text


def test_where_somebody_must_take_over_nothing_is_erased(person, vendor, colleague):
    make_response(vendor)
    vendor.memberships.exclude(user=person).delete()
    before = stored_texts()
    with pytest.raises(ValidationError):
        delete_login(person)
    assert stored_texts() == before


def test_the_copy_of_all_data_holds_it_too(client, person):
    client.force_login(person)
    copy = json.loads(client.get("/leverandoer/konto/data.json").content)
    assert [row["email"] for row in copy["invitations_sent"]] == ["igen@vestlyset.example", "ny@vestlyset.example"]
    assert [row["company_name"] for row in copy["invitations_received"]] == ["Sydkorset"]
    assert len(copy["claims"]) == 1
    assert {row["what"] for row in copy["changes_of_members"]} == {"invited", "asked", "joined", "cancelled"}


def test_a_vendor_that_all_who_go_act_for_is_named_once(vendor, owner, colleague):
    make_response(vendor)
    members = list(vendor.members.all())
    assert {owner, colleague} <= set(members)
    assert vendors_without_successor(members) == [vendor]
    assert vendors_without_successor([owner]) == []
