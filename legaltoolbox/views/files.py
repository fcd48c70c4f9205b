"""The files of the toolbox: templates, the annex to a tender, and the risk assessment."""

from dataclasses import replace

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from kl_ai.export.downloads import zip_response
from kl_ai.export.xlsx import xlsx_response

from .. import left_out
from ..catalogue import catalogues
from ..files import annex as annex_document
from ..files import documents, paper, risk_document, xlsx
from ..files.texts import filename
from ..models import Activity, DocumentTemplate, Phase, Requirement, Risk
from ..selection import for_file, left_out_of_file, read_selection, read_situation
from .names import file_with_names
from .pages import get_item_or_404
from .papers import document_bytes, document_response


@file_with_names
def template(request: HttpRequest, key: str, ending: str) -> HttpResponse:
    """One template as a Word document or a PDF: clean where it is sent to others, unless the own copy is asked for."""
    catalogue, item = get_item_or_404(request, DocumentTemplate.KIND, key)
    situation, notices = read_situation(request, catalogue, others=paper.PARAMETERS, for_paper=True)
    copy = paper.read_paper(request, situation, notices).of_template(item)
    document = documents.template(item, catalogue, copy)
    return document_response(ending, document, catalogue, item.code, item.title, author=copy.author)


@file_with_names
def phase_templates(request: HttpRequest, key: str) -> HttpResponse:
    """All templates that a phase's activities produce, as Word documents in one ZIP; of those that are sent both copies.

    In a situation those of the activities that apply. Raises `Http404` where there is none.
    """
    catalogue, item = get_item_or_404(request, Phase.KIND, key)
    situation, notices = read_situation(request, catalogue, for_paper=True)
    templates, _pieces = left_out.split_templates(
        catalogue.templates_for(item), catalogue.linked(item, Activity.KIND), catalogue, situation.applied
    )
    if not templates:
        raise Http404
    own = paper.read_own_paper(request, situation, notices)
    sent = replace(own, own=False, sources=False)
    files = []
    for template in templates:
        name = [template.code, template.title]
        if template.is_sent:
            files.append((filename(*name, ending="docx"), documents.template(template, catalogue, sent), sent.author))
            name.append("(egen kopi)")
        files.append((filename(*name, ending="docx"), documents.template(template, catalogue, own), own.author))
    zipped = [(name, document_bytes(document, "docx", catalogue, author=author)) for name, document, author in files]
    return zip_response(filename("Skabeloner", str(item), ending="zip"), zipped)


@file_with_names
def annex(request: HttpRequest, ending: str) -> HttpResponseBase:
    """The picked requirements, or those of the selection, as an annex to a tender. Leads to the list where there are none."""
    catalogue = catalogues.for_request(request)
    selection = read_selection(request, Requirement.KIND, catalogue, others=paper.PARAMETERS, for_paper=True)
    requirements = for_file(Requirement.KIND, catalogue, selection)
    if not requirements:
        return redirect(f"{reverse('toolbox:requirements')}?{request.GET.urlencode()}")
    copy = paper.read_paper(request, selection.situation, selection.notices)
    pieces = left_out_of_file(Requirement.KIND, catalogue, selection)
    words = ["Kravbilag", *(["(egen kopi)"] if copy.own else [])]
    if ending != "xlsx":
        document = annex_document.annex(requirements, catalogue, copy, selection.uses, pieces)
        return document_response(ending, document, catalogue, *words, author=copy.author)
    address = request.build_absolute_uri(reverse("toolbox:requirements") + selection.whole_query())
    sheets = xlsx.annex(requirements, catalogue, copy, selection.uses, address, pieces)
    return xlsx_response(filename(*words, ending="xlsx"), sheets, created=timezone.now())


@file_with_names
def risks(request: HttpRequest, ending: str) -> HttpResponseBase:
    """The risks of the selection, to assess them in. Leads to the list where there are none."""
    catalogue = catalogues.for_request(request)
    selection = read_selection(request, Risk.KIND, catalogue, for_paper=True)
    items = for_file(Risk.KIND, catalogue, selection)
    if not items:
        return redirect(f"{reverse('toolbox:risks')}?{request.GET.urlencode()}")
    copy = paper.read_own_paper(request, selection.situation, selection.notices)
    pieces = left_out_of_file(Risk.KIND, catalogue, selection)
    if ending != "xlsx":
        document = risk_document.risks(items, catalogue, copy, pieces)
        return document_response(ending, document, catalogue, "Risikovurdering")
    address = request.build_absolute_uri(reverse("toolbox:risks") + selection.whole_query())
    sheets = xlsx.risks(items, catalogue, copy, address, pieces)
    return xlsx_response("Risikovurdering.xlsx", sheets, created=timezone.now())
