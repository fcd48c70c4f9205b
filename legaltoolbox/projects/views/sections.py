"""The page of a section of a document: its fields, filled in on the web."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from kl_ai.drafts.autosave import conflict_response, refused_response, saved_response
from kl_ai.drafts.parts import ChangedMeanwhile, PageSave, fingerprint, new_page
from kl_ai.login import restore
from kl_ai.requests.http import AuthenticatedRequest, get_and_post, is_fetch
from legaltoolbox.linking import linker
from legaltoolbox.models import DocumentTemplate, TemplateField, TemplateSection

from ..models import DocumentPart, ProjectDocument
from ..models.live import later_places
from ..rights import Right
from ..work import earlier, facts, sections, way
from ..work.discussions import discussion
from ..work.documents import ATTACHMENTS, BY_THE_PORTAL
from ..work.live import LiveTable, own_rows, shown_facts, shown_tables, unless_changed, with_own_rows
from ..work.section_edits import Histories, edits_by_field, latest_edits, others_just_now, why_words
from ..work.section_form import ROW_BUTTON, SectionForm, field_name
from .documents import OpenDocument, may_fill_in, own_document
from .lookups import project_page
from .section_links import fact_url, live_page


class FieldNotes(NamedTuple):
    """What a page says below a field."""

    is_unadapted: bool
    """Whether something is still to be written in the wording."""
    nothing: str
    """What stands in the document where the field is empty on purpose; "" where it is not."""
    if_empty: str
    """What would stand there if an empty field stayed so; "" where it has to be filled in, or is."""
    is_later: bool
    """Whether it is written in the next version."""
    begun: list[tuple[ProjectDocument, DocumentTemplate]]
    """What a list of attachments may name."""


@dataclass(frozen=True)
class OpenSection:
    """A section of a document with its fields, as its page needs it."""

    opened: OpenDocument
    section: TemplateSection
    fields: list[TemplateField]
    empty: dict[str, Any]
    stored: dict[str, Any]
    answered: set[str]
    """The keys of the fields that hold an answer, be it an empty one."""
    facts: dict[str, str]
    live: dict[str, LiveTable]
    """Tables that show what the project says elsewhere, by the keys of their fields."""
    way: dict[str, str]
    """What has happened to the document, by the keys of the fields that say it."""

    @property
    def values(self) -> dict[str, Any]:
        """What is stored; of a table with rows of the project the own ones alone."""
        return with_own_rows(self.stored, self.live)

    @property
    def sections(self) -> list[TemplateSection]:
        return self.opened.catalogue.sections(self.opened.template)

    @property
    def by_project(self) -> list[TemplateField]:
        """The fields that show what the project says elsewhere: whatever the guidance asks for, nobody fills them in here."""
        return (
            []
            if self.opened.document.approved_content
            else [field for field in self.fields if field.key in self.live and self.live[field.key].has_page]
        )

    @property
    def by_way(self) -> list[TemplateField]:
        """The fields that the document's way fills and nobody else."""
        return (
            [] if self.opened.document.approved_content else [field for field in self.fields if not self.is_open(field)]
        )

    @property
    def begun(self) -> list[tuple[ProjectDocument, DocumentTemplate]]:
        """The newest version of each other document of the project, with its template. One query."""
        project, templates = self.opened.project, self.opened.catalogue.by_key[DocumentTemplate.KIND]
        others = project.documents.exclude(template=self.opened.template.code).with_conditions().order_by("version")
        newest = {document.template: document for document in others}
        return [(newest[code], templates[code]) for code in sorted(newest) if code in templates]

    @cached_property
    def last_saved(self) -> DocumentPart | None:
        """When and by whom the section was saved last. One query."""
        return self.opened.document.last_save(self.section.key)

    @cached_property
    def nothing(self) -> dict[str, str]:
        """The keys of the fields that are empty on purpose, to what stands there in the document. One query."""
        counted = [field for field in self.fields if field.key not in self.way and field.key not in self.later]
        stored = {(self.section.key, key): self.stored[key] for key in self.answered} | {
            (self.section.key, key): fact for key, fact in self.facts.items() if not self.stored[key]
        }
        live = {(self.section.key, key): table for key, table in self.live.items()}
        return sections.empty_on_purpose(self.section, counted, stored, live, is_saved=self.last_saved is not None)

    def _if_empty(self, field: TemplateField) -> str:
        """As `FieldNotes` has it."""
        table, value = self.live.get(field.key), self.values[field.key] or self.facts.get(field.key, "")
        is_shown = field.key in self.way or (table is not None and bool(table.rows or table.lacking))
        is_open = not is_shown and not sections.is_filled(field, value)
        return sections.optional_words(field) if is_open else ""

    @cached_property
    def later(self) -> set[str]:
        """The keys of the fields that are written in the next version."""
        places = later_places(self.opened.template.code, self.opened.document.version)
        return {field for section, field in places if section == self.section.key}

    def notes(self, field: TemplateField) -> FieldNotes:
        """What stands below the field. One query for a list of attachments."""
        place = self.opened.template.code, self.section.key, field.key
        return FieldNotes(
            is_unadapted=field.key not in self.way and sections.is_unadapted(field, self.stored[field.key]),
            nothing=self.nothing.get(field.key, ""),
            if_empty=self._if_empty(field),
            is_later=field.key in self.later,
            begun=self.begun if place in ATTACHMENTS and not self.opened.document.approved_content else [],
        )

    @property
    def next_url(self) -> str:
        """The address of the next section; of the document where this is the last."""
        place = self.sections.index(self.section) + 1
        return self.opened.section_url(self.sections[place].key) if place < len(self.sections) else self.opened.url

    def is_done(self, field: TemplateField) -> bool:
        """Whether the field is filled in and cannot be changed."""
        return not self.opened.document.is_writable and bool(self.stored[field.key])

    def form(self, data: Any = None) -> SectionForm:
        """The form of the fields that can be written, filled with `data`."""
        fields = [field for field in self.fields if self.is_open(field) or _is_sent(field, data)]
        return SectionForm(fields, self.values, linker(self.opened.catalogue), data, self.facts)

    def is_open(self, field: TemplateField) -> bool:
        """Whether it is for people to write: not where the document's way fills it, save as `way.is_open`."""
        if field.key not in self.way:
            return True
        text, value = self.way[field.key], self.stored[field.key]
        return way.is_open(self.opened.document, self.section.key, field, text, value)

    def happened(self, field: TemplateField) -> str | None:
        """What the field says of the document's way; None where it says nothing, or nothing has happened and people write there."""
        text = self.way.get(field.key)
        return None if not text and self.is_open(field) else text


def _is_sent(field: TemplateField, data: Any) -> bool:
    """Whether `data` holds something for the field: what a page had a control for is never lost."""
    return bool(data) and any(f"{field_name(field.key)}{end}" in data for end in ("", ".rows"))


def open_section(opened: OpenDocument, key: str) -> OpenSection:
    """The section with this key; 404 where the template has none. Three queries, and five at most for what it shows of the project or its way."""
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
    texts = {field: text for (_section, field), text in way.shown_way(opened.document, opened.template, key).items()}
    rows = opened.document.stored(key, dict.fromkeys(empty))
    own = {field: value for field, value in rows.items() if value is not None}
    return OpenSection(opened, section, fields, empty, {**empty, **own}, set(own), known, live, texts)


@restore.restorable
@never_cache
@get_and_post
def section(request: AuthenticatedRequest, code: str, number: int, nr: int, section: str) -> HttpResponse:
    """`…/dokumenter/<nr>/<section>/`: the fields of a section. POST saves the valid ones and shows the others.

    Eleven queries, one more where something is commented, and five at most for what it shows of the project or its way.
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


def _refusal(refused: ValidationError, shown: OpenSection) -> str:
    """Why nothing was saved; what is about a field stands after its name."""
    if not hasattr(refused, "error_dict"):
        return " ".join(refused.messages)
    names = {field.key: field.label for field in shown.fields}
    return " ".join(f"{names.get(key, key)}: {' '.join(told)}" for key, told in refused.message_dict.items())


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
        sentence = _refusal(refused, shown)
        if is_fetch(request):
            return refused_response(sentence)
        messages.error(request, sentence)
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
    if "_steps" in request.POST:
        return shown.opened.steps_url
    return shown.next_url if "_next" in request.POST else shown.opened.url


def section_page(
    request: AuthenticatedRequest, shown: OpenSection, form: SectionForm, seen: str, **context: Any
) -> HttpResponse:
    """The page of a section. `context`: after a conflict `conflict` and `saved_meanwhile`. Three queries, four where something is commented."""
    opened = shown.opened
    edits = latest_edits(opened.document, shown.section.key)
    histories = edits_by_field(edits, shown.fields)
    is_form = bool(form.fields) and (may_fill_in(opened.project, opened.document) or form.is_bound)
    return project_page(
        request,
        opened.project,
        "section",
        shown.section.heading,
        text_keys=opened.text_keys,
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
        last_saved=shown.last_saved,
        fields=list(_fields(shown, form, histories)) if is_form else [],
        values=[] if is_form else list(_values(shown, histories)),
        linker=linker(opened.catalogue),
        document_url=opened.url,
        later=[field for field in shown.fields if field.key in shown.later and not shown.is_done(field)],
        **_elsewhere(shown),
        not_filled_in=[code for code in sorted(BY_THE_PORTAL) if code in shown.section.guidance],
        steps_url="" if opened.document.approved_content else opened.steps_url,
        next_url=shown.next_url,
        discussion=discussion(opened.project, f"{opened.document.number}.{shown.section.key}"),
        **context,
    )


def _elsewhere(shown: OpenSection) -> dict[str, Any]:
    """What the section shows that nobody fills in here: of the project, of the document's way, and earlier answers. Two queries."""
    return {
        "by_project": shown.by_project,
        "by_way": shown.by_way,
        "is_all_by_way": len(shown.by_way) == len(shown.fields),
        "earlier": earlier.of_section(shown.opened.document, shown.section.key, shown.fields, shown.stored),
    }


def _fields(shown: OpenSection, form: SectionForm, histories: Histories) -> Iterator[tuple[Any, ...]]:
    """The fields for those who fill in: the control, the changes, and the pages where rows and facts of the project are written.

    A field that the document's way fills has its text, and None for the control where nobody has typed something.
    """
    document = shown.opened.document
    items = {item.field.key: item for item in form.form_fields(shown.live)}
    for field in shown.fields:
        item = items.get(field.key)
        page, url = live_page(document, item.live if item else None), fact_url(document, shown.section, field)
        yield field, item, shown.happened(field), histories.get(field.key, ()), page, url, shown.notes(field)


def _values(
    shown: OpenSection, histories: Histories
) -> Iterator[tuple[TemplateField, str | None, str, Any, Sequence[Any], LiveTable | None, Any, FieldNotes]]:
    """The fields for those who only read: what has happened, the value in words, a table's rows, the changes, what the project says elsewhere, and the notes."""
    for field in shown.fields:
        notes = shown.notes(field)
        if not shown.is_open(field):
            yield field, shown.happened(field), "", (), histories.get(field.key, ()), None, None, notes
            continue
        value = shown.values[field.key] or shown.facts.get(field.key, "")
        is_table = sections.field_kind(field) == sections.Kind.TABLE
        why = why_words(facts.reason_of(shown.stored, field.key, shown.facts.get(field.key, "")))
        table = shown.live.get(field.key)
        rows: Any = own_rows(cast(list[Any], value)) if table else value
        yield (
            field,
            shown.happened(field),
            "" if is_table else "\n\n".join(filter(None, (sections.value_words(field, value), why))),
            rows if is_table else (),
            histories.get(field.key, ()),
            table,
            live_page(shown.opened.document, table),
            notes,
        )
