"""Risks with their scale, requirements, and the answers about what one may and may not do."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from kl_ai.database.natural_keys import NaturalCodeManager

from .items import Sourced, code_field, history, proposals_field
from .templates import DocumentTemplate
from .work import Activity, Phase, Role


class Risk(Sourced):
    """Something that can go wrong, its consequence for the citizen first."""

    KIND = "risk"

    class Kind(models.TextChoices):
        LEGALITY = "legality", _("Legal basis and purpose")
        DATA = "data", _("Data")
        QUALITY = "quality", _("Quality and fairness")
        CONTROL = "control", _("Human control and decisions")
        TRANSPARENCY = "transparency", _("Openness and rights")
        SECURITY = "security", _("Security")
        VENDOR = "vendor", _("Vendors")
        ORGANISATION = "organisation", _("Organisation")

    class Affects(models.TextChoices):
        """Whose harm it is. A data protection impact assessment is about data subjects alone (GDPR art. 35(7)(c))."""

        DATA_SUBJECTS = "data_subjects", _("Data subjects")
        OTHERS = "others", _("Others than data subjects, or the municipality")

    code = code_field(r"^R\d{2}$", "R09")
    title = models.CharField(_("title"), max_length=150)
    kind = models.CharField(_("kind"), max_length=15, choices=Kind.choices)
    affects = models.CharField(
        _("affects"),
        max_length=15,
        choices=Affects.choices,
        default=Affects.DATA_SUBJECTS,
        db_default=Affects.DATA_SUBJECTS,
        help_text=_("What affects others is left out of the impact assessment."),
    )
    cause = models.TextField(_("cause"))
    event = models.TextField(_("event"))
    consequence = models.TextField(_("consequence for the citizen"))
    consequence_municipality = models.TextField(_("consequence for the municipality"), blank=True)
    signs = models.TextField(_("what makes it more likely"), blank=True)
    measures = models.JSONField(_("typical measures"), default=list, help_text=_("A list of texts."))
    phases: ClassVar = models.ManyToManyField(Phase, verbose_name=_("phases"), related_name="risks")
    roles: ClassVar = models.ManyToManyField(Role, verbose_name=_("roles"), related_name="risks")
    activities: ClassVar = models.ManyToManyField(
        Activity, verbose_name=_("activities that treat it"), related_name="risks"
    )

    history = history("sources", "phases", "roles", "activities")
    objects: ClassVar = NaturalCodeManager()

    class Meta:
        verbose_name = _("risk")
        verbose_name_plural = _("risks")
        ordering = ("code",)

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class ScaleLevel(models.Model):
    """A level of likelihood or of consequence for the citizen, 1 to 4 (after CNIL's method, which has four)."""

    class Axis(models.TextChoices):
        LIKELIHOOD = "likelihood", _("Likelihood")
        CONSEQUENCE = "consequence", _("Consequence for the citizen")

    axis = models.CharField(_("axis"), max_length=12, choices=Axis.choices)
    level = models.PositiveSmallIntegerField(_("level"), validators=[MinValueValidator(1), MaxValueValidator(4)])
    name = models.CharField(_("name"), max_length=40)
    description = models.TextField(_("description"))
    example = models.TextField(_("example"))

    history = HistoricalRecords()
    objects: ClassVar = models.Manager()

    class Meta:
        verbose_name = _("level of the scale")
        verbose_name_plural = _("levels of the scale")
        ordering = ("axis", "level")
        constraints = (models.UniqueConstraint(fields=("axis", "level"), name="scale_level_once"),)

    def __str__(self) -> str:
        return f"{self.get_axis_display()} {self.level}: {self.name}"


class Requirement(Sourced):
    """A demand on the municipality or the vendor, worded so that it can stand in a tender."""

    KIND = "requirement"

    class Topic(models.TextChoices):
        LEGAL_BASIS = "legal_basis", _("Legal basis, purpose and minimisation")
        VENDOR = "vendor", _("Processor and vendor")
        SECURITY = "security", _("Design, security and operation")
        QUALITY = "quality", _("Quality and fairness")
        CONTROL = "control", _("Human control and administrative law")
        TRANSPARENCY = "transparency", _("Openness and rights")

    class Addressee(models.TextChoices):
        MUNICIPALITY = "municipality", _("The municipality")
        VENDOR = "vendor", _("The vendor")
        BOTH = "both", _("The municipality and the vendor")

    class Level(models.TextChoices):
        MUST = "must", pgettext_lazy("how binding a requirement is", "must")
        SHOULD = "should", pgettext_lazy("how binding a requirement is", "should")
        MAY = "may", pgettext_lazy("how binding a requirement is", "may")

    class TenderUse(models.TextChoices):
        MINIMUM = "minimum", _("minimum requirement")
        COMPETITION = "competition", _("award criterion")
        INFORMATION = "information", _("information")

    code = code_field(r"^K\d{2}$", "K31")
    title = models.CharField(_("title"), max_length=150)
    topic = models.CharField(_("topic"), max_length=15, choices=Topic.choices)
    addressee = models.CharField(_("addressee"), max_length=15, choices=Addressee.choices)
    level = models.CharField(_("level"), max_length=10, choices=Level.choices)
    level_note = models.CharField(_("note on the level"), max_length=200, blank=True)
    duty = models.TextField(_("what the law demands"))
    wording = models.TextField(_("wording for a tender"))
    evidence = models.TextField(
        _("evidence"), help_text=_("What a vendor can hand over. It stands in the annex that is sent.")
    )
    own_evidence = models.TextField(
        _("the municipality's own evidence"),
        blank=True,
        default="",
        db_default="",
        help_text=_("What only the municipality can make. It stands in its own copy alone."),
    )
    tender_use = models.CharField(
        _("use in a tender"),
        max_length=15,
        choices=TenderUse.choices,
        default=TenderUse.INFORMATION,
        db_default=TenderUse.INFORMATION,
        help_text=_("Our proposal. The buyer can choose another."),
    )
    proposals = proposals_field()
    explanation = models.TextField(_("explanation"), blank=True)
    phases: ClassVar = models.ManyToManyField(Phase, verbose_name=_("phases"), related_name="requirements")
    risks: ClassVar = models.ManyToManyField(Risk, verbose_name=_("risks"), related_name="requirements")
    activities: ClassVar = models.ManyToManyField(Activity, verbose_name=_("activities"), related_name="requirements")
    templates: ClassVar = models.ManyToManyField(
        DocumentTemplate, verbose_name=_("templates"), related_name="requirements", blank=True
    )

    history = history("sources", "phases", "risks", "activities", "templates")
    objects: ClassVar = NaturalCodeManager()

    class Meta:
        verbose_name = _("requirement")
        verbose_name_plural = _("requirements")
        ordering = ("code",)

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def all_evidence(self) -> str:
        """The evidence of the vendor and the municipality's own, in Danish paragraphs, for the municipality's own programs."""
        if not self.own_evidence.strip():
            return self.evidence
        return f"Fra leverandøren: {self.evidence}\n\nKommunens eget: {self.own_evidence}"


class Guidance(Sourced):
    """An answer about what one may and may not do."""

    KIND = "guidance"

    class Kind(models.TextChoices):
        MAY = "may", _("You may")
        MAY_NOT = "may_not", _("You may not")
        MUST = "must", _("You must")
        DEPENDS = "depends", _("It depends")

    class Theme(models.TextChoices):
        LEGAL_BASIS = "legal_basis", _("Legal basis and purpose")
        DATA = "data", _("Data and anonymity")
        DECISIONS = "decisions", _("Decisions and human control")
        VENDOR = "vendor", _("Vendors and services")
        AI_ACT = "ai_act", _("Prohibited and high-risk under the AI Act")
        ORGANISATION = "organisation", _("DPO, DPIA and employees")

    code = code_field(r"^M\d{2}$", "M05")
    theme = models.CharField(_("theme"), max_length=15, choices=Theme.choices)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    question = models.TextField(_("question"))
    answer = models.TextField(_("answer"))
    condition = models.TextField(_("condition"), blank=True)
    explanation = models.TextField(_("explanation"))
    activities: ClassVar = models.ManyToManyField(
        Activity, verbose_name=_("activities"), related_name="guidance", blank=True
    )
    risks: ClassVar = models.ManyToManyField(Risk, verbose_name=_("risks"), related_name="guidance", blank=True)
    requirements: ClassVar = models.ManyToManyField(
        Requirement, verbose_name=_("requirements"), related_name="guidance", blank=True
    )

    history = history("sources", "activities", "risks", "requirements")
    objects: ClassVar = NaturalCodeManager()

    class Meta:
        verbose_name = _("may and may not")
        verbose_name_plural = _("may and may not")
        ordering = ("code",)

    def __str__(self) -> str:
        return f"{self.code} {self.question}"

    @property
    def title(self) -> str:
        return self.question
