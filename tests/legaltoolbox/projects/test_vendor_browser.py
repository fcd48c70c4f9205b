"""A vendor in the browser: opens the link, answers, asks, hands in and corrects, with scripts and without."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from kl_ai.drafts.parts import fingerprint
from legaltoolbox.projects.models import AnnexQuestion, Recipient
from tests.browser import follow
from tests.html import assert_valid_html
from tests.legaltoolbox.projects import annexes

TEN = ("K01", "K05", "K10", "K12", "K15", "K18", "K20", "K25", "K31", "K33")
HOW = "Vi sletter hver nat – æøå."


@pytest.fixture
def recipient(team) -> Recipient:
    return annexes.loaded(annexes.make_sent(team).recipients.get(company="Alfa Prøve"))


def url(recipient, name="overview", *args) -> str:
    return reverse(f"vendor_answers:{name}", args=[recipient.token, *args])


def answer_points(page, recipient, code) -> int:
    """Answer each point of the requirement that the page shows with yes, the first one with words too; how many there are."""
    points = [point["number"] for point in recipient.annex.lines.get(code=code).answered_points]
    for number in points:
        page.locator(f'input[name="{number}.value"][value="yes"]').check()
    page.locator(f'textarea[name="{points[0]}.how"]').fill(HOW)
    page.locator(f'input[name="{points[0]}.reference"]').fill("Bilag 3, side 4")
    return len(points)


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


@pytest.mark.parametrize("browser_page", ["desktop", "without_javascript"])
def test_a_vendor_answers_asks_hands_in_and_corrects(browser_page, recipient, open_page):
    page = open_page(browser_page)
    page.goto(url(recipient))
    follow(page.get_by_role("link", name="Begynd med K10"))
    answer_points(page, recipient, "K10")
    follow(button(page, "Gem og fortsæt"))
    expect(page.get_by_text("K10 er gemt.")).to_be_visible()
    answer_points(page, recipient, "K31")
    follow(button(page, "Gem og gå til indsendelse"))
    page.get_by_label("Dit navn").fill("Anne Andersen")
    follow(button(page, "Indsend"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Svarene er indsendt")
    expect(page.get_by_text(HOW).first).to_be_visible()

    follow(page.get_by_role("link", name="Tilbage til oversigten"))
    page.get_by_text("Spørg kommunen").click()
    page.get_by_label("Jeres spørgsmål").fill("Gælder K10 også test?")
    follow(button(page, "Send spørgsmålet"))
    expect(page.get_by_text("Gælder K10 også test?")).to_be_visible()

    follow(page.get_by_role("link", name="K31"))
    page.locator('textarea[name="K31.1.how"]').fill("Rettet")
    follow(button(page, "Gem og gå til oversigten"))
    expect(page.get_by_text("Ændret siden sidste indsendelse")).to_be_visible()
    assert AnnexQuestion.objects.count() == recipient.submissions.count() == 1
    assert page.context.cookies() == []


def test_what_is_typed_is_saved_by_itself_and_the_back_button_makes_no_conflict(recipient, desktop):
    desktop.goto(url(recipient, "requirement", "k10"))
    desktop.locator('textarea[name="K10.1.how"]').fill(HOW)
    expect(desktop.locator("[data-saved-line]")).to_contain_text("Gemt kl.")
    assert recipient.answers.get(point="K10.1").how == HOW
    follow(button(desktop, "Gem og fortsæt"))
    desktop.go_back()
    field = desktop.locator('textarea[name="K10.1.how"]')
    expect(field).to_have_value(HOW)
    field.fill("Rettet efter tilbage")
    follow(button(desktop, "Gem og gå til oversigten"))
    assert recipient.answers.get(point="K10.1").how == "Rettet efter tilbage"


def test_a_colleague_in_another_window_gives_both_versions(recipient, desktop):
    desktop.goto(url(recipient, "requirement", "k10"))
    line = recipient.annex.lines.get(code="K10")
    recipient.save_requirement("K10", {"K10.1.how": "Kollegaens"}, fingerprint(recipient.stored(line)))
    desktop.locator('textarea[name="K10.1.how"]').fill("Mit eget")
    expect(desktop.locator("[data-saved-line]")).to_contain_text("begge udgaver")
    follow(button(desktop, "Gem og fortsæt"))
    conflict = desktop.locator(".conflict")
    expect(conflict).to_contain_text("Kollegaens")
    expect(conflict).to_contain_text("Mit eget")
    follow(button(desktop, "Gem og fortsæt"))
    assert recipient.answers.get(point="K10.1").how == "Mit eget"


def test_the_time_runs_out_while_somebody_types(recipient, desktop):
    desktop.goto(url(recipient, "requirement", "k10"))
    annexes.pass_deadline(recipient.annex)
    desktop.locator('textarea[name="K10.1.how"]').fill("x" * 5000)
    expect(desktop.locator("[data-saved-line]")).to_contain_text("Der er lukket for svar")
    follow(button(desktop, "Gem og fortsæt"))
    expect(desktop.get_by_role("heading", level=1)).to_have_text("Intet blev gemt")
    expect(desktop.get_by_text("x" * 5000)).to_be_visible()


PLACES = (
    ("overview",),
    ("requirement", "k10"),
    ("requirement", "k31"),
    ("hand_in",),
    ("receipt", 1),
    ("print",),
    ("ask",),
)


class Looker:
    """Looks at pages in one language, and keeps their HTML."""

    def __init__(self, inspector, language: str) -> None:
        self.inspector, self.page = inspector, inspector.page
        self.beginning = "/en" if language == "en" else ""
        self.pages: dict[str, str] = {}

    def open(self, path: str) -> None:
        self.page.goto(self.beginning + path)
        self.look(path)

    def look(self, name: str) -> None:
        self.pages[name] = self.page.content()
        for size in ("desktop", "phone"):
            self.inspector.check_accessibility(size)
        self.inspector.check_width()


@pytest.mark.parametrize("language", ["da", "en"])
def test_pages_are_accessible_narrow_and_valid(language, recipient, desktop, inspector, tmp_path):
    annexes.answer(recipient, how="langtordudenmellemrum" * 40)
    AnnexQuestion.ask(recipient, "Gælder K10 også test?")
    recipient.hand_in("Anne Andersen")
    annexes.answer(recipient, "K31", "partly")
    looker = Looker(inspector, language)
    for place in PLACES:
        looker.open(url(recipient, *place))
    desktop.goto(url(recipient, "requirement", "k10"))
    desktop.locator('textarea[name="K10.1.how"]').fill("y" * 5000)
    follow(button(desktop, "Gem og fortsæt"))
    looker.look("/errors/")
    annexes.pass_deadline(recipient.annex)
    for place in PLACES[:2]:
        looker.open(url(recipient, *place))
    annexes.pass_deadline(recipient.annex, 31)
    looker.open(url(recipient))
    assert not [problem for problem in inspector.problems if "status of 410" not in problem]
    assert desktop.context.cookies() == []
    assert_valid_html(looker.pages, tmp_path)


def test_everything_is_done_by_the_keyboard(recipient, desktop):
    desktop.goto(url(recipient, "requirement", "k10"))
    desktop.locator('input[name="K10.1.value"][value="yes"]').focus()
    desktop.keyboard.press("Space")
    desktop.keyboard.press("Tab")
    desktop.keyboard.type("Skrevet")
    desktop.keyboard.press("Tab")
    desktop.keyboard.type("Bilag 1")
    with desktop.expect_event("load"):
        desktop.keyboard.press("Enter")
    row = recipient.answers.get(point="K10.1")
    assert (row.value, row.how, row.reference) == ("yes", "Skrevet", "Bilag 1")


def test_ten_requirements_take_thirteen_pages_and_one_press_each(team, desktop):
    """From the link in the mail to the receipt: the overview, ten requirements, handing in and the receipt."""
    annex = annexes.make_draft(team, dict.fromkeys(TEN, "competition"))
    annexes.add_companies(annex, team, ["Alfa Prøve"])
    annexes.send(annex, team)
    recipient = annexes.loaded(annex.recipients.get())
    pages = []
    desktop.on("load", lambda page: pages.append(page.url))
    desktop.goto(url(recipient))
    presses, points = 1, 0
    follow(desktop.get_by_role("link", name="Begynd med K01"))
    for code in TEN:
        points += answer_points(desktop, recipient, code)
        follow(button(desktop, "Gem og gå til indsendelse" if code == TEN[-1] else "Gem og fortsæt"))
        presses += 1
    desktop.get_by_label("Dit navn").fill("Anne Andersen")
    follow(button(desktop, "Indsend"))
    presses += 1
    assert (len(pages), presses) == (13, 12)
    assert sum(bool(answer["value"]) for answer in recipient.submissions.get().answers.values()) == points
    print(f"{len(pages)} pages, {presses} presses, {points} points")
