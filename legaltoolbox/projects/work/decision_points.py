"""The decision points of a project (P1 to P3): what a decision rests on there, on one page.

`read_project` reads all of it at once; what a single point rests on is picked from that without a query.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.urls import reverse

from legaltoolbox.catalogue import Catalogue
from legaltoolbox.models import DocumentTemplate, Phase

from ..models import (
    Decision,
    DocumentStatus,
    Opinion,
    Project,
    ProjectDocument,
    ProjectEvent,
    RequirementState,
    open_conditions,
)
from ..models.live import project_content
from ..models.opinions import hash_of_state
from .decisions import HardWarning, conditions_record, hard_warnings
from .documents import needed_templates
from .legal_bases import PhaseBases, ProjectBases, project_bases
from .plan import PhaseRows, PlanRow, ProjectPlan, project_plan
from .requirements import RequirementCounts, RequirementRow, requirement_counts, requirement_rows
from .risks import RiskCounts, RiskRow, risk_counts, risk_rows

State = RequirementState.State
GO_ON = "P1"
"""The decision point at which the legal basis is only outlined: whether to go on with the idea."""


@dataclass(frozen=True)
class DocumentGround:
    """A document that a decision rests on, with its newest opinion."""

    document: ProjectDocument
    title: str
    url: str
    opinion: Opinion | None
    state: str

    @property
    def is_changed_since(self) -> bool:
        """Whether the document has changed since the opinion."""
        return self.opinion is not None and self.opinion.state != self.state


@dataclass(frozen=True)
class ProjectGrounds:
    """What all decisions of a project rest on."""

    project: Project
    plan: ProjectPlan
    risks: list[RiskRow]
    requirements: list[RequirementRow]
    bases: ProjectBases
    documents: list[DocumentGround]
    """All of them, each version."""
    missing: list[tuple[Phase | None, list[DocumentTemplate]]]
    """The templates that no document is begun of, by the first phase that asks for them."""
    opinions: list[Opinion]
    decisions: list[Decision]
    """The newest first, of documents and of points."""
    asked: dict[str, ProjectEvent]
    """The code of each point at which the management is asked and has not decided yet, to the request."""
    content: str
    """The hash of what is written of risks, measures, bases, requirements and facts."""

    @property
    def points(self) -> list[PointGrounds]:
        """The decision points of the plan, in its order. No query."""
        return [
            PointGrounds(self, row, phase.phase)
            for phase in self.plan.phases
            for row in phase.rows
            if row.entry is not None and row.entry.activity.is_decision_point
        ]

    def point(self, code: str) -> PointGrounds | None:
        """The decision point with this code; None where the plan has none. No query."""
        return next((point for point in self.points if point.row.code == code), None)

    @cached_property
    def open_conditions(self) -> list[Decision]:
        """The decisions whose conditions are not met yet. No query."""
        return open_conditions(self.decisions)

    @cached_property
    def states(self) -> dict[Any, str]:
        """The key of each document to the hash of its state. No query."""
        return {ground.document.pk: ground.state for ground in self.documents}


@dataclass(frozen=True)
class PointGrounds:
    """A decision point, and what a decision rests on there."""

    of_project: ProjectGrounds
    row: PlanRow
    phase: Phase

    @property
    def code(self) -> str:
        return self.row.code

    @property
    def url(self) -> str:
        return reverse("projects:decision_point", args=[*self.of_project.project.address, self.code.lower()])

    @cached_property
    def phases(self) -> list[PhaseRows]:
        """The phases of the plan until this point."""
        return [each for each in self.of_project.plan.phases if each.phase.number <= self.phase.number]

    @cached_property
    def documents(self) -> list[DocumentGround]:
        """Of each template the newest version, and the approved one that it follows."""
        newest: dict[tuple[str, bool], DocumentGround] = {}
        for ground in sorted(self.of_project.documents, key=lambda ground: ground.document.version):
            newest[ground.document.template, ground.document.status == DocumentStatus.APPROVED] = ground
        return sorted(newest.values(), key=lambda ground: (ground.document.template, ground.document.version))

    @cached_property
    def missing(self) -> list[DocumentTemplate]:
        """The templates that the phases until here ask for, and no document is begun of."""
        slugs = {each.phase.slug for each in self.phases}
        return [
            template
            for phase, templates in self.of_project.missing
            if phase is not None and phase.slug in slugs
            for template in templates
        ]

    @cached_property
    def high(self) -> list[RiskRow]:
        return [row for row in self.of_project.risks if row.stays_high]

    @cached_property
    def open_risks(self) -> list[RiskRow]:
        return [row for row in self.of_project.risks if row.is_open]

    @property
    def risk_counts(self) -> RiskCounts:
        return risk_counts(self.of_project.risks)

    @property
    def requirement_counts(self) -> RequirementCounts:
        return requirement_counts(self.of_project.requirements)

    @property
    def is_basis_due(self) -> bool:
        """Whether the legal basis has to be in place here, so that the lack of one is a hard warning."""
        return self.code != GO_ON

    @property
    def hard_warnings(self) -> list[HardWarning]:
        return hard_warnings(basis=self.of_project.bases.lack if self.is_basis_due else None, has_high_risk=self.high)

    @property
    def lacking_bases(self) -> list[PhaseBases]:
        """The phases, before and after this point, without a sufficient legal basis for all that happens in them."""
        return self.of_project.bases.lacking

    @cached_property
    def not_met(self) -> list[RequirementRow]:
        """The requirements that are met in part or not at all."""
        return [row for row in self._requirements if row.value in (State.PARTLY, State.NOT_MET)]

    @cached_property
    def not_assessed(self) -> list[RequirementRow]:
        return [row for row in self._requirements if row.value == State.OPEN]

    @property
    def _requirements(self) -> list[RequirementRow]:
        return [row for row in self.of_project.requirements if row.applies]

    @cached_property
    def open_tasks(self) -> list[tuple[Phase, list[PlanRow]]]:
        """The activities that are still to be done until here, phase by phase; the decision points are none."""
        groups = [
            (each.phase, [row for row in each.rows if row.is_waiting and not _is_point(row)]) for each in self.phases
        ]
        return [group for group in groups if group[1]]

    @property
    def open_task_count(self) -> int:
        return sum(len(rows) for _phase, rows in self.open_tasks)

    @property
    def decisions(self) -> list[Decision]:
        """The decisions at this point, the newest first."""
        return [decision for decision in self.of_project.decisions if decision.point == self.code]

    @cached_property
    def open_conditions(self) -> list[Decision]:
        """The decisions about documents, and at earlier points, whose conditions are not met yet."""
        earlier = {point.code for point in self.of_project.points if point.phase.number < self.phase.number}
        return [each for each in self.of_project.open_conditions if each.document or each.point in earlier]

    @property
    def waiting_conditions(self) -> Decision | None:
        """The last decision here, where its own conditions are not met yet."""
        return self.last if self.last and self.last.has_open_conditions else None

    @property
    def last(self) -> Decision | None:
        return next(iter(self.decisions), None)

    @property
    def asked(self) -> ProjectEvent | None:
        """The request that the management has not answered yet; None where there is none."""
        return self.of_project.asked.get(self.code)

    @property
    def is_changed_since(self) -> bool:
        """Whether what the last decision rested on has changed since."""
        return self.last is not None and self.last.state != self.state

    @property
    def can_be_decided(self) -> bool:
        """Whether there is something to decide: not where the management has said yes to this very state."""
        return self.last is None or not self.last.is_yes_to(self.state)

    @cached_property
    def record(self) -> dict[str, Any]:
        """As the decision keeps it: texts, numbers and the codes of the catalogue."""
        record = {
            "title": self.of_project.project.title,
            "purpose": self.of_project.project.purpose,
            "answers": dict(self.of_project.plan.situation.answers),
            "documents": [
                {
                    "code": ground.document.template,
                    "version": ground.document.version,
                    "status": ground.document.status,
                    "state": ground.state,
                    "opinion": ground.opinion.verdict if ground.opinion else "",
                    "changed_since_opinion": ground.is_changed_since,
                }
                for ground in self.documents
            ],
            "missing_documents": [template.code for template in self.missing],
            "high_risks": [row.code for row in self.high],
            "open_risks": [row.code for row in self.open_risks],
            "without_basis": [each.phase.slug for each in self.lacking_bases],
            "requirements_not_met": [row.code for row in self.not_met],
            "requirements_not_assessed": [row.code for row in self.not_assessed],
            "open_tasks": [row.code for _phase, rows in self.open_tasks for row in rows],
            "content": self.of_project.content,
        }
        return record | conditions_record(self.open_conditions)

    @cached_property
    def state(self) -> str:
        """The hash of what a decision rests on now."""
        return hash_of_state(self.record)


def read_project(project: Project, catalogue: Catalogue, today: date) -> ProjectGrounds:
    """What the decisions of the project rest on. 33 queries at most, whatever it holds."""
    plan = project_plan(project, catalogue, today)
    documents = list(project.documents.with_conditions())
    opinions = list(Opinion.objects.filter(document__project=project).select_related("by", "document"))
    return ProjectGrounds(
        project=project,
        plan=plan,
        risks=risk_rows(project, catalogue),
        requirements=requirement_rows(project, catalogue),
        bases=project_bases(project, catalogue),
        documents=_document_grounds(project, documents, opinions, catalogue),
        missing=needed_templates(documents, catalogue, plan.situation).by_phase,
        opinions=opinions,
        decisions=list(project.decisions.select_related("by", "document").with_conditions_met()),
        asked={event.place: event for event in project.events.unanswered_points()},
        content=hash_of_state(project_content(project)),
    )


def _document_grounds(
    project: Project, documents: Iterable[ProjectDocument], opinions: list[Opinion], catalogue: Catalogue
) -> list[DocumentGround]:
    newest = {opinion.document_id: opinion for opinion in reversed(opinions)}
    states = ProjectDocument.state_hashes(project, documents)
    return [
        DocumentGround(
            document,
            template_title(document.template, catalogue),
            steps_url(project, document),
            newest.get(document.pk),
            states[document.pk],
        )
        for document in documents
    ]


def template_title(code: str, catalogue: Catalogue) -> str:
    """The title of the template; "" for one that the catalogue has no more. No query."""
    template = catalogue.find(DocumentTemplate.KIND, code)
    return template.title if template else ""


def steps_url(project: Project, document: ProjectDocument) -> str:
    """The page of the document's way. No query on `select_related`."""
    return reverse("projects:document_steps", args=[*project.address, document.number])


def _is_point(row: PlanRow) -> bool:
    return row.entry is not None and row.entry.activity.is_decision_point
