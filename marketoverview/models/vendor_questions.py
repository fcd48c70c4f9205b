"""The questions that vendors ask KL about the survey, with KL's answers to all vendors of the round."""

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from kl_ai.pages.bilingual import Bilingual
from kl_ai.validators import validate_text

from .rounds import SurveyRound
from .vendors import Vendor

QUESTION_LENGTH = 2000
ANSWER_LENGTH = 4000
REASON_LENGTH = 300
KL_TEXTS = ("question_da", "question_en", "answer_da", "answer_en", "private_reason")
"""The fields with KL's words, which the history keeps."""


class VendorQuestionQuerySet(models.QuerySet["VendorQuestion"]):
    def waiting(self) -> "VendorQuestionQuerySet":
        """The questions that KL has not answered, the one that has waited longest first. One query."""
        return self.filter(state=VendorQuestion.State.WAITING).order_by("asked_at", "pk")

    def published(self) -> "VendorQuestionQuerySet":
        """The questions answered to all vendors, with their rounds; the latest round and answer first. One query."""
        published = self.filter(state=VendorQuestion.State.PUBLISHED).select_related("round")
        return published.order_by("-round__opens_on", "-answered_at", "-pk")

    def asked_by_vendor(self, vendor: Vendor) -> "VendorQuestionQuerySet":
        """The vendor's own questions with the one each is merged into, the newest first. One query."""
        return self.filter(vendor=vendor).select_related("merged_into", "round").order_by("-asked_at", "-pk")

    def expired(self, before: datetime) -> "VendorQuestionQuerySet":
        """Those of before this time, from the answer or else the question on, that hold something nobody else reads.

        Those that were answered to all stay with KL's words; of them only the asker and the asker's words are left to go.
        """
        is_public = Q(state=VendorQuestion.State.PUBLISHED)
        old = self.annotate(last_at=Coalesce("answered_at", "asked_at")).filter(last_at__lt=before)
        return old.exclude(is_public & Q(text="", asked_by=None))


class VendorQuestion(models.Model):
    """A vendor's question to KL. `text` is the vendor's; all vendors read `question` and `answer`, which are KL's."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for KL")
        PUBLISHED = "published", _("answered to all vendors")
        PRIVATE = "private", _("answered to the vendor alone")
        MERGED = "merged", _("answered by an earlier answer")

    round = models.ForeignKey(
        SurveyRound, on_delete=models.PROTECT, related_name="vendor_questions", verbose_name=_("round")
    )
    vendor = models.ForeignKey(
        Vendor, on_delete=models.SET_NULL, null=True, related_name="questions_to_kl", verbose_name=_("vendor")
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    text = models.TextField(_("the vendor's question"), max_length=QUESTION_LENGTH, validators=[validate_text])

    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    question_da = models.TextField(
        _("question (Danish)"), max_length=QUESTION_LENGTH, blank=True, validators=[validate_text]
    )
    question_en = models.TextField(
        _("question (English)"), max_length=QUESTION_LENGTH, blank=True, validators=[validate_text]
    )
    answer_da = models.TextField(_("answer (Danish)"), max_length=ANSWER_LENGTH, blank=True, validators=[validate_text])
    answer_en = models.TextField(
        _("answer (English)"), max_length=ANSWER_LENGTH, blank=True, validators=[validate_text]
    )
    private_reason = models.CharField(
        _("why the vendor alone gets the answer"), max_length=REASON_LENGTH, blank=True, validators=[validate_text]
    )
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged", verbose_name=_("earlier answer")
    )
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("answered by")
    )
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    corrected_at = models.DateTimeField(_("corrected"), null=True, blank=True)

    # Who asked, and in which words, is in the row alone, where it can be erased.
    history = HistoricalRecords(excluded_fields=["text", "asked_by"])
    objects: ClassVar = VendorQuestionQuerySet.as_manager()
    question = Bilingual()
    answer = Bilingual()

    class Meta:
        verbose_name = _("vendor's question")
        verbose_name_plural = _("vendors' questions")
        ordering = ("-asked_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=~Q(state="published") | ~Q(question_da="") & ~Q(answer_da=""),
                name="published_answer_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state="merged") | Q(merged_into__isnull=False), name="merged_question_names_the_other"
            ),
        )

    def __str__(self) -> str:
        text = self.question_da or self.text or gettext("(the words are deleted)")
        return text if len(text) <= 80 else f"{text[:79]}…"

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.WAITING

    @property
    def worded_at(self) -> datetime | None:
        """When the answer got its present words; None where there is none."""
        return self.corrected_at or self.answered_at

    # Verbs ----------------------------------------------------------------------------------

    @classmethod
    def ask(cls, vendor: Vendor, round: SurveyRound, by, text: str) -> tuple["VendorQuestion", bool]:
        """The vendor's question, and whether it is new: the same words wait once. Locks the vendor. Four queries."""
        with transaction.atomic():
            Vendor.objects.select_for_update().get(pk=vendor.pk)
            waiting = cls.objects.waiting().filter(vendor=vendor, round=round, text=text)
            if existing := waiting.first():
                return existing, False
            return cls.objects.create(vendor=vendor, round=round, asked_by=by, text=text), True

    @classmethod
    def delete_for_good(cls, questions: VendorQuestionQuerySet) -> int:
        """Delete these questions with their history; how many there were.

        Those that were answered to all stay, without the asker and the asker's own words.
        """
        with transaction.atomic():
            keys = list(questions.order_by().select_for_update(of=("self",)).values_list("pk", flat=True))
            rows = cls.objects.filter(pk__in=keys)
            public = rows.filter(state=cls.State.PUBLISHED)
            gone = list(rows.exclude(state=cls.State.PUBLISHED).values_list("pk", flat=True))
            public.update(text="", asked_by=None)
            cls.objects.filter(pk__in=gone).delete()
            cls.history.filter(id__in=gone).delete()
        return len(keys)

    @classmethod
    def forget_asker(cls, user) -> None:
        """Delete who asked, before the login is deleted. Two queries for each question, and three.

        The vendor's own words go where all read KL's wording; they stay where KL answers them, or has answered them
        alone. In all that stays, the history too, the person's address and name are masked.
        """
        asked = cls.objects.filter(asked_by=user)
        asked.filter(state__in=(cls.State.PUBLISHED, cls.State.MERGED)).update(text="")
        for question in asked.select_for_update():
            masked = user.mask.changes(question, ("text", *KL_TEXTS))
            cls.objects.filter(pk=question.pk).update(**{"asked_by": None, **masked})
            for version in question.history.all():
                if masked := user.mask.changes(version, KL_TEXTS):
                    cls.history.filter(pk=version.pk).update(**masked)

    def publish(self, by, *, question_da: str, question_en: str, answer_da: str, answer_en: str) -> None:
        """Answer to all vendors of the round, without the asker's name. Raises `ValidationError` where answered before."""
        texts = {"question_da": question_da, "question_en": question_en, "answer_da": answer_da, "answer_en": answer_en}
        self._answer(by, self.State.PUBLISHED, **texts)

    def answer_privately(self, by, *, answer_da: str, answer_en: str, reason: str) -> None:
        """Answer to the vendor alone, with the reason for that. Raises `ValidationError` where answered before."""
        self._answer(by, self.State.PRIVATE, answer_da=answer_da, answer_en=answer_en, private_reason=reason)

    def merge(self, by, into: "VendorQuestion") -> None:
        """Let an earlier published answer of the same round answer it, too.

        Raises `ValidationError` where it was answered before, or the other is not such an answer.
        """
        if into.state != self.State.PUBLISHED or into.round_id != self.round_id:
            raise ValidationError(gettext("Choose an answer that is published in the same round."))
        self._answer(by, self.State.MERGED, merged_into=into)

    def correct(self, seen: datetime | None, **texts: str) -> bool:
        """Replace texts of an answer that is given, which then says that it was corrected; False where none differs.

        `texts` are any of `question_da`, `question_en`, `answer_da` and `answer_en`. Locks the row. Raises
        `ValidationError` where there is no answer, or it is newer than `seen`, the `worded_at` of the one that was shown.
        """
        with transaction.atomic():
            self._lock()
            if self.state not in (self.State.PUBLISHED, self.State.PRIVATE):
                raise ValidationError(gettext("There is no answer to correct."))
            if self.worded_at != seen and any(getattr(self, name) != text for name, text in texts.items()):
                raise ValidationError(
                    gettext("Nothing was changed: somebody has corrected the answer meanwhile. Look at it again.")
                )
            if all(getattr(self, name) == text for name, text in texts.items()):
                return False
            self._write(corrected_at=timezone.now(), **texts)
            return True

    def _answer(self, by, state: str, **fields: Any) -> None:
        with transaction.atomic():
            self._lock()
            if not self.is_waiting:
                raise ValidationError(gettext("Nothing was changed: the question was answered a moment ago."))
            self._write(state=state, answered_by=by, answered_at=timezone.now(), **fields)

    def _lock(self) -> None:
        VendorQuestion.objects.select_for_update().get(pk=self.pk)
        self.refresh_from_db()

    def _write(self, **fields: Any) -> None:
        for name, value in fields.items():
            setattr(self, name, value)
        self.save(update_fields=list(fields))
