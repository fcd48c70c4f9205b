"""Every page of an error has the menu and a search field, also where the database cannot be reached."""

from contextlib import nullcontext
from unittest import mock

import pytest
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.test import Client

from kl_ai.requests.bodies import MAX_BODY
from tests.builders import make_response
from tests.html import assert_valid_html
from tests.query_counts import costs
from tests.reading import parse

WITHOUT_DATABASE = ("413", "500", "503")
"""Their pages take no query: the failure may be the database's."""


def _raising(error: Exception, name: str = "kl_ai.pages.versions.numbers"):
    return mock.patch(name, side_effect=error)


def _database_away() -> OperationalError:
    error = OperationalError("unable to open database file")
    error.__cause__ = type("Driver", (Exception,), {"sqlite_errorname": "SQLITE_CANTOPEN"})()
    return error


ERRORS = {
    "400": lambda browser, root: browser.get(root, headers={"host": "evil.example"}),
    "403": lambda browser, root: browser.get(f"{root}markedsoverblik/virksomheder/fyrtaarnet/"),
    "404": lambda browser, root: browser.get(f"{root}findes-ikke/"),
    "410": lambda browser, root: browser.get(f"{root}markedsoverblik/virksomheder/fyrtaarnet/"),
    "413": lambda browser, root: browser.post(root, b"x" * (MAX_BODY + 1), content_type="text/plain"),
    "500": lambda browser, root: browser.get(root),
    "503": lambda browser, root: browser.get(root),
}
"""Status to a request that gets it, with the first path of the language."""
FAILURES = {
    "403": lambda: _raising(PermissionDenied(), "marketoverview.views.directory.public_or_withdrawn"),
    "500": lambda: _raising(ValueError("invented")),
    "503": lambda: _raising(_database_away()),
}


def error_page(status: str, language: str):
    """A response with this status, as a visitor comes to it."""
    browser = Client(raise_request_exception=False)
    with FAILURES.get(status, nullcontext)(), costs(0) if status in WITHOUT_DATABASE else nullcontext():
        return ERRORS[status](browser, "/en/" if language == "en" else "/")


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("status", ERRORS)
def test_has_the_menu_and_a_search_field(status, language, db):
    make_response("Fyrtaarnet", "withdrawn")
    response = error_page(status, language)
    assert response.status_code == int(status)
    page = parse(response.text)
    root = "/en/" if language == "en" else "/"
    (form,) = [form for form in page.find_all("form") if form.attrs.get("role") == "search"]
    assert form.attrs["action"] == f"{root}markedsoverblik/"
    assert [field.attrs["name"] for field in form.find_all("input")] == ["q"]
    assert f"{root}juridisk-vaerktoejskasse/soeg/" in [
        button.attrs.get("formaction") for button in form.find_all("button")
    ]
    menu = page.find_all("ul", "mainmenu")
    assert menu
    assert f"{root}markedsoverblik/" in [link.attrs["href"] for link in menu[0].find_all("a")]
    assert not response.cookies


def test_they_are_valid_html(db, tmp_path):
    make_response("Fyrtaarnet", "withdrawn")
    assert_valid_html({f"/{status}/": error_page(status, "da").text for status in ERRORS}, tmp_path)
