"""What somebody typed before the login had expired: kept in the session until the form is there again.

A view says `@keeps_what_was_typed` and, on GET, shows `take(request)` in its form with `NOTICE`. Nothing is ever
saved by itself: the person sends the form again.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

NOTICE = _("You were logged out. What you wrote is here, but not saved yet.")
SESSION_KEY = "what_was_typed"
MAX_BYTES = 200_000
MAX_FORMS = 3


def keeps_what_was_typed(view: Callable) -> Callable:
    """Marks a members' view whose form survives a login that expired meanwhile."""
    view.keeps_what_was_typed = True  # type: ignore[attr-defined]
    return view


def keep(request: HttpRequest, view: Callable) -> bool:
    """Keeps the fields of this POST under its path, where the view asks for it; says whether it did. Files are left out.

    At most `MAX_FORMS` forms of `MAX_BYTES` are kept, the oldest goes; the rate limit keeps floods out of the session table.
    """
    asks = getattr(view, "keeps_what_was_typed", False) and getattr(view, "login_required", True)
    if request.method != "POST" or not asks:
        return False
    fields = [(name, values) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"]
    size = sum(len(text.encode("utf-8", "replace")) for name, values in fields for text in (name, *values))
    if not fields or size > MAX_BYTES or not ratelimit.consume(request, action="keep_what_was_typed"):
        return False
    forms = [form for form in request.session.get(SESSION_KEY, []) if form[0] != request.path]
    request.session[SESSION_KEY] = [*forms, (request.path, fields)][-MAX_FORMS:]
    return True


def take(request: HttpRequest) -> QueryDict | None:
    """What was typed at this path, once; None when there is nothing, or the request is no GET."""
    forms = request.session.get(SESSION_KEY, []) if request.method == "GET" else []
    found = next((fields for path, fields in forms if path == request.path), None)
    if found is None:
        return None
    request.session[SESSION_KEY] = [form for form in forms if form[0] != request.path]
    typed = QueryDict(mutable=True)
    for name, values in found:
        typed.setlist(name, values)
    typed._mutable = False
    return typed


def after_stale_token(request: HttpRequest) -> HttpResponse | None:
    """The answer to a form of ours whose CSRF token is too old: the form again, with what was typed; else None."""
    match = request.resolver_match
    if match is None or not _comes_from_here(request) or not keep(request, match.func):
        return None
    return redirect(request.get_full_path())  # to the login, where there is none


def _comes_from_here(request: HttpRequest) -> bool:
    """The browser itself says so: other sites can send neither header with another value."""
    if site := request.headers.get("Sec-Fetch-Site"):
        return site == "same-origin"
    return urlsplit(request.headers.get("Origin", "")).netloc == request.get_host()
