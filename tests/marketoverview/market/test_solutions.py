"""The solutions: bar, list and SQL agree for any selection; every row says what the company has stated and why it is there."""

from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from kl_ai.search.danish import sort_key
from marketoverview.market.snapshot import Snapshot, snapshots
from marketoverview.market.solutions import listing
from marketoverview.market.solutions.search import found
from marketoverview.market.solutions.selection import STAGES, SolutionSelection, filterset_class
from marketoverview.models import SampleOffering
from tests.builders import make_question, make_response
from tests.query_counts import costs
from tests.reading import MARKET, Element, all_pages, chip_links, matrix_cells, notice_texts, read, results_heading
from tests.selections import SURVEY, selections, words

SOLUTIONS = f"{MARKET}loesninger/"
TABLE = f"{SOLUTIONS}stadier/"
stages = st.lists(st.sampled_from(STAGES), unique=True, max_size=2)


def in_database(snapshot: Snapshot, selection: dict, chosen_stages: list[str]) -> set[int]:
    """The keys of the solutions of a selection by SQL."""
    query = QueryDict(urlencode(selection | {"stage": chosen_stages}, doseq=True))
    return set(filterset_class(snapshot)(query, snapshot).qs.values_list("pk", flat=True))


def count_in(page) -> int:
    return int(results_heading(page).split()[0])


def titles(page) -> list[str]:
    return [heading.text for heading in page.find_all("h3", "solution-title")]


@hypothesis_settings(max_examples=20)
@given(selection=selections, chosen_stages=stages, q=words)
def test_every_count_is_its_list_and_the_sql_count(demo, client, selection, chosen_stages, q):
    snapshot = snapshots.current()
    parsed = SolutionSelection(
        q=q, chosen={code: tuple(o) for code, o in selection.items()}, stages=tuple(chosen_stages)
    )
    matches = listing.SolutionMatches(snapshot, parsed)
    searched = found(snapshot, q) if q else listing.everything(snapshot)
    text = set(snapshot.offering_keys(searched))
    assert set(snapshot.offering_keys(matches.match())) == in_database(snapshot, selection, chosen_stages) & text
    for facet in listing.facets(snapshot, parsed, matches):
        for option in facet.options:
            if facet.code == "stage":
                alone = in_database(snapshot, selection, [option.code])
            else:
                alone = in_database(snapshot, {**selection, facet.code: [option.code]}, chosen_stages)
            assert option.count == len(alone & text), (facet.code, option.code)


@hypothesis_settings(max_examples=8)
@given(selection=selections, chosen_stages=stages, q=words)
def test_the_pages_list_exactly_what_the_heading_counts(demo, client, selection, chosen_stages, q):
    query = urlencode(
        {"q": q, "stage": chosen_stages, **selection} if q else {"stage": chosen_stages, **selection}, doseq=True
    )
    pages = all_pages(client, f"{SOLUTIONS}?{query}")
    listed = [title for page in pages for title in titles(page)]
    assert len(listed) == count_in(pages[0])
    assert len(chip_links(pages[0])) == len(chosen_stages) + sum(map(len, selection.values())) + bool(q)


@hypothesis_settings(max_examples=10)
@given(selection=selections, row=st.sampled_from(SURVEY["technologies"]), stage=st.sampled_from(STAGES))
def test_a_cell_of_the_table_is_its_list_and_the_sql_count(demo, client, selection, row, stage):
    page = read(client, f"{TABLE}?{urlencode(selection, doseq=True)}")
    codes = [(technology, each) for technology in SURVEY["technologies"] for each in STAGES]
    count, url = dict(zip(codes, matrix_cells(page).values(), strict=True))[row, stage]
    assert count == len(in_database(snapshots.current(), {**selection, "technologies": [row]}, [stage]))
    assert bool(url) == bool(count)
    if url:
        assert count_in(read(client, url)) == count


def test_what_a_solution_uses_counts_and_not_what_its_company_has_ticked_beside_it(db, client):
    for code in ("technologies", "business-areas"):
        make_question(code, ["a", "b"], matrix_axis="row" if code == "technologies" else "column")
    make_response(
        "Birk",
        answers={"technologies": ["a", "b"], "business-areas": ["a"]},
        offerings=[{"title": "Sortering af post", "stage": "pilot", "options": {"technologies": ["a"]}}],
    )
    assert titles(read(client, f"{SOLUTIONS}?technologies=a")) == ["Sortering af post"]
    assert titles(read(client, f"{SOLUTIONS}?technologies=b")) == []


def test_solutions_stand_by_company_from_a_to_aa_and_of_one_company_in_its_own_order(demo, client):
    pages = all_pages(client, SOLUTIONS)
    companies = [
        row.find("dl", "vendor-row-facts").find("a").text
        for page in pages
        for row in page.find_all("li", "solution-row")
    ]
    assert companies == sorted(companies, key=sort_key)
    assert len(companies) == SampleOffering.objects.filter(response__status="published").count()


def test_a_company_is_put_on_the_shortlist_once_on_a_page(demo, client):
    for page in all_pages(client, SOLUTIONS):
        ticks = [box.attrs["value"] for box in page.find_all("input", name="v")]
        assert len(ticks) == len(set(ticks))


def test_a_further_solution_of_a_company_leads_onto_the_shortlist_and_off_it(demo, client):
    """The box stands once; two of them for one company could contradict each other."""
    row = next(row for row in read(client, SOLUTIONS).find_all("li", "solution-row") if not row.has("input", name="v"))
    link = row.find("p", "solution-toggle").find("a")
    name = row.find("dl", "vendor-row-facts").find("a").text
    assert link.text == f"Put on your shortlist: {name}"
    listed = read(client, link.attrs["href"])
    assert name in [
        box.find("span").text.removeprefix(": ") for box in listed.find_all("label") if is_ticked(listed, box)
    ]
    again = next(
        row for row in listed.find_all("li", "solution-row") if row.has("p", "solution-toggle") and name in row.text
    )
    assert again.find("p", "solution-toggle").text == f"Take off your shortlist: {name}"
    assert again.find("p", "solution-toggle").find("a").attrs["href"] == SOLUTIONS


def is_ticked(page: Element, label: Element) -> bool:
    return label.attrs["for"].startswith("shortlist-") and "checked" in page.find("input", id=label.attrs["for"]).attrs


@pytest.mark.parametrize(
    ("q", "place"),
    [("jobcentret", "In the title"), ("agern", "In the company's name"), ("nlp", "Under")],
)
def test_every_hit_says_where_it_stands(demo, client, q, place):
    rows = read(client, f"{SOLUTIONS}?q={q}").find_all("li", "solution-row")
    assert rows
    for row in rows:
        assert row.find_all("mark"), row.text
    assert any(place in row.text for row in rows)


def test_what_was_chosen_is_marked_and_comes_first(demo, client):
    rows = read(client, f"{SOLUTIONS}?technologies=speech&stage=pilot").find_all("li", "solution-row")
    for row in rows:
        marked = [mark.text for mark in row.find_all("mark")]
        assert "Speech recognition and synthesis" in " ".join(marked) or any("peech" in text for text in marked)
        technologies = row.find("dl", "vendor-row-groups").find_all("dd")[0]
        assert technologies.text.startswith(marked[0])
        assert "Pilot" in marked


def test_nothing_found_says_what_to_leave_out_and_never_leads_to_nothing(demo, client):
    page = read(client, f"{SOLUTIONS}?technologies=speech&stage=idea&q=jordvarme")
    assert titles(page) == []
    ways = page.find("div", "ways-out").find_all("a")
    assert ways
    for way in ways:
        assert titles(read(client, way.attrs["href"]))


def test_an_unknown_stage_is_named_and_the_list_is_shown(demo, client):
    page = read(client, f"{SOLUTIONS}?stage=faerdig&stage=pilot")
    assert any("faerdig" in notice for notice in notice_texts(page))
    assert titles(page)


def test_before_anything_is_published_the_page_says_so(db, client):
    page = read(client, SOLUTIONS)
    assert "No solution has been published yet." in page.text


def test_an_uncached_page_costs_one_query_whatever_it_lists(demo, client):
    snapshots.current()
    for query in ("", "?q=post&technologies=nlp&stage=pilot&services=advisory"):
        client.get(f"{SOLUTIONS}{query}&v=agern-demofirma" if query else SOLUTIONS)
        with costs(1):
            client.get(f"{SOLUTIONS}{query or '?page=2'}")


@pytest.mark.parametrize("path", [SOLUTIONS, MARKET], ids=["solutions", "companies"])
def test_beside_an_empty_list_no_column_of_zeros_stands_open(demo, client, path):
    def opened(query: str) -> list[str]:
        facets = read(client, path + query).find_all("details", "facet")
        return [facet.attrs["id"] for facet in facets if "open" in facet.attrs]

    assert len(opened("")) == 3
    assert opened("?q=findesikke") == []
    assert opened("?q=findesikke&technologies=nlp") == ["facet-technologies"]


def test_solutions_of_which_no_stage_is_stated_are_counted_listed_and_found_by_sql(db, client):
    make_question("technologies", ["nlp"], matrix_axis="row")
    offerings = [
        {"title": "Uden stadie", "options": {"technologies": ["nlp"]}},
        {"title": "Pilot", "stage": "pilot", "options": {"technologies": ["nlp"]}},
    ]
    make_response("Birk", answers={"technologies": ["nlp"]}, offerings=offerings)
    page = read(client, f"{SOLUTIONS}?stage=not-stated")
    assert titles(page) == ["Uden stadie"]
    assert "Not stated" in [mark.text for mark in page.find_all("mark")]
    assert [count for count, _url in matrix_cells(read(client, TABLE)).values()] == [0, 0, 1, 0, 1]
    snapshot = snapshots.current()
    assert len(in_database(snapshot, {}, ["not-stated"])) == 1
    assert len(in_database(snapshot, {}, ["not-stated", "pilot"])) == 2
