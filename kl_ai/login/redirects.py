"""The pages to which a login leads."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.module_loading import import_string
from django.utils.translation import override

from ..models import User

LOGIN_PAGES = (
    "account_login",
    "account_login_without_mail",
    "account_logout",
    "account_confirm_login_code",
    "mfa_authenticate",
)
"""The pages of the login itself: nobody is sent back to them afterwards."""


def next_url(request: HttpRequest) -> str:
    """The page of the portal that the parameter `next` names, from the root: “/leverandoer/konto/”.

    "" for none, for another site, for a page of the login, and for what is no address from the root.
    """
    url = request.POST.get("next") or request.GET.get("next", "")
    is_ours = (
        url.startswith("/")
        and not url.startswith("//")
        and url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())
    )
    return url if is_ours and url.partition("?")[0] not in _login_paths() else ""


def _login_paths() -> set[str]:
    """The paths of `LOGIN_PAGES` in every language."""
    paths = set()
    for language, _name in settings.LANGUAGES:
        with override(language):
            paths |= {reverse(name) for name in LOGIN_PAGES}
    return paths


def landing_url(user: User) -> str:
    """The page that the user comes to without `next`: staff to the administration, others to their own area.

    As many queries as `other_area`.
    """
    if user.is_staff:
        return reverse("admin:index")
    return other_area(user) or reverse(settings.LOGIN_REDIRECT_URL)


def other_area(user: User) -> str:
    """The user's own area where it is another than the vendors', as the functions that `LANDING_PAGES` names say; else "".

    Two queries at most for each of them.
    """
    pages = (import_string(path)(user) for path in settings.LANDING_PAGES)
    return next(filter(None, pages), "")


def nav_entry(url: str) -> str:
    """The entry of the menu that the way to the page `url` (see `next_url`) belongs to: that of the projects, or the vendors'."""
    try:
        namespace = resolve(url.partition("?")[0]).namespace
    except Resolver404:
        namespace = ""
    return "projects" if namespace == "projects" else "vendor"


def brings_answers(url: str) -> bool:
    """Whether the way to the page `url` (see `next_url`) takes answers from the toolbox along to a new project. No query."""
    path, _mark, query = url.partition("?")
    try:
        return bool(query) and resolve(path).view_name in ("projects:choose", "projects:new")
    except Resolver404:
        return False


def invited_address(url: str) -> str:
    """The address that the page `url` (see `next_url`) of an invitation was sent to; "" for any other page.

    The functions that `INVITED_ADDRESSES` names know the pages. A query where the page is one of an invitation.
    """
    try:
        match = resolve(url.partition("?")[0])
    except Resolver404:
        return ""
    addresses = (import_string(path)(match) for path in settings.INVITED_ADDRESSES)
    return next(filter(None, addresses), "")
