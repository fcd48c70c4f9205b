"""Whether the websites that vendors give answer. Asked by a command, never while somebody waits.

A vendor could give an address inside KL's own network, so nothing is sent before the address of the other end is
known to be public; a redirect is followed under the same rule.
"""

import http.client
import socket
import ssl
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Network, ip_address
from threading import Thread
from urllib.parse import urljoin, urlsplit

from django.utils import timezone
from django.utils.encoding import iri_to_uri
from django.utils.translation import gettext as _

from ..models import LinkCheck, Response

TIMEOUT = 10
"""Seconds that the other end may be silent."""
PATIENCE = 60
"""Seconds for one website in all: one that sends a byte now and then must not hold up the others."""
MOST_REDIRECTS = 5
MOST_BYTES = 64 * 1024
AGENT = "KL-markedsoverblik link check"
UNICAST = IPv6Network("2000::/3")
"""All that is given out of IPv6 for the public internet; what lies beside it may lead back into a private network."""


class NotPublic(OSError):
    """The address leads to a machine that is not on the public internet."""


def is_public(address: str) -> bool:
    """Whether the IP address is one of the public internet."""
    bare = ip_address(address.partition("%")[0])
    inside = bare if isinstance(bare, IPv4Address) else bare.ipv4_mapped or bare.sixtofour
    if inside:
        return inside.is_global and not inside.is_multicast
    return bare.is_global and bare in UNICAST


class TooManyRedirects(Exception):
    """The website sends on and on."""


class _Connection(http.client.HTTPConnection):
    """A connection that looks at its other end before anything is sent."""

    allowed: Callable[[str], bool] = staticmethod(is_public)

    def connect(self) -> None:
        self.sock = socket.create_connection((self.host, self.port), self.timeout)
        if not self.allowed(self.sock.getpeername()[0]):
            self.sock.close()
            raise NotPublic(self.host)
        if isinstance(self, _SecureConnection):
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)


class _SecureConnection(_Connection):
    default_port = 443


def check(url: str, allowed: Callable[[str], bool] = is_public, patience: float = PATIENCE) -> tuple[bool, str]:
    """Whether the address answers with a page, and what came of it in words, after `patience` seconds at most."""
    found: list[int | Exception] = []

    def ask() -> None:
        try:
            found.append(_follow(url, allowed))
        except Exception as error:  # whatever the other end sends: the next website is asked all the same
            found.append(error)

    worker = Thread(target=ask, daemon=True)
    worker.start()
    worker.join(patience)
    outcome = found[0] if found else TimeoutError()
    if isinstance(outcome, int):
        return outcome < 400, str(outcome)
    if isinstance(outcome, NotPublic):
        return False, _("the address is not public")
    if isinstance(outcome, TooManyRedirects):
        return False, _("too many redirects")
    return False, _("no answer (%(error)s)") % {"error": type(outcome).__name__}


def _follow(url: str, allowed: Callable[[str], bool]) -> int:
    """The status in the end. Raises `NotPublic`, `TooManyRedirects`, or whatever a connection raises."""
    for _hop in range(MOST_REDIRECTS + 1):
        status, location = _ask(url, allowed)
        if status not in (301, 302, 303, 307, 308) or not location:
            return status
        url = urljoin(url, location)
    raise TooManyRedirects(url)


def _ask(url: str, allowed: Callable[[str], bool]) -> tuple[int, str]:
    """The status and the `Location` of one request."""
    parts = urlsplit(iri_to_uri(url))
    host = urlsplit(url).hostname
    if parts.scheme not in ("http", "https") or not host:
        raise ValueError(url)
    kind = _SecureConnection if parts.scheme == "https" else _Connection
    connection = kind(host.encode("idna").decode(), parts.port or kind.default_port, timeout=TIMEOUT)
    connection.allowed = allowed  # type: ignore[method-assign]
    try:
        connection.request(
            "GET", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), headers={"User-Agent": AGENT}
        )
        answer = connection.getresponse()
        answer.read(MOST_BYTES)
        return answer.status, answer.headers.get("Location", "")
    finally:
        connection.close()


def websites() -> list[str]:
    """The websites of what is public or waits for review, each once. One query."""
    found = Response.objects.filter(status__in=("published", "submitted")).exclude(website="")
    return sorted(set(found.values_list("website", flat=True)))


def check_all(allowed: Callable[[str], bool] = is_public) -> tuple[int, int]:
    """Ask every website, one at a time, and store what came of it; how many answered, and how many did not."""
    outcomes = []
    for url in websites():
        ok, result = check(url, allowed)
        LinkCheck.objects.update_or_create(
            url=url, defaults={"ok": ok, "result": result[:200], "checked_at": timezone.now()}
        )
        outcomes.append(ok)
    return sum(outcomes), len(outcomes) - sum(outcomes)
