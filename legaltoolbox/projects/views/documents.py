"""The documents of a project, filled in on the web: the list, a document, and the page of a section."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from kl_ai.drafts.autosave import conflict_response, refused_response, saved_response
from kl_ai.drafts.parts import ChangedMeanwhile, PageSave, fingerprint, new_page
from kl_ai.login import restore
from kl_ai.pages.frame import Crumbs
from kl_ai.requests.http import AuthenticatedRequest, is_fetch
from legaltoolbox.catalogue import Catalogue, catalogues
from legaltoolbox.linking import linker
from legaltoolbox.models import DocumentTemplate, TemplateField, TemplateSection
from legaltoolbox.views.papers import ENDINGS

from ..models import DocumentStatus, Project, ProjectDocument
from ..rights import Right
from ..work import facts, sections
from ..work.discussions import discussion
from ..work.documents import needed_templates
from ..work.live import LiveTable, shown_facts, shown_tables, unless_changed, with_own_rows
from ..work.progress import progress_of_all
from ..work.section_edits import Histories, edits_by_field, latest_edits, others_just_now, why_words
from ..work.section_form import ROW_BUTTON, SectionForm
from ..work.situations import situation_of
from .gone_documents import gone_document_page
from .lookups import own_project, project_page
from .section_links import fact_url, live_page

# The list -----------------------------------------------------------------------------------------


@never_cache
def documents(request: AuthenticatedRequest, code: str, number: int) -> HttpResponse:
    """`…/<code>/<number>/dokumenter/`: the documents that are begun, and those that the situation asks for. 13 queries at most."""
    project = own_project(request, code, number)
    catalogue = catalogues.for_request(request)
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
        rows=[(document, template, progress[document.pk]) for document, template in rows],
        gone=gone,
        needed=needed_templates(begun, catalogue, situation),
        has_answers=bool(situation.answers),
        may_write=may_write(project),
        linker=linker(catalogue),
    )


@never_cache
@restore.post_only("projects:documents", "code", "number")
def begin_document(request: AuthenticatedRequest, code: str, number: int) -> HttpResponse:
    """`…/dokumenter/begynd/`: begin the document of the template `template`, or go on with the one that is open."""
    project = own_project(request, code, number, Right.WRITE)
    catalogue = catalogues.for_request(request)
    template: DocumentTemplate | None = catalogue.find(DocumentTemplate.KIND, request.POST.get("template", ""))
    try:
        if template is None:
            raise ValidationError(_("This template is no longer there. Choose another one."))
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


def may_write(project: Project, document: ProjectDocument | None = None) -> bool:
    """Whether the user may fill in the document now, or any document of the project. No query."""
    return project.may(Right.WRITE) and project.is_active and (document is None or document.is_writable)


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
    def crumbs(self) -> Crumbs:
        """The step above the document's own page."""
        return [(_("Documents"), reverse("projects:documents", args=self.project.address))]


class TemplateGone(Http404):
    """The template of the user's `document` is no longer public: there is nothing to fill in, and no text around it."""

    def __init__(self, document: ProjectDocument) -> None:
        super().__init__(document.template)
        self.document = document


def own_document(request: AuthenticatedRequest, code: str, number: int, nr: int, right: Right) -> OpenDocument:
    """The document of this address, where the user has the right in the project; `TemplateGone` for one without a template. Two queries."""
    project = own_project(request, code, number, right)
    document = get_object_or_404(project.documents.select_related("changed_by").with_conditions(), number=nr)
    document.project = project
    catalogue = catalogues.for_request(request)
    template = catalogue.find(DocumentTemplate.KIND, document.template)
    if template is None:
        raise TemplateGone(document)
    return OpenDocument(project, document, template, catalogue)


@never_cache
def document(request: AuthenticatedRequest, code: str, number: int, nr: int) -> HttpResponse:
    """`…/dokumenter/<nr>/`: the sections of a document, how far each is, and its files. Seven queries, and those of its tables."""
    try:
        opened = own_document(request, code, number, nr, Right.READ)
    except TemplateGone as gone:
        return gone_document_page(request, gone.document.project, gone.document)
    project = opened.project
    steps = reverse("projects:document_steps", args=[*project.address, opened.document.number])
    states = section_states(opened)
    asked = [state for state in states if state.is_asked]
    unfinished = [state for state in asked if not state.is_complete]
    return project_page(
        request,
        project,
        "document",
        opened.template.title,
        section="documents",
        above=opened.crumbs,
        document=opened.document,
        template=opened.template,
        states=[(state, opened.section_url(state.section.key)) for state in asked],
        others=[(state, opened.section_url(state.section.key)) for state in states if state not in asked],
        progress=sections.progress(states),
        go_on=(unfinished[0], opened.section_url(unfinished[0].section.key)) if unfinished else None,
        is_begun=any(state.saved for state in states),
        may_begin_next=may_begin_next(opened),
        may_write=may_write(project, opened.document),
        steps_url=steps,
        files=[(ENDINGS[ending], opened.file_url(ending)) for ending in ENDINGS if ending != "xlsx"],
    )


def section_states(opened: OpenDocument) -> list[sections.SectionState]:
    """The sections of the document's template with how far each is filled in. Five queries, and those of its tables."""
    project, catalogue = opened.project, opened.catalogue
    return sections.section_states(
        catalogue.sections(opened.template),
        catalogue,
        situation_of(project, project.screening_answers.all(), catalogue),
        facts.with_facts(opened.document.all_stored(), opened.template, shown_facts(opened.document)),
        {part.part: part for part in opened.document.saved_parts.select_related("saved_by")},
        shown_tables(opened.document, opened.template, catalogue),
    )


def may_begin_next(opened: OpenDocument) -> bool:
    """Whether the user may begin the next version: this one is approved, and no later one is begun. One query, or none."""
    document = opened.document
    return (
        document.status == DocumentStatus.APPROVED
        and may_write(opened.project)
        and not opened.project.documents.filter(template=document.template, version__gt=document.version).exists()
    )


# A section ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OpenSection:
    """A section of a document with its fields, as its page needs it."""

    opened: OpenDocument
    section: TemplateSection
    fields: list[TemplateField]
    empty: dict[str, Any]
    stored: dict[str, Any]
    facts: dict[str, str]
    live: dict[str, LiveTable]
    """Tables that show what the project says elsewhere, by the keys of their fields."""

    @property
    def values(self) -> dict[str, Any]:
        """What is stored; of a table with rows of the project the own ones alone."""
        return with_own_rows(self.stored, self.live)

    @property
    def sections(self) -> list[TemplateSection]:
        return self.opened.catalogue.sections(self.opened.template)

    @property
    def next_url(self) -> str:
        """The address of the next section; of the document where this is the last."""
        place = self.sections.index(self.section) + 1
        return self.opened.section_url(self.sections[place].key) if place < len(self.sections) else self.opened.url

    def form(self, data: Any = None) -> SectionForm:
        return SectionForm(self.fields, self.values, linker(self.opened.catalogue), data, self.facts)


def open_section(opened: OpenDocument, key: str) -> OpenSection:
    """The section with this key; 404 where the template has none. Three queries, and five at most for rows of the project."""
    catalogue = opened.catalogue
    section = next((section for section in catalogue.sections(opened.template) if section.key == key), None)
    if section is None:
        raise Http404
    fields = catalogue.fields(section)
    empty = sections.empty_values(fields) | facts.reasons(opened.template, section, fields)
    tables = shown_tables(opened.document, opened.template, catalogue, section.key)
    kinds = {field.key: sections.field_kind(field) for field in fields}
    live = {key: table for (_section, key), table in tables.items() if kinds.get(key) == sections.Kind.TABLE}
    known = facts.facts_of_section(opened.template, section, shown_facts(opened.document))
    return OpenSection(opened, section, fields, empty, opened.document.stored(key, empty), known, live)


@restore.restorable
@never_cache
def section(request: AuthenticatedRequest, code: str, number: int, nr: int, section: str) -> HttpResponse:
    """`…/dokumenter/<nr>/<section>/`: the fields of a section. POST saves the valid ones and shows the others.

    Eight queries, one more where something is commented, and five at most for rows of the project.
    """
    right = Right.WRITE if request.method == "POST" else Right.READ
    shown = open_section(own_document(request, code, number, nr, right), section)
    if request.method == "POST":
        return save_section(request, shown, shown.form(request.POST))
    typed = restore.restore_input(request)
    if typed is not None:
        messages.warning(request, restore.RESTORED_NOTICE)
    seen = typed.get("seen", "") if typed else fingerprint(shown.stored)
    return section_page(request, shown, shown.form(typed), seen)


def save_section(request: AuthenticatedRequest, shown: OpenSection, form: SectionForm) -> HttpResponse:
    """Save the valid fields of the form; the page comes back with the others, or with what somebody else has saved."""
    form.is_valid()
    document, key, seen = shown.opened.document, shown.section.key, request.POST.get("seen", "")
    content, row = form.content, ""
    try:
        if not is_fetch(request):
            content, row = form.changed_rows(content, request.POST.get(ROW_BUTTON, ""))
        content = unless_changed(content, shown.stored, shown.live)
        document.save_section(key, shown.empty, content, seen, request.user, page=PageSave.from_post(request.POST))
    except ChangedMeanwhile as changed:
        if is_fetch(request):
            return conflict_response(changed.saved, request.user)
        context = {
            "conflict": list(
                sections.differences(
                    shown.fields, with_own_rows(changed.stored, shown.live), with_own_rows(content, shown.live)
                )
            ),
            "saved_meanwhile": changed.saved,
        }
        return section_page(request, shown, form, fingerprint(changed.stored), **context)
    except ValidationError as refused:
        if is_fetch(request):
            return refused_response(" ".join(refused.messages))
        messages.error(request, " ".join(refused.messages))
        return section_page(request, shown, form, seen)
    stored = document.stored(key, shown.empty)
    if is_fetch(request):
        return saved_response(stored, has_errors=bool(form.errors))
    if form.errors:
        messages.warning(request, _("Something on the page could not be saved; see below. The rest is saved."))
        return section_page(request, shown, form, fingerprint(stored))
    return redirect(url_after(request, shown, row))


def url_after(request: AuthenticatedRequest, shown: OpenSection, row: str) -> str:
    """Where the button that was pressed leads: to the table whose row it changed, the next section, or the document."""
    if field := request.POST.get(ROW_BUTTON, "").split(":")[1:2]:
        is_there = row and not request.POST[ROW_BUTTON].startswith("remove")
        anchor = f"at-{row}" if is_there else f"id_f-{field[0]}"
        return f"{shown.opened.section_url(shown.section.key)}#{anchor}"
    messages.success(request, _("“%(section)s” is saved.") % {"section": shown.section.heading})
    return shown.next_url if "_next" in request.POST else shown.opened.url


def section_page(
    request: AuthenticatedRequest, shown: OpenSection, form: SectionForm, seen: str, **context: Any
) -> HttpResponse:
    """The page of a section. `context`: after a conflict `conflict` and `saved_meanwhile`. Three queries, four where something is commented."""
    opened = shown.opened
    edits = latest_edits(opened.document, shown.section.key)
    histories = edits_by_field(edits, shown.fields)
    is_form = may_write(opened.project, opened.document) or form.is_bound
    return project_page(
        request,
        opened.project,
        "section",
        shown.section.heading,
        above=[*opened.crumbs, (opened.template.title, opened.url)],
        document=opened.document,
        template=opened.template,
        section="documents",
        document_section=shown.section,
        section_number=shown.sections.index(shown.section) + 1,
        total=len(shown.sections),
        is_last=shown.section == shown.sections[-1],
        form=form,
        seen=seen,
        page=new_page(),
        others=others_just_now(edits, request.user, timezone.now()) if is_form else [],
        last_saved=opened.document.last_save(shown.section.key),
        fields=list(_fields(shown, form, histories)) if is_form else [],
        values=[] if is_form else list(_values(shown, histories)),
        linker=linker(opened.catalogue),
        document_url=opened.url,
        next_url=shown.next_url,
        discussion=discussion(opened.project, f"{opened.document.number}.{shown.section.key}"),
        **context,
    )


def _fields(shown: OpenSection, form: SectionForm, histories: Histories) -> Iterator[tuple[Any, ...]]:
    """The fields for those who fill in: the control, the changes, and the pages where rows and facts of the project are written."""
    document = shown.opened.document
    for item in form.form_fields(shown.live):
        page, url = live_page(document, item.live), fact_url(document, shown.section, item.field)
        yield item, histories.get(item.field.key, ()), page, url


def _values(
    shown: OpenSection, histories: Histories
) -> Iterator[tuple[TemplateField, str, Any, Sequence[Any], LiveTable | None, Any]]:
    """The fields for those who only read: the value in words, a table's rows, the changes, what the project says elsewhere."""
    for field in shown.fields:
        value = shown.values[field.key] or shown.facts.get(field.key, "")
        is_table = sections.field_kind(field) == sections.Kind.TABLE
        why = why_words(facts.reason_of(shown.stored, field.key, shown.facts.get(field.key, "")))
        table = shown.live.get(field.key)
        yield (
            field,
            "" if is_table else "\n\n".join(filter(None, (sections.value_words(field, value), why))),
            value if is_table else (),
            histories.get(field.key, ()),
            table,
            live_page(shown.opened.document, table),
        )
