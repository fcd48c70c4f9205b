"""Why a vendor is listed: the directory names the chosen options and marks the words that were found."""

import pytest

from kl_ai.search.danish import sort_key
from marketoverview.market import hits
from marketoverview.market.selection import Selection
from marketoverview.market.snapshot import snapshots
from marketoverview.models import Question
from tests.builders import make_option, make_question, make_response
from tests.query_counts import costs
from tests.reading import MARKET, Element, read, vendor_names

DANISH = "/markedsoverblik/"


@pytest.fixture
def market(db):
    technologies = make_question("technologies", is_searchable=True, in_summary=True)
    Question.objects.update(heading_da="Teknologier", heading_en="Technologies")
    for code in ("a", "b", "c", "d"):
        make_option(technologies, code)
    make_option(
        technologies,
        "speech",
        label_da="Talegenkendelse – lyde bliver til ord",
        label_en="Speech recognition",
        short_da="Tale",
        help_da="Fx diktat til journalen",
        synonyms_da="stemmestyring\ntale til tekst",
    )
    make_response(
        "Agern",
        description="Vi sorterer post.",
        answers={"technologies": ["a", "b", "c", "d", "speech", "other"]},
        own_words={"technologies": "Robotter i kælderen"},
        offerings=[
            {"title": "Post til jobcentret", "description": "Attester <b>bliver</b> fordelt", "where_used": "Ni byer"}
        ],
    )


def reasons(client, query: str, path: str = MARKET) -> list[str]:
    """The lines of the only row, the marked words in brackets."""
    (row,) = read(client, f"{path}?{query}").find_all("li", "vendor-row")
    return [" ".join(_written(line).split()) for line in row.find("ul", "vendor-reasons").find_all("li")]


def _written(element: Element) -> str:
    pieces = (child if isinstance(child, str) else _written(child) for child in element.children)
    return f"[{element.text}]" if element.tag == "mark" else "".join(pieces)


@pytest.mark.parametrize(
    ("query", "lines"),
    [
        ("agern", ["In the name: [Agern]"]),
        ("sortere", ["In the description: Vi [sorterer] post."]),
        ("jobcenter", ["In the title of an example: Post til [jobcentret]"]),
        ("attest", ["In the example “Post til jobcentret”: [Attester] <b>bliver</b> fordelt"]),
        ("byer", ["In the example “Post til jobcentret”: Ni [byer]"]),
        ("robot", ["In its own words under Technologies: [Robotter] i kælderen"]),
        ("speech", ["Under Technologies: [Speech] recognition"]),
        ("lyde", ["Under Technologies: Speech recognition: Talegenkendelse – [lyde] bliver til ord"]),
        ("diktat", ["Under Technologies: Speech recognition: Fx [diktat] til journalen"]),
        ("stemmestyring", ["Under Technologies: Speech recognition – KL's search word: [stemmestyring]"]),
        ("tale til tekst", ["Under Technologies: Speech recognition – KL's search word: [tale til tekst]"]),
        (
            "post agern",
            ["In the name: [Agern]", "In the description: Vi sorterer [post]."],
        ),
        ("speech post", ["Under Technologies: [Speech] recognition", "In the description: Vi sorterer [post]."]),
    ],
)
def test_each_word_is_shown_where_it_stands(query, lines, market, client):
    assert reasons(client, f"q={query}") == lines


def test_the_page_is_danish_where_it_is_read_in_danish(market, client):
    assert reasons(client, "q=tale", DANISH) == ["Under Teknologier: [Tale]"]
    (row,) = read(client, f"{MARKET}?q=sortere").find_all("li", "vendor-row")
    assert row.find("ul", "vendor-reasons").has("span", lang="da")


def test_a_chosen_option_is_named_however_many_the_vendor_has(market, client):
    assert reasons(client, "technologies=speech&technologies=a") == ["Technologies: [Option a], [Speech recognition]"]
    (row,) = read(client, f"{MARKET}?technologies=speech").find_all("li", "vendor-row")
    assert "+3" in row.text


def test_a_row_says_nothing_where_nothing_was_asked_for(market, client):
    (row,) = read(client, MARKET).find_all("li", "vendor-row")
    assert not row.has("ul", "vendor-reasons")
    (row,) = read(client, f"{MARKET}?q=AI").find_all("li", "vendor-row")
    assert not row.has("ul", "vendor-reasons")


def test_every_vendor_that_is_found_in_the_demonstration_says_why(demo, client):
    for query in (
        "nlp",
        "jobcenter",
        "ChatGPT",
        "computer vision",
        "rådgivning om udbud",
        "orentvist",
        "billeder af veje",
    ):
        page = read(client, f"{MARKET}?q={query}")
        rows = page.find_all("li", "vendor-row")
        assert rows, query
        for row in rows:
            assert row.find("ul", "vendor-reasons").has("mark"), (query, row.text)


def test_reasons_do_not_order_the_list(demo, client):
    names = vendor_names(read(client, f"{MARKET}?q=byggesager+post"))
    assert len(names) > 5
    assert names == sorted(names, key=sort_key)


@pytest.mark.parametrize("number", [1, 9])
def test_reasons_cost_three_queries_and_none_without_free_text(number, db):
    make_question("technologies", ["a"], is_searchable=True)
    for place in range(number):
        make_response(f"Birk {place}", description="Post", offerings=[{"title": "Post"}])
    snapshot = snapshots.current()
    entries = snapshot.page(snapshot.everyone, "name", 0, 25)
    with costs(3):
        found = hits.reasons(snapshot, Selection(q="post"), entries)
    assert len([each for each in found.values() if each.hits]) == number
    with costs(0):
        hits.reasons(snapshot, Selection(), entries)
