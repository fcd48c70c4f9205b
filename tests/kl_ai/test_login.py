"""The login with a password: locked after repeated failures, and it leads where the visitor belongs."""

import pytest
from django.test import RequestFactory

from kl_ai.middleware import client_address
from tests.builders import make_curator, make_user

LOGIN = "/log-ind/"
RIGHT = "et-langt-kodeord"


@pytest.fixture
def member(db):
    return make_user("ida@agern.example", password=RIGHT)


def try_to_log_in(client, email: str, password: str = "forkert"):
    return client.post(LOGIN, {"username": email, "password": password})


def test_after_six_failures_the_right_password_is_refused_too(client, member):
    for _ in range(6):
        try_to_log_in(client, member.email)
    assert try_to_log_in(client, member.email, RIGHT).status_code == 429
    assert try_to_log_in(client, "IDA@agern.example ", RIGHT).status_code == 429  # no spelling gets new tries


def test_others_are_not_locked_out_with_them(client, member):
    other = make_user("bo@birk.example", password=RIGHT)
    for _ in range(6):
        try_to_log_in(client, member.email)
    assert try_to_log_in(client, other.email, RIGHT).status_code == 302


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("1.2.3.4", "1.2.3.4"),
        ("9.9.9.9, 1.2.3.4", "1.2.3.4"),  # the last one is the proxy's own word
        ("1.2.3.4:5678", "1.2.3.4"),
        ("[2001:db8::1]:80", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("unknown", "10.0.0.1"),
        ("", "10.0.0.1"),
    ],
)
def test_behind_a_proxy_the_address_is_what_the_proxy_says(said, address, settings):
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=said)
    assert client_address(request) == "10.0.0.1"
    settings.BEHIND_PROXY = True
    assert client_address(request) == address


@pytest.mark.parametrize("where", ["/log-ind/", "/en/log-ind/?next=/log-ind/", "/log-ud/"])
def test_does_not_lead_round_in_a_circle(where, client, member):
    client.force_login(member)
    assert client.get(LOGIN, {"next": where}, follow=True).status_code == 200


def test_staff_come_to_the_administration(client, db):
    client.force_login(make_curator())
    assert client.get(LOGIN).url == "/admin/"


@pytest.mark.parametrize("cookie", ["a\0b", '"\\000aaaa"'])
def test_a_broken_cookie_is_no_error(cookie, client, db):
    assert client.get(LOGIN, HTTP_COOKIE=f"sessionid={cookie}").status_code == 200
