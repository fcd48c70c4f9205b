"""Any address gives the page with a notice, or a helpful 404; never an error."""

import json
import xml.etree.ElementTree as ET
from urllib.parse import quote, urlencode

import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from kl_ai.search.index import WordIndex
from marketoverview.market.snapshot import Snapshot
from tests.builders import make_question, make_response
from tests.query_strings import (
    MARKUP,
    assert_markup_is_text,
    get_query,
    long_queries,
    query_strings,
    read_query,
    unknown_names,
)
from tests.reading import MARKET, notice_texts, parse, read, result_count, vendor_names
from tests.selections import SURVEY

SELECTION_PAGES = [
    MARKET,
    f"{MARKET}figurer/",
    f"{MARKET}figurer/technologies/",
    f"{MARKET}matrix/",
    f"{MARKET}matrix/nlp/casework/",
    f"{MARKET}markedsnotat/",
]
OTHER_PAGES = [
    "/en/",
    "/en/om/",
    "/en/privatliv/",
    f"{MARKET}sammenlign/",
    f"{MARKET}virksomheder/agern-demofirma/",
    f"{MARKET}eksport/",
    f"{MARKET}neutralitet/",
]
PAGES = [
    *SELECTION_PAGES,
    *OTHER_PAGES,
    "/markedsoverblik/",
    "/markedsoverblik/figurer/",
    "/markedsoverblik/markedsnotat/",
]
FILES = [
    f"{MARKET}eksport.csv",
    f"{MARKET}eksport.json",
    f"{MARKET}nyt.atom",
    f"{MARKET}figurer/services.svg",
    f"{MARKET}figurer/services.csv",
    f"{MARKET}virksomheder/agern-demofirma/kontakt.vcf",
]
NAMES = (*SURVEY, "q", "sort", "page", "v", "by", "services[]", "Services", "", "form", "data")
VALUES = (
    *(option for options in SURVEY.values() for option in options),
    "name",
    "rotation",
    "offerings",
    "agern-demofirma",
)
queries = query_strings(NAMES, VALUES, ("page=", "services=", "v="))


@hypothesis_settings(max_examples=80)
@given(path=st.sampled_from(PAGES), query=queries)
@example(path=MARKET, query="q=%00&%00=%00&sort=%00&page=%00&v=%00&services=%00")
@example(path=f"{MARKET}sammenlign/", query="v=%ED%A0%80&v=&v=%00&v=agern-demofirma")
@example(path=f"{MARKET}matrix/", query="by=%00&by=offerings&by=%E2%80%AE")
def test_every_page_answers_any_query_string(demo, client, path, query):
    read_query(client, path, query)


@hypothesis_settings(max_examples=40)
@given(path=st.sampled_from(FILES), query=queries)
@example(path=f"{MARKET}nyt.atom", query="q=%EF%BF%BE")
@example(path=f"{MARKET}figurer/services.svg", query="q=%EF%BF%BF%01")
def test_every_file_is_sound_under_any_query_string(demo, client, path, query):
    response = get_query(client, path, query)
    assert response.status_code == 200, response.status_code
    content = response.getvalue()
    if path.endswith((".atom", ".svg")):
        ET.fromstring(content)
    elif path.endswith(".json"):
        file = json.loads(content)
        assert len(file["companies"]) == file["count"]
    else:
        content.decode()


# What was ignored is named ----------------------------------------------------------------------------


@hypothesis_settings(max_examples=30)
@given(
    path=st.sampled_from(SELECTION_PAGES),
    unknown=st.lists(unknown_names, min_size=1, max_size=4, unique=True),
    data=st.data(),
)
def test_unknown_filters_are_named_and_change_nothing(demo, client, path, unknown, data):
    selection_query = data.draw(st.sampled_from(["", "services=advisory", "technologies=nlp&q=data"]))
    page = read_query(
        client, path, "&".join([selection_query, *(f"{name}={data.draw(st.integers(0, 9))}" for name in unknown)])
    )
    notices = notice_texts(page)
    assert len(notices) == len(unknown)
    assert all(any(f"“{name}”" in notice for notice in notices) for name in unknown)
    if path == MARKET:
        assert result_count(page) == result_count(read(client, f"{MARKET}?{selection_query}"))


LONG = long_queries("services", "services=advisory")


@pytest.mark.parametrize(
    "path", [MARKET, f"{MARKET}figurer/technologies/", f"{MARKET}markedsnotat/", f"{MARKET}sammenlign/"]
)
@pytest.mark.parametrize("query", LONG.values(), ids=LONG)
def test_an_absurdly_long_address_is_cut_and_says_so(path, query, demo, client):
    assert "The address was too long. Its last part was ignored." in notice_texts(read_query(client, path, query))


def test_a_long_search_does_not_take_longer_than_a_short_one(demo, client, monkeypatch):
    """The words that are looked up are bounded, whatever the length of the address."""
    looked_up = []
    match_word = WordIndex.match_word
    monkeypatch.setattr(
        WordIndex,
        "match_word",
        lambda index, term, **options: looked_up.append(term) or match_word(index, term, **options),
    )
    read_query(client, MARKET, "q=" + "data+" * 1000)
    assert 0 < len(looked_up) < 2000


def test_an_empty_result_of_many_choices_is_not_searched_for_ways_out_for_ever(db, client, monkeypatch):
    """Each question more would double the combinations of choices to leave out."""
    codes = [f"question-{number}" for number in range(12)]
    for code in codes:
        make_question(code, ["nobody"])
    make_response("Agern")
    matched = []
    match = Snapshot.match
    monkeypatch.setattr(Snapshot, "match", lambda *args, **kwargs: matched.append(1) or match(*args, **kwargs))
    assert vendor_names(read_query(client, MARKET, "&".join(f"{code}=nobody" for code in codes))) == []
    assert len(matched) < 1000


# Repeated, foreign and hostile values -----------------------------------------------------------------


def test_of_a_value_given_twice_the_last_one_counts(demo, client):
    page = read_query(client, MARKET, "sort=confirmed&sort=rotation&page=9&page=1&q=x&q=data")
    assert page.find("input", id="q").attrs["value"] == "data"
    assert notice_texts(page) == []


def test_a_code_of_another_question_is_unknown_here(demo, client):
    page = read_query(client, MARKET, "services=nlp&technologies=advisory")
    assert len(notice_texts(page)) == 2
    assert result_count(page) == 35


@pytest.mark.parametrize("path", [MARKET, f"{MARKET}figurer/", f"{MARKET}matrix/", f"{MARKET}markedsnotat/"])
@pytest.mark.parametrize("text", MARKUP)
def test_markup_in_the_address_stays_text(path, text, demo, client):
    page = read_query(client, path, urlencode(dict.fromkeys(("q", "services", "sort", "x"), text)))
    assert len(notice_texts(page)) >= 3
    assert_markup_is_text(page)


@pytest.mark.parametrize("path", [MARKET, f"{MARKET}figurer/services/", f"{MARKET}matrix/?by=offerings"])
def test_links_of_a_page_do_not_carry_what_was_ignored(path, demo, client):
    page = read(client, f"{path}{'&' if '?' in path else '?'}services=advisory&evil=1&technologies=nonsense")
    links = [link.attrs["href"] for link in page.find("main").find_all("a")]
    assert any("services=advisory" in link for link in links)
    assert not [link for link in links if "evil" in link or "nonsense" in link]


# Paths ------------------------------------------------------------------------------------------------

segments = st.text(max_size=40) | st.sampled_from(
    [
        "..",
        ".",
        "%",
        "\x00",
        "\n",
        "æøå",
        "‮",
        "a" * 5000,
        "agern-demofirma\n",
        "agern-demofirma ",
        "AGERN-DEMOFIRMA",
        "-1",
        "*",
        "'; DROP TABLE x; --",
        "services.svg",
        "services\n",
    ]
)
TEMPLATES = [
    "virksomheder/{}/",
    "virksomheder/{}/kontakt.vcf",
    "figurer/{}/",
    "figurer/{}.svg",
    "matrix/{}/casework/",
    "matrix/nlp/{}/",
]


@hypothesis_settings(max_examples=60)
@given(template=st.sampled_from(TEMPLATES), segment=segments)
def test_an_address_of_nothing_is_a_404_in_the_design(demo, client, template, segment):
    if segment in {*SURVEY, *SURVEY["technologies"], *SURVEY["business-areas"]} or not segment.strip("./"):
        return
    response = client.get(MARKET + template.format(quote(segment, safe="")))
    assert response.status_code == 404, segment
    page = parse(response.content.decode())
    assert MARKET in [link.attrs["href"] for link in page.find("main").find_all("a")]
    assert page.has("header")


@pytest.mark.parametrize(
    "path",
    ["//evil.example/", "//evil.example/markedsoverblik/", "/\\evil.example/", "///evil.example", "/en//evil.example/"],
)
def test_a_404_does_not_link_to_where_its_address_points(path, demo, client):
    response = client.generic("GET", "/", PATH_INFO=path)
    assert response.status_code == 404
    links = [link.attrs["href"] for link in parse(response.content.decode()).find_all("a")]
    assert not [link for link in links if link.startswith(("//", "/\\")) or "://evil" in link]
