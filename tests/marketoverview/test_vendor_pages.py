"""What holds for every page of the vendor's area, however it looks, and the survey by keyboard alone."""

from collections.abc import Callable, Iterator

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from marketoverview.models import CompanyClaim, Invitation, JoinRequest, Response, SurveyRound, VendorMember, map_answer
from tests.browser import TOO_WIDE, follow
from tests.builders import make_option, make_question, make_response, make_user, make_vendor
from tests.html import assert_valid_html
from tests.mails import log_in_recently

pytestmark = pytest.mark.any_database

PARTS = ("company", "services", "experience", "offerings", "challenges", "contact")


@pytest.fixture
def returned(survey, vendor, owner, curator):
    """Answers that KL has sent back with reasons, beside public ones whose own words KL counts elsewhere too."""
    survey_round = SurveyRound.current()
    public = make_response(
        vendor,
        answers={"services": ["other"]},
        offerings=[{"title": "Postsortering"}, {"title": "Talegenkendelse"}],
        round=survey_round,
    )
    map_answer(public.answers.get(option__code="other"), make_option(make_question("services"), "advisory"), curator)
    draft = Response.begin(vendor, survey_round, owner)
    draft.submit(owner)
    items = ("company_name", "description", "services", "offerings", "contact")
    draft.send_back(curator, "Der er nogle små ting.", {item: f"Se på {item}." for item in items})
    draft.remove_offering(draft.offerings.last().key, owner)
    return draft


@pytest.fixture
def paths(returned, vendor, owner):
    """Every page, with something in each list that it shows."""
    public = vendor.responses.published().get()
    fresh, confirmed, unknown = make_vendor("Sivsko"), make_vendor("Dunhammer"), make_vendor("Tagrør")
    for other in (fresh, confirmed):
        VendorMember.objects.create(vendor=other, user=owner)
    colleague = make_user("kollega@sivsko.example", member_of=fresh)
    make_response(confirmed, round=SurveyRound.current())
    handed_in = make_response("Lyngbuske", "submitted", round=SurveyRound.current())
    VendorMember.objects.create(vendor=handed_in.vendor, user=owner)
    JoinRequest.objects.create(vendor=fresh, user=make_user(), message="Jeg er ny i virksomheden.")
    invited = Invitation.objects.create(email="ny@sivsko.example", company_name="Sivsko", vendor=fresh)
    to_owner = {"email": owner.email, "by_kl": True, "round": SurveyRound.current()}
    Invitation.objects.create(company_name="Kogleaks", **to_owner)
    own = Invitation.objects.create(company_name="Kæruld", **to_owner)
    kl = Invitation.objects.create(email="kl@kogleaks.example", company_name="Kogleaks", by_kl=True)
    CompanyClaim.ask(own, CompanyClaim.Reason.NAME, owner, unknown)
    counted = public.answers.get(option__code="other", option__question__code="services")
    places = [
        ("home", []), ("questions", []), ("register", []), ("account", []), ("account_delete", []),
        ("company", [vendor.slug]), ("company", [fresh.slug]), ("members", [fresh.slug]), ("join", [unknown.slug]),
        ("member_remove", [fresh.slug, colleague.memberships.get().pk]), ("invitation", [invited.token]),
        ("invitation", [kl.token]), ("invitation", [own.token]),
        ("begin", [fresh.slug]), ("begin", [confirmed.slug]), ("confirm", [vendor.slug]), ("withdraw", [vendor.slug]),
        ("response", [public.pk]), ("response", [returned.pk]), ("object", [public.pk, counted.pk]),
        ("tasks", [returned.pk]), ("review", [returned.pk]), *(("part", [returned.pk, key]) for key in PARTS),
        ("offering", [returned.pk, returned.offerings.first().key]), ("discard", [returned.pk]),
        ("take_back", [handed_in.pk]), ("questions_to_kl", [vendor.slug]),
    ]  # fmt: skip
    return [reverse(f"vendor:{name}", args=args) for name, args in places]


def send(button: str, **fields: str) -> Callable[[Page], None]:
    """Fills in the page's form without a look at what its fields ask for, and sends it."""

    def send(page: Page) -> None:
        for name, value in fields.items():
            control = page.locator(f"main [name='{name}']")
            control.evaluate("(field, value) => field.value = value", value)
        follow(page.get_by_role("button", name=button, exact=True))

    return send


def after_errors(returned, vendor) -> Iterator[tuple[str, Callable[[Page], None], str]]:
    """Pages that answer a form with something wrong in it: where, what is sent, and how the response is recognised."""
    to_overview = "Gem og gå til oversigten"
    part = reverse("vendor:part", args=[returned.pk, "company"])
    offering = reverse("vendor:offering", args=[returned.pk, returned.offerings.first().key])
    yield (
        part,
        send(to_overview, website="javascript:alert(1)", description="ord " * 2000),
        ".error-summary, .alert-error",
    )
    yield part, send(to_overview, seen="forældet", description="Min udgave"), ".conflict"
    yield offering, send("Gem eksemplet", title=""), ".form-error"
    yield offering, send("Gem eksemplet", title="Min udgave", seen="forældet"), ".conflict"
    yield reverse("vendor:register"), send("Fortsæt", cvr_number="12345678"), ".form-error"
    yield reverse("vendor:review", args=[returned.pk]), send("Indsend til KL"), ".form-error"
    yield reverse("vendor:withdraw", args=[vendor.slug]), send("Træk profilen tilbage nu"), ".form-error"


def test_every_page_can_be_used_by_everybody(paths, owner, log_in, desktop, inspector):
    """On a phone and a desktop nothing that axe knows is wrong, nothing runs over the edge of 320 px, no script fails."""
    log_in(desktop, owner)
    for path in paths:
        assert desktop.goto(path).status == 200, path
        assert desktop.url.endswith(path)
        inspector.check_accessibility("desktop")
        inspector.check_accessibility("phone")
        inspector.check_width()
    assert not inspector.problems, "\n".join(inspector.problems)


def test_so_can_a_page_that_says_what_is_wrong(returned, vendor, owner, log_in, desktop, inspector):
    log_in(desktop, owner)
    for path, send_form, sign in after_errors(returned, vendor):
        desktop.goto(path)
        send_form(desktop)
        assert desktop.locator(sign).count(), f"{path} does not say what is wrong"
        inspector.check_accessibility("phone")
        inspector.check_width()
    assert not inspector.problems, "\n".join(inspector.problems)


def test_every_page_is_valid_html(paths, returned, owner, client, tmp_path):
    log_in_recently(client, owner)
    pages = {path: client.get(path).content.decode() for path in (*paths, *(f"/en{path}" for path in paths))}
    wrong = {"website": "javascript:alert(1)", "contact_email": "ingen", "services": ["findes-ikke"]}
    for key in ("company", "services", "contact"):
        path = reverse("vendor:part", args=[returned.pk, key])
        pages[f"{path} with errors"] = client.post(path, wrong).content.decode()
    assert_valid_html(pages, tmp_path)


def test_a_page_is_filled_in_and_saved_with_tab_space_and_enter(returned, owner, log_in, desktop):
    log_in(desktop, owner)
    desktop.goto(reverse("vendor:part", args=[returned.pk, "services"]))
    tab_to(desktop, "document.activeElement.type === 'checkbox' && document.activeElement.value === 'implementation'")
    desktop.keyboard.press("Space")
    tab_to(desktop, "document.activeElement.name === 'services_own_words'")
    desktop.keyboard.press("Control+A")
    desktop.keyboard.type("Dataetik")
    tab_to(desktop, "document.activeElement.textContent.trim() === 'Gem og gå til oversigten'")
    desktop.keyboard.press("Enter")
    desktop.wait_for_url("**/opgaver/")
    assert returned.stored(("services",)) == {"services": {"implementation": "", "other": "Dataetik"}}


def tab_to(page: Page, is_there: str) -> None:
    for _step in range(80):
        page.keyboard.press("Tab")
        if page.evaluate(is_there):
            return
    raise AssertionError(f"Tab does not lead there: {is_there}")


def test_the_question_to_kl_counts_what_is_left(survey, vendor, owner, desktop, log_in):
    log_in(desktop, owner)
    desktop.goto(reverse("vendor:questions_to_kl", args=[vendor.slug]))
    desktop.get_by_label("Jeres spørgsmål").fill("æ" * 1990)
    assert desktop.get_by_text("10 tegn tilbage").is_visible()
    desktop.get_by_label("Jeres spørgsmål").fill("æ" * 2003)
    assert desktop.get_by_text("3 tegn for meget").is_visible()


def test_sixty_members_with_long_addresses_fit_a_phone(survey, vendor, owner, open_page, log_in):
    for number in range(60):
        make_user(f"{'æøå' * 3}-{'k' * 50}{number}@{'lang' * 12}.example", member_of=vendor)
    page = open_page("narrow")
    log_in(page, owner)
    page.goto(reverse("vendor:members", args=[vendor.slug]))
    assert page.locator(".task").count() > 60
    assert page.evaluate(TOO_WIDE) == []
