"""Every named URL is declared in `pages.ADDRESSES`, and tried by each visitor; `test_every_page` tries the public ones."""

from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils.translation import override

from tests.builders import make_response
from tests.marketoverview.test_vendor_access import TABLE
from tests.pages import ADDRESSES, Access, status_or_login


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


NAMELESS = ("", "market:", "vendor:")


def statuses(visitors, path: str) -> dict[str, int]:
    """How each visitor fares at `path`."""
    return {visitor: status_or_login(browser.get(path)) for visitor, browser in visitors.items()}


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("address", [a for a in ADDRESSES if a.access is Access.MEMBER], ids=lambda a: a.name)
def test_a_page_for_members_asks_others_to_log_in(address, language, visitors):
    expected = dict.fromkeys(visitors, address.status) | {"anonymous": 401}
    assert statuses(visitors, address.path(language)) == expected


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("address", [a for a in ADDRESSES if a.access is Access.STAFF], ids=lambda a: a.name)
def test_a_page_for_staff_does_not_exist_for_others(address, language, visitors):
    expected = {"anonymous": 401, "stranger": 404, "owner": 404, "curator": address.status}
    assert statuses(visitors, address.path(language)) == expected


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
def test_administration_is_for_staff(language, visitors, vendor):
    with override(language):
        paths = admin_paths(make_response(vendor, "submitted"))
    assert len(paths) > 30
    for path in paths:
        by_visitor = statuses(visitors, path)
        assert by_visitor["curator"] in (200, 302, 403, 404, 405), path
        del by_visitor["curator"]
        assert by_visitor == dict.fromkeys(by_visitor, 401), path


def test_curator_reaches_the_lists_of_the_market_overview(visitors):
    names = [name for name, _ in named(admin.site.urls[0])]
    lists = [name for name in names if name.startswith("marketoverview_") and name.endswith("_changelist")]
    assert len(lists) >= 4
    for name in lists:
        assert visitors["curator"].get(reverse(f"admin:{name}")).status_code == 200, name
