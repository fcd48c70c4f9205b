"""What holds for every page of the municipalities' projects, however it looks."""

import pytest

from tests.html import assert_valid_html
from tests.legaltoolbox.projects.access import TABLE
from tests.legaltoolbox.projects.builders import Team
from tests.mails import log_in_recently

pytestmark = pytest.mark.any_database

PEOPLE = ("keeper", "lead", "dpo")


def paths(team: Team, person: str, language: str = "da") -> list[str]:
    """The pages that the person sees."""
    rows = [row for row in TABLE if not row.is_post and row.may(team, person)]
    found = (row.path(team, language) for row in rows)
    return [path for path in found if path.endswith("/")]  # the others are files


@pytest.fixture
def busy_team(team) -> Team:
    """A team whose pages have something in each of their lists."""
    lead = team.lead.user
    team.project.edit(lead, purpose="Skriver udkast til breve om byggesager.", case_number="2026-1", phase="foranalyse")
    team.project.answer(lead, {"personoplysninger": ("yes", ""), "generativ": ("unknown", "Afventer leverandøren")})
    return team


@pytest.mark.parametrize("person", PEOPLE)
def test_every_page_can_be_used_by_everybody(person, busy_team, log_in, desktop, inspector):
    """On a phone and a desktop nothing that axe knows is wrong, nothing runs over the edge of 320 px, no script fails."""
    log_in(desktop, busy_team.people[person].user)
    for path in paths(busy_team, person):
        assert desktop.goto(path).status == 200, path
        inspector.check_accessibility("desktop")
        inspector.check_accessibility("phone")
        inspector.check_width()
    assert not inspector.problems, "\n".join(inspector.problems)


def test_every_page_is_valid_html(busy_team, client, tmp_path):
    pages = {}
    for person in PEOPLE:
        log_in_recently(client, busy_team.people[person].user)
        for language in ("da", "en"):
            responses = {path: client.get(path) for path in paths(busy_team, person, language)}
            pages |= {
                f"{path} of the {person}": response.content.decode()
                for path, response in responses.items()
                if response.status_code == 200
            }
    assert len(pages) > 80
    assert_valid_html(pages, tmp_path)
