"""JSON-LD: linked data, as an address of its own or in a page for search engines.

In a page it stands in a `<script type="application/ld+json">` (`components/json_ld.html`). The browser never runs such a
block: HTML calls it a data block, and leaves it before the content security policy is asked.
"""

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.utils.safestring import SafeString, mark_safe

MEDIA_TYPE = "application/ld+json"
_MARKUP = {ord(character): f"\\u{ord(character):04x}" for character in "<>&"}


def json_ld_text(data: Mapping[str, Any]) -> SafeString:
    """The data as JSON that can stand in a page: no text in it can end the block or begin a comment."""
    text = json.dumps(data, ensure_ascii=False).translate(_MARKUP)
    return mark_safe(text)  # noqa: S308  # without a character that has a meaning in HTML


def json_ld_response(data: Mapping[str, Any]) -> HttpResponse:
    """The data at an address of its own, which any website may fetch."""
    response = HttpResponse(json.dumps(data, ensure_ascii=False, indent=1), content_type=MEDIA_TYPE)
    response["Access-Control-Allow-Origin"] = "*"
    return response
