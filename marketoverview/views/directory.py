"""The public directory: list, profile, vCard, comparison."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from kl_ai.pages.pagination import pages

from ..market import columns, facets, profiles, vcards
from ..market.selection import MAX_COMPARED, Selection
from ..market.snapshot import Snapshot, snapshots
from ..models import Response, Status
from .selected import Choice, market_page, panel, read, with_page_notice

PER_PAGE = 25
MOST_TO_CHOOSE_FROM = 300
"""Vendors in the comparison's drop-down list; a longer one is better searched in the directory."""


@market_page
def directory(request: HttpRequest) -> HttpResponse:
    """`/markedsoverblik/`: facets, and the vendors of the selection, 25 a page."""
    market, selection = read(request)
    found = market.match(selection.chosen, selection.q)
    total = found.bit_count()
    page = pages(total, selection.page, PER_PAGE, lambda number: request.path + replace(selection, page=number).query())
    selection = with_page_notice(selection, page)
    entries = market.page(found, selection.sort, page.start, page.stop)
    return render(
        request,
        "marketoverview/directory.html",
        {
            "nav_current": "market",
            "crumbs": [(_("Find vendors"), "")],
            **panel(request, market, selection, total),
            "rows": profiles.rows(market, entries, selection.compared),
            "pages": page,
            "suggestions": [] if total else facets.suggestions(market, selection, request.path),
            **_order(request, selection),
            **_compared(market, selection, {entry.slug for entry in entries}),
            "exports": exports(selection),
        },
    )


def _order(request: HttpRequest, selection: Selection) -> dict[str, Any]:
    labels = {"name": _("A to Å"), "confirmed": _("Latest confirmed"), "rotation": _("Order of the day")}
    sorts = [
        Choice(label, request.path + replace(selection, sort=sort, page=1).query(), sort == selection.sort)
        for sort, label in labels.items()
    ]
    note = ""
    if selection.sort == "rotation":
        day = date_format(timezone.localdate(), "DATE_FORMAT")
        note = _("The order is drawn by lot from the date %(date)s. It is the same for everybody today.") % {
            "date": day
        }
    return {"sorts": sorts, "sort": "" if selection.sort == "name" else selection.sort, "rotation_note": note}


def _compared(market: Snapshot, selection: Selection, on_page: set[str]) -> dict[str, Any]:
    """The comparison tray; chosen vendors that are not on this page travel as hidden fields."""
    chosen = []
    for slug in selection.compared:
        left = replace(selection, compared=tuple(other for other in selection.compared if other != slug))
        chosen.append((market.entries[market.position[slug]].name, reverse("market:directory") + left.query(), slug))
    enough = len(selection.compared) >= 2
    return {
        "compare": chosen,
        "compare_url": compare_url(selection.compared) if enough else "",
        "hidden": [("v", slug) for slug in selection.compared if slug not in on_page],
    }


def compare_url(slugs: tuple[str, ...]) -> str:
    return f"{reverse('market:compare')}?{urlencode([('v', slug) for slug in slugs])}"


def exports(selection: Selection) -> list[tuple[str, str]]:
    """Label and address of the selection's files."""
    files = (("CSV", "csv"), ("Excel", "xlsx"), ("JSON", "json"))
    query = selection.query(page=False, compared=False)
    return [(label, reverse("market:export", args=[ending]) + query) for label, ending in files]


def public_or_withdrawn(slug: str) -> Response:
    """The vendor's published response, or its last withdrawn one; 404 for anything else. Seven queries."""
    response = Response.objects.with_everything().public_or_withdrawn(slug)
    if response is None:
        raise Http404
    return response


@market_page
def profile(request: HttpRequest, slug: str) -> HttpResponse:
    """`/markedsoverblik/virksomheder/<slug>/`: everything that the vendor stated; 410 when withdrawn."""
    response = public_or_withdrawn(slug)
    if response.status == Status.WITHDRAWN:
        return gone(request, response)
    market = snapshots.for_request(request)
    crumbs = [(_("Find vendors"), reverse("market:directory")), (response.vendor.name, "")]
    contact = profiles.contact(response)
    return render(
        request,
        "marketoverview/profile.html",
        {
            "nav_current": "market",
            "crumbs": crumbs,
            "vendor": response.vendor,
            "response": response,
            "sections": profiles.sections(market, response),
            "offerings": profiles.offerings(response),
            "contact": contact,
            "facts": profiles.facts(market, response),
            "round_name": response.round.name,
            "confirmed_on": response.confirmed_at,
            "stale_note": profiles.stale_note(response.confirmed_at),
            "published_on": response.published_at,
            "report_url": _report_url(request, response),
            "compare_url": f"{reverse('market:directory')}?{urlencode({'v': slug})}",
        },
    )


def _report_url(request: HttpRequest, response: Response) -> str:
    subject = _("Error in the profile of %(vendor)s") % {"vendor": response.vendor.name}
    body = f"{request.build_absolute_uri(request.path)}\n\n"
    return f"mailto:{settings.CONTACT_EMAIL}?{urlencode({'subject': subject, 'body': body}).replace('+', '%20')}"


def gone(request: HttpRequest, response: Response) -> HttpResponse:
    """410 with the date: the vendor has withdrawn its profile."""
    context = {
        "nav_current": "market",
        "name": response.vendor.name,
        "withdrawn_on": response.closed_at,
        "directory_url": reverse("market:directory"),
    }
    return render(request, "marketoverview/gone.html", context, status=410)


@market_page
def vcard(request: HttpRequest, slug: str) -> HttpResponse:
    """The contact as a vCard 4.0 file."""
    response = public_or_withdrawn(slug)
    if response.status == Status.WITHDRAWN:
        return gone(request, response)
    url = request.build_absolute_uri(profiles.profile_url(slug))
    answer = HttpResponse(vcards.vcard(response, url), content_type="text/vcard; charset=utf-8")
    answer["Content-Disposition"] = content_disposition_header(True, f"{slug}.vcf") or ""
    return answer


@market_page
def compare(request: HttpRequest) -> HttpResponse:
    """`/markedsoverblik/sammenlign/?v=…&v=…`: two to four vendors side by side."""
    market, selection = read(request)
    slugs = selection.compared
    chosen = [market.entries[market.position[slug]] for slug in slugs]
    responses = list(columns.read_in_order([entry.response_id for entry in chosen]))
    room = len(slugs) < MAX_COMPARED and market.size <= MOST_TO_CHOOSE_FROM
    others = [(entry.slug, entry.name) for entry in market.entries if entry.slug not in slugs] if room else []
    return render(
        request,
        "marketoverview/compare.html",
        {
            "nav_current": "market",
            "crumbs": [(_("Find vendors"), reverse("market:directory")), (_("Comparison"), "")],
            "vendors": [
                (entry.name, profiles.profile_url(entry.slug), _compare_without(slugs, entry.slug)) for entry in chosen
            ],
            "rows": profiles.comparison(market, responses),
            "add_options": others,
            "hidden": [("v", slug) for slug in slugs],
            "notices": selection.notices,
            "too_few": len(slugs) < 2,
            "directory_url": reverse("market:directory") + Selection(compared=slugs).query(),
            "data_date": market.updated_on,
        },
    )


def _compare_without(slugs: tuple[str, ...], slug: str) -> str:
    return compare_url(tuple(other for other in slugs if other != slug))
