"""What somebody has typed in a form of a project and not saved: the browser asks before the page is left."""

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from kl_ai.login import restore
from legaltoolbox.projects.models import Comment, RequirementState
from tests.browser import follow
from tests.legaltoolbox.projects.documents import begin

FORMS = {
    "activity": ("lead", "aktiviteter/a25/", "#id_note"),
    "own task": ("lead", "opgaver/ny/", "#id_title"),
    "risk": ("lead", "risici/r09/", "#id_event"),
    "requirement": ("lead", "krav/k01/", "#id_how"),
    "measure": ("lead", "foranstaltninger/ny/", "#id_text"),
    "legal basis": ("lead", "hjemmel/tilfoej/", "#id_basis"),
    "opinion": ("dpo", "dokumenter/1/forloeb/", "#id_text"),
    "decision at a point": ("management", "beslutninger/p1/", "#id_reason"),
}
TYPED = "Det har vi talt med borgerservice om."


class Asked:
    """How often the browser has asked whether to leave the page; the answer is each time to stay."""

    def __init__(self, page) -> None:
        self.times = 0
        page.on("dialog", self.stay)

    def stay(self, dialog) -> None:
        assert dialog.type == "beforeunload"
        self.times += 1
        dialog.dismiss()


@pytest.fixture
def document(team):
    """An impact assessment at the data protection officer."""
    document = begin(team, "S11")
    document.ask_dpo(team.lead.user, timezone.localdate() + timezone.timedelta(days=14))
    return document


def base(team) -> str:
    return reverse("projects:overview", args=team.project.address)


def try_to(page, control, asked, times) -> None:
    """Press what leads away, and wait until the browser has asked so many times."""
    control.click(no_wait_after=True)
    for _turn in range(50):
        if asked.times == times:
            return
        page.wait_for_timeout(100)
    assert asked.times == times


@pytest.mark.parametrize("form", FORMS)
def test_browser_asks_before_a_link_loses_what_was_typed(form, team, document, desktop, log_in):
    person, path, field = FORMS[form]
    log_in(desktop, team.people[person].user)
    asked = Asked(desktop)
    desktop.goto(base(team) + path)
    desktop.locator(field).click()  # a browser asks only whoever has done something on the page
    follow(desktop.locator(".project-nav a").first)
    assert asked.times == 0, "nothing was typed"
    desktop.goto(base(team) + path)
    desktop.locator(field).fill(TYPED)
    try_to(desktop, desktop.locator(".project-nav a").first, asked, 1)
    assert desktop.url.endswith(path)
    assert desktop.locator(field).input_value() == TYPED


def test_a_comment_or_evidence_does_not_lose_what_another_form_holds(team, desktop, log_in):
    log_in(desktop, team.lead.user)
    desktop.goto(f"{base(team)}krav/k01/")
    asked = Asked(desktop)
    desktop.locator("#id_how").fill(TYPED)
    desktop.get_by_text("Ny dokumentation").click()
    desktop.get_by_label("Hvad er det?").fill("Referat")
    try_to(desktop, desktop.get_by_role("button", name="Tilføj dokumentationen"), asked, 1)
    assert desktop.locator("#id_how").input_value() == TYPED
    assert desktop.get_by_label("Hvad er det?").input_value() == "Referat"
    # What is saved loses the other form: that is asked too, and without it nobody is asked
    try_to(desktop, desktop.get_by_role("button", name="Gem", exact=True), asked, 2)
    desktop.get_by_label("Hvad er det?").fill("")
    follow(desktop.get_by_role("button", name="Gem", exact=True))
    assert asked.times == 2
    assert RequirementState.objects.get(code="K01").how == TYPED


def test_what_was_refused_is_asked_about_too(team, desktop, log_in):
    log_in(desktop, team.lead.user)
    desktop.goto(f"{base(team)}opgaver/ny/")
    desktop.locator("#id_note").fill(TYPED)
    follow(desktop.get_by_role("button", name="Gem", exact=True))
    expect(desktop.locator("#id_note")).to_have_value(TYPED)
    asked = Asked(desktop)
    try_to(desktop, desktop.locator(".project-nav a").first, asked, 1)


def test_what_comes_back_after_a_login_is_asked_about_too(team, desktop, log_in):
    """As `restore.keep_own` has stored it before a login that had expired."""
    log_in(desktop, team.lead.user)
    path = f"{base(team)}opgaver/ny/"
    session = Session.objects.get()
    store = SessionStore(session.session_key)
    store[restore.SESSION_KEY] = [[path, [("title", ["Ring til KL"]), ("note", [TYPED])], team.lead.user.pk]]
    store.save()
    desktop.goto(path)
    expect(desktop.locator("#id_note")).to_have_value(TYPED)
    asked = Asked(desktop)
    desktop.locator("#id_note").click()
    try_to(desktop, desktop.locator(".project-nav a").first, asked, 1)


def test_a_comment_sent_just_after_typing_in_a_section_waits_for_the_save(team, desktop, log_in):
    document = begin(team, "S11")
    log_in(desktop, team.lead.user)
    desktop.goto(f"{base(team)}dokumenter/1/2/")
    asked = Asked(desktop)
    desktop.locator("summary", has_text="Kommentarer").click()
    desktop.locator("#comments textarea").fill("Er det rigtigt?")
    desktop.locator("[name=f-1]").fill(TYPED)
    follow(desktop.get_by_role("button", name="Send kommentaren"))
    assert asked.times == 0
    assert Comment.objects.get().text == "Er det rigtigt?"
    assert document.answers.get(section="2", field="1").value == TYPED


def test_a_section_is_still_saved_after_somebody_stayed_for_an_unsent_comment(team, desktop, log_in):
    document = begin(team, "S11")
    log_in(desktop, team.lead.user)
    desktop.goto(f"{base(team)}dokumenter/1/2/")
    asked = Asked(desktop)
    desktop.locator("summary", has_text="Kommentarer").click()
    desktop.locator("#comments textarea").fill("Er det rigtigt?")
    desktop.locator("[name=f-1]").fill(TYPED)
    button = desktop.get_by_role("button", name="Gem og fortsæt")
    try_to(desktop, button, asked, 1)
    desktop.locator("#comments textarea").fill("")
    follow(button)
    assert asked.times == 1
    assert document.answers.get(section="2", field="1").value == TYPED


def test_a_section_that_somebody_else_saved_meanwhile_is_asked_about(team, desktop, log_in):
    document = begin(team, "S11")
    log_in(desktop, team.lead.user)
    desktop.goto(f"{base(team)}dokumenter/1/2/")
    asked = Asked(desktop)
    document.answers.update_or_create(section="2", field="1", defaults={"value": "En anden skrev det."})
    desktop.locator("[name=f-1]").fill(TYPED)
    expect(desktop.locator("[data-saved-line]")).to_contain_text("En anden")
    try_to(desktop, desktop.locator(".project-nav a").first, asked, 1)
