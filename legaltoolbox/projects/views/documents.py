"""The documents of a project, filled in on the web: the list, a document, and the page of a section."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kl_ai.login import restore
from kl_ai.pages.frame import Crumbs
from kl_ai.requests.http import AuthenticatedRequest
from legaltoolbox.catalogue import Catalogue
from legaltoolbox.linking import linker
from legaltoolbox.models import DocumentTemplate
from legaltoolbox.views.papers import ENDINGS

from ..models import DocumentStatus, Project, ProjectDocument
from ..models.live import later_places, uncounted_places
from ..rights import Right
from ..work import earlier, facts, sections
from ..work.documents import BY_THE_PORTAL, needed_templates
from ..work.live import shown_facts, shown_tables
from ..work.progress import progress_of_all
from ..work.project_catalogue import catalogue_for, document_catalogue
from ..work.sheet_parts import FACT_SHEET
from ..work.situations import situation_of
from .gone_documents import gone_document_page
from .lookups import own_project, project_page

# The list -----------------------------------------------------------------------------------------


@never_cache
@require_safe
def documents(request: AuthenticatedRequest, code: str, number: int) -> HttpResponse:
    """`…/<code>/<number>/dokumenter/`: the documents that are begun, and those that the situation asks for. 13 queries at most."""
    project = own_project(request, code, number)
    catalogue = catalogue_for(request, project)
    situation = situation_of(project, project.screening_answers.all(), catalogue)
    begun = list(project.documents.select_related("changed_by").with_conditions())
    templates = catalogue.by_key[DocumentTemplate.KIND]
    rows = [(document, templates[document.template]) for document in begun if document.template in templates]
    progress = progress_of_all(project, rows, catalogue, situation)
    gone = [document for document in begun if document.template not in templates]
    return project_page(
        request,
        project,
        "documents",
        _("Documents"),
        lists=[
            (name, heading, [(document, template, progress[document.pk]) for document, template in part])
            for name, heading, part in zip(
                ("begun", "approved"), (_("Begun"), _("Approved")), _parts(rows), strict=True
            )
            if part
        ],
        gone=gone,
        needed=needed_templates(begun, catalogue, situation),
        has_answers=bool(situation.answers),
        may_write=project.may_now(Right.WRITE),
        linker=linker(catalogue),
    )


Row = tuple[ProjectDocument, DocumentTemplate]


def _parts(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """The documents under way, and those whose newest version is approved; versions together, the newest first. No query."""
    versions: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: row[0].number):
        versions.setdefault(row[0].template, []).insert(0, row)
    is_done = lambda group: group[0][0].status == DocumentStatus.APPROVED  # noqa: E731  # used below alone
    groups = list(versions.values())
    under_way, approved = (
        [row for group in groups if is_done(group) == done for row in group] for done in (False, True)
    )
    return under_way, approved


@never_cache
@restore.post_only("projects:documents", "code", "number")
def begin_document(request: AuthenticatedRequest, code: str, number: int) -> HttpResponse:
    """`…/dokumenter/begynd/`: begin the document of the template `template`, or go on with the one that is open."""
    project = own_project(request, code, number, Right.WRITE)
    catalogue = catalogue_for(request, project)
    template: DocumentTemplate | None = catalogue.find(DocumentTemplate.KIND, request.POST.get("template", ""))
    try:
        if template is None:
            raise ValidationError(_("This template is no longer there. Choose another one."))
        if template.code in BY_THE_PORTAL and not project.documents.filter(template=template.code).exists():
            raise ValidationError(
                _("The opinion is given on the page “Opinion and decision”. You do not fill in %(code)s.")
                % {"code": template.code}
            )
        situation = situation_of(project, project.screening_answers.all(), catalogue)
        document = ProjectDocument.begin(
            project,
            request.user,
            template=template.code,
            template_version=template.version,
            values=sections.first_values(template, catalogue, situation),
        )
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
        return redirect("projects:documents", *project.address)
    return redirect("projects:document", *project.address, document.number)


def may_fill_in(project: Project, document: ProjectDocument) -> bool:
    """Whether the user may fill in the document now. No query."""
    return project.may_now(Right.WRITE) and document.is_writable


# A document ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OpenDocument:
    """A document of the user's project with its template."""

    project: Project
    document: ProjectDocument
    template: DocumentTemplate
    catalogue: Catalogue

    @property
    def url(self) -> str:
        return reverse("projects:document", args=[*self.project.address, self.document.number])

    def section_url(self, key: str) -> str:
        return reverse("projects:section", args=[*self.project.address, self.document.number, key])

    def file_url(self, ending: str) -> str:
        return reverse("projects:document_file", args=[*self.project.address, self.document.number, ending])

    @property
    def reading_url(self) -> str:
        return reverse("projects:document_reading", args=self.address)

    @property
    def steps_url(self) -> str:
        return reverse("projects:document_steps", args=self.address)

    @property
    def address(self) -> list[Any]:
        """What the addresses of the document's pages are made of."""
        return [*self.project.address, self.document.number]

    @property
    def text_keys(self) -> list[tuple[str, str]]:
        """As `project_page` takes them: an approved document has the text that it was approved with, whatever changes."""
        is_approved = self.document.status == DocumentStatus.APPROVED
        return [] if is_approved else [(DocumentTemplate.KIND, self.template.code)]

    @property
    def crumbs(self) -> Crumbs:
        """The step above the document's own page."""
        return [(_("Documents"), reverse("projects:documents", args=self.project.address))]


class TemplateGone(Http404):
    """The template of the user's `document` is no longer public: there is nothing to fill in, and no text around it."""

    def __init__(self, document: ProjectDocument) -> None:
        super().__init__(document.template)
        self.document = document


def own_document(request: AuthenticatedRequest, code: str, number: int, nr: int, right: Right) -> OpenDocument:
    """The document of this address, where the user has the right in the project; `TemplateGone` for one without a template.

    Three queries, seven at most where texts of the catalogue differ from the project's.
    """
    project = own_project(request, code, number, right)
    document = get_object_or_404(project.documents.select_related("changed_by").with_conditions(), number=nr)
    document.project = project
    catalogue = document_catalogue(document, catalogue_for(request, project))
    template = catalogue.find(DocumentTemplate.KIND, document.template)
    if template is None:
        raise TemplateGone(document)
    return OpenDocument(project, document, template, catalogue)


@never_cache
@require_safe
def document(request: AuthenticatedRequest, code: str, number: int, nr: int) -> HttpResponse:
    """`…/dokumenter/<nr>/`: the sections of a document, how far each is, and its files. Eleven queries, and those of its tables."""
    try:
        opened = own_document(request, code, number, nr, Right.READ)
    except TemplateGone as gone:
        return gone_document_page(request, gone.document.project, gone.document)
    project = opened.project
    states = section_states(opened)
    asked = [state for state in states if state.is_asked]
    unfinished = [state for state in asked if not state.is_complete]
    progress = sections.progress(states)
    return project_page(
        request,
        project,
        "document",
        opened.template.title,
        text_keys=opened.text_keys,
        section="documents",
        above=opened.crumbs,
        document=opened.document,
        template=opened.template,
        states=[(state, opened.section_url(state.section.key)) for state in asked],
        others=[(state, opened.section_url(state.section.key)) for state in states if state not in asked],
        progress=progress,
        go_on=(unfinished[0], opened.section_url(unfinished[0].section.key)) if unfinished else None,
        is_begun=any(state.saved for state in states),
        may_begin_next=may_begin_next(opened),
        may_write=may_fill_in(project, opened.document),
        reading_url=opened.reading_url,
        steps_url=opened.steps_url,
        next_step=_next_step(opened, progress),
        later=_later_fields(opened),
        openness_url=_openness_url(opened),
        earlier=earlier.of_gone_sections(opened.document, [state.section.key for state in states]),
        files=[(ENDINGS[ending], opened.file_url(ending)) for ending in ENDINGS if ending != "xlsx"],
    )


def _openness_url(opened: OpenDocument) -> str:
    """Where an approved fact sheet becomes public; "" for other documents. No query."""
    is_sheet = opened.template.code == FACT_SHEET and opened.document.status == DocumentStatus.APPROVED
    return reverse("projects:openness", args=opened.project.address) if is_sheet else ""


def _next_step(opened: OpenDocument, progress: sections.Progress) -> str:
    """What the button says that leads on from a document of which most is filled in; "" where that is not the next step. No query."""
    document, is_writable = opened.document, may_fill_in(opened.project, opened.document)
    if not is_writable or progress.not_begun * 2 > progress.total:
        return ""
    if document.status == DocumentStatus.COMMENTED:
        return _("Go on to the management")
    return _("Send to the data protection officer")


def _later_fields(opened: OpenDocument) -> list[str]:
    """The labels of what is written in the next version of an approved document, and of no other. No query."""
    if opened.document.status != DocumentStatus.APPROVED:
        return []
    places = later_places(opened.template.code, opened.document.version)
    catalogue = opened.catalogue
    return [
        field.label
        for section in catalogue.sections(opened.template)
        for field in catalogue.fields(section)
        if (section.key, field.key) in places
    ]


def section_states(opened: OpenDocument) -> list[sections.SectionState]:
    """The sections of the document's template with how far each is filled in. Five queries, and those of its tables."""
    project, catalogue = opened.project, opened.catalogue
    return sections.section_states(
        catalogue.sections(opened.template),
        catalogue,
        situation_of(project, project.screening_answers.all(), catalogue),
        facts.with_facts(opened.document.all_stored(), opened.template, shown_facts(opened.document)),
        {part.part: part for part in opened.document.saved_parts.select_related("saved_by")},
        shown_tables(opened.document, opened.template, catalogue, is_counted=True),
        uncounted_places(opened.template.code, opened.document.version),
    )


def may_begin_next(opened: OpenDocument) -> bool:
    """Whether the user may begin the next version: this one is approved, and no later one is begun. One query, or none."""
    document = opened.document
    return (
        document.status == DocumentStatus.APPROVED
        and opened.project.may_now(Right.WRITE)
        and not opened.project.documents.filter(template=document.template, version__gt=document.version).exists()
    )
