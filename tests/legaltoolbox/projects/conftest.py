"""Two municipalities with a project each."""

import pytest

from tests.legaltoolbox.projects.builders import OTHER_CODE, Team
from tests.legaltoolbox.projects.changed_texts import change, sync
from tests.legaltoolbox.projects.project_rows import say_all


@pytest.fixture
def team(content_rows) -> Team:
    return Team()


@pytest.fixture
def other_team(team) -> Team:
    """Another municipality, whose people never see anything of the first one's."""
    return Team(OTHER_CODE)


@pytest.fixture
def pinned(team):
    """A project with work, whose texts are those of the catalogue."""
    say_all(team)
    sync(team)
    return team


@pytest.fixture
def changed(pinned):
    """As `pinned`, with a requirement whose text has changed since."""
    change()
    return pinned
