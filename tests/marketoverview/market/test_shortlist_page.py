"""The page of the shortlist and its Word document: who is on it, who has left, and what can be done with it."""

import io
from datetime import date, datetime, time

import docx
import pytest
from django.utils import timezone

from marketoverview.market.selection import MAX_COMPARED, MAX_SHORTLISTED
from marketoverview.models import Response, Vendor, market_version
from tests.builders import make_question, make_response, make_vendor
from tests.bulk import make_market
from tests.office import convert, needs_office
from tests.reading import MARKET, notice_texts, page_queries, read, read_bytes
from tests.word import element_text

pytestmark = pytest.mark.any_database

LIST = f"{MARKET}liste/"


@pytest.fixture
def market(db):
    make_question("services", heading_en="Services")
    make_question("size", kind="single", heading_en="Size")
    make_response(
        make_vendor("Birk", website="https://www.birk.example/"),
        answers={"services": ["a", "other"], "size": ["s"]},
        own_words={"services": "Kurser"},
        description="Vi laver <b>noget</b>.",
        contact_function="Salg",
    )
    make_response("Agern", answers={"services": ["a"]}, contact_name="Anna Hansen", contact_consent=True)
    make_response("Åkande", answers={"services": ["b"]})


def vendors(page) -> list[str]:
    return [heading.text for heading in page.find("ul", "shortlist").find_all("h3")]


def links(page) -> dict[str, str]:
    """Text to address of the links in the main part."""
    return {link.text: link.attrs["href"] for link in page.find("main").find_all("a")}


def document_text(content: bytes) -> str:
    """All text of a Word file's body."""
    return element_text(docx.Document(io.BytesIO(content)).element.body)


def withdraw(slug: str, day: date | None = None) -> None:
    response = Response.objects.get(vendor__slug=slug)
    response.withdraw(None, "Ønsket af virksomheden.")
    if day:
        closed_at = timezone.make_aware(datetime.combine(day, time(12)))
        Response.objects.filter(pk=response.pk).update(closed_at=closed_at)
        market_version.bump()


# The list ---------------------------------------------------------------------------------------


def test_the_picked_companies_stand_from_a_to_aa_with_their_answers(market, client):
    page = read(client, f"{LIST}?v=akande&v=birk&v=agern")
    assert vendors(page) == ["Agern", "Birk", "Åkande"]
    birk = page.find("ul", "shortlist").find_all("li")[1].text
    for text in ("Vi laver <b>noget</b>.", "Services Option a, Option other: “Kurser”", "Size Option s"):
        assert text in birk
    assert "Contact point Salg, ki@birk.example" in birk
    assert "Size Not stated" in page.find("ul", "shortlist").find_all("li")[0].text


def test_no_named_person_stands_on_the_list_or_in_its_document(market, client):
    for path in (f"{LIST}?v=agern&v=birk", f"{MARKET}sammenlign/?v=agern&v=birk", f"{MARKET}kontakt/?v=agern&v=birk"):
        text = read(client, path).text
        assert "Anna" not in text
        assert "ki@agern.example" not in text, "the address may be the person's own"
    assert "Anna" not in document_text(read_bytes(client, f"{MARKET}liste.docx?v=agern"))


def test_each_company_can_be_taken_off(market, client):
    page = read(client, f"{LIST}?services=a&v=agern&v=birk")
    removals = [row.find_all("a")[-1] for row in page.find_all("div", "shortlist-vendor-actions")]
    assert [link.attrs["href"] for link in removals] == [f"{LIST}?services=a&v=birk", f"{LIST}?services=a&v=agern"]


def test_everything_that_can_be_done_keeps_the_list_and_the_criteria(market, client):
    query = "?services=a&v=agern&v=birk"
    found = links(read(client, LIST + query))
    assert found["Compare side by side"] == f"{MARKET}sammenlign/{query}"
    assert found["Contact them alike"] == f"{MARKET}kontakt/{query}"
    assert found["Market note"] == f"{MARKET}markedsnotat/{query}"
    assert found["Word document with room for reasons"] == f"{MARKET}liste.docx{query}"
    assert found["Contact cards (vCard)"] == f"{MARKET}kontakter.vcf{query}"
    assert found["Excel"] == f"{MARKET}eksport.xlsx{query}"
    assert found["Add more from the directory"] == MARKET + query
    assert found["Empty the list"] == f"{LIST}?services=a"
    for address in (f"{MARKET}sammenlign/{query}", f"{MARKET}kontakt/{query}", MARKET + query):
        assert LIST + query in [link.attrs["href"] for link in read(client, address).find_all("a")]


def test_the_link_to_copy_is_the_lists_own(market, client):
    page = read(client, f"{LIST}?v=birk&v=agern&sort=rotation&page=3")
    assert page.find("input", id="permalink").attrs["value"] == f"http://testserver{LIST}?v=agern&v=birk"
    assert "readonly" in page.find("input", id="permalink").attrs


def test_the_criteria_say_among_whom_the_companies_were_picked(market, client):
    page = read(client, f"{LIST}?services=a&v=agern")
    assert "Picked among the 2 companies found by these criteria: companies that choose option a." in page.text
    assert "Picked among" not in read(client, f"{LIST}?v=akande").text


def test_an_empty_list_says_how_it_is_filled(market, client):
    page = read(client, LIST)
    assert "There is no company on the list." in page.text
    assert "There is room for 30." in page.text
    assert links(page)["Go to the directory"] == MARKET
    assert not page.has("input", id="permalink")


def test_of_more_than_six_companies_six_are_ticked_to_be_compared(survey, client):
    make_market(MAX_COMPARED + 2)
    slugs = [f"firma-{number:04}" for number in range(MAX_COMPARED + 2)]
    query = "&".join(f"v={slug}" for slug in slugs)
    page = read(client, f"{LIST}?services=implementation&{query}")
    form = page.find("main").find("form")
    assert form.attrs["action"] == f"{MARKET}sammenlign/"
    assert (form.attrs["data-most"], form.attrs["data-counts"]) == ("6", "compare")
    boxes = [field.attrs["value"] for field in form.find_all("input", type="checkbox")]
    assert boxes == slugs
    hidden = [(field.attrs["name"], field.attrs["value"]) for field in form.find_all("input", type="hidden")]
    assert hidden == [("services", "implementation"), *(("v", slug) for slug in slugs)]
    assert "Compare side by side" not in links(page)


# Who has left, and who never was there ------------------------------------------------------------


def test_a_company_that_has_withdrawn_is_named_with_its_date(market, client):
    withdraw("birk", date(2026, 3, 4))
    for path in (LIST, f"{MARKET}sammenlign/", f"{MARKET}kontakt/"):
        page = read(client, f"{path}?v=agern&v=birk&v=akande")
        assert notice_texts(page) == [
            "Birk is not in the overview any more: the profile was withdrawn on 4 March 2026."
        ], path
        assert "Agern" in page.text


def test_a_company_that_was_never_public_is_not_named(market, client):
    make_response(make_vendor("Hemmelig Fabrik", slug="hemmelig"), "submitted")
    page = read(client, f"{LIST}?v=agern&v=hemmelig")
    assert notice_texts(page) == ["We do not know a company “hemmelig”."]
    assert "Fabrik" not in page.text


def test_a_company_that_was_erased_is_unknown(market, client):
    withdraw("birk")
    assert "Birk is not" in read(client, f"{LIST}?v=agern&v=birk").text
    Vendor.delete_for_good(Vendor.objects.filter(slug="birk"))
    market_version.bump()
    assert notice_texts(read(client, f"{LIST}?v=agern&v=birk")) == ["We do not know a company “birk”."]


def test_the_database_is_asked_about_the_absent_only_where_there_are_any(market, client):
    read(client, f"{LIST}?v=agern")
    without = page_queries(client, f"{LIST}?v=agern&v=birk")
    with_absent = page_queries(client, f"{LIST}?v=agern&v=birk&v=nobody&v=nobody-else")
    assert len(with_absent) == len(without) + 1


@pytest.mark.parametrize(
    "path", ["liste/", "liste.docx", "sammenlign/", "kontakt/", "kontakter.vcf", "dialogbrev.docx", ""]
)
@pytest.mark.parametrize(
    "query",
    [
        "&".join(f"v=x{number}" for number in range(3000)),
        "v=" + "a" * 7000,
        "v=%00&v=%F0%9F%99%82&v=%E2%80%AE&v=../../etc&v=<script>alert(1)</script>",
        "v=%FF%FE&v=&v=%0D%0ASet-Cookie:x",
        "compare=agern&only=everything&compare=%00",
    ],
    ids=["thousands", "long", "odd", "no text", "parameters"],
)
def test_whatever_the_address_holds_a_page_is_shown(path, query, market, client):
    response = client.get(f"{MARKET}{path}?v=agern&{query}")
    content = response.getvalue()
    assert response.status_code == 200
    assert b"<script>alert" not in content
    assert not response.cookies


def test_thousands_of_companies_in_the_address_are_thirty_on_the_list(survey, client):
    make_market(MAX_SHORTLISTED + 5)
    query = "&".join(f"v=firma-{number:04}" for number in range(MAX_SHORTLISTED + 5))
    page = read(client, f"{LIST}?{query}")
    assert len(vendors(page)) == MAX_SHORTLISTED
    assert notice_texts(page) == ["A shortlist holds up to 30 companies. The rest were left out."]


# The document -------------------------------------------------------------------------------------


def test_the_document_has_room_for_the_reasons(market, client):
    content = read_bytes(client, f"{MARKET}liste.docx?services=a&v=birk&v=agern")
    picked, considered = docx.Document(io.BytesIO(content)).tables[-2:]
    assert [cell.text for cell in picked.rows[0].cells] == ["Company", "What it has stated", "Contact point", "Reason"]
    assert [row.cells[0].text for row in picked.rows[1:]] == ["Agern", "Birk"]
    assert "Services: Option a, Option other: “Kurser”" in picked.rows[2].cells[1].text
    assert "Size: Not stated" in picked.rows[1].cells[1].text
    assert [cell.text for cell in considered.rows[0].cells] == ["Company", "Reason", "Date"]
    assert len(considered.rows) == 7
    text = document_text(content)
    assert "Picked among the 2 companies" in text
    assert f"http://testserver{LIST}?services=a&v=agern&v=birk" in text
    assert "recommends nobody" in text
    assert text.count("Write the reason") == 2


def test_the_danish_document_is_danish(market, client):
    text = document_text(read_bytes(client, "/markedsoverblik/liste.docx?v=agern"))
    for words in (
        "Begrundelse",
        "Overvejet og fravalgt",
        "Skriv begrundelsen",
        "Ingen: Virksomhederne er valgt enkeltvis",
    ):
        assert words in text


@needs_office
def test_office_opens_the_document(market, client, tmp_path):
    file = tmp_path / "liste.docx"
    file.write_bytes(read_bytes(client, f"{MARKET}liste.docx?v=birk&v=agern&v=akande"))
    convert(file, "txt:Text (encoded):UTF8")
    text = (tmp_path / "liste.txt").read_text("utf-8")
    assert "Considered and left out" in text
    assert "Åkande" in text
