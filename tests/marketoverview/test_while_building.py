"""While the snapshot is built, everything that needs none of it is served at once, and the rest says when to come back."""

import threading

import pytest
from django.urls import reverse

from kl_ai.pages import places
from marketoverview.market.snapshot import snapshots
from tests.marketoverview.vendor_addresses import TABLE
from tests.pages import ADDRESSES, Access
from tests.reading import parse

PAGES_OF_THE_MARKET = {"home", "about", "privacy"}
"""Pages around the two tools that show a number of the market."""


@pytest.fixture
def building(monkeypatch):
    """Somebody has begun to build the snapshot long ago, and has one place of two; nobody waits."""
    monkeypatch.setattr(places, "places", places.Places(3))
    monkeypatch.setattr(places, "WAIT_SECONDS", 0)
    begun, go_on = threading.Event(), threading.Event()

    def build() -> None:
        with snapshots._turn.taken():
            begun.set()
            go_on.wait(60)

    thread = threading.Thread(target=build)
    thread.start()
    assert begun.wait(10)
    snapshots.forget()
    yield
    go_on.set()
    thread.join(10)


@pytest.mark.parametrize(
    ("path", "title", "retry"),
    [
        ("/markedsoverblik/?services=advisory", "Siden er ved at blive opdateret", "5"),
        ("/en/markedsoverblik/figurer/", "The page is being updated", "5"),
        ("/markedsoverblik/eksport.xlsx", "Siden er ved at blive opdateret", "5"),
    ],
)
def test_the_market_says_when_to_come_back(demo, building, client, path, title, retry):
    response = client.get(path)
    page = parse(response.content.decode())
    assert (response.status_code, response["Retry-After"], response["Cache-Control"]) == (503, retry, "no-store")
    assert page.find("h1").text == title
    assert page.find("html").attrs["lang"] == ("en" if path.startswith("/en/") else "da")


def test_a_form_about_a_selection_is_not_lost(demo, building, client):
    response = client.post("/markedsoverblik/foelg/?services=advisory", {"email": "indkoeb@kommune.example"})
    assert response.status_code == 503
    assert 'value="indkoeb@kommune.example"' in response.content.decode()


def test_every_other_page_is_served(demo, visitors, building):
    refused = set()
    for address in ADDRESSES:
        visitor = {Access.PUBLIC: "anonymous", Access.MEMBER: "owner", Access.STAFF: "curator"}[address.access]
        for path in address.paths():
            response = visitors[visitor].get(path)
            if response.status_code == 503:
                refused.add(address.name)
            if response.streaming:
                response.getvalue()
    assert "market:directory" in refused
    assert {name for name in refused if not name.startswith("market:")} == PAGES_OF_THE_MARKET


def test_every_page_of_a_vendor_is_served(world, visitors, building):
    for row in TABLE:
        response = visitors["owner"].get(reverse(row.name, args=row.args(world)))
        assert response.status_code != 503, row.name


def test_an_error_page_is_served(demo, building, client):
    assert client.get("/findes-ikke/").status_code == 404
