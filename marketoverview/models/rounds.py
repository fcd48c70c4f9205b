"""The life of a round: made from the last one, complete, released, taken back while nobody has begun.

A round that is not released exists in the administration only: `SurveyRound.current` and the public pages leave it out.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any, ClassVar, NamedTuple

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from kl_ai.pages.bilingual import Bilingual

from .version import market_version

LIMITS = ("max_description_words", "max_own_words", "max_offerings", "max_offering_words")
LIMIT_LABELS = {
    "max_description_words": _("words in the description"),
    "max_own_words": _("characters beside “other”"),
    "max_offering_words": _("words in an example's description"),
}
COPIED = (*LIMITS, "corrections_after_close", "new_answers_after_close")
"""The fields that a new round takes from the last one."""
FEWEST_OPTIONS = 2


class FindingLevel(models.TextChoices):
    """How much a finding weighs: the round cannot be released, only with KL's yes, or it is worth a look."""

    PROBLEM = "problem"
    QUESTION = "question"
    WARNING = "warning"


class RoundFinding(NamedTuple):
    """Something about a round that is missing or worth a look before it is released."""

    item: str
    """The line of the checklist: `questions`, `options`, `texts`, `names`, `limits`, `dates` or `overlap`."""
    level: FindingLevel
    text: str

    @property
    def is_problem(self) -> bool:
        return self.level == FindingLevel.PROBLEM


class SurveyRoundQuerySet(models.QuerySet):
    def get_by_natural_key(self, code: str) -> Any:
        """The round that a fixture names by its code. One query."""
        return self.get(code=code)

    def released(self) -> "SurveyRoundQuerySet":
        """The rounds that KL has released, which open and close by their dates. One query."""
        return self.filter(released_at__isnull=False)

    def opened(self) -> "SurveyRoundQuerySet":
        """The released rounds that have opened, the latest first. One query."""
        return self.released().filter(opens_on__lte=timezone.localdate())

    def announceable(self) -> "SurveyRoundQuerySet":
        """The released rounds that are open or will open: companies can be invited to them. One query."""
        return self.released().filter(Q(closes_on__isnull=True) | Q(closes_on__gte=timezone.localdate()))

    def overlapping(self, opens_on: date, closes_on: date | None) -> "SurveyRoundQuerySet":
        """The rounds with a day between these two (None: without an end). One query."""
        rounds = self.filter(Q(closes_on__isnull=True) | Q(closes_on__gte=opens_on))
        return rounds if closes_on is None else rounds.filter(opens_on__lte=closes_on)

    def locked(self) -> Sequence[Any]:
        """All rounds, locked in one order until the transaction ends, so that no other one is released. One query."""
        return list(self.order_by("pk").select_for_update(of=("self",)))


class SurveyRound(models.Model):
    """One collection of answers. The current round is the latest released one that has opened."""

    code = models.SlugField(_("code"), max_length=20, unique=True)
    name_da = models.CharField(_("name (Danish)"), max_length=100)
    name_en = models.CharField(_("name (English)"), max_length=100, blank=True)
    opens_on = models.DateField(_("opens on"))
    closes_on = models.DateField(_("closes on"), null=True, blank=True)
    corrections_after_close = models.BooleanField(
        _("corrections after it has closed"),
        default=True,
        help_text=_("A vendor with a public profile can correct it until the next round opens."),
    )
    new_answers_after_close = models.BooleanField(
        _("new answers after it has closed"),
        default=False,
        db_default=False,
        help_text=_("A vendor without a public profile, new or withdrawn, can answer until the next round opens."),
    )
    max_description_words = models.PositiveSmallIntegerField(_("words in the description"), default=90)
    max_own_words = models.PositiveSmallIntegerField(
        _("characters beside “other”"), default=300, validators=[MaxValueValidator(300)]
    )
    max_offerings = models.PositiveSmallIntegerField(_("examples"), default=5, validators=[MaxValueValidator(20)])
    max_offering_words = models.PositiveSmallIntegerField(_("words in an example's description"), default=60)
    # A row that the previous version of the portal inserts names no value, and counts as released.
    released_at = models.DateTimeField(_("released"), null=True, default=None, db_default=Now(), editable=False)

    history = HistoricalRecords()
    objects: ClassVar = SurveyRoundQuerySet.as_manager()
    name = Bilingual()

    class Meta:
        verbose_name = _("round")
        verbose_name_plural = _("rounds")
        ordering = ("-opens_on",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(closes_on__isnull=True) | models.Q(closes_on__gte=models.F("opens_on")),
                name="round_closes_after_it_opens",
                violation_error_message=_("A round cannot close before it opens."),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.code,)

    @property
    def is_open(self) -> bool:
        return self.is_open_until(self.closes_on)

    def is_open_until(self, closes_on: date | None) -> bool:
        """Whether it is released and open today, where `closes_on` (None: never) is the last day."""
        today = timezone.localdate()
        return self.is_released and self.opens_on <= today and (closes_on is None or today <= closes_on)

    @classmethod
    def current(cls) -> "SurveyRound | None":
        """The latest released round that has opened. One query."""
        return cls.objects.opened().first()

    @classmethod
    def coming(cls) -> "SurveyRound | None":
        """The released round that opens next, after today. One query."""
        return cls.objects.released().filter(opens_on__gt=timezone.localdate()).order_by("opens_on").first()

    # Rules ----------------------------------------------------------------------------------

    @property
    def is_released(self) -> bool:
        return self.released_at is not None

    @property
    def is_to_come(self) -> bool:
        """Whether it is released and opens after today."""
        return self.is_released and timezone.localdate() < self.opens_on

    @property
    def is_announceable(self) -> bool:
        """Whether it is released and not over, so that it can be announced and companies can be invited to it."""
        return self.is_released and (self.closes_on is None or timezone.localdate() <= self.closes_on)

    def findings(self) -> list[RoundFinding]:
        """What is missing or worth a look before the round is released. Three queries."""
        return [
            *self._in_questions(),
            *self._in_texts(),
            *self._in_limits(),
            *self._in_dates(),
            *self.overlap_findings(),
        ]

    def open_ended_before(self) -> list["SurveyRound"]:
        """The released rounds without an end that opened earlier, which this one's opening closes. One query."""
        others = type(self).objects.released().exclude(pk=self.pk)
        return list(others.filter(opens_on__lt=self.opens_on, closes_on__isnull=True))

    def _in_questions(self) -> Iterator[RoundFinding]:
        questions = list(self.questions.prefetch_related("options"))
        if not questions:
            yield RoundFinding(
                "questions",
                FindingLevel.PROBLEM,
                gettext(
                    "The round has no questions. Open each question that belongs to it, and choose the round there."
                ),
            )
        for question in questions:
            words = {"question": question.heading_da or question.code}
            options = [option for option in question.options.all() if not option.is_retired]
            if len(options) < FEWEST_OPTIONS:
                text = gettext("“%(question)s” has fewer than two options to choose from.")
                yield RoundFinding("options", FindingLevel.PROBLEM, text % words)
            if not question.heading_en or not question.text_en:
                text = gettext("“%(question)s” has no English text; the Danish one is shown instead.")
                yield RoundFinding("texts", FindingLevel.WARNING, text % words)
            if untranslated := [option.label_da for option in options if not option.label_en]:
                text = gettext("“%(question)s” has options without an English text: %(options)s.")
                yield RoundFinding("texts", FindingLevel.WARNING, text % {**words, "options": ", ".join(untranslated)})

    def _in_texts(self) -> Iterator[RoundFinding]:
        if not self.name_en:
            yield RoundFinding("names", FindingLevel.PROBLEM, gettext("The English name is missing."))

    def _in_limits(self) -> Iterator[RoundFinding]:
        needed = [*LIMITS[:2], *(LIMITS[3:] if self.max_offerings else ())]
        for name in needed:
            if not getattr(self, name):
                label = LIMIT_LABELS[name]
                yield RoundFinding("limits", FindingLevel.PROBLEM, gettext("“%(limit)s” is 0.") % {"limit": label})
        if not self.max_offerings:
            yield RoundFinding("limits", FindingLevel.WARNING, gettext("No examples can be given: “examples” is 0."))

    def _in_dates(self) -> Iterator[RoundFinding]:
        today = timezone.localdate()
        if self.closes_on is None:
            text = gettext("There is no closing date: no reminders of a deadline, and the next round ends this one.")
            yield RoundFinding("dates", FindingLevel.WARNING, text)
        elif self.closes_on <= self.opens_on:
            yield RoundFinding(
                "dates", FindingLevel.PROBLEM, gettext("The closing date is not after the opening date.")
            )
        elif self.closes_on <= today:
            yield RoundFinding("dates", FindingLevel.PROBLEM, gettext("The closing date is not in the future."))
        if self.opens_on <= today and not self.is_released:
            yield RoundFinding(
                "dates", FindingLevel.WARNING, gettext("The opening date has come: it opens as soon as it is released.")
            )

    def overlap_findings(self) -> Iterator[RoundFinding]:
        """The other released rounds that are open on a day of this one. One query."""
        others = type(self).objects.released().exclude(pk=self.pk)
        for other in others.overlapping(self.opens_on, self.closes_on):
            day = self.opens_on - timedelta(days=1)
            if other.closes_on is None and other.opens_on < self.opens_on:
                text = gettext(
                    "“%(round)s” has no closing date. It will close on %(day)s, the day before this one opens."
                )
                yield RoundFinding("overlap", FindingLevel.QUESTION, text % {"round": other, "day": date_format(day)})
            else:
                yield RoundFinding("overlap", FindingLevel.PROBLEM, self._overlap_text(other))

    def _overlap_text(self, other: "SurveyRound") -> str:
        """When the other round is open, and which dates of this one or of the other one would do."""
        if other.closes_on is None:
            fact = gettext("The round overlaps “%(round)s”, which opens on %(first)s and has no closing date.")
        else:
            fact = gettext("The round overlaps “%(round)s”, which is open from %(first)s to %(last)s.")
        if other.opens_on > self.opens_on:
            remedy = gettext("Let this round close before %(first)s, or change the dates of “%(round)s”.")
        elif other.closes_on is not None:
            remedy = gettext("Choose an opening date after %(last)s, or let “%(round)s” close earlier.")
        else:
            remedy = gettext("Choose a later opening date, or change the dates of “%(round)s”.")
        words = {"round": other, "first": date_format(other.opens_on), "last": date_format(other.closes_on or date.max)}
        return f"{fact % words} {remedy % words}"

    # Verbs ----------------------------------------------------------------------------------

    @classmethod
    def make_from(
        cls, last: "SurveyRound", *, code: str, name_da: str, name_en: str, opens_on: date, closes_on: date | None
    ) -> "SurveyRound":
        """A new round with the questions and the limits of `last`, not released; the same form sent twice makes one.

        Raises `ValidationError` where the code belongs to another round. Five queries, and five for each question.
        """
        fields = {"name_da": name_da, "name_en": name_en, "opens_on": opens_on, "closes_on": closes_on}
        fields |= {name: getattr(last, name) for name in COPIED}
        with transaction.atomic():
            cls.objects.all().locked()
            if existing := cls.objects.filter(code=code).first():
                if existing.is_released or any(getattr(existing, name) != value for name, value in fields.items()):
                    raise ValidationError({"code": gettext("There is a round with this code already.")})
                return existing
            new = cls.objects.create(code=code, **fields)
            for question in last.questions.all():
                question.rounds.add(new)  # on this side of the relation the question's history records it
            return new

    def release(self, *, close_earlier: bool = False) -> bool:
        """Let the round open on its day; False where it was released before. Locks all rounds.

        With `close_earlier` the rounds without an end close on the day before. Raises `ValidationError` with what is
        missing, or what KL has to say yes to first. Ten queries, and two for each round that is closed.
        """
        with transaction.atomic():
            type(self).objects.all().locked()
            self.refresh_from_db()
            if self.is_released:
                return False
            refused = {FindingLevel.PROBLEM} if close_earlier else {FindingLevel.PROBLEM, FindingLevel.QUESTION}
            if reasons := [finding.text for finding in self.findings() if finding.level in refused]:
                raise ValidationError(reasons)
            for earlier in self.open_ended_before():
                earlier.closes_on = self.opens_on - timedelta(days=1)
                earlier.save(update_fields=["closes_on"])
            self._set_released(timezone.now())
            return True

    def hold(self) -> None:
        """Keep the round released until the transaction ends. One query.

        Raises `ValidationError` where it is not released: KL has taken it back, perhaps a moment ago, or never released it.
        """
        if SurveyRound.objects.released().select_for_update(no_key=True).filter(pk=self.pk).first() is None:
            raise ValidationError(
                gettext("“%(round)s” is not released, or KL has taken it back: it cannot be answered now.")
                % {"round": self}
            )

    def lock_announceable(self) -> None:
        """Lock the round until the transaction ends, so that two lists sent at once invite nobody twice. One query.

        Raises `ValidationError` where it is over, or not released.
        """
        if not SurveyRound.objects.select_for_update().get(pk=self.pk).is_announceable:
            raise ValidationError(gettext("“%(round)s” is closed or not released.") % {"round": self})

    def take_back(self) -> bool:
        """Make a released round one that does not open; False where it is none. Locks all rounds.

        Raises `ValidationError` where a vendor has begun to answer. Rounds that its release has closed stay closed.
        """
        with transaction.atomic():
            type(self).objects.all().locked()
            self.refresh_from_db()
            if not self.is_released:
                return False
            if self.responses.exists():
                raise ValidationError(gettext("The round cannot be taken back: a vendor has begun to answer it."))
            self._set_released(None)
            return True

    def _set_released(self, at) -> None:
        self.released_at = at
        self.save(update_fields=["released_at"])
        market_version.bump([])
