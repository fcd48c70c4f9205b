"""The request: what the portal keeps with it, and whom it comes from."""

import ast

import pytest
from django.test import RequestFactory

from kl_ai.requests.http import RequestState, client_address, is_fetch, request_state
from tests.environment import ROOT
from tests.source import nodes

PACKAGES = ("kl_ai", "marketoverview", "legaltoolbox")


def test_a_request_keeps_what_was_noted_with_it_and_no_other_request_has_it():
    first, second = RequestFactory().get("/"), RequestFactory().get("/")
    request_state(first).is_preview = True
    request_state(first).public_values["toolbox"] = "a catalogue"
    assert request_state(first).is_preview
    assert request_state(first).public_values == {"toolbox": "a catalogue"}
    assert request_state(second) == RequestState()


def test_nobody_sets_an_attribute_on_the_request_itself():
    """What belongs to a request is a field of `RequestState`, with a type and a sentence about it."""
    modules = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    assert ROOT / "kl_ai" / "requests" / "http.py" in modules
    assert [
        f"{path.relative_to(ROOT)}:{node.lineno} request.{node.attr}"
        for path in modules
        for node in nodes(path, ast.Attribute)
        if isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Name) and node.value.id == "request"
    ] == []


def test_only_the_state_is_set_on_the_request_by_name():
    assert [
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        for call in nodes(path, ast.Call)
        if isinstance(call.func, ast.Name) and call.func.id == "setattr" and ast.unparse(call.args[0]) == "request"
    ] == ["kl_ai/requests/http.py"]


@pytest.mark.parametrize(("headers", "expected"), [({}, False), ({"X-Requested-With": "fetch"}, True)])
def test_the_portals_script_is_known_by_its_header(headers, expected):
    assert is_fetch(RequestFactory().post("/", headers=headers)) is expected


@pytest.mark.parametrize(
    ("reported", "address"),
    [
        ("1.2.3.4", "1.2.3.4"),
        ("9.9.9.9, 1.2.3.4", "1.2.3.4"),  # the last one is the proxy's own word
        ("1.2.3.4:5678", "1.2.3.4"),
        ("[2001:db8::1]:80", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("unknown", "10.0.0.1"),
        ("", "10.0.0.1"),
    ],
)
def test_behind_a_proxy_the_address_is_what_the_proxy_says(reported, address, settings):
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=reported)
    assert client_address(request) == "10.0.0.1"
    settings.BEHIND_PROXY = True
    assert client_address(request) == address
