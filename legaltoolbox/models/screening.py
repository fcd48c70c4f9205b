"""The screening questions about a solution, and the conditions under which an item applies."""

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from kl_ai.database.natural_keys import NaturalCodeManager

from .catalogues import Requirement, Risk
from .items import Sourced, history
from .legal_basis import LegalBasis
from .templates import TemplateSection
from .work import Activity

HIGHEST_GROUP = 99
RESERVED = frozenset(
    {
        "q",
        "role",
        "rolle",
        "nu",
        "vis",
        "start",
        "now",
        "pick",
        "page",
        "plan",
        "list",
        "situation",
        "toolbox-q",
        "main-content",
    }
    | {"unsettled", "kind", "status", "phase", "source", "addressee", "level", "topic", "theme", "kommune", "projekt"}
)
"""The names of the pages' own parameters and anchors."""


def not_reserved(code: str) -> None:
    if code in RESERVED or code.startswith(("phase-", "results", "chip-")):
        raise ValidationError(_("The pages use this word themselves. Choose another."))


class ScreeningQuestion(Sourced):
    """A question that a project manager answers yes or no; the answer decides what applies."""

    KIND = "question"

    code = models.SlugField(
        _("code"),
        max_length=30,
        unique=True,
        help_text=_("Used in addresses. Never reused."),
        validators=[not_reserved],
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    question = models.CharField(_("question"), max_length=200)
    help = models.TextField(_("help"), blank=True)
    yes_label = models.CharField(_("what yes is called"), max_length=40, default="Ja")
    no_label = models.CharField(_("what no is called"), max_length=40, default="Nej")
    requires = models.ForeignKey(
        "self",
        verbose_name=_("counts only after yes to"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="followed_by",
    )
    rules_out_small_use = models.BooleanField(
        _("yes rules out a small, harmless use"),
        default=False,
        db_default=False,
        help_text=_("A use is small and harmless where each of these questions is answered no."),
    )

    history = history("sources")
    objects: ClassVar = NaturalCodeManager()

    class Meta:
        verbose_name = _("screening question")
        verbose_name_plural = _("screening questions")
        ordering = ("position", "code")

    def __str__(self) -> str:
        return self.question

    @property
    def title(self) -> str:
        return self.question

    def label(self, answer: str) -> str:
        """What an answer, "yes" or "no", is called."""
        return self.yes_label if answer == Condition.Answer.YES else self.no_label

    def clean(self) -> None:
        """Refuse a question that follows on itself. One query to a question above."""
        super().clean()
        above, seen = self.requires, {self.pk}
        while above is not None:
            if above.pk in seen:
                raise ValidationError({"requires": _("A question cannot follow on itself.")})
            seen.add(above.pk)
            above = above.requires


class Condition(models.Model):
    """What an item applies for. One without conditions always applies.

    Each condition in group 0 is enough by itself. Of the conditions in a group with another number all must hold, and
    one such group is enough.
    """

    class Answer(models.TextChoices):
        YES = "yes", _("yes")
        NO = "no", _("no")

    question = models.ForeignKey(ScreeningQuestion, verbose_name=_("question"), on_delete=models.PROTECT)
    answer = models.CharField(_("answer"), max_length=3, choices=Answer.choices)
    reason = models.CharField(
        _("reason"), max_length=200, help_text=_("Continues the sentence “Applies to you, because …” in Danish.")
    )

    group = models.PositiveSmallIntegerField(
        _("group"),
        default=0,
        db_default=0,
        validators=[MaxValueValidator(HIGHEST_GROUP)],
        help_text=_("0: this condition is enough by itself. Of those with another number in common all must hold."),
    )

    history = HistoricalRecords(inherit=True)
    objects: ClassVar = models.Manager()

    class Meta:
        abstract = True
        verbose_name = _("condition")
        verbose_name_plural = _("conditions")

    def __str__(self) -> str:
        return f"{self.question.code}: {self.get_answer_display()}"


def _once(owner: str, name: str) -> tuple[models.UniqueConstraint]:
    return (models.UniqueConstraint(fields=(owner, "question", "answer", "group"), name=name),)


class ActivityCondition(Condition):
    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="conditions")

    class Meta(Condition.Meta):
        abstract = False
        ordering = ("activity", "group", "question__position")
        constraints = _once("activity", "activity_condition_once_in_group")


class RiskCondition(Condition):
    risk = models.ForeignKey(Risk, on_delete=models.CASCADE, related_name="conditions")

    class Meta(Condition.Meta):
        abstract = False
        ordering = ("risk", "group", "question__position")
        constraints = _once("risk", "risk_condition_once_in_group")


class RequirementCondition(Condition):
    requirement = models.ForeignKey(Requirement, on_delete=models.CASCADE, related_name="conditions")

    class Meta(Condition.Meta):
        abstract = False
        ordering = ("requirement", "group", "question__position")
        constraints = _once("requirement", "requirement_condition_once_in_group")


class SectionCondition(Condition):
    section = models.ForeignKey(TemplateSection, on_delete=models.CASCADE, related_name="conditions")

    class Meta(Condition.Meta):
        abstract = False
        ordering = ("section", "group", "question__position")
        constraints = _once("section", "section_condition_once_in_group")


class LegalBasisCondition(Condition):
    basis = models.ForeignKey(LegalBasis, on_delete=models.CASCADE, related_name="conditions")

    class Meta(Condition.Meta):
        abstract = False
        ordering = ("basis", "group", "question__position")
        constraints = _once("basis", "basis_condition_once_in_group")
