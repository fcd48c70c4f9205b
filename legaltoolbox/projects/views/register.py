"""The public register: the list of sheets, a sheet with its earlier versions, and both as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kl_ai.export.downloads import open_to_websites
from kl_ai.pages.cache import versioned_page
from kl_ai.pages.expensive import expensive
from kl_ai.pages.frame import Crumbs
from kl_ai.pages.pagination import paginate
from legaltoolbox.catalogue import catalogues
from legaltoolbox.selection import read_situation, situation_parameters
from legaltoolbox.views.pages import render_toolbox_page

from ..files import register_json
from ..models import SharedCopy
from ..work import register as registers
from ..work.register import AXES, PAGE, register
from ..work.sheet_page import shown_sheet

PER_PAGE = 25
SCHEMA_TYPE = "application/schema+json"
JSON_OPTIONS = {"ensure_ascii": False, "indent": 1}


def _page(request: HttpRequest, name: str, crumbs: Crumbs, *, status: int = 200, **context: Any) -> HttpResponse:
    """The page `legaltoolbox/register/<name>.html`."""
    catalogue = catalogues.for_request(request)
    situation, notices = read_situation(request, catalogue, others=(*AXES, "q", PAGE))
    context["notices"] = list(dict.fromkeys([*context.get("notices", ()), *notices]))
    root = (_("AI register"), reverse("register:sheets") if crumbs else "")
    response = render_toolbox_page(
        request,
        f"register/{name}",
        catalogue,
        crumbs=[root, *crumbs],
        section="register",
        situation=situation,
        **context,
    )
    response.status_code = status
    return response


# The list -----------------------------------------------------------------------------------------


@versioned_page
def sheets(request: HttpRequest) -> HttpResponse:
    """`/juridisk-vaerktoejskasse/register/`: the sheets that are public, the one published last first. One query after a change."""
    held = register.for_request(request)
    known = tuple(situation_parameters(catalogues.for_request(request)))
    selection = registers.read_selection(request, held, known)
    entries = held.select(selection)
    path = request.path
    pages = paginate(len(entries), selection.page, PER_PAGE, lambda number: path + selection.page_query(number))
    return _page(
        request,
        "sheets",
        [],
        held=held,
        selection=selection,
        entries=[
            (entry, reverse("register:sheet", args=[entry.code, entry.number]))
            for entry in entries[pages.start : pages.stop]
        ],
        total=len(entries),
        pages=pages,
        facets=registers.facets(held, selection),
        chips=list(registers.chips(held, selection, path)),
        clear_url=path,
        sentence=registers.sentence(held, len(entries)),
        notices=selection.notices,
        feed_url=reverse("register:feed"),
        json_url=reverse("register:sheets_json") + selection.query,
    )


@versioned_page
@expensive
def sheets_json(request: HttpRequest) -> HttpResponse:
    """`faktaark.json`: the sheets of a selection, all of them on one page. As `sheets`."""
    held = register.for_request(request)
    entries = held.select(registers.read_selection(request, held))
    record = register_json.list_record(entries, request.build_absolute_uri)
    return open_to_websites(JsonResponse(record, json_dumps_params=JSON_OPTIONS))


@versioned_page
def json_schema(request: HttpRequest) -> HttpResponse:
    """`faktaark.schema.json`: the JSON Schema of the list and of a sheet."""
    content = register_json.schema(request.build_absolute_uri(reverse("register:schema")))
    return open_to_websites(JsonResponse(content, content_type=SCHEMA_TYPE, json_dumps_params=JSON_OPTIONS))


# A sheet ------------------------------------------------------------------------------------------


def _versions(code: str, number: int) -> list[SharedCopy]:
    """All versions of the sheet of this address, the newest first. Raises `Http404` where there was never one. One query."""
    versions = registers.sheet_versions(code, number)
    if not versions:
        raise Http404
    return versions


@versioned_page
def sheet(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """`register/<code>/<number>/`: a sheet and its earlier versions; 410 with the day where it is withdrawn. One query."""
    versions = _versions(code, number)
    return _sheet_page(request, code, number, versions, len(versions))


@versioned_page
def earlier_sheet(request: HttpRequest, code: str, number: int, version: int) -> HttpResponse:
    """`register/<code>/<number>/<version>/`: a version of the sheet, the first one is 1. As `sheet`."""
    versions = _versions(code, number)
    if not 1 <= version <= len(versions):
        raise Http404
    return _sheet_page(request, code, number, versions, version)


def _sheet_page(request: HttpRequest, code: str, number: int, versions: list[SharedCopy], version: int) -> HttpResponse:
    """A version of the sheet; the page for one that is withdrawn, with its day, where that version is."""
    place = len(versions) - version
    copy = versions[place]
    if day := registers.withdrawn_on(versions, place):
        crumbs = [(_("Withdrawn sheet"), "")]
        return _page(request, "withdrawn", crumbs, day=day, municipality=copy.municipality, status=410)
    address = reverse("register:sheet", args=[code, number])
    is_newest = version == len(versions)
    return _page(
        request,
        "sheet",
        [(copy.title, "")],
        copy=copy,
        sheet=shown_sheet(copy.record),
        solutions=_solutions(copy),
        is_newest=is_newest,
        newest_url=address,
        version=version,
        history=_history(code, number, versions, version),
        is_demo_sheet=copy.municipality.is_demo,
        json_url=reverse("register:sheet_json", args=[code, number]) if is_newest else "",
    )


class VersionLine(NamedTuple):
    """A version in the history of a sheet."""

    number: int
    copy: SharedCopy
    withdrawn_on: datetime | None
    url: str
    """"" for the one that is shown, and for those that are withdrawn."""


def _history(code: str, number: int, versions: list[SharedCopy], shown: int) -> list[VersionLine]:
    """The versions of a sheet, the newest first."""
    lines = []
    for place, copy in enumerate(versions):
        version, day = len(versions) - place, registers.withdrawn_on(versions, place)
        name, args = ("sheet", [code, number]) if place == 0 else ("earlier_sheet", [code, number, version])
        is_open = version != shown and day is None
        lines.append(VersionLine(version, copy, day, reverse(f"register:{name}", args=args) if is_open else ""))
    return lines


def _solutions(copy: SharedCopy) -> list[str]:
    """The addresses in the market overview, in the language of the page."""
    prefix = "" if get_language() == "da" else f"/{get_language()}"
    return [prefix + path for path in copy.record.get("solutions", ())]


@versioned_page
def sheet_json(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """`register/<code>/<number>.json`: the sheet as data; 410 where it is withdrawn. One query."""
    versions = _versions(code, number)
    newest = versions[0]
    if day := registers.withdrawn_on(versions, 0):
        content: dict[str, Any] = {"withdrawn_at": day.isoformat()}
        return open_to_websites(JsonResponse(content, status=410))
    record = register_json.sheet_record(newest, code, number, request.build_absolute_uri)
    return open_to_websites(JsonResponse(record, json_dumps_params=JSON_OPTIONS))
