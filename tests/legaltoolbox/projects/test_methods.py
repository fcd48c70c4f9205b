"""What an address of the projects does not answer gets 405 and the portal's page: nothing is read or changed by another method."""

import pytest
from django.test import Client

from legaltoolbox.projects.urls import urlpatterns
from tests.legaltoolbox.projects.access import TABLE, Row
from tests.mails import confirm_recently
from tests.reading import parse

WITHOUT_LOGIN = {"agreement", "agreement_file", "task_mails_stop"}
"""Addresses that stand in no row of a project's people."""


def browser_of(row: Row, team) -> Client:
    browser = Client()
    user = next(member.user for name, member in team.people.items() if row.may(team, name))
    browser.force_login(user)
    confirm_recently(browser, user)
    return browser


def test_every_address_is_tried():
    assert {pattern.name for pattern in urlpatterns} - WITHOUT_LOGIN == {
        row.name.removeprefix("projects:") for row in TABLE if row.name.startswith("projects:")
    }


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_an_address_answers_its_own_methods_alone(row, team):
    browser, path = browser_of(row, team), row.path(team)
    for method in ("put", "patch", "delete", "options", *({"post"} - {*row.methods})):
        response = getattr(browser, method)(path)
        assert response.status_code == 405, method
        assert "POST" in response["Allow"] or "GET" in response["Allow"]
        assert response["Cache-Control"].startswith("max-age=0") or "no-store" in response["Cache-Control"]
        assert "Siden kan ikke bruges på den måde" in parse(response.content.decode()).text


@pytest.mark.parametrize("row", [row for row in TABLE if not row.is_post], ids=lambda row: row.name)
def test_every_page_answers_a_head_as_a_get(row, team):
    browser, path = browser_of(row, team), row.path(team)
    responses = [browser.head(path), browser.get(path)]
    for response in responses:
        response.close()
    assert {response.status_code for response in responses} in ({200}, {302})


def test_the_page_of_another_method_is_in_the_language_of_its_address(team):
    row = next(row for row in TABLE if row.name == "projects:home")
    response = browser_of(row, team).put(row.path(team, "en"))
    assert "The page cannot be used like that" in parse(response.content.decode()).text
    script = browser_of(row, team).put(row.path(team), headers={"X-Requested-With": "fetch"})
    assert (script.status_code, script["Content-Type"]) == (405, "text/plain; charset=utf-8")
