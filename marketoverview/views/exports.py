"""The files of a selection, and the page about what they contain."""

from collections.abc import Iterable, Iterator

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from kl_ai.export import tables, xlsx
from kl_ai.export.downloads import open_to_websites
from kl_ai.pages.cache import versioned_page
from kl_ai.pages.frame import render_page
from kl_ai.pages.kept_files import kept_file

from ..market import export_schema, long_tables
from ..market.columns import Column, columns, selected_responses
from ..market.selection import Selection, selected
from ..market.snapshot import Snapshot, snapshots
from ..models import Response
from .selection_page import file_facts, made_at, no_recommendation, read, source_path

FILE_NAME = "markedsoverblik-ki"


@versioned_page
@kept_file
def export(request: HttpRequest, ending: str) -> HttpResponseBase:
    """`/markedsoverblik/eksport.csv`, `.xlsx`, `.json`: every vendor of the selection or the shortlist, one a row."""
    snapshot, selection = read(request)
    listed = columns(snapshot, request)
    submissions = selected_responses(snapshot, selection)
    if ending == "json":
        return _json(request, snapshot, selection, listed, submissions)
    if ending == "csv":
        rows = ([column.cell(submission) for column in listed] for submission in submissions)
        return tables.csv_response(f"{FILE_NAME}.csv", [column.heading for column in listed], rows)
    return _workbook(request, snapshot, selection, listed, submissions)


# Excel --------------------------------------------------------------------------------------------


def _workbook(
    request: HttpRequest,
    snapshot: Snapshot,
    selection: Selection,
    listed: list[Column],
    submissions: Iterator[Response],
) -> HttpResponseBase:
    """One sheet with a vendor a row, one with an answer a row, one with an offering a row, and one about the data.

    All are made in one pass over the responses.
    """
    vendors = selected(snapshot, selection)
    with_answers = long_tables.answer_count(snapshot, vendors) <= xlsx.MAX_ROWS
    with_offerings = snapshot.offerings_by_vendors(vendors).bit_count() <= xlsx.MAX_ROWS
    source = source_path(selection)
    facts = [
        *file_facts(request, snapshot, selection, source, of_shortlist=True),
        *_sheet_notes(with_answers and with_offerings),
    ]
    sheets = [
        xlsx.Sheet(
            _("Companies"), [column.heading for column in listed], widths=[column.width for column in listed], frozen=1
        ),
        xlsx.Sheet(_("Answers"), long_tables.answer_headings(), widths=long_tables.ANSWER_WIDTHS),
        xlsx.Sheet(_("Examples"), long_tables.offering_headings(snapshot), widths=long_tables.OFFERING_WIDTHS),
        xlsx.Sheet(_("About the data"), (), facts, widths=(28, 100), kind="notes"),
    ]

    def rows() -> Iterator[tuple[int, Iterable[object]]]:
        for submission in submissions:
            yield 0, [column.cell(submission) for column in listed]
            if with_answers:
                yield from ((1, row) for row in long_tables.answer_rows(snapshot, submission))
            if with_offerings:
                yield from ((2, row) for row in long_tables.offering_rows(snapshot, submission))

    return xlsx.xlsx_response(f"{FILE_NAME}.xlsx", sheets, more_rows=rows(), created=made_at(snapshot))


def _sheet_notes(holds_everything: bool) -> Iterator[tuple[str, str]]:
    """What the sheets hold, and that one is empty because Excel cannot hold it."""
    yield _("Sheet “Companies”"), _("One row for each company, with all of its answers.")
    yield _("Sheet “Answers”"), _("One row for each answer of each company, for pivot tables.")
    yield _("Sheet “Examples”"), _("One row for each example, with its text.")
    if not holds_everything:
        yield (
            _("Left out"),
            _(
                "A sheet is empty, since Excel holds %(most)s rows and no more. Narrow the selection, or take the JSON file."
            )
            % {"most": xlsx.MAX_ROWS + 1},
        )


# JSON ---------------------------------------------------------------------------------------------


def _json(
    request: HttpRequest,
    snapshot: Snapshot,
    selection: Selection,
    listed: list[Column],
    submissions: Iterator[Response],
) -> HttpResponseBase:
    envelope = {
        "schema": export_schema.FORM,
        "json_schema": _schema_address(request),
        "documentation": request.build_absolute_uri(reverse("market:export_help")),
        "source": request.build_absolute_uri(source_path(selection)),
        "data_as_of": snapshot.updated_on,
        "is_demonstration_data": snapshot.is_demo,
        "recommendation": no_recommendation(),
        "ignored": selection.notices,
        "selection": {"q": selection.q, **selection.chosen},
        "shortlist": selection.shortlist,
        "count": selected(snapshot, selection).bit_count(),
    }
    rows = ({column.key: column.data(submission) for column in listed} for submission in submissions)
    return open_to_websites(tables.json_stream(envelope, "companies", rows, filename=f"{FILE_NAME}.json"))


@versioned_page
def json_schema(request: HttpRequest) -> HttpResponse:
    """`/markedsoverblik/eksport.schema.json`: the JSON Schema of the JSON file, as the survey is now."""
    snapshot = snapshots.for_request(request)
    schema = export_schema.json_schema(snapshot, columns(snapshot, request), _schema_address(request))
    response = JsonResponse(
        schema, content_type="application/schema+json", json_dumps_params={"ensure_ascii": False, "indent": 1}
    )
    return open_to_websites(response)


def _schema_address(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("market:export_schema"))


# What the files contain ---------------------------------------------------------------------------


@versioned_page
def export_help(request: HttpRequest) -> HttpResponse:
    """`/markedsoverblik/eksport/`: formats, columns, keys and codes of the files."""
    snapshot = snapshots.for_request(request)
    context = {
        "formats": [
            (
                "CSV",
                _file_url("csv"),
                _("UTF-8 with semicolons in Danish and commas in English: Excel in the same language opens it right."),
            ),
            (
                "Excel",
                _file_url("xlsx"),
                _(
                    "A sheet with a company a row, one with an answer a row for pivot tables, one with the examples and their text, and one about the data."
                ),
            ),
            ("JSON", _file_url("json"), _("For programs: stable keys and codes.")),
        ],
        "columns": [(column.key, column.heading, column.explanation) for column in columns(snapshot, request)],
        "codes": [
            (tally.code, tally.question.heading, [(c.code, c.option.label) for c in tally.by_code.values()])
            for tally in snapshot.tallies.values()
        ],
        "envelope": [*export_schema.envelope_keys(), export_schema.companies_key()],
        "example_keys": export_schema.example_keys(snapshot),
        "schema": export_schema.FORM,
        "schema_url": reverse("market:export_schema"),
    }
    crumbs = [(_("Find companies"), reverse("market:directory")), (_("What the files contain"), "")]
    return render_page(request, "marketoverview/export_help.html", context, nav_current="data", crumbs=crumbs)


def _file_url(ending: str) -> str:
    return reverse("market:export", args=[ending])
