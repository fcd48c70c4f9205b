"""The files of a selection: the rows on screen, safe to open, with their criteria, and nobody's name."""

import csv
import io
from datetime import date, datetime

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import settings as hypothesis_settings

from marketoverview.models import Question, Response
from marketoverview.models.export_keys import ExportKey
from tests.builders import make_question, make_response, make_vendor
from tests.checks import not_empty
from tests.pdf import needs_poppler, pdf_text
from tests.reading import (
    MARKET,
    read,
    read_bytes,
    read_csv,
    read_docx,
    read_json,
    read_workbook,
    result_count,
    vendor_slugs_by_page,
)
from tests.selections import count_by_sql, query_string, selections
from tests.word import element_text

CSV, XLSX, JSON, HELP = (f"{MARKET}eksport{ending}" for ending in (".csv", ".xlsx", ".json", "/"))
SOME = "?services=advisory&technologies=nlp"


def sheet_rows(sheet) -> list[list]:
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def criteria_notes(book) -> dict[str, str]:
    return dict(sheet_rows(book.worksheets[-1]))


# The same rows everywhere ---------------------------------------------------------------------------


@hypothesis_settings(max_examples=8)
@given(selection=selections)
def test_every_file_has_the_rows_on_screen(demo, client, selection):
    query = query_string(selection)
    listed = [slug for page in vendor_slugs_by_page(client, f"{MARKET}{query}") for slug in page]
    assert len(listed) == count_by_sql(selection)
    assert [row[1] for row in read_csv(client, CSV + query)[1:]] == listed
    assert [row[1] for row in sheet_rows(read_workbook(client, XLSX + query).worksheets[0])[1:]] == listed
    file = read_json(client, JSON + query)
    assert [company["id"] for company in file["companies"]] == listed
    assert file["count"] == len(listed)


@pytest.mark.parametrize("sort", ["name", "confirmed", "rotation"])
def test_every_file_has_the_order_on_screen(sort, demo, client):
    listed = [slug for page in vendor_slugs_by_page(client, f"{MARKET}?sort={sort}") for slug in page]
    assert len(listed) == 35
    assert [row[1] for row in read_csv(client, f"{CSV}?sort={sort}")[1:]] == listed
    assert [company["id"] for company in read_json(client, f"{JSON}?sort={sort}")["companies"]] == listed


def test_a_foreign_company_has_its_country_and_a_danish_one_its_number(db, client):
    make_response(make_vendor("Agern", cvr_number="13585628"))
    make_response(make_vendor("Birk", country="SE"))
    make_response(make_vendor("Ceder", country="XK"))
    companies = read_json(client, JSON)["companies"]
    assert [(company["cvr"], company["country"]) for company in companies] == [
        ("13585628", "DK"),
        ("", "SE"),
        ("", "XK"),
    ]
    table = read_csv(client, CSV)
    assert [row[2:4] for row in table] == [
        ["CVR number", "Country"],
        ["13585628", "Denmark"],
        ["", "Sweden"],
        ["", "XK"],
    ]
    for slug, fact in [("agern", ("CVR number", "13585628")), ("birk", ("Country", "Sweden"))]:
        for path in (f"{MARKET}virksomheder/{slug}/", f"/markedsoverblik/virksomheder/{slug}/"):
            assert fact[1].replace("Sweden", "Sverige" if not path.startswith("/en/") else "Sweden") in (
                read(client, path).find("dl", "facts").text
            )


def test_no_question_takes_a_key_of_the_files(db, client):
    """Whatever stands beside the questions in a file comes from a fixed key, and a question of that code is refused."""
    make_response("Agern", answers={"services": ["advisory", "other"]}, own_words={"services": "Noget helt andet"})
    (company,) = read_json(client, JSON)["companies"]
    keys = [key for key in company if key != "services"]
    assert [key for key in keys if not key.startswith("services")] == list(ExportKey)
    assert set(keys) - set(ExportKey) == {"services_own_words", "services_counted_by_kl"}
    for code in keys:
        with pytest.raises(ValidationError) as refused:
            Question(code=code, phrase_da="vælger {options}").clean()
        assert list(refused.value.message_dict) == ["code"]
    Question(code="something-else", phrase_da="vælger {options}").clean()


def test_a_page_in_the_address_does_not_shorten_a_file(demo, client):
    assert len(read_csv(client, f"{CSV}?page=2")) == 36


def test_a_shortlist_in_the_address_is_what_the_files_hold(demo, client):
    """Whether its vendors meet the other choices or not, and also where none of them is public any more."""
    query = f"{SOME}&v=boegeskov-demofirma&v=agern-demofirma"
    assert [row[1] for row in read_csv(client, CSV + query)[1:]] == ["agern-demofirma", "boegeskov-demofirma"]
    book = read_workbook(client, XLSX + query)
    assert [row[1] for row in sheet_rows(book.worksheets[0])[1:]] == ["agern-demofirma", "boegeskov-demofirma"]
    assert criteria_notes(book)["Selection"] == "Companies picked one by one: 2"
    file = read_json(client, JSON + query)
    assert (file["shortlist"], file["count"]) == (["agern-demofirma", "boegeskov-demofirma"], 2)
    assert file["source"].endswith("?services=advisory&technologies=nlp&v=agern-demofirma&v=boegeskov-demofirma")
    assert read_json(client, f"{JSON}?v=nobody")["companies"] == []


def test_the_three_files_say_the_same(demo, client):
    table = read_csv(client, CSV + SOME)
    sheet = sheet_rows(read_workbook(client, XLSX + SOME).worksheets[0])

    def text(cell) -> str:
        if isinstance(cell, datetime | date):
            return cell.strftime("%Y-%m-%d")
        return "" if cell is None else str(cell)

    assert [[text(cell) for cell in row] for row in sheet] == table
    companies = read_json(client, JSON + SOME)["companies"]
    assert [list(company.values())[:3] for company in companies] == [row[:3] for row in table[1:]]
    assert len(table[0]) == len(companies[0])


# Form -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "delimiter", "other"), [("/markedsoverblik/eksport.csv", b";", b","), (CSV, b",", b";")]
)
def test_excel_opens_the_csv_right_in_the_language_of_the_page(path, delimiter, other, demo, client):
    response = client.get(path)
    content = response.getvalue()
    assert content.startswith(b"\xef\xbb\xbf")
    headings = content.splitlines()[0]
    assert headings.count(delimiter) > 10 > headings.count(other)
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="markedsoverblik-ki.csv"'
    assert "Bøgeskov" in content.decode()


def test_the_headings_are_in_the_language_of_the_page(demo, client):
    assert read_csv(client, CSV)[0][:2] == ["Company", "ID in the portal"]
    danish = read_csv(client, "/markedsoverblik/eksport.csv")
    assert "Services og produkter" in danish[0]
    assert not {"Company", "ID in the portal", "Contact"} & set(danish[0])
    row = next(row for row in danish if row[1] == "agern-demofirma")
    assert "Implementering af konkrete løsninger; Udvikling af løsninger (fx træning af algoritmer)" in row


def test_the_workbook_says_what_it_is(demo, client):
    notes = criteria_notes(read_workbook(client, f"{XLSX}{SOME}&q=data"))
    assert notes["Selection: Services and products"].startswith("Advice on the procurement")
    assert notes["Selection: Technologies"].startswith("Natural language processing")
    assert notes["Selection: Free text"] == "data"
    assert notes["Data as of"] == "20 November 2026"
    assert notes["Made on"]
    assert notes["Source"] == f"http://testserver{MARKET}?q=data&services=advisory&technologies=nlp"
    assert "KL recommends nobody" in notes["No recommendation"]
    assert "invented" in notes["Demonstration data"]


def test_the_workbook_of_all_says_so(db, client):
    make_response("Agern")
    notes = criteria_notes(read_workbook(client, XLSX))
    assert notes["Selection"] == "All companies"
    assert "Demonstration data" not in notes


def test_the_json_says_what_it_is(demo, client):
    file = read_json(client, f"{JSON}{SOME}&q=data&sort=rotation")
    assert file["schema"] == "kl-ai-marketoverview/1"
    assert file["selection"] == {"q": "data", "services": ["advisory"], "technologies": ["nlp"]}
    assert file["source"] == f"http://testserver{MARKET}?q=data&services=advisory&technologies=nlp"
    assert file["documentation"] == f"http://testserver{HELP}"
    assert file["data_as_of"] == "2026-11-20"
    assert file["is_demonstration_data"] is True
    assert "recommends nobody" in file["recommendation"]
    assert list(file)[-1] == "companies"


def test_the_json_has_stable_codes_in_either_language(demo, client):
    english, danish = read_json(client, JSON), read_json(client, "/markedsoverblik/eksport.json")
    without_profile = [
        [{key: value for key, value in company.items() if key != "profile"} for company in file["companies"]]
        for file in (english, danish)
    ]
    assert without_profile[0] == without_profile[1]
    agern = english["companies"][0]
    assert agern["services"] == ["implementation", "development"]
    assert agern["offerings"][0] == {
        "title": "Fordeling af digital post",
        "description": agern["offerings"][0]["description"],
        "stage": "operation",
        "where_used": "Otte kommuner",
        "combines": {"technologies": ["representation", "nlp"], "business-areas": ["administration", "casework"]},
    }


# Documentation --------------------------------------------------------------------------------------


def documented_keys(client) -> list[str]:
    (table,) = read(client, HELP).find("main").find_all("table")
    return [row.find("code").text for row in table.find("tbody").find_all("tr")]


def test_every_documented_key_is_in_the_json_and_the_reverse(demo, client):
    companies = read_json(client, JSON)["companies"]
    assert companies
    for company in companies:
        assert list(company) == documented_keys(client)


def test_every_documented_heading_is_in_the_tables_and_the_reverse(demo, client):
    (table,) = read(client, HELP).find("main").find_all("table")
    headings = [row.find("th").text for row in table.find("tbody").find_all("tr")]
    assert read_csv(client, CSV)[0] == headings


def test_the_envelope_and_the_examples_are_documented(demo, client):
    """A program reads these keys too: count, selection, companies … and those of an example."""
    file = read_json(client, JSON)
    inner = [key for company in file["companies"] for example in company["offerings"] for key in example]
    documented = [code.text for code in read(client, HELP).find("main").find_all("code")]
    assert {"title", "combines"} <= set(inner)
    assert {*file, *inner} <= set(documented)


def test_every_code_in_the_json_is_documented(demo, client):
    listed = {}
    for part in read(client, HELP).find("main").find_all("details"):
        if not part.has("dl"):
            continue
        listed[part.find("summary").find("code").text] = {code.text for code in part.find("dl").find_all("code")}
    companies = read_json(client, JSON)["companies"]
    assert listed
    assert companies
    assert any(company["offerings"] for company in companies)
    for company in companies:
        for question, codes in listed.items():
            assert set(company[question]) <= codes
        for example in company["offerings"]:
            assert example["combines"]
            assert all(set(codes) <= listed[question] for question, codes in example["combines"].items())


def test_the_description_links_to_the_files(demo, client):
    links = [link.attrs["href"] for link in read(client, HELP).find("main").find_all("a")]
    assert {CSV, XLSX, JSON} <= set(links)
    assert "kl-ai-marketoverview/1" in read(client, HELP).text


# Safety ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["=1+1", "+45 1", "-2", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x.example")'])
def test_no_cell_is_a_formula(text, db, client):
    vendor = make_vendor(text, slug="agern")
    make_response(
        vendor,
        answers={"services": ["other"]},
        own_words={"services": text},
        description=text,
        contact_function=text,
        contact_phone=text,
        offerings=[{"title": text, "stage": "pilot"}],
    )
    cells = [cell for row in read_csv(client, CSV) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))]
    assert cells.count("'" + text.replace("\r", "\n")) == 5  # a line end is a newline in every file
    for row in not_empty(read_workbook(client, XLSX).worksheets[0].iter_rows(min_row=2)):
        assert {cell.data_type for cell in row} <= {"s", "n", "d"}  # never "f", a formula
    assert read_json(client, JSON)["companies"][0]["description"] == text  # a program needs no protection


def test_semicolons_quotes_and_line_breaks_stay_in_their_cell(db, client):
    make_response("Agern; Birk", description='Vi "laver"\nnoget; andet')
    headings, row = read_csv(client, CSV)
    assert len(headings) == len(row)
    assert row[headings.index("Description")] == 'Vi "laver"\nnoget; andet'


NOTE = f"{MARKET}markedsnotat"
IN_BULK = [
    CSV,
    XLSX,
    JSON,
    f"{NOTE}/",
    f"{NOTE}.docx",
    pytest.param(f"{NOTE}.pdf", marks=needs_poppler),
    f"{MARKET}nyt.atom",
]


@pytest.mark.parametrize("path", [*IN_BULK, MARKET, f"{MARKET}sammenlign/?v=agern&v=birk"])
def test_a_named_person_is_only_on_the_profile(path, db, client):
    make_response("Agern", contact_name="Anna Hansen", contact_consent=True)
    make_response("Birk")
    content = file_text(client, path)
    assert "Agern" in content, "the vendor itself is there"
    assert "Anna" not in content
    assert "Anna Hansen" in read(client, f"{MARKET}virksomheder/agern/").text


@pytest.mark.parametrize("path", IN_BULK)
def test_what_leads_to_a_named_person_is_in_no_file(path, db, client):
    person = {"contact_name": "Anna Hansen", "contact_consent": True}
    make_response("Agern", **person, contact_email="anna@agern.example", contact_phone="11 22 33 44")
    make_response("Birk", contact_email="post@birk.example", contact_phone="55 66 77 88")
    content = file_text(client, path)
    assert "anna@" not in content
    assert "11 22 33 44" not in content
    if not path.endswith(".atom"):
        assert "post@birk.example" in content, "a shared mailbox is what the files are for"
        assert "55 66 77 88" in content
    contact = read(client, f"{MARKET}virksomheder/agern/").find("dl", "contact").text
    assert "anna@agern.example" in contact
    assert "11 22 33 44" in contact


def file_text(client, path: str) -> str:
    if path.endswith(".pdf"):
        return pdf_text(read_bytes(client, path))
    if path.endswith(".docx"):
        return element_text(read_docx(client, path).element.body)
    if not path.endswith(".xlsx"):
        return read_bytes(client, path).decode()
    sheets = read_workbook(client, path).worksheets
    return "\n".join(str(cell) for sheet in sheets for row in sheet_rows(sheet) for cell in row)


@pytest.mark.parametrize("status", ["draft", "submitted", "rejected", "withdrawn", "archived"])
def test_only_published_answers_are_in_the_files(status, db, client):
    make_response("Agern", status, description="Hemmelighed")
    Response.objects.filter(status="published").update(description="Offentligt")
    for path in (CSV, JSON):
        assert "Hemmelighed" not in read_bytes(client, path).decode()


def test_an_empty_selection_is_a_file_with_its_headings(demo, client):
    query = "?q=findesikke"
    assert len(read_csv(client, CSV + query)) == 1
    assert read_json(client, JSON + query)["companies"] == []
    assert read_workbook(client, XLSX + query).worksheets[0].max_row == 1


def test_a_market_without_questions_and_vendors_has_files(db, client):
    assert read_json(client, JSON)["companies"] == []
    assert len(read_csv(client, CSV)) == 1
    assert criteria_notes(read_workbook(client, XLSX))["Selection"] == "All companies"


def test_a_file_claims_no_choice_that_was_ignored(demo, client):
    """It travels on without the page that named what was unknown."""
    query = "?services=nonsense&technologies=nlp&colour=red"
    assert len(read_csv(client, CSV + query)) - 1 == result_count(read(client, MARKET + query)) == 19
    notes = criteria_notes(read_workbook(client, XLSX + query))
    assert [key for key in notes if key.startswith("Selection")] == ["Selection: Technologies"]
    file = read_json(client, JSON + query)
    assert file["selection"] == {"q": "", "technologies": ["nlp"]}
    for source in (notes["Source"], file["source"]):
        assert source == f"http://testserver{MARKET}?technologies=nlp"


@pytest.mark.parametrize("ending", ["pdf", "xls", "CSV", "csv/", "json%0A", ""])
def test_an_unknown_format_is_a_404(ending, demo, client):
    assert client.get(f"{MARKET}eksport.{ending}").status_code == 404


def test_own_words_have_a_column_of_their_own(db, client):
    make_question("services", ["a", "other"], heading_en="Services")
    make_response("Agern", answers={"services": ["a", "other"]}, own_words={"services": "Kurser"})
    headings, row = read_csv(client, CSV)
    assert row[headings.index("Services")] == "Option a; Option other"
    assert row[headings.index("Services: own words")] == "Kurser"
    assert read_json(client, JSON)["companies"][0]["services_own_words"] == "Kurser"


@pytest.mark.parametrize(("path", "delimiter"), [("/markedsoverblik/eksport.csv", ";"), (CSV, ",")])
def test_the_csv_is_read_by_any_reader(path, delimiter, demo, client):
    text = read_bytes(client, path).decode("utf-8-sig")
    assert csv.Sniffer().sniff(text.splitlines()[0], delimiters=";,\t").delimiter == delimiter
    widths = {len(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)}
    assert len(widths) == 1
