"""Invitations to work for a municipality, and requests to.

Every verb locks the municipality before the invitation or the request.
"""

from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kl_ai.mail.models import OutgoingMail
from kl_ai.models import User
from kl_ai.people.invitations import AbstractInvitation, InvitationQuerySet
from kl_ai.people.join_requests import AbstractJoinRequest, JoinRequestQuerySet
from kl_ai.people.tokens import KeySigner

from .municipalities import Municipality, MunicipalityMember
from .municipality_events import MunicipalityEvent, tasks_code

What = MunicipalityEvent.What


def refuse_staff(email: str) -> None:
    """Raise `ValidationError` where the address is one of KL's staff, who work for no municipality here. One query."""
    if User.objects.filter(email=email, is_staff=True).exists():
        raise ValidationError(gettext("KL’s staff do not work for a municipality here. Use another address."))


class MunicipalityInvitation(AbstractInvitation):
    """A mail with a link: a keeper invites a colleague, or KL the municipality's first keeper."""

    SIGNER = KeySigner("projects.invitation")

    municipality = models.ForeignKey(
        Municipality, on_delete=models.CASCADE, related_name="invitations", verbose_name=_("municipality")
    )
    is_keeper = models.BooleanField(_("keeper"), default=False)
    dpo = models.CharField(
        _("data protection officer"), max_length=10, choices=MunicipalityMember.Dpo, default="", blank=True
    )
    by_kl = models.BooleanField(_("by KL"), default=False)

    objects: ClassVar = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation to a municipality")
        verbose_name_plural = _("invitations to municipalities")
        ordering = ("-created_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                Lower("email"),
                "municipality",
                condition=Q(accepted_at=None, cancelled_at=None),
                name="one_waiting_invitation_per_municipality",
            ),
            models.CheckConstraint(condition=Q(is_keeper=False) | Q(dpo=""), name="invited_dpo_is_no_keeper"),
        )

    def __str__(self) -> str:
        return f"{self.municipality} · {self.email}"

    @classmethod
    def invite(
        cls,
        municipality: Municipality,
        email: str,
        by: Any,
        language: str = "da",
        *,
        is_keeper: bool = False,
        dpo: str = "",
        by_kl: bool = False,
    ) -> "MunicipalityInvitation":
        """A new invitation, in the place of one that has expired.

        Raises `ValidationError` where `by` is no keeper (`by_kl` needs none), the person works for the municipality
        already, an invitation to the address waits, or too many of the municipality wait.
        """
        with transaction.atomic():
            municipality.lock()
            if not by_kl:
                municipality.keeper(by)
            refuse_staff(email)
            if municipality.members.filter(user__email=email).exists():
                raise ValidationError(gettext("This person works for the municipality already."))
            municipality.invitations.refuse_another(email)
            municipality.invitations.expired().filter(email=email).delete()
            detail = tasks_code(is_keeper, dpo)
            MunicipalityEvent.record(municipality, What.INVITED, by, email=email, detail=detail, by_kl=by_kl)
            tasks = {"is_keeper": is_keeper, "dpo": dpo, "by_kl": by_kl}
            return cls.objects.create(municipality=municipality, email=email, invited_by=by, language=language, **tasks)

    def accept(self, by: Any) -> Municipality | None:
        """Let `by` work for the municipality. None where the link is used or over, or was sent to another address.

        Accepting again leads to the same municipality. Raises `ValidationError` where the person is KL's staff by now.
        """
        with transaction.atomic():
            self.municipality.lock()
            invitation = MunicipalityInvitation.objects.select_related("municipality").get_locked(self.pk)
            if invitation and invitation.is_used_by(by):
                return invitation.municipality
            if not invitation or not invitation.is_waiting or not invitation.is_for(by):
                return None
            municipality: Municipality = invitation.municipality
            municipality.admit(by, by, is_keeper=invitation.is_keeper, dpo=invitation.dpo, is_invited=True)
            invitation.record_acceptance(by)
            return municipality

    def is_used_by(self, user: Any) -> bool:
        """Whether the user has accepted the invitation and works for the municipality still. One query where accepted."""
        return self.accepted_by_id == user.pk and self.municipality.members.filter(user=user.pk).exists()

    def withdraw(self, by: Any, *, by_kl: bool = False) -> bool:
        """Cancel the invitation as a keeper, or as KL; False where it was accepted or cancelled before. Raises as `keeper`."""
        with transaction.atomic():
            self.municipality.lock()
            if not by_kl:
                self.municipality.keeper(by)
            return self.end(by, by_kl=by_kl)

    def end(self, by: Any, *, by_kl: bool = False) -> bool:
        """As `withdraw`, for a caller who has locked the municipality and may. The mail with the link leaves the queue."""
        is_cancelled_now = self.cancel(by)
        if is_cancelled_now:
            MunicipalityEvent.record(self.municipality, What.CANCELLED, by, email=self.email, by_kl=by_kl)
            OutgoingMail.objects.filter(key__startswith=f"municipality-invitation:{self.pk}:", sent_at=None).delete()
        return is_cancelled_now

    @classmethod
    def move(cls, old: str, new: str) -> None:
        """Store the invitations to the old address as ones to the new. One of two to the same municipality is cancelled."""
        own = cls.objects.filter(email=old)
        is_open = Q(accepted_at=None, cancelled_at=None)
        at_both = cls.objects.filter(is_open, email=new, municipality=OuterRef("municipality"))
        for invitation in own.filter(is_open, Exists(at_both)):
            invitation.cancel()
        own.update(email=new)

    @classmethod
    def forget(cls, email: str) -> None:
        """Delete the invitations to this address, of whatever state, when the login is deleted. One query."""
        cls.objects.filter(email=email).delete()


class MunicipalityJoinRequest(AbstractJoinRequest):
    """Somebody with an address at one of the municipality's mail domains asks to be let in; a keeper decides."""

    municipality = models.ForeignKey(
        Municipality, on_delete=models.CASCADE, related_name="join_requests", verbose_name=_("municipality")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="municipality_join_requests",
        verbose_name=_("user"),
    )

    objects: ClassVar = JoinRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request to work for a municipality")
        verbose_name_plural = _("requests to work for municipalities")
        ordering = ("asked_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("municipality", "user"), condition=Q(decided_at=None), name="one_waiting_municipality_request"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user.email} · {self.municipality}"

    @classmethod
    def submit(cls, municipality: Municipality, user: Any, message: str = "") -> tuple["MunicipalityJoinRequest", bool]:
        """The user's waiting request, and whether it is new. An earlier message stays.

        Raises `ValidationError` for an address at another domain, and for whoever has been let in meanwhile.
        """
        with transaction.atomic():
            municipality.lock()
            if municipality.members.filter(user=user.pk).exists():
                raise ValidationError(gettext("You work for %(name)s here already.") % {"name": municipality})
            if user.email.rpartition("@")[2] not in municipality.mail_domains:
                raise ValidationError(gettext("Only addresses at the municipality’s mail domains can ask to join."))
            waiting = {"municipality": municipality, "user": user, "decided_at": None}
            join_request, is_new = cls.objects.get_or_create(**waiting, defaults={"message": message})
            if is_new:
                MunicipalityEvent.record(municipality, What.ASKED, user, user)
        return join_request, is_new

    def decide(self, by: Any, *, approve: bool) -> bool:
        """Let the user in, or not; False where it was decided before, and nothing is changed then. Raises as `keeper`."""
        with transaction.atomic():
            self.municipality.lock()
            self.municipality.keeper(by)
            is_decided_now = self.record_decision(by, approved=approve)
            if is_decided_now and approve:
                self.municipality.admit(self.user, by)
            elif is_decided_now:
                MunicipalityEvent.record(self.municipality, What.DECLINED, by, self.user)
            return is_decided_now
