"""Variables of the market overview in every template."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from .market.snapshot import snapshots


def market(request: HttpRequest) -> dict[str, Any]:
    """`is_demo`: whether demonstration data are loaded. No query until a template asks, then at most one."""
    return {
        "is_demo": SimpleLazyObject(lambda: snapshots.for_request(request).is_demo),
    }
