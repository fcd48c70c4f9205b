"""Where somebody is logged in: listed for that person alone, and ended one by one or all at once."""

import re
from datetime import date, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kl_ai.login.devices import browser_and_system
from kl_ai.security.models import LoginSession
from tests.builders import make_user
from tests.mails import log_in, request_code

pytestmark = pytest.mark.django_db
PAGE, MEMBERS_PAGE = "/log-ind/sessioner/", "/leverandoer/konto/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"


def browser(user, user_agent: str = FIREFOX, address: str = "192.0.2.7") -> Client:
    client = Client(HTTP_USER_AGENT=user_agent, REMOTE_ADDR=address)
    log_in(client, user.email)
    return client


def is_logged_in(client: Client) -> bool:
    return client.get(MEMBERS_PAGE).status_code == 200


def text(client: Client) -> str:
    return client.get(PAGE).content.decode()


def row_of(client: Client) -> LoginSession:
    return LoginSession.objects.get(session_key=client.session.session_key)


@pytest.mark.parametrize(
    ("user_agent", "expected"),
    [
        (FIREFOX, ("Firefox", "Windows")),
        (IPHONE, ("Safari", "iPhone")),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Chrome/130.0 Safari/537.36 Edg/130.0", ("Edge", "Mac")),
        ("Mozilla/5.0 (Linux; Android 15; Pixel 9) Chrome/130.0 Mobile Safari/537.36", ("Chrome", "Android")),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/130.0 Safari/537.36", ("Chrome", "Linux")),
        ("curl/8.0", ("", "")),
        ("", ("", "")),
        ("æ" * 5000, ("", "")),
    ],
)
def test_a_device_in_two_words(user_agent, expected):
    assert browser_and_system(user_agent) == expected


def test_the_page_lists_each_browser_with_device_day_and_network(member):
    here, _there = browser(member), browser(member, IPHONE, "198.51.100.9")
    browser(make_user("per@agern.example"), "Mozilla/5.0 (X11; Linux x86_64) Chrome/130.0")
    page = text(here)
    assert "Firefox på Windows" in page
    assert "Safari på iPhone" in page
    assert "Chrome" not in page
    assert page.count("Denne browser") == 1
    assert "Netværk 192.0.x.x" in page
    assert "Netværk 198.51.x.x" in page
    assert page.count("det, du er på nu") == 1
    assert "192.0.2.7" not in str(list(LoginSession.objects.values()))


def test_one_browser_is_logged_out_and_stays_out(member, security_events):
    here, there = browser(member), browser(member, IPHONE)
    assert is_logged_in(there)
    for _ in range(2):  # the button pressed twice
        key = row_of(there).pk if there.session.session_key and LoginSession.objects.count() == 2 else "0"
        here.post(PAGE, {"session": key})
    assert not is_logged_in(there)
    assert is_logged_in(here)
    assert "Safari" not in text(here)
    assert len(security_events("session_ended")) == 1


@pytest.mark.parametrize("language", ["da", "en"])
def test_the_button_ends_the_browser_beside_it_also_when_keys_have_four_digits(member, language):
    here, there = browser(member), browser(member, IPHONE)
    row = row_of(there)
    LoginSession.objects.filter(pk=row.pk).update(id=12345)
    page = here.get(PAGE if language == "da" else f"/en{PAGE}").content.decode()
    (key,) = re.findall(r'name="session" value="([^"]*)"', page)
    here.post(PAGE, {"session": key})
    assert not is_logged_in(there)


@pytest.mark.parametrize("key", ["", "x", "-1", "9" * 30, "²"])
def test_a_key_that_is_none_ends_nothing(key, member):
    here = browser(member)
    assert here.post(PAGE, {"session": key}).status_code in (302, 404)
    assert is_logged_in(here)


def test_nobody_ends_the_session_of_somebody_else(member):
    here, other = browser(member), browser(make_user("per@agern.example"))
    assert here.post(PAGE, {"session": row_of(other).pk}).status_code == 404
    assert is_logged_in(other)


def test_everywhere_ends_all_also_those_that_are_not_listed(member, security_events):
    here, there, unlisted = browser(member), browser(member, IPHONE), Client()
    unlisted.force_login(member)
    other = browser(make_user("per@agern.example"))
    assert is_logged_in(unlisted)
    page = here.post(PAGE, {"everywhere": "1"}, follow=True)
    assert "Du er logget ud overalt" in page.content.decode()
    assert [is_logged_in(client) for client in (here, there, unlisted, other)] == [False, False, False, True]
    assert len(security_events("logged_out_everywhere")) == 1
    log_in(here, member.email)
    assert is_logged_in(here)


def test_a_copied_session_row_does_not_come_back_to_life(member):
    """Who has kept the cookie and a backup of the session table is not let in again."""
    here = browser(member)
    row = Session.objects.get()
    member.end_logins()
    Session.objects.create(session_key=row.session_key, session_data=row.session_data, expire_date=row.expire_date)
    assert not is_logged_in(here)


def test_an_ordinary_session_of_before_goes_on(client, member):
    """A user who has never logged out everywhere has Django's own hash, as the previous release writes it."""
    client.force_login(member)
    assert ":" not in client.session["_auth_user_hash"]
    assert is_logged_in(client)


def test_the_day_of_the_last_use_is_stored_once_a_day(member):
    here = browser(member)
    LoginSession.objects.update(last_used_on=date(2026, 1, 1))
    is_logged_in(here)
    assert row_of(here).last_used_on == date(2026, 1, 1)  # the session says that today is stored
    session = here.session
    session["used_on"] = "2026-01-01"
    session.save()
    is_logged_in(here)
    assert row_of(here).last_used_on == timezone.localdate()


def test_who_has_logged_out_or_is_out_of_time_is_not_listed(member):
    here, there, late = browser(member), browser(member, IPHONE), browser(member, "Opera OPR/1 Linux")
    there.post("/log-ud/")
    Session.objects.filter(session_key=late.session.session_key).update(expire_date=timezone.now() - timedelta(1))
    page = text(here)
    assert "Safari" not in page
    assert "Opera" not in page
    assert "Firefox" in page


@pytest.mark.parametrize("address", ["/log-ud/", "/admin/logout/"])
def test_logging_out_leaves_nothing_of_the_browser(member, address):
    here, there = browser(member), browser(member, IPHONE)
    if address.startswith("/admin/"):
        type(member).objects.filter(pk=member.pk).update(is_staff=True)
    there.get(address)
    assert LoginSession.objects.count() == 2
    there.post(address)
    assert [row.browser for row in LoginSession.objects.all()] == ["Firefox"]
    assert is_logged_in(here)
    assert not is_logged_in(there)


def test_a_list_of_none_says_why(client, member):
    client.force_login(member)
    assert "før portalen førte en liste" in text(client)


def test_number_of_queries_does_not_grow(member):
    here = browser(member)
    text(here)  # what the frame of every page reads once
    numbers = []
    for count in (1, 10):
        for number in range(count):
            key, in_a_day = f"s{count}-{number}", timezone.now() + timedelta(1)
            Session.objects.create(session_key=key, session_data="", expire_date=in_a_day)
            LoginSession.record(member, key, browser="Firefox", system="Linux", network="")
        with CaptureQueriesContext(connection) as queries:
            assert text(here).count('name="session"') == LoginSession.objects.count() - 1
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]


def test_asking_for_a_code_is_no_login(client, member):
    request_code(client, member.email)
    assert not LoginSession.objects.exists()
