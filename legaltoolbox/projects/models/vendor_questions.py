"""Questions of vendors about an annex. The team answers, and question and answer stand on the pages of all recipients."""

from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kl_ai.validators import validate_text

from .annex_recipients import Recipient
from .annexes import Annex
from .events import ProjectEvent

What = ProjectEvent.What
MOST_QUESTIONS, MOST_QUESTIONS_OF_ANNEX = 30, 200
"""Of a recipient, and of an annex."""


class AnnexQuestionQuerySet(models.QuerySet["AnnexQuestion"]):
    def answered(self) -> "AnnexQuestionQuerySet":
        """Those that all recipients see. No query of its own."""
        return self.filter(answered_at__isnull=False)

    def waiting(self) -> "AnnexQuestionQuerySet":
        """Those that nobody has answered. No query of its own."""
        return self.filter(answered_at=None)


class AnnexQuestion(models.Model):
    """A question of a recipient. Who asks, the municipality alone sees."""

    annex = models.ForeignKey(Annex, on_delete=models.CASCADE, related_name="questions")
    recipient = models.ForeignKey(Recipient, on_delete=models.CASCADE, related_name="questions")
    at = models.DateTimeField(_("asked"), default=timezone.now)
    text = models.TextField(_("question"), max_length=2000, validators=[MaxLengthValidator(2000), validate_text])
    answer = models.TextField(
        _("answer"), max_length=4000, blank=True, validators=[MaxLengthValidator(4000), validate_text]
    )
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True, editable=False)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("answered by"),
    )

    objects: ClassVar = AnnexQuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question of a vendor")
        verbose_name_plural = _("questions of vendors")
        ordering = ("annex", "at", "pk")

    def __str__(self) -> str:
        return f"{self.pk}"

    @classmethod
    def ask(cls, recipient: Recipient, text: str) -> "AnnexQuestion":
        """A new question; the same text that the recipient has asked already is the question that there is.

        Raises `ValidationError` for too many, and as `Recipient.answering`.
        """
        with recipient.answering():
            annex = recipient.annex
            question = cls(annex=annex, recipient=recipient, text=text)
            question.full_clean()
            asked: AnnexQuestion | None = recipient.questions.filter(text=text).first()
            if asked is not None:
                return asked
            if recipient.questions.count() >= MOST_QUESTIONS or annex.questions.count() >= MOST_QUESTIONS_OF_ANNEX:
                raise ValidationError(
                    gettext("No more questions can be asked here. Write to the municipality: %(contact)s.")
                    % {"contact": annex.contact}
                )
            question.save()
            ProjectEvent.record(annex.project, What.VENDOR_ASKED, None, annex.place, new=text)
            annex.project.touch()
            return question

    def give_answer(self, by: Any, text: str) -> bool:
        """Answer the question for all recipients; whether this call did. The caller queues the mails in the same transaction.

        An answer is not changed. Raises `ValidationError` where somebody else has answered meanwhile.
        """
        with self.annex.holding():
            annex = self.annex
            self.refresh_from_db()
            self.annex = annex
            if self.answered_at is not None:
                if (self.answer, self.answered_by_id) == (text, by.pk):
                    return False
                raise ValidationError(gettext("Somebody has answered the question meanwhile. Open the page again."))
            if not text.strip():
                raise ValidationError({"answer": gettext("Write an answer.")})
            self.answer, self.answered_at, self.answered_by = text, timezone.now(), by
            self.full_clean()
            self.save()
            ProjectEvent.record(annex.project, What.ANSWERED_QUESTION, by, annex.place, new=text)
            annex.project.touch()
            return True
