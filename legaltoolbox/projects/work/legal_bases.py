"""The legal bases of a project, phase by phase: what the catalogue says occurs there, and what the team has written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from legaltoolbox import left_out
from legaltoolbox.catalogue import Catalogue
from legaltoolbox.models import LegalBasis, LegalBasisPhase, Phase
from legaltoolbox.screening import NO, Situation

from ..models import Project, ProjectLegalBasis
from ..models.legal_bases import BasisLack, lack, lacking
from .situations import situation_of

IN_USE = ("idriftsaettelse", "drift-og-overvaagning")
"""The keys of the phases in which a solution is in use: without a sufficient basis there it must not be."""
AT_THE_END = gettext_lazy("So it stood when the project was closed:")
"""What is said of a warning where nobody can do anything any more."""
PERSONAL_DATA = "personoplysninger"
"""The question whether personal data are processed: without any no basis is needed."""


@dataclass(frozen=True)
class PhaseBases:
    """A phase with the project's rows, and the processings that the catalogue names and the project has not described."""

    phase: Phase
    rows: list[ProjectLegalBasis]
    suggestions: list[tuple[LegalBasis, LegalBasisPhase]]
    is_lacking: bool

    @property
    def insufficient(self) -> list[ProjectLegalBasis]:
        """The rows without a sufficient basis."""
        return [row for row in self.rows if not row.is_sufficient]


@dataclass(frozen=True)
class ProjectBases:
    phases: list[PhaseBases]
    is_needed: bool
    """As `is_basis_needed`."""

    @property
    def lacking(self) -> list[PhaseBases]:
        """The phases in which personal data are processed, and no sufficient basis is described for all of it."""
        return [each for each in self.phases if each.is_lacking] if self.is_needed else []

    @property
    def lacking_in_use(self) -> list[PhaseBases]:
        """Of these the phases of use: the hard warning."""
        return [each for each in self.lacking if each.phase.slug in IN_USE]

    @property
    def lack(self) -> BasisLack | None:
        """What the use lacks; None where it lacks nothing."""
        rows = [row for each in self.phases for row in each.rows]
        return lack(rows, [each.phase.slug for each in self.lacking_in_use])

    @property
    def warning(self) -> str:
        """The hard warning as a sentence; "" where the use lacks nothing."""
        return warning(self.lack)

    @property
    def lacks_in_use(self) -> list[Phase]:
        """The phases of the hard warning, which stands on the overview, at each decision and in the report."""
        return [each.phase for each in self.lacking_in_use]


def project_bases(project: Project, catalogue: Catalogue) -> ProjectBases:
    """All phases with their bases. What the catalogue names, and the answers rule out, is not suggested. Two queries."""
    situation = situation_of(project, project.screening_answers.all(), catalogue)
    rows = list(project.legal_bases.all())
    without = set(lacking(rows, [phase.slug for phase in catalogue.phases]))
    named: dict[str, list[tuple[LegalBasis, LegalBasisPhase]]] = {}
    for basis in left_out.split(catalogue.all(LegalBasis.KIND), catalogue, situation)[0]:
        for place in catalogue.parts("phases", basis):
            named.setdefault(place.phase.slug, []).append((basis, place))
    return ProjectBases(
        phases=[
            PhaseBases(
                phase,
                own := [row for row in rows if row.phase == phase.slug],
                [
                    (basis, place)
                    for basis, place in named.get(phase.slug, [])
                    if basis.code not in {row.code for row in own}
                ],
                phase.slug in without,
            )
            for phase in catalogue.phases
            if phase.slug in named or any(row.phase == phase.slug for row in rows)
        ],
        is_needed=is_basis_needed(situation),
    )


def warning(found: BasisLack | None) -> str:
    """What must not be done while the use lacks this; "" where it lacks nothing."""
    if found == BasisLack.DOUBTFUL:
        return _("The solution must not be used yet: the legal basis for its use is doubtful.")
    return _("The solution must not be used yet: no sufficient basis is described for its use.") if found else ""


def use_words(found: BasisLack, *, is_in_use: bool, is_active: bool) -> tuple[str, str]:
    """Of a use that lacks this the heading of the warning, and what to do; of a closed project there is nothing to do."""
    is_doubtful = found == BasisLack.DOUBTFUL
    if is_in_use:
        heading = _("No sufficient legal basis for the use")
        text = _(
            "Personal data must not be processed without one. Stop the use, or describe the basis of each processing:"
        )
        clear = _("Personal data must not be processed without a clear one. Stop the use, or make the basis clear:")
    else:
        heading = _("The legal basis for the use is missing")
        text = _("Before you take the solution into use, describe the basis of each processing in these phases:")
        clear = _("Before you take the solution into use, make the basis clear in these phases:")
    if is_doubtful:
        heading, text = _("The legal basis for the use is doubtful"), clear
    return heading, text if is_active else str(AT_THE_END)


def lacks_in_use(project: Project, situation: Situation, catalogue: Catalogue) -> tuple[list[Phase], BasisLack | None]:
    """As `ProjectBases.lacks_in_use` and `lack`, without reading the texts. One query at most."""
    if not is_basis_needed(situation):
        return [], None
    rows = list(project.legal_bases.filter(phase__in=IN_USE).order_by().only("project", "phase", "judgement"))
    without = set(lacking(rows, IN_USE))
    return [phase for phase in catalogue.phases if phase.slug in without], lack(rows, without)


def phases_of(catalogue: Catalogue, code: str) -> list[Phase]:
    """The phases in which a processing of the catalogue occurs; of one that the project describes itself all. No query."""
    basis: Any = catalogue.find(LegalBasis.KIND, code) if code else None
    named = {place.phase_id for place in catalogue.parts("phases", basis)} if basis else set()
    return [phase for phase in catalogue.phases if phase.pk in named or not named]


def same_processing(row: ProjectLegalBasis, rows: Iterable[ProjectLegalBasis]) -> list[ProjectLegalBasis]:
    """Of these rows the ones of the same processing, in whatever phase. No query."""
    return [each for each in rows if each.code == row.code and (row.code or each.processing == row.processing)]


def is_basis_needed(situation: Situation) -> bool:
    """Whether the solution processes personal data, or nobody has said that it does not. No query."""
    return situation.answers.get(PERSONAL_DATA) != NO
