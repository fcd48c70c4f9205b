"""One page for each item: phase, role, activity, template, risk, requirement."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from kl_ai.pages.querystring import encode

from .. import linking, onepager
from ..catalogue import Catalogue, catalogues
from ..files.docx import checks
from ..filtersets import PICK
from ..linking import related
from ..models import Activity, DocumentTemplate, Item, LegalSource, Phase, Requirement, Risk, Role, TemplateField
from ..screening import ALWAYS
from .pages import danish, find, page, status, toolbox_page


def _neighbours(item: Item, items: Sequence[Item]) -> dict[str, Item | None]:
    """The items before and after this one in their order."""
    at = items.index(item)
    return {"previous": items[at - 1] if at else None, "next": items[at + 1] if at + 1 < len(items) else None}


def _entries(activities: Sequence[Activity], catalogue: Catalogue) -> list[onepager.Entry]:
    """The activities with their roles, whatever the situation."""
    return [onepager.entry(one, ALWAYS, catalogue) for one in activities]


# Phases and roles -------------------------------------------------------------------------------


@toolbox_page
def phase(request: HttpRequest, slug: str) -> HttpResponse:
    """What is to be done in one phase, by whom, and what stands when it is over."""
    catalogue, item = find(request, Phase.KIND, slug)
    activities = catalogue.linked(item, Activity.KIND)
    templates = catalogue.templates_of(item)
    return page(
        request, "phase", catalogue, [(danish(str(item)), "")], "overview",
        item=item,
        entries=_entries(activities, catalogue),
        templates=linking.refs(templates),
        has_checklist=any(catalogue.checklist(one) for one in activities),
        related=related(item, catalogue),
        sources=catalogue.linked(item, LegalSource.KIND),
        status=status(item),
        **_neighbours(item, catalogue.phases),
    )  # fmt: skip


@toolbox_page
def roles(request: HttpRequest) -> HttpResponse:
    """Who takes part, and why."""
    catalogue = catalogues.for_request(request)
    return page(
        request, "roles", catalogue, [(_("Roles"), "")], "roles",
        rows=[(role, len(catalogue.linked(role, Activity.KIND))) for role in catalogue.roles],
        status=status(*catalogue.roles),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """What a role has to do in one phase."""

    phase: Phase
    rows: list[tuple[Activity, onepager.Part]]


@toolbox_page
def role(request: HttpRequest, slug: str) -> HttpResponse:
    """A role's reading list by phase. That of the vendor says what a vendor must know."""
    catalogue, item = find(request, Role.KIND, slug)
    mine = [(one, part) for one in catalogue.linked(item, Activity.KIND) for part in _part(one, item, catalogue)]
    is_vendor = item.slug == Role.VENDOR
    return page(
        request, "role", catalogue, [(_("Roles"), reverse("toolbox:roles")), (danish(item.name), "")], "roles",
        item=item,
        is_vendor=is_vendor,
        reading=[
            Reading(one, rows) for one in catalogue.phases if (rows := [row for row in mine if row[0].phase is one])
        ],
        questions=sum(len(checks(one, catalogue, item)) for one in catalogue.activities),
        requirements=[one for one in catalogue.requirements if one.concerns_vendor] if is_vendor else [],
        others=sum(not one.concerns_vendor for one in catalogue.requirements) if is_vendor else 0,
        vendor_query=VENDOR_QUERY,
        related=related(item, catalogue),
        sources=catalogue.linked(item, LegalSource.KIND),
        status=status(item),
    )  # fmt: skip


VENDOR_QUERY = encode((("addressee", "vendor"), ("addressee", "both")))
"""All that a vendor must know, as a selection of the requirements."""


def _part(activity: Activity, role: Role, catalogue: Catalogue) -> Iterator[onepager.Part]:
    return (part for part in onepager.parts(activity, catalogue) if part.role is role)


# Activities -------------------------------------------------------------------------------------


@toolbox_page
def activity(request: HttpRequest, code: str) -> HttpResponse:
    """What, why, who, when, how, what comes of it, which risks it treats and which law says so."""
    catalogue, item = find(request, Activity.KIND, code)
    return page(
        request, "activity", catalogue, [(danish(str(item.phase)), linking.url(item.phase)), (item.code, "")], "overview",
        item=item,
        parts=onepager.parts(item, catalogue),
        conditions=catalogue.conditions(item),
        checklist=checks(item, catalogue),
        templates=catalogue.linked(item, DocumentTemplate.KIND),
        related=related(item, catalogue),
        sources=catalogue.linked(item, LegalSource.KIND),
        status=status(item),
        **_neighbours(item, catalogue.activities),
    )  # fmt: skip


# Templates --------------------------------------------------------------------------------------


@toolbox_page
def templates(request: HttpRequest) -> HttpResponse:
    """All templates, the central ones marked."""
    catalogue = catalogues.for_request(request)
    return page(
        request, "templates", catalogue, [(_("Templates"), "")], "templates",
        rows=[(one, linking.refs(catalogue.linked(one, Activity.KIND))) for one in catalogue.templates],
        phases=[one for one in catalogue.phases if catalogue.templates_of(one)],
        status=status(*catalogue.templates),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a template with its fields, as the preview shows them."""

    heading: str
    guidance: str
    fields: list[TemplateField]


@toolbox_page
def template(request: HttpRequest, code: str) -> HttpResponse:
    """A template's sections and fields, and its file."""
    catalogue, item = find(request, DocumentTemplate.KIND, code)
    sections = [Section(one.heading, one.guidance, catalogue.fields(one)) for one in catalogue.sections(item)]
    return page(
        request, "template", catalogue, [(_("Templates"), reverse("toolbox:templates")), (item.code, "")], "templates",
        item=item,
        sections=sections,
        field_count=sum(len(section.fields) for section in sections),
        file_url=reverse("toolbox:template_file", args=[item.code]),
        related=related(item, catalogue),
        sources=catalogue.linked(item, LegalSource.KIND),
        status=status(item),
        **_neighbours(item, catalogue.templates),
    )  # fmt: skip


# Risks and requirements -------------------------------------------------------------------------


@toolbox_page
def risk(request: HttpRequest, code: str) -> HttpResponse:
    """A risk with its consequence for the citizen, causes, measures and requirements."""
    catalogue, item = find(request, Risk.KIND, code)
    return page(
        request, "risk", catalogue, [(_("Risks"), reverse("toolbox:risks")), (item.code, "")], "risks",
        item=item,
        phases=catalogue.linked(item, Phase.KIND),
        roles=catalogue.linked(item, Role.KIND),
        conditions=catalogue.conditions(item),
        related=related(item, catalogue),
        sources=catalogue.linked(item, LegalSource.KIND),
        status=status(item),
        **_neighbours(item, catalogue.risks),
    )  # fmt: skip


@toolbox_page
def requirement(request: HttpRequest, code: str) -> HttpResponse:
    """A requirement: what the law demands, a wording for the tender, and the evidence that closes it."""
    catalogue, item = find(request, Requirement.KIND, code)
    return page(
        request, "requirement", catalogue, [(_("Requirements"), reverse("toolbox:requirements")), (item.code, "")],
        "requirements",
        item=item,
        phases=catalogue.linked(item, Phase.KIND),
        conditions=catalogue.conditions(item),
        related=related(item, catalogue),
        sources=catalogue.linked(item, LegalSource.KIND),
        pick_url=reverse("toolbox:requirements") + encode([(PICK, item.code)]),
        status=status(item),
        **_neighbours(item, catalogue.requirements),
    )  # fmt: skip
