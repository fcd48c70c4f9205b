"""The addresses in the market overview by which a sheet names solutions. The sheet leads there; nothing leads back."""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

MOST_SOLUTIONS = 5
MOST_LETTERS = 300
"""Of an address."""
PROFILE, SOLUTIONS = "market:profile", ("market:solutions", "market:solution_stages")
_FRAGMENT = re.compile(r"[A-Za-z0-9_-]{1,80}\Z")


def solution_addresses(text: str, hosts: Collection[str]) -> tuple[str, ...]:
    """The Danish paths of the addresses in the lines of a text, each once.

    `hosts` are the portal's own, in small letters. Raises `ValidationError` for more than `MOST_SOLUTIONS`, and for an
    address that is none of a company or of solutions in the market overview. No query.
    """
    lines = [line for each in text.splitlines() if (line := each.strip())]
    if len(lines) > MOST_SOLUTIONS:
        raise ValidationError(_("A sheet can name %(most)s solutions at most.") % {"most": MOST_SOLUTIONS})
    return tuple(dict.fromkeys(_path(line, hosts) for line in lines))


def _path(address: str, hosts: Collection[str]) -> str:
    refused = ValidationError(
        _("“%(address)s” is no address of a company or of solutions in the market overview of this portal.")
        % {"address": address[:100]}
    )
    if len(address) > MOST_LETTERS:
        raise refused
    try:
        pieces = urlsplit(address)
        host = pieces.hostname or ""
    except ValueError:
        raise refused from None
    is_ours = host.lower() in hosts if pieces.netloc else address.startswith("/") and not address.startswith("//")
    if pieces.scheme not in ("", "http", "https") or not is_ours or pieces.username is not None:
        raise refused
    language = "en" if pieces.path.startswith("/en/") else "da"
    try:
        with override(language):
            match = resolve(pieces.path)
    except (Resolver404, ValueError):
        raise refused from None
    if match.view_name != PROFILE and match.view_name not in SOLUTIONS:
        raise refused
    with override("da"):
        path = reverse(match.view_name, args=match.args, kwargs=match.kwargs)
    return f"{path}#{pieces.fragment}" if _FRAGMENT.match(pieces.fragment) else path
