"""The deletion of a login with all that is stored about the person, for pages of any app and of the administration.

One app carries it out, since it knows what it stores: it declares a `LoginDeletion`, and the setting `LOGIN_DELETION`
names it. It also moves what is stored by the address of a login that gets another one. What other apps store about people
they declare as a `LoginPart` each (setting `LOGIN_PARTS`), which that app takes along.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Model
from django.utils.module_loading import import_string

from ..models import User


@dataclass(frozen=True, kw_only=True)
class LoginDeletion:
    delete_login: Callable[[User], None]
    """Delete the login with what is stored about the person, and queue the mails about it, in one transaction.

    Raises `ValidationError`, and changes nothing, where there is an obstacle.
    """
    obstacles: Callable[[Sequence[User]], list[str]]
    """Why these logins cannot be deleted together, a sentence each; empty where they can."""
    consequences: Callable[[User], list[str]]
    """What becomes of the person's place in the app, a sentence each."""
    move_address: Callable[[User, str], None]
    """Store what the app has by this old address of the login under its new one, in the caller's transaction."""


def login_deletion() -> LoginDeletion:
    """The one that the setting names."""
    declared: LoginDeletion = import_string(settings.LOGIN_DELETION)
    return declared


@dataclass(frozen=True, kw_only=True)
class LoginPart:
    """What another app stores about people. Each function but the first three is called in the caller's transaction."""

    obstacles: Callable[[User, bool], list[str]]
    """As `LoginDeletion.obstacles`, in words for the person; whether the session has passed the second step says how much."""
    obstacles_for_staff: Callable[[Sequence[User]], list[str]]
    """The same obstacles in words for KL's staff, who may see less of what the app holds."""
    consequences: Callable[[User], list[str]]
    """As `LoginDeletion.consequences`."""
    mail_keys: Callable[[User], Iterable[str]]
    """The beginnings of the keys of mails that name the person; asked before `forget`."""
    rows_about: Callable[[User], dict[type[Model], set[str]]]
    """The keys of the rows that are about the person; asked before `forget`."""
    forget: Callable[[User], None]
    """End the person's place in the app, queue the mails about it, and erase the person from what stays.

    Raises `ValidationError` where there is an obstacle.
    """
    move_address: Callable[[User, str], None]
    """As `LoginDeletion.move_address`."""


def login_parts() -> list[LoginPart]:
    """Those that the setting names."""
    return [import_string(path) for path in settings.LOGIN_PARTS]
