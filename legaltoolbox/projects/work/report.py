"""What the report of a project holds: all that the project has, what warns, what is missing, what has changed since it was decided.

Comments are no part of it. What a document says stands in the document.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch

from legaltoolbox.catalogue import Catalogue
from legaltoolbox.models import Activity, DocumentTemplate, ScreeningQuestion

from ..models import (
    AdvicePoint,
    ChecklistAnswer,
    Decision,
    DocumentStatus,
    Measure,
    MunicipalityMember,
    Opinion,
    Project,
    ProjectDocument,
    ProjectFact,
    ProjectMember,
    RequirementState,
    ScreeningAnswer,
)
from .decision_points import ProjectGrounds, read_project
from .legal_bases import ProjectBases
from .own_texts import NOTHING, OwnTexts
from .plan import ProjectPlan
from .requirements import RequirementRow
from .risks import RiskRow


@dataclass(frozen=True)
class ReportedDocument:
    """A document of the project with what was said and decided of it, the newest first."""

    document: ProjectDocument
    title: str
    state: str
    """The hash of its state now."""
    opinions: list[Opinion]
    decisions: list[Decision]

    @property
    def name(self) -> str:
        """Code, title and version."""
        return f"{self.document.template} {self.title}".strip()

    def is_changed_since(self, row: Opinion | Decision) -> bool:
        """Whether the document is another one than that of the opinion or decision."""
        return row.state != self.state

    @property
    def last_opinion(self) -> Opinion | None:
        return self.opinions[0] if self.opinions else None

    @property
    def last_decision(self) -> Decision | None:
        return self.decisions[0] if self.decisions else None

    @property
    def is_approved(self) -> bool:
        return self.document.status == DocumentStatus.APPROVED

    @property
    def unanswered(self) -> list[AdvicePoint]:
        """Points of the newest opinion that nobody has answered."""
        return [point for point in self.last_opinion.points.all() if not point.answer] if self.last_opinion else []


@dataclass(frozen=True)
class ReportedChecklist:
    """A checklist of which something is answered."""

    activity: Activity
    counts: dict[str, int]
    """How often each `ChecklistAnswer.Value` is the answer."""
    questions: int
    no: list[tuple[Any, str]]
    """The questions that are answered no, with the note."""

    @property
    def open(self) -> int:
        return self.questions - sum(self.counts.values())


@dataclass(frozen=True)
class ReportedPoint:
    """A decision point of the plan with what was decided there, the newest first."""

    activity: Activity
    decisions: list[Decision]
    state: str
    """The hash of what a decision rests on now; "" where the plan has the point no more."""

    def is_changed_since(self, decision: Decision) -> bool:
        """Whether what the decision rested on is another now."""
        return decision.state != self.state


@dataclass(frozen=True)
class ProjectReport:
    """What the report says on one day."""

    project: Project
    catalogue: Catalogue
    day: date
    facts: dict[str, str]
    answers: list[tuple[ScreeningQuestion, ScreeningAnswer | None]]
    documents: list[ReportedDocument]
    not_begun: list[DocumentTemplate]
    """Templates that the situation asks for and no document is begun of."""
    points: list[ReportedPoint]
    bases: ProjectBases
    risks: list[RiskRow]
    measures: list[Measure]
    requirements: list[RequirementRow]
    plan: ProjectPlan
    checklists: list[ReportedChecklist]
    members: list[ProjectMember]
    officers: list[MunicipalityMember]
    open_conditions: list[Decision]
    """The decisions whose conditions are not met yet."""
    texts: OwnTexts = NOTHING
    """The items whose texts are others than those of the catalogue of the day, or whose answers are to be assessed again."""

    @property
    def phase(self) -> str:
        """The phase that the project is in; "" where nobody has said it."""
        return next((str(phase) for phase in self.catalogue.phases if phase.slug == self.project.phase), "")

    @property
    def newest(self) -> list[ReportedDocument]:
        """Of each template the newest version."""
        by_template = {
            row.document.template: row for row in sorted(self.documents, key=lambda row: row.document.version)
        }
        return list(by_template.values())

    def newest_approved(self, template: str) -> ReportedDocument | None:
        """The newest approved document of the template."""
        approved = [row for row in self.documents if row.document.template == template and row.is_approved]
        return max(approved, key=lambda row: row.document.version, default=None)

    @property
    def high_risks(self) -> list[RiskRow]:
        """Risks that are high after what is done about them."""
        return [row for row in self.risks if row.stays_high]

    @property
    def open_risks(self) -> list[RiskRow]:
        return [row for row in self.risks if row.is_open]

    @property
    def open_requirements(self) -> list[RequirementRow]:
        return [row for row in self.requirements if row.applies and row.value == RequirementState.State.OPEN]

    @property
    def open_questions(self) -> list[ScreeningQuestion]:
        """Questions without a yes or no; one that follows from a no counts as answered."""
        return [question for question, _answer in self.answers if not self.plan.situation.answer(question)]

    @property
    def title_of(self) -> dict[str, str]:
        """Codes of risks and requirements to their titles."""
        return {row.code: row.title for row in self.risks} | {row.code: row.title for row in self.requirements}

    def measures_at(self, code: str) -> list[Measure]:
        """The measures for a risk or a requirement."""
        return [measure for measure in self.measures if code in measure.places]


def project_report(project: Project, catalogue: Catalogue, day: date, own_texts: OwnTexts = NOTHING) -> ProjectReport:
    """What the project holds now, with the catalogue as the project sees it. At most 43 queries, however much that is."""
    facts = ProjectFact.stored(project)
    grounds = read_project(project, catalogue, day)
    stored = {row.question: row for row in project.screening_answers.all()}
    return ProjectReport(
        project=project,
        catalogue=catalogue,
        day=day,
        facts=facts,
        answers=[(question, stored.get(question.code)) for question in catalogue.questions],
        documents=_documents(grounds, catalogue),
        not_begun=[template for _phase, templates in grounds.missing for template in templates],
        points=_points(grounds, catalogue),
        bases=grounds.bases,
        risks=grounds.risks,
        measures=list(project.measures.select_related("owner__user")),
        requirements=grounds.requirements,
        plan=grounds.plan,
        checklists=_checklists(project, catalogue),
        members=list(project.members.by_role()),
        open_conditions=grounds.open_conditions,
        officers=list(project.municipality.members.exclude(dpo="").select_related("user").order_by("dpo", "pk")),
        texts=own_texts,
    )


def _documents(grounds: ProjectGrounds, catalogue: Catalogue) -> list[ReportedDocument]:
    """The documents in the order of the templates, then of their versions. Six queries at most."""
    opinions: Any = Prefetch("opinions", Opinion.objects.select_related("by").prefetch_related("points"))
    decisions: Any = Prefetch("decisions", Decision.objects.select_related("by").with_conditions_met())
    rows = list(grounds.project.documents.with_conditions().prefetch_related(opinions, decisions))
    titles = {template.code: template.title for template in catalogue.templates}
    return [
        ReportedDocument(
            row,
            titles.get(row.template, ""),
            grounds.states[row.pk],
            list(row.opinions.all()),
            list(row.decisions.all()),
        )
        for row in sorted(rows, key=lambda row: (row.template, row.version))
    ]


def _points(grounds: ProjectGrounds, catalogue: Catalogue) -> list[ReportedPoint]:
    """The decision points that the plan has, and those where something was decided. No query."""
    decided: dict[str, list[Decision]] = defaultdict(list)
    for decision in grounds.decisions:
        decided[decision.point].append(decision)
    states = {point.code: point.state for point in grounds.points}
    return [
        ReportedPoint(activity, decided[activity.code], states.get(activity.code, ""))
        for activity in catalogue.activities
        if activity.is_decision_point and (activity.code in states or activity.code in decided)
    ]


def _checklists(project: Project, catalogue: Catalogue) -> list[ReportedChecklist]:
    """The checklists of which something is answered, in the order of the activities. One query."""
    rows: dict[str, dict[str, ChecklistAnswer]] = defaultdict(dict)
    for row in project.checklist_answers.exclude(value=""):
        rows[row.activity][row.key] = row
    lists = []
    for activity in catalogue.activities:
        checks = catalogue.checklist(activity)
        answered = [
            (check, rows[activity.code][check.reference]) for check in checks if check.reference in rows[activity.code]
        ]
        if answered:
            counts = {
                value: sum(row.value == value for _check, row in answered) for value in ChecklistAnswer.Value.values
            }
            no = [(check, row.note) for check, row in answered if row.value == ChecklistAnswer.Value.NO]
            lists.append(ReportedChecklist(activity, counts, len(checks), no))
    return lists
