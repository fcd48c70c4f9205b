"""A NUL, in an address, a query string, a header or a field, is never an error: neither on SQLite nor on PostgreSQL, which refuses it."""

import pytest
from django.contrib.sessions.models import Session
from django.db import connection

from tests.marketoverview.vendor_addresses import TABLE, address
from tests.pages import ADDRESSES, PUBLIC
from tests.reading import parse

NUL = "a\0b"
HEADERS = [
    "HTTP_COOKIE",
    "HTTP_USER_AGENT",
    "HTTP_REFERER",
    "HTTP_ACCEPT_LANGUAGE",
    "HTTP_X_CSRFTOKEN",
    "HTTP_IF_NONE_MATCH",
]
FIELDS = (
    "text", "email", "next", "code", "name", "cvr_number", "country", "website", "page", "message", "approve", "seen", "full_name",
    "language", "reason", "description", "services", "company_name", "action", "key", "round", "id", "pk",
)  # fmt: skip


@pytest.fixture
def browsers(world, visitors):
    """The browsers of somebody without a login, and of whoever may see the most."""
    for browser in visitors.values():
        browser.raise_request_exception = False
    return [visitors["anonymous"], visitors["owner"], visitors["curator"]]


def readers(name: str, browsers: list) -> list:
    """Of these the browsers that are shown something else at the address: one, where it is public."""
    return browsers[:1] if name in {entry.name for entry in PUBLIC} else browsers


def paths(world) -> dict[str, str]:
    """Name to path of every address outside the administration."""
    own = {entry.name: entry.path("da") for entry in ADDRESSES}
    return own | {row.name: address(row, world) for row in TABLE}


def assert_no_error(response, what: str) -> None:
    assert response.status_code < 500, f"{response.status_code}: {what}"
    if response.streaming:
        response.getvalue()


def test_in_the_query_string(content, world, browsers):
    for name, path in paths(world).items():
        for browser in readers(name, browsers):
            for query in (
                "%00",
                "q=a%00b",
                "services=%00&page=%00&v=%00&sort=%00",
                "next=%2F%00",
                "role=%00&pick=%00&kind=%00",
            ):
                assert_no_error(browser.generic("GET", path, QUERY_STRING=query), f"{name} ?{query}")


def test_in_a_field_of_a_form(content, world, browsers):
    for name, path in paths(world).items():
        for browser in readers(name, browsers):
            assert_no_error(browser.post(path, dict.fromkeys(FIELDS, NUL)), name)
            assert_no_error(browser.post(path, {NUL: NUL}, headers={"X-Requested-With": "fetch"}), name)


def test_in_a_header(content, world, browsers):
    for name, path in paths(world).items():
        for header in HEADERS:
            assert_no_error(browsers[0].get(path, **{header: f"sessionid={NUL}; csrftoken={NUL}"}), f"{name} {header}")
            assert_no_error(browsers[0].post(path, {"email": "x@agern.example"}, **{header: NUL}), f"{name} {header}")


def test_in_an_address(content, world, browsers):
    """Every place of an address at which something differs, and the static files."""
    addresses = [
        "/%00",
        "/en/%00/",
        "/static/%00",
        "/static/css/%00.css",
        "/admin/%00/",
        "/admin/kl_ai/user/a%00b/change/",
    ]
    for path in paths(world).values():
        parts = path.strip("/").split("/")
        addresses += [
            "/" + "/".join([*parts[:place], "a%00b", *parts[place + 1 :]]) + "/" for place in range(len(parts))
        ]
    for path in dict.fromkeys(addresses):
        for browser in browsers:
            response = browser.get(path)
            assert response.status_code in (400, 404), f"{response.status_code}: {path}"
            assert parse(response.content.decode()).find("h1")


def test_in_a_query_that_the_database_refuses(db, client, monkeypatch):
    """The answer is the same on both databases, whatever has let the NUL through to a query."""
    monkeypatch.setattr("kl_ai.views.snapshots.for_request", lambda request: Session.objects.filter(pk=NUL).exists())
    client.raise_request_exception = False
    response = client.get("/om/")
    assert response.status_code == (
        400 if connection.vendor == "postgresql" else 500
    )  # there the stand-in is no snapshot
