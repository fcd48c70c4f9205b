"""Free text in the directory: which of the vendors' words and ticks are searched, and how a search reads."""

import pytest

from marketoverview.models import Option, Question, Vendor, market_version
from tests.builders import make_option, make_question, make_response
from tests.reading import (
    MARKET,
    chip_links,
    directory_names,
    notice_texts,
    read,
    result_count,
    results_heading,
    vendor_names,
)


@pytest.fixture
def market(db):
    make_question("services", is_searchable=True)
    make_response("Agern", description="Vi bygger et sagsbehandlingssystem til kommunerne.")
    make_response("Børnehjælp Ærø", description="Jordvarme og digital post.")
    make_response("Café Norden", answers={"services": ["other"]}, own_words={"services": "Kurser i dataetik"})
    make_response(
        "Dild", offerings=[{"title": "Ruteplan", "description": "Snerydning om natten", "where_used": "Tolv havne"}]
    )


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("agern", ["Agern"]),  # the name
        ("kommune", ["Agern"]),  # the description, inflected
        ("sagsbehandling", ["Agern"]),  # the beginning of a compound
        ("behandlingssystemer", ["Agern"]),
        ("dataetik", ["Café Norden"]),  # own words
        ("etik", ["Café Norden"]),  # the end of a compound
        ("kursus", ["Café Norden"]),  # the singular of “kurser”
        ("ruteplan", ["Dild"]),  # an offering's title
        ("snerydning", ["Dild"]),  # its description
        ("havn", ["Dild"]),  # where it is used
        ("tal", []),  # and not “digital”
        ("ærø", ["Børnehjælp Ærø"]),
        ("BØRNEHJÆLP", ["Børnehjælp Ærø"]),
        ("cafe", ["Café Norden"]),
        ("jordvarme post", ["Børnehjælp Ærø"]),  # all of the words
        ("jordvarme kommune", []),
        ("post jordvarme", ["Børnehjælp Ærø"]),
        ("vi", ["Agern", "Café Norden", "Dild"]),
    ],
)
def test_finds_in_what_the_vendors_wrote(query, names, market, client):
    assert directory_names(client, f"?q={query}") == names


def test_contacts_are_not_searched(db, client):
    make_response("Agern", contact_email="post@agern.example", contact_function="Salg")
    for query in ("salg", "example"):
        assert directory_names(client, f"?q={query}") == []


@pytest.fixture
def ticked(db):
    """Agern offers speech technology, Birk something else; both find ethics difficult."""
    technologies = make_question("technologies", is_searchable=True)
    make_option(
        technologies,
        "speech",
        label_da="Talegenkendelse – lyde bliver til ord",
        label_en="Speech recognition",
        short_da="Tale",
        help_da="Fx diktat til journalen",
        help_en="For example dictation",
        synonyms_da="stemmestyring\ntale til tekst",
        synonyms_en="voice control",
    )
    make_option(technologies, "other", label_da="Andet", help_da="Virksomheden beskriver svaret med egne ord")
    make_option(make_question("barriers"), "ethics", label_da="Etik", help_da="Fx tillid", synonyms_da="moral")
    make_response("Agern", answers={"technologies": ["speech"], "barriers": ["ethics"]})
    make_response(
        "Birk",
        answers={"technologies": ["other"], "barriers": ["ethics", "other"]},
        own_words={"technologies": "Robotter", "barriers": "Ventetider"},
    )


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("talegenkendelse", ["Agern"]),
        ("tale", ["Agern"]),
        ("lyde", ["Agern"]),
        ("speech", ["Agern"]),  # either language, on either page
        ("diktat", ["Agern"]),  # the help
        ("dictation", ["Agern"]),
        ("stemmestyring", ["Agern"]),  # synonyms
        ("tale til tekst", ["Agern"]),
        ("voice control", ["Agern"]),
        ("genkendelse", ["Agern"]),  # a part of a word of the label
        ("tal", []),  # a short word as a whole only
        ("control", []),  # a part of one
        ("voice", []),
        ("robotter", ["Birk"]),
        ("ventetider", []),  # not what a vendor finds difficult, even in its own words
        ("etik", []),
        ("tillid", []),
        ("moral", []),
        ("beskriver", []),  # the help of “other”
        ("tale agern", ["Agern"]),  # a tick and the name
        ("tale birk", []),
        ("og", []),
        ("AI", ["Agern", "Birk"]),  # what all of them do
        ("kunstig intelligens til tale", ["Agern"]),
    ],
)
def test_finds_those_who_ticked_what_a_word_names(query, names, ticked, client):
    assert directory_names(client, f"?q={query}") == names


def test_what_is_searched_follows_the_administration_at_once(ticked, client):
    Option.objects.filter(code="speech").update(synonyms_da="voicebot")
    Question.objects.filter(code="barriers").update(is_searchable=True)
    market_version.bump()
    assert directory_names(client, "?q=voicebot") == ["Agern"]
    assert directory_names(client, "?q=stemmestyring") == []
    assert directory_names(client, "?q=etik") == ["Agern", "Birk"]
    assert directory_names(client, "?q=ventetider") == ["Birk"]


def test_a_retired_option_is_found_while_a_public_answer_holds_it(ticked, client):
    Option.objects.get(code="speech").retire()
    market_version.bump()
    assert directory_names(client, "?q=talegenkendelse") == ["Agern"]


def test_works_together_with_choices(db, client):
    make_response("Agern", description="Jordvarme", answers={"services": ["a"]})
    make_response("Birk", description="Jordvarme", answers={"services": ["b"]})
    assert directory_names(client, "?q=jordvarme&services=b") == ["Birk"]


def test_is_said_in_words_and_can_be_removed(market, client):
    page = read(client, f"{MARKET}?q=jordvarme")
    assert results_heading(page) == "Companies that match the search “jordvarme”: 1"
    assert chip_links(page) == {"“jordvarme”": MARKET}
    assert page.find("input", id="q").attrs["value"] == "jordvarme"


def test_does_not_order_the_result(market, client):
    assert vendor_names(read(client, f"{MARKET}?q=vi")) == ["Agern", "Café Norden", "Dild"]


def test_the_words_of_a_draft_are_not_found(market, client):
    make_response("Hemmelig", "draft", description="Hemmelighed")
    assert directory_names(client, "?q=hemmelighed") == []


def test_a_new_name_is_found_at_once(market, client):
    Vendor.objects.filter(slug="agern").update(name="Fjordblik")
    market_version.bump()
    assert directory_names(client, "?q=fjordblik") == ["Fjordblik"]
    assert directory_names(client, "?q=agern") == []


@pytest.mark.parametrize("query", ["", "%20%20", "%00", "%E2%80%8B"])
def test_nothing_to_search_for_is_no_search(query, market, client):
    page = read(client, f"{MARKET}?q={query}")
    assert result_count(page) == 4
    assert chip_links(page) == {}


@pytest.mark.parametrize("query", ["!?", "-", "%25%25", "%F0%9F%99%82"])
def test_a_search_without_a_word_in_it_is_not_claimed_to_be_met(query, market, client):
    """No vendor matches an exclamation mark; the visitor is told that there was nothing to look for."""
    page = read(client, f"{MARKET}?q={query}")
    assert "match" not in results_heading(page)
    assert len(notice_texts(page)) == 1


def test_a_long_search_is_cut_with_a_notice(market, client):
    page = read(client, f"{MARKET}?q={'jordvarme%20' * 100}")
    assert result_count(page) == 1
    assert notice_texts(page) == ["The search text was too long and was cut at 200 characters."]
    assert len(page.find("input", id="q").attrs["value"]) <= 200


def test_invisible_characters_are_not_searched_for(market, client):
    page = read(client, f"{MARKET}?q=%E2%80%AEjord%E2%80%8Bvarme%00")
    assert page.find("input", id="q").attrs["value"].replace(" ", "") == "jordvarme"
    assert vendor_names(page) == ["Børnehjælp Ærø"]
    assert notice_texts(page) == []


@pytest.mark.parametrize("query", ["sagsbehandling", "borger", "post"])
def test_finds_something_in_the_demonstration(query, demo, client):
    assert 0 < result_count(read(client, f"{MARKET}?q={query}")) < 35
