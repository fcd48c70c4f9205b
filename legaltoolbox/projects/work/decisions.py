"""What a decision rests on: the opinion, the risks that stay, the legal basis and what is still to be done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from legaltoolbox.catalogue import Catalogue

from ..models import AdvicePoint, Decision, Opinion, Project, ProjectDocument, open_conditions
from ..models.legal_bases import BasisLack
from ..models.live import LIVE_FIELDS, LiveSource
from .legal_bases import ProjectBases, project_bases
from .risks import RiskCounts, RiskRow, risk_counts, risk_rows

NOT_FOLLOWED = (AdvicePoint.Answer.PARTLY, AdvicePoint.Answer.NOT_FOLLOWED)
SHOW_RISKS = frozenset({LiveSource.RISKS, LiveSource.RESIDUAL, LiveSource.HIGH})
"""Tables that show how high risks are."""


class HardWarning(StrEnum):
    """What a page warns of so that a yes without conditions needs a reason."""

    BASIS = "basis"
    """No sufficient legal basis for the use."""
    DOUBTFUL_BASIS = "doubtful-basis"
    HIGH_RISK = "high-risk"
    """A risk that is high after what is done about it."""


def hard_warnings(*, basis: BasisLack | None, has_high_risk: Any) -> list[HardWarning]:
    """What a page warns of: what the legal basis for the use lacks, where the page is about it, and the risks that stay high."""
    found = (
        (HardWarning.BASIS, basis == BasisLack.NONE),
        (HardWarning.DOUBTFUL_BASIS, basis == BasisLack.DOUBTFUL),
        (HardWarning.HIGH_RISK, has_high_risk),
    )
    return [warning for warning, holds in found if holds]


@dataclass(frozen=True)
class Grounds:
    """What the page of a decision shows, and the decision keeps."""

    template: str
    """The code of the document's template."""
    opinion: Opinion | None
    points: list[AdvicePoint]
    is_changed_since: bool
    """Whether the document has changed since the opinion."""
    high: list[RiskRow]
    """Risks that are high after what is done about them."""
    open_risks: list[RiskRow]
    risk_counts: RiskCounts
    bases: ProjectBases
    open_conditions: list[Decision]
    """Decisions of the project, on whatever, whose conditions are not met yet."""

    @property
    def hard_warnings(self) -> list[HardWarning]:
        """What the document itself is about: whether it shows the legal bases, or the risks."""
        shown = {source for (template, _section, _field), source in LIVE_FIELDS.items() if template == self.template}
        return hard_warnings(
            basis=self.bases.lack if LiveSource.BASES in shown else None,
            has_high_risk=shown & SHOW_RISKS and self.high,
        )

    @property
    def record(self) -> dict[str, Any]:
        """As the decision keeps it, in the codes of the catalogue."""
        record = {
            "opinion": self.opinion.verdict if self.opinion else "",
            "changed_since_opinion": self.is_changed_since,
            "not_followed": [point.number for point in self.points if point.answer in NOT_FOLLOWED],
            "high_risks": [row.code for row in self.high],
            "open_risks": [row.code for row in self.open_risks],
            "without_basis": [phase.slug for phase in self.bases.lacks_in_use],
        }
        return record | conditions_record(self.open_conditions)


def conditions_record(decisions: Iterable[Decision]) -> dict[str, list[str]]:
    """What a decision keeps of the conditions that were not met; nothing where there were none. No query."""
    words = [f"{decision.place}: {decision.conditions}" for decision in decisions]
    return {"open_conditions": words} if words else {}


def grounds(project: Project, document: ProjectDocument, catalogue: Catalogue, state: str) -> Grounds:
    """What a decision about the document in this state rests on. Ten queries at most."""
    opinion = document.last_opinion()
    rows = risk_rows(project, catalogue)
    return Grounds(
        template=document.template,
        opinion=opinion,
        points=list(opinion.points.all()) if opinion else [],
        is_changed_since=opinion is not None and opinion.state != state,
        high=[row for row in rows if row.stays_high],
        open_risks=[row for row in rows if row.is_open],
        risk_counts=risk_counts(rows),
        bases=project_bases(project, catalogue),
        open_conditions=open_conditions(project.decisions.select_related("document").with_conditions_met()),
    )
