"""The requirements of a project: those of its situation with how far each is met, and where the evidence is."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from legaltoolbox.catalogue import Catalogue
from legaltoolbox.left_out import split
from legaltoolbox.models import Requirement

from ..models import Evidence, Project, RequirementState
from .counts import counts_sentence
from .situations import situation_of

State = RequirementState.State


@dataclass(frozen=True)
class RequirementRow:
    """A requirement of the project."""

    code: str
    title: str
    state: RequirementState | None
    """What the team has written; None where nobody has."""
    evidence: list[Evidence]
    url: str
    requirement: Requirement | None = None
    """None for one that the catalogue has no more."""
    applies: bool = True
    """Whether it applies by the answers about the solution; one that does not stays where the team has assessed it."""

    @property
    def value(self) -> str:
        return self.state.state if self.state else State.OPEN.value

    @property
    def counts(self) -> bool:
        """Whether it applies, by the answers and by what the team says."""
        return self.applies and self.value != State.NOT_RELEVANT

    @property
    def label(self) -> str:
        return str(State(self.value).label)


def requirement_rows(project: Project, catalogue: Catalogue) -> list[RequirementRow]:
    """The requirements in the order of the catalogue. Three queries, however many there are."""
    situation = situation_of(project, project.screening_answers.all(), catalogue)
    stored = {row.code: row for row in project.requirement_states.select_related("owner__user")}
    evidence: dict[str, list[Evidence]] = defaultdict(list)
    for piece in project.evidence.all():
        evidence[piece.place].append(piece)
    applying = {item.code for item in split(catalogue.requirements, catalogue, situation)[0]}
    written = stored.keys() | evidence.keys()

    def row(code: str, item: Any) -> RequirementRow:
        url = reverse("projects:requirement", args=[*project.address, code.lower()])
        return RequirementRow(
            code, item.title if item else "", stored.get(code), evidence.get(code, []), url, item, code in applying
        )

    rows = [row(item.code, item) for item in catalogue.requirements if item.code in applying | written]
    known = {item.code for item in catalogue.requirements}
    return rows + [row(code, None) for code in sorted(stored) if code not in known]


@dataclass(frozen=True)
class RequirementCounts:
    """How many requirements are assessed; those that do not apply stand apart."""

    assessed: int
    open: int
    left_out: int

    def __str__(self) -> str:
        """The counts as a sentence, without those that are none; "" without a requirement."""
        if self.open and not self.assessed:
            return _("No requirement is assessed yet.")
        return counts_sentence(
            (
                (self.assessed, _("assessed: %(n)s")),
                (self.open, _("not assessed: %(n)s")),
                (self.left_out, _("not applicable here: %(n)s")),
            )
        )

    @property
    def none_unmet(self) -> str:
        """What can be said where no requirement is assessed as not met: of those that are assessed, and of no other."""
        if not self.assessed:
            return _("No requirement is assessed yet.")
        return (
            _("No requirement that is assessed is said not to be met.")
            if self.open
            else _("No requirement is said not to be met.")
        )


def requirement_counts(rows: list[RequirementRow]) -> RequirementCounts:
    """How many of these are assessed. No query."""
    counting = [row for row in rows if row.counts]
    waiting = sum(row.value == State.OPEN for row in counting)
    return RequirementCounts(len(counting) - waiting, waiting, len(rows) - len(counting))


def counts(rows: list[RequirementRow]) -> list[tuple[str, str, int]]:
    """State, its label and how many requirements are in it, in the order of the states. No query."""
    return [(value, str(label), sum(row.value == value for row in rows)) for value, label in State.choices]
