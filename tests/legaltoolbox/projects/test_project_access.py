"""Each person of two municipalities gets, at each address of a project, what the access table says."""

import pytest
from django.test import Client

from tests.legaltoolbox.projects.access import ANYBODY, TABLE, Row
from tests.legaltoolbox.projects.builders import Team
from tests.mails import confirm_recently
from tests.pages import status_or_login


def status(row: Row, team: Team, user: object, language: str = "da") -> int:
    browser = Client()
    if user:
        browser.force_login(user)
        confirm_recently(browser, user)
    path = row.path(team, language)
    response = browser.post(path) if row.is_post else browser.get(path)
    list(response)  # a file is closed when it has been read
    return status_or_login(response)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_each_person_gets_what_the_table_says(row, team):
    answered = {name for name, member in team.people.items() if status(row, team, member.user) != 404}
    assert answered == {name for name in team.people if row.may(team, name)}


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_nobody_else_gets_anything(row, team, other_team, curator, owner):
    assert status(row, team, None) == row.anonymous
    if row.who != ANYBODY:
        others = [*(member.user for member in other_team.people.values()), curator, owner]
        assert {status(row, team, user) for user in others} == {404}


@pytest.mark.parametrize("row", [row for row in TABLE if row.is_post], ids=lambda row: row.name)
def test_what_changes_something_answers_no_get(row, team):
    """A GET is refused, or leads to the page with the button."""
    browser = Client()
    browser.force_login(next(member.user for name, member in team.people.items() if row.may(team, name)))
    assert browser.get(row.path(team)).status_code in (302, 405)
