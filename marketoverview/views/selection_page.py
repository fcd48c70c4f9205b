"""Shared by the pages about a selection: the snapshot, the selection, the panel, and the facts in files."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any, TypeVar

from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from kl_ai.pages.bilingual import path_of
from kl_ai.pages.pagination import Pages

from ..market import facets, shortlist, wording
from ..market.picks import origin
from ..market.selection import Selection, selection_for_request
from ..market.snapshot import Snapshot, snapshots
from ..market.ways_out import Ways
from . import filters

AnySelection = TypeVar("AnySelection", bound=Selection)


@dataclass(frozen=True, slots=True)
class SwitchLink:
    """One of several ways to see the same thing, as a link."""

    label: str
    url: str
    is_current: bool


def read(request: HttpRequest) -> tuple[Snapshot, Selection]:
    """The snapshot that the request is answered from, and its selection with all notices.

    At most one query, and one more where the address names vendors that are not public.
    """
    snapshot = snapshots.for_request(request)
    return snapshot, shortlist.with_notices(selection_for_request(request, snapshot))


def panel(request: HttpRequest, snapshot: Snapshot, selection: Selection, total: int) -> dict[str, Any]:
    """The context of `selection_page.html`: facets, chips, notices, the selection in words, ways out, and links that keep it.

    `total` is the number of vendors in the selection. No query.
    """
    path = request.path
    return {
        "q": selection.q,
        "facets_html": filters.rendered(snapshot, selection),
        "chips": list(facets.chips(snapshot, selection, path)),
        "clear_url": "" if selection.is_everything else path + selection.cleared().query(),
        "notices": selection.notices,
        "sentence": wording.sentence(snapshot, selection, total),
        "total": total,
        "snapshot_size": snapshot.size,
        "data_date": snapshot.updated_on,
        "hidden": [("v", slug) for slug in selection.shortlist],
        "ways_out": Ways(snapshot, selection, path).ways_out(),
        "asks_for_all": bool(selection.q) and snapshot.search.asks_for_all(selection.q),
        **links(selection),
    }


def with_page_notice(selection: AnySelection, pages: Pages) -> AnySelection:
    """The selection with the number of the page that is shown, and a notice where the address names another."""
    if pages.number == selection.page:
        return selection
    words = {"wanted": selection.page, "last": pages.last}
    notice = _("There is no page %(wanted)s. You see the last page, %(last)s.") % words
    return replace(selection, page=pages.number, notices=(*selection.notices, notice))


def links(selection: Selection) -> dict[str, Any]:
    """The addresses of the other pages about the same selection, and the shortlist that links to profiles keep.

    What names vendors by the address (the note, the contacts) and the feed are about the filters alone: with the shortlist
    in their address they would be about the shortlist.
    """
    query, filters = selection.link_query, selection.filter_query
    return {
        "directory_url": path_of("market:directory") + query,
        "solutions_url": path_of("market:solutions") + query,
        "figures_url": path_of("market:figures") + query,
        "matrix_url": path_of("market:matrix") + query,
        "note_url": path_of("market:note") + filters,
        "contact_url": path_of("market:contact") + filters,
        "shortlist_url": path_of("market:shortlist") + query if selection.shortlist else "",
        "shortlist_count": len(selection.shortlist),
        "feed_url": path_of("market:feed") + filters,
        "follow_url": path_of("market:follow") + query,
        "changes_url": path_of("market:changes") + selection.shortlist_query,
        "neutrality_url": path_of("market:neutrality") + selection.shortlist_query,
        "shortlist_query": selection.shortlist_query,
    }


def shortlist_alone(request: HttpRequest, snapshot: Snapshot) -> Selection:
    """The shortlist of the address without filters, for a page about something else, whose links keep it. No query."""
    return Selection(shortlist=selection_for_request(request, snapshot).shortlist)


def source_path(selection: Selection) -> str:
    """The page that shows the vendors of a file: the shortlist where the address has one, else the directory."""
    return path_of("market:shortlist" if selection.names_vendors else "market:directory") + selection.file_query


def file_links(query: str) -> list[tuple[str, str]]:
    """Label and address of the files about the vendors that a query string names."""
    files = (("CSV", "csv"), ("Excel", "xlsx"), ("JSON", "json"))
    return [(label, path_of("market:export", ending) + query) for label, ending in files]


def file_facts(
    request: HttpRequest, snapshot: Snapshot, selection: Selection, path: str, *, of_shortlist: bool = False
) -> Iterator[tuple[str, str]]:
    """Heading and text of what a file says of itself: selection, dates, source, and that nobody is recommended.

    `of_shortlist` tells that the file is about the shortlist of the address, where it has one.
    """
    is_picked = of_shortlist and selection.names_vendors
    if is_picked:
        yield _("Selection"), _("Companies picked one by one: %(n)s") % {"n": len(selection.shortlist)}
        if among := origin(snapshot, selection):
            yield _("Criteria"), among
    else:
        for heading, labels in wording.criteria(snapshot, selection):
            yield _("Selection: %(heading)s") % {"heading": heading}, ", ".join(labels)
        if selection.is_everything:
            yield _("Selection"), _("All companies")
    for notice in selection.file_notices:
        yield _("Ignored"), notice
    yield _("Data as of"), date_format(snapshot.updated_on, "DATE_FORMAT")
    yield _("Made on"), date_format(timezone.localdate(), "DATE_FORMAT")
    yield _("Source"), request.build_absolute_uri(path)
    yield _("No recommendation"), no_recommendation()
    if snapshot.is_demo:
        yield (
            _("Demonstration data"),
            _("The companies are invented. The totals of the numbered figures are the published ones of the survey."),
        )


def no_recommendation() -> str:
    return _(
        "KL recommends nobody. The companies have given the answers themselves; KL has not assessed their quality."
    )


def made_at(snapshot: Snapshot) -> datetime:
    """A file's own time: midnight of the day, so that the same data give the same bytes all day."""
    return timezone.make_aware(datetime.combine(snapshot.day, time()))
