"""The menu has a first level, the same everywhere, and a second one inside each door."""

import pytest

from tests.pages import PUBLIC_PAGES
from tests.reading import Element, parse

pytestmark = pytest.mark.any_database

FIRST_LEVEL = {
    "da": ["Markedsoverblik", "Juridisk værktøjskasse", "Om portalen", "For kommuner", "For leverandører"],
    "en": ["Market overview", "Legal toolbox", "About the portal", "For municipalities", "For vendors"],
}
DOORS = {
    "markedsoverblik": "Markedsoverblik",
    "juridisk-vaerktoejskasse": "Juridisk værktøjskasse",
    "om": "Om portalen",
    "privatliv": "Om portalen",
    "leverandoer": "For leverandører",
    "log-ind": "For leverandører",
}
"""The first part of an address to the entry of the first level that is marked on its page."""
MARKET = ["Virksomheder", "Løsninger", "Figurer", "Matrix", "Udvikling", "Neutralitet"]
TOOLBOX = ["Overblik", "Må og må ikke", "Aktiviteter", "Skabeloner", "Risici", "Krav", "Kilder", "Hvad ændrer sig"]
APART = ["Projekter", "Register"]
"""What the toolbox leads to beside its own content."""
SELECTION = "services=advisory&q=kommune&v=agern-demofirma&v=birkekvist-demofirma"
BELOW_NO_DOOR = ("/", "/log-ind/uden-mail/")
"""The front page, and the login of KL's own staff."""
OF_PROJECTS = "/juridisk-vaerktoejskasse/projekter/"
ABOUT_THE_DATA = ("/markedsoverblik/udgaver/", "/markedsoverblik/eksport/")


def marked(menu: Element) -> list[str]:
    return [link.text for link in menu.find_all("a") if link.attrs.get("aria-current")]


def section_menu(client, path: str) -> Element:
    return parse(client.get(path).content.decode()).find("nav", "section-nav")


def hrefs(menu: Element) -> dict[str, str]:
    return {link.text: link.attrs["href"] for link in menu.find_all("a")}


def test_the_first_level_is_the_same_on_every_page(demo, client, subtests):
    for path in PUBLIC_PAGES:
        with subtests.test(path=path):
            page = parse(client.get(path).content.decode())
            language = "en" if path.startswith("/en/") else "da"
            menus = page.find_all("ul", "mainmenu")
            assert [[link.text for link in menu.find_all("a")] for menu in menus] == [FIRST_LEVEL[language]] * 2


def test_a_page_is_marked_below_its_door_and_at_most_one_entry_inside(demo, client, subtests):
    for path in PUBLIC_PAGES:
        if path.startswith("/en/") or path in BELOW_NO_DOOR:
            continue
        with subtests.test(path=path):
            page = parse(client.get(path).content.decode())
            is_about = path.startswith(ABOUT_THE_DATA)
            door = "Om portalen" if is_about else DOORS[path.split("?")[0].strip("/").split("/")[0]]
            door = "For kommuner" if path.startswith(OF_PROJECTS) else door
            assert {label for menu in page.find_all("ul", "mainmenu") for label in marked(menu)} == {door}
            for menu in page.find_all("nav", "section-nav"):
                assert len(marked(menu)) <= 1
            assert page.has("nav", "section-nav") == (door not in ("For leverandører", "For kommuner"))


@pytest.mark.parametrize(
    "page", ["", "figurer/", "matrix/", "virksomheder/agern-demofirma/", "liste/", "sammenlign/", "markedsnotat/"]
)
def test_the_selection_and_the_shortlist_travel_along(page, demo, client):
    query = f"?{SELECTION}"
    links = hrefs(section_menu(client, f"/markedsoverblik/{page}{query}"))
    for label, address in (
        ("Virksomheder", ""),
        ("Løsninger", "loesninger/"),
        ("Figurer", "figurer/"),
        ("Matrix", "matrix/"),
    ):
        path, _, kept = links[label].partition("?")
        assert path == f"/markedsoverblik/{address}"
        assert sorted(kept.split("&")) == sorted(SELECTION.split("&"))
    (shortlist,) = [url for label, url in links.items() if label.startswith("Jeres liste")]
    assert shortlist.startswith("/markedsoverblik/liste/?")


def test_there_is_no_link_to_an_empty_shortlist(demo, client):
    assert list(hrefs(section_menu(client, "/markedsoverblik/?services=advisory"))) == MARKET


def test_the_toolbox_has_its_own_entries_and_its_search(demo, client):
    menu = section_menu(client, "/juridisk-vaerktoejskasse/aktiviteter/A25/")
    assert list(hrefs(menu)) == [*TOOLBOX, *APART]
    assert marked(menu) == ["Aktiviteter"]
    assert menu.find("form", role="search").attrs["action"] == "/juridisk-vaerktoejskasse/soeg/"


def test_accessibility_and_contact_stand_in_the_menu_where_they_are_known(demo, client, settings):
    settings.ACCESSIBILITY_STATEMENT_URL, settings.CONTACT_EMAIL = (
        "https://was.digst.dk/testportal",
        "kontakt@kl.example",
    )
    menu = section_menu(client, "/om/")
    assert list(hrefs(menu)) == ["Baggrund og metode", "Data og udgaver", "Privatliv", "Tilgængelighed", "Kontakt"]
    assert hrefs(menu)["Tilgængelighed"] == "https://was.digst.dk/testportal"
    settings.ACCESSIBILITY_STATEMENT_URL, settings.CONTACT_EMAIL = "", ""
    assert list(hrefs(section_menu(client, "/privatliv/"))) == ["Baggrund og metode", "Data og udgaver", "Privatliv"]
