"""The market note: a selection as a page for the case file."""

import pytest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import override
from hypothesis import given
from hypothesis import settings as hypothesis_settings

from tests.builders import make_response, make_vendor
from tests.bulk import make_market
from tests.reading import (
    MARKET,
    definitions,
    figure_section,
    notice_texts,
    read,
    read_bars,
    results_heading,
    vendor_names,
)
from tests.selections import SURVEY, count_by_sql, query_string, selections

NOTE = f"{MARKET}markedsnotat/"
QUERY = "?q=data&services=advisory&services=legal-advisory&technologies=nlp"


def table_vendors(page) -> list[str]:
    heads = (
        page.find("table", "sheet-vendors").find("tbody").find_all("th") if page.has("table", "sheet-vendors") else []
    )
    return [head.find_all("a")[0].text for head in heads]


def test_says_the_selection_its_criteria_and_its_dates(demo, client):
    page = read(client, f"{NOTE}{QUERY}")
    assert page.find("h1").text == results_heading(read(client, f"{MARKET}{QUERY}"))
    criteria = definitions(page.find("dl", "sheet-criteria"))
    assert criteria["Free text"] == "data"
    assert criteria["Services and products"].endswith(" or Legal advice on artificial intelligence")
    assert criteria["Technologies"].startswith("Natural language processing")
    facts = definitions(page.find("dl", "sheet-facts"))
    with override("en"):
        assert facts["Made"] == date_format(timezone.localdate(), "DATE_FORMAT")
    assert facts["Data of"] == "20 November 2026"
    assert facts["Companies"] == f"{len(table_vendors(page))} of 35"


@hypothesis_settings(max_examples=6)
@given(selection=selections)
def test_holds_the_vendors_of_the_selection(demo, client, selection):
    page = read(client, f"{NOTE}{query_string(selection)}")
    assert len(table_vendors(page)) == count_by_sql(selection)
    listed = vendor_names(read(client, f"{MARKET}{query_string(selection)}"))
    assert [name.removesuffix(" (demofirma)") for name in table_vendors(page)][:25] == listed


def test_holds_all_vendors_not_one_page_of_them(survey, client):
    make_market(60)
    assert len(table_vendors(read(client, f"{NOTE}?page=2"))) == 60


@pytest.mark.parametrize(
    "selection", [{}, {"technologies": ["nlp"]}, {"services": ["advisory"], "company-size": ["1-9"]}]
)
def test_its_figures_count_its_vendors(selection, demo, client):
    page = read(client, f"{NOTE}{query_string(selection)}")
    for code in SURVEY:
        counts = [count_by_sql(selection, (code, option)) for option in SURVEY[code]]
        bar_counts = [bar.count for bar in read_bars(figure_section(page, code))]
        assert sorted(bar_counts) == sorted(counts), code


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
    page = read(client, NOTE)
    cells = [cell.text for cell in page.find("table", "sheet-vendors").find("tbody").find_all("td")]
    assert cells == [f"Salg {website}", "Salg post@birk.example 55 66 77 88"]


def test_a_vendor_without_contact_reads_not_stated(db, client):
    response = make_response("Agern")
    type(response).objects.update(contact_email="")
    assert read(client, NOTE).find("table", "sheet-vendors").find("td").text == "Not stated"


def test_says_the_method_and_that_nobody_is_recommended(demo, client):
    text = read(client, NOTE).find("article", "sheet").text
    assert "recommends nobody" in text
    assert "at least one of the chosen answers; between questions it must meet all" in text
    assert "does not replace the municipality's own assessment or the rules on public procurement" in text


@pytest.mark.parametrize("sort", ["", "&sort=rotation", "&sort=confirmed"])
def test_the_vendors_stand_in_the_order_that_the_note_names(sort, survey, client):
    """“The companies stand in alphabetical order”, whatever the address says."""
    make_market(20)
    page = read(client, f"{NOTE}?services=implementation{sort}")
    assert "alphabetical order" in page.text
    assert table_vendors(page) == sorted(table_vendors(page))


def test_its_address_leads_to_the_same_selection(demo, client):
    page = read(client, f"{NOTE}?technologies=nlp&services=advisory&page=3&v=agern-demofirma&unknown=1")
    link = page.find("footer", "sheet-foot").find("a")
    assert link.attrs["href"] == link.text == f"http://testserver{NOTE}?services=advisory&technologies=nlp"
    assert table_vendors(read(client, link.attrs["href"].removeprefix("http://testserver"))) == table_vendors(page)


def test_what_was_ignored_is_named(demo, client):
    page = read(client, f"{NOTE}?services=nonsense&unknown=1")
    assert len(notice_texts(page)) == 2
    assert "nonsense" in notice_texts(page)[0]


def test_demonstration_data_are_not_for_a_case(demo, client):
    assert "Not for use in a case." in read(client, NOTE).text


def test_a_note_on_real_data_is_for_use_in_a_case(db, client):
    make_response("Agern")
    assert "Not for use in a case." not in read(client, NOTE).text


def test_all_vendors_without_criteria(db, client):
    make_response("Agern")
    page = read(client, NOTE)
    assert "None. All companies in the market overview." in page.text
    assert table_vendors(page) == ["Agern"]


def test_a_selection_without_a_company_says_so(demo, client):
    page = read(client, f"{NOTE}?q=findesikke")
    assert table_vendors(page) == []
    assert "No company matches all of the criteria at once." in page.text


def test_the_print_button_waits_for_its_script(demo, client):
    assert "hidden" in read(client, NOTE).find("button", type="button").attrs
