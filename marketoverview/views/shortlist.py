"""The shortlist: vendors that somebody has picked, in the address. Nothing is stored."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from kl_ai.export.docx import docx_response
from kl_ai.pages.cache import versioned_page
from kl_ai.pages.expensive import expensive
from kl_ai.pages.frame import render_page

from ..market import shortlist as listed
from ..market import shortlist_document
from ..market.picks import origin
from ..market.selection import MAX_COMPARED, MAX_SHORTLISTED, Selection
from .compare import compare_url
from .selection_page import file_links, links, read

FILE_NAME = "markedsoverblik-liste.docx"


@versioned_page
def shortlist(request: HttpRequest) -> HttpResponse:
    """`/markedsoverblik/liste/?v=…`: the picked vendors with their answers, from A to Å, and what can be done with them."""
    snapshot, selection = read(request)
    count = len(selection.shortlist)
    page = reverse("market:shortlist")
    context = {
        **links(selection),
        "vendors": [
            (vendor, page + vendor.left.query(sort=False, by=False, page=False))
            for vendor in listed.vendors(snapshot, selection)
        ],
        "notices": selection.notices,
        "origin": origin(snapshot, selection),
        "permalink": request.build_absolute_uri(page + selection.file_query),
        "empty_url": page + replace(selection, shortlist=()).query(sort=False, by=False, page=False),
        "data_date": snapshot.updated_on,
        "most": MAX_SHORTLISTED,
        "most_compared": MAX_COMPARED,
        "hidden": list(selection.pairs(sort=False, by=False, page=False)) if count > MAX_COMPARED else [],
        **(_ways_on(selection) if count else {}),
    }
    crumbs = [(_("Find companies"), context["directory_url"]), (_("Your shortlist"), "")]
    return render_page(request, "marketoverview/shortlist.html", context, nav_current="market", crumbs=crumbs)


def _ways_on(selection: Selection) -> dict[str, Any]:
    """What can be done with the vendors on the list."""
    query = selection.file_query
    return {
        "compare_url": compare_url(selection) if 2 <= len(selection.shortlist) <= MAX_COMPARED else "",
        "contact_url": reverse("market:contact") + query,
        "note_url": reverse("market:note") + query,
        "document_url": reverse("market:shortlist_document") + query,
        "contacts_url": reverse("market:contacts") + query,
        "exports": file_links(query),
    }


@versioned_page
@expensive
def document(request: HttpRequest) -> HttpResponse:
    """`/markedsoverblik/liste.docx?v=…`: the list as a Word document, with room for the reasons of the choice."""
    snapshot, selection = read(request)
    address = request.build_absolute_uri(reverse("market:shortlist") + selection.file_query)
    content = shortlist_document.document(
        snapshot, listed.vendors(snapshot, selection), selection.file_notices, origin(snapshot, selection), address
    )
    return docx_response(FILE_NAME, content)
