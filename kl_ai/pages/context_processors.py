"""Variables of every template: the site's own addresses and the switch of language."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url
from django.utils.http import escape_leading_slashes

from .bilingual import other_language


def site(request: HttpRequest) -> dict[str, Any]:
    """The variables, from the settings and the address of the request. No query."""
    code = other_language()
    url = escape_leading_slashes(request.get_full_path())  # “//host/” would lead away from the portal
    other_url = translate_url(url, code)
    return {
        "site": {
            "contact_email": settings.CONTACT_EMAIL,
            "accessibility_url": settings.ACCESSIBILITY_STATEMENT_URL,
        },
        "switch_language_code": code,
        "switch_language_label": {"da": "Dansk", "en": "English"}[code],
        "switch_language_url": other_url if other_url != url else "",
    }
