"""What a login that expired meanwhile would lose: the input of a form, and the page that a button stands on.

The input of every form stays in the session until its address is opened again. A view that is marked with `@restorable`
fills its form with `restore_input(request)` on GET, and shows `RESTORED_NOTICE`. At all other addresses, those of the
administration too, a page shows the texts with a button that sends them (`page_to_send_again`). Nothing is ever saved by
itself: the person sends the form again.

Another person who logs in in the same browser does not get it: each form is stored with whose it is, and goes at the login
of somebody else (`keep_own`), and with the session at a logout. Whose it is is known where the person is logged in, or the
browser has the cookie of a known browser: it is that of whoever has logged in here last. In a browser without it, it goes
to whoever goes on from the form to the login and proves an address there; that this is another person cannot be known.

A view that takes only POST and no text is marked with `@post_only`: the login leads back to its address by GET, and from
there to the page with the button. With `takes_text` it is called by that GET, and shows its page with what was typed.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from ..models import User
from ..pages.frame import render_page
from ..people import limits
from ..requests.http import is_fetch, request_state
from . import known_browser
from .redirects import nav_entry

RESTORED_NOTICE = _("You were logged out. What you wrote is here, but not saved yet.")
PRESS_AGAIN = _("Nothing has happened yet. Press the button again.")
SESSION_KEY = "what_was_typed"
"""Where the session holds the forms, the oldest first: [path, [(field name, values)], key of the user or None]."""
RESTORABLE = "is_restorable"
"""The attribute that marks a view; `functools.wraps` copies it to the view that a decorator makes."""
IS_POST_ONLY = "is_post_only"
"""The attribute of views that `post_only` has marked."""
NOT_KEPT = frozenset(
    {"login", "recent_code", "mfa_reauthenticate", "mfa_activate_totp", "mfa_view_recovery_codes", "account_sessions"}
)
"""The names of addresses whose forms hold codes or nothing: a code is too old after the next login."""
LONG_TEXT = 40
"""Texts from so many characters on are shown on the page that offers to send them again."""
MAX_BYTES = 200_000
MAX_BYTES_OF_KNOWN = 1_000_000
"""Of a form whose user is known: all that a form may send. A section of a document holds 300,000 letters."""
MAX_FORMS = 3

View = TypeVar("View", bound=Callable)


def restorable(view: View) -> View:
    """A decorator for a members' view whose form survives a login that expired meanwhile."""
    setattr(view, RESTORABLE, True)
    return view


def post_only(page: str, *arguments: str, takes_text: bool = False, **constants: str) -> Callable[[View], View]:
    """A decorator for a view that takes only POST: a GET redirects to `page`, where its button stands, and never is a 405.

    A person comes by GET after a login that expired between the page and the button, or by a copied address.
    `arguments` are the names of the view's arguments that the address of the page takes; `constants` are the others.
    A view that `takes_text` is called by a GET too where its input was stored: it reads it with `sent_input`.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def view_of_post(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            if request.method == "POST":
                return view(request, **kwargs)
            if takes_text and request.method == "GET" and has_input(request, request.path):
                return view(request, **kwargs)
            return redirect_to_button(request, page, **{name: kwargs[name] for name in arguments}, **constants)

        setattr(view_of_post, RESTORABLE if takes_text else IS_POST_ONLY, True)
        return cast(View, view_of_post)

    return decorate


def redirect_to_button(request: HttpRequest, page: str, **arguments: Any) -> HttpResponse:
    """A redirect to the page of this name, which then says `PRESS_AGAIN`; 405 for methods other than GET and HEAD."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["POST"])
    messages.info(request, PRESS_AGAIN)
    return redirect(page, **arguments)


def store_input(request: HttpRequest, view: Callable) -> bool:
    """Keep the fields of this POST under its path; whether it did. Files are left out.

    Nothing is kept of the forms of public pages, of codes and of buttons. At most `MAX_FORMS` forms of `MAX_BYTES` are kept,
    of a known user `MAX_BYTES_OF_KNOWN`, and the oldest goes. A limit keeps floods out of the session table.
    """
    if request.method != "POST" or not _is_kept(request, view):
        return False
    fields = [(name, values) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"]
    user_key = request.user.pk if request.user.is_authenticated else known_browser.last_user_key(request)
    most = MAX_BYTES if user_key is None else MAX_BYTES_OF_KNOWN
    size = sum(len(text.encode("utf-8", "replace")) for name, values in fields for text in (name, *values))
    if not fields or size > most or not _is_allowed(request):
        return False
    forms = [form for form in _forms(request) if form[0] != request.path]
    request.session[SESSION_KEY] = [*forms, (request.path, fields, user_key)][-MAX_FORMS:]
    return True


def _forms(request: HttpRequest) -> list[Any]:
    """The forms that the session holds, each with path, fields and the key of the user."""
    return [form for form in request.session.get(SESSION_KEY, []) if len(form) == 3]


def keep_own(request: HttpRequest, user: User, redirect_url: str) -> None:
    """Drop the forms of others at the login of this user, which leads to `redirect_url`.

    Of the forms whose user is not known the one stays that the login leads back to: it becomes the user's. No query.
    """
    path = urlsplit(redirect_url).path
    own = [
        (form_path, fields, user.pk)
        for form_path, fields, key in _forms(request)
        if key == user.pk or (key is None and form_path == path)
    ]
    if SESSION_KEY in request.session:
        request.session[SESSION_KEY] = own


def _is_allowed(request: HttpRequest) -> bool:
    try:
        limits.consume("store_input", origin=request)
    except limits.LimitReached:
        return False
    return True


def _is_kept(request: HttpRequest, view: Callable) -> bool:
    """Whether what is sent to the view is kept through a login."""
    match = request.resolver_match
    is_members = getattr(view, "login_required", True) or is_administration(request)
    return is_members and not getattr(view, IS_POST_ONLY, False) and (match is None or match.url_name not in NOT_KEPT)


def is_administration(request: HttpRequest) -> bool:
    """Whether the address is one of the administration, which asks for the login itself. No query."""
    return request.resolver_match is not None and "admin" in request.resolver_match.app_names


def has_input(request: HttpRequest, path: str) -> bool:
    """Whether input of the request's user is stored for this path; it stays there."""
    return any((stored, key) == (path, request.user.pk) for stored, _fields, key in _forms(request))


def waits_for_login(request: HttpRequest, url: str) -> bool:
    """Whether a form was kept that the login leading to `url` brings back. No query where the session is empty."""
    path = urlsplit(url).path
    key = known_browser.last_user_key(request)
    return any((stored, owner) in ((path, None), (path, key)) for stored, _fields, owner in _forms(request))


def restore_input(request: HttpRequest) -> QueryDict | None:
    """The user's input stored for this path, which is then removed; None where there is none, or the request is no GET."""
    forms = _forms(request) if request.method == "GET" else []
    fields = next((fields for path, fields, key in forms if (path, key) == (request.path, request.user.pk)), None)
    if fields is None:
        return None
    request.session[SESSION_KEY] = [form for form in forms if form[0] != request.path]
    request_state(request).has_restored_input = True
    data = QueryDict(mutable=True)
    for name, values in fields:
        data.setlist(name, values)
    return data


def sent_input(request: HttpRequest) -> QueryDict | None:
    """What this POST sends; on GET what was stored for this path, with a notice that it is not saved. None where nothing was."""
    if request.method == "POST":
        return request.POST
    data = restore_input(request)
    if data is not None:
        messages.warning(request, RESTORED_NOTICE)
    return data


def page_to_send_again(request: HttpRequest, view: Callable) -> HttpResponse | None:
    """The page with the input that was stored for this path, where the view does not show it itself; None where there is none.

    It is shown once. One query for the session, which the login has read already, and those of `render_page`.
    """
    if getattr(view, RESTORABLE, False) or is_fetch(request):
        return None
    data = restore_input(request)
    if not data:
        return None
    fields = [(name, value) for name, values in data.lists() for value in values]
    context = {
        "action": request.get_full_path(),
        "fields": fields,
        "texts": [value for _name, value in fields if len(value) >= LONG_TEXT],
    }
    response = render_page(request, "account/send_again.html", context, nav_current=nav_entry(request.path))
    response["Cache-Control"] = "no-store"
    return response


def redirect_after_stale_token(request: HttpRequest) -> HttpResponse | None:
    """A redirect to the form with what was typed, where a form of the portal has a CSRF token that is too old; else None.

    A view that takes only POST leads to the page with its button.
    """
    match = request.resolver_match
    if match is None or not _is_same_origin(request):
        return None
    if not getattr(match.func, IS_POST_ONLY, False) and not store_input(request, match.func):
        return None
    return redirect(request.get_full_path())  # where nobody is logged in, that address redirects to the login


def _is_same_origin(request: HttpRequest) -> bool:
    """Whether the browser says that the form is the portal's: another site can send neither header with this value."""
    if site := request.headers.get("Sec-Fetch-Site"):
        return site == "same-origin"
    try:
        return urlsplit(request.headers.get("Origin", "")).netloc == request.get_host()
    except ValueError:  # an address in brackets that is none
        return False
