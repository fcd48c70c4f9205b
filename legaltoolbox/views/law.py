"""The law behind the toolbox: the list of sources, and one page for each act and provision."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kl_ai.pages.cache import versioned_page

from .. import linking
from ..catalogue import Catalogue
from ..marks import LinkMarks
from ..models import LegalSource
from ..selection import read_situation
from .catalogues import read_list, render_filtered_list
from .pages import get_item_or_404, in_danish, render_toolbox_page, review_status

# Sources ----------------------------------------------------------------------------------------


@versioned_page
def sources(request: HttpRequest) -> HttpResponse:
    """The acts, decisions and guides, each with the number of its provisions; with a filter the provisions too."""
    catalogue, selection, matches = read_list(request, LegalSource.KIND)
    total = len(catalogue.sources)
    if selection.is_everything:
        items = [source for source in matches if source.part_of is None]
        sentence = _("%(acts)s acts, decisions and guides with %(total)s entries in all") % {
            "acts": len(items),
            "total": total,
        }
    else:
        items = matches
        words = {"n": len(items), "total": total}
        sentence = ngettext("%(n)s of %(total)s sources", "%(n)s of %(total)s sources", len(items)) % words
    rows = [(source, len(catalogue.within(source)) - 1) for source in items]
    return render_filtered_list(request, LegalSource.KIND, catalogue, selection, items, rows=rows, sentence=sentence)


@versioned_page
def source(request: HttpRequest, key: str) -> HttpResponse:
    """An act or a provision: its text in short, its status, its parts, and everything that rests on it."""
    catalogue, item = get_item_or_404(request, LegalSource.KIND, key.lower())
    levels = _levels_above(item)
    crumbs = [
        (_("Legal sources"), reverse("toolbox:sources")),
        *((in_danish(level.name), linking.url(level)) for level in levels),
        (in_danish(item.name), ""),
    ]
    situation, notices = read_situation(request, catalogue)
    marks = LinkMarks(catalogue, situation)
    return render_toolbox_page(
        request,
        "source",
        catalogue,
        crumbs=crumbs,
        section="sources",
        situation=situation,
        situation_notices=notices,
        item=item,
        act=item.act,
        address=next((level.address for level in (item, *reversed(levels)) if level.address), ""),
        provisions=catalogue.provisions(item),
        resting=[
            linking.group(kind, items, marks.by_key(kind.name)) for kind, items in catalogue.resting_by_kind(item)
        ],
        changed_by=_changed_by(item, catalogue),
        status=review_status([item], with_unsettled=True),
    )


def _levels_above(item: LegalSource) -> list[LegalSource]:
    """The sources that a provision is part of, from the act down; none for what is part of nothing."""
    levels: list[LegalSource] = []
    while item.part_of is not None:
        item = item.part_of
        levels.insert(0, item)
    return levels


def _changed_by(item: LegalSource, catalogue: Catalogue) -> list[LegalSource]:
    """The sources that change this one."""
    by_pk = catalogue.items[LegalSource.KIND]
    amending = (by_pk[pk] for pk, amended in catalogue.amendments.items() if item.pk in amended)
    return [source for source in amending if source is not item]
