"""A fault of the database is answered with a page that says so, keeps what was typed, and fills no log."""

import logging
import sqlite3

import psycopg
import pytest
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import DataError, IntegrityError, InterfaceError, InternalError, OperationalError, connection
from django.test import RequestFactory

from kl_ai.requests import faults
from kl_ai.requests.faults import Fault
from kl_ai.views import bad_request, server_error
from tests.builders import make_response
from tests.reading import parse


def sqlite_error(name: str, text: str = "it failed") -> OperationalError:
    driver = sqlite3.OperationalError(text)
    driver.sqlite_errorname = name
    return caused(OperationalError(text), driver)


def postgresql_error(code: str | None, wrapped: type[Exception] = OperationalError) -> Exception:
    class Coded(psycopg.OperationalError):
        sqlstate = code

    return caused(wrapped("it failed\nfor a reason"), Coded("it failed\nfor a reason"))


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (sqlite_error("SQLITE_BUSY"), Fault.BUSY),
        (sqlite_error("SQLITE_BUSY_SNAPSHOT"), Fault.BUSY),
        (sqlite_error("SQLITE_FULL"), Fault.FULL),
        (sqlite_error("SQLITE_READONLY_DBMOVED"), Fault.READ_ONLY),
        (sqlite_error("SQLITE_CANTOPEN"), Fault.AWAY),
        (sqlite_error("SQLITE_ERROR", "no such table: x"), Fault.AWAY),
        (sqlite_error("SQLITE_ERROR", "no such column: x"), None),
        (postgresql_error(None), Fault.AWAY),
        (postgresql_error(None, InterfaceError), Fault.AWAY),
        (postgresql_error("57P01"), Fault.AWAY),
        (postgresql_error("53300"), Fault.AWAY),
        (postgresql_error("53100"), Fault.FULL),
        (postgresql_error("25006", InternalError), Fault.READ_ONLY),
        (postgresql_error("40001"), Fault.BUSY),
        (postgresql_error("55P03"), Fault.BUSY),
        (postgresql_error("57014"), Fault.BUSY),
        (postgresql_error("42703"), None),
        (postgresql_error("23505", IntegrityError), None),
        (OperationalError("of nobody"), None),
        (RuntimeError("a defect"), None),
        (None, None),
    ],
)
def test_a_fault_is_known_by_the_code_of_the_driver(error, fault):
    assert faults.database_fault(error) is fault


def test_a_fault_is_found_behind_the_error_that_hides_it():
    hiding = SessionInterrupted("deleted")
    hiding.__context__ = sqlite_error("SQLITE_FULL")  # as Django raises it where a session cannot be stored
    assert faults.database_fault(hiding) is Fault.FULL


def test_the_codes_are_those_of_the_drivers():
    for name in faults.SQLITE:
        assert getattr(sqlite3, name)
    errors = vars(psycopg.errors).values()
    known = [code for error in errors if isinstance(code := getattr(error, "sqlstate", None), str)]
    for beginning in faults.POSTGRESQL:
        assert any(code.startswith(beginning) for code in known), beginning


# The page ---------------------------------------------------------------------------------------


@pytest.fixture
def no_database(monkeypatch):
    """Whatever asks the database fails."""

    def fails(*args, **kwargs):
        raise AssertionError("the database is asked")

    monkeypatch.setattr(connection, "cursor", fails)


def response_to(error: Exception, request, view=server_error):
    """The response of Django's error handler while `error` is handled."""
    try:
        raise error
    except Exception as raised:
        return view(request) if view is server_error else view(request, raised)


@pytest.mark.parametrize(
    ("path", "language", "title"),
    [("/", "da", "Portalen kan ikke nå sine data"), ("/en/admin/", "en", "The portal cannot reach its data")],
)
def test_the_page_speaks_the_language_of_its_address_and_needs_no_database(path, language, title, no_database):
    response = response_to(postgresql_error(None), RequestFactory().get(path))
    page = parse(response.content.decode())
    assert response.status_code == 503
    assert (response["Retry-After"], response["Cache-Control"]) == ("30", "no-store")
    assert page.find("html").attrs["lang"] == language
    assert page.find("h1").text == title
    assert page.find("title").text.startswith(title)
    assert not page.find_all("form", method="post")


@pytest.mark.parametrize(
    ("error", "title"),
    [
        (sqlite_error("SQLITE_FULL"), "Det kunne ikke gemmes"),
        (postgresql_error("53100"), "Det kunne ikke gemmes"),
        (postgresql_error("25006", InternalError), "Det kunne ikke gemmes"),
        (postgresql_error(None), "Det kunne ikke gemmes"),
        (postgresql_error("40001"), "Portalen har travlt"),
    ],
)
def test_what_was_typed_stands_on_the_page_and_can_be_sent_again(error, title, no_database):
    typed = {"description": "Æblegrød & <b>øl</b>\n" * 5, "services": ["a", "b"], "csrfmiddlewaretoken": "x" * 64}
    response = response_to(error, RequestFactory().post("/leverandoer/svar/1/?x=1", typed))
    page = parse(response.content.decode())
    assert page.find("h1").text == title
    form = page.find("form", method="post")
    assert form.attrs["action"] == "/leverandoer/svar/1/?x=1"
    fields = [(field.attrs["name"], field.attrs["value"]) for field in form.find_all("input")]
    assert fields == [
        ("description", typed["description"]),
        ("services", "a"),
        ("services", "b"),
        ("csrfmiddlewaretoken", "x" * 64),
    ]
    assert "Æblegrød & <b>øl</b>" in page.find("main").find("details").text
    assert "xxxx" not in page.find("main").find("details").text


def test_a_form_that_is_too_large_is_not_repeated(no_database):
    request = RequestFactory().post("/", {"text": "x" * (faults.MAX_KEPT_BYTES + 1)})
    response = response_to(sqlite_error("SQLITE_FULL"), request)
    assert len(response.content) < 10_000


def test_a_body_that_cannot_be_read_leaves_the_page_standing(no_database):
    request = RequestFactory().post("/", b"--x\r\n", content_type="multipart/form-data; boundary=")
    assert response_to(sqlite_error("SQLITE_FULL"), request).status_code == 503


def test_the_portals_script_gets_a_line_of_text(no_database):
    request = RequestFactory().post("/", {"a": "b"}, headers={"X-Requested-With": "fetch"})
    response = response_to(sqlite_error("SQLITE_FULL"), request)
    assert (response.status_code, response["Content-Type"]) == (503, "text/plain; charset=utf-8")
    assert response.content.decode().startswith("Det kunne ikke gemmes.")


def test_a_session_that_could_not_be_stored_is_a_fault_and_no_bad_request(no_database):
    error = caused(SessionInterrupted("deleted"), sqlite_error("SQLITE_FULL"))
    assert response_to(error, RequestFactory().post("/log-ind/", {"email": "x"}), bad_request).status_code == 503


def test_a_fault_has_one_line_in_the_log_and_no_traceback(caplog, no_database):
    request = RequestFactory().get("/en/")
    error = postgresql_error(None)
    response_to(error, request)
    response_to(error, request)
    (record,) = caplog.records
    assert record.getMessage() == "503 GET /en/: database away (OperationalError: it failed)"
    assert record.exc_info is None
    of_django = logging.LogRecord("django.request", logging.ERROR, "", 0, "x", (), (type(error), error, None))
    of_django.request = request
    assert not faults.LeaveOutFaults().filter(of_django)
    of_django.request = RequestFactory().get("/")
    assert faults.LeaveOutFaults().filter(of_django)


def test_a_line_break_in_the_path_forges_no_second_line(caplog, no_database):
    request = RequestFactory().get("/x%0AERROR%20kl_ai%20forged%E2%80%A8/%0D/")
    response_to(postgresql_error(None), request)
    (record,) = caplog.records
    assert "\\nERROR kl_ai forged\\u2028/\\r/" in record.getMessage()
    assert len(record.getMessage().splitlines()) == 1


def test_a_defect_stays_an_error_with_its_traceback(db, client, monkeypatch, caplog):
    monkeypatch.setattr("marketoverview.views.directory.vendor_rows.rendered", lambda *args: 1 / 0)
    make_response("Agern")
    client.raise_request_exception = False
    assert client.get("/markedsoverblik/").status_code == 500
    assert any(record.exc_info for record in caplog.records)


def test_a_nul_that_reached_a_query_is_the_senders_mistake(db):
    error = DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
    assert response_to(error, RequestFactory().get("/")).status_code == 400


def test_a_wrong_host_is_one_line_in_the_log_without_a_traceback(client, caplog):
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400
    (record,) = [record for record in caplog.records if record.name == "django.security.DisallowedHost"]
    assert "evil.example" in record.getMessage()
    assert record.exc_info is None
