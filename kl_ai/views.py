"""The pages around the two tools: home, about, privacy and errors."""

import logging
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from legaltoolbox import linking
from legaltoolbox.catalogue import catalogues
from marketoverview.market.figures import Figure, figure, figure_order
from marketoverview.market.selection import Selection
from marketoverview.market.snapshot import Snapshot, snapshots

from .login import restore
from .pages.cache import versioned_page
from .pages.frame import render_page
from .requests import faults
from .requests.http import is_fetch

logger = logging.getLogger(__name__)
FALLBACK_PAGE = """<!doctype html><html lang="da"><meta charset="utf-8"><title>Noget gik galt hos os</title>
<h1>Noget gik galt hos os</h1><p>Siden kunne ikke vises. Prøv igen om lidt.</p>
<p lang="en">Something went wrong with us. Try again in a little while.</p></html>"""
"""The body of a response 500 where not even the template for it can be rendered."""


@versioned_page
def home(request: HttpRequest) -> HttpResponse:
    """`/`: what the portal is, the ways into the two tools, and the market in numbers."""
    snapshot = snapshots.for_request(request)
    context = {
        "vendor_count": snapshot.size,
        "offering_count": snapshot.offering_count,
        "data_date": snapshot.updated_on,
        "figure": _front_figure(snapshot),
        "directory_url": reverse("market:directory"),
        "solutions_url": reverse("market:solutions"),
        "toolbox_url": reverse("toolbox:overview"),
        "steps": [(phase, linking.url(phase)) for phase in catalogues.for_request(request).phases],
        "survey_url": reverse("vendor:home"),
    }
    return render_page(request, "home.html", context, nav_current="home")


def _front_figure(snapshot: Snapshot) -> Figure | None:
    """The figure of the question on the matrix' row axis, or the first one; None while there is none. No query."""
    if not snapshot.tallies:
        return None
    tally = snapshot.on_axis("row") or min(snapshot.tallies.values(), key=figure_order)
    return figure(snapshot, Selection(), tally)


@versioned_page
def about(request: HttpRequest) -> HttpResponse:
    """`/om/`: who is behind the portal, and where its content comes from."""
    return _text_page(request, "pages/about.html", "about", _("About the portal"))


@versioned_page
def privacy(request: HttpRequest) -> HttpResponse:
    """`/privatliv/`: what the portal knows of its visitors and users."""
    return _text_page(request, "pages/privacy.html", "privacy", _("Privacy"))


def _text_page(request: HttpRequest, template: str, nav_current: str, title: str) -> HttpResponse:
    snapshot = snapshots.for_request(request)
    context = {"data_date": snapshot.updated_on, "vendor_count": snapshot.size}
    return render_page(request, template, context, nav_current=nav_current, crumbs=[(title, "")])


# Errors -------------------------------------------------------------------------------------------


def _in_language_of_address(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A decorator for a page of an error, which may be raised before the request's language is activated.

    Without it such a page would be in the language of whatever the thread has served before.
    """

    @wraps(view)
    def in_language_of_address(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with override(faults.path_language(request)):
            return view(request, *args, **kwargs)

    return in_language_of_address


@login_not_required
@_in_language_of_address
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The page for a request that cannot be understood; the page of the fault where the database failed a session."""
    if fault := faults.database_fault(exception):
        return faults.database_page(request, fault, exception)
    return render_page(request, "400.html", status=400)


@login_not_required
@_in_language_of_address
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render_page(request, "403.html", status=403)


@login_not_required
@_in_language_of_address
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The response to a form without a valid CSRF token; where the token is only too old, the form with what was typed."""
    if is_fetch(request):
        return HttpResponse("Load the page again", status=403, content_type="text/plain")
    return restore.redirect_after_stale_token(request) or render_page(request, "403_csrf.html", status=403)


@login_not_required
@_in_language_of_address
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The page for an address that is none, or is none for this person; it repeats long texts of a form that was sent there.

    Whoever loses a place while writing would else lose the text.
    """
    form = faults.kept_form(request)
    # Another website can send a form here, but not with the login of whoever is on it.
    user = getattr(request, "user", None)  # missing where the address was refused before it was asked who is there
    texts = form.long_texts if form and user and user.is_authenticated else []
    return render_page(request, "404.html", {"texts": texts}, status=404)


@login_not_required
@_in_language_of_address
def server_error(request: HttpRequest) -> HttpResponse:
    """The page for errors, rendered without context and database: the failure may lie in either.

    A fault of the database has a page of its own, and a text with a NUL is the sender's mistake. Django calls this while it
    handles the exception.
    """
    error = sys.exc_info()[1]
    try:
        if fault := faults.database_fault(error):
            return faults.database_page(request, fault, error)
        if faults.is_about_nul(error):
            return bad_request(request)
        page = str(render_to_string("500.html"))
    except Exception:  # the error lies in the templates, the addresses or the static files
        logger.exception("The page for errors could not be rendered.")
        page = FALLBACK_PAGE
    return HttpResponse(page, status=500)
