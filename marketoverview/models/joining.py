"""How people come to act for a vendor: they are invited, or they ask and are let in."""

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.core import signing
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kl_ai.validators import validate_line

from .survey import SurveyRound
from .vendors import Vendor, VendorMember, validate_cvr

VALID_FOR = timedelta(days=90)
"""An invitation's link works for so long, and once."""


class InvitationQuerySet(models.QuerySet):
    def waiting(self) -> "InvitationQuerySet":
        """Neither accepted, cancelled nor expired. One query."""
        return self.filter(accepted_at=None, cancelled_at=None, created_at__gt=timezone.now() - VALID_FOR)

    def of_token(self, token: str) -> "Invitation | None":
        """The invitation that the link's token was made for, whatever has become of it; None for any other text."""
        try:
            pk = int(Invitation.SIGNER.unsign(token))
        except (signing.BadSignature, ValueError):
            return None
        return self.filter(pk=pk).select_related("vendor", "round", "invited_by").first()


class Invitation(models.Model):
    """A mail with a link: KL invites a company to the survey, or a member invites a colleague."""

    SIGNER = signing.Signer(sep=".", salt="marketoverview.invitation")

    email = models.EmailField(_("e-mail address"))
    company_name = models.CharField(_("company"), max_length=120, validators=[validate_line])
    cvr_number = models.CharField(_("CVR number"), max_length=8, blank=True, validators=[validate_cvr])
    country = models.CharField(_("country"), max_length=2, default="DK")
    vendor = models.ForeignKey(
        Vendor, on_delete=models.CASCADE, null=True, blank=True, related_name="invitations", verbose_name=_("vendor")
    )
    round = models.ForeignKey(SurveyRound, on_delete=models.SET_NULL, null=True, blank=True, verbose_name=_("round"))
    by_kl = models.BooleanField(_("by KL"), default=False)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("invited by")
    )
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES, default="da")
    created_at = models.DateTimeField(_("invited"), default=timezone.now, editable=False)
    reminded_at = models.DateTimeField(_("reminded"), null=True, blank=True, editable=False)
    opened_at = models.DateTimeField(_("opened"), null=True, blank=True, editable=False)
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True, editable=False)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True, editable=False)

    objects: ClassVar = models.Manager.from_queryset(InvitationQuerySet)()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ("-created_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                Lower("email"), "vendor", condition=Q(accepted_at=None, cancelled_at=None, vendor__isnull=False),
                name="one_waiting_invitation_per_colleague",
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.company_name} · {self.email}"

    @property
    def token(self) -> str:
        """What the link carries: the invitation's key, signed. Nothing secret is stored."""
        return self.SIGNER.sign(str(self.pk))

    @property
    def is_waiting(self) -> bool:
        in_time = self.created_at > timezone.now() - VALID_FOR
        return self.accepted_at is None and self.cancelled_at is None and in_time

    def note_opened(self) -> None:
        """Remember the first time that somebody followed the link."""
        Invitation.objects.filter(pk=self.pk, opened_at=None).update(opened_at=timezone.now())

    def accept(self, by) -> Vendor | None:
        """Make `by` act for the invited company; None where the link has been used or is no longer valid.

        A company that KL invited is registered now, or `by` joins it where its CVR number is registered by now: KL's
        invitation lets in, as KL's word on a request to join does. Accepting again leads to the same vendor.
        """
        with transaction.atomic():
            same = Invitation.objects.select_for_update(of=("self",)).select_related("vendor").get(pk=self.pk)
            if same.accepted_by_id == by.pk and same.vendor:
                return same.vendor
            if not same.is_waiting:
                return None
            vendor = same.vendor or same._company(by)
            VendorMember.objects.get_or_create(vendor=vendor, user=by)
            same.vendor, same.accepted_at, same.accepted_by = vendor, timezone.now(), by
            same.save(update_fields=["vendor", "accepted_at", "accepted_by"])
            JoinRequest.objects.filter(vendor=vendor, user=by, decided_at=None).update(
                decided_at=timezone.now(), approved=True
            )
            return vendor

    def _company(self, by) -> Vendor:
        """The vendor that KL invited, registered where it is not known yet."""
        known = Vendor.objects.filter(cvr_number=self.cvr_number).first() if self.cvr_number else None
        return known or Vendor.register(
            by, name=self.company_name, cvr_number=self.cvr_number or None, country=self.country
        )

    def cancel(self) -> None:
        """Make the link worthless; what was accepted stays."""
        Invitation.objects.filter(pk=self.pk, accepted_at=None).update(cancelled_at=timezone.now())


class JoinRequest(models.Model):
    """Somebody asks to act for a vendor that is registered already; a member or KL decides."""

    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="join_requests", verbose_name=_("vendor"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="join_requests", verbose_name=_("user")
    )
    message = models.CharField(_("message"), max_length=500, blank=True, validators=[validate_line])
    asked_at = models.DateTimeField(_("asked"), default=timezone.now, editable=False)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    approved = models.BooleanField(_("approved"), null=True, editable=False)

    objects: ClassVar = models.Manager()

    class Meta:
        verbose_name = _("request to join")
        verbose_name_plural = _("requests to join")
        ordering = ("asked_at",)
        constraints = (
            models.UniqueConstraint(
                fields=("vendor", "user"), condition=Q(decided_at=None), name="one_waiting_request_per_user"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} · {self.vendor}"

    def decide(self, by, *, approve: bool) -> bool:
        """Let the user in, or not. False where somebody has decided already; nothing is changed then."""
        with transaction.atomic():
            waiting = JoinRequest.objects.filter(pk=self.pk, decided_at=None)
            if not waiting.update(decided_at=timezone.now(), decided_by=by, approved=approve):
                return False
            if approve:
                VendorMember.objects.get_or_create(vendor_id=self.vendor_id, user_id=self.user_id)
            return True
