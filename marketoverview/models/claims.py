"""Claims: whom KL has invited finds the company registered by somebody whom KL does not know, and KL decides."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .vendors import Vendor, lock_registrations


class CompanyClaimQuerySet(models.QuerySet["CompanyClaim"]):
    def waiting(self) -> "CompanyClaimQuerySet":
        """Not decided yet, the oldest first. One query."""
        return self.filter(decided_at=None).order_by("asked_at", "pk")


class CompanyClaim(models.Model):
    """A question to KL that an invitation of KL's raises: who is the right company? It is decided once.

    `user` is who wants to act for the company; None where nobody has used the invitation yet, and somebody whom KL does
    not know has registered the invited company. `vendor` is what that somebody has registered; None for no such vendor.
    """

    class Reason(models.TextChoices):
        NUMBER = "number", _("the CVR number is registered by somebody whom KL does not know")
        NAME = "name", _("the name is registered already")
        OTHER_NAME = "other_name", _("the CVR number is registered under another name")
        ADDRESS = "address", _("somebody with another address wants to use the invitation")

    class Decision(models.TextChoices):
        TAKE_OVER = "take_over", _("the invited person takes the company over alone")
        JOIN = "join", _("it is the same company: both act for it")
        OWN = "own", _("it is another company: the invited person gets an own one")
        DECLINE = "decline", _("nothing is changed")

    invitation = models.ForeignKey(
        "marketoverview.Invitation", on_delete=models.CASCADE, related_name="claims", verbose_name=_("invitation")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="company_claims",
        verbose_name=_("user"),
    )
    vendor = models.ForeignKey(
        Vendor, on_delete=models.SET_NULL, null=True, blank=True, related_name="claims", verbose_name=_("registered")
    )
    reason = models.CharField(_("reason"), max_length=10, choices=Reason)
    asked_at = models.DateTimeField(_("asked"), default=timezone.now, editable=False)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decision = models.CharField(_("decision"), max_length=10, choices=Decision, blank=True, editable=False)

    objects: ClassVar = CompanyClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("claim to a company")
        verbose_name_plural = _("claims to a company")
        ordering = ("-asked_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("invitation", "user"),
                condition=Q(decided_at=None, user__isnull=False),
                name="one_waiting_claim_per_user",
            ),
            models.UniqueConstraint(
                fields=("invitation", "vendor"),
                condition=Q(decided_at=None, user__isnull=True),
                name="one_waiting_claim_per_vendor",
            ),
        )

    def __str__(self) -> str:
        return f"{self.invitation.company_name} · {self.get_reason_display()}"

    @property
    def has_two_numbers(self) -> bool:
        """Whether the registered company has another CVR number than the invited one, or one of both has none. No query."""
        return self.vendor is not None and (self.vendor.cvr_number or "") != self.invitation.cvr_number

    @property
    def decisions(self) -> list["CompanyClaim.Decision"]:
        """The decisions that this claim leaves open; declining is one always. No query where the invitation is read already.

        A used invitation registers no other company, and without a vendor there is nobody to act for together.
        """
        decisions = self.Decision
        impossible = set()
        if self.user_id is None:
            impossible |= {decisions.TAKE_OVER, decisions.OWN}
        if self.vendor_id is None:
            impossible |= {decisions.TAKE_OVER, decisions.JOIN}
        if self.invitation.accepted_at is not None:
            impossible.add(decisions.OWN)
        return [decision for decision in decisions if decision not in impossible]

    @classmethod
    def ask(cls, invitation: Any, reason: str, user: Any, vendor: Vendor | None) -> "CompanyClaim":
        """The user's waiting claim, made now where there is none; that of the vendor alone becomes the user's."""
        if vendor:
            cls.objects.waiting().filter(invitation=invitation, user=None, vendor=vendor).delete()
        fields = {"reason": reason, "vendor": vendor}
        return cls.objects.get_or_create(invitation=invitation, user=user, decided_at=None, defaults=fields)[0]

    @classmethod
    def ask_about(cls, invitation: Any, reason: str, vendor: Vendor) -> "CompanyClaim":
        """The waiting claim about a vendor that was registered while KL's invitation waits, made now where there is none.

        Claims of people to the invitation that named no vendor name this one from now on, and KL is asked by them alone.
        """
        asked = cls.objects.waiting().filter(invitation=invitation, user__isnull=False)
        asked.filter(vendor=None).update(vendor=vendor)
        if claim := asked.filter(vendor=vendor).first():
            return claim
        fields = {"invitation": invitation, "user": None, "vendor": vendor, "decided_at": None}
        return cls.objects.get_or_create(**fields, defaults={"reason": reason})[0]

    def decide(self, by: Any, decision: str) -> bool:
        """Carry KL's decision out; False where the claim was decided before or is deleted, and nothing is changed then.

        False, too, where the decision has become impossible meanwhile: the vendor was deleted, or the invitation used; or
        where it was made without knowing the vendor, which somebody has registered since (`name_registered`).
        Nothing of what the vendor has answered is lost, whoever acts for it afterwards. Raises `ValueError` for a
        decision that is not in `decisions`.
        """
        if decision not in self.decisions:
            raise ValueError(decision)
        with transaction.atomic():
            lock_registrations()
            self._lock_vendors()
            invitation = type(self.invitation).objects.get_locked(self.invitation_id)
            if invitation is None:
                return False
            self.invitation = invitation
            shown = self.vendor_id
            self.name_registered()
            self.vendor = Vendor.objects.select_for_update(of=("self",)).filter(claims=self.pk).first()
            if self.vendor_id not in (shown, None):
                return False
            if decision not in self.decisions or not self._record_decision(by, decision):
                return False
            vendor = self._carry_out(by, decision)
            if vendor and self.user_id and invitation.accepted_at is None:
                invitation.record_acceptance(self.user, vendor=vendor)
                self._name_vendor(vendor)
            return True

    def _lock_vendors(self) -> None:
        """Lock the vendors of the invitation and of the claim, which come before the invitation (`Invitation.cancel`). Two queries."""
        invited = type(self.invitation).objects.filter(pk=self.invitation_id).values_list("vendor", flat=True).first()
        keys = {key for key in (invited, self.vendor_id) if key is not None}
        list(Vendor.objects.order_by("pk").select_for_update(of=("self",)).filter(pk__in=keys))

    def name_registered(self) -> bool:
        """Name the vendor of the invited number or name that was registered after the user had asked.

        False where there is none, or the claim names one. At most eight queries, none where it names one.
        """
        if self.vendor_id is not None or self.user is None or self.decided_at:
            return False
        vendor, _reason = self.invitation.registered_company(self.user)
        nameless = CompanyClaim.objects.waiting().filter(pk=self.pk, vendor=None)
        if vendor is None or not nameless.update(vendor=vendor):
            return False
        self.vendor = vendor
        return True

    def _name_vendor(self, vendor: Vendor) -> None:
        """Let the other claims of people to the same invitation be about the company that it has registered. One query."""
        others = CompanyClaim.objects.waiting().filter(invitation=self.invitation_id, vendor=None)
        others.filter(user__isnull=False).update(vendor=vendor)

    def close(self) -> None:
        """Record that the claim has settled itself: the invitation was used or cancelled. One query."""
        self._record_decision(None, self.Decision.DECLINE)

    def _record_decision(self, by: Any, decision: str) -> bool:
        waiting = CompanyClaim.objects.waiting().filter(pk=self.pk)
        return bool(waiting.update(decided_at=timezone.now(), decided_by=by, decision=decision))

    def _carry_out(self, by: Any, decision: str) -> Vendor | None:
        """The vendor that the user acts for now; None where nothing is changed."""
        match decision:
            case self.Decision.OWN:
                return self._register_own()
            case self.Decision.DECLINE:
                return None
        vendor = Vendor.objects.get(claims=self.pk)
        vendor.vet()
        if decision == self.Decision.TAKE_OVER:
            self._remove_others(vendor, by)
        if self.user_id:
            vendor.admit(self.user, by, as_kl=True)
        return vendor

    def _register_own(self) -> Vendor:
        """A new vendor of the user, with the invitation's CVR number unless it is registered."""
        number = self.invitation.cvr_number
        is_free = number and not Vendor.objects.filter(cvr_number=number).exists()
        return Vendor.register(
            self.user,
            name=self.invitation.company_name,
            cvr_number=number if is_free else None,
            country=self.invitation.country,
            is_vetted=True,
        )

    def _remove_others(self, vendor: Vendor, by: Any) -> None:
        """End the memberships of those who are neither the user nor invited by KL, and cancel whom they have invited."""
        stay = {self.user_id, *vendor.keys_invited_by_kl()}
        for membership in vendor.memberships.select_related("user", "vendor").exclude(user__in=stay):
            membership.end(by, as_kl=True)
        for invitation in vendor.invitations.waiting().filter(by_kl=False):
            invitation.cancel(by, as_kl=True)


def end_claims(invitation: Any) -> None:
    """Close the claims that the use or the end of their invitation has settled. One query for each, and one."""
    for claim in CompanyClaim.objects.waiting().filter(invitation=invitation):
        claim.close()
