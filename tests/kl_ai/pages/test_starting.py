"""A process of the server reads the public data before somebody asks for them, and starts whatever comes of it."""

import threading
from types import SimpleNamespace

import pytest
from django.db import OperationalError, connection

from kl_ai import gunicorn
from kl_ai.pages import places, starting
from kl_ai.pages.versions import ValuePerVersion
from legaltoolbox.catalogue import catalogues
from marketoverview.frame import demo_vendors
from marketoverview.market.snapshot import snapshots


@pytest.fixture
def other_values(monkeypatch, settings):
    """What is read at the start, by name; a test puts its own in."""
    values: dict[str, object] = {}
    settings.VALUES_AT_START = ["first", "second"]
    monkeypatch.setattr(starting, "import_string", lambda name: SimpleNamespace(current=values[name]))
    return values


def test_the_first_visitor_finds_the_public_data_read(transactional_db, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(places, "places", None)
    gunicorn.post_worker_init(SimpleNamespace(cfg=SimpleNamespace(threads=3)))
    assert isinstance(places.places, places.Places)
    with django_assert_num_queries(3):  # the version of each
        for value in (snapshots, catalogues, demo_vendors):
            value.current()


def test_every_value_of_public_pages_is_read_at_the_start(settings):
    assert {id(starting.import_string(path)) for path in settings.VALUES_AT_START} == {
        id(value) for value in (snapshots, catalogues, demo_vendors)
    }
    assert all(isinstance(starting.import_string(path), ValuePerVersion) for path in settings.VALUES_AT_START)


def test_a_process_starts_without_its_database(other_values, caplog):
    def fails():
        error = OperationalError("no such table: kl_ai_publicversion")
        error.__cause__ = type("sqlite3Error", (Exception,), {"sqlite_errorname": "SQLITE_ERROR"})()
        raise error

    other_values.update(first=fails)
    starting.read_values()
    [record] = caplog.records
    assert record.getMessage() == (
        "The public data were not read at the start (OperationalError: no such table: kl_ai_publicversion)"
    )
    assert record.exc_info is None


def test_a_process_starts_with_data_that_cannot_be_read(other_values, caplog):
    def fails():
        raise ZeroDivisionError

    other_values.update(first=fails)
    starting.read_values()
    assert [record.exc_info[0] for record in caplog.records] == [ZeroDivisionError]


def test_a_process_does_not_wait_long_for_much_data(other_values, monkeypatch):
    monkeypatch.setattr(starting, "WAIT_SECONDS", 0.01)
    go_on, ends = threading.Event(), threading.Event()
    other_values.update(first=lambda: go_on.wait(10), second=ends.set)
    starting.read_values()
    assert not ends.is_set()
    go_on.set()
    assert ends.wait(10)


def test_no_connection_stays_open(other_values, monkeypatch):
    closed = []
    monkeypatch.setattr(type(connection), "close", lambda self: closed.append(self), raising=False)
    other_values.update(first=lambda: None, second=lambda: None)
    starting.read_values()
    assert closed
