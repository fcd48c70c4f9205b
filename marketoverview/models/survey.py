"""The survey as data: questions and options. Its rounds are in `rounds`.

Forms, profiles, facets, figures and exports are made from these rows: a question that a curator adds in the admin
appears in each of them.
"""

from datetime import UTC, date, datetime
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from kl_ai.database.natural_keys import NaturalCodeManager, depends_on
from kl_ai.pages.bilingual import Bilingual, language

from .export_keys import COUNTED_BY_KL_KEY, OWN_WORDS_KEY, ExportKey
from .rewording import record_day, reworded_day
from .rounds import SurveyRound
from .synonyms import MAX_TEXT, read_synonyms, validate_synonyms


def is_news(item: "Question | Option", day: date | None) -> bool:
    """Whether the question or option was introduced, or reworded in the active language, after `day`.

    Never where `day` is None.
    """
    return day is not None and max(filter(None, [item.introduced_on, reworded_day(item)])) > day


class QuestionGroup(models.Model):
    """Questions that a vendor answers on one page of the survey."""

    code = models.SlugField(_("code"), max_length=30, unique=True, help_text=_("Part of the page's address."))
    title_da = models.CharField(_("title (Danish)"), max_length=80)
    title_en = models.CharField(_("title (English)"), max_length=80, blank=True)
    intro_da = models.TextField(_("introduction (Danish)"), max_length=400, blank=True)
    intro_en = models.TextField(_("introduction (English)"), max_length=400, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    after_offerings = models.BooleanField(_("comes after the examples"), default=False)

    history = HistoricalRecords()
    objects: ClassVar = NaturalCodeManager()
    title = Bilingual()
    intro = Bilingual()

    class Meta:
        verbose_name = _("page of questions")
        verbose_name_plural = _("pages of questions")
        ordering = ("position", "code")

    def __str__(self) -> str:
        return self.title

    def natural_key(self) -> tuple[str]:
        return (self.code,)

    def clean(self) -> None:
        if self.code in PART_KEYS:
            raise ValidationError({"code": _("This code is used by the portal itself. Choose another.")})


PART_KEYS = frozenset({"company", "more", "offerings", "contact", "review"})
"""The parts of the survey that are not pages of questions; their keys are used in addresses."""


class Question(models.Model):
    """One question of the survey, answered by choosing among its options."""

    class Kind(models.TextChoices):
        SINGLE = "single", _("one choice")
        SEVERAL = "several", _("several choices")

    class MatrixAxis(models.TextChoices):
        NONE = "", _("not in the matrix")
        ROW = "row", _("rows of the matrix")
        COLUMN = "column", _("columns of the matrix")

    code = models.SlugField(
        _("code"), max_length=50, unique=True, help_text=_("Used in addresses and exports. Never reused.")
    )
    figure_number = models.PositiveSmallIntegerField(
        _("figure number"), null=True, blank=True, unique=True, help_text=_("Empty: a figure without a number.")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    group = models.ForeignKey(
        QuestionGroup,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="questions",
        verbose_name=_("page in the survey"),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.SEVERAL)
    max_choices = models.PositiveSmallIntegerField(
        _("most choices"), null=True, blank=True, help_text=_("Empty: as many as there are.")
    )
    heading_da = models.CharField(_("heading (Danish)"), max_length=80)
    heading_en = models.CharField(_("heading (English)"), max_length=80, blank=True)
    text_da = models.CharField(_("question (Danish)"), max_length=300)
    text_en = models.CharField(_("question (English)"), max_length=300, blank=True)
    help_da = models.TextField(_("help (Danish)"), blank=True)
    help_en = models.TextField(_("help (English)"), blank=True)
    phrase_da = models.CharField(
        _("in a sentence (Danish)"), max_length=120, help_text=_("Contains {options}: “tilbyder {options}”.")
    )
    phrase_en = models.CharField(
        _("in a sentence (English)"), max_length=120, blank=True, help_text=_("Contains {options}: “offer {options}”.")
    )
    is_required = models.BooleanField(_("required"), default=False)
    is_filterable = models.BooleanField(_("filter in the directory"), default=True)
    in_summary = models.BooleanField(_("shown in the directory's rows"), default=False)
    is_searchable = models.BooleanField(
        _("searched in the directory"),
        default=False,
        db_default=False,
        help_text=_(
            "Free text finds those who chose an option. Only where the options say what a vendor offers or can."
        ),
    )
    is_ordinal = models.BooleanField(
        _("options are a scale"),
        default=False,
        db_default=False,
        help_text=_("Figures keep the options in the survey's order instead of sorting them by their numbers."),
    )
    matrix_axis = models.CharField(_("in the matrix"), max_length=6, choices=MatrixAxis, blank=True, default="")
    rounds = models.ManyToManyField(SurveyRound, related_name="questions", verbose_name=_("rounds"))
    introduced_on = models.DateField(_("introduced on"), default=timezone.localdate, editable=False)
    reworded_on = models.DateField(_("reworded in Danish on"), null=True, blank=True, editable=False)
    reworded_en_on = models.DateField(_("reworded in English on"), null=True, blank=True, editable=False)

    history = HistoricalRecords(m2m_fields=[rounds])
    objects: ClassVar = NaturalCodeManager()
    heading = Bilingual()
    text = Bilingual()
    help = Bilingual()
    phrase = Bilingual()

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ("position", "code")
        constraints = (
            models.UniqueConstraint(
                fields=("matrix_axis",),
                condition=~models.Q(matrix_axis=""),
                name="one_question_per_matrix_axis",
                violation_error_message=_("Another question has this place in the matrix already."),
            ),
        )

    def __str__(self) -> str:
        return self.heading

    def natural_key(self) -> tuple[str]:
        return (self.code,)

    def is_news_since(self, day: date | None) -> bool:
        """Whether somebody who answered on `day` has not seen this question, or not in these words."""
        return is_news(self, day)

    def asked_alone_in(self) -> list[SurveyRound]:
        """The released rounds that ask nothing but this question: without it they would be empty. One query."""
        counted = SurveyRound.objects.released().annotate(question_count=models.Count("questions"))
        return list(counted.filter(question_count=1, pk__in=self.rounds.values("pk")))

    def record_rewording(self) -> None:
        """Save the question with new words, which vendors who have answered before see marked from today on.

        Those see it who read it in a language whose text has changed.
        """
        stored = Question.objects.get(pk=self.pk)
        record_day(self, stored, ("heading", "text", "help"), timezone.localdate())
        self.save()

    def clean(self) -> None:
        for field in ("phrase_da", "phrase_en"):
            if (phrase := getattr(self, field)) and "{options}" not in phrase:
                raise ValidationError({field: _("The sentence must contain {options}.")})
        if self.code in RESERVED_CODES or self.code.endswith((OWN_WORDS_KEY, COUNTED_BY_KL_KEY)):
            raise ValidationError({"code": _("This code is used by the portal itself. Choose another.")})


QUERY_PARAMETERS = frozenset({"q", "sort", "page", "v", "by", "view", "compare", "only"})
"""Query parameters of the public pages; the code of each filterable question is one more."""
STAGE = "stage"
"""The query parameter of the stage of a solution, on the pages about solutions."""
RESERVED_CODES = QUERY_PARAMETERS | frozenset(ExportKey) | {"company_name", "contact", STAGE}
"""Codes that no question may have: query parameters, keys of the export, items of a response beside the answers."""


FIRST_VERSION_AT = datetime(2000, 1, 1, tzinfo=UTC)
"""The time of a version in the history that was stored before the history began."""


class OptionManager(models.Manager["Option"]):
    def get_by_natural_key(self, question: str, code: str) -> "Option":
        return self.get(question__code=question, code=code)


class Option(models.Model):
    """One answer that can be chosen. An option in use is retired, never deleted (PROTECT)."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="options", verbose_name=_("question"))
    code = models.SlugField(_("code"), max_length=50, help_text=_("Used in addresses and exports. Never reused."))
    label_da = models.CharField(_("label (Danish)"), max_length=200)
    label_en = models.CharField(_("label (English)"), max_length=200, blank=True)
    short_da = models.CharField(_("short label (Danish)"), max_length=60, blank=True)
    short_en = models.CharField(_("short label (English)"), max_length=60, blank=True)
    help_da = models.TextField(_("help (Danish)"), blank=True)
    help_en = models.TextField(_("help (English)"), blank=True)
    synonyms_da = models.TextField(
        _("synonyms (Danish)"),
        max_length=MAX_TEXT,
        blank=True,
        default="",
        db_default="",
        validators=[validate_synonyms],
        help_text=_(
            "Other words that people search for, one per line. They are searched for, and not shown as answers."
        ),
    )
    synonyms_en = models.TextField(
        _("synonyms (English)"),
        max_length=MAX_TEXT,
        blank=True,
        default="",
        db_default="",
        validators=[validate_synonyms],
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_other = models.BooleanField(
        _("“other”"), default=False, help_text=_("The vendor writes its own words beside this option.")
    )
    retired_on = models.DateField(
        _("retired on"),
        null=True,
        blank=True,
        help_text=_("A retired option cannot be chosen; earlier answers keep it."),
    )

    introduced_on = models.DateField(_("introduced on"), default=timezone.localdate, editable=False)
    reworded_on = models.DateField(_("reworded in Danish on"), null=True, blank=True, editable=False)
    reworded_en_on = models.DateField(_("reworded in English on"), null=True, blank=True, editable=False)

    history = HistoricalRecords()
    objects: ClassVar = OptionManager()
    label = Bilingual()
    help = Bilingual()

    class Meta:
        verbose_name = _("option")
        verbose_name_plural = _("options")
        ordering = ("question__position", "position", "code")
        constraints = (models.UniqueConstraint(fields=("question", "code"), name="option_code_unique_in_question"),)

    def __str__(self) -> str:
        return self.short

    @depends_on("marketoverview.question")
    def natural_key(self) -> tuple[str, str]:
        return (*self.question.natural_key(), self.code)

    def is_news_since(self, day: date | None) -> bool:
        """Whether somebody who answered on `day` has not seen this option, or not in these words."""
        return is_news(self, day)

    @property
    def short(self) -> str:
        """The label for chips and sentences; the full label where none is given."""
        return getattr(self, f"short_{language()}") or self.label

    @property
    def is_retired(self) -> bool:
        return self.retired_on is not None and self.retired_on <= timezone.localdate()

    @property
    def synonyms(self) -> list[str]:
        """Those of both languages: people type either."""
        return read_synonyms(f"{self.synonyms_da}\n{self.synonyms_en}")

    def clean(self) -> None:
        """Write each synonym once, on a line of its own."""
        self.synonyms_da = "\n".join(read_synonyms(self.synonyms_da))
        self.synonyms_en = "\n".join(read_synonyms(self.synonyms_en))

    # Verbs: each saves the row, with one version in its history --------------------------------

    def record_rewording(self) -> None:
        """Save the option with new words, which vendors who have answered before see marked from today on.

        Those see it who read it in a language whose text has changed. They see the former words beside them, from the
        history: it gets the stored version first where it has none.
        """
        stored = Option.objects.get(pk=self.pk)
        if not Option.history.filter(id=self.pk).exists():
            Option.history.bulk_history_create([stored], default_date=FIRST_VERSION_AT)
        record_day(self, stored, ("label", "help"), timezone.localdate())
        self.save()

    def retire(self, *, is_reworded: bool = False) -> None:
        """Save the option as one that is not offered from today on, perhaps with new words. Earlier answers keep it."""
        self.retired_on = timezone.localdate()
        self._save_wording(is_reworded)

    def bring_back(self, *, is_reworded: bool = False) -> None:
        """Save the option as one that is offered again, perhaps with new words."""
        self.retired_on = None
        self._save_wording(is_reworded)

    def _save_wording(self, is_reworded: bool) -> None:
        if is_reworded:
            self.record_rewording()
        else:
            self.save()


class FigureCommentManager(models.Manager["FigureComment"]):
    def get_by_natural_key(self, question: str) -> "FigureComment":
        return self.get(question__code=question)


class FigureComment(models.Model):
    """KL's own remark on a figure, shown as KL's with the date it was written."""

    question = models.OneToOneField(
        Question, on_delete=models.CASCADE, related_name="comment", verbose_name=_("question")
    )
    text_da = models.TextField(_("comment (Danish)"), max_length=1500)
    text_en = models.TextField(_("comment (English)"), max_length=1500, blank=True)
    updated_on = models.DateField(_("date"), default=timezone.localdate)

    history = HistoricalRecords()
    objects: ClassVar = FigureCommentManager()
    text = Bilingual()

    class Meta:
        verbose_name = _("KL's comment on a figure")
        verbose_name_plural = _("KL's comments on figures")

    def __str__(self) -> str:
        return str(self.question)

    def save_text(self) -> None:
        """Save the comment; its date is today where a text differs from the stored one. One query more than a save."""
        same_text = FigureComment.objects.filter(pk=self.pk, text_da=self.text_da, text_en=self.text_en)
        if not same_text.exists():
            self.updated_on = timezone.localdate()
        self.save()

    @depends_on("marketoverview.question")
    def natural_key(self) -> tuple[str]:
        return self.question.natural_key()
