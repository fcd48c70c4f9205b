"""What in a project waits for one person, by what the person may do there: tasks, measures, documents, open questions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from legaltoolbox.catalogue import Catalogue
from legaltoolbox.models import Activity, DocumentTemplate
from legaltoolbox.screening import Situation, verdict

from ..models import (
    AdvicePoint,
    Decision,
    DocumentStatus,
    Measure,
    Project,
    ProjectDocument,
    ProjectEvent,
    ScreeningAnswer,
    Task,
    TaskState,
    open_conditions,
)
from ..rights import Right
from .annex_waiting import annex_things
from .own_texts import NOTHING, own_texts_of
from .plan import is_in_plan
from .situations import open_questions, situation_of

DAYS_AHEAD = 7
"""A task or a measure waits for its owner from so many days before it is due."""
ON_THEIR_WAY = (
    DocumentStatus.AT_DPO,
    DocumentStatus.COMMENTED,
    DocumentStatus.AT_MANAGEMENT,
    DocumentStatus.RETURNED,
)
"""The statuses in which a document waits for somebody in particular."""


class WhatToDo(StrEnum):
    """What somebody is to do."""

    OPINION = "opinion"
    DECISION = "decision"
    ADVICE = "advice"
    """Answer the points of an opinion."""
    TO_MANAGEMENT = "to-management"
    """Send on a document whose opinion is there and answered."""
    NO_OPINION = "no-opinion"
    """Go on without the opinion that did not come in time."""
    RETURNED = "returned"
    CONDITIONS = "conditions"
    """Do what the management has said yes on, to a document or at a decision point."""
    POINT = "point"
    """Decide at a decision point, as somebody has asked for."""
    TASK = "task"
    QUESTIONS = "questions"
    """Answer the questions about the solution."""
    TEXTS = "texts"
    """Decide on changed texts of the catalogue, and assess again."""


@dataclass(frozen=True)
class WaitingThing:
    """One thing that waits."""

    kind: WhatToDo
    document: ProjectDocument | None = None
    task: Task | Measure | None = None
    point: str = ""
    """The code of a decision point."""
    decision: Decision | None = None
    """The decision at a point whose conditions wait."""
    number: int = 0
    """Of advice and questions how many are not answered, of texts how many wait."""


def waiting_for(
    project: Project,
    documents: Sequence[ProjectDocument],
    advice: Mapping[int, int],
    tasks: Iterable[Task | Measure],
    unanswered: int,
    points: Iterable[str] = (),
    conditions: Iterable[Decision] = (),
    texts: int = 0,
) -> list[WaitingThing]:
    """What waits for the user whom `Project.visible_to` was asked for, in an active project. No query.

    `documents` are the project's, read `with_conditions`, `advice` is `open_advice` of them; `tasks` the tasks and measures of the user that are due soon; `unanswered` is the
    number of open questions about the solution; `points` are the codes of those at which the management is asked to decide,
    `conditions` the decisions at points whose conditions are not met (`point_conditions`); `texts` is `OwnTexts.waiting`.
    """
    if not project.is_active:
        return []
    things = [thing for document in documents for thing in _of_document(project, document, advice)]
    if project.may(Right.DECIDE):
        things += [WaitingThing(WhatToDo.POINT, point=point) for point in points]
    if project.may(Right.MANAGE):
        things += [WaitingThing(WhatToDo.CONDITIONS, document) for document in on_conditions(documents)]
        things += [WaitingThing(WhatToDo.CONDITIONS, point=each.point, decision=each) for each in conditions]
    if not project.may(Right.OPINE):  # officers have no tasks: one that is left from before is not theirs
        things += [WaitingThing(WhatToDo.TASK, task=task) for task in tasks]
    if unanswered and project.may(Right.WRITE):
        things.append(WaitingThing(WhatToDo.QUESTIONS, number=unanswered))
    if texts and project.may(Right.WRITE):
        things.append(WaitingThing(WhatToDo.TEXTS, number=texts))
    return things


def _of_document(project: Project, document: ProjectDocument, advice: Mapping[int, int]) -> Iterator[WaitingThing]:
    is_writer = project.may(Right.WRITE)
    match document.status:
        case DocumentStatus.AT_DPO:
            if project.may(Right.OPINE):
                yield WaitingThing(WhatToDo.OPINION, document)
            elif is_writer and document.is_opinion_overdue:
                yield WaitingThing(WhatToDo.NO_OPINION, document)
        case DocumentStatus.AT_MANAGEMENT if project.may(Right.DECIDE):
            yield WaitingThing(WhatToDo.DECISION, document)
        case DocumentStatus.COMMENTED if is_writer:
            number = advice.get(document.pk, 0)
            yield WaitingThing(WhatToDo.ADVICE if number else WhatToDo.TO_MANAGEMENT, document, number=number)
        case DocumentStatus.RETURNED if is_writer:
            yield WaitingThing(WhatToDo.RETURNED, document)


def on_conditions(documents: Iterable[ProjectDocument]) -> list[ProjectDocument]:
    """Of each template the newest approved document, where its approval has conditions that are not met. No query."""
    approved = [document for document in documents if document.status == DocumentStatus.APPROVED]
    newest = {document.template: document for document in sorted(approved, key=lambda document: document.version)}
    return [document for document in newest.values() if document.has_open_conditions]


def open_advice(documents: Iterable[ProjectDocument]) -> dict[int, int]:
    """Primary key of each document to the points of its newest opinion that nobody has answered, where there are any.

    One query, and none where no document is commented.
    """
    commented = [document.pk for document in documents if document.status == DocumentStatus.COMMENTED]
    if not commented:
        return {}
    points = AdvicePoint.objects.open().filter(opinion__document__in=commented)
    return dict(Counter(points.order_by().values_list("opinion__document", flat=True)))


def asked_points(projects: Iterable[Project]) -> dict[int, list[str]]:
    """Primary key of each project to the decision points at which its management is asked, and is to answer: by code.

    One query, and none where the user whom `visible_to` was asked for decides in none of them.
    """
    points: dict[int, list[str]] = defaultdict(list)
    deciding = [project for project in projects if project.may(Right.DECIDE)]
    events = ProjectEvent.objects.filter(project__in=deciding).unanswered_points() if deciding else []
    for event in events:
        points[event.project_id].append(event.place)
    return points


def point_conditions(projects: Iterable[Project]) -> dict[int, list[Decision]]:
    """Primary key of each project to the decisions at its points whose conditions are not met yet, by the code of the point.

    Three queries at most, and none where the user whom `visible_to` was asked for leads none of them.
    """
    leading = [project.pk for project in projects if project.may(Right.MANAGE)]
    decided: dict[int, list[Decision]] = defaultdict(list)
    rows = Decision.objects.filter(project__in=leading, document=None).with_conditions_met() if leading else []
    for decision in rows:
        decided[decision.project_id].append(decision)
    return defaultdict(list, {key: open_conditions(own) for key, own in decided.items()})


def _taken_up(points: Mapping[int, list[str]]) -> set[tuple[int, str]]:
    """Of these decision points of projects those that the project has said that it does. One query, none without points."""
    asked = {code for codes in points.values() for code in codes}
    if not asked:
        return set()
    tasks = Task.objects.filter(project__in=points, activity__in=asked).exclude(state=TaskState.NOT_RELEVANT)
    return set(tasks.values_list("project_id", "activity"))


def _is_planned(code: str, catalogue: Catalogue, situation: Situation, *, is_taken_up: bool) -> bool:
    """Whether an activity is among the rows of a plan of this situation, as `project_plan` makes it. No query."""
    activity = catalogue.find(Activity.KIND, code)
    if activity is None:
        return False
    return is_in_plan(verdict(activity, catalogue, situation).band, is_taken_up=is_taken_up)


def is_due_soon(day: date | None, today: date) -> bool:
    """Whether something with this day is overdue, or due within `DAYS_AHEAD` days."""
    return day is not None and day <= today + timedelta(days=DAYS_AHEAD)


def _documents_of(projects: Iterable[Project], catalogue: Catalogue) -> dict[int, list[ProjectDocument]]:
    """Primary key of each project to its documents that may wait for somebody. One query."""
    templates = catalogue.by_key[DocumentTemplate.KIND]
    documents: dict[int, list[ProjectDocument]] = defaultdict(list)
    statuses = (*ON_THEIR_WAY, DocumentStatus.APPROVED)
    waiting = ProjectDocument.objects.filter(project__in=projects, status__in=statuses).order_by().with_conditions()
    for document in waiting.only("project", "template", "version", "status", "opinion_until"):
        if document.template in templates:
            documents[document.project_id].append(document)
    return documents


def waiting_numbers(projects: Iterable[Project], user: Any, catalogue: Catalogue, today: date) -> Counter[int]:
    """Primary key of each project to how much waits there for `user`, whom `visible_to` was asked for. Seventeen queries at most.

    The same number as the overview of the project has. None of its queries is made where no project is active.
    """
    active = [project for project in projects if project.is_active]
    if not active:
        return Counter()
    documents = _documents_of(active, catalogue)
    advice = open_advice(document for own in documents.values() for document in own)
    tasks: dict[int, list[Task | Measure]] = defaultdict(list)
    last = today + timedelta(days=DAYS_AHEAD)
    for model in (Task, Measure):
        for row in model.objects.waiting().filter(owner__user=user.pk, due__lte=last, project__in=active):
            tasks[row.project_id].append(row)
    points, conditions, of_annexes = asked_points(active), point_conditions(active), annex_things(active)
    met_in = {key: [each.point for each in own] for key, own in conditions.items()}
    taken_up = _taken_up(points) | _taken_up(met_in)
    answered = [project for project in active if project.may(Right.WRITE) or points[project.pk]]
    answers: dict[int, list[ScreeningAnswer]] = defaultdict(list)
    for answer in ScreeningAnswer.objects.filter(project__in=answered):
        answers[answer.project_id].append(answer)
    writing = [project for project in active if project.may(Right.WRITE)]
    own_texts = own_texts_of(writing, catalogue) if writing else {}
    numbers: Counter[int] = Counter()
    for project in active:
        situation = situation_of(project, answers[project.pk], catalogue)
        unanswered = len(open_questions(situation, catalogue)) if project.may(Right.WRITE) else 0
        planned = [
            code
            for code in {*points[project.pk], *(each.point for each in conditions[project.pk])}
            if _is_planned(code, catalogue, situation, is_taken_up=(project.pk, code) in taken_up)
        ]
        asked = [code for code in points[project.pk] if code in planned]
        unmet = [each for each in conditions[project.pk] if each.point in planned]
        own = (documents[project.pk], advice, tasks[project.pk], unanswered, asked, unmet)
        changed = own_texts.get(project.pk, NOTHING).waiting
        numbers[project.pk] = len(waiting_for(project, *own, changed)) + len(of_annexes[project.pk])
    return numbers
