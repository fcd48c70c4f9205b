"""Every named URL is declared in `pages.ADDRESSES`, and tried as anonymous, stranger, owner and curator."""

from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils.translation import override

from tests.builders import make_response
from tests.marketoverview.test_vendor_access import TABLE
from tests.pages import ADDRESSES, Access


def named(patterns, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    """All patterns below these, each with its name and namespace."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from named(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name or ''}", pattern


def all_names() -> set[str]:
    """The names of the portal's own URLs, those of the administration apart."""
    return {name for name, _ in named(get_resolver().url_patterns) if not name.startswith("admin:")}


def test_every_url_is_declared():
    assert all_names() == {address.name for address in ADDRESSES} | {row.name for row in TABLE}


def test_no_url_is_nameless():
    nameless = [str(pattern.pattern) for name, pattern in named(get_resolver().url_patterns) if name in NAMELESS]
    assert nameless == []


@pytest.fixture
def everybody(client, stranger, owner, curator):
    """Whoever may come by: None is anonymous."""
    return {"anonymous": None, "stranger": stranger, "owner": owner, "curator": curator}


@pytest.fixture
def visit(client):
    """`visit(path, user)` is the response to a GET as this user, or as nobody."""

    def visit(path, user):
        client.logout()
        if user:
            client.force_login(user)
        response = client.get(path)
        response.getvalue()  # to the last byte of a stream
        return response

    return visit


def statuses(visit, everybody, path: str) -> dict[str, int]:
    """How each of them fares at `path`; a redirect to a login is 401."""
    found = {}
    for who, user in everybody.items():
        response = visit(path, user)
        is_login = response.status_code == 302 and response.url.split("?")[0] in LOGINS
        found[who] = 401 if is_login else response.status_code
    return found


NAMELESS = ("", "market:", "vendor:")
LOGINS = ("/log-ind/", "/en/log-ind/", "/admin/login/", "/en/admin/login/")


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize(
    "address", [a for a in ADDRESSES if a.access is Access.PUBLIC], ids=lambda a: "-".join([a.name, *a.args])
)
def test_public(address, language, demo, everybody, visit):
    path = address.path(language)
    expected = dict.fromkeys(everybody, address.status)
    if address.name == "account_login":  # whoever has logged in is sent on
        expected = dict.fromkeys(everybody, 302) | {"anonymous": 200}
    if address.is_step_of_login:
        expected["anonymous"] = 401
    assert statuses(visit, everybody, path) == expected


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("address", [a for a in ADDRESSES if a.access is Access.MEMBER], ids=lambda a: a.name)
def test_member(address, language, everybody, visit):
    expected = dict.fromkeys(everybody, address.status) | {"anonymous": 401}
    assert statuses(visit, everybody, address.path(language)) == expected


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("address", [a for a in ADDRESSES if a.access is Access.STAFF], ids=lambda a: a.name)
def test_staff(address, language, everybody, visit):
    expected = {"anonymous": 401, "stranger": 404, "owner": 404, "curator": address.status}
    assert statuses(visit, everybody, address.path(language)) == expected


# The administration -----------------------------------------------------------------------------

OPEN = ("login", "logout")
WITH_WORDS = ("app_list", "view_on_site")
"""Names whose arguments are more than keys; the lists and forms below them are tried."""


def admin_paths(response) -> list[str]:
    """A path for each name in the administration, with keys of this response where keys are asked for."""
    patterns = {name: pattern for name, pattern in named(admin.site.urls[0]) if name and name not in OPEN}
    return [
        reverse(f"admin:{name}", args=[response.pk] * pattern.pattern.regex.groups)
        for name, pattern in patterns.items()
        if name not in WITH_WORDS
    ]


@pytest.mark.parametrize("language", ["da", "en"])
def test_administration_is_for_staff(language, everybody, visit, vendor):
    with override(language):
        paths = admin_paths(make_response(vendor, "submitted"))
    assert len(paths) > 30
    for path in paths:
        found = statuses(visit, everybody, path)
        assert found["curator"] in (200, 302, 403, 404, 405), path
        del found["curator"]
        assert found == dict.fromkeys(found, 401), path


def test_curator_reaches_the_lists_of_the_market_overview(everybody, visit):
    names = [name for name, _ in named(admin.site.urls[0])]
    lists = [name for name in names if name.startswith("marketoverview_") and name.endswith("_changelist")]
    assert len(lists) >= 4
    for name in lists:
        assert visit(reverse(f"admin:{name}"), everybody["curator"]).status_code == 200, name
