"""The menu on every page of the administration."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from marketoverview.models import Answer, JoinRequest, Response, SurveyRound, Vendor
from tests.admin_pages import admin_url, logged_in
from tests.builders import make_administrator, make_editor, make_own_words, make_response, make_user

pytestmark = pytest.mark.django_db


def menu(client: Client, url: str) -> dict[str, int | None]:
    return {link.label: link.number for link in client.get(url).context["menu_links"]}


def current(client: Client, url: str) -> list[str]:
    return [link.label for link in client.get(url).context["menu_links"] if link.is_current]


@pytest.fixture
def client(curator) -> Client:
    return logged_in(curator)


def test_the_menu_counts_what_waits_once(client, vendor):
    make_response("Agern", "submitted")
    make_own_words("Birk")
    JoinRequest.objects.create(vendor=vendor, user=make_user())
    url = admin_url(Vendor, "changelist")
    assert menu(client, url) == {"Inbox": 2, "Own words": 1, "Questions to KL": 0, "Vendors": None, "Rounds": None}
    Response.objects.get(status="submitted").publish(make_administrator())
    assert menu(client, url)["Inbox"] == 1


@pytest.mark.parametrize(
    ("label", "model", "page", "keys"),
    [
        ("Inbox", Response, "inbox", 0),
        ("Inbox", Response, "review", 1),
        ("Own words", Answer, "own_words", 0),
        ("Vendors", Vendor, "changelist", 0),
        ("Vendors", Vendor, "add", 0),
        ("Rounds", SurveyRound, "changelist", 0),
    ],
)
def test_the_present_page_is_marked(label, model, page, keys, client):
    key = make_response("Agern", "submitted").pk
    assert current(client, admin_url(model, page, *[key] * keys)) == [label]


def test_the_list_of_responses_is_no_page_of_the_menu(client):
    assert current(client, admin_url(Response, "changelist")) == []


def test_nobody_sees_what_they_may_not_open(client):
    for user in (make_editor(), make_administrator()):
        theirs = logged_in(user)
        with override("en"):
            links = theirs.get(reverse("admin:index")).context["menu_links"]
        assert [theirs.get(link.url).status_code for link in links] == [200] * len(links)
    assert "Inbox" not in menu(logged_in(make_editor()), admin_url(SurveyRound, "changelist"))


def test_a_window_that_belongs_to_a_form_has_no_menu(client):
    assert menu(client, f"{admin_url(Vendor, 'changelist')}?_popup=1") == {}


def test_the_lists_have_names_that_tell_them_apart(client):
    with override("da"):
        models = client.get(reverse("admin:app_list", args=["marketoverview"])).context["app_list"][0]["models"]
    names = [model["name"] for model in models]
    assert {"Egne ord", "Leverandørernes besvarelser"} <= set(names)
    assert not {"Svar", "Besvarelser"} & set(names)


def test_staff_come_from_the_public_pages_to_the_administration(client, owner):
    with override("en"):
        home, administration = reverse("vendor:home"), reverse("admin:index")
    assert f'href="{administration}"' in client.get(home).content.decode()
    assert f'href="{administration}"' not in logged_in(owner).get(home).content.decode()
