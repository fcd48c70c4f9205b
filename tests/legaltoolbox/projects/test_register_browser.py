"""A sheet published, read and withdrawn in a real browser, with JavaScript and without, and its pages in both languages."""

import pytest
from django.urls import reverse
from django.utils.translation import override
from playwright.sync_api import expect

from legaltoolbox.projects.work import sheet_parts
from legaltoolbox.projects.work.sheet import SheetChoices
from tests.browser import follow
from tests.html import assert_valid_html
from tests.legaltoolbox.projects.builders import Team
from tests.legaltoolbox.projects.documents import begin, browser
from tests.legaltoolbox.projects.sheets import approve, approved, published, say

WHOLE = SheetChoices(
    area="social",
    texts=("letter", "long", "added-children"),
    has_experiences=True,
    solutions=("/markedsoverblik/virksomheder/agern/",),
)


@pytest.fixture
def team(content) -> Team:
    return Team()


def all_approved(team) -> None:
    """The three documents that a sheet is made of, with something in each field."""
    approved(team)
    approved(team, "S24", {("3", "1"): "Vi bruger AI i din sag.", ("5", "1"): ["Tekst til børn og unge"]})
    approved(team, "S35", {sheet_parts.SHARED_WITH: "Alle"})


def pages_of(team, language: str) -> list[str]:
    code, number = team.project.address
    with override(language):
        return [
            reverse("register:sheets"),
            reverse("register:sheet", args=[code, number]),
            reverse("register:earlier_sheet", args=[code, number, 1]),
            reverse("projects:openness", args=[code, number]),
            reverse("projects:openness", args=[code, number]) + "?vis=1&area=health&has_experiences=on&texts=letter",
            reverse("projects:openness", args=[code, number]) + "?vis=1&area=ukendt&solutions=x",
        ]


@pytest.fixture
def with_two_versions(team) -> Team:
    all_approved(team)
    published(team, WHOLE)
    newer = begin(team, "S27")
    say(newer, {("2", "3"): "Skriv til post@kommune.example."}, team.editor)
    approve(team, newer)
    published(team, WHOLE)
    return team


@pytest.mark.parametrize("size", ["desktop", "phone", "without_javascript"])
def test_a_sheet_is_published_read_and_withdrawn(size, team, open_page, log_in):
    all_approved(team)
    page = open_page(size)
    log_in(page, team.lead.user)
    page.goto(reverse("projects:report", args=team.project.address))
    follow(page.locator("main").get_by_role("link", name="Offentliggør et faktaark i det offentlige register"))
    page.get_by_label("Det område, hvor løsningen bruges").select_option(label="Socialområdet")
    follow(page.get_by_role("button", name="Se faktaarket"))
    expect(page.locator(".register-preview")).to_contain_text("Brevhjælperen")
    follow(page.get_by_role("button", name="Offentliggør faktaarket"))
    follow(page.locator("main").get_by_role("link", name="Se den offentlige side"))
    expect(page.locator("h1")).to_have_text("Brevhjælperen")
    visitor = open_page(size)
    visitor.goto(reverse("register:sheets"))
    follow(visitor.get_by_role("link", name="Brevhjælperen"))
    address = visitor.url
    expect(visitor.locator("main")).to_contain_text("Socialområdet")
    page.goto(reverse("projects:openness", args=team.project.address))
    page.get_by_label("Hvorfor").fill("Vi retter en fejl.")
    follow(page.get_by_role("button", name="Træk faktaarket tilbage"))
    assert visitor.goto(address).status == 410
    expect(visitor.locator("h1")).to_have_text("Faktaarket er trukket tilbage")
    expect(visitor.locator("main")).not_to_contain_text("Brevhjælperen")


@pytest.mark.parametrize("language", ["da", "en"])
def test_its_pages_can_be_used_by_everybody(language, with_two_versions, log_in, desktop, inspector):
    log_in(desktop, with_two_versions.lead.user)
    for path in pages_of(with_two_versions, language):
        assert desktop.goto(path).status == 200, path
        desktop.evaluate("document.querySelectorAll('main details').forEach(each => each.open = true)")
        inspector.check_accessibility("desktop")
        inspector.check_accessibility("phone")
        inspector.check_width()
    assert not inspector.problems, "\n".join(inspector.problems)


def test_its_pages_are_valid_html(with_two_versions, tmp_path):
    client = browser(with_two_versions.lead)
    paths = [path for language in ("da", "en") for path in pages_of(with_two_versions, language)]
    pages = {path: client.get(path).content.decode() for path in paths}
    withdraw = reverse("projects:openness_withdraw", args=with_two_versions.project.address)
    pages["no reason"] = client.post(withdraw, {"reason": ""}).content.decode()
    client.post(withdraw, {"reason": "Slut"})
    pages |= {f"{path} withdrawn": client.get(path).content.decode() for path in paths}
    assert_valid_html(pages, tmp_path)
