"""The market note as Word and as PDF: the same words as on the page, addresses to copy, and pages that end where a part ends."""

import pytest

from marketoverview.models import Vendor
from tests.builders import make_question, make_response, make_vendor
from tests.bulk import make_market
from tests.office import convert, needs_office
from tests.pdf import metadata, needs_poppler, pdf_text
from tests.reading import MARKET, Element, read, read_bars, read_bytes, read_docx
from tests.word import element_text

NOTE = f"{MARKET}markedsnotat/"
DOCX, PDF = f"{MARKET}markedsnotat.docx", f"{MARKET}markedsnotat.pdf"
QUERY = "?q=data&services=advisory&services=legal-advisory&technologies=nlp"
PICKED = "?v=agern-demofirma&v=boegeskov-demofirma"


def vendor_sections(page: Element) -> list[Element]:
    return page.find_all("section", "note-vendor")


def letters(text: str) -> str:
    return "".join(text.split()).replace("-", "")


def page_texts(page: Element) -> list[str]:
    """The headings, terms, statements and table cells of the note on the page."""
    article = page.find("article", "market-note")
    tags = ("h1", "h2", "h3", "dt", "dd", "td", "p")
    elements = [element for tag in tags for element in article.find_all(tag)]
    return [element.text for element in elements if element.attrs.get("class") != "market-note-demo"]


@needs_poppler
@pytest.mark.parametrize("query", [QUERY, PICKED, "?q=findesikke", ""])
def test_page_word_and_pdf_say_the_same(query, demo, client):
    page = read(client, NOTE + query)
    word = letters(element_text(read_docx(client, DOCX + query).element.body))
    pdf = letters(pdf_text(read_bytes(client, PDF + query)))
    for text in page_texts(page):
        assert letters(text) in word
        assert letters(text) in pdf


@needs_poppler
def test_the_addresses_of_the_pdf_can_be_copied(demo, client):
    """Those of the profiles and of the note itself, whole where the ends of lines are joined."""
    page = read(client, NOTE + QUERY)
    addresses = [section.find("h3").find("a").attrs["href"] for section in vendor_sections(page)]
    addresses.append(page.find("footer", "market-note-foot").find("a").attrs["href"])
    assert len(addresses) > 3
    text = "".join(pdf_text(read_bytes(client, PDF + QUERY), raw=True).split())
    assert [address for address in addresses if address not in text] == []


@needs_poppler
def test_the_pdf_holds_every_vendor(survey, client):
    make_market(40)
    text = letters(pdf_text(read_bytes(client, PDF)))
    names = list(Vendor.objects.values_list("name", flat=True))
    assert len(names) == 40
    assert all(letters(name) in text for name in names)


@pytest.mark.parametrize(("path", "language"), [(PDF, "en-GB"), ("/markedsoverblik/markedsnotat.pdf", "da-DK")])
def test_the_pdf_is_for_everybody_and_for_the_archive(path, language, demo, client):
    response = client.get(path)
    content = response.getvalue()
    assert response["Content-Type"] == "application/pdf"
    facts = metadata(content)
    assert (facts["pdfaid:part"], facts["pdfaid:conformance"], facts["pdfuaid:part"]) == ("2", "A", "1")
    assert facts["dc:title"].startswith({"da-DK": "Markedsnotat", "en-GB": "Market note"}[language])
    assert facts["dc:language"] == language
    assert facts["dc:creator"] == "KL"
    assert client.get(path).getvalue() == content, "the same data give the same file all day"


def torn_apart(pages: list[str], note: Element) -> list[str]:
    """The companies whose profile is on another page than their name, and the figures whose parts are."""
    torn = []
    for section in vendor_sections(note):
        link = section.find("h3").find("a")
        page = next(page for page in pages if f"\n{link.text}\n" in f"\n{page}")
        torn += [link.text] if letters(link.attrs["href"]) not in letters(page) else []
    for section in note.find_all("section", "note-figure"):
        heading, caption = section.find("h3").text, section.find("p", "figure-caption").text
        page = next(page for page in map(letters, pages) if letters(heading) in page)
        rows = [bar.label for bar in read_bars(section)]
        torn += [heading] if not all(letters(text) in page for text in (*rows, caption)) else []
    return torn


@needs_poppler
def test_no_page_break_divides_a_company_or_a_figure_in_the_pdf(demo, client):
    pages = pdf_text(read_bytes(client, f"{PDF}?services=advisory")).split("\f")
    assert len(pages) > 6
    assert torn_apart(pages, read(client, f"{NOTE}?services=advisory")) == []


@needs_office
@needs_poppler
def test_no_page_break_divides_a_company_or_a_figure_in_the_word_file(demo, client, tmp_path):
    file = tmp_path / "note.docx"
    file.write_bytes(read_bytes(client, f"{DOCX}?services=advisory"))
    convert(file, "pdf:writer_pdf_Export")
    pages = pdf_text((tmp_path / "note.pdf").read_bytes()).split("\f")
    assert len(pages) > 6
    assert torn_apart(pages, read(client, f"{NOTE}?services=advisory")) == []


HOSTILE = ['#import "x": * #panic()', "$x$ \\ *_`<a>@b", "=1+1", "w" * 100, "æøå 🙂 <script>&amp;", "{{ 7*7 }} {% x %}"]


@needs_poppler
@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_a_vendor_wrote_comes_out_as_written(text, db, client):
    make_question("tools", ["saw", "other"], matrix_axis="row")
    make_response(
        make_vendor(text, slug="agern"),
        answers={"tools": ["other"]},
        own_words={"tools": text},
        description=text,
        contact_function=text,
    )
    query = "?tools=other"
    shown = letters(text.replace("🙂", "◊"))
    assert letters(pdf_text(read_bytes(client, PDF + query))).count(shown) == 4
    word = letters(element_text(read_docx(client, DOCX + query).element.body))
    assert word.count(letters(text)) == 4
    assert letters(read(client, NOTE + query).find("article", "market-note").text).count(letters(text)) == 4
