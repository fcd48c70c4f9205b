"""A number beside a link is that of what the link leads to, in the situation that the link carries."""

import io
import re
import zipfile

import pytest

from tests.checks import not_empty
from tests.legaltoolbox.six_uses import SMALL
from tests.reading import Element, read, read_bytes, read_workbook

HOME = "/en/juridisk-vaerktoejskasse/"
SITUATIONS = [SMALL, f"{SMALL}&vis=alle", "generativ=yes&personoplysninger=no", "rolle=indkob"]


def number(text: str) -> int:
    return int(re.search(r"\d+", text)[0])


def link_with(page: Element, text: str) -> Element:
    (link,) = (link for link in page.find_all("a") if re.search(text, link.text))
    return link


def reading_rows(page: Element) -> int:
    return sum(len(reading.find_all("li")) for reading in page.find_all("ul", "reading"))


def codes_of_annex(client, url: str) -> set[str]:
    rows = read_workbook(client, url)["Kravbilag"].iter_rows(min_row=2, values_only=True)
    return {re.match(r"K\d+", row[0])[0] for row in rows}


@pytest.mark.parametrize("query", SITUATIONS)
def test_a_vendor_takes_as_many_requirements_as_its_page_counts_and_lists(query, content, client):
    page = read(client, f"{HOME}roller/leverandor/?{query}")
    section = next(part for part in page.find_all("section") if part.attrs.get("aria-labelledby") == "vendor-heading")
    listed = {link.find("span", "code").text for link in not_empty(section.find_all("ul")[0].find_all("a", "ref"))}
    assert number(section.find("h2").text) == len(listed)
    assert codes_of_annex(client, link_with(section, "^Excel$").attrs["href"]) == listed
    assert (len(listed) < len(content.requirements)) is (query == SMALL or query.startswith("generativ"))


@pytest.mark.parametrize("query", SITUATIONS)
def test_the_list_of_roles_counts_what_each_page_lists(query, content, client):
    cards = read(client, f"{HOME}roller/?{query.replace('&vis=alle', '')}").find_all("li", "card")
    for card in not_empty(cards):
        page = read(client, card.find("a").attrs["href"])
        assert number(card.find("p", "note").text) == reading_rows(page), card.find("a").text


@pytest.mark.parametrize("query", SITUATIONS)
def test_a_checklist_has_as_many_questions_as_the_role_s_page_says(query, content, client):
    compared = 0
    for role in content.roles:
        page = read(client, f"{HOME}roller/{role.slug}/?{query}")
        links = [link for link in page.find("main").find_all("a") if "Checklist of the role" in link.text]
        for link in links:
            checklist = read(client, link.attrs["href"])
            assert number(link.text) == number(checklist.find("p", "lead").text), role.slug
            compared += 1
    assert compared > len(content.roles) / 2


@pytest.mark.parametrize("query", SITUATIONS)
def test_an_archive_has_as_many_templates_as_the_phase_s_page_says(query, content, client):
    offered = read(client, f"{HOME}skabeloner/?{query}").find_all("a")
    archives = {link.attrs["href"] for link in offered if "skabeloner.zip" in link.attrs.get("href", "")}
    linked = set()
    for phase in content.phases:
        page = read(client, f"{HOME}faser/{phase.slug}/?{query}")
        links = [link for link in page.find("main").find_all("a") if "as ZIP" in link.text]
        linked |= {link.attrs["href"] for link in links}
        for link in links:
            content_of_zip = zipfile.ZipFile(io.BytesIO(read_bytes(client, link.attrs["href"])))
            keys = {re.match(r"S\d+", name)[0] for name in content_of_zip.namelist()}
            assert len(keys) == (number(link.text) if "All" in link.text else 1), phase.slug
    assert linked == set(not_empty(archives))


@pytest.mark.parametrize("query", [SMALL, "generativ=yes&personoplysninger=no"])
def test_a_risk_counts_the_requirements_that_apply_of_those_on_its_page(query, content, client):
    partly = 0
    for entry in not_empty(read(client, f"{HOME}risici/?{query}").find("section", "results").find_all("li")):
        if not entry.has("p", "entry-foot"):
            continue
        counts = re.search(r"(?:(\d+) of )?(\d+) requirement", entry.find("p", "entry-foot").text)
        page = read(client, entry.find("a").attrs["href"])
        marks = {
            row.find("span", "code").text: row.has("span", "ref-mark")
            for row in page.find("div", "item-side").find_all("li")
            if row.has("span", "code") and row.find("span", "code").text.startswith("K")
        }
        applying = sum(not is_marked for is_marked in marks.values())
        assert int(counts[2]) == len(marks), entry.text
        assert int(counts[1] or counts[2]) == applying, entry.text
        partly += bool(counts[1])
    assert partly


@pytest.mark.parametrize("role", ["borger", "dpo", ""])
def test_what_keeps_the_short_way_away_counts_for_all_roles_and_says_so(role, content, client):
    """The heading above it counts what the chosen role takes part in."""
    query = SMALL.replace("saarbare=no", "saarbare=yes")
    box = read(client, f"{HOME}?{query}&rolle={role}").find("div", "near-small-use")
    assert re.search(r"\d+ activities by themselves in place of \d+, for all roles together\.", box.text)
