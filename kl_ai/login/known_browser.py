"""The cookie of a browser in which somebody has logged in before.

It waives the limits that strangers can use up: whoever asks for codes for another person's address, from whatever
network, does not lock that person out of a browser that is known (`docs/decisions/0009-login-limits.md`). It opens nothing:
a code is needed as ever.

The cookie is set at a login and never else. It holds the keys of at most `MOST_USERS` users and the number of times that
each has logged out everywhere, signed: a user's later logging out everywhere makes it worthless.
"""

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
    entries = [[user.pk, user.login_generation], *others][:MOST_USERS]
    response.set_cookie(
        COOKIE,
        signing.dumps(entries, salt=SALT),
        max_age=MAX_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def is_known(request: HttpRequest, user: User | None) -> bool:
    """Whether this user has logged in here before, and not logged out everywhere since. No query."""
    return user is not None and [user.pk, user.login_generation] in _entries(request)


def _entries(request: HttpRequest) -> list[Any]:
    """The (user's key, generation) of the request's cookie; none where it is missing, forged or too old."""
    try:
        entries = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=MAX_AGE)
    except (signing.BadSignature, ValueError):  # ValueError: what was signed is not what a cookie holds
        return []
    return entries if isinstance(entries, list) else []
