"""The files of a selection of solutions, their JSON Schema, and the feed of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.translation import gettext as _

from kl_ai.export import tables, xlsx
from kl_ai.export.downloads import open_to_websites
from kl_ai.pages.cache import versioned_page
from kl_ai.pages.kept_files import kept_file
from kl_ai.text import clean_line, clean_text

from ..market import long_tables
from ..market.profiles import profile_url
from ..market.snapshot import Snapshot, snapshots
from ..market.solutions import export as solution_export
from ..market.solutions import listing
from ..market.solutions.selection import SolutionSelection
from ..models import Response, SampleOffering
from .feed import IN_FEED, publication_tag, updated_at
from .selection_page import made_at, no_recommendation
from .solutions import read

FILE_NAME = "markedsoverblik-ki-loesninger"


@versioned_page
@kept_file
def export(request: HttpRequest, ending: str) -> HttpResponseBase:
    """`/markedsoverblik/loesninger.csv`, `.xlsx`, `.json`: every solution of the selection, one a row."""
    snapshot, selection = read(request)
    listed = solution_export.selected_solutions(snapshot, selection)
    if ending == "json":
        return _json(request, snapshot, selection, listed)
    headings = long_tables.offering_headings(snapshot)
    rows = (long_tables.offering_row(snapshot, response, offering) for response, offering in listed)
    if ending == "csv":
        return tables.csv_response(f"{FILE_NAME}.csv", headings, rows)
    sheets = [
        xlsx.Sheet(_("Solutions"), headings, rows, widths=long_tables.OFFERING_WIDTHS, frozen=2),
        xlsx.Sheet(
            _("About the data"),
            (),
            file_facts(request, snapshot, selection, _source(request, selection)),
            widths=(28, 100),
            kind="notes",
        ),
    ]
    return xlsx.xlsx_response(f"{FILE_NAME}.xlsx", sheets, created=made_at(snapshot))


def file_facts(
    request: HttpRequest, snapshot: Snapshot, selection: SolutionSelection, source: str
) -> Iterator[tuple[str, str]]:
    """Heading and text of what a workbook about solutions says of itself; `source` is the address of its page."""
    for heading, labels in listing.criteria(snapshot, selection):
        yield _("Selection: %(heading)s") % {"heading": heading}, ", ".join(labels)
    if selection.is_everything:
        yield _("Selection"), _("All solutions")
    for notice in selection.file_notices:
        yield _("Ignored"), notice
    yield _("Stage"), _("What the company has stated itself. Nobody has assessed it.")
    yield _("Data as of"), date_format(snapshot.updated_on, "DATE_FORMAT")
    yield _("Made on"), date_format(timezone.localdate(), "DATE_FORMAT")
    yield _("Source"), source
    yield _("No recommendation"), no_recommendation()
    if snapshot.is_demo:
        yield _("Demonstration data"), _("The companies and their solutions are invented.")


def _source(request: HttpRequest, selection: SolutionSelection) -> str:
    return request.build_absolute_uri(reverse("market:solutions") + selection.filter_query)


def _json(
    request: HttpRequest,
    snapshot: Snapshot,
    selection: SolutionSelection,
    listed: Iterator[tuple[Response, SampleOffering]],
) -> HttpResponseBase:
    envelope = {
        "schema": solution_export.FORM,
        "json_schema": _schema_address(request),
        "documentation": request.build_absolute_uri(reverse("market:export_help")),
        "source": _source(request, selection),
        "data_as_of": snapshot.updated_on,
        "is_demonstration_data": snapshot.is_demo,
        "recommendation": no_recommendation(),
        "ignored": selection.notices,
        "selection": {"q": selection.q, "stage": selection.stages, **selection.chosen},
        "count": listing.SolutionMatches(snapshot, selection).match().bit_count(),
    }

    def profile(response: Response) -> str:
        return request.build_absolute_uri(profile_url(response.vendor.slug))

    rows = (solution_export.solution_data(response, offering, profile) for response, offering in listed)
    return open_to_websites(tables.json_stream(envelope, "solutions", rows, filename=f"{FILE_NAME}.json"))


@versioned_page
def json_schema(request: HttpRequest) -> HttpResponse:
    """`/markedsoverblik/loesninger.schema.json`: the JSON Schema of the JSON file, as the survey is now."""
    schema = solution_export.json_schema(snapshots.for_request(request), _schema_address(request))
    response = JsonResponse(
        schema, content_type="application/schema+json", json_dumps_params={"ensure_ascii": False, "indent": 1}
    )
    return open_to_websites(response)


def _schema_address(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("market:solution_schema"))


# The feed -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FollowedSolutions:
    """A selection of solutions to follow, and those of it whose companies' answers were published last."""

    sentence: str
    path: str
    feed_path: str
    items: list[tuple[Response, SampleOffering]]


Item = tuple[Response, SampleOffering]


class SolutionFeed(Feed):
    """The solutions of a selection, those of the companies that were published or confirmed last first, as Atom."""

    feed_type = Atom1Feed
    author_name = "KL"

    def get_object(self, request: HttpRequest) -> FollowedSolutions:
        """Six queries."""
        snapshot, selection = read(request)
        matches = listing.SolutionMatches(snapshot, selection).match()
        keys = set(snapshot.offering_keys(matches))
        ids = [entry.response_id for entry in snapshot.in_order(snapshot.vendors_of(matches))]
        latest = Response.objects.prefetch_related("offerings").latest_published(ids, IN_FEED)
        listed = [(each, offering) for each in latest for offering in each.offerings.all() if offering.pk in keys]
        return FollowedSolutions(
            sentence=listing.sentence(snapshot, selection, len(keys)),
            path=reverse("market:solutions") + selection.filter_query,
            feed_path=reverse("market:solution_feed") + selection.filter_query,
            items=listed[:IN_FEED],
        )

    def title(self, followed: FollowedSolutions) -> str:
        title = _("Market overview, artificial intelligence: %(selection)s") % {"selection": followed.sentence}
        return clean_line(title)

    def subtitle(self, followed: FollowedSolutions) -> str:
        return no_recommendation()

    def link(self, followed: FollowedSolutions) -> str:
        return followed.path

    def feed_url(self, followed: FollowedSolutions) -> str:
        return followed.feed_path

    def items(self, followed: FollowedSolutions) -> list[Item]:
        return followed.items

    def item_title(self, item: Item) -> str:
        response, offering = item
        return clean_line(f"{offering.title} ({response.vendor.name})")

    def item_description(self, item: Item) -> str:
        """The vendor's plain text as the HTML that Atom declares it to be."""
        return escape(clean_text(item[1].description))

    def item_link(self, item: Item) -> str:
        return profile_url(item[0].vendor.slug)

    def item_guid(self, item: Item) -> str:
        return f"{publication_tag(item[0])}:{item[1].position}"

    def item_pubdate(self, item: Item) -> datetime | None:
        return item[0].published_at

    def item_updateddate(self, item: Item) -> datetime:
        return updated_at(item[0])


feed = versioned_page(SolutionFeed())
