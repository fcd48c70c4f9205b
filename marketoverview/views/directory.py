"""The public directory: list, profile, vCard, comparison, and the page on its neutrality."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from kl_ai.export.downloads import file_response
from kl_ai.pages.cache import versioned_page
from kl_ai.pages.frame import render_page
from kl_ai.pages.pagination import paginate

from ..market import columns, facets, profiles, vcards
from ..market.selection import MAX_COMPARED, Selection
from ..market.snapshot import Snapshot, snapshots
from ..models import Response, Status, Verb
from .selection_page import SwitchLink, panel, read, with_page_notice

PER_PAGE = 25
MOST_TO_CHOOSE_FROM = 300
"""Vendors in the comparison's drop-down list; a longer one is better searched in the directory."""


@versioned_page
def directory(request: HttpRequest) -> HttpResponse:
    """`/markedsoverblik/`: facets, and the vendors of the selection, 25 a page."""
    snapshot, selection = read(request)
    matches = snapshot.match(selection.chosen, selection.q)
    total = matches.bit_count()
    pages = paginate(
        total, selection.page, PER_PAGE, lambda number: request.path + replace(selection, page=number).query()
    )
    selection = with_page_notice(selection, pages)
    entries = snapshot.page(matches, selection.sort, pages.start, pages.stop)
    context = panel(request, snapshot, selection, total) | {
        "rows": profiles.rows(snapshot, entries, selection.shortlist),
        "pages": pages,
        "suggestions": [] if total else facets.suggestions(snapshot, selection, request.path),
        **_order(request, selection),
        **_comparison_tray(snapshot, selection, {entry.slug for entry in entries}),
        "exports": _export_links(selection),
    }
    crumbs = [(_("Find vendors"), "")]
    return render_page(request, "marketoverview/directory.html", context, nav_current="market", crumbs=crumbs)


def _order(request: HttpRequest, selection: Selection) -> dict[str, Any]:
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


def _comparison_tray(snapshot: Snapshot, selection: Selection, on_page: set[str]) -> dict[str, Any]:
    """The vendors that are chosen for comparison; those that are not on this page travel as hidden fields."""
    chosen = []
    for slug in selection.shortlist:
        others = replace(selection, shortlist=_without(selection.shortlist, slug))
        entry = snapshot.entries[snapshot.position[slug]]
        chosen.append((entry.name, reverse("market:directory") + others.query(), slug))
    enough = len(selection.shortlist) >= 2
    return {
        "compare": chosen,
        "compare_url": compare_url(selection.shortlist) if enough else "",
        "hidden": [("v", slug) for slug in selection.shortlist if slug not in on_page],
    }


def _without(slugs: tuple[str, ...], slug: str) -> tuple[str, ...]:
    return tuple(other for other in slugs if other != slug)


def compare_url(slugs: tuple[str, ...]) -> str:
    return f"{reverse('market:compare')}?{urlencode([('v', slug) for slug in slugs])}"


def _export_links(selection: Selection) -> list[tuple[str, str]]:
    """Label and address of the selection's files."""
    files = (("CSV", "csv"), ("Excel", "xlsx"), ("JSON", "json"))
    query = selection.query(page=False, shortlist=False)
    return [(label, reverse("market:export", args=[ending]) + query) for label, ending in files]


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
    snapshot = snapshots.for_request(request)
    context = {
        "vendor": submission.vendor,
        "response": submission,
        "sections": profiles.sections(snapshot, submission),
        "offerings": profiles.offerings(submission),
        "contact": profiles.contact(submission),
        "facts": profiles.facts(snapshot, submission),
        "round_name": submission.round.name,
        "confirmed_on": submission.confirmed_at,
        "stale_note": profiles.stale_note(submission.confirmed_at),
        "published_on": submission.published_at,
        "report_url": _report_url(request, submission),
        "compare_url": f"{reverse('market:directory')}?{urlencode({'v': slug})}",
    }
    crumbs = [(_("Find vendors"), reverse("market:directory")), (submission.vendor.name, "")]
    return render_page(request, "marketoverview/profile.html", context, nav_current="market", crumbs=crumbs)


def _report_url(request: HttpRequest, submission: Response) -> str:
    subject = _("Error in the profile of %(vendor)s") % {"vendor": submission.vendor.name}
    body = f"{request.build_absolute_uri(request.path)}\n\n"
    return f"mailto:{settings.CONTACT_EMAIL}?{urlencode({'subject': subject, 'body': body}).replace('+', '%20')}"


def gone(request: HttpRequest, submission: Response) -> HttpResponse:
    """410 with the date, and who has withdrawn the profile: the vendor or KL. Two queries."""
    decision = submission.events.filter(verb=Verb.WITHDRAW).select_related("actor").last()
    context = {
        "is_by_kl": decision.is_by_kl if decision else None,
        "name": submission.vendor.name,
        "withdrawn_on": submission.closed_at,
        "directory_url": reverse("market:directory"),
    }
    return render_page(request, "marketoverview/gone.html", context, nav_current="market", status=410)


@versioned_page
def vcard(request: HttpRequest, slug: str) -> HttpResponse:
    """`/markedsoverblik/virksomheder/<slug>/kontakt.vcf`: the contact as a vCard 4.0 file."""
    submission = public_or_withdrawn(slug)
    if submission.status == Status.WITHDRAWN:
        return gone(request, submission)
    url = request.build_absolute_uri(profiles.profile_url(slug))
    return file_response(f"{slug}.vcf", vcards.vcard(submission, url).encode(), "text/vcard; charset=utf-8")


# Comparison ---------------------------------------------------------------------------------------


@versioned_page
def compare(request: HttpRequest) -> HttpResponse:
    """`/markedsoverblik/sammenlign/?v=…&v=…`: two to four vendors side by side."""
    snapshot, selection = read(request)
    slugs = selection.shortlist[:MAX_COMPARED]
    chosen = [snapshot.entries[snapshot.position[slug]] for slug in slugs]
    responses = list(columns.read_in_order([entry.response_id for entry in chosen]))
    context = {
        "vendors": [
            (entry.name, profiles.profile_url(entry.slug), compare_url(_without(slugs, entry.slug))) for entry in chosen
        ],
        "rows": profiles.comparison(snapshot, responses),
        "add_options": _to_add(snapshot, slugs),
        "hidden": [("v", slug) for slug in slugs],
        "notices": selection.notices,
        "too_few": len(slugs) < 2,
        "directory_url": reverse("market:directory") + Selection(shortlist=slugs).query(),
        "data_date": snapshot.updated_on,
    }
    crumbs = [(_("Find vendors"), reverse("market:directory")), (_("Comparison"), "")]
    return render_page(request, "marketoverview/compare.html", context, nav_current="market", crumbs=crumbs)


def _to_add(snapshot: Snapshot, slugs: tuple[str, ...]) -> list[tuple[str, str]]:
    """Slug and name of the vendors that can be added to the comparison; none where it is full, or the list too long."""
    if len(slugs) >= MAX_COMPARED or snapshot.size > MOST_TO_CHOOSE_FROM:
        return []
    return [(entry.slug, entry.name) for entry in snapshot.in_order(snapshot.everyone) if entry.slug not in slugs]


# Neutrality ---------------------------------------------------------------------------------------


@versioned_page
def neutrality(request: HttpRequest) -> HttpResponse:
    """`/markedsoverblik/neutralitet/`: the rule and the method."""
    snapshot = snapshots.for_request(request)
    context = {"data_date": snapshot.updated_on, "snapshot_size": snapshot.size}
    crumbs = [(_("Neutrality"), "")]
    return render_page(request, "marketoverview/neutrality.html", context, nav_current="neutrality", crumbs=crumbs)
