"""The content of a response: the chosen options, and the sample offerings."""

import uuid
from collections.abc import Collection
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from kl_ai.database.natural_keys import depends_on
from kl_ai.validators import validate_line, validate_text

from .survey import Option

UNDECIDED: dict[str, Any] = {
    "objected_at": None,
    "objection": "",
    "objection_answered_at": None,
    "left_as_other_at": None,
    "left_as_other_by": None,
}
"""The fields of new own words, about which neither KL nor the vendor has decided anything."""


class AnswerManager(models.Manager["Answer"]):
    def get_by_natural_key(self, vendor: str, sequence: int, question: str, option: str) -> "Answer":
        return self.get(
            response__vendor__slug=vendor,
            response__sequence=sequence,
            option__question__code=question,
            option__code=option,
        )

    def discard_mappings(self, keys: Collection[int]) -> None:
        """Delete what KL and the vendor have decided about the own words of these answers: the words have changed.

        Two queries, and one for each counting.
        """
        self.filter(mapped_from__in=keys).delete()
        self.filter(pk__in=keys).update(**UNDECIDED)

    def mapped_under(self, response_id: int, option_id: int) -> models.QuerySet["Answer"]:
        """KL's counting of the response's own words under this option: one answer or none. One query."""
        return self.filter(response=response_id, option=option_id, mapped_from__isnull=False)


class Answer(models.Model):
    """One option that a response chose, with the vendor's own words where the option is “other”."""

    response = models.ForeignKey("marketoverview.Response", on_delete=models.CASCADE, related_name="answers")
    option = models.ForeignKey(Option, on_delete=models.PROTECT, related_name="answers", verbose_name=_("option"))
    own_words = models.CharField(_("own words"), max_length=300, blank=True, validators=[validate_line])

    # An answer that KL has made: it counts the own words of the answer `mapped_from` under another option.
    mapped_from = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, editable=False, related_name="mappings"
    )
    mapped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    mapped_at = models.DateTimeField(null=True, blank=True, editable=False)
    objected_at = models.DateTimeField(
        _("objected"), null=True, blank=True, editable=False, help_text=_("The vendor does not want its words mapped.")
    )
    objection = models.CharField(_("objection"), max_length=500, blank=True, editable=False)
    objection_answered_at = models.DateTimeField(_("objection answered"), null=True, blank=True, editable=False)

    # When KL has looked at the own words and left them under “other” only.
    left_as_other_at = models.DateTimeField(null=True, blank=True, editable=False)
    left_as_other_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )

    # When the vendor chose the option, or confirmed it in a new wording; None: when the response was submitted.
    wording_seen_at = models.DateTimeField(null=True, blank=True, editable=False)

    history = HistoricalRecords(excluded_fields=["left_as_other_at", "left_as_other_by", "wording_seen_at"])
    objects: ClassVar = AnswerManager()

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        ordering = ("option__question__position", "option__position", "pk")
        constraints = (
            models.UniqueConstraint(fields=("response", "option"), name="option_once_per_response"),
            models.CheckConstraint(
                condition=Q(mapped_from__isnull=True) | Q(own_words=""), name="mapped_answer_has_no_words"
            ),
        )

    def __str__(self) -> str:
        return f"{self.option}: {self.own_words}" if self.own_words else str(self.option)

    @depends_on("marketoverview.response", "marketoverview.option")
    def natural_key(self) -> tuple:
        return (*self.response.natural_key(), *self.option.natural_key())

    def forget_decisions(self) -> None:
        """Set the fields that say what was decided about earlier own words back, without saving. No query."""
        for name, value in UNDECIDED.items():
            setattr(self, name, value)

    def store(self) -> "Answer":
        """Save this new answer of the vendor, in the row of KL's counting under the same option where there is one.

        Returns the answer of that row, or this one. One query more than a save.
        """
        mapped = Answer.objects.mapped_under(self.response_id, self.option_id).first()
        if mapped is None:
            self.save()
            return self
        mapped.own_words = self.own_words
        mapped.mapped_from = mapped.mapped_by = mapped.mapped_at = None
        mapped.forget_decisions()
        mapped.save()
        return mapped

    def clean(self) -> None:
        if self.own_words and self.option_id and not self.option.is_other:
            raise ValidationError({"own_words": _("Own words belong to the option “other” only.")})


class SampleOfferingManager(models.Manager["SampleOffering"]):
    """The offerings that are not removed. `with_removed` has the others too, until the draft is submitted."""

    def get_queryset(self) -> models.QuerySet["SampleOffering"]:
        return super().get_queryset().filter(removed_at__isnull=True)

    def get_by_natural_key(self, vendor: str, sequence: int, position: int) -> "SampleOffering":
        return self.get(response__vendor__slug=vendor, response__sequence=sequence, position=position)


class SampleOffering(models.Model):
    """An example of what the vendor offers, with the technologies and areas it used together."""

    class Stage(models.TextChoices):
        IDEA = "idea", _("Idea or prototype")
        DEVELOPMENT = "development", _("Under development")
        PILOT = "pilot", _("Pilot")
        OPERATION = "operation", _("In operation")

    response = models.ForeignKey("marketoverview.Response", on_delete=models.CASCADE, related_name="offerings")
    key = models.UUIDField(default=uuid.uuid4, editable=False)  # that of the form, which may be sent twice
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    title = models.CharField(_("title"), max_length=120, validators=[validate_line])
    description = models.TextField(_("description"), max_length=400, blank=True, validators=[validate_text])
    stage = models.CharField(_("stage"), max_length=12, choices=Stage, blank=True)
    where_used = models.CharField(_("where it is used"), max_length=200, blank=True, validators=[validate_line])
    options = models.ManyToManyField(
        Option,
        related_name="offerings",
        blank=True,
        verbose_name=_("technologies and business areas"),
        limit_choices_to=~Q(question__matrix_axis=""),
    )

    removed_at = models.DateTimeField(null=True, blank=True, editable=False)  # deleted for good on submission
    wording_seen_at = models.DateTimeField(null=True, blank=True, editable=False)  # as that of an answer

    CONTENT_FIELDS: ClassVar = ("position", "title", "description", "stage", "where_used")

    history = HistoricalRecords(m2m_fields=[options], excluded_fields=["wording_seen_at"])
    objects: ClassVar = SampleOfferingManager()
    with_removed: ClassVar = models.Manager()

    class Meta:
        verbose_name = _("sample offering")
        verbose_name_plural = _("sample offerings")
        ordering = ("position", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("response", "position"),
                condition=Q(removed_at__isnull=True),
                name="offering_position_unique_in_response",
            ),
            models.UniqueConstraint(fields=("response", "key"), name="offering_once_per_form"),
        )

    def __str__(self) -> str:
        return self.title

    @depends_on("marketoverview.response")
    def natural_key(self) -> tuple:
        return (*self.response.natural_key(), self.position)
