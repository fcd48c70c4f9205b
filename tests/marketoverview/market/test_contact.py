"""Contacting the companies of a selection alike: the page, the file of vCards, and the letter."""

import io

import docx
import pytest

from marketoverview.views.contact import MOST_ON_PAGE
from tests.builders import make_question, make_response, make_vendor
from tests.bulk import make_market
from tests.reading import MARKET, read, read_bytes
from tests.vcards import properties
from tests.word import element_text

CONTACT = f"{MARKET}kontakt/"


@pytest.fixture
def market(db):
    make_question("services", heading_en="Services")
    make_response(
        make_vendor("Ærø; Bøg, Co", slug="aeroe", website="https://aeroe.example/"),
        answers={"services": ["a"]},
        contact_function="Salg",
        contact_phone="+45 11 22 33 44",
    )
    make_response(
        "Birk",
        answers={"services": ["a"]},
        contact_name="Anna Hansen",
        contact_consent=True,
        contact_email="anna@birk.example",
        contact_phone="+45 55 66 77 88",
    )
    make_response("Ceder", answers={"services": ["b"]}, contact_email="ki@ceder.example")


def cards(client, query: str) -> list[dict[str, str]]:
    text = read_bytes(client, f"{MARKET}kontakter.vcf{query}").decode()
    pieces = text.split("END:VCARD\r\n")
    assert pieces.pop() == ""
    return [dict(properties(piece + "END:VCARD\r\n")) for piece in pieces]


# The page ---------------------------------------------------------------------------------------


def test_the_addresses_are_one_field_to_copy(market, client):
    page = read(client, CONTACT)
    field = page.find("textarea", id="addresses")
    assert field.text == "ki@ceder.example; ki@aeroe.example"
    assert "readonly" in field.attrs
    assert page.find("label").text == "2 e-mail addresses"
    assert "1 company has no shared address." in page.text
    names = [row.find("th").text for row in page.find("table", "contact-table").find("tbody").find_all("tr")]
    assert names == ["Birk", "Ceder", "Ærø; Bøg, Co"]


def test_the_page_is_about_the_selection_or_about_the_shortlist(market, client):
    assert "The contact points of: Companies that choose option a: 2." in read(client, f"{CONTACT}?services=a").text
    page = read(client, f"{CONTACT}?services=a&v=ceder")
    assert "The contact point of the company on your shortlist." in page.text
    assert page.find("textarea", id="addresses").text == "ki@ceder.example"
    files = [link.attrs["href"] for link in page.find_all("a")]
    for file in ("kontakter.vcf", "dialogbrev.docx", "eksport.xlsx"):
        assert f"{MARKET}{file}?services=a&v=ceder" in files


def test_equal_treatment_is_said_with_its_provisions_as_guidance(market, client):
    text = read(client, CONTACT).find("section", "contact-alike").text
    for words in ("Public Procurement Act, section 39", "section 2", "section 40", "guidance and no legal advice"):
        assert words in text
    danish = client.get("/markedsoverblik/kontakt/").content.decode()
    for words in ("udbudslovens § 39", "ligebehandling, gennemsigtighed og proportionalitet (§ 2)", "(§ 40)"):
        assert words in danish


def test_nobody_to_contact_is_a_page_too(market, client):
    for query in ("?v=nobody", "?q=findesikke"):
        page = read(client, CONTACT + query)
        assert "No company is chosen." in page.text
        assert not page.has("textarea")


def test_too_many_companies_are_asked_to_be_fewer(survey, client):
    make_market(MOST_ON_PAGE + 1)
    page = read(client, CONTACT)
    assert f"The selection has {MOST_ON_PAGE + 1} companies." in page.text
    assert not page.has("textarea")
    assert len(cards(client, "")) == MOST_ON_PAGE + 1


# The file ---------------------------------------------------------------------------------------


def test_the_file_has_a_card_for_each_company_without_named_persons(market, client):
    birk, ceder, aeroe = cards(client, "")
    assert [card["FN"] for card in (birk, ceder, aeroe)] == ["Birk", "Ceder", "Ærø; Bøg, Co"]
    assert not {"EMAIL", "TEL"} & set(birk), "they may be the person's own"
    assert birk["N"] == "Birk;;;;"
    assert (aeroe["EMAIL"], aeroe["TEL"], aeroe["TITLE"]) == ("ki@aeroe.example", "+45 11 22 33 44", "Salg")
    assert aeroe["SOURCE"] == f"http://testserver{MARKET}virksomheder/aeroe/"
    assert {card["VERSION"] for card in (birk, ceder, aeroe)} == {"3.0"}


def test_the_file_is_about_the_shortlist(market, client):
    assert [card["FN"] for card in cards(client, "?services=a&v=ceder")] == ["Ceder"]
    assert [card["FN"] for card in cards(client, "?services=a")] == ["Birk", "Ærø; Bøg, Co"]
    assert cards(client, "?v=nobody") == []


def test_the_file_is_a_download_of_folded_lines(market, client):
    make_response(make_vendor("Å" * 60, slug="lang"))
    response = client.get(f"{MARKET}kontakter.vcf")
    content = response.getvalue()
    assert response["Content-Type"] == "text/vcard; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="markedsoverblik-kontakter.vcf"'
    assert content.count(b"\n") == content.count(b"\r\n")
    assert max(len(line) for line in content.split(b"\r\n")) <= 75


# The letter -------------------------------------------------------------------------------------


def letter_text(client, query: str) -> str:
    content = read_bytes(client, f"{MARKET}dialogbrev.docx{query}")
    return element_text(docx.Document(io.BytesIO(content)).element.body)


def test_the_letter_is_danish_and_asks_everybody_the_same(market, client):
    text = letter_text(client, "?v=birk")
    assert text == letter_text(client, "?v=ceder") == letter_text(client, "?v=ceder&v=birk")
    for words in ("Svar senest", "Samme frist for alle.", "udbudslovens §§ 2, 39 og 40", "KL har ikke vurderet dem"):
        assert words in text
    for name in ("Birk", "Ceder", "Ærø"):
        assert name not in text


def test_the_letter_says_by_which_criteria_the_companies_were_found(market, client):
    assert "blandt de virksomheder, der vælger svar a" in letter_text(client, "?services=a&v=birk")
    assert "blandt de virksomheder, der har svaret" in letter_text(client, "")


def test_the_letter_has_fields_and_rows_to_fill_in(market, client):
    document = docx.Document(io.BytesIO(read_bytes(client, f"{MARKET}dialogbrev.docx")))
    rows = document.tables[-1].rows
    assert [cell.text for cell in rows[0].cells] == ["Nr.", "Spørgsmål", "Svar"]
    assert [row.cells[0].text for row in rows[1:]] == [str(number) for number in range(1, 13)]
    assert sum(1 for _control in document.element.body.iter("{*}sdt")) >= 20
