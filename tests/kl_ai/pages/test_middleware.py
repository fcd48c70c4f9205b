"""Public pages from the cache: the same to everybody, with all that a page made anew carries."""

import itertools

import pytest
from django.core.cache import caches
from django.http import HttpResponse
from django.test import Client, RequestFactory

from kl_ai.login.middleware import LoginRequired
from kl_ai.pages import middleware
from kl_ai.pages.cache import public_page
from kl_ai.pages.middleware import CachedPages
from kl_ai.pages.page_cache import PageCache
from kl_ai.requests.http import request_state
from marketoverview.models import market_version
from tests.pages import VENDOR

PATHS = [
    "/",
    "/en/",
    "/markedsoverblik/?services=advisory",
    f"/en/markedsoverblik/virksomheder/{VENDOR}/",
    "/markedsoverblik/figurer/services.svg",
    "/en/markedsoverblik/nyt.atom",
    "/juridisk-vaerktoejskasse/risici/",
]


@pytest.fixture
def reached(monkeypatch):
    """The addresses that came as far as the login, which stands before every view."""
    paths: list[str] = []
    process_view = LoginRequired.process_view

    def noting(self, request, *args):
        paths.append(request.path)
        return process_view(self, request, *args)

    monkeypatch.setattr(LoginRequired, "process_view", noting)
    return paths


def whole(response: HttpResponse) -> tuple[int, dict[str, str], bytes]:
    return response.status_code, dict(response.items()), response.content


@pytest.mark.parametrize("accepted", ["", "gzip", "gzip, br"])
@pytest.mark.parametrize("path", PATHS)
def test_a_cached_page_is_what_the_view_answered(demo, client, reached, path, accepted):
    """Its policy of contents, its language, its ETag and all other headers too; so is the answer that nothing has changed."""
    asked = {"Accept-Encoding": accepted}
    made = client.get(path, headers=asked)
    known = {**asked, "If-None-Match": made["ETag"]}
    assert len(reached) == 1
    cached, head, confirmed = (
        client.get(path, headers=asked),
        client.head(path, headers=asked),
        client.get(path, headers=known),
    )
    assert len(reached) == 1
    assert whole(cached) == whole(made)
    assert "Content-Security-Policy" in cached.headers
    assert (head.status_code, dict(head.items()), head.content) == (200, dict(made.items()), b"")
    caches["pages"].clear()
    assert whole(confirmed) == whole(client.get(path, headers=known))
    assert confirmed.status_code == 304
    assert len(reached) == 2


def test_a_cached_page_costs_the_query_of_the_version(demo, client, django_assert_num_queries):
    client.get("/markedsoverblik/")
    with django_assert_num_queries(1):
        client.get("/markedsoverblik/")


def test_a_change_of_the_data_replaces_the_page(demo, client, reached):
    old = client.get("/markedsoverblik/")["ETag"]
    market_version.bump()
    assert client.get("/markedsoverblik/")["ETag"] != old
    assert (len(reached), len(caches["pages"])) == (2, 1)


def test_everybody_shares_the_page_and_nobody_loses_the_login_by_it(demo, visitors, reached):
    pages = {name: browser.get("/markedsoverblik/") for name, browser in visitors.items()}
    assert len({page.content for page in pages.values()}) == len(reached) == 1
    assert not any(page.cookies for page in pages.values())
    assert "log-ind" not in visitors["owner"].get("/leverandoer/").url


@pytest.mark.parametrize(
    ("more", "status", "seen"),
    [
        ({"method": "POST"}, 405, 3),
        ({"HTTP_HOST": "evil.example"}, 400, 1),
        ({"wsgi.url_scheme": "https"}, 200, 2),  # a page of its own
        ({"data": b"x", "CONTENT_LENGTH": "1"}, 200, 3),
        ({"HTTP_TRANSFER_ENCODING": "chunked"}, 411, 1),
    ],
    ids=str,
)
def test_only_a_plain_request_for_the_same_address_is_answered_from_the_cache(demo, reached, more, status, seen):
    def answer() -> HttpResponse:
        asked = dict(more)
        return Client().generic(asked.pop("method", "GET"), "/markedsoverblik/", asked.pop("data", b""), **asked)

    before = answer()
    Client().get("/markedsoverblik/")
    after = answer()
    assert (after.status_code, after.content) == (before.status_code, before.content)
    assert (after.status_code, len(reached)) == (status, seen)


# What is kept -------------------------------------------------------------------------------------


class Site:
    """A public page that is made of its number, behind the middleware, after `change` has had its way with it."""

    def __init__(self, change) -> None:
        self.change, self.numbers = change, itertools.count(1)

    def get(self) -> str:
        response = CachedPages(self._changed)(RequestFactory().get("/"))
        return response.getvalue().decode().strip()

    def _changed(self, request) -> HttpResponse:
        page = public_page(lambda _request: 1)(lambda _request: HttpResponse(str(next(self.numbers))))
        return self.change(request, page)


def _with_cookie(request, page):
    response = page(request)
    response.set_cookie("a", "b")
    return response


def _of_a_session(request, page):
    response = page(request)
    response["Vary"] += ", Cookie"
    return response


def _preview(request, page):
    request_state(request).is_preview = True
    return page(request)


def _of_no_version(request, page):
    return HttpResponse(page(RequestFactory().get("/")).content)


def _too_long(request, page):
    response = page(request)
    response.content = response.content.ljust(middleware.MAX_CACHED + 1)
    return response


def _failed(request, page):
    response = page(request)
    response.status_code = 503
    return response


@pytest.mark.parametrize("change", [_with_cookie, _of_a_session, _preview, _of_no_version, _too_long, _failed])
def test_what_is_for_one_person_or_no_whole_page_is_not_kept(settings, change):
    settings.DEBUG = False
    site = Site(change)
    assert [site.get(), site.get()] == ["1", "2"]
    whole_page = Site(lambda request, page: page(request))
    assert [whole_page.get(), whole_page.get()] == ["1", "1"]


def test_the_least_recently_used_page_goes_first():
    cache = PageCache("a test's own", {"OPTIONS": {"MAX_ENTRIES": 2}})
    value = ["the value itself"]
    cache.set(("a", 1), value)
    cache.set("b", 2)
    assert cache.get(("a", 1)) is value
    cache.set("c", 3)
    assert [cache.get(("a", 1)), cache.get("b", "gone"), cache.get("c")] == [value, "gone", 3]
    other_thread = PageCache("a test's own", {"OPTIONS": {"MAX_ENTRIES": 2}})
    other_thread.set("d", 4)
    assert [len(cache), cache.get(("a", 1)), cache.get("d")] == [2, None, 4]
    cache.clear()
    assert (len(other_thread), other_thread.get("d")) == (0, None)
