"""The pages of a login that needs more than one step, as everybody can use them: axe, 320 px and valid HTML."""

import pytest
from django.test import Client

from kl_ai.security.models import OneTimeSecret
from tests.authenticators import APP, approve, enrol, secret_on, totp
from tests.browser import follow
from tests.builders import make_administrator, make_curator, make_user
from tests.html import assert_valid_html
from tests.mails import log_in_recently, newest_code, request_code

CONFIRM = "/log-ind/bekraeft/?next=/leverandoer/konto/slet/"


def look(page, inspector) -> None:
    inspector.check_accessibility("desktop")
    inspector.check_accessibility("phone")
    inspector.check_width()
    assert not inspector.problems, f"{page.url}\n" + "\n".join(inspector.problems)


def test_a_fresh_code_and_the_list_of_logins_can_be_used_by_everybody(db, desktop, inspector):
    email = make_user("person@agern.example").email
    desktop.goto("/log-ind/")
    desktop.get_by_label("E-mail").fill(email)
    follow(desktop.locator("main button[type=submit]").first)
    look(desktop, inspector)
    desktop.locator("main input[autocomplete=one-time-code]").fill(newest_code())
    follow(desktop.locator("main button[type=submit]").first)
    desktop.goto("/log-ind/sessioner/")
    look(desktop, inspector)


def test_a_code_asked_for_again_can_be_entered_by_everybody(db, desktop, inspector, log_in, user_without_a_recent_code):
    log_in(desktop, user_without_a_recent_code)
    desktop.goto(CONFIRM)
    look(desktop, inspector)
    follow(desktop.get_by_role("button", name="Send koden"))
    look(desktop, inspector)


@pytest.fixture
def user_without_a_recent_code(monkeypatch):
    monkeypatch.setattr("kl_ai.login.recent_code.is_recent", lambda request: False)
    return make_user("person@agern.example")


def test_staff_set_up_an_app_on_pages_that_everybody_can_use(db, settings, desktop, inspector, log_in):
    settings.REQUIRE_STAFF_MFA = True
    curator = make_curator("kurator@kl.example")
    log_in(desktop, curator)
    desktop.goto(APP)
    look(desktop, inspector)
    desktop.locator("main input[name=approval]").fill(OneTimeSecret.make(OneTimeSecret.Kind.ENROLMENT, curator))
    follow(desktop.get_by_role("button", name="Fortsæt"))
    look(desktop, inspector)
    desktop.locator("main input[name=code]").fill(totp(desktop.locator(".secret-key").inner_text().replace(" ", "")))
    follow(desktop.locator("main button[type=submit]").first)
    look(desktop, inspector)
    desktop.context.clear_cookies()
    desktop.goto("/log-ind/uden-mail/")
    look(desktop, inspector)


def test_the_pages_of_the_login_are_valid_html(db, client, settings, tmp_path):
    settings.REQUIRE_STAFF_MFA = True
    person, curator = make_user("person@agern.example"), make_curator("kurator@kl.example")
    request_code(client, person.email)
    pages = {"code": client.get("/log-ind/kode/")}
    client.force_login(person)
    pages["asked again"] = client.get(CONFIRM)
    client.post(CONFIRM, {"send": "1"})
    pages["sent again"] = client.get(CONFIRM)
    log_in_recently(client, person)
    pages["sessions"] = client.get("/log-ind/sessioner/")
    staff = Client()
    staff.force_login(curator)
    pages["approval"] = staff.get(APP)
    approve(staff)
    pages["app"] = staff.get(APP)
    assert secret_on(pages["app"])
    enrol(staff)
    pages["recovery codes"] = staff.get("/totrin/noedkoder/")
    administrator = Client()
    administrator.force_login(make_administrator("administrator@kl.example"))
    enrol(administrator)
    pages["one-time link"] = Client().get(f"/log-ind/link/{OneTimeSecret.make(OneTimeSecret.Kind.LOGIN_LINK, person)}/")
    assert {name: page.status_code for name, page in pages.items()} == dict.fromkeys(pages, 200)
    assert_valid_html({name: page.content.decode() for name, page in pages.items()}, tmp_path)
