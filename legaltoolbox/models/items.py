"""The fields and rules of every item: its certainty, whether it is public, when it was last reviewed."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from kl_ai.database.natural_keys import NaturalCodeManager


class Certainty(models.TextChoices):
    """Whether the wording is checked against its source."""

    VERIFIED = "verified", _("checked in the text of the source")
    RECALLED = "recalled", _("wording not looked up, or not in all of its sources")
    UNCERTAIN = "uncertain", _("uncertain, or about to change")


HIGHEST = 9_999
"""The highest number in the order of an item's rows."""


class Item(models.Model):
    """A piece of content with a stable key, a certainty and a review date.

    Subclasses give the name of their kind (`KIND`, see `kinds.py`) and the name of the field that is their key (`KEY`).
    Texts are plain: a blank line separates paragraphs, lines that begin with "- " are a list.
    """

    KIND: ClassVar[str]
    KEY: ClassVar[str] = "code"

    is_public = models.BooleanField(
        _("public"), default=True, help_text=_("Switch this off instead of deleting: codes are never used again.")
    )
    certainty = models.CharField(_("certainty"), max_length=10, choices=Certainty.choices, default=Certainty.RECALLED)
    read_in = models.TextField(
        _("read in"),
        blank=True,
        default="",
        db_default="",
        help_text=_("The texts that the wording was checked in, and where they stand. One to a line."),
    )
    read_on = models.DateField(_("read on"), null=True, blank=True)
    unread_reason = models.TextField(
        _("why it was not looked up"),
        blank=True,
        default="",
        db_default="",
        help_text=_("Only of what is not checked in the text of the source."),
    )
    search_words = models.JSONField(
        _("search words"),
        default=list,
        blank=True,
        db_default=[],
        help_text=_("Words that people search for and the text does not have: a list of texts."),
    )
    unsettled = models.TextField(
        _("unsettled"), blank=True, help_text=_("What is not settled, and what is known. Shown under “Unsettled”.")
    )
    reviewed_on = models.DateField(_("last reviewed"))
    review_by = models.DateField(_("to be reviewed by"))
    confirmed_on = models.DateField(
        _("confirmed by a lawyer"), null=True, blank=True, help_text=_("Empty until a lawyer has confirmed the text.")
    )

    objects: ClassVar = NaturalCodeManager()

    class Meta:
        abstract = True

    @property
    def key(self) -> str:
        return getattr(self, self.KEY)

    @property
    def link_text(self) -> str:
        """The item's name in a link to it, beside its code."""
        return getattr(self, "title", "") or str(self)

    def natural_key(self) -> tuple[str]:
        return (self.key,)

    @property
    def is_overdue(self) -> bool:
        """Whether the day on which it was to be reviewed again has passed."""
        return self.review_by < timezone.localdate()

    def take_back_confirmation(self) -> bool:
        """Take back a lawyer's confirmation, since the text has changed; False, and no query, where there is none."""
        if self.confirmed_on is None:
            return False
        self.confirmed_on = None
        self.save(update_fields=["confirmed_on"])
        return True

    def clean(self) -> None:
        """Refuse dates of review that make no sense, and public uncertainty without a text on it."""
        super().clean()
        errors: dict[str, Any] = {}
        if self.reviewed_on and self.review_by and self.review_by <= self.reviewed_on:
            errors["review_by"] = _("The next review comes after the last one.")
        if self.reviewed_on and self.reviewed_on > timezone.localdate():
            errors["reviewed_on"] = _("This day is still to come.")
        if self.confirmed_on and self.confirmed_on > timezone.localdate():
            errors["confirmed_on"] = _("This day is still to come.")
        if self.read_on and self.read_on > timezone.localdate():
            errors["read_on"] = _("This day is still to come.")
        if self.is_public and self.certainty == Certainty.UNCERTAIN and not self.unsettled.strip():
            errors["unsettled"] = _("What is uncertain is public only with a text on what is not settled.")
        if errors:
            raise ValidationError(errors)


class Sourced(Item):
    """An item that rests on law or guidance."""

    sources: ClassVar = models.ManyToManyField(
        "legaltoolbox.LegalSource", verbose_name=_("sources"), related_name="%(class)s_items", blank=True
    )

    class Meta:
        abstract = True


def unsettled_texts(items: Iterable[Item]) -> list[tuple[str, list[Item]]]:
    """The texts on what is not settled, each once, with the items that have it."""
    items_by_text: dict[str, list[Item]] = {}
    for item in items:
        if text := item.unsettled.strip():
            items_by_text.setdefault(text, []).append(item)
    return list(items_by_text.items())


def code_field(pattern: str, example: str) -> models.CharField:
    """A stable code, such as A25, that is never used again."""
    return models.CharField(
        _("code"),
        max_length=5,
        unique=True,
        help_text=_("Used in addresses, documents and exports. Never reused."),
        validators=[RegexValidator(pattern, _("A code looks like %(example)s.") % {"example": example})],
    )


def proposals_field() -> models.JSONField:
    """The numbers in a row's `wording` that are our proposals: a list of texts."""
    return models.JSONField(
        _("numbers that are proposals"),
        default=list,
        blank=True,
        db_default=[],
        help_text=_("The numbers of the wording that the law does not name, as they stand there: “24 timer”."),
    )


def history(*links: str) -> HistoricalRecords:
    """The traced changes of a model, with those of the links named."""
    return HistoricalRecords(m2m_fields=links)
