"""The solutions as a directory, and the table of their stages and technologies."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from kl_ai.pages.cache import versioned_page
from kl_ai.pages.frame import render_page
from kl_ai.pages.pagination import paginate

from ..market import shortlist
from ..market.selection import MAX_SHORTLISTED
from ..market.snapshot import Snapshot, snapshots
from ..market.solutions import listing
from ..market.solutions.selection import SolutionSelection, selection_for_request
from ..market.solutions.stages import stage_table
from ..market.solutions.ways_out import ways_out
from .lists import order_links, page_addresses, shortlist_tray
from .selection_page import links, with_page_notice

PER_PAGE = 25
FILES = (("CSV", "csv"), ("Excel", "xlsx"))


def read(request: HttpRequest) -> tuple[Snapshot, SolutionSelection]:
    """The snapshot that the request is answered from, and its selection of solutions.

    At most one query, and one more where the address names vendors that are not public.
    """
    snapshot = snapshots.for_request(request)
    return snapshot, shortlist.with_notices(selection_for_request(request, snapshot))


def panel(
    request: HttpRequest, snapshot: Snapshot, selection: SolutionSelection, matches: listing.SolutionMatches
) -> dict[str, Any]:
    """The context of `selection_page.html` for the solutions of a selection. No query."""
    path = request.path
    return {
        **links(selection.of_vendors),
        "q": selection.q,
        "facets": listing.facets(snapshot, selection, matches),
        "chips": list(listing.chips(snapshot, selection, path)),
        "clear_url": "" if selection.is_everything else path + selection.cleared().query(),
        "notices": selection.notices,
        "sentence": listing.sentence(snapshot, selection, matches.match().bit_count()),
        "solution_count": snapshot.offering_count,
        "data_date": snapshot.updated_on,
        "hidden": [("v", slug) for slug in selection.shortlist],
        "solutions_url": reverse("market:solutions") + selection.link_query,
        "table_url": reverse("market:solution_stages") + selection.link_query,
    }


@versioned_page
def directory(request: HttpRequest) -> HttpResponse:
    """`/markedsoverblik/loesninger/`: facets, and the solutions of the selection, 25 a page."""
    snapshot, selection = read(request)
    matches = listing.SolutionMatches(snapshot, selection)
    found = matches.match()
    pages = paginate(found.bit_count(), selection.page, PER_PAGE, page_addresses(request.path, selection))
    selection = with_page_notice(selection, pages)
    rows = listing.rows(snapshot, selection, found, pages.start, pages.stop)
    context = panel(request, snapshot, selection, matches) | {
        "rows": rows,
        "pages": pages,
        "ways_out": ways_out(snapshot, selection, request.path),
        "asks_for_all": bool(selection.q) and snapshot.search.asks_for_all(selection.q),
        "most": MAX_SHORTLISTED,
        **order_links(request, selection),
        **shortlist_tray(selection, {row.slug for row in rows}),
        "exports": _file_links(selection),
        "solution_feed_url": reverse("market:solution_feed") + selection.filter_query,
    }
    crumbs = [(_("Solutions"), "")]
    return render_page(request, "marketoverview/solutions.html", context, nav_current="solutions", crumbs=crumbs)


def _file_links(selection: SolutionSelection) -> list[tuple[str, str]]:
    """Label and address of the files about the solutions of a selection."""
    query = selection.query(page=False, shortlist=False)
    files = (("CSV", "csv"), ("Excel", "xlsx"), ("JSON", "json"))
    return [(label, reverse("market:solution_export", args=[ending]) + query) for label, ending in files]


@versioned_page
def stages(request: HttpRequest) -> HttpResponse:
    """`/markedsoverblik/loesninger/stadier/`: how many solutions use a technology at each stage."""
    snapshot, selection = read(request)
    selection = selection.without_stages()
    table = stage_table(snapshot, selection)
    crumbs = [(_("Solutions"), reverse("market:solutions") + selection.link_query), (_("Stages"), "")]
    context = panel(request, snapshot, selection, listing.SolutionMatches(snapshot, selection)) | {"table": table}
    if table is not None:
        query = table.basis.filter_query
        files = ((label, reverse("market:stage_file", args=[ending]) + query) for label, ending in FILES)
        context |= {"sentence": table.sentence, "downloads": list(files)}
    return render_page(request, "marketoverview/solution_stages.html", context, nav_current="solutions", crumbs=crumbs)
