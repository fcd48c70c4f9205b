"""The menu in the browser: it follows what is chosen on the page, and works on a phone without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

MARKET = "/markedsoverblik/"


def test_what_is_chosen_on_the_page_travels_along_at_once(demo, desktop):
    desktop.goto(MARKET)
    desktop.locator("#selection").get_by_label("Rådgivning").first.check()
    figures = desktop.locator("#section-nav").get_by_role("link", name="Figurer")
    expect(figures).to_have_attribute("href", f"{MARKET}figurer/?services=advisory")
    figures.click()
    expect(desktop).to_have_url(re.compile(r"figurer/\?services=advisory$"))
    expect(desktop.locator("#section-nav [aria-current]")).to_have_text("Figurer")


@pytest.mark.parametrize("width", [320, 390])
def test_the_first_level_folds_out_without_javascript(width, demo, without_javascript):
    page = without_javascript
    page.set_viewport_size({"width": width, "height": 700})
    page.goto(MARKET)
    menu = page.locator(".header-menu")
    link = menu.get_by_role("link", name="Juridisk værktøjskasse")
    expect(link).to_be_hidden()
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(link).to_be_visible()
    link.click()
    expect(page.locator("#section-nav")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_the_current_entry_of_the_second_level_is_in_sight_on_a_phone(motion, demo, without_javascript):
    """The line of entries is wider than the window; it begins where the current one is, and can be moved from there."""
    page = without_javascript
    page.emulate_media(reduced_motion=motion)
    page.set_viewport_size({"width": 390, "height": 700})
    page.goto("/juridisk-vaerktoejskasse/aendringer/")
    entries = page.locator("#section-nav ul").first
    assert entries.evaluate("line => line.scrollWidth > line.clientWidth")
    expect(entries.locator("[aria-current]")).to_be_in_viewport(ratio=1)
    page.wait_for_timeout(400)
    entries.evaluate("line => { line.scrollLeft = 0 }")
    page.wait_for_timeout(200)
    assert entries.evaluate("line => line.scrollLeft") == 0
