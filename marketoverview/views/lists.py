"""Shared by the lists of vendors and of solutions: their orders, and the shortlist that is filled in them."""

import re
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ..market.selection import MAX_COMPARED, MAX_SHORTLISTED, Selection
from .compare import compare_url
from .selection_page import SwitchLink


def page_addresses(path: str, selection: Selection) -> Callable[[int], str]:
    """From the number of a page to its address. The rest of the query string is put together once for all pages."""
    first = path + selection.query(page=False)
    before, after = re.split(r"(?<=[?&])page=2(?=&|$)", path + replace(selection, page=2).query())
    return lambda number: first if number == 1 else f"{before}page={number}{after}"


def order_links(request: HttpRequest, selection: Selection) -> dict[str, Any]:
    """The links to the other orders, and how the order of the day is drawn."""
    labels = {"name": _("A to Å"), "confirmed": _("Latest confirmed"), "rotation": _("Order of the day")}
    sorts = [
        SwitchLink(label, request.path + replace(selection, sort=sort, page=1).query(), sort == selection.sort)
        for sort, label in labels.items()
    ]
    note = ""
    if selection.sort == "rotation":
        day = date_format(timezone.localdate(), "DATE_FORMAT")
        note = _("The order is drawn by lot from the date %(date)s. It is the same for everybody today.") % {
            "date": day
        }
    return {"sorts": sorts, "sort": "" if selection.sort == "name" else selection.sort, "rotation_note": note}


def shortlist_tray(selection: Selection, on_page: Collection[str]) -> dict[str, Any]:
    """The shortlist and what can be done with it; vendors that are not on this page travel as hidden fields."""
    count = len(selection.shortlist)
    return {
        "compare_url": compare_url(selection) if 2 <= count <= MAX_COMPARED else "",
        "most": MAX_SHORTLISTED,
        "most_compared": MAX_COMPARED,
        "shortlist_query": selection.shortlist_query,
        "hidden": [("v", slug) for slug in selection.shortlist if slug not in on_page],
    }
