"""Each person of two municipalities gets, at each address of a project, what the access table says."""

import pytest
from django.test import Client

from tests.legaltoolbox.projects.access import ANYBODY, SHARING, TABLE, Row
from tests.legaltoolbox.projects.builders import Team
from tests.mails import confirm_recently
from tests.pages import status_or_login

TRIED = [(row, method) for row in TABLE for method in row.methods]
"""Each address by each method that it answers."""
each_address = pytest.mark.parametrize(("row", "method"), TRIED, ids=lambda value: getattr(value, "name", value))


def status(row: Row, team: Team, user: object, method: str) -> int:
    browser = Client()
    if user:
        browser.force_login(user)
        confirm_recently(browser, user)
    response = getattr(browser, method)(row.path(team), dict(row.sent) if method == "post" else None)
    list(response)  # a file is closed when it has been read
    return status_or_login(response)


@each_address
def test_each_person_gets_what_the_table_says(row, method, team):
    """Who may come last: what they do, as to leave, takes nothing away from those who may not."""
    may = {name for name in team.people if row.may(team, name, method)}
    in_turn = sorted(team.people, key=lambda name: name in may)
    assert {name for name in in_turn if status(row, team, team.people[name].user, method) != 404} == may


@each_address
def test_nobody_else_gets_anything(row, method, team, other_team, curator, owner):
    assert status(row, team, None, method) == row.anonymous
    if row.who == SHARING:
        assert {status(row, team, member.user, method) for member in other_team.people.values()} <= {200, 302}
        assert {status(row, team, user, method) for user in (curator, owner)} == {404}
    elif row.who != ANYBODY:
        others = [*(member.user for member in other_team.people.values()), curator, owner]
        assert {status(row, team, user, method) for user in others} == {404}


@pytest.mark.parametrize("row", [row for row in TABLE if row.is_post], ids=lambda row: row.name)
def test_what_changes_something_answers_no_get(row, team):
    """A GET is refused, or leads to the page with the button."""
    browser = Client()
    browser.force_login(next(member.user for name, member in team.people.items() if row.may(team, name)))
    assert browser.get(row.path(team)).status_code in (302, 405)
