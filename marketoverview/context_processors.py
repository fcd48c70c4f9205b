"""What every template knows of the market."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from .market.snapshot import snapshots


def market(request: HttpRequest) -> dict[str, Any]:
    """Whether demonstration data are loaded, from the data itself; no query until a page asks."""
    return {
        "is_demo": SimpleLazyObject(lambda: snapshots.for_request(request).is_demo),
    }
