"""Public pages: rendered anew exactly when something has changed, and taken from the cache otherwise."""

import itertools

import pytest
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from kl_ai.pages.cache import public_page, release
from kl_ai.requests.middleware import QueryStringLimit


class NumberedPage:
    """One public page. Each response is numbered, so that a cached one is known by its number."""

    def __init__(self) -> None:
        self.version, self.status, self.content = 1, 200, HttpResponse
        self._number = itertools.count(1)
        self.page = public_page(lambda _request: self.version)(self._page)

    def _page(self, request: HttpRequest) -> HttpResponse:
        return self.content(f"{next(self._number)}", status=self.status)

    def get(self, path: str = "/", query: str = "", method: str = "GET", **headers: str) -> HttpResponse:
        request = RequestFactory().generic(method, path, QUERY_STRING=query, **headers)
        return QueryStringLimit(self.page)(request)

    def get_text(self, *args: str, **headers: str) -> str:
        return self.get(*args, **headers).getvalue().decode()


@pytest.fixture
def site(settings):
    settings.DEBUG = False
    return NumberedPage()


def test_the_same_page_is_made_once(site):
    assert [site.get_text(), site.get_text()] == ["1", "1"]


def test_a_changed_version_makes_it_anew(site):
    assert site.get_text() == "1"
    site.version = 2
    assert site.get_text() == "2"


@pytest.mark.parametrize("name", ["CONTACT_EMAIL", "ACCESSIBILITY_STATEMENT_URL", "STALE_AFTER_MONTHS"])
def test_a_setting_that_pages_show_makes_them_anew(settings, name):
    before = release.__wrapped__()
    assert release.__wrapped__() == before
    setattr(settings, name, 7)
    assert release.__wrapped__() != before


def test_nothing_is_sent_again_while_nothing_has_changed(site):
    etag = site.get()["ETag"]
    again = site.get(HTTP_IF_NONE_MATCH=etag)
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", etag)
    assert site.get(HTTP_IF_NONE_MATCH=f'"other", {etag}').status_code == 304


def test_a_change_is_sent_to_whoever_has_the_old_page(site):
    etag = site.get()["ETag"]
    site.version = 2
    response = site.get(HTTP_IF_NONE_MATCH=etag)
    assert response.status_code == 200
    assert response["ETag"] != etag


@pytest.mark.parametrize(
    ("query", "other_query"),
    [
        ("services=advisory", "services=implementation"),
        ("services=advisory", ""),
        ("services=a&services=b", "services=b&services=a"),
        ("unknown=", ""),  # the one page says that it ignored a filter
        ("q=%C3%A6", "q=a"),
        ("q=%C3%83%C2%A6", "q=\xc3\xa6"),  # “Ã¦” written as such, and the bytes of “æ”
        ("a=1&b=2", "a=1%26b=2"),
        ("&".join(["a=1"] * 200), "&".join(["a=1"] * 201)),  # the one says that it was cut
    ],
)
def test_different_addresses_are_different_pages(site, query, other_query):
    assert [site.get_text("/", query), site.get_text("/", other_query), site.get_text("/", query)] == ["1", "2", "1"]
    assert site.get("/", query)["ETag"] != site.get("/", other_query)["ETag"]


def test_the_order_of_filters_does_not_make_another_page(site):
    assert site.get_text("/", "services=a&technologies=b") == site.get_text("/", "technologies=b&services=a")


def test_path_host_and_scheme_belong_to_the_address(site, settings):
    settings.ALLOWED_HOSTS = ["*"]
    pages = [
        site.get_text(),
        site.get_text("/en/"),
        site.get_text("/", HTTP_HOST="other.example"),
        site.get_text("/", **{"wsgi.url_scheme": "https"}),
    ]
    assert pages == ["1", "2", "3", "4"]


def test_the_day_belongs_to_the_page(site, monkeypatch):
    """Profiles become stale and the order of the day changes at midnight."""
    assert site.get_text() == "1"
    monkeypatch.setattr("django.utils.timezone.localdate", lambda: "tomorrow")
    assert site.get_text() == "2"


@pytest.mark.parametrize("status", [404, 410, 500])
def test_what_is_no_page_is_neither_remembered_nor_confirmed(site, status):
    site.status = status
    assert [site.get_text(), site.get_text()] == ["1", "2"]
    assert not site.get().has_header("ETag")


def test_a_stream_is_not_remembered_but_confirmed(site):
    site.content = StreamingHttpResponse
    assert [site.get_text(), site.get_text()] == ["1", "2"]
    assert site.get(HTTP_IF_NONE_MATCH=site.get()["ETag"]).status_code == 304


def test_a_page_of_many_vendors_is_not_remembered(site):
    """Else a few hundred searches in a long list would fill the memory."""
    site.content = lambda content, status: HttpResponse(content.ljust(1_000_000), status=status)
    assert [site.get_text().strip(), site.get_text().strip()] == ["1", "2"]
    assert site.get(HTTP_IF_NONE_MATCH=site.get()["ETag"]).status_code == 304


def test_browsers_ask_again_each_time(site):
    assert site.get()["Cache-Control"] == "no-cache"
    assert site.get(HTTP_IF_NONE_MATCH=site.get()["ETag"])["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_only_reading_is_allowed(site, method):
    assert site.get(method=method).status_code == 405


def test_the_cache_is_bounded(site):
    bound = caches["pages"]._max_entries
    assert bound <= 1000
    for number in range(bound + 50):
        site.get("/", f"page={number}")
    assert len(caches["pages"]._cache) <= bound


def test_a_developer_sees_each_change_of_a_template(site, settings):
    settings.DEBUG = True
    assert [site.get_text(), site.get_text()] == ["1", "2"]
    assert not site.get().has_header("ETag")
