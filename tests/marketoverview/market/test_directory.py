"""The list of vendors: its orders, its pages, and that it is never older than the last publication."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import override

from kl_ai.search.danish import sort_key
from marketoverview.market.snapshot import rotation_key
from marketoverview.models import Option, Question, Response, Vendor, market_version
from tests.builders import make_question, make_response
from tests.bulk import make_market
from tests.checks import not_empty
from tests.reading import (
    MARKET,
    definitions,
    notice_texts,
    read,
    read_bars,
    read_json,
    result_count,
    results_heading,
    vendor_names,
    vendor_slugs,
    vendor_slugs_by_page,
)

SORTS = ("", "?sort=name", "?sort=confirmed", "?sort=rotation")


@pytest.fixture
def on_day(monkeypatch):
    """`on_day(date)` makes it noon of that day in Denmark."""

    def set_day(day: date) -> None:
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo("Europe/Copenhagen"))
        monkeypatch.setattr("django.utils.timezone.now", lambda: noon)

    return set_day


# Order --------------------------------------------------------------------------------------------


def test_the_list_runs_from_a_to_aa(db, client):
    for name in ("Østerbro", "Zebra", "Aalborg Data", "Ærø", "abe", "Årsleff", "Åboulevard"):
        make_response(name)
    assert vendor_names(read(client, MARKET)) == [
        "abe",
        "Zebra",
        "Ærø",
        "Østerbro",
        "Åboulevard",
        "Aalborg Data",
        "Årsleff",
    ]


def test_the_demonstration_stands_in_danish_order(demo, client):
    names = list(Vendor.objects.filter(responses__status="published").values_list("name", flat=True))
    slugs = [slug for page in vendor_slugs_by_page(client, MARKET) for slug in page]
    listed = [Vendor.objects.get(slug=slug).name for slug in slugs]
    assert listed == sorted(names, key=sort_key)
    assert listed[-1].startswith(("Å", "Aa"))


def test_latest_confirmed_comes_first(db, client):
    for name, day in (("Agern", 3), ("Birk", 9), ("Ceder", 5), ("Dild", 9)):
        make_response(name, confirmed_at=date(2026, 6, day))
    assert vendor_names(read(client, f"{MARKET}?sort=confirmed")) == ["Birk", "Dild", "Ceder", "Agern"]


def test_the_order_of_the_day_is_disclosed_and_can_be_checked(survey, client, on_day):
    make_market(20)
    on_day(date(2026, 11, 23))
    page = read(client, f"{MARKET}?sort=rotation")
    slugs = vendor_slugs(page)
    assert slugs == sorted(slugs, key=lambda slug: rotation_key(date(2026, 11, 23), slug))
    assert slugs != sorted(slugs)
    assert "drawn by lot from the date 23 November 2026. It is the same for everybody today." in page.text
    assert "drawn by lot" not in read(client, MARKET).text


def test_the_order_of_the_day_is_the_same_for_all_that_day_and_another_the_next(survey, client, on_day):
    make_market(20)
    orders = {}
    for day in (23, 24, 25):
        on_day(date(2026, 11, day))
        orders[day] = vendor_slugs(read(client, f"{MARKET}?sort=rotation"))
        danish = vendor_slugs(read(client, "/markedsoverblik/?sort=rotation"))
        assert danish == orders[day]
    assert len({tuple(order) for order in orders.values()}) == 3
    on_day(date(2026, 11, 23))
    assert vendor_slugs(read(client, f"{MARKET}?sort=rotation")) == orders[23]


def test_the_order_is_offered_as_links_that_keep_the_selection(demo, client):
    page = read(client, f"{MARKET}?services=advisory&sort=rotation&page=1")
    links = page.find_all("div", "sorts")[0].find_all("a")
    assert [link.attrs["href"] for link in links] == [
        f"{MARKET}?services=advisory",
        f"{MARKET}?services=advisory&sort=confirmed",
        f"{MARKET}?services=advisory&sort=rotation",
    ]
    assert [link.attrs.get("aria-current") for link in links] == [None, None, "true"]


# Pages --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", SORTS)
def test_each_vendor_stands_on_exactly_one_page(query, survey, client):
    make_market(60)
    pages = vendor_slugs_by_page(client, f"{MARKET}{query}")
    assert [len(page) for page in pages] == [25, 25, 10]
    assert len({slug for page in pages for slug in page}) == 60


def test_25_stand_on_a_page_and_the_links_lead_on(survey, client):
    make_market(60)
    page = read(client, f"{MARKET}?page=2&services=implementation")
    assert "26–50 of 60" in page.text
    nav = page.find("nav", "pagination")
    assert nav.find("a", rel="prev").attrs["href"] == f"{MARKET}?services=implementation"
    assert nav.find("a", rel="next").attrs["href"] == f"{MARKET}?services=implementation&page=3"
    assert [link.text for link in nav.find_all("a") if link.attrs.get("aria-current") == "page"] == ["Page 2"]


def test_up_to_25_need_no_pages(survey, client):
    make_market(25)
    page = read(client, MARKET)
    assert len(vendor_slugs(page)) == 25
    assert not page.has("nav", "pagination")


@pytest.mark.parametrize(
    ("query", "slugs"), [("0", 25), ("-1", 25), ("abc", 25), ("1e9", 25), ("99999", 10), ("999999999", 10)]
)
def test_a_page_that_does_not_exist_is_answered_with_one_that_does(query, slugs, survey, client):
    make_market(60)
    page = read(client, f"{MARKET}?page={query}")
    assert len(vendor_slugs(page)) == slugs
    assert len(notice_texts(page)) == 1
    assert query in notice_texts(page)[0]


# What a row says ----------------------------------------------------------------------------------


def test_a_row_says_what_the_vendor_offers_and_when_it_confirmed(db, client):
    make_question("technologies", in_summary=True, heading_en="Technologies")
    make_question("size", in_summary=True, kind="single", heading_en="Size")
    answers = {"technologies": ["a", "b", "c", "d", "e"], "size": ["small"]}
    confirmed_at = timezone.localdate() - timedelta(days=60)
    make_response("Agern", answers=answers, description="Vi laver noget.", confirmed_at=confirmed_at)
    make_response("Birk", description="Vi laver andet.")
    first, second = read(client, MARKET).find_all("li", "vendor-row")
    assert first.find("h3").find("a").attrs["href"] == f"{MARKET}virksomheder/agern/"
    assert "Vi laver noget." in first.text
    facts = definitions(first)
    assert list(facts) == ["Technologies", "Size", "Confirmed"]
    assert facts["Technologies"].startswith("Option a, Option b, Option c +2")
    assert facts["Technologies"].endswith("and 2 more")  # for whoever hears the page
    with override("en"):
        assert (facts["Size"], facts["Confirmed"]) == ("Option small", date_format(confirmed_at, "DATE_FORMAT"))
    assert (definitions(second)["Technologies"], definitions(second)["Size"]) == ("Not stated", "Not stated")


def test_a_confirmation_is_marked_when_the_vendor_was_asked_twice(db, client, on_day):
    """After twelve months it is asked, a month later again, and a month after that it is marked."""
    make_response("Agern", confirmed_at=date(2026, 3, 1))
    on_day(date(2027, 5, 1))
    assert "not confirmed since then" not in read(client, MARKET).text
    on_day(date(2027, 5, 2))
    assert "not confirmed since then" in read(client, MARKET).text


def test_markup_in_a_vendors_text_is_text(db, client):
    make_response("<b>Agern</b> & sønner", description='<script src="/x.js"></script> "citat"')
    page = read(client, MARKET)
    assert vendor_names(page) == ["<b>Agern</b> & sønner"]
    assert '<script src="/x.js"></script> "citat"' in page.find("li", "vendor-row").text
    scripts = not_empty(script.attrs.get("src") for script in page.find_all("script"))
    assert "/x.js" not in scripts


# The selection in words -----------------------------------------------------------------------------


def test_the_new_number_is_told_to_screen_readers(demo, client):
    page = read(client, f"{MARKET}?services=legal-advisory")
    live = page.find("p", id="live")
    assert live.attrs["aria-live"] == "polite"
    assert live.text == results_heading(page) == "Companies that offer legal advice: 1"


def test_the_ways_on_keep_the_selection(demo, client):
    query = "?q=data&services=advisory"
    page = read(client, f"{MARKET}{query}&sort=rotation&page=1")
    links = {link.attrs["href"] for link in page.find_all("a")}
    for path in ("figurer/", "matrix/", "markedsnotat/", "nyt.atom"):
        assert f"{MARKET}{path}{query}" in links
    for ending in ("csv", "xlsx", "json"):  # a file keeps the order as well
        assert f"{MARKET}eksport.{ending}{query}&sort=rotation" in links


def test_the_feed_of_the_selection_is_announced(demo, client):
    page = read(client, f"{MARKET}?services=advisory&sort=rotation")
    link = page.find("link", rel="alternate", type="application/atom+xml")
    assert link.attrs["href"] == f"{MARKET}nyt.atom?services=advisory"


# The shortlist --------------------------------------------------------------------------------------


def test_chosen_vendors_are_carried_from_page_to_page(survey, client):
    make_market(30)
    page = read(client, f"{MARKET}?page=2&v=firma-0001&v=firma-0029")
    assert page.find("input", id="shortlist-firma-0029").attrs.get("checked") is not None
    assert "checked" not in page.find("input", id="shortlist-firma-0028").attrs
    hidden = [field.attrs["value"] for field in page.find_all("input", type="hidden") if field.attrs["name"] == "v"]
    assert hidden == ["firma-0001"]  # the other one is a box on this page
    assert "v=firma-0001&v=firma-0029" in page.find("a", rel="prev").attrs["href"]
    links = [link.attrs["href"] for link in page.find("section", "tray").find_all("a")]
    assert f"{MARKET}sammenlign/?v=firma-0001&v=firma-0029" in links


def test_the_shortlist_goes_along_to_a_profile_to_the_figures_and_to_the_matrix(survey, client):
    make_market(3)
    query = "?v=firma-0001&v=firma-0002"
    page = read(client, MARKET + query)
    assert (
        page.find_all("h3", "vendor-row-name")[0].find("a").attrs["href"] == f"{MARKET}virksomheder/firma-0000/{query}"
    )
    for path in ("", "figurer/", "matrix/"):
        link = read(client, f"{MARKET}{path}{query}").find("a", "shortlist-link")
        assert (link.attrs["href"], link.find("span", "shortlist-number").own_text) == (f"{MARKET}liste/{query}", "2")
    assert not read(client, MARKET).has("a", "shortlist-link")


def test_one_vendor_is_not_yet_a_comparison(survey, client):
    make_market(3)
    tray = read(client, f"{MARKET}?v=firma-0001").find("section", "tray")
    assert [link.attrs["href"] for link in tray.find_all("a")] == [f"{MARKET}liste/?v=firma-0001"]
    assert "Tick one more to compare." in tray.text


# At once ------------------------------------------------------------------------------------------


def test_nothing_is_sent_again_until_something_changes(db, client):
    response = make_response("Agern")
    make_response("Birk")
    for path in (
        MARKET,
        f"{MARKET}figurer/",
        f"{MARKET}virksomheder/agern/",
        f"{MARKET}eksport.json",
        f"{MARKET}nyt.atom",
        "/",
    ):
        first = client.get(path)
        first.getvalue()
        again = client.get(path, headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b""), path
    etag = client.get(MARKET)["ETag"]
    response.withdraw(None, "Ønsket af virksomheden.")
    changed = client.get(MARKET, headers={"If-None-Match": etag})
    assert changed.status_code == 200
    assert changed["ETag"] != etag


def test_a_publication_shows_on_the_next_request(db, client):
    make_response("Agern")
    waiting = make_response("Birk", "submitted")
    assert vendor_names(read(client, MARKET)) == ["Agern"]
    waiting.publish(None)
    assert vendor_names(read(client, MARKET)) == ["Agern", "Birk"]
    assert read_json(client, f"{MARKET}eksport.json")["count"] == 2


@pytest.mark.parametrize("status", ["draft", "submitted", "returned", "rejected", "withdrawn"])
def test_what_is_not_published_is_nowhere_in_the_list(status, db, client):
    make_response("Agern", answers={"services": ["a"]})
    make_response("Hemmelig", status, answers={"services": ["a", "b"]}, description="Noget hemmeligt")
    page = read(client, f"{MARKET}?q=hemmelig")
    assert (vendor_names(page), result_count(page)) == ([], 0)
    assert vendor_names(read(client, MARKET)) == ["Agern"]
    assert [bar.count for bar in read_bars(read(client, f"{MARKET}figurer/services/"))] in ([1], [1, 0])
    assert "Hemmelig" not in client.get(f"{MARKET}sammenlign/").content.decode()


def test_a_withdrawal_shows_on_the_next_request(db, client):
    response = make_response("Agern", answers={"services": ["a"]})
    assert result_count(read(client, MARKET)) == 1
    response.withdraw(None, "Ønsket af virksomheden.")
    assert result_count(read(client, MARKET)) == 0
    assert read(client, f"{MARKET}virksomheder/agern/", status=410)


def test_new_answers_take_the_place_of_the_old_ones(db, client):
    response = make_response("Agern", answers={"services": ["a"]})
    draft = Response.begin(response.vendor, response.round, None)
    draft.answers.all().delete()
    draft.description = "Vi gør nu noget andet."
    draft.save()
    assert read(client, f"{MARKET}?services=a").has("li", "vendor-row"), "a draft changes nothing"
    draft.submit(None)
    assert read(client, f"{MARKET}?services=a").has("li", "vendor-row")
    draft.publish(None)
    assert not read(client, f"{MARKET}?services=a").has("li", "vendor-row")
    assert "Vi gør nu noget andet." in read(client, MARKET).text


def test_a_confirmation_shows_on_the_next_request(db, client):
    response = make_response("Agern", confirmed_at=date(2025, 1, 1))
    assert "1 January 2025" in read(client, MARKET).text
    response.confirm(None)
    assert "1 January 2025" not in read(client, MARKET).text


def test_a_new_name_shows_on_the_next_request_and_its_address_stays(db, client):
    make_response("Agern")
    assert vendor_names(read(client, MARKET)) == ["Agern"]
    Vendor.objects.filter(slug="agern").update(name="Ørn")
    market_version.bump()
    assert vendor_names(read(client, MARKET)) == ["Ørn"]
    assert read(client, f"{MARKET}virksomheder/agern/").find("h1").text == "Ørn"


def test_a_new_wording_shows_on_the_next_request(db, client):
    make_response("Agern", answers={"services": ["a"]})
    assert "Option a" in read(client, MARKET).find("details", id="facet-services").text
    Option.objects.filter(code="a").update(label_en="Advice")
    Question.objects.filter(code="services").update(heading_en="Services")
    market_version.bump()
    facet = read(client, MARKET).find("details", id="facet-services").text
    assert "Advice" in facet
    assert facet.startswith("Services")


def test_a_round_opens_at_midnight(db, client, on_day):
    make_response("Agern", answers={"services": ["a"]})
    Question.objects.get(code="services").rounds.update(opens_on=date(2027, 1, 1))
    market_version.bump()
    on_day(date(2026, 12, 31))
    assert not read(client, MARKET).has("details", id="facet-services")
    on_day(date(2027, 1, 1))
    assert read(client, MARKET).has("details", id="facet-services")


def test_an_empty_market_says_so(db, client):
    page = read(client, MARKET)
    assert result_count(page) == 0
    assert vendor_names(page) == []
    assert not page.has("aside", "demo-banner")


@pytest.mark.parametrize(
    "path", ["/en/markedsoverblik/", "/en/markedsoverblik/loesninger/", "/en/juridisk-vaerktoejskasse/krav/"]
)
@pytest.mark.parametrize("name", ["utm_source", "utm_id", "fbclid", "gclid", "gad_source", "msclkid", "mc_eid", "_gl"])
def test_what_mail_programs_and_social_media_add_to_a_link_gets_no_notice(demo, client, path, name):
    page = read(client, f"{path}?{name}=x1")
    assert notice_texts(page) == []
    assert not [link for link in page.find_all("a") if f"{name}=" in link.attrs.get("href", "")]
    assert notice_texts(read(client, f"{path}?x{name}=x1"))
