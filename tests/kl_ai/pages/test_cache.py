"""Public pages: rendered anew exactly when something has changed, and taken from the cache otherwise."""

import gzip
import itertools

import brotli
import pytest
from django.core.cache import caches
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.core.signals import request_finished
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory

from kl_ai.pages.cache import public_page, release
from kl_ai.pages.middleware import CachedPages
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
        return QueryStringLimit(CachedPages(self.page))(request)

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


@pytest.mark.parametrize("query", ["utm_source=a1", "utm_source=a2&fbclid=b", "utm%5Fsource=c"])
def test_a_tracking_parameter_makes_no_page_of_its_own(site, query):
    etag = site.get(query="q=a")["ETag"]
    assert site.get_text("/", f"{query}&q=a") == "1"
    assert site.get(query=f"q=a&{query}", HTTP_IF_NONE_MATCH=etag).status_code == 304


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
    assert len(caches["pages"]) <= bound


def test_a_developer_sees_each_change_of_a_template(site, settings):
    settings.DEBUG = True
    assert [site.get_text(), site.get_text()] == ["1", "2"]
    assert not site.get().has_header("ETag")


# Compressed ---------------------------------------------------------------------------------------

LONG = "æøå " * 1_000


def long_page(content: str, status: int) -> HttpResponse:
    return HttpResponse(f"{content} {LONG}", status=status)


def unpacked(response: HttpResponse) -> str:
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress}.get(response.get("Content-Encoding", ""), bytes)
    return unpack(response.content).decode()


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("br;q=0.5, gzip;q=0.8", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("*", "br"),
        ("*;q=0", ""),
        ("identity", ""),
        ("", ""),
        ("gzip;q=0", ""),
        ("gzip;q=nonsense", ""),
    ],
)
def test_a_page_comes_in_the_coding_that_the_client_prefers(site, accepted, coding):
    site.content = long_page
    response = site.get(HTTP_ACCEPT_ENCODING=accepted)
    assert response.get("Content-Encoding", "") == coding
    assert unpacked(response) == f"1 {LONG}"
    assert response["Vary"] == "Accept-Encoding"
    if coding:
        assert int(response["Content-Length"]) == len(response.content) < len(LONG)


def test_each_coding_is_made_once_and_confirmed_by_an_etag_of_its_own(site):
    site.content = long_page
    etags = set()
    for number, accepted in enumerate(("br", "gzip", ""), 1):
        first, again = (site.get(HTTP_ACCEPT_ENCODING=accepted) for _ in range(2))
        assert unpacked(first) == unpacked(again) == f"{number} {LONG}"
        assert dict(first.items()) == dict(again.items())
        confirmed = site.get(HTTP_ACCEPT_ENCODING=accepted, HTTP_IF_NONE_MATCH=first["ETag"])
        assert (confirmed.status_code, confirmed["Vary"], confirmed["ETag"]) == (304, "Accept-Encoding", first["ETag"])
        etags.add(first["ETag"])
    assert len(etags) == 3
    assert site.get(HTTP_ACCEPT_ENCODING="br", HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        lambda response: setattr(response, "content", b"short"),
        lambda response: response.__setitem__("Content-Type", "application/pdf"),
        lambda response: response.set_cookie("name", "value"),
        lambda response: response.__setitem__("Content-Encoding", "other"),
    ],
)
def test_what_gains_nothing_or_may_hold_a_secret_is_not_compressed(site, change):
    def content(text: str, status: int) -> HttpResponse:
        response = long_page(text, status)
        change(response)
        return response

    site.content = content
    response = site.get(HTTP_ACCEPT_ENCODING="br, gzip")
    assert response.get("Content-Encoding") != "br"


def test_a_page_that_sets_a_cookie_is_not_remembered(site):
    def content(text: str, status: int) -> HttpResponse:
        response = HttpResponse(text, status=status)
        response.set_cookie("name", "value")
        return response

    site.content = content
    assert [site.get_text(), site.get_text()] == ["1", "2"]


def test_head_tells_the_length_of_what_get_sends(demo, client):
    got = client.get("/markedsoverblik/", headers={"Accept-Encoding": "gzip"})
    head = client.head("/markedsoverblik/", headers={"Accept-Encoding": "gzip"})
    assert head.content == b""
    assert {name: head[name] for name in ("Content-Length", "Content-Encoding", "ETag", "Vary")} == {
        name: got[name] for name in ("Content-Length", "Content-Encoding", "ETag", "Vary")
    }
    assert "vendor-row" in unpacked(got)


# Methods ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/markedsoverblik/liste/", "/juridisk-vaerktoejskasse/", "/markedsoverblik/eksport.json"]
)
@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_a_public_page_takes_no_other_method_and_asks_for_no_cookie(db, path, method):
    response = getattr(Client(enforce_csrf_checks=True), method)(path)
    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("path", ["/markedsoverblik/eksport.json", "/markedsoverblik/udgaver/2026.json"])
def test_the_script_of_a_website_may_ask_for_public_data_with_headers_of_its_own(db, client, path):
    asked = {"Origin": "https://kommune.example", "Access-Control-Request-Headers": "x-own"}
    response = client.options(path, headers=asked | {"Access-Control-Request-Method": "GET"})
    assert (response.status_code, response.content) == (204, b"")
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "GET" in response["Access-Control-Allow-Methods"]
    assert response["Access-Control-Allow-Headers"] == "*"
    assert "Access-Control-Allow-Credentials" not in response


@pytest.mark.parametrize(
    "path", ["/", "/markedsoverblik/", "/markedsoverblik/eksport.csv", "/markedsoverblik/eksport.json", "/findes-ikke/"]
)
def test_head_has_the_headers_of_the_page_and_no_body(db, path):
    """The server writes a line in its log for each body that it is given there. Django's test client would take it away."""
    made, kept, got = (raw_response(path, method) for method in ("HEAD", "HEAD", "GET"))
    assert made[2] == kept[2] == b""
    assert made[:2] == kept[:2] == got[:2]
    assert got[2]


def raw_response(path: str, method: str) -> tuple[int, str | None, bytes]:
    """Status, `Content-Length` and body as a server gets them."""
    environ = RequestFactory()._base_environ(PATH_INFO=path, REQUEST_METHOD=method)
    response = WSGIHandler().get_response(WSGIRequest(environ))
    content = b"".join(response)
    request_finished.disconnect(close_old_connections)
    try:
        response.close()
    finally:
        request_finished.connect(close_old_connections)
    return response.status_code, response.get("Content-Length"), content


def test_a_body_that_cannot_be_read_is_a_line_in_the_log_without_a_traceback(db, client, caplog):
    response = client.generic("POST", "/markedsoverblik/foelg/", b"x", content_type="multipart/form-data")
    assert response.status_code == 400
    (line,) = [record for record in caplog.records if record.name == "django.request"]
    assert line.exc_info is None
