"""Search over the toolbox."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from .. import filtersets
from ..catalogue import catalogues
from ..search import search as searching
from .pages import page, status, toolbox_page


@toolbox_page
def search(request: HttpRequest) -> HttpResponse:
    """Results by kind; a provision, “art 35” or “§ 22”, gives what rests on it; a code gives the item."""
    catalogue = catalogues.for_request(request)
    q, notices = filtersets.search_text(request)
    provisions, names_provision = searching.provisions(q, catalogue) if q else ([], False)
    groups = searching.index(catalogue).find(q) if q and not provisions else []
    by_code = searching.by_code(q, catalogue) if q else None
    return page(
        request, "search", catalogue, [(_("Search"), "")], "search",
        q=q,
        notices=notices,
        item=by_code and searching.hit(by_code),
        provisions=provisions,
        names_provision=names_provision,
        groups=groups,
        first=searching.FIRST,
        total=sum(len(group.hits) for group in groups),
        status=status(*catalogue.activities),
    )  # fmt: skip
