"""From an invitation to a published profile, in a real browser, with JavaScript and without."""

import re

import pytest
from django.core import mail
from django.urls import reverse
from playwright.sync_api import expect

from kl_ai.models import User
from marketoverview import letters
from marketoverview.models import Invitation, Response, SurveyRound, Vendor, VendorMember
from tests.browser import TOO_WIDE, accessibility_problems
from tests.builders import make_curator, make_response, make_user
from tests.html import assert_valid_html

EMAIL = "ki@klokkeblomst.example"
CODE = re.compile(r"\b\d{6}\b")


@pytest.fixture
def page(request, open_page):
    return open_page(request.param)


def link_of(message) -> str:
    """The path of the invitation in the mail."""
    return re.search(r"/leverandoer/invitation/\S+", message.body)[0]


def log_in_by_code(page, email: str) -> None:
    page.get_by_label("E-mail").fill(email)
    page.locator("main button[type=submit]").first.click()
    page.wait_for_url("**/kode/**")
    page.locator("main input[autocomplete=one-time-code]").fill(CODE.search(mail.outbox[-1].body)[0])
    page.locator("main button[type=submit]").first.click()


def tick(page, label: str) -> None:
    page.locator("label", has_text=label).first.click()


def go_on(page) -> None:
    page.get_by_role("button", name="Gem og fortsæt").click()


@pytest.mark.parametrize("page", ["desktop", "without_javascript"], indirect=True)
def test_from_invitation_to_the_figures(page, survey, open_page, log_in):
    invitation = Invitation.objects.create(
        email=EMAIL, company_name="Klokkeblomst (demofirma)", cvr_number="13585628", by_kl=True,
        round=SurveyRound.current(),
    )  # fmt: skip
    letters.invited(invitation)
    page.goto(link_of(mail.outbox[-1]))
    page.get_by_role("link", name="Log ind og fortsæt").click()
    log_in_by_code(page, EMAIL)
    page.get_by_role("button", name="Svar for Klokkeblomst (demofirma)").click()
    page.get_by_role("link", name="Svar på undersøgelsen").click()
    page.get_by_role("button", name="Begynd").click()
    page.get_by_role("link", name="Fortsæt med “Virksomheden”").click()
    # The company
    page.get_by_label("Beskrivelse").fill("Vi sorterer post for kommuner.")
    go_on(page)
    # What it offers, in its own words too
    tick(page, "Implementering af konkrete løsninger")
    tick(page, "Forudsigelse")
    page.locator("#item-services label", has_text="Andet").first.click()
    page.locator("#item-services [data-own-words] input").fill("Dataetik")
    go_on(page)
    # It leaves and comes back: everything is still there
    page.goto("/leverandoer/")
    page.get_by_role("link", name="Fortsæt, hvor I slap").click()
    page.get_by_role("link", name="Det, I tilbyder", exact=True).click()
    assert page.locator("#item-services [data-own-words] input").input_value() == "Dataetik"
    assert page.get_by_label("Implementering af konkrete løsninger").is_checked()
    go_on(page)
    tick(page, "Sagsbehandling")
    go_on(page)
    # An example
    page.get_by_role("link", name="Tilføj et eksempel").click()
    page.get_by_label("Titel").fill("Postsortering")
    tick(page, "Sagsbehandling")
    page.get_by_role("button", name="Gem eksemplet").click()
    page.get_by_role("button", name="Fortsæt", exact=True).click()
    go_on(page)
    # It looks at what is missing, and follows the link
    page.goto(reverse("vendor:review", args=[Response.objects.get().pk]))
    page.get_by_role("link", name="Kontaktens e-mail mangler.").click()
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_role("button", name="Gem og gå til oversigten").click()
    hand_in(page)
    assert "KL har modtaget jeres svar" in page.content()
    receipt = mail.outbox[-1]
    assert "Dataetik" in receipt.body
    assert receipt.to == [EMAIL]
    # KL sends it back with a reason at the very question
    desk = open_page("desktop")
    log_in(desk, make_curator("kurator@kl.example"))
    review = f"/admin/marketoverview/response/{Response.objects.get().pk}/review/"
    desk.goto(review)
    desk.locator("[name='remark-services']").evaluate("field => field.closest('details').open = true")
    desk.locator("[name='remark-services']").fill("Hvad mener I med dataetik?")
    desk.get_by_role("button", name="Send tilbage").click()
    assert "Hvad mener I med dataetik?" in mail.outbox[-1].body
    # The vendor sees it there, corrects and hands in anew
    page.goto("/leverandoer/")
    page.get_by_role("link", name="Ret svarene").click()
    page.get_by_role("link", name="Det, I tilbyder", exact=True).click()
    assert "Hvad mener I med dataetik?" in page.locator("#item-services").inner_text()
    page.locator("#item-services [data-own-words] input").fill("Rådgivning om dataetik")
    page.get_by_role("button", name="Gem og gå til oversigten").click()
    hand_in(page)
    # KL publishes, and everybody sees it at once
    desk.goto(review)
    desk.get_by_role("button", name="Offentliggør").click()
    page.goto("/markedsoverblik/")
    assert page.get_by_role("link", name="Klokkeblomst (demofirma)").count()
    page.goto("/markedsoverblik/figurer/services/")
    assert "1 af 1 virksomheder har svaret." in page.content()
    page.goto("/markedsoverblik/virksomheder/klokkeblomst-demofirma/")
    assert "Rådgivning om dataetik" in page.content()
    assert User.objects.filter(email=EMAIL, is_staff=False).count() == 1


def hand_in(page) -> None:
    page.get_by_role("link", name="Gennemse og send ind").first.click()
    for box in page.locator("main form input[type=checkbox]").all():
        box.check(force=True)
    page.get_by_role("button", name="Send ind til KL").click()


# Writing ------------------------------------------------------------------------------------------


@pytest.fixture
def draft(survey, vendor):
    return make_response(vendor, "draft", round=SurveyRound.current(), description="Gammel tekst")


def company_page(page, draft):
    page.goto(reverse("vendor:part", args=[draft.pk, "company"]))
    return page


@pytest.mark.parametrize("page", ["desktop", "without_javascript"], indirect=True)
def test_of_two_tabs_neither_loses_anything(page, draft, owner, log_in):
    log_in(page, owner)
    company_page(page, draft)
    other = company_page(page.context.new_page(), draft)
    page.get_by_label("Beskrivelse").fill("Første udgave")
    page.get_by_role("button", name="Gem og gå til oversigten").click()
    page.wait_for_url("**/opgaver/")
    other.get_by_label("Beskrivelse").fill("Anden udgave")
    other.get_by_role("button", name="Gem og gå til oversigten").click()
    assert "Første udgave" in other.locator(".conflict").inner_text()
    assert other.get_by_label("Beskrivelse").input_value() == "Anden udgave"
    other.get_by_role("button", name="Gem og gå til oversigten").click()  # having seen both
    other.wait_for_url("**/opgaver/")
    draft.refresh_from_db()
    assert draft.description == "Anden udgave"


def test_what_is_written_saves_itself_and_waits_for_the_connection(desktop, draft, owner, log_in):
    log_in(desktop, owner)
    company_page(desktop, draft)
    text, line = desktop.get_by_label("Beskrivelse"), desktop.locator("[data-saved-line]")
    desktop.context.set_offline(True)
    text.fill("Tre små ord")
    expect(line).to_contain_text("Ikke gemt")
    assert text.input_value() == "Tre små ord"
    assert "87 ord tilbage" in desktop.content()
    desktop.context.set_offline(False)
    expect(line).to_contain_text("Gemt kl.")
    draft.refresh_from_db()
    assert draft.description == "Tre små ord"


def test_a_login_that_expired_keeps_what_was_typed(without_javascript, draft, owner, log_in):
    page = without_javascript
    log_in(page, owner)
    company_page(page, draft)
    page.get_by_label("Beskrivelse").fill("Skrevet, mens login udløb")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Gem og gå til oversigten").click()
    log_in_by_code(page, owner.email)
    assert page.get_by_label("Beskrivelse").input_value() == "Skrevet, mens login udløb"
    draft.refresh_from_db()
    assert draft.description == "Gammel tekst"


def test_a_part_is_filled_in_with_the_keyboard_alone(desktop, draft, owner, log_in):
    log_in(desktop, owner)
    desktop.goto(reverse("vendor:part", args=[draft.pk, "services"]))
    desktop.locator("#item-services input[type=checkbox]").first.focus()
    desktop.keyboard.press("Space")
    for _ in range(60):
        desktop.keyboard.press("Tab")
        if desktop.evaluate("document.activeElement.textContent.trim()") == "Gem og gå til oversigten":
            break
    desktop.keyboard.press("Enter")
    desktop.wait_for_url("**/opgaver/")
    assert draft.stored(("services",)) == {"services": {"implementation": ""}}


# Every page -----------------------------------------------------------------------------------------


@pytest.fixture
def paths(survey, vendor, owner):
    """The pages of the vendor's area: with public answers, a draft beside them, a colleague, an invitation."""
    survey_round = SurveyRound.current()
    make_response(vendor, round=survey_round, offerings=[{"title": "Postsortering"}])
    draft = Response.begin(vendor, survey_round, owner)
    other = Vendor.objects.create(name="Sivsko", slug="sivsko")
    VendorMember.objects.create(vendor=other, user=owner)
    VendorMember.objects.create(vendor=other, user=make_user("kollega@sivsko.example"))
    invitation = Invitation.objects.create(email="ny@sivsko.example", company_name="Sivsko", vendor=other)
    one = [vendor.slug]
    places = [
        ("home", []), ("questions", []), ("register", []), ("account", []), ("account_delete", []),
        ("company", one), ("company", ["sivsko"]), ("members", ["sivsko"]), ("confirm", one), ("withdraw", one),
        ("begin", ["sivsko"]), ("member_remove", ["sivsko", other.memberships.last().pk]),
        ("invitation", [invitation.token]), ("response", [draft.pk]), ("tasks", [draft.pk]), ("review", [draft.pk]),
        *(("part", [draft.pk, key]) for key in ("company", "services", "experience", "offerings", "challenges", "contact")),
        ("offering", [draft.pk, draft.offerings.get().key]),
    ]  # fmt: skip
    return [reverse(f"vendor:{name}", args=args) for name, args in places]


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_every_page_is_accessible(size, paths, owner, log_in, open_page):
    page = open_page(size)
    log_in(page, owner)
    errors: list[str] = []
    page.on("console", lambda message: message.type == "error" and errors.append(f"{page.url}: {message.text}"))
    problems = []
    for path in paths:
        page.goto(path)
        problems += accessibility_problems(page)
    assert not problems + errors, "\n".join(problems + errors)


def test_no_page_scrolls_sideways(paths, owner, log_in, narrow):
    log_in(narrow, owner)
    problems = []
    for path in paths:
        narrow.goto(path)
        problems += [f"{path}: {found}" for found in narrow.evaluate(TOO_WIDE)]
    assert not problems, "\n".join(problems)


def test_every_page_is_valid_html(paths, owner, client, tmp_path):
    client.force_login(owner)
    pages = {path: client.get(path).content.decode() for path in [*paths, *(f"/en{path}" for path in paths)]}
    assert_valid_html(pages, tmp_path)
