"""What happens to a request before any view sees it."""

from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from . import kept

MAX_PARAMETERS = 200
MAX_LENGTH = 8_000


class QueryStringLimit:
    """Cuts an absurdly long query string short instead of refusing the page.

    Django answers 400 to more than `DATA_UPLOAD_MAX_NUMBER_FIELDS` parameters. A reader who got
    such a link is better served by the page and a notice: `request.query_was_cut` says that
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
        kept = "&".join(parts)
        request.query_was_cut = kept != query  # type: ignore[attr-defined]
        if request.query_was_cut:  # type: ignore[attr-defined]
            request.META["QUERY_STRING"] = kept
        return self.get_response(request)


class LoginRequired(LoginRequiredMiddleware):
    """Django's middleware, asking first whether the view is public.

    The original looks the user up before it asks, which reads the session and marks every public
    page as one that depends on a cookie. What was typed into a form is kept for after the login,
    and a script, which could not follow there, is told with 401.
    """

    def process_view(
        self, request: HttpRequest, view_func: Callable, view_args: tuple, view_kwargs: dict
    ) -> HttpResponseBase | None:
        if not getattr(view_func, "login_required", True):
            return None
        if request.user.is_anonymous:
            if kept.is_fetch(request):
                return HttpResponse("Log in", status=401, content_type="text/plain")
            kept.keep(request, view_func)
        return super().process_view(request, view_func, view_args, view_kwargs)


class CookiesWithoutNul:
    """Leaves out a Cookie header with a NUL in it: PostgreSQL refuses such a session key with an error."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        cookies = request.META.get("HTTP_COOKIE", "")
        if "\0" in cookies or "\\000" in cookies:  # as it is, or as cookies quote it
            del request.META["HTTP_COOKIE"]
        return self.get_response(request)


def client_address(request: HttpRequest) -> str | None:
    """Who is asking: what the proxy in front says, where there is one, and nobody else's word."""
    direct = request.META.get("REMOTE_ADDR")
    if not settings.BEHIND_PROXY:
        return direct
    said = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
    bare = said.partition("]")[0].lstrip("[") if said.startswith("[") else said
    if bare.count(":") == 1:  # an IPv4 address with a port
        bare = bare.partition(":")[0]
    try:
        return str(ip_address(bare))
    except ValueError:
        return direct
