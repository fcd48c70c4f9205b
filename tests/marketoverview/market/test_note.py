"""The market note: a selection or a shortlist for the case file, as a page, as Word and as PDF."""

import pytest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import override
from hypothesis import given
from hypothesis import settings as hypothesis_settings

from marketoverview.models import Option, Response, market_version
from tests.builders import make_question, make_response, make_vendor
from tests.bulk import make_market
from tests.reading import (
    MARKET,
    Element,
    definitions,
    figure_section,
    notice_texts,
    read,
    read_bars,
    read_docx,
    results_heading,
    vendor_names,
)
from tests.selections import SURVEY, count_by_sql, query_string, selections
from tests.word import element_text

pytestmark = pytest.mark.any_database

NOTE = f"{MARKET}markedsnotat/"
DOCX, PDF = f"{MARKET}markedsnotat.docx", f"{MARKET}markedsnotat.pdf"
QUERY = "?q=data&services=advisory&services=legal-advisory&technologies=nlp"
PICKED = "?v=agern-demofirma&v=boegeskov-demofirma"


def vendor_sections(page: Element) -> list[Element]:
    return page.find_all("section", "note-vendor")


def noted_vendors(page: Element) -> list[str]:
    return [section.find("h3").text for section in vendor_sections(page)]


def summary(page: Element) -> dict[str, str]:
    return definitions(page.find("section", "market-note-summary"))


# What it says ---------------------------------------------------------------------------------------


def test_says_the_selection_its_criteria_and_its_dates(demo, client):
    page = read(client, f"{NOTE}{QUERY}")
    assert page.find("article", "market-note").find("p", "lead").text == results_heading(read(client, MARKET + QUERY))
    criteria = definitions(page.find("dl", "market-note-criteria"))
    assert criteria["Free text"] == "data"
    assert criteria["Services and products"].endswith(" or Legal advice on artificial intelligence")
    assert criteria["Technologies"].startswith("Natural language processing")
    facts = definitions(page.find("dl", "market-note-facts"))
    with override("en"):
        assert facts["Made on"] == date_format(timezone.localdate(), "DATE_FORMAT")
    assert facts["Data as of"] == "20 November 2026"
    assert facts["Companies"] == f"{len(noted_vendors(page))} of 35 in the market overview"


@hypothesis_settings(max_examples=6)
@given(selection=selections)
def test_holds_the_vendors_of_the_selection(demo, client, selection):
    page = read(client, f"{NOTE}{query_string(selection)}")
    assert len(noted_vendors(page)) == count_by_sql(selection)
    listed = vendor_names(read(client, f"{MARKET}{query_string(selection)}"))
    assert [name.removesuffix(" (demofirma)") for name in noted_vendors(page)][:25] == listed


@pytest.mark.parametrize(
    "selection", [{}, {"technologies": ["nlp"]}, {"services": ["advisory"], "company-size": ["1-9"]}]
)
def test_its_figures_count_its_vendors(selection, demo, client):
    page = read(client, f"{NOTE}{query_string(selection)}")
    for code in SURVEY:
        counts = {count_by_sql(selection, (code, option)) for option in SURVEY[code]}
        assert {bar.count for bar in read_bars(figure_section(page, code))} == counts, code


@pytest.mark.parametrize("sort", ["", "&sort=rotation", "&sort=confirmed"])
def test_the_vendors_stand_in_the_order_that_the_note_names(sort, survey, client):
    """“The companies stand in alphabetical order”, whatever the address says."""
    make_market(20)
    page = read(client, f"{NOTE}?services=implementation{sort}")
    assert "alphabetical order" in page.text
    assert noted_vendors(page) == sorted(noted_vendors(page))


def test_says_the_method_and_that_nobody_is_recommended(demo, client):
    text = read(client, NOTE).find("article", "market-note").text
    assert "recommends nobody" in text
    assert "at least one of the chosen answers; between questions it must meet all" in text
    assert "does not replace the municipality's own assessment or the rules on public procurement" in text


def test_its_address_leads_to_the_same_selection(demo, client):
    page = read(client, f"{NOTE}?technologies=nlp&services=advisory&page=3&unknown=1")
    link = page.find("footer", "market-note-foot").find("a")
    assert link.attrs["href"] == link.text == f"http://testserver{NOTE}?services=advisory&technologies=nlp"
    assert noted_vendors(read(client, link.attrs["href"].removeprefix("http://testserver"))) == noted_vendors(page)


def test_what_was_ignored_is_named(demo, client):
    page = read(client, f"{NOTE}?services=nonsense&unknown=1")
    assert len(notice_texts(page)) == 2
    assert "nonsense" in notice_texts(page)[0]
    text = element_text(read_docx(client, f"{DOCX}?services=nonsense&unknown=1").element.body)
    assert text.count("The address held something that we do not know. It was ignored.") == 1
    assert "nonsense" not in text


def test_demonstration_data_are_not_for_a_case(demo, client):
    assert "Not for use in a case." in read(client, NOTE).text


def test_a_note_on_real_data_is_for_use_in_a_case(db, client):
    make_response("Agern")
    assert "Not for use in a case." not in read(client, NOTE).text


def test_a_selection_without_a_company_says_so(demo, client):
    page = read(client, f"{NOTE}?q=findesikke")
    assert noted_vendors(page) == []
    assert summary(page) == {"Companies": "No company matches all of the criteria at once."}


def test_the_print_button_waits_for_its_script(demo, client):
    button = read(client, NOTE).find("button", type="button")
    assert button.text == "Print"
    waiting = read(client, NOTE).find("ul", "market-note-files").find_all("li")[-1]
    assert "hidden" in waiting.attrs


# Summary --------------------------------------------------------------------------------------------


@pytest.fixture
def small_market(db):
    """Three vendors on questions of the matrix' axes, and codes that are no others' in the product."""
    make_question("tools", ["saw", "axe", "drill", "other"], matrix_axis="row", heading_en="Tools", is_searchable=True)
    make_question("places", ["wood", "shed"], matrix_axis="column", heading_en="Places", is_searchable=True)
    make_question("worries", ["rain", "frost"], heading_en="Worries")
    stages = [{"title": "x", "stage": "pilot"}, {"title": "y", "stage": "operation"}, {"title": "z"}]
    make_response("Agern", answers={"tools": ["saw", "axe"], "places": ["wood"]}, offerings=stages)
    make_response("Birk", answers={"tools": ["saw", "axe"], "worries": ["rain"]}, offerings=stages[:1])
    make_response("Ceder", answers={"tools": ["saw", "other"]})


def test_the_commonest_the_stage_and_what_nobody_offers_come_first(small_market, client):
    assert summary(read(client, NOTE)) == {
        "Companies": "All 3 companies of the market overview.",
        "Tools": "Most frequent: Option saw (3 of 3 companies). Stated by none: Option drill.",
        "Places": "1 of 3 companies has answered. Stated: Option wood. Stated by none: Option shed.",
        "The examples' stage": "Most frequent: Pilot (2 of 3 examples that state it).",
    }


def test_criteria_are_no_finding_and_ties_are_named(small_market, client):
    """All of the selection meet the criteria; of the rest two options are level."""
    found = summary(read(client, f"{NOTE}?tools=saw"))
    assert found["Companies"] == "3 of the market overview's 3 companies meet all of the criteria."
    assert found["Tools"].startswith("Most frequent beside the criteria: Option axe (2 of 3 companies).")
    tied = summary(read(client, f"{NOTE}?places=wood"))
    assert tied["Tools"] == "Stated: Option saw and Option axe. Stated by none: Option drill."
    assert tied["The examples' stage"] == (
        "Most frequent: Pilot and In operation (1 each of 2 examples that state it)."
    )
    assert summary(read(client, f"{NOTE}?v=agern&v=birk"))["Tools"] == (
        "Most frequent: Option saw and Option axe (2 of 2 companies each). Stated by none: Option drill."
    )


def test_what_nobody_was_asked_or_nobody_answered_is_missed_by_nobody(small_market, client):
    lines = summary(read(client, f"{NOTE}?v=birk&v=ceder"))
    assert "Stated by none" not in lines["Places"]
    assert lines["Places"] == "No company has answered."


def test_a_summary_has_no_share_of_small_numbers(demo, client):
    assert "%" not in read(client, f"{NOTE}?services=advisory").find("section", "market-note-summary").text


def test_a_retired_option_is_missed_by_nobody(small_market, client):
    """Those who have chosen it are counted; of the others nobody was asked."""
    query = "?v=ceder"
    assert "Option axe" in summary(read(client, NOTE + query))["Tools"]
    Option.objects.get(code="axe").retire()
    market_version.bump()
    assert summary(read(client, NOTE + query))["Tools"] == "Stated: Option saw. Stated by none: Option drill."
    assert "Option saw and Option axe" in summary(read(client, f"{NOTE}?v=agern&v=birk"))["Tools"]


# One vendor -----------------------------------------------------------------------------------------


def test_a_vendor_stands_with_the_answers_that_matched(demo, client):
    for section in vendor_sections(read(client, f"{NOTE}?services=advisory&services=legal-advisory&technologies=nlp")):
        answers = definitions(section.find("dl"))
        assert answers["Technologies"] == "Language technology (NLP)"
        assert set(answers["Services and products"].split("; ")) <= {"Advice", "Legal advice"}


def test_a_picked_vendor_that_does_not_meet_the_criteria_says_so(small_market, client):
    page = read(client, f"{NOTE}?v=agern&v=ceder&places=wood&tools=axe")
    agern, ceder = (definitions(section.find("dl")) for section in vendor_sections(page))
    assert (agern["Tools"], agern["Places"]) == ("Option axe", "Option wood")
    assert (ceder["Tools"], ceder["Places"]) == ("None of the chosen answers", "Not stated")
    assert summary(page)["Companies"] == (
        "2 companies, picked one by one out of the 3 of the market overview. "
        "Meeting all of the criteria: 1 of them, and 1 in the whole market overview."
    )
    assert page.find("p", "lead").text == "2 picked companies"


def test_a_vendor_stands_with_the_words_that_were_found(small_market, client):
    make_response("Dunhammer", description="Vi fælder træer med varsomhed.")
    (dunhammer,) = vendor_sections(read(client, f"{NOTE}?q=varsomhed"))
    assert definitions(dunhammer.find("dl"))["In the description"] == "“Vi fælder træer med varsomhed.”"
    (agern,) = vendor_sections(read(client, f"{NOTE}?q=varsomhed&v=agern"))
    assert definitions(agern.find("dl"))["Free text"] == "Not found in the answers"


def test_the_method_says_whose_words_the_free_text_is_found_in(small_market, client):
    sentence = "“KL's search word” are KL's, not the company's"
    assert sentence in read(client, f"{NOTE}?q=varsomhed").text
    assert sentence in element_text(read_docx(client, f"{DOCX}?q=varsomhed").element.body)
    assert sentence not in read(client, f"{NOTE}?tools=saw").text


def test_without_criteria_a_vendor_stands_with_what_sums_it_up(db, client):
    make_question("tools", ["saw", "axe"], heading_en="Tools", in_summary=True)
    make_response("Agern", answers={"tools": ["axe"]})
    (section,) = vendor_sections(read(client, NOTE))
    assert definitions(section.find("dl"))["Tools"] == "Option axe"


def test_names_contact_points_and_no_person(db, client):
    """Of a named person neither the name nor what leads to it; the shared mailbox of the other vendor, yes."""
    website = "https://agern.example/"
    make_response(
        make_vendor("Agern", website=website),
        contact_function="Salg",
        contact_phone="11 22 33 44",
        contact_name="Anna Hansen",
        contact_consent=True,
        contact_email="anna@agern.example",
    )
    make_response("Birk", contact_email="post@birk.example", contact_phone="55 66 77 88", contact_function="Salg")
    contacts = [definitions(section.find("dl"))["Contact"] for section in vendor_sections(read(client, NOTE))]
    assert contacts == [f"Salg {website}", "Salg post@birk.example 55 66 77 88"]


def test_a_vendor_without_contact_reads_not_stated(db, client):
    make_response("Agern")
    Response.objects.update(contact_email="")
    (section,) = vendor_sections(read(client, NOTE))
    assert definitions(section.find("dl"))["Contact"] == "Not stated"


# Shortlist ------------------------------------------------------------------------------------------


def test_a_shortlist_is_the_note(demo, client):
    page = read(client, f"{NOTE}{PICKED}&technologies=nlp")
    assert noted_vendors(page) == ["Agern (demofirma)", "Bøgeskov (demofirma)"]
    assert "picked one by one by whoever made the note" in page.text
    link = page.find("footer", "market-note-foot").find("a").attrs["href"]
    assert link == f"http://testserver{NOTE}?technologies=nlp&v=agern-demofirma&v=boegeskov-demofirma"


def test_a_shortlist_says_out_of_how_many_it_was_picked(demo, client):
    (first, *_others) = vendor_sections(read(client, f"{NOTE}?technologies=nlp"))
    slug = first.find("h3").find("a").attrs["href"].rstrip("/").rpartition("/")[2]
    lead = read(client, f"{NOTE}?technologies=nlp&v={slug}").find("p", "lead").text
    assert lead == "1 company picked out of the 19 that work with language technology (NLP)"


def test_a_shortlist_of_nobody_that_is_public_says_so(demo, client):
    page = read(client, f"{NOTE}?v=nobody")
    assert noted_vendors(page) == []
    assert summary(page)["Companies"] == "None of the picked companies is in the market overview any more."
