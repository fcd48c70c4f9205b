"""The feed of new and changed vendors, for the whole market or a selection."""

import xml.etree.ElementTree as ET
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from marketoverview.models import Response, Vendor, market_version
from tests.builders import make_response, make_vendor
from tests.bulk import make_market
from tests.reading import MARKET, read, read_bytes

FEED = f"{MARKET}nyt.atom"
ATOM = "{http://www.w3.org/2005/Atom}"


def read_feed(client, query: str = "") -> ET.Element:
    return ET.fromstring(read_bytes(client, f"{FEED}{query}"))


def entry_titles(feed: ET.Element) -> list[str]:
    return [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")]


def published_on(response: Response, at: str) -> None:
    """Set the moment of its publication, and the day of its confirmation."""
    Response.objects.filter(pk=response.pk).update(published_at=at, confirmed_at=at[:10])
    market_version.bump()


def test_is_atom_with_all_that_it_needs(demo, client):
    response = client.get(FEED)
    assert response["Content-Type"].startswith("application/atom+xml")
    feed = ET.fromstring(response.content)
    assert feed.tag == f"{ATOM}feed"
    for name in ("id", "title", "updated"):
        assert feed.findtext(f"{ATOM}{name}"), name
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "KL"
    links = {link.attrib["rel"]: link.attrib["href"] for link in feed.findall(f"{ATOM}link")}
    assert links == {"alternate": f"http://testserver{MARKET}", "self": f"http://testserver{FEED}"}
    entries = list(feed.iter(f"{ATOM}entry"))
    assert len(entries) == 35
    for entry in entries:
        for name in ("id", "title", "updated"):
            assert entry.findtext(f"{ATOM}{name}"), name
        assert datetime.fromisoformat(entry.findtext(f"{ATOM}updated")).tzinfo
        assert entry.find(f"{ATOM}link").attrib["href"].startswith(f"http://testserver{MARKET}virksomheder/")
    assert len({entry.findtext(f"{ATOM}id") for entry in entries}) == 35


def test_the_feed_is_announced_and_says_that_nobody_is_recommended(demo, client):
    link = read(client, MARKET).find("link", rel="alternate", type="application/atom+xml")
    assert link.attrs["href"] == FEED
    assert "recommends nobody" in read_feed(client).findtext(f"{ATOM}subtitle")


def test_the_newest_stand_first(db, client):
    for name, at in (("Agern", "2026-03-01T10:00Z"), ("Birk", "2026-05-01T10:00Z"), ("Ceder", "2026-04-01T10:00Z")):
        published_on(make_response(name), at)
    feed = read_feed(client)
    assert entry_titles(feed) == ["Birk", "Ceder", "Agern"]
    updated = [entry.findtext(f"{ATOM}updated") for entry in feed.iter(f"{ATOM}entry")]
    assert updated == sorted(updated, reverse=True)
    assert feed.findtext(f"{ATOM}updated") == updated[0]


def test_a_confirmation_is_news_of_the_same_entry(db, client):
    published_on(make_response("Agern"), "2026-03-01T10:00Z")
    published_on(make_response("Birk"), "2026-02-01T10:00Z")
    before = {entry.findtext(f"{ATOM}title"): entry for entry in read_feed(client).iter(f"{ATOM}entry")}
    Response.objects.filter(vendor__slug="birk").update(confirmed_at=date(2026, 6, 1))
    market_version.bump()
    feed = read_feed(client)
    after = {entry.findtext(f"{ATOM}title"): entry for entry in feed.iter(f"{ATOM}entry")}
    assert entry_titles(feed) == ["Birk", "Agern"]
    assert after["Birk"].findtext(f"{ATOM}id") == before["Birk"].findtext(f"{ATOM}id")
    assert after["Birk"].findtext(f"{ATOM}updated") > before["Birk"].findtext(f"{ATOM}updated")


def test_a_republication_is_a_new_entry(db, client):
    response = make_response("Agern", description="Det gamle")
    before = read_feed(client).findtext(f"{ATOM}entry/{ATOM}id")
    draft = Response.begin(response.vendor, response.round, None)
    Response.objects.filter(pk=draft.pk).update(description="Det nye")
    draft.refresh_from_db()
    draft.submit(None)
    draft.publish(None)
    feed = read_feed(client)
    assert entry_titles(feed) == ["Agern"]
    assert feed.findtext(f"{ATOM}entry/{ATOM}id") != before
    assert feed.findtext(f"{ATOM}entry/{ATOM}summary") == "Det nye"


def test_a_new_name_changes_no_entrys_identity(db, client):
    make_response("Agern")
    before = read_feed(client).findtext(f"{ATOM}entry/{ATOM}id")
    Vendor.objects.update(name="Ørn")
    market_version.bump()
    assert entry_titles(read_feed(client)) == ["Ørn"]
    assert read_feed(client).findtext(f"{ATOM}entry/{ATOM}id") == before


def test_a_withdrawn_vendor_leaves_the_feed(db, client):
    response = make_response("Agern")
    assert entry_titles(read_feed(client)) == ["Agern"]
    response.withdraw(None, "Ønsket af virksomheden.")
    assert entry_titles(read_feed(client)) == []


def test_the_feed_of_a_selection_holds_only_it(demo, client):
    feed = read_feed(client, "?services=legal-advisory&sort=rotation&page=2")
    names = [
        row.find("h3").text for row in read(client, f"{MARKET}?services=legal-advisory").find_all("li", "vendor-row")
    ]
    assert entry_titles(feed) == names
    assert feed.findtext(f"{ATOM}title").endswith("Companies that offer legal advice: 1")
    links = {link.attrib["rel"]: link.attrib["href"] for link in feed.findall(f"{ATOM}link")}
    assert links["alternate"] == f"http://testserver{MARKET}?services=legal-advisory"
    assert links["self"] == f"http://testserver{FEED}?services=legal-advisory"
    assert feed.findtext(f"{ATOM}id") != read_feed(client).findtext(f"{ATOM}id")


def test_the_feed_is_in_the_language_of_its_address(demo, client):
    danish = ET.fromstring(read_bytes(client, "/markedsoverblik/nyt.atom"))
    assert danish.attrib["{http://www.w3.org/XML/1998/namespace}lang"] == "da"
    assert danish.findtext(f"{ATOM}title").endswith("35 virksomheder")


def test_a_long_market_gives_its_newest_50(survey, client):
    make_market(60)
    assert len(entry_titles(read_feed(client))) == 50


def test_a_vendors_text_is_text_for_the_feeds_reader(db, client):
    """A summary is HTML to whoever reads the feed, and the vendor wrote plain text."""
    make_response(make_vendor("A & <b>", slug="agern"), description="Under <5 minutter & <img src=x onerror=alert(1)>")
    entry = read_feed(client).find(f"{ATOM}entry")
    assert entry.find(f"{ATOM}summary").attrib["type"] == "html"
    summary = entry.findtext(f"{ATOM}summary")
    assert summary == "Under &lt;5 minutter &amp; &lt;img src=x onerror=alert(1)&gt;"
    assert entry.find(f"{ATOM}title").attrib.get("type", "text") == "text"
    assert entry.findtext(f"{ATOM}title") == "A & <b>"


@pytest.mark.parametrize(
    ("character", "instead"), [("\x0b", " "), ("\x01", ""), ("\x1f", ""), ("\ufffe", ""), ("\uffff", "")]
)
def test_a_character_that_xml_cannot_carry_is_left_out(character, instead, db, client):
    """A line break of a word processor may be U+000B; one vendor's text must not break the feed of all."""
    make_response(make_vendor(f"Ag{character}ern", slug="agern"), description=f"Vi{character}laver noget.")
    feed = read_feed(client)
    assert entry_titles(feed) == [f"Ag{instead}ern"]
    assert feed.findtext(f"{ATOM}entry/{ATOM}summary") == f"Vi{instead}laver noget."


@hypothesis_settings(max_examples=25)
@given(q=st.text(max_size=30))
def test_any_search_gives_a_feed(demo, client, q):
    response = client.get(FEED, {"q": q.encode("utf-8", "surrogatepass")})
    assert response.status_code == 200
    assert ET.fromstring(response.content).tag == f"{ATOM}feed"


def test_an_empty_market_has_an_empty_feed(db, client):
    assert entry_titles(read_feed(client)) == []
