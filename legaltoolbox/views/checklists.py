"""Checklists for screen, paper and Word: of an activity, of a phase, of a role. Ticks stay in the page."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from kl_ai.pages.cache import versioned_page

from .. import linking
from ..catalogue import Catalogue, ChecklistRow
from ..files import documents
from ..files.names import MAX_LETTERS
from ..files.paper import read_own_paper
from ..left_out import LeftOut, split
from ..models import Activity, Item, Phase, Role
from ..screening import Situation
from ..selection import page_parameters, read_situation
from .names import file_with_names
from .pages import get_item_or_404, in_danish, left_out_context, render_toolbox_page, review_status
from .papers import PaperCopy, document_response, file_links


@dataclass(frozen=True, slots=True)
class ActivityChecklist:
    """The questions of one activity."""

    activity: Activity
    checks: list[ChecklistRow]


@dataclass(frozen=True)
class Checklist:
    """The content of a checklist, for its page and for its file."""

    title: str
    """In Danish, as the file is called."""
    item: Item
    """The activity, the phase or the role."""
    item_title: str
    blocks: list[ActivityChecklist]
    """Only the activities that have a question."""
    catalogue: Catalogue
    situation: Situation
    notices: tuple[str, ...] = ()
    """Sentences about the parts of the address that were ignored."""
    pieces: list[LeftOut] = field(default_factory=list)
    """The activities of the phase or the role that do not apply in the situation; shown, too, where it shows all."""
    role: Role | None = None
    """The role that all of the questions are answered by, where it is the checklist of one."""

    @property
    def activities(self) -> list[Activity]:
        return [block.activity for block in self.blocks]


# Pages and files --------------------------------------------------------------------------------


@versioned_page
def activity_checklist(request: HttpRequest, key: str) -> HttpResponse:
    """The checklist of one activity, as a page."""
    return _render_checklist(request, _activity_checklist(request, key))


@versioned_page
def phase_checklist(request: HttpRequest, key: str) -> HttpResponse:
    """The checklists of a phase's activities, as a page."""
    return _render_checklist(request, _phase_checklist(request, key))


@versioned_page
def role_checklist(request: HttpRequest, key: str) -> HttpResponse:
    """The questions that a role answers, as a page."""
    return _render_checklist(request, _role_checklist(request, key))


@file_with_names
def activity_checklist_file(request: HttpRequest, key: str, ending: str) -> HttpResponse:
    """The checklist of one activity, as a Word document or a PDF."""
    return _checklist_response(request, _activity_checklist(request, key, for_paper=True), ending)


@file_with_names
def phase_checklist_file(request: HttpRequest, key: str, ending: str) -> HttpResponse:
    """The checklists of a phase's activities, as a Word document or a PDF."""
    return _checklist_response(request, _phase_checklist(request, key, for_paper=True), ending)


@file_with_names
def role_checklist_file(request: HttpRequest, key: str, ending: str) -> HttpResponse:
    """The questions that a role answers, as a Word document or a PDF."""
    return _checklist_response(request, _role_checklist(request, key, for_paper=True), ending)


# Contents of checklists ---------------------------------------------------------------------------


def _activity_checklist(request: HttpRequest, key: str, *, for_paper: bool = False) -> Checklist:
    catalogue, item = get_item_or_404(request, Activity.KIND, key)
    situation, notices = read_situation(request, catalogue, for_paper=for_paper)
    blocks = _blocks([item], catalogue)
    return Checklist(f"{item.code} {item.title}", item, str(item), blocks, catalogue, situation, notices)


def _phase_checklist(request: HttpRequest, key: str, *, for_paper: bool = False) -> Checklist:
    catalogue, item = get_item_or_404(request, Phase.KIND, key)
    situation, notices = read_situation(request, catalogue, for_paper=for_paper)
    blocks, pieces = _of_situation(catalogue.linked(item, Activity.KIND), catalogue, situation)
    return Checklist(f"Fase {item}", item, str(item), blocks, catalogue, situation, notices, pieces)


def _role_checklist(request: HttpRequest, key: str, *, for_paper: bool = False) -> Checklist:
    catalogue, item = get_item_or_404(request, Role.KIND, key)
    situation, notices = read_situation(request, catalogue, for_paper=for_paper)
    blocks, pieces = _of_situation(catalogue.activities, catalogue, situation, item)
    return Checklist(item.name, item, item.name, blocks, catalogue, situation, notices, pieces, role=item)


def _of_situation(
    activities: Sequence[Activity], catalogue: Catalogue, situation: Situation, role: Role | None = None
) -> tuple[list[ActivityChecklist], list[LeftOut]]:
    """The questions of the activities that apply, or of all where the situation says so, and the others among them."""
    with_questions = [block.activity for block in _blocks(activities, catalogue, role)]
    applying, pieces = split(with_questions, catalogue, situation)
    return _blocks(with_questions if situation.shows_all else applying, catalogue, role), pieces


def _blocks(activities: Sequence[Activity], catalogue: Catalogue, role: Role | None = None) -> list[ActivityChecklist]:
    blocks = [ActivityChecklist(activity, catalogue.checklist_rows(activity, role)) for activity in activities]
    return [block for block in blocks if block.checks]


def _render_checklist(request: HttpRequest, checklist: Checklist) -> HttpResponse:
    item = checklist.item
    query = page_parameters(checklist.situation)
    files = file_links(f"toolbox:{item.KIND}_checklist_file", ("docx", "pdf"), [item.key], query)
    return render_toolbox_page(
        request,
        "checklist",
        checklist.catalogue,
        crumbs=[(in_danish(checklist.item_title), linking.url(item)), (_("Checklist"), "")],
        section="overview",
        situation_notices=checklist.notices,
        **left_out_context(request, Activity.KIND, checklist.pieces, checklist.situation),
        title=checklist.title,
        blocks=checklist.blocks,
        count=sum(len(block.checks) for block in checklist.blocks),
        role=checklist.role,
        files=files if checklist.blocks else [],
        named_copies=[PaperCopy("", "", files)],
        max_letters=MAX_LETTERS,
        status=review_status(checklist.activities, with_unsettled=True),
    )


def _checklist_response(request: HttpRequest, checklist: Checklist, ending: str) -> HttpResponse:
    """The checklist as a Word document or a PDF. Raises `Http404` where there is no question."""
    if not checklist.blocks:
        raise Http404
    document = documents.checklist(
        checklist.title,
        checklist.activities,
        checklist.catalogue,
        role=checklist.role,
        paper=read_own_paper(request, checklist.situation, checklist.notices),
        pieces=[] if checklist.situation.shows_all else checklist.pieces,
    )
    return document_response(ending, document, checklist.catalogue, "Tjekliste", checklist.title)
