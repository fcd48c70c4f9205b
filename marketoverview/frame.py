"""The variables of the market overview on every page of the portal and of the administration."""

from datetime import date
from typing import Any

from django.http import HttpRequest

from kl_ai.pages.versions import ValuePerVersion

from .models import Response, market_version


def _has_demo_vendors(version: int, day: date) -> bool:
    """Whether a vendor of the demonstration data is public. One query."""
    return Response.objects.published().filter(vendor__is_demo=True).exists()


demo_vendors = ValuePerVersion(market_version, _has_demo_vendors, cheap=True)
"""Whether a vendor of the demonstration data is public now. It needs no snapshot, so no page waits for one to be built."""


def frame_context(request: HttpRequest) -> dict[str, Any]:
    """`is_demo`: whether a vendor of the demonstration data is public.

    At most one query, shared with all that the request reads of public versions; three after a change of what is public.
    """
    return {"is_demo": demo_vendors.for_request(request)}
