"""Contacting the vendors of a selection alike: addresses, vCards, and a letter with the same questions to all."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from kl_ai.export.docx import docx_response
from kl_ai.export.downloads import set_filename
from kl_ai.pages.cache import versioned_page
from kl_ai.pages.expensive import expensive
from kl_ai.pages.frame import render_page

from ..market import profiles, wording
from ..market.columns import read_in_order
from ..market.dialogue_letter import letter
from ..market.picks import origin
from ..market.selection import Selection, selected
from ..market.snapshot import Entry, Snapshot
from ..market.vcards import vcards
from .selection_page import file_links, links, read

MOST_ON_PAGE = 100
"""The most vendors whose addresses stand on the page; for more there is the Excel file."""


@versioned_page
def contact(request: HttpRequest) -> HttpResponse:
    """`/markedsoverblik/kontakt/?…`: the contact points of the selection or the shortlist, from A to Å. Seven queries."""
    snapshot, selection = read(request)
    entries = _entries(snapshot, selection)
    query = selection.file_query
    listed = entries if len(entries) <= MOST_ON_PAGE else []
    contacts = [
        (
            response.vendor.name,
            profiles.profile_url(response.vendor.slug) + selection.shortlist_query,
            profiles.contact(response, in_bulk=True),
        )
        for response in read_in_order([entry.response_id for entry in listed])
    ]
    addresses = list(dict.fromkeys(details.email for _name, _url, details in contacts if details.email_url))
    context = {
        **links(selection),
        "notices": selection.notices,
        "total": len(entries),
        "most": MOST_ON_PAGE,
        "is_shortlist": selection.names_vendors,
        "sentence": "" if selection.names_vendors else wording.sentence(snapshot, selection, len(entries)),
        "origin": origin(snapshot, selection),
        "contacts": contacts,
        "addresses": "; ".join(addresses),
        "address_count": len(addresses),
        "without_address": [(name, url) for name, url, details in contacts if not details.email_url],
        "contacts_url": reverse("market:contacts") + query if entries else "",
        "letter_url": reverse("market:dialogue_letter") + query,
        "exports": [file for file in file_links(query) if file[0] == "Excel"],
        "data_date": snapshot.updated_on,
    }
    crumbs = [(_("Find companies"), context["directory_url"]), (_("Contact the companies"), "")]
    return render_page(request, "marketoverview/contact.html", context, nav_current="market", crumbs=crumbs)


def _entries(snapshot: Snapshot, selection: Selection) -> list[Entry]:
    """Those that the page and the files are about, from A to Å. No query."""
    vendors = selected(snapshot, selection)
    return snapshot.page(vendors, "name", 0, vendors.bit_count())


@versioned_page
@expensive
def contacts(request: HttpRequest) -> HttpResponseBase:
    """`/markedsoverblik/kontakter.vcf?…`: the contact points as vCards in one file, without named persons."""
    snapshot, selection = read(request)
    responses = read_in_order([entry.response_id for entry in _entries(snapshot, selection)])
    site = request.build_absolute_uri("/").rstrip("/")
    cards = vcards((response, site + profiles.profile_url(response.vendor.slug)) for response in responses)
    response = StreamingHttpResponse(cards, content_type="text/vcard; charset=utf-8")
    set_filename(response, "markedsoverblik-kontakter.vcf")
    return response


@versioned_page
@expensive
def dialogue_letter(request: HttpRequest) -> HttpResponse:
    """`/markedsoverblik/dialogbrev.docx?…`: the letter for the selection, in Danish."""
    snapshot, selection = read(request)
    return docx_response("dialogbrev.docx", letter(snapshot, selection))
