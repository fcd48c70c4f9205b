"""A project's plan: the activities of its situation with who does each, until when, how far, and the project's own tasks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any

from django.db.models import Value
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from legaltoolbox import plans
from legaltoolbox.catalogue import Catalogue
from legaltoolbox.left_out import not_applicable_reason
from legaltoolbox.models import Activity, Phase
from legaltoolbox.plans import PlanEntry, PlanPhase
from legaltoolbox.screening import Band, Situation

from ..models import ChecklistAnswer, Project, Task, TaskState
from ..models.tasks import WAITING
from .situations import situation_of


class RowChoice(StrEnum):
    """Which rows of the plan a page shows."""

    ALL = ""
    MINE = "mine"
    OPEN = "aabne"
    OVERDUE = "overskredne"


SELECTION_LABELS = {
    RowChoice.ALL: _("All"),
    RowChoice.MINE: _("Mine"),
    RowChoice.OPEN: _("Not done yet"),
    RowChoice.OVERDUE: _("Overdue"),
}


class PlanLine(ABC):
    """What a task and a measure have in common in a plan."""

    today: date

    @property
    @abstractmethod
    def stored(self) -> Any:
        """The row of the database; None where nobody has written anything."""

    @property
    @abstractmethod
    def state(self) -> str:
        """How far it is, one of `TaskState`."""

    @property
    def state_label(self) -> str:
        return str(TaskState(self.state).label)

    @property
    def is_waiting(self) -> bool:
        """Whether there is still something to do."""
        return self.state in WAITING

    @property
    def due(self) -> date | None:
        return self.stored.due if self.stored else None

    @property
    def is_overdue(self) -> bool:
        return self.is_waiting and self.due is not None and self.due < self.today

    @property
    def owner_name(self) -> str:
        """The owner's name; "" for nobody. No query on `with_owners`."""
        return str(self.stored.owner.user) if self.stored and self.stored.owner else ""

    def is_of(self, user: Any) -> bool:
        return bool(self.stored and self.stored.owner and self.stored.owner.user_id == user.pk)

    def is_in(self, selection: RowChoice, user: Any) -> bool:
        """Whether a page with this selection shows the row to the user."""
        match selection:
            case RowChoice.MINE:
                return self.is_of(user)
            case RowChoice.OPEN:
                return self.is_waiting
            case RowChoice.OVERDUE:
                return self.is_overdue
        return True


@dataclass(frozen=True)
class PlanRow(PlanLine):
    """A line of the plan: an activity of the catalogue, or a task of the project's own."""

    code: str
    """The activity's code; "" for an own task."""
    title: str
    task: Task | None
    """What the project has written about it; None where nobody has written anything."""
    today: date
    url: str
    """Its page in the project; "" for an activity that the catalogue has no more."""
    entry: PlanEntry | None = None
    """The activity with how far it applies and why; None for an own task, and for one that does not apply."""
    phase: Phase | None = None
    answered: int = 0
    """Questions of its checklist that have an answer."""
    questions: int = 0
    why_not: str = ""
    """Why the activity does not apply, or is in the plan no longer; in Danish."""
    is_decided: bool = False
    """Whether it is a decision point at which the management has decided: then it is done, whatever its task says."""

    @property
    def stored(self) -> Task | None:
        return self.task

    @property
    def state(self) -> str:
        stored = self.task.state if self.task else TaskState.OPEN.value
        return TaskState.DONE.value if self.is_decided and stored in WAITING else stored

    @property
    def key(self) -> str:
        """What distinguishes it among the rows of the plan, as `Task.key`."""
        return self.code or (self.task.key if self.task else "")

    @property
    def is_taken_up(self) -> bool:
        """Whether the project has said that it does this, which it could leave out."""
        return is_taken_up(self.task)

    @property
    def is_planned(self) -> bool:
        """Whether it is an own task, or somebody has said who does the activity, until when, or how far it is."""
        task = self.task
        return task is not None and bool(task.is_own or task.owner or task.due or task.state != TaskState.OPEN)

    @property
    def band(self) -> str:
        """How far the activity applies (`Band`); "" for an own task."""
        return self.entry.verdict.band.value if self.entry else ""

    @property
    def uid(self) -> str:
        """What distinguishes it in a calendar of the project."""
        return self.code.lower() if self.code else f"opgave-{self.task.pk if self.task else 0}"

    @property
    def note(self) -> str:
        return self.task.note if self.task else ""


def is_taken_up(task: Task | None) -> bool:
    """Whether the project has said by its task that it does an activity, which it could leave out."""
    return task is not None and task.state != TaskState.NOT_RELEVANT


def is_in_plan(band: Band, *, is_taken_up: bool) -> bool:
    """Whether an activity that applies so far is among the rows of a project's plan, as `project_plan` makes them."""
    return band is not Band.NOT_APPLICABLE and (is_taken_up or band is not Band.LEFT_OUT)


@dataclass(frozen=True)
class PhaseRows:
    """A phase of the plan."""

    phase: Phase
    rows: tuple[PlanRow, ...]
    """What applies or may apply; what is done together with another activity stands after that one."""
    left_out: tuple[PlanRow, ...] = ()
    """What can be left out, since the use is small and harmless, and what nobody has taken up."""

    @property
    def done(self) -> int:
        return sum(row.state == TaskState.DONE for row in self.rows)

    @property
    def total(self) -> int:
        """What is to be done or is done: all but what is not relevant."""
        return sum(row.state != TaskState.NOT_RELEVANT for row in self.rows)


@dataclass(frozen=True)
class ProjectPlan:
    """The plan of a project on one day."""

    phases: tuple[PhaseRows, ...]
    own: tuple[PlanRow, ...]
    """The project's own tasks, the first day first."""
    not_applicable: tuple[PlanRow, ...] = ()
    """What does not apply by the answers, or is in the catalogue no longer, and still has a task or answers here."""
    situation: Situation = field(default_factory=Situation)

    @property
    def rows(self) -> list[PlanRow]:
        """What is to be done: of all phases, and the own tasks; without what can be left out."""
        return [*(row for phase in self.phases for row in phase.rows), *self.own]

    @property
    def all_rows(self) -> list[PlanRow]:
        """Every line, phase by phase, then the own tasks, then what does not apply."""
        of_phases = [row for phase in self.phases for row in (*phase.rows, *phase.left_out)]
        return [*of_phases, *self.own, *self.not_applicable]

    @property
    def done(self) -> int:
        return sum(row.state == TaskState.DONE for row in self.rows)

    @property
    def total(self) -> int:
        """What is to be done or is done: all but what is not relevant."""
        return sum(row.state != TaskState.NOT_RELEVANT for row in self.rows)

    @property
    def overdue(self) -> int:
        return sum(row.is_overdue for row in self.rows)

    def row(self, code: str) -> PlanRow | None:
        """The line of this activity; None where the plan has none."""
        return next((row for row in self.all_rows if row.code == code), None)

    def next(self, number: int, phase: str = "") -> list[PlanRow]:
        """The next tasks: those with a day first, the earliest before, then the others in the order of the plan.

        Of those without a day, what stands before the `phase` that the project is in comes last.
        """
        slugs = [each.phase.slug for each in self.phases]
        earlier = set(slugs[: slugs.index(phase)]) if phase in slugs else set()
        waiting = [row for row in self.rows if row.is_waiting]
        is_earlier = lambda row: row.phase is not None and row.phase.slug in earlier  # noqa: E731
        return sorted(waiting, key=lambda row: (row.due or date.max, is_earlier(row)))[:number]

    def count(self, selection: RowChoice, user: Any) -> int:
        return sum(row.is_in(selection, user) for row in self.rows)

    def selected(self, selection: RowChoice, user: Any) -> ProjectPlan:
        """The plan with the rows that this selection shows to the user; phases without any are left out."""
        if selection is RowChoice.ALL:
            return self

        def chosen(rows: Iterable[PlanRow]) -> tuple[PlanRow, ...]:
            return tuple(row for row in rows if row.is_in(selection, user))

        phases = (replace(phase, rows=chosen(phase.rows), left_out=()) for phase in self.phases)
        return replace(
            self, phases=tuple(phase for phase in phases if phase.rows), own=chosen(self.own), not_applicable=()
        )


def project_plan(project: Project, catalogue: Catalogue, today: date) -> ProjectPlan:
    """The plan of the project's answers, with its tasks, answers to checklists and decisions. Four queries, whatever it holds."""
    situation = situation_of(project, project.screening_answers.all(), catalogue)
    tasks = list(project.tasks.with_owners().order_by("activity", "pk"))
    by_code = {task.activity: task for task in tasks if task.activity}
    answered = _answered_keys(project)
    activities_url = reverse("projects:activities", args=project.address)
    make = _RowMaker(project, catalogue, situation, by_code, answered, today, activities_url)
    public = plans.plan(catalogue, situation)
    phases = tuple(make.phase(plan_phase) for plan_phase in public.phases)
    own = [PlanRow("", task.title, task, today, own_task_url(project, task.pk)) for task in tasks if task.is_own]
    return ProjectPlan(
        tuple(phase for phase in phases if phase.rows or phase.left_out),
        tuple(sorted(own, key=lambda row: row.due or date.max)),
        tuple(make.not_applicable(public.not_applicable)),
        situation,
    )


DECIDED = ""
"""Among the keys of a decision point: the management has decided there."""


def _answered_keys(project: Project) -> dict[str, set[str]]:
    """Code of an activity to the keys of the questions that are answered, and `DECIDED`. One query."""
    rows = ChecklistAnswer.objects.filter(project=project).exclude(value="").order_by().values_list("activity", "key")
    decided = project.decisions.exclude(point="").order_by().values_list("point", Value(DECIDED))
    keys: dict[str, list[str]] = defaultdict(list)
    for code, key in rows.union(decided):
        keys[code].append(key)
    return {code: set(answered) for code, answered in keys.items()}


@dataclass(frozen=True)
class _RowMaker:
    """What the lines of a plan are made from. No method queries the database."""

    project: Project
    catalogue: Catalogue
    situation: Situation
    tasks: dict[str, Task]
    answered: dict[str, set[str]]
    today: date
    activities_url: str
    """The page of all activities, below which each has its own; asking Django for sixty addresses takes a millisecond."""

    def phase(self, plan_phase: PlanPhase) -> PhaseRows:
        """The phase with what is done together with an activity right after it, where both are of this phase."""
        below: dict[int, list[PlanEntry]] = defaultdict(list)
        here = {entry.activity.pk for entry in plan_phase.entries}
        elsewhere = []
        for entry in plan_phase.together:
            other = entry.verdict.with_activity
            if other is not None and other.pk in here:
                below[other.pk].append(entry)
            else:
                elsewhere.append(entry)
        entries = [row for entry in plan_phase.entries for row in (entry, *below[entry.activity.pk])]
        left_out = [self.row(entry.activity, entry) for entry in plan_phase.left_out]
        taken_up = (row for row in left_out if row.is_taken_up)
        return PhaseRows(
            plan_phase.phase,
            (*(self.row(entry.activity, entry) for entry in (*entries, *elsewhere)), *taken_up),
            tuple(row for row in left_out if not row.is_taken_up),
        )

    def row(self, activity: Activity, entry: PlanEntry | None = None, why_not: str = "") -> PlanRow:
        keys = {check.reference for check in self.catalogue.checklist(activity)}
        code = activity.code
        return PlanRow(
            code,
            activity.title,
            self.tasks.get(code),
            self.today,
            f"{self.activities_url}{code.lower()}/",
            entry,
            activity.phase,
            len(keys & self.answered.get(code, set())),
            len(keys),
            why_not,
            DECIDED in self.answered.get(code, ()),
        )

    def not_applicable(self, activities: Iterable[Activity]) -> Iterable[PlanRow]:
        """The lines of what does not apply any more and of what the catalogue has no more, where something is written."""
        written = {*self.tasks, *self.answered}
        for activity in activities:
            if activity.code in written:
                why = not_applicable_reason(activity, self.catalogue, self.situation)
                yield self.row(activity, why_not=why)
        for code in sorted(written - {activity.code for activity in self.catalogue.activities}):
            yield PlanRow(code, "", self.tasks.get(code), self.today, "")


# A single task ------------------------------------------------------------------------------------


def activity_url(project: Project, code: str) -> str:
    """The page of an activity in the project. No query on `select_related`."""
    return reverse("projects:activity", args=[*project.address, code.lower()])


def own_task_url(project: Project, key: int) -> str:
    """The page of an own task. No query on `select_related`."""
    return reverse("projects:task", args=[*project.address, key])


def task_url(task: Task) -> str:
    """The page of a task of either kind. No query on `select_related`."""
    project = task.project
    return own_task_url(project, task.pk) if task.is_own else activity_url(project, task.activity)


def task_title(task: Task, catalogue: Catalogue) -> str:
    """The title of a task of either kind; the code alone for an activity that the catalogue has no more. No query."""
    activity = None if task.is_own else catalogue.find(Activity.KIND, task.activity)
    return task.title if task.is_own else activity.title if activity else task.activity
