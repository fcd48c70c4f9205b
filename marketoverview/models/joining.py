"""Invitations to act for a vendor.

Every verb that changes who acts for a vendor locks the vendor before the invitation or request to it, so that two at
once wait for each other. An invitation by KL of a new company has no vendor until it is accepted: `lock_registrations`
comes first, then the invitation, then the vendor. One to act for a vendor that nobody acts for has it from the beginning.
"""

from collections.abc import Iterable
from typing import ClassVar, Protocol, Self

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kl_ai.addresses import canonical_address
from kl_ai.mail.models import OutgoingMail
from kl_ai.models import User
from kl_ai.people.invitations import AbstractInvitation, InvitationQuerySet, already_invited
from kl_ai.people.tokens import KeySigner
from kl_ai.validators import validate_line

from ..company_names import MAX_NORMALIZED, normalized_name, stored_name
from ..querysets import delete_locked, is_named
from .claims import CompanyClaim, end_claims
from .membership import MembershipEvent
from .rounds import SurveyRound
from .vendors import Vendor, VendorMember, lock_registrations, validate_cvr

What = MembershipEvent.What


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
        """The addresses that need no further invitation by KL to this round. One query.

        Theirs waits in this round, or was accepted in any by somebody who acts for the vendor still.
        """
        waiting = self.model.objects.waiting().filter(round=round)
        is_member = VendorMember.objects.filter(vendor=OuterRef("vendor"), user=OuterRef("accepted_by"))
        is_accepted = Q(accepted_at__isnull=False) & Exists(is_member)
        invited = self.filter(is_accepted | Q(pk__in=waiting.values("pk")), by_kl=True)
        return set(invited.values_list("email", flat=True))

    def of_company(self, name: str, cvr_number: str | None) -> list["Invitation"]:
        """KL's waiting invitations of the company with this CVR number, or with a name that counts as the same.

        Two queries, by indexes.
        """
        is_same = is_named(self.model, "company_name", name)
        if cvr_number:
            is_same |= Q(cvr_number=cvr_number)
        invitations = self.filter(is_same)  # the rest of the conditions would lead SQLite to another index
        return [each for each in invitations if each.by_kl and each.vendor_id is None and each.is_waiting]

    def by_kl_to(self, user: User, vendor: Vendor) -> "Invitation | None":
        """KL's waiting invitation of this vendor, or of its company, to the user's address. At most three queries."""
        to_user = self.filter(email=user.email)
        if invitation := to_user.filter(vendor=vendor, by_kl=True).waiting().first():
            return invitation
        return next(iter(to_user.of_company(vendor.name, vendor.cvr_number)), None)


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
    normalized_name = models.CharField(max_length=MAX_NORMALIZED, default="", db_default="", editable=False)
    normalized_from = models.CharField(max_length=120, default="", db_default="", editable=False)

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
        indexes = (
            models.Index(fields=("normalized_name",), name="invitation_normalized_name"),
            models.Index(fields=("cvr_number",), name="invitation_cvr_number"),
            models.Index(
                fields=("id",), condition=~Q(normalized_from=F("company_name")), name="invitation_name_not_stored"
            ),
        )

    def __str__(self) -> str:
        return f"{self.company_name} · {self.email}"

    @classmethod
    def invite_colleague(cls, vendor: Vendor, email: str, by: User, language: str) -> "Invitation":
        """A new invitation to act for the vendor, in the place of one that has expired.

        Raises `ValidationError` where `by` acts for the vendor no longer, the person acts for it already, an invitation to the address waits, or
        too many invitations of the vendor wait.
        """
        try:
            with transaction.atomic():
                vendor.lock()
                vendor.refuse_stranger(by)
                if vendor.memberships.filter(user__email=email).exists():
                    raise ValidationError(gettext("This person acts for the company already."))
                vendor.invitations.refuse_another(email)
                vendor.invitations.expired().filter(email=email).delete()
                MembershipEvent.record(vendor, What.INVITED, by, email=email)
                return cls.objects.create(
                    email=email,
                    company_name=vendor.name,
                    **stored_name(vendor.name),
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
            round.lock_announceable()
            invited = cls.objects.addresses_invited_by_kl(round)
            new = [
                cls(
                    email=company.email,
                    company_name=company.name,
                    **stored_name(company.name),
                    cvr_number=company.cvr_number,
                    country=company.country,
                    round=round,
                    by_kl=True,
                    invited_by=by,
                    language=language,
                )
                for company in companies
                if canonical_address(company.email) not in invited
            ]
            return cls.objects.bulk_create(new)

    @classmethod
    def invite_to_vendors(
        cls, addresses: Iterable[tuple[Vendor, str]], round: SurveyRound, by: User, language: str
    ) -> list[Self]:
        """New invitations by KL to act for vendors that KL knows; an address whose invitation waits gets no other.

        None to a vendor for which somebody acts by now. Locks the vendors, then the round: call it before `invite_companies`. Raises `ValidationError` where the round is
        over, or not released. Three queries, and four for each address.
        """
        invited = []
        with transaction.atomic():
            pairs = {(vendor.pk, canonical_address(email)) for vendor, email in addresses}
            keys = {key for key, _email in pairs}
            vendors = Vendor.objects.order_by("pk").select_for_update(of=("self",)).in_bulk(keys)
            round.lock_announceable()
            members = VendorMember.objects.filter(vendor__in=keys, user__is_active=True)
            vacant = vendors.keys() - members.values_list("vendor", flat=True)
            for key, email in sorted(pair for pair in pairs if pair[0] in vacant):
                vendor = vendors[key]
                own = vendor.invitations.filter(email=email)
                if own.waiting().exists():
                    continue
                own.expired().delete()
                MembershipEvent.record(vendor, What.INVITED, by, email=email, by_kl=True)
                details = {"email": email, "company_name": vendor.name, "cvr_number": vendor.cvr_number or ""}
                details |= stored_name(vendor.name) | {"country": vendor.country, "vendor": vendor}
                invited.append(cls.objects.create(**details, round=round, by_kl=True, invited_by=by, language=language))
        return invited

    @classmethod
    def move(cls, old: str, new: str) -> None:
        """Store the invitations to the old address as ones to the new, whose links the new one can use from now on.

        One to act for a vendor that also the new address is invited to act for ends: it is cancelled, without an event.
        Two queries, and some for each of these.
        """
        own = cls.objects.filter(email=old)
        is_open = Q(accepted_at=None, cancelled_at=None, vendor__isnull=False)
        at_both = cls.objects.filter(is_open, email=new, vendor=OuterRef("vendor"))
        for invitation in own.filter(is_open, Exists(at_both)):
            invitation._end_link()
        own.update(email=new)

    @classmethod
    def forget(cls, email: str) -> None:
        """Delete the invitations to this address, of whatever company and state, when the login is deleted.

        Locks them before the claims that rest on them, as KL's decision about a claim does.
        """
        delete_locked(cls.objects.filter(email=email))

    def cancel(self, by: User | None = None, *, as_kl: bool = False) -> bool:
        """End the link's validity, close the claims that rest on it, and take the mail with the link out of the queue.

        `as_kl` where `by` acts for KL, in the administration. False where the invitation was accepted or cancelled before.
        """
        with transaction.atomic():
            if self.vendor:
                self.vendor.lock()
            is_cancelled_now = self._end_link()
            if is_cancelled_now and self.vendor:
                MembershipEvent.record(self.vendor, What.CANCELLED, by, email=self.email, by_kl=as_kl)
        return is_cancelled_now

    def _end_link(self) -> bool:
        """As `cancel`, without an event, in the caller's transaction."""
        is_cancelled_now = super().cancel()
        if is_cancelled_now:
            end_claims(self)
            OutgoingMail.objects.filter(key__startswith=f"invitation:{self.pk}:", sent_at=None).delete()
        return is_cancelled_now

    def accept(self, by: User) -> Vendor | CompanyClaim | None:
        """Make `by` act for the invited company; returns the vendor, or the claim that KL has to decide first.

        None where the link has been used, is no longer valid, or was sent to another address than that of `by`. A
        company that KL invited is registered now. `by` joins it where KL knows the vendor of its CVR number and name; a
        vendor that somebody else has registered without KL's knowledge, or of which number or name is another, is never
        joined (`CompanyClaim`). Accepting again leads to the same vendor.
        """
        with transaction.atomic():
            if self.by_kl:
                lock_registrations()
            if self.vendor:
                self.vendor.lock()
            invitation = Invitation.objects.select_related("vendor").get_locked(self.pk)
            if invitation and invitation.is_used_by(by):
                return invitation.vendor
            if not invitation or not invitation.is_waiting or not invitation.is_for(by):
                return None
            vendor = invitation.vendor or invitation._invited_company(by)
            if isinstance(vendor, CompanyClaim):
                return vendor
            vendor.admit(by, by)
            if invitation.by_kl:
                vendor.vet()
            invitation.record_acceptance(by, vendor=vendor)
            end_claims(invitation)
            return vendor

    def ask_kl(self, user: User) -> CompanyClaim | None:
        """The claim of somebody who has another address than the invited one; None where the invitation waits no more."""
        with transaction.atomic():
            lock_registrations()
            if self.vendor:
                self.vendor.lock()
            invitation = Invitation.objects.get_locked(self.pk)
            if not invitation or not invitation.is_waiting:
                return None
            vendor = invitation.vendor or invitation.registered_company(user)[0]
            return CompanyClaim.ask(invitation, CompanyClaim.Reason.ADDRESS, user, vendor)

    def is_used_by(self, user: User) -> bool:
        """Whether the user has accepted the invitation and still acts for the vendor. One query where it is accepted."""
        if self.vendor is None or self.accepted_by_id != user.pk:
            return False
        return self.vendor.memberships.filter(user=user.pk).exists()

    def _invited_company(self, by: User) -> Vendor | CompanyClaim:
        """The vendor that KL invited, or a claim to one of which KL does not know that it is the invited company."""
        registered, reason = self.registered_company(by)
        if registered is None:
            number = self.cvr_number or None
            what = MembershipEvent.What.ACCEPTED if self.by_kl else MembershipEvent.What.REGISTERED
            return Vendor.register(
                by, name=self.company_name, cvr_number=number, country=self.country, is_vetted=True, what=what
            )
        if self._is_invited_company(registered, by):
            return registered
        return CompanyClaim.ask(self, reason, by, registered)

    def _is_invited_company(self, vendor: Vendor, by: User) -> bool:
        """Whether the vendor is the invited company without a doubt, and `by` may join it. At most four queries.

        Name and CVR number are those of the invitation, and either KL knows the vendor, or `by` has registered it and
        shares it with nobody whom KL has not invited. Or KL has said before that it is the same company.
        """
        same_number = (vendor.cvr_number or "") == self.cvr_number
        if same_number and normalized_name(vendor.name) == normalized_name(self.company_name):
            is_known = vendor.is_vetted and bool(self.cvr_number)
            if is_known or (_is_alone(by, vendor) and vendor.was_registered_by(by)):
                return True
        return self.claims.filter(vendor=vendor, decision=CompanyClaim.Decision.JOIN).exists()

    def registered_company(self, by: User) -> tuple[Vendor | None, str]:
        """The vendor of the invited CVR number, or of the name, and which of them it is; None for neither.

        A vendor that KL knows by another number is another company of the same name. At most four queries.
        """
        reasons = CompanyClaim.Reason
        if self.cvr_number and (vendor := Vendor.objects.filter(cvr_number=self.cvr_number).first()):
            is_other_name = normalized_name(vendor.name) != normalized_name(self.company_name)
            return vendor, reasons.OTHER_NAME if vendor.is_vetted and is_other_name else reasons.NUMBER
        candidates = [
            vendor
            for vendor in Vendor.objects.with_name(self.company_name).order_by("pk")
            if not (self.cvr_number and vendor.cvr_number and vendor.is_vetted)
        ]
        own = [vendor for vendor in candidates if _is_alone(by, vendor)]
        return next(iter(own or candidates), None), reasons.NAME


def _is_alone(user: User, vendor: Vendor) -> bool:
    """Whether the user acts for the vendor, and nobody else but people whom KL has invited. Two queries."""
    keys = set(vendor.memberships.values_list("user", flat=True))
    return user.pk in keys and keys <= {user.pk, *vendor.keys_invited_by_kl()}


def register_company(
    by: User, *, name: str, cvr_number: str | None, country: str, website: str
) -> Vendor | CompanyClaim:
    """A new vendor that `by` acts for; an invitation by KL to the own address is accepted in its place.

    Where KL's invitation of the company to another address waits, KL is asked who is the right company. Raises
    `IntegrityError` where the CVR number is registered at the same moment.
    """
    with transaction.atomic():
        lock_registrations()
        invitations = Invitation.objects.of_company(name, cvr_number)
        for invitation in invitations:
            if invitation.is_for(by) and (accepted := invitation.accept(by)):
                return accepted
        vendor = Vendor.register(by, name=name, cvr_number=cvr_number, country=country, website=website)
        reasons = CompanyClaim.Reason
        for invitation in invitations:
            is_number = bool(cvr_number) and invitation.cvr_number == cvr_number
            CompanyClaim.ask_about(invitation, reasons.NUMBER if is_number else reasons.NAME, vendor)
        return vendor
