"""The risks of a project as its team rates them, before and after what is done about them."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kl_ai.validators import validate_line, validate_text
from legaltoolbox.rating import STEPS, RiskLevel, level

from .edited import DeletableRow
from .events import ProjectEvent
from .municipalities import MunicipalityMember
from .projects import Project

MOST_OWN_RISKS = 99
"""Risks that a project can add to those of the catalogue."""
HIGHEST_NUMBER = 999
"""Of the code of an own risk; a number is never given twice, so that it can be beyond `MOST_OWN_RISKS`."""
OWN_CODE = re.compile(r"E[0-9]{2,3}")
STEP = (MinValueValidator(STEPS[0]), MaxValueValidator(STEPS[-1]))


class Treatment(models.TextChoices):
    REDUCE = "reduce", _("reduce it")
    AVOID = "avoid", _("avoid it: leave out what causes it")
    SHARE = "share", _("share it by agreement")
    ACCEPT = "accept", _("accept it, with a reason")


def step_field(label: Any) -> models.PositiveSmallIntegerField:
    """A step of the scale, 1 to 4; None where nobody has rated yet."""
    return models.PositiveSmallIntegerField(label, null=True, blank=True, validators=STEP)


class RiskAssessment(DeletableRow):
    """A risk of the catalogue, by its code, or one of the project's own ("E01"). The level follows and is stored nowhere."""

    FIELDS = (
        "title",
        "event",
        "applies",
        "likelihood",
        "consequence",
        "reason",
        "treatment",
        "likelihood_after",
        "consequence_after",
        "reason_after",
        "owner",
    )
    WHAT, WHAT_DELETED = ProjectEvent.What.RISK, ProjectEvent.What.RISK_DELETED

    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="risk_assessments", verbose_name=_("project")
    )
    code = models.CharField(_("code"), max_length=4)
    title = models.CharField(_("title"), max_length=150, blank=True, validators=[validate_line])
    """Of an own risk; one of the catalogue has its title there."""
    event = models.TextField(
        _("how it can happen here, and to whom"), max_length=4000, blank=True, validators=[validate_text]
    )
    applies = models.BooleanField(_("applies"), default=True)
    likelihood, consequence = step_field(_("likelihood before")), step_field(_("consequence for the citizen before"))
    reason = models.TextField(_("why so"), max_length=4000, blank=True, validators=[validate_text])
    treatment = models.CharField(_("treatment"), max_length=10, choices=Treatment, blank=True)
    likelihood_after = step_field(_("likelihood after"))
    consequence_after = step_field(_("consequence for the citizen after"))
    reason_after = models.TextField(_("why so, after"), max_length=4000, blank=True, validators=[validate_text])
    owner = models.ForeignKey(
        MunicipalityMember,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="risks",
        verbose_name=_("owner"),
    )

    objects: ClassVar = models.Manager()

    class Meta:
        verbose_name = _("assessment of a risk")
        verbose_name_plural = _("assessments of risks")
        ordering = ("project", "code")
        constraints = (
            models.UniqueConstraint(fields=("project", "code"), name="risk_once_per_project"),
            models.CheckConstraint(
                condition=models.Q(code__startswith="E") & ~models.Q(title="")
                | ~models.Q(code__startswith="E") & models.Q(title=""),
                name="own_risk_has_a_title",
            ),
        )

    def __str__(self) -> str:
        return self.code

    @property
    def name(self) -> str:
        return self.title

    @property
    def is_own(self) -> bool:
        """Whether the project has added the risk itself."""
        return self.code.startswith("E")

    @property
    def level(self) -> RiskLevel | None:
        """The level before anything is done; None where it is not rated."""
        return _level(self.likelihood, self.consequence)

    @property
    def residual_level(self) -> RiskLevel | None:
        """The level that stays; None where it is not rated."""
        return _level(self.likelihood_after, self.consequence_after)

    def clean(self) -> None:
        """Refuse a risk that is left out, or accepted, without a reason."""
        if not self.applies and not self.reason:
            raise ValidationError({"reason": gettext("Write why the risk does not apply here.")})
        if self.treatment == Treatment.ACCEPT and not self.reason_after:
            raise ValidationError({"reason_after": gettext("Write why the risk can be accepted.")})

    # Verbs ----------------------------------------------------------------------------------

    @classmethod
    def assess(cls, project: Project, code: str, typed: Mapping[str, Any], seen: str, by: Any) -> "RiskAssessment":
        """Store what differs in the assessment of a risk of the catalogue, or of an own one. Raises as `store` and `Project.lock`."""
        with transaction.atomic():
            project.lock()
            row: RiskAssessment = project.risk_assessments.filter(code=code).first() or cls(project=project, code=code)
            if row.is_own and row.pk is None:
                raise ValidationError(gettext("Somebody has deleted this risk meanwhile."))
            row.store(typed, seen, by)
            return row

    @classmethod
    def add_own(cls, project: Project, title: str, by: Any) -> "RiskAssessment":
        """A risk that the catalogue does not have, with the next code after the highest that the project has ever had.

        Equal titles are one: a second click adds nothing. Raises `ValidationError` for more than `MOST_OWN_RISKS`.
        """
        with transaction.atomic():
            project.lock()
            own = list(project.risk_assessments.filter(code__startswith="E").order_by("code"))
            existing = next((row for row in own if row.title == title), None)
            if existing is not None:
                return existing
            if len(own) >= MOST_OWN_RISKS:
                raise ValidationError(gettext("A project can have %(most)s own risks.") % {"most": MOST_OWN_RISKS})
            number = _next_number([*(row.code for row in own), *_codes_ever(project)])
            row = cls(project=project, code=f"E{number:02}", title=title, saved_by=by)
            row.full_clean()
            row.save()
            ProjectEvent.record(project, ProjectEvent.What.RISK_ADDED, by, row.code, new=title)
            project.touch()
            return row

    def withdraw(self, by: Any, seen: str | None = None) -> None:
        """Delete an own risk with its assessment. Raises `ValidationError` for a risk of the catalogue, too."""
        if not self.is_own:
            raise ValidationError(gettext("A risk of the catalogue stays. Say that it does not apply, and why."))
        super().withdraw(by, seen)


def _next_number(codes: Iterable[str]) -> int:
    """The number after the highest of these codes; where that is the highest there can be, the first that none has.

    Raises `ValidationError` where there is none.
    """
    used = {int(code[1:]) for code in codes}
    number = max(used, default=0) + 1
    if number > HIGHEST_NUMBER:
        number = next((each for each in range(1, HIGHEST_NUMBER) if each not in used), 0)
    if not number:
        raise ValidationError(gettext("The project has used up the numbers of own risks. Change one that you have."))
    return number


def _codes_ever(project: Project) -> set[str]:
    """The codes that own risks have had, deleted ones too: what is written about one never comes to stand at another.

    Those of the project that a file came from are among them, and those that a measure serves: a file can be without
    its events. Three queries.
    """
    events = project.events.filter(what=ProjectEvent.What.RISK_ADDED).values_list("place", flat=True)
    imported = project.imported_records.filter(
        part="events", row=None, record__what=ProjectEvent.What.RISK_ADDED.value
    ).values_list("record__place", flat=True)
    measures = project.measures.values_list("places", flat=True)
    codes = {*events, *imported, *(code for places in measures for code in places)}
    return {code for code in codes if OWN_CODE.fullmatch(code)}


def _level(likelihood: int | None, consequence: int | None) -> RiskLevel | None:
    return level(likelihood, consequence) if likelihood and consequence else None
