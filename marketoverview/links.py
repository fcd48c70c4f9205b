"""Whether the websites that vendors give answer. Asked by a command, never while somebody waits.

A vendor could give an address inside KL's own network, so nothing is sent before the address of the other end is
known to be public; a redirect is followed under the same rule.
"""

import http.client
import socket
import ssl
from collections.abc import Callable
from ipaddress import ip_address
from urllib.parse import urljoin, urlsplit

from django.utils import timezone

from .models import LinkCheck, Response

TIMEOUT = 10
MOST_REDIRECTS = 5
MOST_BYTES = 64 * 1024
AGENT = "KL-markedsoverblik link check"


class NotPublic(OSError):
    """The address leads to a machine that is not on the public internet."""


def is_public(address: str) -> bool:
    """Whether the IP address is one of the public internet."""
    bare = ip_address(address.partition("%")[0])
    mapped = getattr(bare, "ipv4_mapped", None)
    return (mapped or bare).is_global


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


def check(url: str, allowed: Callable[[str], bool] = is_public) -> tuple[bool, str]:
    """Whether the address answers with a page, and what came of it in words (in Danish, for KL's staff)."""
    for _hop in range(MOST_REDIRECTS + 1):
        try:
            status, location = _ask(url, allowed)
        except NotPublic:
            return False, "adressen er ikke offentlig"
        except (OSError, http.client.HTTPException, ValueError) as error:
            return False, f"intet svar ({type(error).__name__})"
        if status in (301, 302, 303, 307, 308) and location:
            url = urljoin(url, location)
            continue
        return status < 400, str(status)
    return False, "for mange viderestillinger"


def _ask(url: str, allowed: Callable[[str], bool]) -> tuple[int, str]:
    """The status and the `Location` of one request."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(url)
    kind = _SecureConnection if parts.scheme == "https" else _Connection
    connection = kind(parts.hostname.encode("idna").decode(), parts.port or kind.default_port, timeout=TIMEOUT)
    connection.allowed = allowed  # type: ignore[method-assign]
    path = parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
    try:
        connection.request("GET", path, headers={"User-Agent": AGENT})
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
