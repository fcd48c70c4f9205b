"""What KL has announced to the vendors of a round: the round itself, a later deadline, or a message."""

from hashlib import sha256
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kl_ai.pages.bilingual import Bilingual
from kl_ai.validators import validate_text

from .rounds import SurveyRound

TEXT_LENGTH = 2000


class Announcement(models.Model):
    """One mail to many vendors. Who got it is in the mails, whose keys begin with `mail_key`."""

    class Kind(models.TextChoices):
        ROUND = "round", _("the round")
        EXTENSION = "extension", _("a later deadline for all")
        MESSAGE = "message", _("a message")

    class Subject(models.TextChoices):
        """The subjects of a message: words that KL has settled once."""

        INFORMATION = "information", _("Information about the survey")
        CORRECTION = "correction", _("A correction to the survey")
        DEADLINE = "deadline", _("The deadline of the survey")
        TECHNICAL = "technical", _("The portal is out of order, or works again")
        RESULTS = "results", _("The results of the survey")

    round = models.ForeignKey(
        SurveyRound, on_delete=models.PROTECT, related_name="announcements", verbose_name=_("round")
    )
    kind = models.CharField(_("what"), max_length=10, choices=Kind)
    subject = models.CharField(_("subject"), max_length=12, choices=Subject, blank=True)
    text_da = models.TextField(_("text (Danish)"), max_length=TEXT_LENGTH, blank=True, validators=[validate_text])
    text_en = models.TextField(_("text (English)"), max_length=TEXT_LENGTH, blank=True, validators=[validate_text])
    closes_on = models.DateField(_("deadline announced"), null=True, blank=True)
    statuses = models.CharField(
        _("vendors chosen by"), max_length=200, blank=True, help_text=_("Empty: the vendors of an invitation list.")
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    made_at = models.DateTimeField(_("when"), default=timezone.now)
    vendor_count = models.PositiveIntegerField(_("vendors"), default=0)
    person_count = models.PositiveIntegerField(_("people"), default=0)

    objects: ClassVar = models.Manager()
    text = Bilingual()

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        ordering = ("-made_at", "-pk")
        constraints = (
            models.CheckConstraint(condition=~Q(kind="message") | ~Q(subject=""), name="message_has_a_subject"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.round}"

    @property
    def mail_key(self) -> str:
        """The beginning of the keys of its mails, the same for the same news: nobody gets that twice.

        The announcement of a round is one for the round, that of a deadline one for each day, a message one for each
        wording.
        """
        match self.kind:
            case self.Kind.ROUND:
                return f"round:{self.round_id}"
            case self.Kind.EXTENSION:
                return f"extension:{self.round_id}:{self.closes_on}"
        wording = "\0".join((self.subject, self.text_da, self.text_en))
        return f"message:{self.round_id}:{sha256(wording.encode()).hexdigest()[:20]}"

    def store(self, by, *, vendor_count: int, person_count: int) -> None:
        """Store it with the numbers of vendors and people whose mails are queued in the same transaction."""
        self.made_by, self.made_at = by, timezone.now()
        self.vendor_count, self.person_count = vendor_count, person_count
        self.save()
