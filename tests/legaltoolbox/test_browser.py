"""The toolbox in Chromium: with the keyboard, without JavaScript, and on paper."""

import re

import pytest
from playwright.sync_api import expect

TOOLBOX = "/juridisk-vaerktoejskasse/"
ACROSS = {"A4": (843, 596), "A3": (1191, 843)}
"""Width and height in points, as Chromium has them."""


@pytest.fixture
def page(request, open_page):
    return open_page(request.param)


either_way = pytest.mark.parametrize("page", ["desktop", "without_javascript"], indirect=True)


def codes(page) -> list[str]:
    """The activities of the plan's list, without those that only other roles do."""
    return page.locator(".plan-entry:not(.plan-others *) > .ref .code").all_inner_texts()


def codes_of_others(page) -> list[str]:
    """The activities of the plan's list that only other roles do, which are folded."""
    return page.locator(".plan-others .plan-entry > .ref .code").all_text_contents()


def tab_to(page, selector: str) -> None:
    """Presses the tab key until the focus is there."""
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"the tab key does not come to {selector}")


# The one-pager ------------------------------------------------------------------------------------------


@either_way
def test_role_and_answers_are_chosen_with_the_keyboard_alone(page, content):
    page.goto(TOOLBOX)
    assert len(codes(page)) == len(content.activities)
    tab_to(page, "#situation > summary")
    page.keyboard.press("Enter")
    tab_to(page, "#role")
    page.keyboard.type("Databeskyt")
    tab_to(page, "[name=personoplysninger]")
    page.keyboard.press("ArrowUp")  # from “do not know yet” to no …
    page.keyboard.press("ArrowUp")  # … to yes
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"rolle=dpo"))
    assert "personoplysninger=yes" in page.url
    expect(page.locator("#plan .chip")).to_have_count(2)
    assert 0 < len(codes(page)) < len(content.activities)
    drawn = page.locator(".onepager .op-chip text").all_text_contents()
    assert set(drawn) == set(codes(page))
    assert codes_of_others(page)
    assert set(drawn).isdisjoint(codes_of_others(page))


def test_the_address_holds_only_what_was_answered(content, desktop):
    desktop.goto(TOOLBOX)
    desktop.locator("#situation > summary").click()
    desktop.locator("label[for=generativ-yes]").click()
    desktop.locator("#situation button[type=submit]").click()
    desktop.wait_for_url("**/juridisk-vaerktoejskasse/?generativ=yes#results-heading")


@pytest.mark.parametrize("size", ["phone", "without_javascript"])
def test_after_the_answers_the_page_begins_at_what_applies(size, content, open_page):
    page = open_page(size)
    page.goto(TOOLBOX)
    page.locator("#situation > summary").click()
    page.locator("label[for=generativ-yes]").click()
    page.locator("#situation button[type=submit]").click()
    page.wait_for_url(re.compile("generativ=yes"))
    expect(page.locator("#results-heading")).to_be_in_viewport()
    expect(page.locator("#results-heading")).to_be_focused()


def test_the_reason_of_a_role_stands_under_the_drawing_when_its_chip_has_the_focus(content, desktop):
    desktop.goto(TOOLBOX)
    line = desktop.locator("#chip-reason")
    expect(line).to_be_visible()
    before = line.inner_text()
    tab_to(desktop, ".op-chip")
    code = desktop.evaluate("document.activeElement.querySelector('text').textContent")
    activity = content.find("activity", code)
    said = line.inner_text()
    assert said != before
    assert said.startswith(f"{code} {activity.title}. ")
    reasons = [activity.responsible_why, *(row.why for row in content.involved(activity))]
    assert any(said.endswith(f": {reason}") for reason in reasons)


@either_way
def test_a_chip_leads_to_who_takes_part_and_why(page, content):
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(TOOLBOX)
    page.locator(".op-chip[href='#A25']").first.click()
    expect(page.locator("#A25 .ref")).to_be_in_viewport()
    reason = page.locator("#A25 .who dd").first
    expect(reason).to_have_text(content.find("activity", "A25").responsible_why)
    expect(reason).to_be_visible()


def test_a_question_that_decides_is_one_click_away(content, desktop):
    """The fold with the questions opens at the one that an activity depends on."""
    desktop.goto(f"{TOOLBOX}?leverandoer=yes")
    link = desktop.locator(".plan-open a[href^='#']").first
    code = link.get_attribute("href").removeprefix("#")
    if desktop.locator("#situation").get_attribute("open") is not None:
        desktop.locator("#situation > summary").click()
    link.click()
    expect(desktop.locator(f"#{code}")).to_be_in_viewport()


# Checklists -----------------------------------------------------------------------------------------------


def test_ticks_are_counted_and_neither_sent_nor_kept(content, desktop):
    desktop.goto(f"{TOOLBOX}aktiviteter/A25/tjekliste/")
    number = len(content.checklist(content.find("activity", "A25")))
    desktop.wait_for_load_state("networkidle")
    sent_requests = []
    desktop.on("request", lambda request: sent_requests.append(request.url))
    count = desktop.locator("#tick-count")

    def says(ticked: int) -> None:
        words = count.get_attribute("data-ticked").replace("{n}", str(ticked)).replace("{total}", str(number))
        expect(count).to_have_text(words)

    says(0)
    tab_to(desktop, ".check input")
    desktop.keyboard.press("Space")
    says(1)
    desktop.locator(".check label").nth(1).click()
    says(2)
    desktop.locator(".check label").nth(1).click()
    says(1)
    assert sent_requests == []
    assert desktop.context.cookies() == []
    assert desktop.evaluate("localStorage.length + sessionStorage.length") == 0
    assert "?" not in desktop.url
    desktop.reload()
    says(0)


def test_ticks_work_without_javascript(content, without_javascript):
    without_javascript.goto(f"{TOOLBOX}aktiviteter/A25/tjekliste/")
    without_javascript.locator(".check label").first.click()
    expect(without_javascript.locator(".check input").first).to_be_checked()
    expect(without_javascript.locator("#tick-count")).to_be_hidden()


# The requirements -------------------------------------------------------------------------------------------


def test_a_filter_changes_the_list_and_keeps_ticks_address_and_page(content, desktop):
    desktop.goto(f"{TOOLBOX}krav/")
    desktop.evaluate("window.stillHere = true")
    desktop.locator("#pick-K01").check()
    desktop.wait_for_url("**/krav/?pick=K01")
    expect(desktop.locator("#pick-K01")).to_be_checked()
    expect(desktop.locator("#pick-K01")).to_be_focused()
    assert content.find("requirement", "K01").addressee != "vendor"
    desktop.locator("label[for=addressee-vendor]").click()
    desktop.wait_for_url(re.compile("addressee=vendor"))
    assert "pick=K01" in desktop.url
    expected = len([item for item in content.requirements if item.addressee == "vendor"])
    expect(desktop.locator(".entry-pick")).to_have_count(expected)
    expect(desktop.locator(".pick-bar .chip")).to_have_count(1)
    links = [link.get_attribute("href") for link in desktop.locator(".paper-copies a").all()]
    assert links
    assert all("pick=K01" in link for link in links)
    buttons = desktop.locator("#names-files button").all()
    assert [button.get_attribute("formaction") for button in buttons] == links
    desktop.locator("label[for=addressee-vendor]").click()
    expect(desktop.locator("#pick-K01")).to_be_checked()
    assert desktop.evaluate("window.stillHere") is True
    desktop.go_back()
    expect(desktop.locator(".entry-pick")).to_have_count(expected)


def test_a_use_in_the_tender_is_changed_from_the_list_with_mouse_or_keyboard(content, desktop):
    """All requirements have a select of one name; the others stay empty, and nothing of the changed one is lost."""
    desktop.goto(f"{TOOLBOX}krav/?personoplysninger=yes")
    minimum = [code for code in ("K04", "K02") if content.find("requirement", code).tender_use == "minimum"]
    assert minimum == ["K04", "K02"]
    before = desktop.locator(".pick-bar > p").all_inner_texts()
    desktop.locator("#use-K04").focus()
    desktop.locator("#use-K04").select_option("K04.konkurrencekrav")
    desktop.wait_for_url(re.compile("konkurrencekrav=K04"))
    expect(desktop.locator("#use-K04 option:checked")).to_contain_text("onkurrencekrav")
    expect(desktop.locator("#use-K04")).to_be_focused()
    assert desktop.locator(".pick-bar > p").all_inner_texts() != before
    desktop.locator("#use-K02").focus()
    desktop.keyboard.type("Oplys")
    desktop.wait_for_url(re.compile("oplysning=K02"))
    assert "konkurrencekrav=K04" in desktop.url
    assert "personoplysninger=yes" in desktop.url
    assert "brug=" not in desktop.url
    links = [link.get_attribute("href") for link in desktop.locator(".paper-copies a").all()]
    assert links
    assert all("konkurrencekrav=K04" in link and "oplysning=K02" in link for link in links)
    buttons = desktop.locator("#names-files button").all()
    assert [button.get_attribute("formaction") for button in buttons] == links


@pytest.mark.parametrize("address", ["krav/", "risici/", "maa-og-maa-ikke/", "kilder/"])
def test_two_choices_of_one_filter_stand_both_in_the_address(address, content, desktop):
    desktop.goto(f"{TOOLBOX}{address}")
    boxes = desktop.locator("#selection .facet[open] fieldset").first.locator("input")
    name, chosen = boxes.first.get_attribute("name"), [boxes.nth(place).get_attribute("value") for place in (0, 1)]
    for place, value in enumerate(chosen):
        desktop.locator(f"#{boxes.nth(place).get_attribute('id')} + label").click()
        desktop.wait_for_url(re.compile(f"{name}={value}"))
    assert desktop.url.endswith("?" + "&".join(f"{name}={value}" for value in chosen))


def test_the_form_for_names_has_its_files_again_when_something_is_found_again(content, desktop):
    desktop.goto(f"{TOOLBOX}krav/?q=xyzxyz")
    expect(desktop.locator("#names-files button")).to_have_count(0)
    desktop.locator("#selection input[type=search]").fill("leverandør")
    desktop.keyboard.press("Enter")
    desktop.wait_for_url(re.compile("q=leverand"))
    links = desktop.locator(".paper-copies a")
    expect(links.first).to_have_attribute("href", re.compile("q=leverand"))
    expect(desktop.locator("#names-files button")).to_have_count(links.count())


def test_filters_and_picks_work_without_javascript(content, without_javascript):
    page = without_javascript
    page.goto(f"{TOOLBOX}krav/")
    page.locator("#pick-K01").check()
    page.locator("#pick-K08").check()
    page.locator(".pick-bar noscript button, .pick-bar button").first.click()
    page.wait_for_url(re.compile("pick=K01&pick=K08"))
    expect(page.locator(".pick-bar .chip")).to_have_count(2)
    page.locator("label[for=addressee-vendor]").click()
    page.locator(".filters-submit").click()
    page.wait_for_url(re.compile("addressee=vendor"))
    assert "pick=K01&pick=K08" in page.url
    expect(page.locator(".pick-bar .chip")).to_have_count(2)
    with page.expect_download() as download:
        page.locator(".paper-copies a").first.click()
    assert download.value.suggested_filename == "Kravbilag.docx"


# On paper -----------------------------------------------------------------------------------------------------


def page_sizes(pdf: bytes) -> list[tuple[int, int]]:
    """Width and height of each page, in points."""
    boxes = re.findall(rb"/Type\s*/Page\b[^s].*?/MediaBox\s*\[([^\]]+)\]", pdf, re.DOTALL)
    return [tuple(round(float(number)) for number in box.split()[2:]) for box in boxes]


@pytest.mark.parametrize(
    ("paper", "query"),
    [
        ("A4", ""),
        ("A4", "?rolle=projektleder&nu=foranalyse&leverandoer=yes"),
        ("A3", "?rolle=projektleder&personoplysninger=yes&traening=no"),
    ],
)
def test_the_one_pager_is_one_sheet_across_and_the_list_follows(paper, query, content, desktop):
    desktop.goto(TOOLBOX + query)
    pages = page_sizes(desktop.pdf(prefer_css_page_size=True, format=paper))
    assert is_near(pages[0], ACROSS[paper])
    assert len(pages) > 1
    upright = ACROSS[paper][::-1]
    assert all(is_near(page, upright) for page in pages[1:])
    # Without the list nothing is left for a second sheet: the whole drawing stands on the first.
    desktop.evaluate("""() => {
      let after = document.querySelector('.onepager-sheet')
      while (after !== document.body) {
        while (after.nextSibling) after.nextSibling.remove()
        after = after.parentElement
      }
    }""")
    assert desktop.locator(".onepager").count() == 1
    (sheet,) = page_sizes(desktop.pdf(prefer_css_page_size=True, format=paper))
    assert is_near(sheet, ACROSS[paper])


def is_near(sheet: tuple[int, int], expected: tuple[int, int]) -> bool:
    return all(abs(length - other) <= 2 for length, other in zip(sheet, expected, strict=True))


def test_the_sheet_is_never_printed_without_the_reasons(content, desktop):
    """The drawing has no room for them: they follow it, and the other button prints them alone."""
    desktop.add_init_script("window.print = () => { window.printed = document.body.className }")
    desktop.goto(TOOLBOX)
    desktop.get_by_role("button", name="Udskriv én side, og begrundelserne efter den").click()
    assert desktop.evaluate("window.printed") == ""
    sizes = page_sizes(desktop.pdf(prefer_css_page_size=True, format="A4"))
    assert is_near(sizes[0], ACROSS["A4"])
    assert len(sizes) > 1
    desktop.get_by_role("button", name="Udskriv begrundelserne alene").click()
    assert desktop.evaluate("window.printed") == "print-list"
    desktop.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert desktop.evaluate("document.body.className") == ""


@pytest.mark.parametrize("paper", ["A4", "A3"])
def test_whatever_is_chosen_the_sheet_is_one(paper, content, desktop):
    every = "&".join(f"{question.code}=yes" for question in content.questions)
    for query in ("?role=jurist", "?personoplysninger=yes", f"?{every}", f"?role=projektleder&{every}"):
        desktop.goto(TOOLBOX + query)
        pages = page_sizes(desktop.pdf(prefer_css_page_size=True, format=paper))
        across = [page for page in pages if is_near(page, ACROSS[paper])]
        assert across == pages[:1], query


def test_the_drawing_fills_the_sheet_and_is_not_cut(content, desktop):
    desktop.goto(TOOLBOX)
    desktop.emulate_media(media="print")
    desktop.set_viewport_size({"width": 1062, "height": 733})  # A4 across without its margins of 8 mm, at 96 dpi
    box = desktop.locator(".onepager").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 1062
    assert box["height"] > 350
