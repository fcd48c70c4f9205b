"""A person's own login: name and language, a copy of all data, deletion."""

import json

import pytest
from django.urls import reverse

from kl_ai.mail.models import OutgoingMail
from kl_ai.models import User
from marketoverview.models import JoinRequest, VendorMember, map_answer
from tests.builders import make_invitation, make_option, make_question, make_response, make_user, make_vendor
from tests.mails import confirm_recently
from tests.reading import read

ACCOUNT = "/en/leverandoer/konto/"
DATA = "/leverandoer/konto/data.json"
DELETE = "/en/leverandoer/konto/slet/"


@pytest.fixture
def member(client, owner):
    client.force_login(owner)
    confirm_recently(client, owner)
    return owner


def data(client) -> dict:
    response = client.get(DATA)
    assert response["Content-Disposition"].startswith("attachment")
    return json.loads(response.content)


# Name and language -------------------------------------------------------------------------------


def test_name_and_language_of_the_mails_are_ones_own(client, member):
    client.post(ACCOUNT, {"full_name": "Ida Opdigtet", "language": "en", "email": "x@evil.example", "is_staff": "on"})
    member.refresh_from_db()
    assert (member.full_name, member.language) == ("Ida Opdigtet", "en")
    assert (member.email, member.is_staff) == ("owner@nordstjernen.example", False)
    assert member.email in read(client, ACCOUNT).text


@pytest.mark.parametrize(
    ("name", "saved"),
    [("Ida\r\nBcc: evil", "Ida Bcc: evil"), ("Ida\u202eneggo", "Idaneggo"), (" \u200b", "")],
)
def test_a_name_is_saved_cleaned_and_on_one_line(name, saved, client, member):
    assert client.post(ACCOUNT, {"full_name": name, "language": "da"}).status_code == 302
    member.refresh_from_db()
    assert member.full_name == saved


def test_a_name_that_is_too_long_comes_back_and_is_not_saved(client, member):
    assert client.post(ACCOUNT, {"full_name": "I" * 500_000, "language": "da"}).status_code == 200
    member.refresh_from_db()
    assert member.full_name == ""


def test_a_name_in_html_stays_text(client, member):
    client.post(ACCOUNT, {"full_name": "<b>Ida</b>", "language": "da"})
    assert "<b>Ida</b>" not in client.get(reverse("vendor:members", args=["nordstjernen"])).content.decode()


# A copy of all data ------------------------------------------------------------------------------


@pytest.fixture
def everything(vendor, member, colleague, curator):
    """A vendor with public answers in its own words, counted by KL, an example, a contact, and a request of ours."""
    answers, words = {"services": ["advisory", "other"]}, {"services": "Etik"}
    offering = {"title": "Postsortering", "options": {"technologies": ["nlp"]}}
    response = make_response(vendor, answers=answers, own_words=words, offerings=[offering])
    other = response.answers.get(option__code="other")
    map_answer(other, make_option(make_question("services"), "development"), curator)
    response.confirm(member)
    make_invitation("ny@nordstjernen.example", vendor)
    JoinRequest.objects.create(vendor=make_vendor("Østervang"), user=member, message="Hej")
    OutgoingMail.objects.create(key="x", to=member.email, subject="Kvittering", body="…", language="da", kind="receipt")


def test_the_copy_holds_all_of_the_person_and_its_company(client, member, curator, everything):
    copy = data(client)
    assert copy["login"]["email"] == member.email
    assert [mail["subject"] for mail in copy["mails"]] == ["Kvittering"]
    assert [request["vendor__name"] for request in copy["requests_to_join"]] == ["Østervang"]
    (company,) = copy["vendors"]
    assert "colleague@nordstjernen.example" in [member["email"] for member in company["members"]]
    assert [invitation["email"] for invitation in company["invitations"]] == ["ny@nordstjernen.example"]
    (response,) = company["responses"]
    assert (response["status"], response["contact_email"]) == ("published", "ki@nordstjernen.example")
    answers = {answer["option"]: (answer["own_words"], answer["counted_by_kl"]) for answer in response["answers"]}
    assert answers == {"advisory": ("", False), "other": ("Etik", False), "development": ("", True)}
    assert response["answers"][0]["question_text"] == "Hvad med services?"
    assert response["offerings"][0]["options"] == ["technologies/nlp"]
    assert {event["by"] for event in response["events"] if event["by"]} >= {"KL", member.email}
    assert curator.email not in json.dumps(copy)


def test_the_copy_holds_nothing_of_other_companies(client, member, stranger):
    make_response(stranger.vendors.get())
    assert [company["name"] for company in data(client)["vendors"]] == ["Nordstjernen"]
    assert stranger.email not in client.get(DATA).content.decode()


def test_the_copy_costs_the_same_for_a_long_history(client, vendor, member, django_assert_max_num_queries):
    counts = []
    for more in (2, 4):
        for number in range(more):
            make_response(vendor, answers={f"q{number}-{more}": ["a", "b"]})
        with django_assert_max_num_queries(66) as queries:
            data(client)
        counts.append(len(queries))
    assert counts[0] == counts[1]


# Deleting the login ------------------------------------------------------------------------------


def test_the_login_is_deleted_and_the_company_stays(client, vendor, member, colleague, everything):
    assert "cannot be undone" in read(client, DELETE).text
    assert User.objects.filter(pk=member.pk).exists()  # looking deletes nothing
    page = client.post(DELETE)
    assert page.status_code == 200
    assert "Your login is deleted" in page.content.decode()
    assert not User.objects.filter(pk=member.pk).exists()
    (last_mail,) = OutgoingMail.objects.filter(to=member.email)
    last_mail.record_sent()
    assert not OutgoingMail.objects.filter(to=member.email).exists()
    assert vendor.responses.published().exists()
    assert client.get(ACCOUNT).status_code == 302  # logged out
    event = vendor.responses.get().events.get(verb="confirm")
    assert event.actor is None


def test_the_last_one_of_a_public_profile_reads_what_to_do(client, vendor, member):
    make_response(vendor)
    other = make_vendor("Østervang")
    VendorMember.objects.all().delete()
    for company in (other, vendor):  # the one that can be left comes first
        VendorMember.objects.create(vendor=company, user=member)
    text = client.post(DELETE, follow=True).content.decode()
    assert "withdraw the profile first" in text
    assert set(member.vendors.all()) == {vendor, other}  # all or nothing
    vendor.responses.get().withdraw(member, "Vi lukker.")
    client.post(DELETE)
    assert not User.objects.filter(pk=member.pk).exists()


def test_the_page_refuses_the_last_one_before_the_click_and_says_what_happens(client, vendor, member, colleague):
    shared = read(client, DELETE).text
    assert "stay with your colleagues" in shared
    vendor.memberships.exclude(user=member).delete()
    alone = read(client, DELETE)
    assert "stay with your colleagues" not in alone.text
    assert "Nobody else acts for Nordstjernen." in alone.text
    make_response(vendor)
    vendor.memberships.exclude(user=member).delete()
    blocked = read(client, DELETE).find("main")
    assert "You are the last one who acts for Nordstjernen" in blocked.text
    assert not blocked.has("form")
    VendorMember.objects.all().delete()
    without = read(client, DELETE).text
    assert "colleagues" not in without
    assert "Delete the login" in without


def test_kls_own_people_ask_an_administrator(client, curator):
    client.force_login(curator)
    confirm_recently(client, curator)
    assert "administrator" in client.post(DELETE, follow=True).content.decode()
    assert User.objects.filter(pk=curator.pk).exists()


def test_who_comes_back_starts_from_nothing(client, vendor, colleague, member):
    client.post(DELETE)
    again = make_user("owner@nordstjernen.example")
    client.force_login(again)
    assert client.get(reverse("vendor:company", args=[vendor.slug])).status_code == 404
