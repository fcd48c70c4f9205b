"""The security log: a line of JSON for each event, with no address in it."""

import json

from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from kl_ai.security import log as security_log
from tests.builders import make_user


def test_a_line_names_event_user_and_address(db, security_events):
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1")
    request.user = make_user("a@agern.example")
    security_log.record("login", request, method="code", number=3, keys=[1, 2])
    (line,) = security_events()
    assert line.pop("at").startswith("20")
    expected = {"event": "login", "user": request.user.pk, "ip": "192.0.2.1", "method": "code"}
    assert line == expected | {"number": 3, "keys": [1, 2]}


def test_a_row_is_written_as_its_key(db, security_events):
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    user = make_user("æøå@agern.example")
    security_log.record("member_removed", request, member=user)
    security_log.record("member_removed", user=user)
    assert [(line["user"], line.get("member")) for line in security_events()] == [(None, user.pk), (user.pk, None)]


def test_a_text_cannot_make_a_line_of_its_own(security_events):
    security_log.record("login", address='a"\n{"event": "login"}')
    (line,) = security_events.lines()
    assert json.loads(line)["address"] == 'a"\n{"event": "login"}'


def test_an_address_is_hashed_alike_and_cannot_be_read():
    hashed = security_log.address_hash("A@agern.example ")
    assert hashed == security_log.address_hash("a@agern.example")
    assert hashed != security_log.address_hash("b@agern.example")
    assert "agern" not in hashed
