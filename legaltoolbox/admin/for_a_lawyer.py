"""The page for editors with what a lawyer should read first."""

from itertools import groupby
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from ..catalogue import draft_catalogues
from ..lawyer import reading_list
from .base import form_address


def for_a_lawyer_view(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """The items by concern, each with its form, what is not settled, and how many items are linked with it.

    Raises `PermissionDenied` for whoever may not see the sources. No query beside those of every page.
    """
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    entries = reading_list(draft_catalogues.current())
    concerns = [
        (concern.words, [(entry, form_address(entry.item)) for entry in group])
        for concern, group in groupby(entries, key=lambda entry: entry.concern)
    ]
    context = model_admin.admin_site.each_context(request) | {
        "opts": model_admin.opts,
        "title": gettext("What a lawyer should read first"),
        "concerns": concerns,
        "number": len(entries),
    }
    return render(request, "admin/legaltoolbox/legalsource/for_a_lawyer.html", context)
