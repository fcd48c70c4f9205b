"""The pages around the tools: home, about, privacy, health and errors; languages, cookies and the banner."""

import re

import pytest
from django.db import connection
from django.test import RequestFactory

from kl_ai.views import server_error
from marketoverview.models import Response, SampleOffering, Vendor, market_version
from tests.builders import make_response, make_vendor
from tests.reading import MARKET, definitions, parse, read, read_bars
from tests.selections import SURVEY, count_by_sql

# Home ---------------------------------------------------------------------------------------------


def test_home_counts_the_market(demo, client):
    numbers = definitions(read(client, "/en/").find("main"))
    assert numbers["companies have answered the survey"] == "35"
    examples = SampleOffering.objects.filter(response__status="published").count()
    assert numbers["examples of what they offer"] == str(examples)
    assert numbers["last updated"] == "20 November 2026"


def test_home_shows_one_published_figure_with_its_links(demo, client):
    bars = read_bars(read(client, "/en/").find("main"))
    assert [bar.count for bar in bars] == [27, 23, 19, 18, 14, 10, 14]
    assert bars[0].url == f"{MARKET}?technologies=prediction"


def test_home_has_its_two_doors_and_the_way_to_the_survey(demo, client):
    links = [link.attrs["href"] for link in read(client, "/en/").find("main").find_all("a")]
    assert links.index(MARKET) < links.index("/en/juridisk-vaerktoejskasse/")
    assert "/en/leverandoer/" in links


def test_home_leads_to_what_it_counts(demo, client):
    links = [link.attrs["href"] for link in read(client, "/en/").find("main").find_all("a")]
    assert {MARKET, f"{MARKET}loesninger/", f"{MARKET}figurer/", f"{MARKET}udvikling/"} <= set(links)


def test_home_shows_a_change_on_the_next_request(db, client):
    make_response("Agern", offerings=[{}])
    assert definitions(read(client, "/en/"))["companies have answered the survey"] == "1"
    make_response("Birk")
    assert definitions(read(client, "/en/"))["companies have answered the survey"] == "2"


@pytest.mark.parametrize(
    "path", ["/", "/en/", "/om/", "/privatliv/", MARKET, f"{MARKET}markedsnotat/", f"{MARKET}sammenlign/"]
)
def test_an_empty_portal_stands(path, db, client):
    assert read(client, path).find_all("h1")


@pytest.mark.parametrize("path", ["/en/om/", "/en/privatliv/"])
def test_the_pages_about_the_portal_say_whom_to_write_to(path, demo, client, settings):
    links = [link.attrs["href"] for link in read(client, path).find("main").find_all("a")]
    assert f"mailto:{settings.CONTACT_EMAIL}" in links


def test_the_footer_leads_to_the_accessibility_statement(demo, client, settings):
    settings.ACCESSIBILITY_STATEMENT_URL = "https://www.was.digst.dk/ki-example"
    footer = read(client, "/en/").find("footer", "footer")
    assert settings.ACCESSIBILITY_STATEMENT_URL in [link.attrs["href"] for link in footer.find_all("a")]


# Language -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("accepted", ["", "en", "en-GB,en;q=0.9", "da", "de,fr;q=0.5", "*", "x" * 500])
def test_the_address_decides_the_language_not_the_browser(accepted, demo, client):
    for path, language in (("/", "da"), ("/markedsoverblik/", "da"), ("/en/", "en"), (MARKET, "en")):
        page = parse(client.get(path, headers={"Accept-Language": accepted}).content.decode())
        assert page.find("html").attrs["lang"] == language


def test_a_cookie_does_not_change_the_language(demo, client):
    client.cookies["django_language"] = "en"
    assert read(client, "/markedsoverblik/").find("html").attrs["lang"] == "da"


def test_names_and_descriptions_stay_danish_on_the_english_pages(demo, client):
    page = read(client, MARKET)
    assert {text.attrs["lang"] for text in page.find_all("p", "vendor-row-description")} == {"da"}


# Cookies and caches -------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/findes-ikke/", "/en/findes-ikke/", f"{MARKET}virksomheder/nordstjernen/"])
def test_no_error_page_sets_or_depends_on_a_cookie(path, vendor, client):
    response = client.get(path)
    assert response.status_code == 404
    assert not response.cookies
    assert "cookie" not in response.get("Vary", "").lower()


@pytest.mark.parametrize("path", ["/", MARKET, f"{MARKET}figurer/", f"{MARKET}eksport.csv"])
def test_public_pages_are_for_reading_only(path, demo, client):
    assert client.post(path).status_code == 405
    response = client.head(path)
    assert response.status_code == 200


def test_a_head_request_does_not_empty_the_page_for_the_next_reader(demo, client):
    client.head(MARKET)
    assert len(client.get(MARKET).content) > 10_000


# The banner ---------------------------------------------------------------------------------------


def test_an_unknown_page_has_the_banner_too(demo, client):
    (banner,) = parse(client.get("/findes-ikke/").content.decode()).find_all("aside", "demo-banner")
    assert "emonstration" in banner.text


def test_the_banner_goes_with_the_last_demonstration_vendor(db, client):
    paths = ("/", MARKET, f"{MARKET}figurer/", "/om/", "/findes-ikke/", f"{MARKET}virksomheder/birk/")
    demo_vendor = make_response(make_vendor("Agern", is_demo=True))
    make_response("Birk")
    make_response(make_vendor("Ceder", is_demo=True), "submitted")
    for path in paths:
        assert parse(client.get(path).content.decode()).has("aside", "demo-banner"), path
    demo_vendor.withdraw(None, "Ønsket af virksomheden.")
    for path in paths:
        assert not parse(client.get(path).content.decode()).has("aside", "demo-banner"), path


def test_the_banner_follows_the_mark_on_the_vendor(db, client):
    make_response("Agern")
    assert not read(client, MARKET).has("aside", "demo-banner")
    Vendor.objects.update(is_demo=True)
    market_version.bump()
    assert read(client, MARKET).has("aside", "demo-banner")


# Health and errors --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "language"), [("/findes-ikke/", "da"), ("/en/findes-ikke/", "en"), ("/markedsoverblik/x/", "da")]
)
def test_an_unknown_page_leads_on(path, language, demo, client):
    page = read(client, path, status=404)
    assert page.find("html").attrs["lang"] == language
    links = [link.attrs["href"] for link in page.find("main").find_all("a")]
    prefix = "/en" if language == "en" else ""
    assert {f"{prefix}/", f"{prefix}/markedsoverblik/"} <= set(links)


ERRORS = {
    "404 of no address": ("/findes-ikke/", {}),
    "404 of no vendor": ("/markedsoverblik/virksomheder/findes-ikke/", {}),
    "400": ("/", {"Host": "evil.example"}),
}


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize(("prefix", "other", "front"), [("", "en", "/en/"), ("/en", "da", "/")])
def test_a_page_that_is_none_leads_to_the_front_page_in_the_other_language(error, prefix, other, front, demo, client):
    path, headers = ERRORS[error]
    page = parse(client.get(prefix + path, headers=headers).content.decode())
    assert {(link.attrs["lang"], link.attrs["href"]) for link in page.find_all("a", "header-language")} == {
        (other, front)
    }


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_a_page_that_is_none_searches_both_tools(error, prefix, demo, client):
    path, headers = ERRORS[error]
    form = parse(client.get(prefix + path, headers=headers).content.decode()).find("main").find("form", "ways-search")
    name = form.find("input", type="search").attrs["name"]
    for address in (form.attrs["action"], form.find("button", "button-secondary").attrs["formaction"]):
        assert address.startswith(f"{prefix}/")
        assert 'value="journal"' in client.get(address, {name: "journal"}).content.decode()


def test_a_missing_slash_is_added_and_the_selection_kept(demo, client):
    response = client.get("/en/markedsoverblik?services=advisory&q=%C3%A6")
    assert response.status_code == 301
    assert response["Location"] == "/en/markedsoverblik/?services=advisory&q=%C3%A6"


@pytest.mark.parametrize(("before", "after"), [("/", "en"), ("/en/", "da")])
@pytest.mark.parametrize("fault", ["a NUL in the address", "a wrong host"])
def test_an_error_before_the_language_is_known_is_in_the_language_of_its_address(before, after, fault, db, client):
    client.get(before)  # the thread goes on in this page's language
    path, headers = ("findes%00ikke/", {}) if fault == "a NUL in the address" else ("", {"Host": "evil.example"})
    response = client.get(f"/{path}" if after == "da" else f"/en/{path}", headers=headers)
    assert response.status_code in (400, 404)
    assert parse(response.content.decode()).find("html").attrs["lang"] == after


def test_an_error_page_stands_without_database_and_context(monkeypatch):
    def fails(*args, **kwargs):
        raise AssertionError("the database is asked")

    monkeypatch.setattr(connection, "cursor", fails)
    response = server_error(RequestFactory().get("/"))
    assert response.status_code == 500
    page = parse(response.content.decode())
    assert page.find_all("h1")
    assert "/" in [link.attrs["href"] for link in page.find_all("a")]


def test_a_failing_page_is_answered_with_the_error_page(db, client, monkeypatch):
    def fails(*args, **kwargs):
        raise RuntimeError("a defect")

    monkeypatch.setattr("marketoverview.views.directory.vendor_rows.rendered", fails)
    client.raise_request_exception = False
    response = client.get(MARKET)
    assert response.status_code == 500
    assert "a defect" not in response.content.decode()
    assert not response.has_header("ETag")


@pytest.mark.parametrize("host", ["evil.example", "a b", "testserver:80:80"])
def test_a_wrong_host_is_refused_in_the_design(host, db, client):
    response = client.get("/", headers={"Host": host})
    assert response.status_code == 400
    assert parse(response.content.decode()).find_all("h1")


def test_a_failure_is_not_remembered(db, client, monkeypatch):
    make_response("Agern")
    client.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr("marketoverview.views.directory.vendor_rows.rendered", lambda *args: 1 / 0)
        assert client.get(MARKET).status_code == 500
    assert client.get(MARKET).status_code == 200


# Words that are the same in both languages ----------------------------------------------------------


def test_both_languages_count_alike(demo, client):
    english, danish = (re.findall(r"\d+", read(client, path).find("table", "bar-table").text) for path in ("/en/", "/"))
    assert english == danish
    assert count_by_sql({"technologies": SURVEY["technologies"]}) == Response.objects.published().count()
