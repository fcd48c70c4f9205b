"""The reasons that KL gives again and again, as data: chosen in the form of a step, and read in the vendor's language."""

from collections.abc import Iterable
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from kl_ai.pages.bilingual import Bilingual, language
from kl_ai.validators import validate_text

BETWEEN = "\n\n"
"""What stands between two standard reasons, or between one and what a curator has written."""


class StandardReasonQuerySet(models.QuerySet["StandardReason"]):
    def get_by_natural_key(self, use: str, text_da: str) -> "StandardReason":
        return self.get(use=use, text_da=text_da)

    def offered(self, use: str) -> "StandardReasonQuerySet":
        """Those that curators choose among here, in their order. One query."""
        return self.filter(use=use, is_active=True)


class StandardReason(models.Model):
    """One paragraph that a curator puts into a reason. Vendors read the Danish text, or in English the English one."""

    class Use(models.TextChoices):
        SEND_BACK = "send_back", _("sent back: in general")
        ITEM = "item", _("sent back: at one item")
        REJECT = "reject", _("rejected")

    use = models.CharField(_("used when"), max_length=10, choices=Use)
    text_da = models.TextField(_("text (Danish)"), max_length=600, validators=[validate_text])
    text_en = models.TextField(_("text (English)"), max_length=600, blank=True, validators=[validate_text])
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("offered"), default=True, help_text=_("Switch this off instead of deleting."))

    history = HistoricalRecords()
    objects: ClassVar = StandardReasonQuerySet.as_manager()
    text = Bilingual()

    class Meta:
        verbose_name = _("standard reason")
        verbose_name_plural = _("standard reasons")
        ordering = ("use", "position", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("use", "text_da"),
                name="standard_reason_once_per_use",
                violation_error_message=_("This reason is there already."),
            ),
        )

    def __str__(self) -> str:
        return self.text

    def natural_key(self) -> tuple[str, str]:
        return (self.use, self.text_da)

    def clean(self) -> None:
        for name in ("text_da", "text_en"):
            if BETWEEN in getattr(self, name):
                raise ValidationError({name: _("Write it as one paragraph, without an empty line.")})

    # Verbs ----------------------------------------------------------------------------------

    def save_wording(self) -> None:
        """Save the reason; the history keeps the earlier wording, also that of a row that a fixture has loaded.

        Two queries more than a save.
        """
        with transaction.atomic():
            stored = StandardReason.objects.filter(pk=self.pk).first() if self.pk else None
            if stored and not self.history.exists():
                StandardReason.history.bulk_history_create([stored])
            self.save()


def with_standard_reason(text: str, reason: StandardReason | None) -> str:
    """The text with the Danish words of the standard reason before it; as it is where they stand in it already."""
    paragraphs = [paragraph for paragraph in text.split(BETWEEN) if paragraph.strip()]
    if reason is None or reason.text_da in paragraphs:
        return text
    return BETWEEN.join([reason.text_da, *paragraphs])


def in_readers_language(texts: Iterable[str]) -> list[str]:
    """These reasons as they are read in the active language: in English, unchanged standard reasons in English.

    An earlier wording counts too: what a vendor was told stays readable after KL has reworded the standard reason.
    Two queries in English, none in Danish.
    """
    given = list(texts)
    if language() == "da" or not any(given):
        return given
    paragraphs = {paragraph for text in given for paragraph in text.split(BETWEEN)}
    is_translated = ~Q(text_en="") & Q(text_da__in=paragraphs)
    versions = StandardReason.history.filter(is_translated).order_by("history_date", "history_id")
    english = dict(versions.values_list("text_da", "text_en"))
    english |= dict(StandardReason.objects.filter(is_translated).order_by("pk").values_list("text_da", "text_en"))
    return [BETWEEN.join(english.get(paragraph, paragraph) for paragraph in text.split(BETWEEN)) for text in given]
