"""Websites are asked whether they answer, and nothing inside KL's own network is ever asked anything."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from django.core.management import call_command

from marketoverview import links
from marketoverview.models import LinkCheck
from tests.builders import make_response, make_vendor


class Site(BaseHTTPRequestHandler):
    asked: list[str] = []

    def do_GET(self):
        self.asked.append(self.path)
        status = {"/gone": 404, "/round": 302}.get(self.path, 200)
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/round")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def site():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    Site.asked.clear()
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def anybody(address: str) -> bool:
    return True


def test_says_what_came_of_it(site):
    assert links.check(f"{site}/", anybody) == (True, "200")
    assert links.check(f"{site}/gone", anybody) == (False, "404")
    assert links.check(f"{site}/round", anybody) == (False, "for mange viderestillinger")
    assert links.check("http://127.0.0.1:1/", anybody)[1].startswith("intet svar")


def test_sends_nothing_to_a_machine_that_is_not_public(site):
    port = site.rpartition(":")[2]
    for host in ("127.0.0.1", "localhost", "2130706433", "[::ffff:127.0.0.1]"):
        ok, _result = links.check(f"http://{host}:{port}/", links.is_public)
        assert not ok
    assert Site.asked == []


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "192.168.0.1", "::1", "fe80::1%eth0", "::ffff:10.0.0.1"]
)
def test_knows_what_is_not_public(address):
    assert not links.is_public(address)


def test_the_command_keeps_what_came_of_each_website_once(db, capsys):
    vendor = make_vendor("Agern", website="http://127.0.0.1:1/")
    make_response(vendor)
    call_command("check_links")
    call_command("check_links")
    assert "0 websites answered, 1 did not." in capsys.readouterr().out
    assert [(one.url, one.ok) for one in LinkCheck.objects.all()] == [("http://127.0.0.1:1/", False)]
