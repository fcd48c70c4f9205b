"""The middleware that answers a request from the cache of public pages, before the session, the login and the views."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.cache import caches
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.http import parse_etags

from ..requests.http import PageVersion, request_state
from .cache import MAX_CACHED, page_address
from .codings import accepted_coding

UNCHANGED = ("ETag", "Cache-Control", "Vary", "X-Frame-Options", "Content-Language")
"""The headers of a page that also say something where its content is not sent again."""


@dataclass(frozen=True, slots=True)
class CachedPage:
    """A page as a visitor got it: its bytes in one coding, and the headers of all that stands behind `CachedPages`."""

    version: PageVersion
    day: date
    content: bytes
    headers: Mapping[str, str]

    def is_current(self, request: HttpRequest) -> bool:
        """Whether the page would be the same if it were made now. At most one query."""
        return self.version.read(request) == self.version.value and self.day == timezone.localdate()

    def response(self, request: HttpRequest) -> HttpResponse:
        """The page, or 304 where the visitor has it already."""
        if self.headers["ETag"] in parse_etags(request.headers.get("If-None-Match", "")):
            headers = {name: self.headers[name] for name in UNCHANGED if name in self.headers}
            return HttpResponseNotModified(headers={**headers, "Content-Length": "0"})
        return HttpResponse(self.content, headers=self.headers)


class CachedPages:
    """Keeps the responses of `public_page`, and answers later requests for the same address from them.

    A page that is found needs no session, no language, no route and no view: it is the same for everybody, logged in or
    not, and its language is part of the address. What holds for each request stands before this middleware and
    happens as ever: HTTPS, the security headers, the policy of contents, the limits of the query string and the time limit
    of the database. What a view does for one person, such as counting against a limit, making a preview or setting
    a cookie, makes no `public_page`, or is not kept: a response that sets a cookie or varies with one is left out.

    A page is found under its address and held against the version of its data, which costs one query; that of an older
    version is replaced by the new one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if (key := self._key(request)) is None:
            return self.get_response(request)
        page: CachedPage | None = caches["pages"].get(key)
        if page is not None and page.is_current(request):
            return page.response(request)
        day = timezone.localdate()
        response = self.get_response(request)
        version = request_state(request).page_version
        if version is not None and isinstance(response, HttpResponse) and is_for_everybody(response):
            caches["pages"].set(key, CachedPage(version, day, response.content, dict(response.items())))
        return response

    @staticmethod
    def _key(request: HttpRequest) -> Hashable:
        """The key of the page that the request asks for; None where it may not be answered from the cache.

        What stands behind this middleware bounds the length of a body and reads it.
        """
        if (
            request.method not in ("GET", "HEAD")
            or request.META.get("CONTENT_LENGTH") not in (None, "", "0")
            or "HTTP_TRANSFER_ENCODING" in request.META
        ):
            return None
        try:
            return page_address(request), accepted_coding(request)
        except DisallowedHost:  # its error page needs a language
            return None


def is_for_everybody(response: HttpResponse) -> bool:
    """Whether the response is a whole page of at most `MAX_CACHED` bytes with nothing of the visitor in it."""
    vary: Any = response.get("Vary", "")
    return (
        response.status_code == 200
        and len(response.content) <= MAX_CACHED
        and not response.cookies
        and "cookie" not in vary.lower()
    )
