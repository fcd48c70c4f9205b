"""Logging in with a code by mail: the same for everybody, limited, and it leads where the visitor belongs."""

import re
import time
from datetime import timedelta
from smtplib import SMTPServerDisconnected

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from kl_ai.models import User
from tests.builders import make_curator, make_user
from tests.mails import CODE, LOGIN, enter_code, log_in, login_code, newest_code, request_code

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch):
    """`clock(minutes)` lets so much time pass."""
    real, real_now, passed = time.time, timezone.now, [0.0]
    monkeypatch.setattr("time.time", lambda: real() + passed[0])
    monkeypatch.setattr("django.utils.timezone.now", lambda: real_now() + timedelta(seconds=passed[0]))

    def forward(minutes: float) -> None:
        passed[0] += minutes * 60

    return forward


def wrong_code() -> str:
    return f"{(int(newest_code()) + 1) % 1_000_000:06}"


def is_logged_in(client) -> bool:
    return "_auth_user_id" in client.session


def words(response) -> str:
    """The page without what differs at every request, and without the address that was typed."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())
    text = re.sub(r"\d+ minut(ter)?", "MINUTES", text)  # a minute may end between two requests
    return re.sub(r"[\w.]+@[\w.]+\.example", "ADDRESS", text)


# The code -----------------------------------------------------------------------------------------


def test_the_code_logs_in(client, member):
    assert request_code(client, member.email).url == CODE
    assert mail.outbox[-1].to == [member.email]
    assert enter_code(client, newest_code()).url == "/leverandoer/"
    assert client.session["_auth_user_id"] == str(member.pk)


@pytest.mark.parametrize("form", ["{}-{}", "{}\u2013{}", "\u200b{}{}\u200b", " {}\u00a0{}\t"])
def test_a_code_is_right_however_it_was_pasted(form, client, member):
    request_code(client, member.email)
    code = newest_code()
    assert enter_code(client, form.format(code[:3], code[3:])).status_code == 302
    assert client.session["_auth_user_id"] == str(member.pk)


def test_a_code_with_spaces_is_right_too(client, member):
    request_code(client, member.email)
    code = newest_code()
    enter_code(client, f" {code[:3]} {code[3:]} ")
    assert is_logged_in(client)


def test_the_case_of_the_address_does_not_matter(client, member):
    log_in(client, "IDA@Agern.EXAMPLE")
    assert client.session["_auth_user_id"] == str(member.pk)
    assert User.objects.count() == 1


def test_letters_that_only_look_alike_are_another_address(member):
    """Some databases take the dotless ı for an i where case is ignored: a code sent there must not open ida's account."""
    assert User.objects.with_address("ıda@agern.example") is None


def test_a_new_address_becomes_a_user_when_its_code_is_used_and_not_before(client):
    request_code(client, "ny@firma.example")
    assert not User.objects.exists()
    assert enter_code(client, newest_code()).url == "/leverandoer/"
    user = User.objects.get()
    assert (user.email, user.is_staff, user.is_superuser, user.is_active) == ("ny@firma.example", False, False, True)


def test_nobody_learns_whether_an_address_has_a_user(member):
    make_user("vaek@agern.example", is_active=False)
    pages, mails = [], []
    for email in (member.email, "ukendt@agern.example", "vaek@agern.example"):
        client = Client()
        pages.append((words(request_code(client, email)), words(client.get(CODE)), words(enter_code(client, "1"))))
        mails += [message.body.replace(login_code(message), "") for message in mail.outbox]
        mail.outbox.clear()
    assert pages[0] == pages[1] == pages[2]
    assert len(mails) == 2  # who is switched off gets none
    assert mails[0] == mails[1]


def test_who_is_switched_off_meanwhile_stays_outside(client, member):
    request_code(client, member.email)
    User.objects.update(is_active=False)
    enter_code(client, newest_code())
    assert not is_logged_in(client)


def test_a_code_is_of_no_use_in_another_browser(client, member):
    request_code(client, member.email)
    assert enter_code(Client(), newest_code()).url == LOGIN


def test_a_code_expires(client, member, clock):
    request_code(client, member.email)
    clock(11)
    page = enter_code(client, newest_code())
    assert "for gammel" in page.content.decode()
    assert f'value="{member.email}"' in page.content.decode()
    assert not is_logged_in(client)
    clock(10)
    request_code(client, member.email)
    clock(9)
    enter_code(client, newest_code())
    assert is_logged_in(client)


def test_three_wrong_guesses_spend_a_code(client, member):
    request_code(client, member.email)
    pages = [enter_code(client, wrong_code()) for _ in range(3)]
    assert "Koden er ikke rigtig" in pages[1].content.decode()
    assert f'value="{member.email}"' in pages[2].content.decode()
    assert client.get(CODE).url == LOGIN  # the login is over
    enter_code(client, newest_code())
    assert not is_logged_in(client)


def test_guesses_of_copied_sessions_are_counted_together(client, member):
    """Who sends many guesses at once finds the same session each time; the limit is counted apart from it."""
    request_code(client, member.email)
    session = Session.objects.get()
    data = session.session_data
    for _ in range(3):
        Session.objects.update(session_data=data)
        enter_code(client, wrong_code())
    Session.objects.update(session_data=data)
    assert enter_code(client, newest_code()).status_code == 429
    assert not is_logged_in(client)


def test_a_new_code_replaces_the_old_one(client, member):
    request_code(client, member.email)
    old = newest_code()
    request_code(client, member.email)
    if old != newest_code():
        enter_code(client, old)
        assert not is_logged_in(client)
    enter_code(client, newest_code())
    assert is_logged_in(client)


@pytest.mark.parametrize("email", ["", "ida", "ida@", "ida@agern.example\r\nBcc: x@y.example", "\0", "x" * 5000])
def test_what_is_no_address_comes_back_with_the_form(email, client):
    page = request_code(client, email)
    assert page.status_code == 200
    assert 'id="error-summary-title"' in page.content.decode()
    assert not mail.outbox


# Limits -------------------------------------------------------------------------------------------


def test_an_address_gets_five_codes_in_a_quarter_of_an_hour(member, clock):
    for _ in range(5):
        assert request_code(Client(), member.email).status_code == 302
    page = request_code(Client(), member.email.upper())
    assert page.status_code == 429
    assert re.search(r"Vent \d+ minut(ter)?, og prøv igen", page.content.decode())
    assert 0 < int(page["Retry-After"]) <= 900
    assert member.email.upper() in page.content.decode()
    assert len(mail.outbox) == 5
    assert request_code(Client(), "en.anden@agern.example").status_code == 302
    clock(15.1)
    assert request_code(Client(), member.email).status_code == 302


def test_the_limit_is_the_same_for_an_unknown_address(member):
    texts = [words(request_code(Client(), member.email)) for _ in range(6)]
    unknown = [words(request_code(Client(), "ukendt@agern.example")) for _ in range(6)]
    assert texts == unknown


def test_a_network_gets_sixty_codes_an_hour(client):
    for number in range(60):
        assert request_code(client, f"nr{number}@agern.example").status_code == 302
    assert request_code(client, "nr60@agern.example").status_code == 429
    assert client.post(LOGIN, {"email": "nr60@agern.example"}, REMOTE_ADDR="10.9.8.7").status_code == 302


# Mail ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "language", "subject"),
    [(LOGIN, "da", "Din kode til at logge ind"), (f"/en{LOGIN}", "en", "Your code for logging in")],
)
def test_mail_and_user_take_the_language_of_the_page(path, language, subject, client, member):
    User.objects.update(language="en" if language == "da" else "da")
    code_page = request_code(client, member.email, path).url
    assert mail.outbox[-1].subject == subject
    assert mail.outbox[-1].alternatives == []
    client.post(code_page, {"code": newest_code()})
    member.refresh_from_db()
    assert member.language == language


@pytest.mark.parametrize("error", [SMTPServerDisconnected("away"), ConnectionRefusedError("closed"), TimeoutError()])
def test_a_mail_server_that_is_down_is_said_and_logged(error, client, member, monkeypatch, caplog):
    def fail(*args, **kwargs):
        raise error

    monkeypatch.setattr("django.core.mail.EmailMessage.send", fail)
    page = request_code(client, member.email)
    assert page.status_code == 503
    assert "Koden kunne ikke sendes" in page.content.decode()
    assert f'value="{member.email}"' in page.content.decode()
    assert "could not be sent" in caplog.text
    assert client.get(CODE).url == LOGIN  # nothing is under way


@pytest.mark.parametrize(("backend", "is_said"), [("console", True), ("smtp", False)])
def test_the_pages_say_where_the_mail_appears_in_the_demonstration(backend, is_said, client, member, settings):
    settings.EMAIL_BACKEND = f"django.core.mail.backends.{backend}.EmailBackend"
    assert ("terminal" in client.get(LOGIN).content.decode()) is is_said


# Where it leads -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("next_url", "leads_to"),
    [
        ("/leverandoer/svar/1/?a=b", "/leverandoer/svar/1/?a=b"),
        ("https://anderswo.example/", "/leverandoer/"),
        ("//anderswo.example/", "/leverandoer/"),
        ("//", "/leverandoer/"),
        ("//?a=b", "/leverandoer/"),
        ("javascript:alert(1)", "/leverandoer/"),
        ("/log-ind/?next=/log-ind/", "/leverandoer/"),
        ("/en/log-ud/", "/leverandoer/"),
        ("konto", "/leverandoer/"),
        ("\0", "/leverandoer/"),
    ],
)
def test_leads_to_where_the_visitor_came_from_within_the_portal(next_url, leads_to, client, member):
    assert log_in(client, member.email, next=next_url).url == leads_to
    assert client.get(LOGIN, {"next": next_url}).url == leads_to  # whoever is logged in goes there at once


@pytest.mark.parametrize(
    "where", ["/log-ind/", "/en/log-ind/?next=/log-ind/", "/log-ud/", "/log-ind/kode/", "/totrin/"]
)
def test_does_not_lead_round_in_a_circle(where, client, member):
    client.force_login(member)
    assert client.get(LOGIN, {"next": where}, follow=True).status_code == 200


def test_staff_come_to_the_administration(client):
    curator = make_curator()
    assert log_in(client, curator.email).url == "/admin/"
    assert client.get(LOGIN).url == "/admin/"


def test_a_vendor_at_the_administrations_door_is_told_and_not_sent_round(client, member):
    client.force_login(member)
    assert client.get("/admin/", follow=True).status_code == 403
    assert client.get(LOGIN, {"next": "/admin/"}, follow=True).status_code == 403


def test_the_administrations_login_is_the_portals(client):
    assert client.get("/admin/login/?next=/admin/kl_ai/user/").url == "/log-ind/?next=/admin/kl_ai/user/"
    assert client.get("/admin/password_change/").status_code in (302, 404)


def test_logging_out_ends_the_session(client, member):
    client.force_login(member)
    assert client.post("/log-ud/").url == "/"
    assert not is_logged_in(client)


def test_a_superuser_is_made_without_a_password_and_logs_in_by_code(client):
    call_command("createsuperuser", email="Chef@kl.example", interactive=False, verbosity=0)
    assert log_in(client, "chef@kl.example").url == "/admin/"
    assert client.get("/admin/kl_ai/user/").status_code == 200


@pytest.mark.parametrize("cookie", ["a\0b", '"\\000aaaa"'])
def test_a_broken_cookie_is_no_error(cookie, client):
    assert client.get(LOGIN, HTTP_COOKIE=f"sessionid={cookie}").status_code == 200
