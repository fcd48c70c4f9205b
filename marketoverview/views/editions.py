"""The frozen editions: all of them, one with its files, and the catalogue for other programs."""

from tempfile import SpooledTemporaryFile
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import condition, require_http_methods

from kl_ai.database.reading import consistent_reads
from kl_ai.export.downloads import set_filename
from kl_ai.pages.cache import versioned_page
from kl_ai.pages.expensive import expensive
from kl_ai.pages.frame import render_page
from kl_ai.pages.json_ld import json_ld_response, json_ld_text
from kl_ai.requests.http import SAFE_METHODS, options_response

from ..market import dcat
from ..models import Edition
from .exports import FILE_NAME

IN_MEMORY = 1_000_000
"""Bytes of a file that are held in memory; more go to the disk."""
TECH_WATCH = "https://interoperable-europe.ec.europa.eu/collection/public-sector-tech-watch"


@versioned_page
def editions(request: HttpRequest) -> HttpResponse:
    """`/markedsoverblik/udgaver/`: every edition with its files, the newest first."""
    listed = list(Edition.objects.with_removals())
    context = {
        "editions": [_facts(edition) for edition in listed],
        "licence": settings.DATA_LICENCE,
        "catalogue_url": reverse("market:dcat"),
        "tech_watch": TECH_WATCH,
        "json_ld": json_ld_text(dcat.series_json_ld(listed, request.build_absolute_uri)),
    }
    return render_page(
        request, "marketoverview/editions.html", context, nav_current="data", crumbs=[(_("Editions"), "")]
    )


@versioned_page
def edition(request: HttpRequest, code: str) -> HttpResponse:
    """`/markedsoverblik/udgaver/<code>/`: one edition, its files and the questions of its day."""
    found = get_object_or_404(Edition.objects.with_removals(), code=code)
    facts = _facts(found)
    context = {
        "edition": facts,
        "licence": settings.DATA_LICENCE,
        "questions": [_question(question, request.LANGUAGE_CODE) for question in found.questions],
        "changes_url": f"{reverse('market:changes')}?fra={found.code}",
        "json_ld": json_ld_text(dcat.edition_json_ld(found, request.build_absolute_uri)),
    }
    crumbs = [(_("Editions"), reverse("market:editions")), (facts["title"], "")]
    return render_page(request, "marketoverview/edition.html", context, nav_current="data", crumbs=crumbs)


def _facts(edition: Edition) -> dict[str, Any]:
    """What both pages say of an edition. No query."""
    return {
        "code": edition.code,
        "title": dcat.title(edition),
        "url": reverse("market:edition", args=[edition.code]),
        "day": date_format(edition.day, "DATE_FORMAT"),
        "occasion": edition.get_occasion_display(),
        "is_of_round": edition.round is not None,
        "count": edition.count,
        "is_demo": edition.is_demo,
        "files": [(file, f"{FILE_NAME}-{edition.code}.{file.ending}") for file in dcat.files(edition)],
        "changes": dcat.change_texts(edition),
    }


def _question(question: dict[str, Any], language: str) -> dict[str, Any]:
    """A frozen question in the reader's language; the Danish text where there is no other."""

    def text(row: dict[str, Any], name: str) -> str:
        return row.get(f"{name}_{language}") or row[f"{name}_da"]

    return {
        "code": question["code"],
        "heading": text(question, "heading"),
        "text": text(question, "text"),
        "options": [(option["code"], text(option, "label")) for option in question["options"]],
    }


# Files --------------------------------------------------------------------------------------------


def _etag(request: HttpRequest, code: str, ending: str) -> str | None:
    """The checksum of the file: it is the same as long as the file is. One query."""
    column = f"{ending}_sha256"
    checksum = Edition.objects.filter(code=code).values_list(column, flat=True).first()
    return f'"{checksum}"' if checksum else None


@csrf_exempt
@login_not_required
@require_http_methods(SAFE_METHODS)
@condition(etag_func=_etag)
@expensive
def edition_file(request: HttpRequest, code: str, ending: str) -> HttpResponseBase:
    """`/markedsoverblik/udgaver/<code>.json` and `.csv`: the bytes that the edition's checksum is of.

    Head, companies and checksum are read in one state of the database, into a temporary file: a withdrawal meanwhile
    changes none of them, and a slow reader keeps no transaction open.
    """
    if request.method == "OPTIONS":
        return options_response()
    with consistent_reads():
        found = Edition.objects.at(code)
        if found is None:
            raise Http404
        chunks, media_type, checksum = {
            "json": (found.json_chunks, "application/json", found.json_sha256),
            "csv": (found.csv_chunks, "text/csv; charset=utf-8", found.csv_sha256),
        }[ending]
        content = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 (the response closes it)
        content.writelines(chunks())
    content.seek(0)
    response = FileResponse(content, content_type=media_type)
    response["ETag"] = f'"{checksum}"'
    set_filename(response, f"{FILE_NAME}-{code}.{ending}")
    response["Access-Control-Allow-Origin"] = "*"
    patch_cache_control(response, no_cache=True)
    return response


@versioned_page
def catalogue(request: HttpRequest) -> HttpResponse:
    """`/markedsoverblik/udgaver/dcat.jsonld`: the editions as a catalogue of DCAT-AP-DK."""
    listed = list(Edition.objects.with_removals())
    return json_ld_response(dcat.catalogue(listed, request.build_absolute_uri))
