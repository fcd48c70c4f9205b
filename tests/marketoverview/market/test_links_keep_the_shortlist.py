"""Whoever has a shortlist in the address takes it along: every link from a page of the market to another one keeps it."""

from urllib.parse import parse_qs, urljoin, urlsplit

import pytest

from marketoverview.models import Response
from tests.pages import ADDRESSES, OTHER_VENDOR, VENDOR
from tests.reading import Element, parse

pytestmark = pytest.mark.any_database

PICKED = [VENDOR, OTHER_VENDOR]
QUERY = "&".join(f"v={slug}" for slug in PICKED)
ELSEWHERE = {
    "market:editions": "below “About the portal”: what is public, apart from any selection",
    "market:edition": "below “About the portal”",
    "market:export_help": "below “About the portal”: what the files contain",
    "market:following": "what an address follows, at the secret address of a mail",
    "market:unfollow": "the end of it, at the secret address of a mail",
}
"""The pages that know of no shortlist, and why."""
FILTERS_ALONE = {
    "markedsnotat/": "the note is about the shortlist where its address has one; this link is to that of the filters",
    "kontakt/": "as the note",
}
"""The links of lists whose address says whom the page is about."""
CHANGES_THE_LIST = ("liste/", "sammenlign/", "loesninger/")
"""Pages that links with one company more or less lead to."""
WITHOUT = ("udgaver/", "eksport/", "nyt.atom", "loesninger.atom")
"""Pages that know of no shortlist, and feeds."""
PAGES = [
    address
    for address in ADDRESSES
    if address.name.startswith("market:") and address.is_page and address.name not in ELSEWHERE
]


def addresses(page: Element, path: str) -> list[str]:
    """The addresses of the links in the market's menu and in the main part with its breadcrumbs, as the browser opens them."""
    parts = [page.find("nav", "section-nav"), page.find("main")]
    links = [link.attrs.get("href", "") for part in parts for link in part.find_all("a")]
    return [urljoin(path, link) for link in links if not link.startswith("#")]


def shortlist(address: str) -> list[str]:
    return parse_qs(urlsplit(address).query).get("v", [])


def is_page(address: str) -> bool:
    """Whether it is the address of a page of the market that has a shortlist."""
    path = urlsplit(address).path.removeprefix("http://testserver")
    below = path.removeprefix("/markedsoverblik/")
    return below != path and not below.startswith(WITHOUT) and (below.endswith("/") or not below)


def may_lack(address: str, page: str) -> bool:
    """Whether the link takes somebody off the list or adds somebody, or is to a paper about the filters of a list."""
    below = urlsplit(address).path.removeprefix("/markedsoverblik/")
    about_the_list = ("liste/", "sammenlign/", "markedsnotat/", "kontakt/")
    if below in FILTERS_ALONE:
        return not page.removeprefix("/markedsoverblik/").startswith(about_the_list)
    is_one_changed = len({*shortlist(address)} ^ {*PICKED}) == 1
    is_emptied = page.startswith("/markedsoverblik/liste/") and not shortlist(address)
    return (below == "liste/" and is_emptied) or (below in CHANGES_THE_LIST and is_one_changed)


@pytest.mark.parametrize("address", PAGES, ids=lambda address: address.name)
def test_every_link_keeps_the_shortlist(address, demo, client):
    (query, *_others) = address.queries
    path = address.path("da", f"?{query.removeprefix('?')}{'&' if query else ''}{QUERY}")
    page = parse(client.get(path).content.decode())
    found = list(filter(is_page, addresses(page, path)))
    assert found
    lost = [link for link in found if shortlist(link) != PICKED and not may_lack(link, path)]
    assert lost == []


@pytest.mark.parametrize("address", PAGES, ids=lambda address: address.name)
def test_every_form_keeps_the_shortlist(address, demo, client):
    """By fields that are not seen, or by the boxes of the companies themselves."""
    path = address.path("da", f"?{QUERY}")
    page = parse(client.get(path).content.decode())
    for form in (form for form in page.find("main").find_all("form") if form.has("button")):
        sent = [field.attrs["value"] for field in form.find_all("input", name="v") if is_sent(field)]
        assert {*sent, *shortlist(form.attrs["action"])} == {*PICKED}, form.attrs["action"]


def is_sent(field: Element) -> bool:
    return field.attrs.get("type") == "hidden" or "checked" in field.attrs


@pytest.mark.parametrize("path", ["liste/", "sammenlign/", "markedsnotat/", "kontakt/", "figurer/services/"])
def test_from_a_profile_opened_there_the_list_grows(path, demo, client):
    """The two of the list and the third of the profile, not a new list of one."""
    third = "boegeskov-demofirma"
    path = f"/markedsoverblik/{path}?{QUERY}&services=other"
    page = parse(client.get(path).content.decode())
    (profile, *_others) = [link for link in addresses(page, path) if "/virksomheder/" in link]
    kept = urlsplit(profile).query
    page = parse(client.get(f"/markedsoverblik/virksomheder/{third}/?{kept}").content.decode())
    (added,) = {link for link in addresses(page, path) if len(shortlist(link)) == 3}
    assert sorted(shortlist(added)) == sorted([*PICKED, third])


def test_the_page_of_one_that_has_left_keeps_the_list(demo, client):
    Response.objects.published().get(vendor__slug="boegeskov-demofirma").withdraw(None, "Ønsket af virksomheden.")
    response = client.get(f"/markedsoverblik/virksomheder/boegeskov-demofirma/?{QUERY}")
    assert response.status_code == 410
    menu = parse(response.content.decode()).find("nav", "section-nav")
    assert [shortlist(link.attrs["href"]) for link in menu.find_all("a")] == [PICKED] * 7


def test_from_the_note_one_goes_back_to_the_list_and_on_to_the_contacts(demo, client):
    page = parse(client.get(f"/markedsoverblik/markedsnotat/?services=advisory&{QUERY}").content.decode())
    ways = {link.text: link.attrs["href"] for link in page.find("ul", "note-ways").find_all("a")}
    kept = f"?services=advisory&{QUERY}"
    assert ways == {
        "Tilbage til jeres liste": f"/markedsoverblik/liste/{kept}",
        "Tilbage til oversigten": f"/markedsoverblik/{kept}",
        "Kontakt dem": f"/markedsoverblik/kontakt/{kept}",
    }
    page = parse(client.get("/markedsoverblik/markedsnotat/?services=advisory").content.decode())
    ways = [link.attrs["href"] for link in page.find("ul", "note-ways").find_all("a")]
    assert ways == ["/markedsoverblik/?services=advisory", "/markedsoverblik/kontakt/?services=advisory"]
