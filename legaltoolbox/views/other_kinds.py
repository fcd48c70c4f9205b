"""The list and the item page of a kind that has no views of its own, from its record and two templates.

The template of the list is named as the kind's list in the JSON, that of the item page as the kind.
"""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import ngettext

from kl_ai.pages.cache import versioned_page

from .. import filtersets
from ..catalogue import catalogues
from ..kinds import KINDS
from .catalogues import filter_panel
from .pages import get_item_or_404, in_danish, neighbours, render_item_page, render_toolbox_page


@versioned_page
def item_list(request: HttpRequest, kind: str) -> HttpResponse:
    """The items of a kind with the filters of its record, from the template named as its list in the JSON."""
    catalogue = catalogues.for_request(request)
    selection = filtersets.read_selection(request, kind, catalogue)
    items = filtersets.matching(kind, catalogue, selection)
    name, heading = KINDS[kind].json_name, str(KINDS[kind].heading)
    return render_toolbox_page(
        request,
        name,
        catalogue,
        crumbs=[(heading, "")],
        section=name,
        heading=heading,
        rows=items,
        sentence=ngettext("%(n)s result", "%(n)s results", len(items)) % {"n": len(items)},
        **filter_panel(kind, catalogue, selection, request.path, items),
    )


@versioned_page
def item(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """One item of a kind, from the template named as the kind."""
    catalogue, item = get_item_or_404(request, kind, key)
    name, heading = KINDS[kind].json_name, str(KINDS[kind].heading)
    return render_item_page(
        request,
        catalogue,
        item,
        crumbs=[(heading, reverse(f"toolbox:{name}")), (in_danish(item.link_text), "")],
        section=name,
        **neighbours(item, catalogue.all(kind)),
    )
