"""The names of municipality and project stand in the file that they are sent for, and nowhere else."""

import io
import logging
import zipfile

import docx
import openpyxl
import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kl_ai.export import cells, worksheet
from kl_ai.pages import kept_files
from kl_ai.requests.bodies import MAX_BODY
from legaltoolbox.views import papers
from tests.pdf import needs_poppler, pdf_text
from tests.reading import parse, read
from tests.word import document_text

TOOLBOX = "/juridisk-vaerktoejskasse/"
NAMES = {"kommune": "Testkøbing Kommune", "projekt": "Prøve & <b>fejl</b>"}
DOCUMENTS = [
    "skabeloner/S11.docx", "skabeloner/S18.docx", "skabeloner/S18.docx?kopi=egen", "krav.docx", "krav.docx?kopi=egen",
    "risici.docx", "aktiviteter/A25/tjekliste.docx", "faser/foranalyse/tjekliste.docx?generativ=yes",
    "roller/dpo/tjekliste.docx", "overblik.docx", "overblik.docx?rolle=dpo&generativ=yes",
]  # fmt: skip
PAGES = [
    "skabeloner/S11/",
    "skabeloner/S18/",
    "krav/",
    "risici/",
    "aktiviteter/A25/tjekliste/",
    "roller/dpo/tjekliste/",
    "",
]


def post(client, path: str, data=NAMES, **headers):
    return client.post(TOOLBOX + path, data, headers=headers)


def body(response) -> bytes:
    assert response.status_code == 200
    return response.getvalue()


@pytest.mark.parametrize("path", DOCUMENTS)
def test_the_names_stand_at_the_head_and_in_the_header_of_a_document(path, content, client):
    response = post(client, path)
    document = docx.Document(io.BytesIO(body(response)))
    text, header = document_text(document), document.sections[0].header.paragraphs[0].text
    assert header.endswith("Testkøbing Kommune · Prøve & <b>fejl</b>")
    assert "Testkøbing Kommune" in text
    assert "Prøve & <b>fejl</b>" in text
    assert response["Cache-Control"] == "no-store"
    plain = client.get(TOOLBOX + path)
    assert "Testkøbing" not in document_text(docx.Document(io.BytesIO(body(plain))))
    assert plain["Content-Disposition"] == response["Content-Disposition"]


@needs_poppler
def test_the_names_stand_in_a_pdf(content, client):
    assert "Testkøbing Kommune" in pdf_text(body(post(client, "skabeloner/S11.pdf")))


@pytest.mark.parametrize(
    ("path", "sheet"), [("krav.xlsx", "Læsevejledning"), ("krav.xlsx?kopi=egen", "Om"), ("risici.xlsx", "Om")]
)
def test_the_names_stand_in_a_workbook(path, sheet, content, client):
    rows = openpyxl.load_workbook(io.BytesIO(body(post(client, path))))[sheet].iter_rows(values_only=True, max_col=2)
    assert dict(rows).items() >= {"Kommune": NAMES["kommune"], "Projekt": NAMES["projekt"]}.items()


def test_the_names_stand_in_every_document_of_a_zip(content, client):
    with zipfile.ZipFile(io.BytesIO(body(post(client, "faser/foranalyse/skabeloner.zip")))) as archive:
        for name in archive.namelist():
            assert "Testkøbing Kommune" in document_text(docx.Document(io.BytesIO(archive.read(name)))), name


def test_either_name_may_be_left_out(content, client):
    document = docx.Document(io.BytesIO(body(post(client, "skabeloner/S11.docx", {"projekt": "Alene"}))))
    labels = [cell.text for row in document.tables[0].rows for cell in row.cells]
    assert "Projekt" in labels
    assert "Kommune" not in labels
    assert document.sections[0].header.paragraphs[0].text.endswith("  |  Alene")


def test_the_filters_and_the_situation_count_for_the_file_with_names(content, client):
    book = openpyxl.load_workbook(io.BytesIO(body(post(client, "krav.xlsx?pick=K08&pick=K01"))))
    numbers = {row[0][:3] for row in book["Kravbilag"].iter_rows(min_row=2, values_only=True)}
    assert numbers == {"K01", "K08"}


# Nothing is kept ----------------------------------------------------------------------------------------


def test_nothing_of_the_names_is_stored_logged_or_answered(content, client, caplog):
    with caplog.at_level(logging.DEBUG):
        response = post(client, "skabeloner/S11.docx")
    assert "Testkøbing" not in str(response.headers)
    assert not response.cookies
    assert "Testkøbing" not in caplog.text
    page = client.get(f"{TOOLBOX}skabeloner/S11/?kommune=Testk%C3%B8bing")
    assert 'value="Testkøbing' not in page.content.decode()


def test_a_file_with_names_is_not_that_of_the_next_visitor(content, client, settings):
    """The cache of public files has the one without."""
    first = body(client.get(f"{TOOLBOX}skabeloner/S11.docx"))
    named = body(post(client, "skabeloner/S11.docx"))
    assert named != first
    assert document_text(docx.Document(io.BytesIO(body(client.get(f"{TOOLBOX}skabeloner/S11.docx"))))) == document_text(
        docx.Document(io.BytesIO(first))
    )


def test_no_token_is_needed_since_nothing_is_changed_and_nobody_known(content):
    browser = Client(enforce_csrf_checks=True)
    assert post(browser, "skabeloner/S11.docx").status_code == 200
    assert not browser.cookies


def test_a_browser_that_another_website_makes_send_it_gets_the_file_without(content, client):
    response = post(client, "skabeloner/S11.docx?generativ=yes", **{"Sec-Fetch-Site": "cross-site"})
    assert response.status_code == 302
    assert response["Location"] == f"{TOOLBOX}skabeloner/S11.docx?generativ=yes"


# Hostile names ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["skabeloner/S11.docx", "krav.xlsx", "roller/dpo/tjekliste.docx", "faser/foranalyse/skabeloner.zip"]
)
def test_a_name_that_is_too_long_is_refused_on_a_page_that_does_not_repeat_it(path, content, client):
    response = client.post(f"/en{TOOLBOX}{path}", {"kommune": "Testkøbing" * 11})
    assert response.status_code == 400
    page = parse(response.content.decode())
    assert "may have 100 characters each" in page.text
    assert "Testkøbing" not in response.content.decode()


def test_the_longest_name_is_taken(content, client):
    name = "Å" * 100
    assert name in document_text(
        docx.Document(io.BytesIO(body(post(client, "skabeloner/S11.docx", {"kommune": name}))))
    )


@pytest.mark.parametrize("name", ["Te\0st\x01 by", "\u202eTest\u200b by", "Test\r\nby", "{{ 7*7 }} #eval(1) =1+1"])
def test_a_name_is_one_line_of_text_in_every_file(name, content, client):
    for path in ("skabeloner/S11.docx", "skabeloner/S11.pdf", "krav.xlsx", "risici.xlsx"):
        assert body(post(client, path, {"kommune": name, "projekt": name})), path
    document = docx.Document(io.BytesIO(body(post(client, "skabeloner/S11.docx", {"kommune": name}))))
    header = document.sections[0].header.paragraphs[0].text.rpartition("  |  ")[2]
    assert header == ("{{ 7*7 }} #eval(1) =1+1" if "{" in name else "Test by")


def test_a_name_that_looks_like_a_formula_is_text_in_a_workbook(content, client):
    name = '=HYPERLINK("https://evil.example";"Ærø")'
    for path in ("krav.xlsx", "krav.xlsx?kopi=egen", "risici.xlsx"):
        book = openpyxl.load_workbook(io.BytesIO(body(post(client, path, {"kommune": name, "projekt": "@SUM(1)"}))))
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value in (name, "@SUM(1)")]
        assert [cell.data_type for cell in cells] == ["s", "s"], path
        assert not any(cell.hyperlink for cell in cells)


@pytest.mark.parametrize("name", ["æøå ÆØÅ é 𝔘", "x" * 100, "a b", "Åse's “kommune” <script>"])
def test_letters_of_every_kind_stand_in_word_excel_and_pdf(name, content, client):
    for path in ("skabeloner/S18.docx", "overblik.docx", "skabeloner/S18.pdf", "krav.pdf", "krav.xlsx"):
        response = post(client, path, {"kommune": name, "projekt": name})
        assert body(response), path
        assert response["Cache-Control"] == "no-store"
        if path.endswith("docx"):
            assert name in document_text(docx.Document(io.BytesIO(body(response))))


def test_ten_thousand_characters_are_refused_and_nothing_is_written(content, client, caplog):
    with CaptureQueriesContext(connection) as queries, caplog.at_level(logging.DEBUG):
        response = post(client, "skabeloner/S18.docx", {"kommune": "Testkøbing" * 1_000})
    assert response.status_code == 400
    assert "no-store" in response["Cache-Control"]
    assert "Testkøbing" not in response.content.decode() + caplog.text
    assert not [query["sql"] for query in queries if not query["sql"].startswith("SELECT")]


def test_a_file_with_names_writes_nothing_to_the_database(content, client):
    with CaptureQueriesContext(connection) as queries:
        body(post(client, "skabeloner/S18.docx"))
    assert not [query["sql"] for query in queries if not query["sql"].startswith("SELECT")]
    assert "Testkøbing" not in str(queries.captured_queries)


def test_a_body_that_is_too_large_is_refused_before_it_is_read(content, client):
    response = post(client, "skabeloner/S11.docx", {"kommune": "x" * (MAX_BODY + 1)})
    assert response.status_code == 413


def test_other_fields_and_files_change_nothing(content, client):
    upload = io.BytesIO(b"x")
    upload.name = "x.docx"
    assert body(post(client, "skabeloner/S11.docx", {"x": "y", "kommune": ["", ""], "fil": upload}))


def test_an_address_of_nothing_is_404(content, client):
    assert post(client, "skabeloner/S99.docx").status_code == 404
    assert client.put(f"{TOOLBOX}skabeloner/S11.docx").status_code == 405


# The form -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_a_form_that_leads_to_its_files(path, content, client):
    page = read(client, f"{TOOLBOX}{path}?personoplysninger=yes&rolle=dpo")
    form = page.find("form", "names-form")
    assert form.attrs["method"] == "post"
    assert {field.attrs["name"] for field in form.find_all("input")} == {"kommune", "projekt"}
    buttons = [button.attrs["formaction"] for button in form.find_all("button")]
    assert buttons
    for address in [*buttons, form.attrs["action"]]:
        assert "rolle=dpo" in address
        assert "personoplysninger=yes" in address
        assert body(client.post(address, NAMES))


def test_a_list_without_results_has_no_button(content, client):
    assert not read(client, f"{TOOLBOX}risici/?q=zzxxqq").find("form", "names-form").find_all("button")


@pytest.mark.parametrize("path", ["krav.xlsx", "krav.xlsx?kopi=egen", "risici.xlsx", "krav.docx", "overblik.docx"])
def test_no_cache_of_texts_is_asked_for_a_name(path, content, client, monkeypatch):
    asked = []
    for module, name in ((cells, "_clean_short"), (worksheet, "_short_text_xml")):
        cached = getattr(module, name)
        monkeypatch.setattr(module, name, lambda text, cached=cached: asked.append(text) or cached(text))
    body(post(client, path))
    assert not [text for text in asked if any(name in text for name in NAMES.values())]


def test_a_code_in_a_name_stays_as_it_was_typed(content, client):
    for path in ("overblik.docx", "krav.docx", "risici.docx", "skabeloner/S11.docx", "roller/dpo/tjekliste.docx"):
        document = docx.Document(io.BytesIO(body(post(client, path, {"projekt": "Projekt K21 og A25"}))))
        cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        assert "Projekt K21 og A25" in cells, path


def test_an_address_that_takes_a_form_says_so(content, client):
    for response in (client.options(f"{TOOLBOX}krav.pdf"), client.put(f"{TOOLBOX}krav.pdf")):
        assert response["Allow"] == "GET, HEAD, OPTIONS, POST"


def test_a_large_file_is_made_once(content, client, settings, monkeypatch):
    settings.DEBUG = False
    monkeypatch.setattr(kept_files, "MAX_CACHED", 1_000)
    first = body(client.get(f"{TOOLBOX}skabeloner/S11.docx"))
    monkeypatch.setattr(papers, "docx_bytes", None)
    caches["pages"].clear()
    assert body(client.get(f"{TOOLBOX}skabeloner/S11.docx")) == first
