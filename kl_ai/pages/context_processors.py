"""Variables of every template: the site's own addresses and the switch of language."""

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url
from django.utils.http import escape_leading_slashes
from django.utils.translation import get_language

from .bilingual import other_language


@lru_cache(maxsize=500)
def _translated(path: str, code: str, from_code: str | None) -> str:
    """The path of the same page in the language `code`; `path` itself where there is none. It follows from the routes alone."""
    return translate_url(path, code)


def site(request: HttpRequest) -> dict[str, Any]:
    """The variables, from the settings and the address of the request. No query."""
    code = other_language()
    url = escape_leading_slashes(request.get_full_path())  # “//host/” would lead away from the portal
    path, mark, query = url.partition("?")
    other_url = _translated(path, code, get_language()) + mark + query
    return {
        "site": {
            "contact_email": settings.CONTACT_EMAIL,
            "accessibility_url": settings.ACCESSIBILITY_STATEMENT_URL,
        },
        "switch_language_code": code,
        "switch_language_label": {"da": "Dansk", "en": "English"}[code],
        "switch_language_url": other_url if other_url != url else "",
    }
