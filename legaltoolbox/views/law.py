"""The law behind the toolbox: the list of sources, one page for each act and provision, and the changes of the law."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kl_ai.pages.cache import versioned_page

from .. import linking
from ..catalogue import Catalogue, catalogues
from ..kinds import kinds_with_codes
from ..models import LegalSource, LegalStatus, unsettled_texts
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
    return render_toolbox_page(
        request,
        "source",
        catalogue,
        crumbs=crumbs,
        section="sources",
        item=item,
        act=item.act,
        address=next((level.address for level in (item, *reversed(levels)) if level.address), ""),
        provisions=catalogue.provisions(item),
        resting=[linking.group(kind, items) for kind, items in catalogue.resting_by_kind(item)],
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


# Changes ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LawChange:
    """A change of the law, the sources that it changes, and the items that rest on it or on these."""

    source: LegalSource
    amends: list[LegalSource]
    touches: list[linking.RefGroup]


@versioned_page
def changes(request: HttpRequest) -> HttpResponse:
    """Law that is adopted or proposed and recent changes, with what they touch; and what is unsettled beside that."""
    catalogue = catalogues.for_request(request)
    groups = []
    for legal_status in (LegalStatus.ADOPTED, LegalStatus.PROPOSED, LegalStatus.IN_FORCE):
        law_changes = [
            _law_change(source, catalogue)
            for source in catalogue.sources
            if source.status == legal_status and _is_change(source, catalogue)
        ]
        if law_changes:
            groups.append((legal_status, sorted(law_changes, key=_order)))
    listed_sources = {change.source for _status, law_changes in groups for change in law_changes}
    unsettled = unsettled_texts(source for source in catalogue.sources if source not in listed_sources)
    return render_toolbox_page(
        request,
        "changes",
        catalogue,
        crumbs=[(_("What is changing"), "")],
        section="changes",
        groups=groups,
        unsettled=[(text, linking.refs(items)) for text, items in unsettled],
        status=review_status(catalogue.sources),
    )


def _is_change(source: LegalSource, catalogue: Catalogue) -> bool:
    """Whether a source has a text on a change or changes another; or is adopted law, once for all of its parts."""
    if source.change or catalogue.amendments.get(source.pk):
        return True
    return source.status == LegalStatus.ADOPTED and (source.part_of is None or source.part_of.status != source.status)


def _order(change: LawChange) -> tuple[int, int]:
    """Sorts what is to come first, the nearest day first; then what has no day; then what has begun, the latest first."""
    day = change.source.applies_from
    if day is None:
        return 1, 0
    return (0, day.toordinal()) if day > timezone.localdate() else (2, -day.toordinal())


def _law_change(source: LegalSource, catalogue: Catalogue) -> LawChange:
    amended = [catalogue.items[LegalSource.KIND][pk] for pk in catalogue.amendments.get(source.pk, ())]
    touches = []
    for kind in kinds_with_codes():
        resting = {item.pk for changed in (source, *amended) for item in catalogue.resting_on(changed, kind.name)}
        if resting:
            touches.append(linking.group(kind, (item for item in catalogue.all(kind.name) if item.pk in resting)))
    return LawChange(source, amended, touches)
