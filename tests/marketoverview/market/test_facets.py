"""The filter panel: OR within a question, AND between questions, and numbers that keep their promise."""

from datetime import date

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from marketoverview.market.selection import Selection
from marketoverview.market.snapshot import snapshots
from marketoverview.models import Option, Question, market_version
from marketoverview.views import filters
from tests.builders import make_option, make_question, make_response, make_round
from tests.reading import (
    MARKET,
    chip_links,
    directory_names,
    facet_counts,
    notice_texts,
    read,
    read_bars,
    read_csv,
    read_json,
    result_count,
    results_heading,
    vendor_names,
)
from tests.selections import SURVEY, count_by_sql, query_string, selections, words


@pytest.fixture
def market(db):
    make_response("Agern", answers={"services": ["advice"], "areas": ["health"]})
    make_response("Birk", answers={"services": ["advice", "build"], "areas": ["school"]})
    make_response("Ceder", answers={"services": ["build"], "areas": ["health", "school"]})
    make_option(make_question("services"), "law")


# Matching -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Agern", "Birk", "Ceder"]),
        ("?services=advice", ["Agern", "Birk"]),
        ("?services=advice&services=build", ["Agern", "Birk", "Ceder"]),  # or
        ("?services=advice&areas=health", ["Agern"]),  # and
        ("?services=advice&services=build&areas=school", ["Birk", "Ceder"]),
        ("?services=law", []),
        ("?services=law&services=build", ["Birk", "Ceder"]),
    ],
)
def test_or_within_a_question_and_between_questions(query, names, market, client):
    assert directory_names(client, query) == names


def test_a_questions_own_selection_is_left_out_of_its_numbers(market, client):
    page = read(client, f"{MARKET}?services=advice")
    assert facet_counts(page, "services") == {"advice": 2, "build": 2, "law": 0}
    assert facet_counts(page, "areas") == {"health": 1, "school": 1}


def test_zeros_stay_and_can_be_chosen(market, client):
    page = read(client, f"{MARKET}?services=law")
    assert facet_counts(page, "areas") == {"health": 0, "school": 0}
    boxes = page.find("details", id="facet-areas").find_all("input")
    assert [box.attrs["type"] for box in boxes] == ["checkbox", "checkbox"]
    assert not any("disabled" in box.attrs for box in boxes)


@hypothesis_settings(max_examples=25)
@given(selection=selections, q=words, data=st.data())
def test_the_number_beside_an_option_is_the_total_when_it_is_chosen_alone(demo, client, selection, q, data):
    code = data.draw(st.sampled_from(sorted(SURVEY)))
    option = data.draw(st.sampled_from(SURVEY[code]))
    number = facet_counts(read(client, f"{MARKET}{query_string(selection, q)}"), code)[option]
    alone = {**selection, code: [option]}
    assert number == result_count(read(client, f"{MARKET}{query_string(alone, q)}"))
    if not q:
        assert number == count_by_sql(alone)


# The panel ----------------------------------------------------------------------------------------


def test_every_filterable_question_has_a_facet_with_all_options_in_the_surveys_order(demo, client):
    page = read(client, MARKET)
    facets = page.find("div", "facets").find_all("details")
    assert [facet.attrs["id"] for facet in facets] == [f"facet-{code}" for code in SURVEY]
    for code in SURVEY:
        in_order = Option.objects.filter(question__code=code).order_by("position").values_list("code", flat=True)
        assert list(facet_counts(page, code)) == list(in_order)


def test_what_is_chosen_is_ticked_and_its_facet_stands_open(demo, client):
    page = read(client, f"{MARKET}?company-size=1-9&services=advisory&services=other")
    ticked = [(box.attrs["name"], box.attrs["value"]) for box in page.find_all("input") if "checked" in box.attrs]
    assert ticked == [("services", "advisory"), ("services", "other"), ("company-size", "1-9")]
    assert "open" in page.find("details", id="facet-company-size").attrs
    assert "open" not in page.find("details", id="facet-municipal-experience").attrs


def test_the_page_works_as_a_plain_form(demo, client):
    """Without JavaScript the button sends the fields; they are the address."""
    form = read(client, f"{MARKET}?services=advisory&q=data&sort=confirmed&v=agern-demofirma").find(
        "form", id="selection"
    )
    assert form.attrs["method"] == "get"
    assert form.attrs["action"] == MARKET
    assert form.find("input", id="q").attrs["value"] == "data"
    assert form.find("section", "filters").find("noscript").find("button").attrs["type"] == "submit"
    hidden = [(field.attrs["name"], field.attrs["value"]) for field in form.find_all("input", type="hidden")]
    # The vendor to compare is not in this list; a new choice begins on its first page.
    assert hidden == [("v", "agern-demofirma"), ("sort", "confirmed")]


def test_each_choice_is_a_chip_that_removes_it(market, client):
    page = read(client, f"{MARKET}?q=vi&services=advice&services=build&areas=health")
    chips = chip_links(page)
    assert chips == {
        "“vi”": f"{MARKET}?services=advice&services=build&areas=health",
        "Option advice": f"{MARKET}?q=vi&services=build&areas=health",
        "Option build": f"{MARKET}?q=vi&services=advice&areas=health",
        "Option health": f"{MARKET}?q=vi&services=advice&services=build",
    }
    assert page.find("a", "selection-clear").attrs["href"] == MARKET
    assert chip_links(read(client, MARKET)) == {}


def test_an_empty_result_says_which_choice_to_drop(market, client):
    page = read(client, f"{MARKET}?services=law&areas=health")
    assert vendor_names(page) == []
    (suggestion,) = page.find("ul", "suggestions").find_all("li")
    assert "Option law" in suggestion.text
    assert "2 companies" in suggestion.text
    link = suggestion.find("a").attrs["href"]
    assert link == f"{MARKET}?areas=health"
    assert result_count(read(client, link)) == 2


def test_what_gives_the_most_companies_is_suggested_first(market, client):
    make_response("Elm", answers={"stages": ["idea"]})
    page = read(client, f"{MARKET}?services=law&areas=school&stages=idea")
    links = [suggestion.find("a").attrs["href"] for suggestion in page.find("ul", "suggestions").find_all("li")]
    assert links == [f"{MARKET}?areas=school", f"{MARKET}?stages=idea"]
    assert [result_count(read(client, link)) for link in links] == [2, 1]


def test_an_empty_result_offers_all_companies(market, client):
    page = read(client, f"{MARKET}?services=law&q=findesikke")
    assert not page.has("ul", "suggestions")
    assert MARKET in [link.attrs["href"] for link in page.find("div", "empty-state").find_all("a")]


# Retired and new ----------------------------------------------------------------------------------


def test_a_retired_option_stays_while_somebody_has_chosen_it(market, client):
    Option.objects.filter(code__in=("law", "build")).update(retired_on=date(2026, 1, 1))
    market_version.bump()
    page = read(client, MARKET)
    assert facet_counts(page, "services") == {"advice": 2, "build": 2}  # nobody had chosen “law”
    assert "Option build (no longer asked)" in page.find("details", id="facet-services").text
    assert directory_names(client, "?services=build") == ["Birk", "Ceder"]
    assert directory_names(client, "?services=law") == ["Agern", "Birk", "Ceder"]
    assert len(notice_texts(read(client, f"{MARKET}?services=law"))) == 1


def test_an_option_that_retires_tomorrow_is_still_offered(market, client):
    Option.objects.filter(code="law").update(retired_on=date(2199, 1, 1))
    market_version.bump()
    assert "law" in facet_counts(read(client, MARKET), "services")


@pytest.fixture
def with_new_question(demo):
    """A curator adds a question with two options; two vendors answer it."""
    question = make_question(
        "languages",
        round=make_round("2026"),
        heading_en="Languages",
        text_en="Which languages do your systems know?",
        phrase_en="know {options}",
        position=99,
    )
    for code, label in (("danish", "Danish"), ("faroese", "Faroese")):
        make_option(question, code, label_en=label)
    make_response("Nyhavn", answers={"languages": ["danish", "faroese"]}, round=make_round("2026"))
    make_response("Oddesund", answers={"languages": ["danish"]}, round=make_round("2026"))


def test_a_new_question_is_a_facet(with_new_question, client):
    assert facet_counts(read(client, MARKET), "languages") == {"danish": 2, "faroese": 1}
    page = read(client, f"{MARKET}?languages=faroese")
    assert vendor_names(page) == ["Nyhavn"]
    assert results_heading(page) == "Companies that know faroese: 1"


def test_a_new_question_is_a_figure(with_new_question, client):
    assert [bar.count for bar in read_bars(read(client, f"{MARKET}figurer/languages/"))] == [2, 1]
    assert read(client, f"{MARKET}figurer/").has("h3", id="figure-languages")


def test_a_new_question_is_on_the_profile(with_new_question, client):
    answered = read(client, f"{MARKET}virksomheder/nyhavn/").find("div", "profile-body").text
    assert "Languages Which languages do your systems know? Danish Faroese" in answered
    other = read(client, f"{MARKET}virksomheder/agern-demofirma/").find("div", "profile-body").text
    assert "Languages Which languages do your systems know? Not stated" in other


def test_a_new_question_is_in_the_files_and_their_description(with_new_question, client):
    headings, *rows = read_csv(client, f"{MARKET}eksport.csv?languages=faroese")
    assert rows[0][headings.index("Languages")] == "Danish; Faroese"
    companies = read_json(client, f"{MARKET}eksport.json?languages=danish")["companies"]
    assert {company["id"]: company["languages"] for company in companies} == {
        "nyhavn": ["danish", "faroese"],
        "oddesund": ["danish"],
    }
    assert "languages" in [code.text for code in read(client, f"{MARKET}eksport/").find_all("code")]


def test_a_new_question_is_compared(with_new_question, client):
    text = read(client, f"{MARKET}sammenlign/?v=nyhavn&v=agern-demofirma").find("table").text
    assert "Languages Differs Not stated Danish Faroese" in text


def test_a_question_that_is_no_filter_has_no_facet(market, client):
    Question.objects.filter(code="areas").update(is_filterable=False)
    market_version.bump()
    page = read(client, f"{MARKET}?areas=health")
    assert not page.has("details", id="facet-areas")
    assert result_count(page) == 3
    assert len(notice_texts(page)) == 1


def test_a_question_that_has_been_taken_out_is_gone_at_once(market, client):
    assert read(client, MARKET).has("details", id="facet-areas")
    Question.objects.get(code="areas").rounds.clear()
    market_version.bump()
    assert not read(client, MARKET).has("details", id="facet-areas")


# What was ignored ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("?services=nonsense", "nonsense"),
        ("?services=health", "health"),  # another question's code
        ("?services[]=advice", "services[]"),
        ("?colour=red", "colour"),
        ("?colour=", "colour"),
        ("?Services=advice", "Services"),
        ("?sort=best", "best"),
        ("?page=0", "0"),
        ("?page=-1", "-1"),
        ("?page=abc", "abc"),
        ("?page=1e9", "1e9"),
        ("?page=2.5", "2.5"),
        ("?page=٣", "٣"),
        ("?page=1000000000000", "1000000000000"),
        ("?page=99999", "99999"),
        ("?v=nobody", "nobody"),
    ],
)
def test_what_is_unknown_is_ignored_and_named(query, named, market, client):
    page = read(client, f"{MARKET}{query}")
    notices = notice_texts(page)
    assert len(notices) == 1
    assert f"“{named}”" in notices[0] or f" {named}." in notices[0]
    assert vendor_names(page) == ["Agern", "Birk", "Ceder"]


def test_the_known_part_of_a_choice_is_kept(market, client):
    page = read(client, f"{MARKET}?services=advice&services=nonsense&services=advice")
    assert vendor_names(page) == ["Agern", "Birk"]
    assert len(chip_links(page)) == 1
    assert len(notice_texts(page)) == 1


def test_many_notices_are_summed_up(market, client):
    notices = notice_texts(read(client, MARKET + "?" + "&".join(f"x{number}=1" for number in range(150))))
    assert len(notices) == 6
    assert notices[-1] == "145 more parts of the address were ignored."


def test_a_notice_is_cut_and_holds_no_control_characters(market, client):
    page = read(client, f"{MARKET}?sort=%E2%80%AE%00{'a' * 500}")
    assert notice_texts(page) == [f"We do not know the order “{'a' * 39}…”. The list goes from A to Å."]


def test_an_address_without_anything_unknown_has_no_notice(market, client):
    known_query = f"{MARKET}?services=advice&areas=health&q=vi&sort=name&page=1&v=agern&v=birk"
    assert notice_texts(read(client, known_query)) == []


def test_notices_are_in_the_language_of_the_page(market, client):
    danish = notice_texts(read(client, "/markedsoverblik/?services=nonsense"))
    with override("da"):
        heading = Question.objects.get(code="services").heading
    assert len(danish) == 1
    assert heading in danish[0]
    assert "It was ignored" not in danish[0]


def test_each_language_has_its_own_words_whoever_comes_first(demo, client):
    for path, heading, option in (
        (MARKET, "Technologies", "Prediction"),
        (MARKET.replace("/en/", "/"), "Teknologier", "Forudsigelse"),
        (MARKET, "Technologies", "Prediction"),
    ):
        facet = read(client, path).find("details", id="facet-technologies")
        assert facet.find("summary").text.startswith(heading)
        assert option in facet.text


def test_kept_facets_are_those_of_the_selection_and_the_language(market, monkeypatch):
    monkeypatch.setattr(filters, "MOST_KEPT", 2)
    snapshot = snapshots.current()
    advice, build = (Selection(chosen={"services": (option,)}) for option in ("advice", "build"))
    chosen = [Selection(), advice, build, Selection(q="Birk"), Selection(q="Birk", chosen=build.chosen)]
    first = [filters.rendered(snapshot, selection) for selection in chosen]
    assert len(set(first)) == len(chosen)
    assert [filters.rendered(snapshot, selection) for selection in chosen] == first
    assert (
        filters.rendered(snapshot, Selection(chosen=build.chosen, sort="confirmed", page=3, shortlist=("birk",)))
        == first[2]
    )
    with override("en"):
        assert filters.rendered(snapshot, build) != first[2]
    assert len(snapshot.memo.get("facets of selections")) <= 2
