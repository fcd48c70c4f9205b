"""What can be taken along: files of a selection, the market note, the feed, and what they mean."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time

from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.translation import gettext as _

from kl_ai.export import tables, xlsx
from kl_ai.export.cells import without_controls

from ..market import profiles, wording
from ..market.columns import Column, columns, read_in_order
from ..market.figures import figures as figures_of
from ..market.profiles import profile_url
from ..market.selection import Selection
from ..market.snapshot import Snapshot, snapshots
from ..models import Response, SampleOffering
from .selected import about, links, made_at, market_page, no_recommendation, read

FILE_NAME = "markedsoverblik-ki"
SCHEMA = "kl-ai-marketoverview/1"
"""Version of the JSON; it changes when a key changes its meaning or goes."""
IN_FEED = 50


def selected_responses(market: Snapshot, selection: Selection, limit: int | None = None) -> Iterator[Response]:
    """The responses of the selection in its order, or the first `limit` of them."""
    found = market.match(selection.chosen, selection.q)
    entries = market.page(found, selection.sort, 0, found.bit_count() if limit is None else limit)
    return read_in_order([entry.response_id for entry in entries])


@market_page
def export(request: HttpRequest, ending: str) -> HttpResponseBase:
    """`/markedsoverblik/eksport.csv`, `.xlsx`, `.json`: every vendor of the selection, one a row."""
    market, selection = read(request)
    listed = columns(market, request)
    responses = selected_responses(market, selection)
    if ending == "json":
        return _json(request, market, selection, listed, responses)
    headings = [column.heading for column in listed]
    rows = ([column.cell(response) for column in listed] for response in responses)
    if ending == "csv":
        return tables.csv_response(f"{FILE_NAME}.csv", headings, rows)
    source = reverse("market:directory") + selection.query(page=False, compared=False)
    sheets = [
        xlsx.Sheet(_("Companies"), headings, rows, widths=[column.width for column in listed]),
        xlsx.Sheet(_("About the data"), (), about(request, market, selection, source), widths=(28, 100), kind="notes"),
    ]
    return xlsx.xlsx_response(f"{FILE_NAME}.xlsx", sheets, created=made_at(market))


def _json(
    request: HttpRequest, market: Snapshot, selection: Selection, listed: list[Column], responses: Iterator[Response]
) -> HttpResponseBase:
    envelope = {
        "schema": SCHEMA,
        "documentation": request.build_absolute_uri(reverse("market:export_help")),
        "source": request.build_absolute_uri(reverse("market:directory") + selection.filter_query),
        "data_as_of": market.updated_on,
        "is_demonstration_data": market.is_demo,
        "recommendation": no_recommendation(),
        "ignored": selection.notices,
        "selection": {"q": selection.q, **selection.chosen},
        "count": market.match(selection.chosen, selection.q).bit_count(),
    }
    rows = ({column.key: column.data(response) for column in listed} for response in responses)
    return tables.json_stream(envelope, "companies", rows, filename=f"{FILE_NAME}.json")


@market_page
def export_help(request: HttpRequest) -> HttpResponse:
    """What the files contain: formats, columns, keys and codes."""
    market = snapshots.for_request(request)
    formats = [
        ("CSV", reverse("market:export", args=["csv"]), _("Semicolons and UTF-8: Danish Excel opens it right.")),
        ("Excel", reverse("market:export", args=["xlsx"]), _("With filters, and a sheet about the data.")),
        ("JSON", reverse("market:export", args=["json"]), _("For programs: stable keys and codes.")),
    ]
    codes = [
        (asked.code, asked.question.heading, [(one.code, one.option.label) for one in asked.by_code.values()])
        for asked in market.asked.values()
    ]
    context = {
        "crumbs": [(_("Find vendors"), reverse("market:directory")), (_("What the files contain"), "")],
        "formats": formats,
        "columns": [(column.key, column.heading, column.explanation) for column in columns(market, request)],
        "codes": codes,
        "envelope": _envelope_keys(),
        "example_keys": _example_keys(),
        "schema": SCHEMA,
    }
    return render(request, "marketoverview/export_help.html", context)


# The market note ----------------------------------------------------------------------------------


def _envelope_keys() -> list[tuple[str, str]]:
    """What stands around the companies in the JSON."""
    return [
        ("schema", _("Name and version of this form.")),
        ("documentation", _("The address of this page.")),
        ("source", _("The selection in the directory.")),
        ("data_as_of", _("The day of the data.")),
        ("is_demonstration_data", _("Whether the companies are invented.")),
        ("recommendation", _("That KL recommends nobody.")),
        ("selection", _("The free text (q) and the chosen codes by question.")),
        ("ignored", _("What in the address was not understood, as sentences.")),
        ("count", _("The number of companies in the selection.")),
        ("companies", _("The companies, with the keys above.")),
    ]


def _example_keys() -> list[tuple[str, str]]:
    """What one of a company's `offerings` holds in the JSON."""
    return [
        ("title", _("The example's title.")),
        ("description", _("The company's description of it.")),
        (
            "stage",
            _("How far it is: %(codes)s; empty where not stated.") % {"codes": ", ".join(SampleOffering.Stage.values)},
        ),
        ("where_used", _("Where it is used.")),
        ("combines", _("The codes that it uses together, by question.")),
    ]


MOST_IN_NOTE = 200
"""A note of more vendors than this nobody reads; the rest is in the Excel file."""


@market_page
def note(request: HttpRequest) -> HttpResponse:
    """`/markedsoverblik/markedsnotat/`: the selection as a page for the case file."""
    market, selection = read(request)
    selection = replace(selection, sort="name")  # a case file is no place for another order
    total = market.match(selection.chosen, selection.q).bit_count()
    responses = selected_responses(market, selection, MOST_IN_NOTE)
    vendors = [(one, profile_url(one.vendor.slug), profiles.contact(one, in_bulk=True)) for one in responses]
    return render(
        request,
        "marketoverview/note.html",
        {
            "nav_current": "market",
            "crumbs": [
                (_("Find vendors"), reverse("market:directory") + selection.filter_query),
                (_("Market note"), ""),
            ],
            **links(selection),
            "notices": selection.notices,
            "sentence": wording.sentence(market, selection, total),
            "criteria": list(wording.criteria(market, selection)),
            "figures": figures_of(market, selection, to_follow=False),
            "vendors": vendors,
            "left_out": total - len(vendors),
            "excel_url": reverse("market:export", args=["xlsx"]) + selection.filter_query,
            "permalink": request.build_absolute_uri(request.path + selection.filter_query),
            "made_on": timezone.localdate(),
            "data_date": market.updated_on,
            "total": total,
            "snapshot_size": market.size,
        },
    )


@market_page
def neutrality(request: HttpRequest) -> HttpResponse:
    """`/markedsoverblik/neutralitet/`: the rule and the method."""
    market = snapshots.for_request(request)
    context = {
        "nav_current": "neutrality",
        "crumbs": [(_("Neutrality"), "")],
        "data_date": market.updated_on,
        "snapshot_size": market.size,
    }
    return render(request, "marketoverview/neutrality.html", context)


# The feed -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Followed:
    """A selection to follow, and the responses in it that were published last."""

    sentence: str
    path: str
    feed_path: str
    responses: list[Response]


class SelectionFeed(Feed):
    """The vendors of a selection that were published or changed last, as Atom."""

    feed_type = Atom1Feed
    author_name = "KL"

    def get_object(self, request: HttpRequest) -> Followed:
        market, selection = read(request)
        found = market.match(selection.chosen, selection.q)
        ids = [entry.response_id for entry in market.page(found, "name", 0, found.bit_count())]
        return Followed(
            sentence=wording.sentence(market, selection, len(ids)),
            path=reverse("market:directory") + selection.filter_query,
            feed_path=reverse("market:feed") + selection.filter_query,
            responses=Response.objects.latest_published(ids, IN_FEED),
        )

    def title(self, followed: Followed) -> str:
        title = _("Market overview, artificial intelligence: %(selection)s") % {"selection": followed.sentence}
        return without_controls(title)

    def subtitle(self, followed: Followed) -> str:
        return no_recommendation()

    def link(self, followed: Followed) -> str:
        return followed.path

    def feed_url(self, followed: Followed) -> str:
        return followed.feed_path

    def items(self, followed: Followed) -> list[Response]:
        return followed.responses

    def item_title(self, response: Response) -> str:
        return without_controls(response.vendor.name)

    def item_description(self, response: Response) -> str:
        """The vendor's plain text as the HTML that Atom declares it to be."""
        return escape(without_controls(response.description))

    def item_link(self, response: Response) -> str:
        return profile_url(response.vendor.slug)

    def item_guid(self, response: Response) -> str:
        """One entry per publication: a changed profile is news again."""
        return f"tag:kl.dk,2026:markedsoverblik:{response.vendor.slug}:{response.sequence}"

    def item_pubdate(self, response: Response) -> datetime | None:
        return response.published_at

    def item_updateddate(self, response: Response) -> datetime:
        """Published, or confirmed anew since. A published response has both dates (a database constraint)."""
        days = filter(None, [response.confirmed_at])
        confirmed = [timezone.make_aware(datetime.combine(day, time())) for day in days]
        return max(filter(None, [response.published_at, *confirmed]))


feed = market_page(SelectionFeed())
