"""The legal basis that each processing of personal data needs, in each phase in which it occurs."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from kl_ai.database.natural_keys import NaturalCodeManager

from .catalogues import Guidance
from .items import Sourced, code_field, history
from .templates import DocumentTemplate
from .work import Activity, Phase


class LegalBasis(Sourced):
    """A processing in the life of an AI solution (collect, train, operate …), and the kind of legal basis that it needs."""

    KIND = "legal_basis"

    code = code_field(r"^H\d{2}$", "H05")
    title = models.CharField(_("title"), max_length=150)
    what = models.TextField(_("what counts as it"))
    article_6 = models.TextField(_("basis in GDPR article 6"))
    article_9 = models.TextField(_("sensitive data (GDPR article 9)"))
    article_10 = models.TextField(_("criminal offences (GDPR article 10)"))
    danish_law = models.TextField(_("basis in Danish law"))
    clarity = models.TextField(_("how clear the basis must be"))
    examples = models.TextField(_("examples from practice"), blank=True)
    warning = models.TextField(_("warning"), blank=True, help_text=_("What one must not do without a basis."))
    activities: ClassVar = models.ManyToManyField(
        Activity, verbose_name=_("activities"), related_name="legal_bases", blank=True
    )
    guidance: ClassVar = models.ManyToManyField(
        Guidance, verbose_name=_("may and may not"), related_name="legal_bases", blank=True
    )
    templates: ClassVar = models.ManyToManyField(
        DocumentTemplate, verbose_name=_("templates"), related_name="legal_bases", blank=True
    )

    history = history("sources", "activities", "guidance", "templates")
    objects: ClassVar = NaturalCodeManager()

    class Meta:
        verbose_name = _("legal basis")
        verbose_name_plural = _("legal basis")
        ordering = ("code",)

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class LegalBasisPhase(models.Model):
    """A phase in which a processing occurs, and how clear its basis must be there."""

    class Clarity(models.TextChoices):
        """From the least to the most that is asked of the basis in Danish law."""

        DUTY = "duty", _("follows from a duty")
        TASK = "task", _("the act on the task is often enough")
        INTRUSION = "intrusion", _("the more intrusive, the clearer")
        CLEAR = "clear", _("a clear basis, where the use is intrusive")

    basis = models.ForeignKey(LegalBasis, on_delete=models.CASCADE, related_name="phases")
    phase = models.ForeignKey(Phase, verbose_name=_("phase"), on_delete=models.PROTECT)
    clarity = models.CharField(_("how clear the basis must be"), max_length=10, choices=Clarity.choices)
    note = models.CharField(_("what it is in this phase"), max_length=200)

    history = HistoricalRecords()
    objects: ClassVar = models.Manager()

    class Meta:
        verbose_name = _("phase of a legal basis")
        verbose_name_plural = _("phases of a legal basis")
        ordering = ("basis", "phase__number")
        constraints = (models.UniqueConstraint(fields=("basis", "phase"), name="legal_basis_once_in_phase"),)

    def __str__(self) -> str:
        return f"{self.basis.code}: {self.phase}"
