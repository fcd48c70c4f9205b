"""The content as data for other programs, and the page about these files. They hold the same in every situation."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from kl_ai.pages.cache import versioned_page
from kl_ai.pages.expensive import expensive

from ..catalogue import catalogues
from ..files import catalogue_json as json_file
from ..files import ciso_assistant as library_file
from ..files import json_schema as schema_file
from ..files import oscal as oscal_file
from .pages import render_toolbox_page, review_status


@versioned_page
@expensive
def catalogue_json(request: HttpRequest) -> HttpResponseBase:
    """`katalog.json`: the whole public catalogue. The page `reuse` describes its fields."""
    return json_file.response(catalogues.for_request(request), request)


@versioned_page
def json_schema(request: HttpRequest) -> HttpResponseBase:
    """`katalog.schema.json`: the JSON Schema of the catalogue's JSON."""
    return schema_file.response(request)


@versioned_page
@expensive
def oscal(request: HttpRequest) -> HttpResponseBase:
    """`oscal.json`: the requirements as an OSCAL catalog."""
    return oscal_file.response(catalogues.for_request(request), request)


@versioned_page
@expensive
def ciso_assistant(request: HttpRequest) -> HttpResponseBase:
    """`ciso-assistant.yaml`: requirements, risks and the scale as a library of CISO Assistant."""
    return library_file.response(catalogues.for_request(request), request)


@versioned_page
def reuse(request: HttpRequest) -> HttpResponse:
    """The page about the files: what each is for and what does not fit it, the fields of the JSON, and the terms of use."""
    catalogue = catalogues.for_request(request)
    names = ("catalogue", "catalogue_schema", "oscal", "ciso_assistant")
    return render_toolbox_page(
        request,
        "reuse",
        catalogue,
        crumbs=[(_("Reuse the content"), "")],
        section="reuse",
        addresses={name: request.build_absolute_uri(reverse(f"toolbox:{name}")) for name in names},
        format_version=json_file.FORMAT,
        oscal_version=oscal_file.OSCAL_VERSION,
        oscal_namespace=oscal_file.NAMESPACE,
        kinds=json_file.described_lists(catalogue),
        status=review_status([*catalogue.activities, *catalogue.risks, *catalogue.requirements]),
    )
