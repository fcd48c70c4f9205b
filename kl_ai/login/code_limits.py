"""Which limit counts a code that is asked for, and a code that is entered.

A stranger's attempts are counted by address and origin together, by address and by origin; those in a browser that the
person is known in are counted by person alone, so that no stranger can use them up.
"""

from django.http import HttpRequest

from ..models import User
from ..people import limits
from . import known_browser


def consume_code(request: HttpRequest, email: str) -> None:
    """Count one code that is mailed to this address; raises `LimitReached`. One query, and those of the limits."""
    user = User.objects.with_address(email)
    if user is not None and known_browser.is_known(request, user):
        limits.consume("login_code_known_browser", person=user)
    else:
        limits.consume("login_code", recipient=email, origin=request)


def consume_guess(request: HttpRequest, email: str, code: str) -> None:
    """Count one guess at a code, which `code` names, for this address; raises `LimitReached`.

    Guesses sent at the same moment, and in copies of one session, are all counted. One query, and those of the limits.
    """
    user = User.objects.with_address(email)
    if user is not None and known_browser.is_known(request, user):
        limits.consume("guess_code_known_browser", recipient=code, person=user)
    else:
        limits.consume("guess_code", recipient=code, origin=request)


def consume_app_guess(request: HttpRequest, user: User) -> None:
    """Count one code of the app, or recovery code, that is entered as this user; raises `LimitReached`."""
    known = known_browser.is_known(request, user)
    limits.consume("second_step_known_browser" if known else "second_step", person=user)
