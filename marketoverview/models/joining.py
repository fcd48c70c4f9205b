"""Invitations and requests to act for a vendor, and the deletion of a login."""

from collections.abc import Iterable
from typing import ClassVar, Protocol, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kl_ai.mail.models import OutgoingMail
from kl_ai.models import User
from kl_ai.people.invitations import AbstractInvitation, InvitationQuerySet, already_invited
from kl_ai.people.join_requests import AbstractJoinRequest, JoinRequestQuerySet
from kl_ai.people.tokens import KeySigner
from kl_ai.validators import validate_line

from .survey import SurveyRound
from .vendors import Vendor, VendorMember, validate_cvr


class Company(Protocol):
    """A company that KL invites; the CVR number may be empty, the country is a code of two letters."""

    @property
    def name(self) -> str: ...
    @property
    def email(self) -> str: ...
    @property
    def cvr_number(self) -> str: ...
    @property
    def country(self) -> str: ...


class VendorInvitationQuerySet(InvitationQuerySet):
    def addresses_invited_by_kl(self, round: SurveyRound) -> set[str]:
        """The addresses, in small letters, that need no further invitation by KL to this round. One query.

        Theirs waits in this round, or was accepted in any.
        """
        waiting = self.model.objects.waiting().filter(round=round)
        invited = self.filter(Q(accepted_at__isnull=False) | Q(pk__in=waiting.values("pk")), by_kl=True)
        return set(invited.annotate(address=Lower("email")).values_list("address", flat=True))


class Invitation(AbstractInvitation):
    """A mail with a link: KL invites a company to the survey, or a member invites a colleague."""

    SIGNER = KeySigner("marketoverview.invitation")

    company_name = models.CharField(_("company"), max_length=120, validators=[validate_line])
    cvr_number = models.CharField(_("CVR number"), max_length=8, blank=True, validators=[validate_cvr])
    country = models.CharField(_("country"), max_length=2, default="DK")
    vendor = models.ForeignKey(
        Vendor, on_delete=models.CASCADE, null=True, blank=True, related_name="invitations", verbose_name=_("vendor")
    )
    round = models.ForeignKey(SurveyRound, on_delete=models.SET_NULL, null=True, blank=True, verbose_name=_("round"))
    by_kl = models.BooleanField(_("by KL"), default=False)

    objects: ClassVar = VendorInvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ("-created_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                Lower("email"),
                "vendor",
                condition=Q(accepted_at=None, cancelled_at=None, vendor__isnull=False),
                name="one_waiting_invitation_per_colleague",
            ),
        )

    def __str__(self) -> str:
        return f"{self.company_name} · {self.email}"

    @classmethod
    def invite_colleague(cls, vendor: Vendor, email: str, by: User, language: str) -> "Invitation":
        """A new invitation to act for the vendor, in the place of one that has expired.

        Raises `ValidationError` where the person acts for the vendor already, an invitation to the address waits, or
        too many invitations of the vendor wait.
        """
        if vendor.memberships.filter(user__email__iexact=email).exists():
            raise ValidationError(gettext("This person acts for the company already."))
        vendor.invitations.refuse_another(email)
        try:
            with transaction.atomic():
                vendor.invitations.expired().filter(email__iexact=email).delete()
                return cls.objects.create(
                    email=email,
                    company_name=vendor.name,
                    vendor=vendor,
                    invited_by=by,
                    round=SurveyRound.current(),
                    language=language,
                )
        except IntegrityError:  # a colleague invited the same person at the same moment
            raise already_invited() from None

    @classmethod
    def invite_companies(cls, companies: Iterable[Company], round: SurveyRound, by: User, language: str) -> list[Self]:
        """New invitations by KL to the round; companies whose address needs none by now are left out.

        Locks the round, so that two lists sent at the same time invite nobody twice. Raises `ValidationError` where
        the round is over, or not released. Three queries, and on SQLite one for each 50 companies.
        """
        with transaction.atomic():
            if not SurveyRound.objects.select_for_update().get(pk=round.pk).is_announceable:
                raise ValidationError(gettext("“%(round)s” is closed or not released.") % {"round": round})
            invited = cls.objects.addresses_invited_by_kl(round)
            new = [
                cls(
                    email=company.email.lower(),
                    company_name=company.name,
                    cvr_number=company.cvr_number,
                    country=company.country,
                    round=round,
                    by_kl=True,
                    invited_by=by,
                    language=language,
                )
                for company in companies
                if company.email.lower() not in invited
            ]
            return cls.objects.bulk_create(new)

    def accept(self, by: User) -> Vendor | None:
        """Make `by` act for the invited company.

        None where the link has been used, is no longer valid, or was sent to another address than that of `by`.

        A company that KL invited is registered now, or `by` joins it where its CVR number is registered already: KL's
        invitation admits people as KL's approval of a request to join does. Accepting again leads to the same vendor.
        Raises `IntegrityError` where the company is registered by somebody else at the same moment.
        """
        with transaction.atomic():
            invitation = Invitation.objects.select_related("vendor").get_locked(self.pk)
            if invitation.accepted_by_id == by.pk and invitation.vendor:
                return invitation.vendor
            if not invitation.is_waiting or not invitation.is_for(by):
                return None
            vendor = invitation.vendor or invitation._register_company(by)
            VendorMember.objects.get_or_create(vendor=vendor, user=by)
            invitation.record_acceptance(by, vendor=vendor)
            for join_request in JoinRequest.objects.waiting().filter(vendor=vendor, user=by):
                join_request.record_decision(None, approved=True)
            return vendor

    def _register_company(self, by: User) -> Vendor:
        """The vendor that KL invited: the one of this CVR number, or a new one."""
        registered = Vendor.objects.filter(cvr_number=self.cvr_number).first() if self.cvr_number else None
        return registered or Vendor.register(
            by, name=self.company_name, cvr_number=self.cvr_number or None, country=self.country
        )


class JoinRequest(AbstractJoinRequest):
    """Somebody asks to act for a vendor that is registered already; a member or KL decides."""

    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="join_requests", verbose_name=_("vendor"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="join_requests", verbose_name=_("user")
    )

    objects: ClassVar = JoinRequestQuerySet.as_manager()

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

    @classmethod
    def submit(cls, vendor: Vendor, user: User, message: str) -> tuple["JoinRequest", bool]:
        """The user's waiting request to act for the vendor, and whether it is new. An earlier message stays."""
        return cls.objects.get_or_create(vendor=vendor, user_id=user.pk, decided_at=None, defaults={"message": message})

    def decide(self, by: User, *, approve: bool) -> bool:
        """Let the user act for the vendor, or not. False where it was decided before; nothing is changed then."""
        with transaction.atomic():
            is_decided_now = self.record_decision(by, approved=approve)
            if is_decided_now and approve:
                VendorMember.objects.get_or_create(vendor_id=self.vendor_id, user_id=self.user_id)
            return is_decided_now


def delete_login(user: User) -> None:
    """Delete the user, the memberships, and the mails and invitations to the address; the vendors stay.

    Raises `ValidationError`, and changes nothing, where somebody must take over a vendor first.
    """
    with transaction.atomic():
        for membership in user.memberships.select_related("vendor"):
            membership.leave()
        OutgoingMail.objects.filter(to__iexact=user.email).delete()
        Invitation.objects.filter(email__iexact=user.email).delete()
        user.delete()
