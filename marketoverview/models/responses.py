"""A vendor's answers in one round, and the methods that change their status.

Every change of status goes through `Response._perform`, which reads `TRANSITIONS`, makes one
conditional update and appends one `ModerationEvent`. Admin and views call the public verbs.
"""

from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from kl_ai.addresses import validate_typed
from kl_ai.database.natural_keys import depends_on
from kl_ai.validators import validate_line, validate_text

from ..querysets import ResponseQuerySet, delete_locked
from ..statuses import EDITABLE, OPEN, Status
from .answers import Answer, SampleOffering
from .completeness import Completeness, by_question
from .draft_base import COMPANY_FIELDS, EMPTY_CONTACT
from .drafts import DraftVerbs
from .editions import Edition
from .membership import MembershipEvent
from .moderation import NEEDS_REASON, TRANSITIONS, VENDOR_VERBS, ModerationEvent, Remark, TransitionRefused, Verb
from .sent_back import SentBackContent, open_items
from .standard_reasons import in_english
from .survey import SurveyRound
from .vendors import WEBSITE, Vendor
from .version import market_version

PHONE = RegexValidator(r"^\+?[0-9 ()/-]{5,}$", _("A phone number has digits, spaces and perhaps a + in front."))


class Response(DraftVerbs, Completeness):
    """One set of answers of one vendor in one round."""

    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="responses", verbose_name=_("vendor"))
    round = models.ForeignKey(SurveyRound, on_delete=models.PROTECT, related_name="responses", verbose_name=_("round"))
    sequence = models.PositiveIntegerField(
        _("number"), default=1, help_text=_("The vendor's first, second … response.")
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT, editable=False)
    based_on = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="revisions",
        verbose_name=_("based on"),
    )

    # The name and website of the vendor are replaced by these when the response is published.
    company_name = models.CharField(_("name"), max_length=120, blank=True, validators=[validate_line])
    website = models.URLField(_("website"), blank=True, validators=WEBSITE)
    description = models.TextField(_("description"), max_length=600, blank=True, validators=[validate_text])
    contact_function = models.CharField(
        _("contact: function"),
        max_length=100,
        blank=True,
        validators=[validate_line],
        help_text=_("For example “Sales to the public sector”."),
    )
    contact_email = models.EmailField(
        _("contact: e-mail"), blank=True, validators=[validate_typed], help_text=_("Preferably a shared mailbox.")
    )
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
    opened_by_kl_at = models.DateTimeField(_("opened by KL"), null=True, blank=True, editable=False)

    # Contact data must disappear with the profile, so the history never holds it.
    history = HistoricalRecords(excluded_fields=[*EMPTY_CONTACT, "opened_by_kl_at"])
    objects: ClassVar = ResponseQuerySet.as_manager()

    class Meta:
        verbose_name = _("response")
        verbose_name_plural = _("responses")
        ordering = ("vendor__name", "-sequence")
        permissions = (("review_response", _("Can publish, send back and withdraw responses")),)
        constraints = (
            models.UniqueConstraint(fields=("vendor", "sequence"), name="response_number_unique_in_vendor"),
            models.UniqueConstraint(
                fields=("vendor",), condition=Q(status=Status.PUBLISHED), name="one_published_response_per_vendor"
            ),
            models.UniqueConstraint(
                fields=("vendor",),
                condition=Q(status__in=OPEN),
                name="one_open_response_per_vendor",
            ),
            models.CheckConstraint(
                condition=Q(contact_name="") | Q(contact_consent=True),
                name="contact_person_has_consented",
                violation_error_message=_("A named contact person needs a ticked consent."),
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.PUBLISHED) | Q(published_at__isnull=False, confirmed_at__isnull=False),
                name="published_response_has_dates",
            ),
        )

    def __str__(self) -> str:
        return f"{self.vendor} · {self.round} · {self.get_status_display()}"

    @depends_on("marketoverview.vendor")
    def natural_key(self) -> tuple[str, int]:
        return (*self.vendor.natural_key(), self.sequence)

    @property
    def is_editable(self) -> bool:
        return self.status in EDITABLE

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    # Verbs ----------------------------------------------------------------------------------

    @classmethod
    def begin(cls, vendor: Vendor, round: SurveyRound, by, items: Collection[str] | None = None) -> "Response":
        """The vendor's open response; where there is none, a new draft, copied from the public or else the last response.

        `items` are the fields, question codes and `offerings` to copy (None: all); the name always comes along.
        A draft of an earlier round goes on in this one, with all its content. Raises as `SurveyRound.hold`.
        """
        with transaction.atomic():
            Vendor.objects.select_for_update().get(pk=vendor.pk)
            round.hold()
            if existing := cls.objects.open().filter(vendor=vendor).first():
                existing._move_to_round(round)
                return existing
            last = cls.objects.filter(vendor=vendor).aggregate(last=Max("sequence"))["last"] or 0
            # After a rejection or a withdrawal nothing is public: the draft starts from the last response then.
            earlier = cls.objects.filter(vendor=vendor).exclude(status=Status.DISCARDED).order_by("-sequence")
            source = earlier.published().first() or earlier.first()
            draft = cls(vendor=vendor, round=round, sequence=last + 1, based_on=source)
            draft.company_name, draft.website = vendor.name, vendor.website
            if source is None:
                draft.save()
            else:
                draft._copy_from(source, items)
            return draft

    def submit(self, by, declaration: str = "", *, by_kl: bool | None = None) -> None:
        """Submit the draft to KL with the vendor's declarations. Raises `ValidationError` with what is missing."""
        if self.is_editable:
            self._refuse_incomplete()
        now = timezone.now()
        with transaction.atomic():
            dates: dict[str, Any] = {
                "submitted_at": now,
                "confirmed_at": timezone.localdate(now),
                "opened_by_kl_at": None,
            }
            self._perform(Verb.SUBMIT, by, declaration, by_kl=by_kl, **dates)
            self._delete_unasked()
            SampleOffering.with_removed.filter(response=self, removed_at__isnull=False).delete()

    def record_opened_by_kl(self) -> bool:
        """Record that KL looks at the submitted response: from now on its vendor cannot take it back.

        False where the vendor has taken it back meanwhile. No query where it was opened before.
        """
        if self.status != Status.SUBMITTED or self.opened_by_kl_at:
            return True
        unopened = Response.objects.filter(pk=self.pk, status=Status.SUBMITTED)
        self.opened_by_kl_at = timezone.now()
        return unopened.update(opened_by_kl_at=self.opened_by_kl_at) == 1

    def take_back(self, by) -> None:
        """Make a submitted response a draft again, as long as KL has not opened it."""
        self._perform(Verb.TAKE_BACK, by, conditions={"opened_by_kl_at": None}, submitted_at=None, confirmed_at=None)

    def discard(self, by) -> None:
        """Close the draft, and delete its content and the history of it. The log stays; what is public stays."""
        empty = dict.fromkeys(COMPANY_FIELDS, "") | EMPTY_CONTACT
        with transaction.atomic():
            self._perform(Verb.DISCARD, by, closed_at=timezone.now(), **empty)
            Answer.objects.filter(response=self).delete()
            SampleOffering.with_removed.filter(response=self).delete()
            self.saved_parts.all().delete()
            SentBackContent.forget(self.vendor_id)
            self._delete_history([self.pk])

    def send_back(self, by, reason: str, remarks: Mapping[str, str] | None = None) -> None:
        """Give a submitted response back to the vendor with KL's reason, in general or at single items.

        `remarks` is item (field, question code, `offerings`, `contact`) to reason. Raises `ValidationError` where
        neither says anything.
        """
        texts = {item: text.strip() for item, text in (remarks or {}).items() if text.strip()}
        with transaction.atomic():
            event = self._perform(Verb.SEND_BACK, by, reason, has_remarks=bool(texts))
            Remark.objects.bulk_create(
                Remark(event=event, item=item, text=text, text_en=english)
                for (item, text), english in zip(texts.items(), in_english(texts.values()), strict=True)
            )
            SentBackContent.keep(event, self)

    def reject(self, by, reason: str) -> None:
        """Decline a submitted response for good, with KL's reason."""
        with transaction.atomic():
            self._perform(Verb.REJECT, by, reason, closed_at=timezone.now())
            SentBackContent.forget(self.vendor_id)

    def publish(self, by) -> None:
        """Make this response the vendor's public one, and archive the earlier one without its contact data.

        Raises `ValidationError` with what is missing: KL may have edited it since it was submitted.
        """
        now = timezone.now()
        with transaction.atomic():
            self._lock_vendor()
            if self.status == Status.SUBMITTED:
                self._refuse_incomplete()
            for earlier in Response.objects.published().filter(vendor_id=self.vendor_id).exclude(pk=self.pk):
                self._keep_mappings(earlier)
                earlier._perform(Verb.ARCHIVE, by, closed_at=now, **EMPTY_CONTACT)
            self._perform(Verb.PUBLISH, by, published_at=now)
            self._delete_unasked()
            self.vendor.update_identity(self.company_name, self.website)
            SentBackContent.forget(self.vendor_id)

    def withdraw(self, by, reason: str, *, by_kl: bool | None = None) -> None:
        """Take the vendor off the portal and out of every edition, delete its contact data, reopen what is submitted.

        `by_kl` tells whether KL does it, which needs a reason, or the vendor; None: as the user is of KL's staff or not.
        """
        with transaction.atomic():
            self._perform(Verb.WITHDRAW, by, reason, by_kl=by_kl, closed_at=timezone.now())
            Edition.leave_out([self.vendor_id])
            for waiting in Response.objects.filter(vendor_id=self.vendor_id, status=Status.SUBMITTED):
                waiting._perform(Verb.REOPEN, by, by_kl=by_kl, submitted_at=None, confirmed_at=None)
            SentBackContent.forget(self.vendor_id)
            # The new time of change refuses a page that was opened before and still holds the contact.
            Response.objects.filter(vendor_id=self.vendor_id).update(changed_at=timezone.now(), **EMPTY_CONTACT)
            self.refresh_from_db()
            if by and not by_kl and self.vendor.memberships.filter(user=by.pk).exists():
                MembershipEvent.record(self.vendor, MembershipEvent.What.WITHDREW, by)

    def acknowledge_withdrawal(self, by) -> bool:
        """Record that KL has seen the vendor's withdrawal; False where somebody has done so before."""
        with transaction.atomic():
            self._lock_vendor()
            if is_new := not self.events.filter(verb=Verb.ACKNOWLEDGE).exists():
                unchanged = {"from_status": self.status, "to_status": self.status}
                self.events.create(actor=by, by_kl=True, verb=Verb.ACKNOWLEDGE, **unchanged)
        return is_new

    @classmethod
    def delete_for_good(cls, responses: ResponseQuerySet) -> int:
        """Delete these responses with their answers, examples and the history of all three; how many there were.

        Locks their vendors first, as every verb does that changes a vendor's responses; a response that is no longer in
        the queryset afterwards stays.
        """
        with transaction.atomic():
            keys = delete_locked(responses, Vendor.objects.filter(pk__in=responses.values("vendor")))
            cls._delete_history(keys)
        return len(keys)

    @classmethod
    def _delete_history(cls, keys: Collection[int]) -> None:
        cls.history.filter(id__in=keys).delete()
        Answer.history.filter(response_id__in=keys).delete()
        SampleOffering.history.filter(response_id__in=keys).delete()

    def confirm(self, by, *, by_kl: bool | None = None) -> None:
        """Record that the vendor confirms its public answers today."""
        self._perform(Verb.CONFIRM, by, by_kl=by_kl, confirmed_at=timezone.localdate())

    def record_edit(self, by, what: str) -> None:
        """Record in the response's events that KL has edited it on the vendor's behalf, and what."""
        self.changed_at = timezone.now()
        Response.objects.filter(pk=self.pk).update(changed_at=self.changed_at)
        self.record_opened_by_kl()
        entry = {"actor": by, "by_kl": True, "verb": Verb.EDIT, "reason": what}
        self.events.create(**entry, from_status=self.status, to_status=self.status)

    # Rules ----------------------------------------------------------------------------------

    @property
    def decision(self) -> ModerationEvent | None:
        """The event that led to the present status. One query, none on prefetched events."""
        decided = [event for event in self.events.all() if event.to_status == self.status and event.verb in TRANSITIONS]
        return decided[-1] if decided else None

    @property
    def reason(self) -> str:
        """The reason for the present status; "" where none was given. One query, none on prefetched events.

        It is KL's, or after a withdrawal that of whoever withdrew (`decision.is_by_kl`).
        """
        decision = self.decision
        return decision.local_reason if decision and decision.verb in NEEDS_REASON else ""

    @property
    def sent_back(self) -> ModerationEvent | None:
        """The event with which KL sent back a response that the vendor may change. One query, none on prefetched events."""
        if not self.is_editable:
            return None
        events = [event for event in self.events.all() if event.verb == Verb.SEND_BACK]
        return events[-1] if events else None

    @property
    def remarks(self) -> dict[str, str]:
        """Item to KL's reason at it, while the vendor corrects. Two queries then, one on prefetched events."""
        sent_back = self.sent_back
        return {remark.item: remark.local_text for remark in sent_back.remarks.all()} if sent_back else {}

    def remarks_and_open(self) -> tuple[dict[str, str], set[str]]:
        """`remarks`, and the items of those that are open (`open_items`). At most nine queries."""
        sent_back = self.sent_back
        remarks = {remark.item: remark.local_text for remark in sent_back.remarks.all()} if sent_back else {}
        return remarks, open_items(self, sent_back, remarks) if sent_back and remarks else set()

    @property
    def public_name(self) -> str:
        """The company's name as the public sees it, or will see it when this is published."""
        return self.vendor.name if self.status == Status.PUBLISHED else self.company_name or self.vendor.name

    @property
    def public_website(self) -> str:
        """The website as the public sees it, or will see it when this is published."""
        return self.vendor.website if self.status == Status.PUBLISHED else self.website

    @cached_property
    def answers_by_question(self) -> dict[int, list["Answer"]]:
        """Question id to the answers, in the survey's order. No query on prefetched answers."""
        return by_question(self.answers.all())

    # Mechanism ------------------------------------------------------------------------------

    def _perform(
        self,
        verb: Verb,
        by,
        reason: str = "",
        *,
        by_kl: bool | None = None,
        has_remarks: bool = False,
        conditions: Mapping[str, Any] | None = None,
        **changes,
    ) -> ModerationEvent:
        """Change the status, the only place that does: one conditional update and one event, or nothing.

        Raises `TransitionRefused` when the response is not as it was read, and `ValidationError`
        when a verb that the vendor must understand comes without a reason, in general or as remarks.
        """
        sources, target = TRANSITIONS[verb]
        if self.status not in sources:
            raise TransitionRefused(self, verb)
        if by_kl is None and by is not None:
            by_kl = by.is_staff and verb not in VENDOR_VERBS
        needs_reason = verb in NEEDS_REASON and by_kl is not False
        if needs_reason and not (has_remarks or reason.strip()):
            raise ValidationError(gettext("Give a reason. The vendor reads it."))
        changes |= {"status": target, "changed_at": timezone.now()}
        with transaction.atomic():
            self._lock_vendor()
            unchanged = Response.objects.filter(
                pk=self.pk, status=self.status, changed_at=self.changed_at, **(conditions or {})
            )
            if unchanged.update(**changes) != 1:
                raise TransitionRefused(self, verb)
            english = in_english([reason])[0] if needs_reason else ""
            entry = {"response": self, "actor": by, "by_kl": by_kl, "reason": reason, "reason_en": english}
            event = ModerationEvent.objects.create(**entry, verb=verb, from_status=self.status, to_status=target)
            if Status.PUBLISHED in (self.status, target):
                market_version.bump([self.vendor_id])
        for field, value in changes.items():
            setattr(self, field, value)
        return event

    def _lock_vendor(self) -> None:
        """Lock the vendor's row. Every change of a vendor's responses begins with this lock, so that none deadlocks."""
        Vendor.objects.select_for_update().get(pk=self.vendor_id)
