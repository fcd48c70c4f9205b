"""The security log: one line of JSON for each event that matters to whoever guards the portal.

    record("login", request, method="code")

The lines go to the logger `portal.security` (setting `SECURITY_LOG`; `docs/operations.md` lists the events). A person
is named by the key of the user; an address that has no user is named by a keyed hash. Codes, tokens and what people
have written are never part of a line.
"""

import json
import logging
from collections.abc import Iterable
from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from ..addresses import canonical_address
from ..requests.http import client_address

logger = logging.getLogger("portal.security")


def record(event: str, request: HttpRequest | None = None, **fields: Any) -> None:
    """Write one line: the time, the event, the request's user and IP address, and the fields.

    A row among the fields is written as its primary key. Without a request the portal itself or a command has acted.
    One query where nobody has asked for the request's user yet, none otherwise.
    """
    line: dict[str, Any] = {"at": timezone.now().isoformat(timespec="milliseconds"), "event": event}
    if request is not None:
        line |= {"user": getattr(request, "user", None), "ip": client_address(request)}
    line = {name: _plain(value) for name, value in (line | fields).items()}
    logger.info(json.dumps(line, ensure_ascii=False))


def _plain(value: Any) -> Any:
    """The value as JSON can hold it."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Model) or hasattr(value, "is_anonymous"):  # `request.user` wraps its row
        return value.pk
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [_plain(each) for each in value]
    return str(value)


def address_hash(email: str) -> str:
    """A keyed hash of an e-mail address: the same for the same address, and unreadable without the secret key."""
    return salted_hmac("kl_ai.security.log", canonical_address(email), algorithm="sha256").hexdigest()[:16]
