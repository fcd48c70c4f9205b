"""Readers while something is published again and again, in small (`python -m tests.load` measures the same in large)."""

import pytest

from tests import load, postgres, serving
from tests.environment import required

needs_postgres = pytest.mark.skipif(
    postgres.binaries() is None and not required("postgres"), reason="PostgreSQL's programs were not found"
)


def assert_everybody_sees_what_is_public(portal: serving.Portal) -> None:
    portal.seed(120)
    met = load.measure(portal, seconds=3, readers=6, pause=0.2)
    assert met.published > 1
    assert met.seconds
    assert met.stale == 0, str(met)
    assert {status for status, number in met.statuses.items() if number} <= {200, 503}, str(met)
    assert met.statuses[200], str(met)
    assert met.other_seconds
    assert "Traceback" not in portal.log.read_text()


def test_no_reader_is_shown_what_is_not_public_any_more(tmp_path, monkeypatch):
    """At the end an answer that never changes shows that the measurement itself finds what is stale."""
    database = f"sqlite:///{tmp_path / 'portal.sqlite3'}"
    with serving.portal(database, tmp_path, "--workers", "2") as portal:
        assert_everybody_sees_what_is_public(portal)
        older = serving.Answer(200, {}, f"{load.NAME} 0".encode())
        monkeypatch.setattr(serving.Portal, "get", lambda self, path: older)
        assert load.measure(portal, seconds=0.5, readers=1, pause=0.1).stale > 0


@needs_postgres
def test_no_reader_is_shown_what_is_not_public_any_more_on_postgresql(tmp_path):
    with postgres.server() as url, serving.portal(url, tmp_path, "--workers", "2") as portal:
        assert_everybody_sees_what_is_public(portal)
