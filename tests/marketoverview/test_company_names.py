"""Companies are found by name without reading all of them, whoever has written the row."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import F
from django.urls import reverse

from marketoverview import querysets
from marketoverview.company_names import is_spelt_alike, normalized_name, stored_name
from marketoverview.models import Invitation, Response, Vendor, register_company
from marketoverview.review.invitation_list import ListedCompany
from marketoverview.review.list_outcomes import list_outcomes
from tests.admin_pages import Page, admin_url, logged_in
from tests.builders import make_curator, make_invitation, make_response, make_round, make_user, make_vendor

pytestmark = pytest.mark.django_db

CVR = "29190623"


def vendors(name: str) -> list[str]:
    return [vendor.name for vendor in Vendor.objects.with_name(name)]


def invitations(name: str, number: str | None = None) -> set[str]:
    return {invitation.company_name for invitation in Invitation.objects.of_company(name, number)}


@pytest.fixture
def comparisons(monkeypatch) -> list[str]:
    """The names that were compared in Python."""
    names: list[str] = []
    monkeypatch.setattr(querysets, "normalized_name", lambda name: names.append(name) or normalized_name(name))
    return names


def rename(vendor: Vendor) -> None:
    """The vendor's name as KL changes it in the administration."""
    Page(logged_in(make_curator()), admin_url(Vendor, "change", vendor.pk)).send(name="Bøgelund Data A/S")


def publish(vendor: Vendor) -> None:
    """The vendor's name as it changes when KL publishes answers with another one."""
    response = make_response(vendor, "submitted")
    Response.objects.filter(pk=response.pk).update(company_name="Bøgelund Data A/S")
    Response.objects.get(pk=response.pk).publish(make_curator())


@pytest.mark.parametrize("write", [rename, publish])
def test_a_vendor_is_found_by_its_new_name(write, comparisons):
    make_vendor("En anden")
    write(make_vendor("Vestlyset ApS"))
    assert vendors("BØGELUND DATA") == ["Bøgelund Data A/S"]
    assert vendors("Vestlyset") == []
    assert comparisons == ["BØGELUND DATA", "Vestlyset"]  # no name of the table


def test_registered_and_invited_companies_are_found_by_name_and_number(comparisons):
    survey_round, curator = make_round(), make_curator()
    listed = [
        ListedCompany(0, 1, "Bøgelund A/S", "a@bogelund.example", CVR),
        ListedCompany(1, 2, "Eg", "b@eg.example", ""),
    ]
    Invitation.invite_companies(listed, survey_round, curator, "da")
    register_company(make_user(), name="Vestlyset ApS", cvr_number=None, country="SE", website="")
    comparisons.clear()
    assert vendors("vestlyset") == ["Vestlyset ApS"]
    assert invitations("bøgelund aps") == {"Bøgelund A/S"}
    assert invitations("Noget helt andet", CVR) == {"Bøgelund A/S"}
    assert invitations("EG", CVR) == {"Bøgelund A/S", "Eg"}
    assert invitations("...", None) == set()
    assert comparisons == ["vestlyset", "bøgelund aps", "Noget helt andet", "EG", "..."]


def test_only_kls_waiting_invitations_of_a_company_count():
    make_invitation("a@bogelund.example", company_name="Bøgelund", by_kl=True)
    make_invitation("b@bogelund.example", company_name="Bøgelund A/S")  # by a colleague
    make_invitation("c@bogelund.example", make_vendor("Bøgelund ApS"), by_kl=True)
    make_invitation("d@bogelund.example", company_name="Bøgelund Aps", by_kl=True).cancel()
    assert invitations("Bøgelund") == {"Bøgelund"}


def test_what_the_previous_release_has_written_is_found_as_well():
    """It knows neither of the two columns: new rows lack them, and a renamed vendor keeps those of its old name."""
    new, renamed = make_vendor("Bøgelund A/S"), make_vendor("Vestlyset ApS")
    Vendor.objects.filter(pk=new.pk).update(normalized_name="", normalized_from="")
    Vendor.objects.filter(pk=renamed.pk).update(name="Bøgelund ApS")
    make_invitation(company_name="Bøgelund A/S", by_kl=True)
    Invitation.objects.update(normalized_name="", normalized_from="")
    assert sorted(vendors("bøgelund")) == ["Bøgelund A/S", "Bøgelund ApS"]
    assert vendors("Vestlyset") == []
    assert invitations("bøgelund") == {"Bøgelund A/S"}


def test_the_migration_stores_the_names_of_rows_that_stand_there(monkeypatch):
    migration = import_module("marketoverview.migrations.0026_store_company_names")
    monkeypatch.setattr(migration, "BLOCK", 3)
    for number in range(8):
        make_vendor(f"Ærø {number} A/S")
        make_invitation(f"{number}@aeroe.example", company_name=f"Ærø {number} ApS", by_kl=True)
    for model in (Vendor, Invitation):
        model.objects.update(normalized_name="", normalized_from="")
    for _time in range(2):  # it can be run again
        migration.store_names(apps, SimpleNamespace(connection=connection))
        assert not Vendor.objects.exclude(normalized_from=F("name")).exists()
        assert not Invitation.objects.exclude(normalized_from=F("company_name")).exists()
    assert (
        Vendor.objects.get(name="Ærø 7 A/S").normalized_name == stored_name("Ærø 7 A/S")["normalized_name"] == "aeroe7"
    )


def test_the_longest_name_fits():
    name = "㎯" * 120  # each is six characters when it is compared
    assert len(normalized_name(name)) > 250
    make_vendor(name, slug="lang")
    assert vendors(name) == [name]


LOOK_ALIKES = [
    "Bøgev\N{CYRILLIC SMALL LETTER A}ng Analyse A/S",
    "BØGEV\N{GREEK CAPITAL LETTER ALPHA}NG ANALYSE",
    "\N{CYRILLIC CAPITAL LETTER VE}øgevang Analyse",
    "Bo\N{COMBINING LONG SOLIDUS OVERLAY}gevang Analyse",
    "Bo\N{COMBINING SHORT SOLIDUS OVERLAY}gevang Analyse",
    "Bögevang Analyse",
    "Boegevang Analyse",
    "BOEGEVANG ANALYSE",
    "Bøgevang-Analyse",
    "Bøgevang_Analyse",
    "BøgevangAnalyse",
    "Bøge vang Analyse A S",
    "Bøgevang Anályse",
]


@pytest.mark.parametrize("name", LOOK_ALIKES, ids=ascii)
def test_a_company_that_looks_like_an_invited_one_is_a_question_to_kl(name):
    make_invitation("b@bogevang.example", company_name="Bøgevang Analyse A/S", by_kl=True)
    vendor = register_company(make_user(), name=name, cvr_number=None, country="SE", website="")
    assert vendor.claims.waiting().get().reason == "name"


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Ålborg Æbler", "AALBORG AEBLER"),
        ("Ålborg", "A\u030alborg"),
        ("Łódź Data", "Lodz Data"),
        ("IBSEN", "\N{GREEK CAPITAL LETTER IOTA}BSEN"),
    ],
)
def test_names_that_a_reader_takes_for_the_same(name, other):
    assert normalized_name(name) == normalized_name(other)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Eg", "Ek"),
        ("A/S", "ApS"),
        ("Al", "All"),
        ("Bog", "Bøg"),
        ("Data 1", "Data 2"),
        ("Bøgevang", "Bøgevang Analyse"),
        ("K's Kager", "Kager ApS"),
        ("A’s Data", "Data A/S"),
        ("日本", "日木"),
        ("Як", "Ям"),
    ],
)
def test_other_names_stay_others(name, other):
    assert normalized_name(name) != normalized_name(other)


def test_who_has_a_company_can_register_one_that_is_spelt_otherwise(client):
    user = make_user(member_of=make_vendor("Nord Lys", country="SE"))
    client.force_login(user)
    data = {"name": "Nordlys", "country": "SE", "cvr_number": "", "website": ""}
    page = client.post(reverse("vendor:register"), data)
    assert "Nord Lys" in page.content.decode()
    client.post(reverse("vendor:register"), {**data, "is_another": "1"})
    assert Vendor.objects.filter(name="Nordlys", members=user).exists()
    assert client.post(reverse("vendor:register"), {**data, "name": "NORDLYS AB"}).url == reverse(
        "vendor:company", args=["nordlys"]
    )


@pytest.mark.parametrize(("answer", "kind"), [("registered", "known"), ("another", "new"), ("", "question")])
def test_kl_is_asked_of_a_listed_company_that_is_spelt_otherwise(answer, kind):
    vendor = make_vendor("Nord Lys")
    make_user(member_of=vendor)
    listed = [
        ListedCompany(0, 1, "Nordlys", "a@nordlys.example", ""),
        ListedCompany(1, 2, "NORD LYS A/S", "b@b.example", ""),
    ]
    near, same = list_outcomes(listed, make_round(), {"0-registered": answer})
    assert near.kind == kind
    assert (same.kind, same.vendor) == ("known", vendor)


def test_names_with_the_same_spelling():
    assert is_spelt_alike("Nord-Lys A/S", "NORD LYS ApS")
    assert not is_spelt_alike("Nord Lys", "Nordlys")


def test_what_an_earlier_comparison_has_stored_is_stored_anew(monkeypatch):
    migration = import_module("marketoverview.migrations.0030_store_folded_company_names")
    monkeypatch.setattr(migration, "BLOCK", 3)
    for number in range(8):
        make_vendor(f"Ærø {number} A/S")
        make_invitation(f"{number}@aeroe.example", company_name=f"Ærø {number} ApS", by_kl=True)
    for model, column in ((Vendor, "name"), (Invitation, "company_name")):
        model.objects.update(normalized_name="ærø", normalized_from=F(column))
    assert vendors("Ærø 7") == []
    for _time in range(2):
        migration.store_names(apps, SimpleNamespace(connection=connection))
        assert vendors("Aeroe7") == ["Ærø 7 A/S"]
        assert invitations("Aeroe7") == {"Ærø 7 ApS"}
