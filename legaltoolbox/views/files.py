"""The files of the toolbox: templates, the annex to a tender, the risk assessment, and the catalogue as JSON."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from kl_ai.export.docx import docx_bytes, docx_response
from kl_ai.export.downloads import zip_response
from kl_ai.export.xlsx import xlsx_response
from kl_ai.pages.cache import versioned_page
from kl_ai.pages.expensive import expensive

from ..catalogue import catalogues
from ..files import catalogue_json as json_file
from ..files import docx, xlsx
from ..models import DocumentTemplate, Phase, Requirement, Risk
from ..selection import for_file, read_selection
from .pages import get_item_or_404, render_toolbox_page, review_status


@versioned_page
@expensive
def template(request: HttpRequest, key: str) -> HttpResponse:
    """One template as a Word document."""
    catalogue, item = get_item_or_404(request, DocumentTemplate.KIND, key)
    return docx_response(docx.filename(item.code, item.title, ending="docx"), docx.template(item, catalogue))


@versioned_page
@expensive
def phase_templates(request: HttpRequest, key: str) -> HttpResponse:
    """All templates that a phase's activities produce, as Word documents in one ZIP."""
    catalogue, item = get_item_or_404(request, Phase.KIND, key)
    templates = catalogue.templates_for(item)
    if not templates:
        raise Http404
    files = [
        (
            docx.filename(template.code, template.title, ending="docx"),
            docx_bytes(docx.template(template, catalogue)),
        )
        for template in templates
    ]
    return zip_response(docx.filename("Skabeloner", str(item), ending="zip"), files)


@versioned_page
@expensive
def annex(request: HttpRequest, ending: str) -> HttpResponseBase:
    """The picked requirements, or those of the selection, as an annex to a tender. Leads to the list where there are none."""
    catalogue = catalogues.for_request(request)
    selection = read_selection(request, Requirement.KIND, catalogue)
    requirements = for_file(Requirement.KIND, catalogue, selection)
    if not requirements:
        return redirect(f"{reverse('toolbox:requirements')}?{request.GET.urlencode()}")
    if ending == "docx":
        return docx_response("Kravbilag.docx", docx.annex(requirements, catalogue, selection.notices))
    address = request.build_absolute_uri(reverse("toolbox:requirements") + selection.whole_query())
    sheets = xlsx.annex(requirements, catalogue, address, selection.notices)
    return xlsx_response("Kravbilag.xlsx", sheets, created=timezone.now())


@versioned_page
@expensive
def risks(request: HttpRequest) -> HttpResponseBase:
    """The risks of the selection as a workbook for a risk assessment. Leads to the list where there are none."""
    catalogue = catalogues.for_request(request)
    selection = read_selection(request, Risk.KIND, catalogue)
    items = for_file(Risk.KIND, catalogue, selection)
    if not items:
        return redirect(f"{reverse('toolbox:risks')}?{request.GET.urlencode()}")
    address = request.build_absolute_uri(reverse("toolbox:risks") + selection.whole_query())
    sheets = xlsx.risks(items, catalogue, address, selection.notices)
    return xlsx_response("Risikovurdering.xlsx", sheets, created=timezone.now())


@versioned_page
@expensive
def catalogue_json(request: HttpRequest) -> HttpResponseBase:
    """The whole public catalogue as JSON. The page `reuse` describes its fields."""
    return json_file.response(catalogues.for_request(request), request)


@versioned_page
def reuse(request: HttpRequest) -> HttpResponse:
    """The page about the JSON: its lists and fields, and the terms of use."""
    catalogue = catalogues.for_request(request)
    return render_toolbox_page(
        request,
        "reuse",
        catalogue,
        crumbs=[(_("Reuse the content"), "")],
        section="reuse",
        address=request.build_absolute_uri(reverse("toolbox:catalogue")),
        format_version=json_file.FORMAT,
        kinds=json_file.described_lists(catalogue),
        status=review_status([*catalogue.activities, *catalogue.risks, *catalogue.requirements]),
    )
