"""The rows of a table to fill in: folded under their first text on a phone, under each other on a wide screen and on paper."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from legaltoolbox.catalogue import catalogues
from legaltoolbox.projects.models.values import MOST_CELL_LETTERS, new_row
from legaltoolbox.projects.work import sections
from tests.browser import follow
from tests.legaltoolbox.projects.documents import begin, browser
from tests.reading import parse

MOST_PIXELS = 6_000
"""The height of a section's page on a phone while nobody has written in the document."""
TALL = (("S26", "4"), ("S21", "3"), ("S16", "4"), ("S11", "1"))
"""Those with the most cells or fields."""


def begin_as_given(team, code):
    """A document with the rows that its template gives."""
    template = catalogues.current().find("template", code)
    return begin(team, code, values=sections.first_values(template, catalogues.current(), sections.Situation()))


def address(team, document, section) -> str:
    return reverse("projects:section", args=[*team.project.address, document.number, section])


def rows(team, document, section, data=None) -> list[tuple[str, bool]]:
    """The words under which each row of the section's tables is folded, and whether the page shows it open."""
    client, path = browser(team.lead), address(team, document, section)
    html = (client.post(path, data) if data else client.get(path)).content.decode()
    found = re.findall(r'<details class="document-row"[^>]*?( open)?>\s*<summary>(.*?)</summary>', html, re.DOTALL)
    return [(" ".join(parse(f"<p>{words}</p>").text.split()), bool(is_open)) for is_open, words in found]


def test_rows_of_the_template_are_folded_under_their_first_text_with_how_far_each_is(team):
    document = begin_as_given(team, "S26")
    values = document.stored("4", {"1": []})
    values["1"][1]["cells"][1] = "Ja"
    document.answers.update_or_create(section="4", field="1", defaults={"value": values["1"]})
    shown = rows(team, document, "4")
    assert shown[:2] == [("Borgere, der er part i en sag 0 af 3 felter", False), ("Børn og unge 1 af 3 felter", False)]
    assert ("Ny række", False) in shown


def test_a_row_that_was_just_added_and_the_only_one_of_a_table_are_open(team):
    document = begin_as_given(team, "S11")
    assert rows(team, document, "10")[-1] == ("Ny række", True)
    document.answers.update_or_create(section="10", field="3", defaults={"value": [new_row([], 4), new_row(["2"], 4)]})
    assert rows(team, document, "10")[-3:] == [
        ("Række 1 0 af 4 felter", True),
        ("2 1 af 4 felter", False),
        ("Ny række", False),
    ]


def test_the_rows_of_a_table_with_an_error_are_open(team):
    document = begin_as_given(team, "S26")
    row = document.stored("4", {"1": []})["1"][0]["id"]
    data = {"f-1.rows": [row], f"f-1.{row}.1": "x" * (MOST_CELL_LETTERS + 1), "seen": ""}
    shown = rows(team, document, "4", data)
    assert all(is_open for _words, is_open in shown[:9])
    assert not any(is_open for _words, is_open in shown[-5:])


@pytest.mark.parametrize("size", ["phone", "without_javascript"])
def test_on_a_phone_a_row_is_opened_with_the_keyboard_and_saved(size, team, open_page, log_in):
    page, document = open_page(size), begin_as_given(team, "S26")
    page.set_viewport_size({"width": 390, "height": 844})
    log_in(page, team.lead.user)
    page.goto(address(team, document, "4"))
    cell = page.get_by_label("Indgår (ja / nej), række 2").first
    expect(cell).to_be_hidden()
    page.locator(".document-row > summary", has_text="Børn og unge").press("Enter")
    cell.fill("Ja, i bilag")
    page.emulate_media(media="print")
    expect(page.get_by_label("Indgår (ja / nej), række 1").first).to_be_visible()
    page.emulate_media(media="screen")
    follow(page.get_by_role("button", name="Gem og gå til oversigten"))
    assert document.stored("4", {"1": []})["1"][1]["cells"][1] == "Ja, i bilag"


def test_on_a_wide_screen_every_cell_is_in_sight(team, desktop, log_in):
    document = begin_as_given(team, "S26")
    log_in(desktop, team.lead.user)
    desktop.goto(address(team, document, "4"))
    expect(desktop.get_by_label("Indgår (ja / nej), række 9").first).to_be_visible()
    expect(desktop.locator(".document-row > summary").first).to_be_hidden()
    desktop.get_by_label("Bemærkning, række 9").fill("Ingen")


def test_no_page_of_a_document_that_nobody_has_written_in_is_long_on_a_phone(team, open_page, log_in):
    page = open_page("phone")
    log_in(page, team.lead.user)
    heights = {}
    for code, section in TALL:
        page.goto(address(team, begin_as_given(team, code), section))
        heights[code, section] = page.evaluate("document.documentElement.scrollHeight")
    assert max(heights.values()) <= MOST_PIXELS, heights


def test_a_table_to_fill_in_can_be_used_by_everybody(team, desktop, log_in, inspector):
    log_in(desktop, team.lead.user)
    for code, section in TALL:
        desktop.goto(address(team, begin_as_given(team, code), section))
        inspector.check_accessibility("desktop")
        inspector.check_accessibility("phone")
        inspector.check_width()
    assert not inspector.problems, "\n".join(inspector.problems)
