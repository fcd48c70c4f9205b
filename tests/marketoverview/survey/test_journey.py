"""From an invitation to a published profile, in a real browser, with JavaScript and without."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.urls import reverse
from playwright.sync_api import expect

from kl_ai.drafts.parts import fingerprint
from kl_ai.models import User
from marketoverview.mails import notifications
from marketoverview.models import Invitation, Option, Response, SurveyRound
from tests.browser import follow
from tests.builders import make_curator
from tests.marketoverview.browser_steps import hand_in, log_in_by_code, send_back_with_a_reason, tick
from tests.marketoverview.vendor_area import part_url

EMAIL = "ki@klokkeblomst.example"
CHANGED = [("services", "implementation"), ("business-areas", "casework")]
"""Question and option: one that is retired, and one that is reworded."""


@pytest.fixture
def page(request, open_page):
    return open_page(request.param)


def invitation_path(message) -> str:
    """The path of the invitation in the mail."""
    return re.search(r"/leverandoer/invitation/\S+", message.body)[0]


def go_on(page) -> None:
    follow(page.get_by_role("button", name="Gem og fortsæt"))


def accept_invitation(page) -> None:
    invitation = Invitation.objects.create(
        email=EMAIL,
        company_name="Klokkeblomst (demofirma)",
        cvr_number="13585628",
        by_kl=True,
        round=SurveyRound.current(),
    )
    notifications.send_invitation(invitation)
    page.goto(invitation_path(mail.outbox[-1]))
    follow(page.get_by_role("link", name="Log ind og fortsæt"))
    log_in_by_code(page, EMAIL)
    follow(page.get_by_role("button", name="Svar for Klokkeblomst (demofirma)"))
    follow(page.get_by_role("button", name="Svar på undersøgelsen"))
    follow(page.get_by_role("link", name="Begynd med “Virksomheden”"))


def answer_the_first_parts(page) -> None:
    """The description, and what the company offers, in its own words too."""
    page.get_by_label("Beskrivelse").fill("Vi sorterer post for kommuner.")
    go_on(page)
    # What it offers, in its own words too
    tick(page, "Implementering af konkrete løsninger")
    tick(page, "Forudsigelse")
    page.locator("#item-services label", has_text="Andet").first.click()
    page.locator("#item-services [data-own-words] input").fill("Dataetik")
    go_on(page)


def leave_and_come_back(page) -> None:
    """Everything is still there."""
    page.goto("/leverandoer/")
    follow(page.get_by_role("link", name="Fortsæt, hvor I slap"))
    follow(page.get_by_role("link", name="Det, I tilbyder", exact=True))
    assert page.locator("#item-services [data-own-words] input").input_value() == "Dataetik"
    assert page.get_by_label("Implementering af konkrete løsninger").is_checked()
    go_on(page)
    tick(page, "Sagsbehandling")
    go_on(page)


def add_an_example(page) -> None:
    follow(page.get_by_role("link", name="Tilføj et eksempel"))
    page.get_by_label("Titel").fill("Postsortering")
    tick(page, "Sagsbehandling")
    follow(page.get_by_role("button", name="Gem eksemplet"))
    follow(page.get_by_role("button", name="Fortsæt", exact=True))
    go_on(page)


def follow_the_link_to_what_is_missing(page) -> None:
    page.goto(reverse("vendor:review", args=[Response.objects.get().pk]))
    follow(page.get_by_role("link", name="Kontaktens e-mail mangler."))
    page.get_by_label("E-mail").fill(EMAIL)
    follow(page.get_by_role("button", name="Gem og gå tilbage til gennemgangen"))


def correct_what_was_sent_back(page) -> None:
    page.goto("/leverandoer/")
    follow(page.get_by_role("link", name="Ret svarene"))
    follow(page.get_by_role("link", name="Det, I tilbyder", exact=True))
    assert "Hvad mener I med dataetik?" in page.locator("#item-services").inner_text()
    assert "Ikke rettet endnu" in page.locator("#item-services").inner_text()
    page.locator("#item-services [data-own-words] input").fill("Rådgivning om dataetik")
    follow(page.get_by_role("button", name="Gem og gå til oversigten"))
    expect(page.locator("main")).to_contain_text("Alle bemærkninger er rettet. Svarene er klar til at blive indsendt.")


def decide_about_changed_options(page) -> None:
    """One option that was chosen is gone, and another one is reworded: it is asked about, and decided."""
    retired, reworded = (Option.objects.get(question__code=q, code=c) for q, c in CHANGED)
    retired.retire()
    reworded.label_da = "Sagsbehandling og afgørelser"
    reworded.record_rewording()
    page.goto("/leverandoer/")
    follow(page.get_by_role("link", name="Ret svarene"))
    expect(page.locator("main")).to_contain_text("I valgte “Implementering af konkrete løsninger”")
    follow(page.get_by_role("button", name="Gå hele undersøgelsen igennem"))
    expect(page.locator("main")).to_contain_text("KL har fjernet eller omformuleret 3 svarmuligheder")
    follow(page.get_by_role("link", name="Det, I tilbyder", exact=True))
    expect(page.locator("#item-services")).to_contain_text("som ikke findes længere")
    tick(page, "Intet andet passer")
    go_on(page)
    expect(page.locator("#item-business-areas")).to_contain_text("“Sagsbehandling” hedder nu: “Sagsbehandling og")
    tick(page, "Vores svar passer også med den nye ordlyd")
    go_on(page)
    follow(page.get_by_role("link", name="Ret Postsortering"))
    expect(page.locator("main")).to_contain_text("hedder nu: “Sagsbehandling og afgørelser”")
    follow(page.get_by_role("button", name="Gem eksemplet"))
    page.goto(reverse("vendor:tasks", args=[Response.objects.open().get().pk]))
    hand_in(page)
    assert "KL har modtaget jeres svar" in page.content()


def take_back_and_correct_one_thing(page) -> None:
    """KL has not opened it yet."""
    follow(page.get_by_role("link", name="Kald svarene tilbage"))
    follow(page.get_by_role("button", name="Kald svarene tilbage"))
    follow(page.get_by_role("link", name="Gennemse og indsend").first)
    follow(page.get_by_role("link", name="Ret Navn, beskrivelse og hjemmeside"))
    page.locator("[name=website]").fill("https://klokkeblomst.example")
    follow(page.get_by_role("button", name="Gem og gå tilbage til gennemgangen"))
    expect(page.locator("#contact")).to_contain_text("klokkeblomst.example")


@pytest.mark.parametrize("page", ["desktop", "without_javascript"], indirect=True)
def test_from_invitation_to_the_figures(page, survey, open_page, log_in):
    accept_invitation(page)
    answer_the_first_parts(page)
    leave_and_come_back(page)
    add_an_example(page)
    follow_the_link_to_what_is_missing(page)
    hand_in(page)
    assert "KL har modtaget jeres svar" in page.content()
    receipt = mail.outbox[-1]
    assert "Dataetik" in receipt.body
    assert receipt.to == [EMAIL]
    desk = open_page("desktop")
    log_in(desk, make_curator("kurator@kl.example"))
    review = f"/admin/marketoverview/response/{Response.objects.get().pk}/review/"
    send_back_with_a_reason(desk, review)
    assert "Hvad mener I med dataetik?" in mail.outbox[-1].body
    correct_what_was_sent_back(page)
    hand_in(page)
    # KL publishes, and everybody sees it at once
    desk.goto(review)
    follow(desk.get_by_role("button", name="Offentliggør"))
    page.goto("/markedsoverblik/")
    assert page.get_by_role("link", name="Klokkeblomst (demofirma)").count()
    page.goto("/markedsoverblik/figurer/services/")
    assert "1 af 1 virksomheder har svaret." in page.content()
    page.goto("/markedsoverblik/virksomheder/klokkeblomst-demofirma/")
    assert "Rådgivning om dataetik" in page.content()
    assert User.objects.filter(email=EMAIL, is_staff=False).count() == 1
    decide_about_changed_options(page)
    take_back_and_correct_one_thing(page)


# Writing ------------------------------------------------------------------------------------------

BOTH_WAYS = pytest.mark.parametrize("page", ["desktop", "without_javascript"], indirect=True)
TO_OVERVIEW = "Gem og gå til oversigten"


def company_page(page, draft):
    page.goto(part_url(draft, "company"))
    return page


def description(page):
    return page.get_by_label("Beskrivelse")


def saved_line(page):
    return expect(page.locator("[data-saved-line]"))


def save(page) -> None:
    page.get_by_role("button", name=TO_OVERVIEW).click()


def stored(draft) -> str:
    draft.refresh_from_db()
    return draft.description


@BOTH_WAYS
def test_of_two_tabs_neither_loses_anything(page, draft, owner, log_in):
    log_in(page, owner)
    company_page(page, draft)
    other_page = company_page(page.context.new_page(), draft)
    description(page).fill("Første udgave")
    save(page)
    page.wait_for_url("**/opgaver/")
    description(other_page).fill("Anden udgave")
    save(other_page)
    expect(other_page.locator(".conflict")).to_contain_text("Første udgave")
    expect(other_page.locator(".conflict h2")).to_contain_text("Du har selv gemt siden i et andet vindue")
    expect(description(other_page)).to_have_value("Anden udgave")
    assert stored(draft) == "Første udgave"
    save(other_page)  # having seen both
    other_page.wait_for_url("**/opgaver/")
    assert stored(draft) == "Anden udgave"


def test_a_tab_that_saves_itself_overwrites_nothing_either(writer, draft, owner):
    draft.save_part(
        "company", ("description",), {"description": "Første udgave"}, description_fingerprint(draft), owner
    )
    description(writer).fill("Anden udgave")
    saved_line(writer).to_contain_text("Du har selv gemt siden i et andet vindue kl.")
    assert stored(draft) == "Første udgave"
    save(writer)
    expect(writer.locator(".conflict")).to_contain_text("Første udgave")
    expect(description(writer)).to_have_value("Anden udgave")


def description_fingerprint(draft) -> str:
    return fingerprint(draft.stored(("description",)))


def test_what_is_written_saves_itself_and_words_are_counted(writer, draft):
    description(writer).fill("Tre små ord")
    expect(writer.locator("main")).to_contain_text("87 ord tilbage")
    saved_line(writer).to_contain_text("Gemt kl.")
    assert stored(draft) == "Tre små ord"
    description(writer).fill("ord " * 92)
    expect(writer.locator("main")).to_contain_text("2 ord for meget")


def test_without_a_connection_it_waits_and_says_so(writer, draft):
    writer.context.set_offline(True)
    description(writer).fill("Skrevet i toget")
    saved_line(writer).to_contain_text("Ikke gemt")
    save(writer)  # leads nowhere, least of all to the browser's own page
    assert description(writer).input_value() == "Skrevet i toget"
    assert stored(draft) == "Gammel tekst"
    writer.context.set_offline(False)
    saved_line(writer).to_contain_text("Gemt kl.")
    assert stored(draft) == "Skrevet i toget"


def test_a_portal_that_cannot_save_is_not_called_a_missing_connection(writer, draft):
    writer.route("**/del/company/", lambda route: route.fulfill(status=503), times=1)
    description(writer).fill("Skrevet, mens databasen var væk")
    saved_line(writer).to_contain_text("Ikke gemt: Portalen kan ikke gemme lige nu.")
    saved_line(writer).to_contain_text("Gemt kl.", timeout=15_000)  # it has tried again by itself
    assert stored(draft) == "Skrevet, mens databasen var væk"


def test_a_click_while_it_saves_itself_does_not_collide_with_it(writer, draft):
    late = []
    writer.route("**/del/company/", lambda route: late.append((route, route.fetch())), times=1)
    description(writer).fill("Den første halvdel")
    while not late:  # it is stored, and the page does not know yet
        writer.wait_for_timeout(50)
    description(writer).fill("Den første halvdel og resten")
    save(writer)
    route, answer = late[0]
    route.fulfill(response=answer)
    writer.wait_for_url("**/opgaver/", timeout=5000)
    assert stored(draft) == "Den første halvdel og resten"


@BOTH_WAYS
def test_a_login_that_expired_keeps_what_was_typed(page, draft, owner, log_in):
    log_in(page, owner)
    company_page(page, draft)
    Session.objects.all().delete()
    description(page).fill("Skrevet, mens login udløb")
    save(page)
    log_in_by_code(page, owner.email)
    expect(description(page)).to_have_value("Skrevet, mens login udløb")
    expect(page.locator("main")).to_contain_text("ikke gemt endnu")
    assert stored(draft) == "Gammel tekst"
    save(page)
    page.wait_for_url("**/opgaver/")
    assert stored(draft) == "Skrevet, mens login udløb"


def test_who_is_logged_out_while_it_saves_itself_is_told(writer, draft):
    Session.objects.all().delete()
    description(writer).fill("Skrevet, mens login udløb")
    saved_line(writer).to_contain_text("logget ud")
    assert description(writer).input_value() == "Skrevet, mens login udløb"
    assert stored(draft) == "Gammel tekst"
