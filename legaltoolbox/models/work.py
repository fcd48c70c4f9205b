"""Roles, phases, and activities with their checklists."""

from typing import ClassVar

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from kl_ai.database.natural_keys import NaturalCodeManager

from .items import HIGHEST, Sourced, code_field, history
from .rows import StableRow, key_once

MOST_MONTHS = 120
"""The longest time between two rounds of an activity: ten years."""


class Role(Sourced):
    """Somebody who takes part in the work: the project manager, the DPO, the vendor …"""

    KIND = "role"
    KEY = "slug"
    VENDOR = "leverandor"
    """The key of the vendor's role, whose page lists the requirements that a vendor must know."""
    PROJECT_MANAGER = "projektleder"
    """The key of the role that sets everybody's activities going and follows them up."""

    slug = models.SlugField(_("key"), max_length=40, unique=True, help_text=_("Used in addresses. Never reused."))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    name = models.CharField(_("name"), max_length=80)
    short_name = models.CharField(_("short name"), max_length=18, help_text=_("For the head of a table."))
    why = models.TextField(_("why it is involved"))
    does = models.TextField(_("what it does"))
    does_not = models.TextField(_("what it must not do"), blank=True)

    history = history("sources")
    objects: ClassVar = NaturalCodeManager()

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        ordering = ("position", "slug")

    def __str__(self) -> str:
        return self.name


class Phase(Sourced):
    """A phase in the life of an AI solution, from the municipality's foundation to its end."""

    KIND = "phase"
    KEY = "slug"

    slug = models.SlugField(_("key"), max_length=40, unique=True, help_text=_("Used in addresses. Never reused."))
    number = models.PositiveSmallIntegerField(_("number"), unique=True)
    name = models.CharField(_("name"), max_length=80)
    summary = models.TextField(_("summary"), help_text=_("One sentence."))
    goal = models.TextField(_("goal"))
    result = models.TextField(_("result"))

    history = history("sources")
    objects: ClassVar = NaturalCodeManager()

    class Meta:
        verbose_name = _("phase")
        verbose_name_plural = _("phases")
        ordering = ("number",)

    def __str__(self) -> str:
        return f"{self.number}. {self.name}"


class Activity(Sourced):
    """Something to be done in a phase, or a decision point at its end."""

    KIND = "activity"

    class SmallUse(models.TextChoices):
        """What a use that is small and harmless needs of an activity."""

        SAME = "", _("the same as every use")
        SHORT = "short", _("a shorter way is enough")
        TOGETHER = "together", _("done together with another activity")
        ASSESSED = "assessed", _("needed only where another activity shows it")
        LEAVE_OUT = "leave_out", _("can be left out")

    class RepeatBasis(models.TextChoices):
        """What stands behind an activity that is done again."""

        NONE = "", _("it is not done again")
        INTERVAL = "interval", _("the law sets the interval")
        DUTY = "duty", _("it rests on a duty; how and how often is our proposal")
        ADVICE = "advice", _("our proposal")

    code = code_field(r"^[AP]\d{1,2}$", "A25")
    phase = models.ForeignKey(Phase, verbose_name=_("phase"), on_delete=models.PROTECT, related_name="activities")
    title = models.CharField(_("title"), max_length=150)
    is_decision_point = models.BooleanField(_("decision point"), default=False)
    what = models.TextField(_("what"))
    why = models.TextField(_("why"))
    when = models.TextField(_("when"))
    responsible = models.ForeignKey(
        Role, verbose_name=_("responsible"), on_delete=models.PROTECT, related_name="responsible_for"
    )
    responsible_why = models.TextField(_("why this role is responsible"))
    involved: ClassVar[models.ManyToManyField] = models.ManyToManyField(
        Role, verbose_name=_("involved"), through="Involvement", related_name="involved_in"
    )
    outputs: ClassVar[models.ManyToManyField] = models.ManyToManyField(
        "DocumentTemplate", verbose_name=_("templates"), related_name="activities", blank=True
    )

    small_use_kind = models.CharField(
        _("for a small, harmless use"),
        max_length=10,
        choices=SmallUse.choices,
        default=SmallUse.SAME,
        db_default=SmallUse.SAME,
        blank=True,
    )
    small_use = models.TextField(
        _("what is enough for a small, harmless use"),
        blank=True,
        default="",
        db_default="",
        help_text=_("How it can be done shorter, or why it can be left out."),
    )
    small_use_with = models.ForeignKey(
        "self",
        verbose_name=_("for a small, harmless use together with, or decided by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="small_use_carries",
    )
    repeat_months = models.PositiveSmallIntegerField(
        _("months until it is done again"),
        default=0,
        db_default=0,
        validators=[MaxValueValidator(MOST_MONTHS)],
        help_text=_("Counted from the day on which the solution is taken into use. 0: it is not done again."),
    )
    repeat_basis = models.CharField(
        _("behind the interval stands"),
        max_length=10,
        choices=RepeatBasis.choices,
        default=RepeatBasis.NONE,
        db_default=RepeatBasis.NONE,
        blank=True,
    )
    repeat_note = models.TextField(
        _("what is done again"),
        blank=True,
        default="",
        db_default="",
        help_text=_("For the calendar: what is done, what the law says about the time, and legal time limits."),
    )

    history = history("sources", "outputs")
    objects: ClassVar = NaturalCodeManager()

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        ordering = ("phase__number", "is_decision_point", "code")

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class Involvement(models.Model):
    """A role that is involved in an activity, and why."""

    activity = models.ForeignKey(Activity, verbose_name=_("activity"), on_delete=models.CASCADE)
    role = models.ForeignKey(Role, verbose_name=_("role"), on_delete=models.PROTECT)
    why = models.TextField(_("why"))

    history = HistoricalRecords()
    objects: ClassVar = models.Manager()

    class Meta:
        verbose_name = _("involved role")
        verbose_name_plural = _("involved roles")
        ordering = ("activity", "role__position")
        constraints = (models.UniqueConstraint(fields=("activity", "role"), name="role_involved_once"),)

    def __str__(self) -> str:
        return f"{self.activity.code}: {self.role}"


class ChecklistItem(StableRow):
    """A question of an activity's checklist that can be answered yes when the thing is done."""

    OWNER = "activity"
    ORDER = "number"

    activity = models.ForeignKey(
        Activity, verbose_name=_("activity"), on_delete=models.CASCADE, related_name="checklist"
    )
    number = models.PositiveSmallIntegerField(_("number"), validators=[MaxValueValidator(HIGHEST)])
    question = models.TextField(_("question"))
    guidance = models.TextField(_("guidance"))
    done_when = models.TextField(_("done when"))
    role = models.ForeignKey(
        Role,
        verbose_name=_("answered by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="checklist",
        help_text=_("Empty for the role that is responsible for the activity."),
    )
    sources: ClassVar[models.ManyToManyField] = models.ManyToManyField(
        "LegalSource", verbose_name=_("sources"), related_name="checklist_items", blank=True
    )

    history = history("sources")
    objects: ClassVar = models.Manager()

    class Meta:
        verbose_name = _("question of a checklist")
        verbose_name_plural = _("questions of checklists")
        ordering = ("activity", "number")
        constraints = (
            models.UniqueConstraint(fields=("activity", "number"), name="checklist_number_once"),
            key_once("activity", "checklist_key_once"),
        )

    def __str__(self) -> str:
        return f"{self.code} {self.question}"

    @property
    def code(self) -> str:
        """The code that pages and documents cite the question by, "A25.3"."""
        return f"{self.activity.code}.{self.reference}"
