"""The public directory: list, profile, vCard, and the page on its neutrality."""

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from kl_ai.addresses import mailto
from kl_ai.export.downloads import file_response
from kl_ai.pages.cache import versioned_page
from kl_ai.pages.frame import render_page
from kl_ai.pages.pagination import paginate

from ..market import profiles, vcards
from ..market.selection import MAX_SHORTLISTED, Selection
from ..market.snapshot import Snapshot, snapshots
from ..models import Response, Status, Verb
from . import vendor_rows
from .lists import order_links, page_addresses, shortlist_tray
from .selection_page import SwitchLink, file_links, links, panel, read, shortlist_alone, with_page_notice

PER_PAGE = {"list": 25, "table": 100}
"""Each view of the directory to the number of companies on a page."""


@versioned_page
def directory(request: HttpRequest) -> HttpResponse:
    """`/markedsoverblik/`: facets, and the vendors of the selection, 25 a page."""
    snapshot, selection = read(request)
    matches = snapshot.match(selection.chosen, selection.q)
    total = matches.bit_count()
    per_page = PER_PAGE[selection.view]
    pages = paginate(total, selection.page, per_page, page_addresses(request.path, selection))
    selection = with_page_notice(selection, pages)
    entries = snapshot.page(matches, selection.sort, pages.start, pages.stop)
    context = panel(request, snapshot, selection, total) | {
        "rows": vendor_rows.rendered(snapshot, selection, entries),
        "pages": pages,
        **order_links(request, selection),
        **_views(request, snapshot, selection),
        **shortlist_tray(selection, {entry.slug for entry in entries}),
        "exports": file_links(replace(selection, view="list").query(page=False, shortlist=False)),
    }
    crumbs = [(_("Find companies"), "")]
    return render_page(request, "marketoverview/directory.html", context, nav_current="market", crumbs=crumbs)


def _views(request: HttpRequest, snapshot: Snapshot, selection: Selection) -> dict[str, Any]:
    """The links to the list and the table, and the headings of the table's columns."""
    labels = {"list": _("List"), "table": _("Table")}
    groups, facts = profiles.row_headings(snapshot)
    return {
        "views": [
            SwitchLink(label, request.path + replace(selection, view=view, page=1).query(), view == selection.view)
            for view, label in labels.items()
        ],
        "view": "" if selection.view == "list" else selection.view,
        "headings": [*groups, *facts],
    }


# One vendor ---------------------------------------------------------------------------------------


def public_or_withdrawn(slug: str) -> Response:
    """The vendor's published response, or its last withdrawn one; 404 for anything else. Seven queries."""
    submission = Response.objects.with_everything().public_or_withdrawn(slug)
    if submission is None:
        raise Http404
    return submission


@versioned_page
def profile(request: HttpRequest, slug: str) -> HttpResponse:
    """`/markedsoverblik/virksomheder/<slug>/`: everything that the vendor stated; 410 when withdrawn."""
    submission = public_or_withdrawn(slug)
    if submission.status == Status.WITHDRAWN:
        return gone(request, submission)
    snapshot, selection = read(request)
    context = {
        **_list_links(selection, slug),
        "vendor": submission.vendor,
        "response": submission,
        "sections": profiles.sections(snapshot.tallies.values(), submission),
        "offerings": profiles.offerings(submission),
        "contact": profiles.contact(submission),
        "facts": [profiles.identity(submission.vendor), *profiles.facts(snapshot.tallies.values(), submission)],
        "round_name": submission.round.name,
        "confirmed_on": submission.confirmed_at,
        "stale_note": profiles.stale_note(submission.confirmed_at),
        "published_on": submission.published_at,
        "report_url": _report_url(request, submission),
    }
    crumbs = [(_("Find companies"), context["directory_url"]), (submission.vendor.name, "")]
    return render_page(request, "marketoverview/profile.html", context, nav_current="market", crumbs=crumbs)


def _list_links(selection: Selection, slug: str) -> dict[str, Any]:
    """The ways between a profile and the shortlist of its address: put on it, or take off it, or it is full."""
    is_listed = slug in selection.shortlist
    is_full = not is_listed and len(selection.shortlist) >= MAX_SHORTLISTED
    path = reverse("market:shortlist")
    return {
        **links(selection),
        "add_url": "" if is_listed or is_full else path + selection.with_vendor(slug).query(page=False),
        "remove_url": path + selection.without_vendor(slug).query(page=False) if is_listed else "",
        "most": MAX_SHORTLISTED if is_full else 0,
    }


def _report_url(request: HttpRequest, submission: Response) -> str:
    subject = _("Error in the profile of %(vendor)s") % {"vendor": submission.vendor.name}
    body = f"{request.build_absolute_uri(request.path)}\n\n"
    return mailto(settings.CONTACT_EMAIL, subject=subject, body=body)


def gone(request: HttpRequest, submission: Response) -> HttpResponse:
    """410 with the date, and who has withdrawn the profile: the vendor or KL. Three queries."""
    decision = submission.events.filter(verb=Verb.WITHDRAW).select_related("actor").last()
    snapshot = snapshots.for_request(request)
    context = {
        **links(shortlist_alone(request, snapshot)),
        "is_by_kl": decision.is_by_kl if decision else None,
        "name": submission.vendor.name,
        "withdrawn_on": submission.closed_at,
    }
    return render_page(request, "marketoverview/gone.html", context, nav_current="market", status=410)


@versioned_page
def vcard(request: HttpRequest, slug: str) -> HttpResponse:
    """`/markedsoverblik/virksomheder/<slug>/kontakt.vcf`: the contact as a vCard 3.0 file."""
    submission = public_or_withdrawn(slug)
    if submission.status == Status.WITHDRAWN:
        return gone(request, submission)
    url = request.build_absolute_uri(profiles.profile_url(slug))
    return file_response(f"{slug}.vcf", vcards.vcard(submission, url).encode(), "text/vcard; charset=utf-8")


# Neutrality ---------------------------------------------------------------------------------------


@versioned_page
def neutrality(request: HttpRequest) -> HttpResponse:
    """`/markedsoverblik/neutralitet/`: the rule and the method."""
    snapshot = snapshots.for_request(request)
    context = {
        **links(shortlist_alone(request, snapshot)),
        "data_date": snapshot.updated_on,
        "snapshot_size": snapshot.size,
    }
    crumbs = [(_("Neutrality"), "")]
    return render_page(request, "marketoverview/neutrality.html", context, nav_current="neutrality", crumbs=crumbs)
