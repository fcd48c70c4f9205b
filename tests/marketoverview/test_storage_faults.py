"""Where the database can store nothing, the page says so, keeps what was typed, and takes it once the database can."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from kl_ai.mail.models import BadAddress
from marketoverview.models import Response
from tests.mails import LOGIN, enter_code, newest_code, request_code
from tests.marketoverview.vendor_area import part_url, seen_value
from tests.reading import parse

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = "Vi laver kunstig intelligens til sagsbehandling. " * 10


@contextmanager
def read_only() -> Iterator[None]:
    """The database refuses every write, as a standby or a disk that is mounted so."""
    on, off = {
        "sqlite": ("PRAGMA query_only = ON", "PRAGMA query_only = OFF"),
        "postgresql": ("SET default_transaction_read_only = on", "SET default_transaction_read_only = off"),
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(on)
        yield
    with connection.cursor() as cursor:
        cursor.execute(off)


@contextmanager
def full() -> Iterator[None]:
    """No page can be added to the SQLite file, and each write of a row needs some."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE filler (content)")
        triggers = [
            f'CREATE TEMP TRIGGER "{event} {table}" BEFORE {event} ON main."{table}" '
            "BEGIN INSERT INTO main.filler VALUES (zeroblob(1000000)); END"
            for table in connection.introspection.table_names(cursor)
            for event in ("INSERT", "UPDATE")
            if table != "filler"
        ]
        for trigger in triggers:
            cursor.execute(trigger.replace("INTO main.filler", "INTO filler"))
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA max_page_count = 1000000")
        cursor.execute("SELECT name FROM temp.sqlite_master WHERE type = 'trigger'")
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP TRIGGER temp."{name}"')
        cursor.execute("DROP TABLE filler")


FAULTS = [
    pytest.param(read_only, id="read-only"),
    pytest.param(full, id="full"),
]


@pytest.fixture(params=FAULTS)
def fault(request):
    """A context in which the database can store nothing."""
    if request.param is full and connection.vendor != "sqlite":
        pytest.skip("the disk of a PostgreSQL server is not filled by a test")
    return request.param


@pytest.fixture(autouse=True)
def _answers_of_errors(monkeypatch):
    """The test's browser gets the page of an error, and not the error itself."""
    monkeypatch.setattr(Client, "store_exc_info", lambda *args, **kwargs: None)


def send_again(client, response):
    """The response to the form on the page of a fault, sent once more."""
    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0
    page = parse(response.content.decode())
    assert page.find("h1").text == "Det kunne ikke gemmes"
    form = page.find("main").find("form", method="post")
    data: dict[str, list[str]] = {}
    for field in form.find_all("input"):
        data.setdefault(field.attrs["name"], []).append(field.attrs["value"])
    return client.post(form.attrs["action"], data)


def test_a_page_of_the_survey(fault, member_client, draft):
    data = {"description": TEXT, "website": "https://æble.example", "seen": seen_value(member_client, draft, "company")}
    with fault():
        response = member_client.post(part_url(draft, "company"), data)
        assert TEXT.strip() in parse(response.content.decode()).find("main").find("details").text
        assert send_again(member_client, response).status_code == 503
    assert send_again(member_client, response).status_code == 302
    draft.refresh_from_db()
    assert draft.description == TEXT.strip()


def test_the_script_that_saves_while_somebody_writes(fault, member_client, draft):
    data = {"description": TEXT, "seen": seen_value(member_client, draft, "company")}
    with fault():
        response = member_client.post(part_url(draft, "company"), data, headers={"X-Requested-With": "fetch"})
    assert (response.status_code, response["Content-Type"]) == (503, "text/plain; charset=utf-8")
    assert member_client.get(part_url(draft, "company")).status_code == 200
    assert Response.objects.get(pk=draft.pk).description != TEXT.strip()


def test_a_form_of_the_administration(fault, client, curator):
    client.force_login(curator)
    path = reverse("admin:kl_ai_badaddress_add")
    with fault():
        response = client.post(path, {"email": "retur@agern.example", "error": TEXT})
    assert not BadAddress.objects.exists()
    assert send_again(client, response).status_code == 302
    assert BadAddress.objects.get().error.strip() == TEXT.strip()


def test_the_address_of_a_login(fault, client, owner, mailoutbox):
    with fault():
        response = request_code(client, owner.email)
    assert mailoutbox == []  # nobody gets a code that no login waits for
    assert send_again(client, response).status_code == 302
    assert enter_code(client, newest_code()).status_code == 302
    assert client.get(LOGIN).status_code == 302


def test_the_code_of_a_login(fault, client, owner):
    request_code(client, owner.email)
    code = newest_code()
    with fault():
        response = enter_code(client, code)
    assert send_again(client, response).status_code == 302
    assert client.get(LOGIN).status_code == 302


def test_pages_are_read_meanwhile(fault, client, demo):
    with fault():
        assert client.get("/markedsoverblik/").status_code == 200
        assert client.get("/readyz").status_code == 200
