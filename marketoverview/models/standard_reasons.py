"""The reasons that KL gives again and again, as data: chosen in the form of a step, and read in the vendor's language."""

from collections.abc import Iterable
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from kl_ai.pages.bilingual import Bilingual
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


def with_standard_reason(text: str, reason: StandardReason | None) -> str:
    """The text with the Danish words of the standard reason before it; as it is where they stand in it already."""
    paragraphs = [paragraph for paragraph in text.split(BETWEEN) if paragraph.strip()]
    if reason is None or reason.text_da in paragraphs:
        return text
    return BETWEEN.join([reason.text_da, *paragraphs])


def in_english(texts: Iterable[str]) -> list[str]:
    """These reasons with every paragraph that is an unchanged standard reason in English; "" for those without one.

    One query; none without a text.
    """
    given = list(texts)
    paragraphs = {paragraph for text in given for paragraph in text.split(BETWEEN) if paragraph}
    if not paragraphs:
        return [""] * len(given)
    translated = StandardReason.objects.filter(text_da__in=paragraphs).exclude(text_en="").order_by("pk")
    english = dict(translated.values_list("text_da", "text_en"))
    found = [BETWEEN.join(english.get(paragraph, paragraph) for paragraph in text.split(BETWEEN)) for text in given]
    return [text if text != original else "" for text, original in zip(found, given, strict=True)]
