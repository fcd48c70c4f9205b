"""Two to six vendors side by side, chosen in the address."""

import pytest

from marketoverview.models import Response
from tests.builders import make_question, make_response, make_vendor
from tests.reading import MARKET, notice_texts, read

pytestmark = pytest.mark.any_database

COMPARE = f"{MARKET}sammenlign/"


def address(*slugs: str) -> str:
    return COMPARE + "?" + "&".join(f"v={slug}" for slug in slugs)


def column_headings(page) -> list[str]:
    """The vendors' names at the heads of the columns."""
    return [head.find_all("a")[0].text for head in page.find("table").find("thead").find_all("th")]


def cells_by_heading(page) -> dict[str, list[str]]:
    """Heading of each row to its cells."""
    rows = page.find("table").find("tbody").find_all("tr")
    return {row.find("th").text: [cell.text for cell in row.find_all("td")] for row in rows}


@pytest.fixture
def market(db):
    make_question("services", heading_en="Services")
    make_question("size", kind="single", heading_en="Size")
    make_response(
        make_vendor("Agern", website="https://www.agern.example/"),
        answers={"services": ["a", "other"], "size": ["s"]},
        own_words={"services": "Kurser"},
        description="Vi laver noget.",
        offerings=[{"title": "Post", "stage": "operation", "where_used": "Two municipalities"}, {"title": "Ruter"}],
    )
    make_response("Birk", answers={"services": ["b"]})
    for name in ("Ceder", "Dild", "Eg", "Fyr", "Gran"):
        make_response(name)


def test_two_vendors_stand_side_by_side(market, client):
    page = read(client, address("agern", "birk"))
    assert column_headings(page) == ["Agern", "Birk"]
    rows = cells_by_heading(page)
    assert rows["Description"] == ["Vi laver noget.", "Vi er Birk."]
    assert rows["Services Differs"] == ["Option a Option other: “Kurser”", "Option b"]
    assert rows["Size Differs"] == ["Option s", "Not stated"]
    assert rows["Examples"] == ["Post In operation · Two municipalities Ruter", "Not stated"]
    assert rows["Contact"] == ["ki@agern.example", "ki@birk.example"]
    assert rows["Website"] == ["agern.example", "Not stated"]
    assert notice_texts(page) == []


def test_every_question_has_its_row_in_the_surveys_order(demo, client):
    rows = cells_by_heading(read(client, address("agern-demofirma", "birkekvist-demofirma")))
    assert list(rows) == [
        "Description",
        "Services and products Differs",
        "Technologies Differs",
        "Business areas Differs",
        "Challenges Differs",
        "Company size The same",
        "Experience in municipalities The same",
        "Examples",
        "Contact",
        "Website",
        "Confirmed by the company",
    ]
    assert all(len(cells) == 2 for cells in rows.values())


def test_the_companies_stand_from_a_to_z(market, client):
    assert column_headings(read(client, address("birk", "agern"))) == ["Agern", "Birk"]


def test_six_fit_and_of_more_the_first_six_are_compared(market, client):
    six = read(client, address("agern", "birk", "ceder", "dild", "eg", "fyr"))
    assert (column_headings(six), notice_texts(six)) == (["Agern", "Birk", "Ceder", "Dild", "Eg", "Fyr"], [])
    assert not six.has("select", id="add"), "there is no room for another one"
    seven = read(client, address("agern", "birk", "ceder", "dild", "eg", "fyr", "gran"))
    assert column_headings(seven) == ["Agern", "Birk", "Ceder", "Dild", "Eg", "Fyr"]


@pytest.mark.parametrize(
    ("slugs", "sentence"), [((), "Choose 2 to 6 companies."), (("agern",), "at least one more company")]
)
def test_a_comparison_of_too_few_vendors_asks_for_more(slugs, sentence, market, client):
    page = read(client, address(*slugs))
    assert sentence in page.find("main").text
    options = [option.attrs["value"] for option in page.find("select", id="add").find_all("option")]
    assert options == [
        "",
        *(slug for slug in ("agern", "birk", "ceder", "dild", "eg", "fyr", "gran") if slug not in slugs),
    ]


def test_another_vendor_is_added_with_a_plain_form(market, client):
    form = read(client, address("agern", "birk")).find("form")
    assert (form.attrs["method"], form.attrs["action"]) == ("get", COMPARE)
    hidden = [field.attrs["value"] for field in form.find_all("input", type="hidden")]
    assert hidden == ["agern", "birk"]
    assert form.find("select", id="add").attrs["name"] == "v"
    assert column_headings(read(client, address("agern", "birk", "ceder"))) == ["Agern", "Birk", "Ceder"]


def test_each_vendor_can_be_removed(market, client):
    page = read(client, address("agern", "birk", "ceder"))
    removals = [head.find_all("a")[1].attrs["href"] for head in page.find("table").find("thead").find_all("th")]
    assert removals == [address("birk", "ceder"), address("agern", "ceder"), address("agern", "birk")]


def test_a_vendor_given_twice_has_one_column(market, client):
    page = read(client, address("agern", "birk", "agern"))
    assert (column_headings(page), notice_texts(page)) == (["Agern", "Birk"], [])


@pytest.mark.parametrize("slug", ["nobody", "%00", "AGERN", "%E2%80%AEagern", "a" * 500])
def test_an_unknown_vendor_is_named_and_left_out(slug, market, client):
    page = read(client, address("agern", slug, "birk"))
    assert column_headings(page) == ["Agern", "Birk"]
    assert len(notice_texts(page)) == 1


def test_an_empty_choice_is_no_choice(market, client):
    page = read(client, address("agern", "", "birk"))
    assert (column_headings(page), notice_texts(page)) == (["Agern", "Birk"], [])


def test_what_is_not_published_cannot_be_compared(market, client):
    make_response("Hemmelig", "submitted")
    page = read(client, address("agern", "hemmelig", "birk"))
    assert column_headings(page) == ["Agern", "Birk"]
    Response.objects.get(vendor__slug="birk").withdraw(None, "Ønsket af virksomheden.")
    assert column_headings(read(client, address("agern", "birk", "ceder"))) == ["Agern", "Ceder"]


def test_a_named_person_is_not_compared(market, client):
    named = {"contact_name": "Anna Hansen", "contact_email": "anna@hyld.example", "contact_phone": "+45 12 34 56 78"}
    make_response("Hyld", contact_consent=True, website="https://hyld.example/", **named)
    page = read(client, address("agern", "hyld"))
    assert column_headings(page) == ["Agern", "Hyld"]
    html = client.get(address("agern", "hyld")).text
    assert not [text for text in ("Anna", "anna@", "12 34 56 78", "12345678") if text in html]


def test_a_long_address_is_cut_with_a_notice(market, client):
    page = read(client, address("agern", "birk") + "&v=agern" * 5000)
    assert column_headings(page) == ["Agern", "Birk"]
    assert notice_texts(page) == ["The address was too long. Its last part was ignored."]


def test_an_unknown_parameter_is_named(market, client):
    notices = notice_texts(read(client, f"{COMPARE}?v=agern&v=birk&services=advice&colour=red"))
    assert any("“colour”" in notice for notice in notices)


def test_not_stated_is_explained(market, client):
    assert "“Not stated” means that the company has not answered. It does not mean no." in read(client, COMPARE).text


# More than six, and what differs ------------------------------------------------------------------


def test_of_a_longer_list_the_ticked_companies_are_compared(market, client):
    seven = address("agern", "birk", "ceder", "dild", "eg", "fyr", "gran")
    page = read(client, f"{seven}&compare=gran&compare=birk")
    assert column_headings(page) == ["Birk", "Gran"]
    assert "More than 6 are chosen" not in page.text
    removals = [head.find_all("a")[1].attrs["href"] for head in page.find("table").find("thead").find_all("th")]
    assert removals == [f"{seven}&compare=gran", f"{seven}&compare=birk"], "they stay on the shortlist"
    files = {link.text: link.attrs["href"] for link in page.find("main").find_all("a")}
    assert files["CSV"] == f"{MARKET}eksport.csv?v=birk&v=gran"
    assert files["Contact all on your shortlist"] == seven.replace("sammenlign/", "kontakt/")


def test_more_than_six_are_told_how_to_choose(market, client):
    page = read(client, address("agern", "birk", "ceder", "dild", "eg", "fyr", "gran"))
    assert "More than 6 are chosen: these are the first 6 from A to Å." in page.text
    links = {link.text: link.attrs["href"] for link in page.find("main").find_all("a")}
    assert links["Choose which ones on your shortlist"].startswith(f"{MARKET}liste/?v=agern&v=birk")
    assert links["Choose which ones on your shortlist"].endswith("v=gran")


def test_who_is_not_on_the_shortlist_is_not_compared(market, client):
    page = read(client, f"{address('agern', 'birk')}&compare=ceder&compare=%00")
    assert column_headings(page) == ["Agern", "Birk"]


def marks(page, heading: str) -> list[list[str]]:
    """For each company the classes of its answers in the row of that heading."""
    rows = {row.find("span", "compare-question").text: row for row in page.find("table").find("tbody").find_all("tr")}
    return [[item.attrs.get("class", "") for item in cell.find_all("li")] for cell in rows[heading].find_all("td")]


def test_what_some_have_and_others_not_is_marked(db, client):
    make_question("services", heading_en="Services")
    make_response("Agern", answers={"services": ["a", "b"]})
    make_response("Birk", answers={"services": ["a", "b"]})
    make_response("Ceder", answers={"services": ["a", "c"]})
    page = read(client, address("agern", "birk", "ceder"))
    assert marks(page, "Services") == [
        ["compare-shared", "compare-some"],
        ["compare-shared", "compare-some"],
        ["compare-shared", "compare-alone"],
    ]
    assert "Services Differs" in cells_by_heading(page)


def test_only_differences_leaves_out_what_is_the_same(db, client):
    for code in ("services", "areas"):
        make_question(code, heading_en=code.title())
    for name, area in (("Agern", "x"), ("Birk", "y")):
        make_response(name, answers={"services": ["a"], "areas": [area]}, description="Det samme.")
    page = read(client, address("agern", "birk"))
    assert {"Services The same", "Areas Differs", "Description"} <= set(cells_by_heading(page))
    links = {link.text: link for link in page.find("nav", "compare-switch").find_all("a")}
    assert links["All answers (2)"].attrs["aria-current"] == "true"
    narrow = read(client, links["Only differences (1)"].attrs["href"])
    assert list(cells_by_heading(narrow)) == [
        "Description",
        "Areas Differs",
        "Examples",
        "Contact",
        "Website",
        "Confirmed by the company",
    ]
    again = {link.text: link for link in narrow.find("nav", "compare-switch").find_all("a")}
    assert again["Only differences (1)"].attrs["aria-current"] == "true"
    assert again["All answers (2)"].attrs["href"] == address("agern", "birk")


def test_a_comparison_of_one_has_no_differences_to_show(market, client):
    page = read(client, address("agern"))
    assert not page.has("nav", "compare-switch")
    assert "Differs" not in page.find("table").text


def test_three_and_more_can_be_shown_two_at_a_time(market, client):
    page = read(client, address("agern", "birk", "ceder"))
    for side, selected in (("left", None), ("right", "Birk")):
        options = page.find("select", id=f"compare-{side}").find_all("option")
        assert [option.text for option in options] == ["Agern", "Birk", "Ceder"]
        assert [option.text for option in options if "selected" in option.attrs] == ([selected] if selected else [])
    assert not read(client, address("agern", "birk")).has("select", id="compare-left")


def test_the_comparison_leads_back_to_the_list_and_to_the_selection(market, client):
    page = read(client, f"{COMPARE}?services=a&v=agern&v=birk")
    links = [link.attrs["href"] for link in page.find("ul", "compare-ways").find_all("a")]
    assert links[:2] == [f"{MARKET}liste/?services=a&v=agern&v=birk", f"{MARKET}?services=a&v=agern&v=birk"]


def test_the_companies_own_language_is_said(market, client):
    page = read(client, address("agern", "birk"))
    examples = [span.text for span in page.find("table").find_all("span", lang="da")]
    assert examples == ["Post", "Two municipalities", "Ruter"]
    for path in (address("agern", "birk"), f"{MARKET}liste/?v=agern", MARKET, f"{MARKET}loesninger/"):
        assert "companies' own words are in Danish" in read(client, path).text
        assert "are in Danish" not in read(client, path.removeprefix("/en")).text
