"""A selection in words, in both languages."""

from urllib.parse import quote

import pytest

from tests.builders import make_response
from tests.reading import MARKET, read, results_heading
from tests.selections import count_by_sql, query_string

ADVICE, LEGAL, NLP, HEALTH = (
    ("services", "advisory"),
    ("services", "legal-advisory"),
    ("technologies", "nlp"),
    ("business-areas", "health"),
)

ENGLISH = [
    ((), "{n} companies"),
    ((ADVICE,), "Companies that offer advice: {n}"),
    ((ADVICE, LEGAL), "Companies that offer advice or legal advice: {n}"),
    ((NLP,), "Companies that work with language technology (NLP): {n}"),
    ((ADVICE, HEALTH), "Companies that offer advice and have experience in health: {n}"),
    (
        (ADVICE, NLP, HEALTH),
        "Companies that offer advice, work with language technology (NLP) and have experience in health: {n}",
    ),
]
DANISH = [
    ((), "{n} virksomheder"),
    ((LEGAL,), "{n} virksomhed, der tilbyder juridisk rådgivning"),
    ((ADVICE, LEGAL), "{n} virksomheder, der tilbyder rådgivning eller juridisk rådgivning"),
    ((NLP,), "{n} virksomheder, der arbejder med sprogteknologi (NLP)"),
    ((ADVICE, HEALTH), "{n} virksomheder, der tilbyder rådgivning og har erfaring inden for sundhed"),
    (
        (ADVICE, NLP, HEALTH),
        "{n} virksomheder, der tilbyder rådgivning, arbejder med sprogteknologi (NLP) og har erfaring inden for sundhed",
    ),
]


def sentence_and_number(client, path: str, chosen: tuple[tuple[str, str], ...]) -> tuple[str, str]:
    """The sentence on the page of this choice, and the number that belongs in it."""
    selection: dict[str, list[str]] = {}
    for code, option in chosen:
        selection.setdefault(code, []).append(option)
    return results_heading(read(client, f"{path}{query_string(selection)}")), str(count_by_sql(selection))


@pytest.mark.parametrize(("chosen", "sentence"), ENGLISH)
def test_the_selection_in_english(chosen, sentence, demo, client):
    heading, number = sentence_and_number(client, MARKET, chosen)
    assert heading == sentence.replace("{n}", number)


@pytest.mark.parametrize(("chosen", "sentence"), DANISH)
def test_the_selection_in_danish(chosen, sentence, demo, client):
    heading, number = sentence_and_number(client, "/markedsoverblik/", chosen)
    assert heading == sentence.replace("{n}", number)


def test_a_search_that_finds_nothing(demo, client):
    assert results_heading(read(client, f"{MARKET}?q=findesikke")) == "Companies that match the search “findesikke”: 0"
    assert results_heading(read(client, "/markedsoverblik/?q=findesikke")).startswith("0 virksomheder")


def test_one_company_is_no_companies(db, client):
    make_response("Agern")
    assert results_heading(read(client, MARKET)) == "1 company"


def test_options_stand_in_the_surveys_order_however_they_were_chosen(demo, client):
    first = read(client, f"{MARKET}?services=legal-advisory&services=advisory")
    other = read(client, f"{MARKET}?services=advisory&services=legal-advisory")
    assert results_heading(first) == results_heading(other)


@pytest.mark.parametrize("text", ["100 % sikker", "%(total)s", "{options}", "%s %d"])
def test_placeholders_in_a_search_are_only_text(text, demo, client):
    assert f"“{text}”" in results_heading(read(client, f"{MARKET}?q={quote(text)}"))


def test_the_same_sentence_stands_on_every_page_of_the_selection(demo, client):
    query = "?services=advisory&company-size=1-9"
    expected = results_heading(read(client, f"{MARKET}{query}"))
    for path in ("figurer/", "figurer/technologies/", "matrix/"):
        assert results_heading(read(client, f"{MARKET}{path}{query}")) == expected
    note = read(client, f"{MARKET}markedsnotat/{query}")
    assert expected in [paragraph.text for paragraph in note.find_all("p", "lead")]
