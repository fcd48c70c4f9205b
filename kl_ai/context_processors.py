"""What every template may use: the site's own addresses and the switch of language."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url
from django.utils.http import escape_leading_slashes

from .pages.bilingual import language


def site(request: HttpRequest) -> dict[str, Any]:
    """No query: all of it comes from settings and the address of the request."""
    other = "da" if language() == "en" else "en"
    here = escape_leading_slashes(request.get_full_path())  # “//host/” would lead away from here
    there = translate_url(here, other)
    return {
        "site": {
            "contact_email": settings.CONTACT_EMAIL,
            "accessibility_url": settings.ACCESSIBILITY_STATEMENT_URL,
        },
        "switch_language_code": other,
        "switch_language_label": {"da": "Dansk", "en": "English"}[other],
        "switch_language_url": there if there != here else "",
    }
