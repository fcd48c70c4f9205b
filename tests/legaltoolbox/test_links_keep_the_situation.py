"""Whoever has told their role, phase and answers takes them along: every link of the toolbox to a page or file keeps them."""

from html import unescape
from urllib.parse import parse_qs, parse_qsl, urljoin, urlsplit

import pytest

from legaltoolbox.screening import Situation
from legaltoolbox.situation_links import with_situation
from tests.pages import ADDRESSES
from tests.reading import Element, notice_texts, parse, read

HOME = "/juridisk-vaerktoejskasse/"
SITUATION = {
    "rolle": ["projektleder"],
    "nu": ["foranalyse"],
    "personoplysninger": ["yes"],
    "foelsomme": ["no"],
    "traening": ["no"],
}
QUERY = "&".join(f"{name}={value}" for name, (value,) in SITUATION.items())
PAGES = [address for address in ADDRESSES if address.name.startswith("toolbox:") and address.is_page]
OF_A_SITUATION = {"role", *SITUATION}
PATHS = [
    address.path(language, query)
    for address in PAGES
    for language in ("da", "en")
    for query in address.queries
    if not OF_A_SITUATION & parse_qs(query.removeprefix("?")).keys()
]
"""The examples that say nothing of the situation themselves, so that the tests can say it."""
NO_SITUATION = (".json", ".yaml", ".atom")
"""The content as data, and feeds: the same in every situation."""


def with_query(path: str, query: str = QUERY) -> str:
    return f"{path}{'&' if '?' in path else '?'}{query}"


def toolbox_links(page: Element, path: str) -> list[str]:
    """The addresses of all links to the toolbox on the page, as the browser opens them, the drawing's among them."""
    hrefs = [link.attrs.get("href", "") for link in page.find("body").find_all("a")]
    opened = [urljoin(path, href) for href in hrefs if not href.startswith("#")]
    return [link for link in opened if urlsplit(link).path.removeprefix("/en").startswith(HOME)]


def situation_of(address: str) -> dict[str, list[str]]:
    given = parse_qs(urlsplit(address).query)
    return {name: given[name] for name in SITUATION if name in given}


def takes_one_away(address: str) -> bool:
    """Whether the link is that of a chip of the overview."""
    kept = situation_of(address)
    return len(kept) == len(SITUATION) - 1 and all(SITUATION[name] == value for name, value in kept.items())


def says_the_phase(address: str, own: dict[str, list[str]]) -> bool:
    """Whether the link is to the overview with another phase, and otherwise with what the page has."""
    given = situation_of(address)
    return urlsplit(address).fragment == "now" and "nu" in given and given | {"nu": []} == own | {"nu": []}


def may_lack(address: str, path: str, page: Element) -> bool:
    split = urlsplit(address)
    below = split.path.removeprefix("/en").removeprefix(HOME)
    if below.endswith(NO_SITUATION):
        return True
    if urlsplit(path).path.removeprefix("/en") == HOME:
        hrefs = [link.attrs["href"] for link in page.find_all("a") if "?" in link.attrs["href"]]
        is_clear = not split.query and f"{split.path}?" in hrefs
        return not below and (takes_one_away(address) or is_clear or says_the_phase(address, SITUATION))
    return "/roller/" in path and not below and situation_of(address) == {**SITUATION, "rolle": ["leverandor"]}


@pytest.mark.parametrize("path", PATHS)
def test_every_link_keeps_the_situation(path, content, client):
    path = with_query(path)
    page = read(client, path)
    links = toolbox_links(page, path)
    assert len(links) > 8
    assert [link for link in links if situation_of(link) != SITUATION and not may_lack(link, path, page)] == []


@pytest.mark.parametrize("path", PATHS)
def test_every_form_keeps_the_situation(path, content, client):
    page = read(client, with_query(path))
    forms = [form for form in page.find_all("form") if form.attrs.get("method") == "get"]
    assert forms
    for form in forms:
        fields = [
            *form.find_all("input", type="hidden"),
            *(box for box in form.find_all("input") if "checked" in box.attrs),
        ]
        sent = {field.attrs["name"]: [field.attrs["value"]] for field in fields if field.attrs["name"] in SITUATION}
        for select in form.find_all("select"):
            chosen = [option.attrs["value"] for option in select.find_all("option") if "selected" in option.attrs]
            sent |= {select.attrs["name"]: chosen} if select.attrs["name"] in SITUATION else {}
        assert {name: value for name, value in sent.items() if value != [""]} == SITUATION, form.attrs["action"]


@pytest.mark.parametrize("path", PATHS)
def test_without_a_situation_no_link_has_one(path, content, client):
    page = read(client, path)
    links = [link for link in toolbox_links(page, path) if situation_of(link) and not says_the_phase(link, {})]
    plan_of_role = [link for link in links if situation_of(link) == {"rolle": ["leverandor"]}]
    assert links == plan_of_role
    assert not page.has("aside", "situation-bar")


def test_a_parameter_of_the_link_itself_and_its_place_in_the_page_are_kept(content, client):
    page = read(client, with_query(f"{HOME}krav/K31/"))
    (pick,) = [link for link in toolbox_links(page, HOME) if "pick=" in link]
    assert parse_qsl(urlsplit(pick).query) == [
        ("pick", "K31"),
        *((name, value) for name, (value,) in SITUATION.items()),
    ]
    (activities,) = [link for link in toolbox_links(page, HOME) if link.endswith("#list")]
    assert situation_of(activities) == SITUATION


def test_the_other_language_has_the_situation_once(content, client):
    page = read(client, with_query(f"{HOME}risici/"))
    switches = {link.attrs["href"] for link in page.find_all("a", "header-language")}
    assert [parse_qs(urlsplit(url).query) for url in switches] == [SITUATION]


def test_the_address_for_search_engines_has_no_situation(content, client):
    (canonical,) = read(client, with_query(f"{HOME}risici/?kind=data")).find("head").find_all("link", rel="canonical")
    assert canonical.attrs["href"] == f"{HOME}risici/"


@pytest.mark.parametrize("path", ["faser/", "aktiviteter/"])
def test_an_address_that_leads_on_keeps_it(path, content, client):
    response = client.get(with_query(HOME + path))
    assert response.status_code == 302
    assert situation_of(response["Location"]) == SITUATION
    assert response["Location"].endswith("#plan")


@pytest.mark.parametrize("path", ["krav.docx", "krav.xlsx", "risici.xlsx"])
def test_a_file_without_anything_leads_to_the_list_with_the_situation(path, content, client):
    response = client.get(with_query(f"{HOME}{path}?q=zzxxqq"))
    assert response.status_code == 302
    assert situation_of(response["Location"]) == SITUATION


def test_what_the_address_cannot_mean_is_named_on_every_page(content, client):
    for path in (path for path in PATHS if path.startswith("/en/") and "?" not in path):
        page = read(client, f"{path}?rolle=nisse&nu=senere&generativ=maaske&x=1")
        notices = notice_texts(page)
        assert len(notices) == 4, path
        for word in ("“nisse”", "“senere”", "“maaske”", "“x”"):
            assert any(word in notice for notice in notices), (path, word)
        assert not page.has("aside", "situation-bar"), path


def test_the_old_name_of_the_role_is_read_where_it_was_one(content, client):
    page = read(client, f"/en{HOME}?role=dpo")
    assert not notice_texts(page)
    assert {parse_qs(urlsplit(link).query)["rolle"][0] for link in toolbox_links(page, HOME) if "rolle=" in link} == {
        "dpo"
    }


def test_only_links_of_the_body_to_the_toolbox_change():
    html = (
        f'<link rel="canonical" href="{HOME}"><a href="/markedsoverblik/">x</a><a class="a" href="{HOME}krav.docx?q=a&amp;b=c#d">x</a>'
        f'<a href="{HOME}?">x</a><a href="{HOME}katalog.json">x</a><a href="#x">x</a><a href="https://kl.example{HOME}">x</a>'
        f'<a href="{HOME}?rolle=dpo">x</a><form action="{HOME}soeg/"></form><p data-href="{HOME}">{HOME}</p>'
    )
    expected = html.replace("b=c#d", "b=c&amp;nu=udbud#d")
    assert with_situation(html, Situation(phase="udbud"), ["rolle", "nu"]) == expected
    assert with_situation(html, Situation(), ["rolle", "nu"]) == html


def test_a_page_says_what_the_situation_is_and_where_to_change_it(content, client):
    bar = read(client, with_query(f"/en{HOME}aktiviteter/A25/")).find("aside", "situation-bar")
    role, phase = content.find("role", "projektleder"), content.find("phase", "foranalyse")
    assert bar.text.startswith(f"Your situation: 3 answers · {role.name} · Fase {phase}")
    (change,) = bar.find_all("a")
    assert change.text == "Change"
    assert unescape(change.attrs["href"]) == f"/en{HOME}?{QUERY}#situation"
    assert not parse(client.get(with_query(f"/en{HOME}")).content.decode()).has("aside", "situation-bar")
