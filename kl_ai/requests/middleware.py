"""The middleware that bounds and probes a request before any view. That of the login and of mail is in their rooms."""

import re
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import unquote_plus

from csp.constants import HEADER
from csp.utils import build_policy
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, StreamingHttpResponse
from django.http.response import HttpResponseBase

from .. import database
from . import bodies, faults, health
from .http import Busy, request_state

MAX_PARAMETERS = 200
MAX_LENGTH = 6_000
"""The longest query string that is read whole. A longer one is cut as far as the server lets it in (`kl_ai.gunicorn`)."""
TRACKING = re.compile(
    r"utm_\w+|(fb|g|dc|msclk|y|tt|tw)clid|msclkid|[gw]braid|gad_\w+|_g[al]|mc_[ce]id|igshid|srsltid|li_fat_id|mkt_tok|_hs\w+"
)
"""The parameters that mail programs, advertisements and social media add to a link. The reader has not typed them."""


class QueryStringLimit:
    """Takes the tracking parameters from a query string, and cuts off the end of one that is too long, instead of refusing the page.

    Nothing behind it sees a tracking parameter: no page differs by them, none has them in its links, and none is made anew
    for each.

    Django responds with 400 to more than `DATA_UPLOAD_MAX_NUMBER_FIELDS` parameters. A reader who got
    such a link is better served by the page and a notice: `RequestState.query_was_cut` says that
    something was left out.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        parts = query[:MAX_LENGTH].split("&")
        if len(query) > MAX_LENGTH and len(parts) > 1:
            parts.pop()  # it was cut in the middle
        parts = parts[:MAX_PARAMETERS]
        shortened = "&".join(parts)
        if shortened != query:
            request_state(request).query_was_cut = True
        if query:
            request.META["QUERY_STRING"] = "&".join(part for part in parts if not _is_tracking(part))
        return self.get_response(request)


def _is_tracking(part: str) -> bool:
    """Whether the part of a query string, `name=value`, is a tracking parameter."""
    return bool(TRACKING.fullmatch(unquote_plus(part.partition("=")[0])))


class HeadWithoutBody:
    """Takes the body from the response to `HEAD`, and leaves its length in the headers.

    The server would leave it out, too, and write a line in the log for each.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.method == "HEAD":
            if isinstance(response, StreamingHttpResponse):
                response.streaming_content = ()  # its close() ends what would have been sent
            elif isinstance(response, HttpResponse):
                response.headers.setdefault("Content-Length", str(len(response.content)))
                response.content = b""
        return response


class CookiesWithoutNul:
    """Leaves out a Cookie header with a NUL in it: PostgreSQL refuses such a session key with an error."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        cookies = request.META.get("HTTP_COOKIE", "")
        if "\0" in cookies or "\\000" in cookies:  # as it is, or as cookies quote it
            del request.META["HTTP_COOKIE"]
        return self.get_response(request)


class DatabaseTimeLimit:
    """Bounds how long a request waits for an answer of the database server."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with database.time_limit():
            return self.get_response(request)


class ContentSecurityPolicy:
    """Gives every response the policy of the setting `CONTENT_SECURITY_POLICY`, built by django-csp once.

    django-csp's own middleware builds it anew twice for each response, since a view may change it there. Here none may:
    the policy of the portal knows no exceptions, and no nonces. Django's pages for developers are without it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.policy = build_policy()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not (settings.DEBUG and response.status_code in (404, 500)):
            response.headers.setdefault(HEADER, self.policy)
        return response


class HealthProbes:
    """Answers probes before any other middleware: under every host name, without HTTPS and without a session.

    The content security policy alone is theirs too, as that of every response.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.probes = {path: ContentSecurityPolicy(probe) for path, probe in health.PROBES.items()}

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = self.probes.get(request.path_info, self.get_response)
        return cast(HttpResponseBase, answer(request))


class PathsWithoutNul:
    """Responds with 404 to an address with a NUL: no page has one, and what reads files or rows by it would fail."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info:
            raise Http404
        return self.get_response(request)


class BodyLimit:
    """Refuses a body that is too large for its address before anything reads it (`kl_ai.requests.bodies`)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view_func: Callable, *args: Any) -> HttpResponse | None:
        return bodies.refusal(request, view_func)


class BusyPages:
    """Answers a view's `Busy` with the page that asks to try again in a moment."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return faults.busy_page(request) if isinstance(exception, Busy) else None


class NotAllowedPages:
    """Gives the response 405 the portal's page: a view's decorator makes it without a word."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        return faults.not_allowed_page(request, response) if isinstance(response, HttpResponseNotAllowed) else response
