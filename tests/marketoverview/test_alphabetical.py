"""Wherever people read names of companies in alphabetical order it is the Danish one, on both databases."""

import re
from html import unescape

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from kl_ai.mail.models import OutgoingMail
from kl_ai.models import User
from marketoverview.mails.announcements import announce_to
from marketoverview.mails.login_deletion import consequences, obstacles
from marketoverview.models import CompanyClaim, JoinRequest, Response, SurveyRound, Vendor
from marketoverview.models.vendors import ascii_slug
from marketoverview.review.checks import check_response, comparison_data
from marketoverview.views.own_data import own_data
from tests.admin_pages import Page, admin_url, logged_in
from tests.builders import (
    make_administrator,
    make_curator,
    make_invitation,
    make_response,
    make_round,
    make_user,
    make_vendor,
)
from tests.days import days
from tests.mails import confirm_recently
from tests.reading import read_bytes

pytestmark = pytest.mark.django_db

IN_ORDER = ("Abe", "zebra", "Ærø", "Østerbro", "Aalborg", "Ånden")
"""By their bytes these would be Aalborg, Abe, zebra, Ånden, Ærø, Østerbro; by the rules of English Aalborg, Abe, Ærø …"""
MADE = ("Ånden", "Østerbro", "Abe", "Aalborg", "zebra", "Ærø")


def names_in(text: str, ending: str = "ApS") -> list[str]:
    """The names with this ending in the text, each once, in the order of its first place."""
    words = "|".join(IN_ORDER)
    return list(dict.fromkeys(re.findall(rf"\b({words}) {ending}\b", unescape(text))))


@pytest.fixture
def survey_round() -> SurveyRound:
    return make_round("2026", opens_on=days(-10), closes_on=days(10))


@pytest.fixture
def person(survey_round) -> User:
    """Somebody who acts for six companies, is invited to six, has asked to join six, and waits for KL about six."""
    person = make_user("mange@firmaer.example")
    for name in MADE:
        vendor = make_vendor(f"{name} ApS", slug=f"{ascii_slug(name)}-1", website="https://www.faelles.example")
        make_response(vendor, round=survey_round)
        vendor.admit(person, person)
        make_invitation(person.email, company_name=f"{name} Bud", by_kl=True)
        JoinRequest.submit(make_vendor(f"{name} Ukendt", slug=f"{ascii_slug(name)}-2"), person, "")
        claimed = make_invitation("en.anden@firmaer.example", company_name=f"{name} Krav", by_kl=True)
        CompanyClaim.ask(claimed, CompanyClaim.Reason.ADDRESS, person, None)
    User.objects.filter(email__startswith="user").delete()  # those who filled the answers in
    return person


@pytest.fixture
def curator_client(curator) -> Client:
    return logged_in(curator)


@pytest.fixture
def own_client(client, person):
    client.force_login(person)
    confirm_recently(client, person)
    return client


@pytest.mark.parametrize(
    ("path", "endings"),
    [
        ("/leverandoer/", ["ApS", "Bud", "Ukendt", "Krav"]),
        ("/leverandoer/konto/", ["ApS"]),
        ("/leverandoer/konto/slet/", ["ApS"]),
        ("/markedsoverblik/", ["ApS"]),
        ("/markedsoverblik/eksport.csv", ["ApS"]),
        ("/markedsoverblik/eksport.json", ["ApS"]),
        ("/markedsoverblik/markedsnotat/", ["ApS"]),
    ],
)
def test_a_list_of_companies_is_in_danish_order(own_client, path, endings):
    text = read_bytes(own_client, path).decode()
    for ending in endings:
        assert names_in(text, ending) == list(IN_ORDER), ending


def test_the_copy_of_a_persons_data_has_the_companies_in_danish_order(person):
    assert names_in(" ".join(vendor["name"] for vendor in own_data(person)["vendors"])) == list(IN_ORDER)


def test_companies_of_the_same_name_are_in_danish_order(client):
    client.force_login(make_user())
    for number, name in enumerate(("Østerbro ApS", "østerbro AB", "Østerbro A/S", "ØSTERBRO I/S")):
        make_vendor(name, slug=f"oesterbro-{number}")
    form = {"name": "Østerbro", "country": "SE", "cvr_number": "", "website": ""}
    text = client.post(reverse("vendor:register"), form).content.decode()
    names = list(dict.fromkeys(re.findall(r"(?i)østerbro (?:aps|ab|a/s|i/s)", unescape(text))))
    assert names == ["østerbro AB", "Østerbro ApS", "Østerbro A/S", "ØSTERBRO I/S"]


@pytest.mark.parametrize(
    "address",
    [
        lambda: admin_url(Vendor, "changelist"),
        lambda: admin_url(Vendor, "changelist") + "?o=1",
        lambda: admin_url(Response, "changelist") + "?o=0",
    ],
    ids=["vendors", "vendors by name", "responses by vendor"],
)
def test_a_list_of_the_administration_is_in_danish_order(curator_client, person, address):
    assert names_in(curator_client.get(address()).content.decode()) == list(IN_ORDER)


def test_the_administrations_look_up_of_a_vendor_is_in_danish_order(curator_client, person):
    query = {"app_label": "marketoverview", "model_name": "response", "field_name": "vendor", "term": "aps"}
    results = curator_client.get("/admin/autocomplete/", query).json()["results"]
    assert names_in(" ".join(row["text"] for row in results)) == list(IN_ORDER)


def test_an_announcement_names_vendors_in_danish_order(curator_client, person, survey_round):
    page = Page(curator_client, admin_url(SurveyRound, "announce", survey_round.pk)).send(preview="1").content.decode()
    assert names_in(page) == list(IN_ORDER)
    assert names_in(page.partition("users on the portal")[2], "Ukendt") == list(IN_ORDER)
    announce_to(survey_round, Vendor.objects.all(), make_curator())
    assert names_in(OutgoingMail.objects.get(to=person.email).body) == list(IN_ORDER)


def test_the_consequences_of_a_deletion_are_in_danish_order(client, person):
    Response.objects.update(contact_email=person.email)
    acts_for, stays = consequences(person)[:6], consequences(person)[6:]
    for sentences in (acts_for, stays, obstacles([person])):
        assert names_in(" ".join(sentences)) == list(IN_ORDER)
    administrator = make_administrator()
    text = logged_in(administrator).get(admin_url(User, "delete", person.pk)).content.decode()
    assert names_in(text) == list(IN_ORDER)


def test_vendors_that_nobody_reads_mail_for_are_listed_in_danish_order(person, capsys):
    Response.objects.update(confirmed_at=days(-800))
    person.delete()
    call_command("send_reminders", dry_run=True)
    assert names_in(capsys.readouterr().out) == list(IN_ORDER)


def test_vendors_that_a_note_names_are_in_danish_order(person):
    submission = make_response("Helt Andet", "submitted", website="https://www.faelles.example")
    response = Response.objects.with_everything().get(pk=submission.pk)
    (note,) = [note for note in check_response(response, comparison_data()) if note.item == "website" and note.links]
    assert names_in(" ".join(name for name, _url in note.links)) == list(IN_ORDER)
