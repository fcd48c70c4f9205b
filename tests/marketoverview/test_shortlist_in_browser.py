"""The shortlist in a browser: ticks that stay, a tick too many that is refused, the copied link, two at a time on a phone."""

import re

import pytest
from playwright.sync_api import expect

from marketoverview.market.selection import MAX_SHORTLISTED
from marketoverview.market.snapshot import snapshots
from tests.browser import follow
from tests.bulk import make_market
from tests.reading import MARKET

FULL = "&".join(f"v=firma-{number:04}" for number in range(1, MAX_SHORTLISTED + 1))


@pytest.fixture
def market(survey):
    make_market(40)


@pytest.fixture
def phone(open_page):
    """390 px wide."""
    return open_page("phone")


def tick(page, slug: str) -> None:
    page.locator(f"label[for=shortlist-{slug}]").click()


def test_ticks_stay_through_paging_sorting_filtering_and_the_back_button(market, desktop):
    desktop.goto(MARKET)
    tick(desktop, "firma-0002")
    expect(desktop.locator(".tray-count")).to_have_text("1 company")
    desktop.locator("a[rel=next]").click()
    expect(desktop).to_have_url(re.compile("page=2"))
    tick(desktop, "firma-0030")
    expect(desktop.locator(".tray-count")).to_have_text("2 companies")
    expect(desktop).to_have_url(re.compile("page=2"))
    desktop.locator(".sorts a", has_text="Latest confirmed").click()
    expect(desktop).to_have_url(re.compile("sort=confirmed"))
    expect(desktop.locator(".tray-count")).to_have_text("2 companies")
    desktop.locator("fieldset label").first.click()
    expect(desktop).to_have_url(re.compile("services="))
    expect(desktop.locator(".tray-count")).to_have_text("2 companies")
    desktop.evaluate("history.back()")
    expect(desktop).not_to_have_url(re.compile("services="))
    expect(desktop.locator(".tray-count")).to_have_text("2 companies")
    desktop.evaluate("history.back()")
    expect(desktop).to_have_url(re.compile("page=2"))
    expect(desktop.locator("#shortlist-firma-0030")).to_be_checked()
    follow(desktop.locator(".tray a", has_text="Show the list"))
    assert desktop.locator(".shortlist h3").all_inner_texts() == ["Firma 0002", "Firma 0030"]


def test_one_tick_more_than_thirty_is_refused_at_the_tick_and_said(market, desktop):
    desktop.goto(f"{MARKET}?{FULL}")
    sentence = "A shortlist holds up to 30 companies. Take one off before you put another on."
    tick(desktop, "firma-0000")
    expect(desktop.locator("#live")).to_have_text(sentence)
    expect(desktop.locator(".tray-refusal")).to_have_text(sentence)
    expect(desktop.locator("#shortlist-firma-0000")).not_to_be_checked()
    assert "firma-0000" not in desktop.url
    tick(desktop, "firma-0001")  # there is room again
    expect(desktop.locator(".tray-count")).to_have_text("29 companies")
    tick(desktop, "firma-0000")
    expect(desktop.locator(".tray-count")).to_have_text("30 companies")
    expect(desktop.locator("#shortlist-firma-0000")).to_be_checked()


def test_a_seventh_tick_for_the_comparison_is_refused(market, desktop):
    desktop.goto(f"{MARKET}liste/?{FULL}")
    for number in range(1, 7):
        desktop.locator(f"label[for=compare-firma-{number:04}]").click()
    expect(desktop.locator("#live")).to_have_text("")
    desktop.locator("label[for=compare-firma-0007]").click()
    expect(desktop.locator("#live")).to_have_text(re.compile("^Up to 6 companies can be compared"))
    expect(desktop.locator("#compare-firma-0007")).not_to_be_checked()
    follow(desktop.locator("button", has_text="Compare the ticked ones"))
    names = desktop.locator("thead .compare-name").all_inner_texts()
    assert names == [f"Firma {number:04}" for number in range(1, 7)]


def test_without_javascript_the_ticked_companies_go_on_the_list(market, without_javascript):
    page = without_javascript
    page.goto(f"{MARKET}?services=implementation&v=firma-0039")
    boxes = page.locator(".vendor-row input[type=checkbox]")
    chosen = [boxes.nth(number).get_attribute("value") for number in (0, 1)]
    for slug in chosen:
        tick(page, slug)
    follow(page.locator("button", has_text="Put the ticked companies on the list"))
    expect(page).to_have_url(re.compile("/liste/.*services=implementation"))
    assert page.locator(".shortlist > li").count() == 3
    assert page.locator("[data-copy]").is_hidden()
    page.go_back()
    for slug in chosen:
        tick(page, slug) if not page.locator(f"#shortlist-{slug}").is_checked() else None
    follow(page.locator("button", has_text="Compare the ticked companies"))
    assert page.locator("thead .compare-name").count() == 3


def test_the_link_is_copied_and_that_is_said(market, desktop):
    desktop.context.grant_permissions(["clipboard-read", "clipboard-write"])
    desktop.goto(f"{MARKET}liste/?v=firma-0001")
    desktop.locator("button", has_text="Copy the link").click()
    expect(desktop.locator(".copy-done")).to_have_text("The link is copied.")
    assert desktop.evaluate("navigator.clipboard.readText()") == desktop.url


def visible_names(page) -> list[str]:
    """The companies at the heads of the columns from left to right, those that are shown."""
    heads = [head for head in page.locator("thead th").all() if head.is_visible()]
    heads.sort(key=lambda head: head.bounding_box()["x"])
    return [head.locator(".compare-name").inner_text() for head in heads]


def test_on_a_phone_two_are_shown_at_a_time_and_their_names_stay(market, phone):
    assert snapshots.current().size == 40
    phone.goto(f"{MARKET}sammenlign/?" + "&".join(f"v=firma-{number:04}" for number in range(6)))
    assert visible_names(phone) == ["Firma 0000", "Firma 0001"]
    phone.locator("#compare-left").select_option(label="Firma 0005")
    assert visible_names(phone) == ["Firma 0005", "Firma 0001"]
    phone.locator("#compare-right").select_option(label="Firma 0003")
    assert visible_names(phone) == ["Firma 0005", "Firma 0003"]
    assert sum(cell.is_visible() for cell in phone.locator("tbody tr").first.locator("td").all()) == 2
    assert phone.evaluate("document.documentElement.scrollWidth") == 390, "one scroll, from top to bottom"
    phone.locator("tbody tr").last.scroll_into_view_if_needed()
    assert phone.locator("thead").bounding_box()["y"] == pytest.approx(0, abs=1)


def test_on_a_phone_the_list_and_the_comparison_are_in_sight(market, phone):
    phone.goto(f"{MARKET}?v=firma-0000&v=firma-0001")
    for name in ("Show the list", "Compare 2"):
        expect(phone.locator(".tray a", has_text=name)).to_be_in_viewport()


def test_a_search_that_finds_nobody_folds_what_the_person_has_not_opened(market, desktop):
    """Beside an empty list no column of zeros stands open, with the script as without it."""
    desktop.goto(MARKET)
    folds = desktop.locator("details.facet")
    expect(folds.first).to_have_attribute("open", "")
    folds.last.locator("summary").click()
    desktop.fill("#q", "findesikke")
    desktop.press("#q", "Enter")
    expect(desktop).to_have_url(re.compile("q=findesikke"))
    expect(folds.first).not_to_have_attribute("open", "")
    expect(folds.last).to_have_attribute("open", "")
    desktop.reload()
    expect(folds.first).not_to_have_attribute("open", "")
