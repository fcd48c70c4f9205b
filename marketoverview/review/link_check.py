"""Requests the websites of vendors and stores whether they answer. Called by a command, never by a view.

A vendor could give an address inside KL's own network, so the IP addresses of a host are judged before anything is
connected to, and the connection goes to one that was judged: a name that is looked up twice could lead elsewhere the second
time. Redirects are followed under the same rule. Proxies that the environment names are not used.
"""

import http.client
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Network, ip_address
from threading import Thread
from urllib.parse import urljoin, urlsplit

from django.utils.encoding import iri_to_uri
from django.utils.translation import gettext as _

from ..models import IN_USE, LinkCheck, Response

SOCKET_TIMEOUT = 10
"""Seconds without a byte after which the connection is given up."""
TOTAL_TIMEOUT = 60
"""Seconds for one website in all: one that sends a byte now and then must not delay the others."""
MAX_REDIRECTS = 5
MAX_BYTES = 64 * 1024
USER_AGENT = "KL-markedsoverblik link check"
PORTS = frozenset({http.client.HTTP_PORT, http.client.HTTPS_PORT})
"""The ports that are connected to: a website has no other, and the portal is no tool to try other services with."""
UNICAST = IPv6Network("2000::/3")
"""The IPv6 addresses that are allocated for the public internet; others may be translated to private ones."""

AddressTest = Callable[[str], bool]
"""Whether a connection to this IP address is allowed."""


class NotPublic(OSError):
    """The address leads to a machine that is not on the public internet."""


class NotWeb(OSError):
    """The address names a port that is not one of `PORTS`."""


class TooManyRedirects(Exception):
    """The website redirects more than `MAX_REDIRECTS` times."""


def is_public(address: str) -> bool:
    """Whether the IP address is one of the public internet. IPv4 addresses inside IPv6 ones count as themselves."""
    ip = ip_address(address.partition("%")[0])
    ipv4 = ip if isinstance(ip, IPv4Address) else ip.ipv4_mapped or ip.sixtofour
    if ipv4:
        return ipv4.is_global and not ipv4.is_multicast
    return ip.is_global and ip in UNICAST


def judged_addresses(host: str, port: int, is_allowed: AddressTest) -> list[str]:
    """The IP addresses of the host, each once, in the order in which to try them.

    Raises `NotPublic` where one of them is not allowed, `NotWeb` for another port, and `OSError` for an unknown host.
    """
    if port not in PORTS:
        raise NotWeb(port)
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(address[0]) for *_kind, address in answers))
    if not all(map(is_allowed, addresses)):
        raise NotPublic(host)
    return addresses


class _Connection(http.client.HTTPConnection):
    """A connection to an IP address that was judged before. The host's name stands in the request and in the certificate."""

    def __init__(self, host: str, port: int, is_allowed: AddressTest) -> None:
        super().__init__(host, port, timeout=SOCKET_TIMEOUT)
        self.is_allowed = is_allowed

    def connect(self) -> None:
        *others, last = judged_addresses(self.host, self.port, self.is_allowed)
        for address in others:
            with suppress(OSError):
                self.sock = socket.create_connection((address, self.port), self.timeout)
                return
        self.sock = socket.create_connection((last, self.port), self.timeout)


class _SecureConnection(_Connection):
    default_port = 443

    def connect(self) -> None:
        super().connect()
        self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)


def check(url: str, is_allowed: AddressTest = is_public, timeout: float = TOTAL_TIMEOUT) -> tuple[bool, str]:
    """Whether a request of the address gives a page, and the result in words, after `timeout` seconds at most."""
    outcomes: list[int | Exception] = []

    def request() -> None:
        try:
            outcomes.append(_final_status(url, is_allowed))
        except Exception as error:  # whatever the other end sends: the next website is requested all the same
            outcomes.append(error)

    worker = Thread(target=request, daemon=True)
    worker.start()
    worker.join(timeout)
    outcome = outcomes[0] if outcomes else TimeoutError()
    if isinstance(outcome, int):
        return outcome < 400, str(outcome)
    if isinstance(outcome, NotPublic):
        return False, _("the address is not public")
    if isinstance(outcome, NotWeb):
        return False, _("only the ports 80 and 443 are asked")
    if isinstance(outcome, TooManyRedirects):
        return False, _("too many redirects")
    return False, _("no answer (%(error)s)") % {"error": type(outcome).__name__}


def _final_status(url: str, is_allowed: AddressTest) -> int:
    """The status after all redirects. Raises `NotPublic`, `NotWeb`, `TooManyRedirects`, or whatever a connection raises."""
    for _hop in range(MAX_REDIRECTS + 1):
        status, location = _request(url, is_allowed)
        if status not in (301, 302, 303, 307, 308) or not location:
            return status
        url = urljoin(url, location)
    raise TooManyRedirects(url)


def _request(url: str, is_allowed: AddressTest) -> tuple[int, str]:
    """The status and the `Location` of one GET request."""
    parts = urlsplit(iri_to_uri(url))
    host = urlsplit(url).hostname
    if parts.scheme not in ("http", "https") or not host:
        raise ValueError(url)
    connection_class = _SecureConnection if parts.scheme == "https" else _Connection
    port = connection_class.default_port if parts.port is None else parts.port
    connection = connection_class(host.encode("idna").decode(), port, is_allowed)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("GET", path, headers={"User-Agent": USER_AGENT})
        response = connection.getresponse()
        response.read(MAX_BYTES)
        return response.status, response.headers.get("Location", "")
    finally:
        connection.close()


def websites_to_check() -> list[str]:
    """The websites of published and submitted responses, each once. One query."""
    submissions = Response.objects.filter(status__in=IN_USE).exclude(website="")
    return sorted(set(submissions.values_list("website", flat=True)))


def check_all(is_allowed: AddressTest = is_public) -> tuple[int, int]:
    """Request every website, one after the other, and store the results: how many answered, and how many did not."""
    answered = []
    for url in websites_to_check():
        ok, result = check(url, is_allowed)
        LinkCheck.record(url, ok=ok, result=result)
        answered.append(ok)
    return sum(answered), len(answered) - sum(answered)
