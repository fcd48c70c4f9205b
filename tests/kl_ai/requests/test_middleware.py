"""The middleware: a request's query string and cookies are bounded before any view reads them."""

import pytest
from csp.middleware import CSPMiddleware
from django.http import HttpResponse
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from kl_ai.requests.http import request_state
from kl_ai.requests.middleware import (
    MAX_LENGTH,
    MAX_PARAMETERS,
    ContentSecurityPolicy,
    CookiesWithoutNul,
    QueryStringLimit,
)


def limited_request(query: str):
    """The request as a view behind the middleware sees it."""
    requests = []
    QueryStringLimit(lambda request: requests.append(request) or HttpResponse())(
        RequestFactory().get("/", QUERY_STRING=query)
    )
    return requests[0]


@pytest.mark.parametrize(
    "query", ["a=1", "q=%C3%A6&services=advisory", "&".join(["a=1"] * MAX_PARAMETERS), "q=" + "x" * 5000]
)
def test_an_ordinary_query_string_is_left_alone(query):
    request = limited_request(query)
    assert request.META["QUERY_STRING"] == query
    assert request_state(request).query_was_cut is False


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("utm_source=nyhedsbrev", ""),
        ("q=a&utm_source=b&services=advisory&fbclid=c&utm_medium", "q=a&services=advisory"),
        ("utm%5Fsource=x&q=utm_source", "q=utm_source"),
        ("xutm_source=1", "xutm_source=1"),
    ],
)
def test_tracking_parameters_are_taken_out_and_nothing_is_said_to_be_cut(query, left):
    request = limited_request(query)
    assert request.META["QUERY_STRING"] == left
    assert request_state(request).query_was_cut is False


def test_parameters_beyond_the_limit_are_cut_off():
    request = limited_request("&".join(f"p{number}=1" for number in range(5000)))
    assert request_state(request).query_was_cut is True
    assert list(request.GET) == [f"p{number}" for number in range(MAX_PARAMETERS)]


def test_a_long_query_string_is_cut_off():
    request = limited_request("q=" + "x" * 100_000)
    assert request_state(request).query_was_cut is True
    assert len(request.META["QUERY_STRING"]) == MAX_LENGTH


@given(st.lists(st.text("abc=%&ÿ\x00", max_size=30), max_size=400).map("&".join))
def test_whatever_comes_can_be_read(query):
    request = limited_request(query)
    assert len(request.META["QUERY_STRING"]) <= MAX_LENGTH
    assert sum(len(values) for _name, values in request.GET.lists()) <= MAX_PARAMETERS
    assert request_state(request).query_was_cut or request.META["QUERY_STRING"] == query


@pytest.mark.parametrize(
    ("header", "cookies"),
    [("sessionid=abc", {"sessionid": "abc"}), ("sessionid=a\0b", {}), ('sessionid="\\000aaaa"', {})],
)
def test_no_view_sees_a_cookie_with_a_nul(header, cookies):
    requests = []
    CookiesWithoutNul(lambda request: requests.append(request) or HttpResponse())(
        RequestFactory().get("/", HTTP_COOKIE=header)
    )
    (request,) = requests
    assert dict(request.COOKIES) == cookies


# Policy of contents -------------------------------------------------------------------------------


def policy_of(response: HttpResponse) -> str:
    return ContentSecurityPolicy(lambda _request: response)(RequestFactory().get("/")).get(
        "Content-Security-Policy", ""
    )


def test_every_response_has_the_policy_of_the_settings(settings):
    csp = CSPMiddleware(lambda _request: HttpResponse())(RequestFactory().get("/"))["Content-Security-Policy"]
    for status in (200, 404, 500):
        assert sorted(policy_of(HttpResponse(status=status)).split("; ")) == sorted(csp.split("; "))
    assert policy_of(HttpResponse(headers={"Content-Security-Policy": "its own"})) == "its own"
    settings.DEBUG = True
    assert [bool(policy_of(HttpResponse(status=status))) for status in (200, 404, 500)] == [True, False, False]
