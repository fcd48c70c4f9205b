"""On what legal basis a project processes personal data, for each processing in each phase in which it occurs."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, NamedTuple

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kl_ai.text import clean_line
from kl_ai.validators import validate_line, validate_text

from .edited import DeletableRow
from .events import ProjectEvent
from .projects import Project

MOST_BASES = 200


class ProjectLegalBasis(DeletableRow):
    """One processing in one phase: its basis, in the words of the team, and whether they find it clear enough."""

    class Judgement(models.TextChoices):
        OPEN = "open", _("not judged yet")
        SUFFICIENT = "sufficient", _("sufficient")
        DOUBTFUL = "doubtful", _("doubtful")
        MISSING = "missing", _("no sufficient basis")

    FIELDS = ("processing", "basis", "why", "judgement")
    WHAT, WHAT_DELETED = ProjectEvent.What.BASIS, ProjectEvent.What.BASIS_DELETED

    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="legal_bases", verbose_name=_("project")
    )
    phase = models.SlugField(_("phase"), max_length=60)
    """The key of the phase in the catalogue."""
    code = models.CharField(_("kind of processing"), max_length=4, blank=True)
    """The code of the processing in the catalogue ("H05"), "" for one that the project has described itself."""
    processing = models.CharField(_("processing"), max_length=200, validators=[validate_line])
    basis = models.TextField(_("legal basis"), max_length=2000, blank=True, validators=[validate_text])
    why = models.TextField(_("why it is sufficient"), max_length=4000, blank=True, validators=[validate_text])
    judgement = models.CharField(_("judgement"), max_length=12, choices=Judgement, default=Judgement.OPEN)

    objects: ClassVar = models.Manager()

    class Meta:
        verbose_name = _("legal basis of a project")
        verbose_name_plural = _("legal bases of projects")
        ordering = ("project", "phase", "code", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("project", "phase", "code"),
                condition=~models.Q(code=""),
                name="processing_once_per_phase_and_project",
            ),
        )

    def __str__(self) -> str:
        return self.processing

    @property
    def place(self) -> str:
        return f"{self.code or clean_line(self.processing, 30)} · {self.phase}"

    @property
    def is_sufficient(self) -> bool:
        return self.judgement == self.Judgement.SUFFICIENT

    @property
    def is_doubtful(self) -> bool:
        return self.judgement == self.Judgement.DOUBTFUL

    @property
    def is_empty(self) -> bool:
        """Whether no basis and no reason is written."""
        return not (self.basis or self.why)

    def clean(self) -> None:
        """Refuse the judgement that a basis is sufficient where none is written."""
        if self.is_sufficient and not (self.basis and self.why):
            raise ValidationError(
                {"basis": gettext("Write the basis and why it is sufficient, or choose another judgement.")}
            )

    # Verbs ----------------------------------------------------------------------------------

    @classmethod
    def add_processing(
        cls, project: Project, by: Any, *, phase: str, processing: str, code: str = "", **texts: str
    ) -> "ProjectLegalBasis":
        """As `add_to_phases` in one phase: its row."""
        return cls.add_to_phases(project, by, phases=[phase], processing=processing, code=code, **texts).rows[0]

    @classmethod
    def add_to_phases(
        cls, project: Project, by: Any, *, phases: Sequence[str], processing: str, code: str = "", **texts: str
    ) -> "AddedBases":
        """A processing of these phases, with `texts` for `basis`, `why` and `judgement`; the same one again is the one that exists.

        A phase that has the processing with other texts keeps them. Raises `ValidationError` for too many, and where all
        these phases have it with other texts.
        """
        typed = {"processing": processing, **texts} if texts else {}
        with transaction.atomic():
            project.lock()
            same = project.legal_bases.filter(code=code, **({} if code else {"processing": processing}))
            existing = {row.phase: row for row in same.filter(phase__in=phases)}
            others = [row for row in existing.values() if any(getattr(row, name) != typed[name] for name in typed)]
            new = [phase for phase in phases if phase not in existing]
            if others and len(others) == len(phases):
                raise ValidationError(
                    gettext("Somebody has described this processing in this phase already. Open it in the list.")
                )
            if project.legal_bases.count() + len(new) > MOST_BASES:
                raise ValidationError(gettext("A project can have %(most)s legal bases.") % {"most": MOST_BASES})
            for phase in new:
                row = cls(project=project, phase=phase, code=code, processing=processing, saved_by=by, **texts)
                row.full_clean()
                row.save()
                ProjectEvent.record(project, ProjectEvent.What.BASIS_ADDED, by, row.place, new=processing)
                project.touch()
                existing[phase] = row
            rows = [existing[phase] for phase in phases]
            return AddedBases([row for row in rows if row not in others], [row for row in rows if row in others])


class AddedBases(NamedTuple):
    """What a processing that was described for some phases has become."""

    rows: list[ProjectLegalBasis]
    """Those that hold what was described, in the order of the phases."""
    unchanged: list[ProjectLegalBasis]
    """Those that somebody had described otherwise before; they are as they were."""


class BasisLack(models.TextChoices):
    """What the phases of use lack, as the pages, the decisions and the report say it."""

    NONE = "missing", _("No sufficient legal basis for the use is described.")
    DOUBTFUL = "doubtful", _("The legal basis for the use is doubtful.")
    """Each processing has a basis or one that the team doubts, and at least one is doubtful."""


def lack(rows: Iterable[ProjectLegalBasis], phases: Iterable[str]) -> BasisLack | None:
    """What these phases lack; None where each processing in them has a sufficient basis. No query."""
    rows = list(rows)
    without = lacking(rows, phases)
    if not without:
        return None
    of_phases = [[row for row in rows if row.phase == phase] for phase in without]
    is_doubtful = all(own and all(row.is_sufficient or row.is_doubtful for row in own) for own in of_phases)
    return BasisLack.DOUBTFUL if is_doubtful else BasisLack.NONE


def lacking(rows: Iterable[ProjectLegalBasis], phases: Iterable[str]) -> list[str]:
    """Of these phases the keys of those in which a processing has no sufficient basis, or none is described. No query.

    A solution in use without a sufficient basis is a warning on the overview, the decision and the report.
    """
    by_phase: dict[str, list[ProjectLegalBasis]] = {}
    for row in rows:
        by_phase.setdefault(row.phase, []).append(row)
    return [
        phase for phase in phases if not by_phase.get(phase) or not all(row.is_sufficient for row in by_phase[phase])
    ]
