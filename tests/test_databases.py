"""The database that a test starts from follows from its fixtures and its marker."""

import pytest

from tests.databases import name_for


@pytest.mark.parametrize(
    ("fixtures", "expected"),
    [
        ({"db"}, "roles"),
        ({"transactional_db"}, "roles"),
        ({"live_server"}, "roles"),
        ({"db", "bare"}, "bare"),
        ({"transactional_db", "survey"}, "survey"),
        ({"db", "content_rows", "survey"}, "content_survey"),
        ({"db", "content", "content_rows", "demo"}, "demo"),
        ({"tmp_path"}, None),
    ],
)
def test_the_fixtures_name_the_database(fixtures, expected):
    assert name_for(fixtures, is_marked=False) == expected


def test_a_marked_test_without_a_fixture_starts_from_the_roles():
    assert name_for(set(), is_marked=True) == "roles"
