"""What can be taken along: templates, the annex to a tender, the risk assessment, and the whole catalogue as JSON."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from kl_ai.export.docx import docx_bytes, docx_response
from kl_ai.export.downloads import zip_response
from kl_ai.export.xlsx import xlsx_response

from .. import filtersets
from ..catalogue import catalogues
from ..files import catalogue_json as reuse_data
from ..files import docx, xlsx
from ..models import DocumentTemplate, Phase, Requirement, Risk
from .pages import find, page, status, toolbox_page


@toolbox_page
def template(request: HttpRequest, code: str) -> HttpResponse:
    """One template as a Word document."""
    catalogue, item = find(request, DocumentTemplate.KIND, code)
    return docx_response(docx.filename(item.code, item.title, ending="docx"), docx.template(item, catalogue))


@toolbox_page
def phase_templates(request: HttpRequest, slug: str) -> HttpResponse:
    """All templates that a phase's activities produce, in one ZIP."""
    catalogue, item = find(request, Phase.KIND, slug)
    wanted = catalogue.templates_of(item)
    if not wanted:
        raise Http404
    files = [
        (docx.filename(one.code, one.title, ending="docx"), docx_bytes(docx.template(one, catalogue))) for one in wanted
    ]
    return zip_response(docx.filename("Skabeloner", str(item), ending="zip"), files)


@toolbox_page
def annex(request: HttpRequest, ending: str) -> HttpResponseBase:
    """The picked requirements, or those of the selection, as an annex to a tender; the list says where there are none."""
    catalogue = catalogues.for_request(request)
    selection = filtersets.read(request, Requirement.KIND, catalogue)
    chosen = filtersets.for_file(Requirement.KIND, catalogue, selection)
    if not chosen:
        return redirect(f"{reverse('toolbox:requirements')}?{request.GET.urlencode()}")
    if ending == "docx":
        return docx_response("Kravbilag.docx", docx.annex(chosen, catalogue, selection.notices))
    address = request.build_absolute_uri(reverse("toolbox:requirements") + selection.query())
    return xlsx_response(
        "Kravbilag.xlsx", xlsx.annex(chosen, catalogue, address, selection.notices), created=timezone.now()
    )


@toolbox_page
def risks(request: HttpRequest) -> HttpResponseBase:
    """The risks of the selection as a workbook for a risk assessment; the list says where there are none."""
    catalogue = catalogues.for_request(request)
    selection = filtersets.read(request, Risk.KIND, catalogue)
    chosen = filtersets.for_file(Risk.KIND, catalogue, selection)
    if not chosen:
        return redirect(f"{reverse('toolbox:risks')}?{request.GET.urlencode()}")
    address = request.build_absolute_uri(reverse("toolbox:risks") + selection.query())
    return xlsx_response(
        "Risikovurdering.xlsx", xlsx.risks(chosen, catalogue, address, selection.notices), created=timezone.now()
    )


@toolbox_page
def catalogue_json(request: HttpRequest) -> HttpResponseBase:
    """The whole public catalogue; the page beside it says what the fields mean."""
    catalogue = catalogues.for_request(request)
    return reuse_data.response(catalogue, request)


@toolbox_page
def reuse(request: HttpRequest) -> HttpResponse:
    """What the JSON holds and how it may be used."""
    catalogue = catalogues.for_request(request)
    return page(
        request, "reuse", catalogue, [(_("Reuse the content"), "")], "reuse",
        address=request.build_absolute_uri(reverse("toolbox:catalogue")),
        format_version=reuse_data.FORMAT,
        kinds=reuse_data.described(catalogue),
        status=status(*catalogue.activities, *catalogue.risks, *catalogue.requirements),
    )  # fmt: skip
