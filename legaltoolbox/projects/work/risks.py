"""The risks of a project: those of its situation with what the team says of each, its own, and the matrix of both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from legaltoolbox.catalogue import Catalogue
from legaltoolbox.left_out import split
from legaltoolbox.models import Risk
from legaltoolbox.rating import STEPS, RiskLevel, level

from ..models import Project, RiskAssessment
from .situations import situation_of


@dataclass(frozen=True)
class RiskRow:
    """A risk of the project: one of the catalogue, or its own."""

    code: str
    title: str
    assessment: RiskAssessment | None
    """What the team has written; None where nobody has."""
    url: str
    risk: Risk | None = None
    """The risk of the catalogue; None for an own one, and for one that the catalogue has no more."""
    applies: bool = True
    """Whether it applies by the answers about the solution; one that does not stays where the team has assessed it."""

    @property
    def is_left_out(self) -> bool:
        """Whether the team says that it does not apply here."""
        return self.assessment is not None and not self.assessment.applies

    @property
    def level(self) -> RiskLevel | None:
        return self.assessment.level if self.assessment and not self.is_left_out else None

    @property
    def residual_level(self) -> RiskLevel | None:
        return self.assessment.residual_level if self.assessment and not self.is_left_out else None

    @property
    def is_open(self) -> bool:
        """Whether the team has still to rate it, or what stays of it."""
        return self.counts and (self.level is None or self.residual_level is None)

    @property
    def counts(self) -> bool:
        """Whether it applies, by the answers and by what the team says."""
        return self.applies and not self.is_left_out

    @property
    def stays_high(self) -> bool:
        """Whether a risk that counts is high after what is done about it: such a use goes to Datatilsynet first (GDPR art. 36)."""
        return self.counts and self.residual_level == RiskLevel.HIGH


RATED = ("project", "code", "title", "applies", "likelihood", "consequence", "likelihood_after", "consequence_after")


def risk_rows(project: Project, catalogue: Catalogue, *, with_texts: bool = True) -> list[RiskRow]:
    """The risks in the order of the catalogue, then the own ones. Two queries, however many there are.

    Without `with_texts` they have codes, titles and steps alone: no owner, and nothing of what was written about them.
    """
    situation = situation_of(project, project.screening_answers.all(), catalogue)
    assessments = project.risk_assessments
    rated = assessments.select_related("owner__user") if with_texts else assessments.only(*RATED)
    stored = {row.code: row for row in rated}
    applying = {risk.code for risk in split(catalogue.risks, catalogue, situation)[0]}
    rows = [
        _row(project, risk.code, stored.get(risk.code), risk, applies=risk.code in applying)
        for risk in catalogue.risks
        if risk.code in applying or risk.code in stored
    ]
    known = {risk.code for risk in catalogue.risks}
    return rows + [_row(project, code, row, None) for code, row in sorted(stored.items()) if code not in known]


@dataclass(frozen=True)
class RiskCounts:
    """How many risks are rated, the same on every page and in every file."""

    both: int
    """Rated before and after what is done about them."""
    before: int
    """Rated before alone."""
    not_rated: int
    left_out: int
    """Those that do not apply."""

    @property
    def total(self) -> int:
        """Those that apply."""
        return self.both + self.before + self.not_rated

    @property
    def is_begun(self) -> bool:
        """Whether anything is said of any risk."""
        return bool(self.both or self.before or self.left_out)

    def __str__(self) -> str:
        """The counts as a sentence, without those that are none; "" without a risk."""
        if self.total and not self.is_begun:
            return _("No risk is rated yet.")
        parts = (
            (self.both, _("%(n)s are rated before and after")),
            (self.before, _("%(n)s are rated before alone")),
            (self.not_rated, _("%(n)s are not rated")),
            (self.left_out, _("%(n)s do not apply here")),
        )
        first, *others = [(number, words) for number, words in parts if number] or [(0, "")]
        of_all = _("%(n)s of %(total)s") % {"n": first[0], "total": self.total + self.left_out}
        words = [first[1] % {"n": of_all}, *(text % {"n": number} for number, text in others)]
        return f"{', '.join(words)}." if first[0] else ""

    @property
    def none_high(self) -> str:
        """What can be said where no risk is rated as high after the measures: of those that are rated, and of no other."""
        if not self.both:
            return _("No risk is rated after the measures yet.")
        if self.both == self.total:
            return _("No risk stays high.")
        return _("No risk that is rated after the measures stays high. Not rated after them: %(n)s.") % {
            "n": self.total - self.both
        }


def risk_counts(rows: Sequence[RiskRow]) -> RiskCounts:
    """How many of these are rated. No query."""
    counting = [row for row in rows if row.counts]
    rated = [row for row in counting if row.level]
    both = sum(row.residual_level is not None for row in rated)
    return RiskCounts(both, len(rated) - both, len(counting) - len(rated), len(rows) - len(counting))


def _row(
    project: Project, code: str, assessment: RiskAssessment | None, risk: Risk | None, *, applies: bool = True
) -> RiskRow:
    title = risk.title if risk else assessment.title if assessment else ""
    url = reverse("projects:risk", args=[*project.address, code.lower()])
    return RiskRow(code, title, assessment, url, risk, applies)


@dataclass(frozen=True)
class MatrixCell:
    likelihood: int
    consequence: int
    level: RiskLevel
    rows: Sequence[RiskRow]


def matrix(rows: Iterable[RiskRow], *, after: bool) -> list[list[MatrixCell]]:
    """The matrix from the highest likelihood down, each line from the lowest consequence on, with the risks in each cell. No query."""
    placed: dict[tuple[int, int], list[RiskRow]] = {}
    for row in rows:
        steps = _steps(row.assessment, after=after) if row.assessment and not row.is_left_out else None
        if steps:
            placed.setdefault(steps, []).append(row)
    return [
        [
            MatrixCell(
                likelihood, consequence, level(likelihood, consequence), placed.get((likelihood, consequence), ())
            )
            for consequence in STEPS
        ]
        for likelihood in reversed(STEPS)
    ]


def _steps(assessment: RiskAssessment, *, after: bool) -> tuple[int, int] | None:
    steps: tuple[Any, Any] = (
        (assessment.likelihood_after, assessment.consequence_after)
        if after
        else (assessment.likelihood, assessment.consequence)
    )
    return steps if all(steps) else None
