"""A search that finds nobody, or few: what was meant, how it is spelt, and what to leave out."""

import re

import pytest

from kl_ai.search import spelling
from marketoverview.market.search import MarketSearch
from tests.builders import make_question, make_response
from tests.judged import MISSPELT
from tests.reading import MARKET, Element, read, result_count, results_heading

pytestmark = pytest.mark.any_database


def ways(page: Element, heading: str) -> dict[str, tuple[str, int]]:
    """The links under a heading of the ways out: label to address and number."""
    out = page.find("div", "ways-out")
    lists = dict(zip([each.text for each in out.find_all("p")], out.find_all("ul"), strict=True))
    return {
        item.find("a").text: (item.find("a").attrs["href"], int(item.find("span").text.split()[0]))
        for item in (lists[heading].find_all("li") if heading in lists else [])
    }


SPELLINGS, OPTIONS = "Did you mean:", "You can choose this answer of the survey instead:"
LEFT_OUT = "It helps to leave out:"


@pytest.mark.parametrize("entry", MISSPELT, ids=lambda entry: entry["q"])
def test_a_misspelt_word_leads_to_the_right_one(entry, demo, client):
    found = ways(read(client, f"{MARKET}?q={entry['q']}"), SPELLINGS)
    url, number = found[entry["suggests"]]
    assert number > 0
    assert result_count(read(client, url)) == number


def test_only_the_wrong_word_of_a_query_is_replaced(demo, client):
    page = read(client, f"{MARKET}?q=Sprogteknologi+sagsbehanding&services=advisory")
    url, number = ways(page, SPELLINGS)["sprogteknologi sagsbehandling"]
    assert "services=advisory" in url
    assert result_count(read(client, url)) == number


def test_a_compound_is_taken_apart_where_both_words_are_known(demo, client):
    assert next(iter(ways(read(client, f"{MARKET}?q=vejskader"), SPELLINGS))) == "vej skader"


def test_a_compound_that_is_written_apart_is_put_together(demo, client):
    url, number = ways(read(client, f"{MARKET}?q=chat+bot"), SPELLINGS)["chatbot"]
    assert result_count(read(client, url)) == number == 19


def test_nothing_is_searched_for_that_was_not_typed(demo, client):
    assert result_count(read(client, f"{MARKET}?q=sagsbehanding")) == 0


def test_the_option_that_was_meant_is_named_with_its_number(demo, client):
    """Free text never finds those whom ethics trouble; they are one click away, under their heading."""
    page = read(client, f"{MARKET}?q=etik")
    assert result_count(page) == 2
    page = read(client, f"{MARKET}?q=tillid")
    assert result_count(page) == 0
    for query in ("etik", "tillid"):
        url, number = ways(read(client, f"{MARKET}?q={query}"), OPTIONS)["Challenges: Ethics"]
        assert result_count(read(client, url)) == number > 2


def test_an_option_whose_vendors_are_all_listed_is_not_offered(demo, client):
    assert not read(client, f"{MARKET}?q=juridisk rådgivning").has("div", "ways-out")
    assert not read(client, f"{MARKET}?q=nlp").has("div", "ways-out")


def test_the_word_to_leave_out_is_named(demo, client):
    found = ways(read(client, f"{MARKET}?q=sagsbehandling+blockchain"), LEFT_OUT)
    url, number = found["“blockchain”"]
    assert number == 22
    assert result_count(read(client, url)) == 22
    assert "“sagsbehandling”" not in found


def test_a_choice_that_excludes_all_can_be_left_out(demo, client):
    page = read(client, f"{MARKET}?q=isfugl&business-areas=procurement")
    assert ways(page, LEFT_OUT) == {
        "Procurement": (f"{MARKET}?q=isfugl", 1),
        "“isfugl”": (f"{MARKET}?business-areas=procurement", 1),
    }


def test_every_way_out_leads_to_as_many_as_it_says(demo, client):
    for query in (
        "q=nlp+vejskader&business-areas=procurement",
        "q=chatbot+hospital&services=legal-advisory",
        "q=250+ansatte",
    ):
        page = read(client, f"{MARKET}?{query}")
        assert result_count(page) == 0
        links = [way for heading in (SPELLINGS, OPTIONS, LEFT_OUT) for way in ways(page, heading).values()]
        assert links, query
        for url, number in links:
            assert result_count(read(client, url)) == number > 0


@pytest.mark.parametrize("path", ["figurer/", "figurer/technologies/", "matrix/"])
def test_the_other_pages_of_a_selection_have_them_too(path, demo, client):
    url, number = ways(read(client, f"{MARKET}{path}?q=sagsbehanding"), SPELLINGS)["sagsbehandling"]
    assert url.startswith(f"{MARKET}{path}")
    assert number == 22
    assert not read(client, url).has("div", "ways-out")


def test_where_nothing_helps_everything_is_one_click_away(demo, client):
    page = read(client, f"{MARKET}?q=blockchain")
    assert "Show all companies" in page.text
    assert "No company matches." in page.text
    assert "Try another or a shorter word" in page.text
    solutions = read(client, f"{MARKET}loesninger/?q=blockchain")
    assert "Try another or a shorter word" in solutions.text
    assert "Show all solutions" in solutions.text


@pytest.mark.parametrize("path", ["", "loesninger/"])
@pytest.mark.parametrize("query", ["q=blockchain", "q=trafik", "q=open+source"])
def test_where_nothing_helps_the_market_stands_beside_it(query, path, demo, client):
    """The technologies and areas that somebody ticked, each with the number that it leads to."""
    page = read(client, f"{MARKET}{path}?{query}")
    beside = {
        heading: links
        for heading in ("Technologies", "Business areas")
        if (links := ways(page, f"Or choose from the companies' answers: {heading}"))
    }
    assert len(beside) == 2
    assert "Other" not in beside["Technologies"]
    for links in beside.values():
        for url, number in list(links.values())[:3]:
            assert str(number) in re.findall(r"\d+", results_heading(read(client, url)))


def test_the_market_stands_beside_nothing_that_has_another_way_out(demo, client):
    for query in ("sagsbehanding", "socialt bedrageri", "kursus", "nlp"):
        assert "Or choose from the companies' answers" not in read(client, f"{MARKET}?q={query}").text


@pytest.mark.parametrize(
    ("query", "word", "number"),
    [("socialt bedrageri", "bedrageri", 13), ("social fraud", "fraud", 13)],
)
def test_an_option_that_one_word_names_is_offered(query, word, number, demo, client):
    page = read(client, f"{MARKET}?q={query}")
    assert ways(page, LEFT_OUT)[f"“{word}”"][1] == number
    assert ways(page, OPTIONS)["Business areas: Social services"][1] == number


def test_the_toolbox_can_be_searched_for_the_same_words(demo, client):
    page = read(client, f"{MARKET}?q=%C3%A6gte+%26+blockchain")
    link = next(link for link in page.find_all("a") if "legal toolbox" in link.text and "ægte" in link.text)
    assert link.attrs["href"].endswith("/soeg/?q=%C3%A6gte%20%26%20blockchain")
    assert client.get(link.attrs["href"]).status_code == 200


def test_what_all_do_is_said_to_be_no_criterion(demo, client):
    for query in ("AI", "kunstig intelligens", "KI"):
        page = read(client, f"{MARKET}?q={query}")
        assert result_count(page) == 35
        assert "All companies in the overview work with artificial intelligence." in page.text
    assert "All companies in the overview" not in read(client, f"{MARKET}?q=AI sagsbehandling").text


def test_the_work_is_bounded_whatever_is_typed(db, client, monkeypatch):
    """Two hundred letters of unknown words."""
    make_question("services", ["a"], is_searchable=True)
    make_response("Agern", description="Post og breve")
    compared, looked_up = [], []
    near, vendors = spelling.process.extract, MarketSearch.vendors
    monkeypatch.setattr(spelling.process, "extract", lambda *args, **kw: compared.append(args) or near(*args, **kw))
    monkeypatch.setattr(MarketSearch, "vendors", lambda *args: looked_up.append(args) or vendors(*args))
    for query in ("+".join(f"abc{number}" for number in range(40)), "x" * 200, "a+" * 100, "aaoeae" * 40):
        read(client, f"{MARKET}?q={query}")
    assert len(compared) <= 32  # of each query two words, in two ways of writing, beside two lists of words
    assert len(looked_up) < 15_000


# Words that hardly anybody has, and solutions ---------------------------------------------------------


@pytest.fixture
def misspelt(db):
    """Five companies write “sagsbehandling”, and one misspells it."""
    make_question("services", ["a"], is_searchable=True)
    for number in range(5):
        make_response(f"Firma {number}", description="Sagsbehandling")
    make_response("Birk", description="Sagsbehanding")


def test_a_misspelling_that_one_company_writes_hides_the_others_from_nobody(misspelt, client):
    page = read(client, f"{MARKET}?q=sagsbehanding")
    assert result_count(page) == 1
    url, number = ways(page, SPELLINGS)["sagsbehandling"]
    assert result_count(read(client, url)) == number == 5


def test_what_one_company_writes_is_not_suggested_beside_what_several_write(misspelt, client):
    assert list(ways(read(client, f"{MARKET}?q=sagsbehandng"), SPELLINGS)) == ["sagsbehandling"]


def test_a_word_of_one_company_is_suggested_where_no_other_is_near(db, client):
    make_response("Agern", description="Ålegræs")
    make_response("Birk", description="Post")
    assert list(ways(read(client, f"{MARKET}?q=ålegras"), SPELLINGS)) == ["ålegræs"]


SOLUTIONS = f"{MARKET}loesninger/"


@pytest.mark.parametrize(
    ("query", "heading", "label", "number"),
    [
        ("pilot", OPTIONS, "Stage: Pilot", 38),
        ("implementering", OPTIONS, "About the company: Services and products: Implementation", 78),
        ("juridisk", OPTIONS, "About the company: Services and products: Legal advice", 1),
        ("chatbot zzz", LEFT_OUT, "“zzz”", 30),
        ("sagsbehanding", SPELLINGS, "sagsbehandling", 25),
    ],
)
def test_solutions_have_the_same_ways_out(query, heading, label, number, demo, client):
    url, told = ways(read(client, f"{SOLUTIONS}?q={query}"), heading)[label]
    assert told == number
    assert results_heading(read(client, url)).startswith(f"{number} solution")


def test_few_solutions_have_ways_out_too(demo, client):
    page = read(client, f"{SOLUTIONS}?q=vej+skader")
    assert results_heading(page).startswith("2 solutions")
    ((url, number),) = ways(page, OPTIONS).values()
    assert results_heading(read(client, url)).startswith(f"{number} solutions")
