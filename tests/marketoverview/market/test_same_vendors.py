"""Page, files and source addresses of one query string are about the same vendors, whoever of them has withdrawn."""

from datetime import date
from urllib.parse import urlencode, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.builders import make_question, make_response, make_vendor
from tests.pdf import needs_poppler, pdf_text
from tests.reading import (
    MARKET,
    notice_texts,
    page_queries,
    read,
    read_bytes,
    read_csv,
    read_docx,
    read_json,
    read_workbook,
)
from tests.vcards import properties
from tests.word import element_text

PUBLIC = {"agern": "Agern", "birk": "Birk", "ceder": "Ceder", "eg": "Egetoft", "fyr": "Fyrre"}
WITHDRAWN = {"ask": "Askeby", "boeg": "Bøgelund"}
UNKNOWN = ("hemmelig", "Ikke en adresse!", "agern?v=birk")
NOTE = f"{MARKET}markedsnotat/"
WITHDREW = "Bøgelund is not in the overview any more: the profile was withdrawn on 4 March 2026."

picked = st.lists(st.sampled_from([*PUBLIC, *WITHDRAWN, *UNKNOWN]), max_size=6, unique=True)
chosen = st.sampled_from([(), ("a",), ("b",)])


@pytest.fixture
def market(db):
    make_question("services", heading_en="Services")
    for number, (slug, name) in enumerate(PUBLIC.items()):
        make_response(make_vendor(name, slug=slug), answers={"services": ["ab"[number % 2]]})
    for slug, name in WITHDRAWN.items():
        gone = make_response(make_vendor(name, slug=slug), "withdrawn", answers={"services": ["a"]})
        type(gone).objects.filter(pk=gone.pk).update(closed_at=f"{date(2026, 3, 4)}T12:00:00Z")


def query(slugs, options) -> str:
    return "?" + urlencode([*(("services", option) for option in options), *(("v", slug) for slug in slugs)])


def expected(slugs, options) -> set[str]:
    """The names that everything is about: those on the shortlist where there is one, else those that match."""
    if slugs:
        return {PUBLIC[slug] for slug in slugs if slug in PUBLIC}
    return {name for number, name in enumerate(PUBLIC.values()) if not options or "ab"[number % 2] in options}


def named_in(text: str) -> set[str]:
    return {name for name in PUBLIC.values() if name in text}


def noted(page) -> set[str]:
    return {section.find("h3").text for section in page.find_all("section", "note-vendor")}


def path_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


def listed(client, address: str) -> set[str]:
    """The names on the page that a file calls its source: the shortlist or the directory."""
    page = read(client, path_of(address)).find("main")
    return named_in(" ".join(heading.text for heading in [*page.find_all("h2"), *page.find_all("h3")]))


def in_workbook(client, path: str) -> set[str]:
    return {row[0] for row in read_workbook(client, path).worksheets[0].iter_rows(min_row=2, values_only=True)}


def on_cards(client, path: str) -> set[str]:
    cards = read_bytes(client, path).decode().split("END:VCARD\r\n")[:-1]
    return {dict(properties(card + "END:VCARD\r\n"))["FN"] for card in cards}


@hypothesis_settings(max_examples=12, deadline=None)
@given(slugs=picked, options=chosen)
@example(slugs=["boeg"], options=())
@example(slugs=["hemmelig"], options=("a",))
def test_every_form_of_a_query_string_is_about_the_same_vendors(market, client, slugs, options):
    names, where = expected(slugs, options), query(slugs, options)
    page = read(client, NOTE + where)
    assert noted(page) == names
    links = {link.text: link.attrs["href"] for link in page.find("article").find_all("a") if "href" in link.attrs}
    for address in (where, path_of(links["Word"]).partition("docx")[2]):
        assert named_in(element_text(read_docx(client, f"{MARKET}markedsnotat.docx{address}").element.body)) == names
    permalink = next(address for address in links.values() if f"{NOTE}?" in address or address.endswith(NOTE))
    assert noted(read(client, path_of(permalink))) == names
    assert {row[0] for row in read_csv(client, f"{MARKET}eksport.csv{where}")[1:]} == names
    assert in_workbook(client, f"{MARKET}eksport.xlsx{where}") == names
    assert on_cards(client, f"{MARKET}kontakter.vcf{where}") == names
    content = read_json(client, f"{MARKET}eksport.json{where}")
    assert {company["name"] for company in content["companies"]} == names
    assert content["count"] == len(names)
    assert listed(client, content["source"]) == names
    facts = dict(read_workbook(client, f"{MARKET}eksport.xlsx{where}").worksheets[-1].iter_rows(values_only=True))
    assert listed(client, facts["Source"]) == names
    rows = read(client, f"{MARKET}kontakt/{where}").find_all("th", scope="row")
    assert {row.text for row in rows} == names


@needs_poppler
@pytest.mark.parametrize("slugs", [["boeg"], ["boeg", "agern"], ["hemmelig"]])
def test_the_pdf_of_the_note_is_about_them_too(market, client, slugs):
    page = read(client, NOTE + query(slugs, ()))
    link = next(
        link.attrs["href"]
        for link in page.find_all("a")
        if link.attrs.get("href", "").startswith(f"{MARKET}markedsnotat.pdf")
    )
    assert named_in(pdf_text(read_bytes(client, link))) == expected(slugs, ())


# Who has withdrawn -------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["", "loesninger/", "figurer/", "markedsnotat/", "liste/", "kontakt/", "sammenlign/"])
def test_every_page_says_when_a_vendor_of_the_address_withdrew(market, client, path):
    assert notice_texts(read(client, f"{MARKET}{path}?v=agern&v=boeg")) == [WITHDREW]
    assert notice_texts(read(client, f"{MARKET}{path}?v=agern&v=hemmelig")) == ["We do not know a company “hemmelig”."]


@pytest.mark.parametrize("path", ["markedsnotat.docx", "liste.docx"])
def test_every_document_says_when_a_vendor_of_the_address_withdrew(market, client, path):
    assert WITHDREW in element_text(read_docx(client, f"{MARKET}{path}?v=agern&v=boeg").element.body)


def test_every_file_of_data_says_when_a_vendor_of_the_address_withdrew(market, client):
    where = "?v=agern&v=boeg"
    assert read_json(client, f"{MARKET}eksport.json{where}")["ignored"] == [WITHDREW]
    facts = dict(read_workbook(client, f"{MARKET}eksport.xlsx{where}").worksheets[-1].iter_rows(values_only=True))
    assert facts["Ignored"] == WITHDREW


def test_the_files_that_a_page_leads_to_know_of_the_withdrawal(market, client):
    page = read(client, f"{MARKET}liste/?v=agern&v=boeg")
    documents = [link.attrs["href"] for link in page.find_all("a") if ".docx" in link.attrs.get("href", "")]
    assert documents == [f"{MARKET}liste.docx?v=agern&v=boeg"]


@pytest.mark.parametrize("path", ["", "loesninger/", "figurer/"])
def test_the_database_is_asked_about_vendors_only_where_the_address_names_one_that_is_not_public(market, client, path):
    read(client, f"{MARKET}{path}?v=agern")
    usual = len(page_queries(client, f"{MARKET}{path}?v=agern&v=birk"))
    assert len(page_queries(client, f"{MARKET}{path}?v=agern&v=boeg&v=ask")) == usual + 1
