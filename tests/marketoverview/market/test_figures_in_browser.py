"""Figures and matrix in a browser: the contents, the colours that a reader has chosen, and a phone."""

import re

import pytest
from playwright.sync_api import expect

from tests.reading import MARKET

pytestmark = pytest.mark.browser


@pytest.fixture
def phone(open_page):
    """390 px wide."""
    return open_page("phone")


def test_the_contents_lead_to_each_figure(demo, desktop):
    desktop.goto(f"{MARKET}figurer/?services=advisory")
    links = desktop.locator(".figure-toc a")
    expect(links).to_have_count(desktop.locator(".figure-section").count())
    links.nth(2).click()
    expect(desktop).to_have_url(re.compile(r"\?services=advisory#figure-business-areas$"))
    expect(desktop.locator("#figure-business-areas")).to_be_in_viewport()


def test_a_new_choice_counts_the_figure_anew_and_names_its_basis(demo, desktop):
    desktop.goto(f"{MARKET}figurer/technologies/")
    expect(desktop.locator("#results-heading")).to_have_text("35 companies")
    desktop.locator("label[for=services-advisory]").click()
    expect(desktop.locator("#results-heading")).to_have_text("Companies that offer advice: 23")
    expect(desktop.locator("#live")).to_have_text("Companies that offer advice: 23")
    desktop.locator("label[for=technologies-nlp]").click()
    expect(desktop.locator(".figure-note")).to_contain_text("The choice under Technologies is left out")
    expect(desktop.locator("#results-heading")).to_have_text("Companies that offer advice: 23")


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_bars_are_seen_in_the_colours_that_a_reader_has_chosen(demo, desktop, scheme):
    desktop.emulate_media(forced_colors="active", color_scheme=scheme)
    desktop.goto(f"{MARKET}figurer/technologies/")
    look = desktop.locator(".bar").first.evaluate(
        """bar => ({
            fill: getComputedStyle(bar.querySelector('.bar-fill')).fill,
            track: getComputedStyle(bar).backgroundColor,
            edge: getComputedStyle(bar).borderTopWidth,
            page: getComputedStyle(document.body).backgroundColor,
            ink: getComputedStyle(document.body).color,
        })"""
    )
    assert look["track"] == look["page"]
    assert look["fill"] == look["ink"] != look["track"]
    assert look["edge"] == "1px", "the track's end shows how long a bar can be"


def test_five_columns_of_the_matrix_are_in_sight_on_a_phone(demo, phone):
    phone.goto(f"{MARKET}matrix/")
    frame = phone.locator(".matrix-scroll").bounding_box()
    fifth = phone.locator(".matrix tbody tr").first.locator("td").nth(4).bounding_box()
    assert fifth["x"] + fifth["width"] <= frame["x"] + frame["width"]
    assert fifth["width"] >= 44
    assert fifth["height"] >= 44
