"""Websites are requested once each, and nothing inside KL's own network ever gets a request."""

import socket
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from django.core.management import call_command
from django.utils import timezone

from marketoverview.models import LinkCheck, Response
from marketoverview.review import link_check
from tests.builders import make_response, make_vendor

MOVED = {
    **{f"/moved/{status}": "/here" for status in (301, 302, 303, 307, 308)},
    "/round": "/round",
    "/moved": "/here",
    "/private": "http://[::1]:1/",
    "/file": "file:///etc/passwd",
    "/broken": "http://[::1",
}


class LinkedSite(BaseHTTPRequestHandler):
    requests: list[str] = []
    hosts: list[str] = []

    def do_GET(self):
        self.hosts.append(self.headers["Host"])
        self.requests.append(self.path)
        moved = int(self.path.rpartition("/")[2]) if self.path.startswith("/moved/") else 302
        self.send_response(moved if self.path in MOVED else {"/gone": 404}.get(self.path, 200))
        if self.path in MOVED:
            self.send_header("Location", MOVED[self.path])
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def site(monkeypatch):
    server = ThreadingHTTPServer(("127.0.0.1", 0), LinkedSite)
    monkeypatch.setattr(link_check, "PORTS", link_check.PORTS | {1, server.server_port})
    LinkedSite.requests.clear()
    LinkedSite.hosts.clear()
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def any_address(address: str) -> bool:
    return True


@pytest.mark.parametrize(
    ("path", "outcome"),
    [
        ("", (True, "200")),
        ("/gone", (False, "404")),
        ("/moved", (True, "200")),
        ("/round", (False, "for mange viderestillinger")),
        ("/file", (False, "intet svar (ValueError)")),
        ("/broken", (False, "intet svar (ValueError)")),
        ("/løsninger?hvad=kunstig intelligens", (True, "200")),
    ],
)
def test_the_result_is_given_in_words(site, path, outcome):
    assert link_check.check(site + path, any_address) == outcome


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_website_that_has_moved_is_asked_where_it_is_now(status, site):
    assert link_check.check(f"{site}/moved/{status}", any_address) == (True, "200")
    assert LinkedSite.requests == [f"/moved/{status}", "/here"]


def test_the_path_arrives_as_a_browser_would_send_it(site):
    link_check.check(f"{site}?a=æ", any_address)
    link_check.check(f"{site}/moved#top", any_address)
    assert LinkedSite.requests == ["/?a=%C3%A6", "/moved", "/here"]


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:80/", "ftp://agern.example/", "http://", "http://a..b/", "http://x:y/"]
)
def test_what_cannot_be_asked_does_not_answer(url):
    ok, result = link_check.check(url, any_address)
    assert not ok
    assert result.startswith("intet svar")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "127.1", "[::ffff:127.0.0.1]"])
def test_sends_nothing_to_a_machine_that_is_not_public(site, host):
    port = site.rpartition(":")[2]
    ok, result = link_check.check(f"http://{host}:{port}/")
    assert not ok
    # How an odd way to write the address is read, or whether at all, is up to the machine.
    assert result == "adressen er ikke offentlig" or host not in ("127.0.0.1", "localhost")
    assert LinkedSite.requests == []


def test_a_public_website_cannot_send_the_question_into_the_network(site):
    """The first address is allowed; the one that it redirects to is not, and gets no request."""
    addresses = []

    def first_only(address: str) -> bool:
        addresses.append(address)
        return len(addresses) == 1

    assert link_check.check(f"{site}/moved", first_only) == (False, "adressen er ikke offentlig")
    assert LinkedSite.requests == ["/moved"]


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "169.254.169.254", "192.168.0.1", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "::1", "::", "fe80::1%eth0", "fd00::1", "ff02::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::1",
        "::10.0.0.1",
    ],
)  # fmt: skip
def test_a_private_address_is_not_public(address):
    assert not link_check.is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "2a00:1450:400f::1", "::ffff:1.1.1.1"])
def test_a_public_address_is_public(address):
    assert link_check.is_public(address)


def resolve_to(monkeypatch, *answers: list[str]) -> list[str]:
    """Let each look-up of a name give the next of these answers, the last one from then on; the names that are looked up."""
    names: list[str] = []

    def getaddrinfo(host, port, *args, **kwargs):
        if host[0].isdigit():
            return real(host, port, *args, **kwargs)
        names.append(host)
        answer = answers[min(len(names), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in answer]

    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return names


def test_connects_to_the_address_that_was_judged_and_asks_for_the_name(site, monkeypatch):
    port = site.rpartition(":")[2]
    names = resolve_to(monkeypatch, ["127.0.0.1"], ["10.0.0.1"])  # the second answer would lead into the network
    judged = []
    assert link_check.check(f"http://agern.example:{port}/", lambda address: not judged.append(address)) == (
        True,
        "200",
    )
    assert (names, judged) == (["agern.example"], ["127.0.0.1"])
    assert LinkedSite.hosts == [f"agern.example:{port}"]


def test_one_address_that_is_not_public_refuses_the_host_before_anything_is_connected_to(site, monkeypatch):
    port = site.rpartition(":")[2]
    resolve_to(monkeypatch, ["1.1.1.1", "127.0.0.1"])
    monkeypatch.setattr(socket, "create_connection", lambda *args: pytest.fail("it is connected to"))
    assert link_check.check(f"http://agern.example:{port}/") == (False, "adressen er ikke offentlig")


def test_an_address_that_does_not_answer_is_followed_by_the_next(site, monkeypatch):
    port = site.rpartition(":")[2]
    resolve_to(monkeypatch, ["127.0.0.2", "127.0.0.1"])
    assert link_check.check(f"http://agern.example:{port}/", any_address) == (True, "200")


@pytest.mark.parametrize("url", ["http://agern.example:22/", "https://agern.example:8443/", "http://agern.example:0/"])
def test_other_ports_than_those_of_the_web_are_not_asked(url, monkeypatch):
    names = resolve_to(monkeypatch, ["1.1.1.1"])
    assert link_check.check(url) == (False, "kun port 80 og 443 bliver spurgt")
    assert names == []


def test_a_proxy_of_the_environment_is_not_used(site, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9/")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9/")
    assert link_check.check(site, any_address) == (True, "200")


def test_a_website_that_never_comes_to_an_end_does_not_hold_up_the_others(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr(link_check, "PORTS", {silent.getsockname()[1]})
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        assert link_check.check(url, any_address, timeout=0.2) == (False, "intet svar (TimeoutError)")


# The command --------------------------------------------------------------------------------------


def test_the_command_stores_the_result_of_each_website_once(db, capsys):
    vendor = make_vendor("Agern", website="http://127.0.0.1/")
    make_response(vendor)
    call_command("check_links")
    call_command("check_links")
    assert "0 websites answered, 1 did not." in capsys.readouterr().out
    assert [(check.url, check.ok) for check in LinkCheck.objects.all()] == [("http://127.0.0.1/", False)]


def test_a_website_that_answers_again_is_no_longer_held_against_it(db, site):
    make_response(make_vendor("Agern", website=f"{site}/"))
    LinkCheck.objects.create(url=f"{site}/", ok=False, result="404", checked_at=timezone.now() - timedelta(days=1))
    assert link_check.check_all(any_address) == (1, 0)
    check = LinkCheck.objects.get()
    assert (check.ok, check.result) == (True, "200")
    assert check.checked_at.date() == timezone.now().date()


def test_asks_only_what_is_public_or_waits_for_review_and_each_once(db, site):
    for number, status in enumerate(("published", "submitted", "draft", "withdrawn", "published")):
        response = make_response(f"Firma nr. {number}", status)
        Response.objects.filter(pk=response.pk).update(website=f"{site}/{status}")
    link_check.check_all(any_address)
    assert sorted(LinkedSite.requests) == ["/published", "/submitted"]
