"""The workbook's sheets for pivot tables: one answer a row, one example a row."""

from datetime import datetime

from hypothesis import given
from hypothesis import settings as hypothesis_settings

from kl_ai.export import xlsx
from marketoverview.market.snapshot import snapshots
from marketoverview.models.mapping import map_answer
from tests.builders import make_option, make_response, make_vendor
from tests.bulk import make_market
from tests.reading import MARKET, page_queries, read_json, read_workbook, sheet_records
from tests.selections import SURVEY, query_string, selections

XLSX, JSON = f"{MARKET}eksport.xlsx", f"{MARKET}eksport.json"


@hypothesis_settings(max_examples=6)
@given(selection=selections)
def test_the_sheets_of_answers_and_examples_hold_those_of_the_selection(demo, client, selection):
    """Each answer of the JSON stands once in the one sheet, each example once in the other."""
    query = query_string(selection)
    _companies, answers, examples, _notes = read_workbook(client, XLSX + query).worksheets
    listed = read_json(client, JSON + query)["companies"]
    codes = [
        (company["id"], question, option) for company in listed for question in SURVEY for option in company[question]
    ]
    assert [
        (row["ID in the portal"], row["Question's code"], row["Answer's code"]) for row in sheet_records(answers)
    ] == codes
    assert [
        (row["ID in the portal"], row["Example"], row["Where it is used"] or "") for row in sheet_records(examples)
    ] == [
        (company["id"], offering["title"], offering["where_used"])
        for company in listed
        for offering in company["offerings"]
    ]


def test_the_sheet_of_answers_says_what_kl_has_counted_and_the_own_words(curator, client):
    response = make_response(
        make_vendor("Agern", cvr_number="13585628"), answers={"services": ["other"]}, own_words={"services": "Kurser"}
    )
    answer = response.answers.get()
    map_answer(answer, make_option(answer.option.question, "advisory"), curator)
    rows = [
        (row["CVR number"], row["Answer's code"], row["Counted by KL"], row["Own words"])
        for row in sheet_records(read_workbook(client, XLSX).worksheets[1])
    ]
    assert sorted(rows) == [("13585628", "advisory", "Yes", None), ("13585628", "other", "No", "Kurser")]


def test_the_sheet_of_examples_has_the_texts_and_what_was_combined(demo, client):
    row = sheet_records(read_workbook(client, XLSX).worksheets[2])[0]
    assert (row["Example"], row["Stage"], row["Where it is used"]) == (
        "Fordeling af digital post",
        "In operation",
        "Otte kommuner",
    )
    assert row["Description"]
    assert row["Technologies"].count(";") == 1
    assert row["Business areas"].count(";") == 1


def test_rows_that_excel_cannot_hold_are_left_out_and_said(demo, client, monkeypatch):
    monkeypatch.setattr(xlsx, "MAX_ROWS", 120)
    book = read_workbook(client, XLSX)
    assert [sheet.max_row for sheet in book.worksheets[:3]][:2] == [36, 1]
    assert "Excel holds 121 rows" in dict(book.worksheets[-1].iter_rows(values_only=True))["Left out"]


def test_the_workbook_costs_the_same_queries_for_any_number_of_vendors(survey, client):
    make_market(2)
    snapshots.current()
    few = len(page_queries(client, XLSX))
    make_market(60, start=2)
    snapshots.current()
    assert len(page_queries(client, XLSX)) == few


def test_what_leads_somewhere_can_be_clicked_in_the_workbook(db, client):
    make_response(make_vendor("Agern", website="https://agern.example/"), contact_email="post@agern.example")
    sheet = read_workbook(client, XLSX).worksheets[0]
    targets = {cell.value: cell.hyperlink.target for cell in sheet[2] if cell.hyperlink}
    assert targets == {
        f"http://testserver{MARKET}virksomheder/agern/": f"http://testserver{MARKET}virksomheder/agern/",
        "post@agern.example": "mailto:post@agern.example",
        "https://agern.example/": "https://agern.example/",
    }


def test_the_workbook_stands_ready_to_be_filtered(demo, client):
    book = read_workbook(client, f"{XLSX}?services=advisory&technologies=nlp")
    companies = book.worksheets[0]
    assert companies.freeze_panes == "B2"
    assert companies.auto_filter.ref == f"A1:{companies.cell(1, companies.max_column).column_letter}{companies.max_row}"
    assert companies.cell(1, 1).font.bold
    assert isinstance(companies.cell(2, companies.max_column).value, datetime)
