"""The comparison: up to six vendors of the shortlist side by side."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from kl_ai.pages.cache import versioned_page
from kl_ai.pages.frame import render_page
from kl_ai.pages.querystring import encode

from ..market import profiles
from ..market.columns import read_in_order
from ..market.comparison import CompareRow, comparison
from ..market.selection import MAX_COMPARED, Selection, shortlist_entries
from ..market.snapshot import Snapshot
from .selection_page import SwitchLink, file_links, links, read

MOST_TO_CHOOSE_FROM = 300
"""Vendors in the drop-down list of a short comparison; a longer one is better searched in the directory."""
DIFFERENCES = "differences"
"""The value of `only` in the address that leaves out the rows in which all vendors stated the same."""


@versioned_page
def compare(request: HttpRequest) -> HttpResponse:
    """`/markedsoverblik/sammenlign/?v=…&v=…`: two to six vendors side by side, from A to Å.

    `v` is the whole shortlist. Where it is longer than six, `compare` names those of it that are compared.
    """
    snapshot, selection = read(request)
    wanted = [slug for slug in selection.shortlist if slug in request.GET.getlist("compare")]
    slugs = tuple((wanted or selection.shortlist)[:MAX_COMPARED])
    entries = shortlist_entries(snapshot, slugs)
    rows = comparison(snapshot, list(read_in_order([entry.response_id for entry in entries]))) if entries else []
    only_differences = request.GET.get("only") == DIFFERENCES
    compared = replace(selection, shortlist=slugs)
    context = {
        **links(selection),
        "vendors": [
            (
                entry.name,
                profiles.profile_url(entry.slug) + selection.shortlist_query,
                _without(selection, slugs, entry.slug),
            )
            for entry in entries
        ],
        "rows": [row for row in rows if row.differs or not row.is_answer] if only_differences else rows,
        "notices": selection.notices,
        "is_cut": len(wanted or selection.shortlist) > len(slugs),
        **_switch(selection, slugs, rows, only_differences),
        **_to_add(snapshot, selection),
        "exports": file_links(compared.shortlist_query) if entries else [],
        "contact_url": reverse("market:contact") + selection.link_query if entries else "",
        "compares_all": len(slugs) == len(selection.shortlist),
        "most": MAX_COMPARED,
        "data_date": snapshot.updated_on,
    }
    crumbs = [(_("Find companies"), context["directory_url"]), (_("Comparison"), "")]
    return render_page(request, "marketoverview/compare.html", context, nav_current="market", crumbs=crumbs)


def compare_url(selection: Selection, slugs: Sequence[str] = (), *, only: str = "") -> str:
    """The comparison of `slugs`, or of the first of the shortlist; the choices and the whole shortlist stay."""
    pairs = [*selection.pairs(sort=False, by=False, page=False)]
    if len(selection.shortlist) > len(slugs):
        pairs += [("compare", slug) for slug in slugs]
    if only:
        pairs.append(("only", only))
    return reverse("market:compare") + encode(pairs)


def _without(selection: Selection, slugs: Sequence[str], slug: str) -> str:
    """The comparison without one vendor: it leaves a short list, of a longer one it stays on the list."""
    others = [other for other in slugs if other != slug]
    if len(selection.shortlist) <= MAX_COMPARED and len(slugs) == len(selection.shortlist):
        return compare_url(selection.without_vendor(slug))
    return compare_url(selection, others)


def _switch(selection: Selection, slugs: Sequence[str], rows: list[CompareRow], is_narrow: bool) -> dict[str, Any]:
    """The links to all answers and to those that differ, with their numbers; texts and contacts stand below both."""
    if len(slugs) < 2:
        return {"switch": []}
    answers = [row for row in rows if row.is_answer]
    different = sum(row.differs for row in answers)
    return {
        "switch": [
            SwitchLink(_("All answers (%(n)s)") % {"n": len(answers)}, compare_url(selection, slugs), not is_narrow),
            SwitchLink(
                _("Only differences (%(n)s)") % {"n": different},
                compare_url(selection, slugs, only=DIFFERENCES),
                is_narrow,
            ),
        ],
        "only": DIFFERENCES if is_narrow else "",
    }


def _to_add(snapshot: Snapshot, selection: Selection) -> dict[str, Any]:
    """The vendors that can be added; none where the comparison is full, or the list too long to choose from."""
    if len(selection.shortlist) >= MAX_COMPARED or snapshot.size > MOST_TO_CHOOSE_FROM:
        return {"add_options": []}
    everybody = snapshot.page(snapshot.everyone, "name", 0, snapshot.size)
    options = [(entry.slug, entry.name) for entry in everybody if entry.slug not in selection.shortlist]
    return {"add_options": options, "hidden": list(selection.pairs(sort=False, by=False, page=False))}
