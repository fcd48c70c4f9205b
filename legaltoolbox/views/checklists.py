"""Checklists for screen, paper and Word: of an activity, of a phase, of a role. Ticks stay in the page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from kl_ai.export.docx import docx_response

from .. import linking
from ..catalogue import Catalogue
from ..files import docx
from ..models import Activity, ChecklistItem, LegalSource, Phase, Role
from .pages import danish, find, page, status, toolbox_page


@dataclass(frozen=True, slots=True)
class Block:
    """An activity's questions."""

    activity: Activity
    checks: list[tuple[ChecklistItem, list[LegalSource]]]


@dataclass(frozen=True)
class Checklist:
    """What a page and a file show alike."""

    title: str
    """In Danish, as the file is called."""
    crumb: tuple[str, str]
    file_url: str
    blocks: list[Block]
    catalogue: Catalogue
    role: Role | None = None

    @property
    def activities(self) -> list[Activity]:
        return [block.activity for block in self.blocks]


@toolbox_page
def of_activity(request: HttpRequest, code: str) -> HttpResponse:
    return _page(request, _of_activity(request, code))


@toolbox_page
def of_phase(request: HttpRequest, slug: str) -> HttpResponse:
    return _page(request, _of_phase(request, slug))


@toolbox_page
def of_role(request: HttpRequest, slug: str) -> HttpResponse:
    return _page(request, _of_role(request, slug))


@toolbox_page
def activity_file(request: HttpRequest, code: str) -> HttpResponse:
    return _file(_of_activity(request, code))


@toolbox_page
def phase_file(request: HttpRequest, slug: str) -> HttpResponse:
    return _file(_of_phase(request, slug))


@toolbox_page
def role_file(request: HttpRequest, slug: str) -> HttpResponse:
    return _file(_of_role(request, slug))


def _of_activity(request: HttpRequest, code: str) -> Checklist:
    catalogue, item = find(request, Activity.KIND, code)
    return Checklist(
        f"{item.code} {item.title}",
        (danish(str(item)), linking.url(item)),
        reverse("toolbox:activity_checklist_file", args=[item.code]),
        _blocks([item], catalogue),
        catalogue,
    )


def _of_phase(request: HttpRequest, slug: str) -> Checklist:
    catalogue, item = find(request, Phase.KIND, slug)
    return Checklist(
        f"Fase {item}",
        (danish(str(item)), linking.url(item)),
        reverse("toolbox:phase_checklist_file", args=[item.slug]),
        _blocks(catalogue.linked(item, Activity.KIND), catalogue),
        catalogue,
    )


def _of_role(request: HttpRequest, slug: str) -> Checklist:
    catalogue, item = find(request, Role.KIND, slug)
    return Checklist(
        item.name,
        (danish(item.name), linking.url(item)),
        reverse("toolbox:role_checklist_file", args=[item.slug]),
        _blocks(catalogue.activities, catalogue, item),
        catalogue,
        item,
    )


def _blocks(activities: Sequence[Activity], catalogue: Catalogue, role: Role | None = None) -> list[Block]:
    blocks = [Block(one, docx.checks(one, catalogue, role)) for one in activities]
    return [block for block in blocks if block.checks]


def _page(request: HttpRequest, checklist: Checklist) -> HttpResponse:
    context: dict[str, Any] = status(*checklist.activities, tell_unsettled=True)
    return page(
        request, "checklist", checklist.catalogue, [checklist.crumb, (_("Checklist"), "")], "overview",
        title=checklist.title,
        blocks=checklist.blocks,
        count=sum(len(block.checks) for block in checklist.blocks),
        role=checklist.role,
        file_url=checklist.file_url if checklist.blocks else "",
        status=context,
    )  # fmt: skip


def _file(checklist: Checklist) -> HttpResponse:
    if not checklist.blocks:
        raise Http404
    paper = docx.checklist(checklist.title, checklist.activities, checklist.catalogue, role=checklist.role)
    return docx_response(docx.filename("Tjekliste", checklist.title, ending="docx"), paper)
