"""A shortlist beside filters and a search that it was not picked by: no page or paper says of all what is true of some."""

import re

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from marketoverview.market.selection import filterset_class
from marketoverview.market.snapshot import snapshots
from marketoverview.models import Response
from tests.builders import make_question, make_response
from tests.reading import MARKET, definitions, read, read_docx, read_workbook
from tests.selections import query_string, selections, words
from tests.word import element_text

PLACES = st.lists(st.integers(0, 34), min_size=1, max_size=4, unique=True)


def meeting(query: str) -> set[str]:
    """The slugs of those that the filters and the search of the address find, in the database."""
    snapshot = snapshots.current()
    found = filterset_class(snapshot)(QueryDict(query.removeprefix("?")), snapshot).qs
    return set(found.values_list("vendor__slug", flat=True))


def texts(client, query: str) -> dict[str, str]:
    """What each page and paper of a shortlist says of itself."""
    note = read(client, f"{MARKET}markedsnotat/{query}")
    return {
        **{path: read(client, f"{MARKET}{path}{query}").find("main").text for path in ("liste/", "kontakt/")},
        "liste.docx": element_text(read_docx(client, f"{MARKET}liste.docx{query}").element.body),
        "note": definitions(note.find("section", "market-note-summary"))["Companies"],
        "lead": note.find("p", "lead").text,
        "letter": element_text(read_docx(client, f"{MARKET}dialogbrev.docx{query}").element.body),
        "workbook": about_the_data(client, query),
    }


def about_the_data(client, query: str) -> str:
    """The headings and texts of the workbook's last sheet, one a line."""
    rows = read_workbook(client, f"{MARKET}eksport.xlsx{query}").worksheets[-1].iter_rows(values_only=True)
    return "\n".join(": ".join(map(str, filter(None, row))) for row in rows)


def claims(text: str) -> list[tuple[str, int]]:
    """What a text says of the shortlist: that it was picked among so many, or how many of it and of all meet the criteria."""
    patterns = {
        "among": r"(?:Picked among the|picked out of the) (\d+) (?!of )",
        "meeting": r"Meeting all of the criteria: (\d+) of",
        "pool": r"(?:and (?=\d+ in the whole)|whole market overview (?=\d+ of 35)|: (?=\d+ of 35 in the market))(\d+)",
    }
    return [(name, int(number)) for name, pattern in patterns.items() for number in re.findall(pattern, text)]


@hypothesis_settings(max_examples=12)
@given(selection=selections, q=words, places=PLACES)
def test_what_each_paper_says_of_the_criteria_is_true(demo, client, selection, q, places):
    slugs = list(Response.objects.published().order_by("vendor__slug").values_list("vendor__slug", flat=True))
    picked = {slugs[place] for place in places}
    query = query_string(selection, q)
    matches = meeting(query) if selection or q else set()
    address = query + ("&" if len(query) > 1 else "") + "&".join(f"v={slug}" for slug in sorted(picked))
    found = texts(client, address)
    inside, pool = ("meeting", len(picked & matches)), ("pool", len(matches))
    all_meet = bool(selection or q) and picked <= matches
    for name in ("liste/", "kontakt/", "liste.docx", "workbook"):
        if all_meet:
            assert claims(found[name]) == [("among", len(matches))], name
        elif selection or q:
            assert claims(found[name]) == ([inside, pool] if len(picked) > 1 else [pool]), name
        else:
            assert claims(found[name]) == [], name
    assert claims(found["note"]) == ([inside, pool] if selection or q else [])
    assert claims(found["lead"]) == ([("among", len(matches))] if all_meet else [])
    assert ("blandt de virksomheder, der har svaret." in found["letter"]) != all_meet
    assert not re.search(r"Selection: (?!Companies)", found["workbook"])


@pytest.fixture
def market(db):
    make_question("tools", ["saw", "axe"], heading_en="Tools", matrix_axis="row")
    make_response("Agern", answers={"tools": ["saw"]}, description="Vi laver en chatbot.")
    make_response("Birk", answers={"tools": ["saw"]})


def test_one_that_the_search_does_not_find_is_not_told_that_it_matches(market, client):
    query = "?q=chatbot&v=agern&v=birk"
    for path in ("liste/", "kontakt/"):
        text = read(client, f"/markedsoverblik/{path}{query}").text
        assert "1 af de 2 opfylder alle kriterierne: virksomheder, der passer på søgningen “chatbot”" in text
        assert "Valgt blandt" not in text
    letter = element_text(read_docx(client, f"{MARKET}dialogbrev.docx{query}").element.body)
    assert "chatbot" not in letter
    for meets in ("?q=chatbot&v=agern", "?q=chatbot"):
        letter = element_text(read_docx(client, f"{MARKET}dialogbrev.docx{meets}").element.body)
        assert "blandt de virksomheder, der passer på søgningen “chatbot”" in letter


def test_what_only_some_meet_is_no_reason_to_leave_it_out_of_the_summary(market, client):
    """“Beside the criteria” is said only where all of the companies meet them."""
    make_response("Ceder", answers={"tools": ["axe"]})
    summary = definitions(
        read(client, f"{MARKET}markedsnotat/?tools=saw&v=agern&v=birk&v=ceder").find("section", "market-note-summary")
    )
    assert summary["Tools"] == "Most frequent: Option saw (2 of 3 companies)."


def test_a_list_of_nobody_that_is_public_says_nothing_of_criteria(market, client):
    for path in ("liste/", "kontakt/"):
        assert "Picked" not in read(client, f"{MARKET}{path}?tools=saw&v=nobody").find("main").text
    text = element_text(read_docx(client, f"{MARKET}liste.docx?tools=saw&v=nobody").element.body)
    assert "Criteria" not in text
