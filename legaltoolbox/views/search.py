"""Search in the toolbox."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from kl_ai.pages.cache import versioned_page

from ..catalogue import catalogues
from ..search import search as item_search
from ..selection import read_search
from .pages import render_toolbox_page, review_status


@versioned_page
def search(request: HttpRequest) -> HttpResponse:
    """Results by kind. A provision, "art 35" or "§ 22", gives the items that rest on it; a code gives the item."""
    catalogue = catalogues.for_request(request)
    q, situation, notices = read_search(request, catalogue)
    provisions, names_provision = item_search.provisions(q, catalogue) if q else ([], False)
    groups = item_search.index(catalogue).search(q) if q and not provisions else []
    item = item_search.by_code(q, catalogue) if q else None
    return render_toolbox_page(
        request,
        "search",
        catalogue,
        crumbs=[(_("Search"), "")],
        section="search",
        situation=situation,
        q=q,
        notices=notices,
        item=item and item_search.hit(item),
        provisions=provisions,
        names_provision=names_provision,
        groups=groups,
        first=item_search.MAX_UNFOLDED,
        total=sum(len(group.hits) for group in groups),
        status=review_status(catalogue.activities),
    )
