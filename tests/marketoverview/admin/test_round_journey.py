"""A round from the last one to a vendor's answered question, in a real browser, with JavaScript and without."""

import pytest
from playwright.sync_api import expect

from kl_ai.mail.models import OutgoingMail
from marketoverview.models import Announcement, SurveyRound, VendorQuestion
from tests.browser import follow
from tests.builders import make_curator, make_user, make_vendor
from tests.days import days


@pytest.fixture
def desk(request, open_page, log_in):
    """The browser of a curator."""
    page = open_page(request.param)
    log_in(page, make_curator("kurator@kl.example"))
    return page


def make_the_round(desk) -> SurveyRound:
    desk.goto("/admin/marketoverview/surveyround/")
    follow(desk.get_by_role("link", name="Ny runde ud fra den seneste"))
    desk.get_by_label("Åbner den").fill(str(days(0)))
    desk.get_by_label("Lukker den").fill(str(days(30)))
    follow(desk.get_by_role("button", name="Opret runden"))
    return SurveyRound.objects.get(code="2027")


def release(desk) -> None:
    expect(desk.locator("main, #content").first).to_contain_text("Runden er klar.")
    follow(desk.get_by_role("link", name="Se undersøgelsen, som en leverandør vil se den"))
    assert desk.get_by_label("Titel").is_disabled()
    follow(desk.get_by_role("link", name="Tilbage til tjeklisten"))
    follow(desk.get_by_role("button", name="Frigiv runden"))


def announce(desk) -> None:
    follow(desk.locator("ul.steps").get_by_role("link", name="Meld ud"))
    follow(desk.get_by_role("button", name="Se mailen og modtagerne"))
    expect(desk.locator(".mail-previews")).to_contain_text("Markedsundersøgelsen 2027")
    follow(desk.get_by_role("button", name="Sæt 2 mails i kø"))


def answer_the_question(desk) -> None:
    desk.goto("/admin/")
    follow(desk.get_by_role("link", name="Spørgsmål til KL").first)
    follow(desk.locator("#result_list tbody").get_by_role("link").first)
    desk.get_by_label("Svaret på dansk").fill("Ja, med kundens samtykke.")
    follow(desk.get_by_role("button", name="Se mailen, og hvem der får den"))
    follow(desk.get_by_role("button", name="Offentliggør svaret til alle"))


@pytest.mark.parametrize("desk", ["desktop", "without_javascript"], indirect=True)
def test_a_round_is_made_released_announced_and_a_question_answered(desk, survey, open_page, log_in):
    SurveyRound.objects.filter(code="2026").update(closes_on=days(-1))
    asker = make_user("ki@klokkeblomst.example", member_of=make_vendor("Klokkeblomst (demofirma)"))
    other = make_user("ki@ranunkel.example", member_of=make_vendor("Ranunkel (demofirma)"))
    new = make_the_round(desk)
    assert SurveyRound.current().code == "2026"
    release(desk)
    assert SurveyRound.current() == new
    announce(desk)
    assert (Announcement.objects.get().person_count, OutgoingMail.objects.filter(kind="announcement").count()) == (2, 2)
    page = open_page("phone")
    log_in(page, asker)
    page.goto("/leverandoer/")
    follow(page.get_by_role("link", name="Spørgsmål og svar: spørg KL"))
    page.get_by_label("Jeres spørgsmål").fill("Må vi nævne kunder?")
    follow(page.get_by_role("button", name="Send spørgsmålet"))
    expect(page.locator("main")).to_contain_text("Venter på KL")
    answer_the_question(desk)
    assert VendorQuestion.objects.get().state == "published"
    page = open_page("phone")
    log_in(page, other)
    page.goto("/leverandoer/")
    follow(page.get_by_role("link", name="Spørgsmål og svar: spørg KL"))
    expect(page.locator("main")).to_contain_text("Ja, med kundens samtykke.")
    assert "Klokkeblomst" not in page.locator("main").inner_text()
