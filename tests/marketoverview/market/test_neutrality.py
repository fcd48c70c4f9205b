"""The neutrality page says what the portal does, and the pages do it."""

import pytest

from marketoverview.models import Vendor
from tests.builders import make_response
from tests.reading import MARKET, read, vendor_names

NEUTRALITY = f"{MARKET}neutralitet/"


@pytest.mark.parametrize(
    "sentence",
    [
        "KL recommends nobody.",
        "The companies stand by name from A to Å.",
        "Everybody sees the same order all day, and it is another one tomorrow.",
        "A search chooses companies; it does not order them.",
        "No ratings, scores or stars.",
        "Every profile shows the same fields.",
        "That means neither yes nor no.",
        "within one question a company is included when it ticked at least one of the chosen answers.",
        "Between questions it must meet all of them.",
        "can complain to KL",
    ],
)
def test_the_page_states_the_rule(sentence, demo, client):
    assert sentence in read(client, NEUTRALITY).find("main").text


def test_is_linked_from_every_page(demo, client):
    for path in (MARKET, f"{MARKET}figurer/", f"{MARKET}matrix/", f"{MARKET}virksomheder/agern-demofirma/", "/en/"):
        assert NEUTRALITY in [link.attrs["href"] for link in read(client, path).find("footer", "footer").find_all("a")]


def test_every_row_has_the_same_fields(demo, client):
    rows = read(client, MARKET).find_all("li", "vendor-row")
    assert len({tuple(term.text for term in row.find_all("dt")) for row in rows}) == 1
    assert (
        len({tuple(element.tag for element in row.find_all() if element.tag in ("h3", "dl", "input")) for row in rows})
        == 1
    )


def test_every_profile_has_the_same_headings(demo, client):
    headings = set()
    for slug in Vendor.objects.filter(responses__status="published").values_list("slug", flat=True)[:8]:
        page = read(client, f"{MARKET}virksomheder/{slug}/")
        headings.add(tuple(heading.text for heading in page.find("main").find_all("h2")))
    assert len(headings) == 1


@pytest.mark.parametrize("path", [MARKET, f"{MARKET}virksomheder/agern-demofirma/", f"{MARKET}markedsnotat/"])
def test_no_pictures_of_vendors(path, demo, client):
    assert read(client, path).find_all("img") == []


def test_nobody_is_ahead_for_answering_more(db, client):
    make_response("Birk", answers={"services": ["a", "b", "c"]}, description="sagsbehandling " * 20)
    make_response("Agern", answers={"services": ["a"]}, description="sagsbehandling")
    assert vendor_names(read(client, f"{MARKET}?q=sagsbehandling&services=a")) == ["Agern", "Birk"]
