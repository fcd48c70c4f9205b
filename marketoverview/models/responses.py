"""A vendor's answers in one round, and the one guarded path that changes their status.

Every change of status goes through `Response._perform`, which reads `TRANSITIONS`, makes one
conditional update and appends one `ModerationEvent`. Admin and views call the public verbs.
"""

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords
from simple_history.utils import bulk_create_with_history

from kl_ai.validators import validate_line, validate_text

from ..querysets import ResponseQuerySet
from .moderation import EDITABLE, NEEDS_REASON, OPEN, TRANSITIONS, ModerationEvent, Status, TransitionRefused, Verb
from .survey import Option, Question, SurveyRound
from .vendors import Vendor
from .version import PublicVersion

PHONE = RegexValidator(r"^\+?[0-9 ()/-]{5,}$", _("A phone number has digits, spaces and perhaps a + in front."))


class ResponseManager(models.Manager.from_queryset(ResponseQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, vendor: str, sequence: int) -> "Response":
        return self.get(vendor__slug=vendor, sequence=sequence)


class Response(models.Model):
    """One set of answers of one vendor in one round."""

    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="responses", verbose_name=_("vendor"))
    round = models.ForeignKey(SurveyRound, on_delete=models.PROTECT, related_name="responses", verbose_name=_("round"))
    sequence = models.PositiveIntegerField(
        _("number"), default=1, help_text=_("The vendor's first, second … response.")
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT, editable=False)
    based_on = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="revisions",
        verbose_name=_("based on"),
    )  # fmt: skip

    description = models.TextField(_("description"), max_length=600, blank=True, validators=[validate_text])
    contact_function = models.CharField(
        _("contact: function"),
        max_length=100,
        blank=True,
        validators=[validate_line],
        help_text=_("For example “Sales to the public sector”."),
    )
    contact_email = models.EmailField(_("contact: e-mail"), blank=True, help_text=_("Preferably a shared mailbox."))
    contact_phone = models.CharField(_("contact: phone"), max_length=30, blank=True, validators=[PHONE])
    contact_name = models.CharField(
        _("contact: person"),
        max_length=100,
        blank=True,
        validators=[validate_line],
        help_text=_("Only with the person's consent."),
    )
    contact_consent = models.BooleanField(_("the contact person has consented to publication"), default=False)

    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True, editable=False)
    published_at = models.DateTimeField(_("published"), null=True, blank=True, editable=False)
    confirmed_at = models.DateField(_("confirmed by the vendor"), null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(_("archived or withdrawn"), null=True, blank=True, editable=False)

    # Contact data must disappear with the profile, so the history never holds it.
    history = HistoricalRecords(
        excluded_fields=["contact_function", "contact_email", "contact_phone", "contact_name", "contact_consent"]
    )
    objects: ClassVar = ResponseManager()

    class Meta:
        verbose_name = _("response")
        verbose_name_plural = _("responses")
        ordering = ("vendor__name", "-sequence")
        permissions = (("review_response", _("Can publish, send back and withdraw responses")),)
        constraints = (
            models.UniqueConstraint(fields=("vendor", "sequence"), name="response_number_unique_in_vendor"),
            models.UniqueConstraint(
                fields=("vendor",), condition=Q(status="published"), name="one_published_response_per_vendor"
            ),
            models.UniqueConstraint(
                fields=("vendor",), condition=Q(status__in=("draft", "submitted", "returned")),
                name="one_open_response_per_vendor",
            ),
            models.CheckConstraint(
                condition=Q(contact_name="") | Q(contact_consent=True),
                name="contact_person_has_consented",
                violation_error_message=_("A named contact person needs a ticked consent."),
            ),
            models.CheckConstraint(
                condition=~Q(status="published") | Q(published_at__isnull=False, confirmed_at__isnull=False),
                name="published_response_has_dates",
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.vendor} · {self.round} · {self.get_status_display()}"

    def natural_key(self) -> tuple[str, int]:
        return (*self.vendor.natural_key(), self.sequence)

    natural_key.dependencies = ["marketoverview.vendor"]  # type: ignore[attr-defined]

    @property
    def is_editable(self) -> bool:
        return self.status in EDITABLE

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    # Verbs ----------------------------------------------------------------------------------

    @classmethod
    def begin(cls, vendor: Vendor, round: SurveyRound, by) -> "Response":
        """The vendor's open response; a new one, copied from what is published or else from the last, where there is none."""
        with transaction.atomic():
            Vendor.objects.select_for_update().get(pk=vendor.pk)
            if existing := cls.objects.open().filter(vendor=vendor).first():
                return existing
            last = cls.objects.filter(vendor=vendor).aggregate(last=Max("sequence"))["last"] or 0
            # What is public; else, after a rejection or a withdrawal, the last one: nobody starts from nothing again.
            earlier = cls.objects.filter(vendor=vendor).order_by("-sequence")
            source = earlier.published().first() or earlier.first()
            draft = cls(vendor=vendor, round=round, sequence=last + 1, based_on=source)
            if source is None:
                draft.save()
            else:
                draft._copy_from(source)
            return draft

    def submit(self, by) -> None:
        """Hand the draft to KL. Raises `ValidationError` with what is missing."""
        if self.is_editable:
            self._refuse_incomplete()
        now = timezone.now()
        self._perform(Verb.SUBMIT, by, submitted_at=now, confirmed_at=timezone.localdate(now))

    def send_back(self, by, reason: str) -> None:
        """Give a submitted response back to the vendor with KL's reason. Raises `ValidationError` without one."""
        self._perform(Verb.SEND_BACK, by, reason)

    def reject(self, by, reason: str) -> None:
        """Decline a submitted response for good, with KL's reason."""
        self._perform(Verb.REJECT, by, reason, closed_at=timezone.now())

    def publish(self, by) -> None:
        """Make this response what is public of the vendor, and archive the one that was, without its contact.

        Raises `ValidationError` with what is missing: KL may have edited it since it was submitted.
        """
        now = timezone.now()
        with transaction.atomic():
            self._lock_vendor()
            if self.status == Status.SUBMITTED:
                self._refuse_incomplete()
            for earlier in Response.objects.published().filter(vendor_id=self.vendor_id).exclude(pk=self.pk):
                earlier._perform(Verb.ARCHIVE, by, closed_at=now, **NO_CONTACT)
            self._perform(Verb.PUBLISH, by, published_at=now)

    def withdraw(self, by, reason: str) -> None:
        """Take the profile off the portal and delete the vendor's contact data from every response."""
        with transaction.atomic():
            self._perform(Verb.WITHDRAW, by, reason, closed_at=timezone.now())
            # The new time of change refuses a page that was opened before and still holds the contact.
            Response.objects.filter(vendor_id=self.vendor_id).update(changed_at=timezone.now(), **NO_CONTACT)
            self.refresh_from_db()

    def confirm(self, by) -> None:
        """Record that the vendor says today that everything is still right."""
        self._perform(Verb.CONFIRM, by, confirmed_at=timezone.localdate())

    def record_edit(self, by, what: str) -> None:
        """Leave a trace that KL has edited an open response on the vendor's behalf, and what."""
        self.changed_at = timezone.now()
        Response.objects.filter(pk=self.pk).update(changed_at=self.changed_at)
        self.events.create(actor=by, verb=Verb.EDIT, from_status=self.status, to_status=self.status, reason=what)

    # Rules ----------------------------------------------------------------------------------

    @property
    def reason(self) -> str:
        """KL's reason for the present status; "" where none was needed. No query on prefetched events."""
        decided = [event for event in self.events.all() if event.to_status == self.status and event.verb != Verb.EDIT]
        return decided[-1].reason if decided else ""

    @cached_property
    def given(self) -> dict[int, list["Answer"]]:
        """Question id to the answers, in the survey's order. No query on prefetched answers."""
        found: dict[int, list[Answer]] = {}
        for answer in self.answers.all():
            found.setdefault(answer.option.question_id, []).append(answer)
        return found

    def _refuse_incomplete(self) -> None:
        if missing := self.missing():
            raise ValidationError(missing)

    def missing(self) -> list[str]:
        """What must be answered before the response can be submitted, as sentences. Four queries."""
        given: dict[int, list[Answer]] = {}
        for answer in self.answers.select_related("option"):
            given.setdefault(answer.option.question_id, []).append(answer)
        missing = [] if self.description.strip() else [gettext("The description is missing.")]
        if not self.contact_email:
            missing.append(gettext("The contact e-mail is missing."))
        for question in self.round.questions.prefetch_related("options"):
            answers = given.get(question.pk, [])
            words = {"question": question.heading}
            if question.is_required and not answers and self._can_answer(question):
                missing.append(gettext("“%(question)s” is not answered.") % words)
            if question.kind == Question.Kind.SINGLE and len(answers) > 1:
                missing.append(gettext("“%(question)s” takes one answer only.") % words)
            if any(answer.option.is_other and not answer.own_words.strip() for answer in answers):
                missing.append(gettext("“%(question)s” lacks your own words beside “other”.") % words)
        return missing

    @staticmethod
    def _can_answer(question: Question) -> bool:
        """Whether anything is left to choose; a question whose options are all retired stops nobody."""
        return any(not option.is_retired for option in question.options.all())

    # Mechanism ------------------------------------------------------------------------------

    def _perform(self, verb: Verb, by, reason: str = "", **changes) -> None:
        """The one place where a status changes: one conditional update, one event, or nothing at all.

        Raises `TransitionRefused` when the response is not as it was read, and `ValidationError`
        when a verb that the vendor must understand comes without a reason.
        """
        sources, target = TRANSITIONS[verb]
        if self.status not in sources:
            raise TransitionRefused(self, verb)
        if verb in NEEDS_REASON and not reason.strip():
            raise ValidationError(gettext("Give a reason. The vendor reads it."))
        changes |= {"status": target, "changed_at": timezone.now()}
        with transaction.atomic():
            self._lock_vendor()
            same = Response.objects.filter(pk=self.pk, status=self.status, changed_at=self.changed_at)
            if same.update(**changes) != 1:
                raise TransitionRefused(self, verb)
            ModerationEvent.objects.create(
                response=self, actor=by, verb=verb, from_status=self.status, to_status=target, reason=reason
            )
            if Status.PUBLISHED in (self.status, target):
                PublicVersion.bump()
        for field, value in changes.items():
            setattr(self, field, value)

    def _lock_vendor(self) -> None:
        """Whoever changes a vendor's responses takes this lock first, and always in this order."""
        Vendor.objects.select_for_update().get(pk=self.vendor_id)

    def _copy_from(self, source: "Response") -> None:
        """Save this draft with the content, answers and offerings of `source`."""
        for field in CONTENT:
            setattr(self, field, getattr(source, field))
        self.save()
        copied = [
            Answer(response=self, option_id=answer.option_id, own_words=answer.own_words)
            for answer in source.answers.select_related("option")
            if not answer.option.is_retired
        ]
        bulk_create_with_history(copied, Answer)
        for offering in source.offerings.prefetch_related("options"):
            fields = {name: getattr(offering, name) for name in SampleOffering.CONTENT}
            again = SampleOffering.objects.create(response=self, **fields)
            again.options.set(option for option in offering.options.all() if not option.is_retired)


NO_CONTACT = {
    "contact_function": "", "contact_email": "", "contact_phone": "", "contact_name": "", "contact_consent": False,
}  # fmt: skip
CONTENT = ("description", *NO_CONTACT)
"""The fields of a response that the vendor fills in, beside answers and offerings."""


class AnswerManager(models.Manager["Answer"]):
    def get_by_natural_key(self, vendor: str, sequence: int, question: str, option: str) -> "Answer":
        return self.get(
            response__vendor__slug=vendor, response__sequence=sequence,
            option__question__code=question, option__code=option,
        )  # fmt: skip


class Answer(models.Model):
    """One option that a response chose, with the vendor's own words where the option is “other”."""

    response = models.ForeignKey(Response, on_delete=models.CASCADE, related_name="answers")
    option = models.ForeignKey(Option, on_delete=models.PROTECT, related_name="answers", verbose_name=_("option"))
    own_words = models.CharField(_("own words"), max_length=300, blank=True, validators=[validate_line])

    history = HistoricalRecords()
    objects: ClassVar = AnswerManager()

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        ordering = ("option__question__position", "option__position", "pk")
        constraints = (models.UniqueConstraint(fields=("response", "option"), name="option_once_per_response"),)

    def __str__(self) -> str:
        return f"{self.option}: {self.own_words}" if self.own_words else str(self.option)

    def natural_key(self) -> tuple:
        return (*self.response.natural_key(), *self.option.natural_key())

    natural_key.dependencies = ["marketoverview.response", "marketoverview.option"]  # type: ignore[attr-defined]

    def clean(self) -> None:
        if self.own_words and self.option_id and not self.option.is_other:
            raise ValidationError({"own_words": _("Own words belong to the option “other” only.")})


class SampleOfferingManager(models.Manager["SampleOffering"]):
    def get_by_natural_key(self, vendor: str, sequence: int, position: int) -> "SampleOffering":
        return self.get(response__vendor__slug=vendor, response__sequence=sequence, position=position)


class SampleOffering(models.Model):
    """An example of what the vendor offers, with the technologies and areas it used together."""

    class Stage(models.TextChoices):
        IDEA = "idea", _("Idea or prototype")
        DEVELOPMENT = "development", _("Under development")
        PILOT = "pilot", _("Pilot")
        OPERATION = "operation", _("In operation")

    response = models.ForeignKey(Response, on_delete=models.CASCADE, related_name="offerings")
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    title = models.CharField(_("title"), max_length=120, validators=[validate_line])
    description = models.TextField(_("description"), max_length=400, blank=True, validators=[validate_text])
    stage = models.CharField(_("stage"), max_length=12, choices=Stage, blank=True)
    where_used = models.CharField(_("where used"), max_length=200, blank=True, validators=[validate_line])
    options = models.ManyToManyField(
        Option, related_name="offerings", blank=True, verbose_name=_("technologies and business areas"),
        limit_choices_to=~Q(question__matrix_axis=""),
    )  # fmt: skip

    CONTENT: ClassVar = ("position", "title", "description", "stage", "where_used")

    history = HistoricalRecords(m2m_fields=[options])
    objects: ClassVar = SampleOfferingManager()

    class Meta:
        verbose_name = _("sample offering")
        verbose_name_plural = _("sample offerings")
        ordering = ("position", "pk")
        constraints = (
            models.UniqueConstraint(fields=("response", "position"), name="offering_position_unique_in_response"),
        )

    def __str__(self) -> str:
        return self.title

    def natural_key(self) -> tuple:
        return (*self.response.natural_key(), self.position)

    natural_key.dependencies = ["marketoverview.response"]  # type: ignore[attr-defined]
