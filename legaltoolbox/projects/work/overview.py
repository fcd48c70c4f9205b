"""The overview of a project: where it stands, what waits for whom, what is next, and what must not be overlooked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import prefetch_related_objects
from django.urls import reverse
from django.utils import formats
from django.utils.html import format_html
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from legaltoolbox.catalogue import Catalogue
from legaltoolbox.models import Activity, DocumentTemplate
from legaltoolbox.screening import Situation, situation_answers

from ..models import DocumentStatus, Project, ProjectDocument, ProjectEvent
from ..rights import ProjectRole
from .annex_waiting import annex_lines
from .event_words import EventLine, event_lines
from .first_needs import needed_first
from .legal_bases import AT_THE_END, IN_USE, lacks_in_use, use_words
from .measures import MeasureRow, waiting_measures
from .own_texts import NOTHING, OwnTexts, changes_words, updates_url
from .plan import PlanRow, ProjectPlan, project_plan
from .risks import RiskCounts, RiskRow, risk_counts, risk_rows
from .situations import contradictions, open_questions, questions_words
from .waiting import WaitingThing, WhatToDo, asked_points, is_due_soon, open_advice, point_conditions, waiting_for

NEXT_TASKS = 5
LAST_EVENTS = 5
MOST_TITLES = 4
"""Documents of one status that are named; of more there is the number alone."""
MOST_LETTERS = 400
"""Letters of the management's conditions; all of them stand with the decision."""
Link = tuple[str, str]
"""Label and address."""


@dataclass(frozen=True)
class WaitingLine:
    """One thing that waits for the user."""

    text: str
    """What to do."""
    code: str
    title: str
    """What it is about, in Danish or in the words of the team; "" where the text says all."""
    is_danish: bool
    """Whether the title is the catalogue's."""
    note: str
    url: str
    is_overdue: bool = False


@dataclass(frozen=True)
class ProjectWarning:
    """What must not be overlooked."""

    kind: str
    """As `components/alert.html` has it."""
    heading: str
    text: str
    links: Sequence[Link]


@dataclass(frozen=True)
class PhaseLine:
    """A phase of the plan with how many of its tasks are done."""

    phase: Any
    done: int
    total: int
    is_now: bool
    url: str


@dataclass(frozen=True)
class StatusLine:
    """The documents of one status; `documents` are none where there are too many to name."""

    label: str
    number: int
    documents: Sequence[Link]


@dataclass(frozen=True)
class Overview:
    """What the page shows, in its order."""

    sentence: str
    waiting: Sequence[WaitingLine]
    warnings: Sequence[ProjectWarning]
    missing: Sequence[Link]
    """What a new project needs first and does not have yet, for who can see to it."""
    next: Sequence[PlanRow | MeasureRow]
    phases: Sequence[PhaseLine]
    done: int
    total: int
    documents: Sequence[StatusLine]
    risks: RiskCounts
    answers: Sequence[tuple[str, str]]
    """As `components/facts.html` has them, in Danish."""
    unanswered: int
    members: Sequence[tuple[str, str]]
    """Role and the names of those who have it."""
    events: Sequence[EventLine]


def project_overview(
    project: Project, user: Any, catalogue: Catalogue, today: date, own_texts: OwnTexts = NOTHING
) -> Overview:
    """The overview for `user`, whom `visible_to` was asked for. Sixteen queries at most, whatever the project holds."""
    prefetch_related_objects([project], "screening_answers")
    plan = project_plan(project, catalogue, today)
    fields = ("project", "number", "template", "version", "status", "opinion_until")
    documents = list(project.documents.with_conditions().only(*fields))
    missing = open_questions(plan.situation, catalogue)
    risks = risk_rows(project, catalogue, with_texts=False)
    members = _members(project)
    measures = waiting_measures(project, today) if project.is_active else []
    return Overview(
        sentence=_sentence(project, plan, measures, catalogue),
        waiting=_waiting_lines(project, user, plan, measures, documents, len(missing), catalogue, own_texts.waiting),
        warnings=[
            *_bases(project, plan.situation, catalogue),
            *_risks(project, risks),
            *_contradictions(project, catalogue),
        ],
        missing=needed_first(project, members.keys(), catalogue),
        next=_next(plan, measures, project.phase) if project.is_active else [],
        phases=_phases(project, plan),
        done=plan.done,
        total=plan.total,
        documents=_documents(project, documents, catalogue),
        risks=risk_counts(risks),
        answers=situation_answers(plan.situation, catalogue),
        unanswered=len(missing),
        members=[(capfirst(str(ProjectRole(role).label)), ", ".join(people)) for role, people in members.items()],
        events=event_lines(_last_events(project), catalogue),
    )


# Where it stands ----------------------------------------------------------------------------------


def _next(plan: ProjectPlan, measures: Sequence[MeasureRow], phase: str) -> list[PlanRow | MeasureRow]:
    """The next tasks and measures: those with a day first, the earliest before, then tasks before measures. No query."""
    rows: list[PlanRow | MeasureRow] = [*plan.next(NEXT_TASKS, phase), *measures]
    return sorted(rows, key=lambda row: row.due or date.max)[:NEXT_TASKS]


def _sentence(project: Project, plan: ProjectPlan, measures: Iterable[MeasureRow], catalogue: Catalogue) -> str:
    """Where the project stands, in one sentence."""
    if not project.is_active:
        return _("The project is closed. It is deleted with its history on %(day)s.") % {"day": deletion_day(project)}
    words = {"done": plan.done, "total": plan.total, "overdue": plan.overdue}
    phase = next((each for each in catalogue.phases if each.slug == project.phase), None)
    if phase is None:
        text = _("%(done)s of %(total)s tasks are done%(rest)s. Nobody has said yet which phase the project is in.")
    else:
        text = _("The project is in the phase “%(phase)s”: %(done)s of %(total)s tasks are done%(rest)s.")
    rest = ngettext(", and %(overdue)s is overdue", ", and %(overdue)s are overdue", plan.overdue) % words
    late = sum(row.is_overdue for row in measures)
    of_measures = ngettext(", and %(n)s measure is overdue", ", and %(n)s measures are overdue", late) % {"n": late}
    return text % {**words, "phase": phase, "rest": (rest if plan.overdue else "") + (of_measures if late else "")}


def deletion_day(project: Project) -> str:
    """The day on which a closed project is deleted, in words; "" while it is active."""
    return _day(project.deleted_on) if project.deleted_on else ""


def _day(day: date) -> str:
    return str(formats.date_format(day, "DATE_FORMAT"))


def _phases(project: Project, plan: ProjectPlan) -> list[PhaseLine]:
    activities = reverse("projects:activities", args=project.address)
    return [
        PhaseLine(
            each.phase,
            each.done,
            each.total,
            each.phase.slug == project.phase,
            f"{activities}#phase-{each.phase.slug}",
        )
        for each in plan.phases
    ]


def _members(project: Project) -> dict[str, list[str]]:
    """The roles that somebody has to the names. One query."""
    names: dict[str, list[str]] = {}
    for row in project.members.by_role().only("project", "role", *_name("member__user")):
        names.setdefault(row.role, []).append(str(row.member.user))
    return names


def _last_events(project: Project) -> Iterable[ProjectEvent]:
    """The last events, of whom they are about the names alone. One query."""
    own = ("project", "at", "what", "place", "old", "new", "reason")
    people = (*_name("actor"), *_name("person"), *_name("person_before"))
    events: Iterable[ProjectEvent] = project.events.with_people().only(*own, *people)[:LAST_EVENTS]
    return events


def _name(person: str) -> tuple[str, str]:
    """The columns that the name of this person is made of."""
    return f"{person}__full_name", f"{person}__email"


# What waits ---------------------------------------------------------------------------------------


def _waiting_lines(
    project: Project,
    user: Any,
    plan: ProjectPlan,
    measures: Iterable[MeasureRow],
    documents: Iterable[ProjectDocument],
    unanswered: int,
    catalogue: Catalogue,
    texts: int,
) -> list[WaitingLine]:
    """What waits for the user, overdue tasks first. Six queries at most."""
    templates = catalogue.by_key[DocumentTemplate.KIND]
    rows: list[PlanRow | MeasureRow] = [*plan.all_rows, *measures]
    own = {
        row.stored: row
        for row in rows
        if row.stored and row.is_of(user) and row.is_waiting and is_due_soon(row.due, row.today)
    }
    known = [document for document in documents if document.template in templates]
    planned = {row.code for row in plan.rows}
    points = [point for point in asked_points([project])[project.pk] if point in planned]
    conditions = [each for each in point_conditions([project])[project.pk] if each.point in planned]
    things = waiting_for(project, known, open_advice(known), own, unanswered, points, conditions, texts)
    lines = []
    for thing in things:
        if thing.document is not None:
            lines.append(_document_line(project, thing, templates[thing.document.template]))
        elif thing.task is not None:
            lines.append(_task_line(project, own[thing.task]))
        elif thing.point:
            lines.append(_point_line(project, thing, catalogue))
        elif thing.kind == WhatToDo.TEXTS:
            lines.append(WaitingLine(changes_words(thing.number), "", "", False, "", updates_url(project)))
        else:
            lines.append(_questions_line(project, thing, open_questions(plan.situation, catalogue)[0].code))
    lines += [WaitingLine(*fields) for fields in annex_lines(project)]
    return sorted(lines, key=lambda line: not line.is_overdue)


def _questions_line(project: Project, thing: WaitingThing, first: str) -> WaitingLine:
    url = reverse("projects:screening", args=project.address) + f"#{first}"
    return WaitingLine(questions_words(thing.number), "", "", False, "", url)


def _task_line(project: Project, row: PlanRow | MeasureRow) -> WaitingLine:
    note = _("due %(day)s") % {"day": _day(row.due)} if row.due else ""
    url = row.url or reverse("projects:activities", args=project.address)
    text = _("Your measure") if isinstance(row, MeasureRow) else _("Your task")
    return WaitingLine(text, row.code, row.title, bool(row.code), note, url, row.is_overdue)


def _point_line(project: Project, thing: WaitingThing, catalogue: Catalogue) -> WaitingLine:
    activity = catalogue.find(Activity.KIND, thing.point)
    text, place, note = _("Decide"), "decide-heading", ""
    if thing.decision is not None:
        text, place = _("Meet the conditions of the management"), "conditions-heading"
        note = _conditions_note(thing.decision.conditions)
    url = reverse("projects:decision_point", args=[*project.address, thing.point.lower()])
    return WaitingLine(text, thing.point, activity.title if activity else "", True, note, f"{url}#{place}")


def _conditions_note(conditions: str | None) -> str:
    """The conditions on one line."""
    return Truncator(" ".join(str(conditions or "").split())).chars(MOST_LETTERS)


def _document_line(project: Project, thing: WaitingThing, template: DocumentTemplate) -> WaitingLine:
    document = thing.document
    assert document is not None  # noqa: S101 - it is one of a document
    text, place, note = _("Decide"), "decide-heading", ""
    match thing.kind:
        case WhatToDo.OPINION:
            text, place = _("Give your opinion"), "opinion-heading"
            if document.opinion_until:
                note = _("wanted by %(day)s") % {"day": _day(document.opinion_until)}
        case WhatToDo.ADVICE:
            text, place = _("Answer the advice"), "advice-heading"
            note = ngettext("%(n)s point is not answered", "%(n)s points are not answered", thing.number)
            note %= {"n": thing.number}
        case WhatToDo.TO_MANAGEMENT:
            text, place = _("The opinion is there: go on with the document"), "management-heading"
        case WhatToDo.NO_OPINION:
            text, place = _("No opinion came in time: go on with the document"), "management-heading"
        case WhatToDo.CONDITIONS:
            text, place = _("Meet the conditions of the management"), "conditions-heading"
            note = _conditions_note(getattr(document, "conditions", ""))
        case WhatToDo.RETURNED:
            text, place = _("Returned by the management: go on with the document"), ""
    url = reverse("projects:document_steps", args=[*project.address, document.number])
    return WaitingLine(text, template.code, template.title, True, note, f"{url}#{place}" if place else url)


# What must not be overlooked ----------------------------------------------------------------------


def _bases(project: Project, situation: Situation, catalogue: Catalogue) -> Iterable[ProjectWarning]:
    """The warning that the use has no sufficient legal basis; a closed project has it alone where it was in use. One query."""
    is_in_use = project.phase in IN_USE
    phases, lack = lacks_in_use(project, situation, catalogue)
    if lack is None or not (is_in_use or project.is_active):
        return
    url = reverse("projects:legal_bases", args=project.address)
    links = [(format_html('<span lang="da">{}</span>', phase), f"{url}#{phase.slug}") for phase in phases]
    heading, text = use_words(lack, is_in_use=is_in_use, is_active=project.is_active)
    yield ProjectWarning("error" if is_in_use else "warning", heading, text, links)


def _risks(project: Project, risks: Iterable[RiskRow]) -> Iterable[ProjectWarning]:
    """The warning of risks that stay high. No query."""
    high = [row for row in risks if row.stays_high]
    if high:
        heading = ngettext(
            "%(n)s risk stays high after the measures", "%(n)s risks stay high after the measures", len(high)
        )
        text = (
            _("Do more about it, or consult Datatilsynet before you begin (GDPR art. 36):")
            if project.is_active
            else AT_THE_END
        )
        links = [(format_html('{} <span lang="da">{}</span>', row.code, row.title), row.url) for row in high]
        yield ProjectWarning("error", heading % {"n": len(high)}, str(text), links)


def _contradictions(project: Project, catalogue: Catalogue) -> Iterable[ProjectWarning]:
    """A warning for each two answers that contradict each other. No query."""
    if not project.is_active:
        return
    url = reverse("projects:screening", args=project.address)
    for no, yes in contradictions(project.screening_answers.all(), catalogue):
        text = _("“%(no)s” counts as answered yes, since “%(yes)s” is answered yes. If it is no, answer no to both.")
        yield ProjectWarning(
            "warning",
            _("Two answers contradict each other"),
            text % {"no": no, "yes": yes},
            [(_("See the answers"), f"{url}#{no.code}")],
        )


# The documents ------------------------------------------------------------------------------------


def _documents(project: Project, documents: Iterable[ProjectDocument], catalogue: Catalogue) -> list[StatusLine]:
    """The statuses that a document has, in the order of its way; of a template its newest version alone. No query."""
    templates = catalogue.by_key[DocumentTemplate.KIND]
    newest = {document.template: document for document in sorted(documents, key=lambda each: each.version)}
    by_label: dict[str, list[ProjectDocument]] = {}
    order = {status: place for place, status in enumerate(DocumentStatus.values)}
    codes = sorted(newest.keys() & templates.keys())
    for document in sorted(
        (newest[code] for code in codes), key=lambda each: (order[each.status], each.has_conditions)
    ):
        by_label.setdefault(document.status_label, []).append(document)
    lines = []
    for label, own in by_label.items():
        links = [
            (
                format_html('{} <span lang="da">{}</span>', document.template, templates[document.template].title),
                reverse("projects:document", args=[*project.address, document.number]),
            )
            for document in (own if len(own) <= MOST_TITLES else [])
        ]
        lines.append(StatusLine(capfirst(label), len(own), links))
    return lines
