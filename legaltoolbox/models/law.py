"""The table of acts, provisions, decisions and guides that everything else rests on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kl_ai.database.natural_keys import NaturalCodeManager

from .items import Certainty, Item, history


def natural_sort_key(slug: str) -> list[tuple[int, int, str]]:
    """A key that sorts "art-9" before "art-10", and an act before its provisions."""
    return [(1, int(part), "") if part.isdigit() else (0, 0, part) for part in slug.split("-")]


class LegalStatus(models.TextChoices):
    """Whether a source is law in force, law to come, law that is no more, or no law."""

    IN_FORCE = "in_force", _("In force")
    ADOPTED = "adopted", _("Adopted, not in force")
    PROPOSED = "proposed", _("Proposed")
    REPEALED = "repealed", _("Repealed")
    GUIDANCE = "guidance", _("Guidance and practice")


class LegalSource(Item):
    """An act or one provision of it, a decision, a judgment, a guide or a bill.

    A provision is part of the next level up (letter, paragraph, article, act), so that a page can
    show all that rests on an article with everything below it.
    """

    KIND = "source"
    KEY = "slug"

    class Kind(models.TextChoices):
        ACT = "act", _("act")
        PROVISION = "provision", _("provision")
        ORDER = "order", _("executive order")
        BILL = "bill", _("bill")
        JUDGMENT = "judgment", _("judgment")
        DECISION = "decision", _("decision of an authority")
        GUIDELINE = "guideline", _("guide")
        STANDARD = "standard", _("standard")

    slug = models.SlugField(_("key"), max_length=80, unique=True, help_text=_("Used in addresses. Never reused."))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=120, unique=True, help_text=_("As it is cited."))
    title = models.CharField(_("title"), max_length=250)
    aliases = models.JSONField(
        _("other names"), default=list, blank=True, help_text=_("What people also search for: a list of texts.")
    )
    part_of = models.ForeignKey(
        "self", verbose_name=_("part of"), on_delete=models.PROTECT, null=True, blank=True, related_name="parts"
    )
    summary = models.TextField(_("summary"), blank=True)
    address = models.URLField(
        _("official address"), max_length=500, blank=True, validators=[URLValidator(schemes=["http", "https"])]
    )
    status = models.CharField(_("legal status"), max_length=10, choices=LegalStatus.choices)
    applies_from = models.DateField(_("applies from"), null=True, blank=True)
    checked_on = models.DateField(
        _("checked on"),
        null=True,
        blank=True,
        help_text=_(
            "The day that status and dates were checked as of. Of what was read in a copy: the day that the copy is from."
        ),
    )
    change = models.TextField(_("what is changing"), blank=True)
    amends: ClassVar = models.ManyToManyField(
        "self", verbose_name=_("changes"), symmetrical=False, related_name="amended_by", blank=True
    )

    history = history("amends")
    objects: ClassVar = NaturalCodeManager()

    has_begun = False
    """Whether its stored status is "adopted" and its day has come; not stored itself."""

    class Meta:
        verbose_name = _("legal source")
        verbose_name_plural = _("legal sources")
        ordering = ("slug",)

    def __str__(self) -> str:
        return self.name

    @property
    def link_text(self) -> str:
        return self.name

    @property
    def act(self) -> LegalSource:
        """The act that a provision is part of; the source itself where it is part of nothing."""
        source = self
        while source.part_of is not None:
            source = source.part_of
        return source

    @property
    def is_read_in_part(self) -> bool:
        """Whether only the places that `read_in` names were read, word for word."""
        return "ordret" in self.read_in.lower()

    @property
    def is_unsettled(self) -> bool:
        """Whether the item is uncertain, or has a text on what is not settled."""
        return self.certainty == Certainty.UNCERTAIN or bool(self.unsettled.strip())

    @property
    def is_uncertain(self) -> bool:
        """Whether the law itself is not settled; else a text on what is not settled is a reservation."""
        return self.certainty == Certainty.UNCERTAIN

    @classmethod
    def news_days(cls, sources: Iterable[LegalSource]) -> dict[int, datetime]:
        """Primary key to when the portal last had news of a source: a changed status, day, or text on a change. One query.

        A source without history has the day of its review.
        """
        fields = ("status", "applies_from", "change", "unsettled")
        rows = cls.history.filter(id__in=[source.pk for source in sources]).order_by("history_date", "history_id")
        news: dict[int, tuple[tuple, datetime]] = {}
        for pk, history_date, *values in rows.values_list("id", "history_date", *fields):
            if pk not in news or news[pk][0] != tuple(values):
                news[pk] = tuple(values), history_date
        return {
            source.pk: news[source.pk][1]
            if source.pk in news
            else timezone.make_aware(datetime.combine(source.reviewed_on, time()))
            for source in sources
        }

    def set_current_status_in_memory(self, today: date) -> None:
        """Give adopted law whose day has come the status "in force", which no editor has stored yet. Nothing is saved."""
        self.has_begun = (
            self.status == LegalStatus.ADOPTED and self.applies_from is not None and self.applies_from <= today
        )
        if self.has_begun:
            self.status = LegalStatus.IN_FORCE

    def clean(self) -> None:
        """Refuse a provision without an act, a check in the future, and a source within itself. One query to a level above."""
        super().clean()
        if self.kind == self.Kind.PROVISION and self.part_of_id is None:
            raise ValidationError({"part_of": _("A provision is part of an act.")})
        if self.checked_on and self.checked_on > timezone.localdate():
            raise ValidationError({"checked_on": _("This day is still to come.")})
        above, seen = self.part_of, {self.pk}
        while above is not None:
            if above.pk in seen:
                raise ValidationError({"part_of": _("A source cannot be part of itself.")})
            seen.add(above.pk)
            above = above.part_of
