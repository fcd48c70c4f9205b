"""The compression of public pages: the coding that a client accepts, and a response in it.

A page that holds a secret beside what a stranger may choose must not be compressed: its length would tell, guess by guess,
what the secret is (BREACH). Public pages hold no secret: no cookie, no token and nothing of a user goes into them, and a
response that sets a cookie is left as it is. What a visitor types in the address stands beside public text alone.
"""

import gzip
import re
from functools import lru_cache

import brotli
from django.http import HttpRequest, HttpResponse

CODINGS = ("br", "gzip")
"""The best first."""
QUALITY = 3
"""Of both codings. Each step further takes as long as a tenth of the page, and a tenth of its bytes away at most."""
LEAST = 1_000
"""A shorter response gains nothing."""
COMPRESSIBLE = re.compile(r"text/|application/(?:json|ld\+json|atom\+xml|xml|javascript)|image/svg\+xml")
_QUALITY = re.compile(r"\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*")


def accepted_coding(request: HttpRequest) -> str:
    """The best of `CODINGS` that the client accepts; "" for the page as it is."""
    return _best_coding(request.headers.get("Accept-Encoding", "")[:200])


@lru_cache(maxsize=256)
def _best_coding(header: str) -> str:
    qualities: dict[str, float] = {}
    for part in header.lower().split(","):
        name, _, parameter = part.partition(";")
        match = _QUALITY.fullmatch(parameter) if parameter else None
        qualities[name.strip()] = float(match[1]) if match else 0.0 if parameter else 1.0
    others = qualities.get("*", 0.0)
    accepted = {coding: qualities.get(coding, others) for coding in CODINGS}
    best = max(accepted.values())
    return next((coding for coding in CODINGS if accepted[coding] == best), "") if best > 0 else ""


def compress(response: HttpResponse, coding: str) -> None:
    """Put the response into the coding, where that is one and it gains from it."""
    if (
        not coding
        or len(response.content) < LEAST
        or response.has_header("Content-Encoding")
        or response.cookies
        or not COMPRESSIBLE.match(response.get("Content-Type", ""))
    ):
        return
    if coding == "br":
        response.content = brotli.compress(response.content, quality=QUALITY)
    else:
        response.content = gzip.compress(response.content, compresslevel=QUALITY, mtime=0)
    response["Content-Encoding"] = coding
    response["Content-Length"] = str(len(response.content))
