"""The cookie of a browser in which somebody has logged in before.

It waives the limits that strangers can use up: whoever asks for codes for another person's address, from whatever
network, does not lock that person out of a browser that is known (`docs/decisions/0009-login-limits.md`). It opens nothing:
a code is needed as ever.

The cookie is set at a login and never else. It holds, signed, the keys of at most `MOST_USERS` users, who has logged in
last first; for each the number of times that the user has logged out everywhere, since a later one makes it worthless, and
a random name of the browser, by which its attempts are counted. The name is another one after each login: whoever has a
copy of the cookie uses up the number of that copy.
"""

import secrets
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from ..models import User

COOKIE = "known_browser"
SALT = "kl_ai.login.known_browser"
MAX_AGE = 180 * 24 * 60 * 60
"""Seconds since the last login in this browser."""
MOST_USERS = 5


def remember(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Set the cookie for the user who logs in with this response, beside those who have logged in here before."""
    others = [entry for entry in _entries(request) if entry[0] != user.pk]
    entries = [[user.pk, user.login_generation, secrets.token_urlsafe(12)], *others][:MOST_USERS]
    response.set_cookie(
        COOKIE,
        signing.dumps(entries, salt=SALT),
        max_age=MAX_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def name_of(request: HttpRequest, user: User | None) -> str:
    """The name of this browser where the user has logged in here before, and not logged out everywhere since; else "".

    No query.
    """
    if user is None:
        return ""
    names = [
        name for key, generation, name in _entries(request) if (key, generation) == (user.pk, user.login_generation)
    ]
    return names[0] if names else ""


def last_user_key(request: HttpRequest) -> int | None:
    """The key of the user who has logged in here last; None where the browser is not known. No query."""
    return next((key for key, _generation, _name in _entries(request)), None)


def _entries(request: HttpRequest) -> list[tuple[int, int, str]]:
    """The (user's key, generation, name) of the request's cookie; none where it is missing, forged or too old."""
    try:
        entries: Any = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=MAX_AGE)
    except (signing.BadSignature, ValueError):  # ValueError: what was signed is not what a cookie holds
        return []
    entries = entries if isinstance(entries, list) else []
    return [(*entry,) for entry in entries if isinstance(entry, list) and len(entry) == 3]
