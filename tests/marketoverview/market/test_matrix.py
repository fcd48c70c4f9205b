"""The matrix: technology by business area, counted two ways, each number the list behind it."""

import re

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from marketoverview.models import Option, Question, Response, market_version
from tests.builders import make_question, make_response
from tests.checks import not_empty
from tests.reading import (
    MARKET,
    all_pages,
    chip_links,
    definitions,
    matrix_cells,
    notice_texts,
    read,
    read_csv,
    read_workbook,
    result_count,
    results_heading,
    vendor_names,
    vendor_slugs,
)
from tests.selections import SURVEY, count_by_sql, offerings_by_sql, query_string, selections, words

MATRIX = f"{MARKET}matrix/"
ROW, COLUMN = "technologies", "business-areas"


def cells_by_code(client, path: str) -> dict[tuple[str, str], tuple[int, str]]:
    """The cells of `matrix_cells` by the options' codes: rows and columns stand in the survey's order."""
    codes = [(row, column) for row in SURVEY[ROW] for column in SURVEY[COLUMN]]
    return dict(zip(codes, matrix_cells(read(client, path)).values(), strict=True))


# Every number is the list behind it -------------------------------------------------------------------


@hypothesis_settings(max_examples=15)
@given(selection=selections, row=st.sampled_from(SURVEY[ROW]), column=st.sampled_from(SURVEY[COLUMN]))
def test_a_cell_of_vendors_is_its_list_and_the_sql_count(demo, client, selection, row, column):
    count, url = cells_by_code(client, f"{MATRIX}{query_string(selection)}")[row, column]
    assert count == count_by_sql({**selection, ROW: [row], COLUMN: [column]})
    assert bool(url) == bool(count)
    if url:
        pages = all_pages(client, url)
        assert result_count(pages[0]) == sum(len(vendor_slugs(page)) for page in pages) == count


@hypothesis_settings(max_examples=15)
@given(selection=selections, row=st.sampled_from(SURVEY[ROW]), column=st.sampled_from(SURVEY[COLUMN]))
def test_a_cell_of_examples_is_its_list_and_the_sql_count(demo, client, selection, row, column):
    count, url = cells_by_code(client, f"{MATRIX}{query_string(selection)}&by=offerings")[row, column]
    others = {code: options for code, options in selection.items() if code not in (ROW, COLUMN)}
    assert count == offerings_by_sql(others, (ROW, row), (COLUMN, column))
    assert bool(url) == bool(count)
    if url:
        page = read(client, url)
        assert len(page.find_all("li", "offering")) == count
        assert f"{count} example" in page.text


@hypothesis_settings(max_examples=15)
@given(selection=selections, q=words, by=st.sampled_from(["", "offerings"]), data=st.data())
@pytest.mark.parametrize("market", ["/markedsoverblik/", "/en/markedsoverblik/"])
def test_the_page_its_lists_and_the_directory_speak_of_the_same_vendors(demo, client, market, selection, q, by, data):
    query = query_string(selection, q) + (f"&by={by}" if by else "")
    page = read(client, f"{market}matrix/{query}")
    others = {code: options for code, options in selection.items() if code not in (ROW, COLUMN)}
    basis = results_heading(read(client, f"{market}{query_string(others, q)}"))
    assert results_heading(page) == basis
    assert page.find("caption", id="matrix-caption").text.endswith(basis)
    explanation = page.find("p", "matrix-explanation").text
    assert bool(re.search("left out|udeladt", explanation)) == (others != selection)
    if not q:
        counted = offerings_by_sql(others) if by else count_by_sql(others)
        assert re.search(rf"\b{counted}\b", explanation)
    (row, column), (count, url) = data.draw(st.sampled_from(sorted(matrix_cells(page).items())))
    assert bool(url) == bool(count)
    if not url:
        return
    listed = all_pages(client, url)
    items = [item for listed_page in listed for item in listed_page.find_all("li", "offering" if by else "vendor-row")]
    assert len(items) == count
    if by:
        assert results_heading(listed[0]) == basis
        assert listed[0].find("p", "cell-count").text.startswith(f"{count} ")
        assert {row, column} <= set(re.split(r"\s*·\s*(?:og|and)?\s*", listed[0].find("h1").text))


def test_other_is_the_last_row_and_column_and_muted(demo, client):
    table = read(client, "/markedsoverblik/matrix/").find("table", "matrix")
    columns = table.find("thead").find_all("th")
    rows = [row.find("th") for row in table.find("tbody").find_all("tr")]
    for heads, last in ((columns, "Andre områder"), (rows, "Andre teknologier")):
        assert heads[-1].text == last
        assert [head.attrs.get("class") for head in heads] == [None] * (len(heads) - 1) + ["matrix-other"]


def test_other_is_last_wherever_the_survey_has_it(market, client):
    Option.objects.filter(code="nlp").update(is_other=True)
    market_version.bump()
    rows = list(dict.fromkeys(row for row, _column in matrix_cells(read(client, MATRIX))))
    assert rows == ["Option speech", "Option nlp"]


def test_a_scale_keeps_its_order(db, client):
    make_question("technologies", ["nlp"], matrix_axis="row")
    make_question("size", ["small", "middle", "large"], matrix_axis="column", is_ordinal=True)
    make_response("Agern", answers={"technologies": ["nlp"], "size": ["large"]})
    cells = matrix_cells(read(client, MATRIX))
    assert [(column, count) for (_row, column), (count, _url) in cells.items()] == [
        ("Option small", 0),
        ("Option middle", 0),
        ("Option large", 1),
    ]


def test_a_retired_option_that_somebody_has_is_marked(market, client):
    Option.objects.filter(code="nlp").update(retired_on="2026-01-01")
    market_version.bump()
    assert {row for row, _column in matrix_cells(read(client, MATRIX))} == {
        "Option nlp (no longer asked)",
        "Option speech",
    }


def test_the_whole_matrix_is_the_sql_count_in_both_ways(demo, client):
    vendors, examples = cells_by_code(client, MATRIX), cells_by_code(client, f"{MATRIX}?by=offerings")
    assert len(vendors) == len(SURVEY[ROW]) * len(SURVEY[COLUMN])
    for row, column in vendors:
        assert vendors[row, column][0] == count_by_sql({ROW: [row], COLUMN: [column]})
        assert examples[row, column][0] == offerings_by_sql({}, (ROW, row), (COLUMN, column))
    assert vendors != examples


# Files ------------------------------------------------------------------------------------------------


@hypothesis_settings(max_examples=8)
@given(selection=selections, q=words)
@pytest.mark.parametrize("market", ["/markedsoverblik/", "/en/markedsoverblik/"])
def test_the_files_are_both_tables_of_the_page(demo, client, market, selection, q):
    query = query_string(selection, q)
    pages = [read(client, f"{market}matrix/{query}{by}") for by in ("", "&by=offerings")]
    vendors, examples = (matrix_cells(page) for page in pages)
    sentence = results_heading(pages[0])
    headings, *rows = read_csv(client, f"{market}matrix.csv{query}")
    assert [len(row) for row in rows] == [len(headings)] * len(vendors)
    assert [(int(row[4]), int(row[5])) for row in rows] == [(vendors[cell][0], examples[cell][0]) for cell in vendors]
    for row in rows:
        assert row[8] == sentence
        assert f" {row[6]} " in pages[0].find("p", "matrix-explanation").text
        assert f" {row[7]} " in pages[1].find("p", "matrix-explanation").text
        assert row[9] in pages[0].find("p", "matrix-explanation").text
        assert row[11].startswith(f"KL, http://testserver{market}matrix/")
    *sheets, about = read_workbook(client, f"{market}matrix.xlsx{query}").worksheets
    for sheet, cells in zip(sheets, (vendors, examples), strict=True):
        (_corner, *columns), *lines = sheet.iter_rows(values_only=True)
        written = {(line[0], column): count for line in lines for column, count in zip(columns, line[1:], strict=True)}
        assert list(written.items()) == [(cell, count) for cell, (count, _url) in cells.items()]
    assert sentence in [text for row in about.iter_rows(values_only=True) for text in row]


def test_the_files_name_their_options_by_code_and_full_wording(demo, client):
    _headings, *rows = read_csv(client, "/markedsoverblik/matrix.csv")
    counts = {(row[1], row[3]): (int(row[4]), int(row[5])) for row in rows}
    assert counts["nlp", "casework"] == (
        count_by_sql({ROW: ["nlp"], COLUMN: ["casework"]}),
        offerings_by_sql({}, (ROW, "nlp"), (COLUMN, "casework")),
    )
    assert {row[0] for row in rows if row[1] == "nlp"} == {
        "Natural Language Processing – udlede mening fra sprog og generere meningsfulde sætninger"
    }


def test_the_page_leads_to_its_files(demo, client):
    downloads = read(client, f"{MATRIX}?services=advisory&by=offerings").find("div", "downloads").find_all("a")
    assert [link.attrs["href"] for link in downloads] == [
        f"{MARKET}matrix.csv?services=advisory",
        f"{MARKET}matrix.xlsx?services=advisory",
    ]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_without_two_questions_to_cross_there_are_no_files(ending, db, client):
    make_response("Agern", answers={"services": ["a"]})
    assert client.get(f"{MARKET}matrix.{ending}").status_code == 404


# The two ways -----------------------------------------------------------------------------------------


@pytest.fixture
def market(db):
    """Agern has both, but used them apart; Birk used them together twice."""
    make_question("technologies", ["nlp", "speech"], matrix_axis="row", heading_en="Technologies")
    make_question("areas", ["health", "school"], matrix_axis="column", heading_en="Areas")
    both = {"technologies": ["nlp"], "areas": ["health"]}
    make_response(
        "Agern", answers=both, offerings=[{"options": {"technologies": ["nlp"]}}, {"options": {"areas": ["health"]}}]
    )
    make_response("Birk", answers=both, offerings=[{"title": "Et", "options": both}, {"title": "To", "options": both}])


def test_vendors_with_both_and_examples_with_both_together_are_different_numbers(market, client):
    assert {cell: count for cell, (count, _url) in matrix_cells(read(client, MATRIX)).items()} == {
        ("Option nlp", "Option health"): 2,
        ("Option nlp", "Option school"): 0,
        ("Option speech", "Option health"): 0,
        ("Option speech", "Option school"): 0,
    }
    page = read(client, f"{MATRIX}?by=offerings")
    count, url = matrix_cells(page)["Option nlp", "Option health"]
    assert count == 2
    listed = read(client, url)
    assert [example.find("h3").text for example in listed.find_all("li", "offering")] == ["Et", "To"]
    assert {card.find("p", "offering-vendor").text for card in listed.find_all("li", "offering")} == {"Birk"}


def test_says_plainly_what_is_counted(market, client):
    vendors, examples = read(client, MATRIX), read(client, f"{MATRIX}?by=offerings")
    assert "not necessarily together" in vendors.find("p", "matrix-explanation").text
    assert "2 companies are the basis." in vendors.find("p", "matrix-explanation").text
    assert "used both together" in examples.find("p", "matrix-explanation").text
    assert "4 examples are the basis." in examples.find("p", "matrix-explanation").text
    ways = vendors.find("div", "matrix-modes").find_all("a")
    assert [way.attrs["href"] for way in ways] == [MATRIX, f"{MATRIX}?by=offerings"]
    assert [way.attrs.get("aria-current") for way in ways] == ["true", None]
    ways = examples.find("div", "matrix-modes").find_all("a")
    assert [way.attrs.get("aria-current") for way in ways] == [None, "true"]


def test_a_cell_says_its_number_to_whoever_hears_it(market, client):
    for path, counted in ((MATRIX, "2 companies"), (f"{MATRIX}?by=offerings", "2 examples")):
        (link,) = read(client, path).find("table", "matrix").find_all("a")
        assert (link.text, link.attrs["aria-label"]) == ("2", f"{counted}: Option nlp and Option health")


def test_the_highest_number_has_the_darkest_tint(demo, client):
    table = read(client, MATRIX).find("table", "matrix")
    tints = [(int(cell.text), cell.attrs["class"]) for cell in table.find("tbody").find_all("td")]
    assert {tint for count, tint in tints if count == max(tints)[0]} == {"tint-5"}
    assert {tint for count, tint in tints if not count} == {"tint-0"}
    assert [tint for _count, tint in sorted(tints)] == sorted(tint for _count, tint in tints)


def test_rows_and_columns_show_zeros(demo, client):
    cells = matrix_cells(read(client, f"{MATRIX}?services=legal-advisory"))
    assert len(cells) == len(SURVEY[ROW]) * len(SURVEY[COLUMN])
    assert {count for count, _url in cells.values()} == {0, 1}


# Selection --------------------------------------------------------------------------------------------


def test_a_choice_within_the_two_questions_is_left_out_and_said(market, client):
    page = read(client, f"{MATRIX}?technologies=speech")
    assert matrix_cells(page)["Option nlp", "Option health"][0] == 2
    assert "left out" in page.find("p", "matrix-explanation").text
    assert "left out" not in read(client, MATRIX).find("p", "matrix-explanation").text


def test_cells_keep_the_shortlist_that_the_matrix_does_not_count_by(market, client):
    for by in ("", "&by=offerings"):
        count, url = matrix_cells(read(client, f"{MATRIX}?v=birk{by}"))["Option nlp", "Option health"]
        assert count == 2
        assert url.endswith("v=birk")


@pytest.mark.parametrize("by", ["", "offerings"])
def test_the_way_to_count_survives_a_new_choice(by, demo, client):
    query = f"?services=advisory{'&by=offerings' if by else ''}"
    page = read(client, f"{MATRIX}{query}")
    form = page.find("form", id="selection")
    hidden = [(field.attrs["name"], field.attrs["value"]) for field in form.find_all("input", type="hidden")]
    assert (("by", "offerings") in hidden) == bool(by)
    links = [*chip_links(page).values(), page.find("a", "selection-clear").attrs["href"]]
    assert all(("by=offerings" in link) == bool(by) for link in links), links


def test_an_unknown_way_to_count_is_named(market, client):
    page = read(client, f"{MATRIX}?by=stars")
    assert notice_texts(page) == ["We do not know the way to count “stars”. Companies are counted."]
    assert matrix_cells(page) == matrix_cells(read(client, MATRIX))


def test_a_question_that_is_no_filter_leads_to_no_list_of_vendors(market, client):
    Question.objects.filter(code="areas").update(is_filterable=False)
    market_version.bump()
    assert matrix_cells(read(client, MATRIX))["Option nlp", "Option health"] == (2, "")


# The list behind a cell -------------------------------------------------------------------------------


def test_the_list_behind_a_cell_says_what_it_holds(demo, client):
    page = read(client, f"{MATRIX}nlp/casework/?services=advisory")
    assert "Language technology (NLP)" in page.find("h1").text
    assert "Casework" in page.find("h1").text
    crumbs = [link.attrs["href"] for link in page.find("nav", "breadcrumbs").find_all("a")]
    assert crumbs[-1] == f"{MATRIX}?services=advisory&by=offerings", "the way back keeps the selection"
    vendors = [card.find("p", "offering-vendor").find("a").text for card in page.find_all("li", "offering")]
    listed = [f"{name} (demofirma)" for name in vendor_names(read(client, f"{MARKET}?services=advisory"))]
    assert vendors == sorted(vendors, key=listed.index), "by vendor from A to Å"
    for example in not_empty(page.find_all("li", "offering")):
        assert "Language technology (NLP)" in definitions(example)["Technologies"]
        assert "Casework" in definitions(example)["Business areas"]


def test_a_cell_without_examples_says_so(market, client):
    page = read(client, f"{MATRIX}speech/school/")
    assert "No example in the selection used both together." in page.text


def test_a_withdrawn_vendors_examples_are_gone(market, client):
    assert len(read(client, f"{MATRIX}nlp/health/").find_all("li", "offering")) == 2
    Response.objects.get(vendor__slug="birk").withdraw(None, "Ønsket af virksomheden.")
    assert read(client, f"{MATRIX}nlp/health/").find_all("li", "offering") == []
    assert matrix_cells(read(client, f"{MATRIX}?by=offerings"))["Option nlp", "Option health"] == (0, "")


@pytest.mark.parametrize("path", ["nlp/nowhere/", "nowhere/health/", "health/nlp/", "nlp/", "nlp/health/x/"])
def test_an_unknown_cell_is_a_404(path, market, client):
    page = read(client, f"{MATRIX}{path}", status=404)
    assert MARKET in [link.attrs["href"] for link in page.find("main").find_all("a")]


def test_a_retired_option_leaves_the_matrix_when_nobody_has_it(market, client):
    Option.objects.filter(code="speech").update(retired_on="2026-01-01")
    market_version.bump()
    assert {row for row, _column in matrix_cells(read(client, MATRIX))} == {"Option nlp"}


def test_without_two_questions_to_cross_the_page_says_so(db, client):
    make_response("Agern", answers={"services": ["a"]})
    assert not read(client, MATRIX).has("table")
