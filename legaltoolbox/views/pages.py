"""What the toolbox's pages have in common: the decorator, the lookup, and what each page says of its text."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from kl_ai.http import request_state
from kl_ai.pages.cache import versioned_page

from ..catalogue import Catalogue, catalogues
from ..linking import linker
from ..models import Item

MOST_NAMED = 12
"""So many overdue items are named on a page of several."""

toolbox_page = versioned_page
"""A public page that follows from the address and the published content alone."""


def find(request: HttpRequest, kind: str, key: str) -> tuple[Catalogue, Any]:
    """The catalogue and the public item with this key; codes are found in small letters too. Raises 404."""
    catalogue = catalogues.for_request(request)
    item = catalogue.find(kind, key) or catalogue.find(kind, key.upper())
    if item is None:
        raise Http404
    return catalogue, item


def page(
    request: HttpRequest,
    template: str,
    catalogue: Catalogue,
    crumbs: list[tuple[str, str]],
    section: str,
    **context: Any,
) -> HttpResponse:
    """A page of the toolbox. `section` is the place in its own menu that the page belongs to."""
    home = [(_("Legal toolbox"), reverse("toolbox:overview") if crumbs else "")]
    known = {
        "nav_current": "toolbox",
        "section": section,
        "crumbs": home + crumbs,
        "linker": linker(catalogue),
        "is_preview": request_state(request).is_preview,
    }
    return render(request, f"legaltoolbox/{template}.html", known | context)


def danish(text: str) -> SafeString:
    """A piece of content in a place that is otherwise of the page's language."""
    return format_html('<span lang="da">{}</span>', text)


def status(*items: Item, tell_unsettled: bool = False) -> dict[str, Any]:
    """What a page says of its text: last and next review, whether a lawyer has confirmed it, what is not settled.

    A page of one item tells what of it is not settled; a page of several only where it is to `tell_unsettled`.
    """
    overdue = [item.key for item in items if item.is_overdue]
    confirmed = [item.confirmed_on for item in items if item.confirmed_on]
    return {
        "reviewed_on": min((item.reviewed_on for item in items), default=None),
        "overdue": ", ".join(overdue[:MOST_NAMED]) + (" …" if len(overdue) > MOST_NAMED else ""),
        "is_one": len(items) == 1,
        "confirmed_on": min(confirmed) if confirmed and len(confirmed) == len(items) else None,
        "unsettled": [item for item in items if item.unsettled.strip()] if tell_unsettled or len(items) == 1 else [],
    }
