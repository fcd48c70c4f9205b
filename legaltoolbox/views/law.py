"""The law behind it all: one page for each act and provision, and what is changing."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .. import filtersets, linking
from ..catalogue import Catalogue, catalogues
from ..kinds import cited_by_code, listed
from ..models import LegalSource, LegalStatus, unsettled_texts
from .catalogues import panel
from .pages import danish, find, page, status, toolbox_page


@toolbox_page
def sources(request: HttpRequest) -> HttpResponse:
    """The acts, decisions and guides; an act shows how many of its provisions are used."""
    catalogue = catalogues.for_request(request)
    selection = filtersets.read(request, LegalSource.KIND, catalogue)
    items = filtersets.matching(LegalSource.KIND, catalogue, selection)
    shown = items if not selection.is_everything else [item for item in items if item.part_of is None]
    words = {"n": len(items), "total": len(catalogue.sources)}
    return page(
        request, "sources", catalogue, [(_("Legal sources"), "")], "sources",
        rows=[(item, len(catalogue.within(item)) - 1) for item in shown],
        sentence=ngettext("%(n)s of %(total)s sources", "%(n)s of %(total)s sources", len(items)) % words
        if not selection.is_everything
        else _("%(acts)s acts, decisions and guides with %(total)s entries in all")
        % {"acts": len(shown), "total": len(catalogue.sources)},
        **panel(LegalSource.KIND, catalogue, selection, request.path, shown),
    )  # fmt: skip


@toolbox_page
def source(request: HttpRequest, slug: str) -> HttpResponse:
    """One act or provision: what it says, its status, its parts, and everything that rests on it."""
    catalogue, item = find(request, LegalSource.KIND, slug.lower())
    above = _above(item)
    crumbs = [
        (_("Legal sources"), reverse("toolbox:sources")),
        *((danish(one.name), linking.url(one)) for one in above),
    ]
    return page(
        request, "source", catalogue, [*crumbs, (danish(item.name), "")], "sources",
        item=item,
        act=above[0] if above else item,
        address=next((one.address for one in (item, *reversed(above)) if one.address), ""),
        provisions=catalogue.provisions(item),
        resting=[
            linking.group(kind, items)
            for kind in listed()
            if kind.name != LegalSource.KIND and (items := catalogue.resting_on(item, kind.name))
        ],
        changed_by=[one for one in _amending(catalogue).get(item.pk, ()) if one is not item],
        status=status(item),
    )  # fmt: skip


def _above(item: LegalSource) -> list[LegalSource]:
    """What it is part of, from the act down."""
    above: list[LegalSource] = []
    while item.part_of is not None:
        item = item.part_of
        above.insert(0, item)
    return above


def _amending(catalogue: Catalogue) -> dict[int, list[LegalSource]]:
    """A source's primary key to what changes it."""
    found: dict[int, list[LegalSource]] = {}
    for amending, amended in catalogue.amendments.items():
        for pk in amended:
            found.setdefault(pk, []).append(catalogue.items[LegalSource.KIND][amending])
    return found


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the law, and which items it will touch."""

    source: LegalSource
    amends: list[LegalSource]
    touches: list[linking.Group]


@toolbox_page
def changes(request: HttpRequest) -> HttpResponse:
    """What is adopted or proposed, with what is known, and what it will touch."""
    catalogue = catalogues.for_request(request)
    groups = []
    for legal_status in (LegalStatus.ADOPTED, LegalStatus.PROPOSED, LegalStatus.IN_FORCE):
        found = [
            _change(item, catalogue)
            for item in catalogue.sources
            if item.status == legal_status and _is_told(item, catalogue)
        ]
        if found:
            groups.append((legal_status, sorted(found, key=_from)))
    told = {change.source for _status, found in groups for change in found}
    return page(
        request, "changes", catalogue, [(_("What is changing"), "")], "changes",
        groups=groups,
        unsettled=[
            (text, linking.refs(about))
            for text, about in unsettled_texts(one for one in catalogue.sources if one not in told)
        ],
        status=status(*catalogue.sources),
    )  # fmt: skip


def _is_told(item: LegalSource, catalogue: Catalogue) -> bool:
    """Whatever has something to tell; and law that is to come, once for all of its parts."""
    if item.change or catalogue.amendments.get(item.pk):
        return True
    return item.status == LegalStatus.ADOPTED and (item.part_of is None or item.part_of.status != item.status)


def _from(change: Change) -> tuple[int, int]:
    """What is still to come first, the nearest day first; then what has no day; then what has begun, the latest first."""
    day = change.source.applies_from
    if day is None:
        return 1, 0
    return (0, day.toordinal()) if day > timezone.localdate() else (2, -day.toordinal())


def _change(item: LegalSource, catalogue: Catalogue) -> Change:
    amended = [catalogue.items[LegalSource.KIND][pk] for pk in catalogue.amendments.get(item.pk, ())]
    touched = [item, *amended]
    groups = []
    for kind in cited_by_code():
        resting = {other.pk for source in touched for other in catalogue.resting_on(source, kind.name)}
        if resting:
            groups.append(linking.group(kind, (other for other in catalogue.all(kind.name) if other.pk in resting)))
    return Change(item, amended, groups)
