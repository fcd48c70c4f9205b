"""The measures of a project with the risks and requirements that they serve, and its action plan: measures and tasks by day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.urls import reverse

from legaltoolbox.catalogue import Catalogue
from legaltoolbox.models import Requirement, Risk

from ..models import Measure, Project, Task, TaskState
from .plan import PlanLine, PlanRow, ProjectPlan, RowChoice, project_plan, task_title, task_url
from .requirements import RequirementRow, requirement_rows
from .risks import RiskRow, risk_rows


@dataclass(frozen=True)
class ServedItem:
    """A risk or a requirement that measures serve."""

    code: str
    title: str
    """ "" for one that is deleted, or that the catalogue has no more."""
    url: str
    is_of_catalogue: bool = True

    def __str__(self) -> str:
        return f"{self.code} {self.title}".strip()


@dataclass(frozen=True)
class MeasureRow(PlanLine):
    """A measure as a line of a list."""

    measure: Measure
    places: Sequence[ServedItem]
    today: date
    url: str
    code = ""

    @property
    def stored(self) -> Measure:
        return self.measure

    @property
    def title(self) -> str:
        """The measure on one line."""
        return " ".join(self.measure.text.split())

    @property
    def state(self) -> str:
        return TaskState.DONE.value if self.measure.is_done else TaskState.OPEN.value

    @property
    def uid(self) -> str:
        """What distinguishes it in a calendar of the project."""
        return f"foranstaltning-{self.measure.pk}"

    @property
    def note(self) -> str:
        """What it serves, a line for each."""
        return "\n".join(map(str, self.places))


def measure_url(measure: Measure) -> str:
    """The page of a measure. No query on `select_related`."""
    return reverse("projects:measure", args=[*measure.project.address, measure.pk])


def measure_rows(project: Project, catalogue: Catalogue, today: date) -> list[MeasureRow]:
    """All measures of the project, in the order in which they were added. Two queries, however many there are."""
    own = dict(project.risk_assessments.filter(code__startswith="E").values_list("code", "title"))
    found: dict[str, ServedItem] = {}

    def place(code: str) -> ServedItem:
        if code not in found:
            found[code] = _place(project, catalogue, code, own)
        return found[code]

    return [
        MeasureRow(
            measure,
            [place(code) for code in measure.places],
            today,
            reverse("projects:measure", args=[*project.address, measure.pk]),
        )
        for measure in project.measures.with_people().order_by("pk")
    ]


def waiting_measures(project: Project, today: date) -> list[MeasureRow]:
    """The measures of the project that are not done, the oldest first, without what they serve. One query."""
    measures = project.measures.filter(is_done=False).select_related("owner__user").order_by("pk")
    return [
        MeasureRow(measure, (), today, reverse("projects:measure", args=[*project.address, measure.pk]))
        for measure in measures
    ]


def by_place(rows: Iterable[MeasureRow]) -> dict[str, list[MeasureRow]]:
    """Code of a risk or requirement to the measures that serve it. No query."""
    served: dict[str, list[MeasureRow]] = {}
    for row in rows:
        for place in row.places:
            served.setdefault(place.code, []).append(row)
    return served


def _place(project: Project, catalogue: Catalogue, code: str, own: Mapping[str, str]) -> ServedItem:
    """A risk or requirement by its code; without an address where it is no more."""
    for kind, name in ((Risk.KIND, "risk"), (Requirement.KIND, "requirement")):
        item: Any = catalogue.find(kind, code)
        if item is not None:
            return ServedItem(code, item.title, reverse(f"projects:{name}", args=[*project.address, code.lower()]))
    if code in own:
        url = reverse("projects:risk", args=[*project.address, code.lower()])
        return ServedItem(code, own[code], url, is_of_catalogue=False)
    return ServedItem(code, "", "")


@dataclass(frozen=True)
class Servable:
    """What the measures of a project can serve."""

    risks: list[RiskRow]
    requirements: list[RequirementRow]

    @property
    def titles(self) -> dict[str, str]:
        """Code to code and title."""
        rows: list[RiskRow | RequirementRow] = [*self.risks, *self.requirements]
        return {row.code: f"{row.code} {row.title}".strip() for row in rows}

    def places(self, codes: Iterable[str]) -> list[ServedItem]:
        """Those with these codes; one that is no more has no title and no address."""
        found = {row.code: ServedItem(row.code, row.title, row.url, bool(row.risk)) for row in self.risks}
        found |= {row.code: ServedItem(row.code, row.title, row.url) for row in self.requirements}
        return [found.get(code) or ServedItem(code, "", "") for code in codes]


def servable(project: Project, catalogue: Catalogue) -> Servable:
    """The risks and requirements of the project. Five queries."""
    return Servable(risk_rows(project, catalogue), requirement_rows(project, catalogue))


# The action plan ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class ActionPlan:
    """Tasks and measures in one list, by day."""

    rows: tuple[PlanRow | MeasureRow, ...]

    @property
    def with_day(self) -> list[PlanRow | MeasureRow]:
        """What is to be done on a day, the earliest first."""
        return [row for row in self.rows if row.is_waiting and row.due]

    @property
    def without_day(self) -> list[PlanRow | MeasureRow]:
        return [row for row in self.rows if row.is_waiting and not row.due]

    @property
    def done_rows(self) -> list[PlanRow | MeasureRow]:
        return [row for row in self.rows if not row.is_waiting]

    @property
    def done(self) -> int:
        return len(self.done_rows)

    @property
    def total(self) -> int:
        return len(self.rows)

    @property
    def overdue(self) -> int:
        return sum(row.is_overdue for row in self.rows)

    def count(self, selection: RowChoice, user: Any) -> int:
        return sum(row.is_in(selection, user) for row in self.rows)

    def selected(self, selection: RowChoice, user: Any) -> ActionPlan:
        """The plan with the rows that this selection shows to the user."""
        return replace(self, rows=tuple(row for row in self.rows if row.is_in(selection, user)))


def action_plan(plan: ProjectPlan, measures: Iterable[MeasureRow]) -> ActionPlan:
    """The tasks that somebody has taken up and the measures, the first day first. No query.

    An activity is taken up that has an owner or a day, or is under way or done; what is not relevant stands in no action plan.
    """
    rows: list[PlanRow | MeasureRow] = [row for row in plan.all_rows if _is_action(row)]
    return ActionPlan(tuple(sorted([*rows, *measures], key=lambda row: row.due or date.max)))


def project_action_plan(project: Project, catalogue: Catalogue, today: date) -> ActionPlan:
    """The action plan of the project. Six queries, whatever it holds."""
    return action_plan(project_plan(project, catalogue, today), measure_rows(project, catalogue, today))


def _is_action(row: PlanRow) -> bool:
    return row.is_planned and row.state != TaskState.NOT_RELEVANT


# What one person has to do ------------------------------------------------------------------------


@dataclass(frozen=True)
class DueLine:
    """A task or a measure in a list across projects."""

    code: str
    title: str
    project: Project
    due: date | None
    state: str
    url: str
    today: date

    @property
    def state_label(self) -> str:
        return str(TaskState(self.state).label)

    @property
    def is_overdue(self) -> bool:
        return self.due is not None and self.due < self.today


def due_lines(rows: Iterable[Task | Measure], catalogue: Catalogue, today: date) -> list[DueLine]:
    """Tasks and measures as lines, the first day first; they come with their projects and municipalities. No query."""
    lines = [_due_line(row, catalogue, today) for row in rows]
    return sorted(lines, key=lambda line: line.due or date.max)


def _due_line(row: Task | Measure, catalogue: Catalogue, today: date) -> DueLine:
    if isinstance(row, Measure):
        title = " ".join(row.text.split())
        return DueLine("", title, row.project, row.due, TaskState.OPEN.value, measure_url(row), today)
    return DueLine(row.activity, task_title(row, catalogue), row.project, row.due, row.state, task_url(row), today)
