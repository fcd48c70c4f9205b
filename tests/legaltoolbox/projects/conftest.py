"""Two municipalities with a project each."""

import pytest

from tests.legaltoolbox.projects.builders import OTHER_CODE, Team


@pytest.fixture
def team(content_rows) -> Team:
    return Team()


@pytest.fixture
def other_team(team) -> Team:
    """Another municipality, whose people never see anything of the first one's."""
    return Team(OTHER_CODE)
