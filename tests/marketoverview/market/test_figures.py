"""The figures: the published numbers, and each bar exactly the list behind it."""

import re
import struct
import xml.etree.ElementTree as ET
from datetime import date

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from kl_ai.export.bars import MUTED_BAR
from marketoverview.market.figures import figures_of_vendors, share_text
from marketoverview.market.snapshot import snapshots
from marketoverview.models import Option, market_version
from tests.builders import make_option, make_question, make_response
from tests.reading import (
    MARKET,
    all_pages,
    definitions,
    figure_section,
    read,
    read_bars,
    read_bytes,
    read_csv,
    read_json,
    read_workbook,
    result_count,
    results_heading,
    vendor_slugs,
)
from tests.selections import SURVEY, count_by_sql, query_string, selections, words

FIGURES = f"{MARKET}figurer/"

# KL's published counts (programme for the municipalities' work with artificial intelligence), highest first.
PUBLISHED = {
    "services": {
        "Implementering af konkrete løsninger": 30,
        "Udvikling af løsninger (fx træning af algoritmer)": 25,
        "Rådgivning om anskaffelse, anvendelse og udvikling af løsninger baseret på kunstig intelligens": 23,
        "Andet": 18,
        "Juridisk rådgivning ift. kunstig intelligens": 1,
    },
    "technologies": {
        "Forudsigelse – udlede konklusioner og foreslå beslutninger baseret på information": 27,
        "Repræsentation af information – sortering og kategorisering af information": 23,
        "Natural Language Processing – udlede mening fra sprog og generere meningsfulde sætninger": 19,
        "Planlægning – planlægning af en sekvens af handlinger for at nå et givent mål": 18,
        "Objektgenkendelse – genkendelse af objekter på billeder og video": 14,
        "Andet": 14,
        "Talegenkendelse og syntese – omsætte lyde til ord og omvendt": 10,
    },
    "business-areas": {
        "Administration": 23,
        "Sagsbehandling": 22,
        "Teknik og miljø": 21,
        "Sundhed": 20,
        "Finans og forsikring": 15,
        "Socialområdet": 13,
        "Beskæftigelse": 13,
        "Børne- og ungeområdet": 12,
        "Andet": 8,
        "Indkøb": 1,
    },
}
BY_CODE = {
    "services": {"implementation": 30, "development": 25, "advisory": 23, "other": 18, "legal-advisory": 1},
    "technologies": {
        "prediction": 27, "representation": 23, "nlp": 19, "planning": 18, "object-recognition": 14, "other": 14,
        "speech": 10,
    },
    "business-areas": {
        "administration": 23, "casework": 22, "technical-environment": 21, "health": 20, "finance-insurance": 15,
        "social": 13, "employment": 13, "children-youth": 12, "other": 8, "procurement": 1,
    },
}  # fmt: skip
NUMBERS = {"services": 1, "technologies": 3, "business-areas": 4}


def in_figure_order(numbers: dict[str, int]) -> list[int]:
    """The published counts as bars show them: the highest first, “Andet” last."""
    return [*(count for label, count in numbers.items() if label != "Andet"), numbers["Andet"]]


# The published numbers ----------------------------------------------------------------------------


@pytest.mark.parametrize("code", PUBLISHED)
def test_the_page_shows_the_published_numbers(code, demo, client):
    page = read(client, f"/markedsoverblik/figurer/{code}/")
    assert [bar.count for bar in read_bars(page)] == in_figure_order(PUBLISHED[code])
    wordings = [item.text for item in page.find("details", "figure-wording").find_all("li")]
    assert dict(zip(wordings, in_figure_order(PUBLISHED[code]), strict=True)) == PUBLISHED[code]
    assert f"Figur {NUMBERS[code]}" in page.find("h1").text or f"Figure {NUMBERS[code]}" in page.find("h1").text


@pytest.mark.parametrize("language", ["", "/en"])
def test_the_overview_shows_the_same_numbers_in_the_order_of_the_figures(language, demo, client):
    page = read(client, f"{language}/markedsoverblik/figurer/")
    for code, numbers in BY_CODE.items():
        bars = read_bars(figure_section(page, code))
        assert sorted(bar.count for bar in bars) == sorted(numbers.values())
    order = [part.attrs["aria-labelledby"] for part in page.find_all("section", "figure-section")]
    assert order[:3] == ["figure-services", "figure-technologies", "figure-business-areas"]
    assert len(order) == len(SURVEY)


@pytest.mark.parametrize("code", PUBLISHED)
def test_the_svg_shows_the_published_numbers(code, demo, client):
    svg = ET.fromstring(read_bytes(client, f"/markedsoverblik/figurer/{code}.svg"))
    texts = [text.strip() for text in svg.itertext() if text.strip()]
    counts = [int(text) for text in texts if re.fullmatch(r"\d{1,2}", text)]
    assert counts == in_figure_order(PUBLISHED[code])
    for option in Option.objects.filter(question__code=code):
        numbers = f"{option.short_da or option.label_da}: {BY_CODE[code][option.code]}"
        assert numbers in " ".join(texts)  # for those who cannot see it


@pytest.mark.parametrize("code", PUBLISHED)
def test_the_csv_holds_the_published_numbers(code, demo, client):
    _headings, *rows = read_csv(client, f"/markedsoverblik/figurer/{code}.csv")
    assert {row[0]: int(row[2]) for row in rows} == PUBLISHED[code]
    assert {row[1]: int(row[2]) for row in rows} == BY_CODE[code]
    assert all(re.fullmatch(r"\d{1,3},\d", row[3]) for row in rows)  # a share as Danish Excel reads it


@pytest.mark.parametrize("code", PUBLISHED)
def test_the_workbook_holds_the_published_numbers(code, demo, client):
    book = read_workbook(client, f"/markedsoverblik/figurer/{code}.xlsx")
    data, about = book.worksheets
    _headings, *rows = data.iter_rows(values_only=True)
    assert {row[0]: row[2] for row in rows} == PUBLISHED[code]
    notes = "\n".join(str(cell) for row in about.iter_rows(values_only=True) for cell in row)
    assert f"http://testserver/markedsoverblik/figurer/{code}/" in notes
    assert "KL" in notes


def test_the_png_is_twice_as_large_as_the_svg(demo, client):
    svg = ET.fromstring(read_bytes(client, f"{FIGURES}services.svg"))
    png = read_bytes(client, f"{FIGURES}services.png")
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    assert width == 2 * int(svg.attrib["width"])
    assert height == pytest.approx(2 * float(svg.attrib["height"]), abs=2)


@pytest.mark.parametrize("ending", ["svg", "png", "csv", "xlsx"])
def test_each_figure_offers_its_files(ending, demo, client):
    page = read(client, f"{FIGURES}technologies/?services=advisory")
    links = [link.attrs["href"] for link in page.find("div", "downloads").find_all("a")]
    assert f"{FIGURES}technologies.{ending}?services=advisory" in links
    response = client.get(f"{FIGURES}technologies.{ending}")
    response.getvalue()
    assert f'filename="technologies.{ending}"' in response.headers.get("Content-Disposition", "")


def test_files_count_the_selection(demo, client):
    _headings, *rows = read_csv(client, f"{FIGURES}technologies.csv?services=legal-advisory")
    expected = {
        code: count_by_sql({"services": ["legal-advisory"], "technologies": [code]}) for code in SURVEY["technologies"]
    }
    assert {row[1]: int(row[2]) for row in rows} == expected


def test_a_picture_says_its_selection_its_date_and_its_address(demo, client):
    text = " ".join(
        " ".join(ET.fromstring(read_bytes(client, f"{FIGURES}technologies.svg?services=advisory")).itertext()).split()
    )
    assert "Companies that offer advice: 23" in text
    assert "Data as of 20 November 2026." in text
    assert f"Source:KL,http://testserver{FIGURES}technologies/?services=advisory" in text.replace(" ", "")


def test_the_workbook_of_a_figure_says_its_selection(demo, client):
    book = read_workbook(client, f"{FIGURES}technologies.xlsx?services=advisory")
    notes = dict(book.worksheets[1].iter_rows(values_only=True))
    assert notes["Selection: Services and products"].startswith("Advice on the procurement")
    assert notes["Source"] == f"http://testserver{FIGURES}technologies/?services=advisory"
    assert notes["Basis"].startswith("23 of 23 companies have answered.")


# Every number is the list behind it -----------------------------------------------------------------


@hypothesis_settings(max_examples=25)
@given(selection=selections, q=words, code=st.sampled_from(sorted(SURVEY)), data=st.data())
def test_a_bar_is_its_list_its_files_and_the_sql_count(demo, client, selection, q, code, data):
    query = query_string(selection, q)
    bars = read_bars(read(client, f"{FIGURES}{code}/{query}"))
    _headings, *rows = read_csv(client, f"{FIGURES}{code}.csv{query}")
    counts = {row[1]: int(row[2]) for row in rows}
    if not q:
        assert counts == {option: count_by_sql({**selection, code: [option]}) for option in SURVEY[code]}
    if not bars:
        assert not any(counts.values())
        return
    assert [bar.count for bar in bars] == list(counts.values())
    bar = data.draw(st.sampled_from(bars))
    assert bool(bar.url) == bool(bar.count)
    if bar.url:
        assert_lists_vendors(client, bar.url, bar.count)


def assert_lists_vendors(client, url: str, count: int) -> None:
    """The directory at `url`, and its files, hold exactly `count` vendors, and the same."""
    pages = all_pages(client, url)
    listed = [slug for page in pages for slug in vendor_slugs(page)]
    assert result_count(pages[0]) == len(listed) == len(set(listed)) == count
    _headings, *rows = read_csv(client, url.replace(MARKET, f"{MARKET}eksport.csv"))
    assert [row[1] for row in rows] == listed
    file = read_json(client, url.replace(MARKET, f"{MARKET}eksport.json"))
    assert [company["id"] for company in file["companies"]] == listed
    assert file["count"] == count


@hypothesis_settings(max_examples=6)
@given(selection=selections, code=st.sampled_from(sorted(SURVEY)), data=st.data())
def test_a_bar_is_the_rows_of_its_workbook(demo, client, selection, code, data):
    bars = [bar for bar in read_bars(read(client, f"{FIGURES}{code}/{query_string(selection)}")) if bar.count]
    if bars:
        bar = data.draw(st.sampled_from(bars))
        companies = read_workbook(client, bar.url.replace(MARKET, f"{MARKET}eksport.xlsx")).worksheets[0]
        assert companies.max_row - 1 == bar.count


def test_the_length_of_a_bar_is_its_share_of_those_who_answered(demo, client):
    page = read(client, f"{FIGURES}company-size/")
    answered = count_by_sql({"company-size": SURVEY["company-size"]})
    assert answered < 35, "somebody has not answered"
    assert f"{answered} of 35 companies have answered." in page.find("p", "figure-caption").text
    lengths = [bar.attrs["width"] for bar in page.find_all("rect", "bar-fill")]
    assert lengths == [f"{100 * bar.count / answered:.1f}%" for bar in read_bars(page)]


def test_a_choice_within_the_figures_own_question_leaves_its_bars_comparable(demo, client):
    page = read(client, f"{FIGURES}services/?services=legal-advisory&technologies=nlp")
    everyone = read(client, f"{FIGURES}services/?technologies=nlp")
    assert [bar.count for bar in read_bars(page)] == [bar.count for bar in read_bars(everyone)]
    assert "left out" in page.find("p", "figure-note").text
    assert not everyone.has("p", "figure-note")


def test_a_scale_keeps_its_own_order(db, client):
    make_question("size", ["small", "middle", "large"], is_ordinal=True)
    for name, size in (("Agern", "large"), ("Birk", "large"), ("Ceder", "middle")):
        make_response(name, answers={"size": [size]})
    assert [(bar.label, bar.count) for bar in read_bars(read(client, f"{FIGURES}size/"))] == [
        ("Option small", 0),
        ("Option middle", 1),
        ("Option large", 2),
    ]
    assert [row[1] for row in read_csv(client, f"{FIGURES}size.csv")[1:]] == ["small", "middle", "large"]
    conclusion = read(client, f"{FIGURES}size/").find("p", "figure-conclusion").text
    assert "“Option large” (2). Least frequent: “Option middle” (1)." in conclusion


def test_other_is_last_and_muted_however_many_chose_it(demo, client):
    for code in ("technologies", "services"):
        rows = read(client, f"{FIGURES}{code}/").find("table", "bar-table").find("tbody").find_all("tr")
        assert [row.attrs.get("class") for row in rows] == [None] * (len(rows) - 1) + ["bar-other"]
    drawing = ET.fromstring(read_bytes(client, f"{FIGURES}technologies.svg"))
    fills = [element.get("fill") for element in drawing.iter("{http://www.w3.org/2000/svg}rect")]
    assert fills.count(MUTED_BAR) == 1
    assert fills[-1] == MUTED_BAR


def test_a_share_is_read_beside_its_number(db, client):
    for number in range(3):
        make_response(f"Firma {number}", answers={"services": ["a", "b"] if number else ["b"]})
    assert [(bar.count, bar.share) for bar in read_bars(read(client, f"{FIGURES}services/"))] == [
        (3, "100%"),
        (2, "67%"),
    ]
    assert [bar.share for bar in read_bars(read(client, "/markedsoverblik/figurer/services/"))] == ["100 %", "67 %"]


@pytest.mark.parametrize(
    ("share", "text"), [(0, "0%"), (0.2, "<1%"), (1, "1%"), (12.5, "13%"), (66.7, "67%"), (99.6, ">99%"), (100, "100%")]
)
def test_a_few_are_not_none_and_nearly_all_are_not_all(share, text):
    with override("en"):
        assert share_text(share) == text


def test_figures_of_picked_vendors_count_exactly_them_and_link_nowhere(demo):
    snapshot = snapshots.current()
    picked = snapshot.match({"services": ["legal-advisory"]}) | snapshot.match({"technologies": ["speech"]})
    with override("en"):
        drawn = figures_of_vendors(snapshot, picked, "11 companies")
    assert {figure.total for figure in drawn} == {picked.bit_count()}
    assert {figure.subtitle for figure in drawn} == {"11 companies"}
    services = next(figure for figure in drawn if figure.code == "services")
    assert {bar.code: bar.count for bar in services.bars}["legal-advisory"] == 1
    assert not any(bar.url for figure in drawn for bar in figure.bars)
    assert not any(figure.url or figure.downloads or figure.note for figure in drawn)


def test_a_question_that_is_no_filter_has_bars_without_links(db, client):
    """A link could not hold the choice, and would lead to everybody."""
    make_question("colour", ["red", "blue"], is_filterable=False)
    make_response("Agern", answers={"colour": ["red"]})
    make_response("Birk", answers={"colour": ["blue"]})
    bars = read_bars(read(client, f"{FIGURES}colour/"))
    assert [(bar.count, bar.url) for bar in bars] == [(1, ""), (1, "")]


# Retired, new, unknown --------------------------------------------------------------------------------


def test_a_retired_option_keeps_its_bar_while_somebody_has_chosen_it(db, client):
    chosen = make_response("Agern", answers={"services": ["old", "a"]})
    make_option(make_question("services"), "never-chosen")
    Option.objects.filter(code__in=("old", "never-chosen")).update(retired_on=date(2026, 1, 1))
    market_version.bump()
    page = read(client, f"{FIGURES}services/")
    assert [bar.label for bar in read_bars(page)] == ["Option old", "Option a"]
    assert "(no longer asked)" in page.find("table", "bar-table").text
    assert result_count(read(client, read_bars(page)[0].url)) == 1
    chosen.withdraw(None, "Ønsket af virksomheden.")
    make_response("Birk", answers={"services": ["a"]})
    assert [bar.label for bar in read_bars(read(client, f"{FIGURES}services/"))] == ["Option a"]


def test_the_way_from_figure_to_figure_keeps_the_selection(demo, client):
    page = read(client, f"{FIGURES}technologies/?services=advisory")
    before, after = page.find("a", rel="prev"), page.find("a", rel="next")
    assert before.attrs["href"] == f"{FIGURES}services/?services=advisory"
    assert after.attrs["href"] == f"{FIGURES}business-areas/?services=advisory"
    assert not read(client, f"{FIGURES}services/").has("a", rel="prev")


def test_links_keep_the_shortlist_that_the_figures_do_not_count_by(demo, client):
    slugs = vendor_slugs(read(client, MARKET))[:2]
    shortlist = "&".join(f"v={slug}" for slug in slugs)
    page = read(client, f"{FIGURES}?services=advisory&{shortlist}")
    heading = figure_section(page, "technologies").find("h3").find("a")
    assert heading.attrs["href"] == f"{FIGURES}technologies/?services=advisory&{shortlist}"
    page = read(client, heading.attrs["href"])
    assert said(page) == said(read(client, f"{FIGURES}technologies/?services=advisory"))
    assert read_bars(page)[0].url == f"{MARKET}?services=advisory&technologies=prediction&{shortlist}"
    assert page.find("a", rel="next").attrs["href"] == f"{FIGURES}business-areas/?services=advisory&{shortlist}"
    files = [link.attrs["href"] for link in page.find("div", "downloads").find_all("a")]
    assert all(file.endswith("?services=advisory") for file in files)


def said(page) -> tuple:
    """Heading and numbers of a figure's page."""
    return results_heading(page), [(bar.label, bar.count) for bar in read_bars(page)]


def test_a_figure_is_of_the_selection(demo, client):
    page = read(client, f"{FIGURES}technologies/?services=legal-advisory")
    assert results_heading(page) == "Companies that offer legal advice: 1"
    assert {bar.count for bar in read_bars(page)} == {0, 1}


@pytest.mark.parametrize("path", ["ukendt/", "ukendt.svg", "services.pdf", "services.svg/", "SERVICES/", "serviceš/"])
def test_an_unknown_figure_is_a_helpful_404(path, demo, client):
    page = read(client, FIGURES + path, status=404)
    assert MARKET in [link.attrs["href"] for link in page.find("main").find_all("a")]


def test_without_questions_the_page_says_so(db, client):
    assert "No question is published as a figure yet." in read(client, FIGURES).text
    assert definitions(read(client, FIGURES)) == {}
