"""Hostile addresses give the page with a notice, or a helpful 404; hostile texts stay text everywhere."""

import io
import json
import logging
import re
import xml.etree.ElementTree as ET
import zipfile
from urllib.parse import quote, urlencode

import docx
import openpyxl
import pytest
from django.test import Client
from docx.oxml.ns import qn
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from legaltoolbox.catalogue import catalogues
from legaltoolbox.models import (
    Activity,
    ChecklistItem,
    DocumentTemplate,
    LegalSource,
    Phase,
    Requirement,
    Risk,
    Role,
    ScreeningQuestion,
    TemplateField,
    TemplateSection,
    toolbox_version,
)
from tests.office import convert, needs_office
from tests.query_strings import (
    MARKUP,
    assert_markup_is_text,
    get_query,
    long_queries,
    query_strings,
    read_query,
    unknown_names,
)
from tests.query_strings import VALUES as COMMON_VALUES
from tests.reading import notice_texts, parse, read, read_bytes, read_json
from tests.texts import letters

pytestmark = pytest.mark.any_database

TOOLBOX = "/en/juridisk-vaerktoejskasse/"
CATALOGUES = [f"{TOOLBOX}{path}" for path in ("risici/", "krav/", "maa-og-maa-ikke/", "kilder/")]
READING = [TOOLBOX, f"{TOOLBOX}soeg/", *CATALOGUES]
"""The pages that read their query string."""
PAGES = [
    *READING,
    *(f"{TOOLBOX}{path}" for path in ("aktiviteter/A25/", "roller/dpo/tjekliste/", "skabeloner/S11/", "aendringer/")),
    "/juridisk-vaerktoejskasse/",
    "/juridisk-vaerktoejskasse/krav/",
]
FILES = [
    f"{TOOLBOX}{path}" for path in ("krav.docx", "krav.xlsx", "risici.xlsx", "katalog.json", "skabeloner/S01.docx")
]
with_content = pytest.mark.usefixtures("content")
NAMES = [
    "role", "personoplysninger", "foelsomme", "generativ", "kind", "phase", "addressee", "level", "topic", "theme",
    "status", "source", "pick", "q", "page", "role[]", "Role", "", "x",
]  # fmt: skip
VALUES = [
    "yes", "no", "dpo", "leverandor", "data", "foranalyse", "vendor", "must", "may_not", "proposed", "gdpr", "K01", "k01",
    "R09", "art. 35", "§ 22", "§", "art.", "GDPR 9(2)(g)", "art. 999999999999", "((((", "§ 22 a, stk. 1, nr. 1, litra a",
    "art. 35 " * 500, "٣٥", "art. ٣٥", "²",
]  # fmt: skip
queries = query_strings(NAMES, VALUES, ("role=", "pick="))


# Query strings ----------------------------------------------------------------------------------------


@with_content
@hypothesis_settings(max_examples=50)
@given(path=st.sampled_from(PAGES), query=queries)
@example(path=TOOLBOX, query="role=%00&%00=%00&personoplysninger=%00&generativ=yes&generativ=no")
@example(path=f"{TOOLBOX}soeg/", query="q=%ED%A0%80+art.+35")
@example(path=f"{TOOLBOX}krav/", query="pick=%00&pick=K01&pick=&q=%E2%80%AE")
def test_every_page_answers_any_query_string(client, path, query):
    read_query(client, path, query)


@with_content
@hypothesis_settings(max_examples=25)
@given(path=st.sampled_from(FILES), query=queries)
@example(path=f"{TOOLBOX}krav.xlsx", query="q=%EF%BF%BE%01")
@example(path=f"{TOOLBOX}krav.docx", query="pick=K01&pick=%00&x=%01")
def test_every_file_is_sound_under_any_query_string(client, path, query):
    response = get_query(client, path, query)
    if response.status_code == 302:  # nothing matches: to the list that says so
        assert response["Location"].startswith(TOOLBOX)
        return
    assert response.status_code == 200
    file = response.getvalue()
    if path.endswith(".json"):
        assert json.loads(file)["format"]
    else:
        assert zipfile.ZipFile(io.BytesIO(file)).testzip() is None


@with_content
@hypothesis_settings(max_examples=30)
@given(
    q=st.sampled_from((*COMMON_VALUES, *VALUES))
    | st.text(max_size=40)
    | st.from_regex(r"(art\.?|§+|bilag) ?[0-9]{1,4} ?[a-z(),. 0-9]{0,20}", fullmatch=True)
)
def test_any_words_may_be_searched_for(client, q):
    page = read_query(client, f"{TOOLBOX}soeg/", urlencode({"q": q}))
    assert page.has("h1")


@with_content
@hypothesis_settings(max_examples=20)
@given(path=st.sampled_from(READING), unknown=st.lists(unknown_names, min_size=1, max_size=4, unique=True))
def test_unknown_parameters_are_named_and_change_nothing(client, path, unknown):
    page = read_query(client, path, "&".join(f"{name}=1" for name in unknown))
    notices = notice_texts(page)
    assert len(notices) == len(unknown)
    assert all(any(f"“{name}”" in notice for notice in notices) for name in unknown)
    links = [link.attrs["href"] for link in page.find("main").find_all("a") if "href" in link.attrs]
    assert not [link for link in links if any(f"{name}=" in link for name in unknown)]


LONG = long_queries("pick", "role=dpo")


@pytest.mark.parametrize("path", [TOOLBOX, f"{TOOLBOX}krav/", f"{TOOLBOX}soeg/"])
@pytest.mark.parametrize("query", LONG.values(), ids=LONG)
def test_an_absurdly_long_address_is_cut_and_says_so(path, query, content, client):
    assert "The address was too long. Its last part was ignored." in notice_texts(read_query(client, path, query))


@pytest.mark.parametrize("path", READING)
@pytest.mark.parametrize("text", MARKUP)
def test_markup_in_the_address_stays_text(path, text, content, client):
    page = read_query(client, path, urlencode(dict.fromkeys(("q", "role", "kind", "pick", "x"), text)))
    assert notice_texts(page)
    assert_markup_is_text(page)


# Paths --------------------------------------------------------------------------------------------------

SEGMENTS = [
    "..", ".", "%", "\x00", "\n", "æøå", "\u202e", "a" * 5000, "A25\n", "A25 ", "Α25", "-1", "*", "'; DROP TABLE x; --",
    "S11.docx", "a25.", "ß", "ı", "İ",
]  # fmt: skip
segments = st.text(max_size=40) | st.sampled_from(SEGMENTS)
TEMPLATES = [
    "aktiviteter/{}/", "aktiviteter/{}/tjekliste/", "aktiviteter/{}/tjekliste.docx", "skabeloner/{}/", "skabeloner/{}.docx",
    "risici/{}/", "krav/{}/", "kilder/{}/", "faser/{}/", "faser/{}/skabeloner.zip", "roller/{}/", "roller/{}/tjekliste.docx",
]  # fmt: skip


@with_content
@hypothesis_settings(max_examples=60)
@given(template=st.sampled_from(TEMPLATES), segment=segments)
def test_an_address_of_nothing_is_a_404_in_the_design(client, template, segment):
    existing_keys = {key.casefold() for keys in catalogues.current().by_key.values() for key in keys}
    if segment.casefold() in existing_keys or not segment.strip("./"):
        return
    response = client.get(TOOLBOX + template.format(quote(segment, safe="")))
    assert response.status_code == 404, segment
    page = parse(response.content.decode())
    assert TOOLBOX in [link.attrs["href"] for link in page.find("main").find_all("a")]


# Texts ----------------------------------------------------------------------------------------------------

TEXT = "<select> & \"Søren\"\nhan\x0b\x01 s\x1fagde\r\n=1+1 'x' {{ y }} ]]> %s"
WORDS = ['<select>&"Søren"', "hansagde", "=1+1'x'{{y}}]]>%s"]
"""The parts of the text that every page and file must show, without blanks and characters that no file can hold."""
SHORT = '<b> & "Sø"\x01'


@pytest.fixture
def hostile(content_rows):
    """The text in every place of an activity, a risk, a requirement, a template, a source, a phase, a role and a question."""
    for model, key, fields in (
        (Activity, "A25", ("title", "what", "why", "when", "responsible_why")),
        (Risk, "R09", ("title", "cause", "event", "consequence", "consequence_municipality", "signs")),
        (Requirement, "K31", ("title", "level_note", "duty", "wording", "evidence", "explanation", "unsettled")),
        (DocumentTemplate, "S11", ("title", "purpose", "when", "unsettled")),
        (LegalSource, "gdpr-art-22", ("title", "summary", "change")),
        (Phase, "foranalyse", ("name", "summary", "goal", "result")),
        (Role, "dpo", ("name", "why", "does", "does_not")),
        (ScreeningQuestion, "generativ", ("question", "help")),
    ):
        assert model.objects.filter(**{model.KEY: key}).update(**dict.fromkeys(fields, TEXT)) == 1, key
    Role.objects.filter(slug="dpo").update(short_name=SHORT)
    ScreeningQuestion.objects.filter(code="generativ").update(yes_label=SHORT)
    LegalSource.objects.filter(slug="gdpr-art-22").update(name=f"GDPR {TEXT}")
    Risk.objects.filter(code="R09").update(measures=[TEXT, "En anden"])
    ChecklistItem.objects.filter(activity__code="A25").update(question=TEXT, guidance=TEXT, done_when=TEXT)
    TemplateSection.objects.filter(template__code="S11").update(heading=TEXT, guidance=TEXT)
    fields = TemplateField.objects.filter(section__template__code="S11")
    fields.update(label=TEXT, help=TEXT)
    fields.filter(kind="table").update(columns=[TEXT, "Kolonne"], row_labels=[TEXT], rows=2)
    fields.filter(kind__in=["choice", "check"]).update(options=[TEXT, "Mulighed"])
    fields.filter(kind="wording").update(wording=f"{TEXT} [skriv {TEXT}]")
    toolbox_version.bump()


def assert_holds(text: str, *, times: int = 1, where: str = "") -> None:
    shown_letters = letters(text)
    for words in WORDS:
        assert shown_letters.count(words) >= times, (where, words)


PLANTED = {
    "aktiviteter/A25/": 8, "aktiviteter/A25/tjekliste/": 4, "risici/R09/": 8, "krav/K31/": 6, "skabeloner/S11/": 20,
    "kilder/gdpr-art-22/": 4, "faser/foranalyse/": 5, "roller/dpo/": 5, "": 5, "risici/": 2, "krav/": 2, "skabeloner/": 2,
    "roller/": 2, "aendringer/": 1, "krav/?pick=K31": 3, "kilder/?q=s%C3%B8ren": 2, "soeg/?q=s%C3%B8ren": 5,
    "faser/foranalyse/tjekliste/": 3, "roller/dpo/tjekliste/": 2, "?role=dpo&generativ=yes": 8,
}  # fmt: skip
"""Pages, and how often the text stands there at least."""


def test_markup_in_a_text_stays_text_on_every_page(hostile, client):
    for path, times in PLANTED.items():
        page = read(client, TOOLBOX + path)
        assert_holds(page.find("main").text, times=times, where=path)
        assert not [
            select
            for select in page.find_all("select")
            if not re.fullmatch(r"role|use-K\d+", select.attrs.get("id") or "")
        ], path
        assert page.find("head").find("title").text, path


def test_the_drawing_is_sound_and_holds_the_text(hostile, client):
    html = client.get(TOOLBOX).content.decode()
    (drawing,) = re.findall(r"<svg class=\"onepager\".*?</svg>", html, re.DOTALL)
    root = ET.fromstring(drawing)  # fails where a character is none of XML's
    assert_holds("".join(root.itertext()))
    names = [title.text for title in root.iter("{http://www.w3.org/2000/svg}title")]
    assert_holds("".join(names), times=2)


def document_text(file: bytes) -> str:
    """All text of a document: body with content controls, header and footer."""
    document = docx.Document(io.BytesIO(file))
    section = document.sections[0]
    parts = [document.element.body, section.header._element, section.footer._element]
    texts = ["".join(piece.text or "" for piece in part.iter(qn("w:t"))) for part in parts]
    lists = [item.get(qn("w:displayText")) or "" for item in document.element.body.iter(qn("w:listItem"))]
    return "\n".join([*texts, *lists])


DOCUMENTS = {
    "skabeloner/S11.docx": 25,
    "krav.docx?pick=K31": 4,
    "krav.docx?pick=K31&kopi=egen": 5,
    "krav.docx": 4,
    "aktiviteter/A25/tjekliste.docx": 8,
    "faser/foranalyse/tjekliste.docx": 8,
    "roller/dpo/tjekliste.docx": 2,
}


def test_every_document_opens_and_holds_the_text(hostile, client):
    for path, times in DOCUMENTS.items():
        assert_holds(document_text(read_bytes(client, TOOLBOX + path)), times=times, where=path)


def test_the_header_and_the_columns_of_a_template_hold_the_text(hostile, client):
    document = docx.Document(io.BytesIO(read_bytes(client, f"{TOOLBOX}skabeloner/S11.docx")))
    assert_holds(document.sections[0].header.paragraphs[0].text)
    headings = [table.rows[0].cells[0].text for table in document.tables if table.rows[0].cells[-1].text == "Kolonne"]
    assert headings
    for heading in headings:
        assert_holds(heading)
    assert_holds(document.core_properties.title)


def test_every_workbook_opens_and_holds_the_text_as_text(hostile, client):
    for path in ("krav.xlsx?pick=K31", "krav.xlsx", "risici.xlsx"):
        book = openpyxl.load_workbook(io.BytesIO(read_bytes(client, TOOLBOX + path)))
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
        assert_holds("\n".join(str(cell.value) for cell in cells), times=3, where=path)
        formulas = {cell.value for cell in cells if cell.data_type == "f"}
        assert all(formula.startswith("=IF(OR(") for formula in formulas)
        assert len(formulas) == (2 * Risk.objects.count() if path == "risici.xlsx" else 0)


def test_the_json_holds_the_very_text(hostile, client):
    file = read_json(client, f"{TOOLBOX}katalog.json")
    (activity,) = [record for record in file["activities"] if record["code"] == "A25"]
    assert activity["title"] == activity["checklist"][0]["question"] == TEXT
    (template,) = [record for record in file["templates"] if record["code"] == "S11"]
    assert {section["heading"] for section in template["sections"]} == {TEXT}


def test_the_files_of_a_zip_can_be_unpacked_everywhere(hostile, client):
    """Windows knows no file whose name has one of these, or ends with a point or blank."""
    phase = Phase.objects.filter(activities__outputs__code="S11").first()
    with zipfile.ZipFile(io.BytesIO(read_bytes(client, f"{TOOLBOX}faser/{phase.slug}/skabeloner.zip"))) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
    assert [name for name in names if name.startswith("S11")]
    assert [name for name in names if re.search(r'[<>:"/\\|?*\x00-\x1f]|[. ]$', name)] == []


def test_the_name_of_a_file_is_one_line(hostile, client):
    for path in ("skabeloner/S11.docx", "faser/foranalyse/skabeloner.zip", "aktiviteter/A25/tjekliste.docx"):
        response = client.get(TOOLBOX + path)
        assert response.status_code == 200
        assert not re.search("[\x00-\x1f]", response["Content-Disposition"])


@needs_office
def test_libreoffice_opens_a_document_and_a_workbook_and_loses_no_text(hostile, client, tmp_path):
    (tmp_path / "skabelon.docx").write_bytes(read_bytes(client, f"{TOOLBOX}skabeloner/S11.docx"))
    (tmp_path / "krav.xlsx").write_bytes(read_bytes(client, f"{TOOLBOX}krav.xlsx?pick=K31"))
    convert(tmp_path / "skabelon.docx", "txt:Text (encoded):UTF8")
    convert(tmp_path / "krav.xlsx", "csv:Text - txt - csv (StarCalc):59,34,76")
    assert_holds((tmp_path / "skabelon.txt").read_text("utf-8-sig"), times=15)
    assert_holds((tmp_path / "krav.csv").read_text("utf-8-sig").replace('""', '"'), times=3)


@pytest.mark.parametrize("path", ["faser/", "aktiviteter/", "", "krav/"])
def test_a_form_that_is_sent_to_a_page_is_refused_as_that_and_not_for_a_token(path, content):
    response = Client(enforce_csrf_checks=True).post(f"{TOOLBOX}{path}", {"a": "b"})
    assert response.status_code == 405


def test_too_many_fields_leave_one_line_without_a_traceback(content, client):
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logging.getLogger("django").addHandler(handler)
    try:
        response = client.post(f"{TOOLBOX}krav.docx", {f"f{number}": "" for number in range(2_100)})
    finally:
        logging.getLogger("django").removeHandler(handler)
    assert response.status_code == 400
    assert "Traceback" not in stream.getvalue()
