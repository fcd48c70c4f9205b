"""One page for each item, and the lists without filters."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from kl_ai.pages.cache import versioned_page
from kl_ai.pages.querystring import encode

from .. import filled_tables, left_out, linking, plans
from ..catalogue import Catalogue, catalogues
from ..files.names import MAX_LETTERS
from ..kinds import ROLE, TEMPLATE
from ..marks import LinkMarks
from ..models import Activity, DocumentTemplate, Phase, Requirement, Role, TemplateField
from ..screening import Situation, verdict
from ..selection import page_parameters, read_situation
from .pages import get_item_or_404, in_danish, left_out_context, neighbours, render_item_page, render_list_page
from .papers import copies, file_links


@versioned_page
def item(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """An item whose template needs nothing beside what every item page has: a risk, a requirement."""
    catalogue, item = get_item_or_404(request, kind, key)
    return render_item_page(request, catalogue, item, **neighbours(item, catalogue.all(kind)))


# Phases and roles -------------------------------------------------------------------------------


def _plan_entries(activities: Sequence[Activity], catalogue: Catalogue, situation: Situation) -> list[plans.PlanEntry]:
    """The activities with their roles, and the reasons of those that apply because of an answer.

    What depends on an unanswered question is said on the overview alone, which has the questions.
    """
    return [
        plans.entry(activity, verdict(activity, catalogue, situation), catalogue, answered=False)
        for activity in activities
    ]


def _templates_of(phase: Phase, catalogue: Catalogue, situation: Situation) -> list[DocumentTemplate]:
    """The templates that the archive of the phase holds."""
    activities = catalogue.linked(phase, Activity.KIND)
    return left_out.split_templates(catalogue.templates_for(phase), activities, catalogue, situation.applied)[0]


@versioned_page
def phase(request: HttpRequest, key: str) -> HttpResponse:
    """The activities of a phase with their roles, its goal and result, its templates and its checklist."""
    catalogue, item = get_item_or_404(request, Phase.KIND, key)
    situation, notices = read_situation(request, catalogue)
    all_activities = catalogue.linked(item, Activity.KIND)
    applying, pieces = left_out.split(all_activities, catalogue, situation)
    activities = all_activities if situation.shows_all else applying
    templates = _templates_of(item, catalogue, situation)
    return render_item_page(
        request,
        catalogue,
        item,
        crumbs=[(in_danish(str(item)), "")],
        section="overview",
        **left_out_context(request, Activity.KIND, pieces, situation),
        situation_notices=notices,
        entries=_plan_entries(activities, catalogue, situation.applied),
        page_query=encode(page_parameters(situation)),
        templates=linking.refs(templates),
        has_checklist=any(catalogue.checklist(activity) for activity in activities),
        **neighbours(item, catalogue.phases),
    )


@versioned_page
def roles(request: HttpRequest) -> HttpResponse:
    """The roles, each with why it is involved and the number of its activities that its page shows."""
    catalogue = catalogues.for_request(request)
    situation, notices = read_situation(request, catalogue)
    rows = [
        (role, len(left_out.split(catalogue.linked(role, Activity.KIND), catalogue, situation)[0]))
        for role in catalogue.roles
    ]
    return render_list_page(request, ROLE, catalogue, rows=rows, situation=situation, situation_notices=notices)


@dataclass(frozen=True, slots=True)
class ReadingPhase:
    """A phase of a role's reading list: the activities that the role takes part in, and its part in each."""

    phase: Phase
    rows: list[tuple[Activity, plans.Participant]]


def _reading_list(role: Role, activities: Sequence[Activity], catalogue: Catalogue) -> list[ReadingPhase]:
    rows = [
        (activity, participant)
        for activity in activities
        for participant in plans.participants(activity, catalogue)
        if participant.role is role
    ]
    phases = ((phase, [row for row in rows if row[0].phase is phase]) for phase in catalogue.phases)
    return [ReadingPhase(phase, phase_rows) for phase, phase_rows in phases if phase_rows]


@versioned_page
def role(request: HttpRequest, key: str) -> HttpResponse:
    """A role's reading list by phase. The vendor's page has the requirements that a vendor must know as well."""
    catalogue, item = get_item_or_404(request, Role.KIND, key)
    situation, notices = read_situation(request, catalogue)
    all_activities = catalogue.linked(item, Activity.KIND)
    applying, pieces = left_out.split(all_activities, catalogue, situation)
    activities = all_activities if situation.shows_all else applying
    with_questions, _pieces = left_out.split(catalogue.activities, catalogue, situation.applied)
    is_vendor = item.slug == Role.VENDOR
    requirements, not_required = left_out.split(catalogue.requirements, catalogue, situation.applied)
    return render_item_page(
        request,
        catalogue,
        item,
        **left_out_context(request, Activity.KIND, pieces, situation),
        situation_notices=notices,
        is_vendor=is_vendor,
        plan_url=reverse("toolbox:overview") + situation.with_role(item.slug).query(),
        reading=_reading_list(item, activities, catalogue),
        questions=sum(len(catalogue.checklist_rows(activity, item)) for activity in with_questions),
        page_query=encode(page_parameters(situation)),
        requirements=requirements if is_vendor else [],
        requirements_left_out=not_required if is_vendor else [],
        others=sum(requirement.addressee == Requirement.Addressee.MUNICIPALITY for requirement in requirements),
        vendor_files=file_links("toolbox:annex", ("docx", "xlsx", "pdf"), query=page_parameters(situation)),
    )


# Activities -------------------------------------------------------------------------------------


@versioned_page
def activity(request: HttpRequest, key: str) -> HttpResponse:
    """What, why, who and when, the checklist, the templates, and the risks, requirements and law behind it."""
    catalogue, item = get_item_or_404(request, Activity.KIND, key)
    situation, notices = read_situation(request, catalogue)
    templates = catalogue.linked(item, DocumentTemplate.KIND)
    marks = LinkMarks(catalogue, situation).by_key(DocumentTemplate.KIND)
    return render_item_page(
        request,
        catalogue,
        item,
        crumbs=[(in_danish(str(item.phase)), linking.url(item.phase)), (item.code, "")],
        section="activities",
        situation=situation,
        situation_notices=notices,
        outputs=[(template, marks.get(template.key, "")) for template in templates],
        participants=plans.participants(item, catalogue),
        checklist=catalogue.checklist_rows(item),
        **neighbours(item, catalogue.activities),
    )


# Templates --------------------------------------------------------------------------------------


@versioned_page
def templates(request: HttpRequest) -> HttpResponse:
    """All templates, the central ones marked, and the phases whose templates can be fetched together."""
    catalogue = catalogues.for_request(request)
    situation, notices = read_situation(request, catalogue)
    applying, pieces = left_out.split_templates(catalogue.templates, catalogue.activities, catalogue, situation)
    templates = catalogue.templates if situation.shows_all else applying
    return render_list_page(
        request,
        TEMPLATE,
        catalogue,
        **left_out_context(request, DocumentTemplate.KIND, pieces, situation),
        situation_notices=notices,
        rows=[(template, linking.refs(catalogue.linked(template, Activity.KIND))) for template in templates],
        page_query=encode(page_parameters(situation)),
        phases=[phase for phase in catalogue.phases if _templates_of(phase, catalogue, situation)],
    )


@dataclass(frozen=True, slots=True)
class SectionPreview:
    """A section of a template with its fields, as the page shows them."""

    heading: str
    guidance: str
    fields: list[tuple[TemplateField, list[list[str]]]]
    """Each with the rows that the catalogue gives it."""
    is_own_only: bool
    """Whether the paper that is sent to others is without it."""


@versioned_page
def template(request: HttpRequest, key: str) -> HttpResponse:
    """A template's sections and fields, and its files."""
    catalogue, item = get_item_or_404(request, DocumentTemplate.KIND, key)
    situation, notices = read_situation(request, catalogue)
    all_sections = catalogue.sections(item)
    applying, pieces = left_out.split(all_sections, catalogue, situation)
    sections = [
        SectionPreview(
            section.heading,
            section.guidance,
            [(field, filled_tables.rows(field, catalogue, situation.applied)) for field in catalogue.fields(section)],
            item.is_sent and section.own_copy_only,
        )
        for section in (all_sections if situation.shows_all else applying)
    ]
    offered = copies(
        "toolbox:template_file", [item.code], page_parameters(situation), ("docx", "pdf"), outward=item.is_sent
    )
    return render_item_page(
        request,
        catalogue,
        item,
        **left_out_context(request, "section", pieces, situation),
        situation_notices=notices,
        sections=sections,
        field_count=sum(len(section.fields) for section in sections),
        copies=offered,
        max_letters=MAX_LETTERS,
        **neighbours(item, catalogue.templates),
    )
