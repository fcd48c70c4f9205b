"""Search in the toolbox."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from kl_ai.pages.cache import versioned_page
from kl_ai.pages.querystring import encode

from ..catalogue import catalogues
from ..search import search as item_search
from ..search import sources
from ..search.hits import MAX_UNFOLDED, hit
from ..search.search import Results
from ..search.spellings import spellings
from ..selection import read_search
from .pages import render_toolbox_page, review_status


@versioned_page
def search(request: HttpRequest) -> HttpResponse:
    """Results by kind, answers first; before them the provisions that the words name, and the item whose code they are.

    Where a word is nowhere and nothing is found, the results of the nearest spelling are shown and said to be that.
    Costs no query beyond that of the version, whatever is typed.
    """
    catalogue = catalogues.for_request(request)
    q, situation, notices = read_search(request, catalogue)
    named = sources.index(catalogue).named(q)
    item = item_search.by_code(q, catalogue)
    searched = named.rest if named.names_any else q
    index = item_search.index(catalogue)
    results = index.search(searched) if searched else Results()
    near = spellings(q, results.not_found, index.index)
    respelled = near[0] if near and not results.groups and not named.names_any else ""
    if respelled:
        results = index.search(respelled)
    path = reverse("toolbox:search")
    return render_toolbox_page(
        request,
        "search",
        catalogue,
        crumbs=[(_("Search"), "")],
        section="search",
        situation=situation,
        q=q,
        notices=notices,
        item=item and hit(item),
        named=named,
        searched="" if item else searched,
        respelled=respelled,
        results=results,
        spellings=[(text, path + encode([("q", text)])) for text in near],
        ways=_ways(),
        first=MAX_UNFOLDED,
        status=review_status(catalogue.activities),
    )


def _ways() -> list[tuple[str, str]]:
    """Where to look when a search finds nothing: (label, address)."""
    return [
        (_("All answers on what one may and may not do"), reverse("toolbox:guidance")),
        (_("The activities, phase by phase"), reverse("toolbox:overview")),
        (_("The legal sources"), reverse("toolbox:sources")),
    ]
