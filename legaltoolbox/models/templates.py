"""Templates for documents: sections with guidance, and fields to fill in."""

from datetime import timedelta
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from kl_ai.database.natural_keys import NaturalCodeManager

from .items import HIGHEST, Sourced, code_field, history, proposals_field
from .rows import StableRow, key_once
from .work import Role

MOST_ROWS = 50
DELETED_WITH_SECTION = timedelta(seconds=10)
"""The time within which a section's fields are deleted with it."""


def own_copy_only_field() -> models.BooleanField:
    """The field of a part of a template that is left out of the paper when it is sent to others."""
    return models.BooleanField(
        _("only in the own copy"),
        default=False,
        db_default=False,
        help_text=_("Left out of the paper that is sent to others."),
    )


class DocumentTemplate(Sourced):
    """A document that an activity produces."""

    KIND = "template"

    class Audience(models.TextChoices):
        OWN = "own", _("the municipality’s own paper")
        OUTWARD = "outward", _("sent to others")
        ANSWERED = "answered", _("sent to others, who fill it in")

    code = code_field(r"^S\d{2}$", "S11")
    title = models.CharField(_("title"), max_length=150)
    purpose = models.TextField(_("purpose"))
    when = models.TextField(_("when"))
    owner = models.ForeignKey(
        Role, verbose_name=_("owner of the template"), on_delete=models.PROTECT, related_name="templates"
    )
    is_central = models.BooleanField(_("central"), default=False)
    audience = models.CharField(
        _("for whom"), max_length=10, choices=Audience.choices, default=Audience.OWN, db_default=Audience.OWN
    )
    version = models.CharField(
        _("version"),
        max_length=10,
        default="1.0",
        validators=[RegexValidator(r"^\d+(\.\d+)*\Z", _("Numbers with points between them, such as 1.0."))],
        help_text=_("Raise it when the text changes: a filled-in document then tells which text it was made from."),
    )

    history = history("sources")
    objects: ClassVar = NaturalCodeManager()

    class Meta:
        verbose_name = _("template")
        verbose_name_plural = _("templates")
        ordering = ("code",)

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def is_sent(self) -> bool:
        """Whether it is sent to others: the municipality's own copy of it is another paper."""
        return self.audience != self.Audience.OWN


class TemplateSection(StableRow):
    """A section of a template. The writer numbers it."""

    OWNER = "template"
    ORDER = "position"

    template = models.ForeignKey(
        DocumentTemplate, verbose_name=_("template"), on_delete=models.CASCADE, related_name="sections"
    )
    position = models.PositiveSmallIntegerField(_("position"), validators=[MaxValueValidator(HIGHEST)])
    heading = models.CharField(_("heading"), max_length=150)
    guidance = models.TextField(_("guidance"), blank=True)
    own_copy_only = own_copy_only_field()
    not_for_small_use = models.BooleanField(
        _("not for a small, harmless use"),
        default=False,
        db_default=False,
        help_text=_("The short form of the paper, for a small and harmless use, goes without it."),
    )

    history = HistoricalRecords()
    objects: ClassVar = models.Manager()

    class Meta:
        verbose_name = _("section of a template")
        verbose_name_plural = _("sections of templates")
        ordering = ("template", "position")
        constraints = (
            models.UniqueConstraint(fields=("template", "position"), name="section_position_once"),
            key_once("template", "section_key_once"),
        )

    def __str__(self) -> str:
        return f"{self.template.code}: {self.heading}"


class TemplateField(StableRow):
    """Something to fill in, or a wording to keep and adapt."""

    OWNER = "section"
    ORDER = "position"

    class Kind(models.TextChoices):
        LINE = "line", _("one line")
        TEXT = "text", _("text")
        DATE = "date", _("date")
        CHOICE = "choice", _("one of several")
        YES_NO = "yes_no", _("yes or no")
        CHECK = "check", _("several of several")
        TABLE = "table", _("table")
        WORDING = "wording", _("wording to keep and adapt")

    class FilledFrom(models.TextChoices):
        """The part of the catalogue that the rows of a table come from, see `filled_tables.py`."""

        NOTHING = "", _("its own first column")
        LEGAL_BASIS = "legal_basis", _("the legal basis of each processing")
        RISKS = "risks", _("the risk catalogue")
        MEASURES = "measures", _("the typical measures of the risks")
        RESIDUAL = "residual", _("the risks by name, to assess again")

    section = models.ForeignKey(
        TemplateSection, verbose_name=_("section"), on_delete=models.CASCADE, related_name="fields"
    )
    position = models.PositiveSmallIntegerField(_("position"), validators=[MaxValueValidator(HIGHEST)])
    label = models.CharField(_("label"), max_length=250)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    help = models.TextField(_("help"), blank=True)
    options = models.JSONField(_("options"), default=list, blank=True, help_text=_("A list of texts."))
    columns = models.JSONField(_("columns"), default=list, blank=True, help_text=_("A list of texts."))
    rows = models.PositiveSmallIntegerField(_("empty rows"), default=0, validators=[MaxValueValidator(MOST_ROWS)])
    row_labels = models.JSONField(_("first column"), default=list, blank=True, help_text=_("A list of texts."))
    filled_from = models.CharField(
        _("rows come from"),
        max_length=15,
        choices=FilledFrom.choices,
        default=FilledFrom.NOTHING,
        db_default=FilledFrom.NOTHING,
        blank=True,
    )
    wording = models.TextField(_("wording"), blank=True)
    proposals = proposals_field()
    own_copy_only = own_copy_only_field()
    is_optional = models.BooleanField(
        _("may stay empty"),
        default=False,
        db_default=False,
        help_text=_("For what need not exist: rows of one’s own, remarks, what only matters after a certain answer."),
    )

    history = HistoricalRecords()
    objects: ClassVar = models.Manager()

    class Meta:
        verbose_name = _("field of a template")
        verbose_name_plural = _("fields of templates")
        ordering = ("section", "position")
        constraints = (
            models.UniqueConstraint(fields=("section", "position"), name="field_position_once"),
            key_once("section", "field_key_once"),
        )

    def __str__(self) -> str:
        return self.label

    @classmethod
    def bring_back_deleted_with(cls, section_id: str) -> None:
        """Save the fields again that were deleted together with this section, which is back from its history."""
        deleted_at = TemplateSection.history.filter(id=section_id, history_type="-").latest().history_date
        records = cls.history.filter(
            section_id=section_id, history_type="-", history_date__gte=deleted_at - DELETED_WITH_SECTION
        )
        newest_first = records.order_by("-history_date", "-history_id")
        # A field that was deleted on its own just before may have left its place to another.
        for record in {record.position: record for record in reversed(newest_first)}.values():
            field = record.instance
            field.give_key()
            field.save()

    def clean(self) -> None:
        """Refuse a field without the columns, options or wording that its kind needs, and a wording that may stay empty."""
        super().clean()
        if self.is_optional and self.kind == self.Kind.WORDING:
            raise ValidationError({"is_optional": _("A wording has a text from the beginning: it is deleted instead.")})
        if self.lacks_content:
            name, text = {
                self.Kind.TABLE: ("columns", _("A table needs its columns.")),
                self.Kind.CHOICE: ("options", _("Write what one may choose between.")),
                self.Kind.WORDING: ("wording", _("Write the wording.")),
            }[self.Kind(self.kind)]
            raise ValidationError({name: text})

    @property
    def lacks_content(self) -> bool:
        """Whether the columns, options or wording are missing that its kind needs."""
        needed = {self.Kind.TABLE: self.columns, self.Kind.CHOICE: self.options, self.Kind.WORDING: self.wording}
        return not needed.get(self.Kind(self.kind), True) if self.kind else False
