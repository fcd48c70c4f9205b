"""Which limit counts a code that is asked for, and a code that is entered.

A stranger's attempts are counted by address and origin together, by address and by origin. Those in a browser that the
person is known in are counted by that browser alone, and as a stranger's where its number is used up: no stranger can use
up what a known browser has, and nobody at one known browser, or with its stolen cookie, what another one has.
"""

from typing import Any

from django.http import HttpRequest

from ..models import User
from ..people import limits
from . import known_browser


def consume_code(request: HttpRequest, email: str) -> None:
    """Count one code that is mailed to this address; raises `LimitReached`. One query, and those of the limits."""
    _consume("login_code", request, User.objects.with_address(email), recipient=email, origin=request)


def consume_guess(request: HttpRequest, email: str, code: str) -> None:
    """Count one guess at a code, which `code` names, for this address; raises `LimitReached`.

    Guesses sent at the same moment, and in copies of one session, are all counted. One query, and those of the limits.
    """
    limits.consume("guess_one_code", recipient=code)
    _consume("guess_code", request, User.objects.with_address(email), origin=request)


def consume_app_guess(request: HttpRequest, user: User) -> None:
    """Count one code of the app, or recovery code, that is entered as this user; raises `LimitReached`."""
    _consume("second_step", request, user, person=user)


def consume_login_without_mail(request: HttpRequest, email: str) -> None:
    """Count one try to log in with app and recovery code as this address; raises `LimitReached`.

    One query, and those of the limits.
    """
    _consume("login_without_mail", request, User.objects.with_address(email), recipient=email, origin=request)


def _consume(action: str, request: HttpRequest, user: User | None, **keys: Any) -> None:
    """Count in the number of the known browser; where that is used up, or the browser not known, in that of the keys.

    Where both are used up `LimitReached` is that of the one that is free first.
    """
    browser = known_browser.name_of(request, user)
    if not browser:
        limits.consume(action, **keys)
        return
    try:
        limits.consume(f"{action}_known_browser", browser=browser)
    except limits.LimitReached as of_browser:
        try:
            limits.consume(action, **keys)
        except limits.LimitReached as of_stranger:
            raise min(of_browser, of_stranger, key=lambda reached: reached.free_at) from None
