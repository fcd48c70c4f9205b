"""The report of a project: what is in it and what is missing, the report as a file, and what OS2compliance and KITOS ask for."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kl_ai.export.docx import DOCX_TYPE, docx_bytes
from kl_ai.export.downloads import file_response
from kl_ai.export.pdf import PDF_TYPE, pdf_bytes
from kl_ai.export.tables import csv_response
from kl_ai.pages.expensive import expensive
from kl_ai.requests.http import AuthenticatedRequest
from legaltoolbox.catalogue import catalogues

from ..files.lengths import refuse_too_long_file
from ..files.report import file_name, report_document, report_state
from ..models import Project
from ..work.own_texts import own_texts
from ..work.project_catalogue import catalogue_for
from ..work.register_entry import entry_lines, entry_text
from ..work.report import ProjectReport, project_report
from ..work.report_words import missing, progress_lines, warnings
from .lookups import own_project, project_page

REPORT_TYPES = {"docx": DOCX_TYPE, "pdf": PDF_TYPE}


@never_cache
@require_safe
def report(request: AuthenticatedRequest, code: str, number: int) -> HttpResponse:
    """`…/rapport/`: what is in the report and what is missing, its hash, its files, and the entry for the registers. At most 43 queries."""
    project = own_project(request, code, number)
    held = _report(request, project)
    return project_page(
        request,
        project,
        "report",
        _("Report"),
        files=[
            (label, reverse("projects:report_file", args=[*project.address, ending]))
            for label, ending in (("Word", "docx"), ("PDF", "pdf"))
        ],
        csv=[("CSV", reverse("projects:register_csv", args=project.address))],
        warnings=warnings(held),
        missing=missing(held),
        progress=progress_lines(held),
        parts=_parts(held),
        state=report_state(held),
        entry=entry_text(entry_lines(held, _link(request, project))),
        openness_url=reverse("projects:openness", args=project.address),
    )


def _report(request: AuthenticatedRequest, project: Project) -> ProjectReport:
    waiting = own_texts(project, catalogues.for_request(request))
    return project_report(project, catalogue_for(request, project), timezone.localdate(), waiting)


def _link(request: AuthenticatedRequest, project: Project) -> str:
    """The permanent address of the project: that of its Danish overview, by the municipality's code and the project's number."""
    with override("da"):
        return request.build_absolute_uri(reverse("projects:overview", args=project.address))


def _parts(held: ProjectReport) -> list[tuple[str, int]]:
    """What the report holds, and how many of each."""
    return [
        (_("Answers about the solution"), sum(answer is not None for _question, answer in held.answers)),
        (_("Documents, versions among them"), len(held.documents)),
        (_("Opinions of the data protection officer"), sum(len(row.opinions) for row in held.documents)),
        (
            _("Decisions"),
            sum(len(row.decisions) for row in held.documents) + sum(len(row.decisions) for row in held.points),
        ),
        (_("Legal bases"), sum(len(phase.rows) for phase in held.bases.phases)),
        (_("Risks that apply"), sum(row.counts for row in held.risks)),
        (_("Requirements that apply"), sum(row.counts for row in held.requirements)),
        (_("Evidence"), sum(len(row.evidence) for row in held.requirements)),
        (_("Activities and own tasks"), len(held.plan.rows)),
        (_("Measures"), len(held.measures)),
        (_("Checklists that are begun"), len(held.checklists)),
        (_("Members"), len(held.members)),
        (_("Data protection officers of the municipality"), len(held.officers)),
    ]


@never_cache
@require_safe
@expensive
def report_file(request: AuthenticatedRequest, code: str, number: int, ending: str) -> HttpResponse:
    """`…/rapport.docx` and `.pdf`: the report as the project stands. At most 43 queries.

    One that is too long to be a file says so on its page.
    """
    if ending not in REPORT_TYPES:
        raise Http404
    project = own_project(request, code, number)
    document = report_document(_report(request, project), str(request.user))
    try:
        refuse_too_long_file(document)
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
        return redirect("projects:report", *project.address)
    write = pdf_bytes if ending == "pdf" else docx_bytes
    content = write(document, author=project.municipality.name, created=timezone.now().replace(microsecond=0))
    return file_response(file_name(project, ending), content, REPORT_TYPES[ending])


@never_cache
@require_safe
@expensive
def register_csv(request: AuthenticatedRequest, code: str, number: int) -> HttpResponseBase:
    """`…/overdragelse.csv`: what OS2compliance and KITOS ask for, in a row below its headings. At most 43 queries."""
    project = own_project(request, code, number)
    lines = entry_lines(_report(request, project), _link(request, project))
    headings, values = zip(*lines, strict=True)
    name = f"overdragelse-{project.municipality.code}-{project.number}.csv"
    with override("da"):
        return csv_response(name, headings, [values], is_data=False)
