"""The lists of the administration: Danish order, search by Danish letters, and what a long list costs."""

import json
import re

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kl_ai.admin.lists import MAX_SEARCH_WORDS, DanishListAdmin, search_words
from kl_ai.admin.private_names import model_admins
from kl_ai.mail.models import OutgoingMail
from kl_ai.models import User
from marketoverview.models import Answer, Invitation, Option, Response, SurveyRound, Vendor, VendorMember
from tests.admin_pages import Page, admin_url, logged_in, message_text
from tests.builders import (
    make_administrator,
    make_invitation,
    make_option,
    make_question,
    make_response,
    make_round,
    make_vendor,
)

pytestmark = pytest.mark.django_db

IN_ORDER = ["abe", "Bøg", "Zebra", "Ærø", "Østerbro", "Åbenrå", "Aarhus", "Åse"]


@pytest.fixture
def client() -> Client:
    return logged_in(make_administrator())


@pytest.fixture
def vendors() -> list[Vendor]:
    """Of names whose Danish order is neither that of their code points nor that of their keys."""
    return [make_vendor(name, slug=f"v-{number}") for number, name in enumerate(sorted(IN_ORDER))]


def listed(client: Client, model, query: str = "") -> list:
    return list(client.get(f"{admin_url(model, 'changelist')}?{query}").context["cl"].result_list)


def sorted_by(client: Client, model, column: str) -> list:
    """The list after a click on the head of the column; with “-” before its name, after a second one."""
    columns = list(client.get(admin_url(model, "changelist")).context["cl"].list_display)
    sign, name = ("-", column[1:]) if column.startswith("-") else ("", column)
    return listed(client, model, f"o={sign}{columns.index(name)}")


def test_every_list_is_a_danish_one():
    others = [each for each in model_admins(admin.site) if not isinstance(each, DanishListAdmin)]
    assert others == []
    assert len(model_admins(admin.site)) > 20


def test_names_stand_in_danish_order_by_default_and_by_a_click(client, vendors):
    assert [vendor.name for vendor in listed(client, Vendor)] == IN_ORDER
    assert [vendor.name for vendor in sorted_by(client, Vendor, "name")] == IN_ORDER
    assert [vendor.name for vendor in sorted_by(client, Vendor, "-name")] == IN_ORDER[::-1]


def test_the_column_by_which_a_list_is_sorted_by_itself_says_so(client, vendors):
    assert 'class="sortable column-name sorted ascending"' in Page(client, admin_url(Vendor, "changelist")).text


def test_pages_of_a_list_follow_each_other_in_order(client, vendors, monkeypatch):
    monkeypatch.setattr(admin.site.get_model_admin(Vendor), "list_per_page", 3)
    pages = [listed(client, Vendor, f"p={number}") for number in (1, 2, 3)]
    assert [vendor.name for page in pages for vendor in page] == IN_ORDER


def test_a_column_of_related_rows_is_sorted_by_their_names(client, vendors):
    for vendor in vendors:
        make_response(vendor, "draft")
    assert [response.vendor.name for response in sorted_by(client, Response, "vendor")] == IN_ORDER
    assert [response.vendor.name for response in sorted_by(client, Response, "-vendor")] == IN_ORDER[::-1]


def test_rows_without_a_date_come_last_both_ways(client, vendors):
    public = make_response("Agern").vendor
    assert sorted_by(client, Vendor, "published")[0] == sorted_by(client, Vendor, "-published")[0] == public


def looked_up(client: Client, model, field: str, term: str = "") -> list[str]:
    options = model._meta
    query = {"app_label": options.app_label, "model_name": options.model_name, "field_name": field, "term": term}
    return [row["text"] for row in json.loads(client.get(reverse("admin:autocomplete"), query).content)["results"]]


def test_a_look_up_is_in_danish_order_and_finds_danish_letters(client, vendors):
    assert looked_up(client, Response, "vendor") == IN_ORDER
    assert looked_up(client, Response, "vendor", "aab") == ["Åbenrå"]
    assert looked_up(client, Response, "vendor", "oe") == ["Bøg", "Ærø", "Østerbro"]
    assert looked_up(client, Response, "vendor", "o") == ["Østerbro"]
    assert looked_up(client, VendorMember, "user", "\x00user") == [User.objects.get().email]


def test_choices_of_a_form_are_in_danish_order(client, vendors):
    field = admin.site.get_model_admin(Invitation).get_field_queryset(None, Invitation._meta.get_field("vendor"), None)
    assert [vendor.name for vendor in field] == IN_ORDER


@pytest.mark.parametrize(("term", "names"), [("åb", ["Åbenrå"]), ("AAB", ["Åbenrå"]), ("ÆRØ", ["Ærø"]), ("aeroe", ["Ærø"]),
                                             ("bro øs", ["Østerbro"]), ("aero", []), ('"b r"', [])])  # fmt: skip
def test_a_list_is_searched_by_danish_letters(term, names, client, vendors):
    assert [vendor.name for vendor in listed(client, Vendor, f"q={term}")] == names


def test_what_stands_in_related_rows_is_found_once(client):
    answer = {"answers": {"services": ["other"]}, "own_words": {"services": "Øre-KI"}}
    response = make_response("Åkær", offerings=[{"title": "Søøre"}, {"title": "Øretæve"}], **answer)
    make_response("Birk")
    for term in ("oere", "ØRE", "åkær oere", "aakaer"):
        assert listed(client, Response, f"q={term}") == [response], term


def test_the_words_of_a_search():
    assert search_words('to  ord "to ord" to \x00') == ["to", "ord", "to ord"]


def test_a_search_of_very_many_words_is_answered_and_says_which_counted(client, vendors):
    words = "+".join(f"ord{number}" for number in range(400))
    response = client.get(f"{admin_url(Vendor, 'changelist')}?q={words}")
    assert response.status_code == 200
    assert f"The first {MAX_SEARCH_WORDS} words" in message_text(response)


@pytest.mark.usefixtures("content_rows", "survey")
def test_every_list_is_searched_and_sorted_by_each_column(client):
    for model_admin in model_admins(admin.site):
        columns = [str(number) for number in range(len(model_admin.list_display) + 1)]
        for query in ("q=Å+soe", f"o={'.'.join(columns)}", f"o=-{'.-'.join(columns)}"):
            response = client.get(f"{admin_url(model_admin.model, 'changelist')}?{query}")
            assert response.status_code == 200, (model_admin, query)


@pytest.mark.parametrize(
    ("model", "name"),
    [
        (OutgoingMail, "body__contains"), (OutgoingMail, "body"), (OutgoingMail, "kind__startswith"), (User, "login_generation"),
        (User, "one_time_secrets__secret_hash__startswith"), (User, "groups__user__email__startswith"), (Vendor, "name__startswith"),
        (Response, "contact_email__startswith"), (Response, "round__invitations__email__startswith"), (Invitation, "email"),
    ],
)  # fmt: skip
def test_a_list_is_filtered_by_its_own_filters_alone(client, model, name):
    page = client.get(admin_url(model, "changelist"), {name: "1"}, follow=True)
    assert page.redirect_chain[-1][0].endswith("?e=1")
    assert "The address had a filter that the list does not know" in message_text(page)


def test_every_filter_that_a_list_offers_works(client, survey):
    make_rows(1)
    for model_admin in model_admins(admin.site):
        if model_admin.model is Answer:  # has a page of its own
            continue
        page = client.get(admin_url(model_admin.model, "changelist"))
        cl = page.context["cl"]
        for link in {choice["query_string"] for spec in cl.filter_specs for choice in spec.choices(cl)}:
            response = client.get(admin_url(model_admin.model, "changelist") + link)
            assert response.status_code == 200, (model_admin, link)
        if cl.date_hierarchy:
            link = f"?{cl.date_hierarchy}__year=2026&{cl.date_hierarchy}__month=1&{cl.date_hierarchy}__day=2"
            assert client.get(admin_url(model_admin.model, "changelist") + link).status_code == 200


def make_rows(number: int) -> None:
    """So many rows more of each kind that the lists below show."""
    for _ in range(number):
        own = Option.objects.count()
        vendor = make_response(answers={"services": ["other", f"option-{own}"]}).vendor
        make_invitation(f"ny{own}@vestlyset.example", vendor)
        make_option(make_question(f"question-{own}"), "other")


@pytest.mark.parametrize("model", [Vendor, Response, Option, Invitation, User])
@pytest.mark.parametrize("query", ["", "q=oe", "o=1"])
def test_a_list_costs_the_same_at_any_length(model, query, client):
    make_rows(2)
    numbers = []
    for more in (0, 12):
        make_rows(more)
        with CaptureQueriesContext(connection) as queries:
            listed(client, model, query)
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]


@pytest.mark.usefixtures("demo")
def test_a_long_page_of_any_list_costs_as_much_as_a_short_one(client, monkeypatch):
    make_invitation("anden@vestlyset.example")
    make_invitation("tredje@vestlyset.example")
    numbers: dict[str, set[int]] = {}
    for model_admin in model_admins(admin.site):
        if model_admin.model is Answer:  # has a page of its own, and a test of what that costs
            continue
        listed(client, model_admin.model)  # what is read once for all pages is read now
        for length in (2, 100):
            monkeypatch.setattr(model_admin, "list_per_page", length)
            with CaptureQueriesContext(connection) as queries:
                listed(client, model_admin.model)
            numbers.setdefault(str(model_admin), set()).add(len(queries))
    assert {name: costs for name, costs in numbers.items() if len(costs) > 1} == {}


def test_dates_in_tables_stand_in_figures(client):
    make_round("2027", opens_on="2027-03-01", closes_on="2027-05-09")
    page = client.get(admin_url(SurveyRound, "changelist")).content.decode()
    assert ">1.3.2027<" in page
    assert ">9.5.2027<" in page


def test_the_button_for_one_more_row_says_what_it_adds(client, vendors):
    page = client.get(admin_url(Vendor, "change", vendors[0].pk)).content.decode()
    assert "&quot;Add member&quot;" in page
    assert "Add another member" not in page.replace("Add another Member", "Add another member")


def test_a_list_is_headed_by_its_name_and_a_look_up_by_what_to_choose(client, survey):
    page = client.get(admin_url(Response, "changelist")).content.decode()
    assert re.findall(r"<h1>(.*?)</h1>", page)[-1] == "Vendors&#x27; responses"
    assert "<title>Select vendor |" in client.get(f"{admin_url(Vendor, 'changelist')}?_popup=1").content.decode()


def test_folded_filters_are_named_and_those_in_use_are_open(client, survey):
    page = client.get(admin_url(Response, "changelist")).content.decode()
    (summary,) = re.findall(r'<details class="list-filters"[^>]*?(?: open)?>\s*<summary>(.*?)</summary>', page)
    assert summary == "Filters: status, confirmed, round"
    assert 'data-filter-title="list-filters" open' not in page
    assert (
        'data-filter-title="list-filters" open'
        in client.get(f"{admin_url(Response, 'changelist')}?status__exact=draft").content.decode()
    )
