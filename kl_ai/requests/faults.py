"""Faults that are nobody's mistake in the code: the database is away, busy or full, or too much is asked at once.

Each is answered with a page that says what has happened, what was not saved and what to do. The page is rendered without
a session, a context processor or a query, in the language of its address.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.conf import settings
from django.db import DataError, Error, connection
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language_from_path, gettext, override

from ..text import clean_line
from .http import is_fetch, request_state

logger = logging.getLogger(__name__)

MAX_KEPT_BYTES = 200_000
"""The most bytes of a form that its page offers to send again."""
LONG_TEXT = 40
"""Texts from so many characters on are shown on that page, so that they can be copied."""


class Fault(Enum):
    """The faults of a database, with the seconds after which to try again."""

    AWAY = 30
    BUSY = 5
    FULL = 300
    READ_ONLY = 120


SQLITE = {
    "SQLITE_BUSY": Fault.BUSY,
    "SQLITE_LOCKED": Fault.BUSY,
    "SQLITE_FULL": Fault.FULL,
    "SQLITE_READONLY": Fault.READ_ONLY,
    "SQLITE_CANTOPEN": Fault.AWAY,
    "SQLITE_IOERR": Fault.AWAY,
    "SQLITE_CORRUPT": Fault.AWAY,
    "SQLITE_NOTADB": Fault.AWAY,
    "SQLITE_NOMEM": Fault.BUSY,
}
"""The beginning of an error's name (https://sqlite.org/rescode.html) to its fault."""
POSTGRESQL = {
    "08": Fault.AWAY,  # connection exception
    "57P": Fault.AWAY,  # the server is stopped, or starts
    "58": Fault.AWAY,  # the server's disk fails
    "53300": Fault.AWAY,  # too many connections
    "53": Fault.FULL,  # disk full, out of memory
    "25006": Fault.READ_ONLY,  # a standby, or a server set so
    "40": Fault.BUSY,  # serialization failure, deadlock
    "55P03": Fault.BUSY,  # a lock was not got in time
    "57014": Fault.BUSY,  # a statement was cancelled for its time
}
"""The beginning of an SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html) to its fault."""


# Recognising a fault ----------------------------------------------------------------------------


def database_fault(error: BaseException | None) -> Fault | None:
    """The fault of the database that this exception, or one that it was raised after, tells of; None for any other."""
    return next(filter(None, map(_fault, _chain(error))), None)


def reason(error: BaseException | None) -> str:
    """The first line of the database's own message, for the log."""
    fault = next((link for link in _chain(error) if _fault(link)), error)
    return clean_line(f"{type(fault).__name__}: {str(fault).strip().splitlines()[0] if str(fault) else ''}", 200)


def is_about_nul(error: BaseException | None) -> bool:
    """Whether a text with a NUL, which PostgreSQL does not store, has reached a query."""
    return any(isinstance(link, DataError) and "NUL (0x00)" in str(link) for link in _chain(error))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The exception and those during which it was raised: Django hides the failure of a session behind another one."""
    seen: list[BaseException] = []
    while error is not None and error not in seen:
        seen.append(error)
        yield error
        error = error.__cause__ or error.__context__


def _fault(error: BaseException) -> Fault | None:
    """The fault of an exception of Django's database layer, by the code of the driver's exception behind it."""
    if not isinstance(error, Error):
        return None
    driver = error.__cause__
    if name := getattr(driver, "sqlite_errorname", ""):
        if str(error).startswith("no such table"):
            return Fault.AWAY  # SQLite makes an empty file where there is none
        return _by_beginning(SQLITE, name)
    if code := getattr(driver, "sqlstate", None):
        return _by_beginning(POSTGRESQL, code)
    # Without a code there was no answer of the server, or no connection to it.
    is_unanswered = type(error).__name__ in ("OperationalError", "InterfaceError")
    return Fault.AWAY if is_unanswered and _is_of_psycopg(driver) else None


def _is_of_psycopg(driver: BaseException | None) -> bool:
    """Whether the exception is one of PostgreSQL's driver, which need not be loaded."""
    return any(kind.__module__.partition(".")[0] == "psycopg" for kind in type(driver).__mro__)


def _by_beginning(faults: dict[str, Fault], code: str) -> Fault | None:
    """The fault of the first key that the code begins with."""
    return next((fault for key, fault in faults.items() if code.startswith(key)), None)


BUSY_RETRY_SECONDS = 5


class LeaveOutTraceback(logging.Filter):
    """A filter of what a stranger can cause with each request, as by a wrong Host header: one line says it all."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.exc_info = record.exc_text = None
        return True


class LeaveOutFaults(logging.Filter):
    """A filter of `django.request`: a fault has a line in the log already.

    Neither it nor a NUL needs a traceback, nor does a request that is refused with 4xx, such as one whose body cannot be read:
    anybody can send as many as they like.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        is_refused = 400 <= getattr(record, "status_code", 500) < 500
        if record.exc_info and (is_refused or is_about_nul(record.exc_info[1])):
            record.exc_info = None
        return not (isinstance(request, HttpRequest) and request_state(request).fault_is_logged)


# The page ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class KeptForm:
    """The form that was sent, to be sent once more from the page of the fault."""

    action: str
    fields: list[tuple[str, str]]
    long_texts: list[str]
    has_files: bool


def database_page(request: HttpRequest, fault: Fault, error: BaseException | None) -> HttpResponse:
    """The response 503 to a request that the database failed, and one line in the log. The form stays on it."""
    log_database_fault(request, error)
    if fault is Fault.AWAY and connection.vendor == "sqlite":
        connection.close()  # it may be to a file that is in its place no longer
    with override(path_language(request)):
        title, lead = _words(fault, is_reading=request.method in ("GET", "HEAD"))
        return page(request, 503, title, lead, retry_after=fault.value, form=kept_form(request))


def busy_page(request: HttpRequest) -> HttpResponse:
    """The response 503 to a request that met `http.Busy`. The form stays on it."""
    with override(path_language(request)):
        return page(
            request,
            503,
            gettext("The page is being updated"),
            gettext("What it shows has just changed, and is being read anew. Try again in a moment."),
            retry_after=BUSY_RETRY_SECONDS,
            form=kept_form(request),
        )


def not_allowed_page(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The portal's page in place of the empty `response` 405, with the methods that the address does answer."""
    with override(path_language(request)):
        not_allowed = page(
            request,
            405,
            gettext("The page cannot be used like that"),
            gettext(
                "The address cannot answer what was sent, and nothing was changed. Open the page, and use its buttons."
            ),
        )
    not_allowed["Allow"] = response["Allow"]
    return not_allowed


def log_database_fault(request: HttpRequest, error: BaseException | None) -> None:
    """Write one line to the log about the fault that the request has met; none for a second fault of it."""
    state = request_state(request)
    if not state.fault_is_logged:
        state.fault_is_logged = True
        fault = database_fault(error)
        name = fault.name.lower().replace("_", " ") if fault else "fault"
        path = request.path.encode("unicode_escape").decode("ascii")  # a line break in it would forge a second line
        logger.error("503 %s %s: database %s (%s)", request.method, path, name, reason(error))


def _words(fault: Fault, *, is_reading: bool) -> tuple[str, str]:
    """Title and first sentences of the page of a fault, in the active language."""
    if is_reading and fault in (Fault.AWAY, Fault.READ_ONLY, Fault.FULL):
        return (
            gettext("The portal cannot reach its data"),
            gettext("The page cannot be shown right now. The error has been recorded. Try again in a little while."),
        )
    if fault is Fault.BUSY:
        return (
            gettext("The portal is busy"),
            gettext("Others are being served right now. Try again in a moment."),
        )
    if fault is Fault.AWAY:
        return gettext("It could not be saved"), gettext(
            "The portal cannot reach its data right now. The error has been recorded."
        )
    return gettext("It could not be saved"), gettext(
        "The portal can store nothing right now. The error has been recorded."
    )


def page(
    request: HttpRequest,
    status: int,
    title: str,
    lead: str,
    *,
    advice: Sequence[str] = (),
    retry_after: int = 0,
    form: KeptForm | None = None,
    retry_url: str = "",
) -> HttpResponse:
    """The portal's page for a request that is refused for now, or plain text for its script. No query."""
    with override(path_language(request)):
        if is_fetch(request):
            response = HttpResponse(f"{title}. {lead}", status=status, content_type="text/plain; charset=utf-8")
        else:
            context: dict[str, Any] = {
                "title": title,
                "lead": lead,
                "advice": advice,
                "form": form,
                "retry_url": retry_url,
            }
            context["contact_email"] = settings.CONTACT_EMAIL
            response = HttpResponse(render_to_string("fault.html", context), status=status)
    response["Cache-Control"] = "no-store"
    if retry_after:
        response["Retry-After"] = str(retry_after)
    return response


def path_language(request: HttpRequest) -> str:
    """The language of the request's address, also where the request has not come as far as that."""
    return get_language_from_path(request.path_info) or settings.LANGUAGE_CODE


def kept_form(request: HttpRequest) -> KeptForm | None:
    """The fields of the form that was sent; None for a request without, and for one that is too large to be kept.

    None also where the view has some of them in no report of an error (Django's `sensitive_post_parameters`): no page repeats them.
    """
    if request.method != "POST" or is_fetch(request) or hasattr(request, "sensitive_post_parameters"):
        return None
    try:
        fields = [(name, value) for name, values in request.POST.lists() for value in values]
    except Exception:  # the body is broken off or malformed: there is nothing to keep
        return None
    size = sum(len(text.encode("utf-8", "replace")) for field in fields for text in field)
    if not fields or size > MAX_KEPT_BYTES:
        return None
    texts = [value for name, value in fields if len(value) >= LONG_TEXT and name != "csrfmiddlewaretoken"]
    return KeptForm(request.get_full_path(), fields, texts, bool(request.FILES))
