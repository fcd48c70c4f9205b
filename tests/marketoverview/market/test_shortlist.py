"""The vendors that somebody has picked, in the address: who is on the shortlist, and what a file is about."""

import pytest
from django.test import RequestFactory

from marketoverview.market.selection import MAX_SHORTLISTED, selected
from marketoverview.market.snapshot import snapshots
from marketoverview.views.selection_page import read as read_selection
from tests.builders import make_question, make_response
from tests.bulk import make_market
from tests.reading import MARKET, notice_texts, read


def selection(query: str):
    """The snapshot and the selection of an address with that query string."""
    return read_selection(RequestFactory().get(f"{MARKET}{query}"))


def names(snapshot, vendors: int) -> list[str]:
    return [entry.name for entry in snapshot.page(vendors, "name", 0, vendors.bit_count())]


@pytest.fixture
def market(db):
    make_question("services", heading_en="Services")
    make_response("Åkande", answers={"services": ["a"]})
    make_response("Agern", answers={"services": ["a"]})
    make_response("Birk", answers={"services": ["b"]})


def test_the_shortlist_stands_from_a_to_aa_each_once(market):
    _snapshot, chosen = selection("?v=akande&v=birk&v=agern&v=birk&v=")
    assert chosen.shortlist == ("agern", "birk", "akande")
    assert chosen.query() == "?v=agern&v=birk&v=akande"
    assert chosen.query(shortlist=False) == chosen.filter_query == ""


def test_thirty_vendors_fit_and_the_first_thirty_stay(survey, client):
    make_market(MAX_SHORTLISTED + 2)
    query = "?" + "&".join(f"v=firma-{number:04}" for number in range(MAX_SHORTLISTED + 2))
    _snapshot, chosen = selection(query)
    assert chosen.shortlist == tuple(f"firma-{number:04}" for number in range(MAX_SHORTLISTED))
    assert notice_texts(read(client, MARKET + query)) == [
        "A shortlist holds up to 30 companies. The rest were left out."
    ]
    _snapshot, full = selection(query.partition("&v=firma-0030")[0])
    assert (len(full.shortlist), full.notices) == (MAX_SHORTLISTED, ())


def test_a_file_is_about_the_shortlist_where_the_address_names_one(market):
    snapshot, everyone = selection("")
    assert names(snapshot, selected(snapshot, everyone)) == ["Agern", "Birk", "Åkande"]
    snapshot, filtered = selection("?services=a")
    assert names(snapshot, selected(snapshot, filtered)) == ["Agern", "Åkande"]
    snapshot, picked = selection("?services=a&v=birk")
    assert names(snapshot, selected(snapshot, picked)) == ["Birk"]


def test_a_shortlist_of_which_nobody_is_public_any_more_is_empty_and_not_everybody(market):
    snapshot, picked = selection("?v=nobody")
    assert selected(snapshot, picked) == 0
    assert picked.unknown == ("nobody",)


def test_the_directory_counts_the_same_with_a_shortlist(market, client):
    page = read(client, f"{MARKET}?services=a&v=birk")
    assert page.find("h2", id="results-heading").text == "Companies that choose option a: 2"


def test_what_the_address_names_beside_the_market_is_kept_up_to_a_limit(market):
    _snapshot, chosen = selection("?v=agern" + "".join(f"&v=x{number}" for number in range(150)))
    assert chosen.shortlist == ("agern",)
    assert len(chosen.unknown) == MAX_SHORTLISTED
    assert len(chosen.notices) == 6  # five, and how many more


def test_the_snapshot_is_the_one_that_the_selection_was_read_from(market):
    snapshot, _chosen = selection("")
    assert snapshot is snapshots.current()
