"""The directory as a table: the same companies and facts as the list, closer together."""

import pytest

from tests.bulk import make_market
from tests.reading import MARKET, Element, definitions, notice_texts, read


def table_rows(page: Element) -> list[list[str]]:
    """The cells of the directory's table without the box, a row each."""
    rows = page.find("table", "vendor-table").find("tbody").find_all("tr")
    return [[cell.text for cell in row.find_all("th") + row.find_all("td")[1:]] for row in rows]


@pytest.mark.parametrize("query", ["sort=name", "sort=rotation", "technologies=nlp&services=advisory"])
def test_the_table_says_the_same_of_the_same_companies_in_the_same_order(query, demo, client):
    rows = [row for page in "12" for row in read(client, f"{MARKET}?{query}&page={page}").find_all("li", "vendor-row")]
    table = read(client, f"{MARKET}?{query}&view=table")
    headings = [cell.text for cell in table.find("table", "vendor-table").find("thead").find_all("th")]
    named = dict.fromkeys(row.find("h3").text for row in rows)
    assert headings == ["Company", *definitions(rows[0])]
    facts = {row.find("h3").text: list(definitions(row).values()) for row in rows}
    assert [cells[1:] for cells in table_rows(table)] == [facts[name] for name in named]
    assert [link.text for link in table.find("table", "vendor-table").find_all("a")] == list(named)


def test_the_table_goes_along_with_the_selection_and_puts_on_the_shortlist(survey, client):
    make_market(130)
    page = read(client, f"{MARKET}?view=table&sort=confirmed&v=firma-0001&v=firma-0129")
    assert len(table_rows(page)) == 100
    boxes = [box for box in page.find("table", "vendor-table").find_all("input") if "checked" in box.attrs]
    hidden = [field.attrs["value"] for field in page.find_all("input", type="hidden") if field.attrs["name"] == "v"]
    assert sorted([*hidden, *(box.attrs["value"] for box in boxes)]) == ["firma-0001", "firma-0129"]
    assert "view=table" in page.find("a", rel="next").attrs["href"]
    sent = {field.attrs["name"]: field.attrs["value"] for field in page.find_all("input", type="hidden")}
    assert (sent["view"], sent["sort"]) == ("table", "confirmed")
    links = [link.attrs["href"] for link in page.find_all("a")]
    assert f"{MARKET}?sort=confirmed&v=firma-0001&v=firma-0129" in links, "back to the list"
    others = [link.attrs["href"] for link in page.find("ul", "take-away").find_all("a")]
    assert not [link for link in others if "view=table" in link]


def test_a_company_of_the_table_is_there_for_a_reason(demo, client):
    page = read(client, f"{MARKET}?view=table&q=Post+til+jobcentret")
    cells = page.find("table", "vendor-table").find("tbody").find_all("th")
    assert cells[0].text.startswith("Agern")
    assert all(cell.find("ul", "vendor-reasons").has("mark") for cell in cells)


def test_an_unknown_view_is_the_list_and_says_so(demo, client):
    page = read(client, f"{MARKET}?view=cards")
    assert notice_texts(page) == ["We do not know the view “cards”. You see the list."]
    assert page.has("li", "vendor-row")
