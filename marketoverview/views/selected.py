"""What every page about a selection has in common: the snapshot, the selection, the panel."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from kl_ai.pages.cache import versioned_page
from kl_ai.pages.pagination import Pages

from ..market import facets, wording
from ..market import selection as filtersets
from ..market.selection import Selection
from ..market.snapshot import Snapshot, snapshots

market_page: Callable[[Callable], Callable] = versioned_page
"""A public page that follows from the address and the published answers alone."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several ways to see the same thing, as a link."""

    label: str
    url: str
    is_current: bool


def read(request: HttpRequest) -> tuple[Snapshot, Selection]:
    """What is public, and what of it the request selects."""
    market = snapshots.for_request(request)
    return market, filtersets.read(request, market)


def panel(request: HttpRequest, market: Snapshot, selection: Selection, total: int) -> dict[str, Any]:
    """Facets, chips, notices and the selection in words, with links that keep the selection."""
    path = request.path
    return {
        "q": selection.q,
        "facets": facets.facets(market, selection),
        "chips": list(facets.chips(market, selection, path)),
        "clear_url": "" if selection.is_everything else path + selection.cleared().query(),
        "notices": selection.notices,
        "sentence": wording.sentence(market, selection, total),
        "total": total,
        "snapshot_size": market.size,
        "data_date": market.updated_on,
        "hidden": [("v", slug) for slug in selection.compared],
        **links(selection),
    }


def with_page_notice(selection: Selection, page: Pages) -> Selection:
    """The selection on the page that is really shown, saying so where another one was asked for."""
    if page.number == selection.page:
        return selection
    words = {"wanted": selection.page, "last": page.last}
    notice = _("There is no page %(wanted)s. You see the last page, %(last)s.") % words
    return replace(selection, page=page.number, notices=(*selection.notices, notice))


def links(selection: Selection) -> dict[str, str]:
    """The other ways to see the same selection."""
    kept, filters = selection.query(sort=False, by=False, page=False), selection.filter_query
    return {
        "directory_url": reverse("market:directory") + kept,
        "figures_url": reverse("market:figures") + kept,
        "matrix_url": reverse("market:matrix") + kept,
        "note_url": reverse("market:note") + filters,
        "feed_url": reverse("market:feed") + filters,
    }


def about(request: HttpRequest, market: Snapshot, selection: Selection, path: str) -> Iterator[tuple[str, str]]:
    """What a file says of itself: selection in words, dates, source, and that nobody is recommended."""
    for heading, labels in wording.criteria(market, selection):
        yield _("Selection: %(heading)s") % {"heading": heading}, ", ".join(labels)
    if selection.is_everything:
        yield _("Selection"), _("All companies")
    for notice in selection.notices:
        yield _("Ignored"), notice
    yield _("Data as of"), date_format(market.updated_on, "DATE_FORMAT")
    yield _("Made on"), date_format(timezone.localdate(), "DATE_FORMAT")
    yield _("Source"), request.build_absolute_uri(path)
    yield _("No recommendation"), no_recommendation()
    if market.is_demo:
        yield (
            _("Demonstration data"),
            _("The companies are invented. The totals of the numbered figures are the published ones of the survey."),
        )


def no_recommendation() -> str:
    return _(
        "KL recommends nobody. The companies have given the answers themselves; KL has not assessed their quality."
    )


def made_at(market: Snapshot) -> datetime:
    """A file's own time: midnight of the day, so that the same data give the same bytes all day."""
    return timezone.make_aware(datetime.combine(market.day, time()))
