"""A request does not wait for a database server that hangs, and one thread at a time tries to reach one that is lost."""

import threading

import psycopg
import pytest
from django.db import OperationalError, connection

from kl_ai import database
from kl_ai.database.base import Connection, _Reachability
from kl_ai.requests import faults
from kl_ai.requests.faults import Fault


@pytest.fixture
def server(transactional_db):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no server")


def query(sql: str):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def test_a_statement_that_takes_too_long_ends_and_its_connection_with_it(server):
    with database.time_limit(0.2):
        with pytest.raises(OperationalError, match=r"within 0\.2 seconds") as raised:
            query("SELECT 1 FROM pg_sleep(30)")
        assert faults.database_fault(raised.value) is Fault.AWAY
        connection.close_if_unusable_or_obsolete()
        assert query("SELECT 1") == 1


def test_a_command_waits_for_as_long_as_it_takes(server, monkeypatch):
    monkeypatch.setattr(database, "STATEMENT_SECONDS", 0.1)
    assert query("SELECT 1 FROM pg_sleep(0.3)") == 1


def test_every_request_has_the_limit(db, client, monkeypatch):
    seen = []
    monkeypatch.setattr("kl_ai.pages.versions.numbers", lambda: seen.append(database.limit.get()) or {})
    client.get("/")
    assert seen[0] == database.STATEMENT_SECONDS
    assert database.limit.get() is None


# A server that is lost ----------------------------------------------------------------------------


class Unreachable:
    """A server that lets whoever connects wait until the test goes on, and then cannot be reached."""

    def __init__(self, monkeypatch) -> None:
        self.tried = 0
        self.go_on = threading.Event()
        monkeypatch.setattr(Connection, "connect", self.connect)

    def connect(self, *args, **kwargs):
        self.tried += 1
        assert self.go_on.wait(10)
        raise psycopg.OperationalError("timeout")


def try_to_connect(reachability, refusals: list[str]) -> None:
    with database.time_limit(1), pytest.raises(psycopg.OperationalError) as raised:
        reachability.connect()
    refusals.append(str(raised.value))


def test_one_thread_tries_and_the_others_are_refused_at_once(monkeypatch):
    server = Unreachable(monkeypatch)
    reachability = _Reachability()
    reachability.is_lost = True
    refusals: list[str] = []
    first = threading.Thread(target=try_to_connect, args=(reachability, refusals))
    first.start()
    while not server.tried:
        pass
    for _ in range(5):
        try_to_connect(reachability, refusals)
    assert (server.tried, refusals) == (1, ["the server could not be reached a moment ago"] * 5)
    server.go_on.set()
    first.join(10)
    assert refusals[-1] == "timeout"


def test_a_server_that_can_be_reached_again_is_found(monkeypatch):
    server = Unreachable(monkeypatch)
    server.go_on.set()
    reachability = _Reachability()
    try_to_connect(reachability, [])
    assert reachability.is_lost
    reachability.refused_until = 0
    monkeypatch.setattr(Connection, "connect", lambda *args, **kwargs: "a connection")
    with database.time_limit(1):
        assert reachability.connect() == "a connection"
    assert not reachability.is_lost


def test_a_server_that_answers_with_a_refusal_is_not_lost(monkeypatch):
    def connect(*args, **kwargs):
        raise psycopg.errors.TooManyConnections("no")

    monkeypatch.setattr(Connection, "connect", connect)
    reachability = _Reachability()
    with database.time_limit(1), pytest.raises(psycopg.errors.TooManyConnections):
        reachability.connect()
    assert not reachability.is_lost


def test_a_command_always_tries(monkeypatch):
    reachability = _Reachability()
    reachability.is_lost, reachability.refused_until = True, float("inf")
    monkeypatch.setattr(Connection, "connect", lambda *args, **kwargs: "a connection")
    assert reachability.connect() == "a connection"
