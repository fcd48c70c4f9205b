"""The probes: `/healthz` asks nothing, `/readyz` the database and its migrations."""

import pytest
from django.db import OperationalError, connection


def test_healthz_asks_nothing(client, monkeypatch):
    monkeypatch.setattr(connection, "cursor", lambda *args, **kwargs: 1 / 0)
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok")
    assert "no-store" in response["Cache-Control"]


def test_readyz_says_ok_when_all_is_well(db, client):
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (200, b"ok")
    assert "no-store" in response["Cache-Control"]


def test_readyz_says_when_migrations_are_missing(db, client, monkeypatch):
    monkeypatch.setattr("django.db.migrations.executor.MigrationExecutor.migration_plan", lambda *_: ["one"])
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (503, b"migrations missing")


def test_readyz_says_when_the_database_does_not_answer(db, client, monkeypatch, caplog):
    def fails(*args):
        raise OperationalError("no")

    monkeypatch.setattr("kl_ai.requests.health.MigrationExecutor", fails)
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (503, b"database unavailable")
    assert [record.getMessage() for record in caplog.records] == [
        "503 GET /readyz: database fault (OperationalError: no)"
    ]


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_are_answered_under_every_name_and_without_https(path, db, client, settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.ALLOWED_HOSTS = ["ki.example.dk"]
    response = client.get(path, headers={"Host": "10.0.0.7:8000"})
    assert response.status_code == 200
    assert not response.cookies
    assert client.post(path).status_code == 405
