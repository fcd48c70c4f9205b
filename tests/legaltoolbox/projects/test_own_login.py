"""Where the login of a municipality's person stands in the portal, and where somebody new there comes to."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.builders import make_user, make_vendor
from tests.legaltoolbox.projects.planned import browser
from tests.mails import log_in
from tests.reading import parse

pytestmark = pytest.mark.any_database


def doors(client: Client, path: str) -> tuple[set[str], list[str]]:
    """The entries of the menu that the page marks, and the addresses of its breadcrumb."""
    page = parse(client.get(path).content.decode())
    marked = {link.attrs["href"] for link in page.find_all("a", "nav-link") if link.attrs.get("aria-current") == "true"}
    crumbs = [link.attrs["href"] for link in page.find("nav", "breadcrumbs").find_all("a")]
    return marked, crumbs[1:]


@pytest.mark.parametrize("name", ["vendor:account", "account_sessions"])
def test_the_login_of_a_municipalitys_person_stands_below_the_municipalities(team, name):
    marked, crumbs = doors(browser(team.dpo), reverse(name))
    assert marked == {reverse("projects:home")}
    assert reverse("vendor:home") not in crumbs


def test_the_login_of_who_acts_for_a_company_as_well_stands_below_both(team):
    make_vendor().members.add(team.editor.user)
    both = [reverse("projects:home"), reverse("vendor:home")]
    marked, crumbs = doors(browser(team.editor), reverse("vendor:account"))
    assert (marked, crumbs) == (set(both), both)


def test_the_login_of_a_vendors_person_stands_below_the_vendors(team):
    client = Client()
    client.force_login(make_user("ny@leverandoer.example"))
    assert doors(client, reverse("vendor:account")) == ({reverse("vendor:home")}, [reverse("vendor:home")])


def test_a_new_colleague_lands_where_one_may_ask_to_join(team):
    team.municipality.mail_domains = ["k9901.example"]
    team.municipality.save(update_fields=["mail_domains"])
    client = Client()
    response = log_in(client, "ny@k9901.example")
    assert response.headers["Location"] == reverse("projects:home")
    links = [link.attrs["href"] for link in parse(client.get(reverse("projects:home")).content.decode()).find_all("a")]
    assert reverse("projects:join", args=[team.municipality.code]) in links
    assert log_in(Client(), "ny@anden.example").headers["Location"] == reverse("vendor:home")
