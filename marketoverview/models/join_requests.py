"""Requests to act for a vendor that is registered already."""

from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kl_ai.models import User
from kl_ai.people.join_requests import AbstractJoinRequest, JoinRequestQuerySet

from .membership import MembershipEvent
from .vendors import Vendor

What = MembershipEvent.What


class VendorJoinRequestQuerySet(JoinRequestQuerySet):
    def waiting_for_members(self) -> "VendorJoinRequestQuerySet":
        """Those that wait, without those that a member has left to KL. One query."""
        return self.filter(decided_at=None, referred_at=None)


class JoinRequest(AbstractJoinRequest):
    """Somebody asks to act for a vendor that is registered already; a member or KL decides.

    A member of a vendor that KL does not know yet can let the user in, but not decline: KL decides then.
    """

    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="join_requests", verbose_name=_("vendor"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="join_requests", verbose_name=_("user")
    )

    referred_at = models.DateTimeField(_("declined by a member, KL decides"), null=True, blank=True, editable=False)

    objects: ClassVar = VendorJoinRequestQuerySet.as_manager()

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
        return f"{self.user.email} · {self.vendor}"

    @classmethod
    def submit(cls, vendor: Vendor, user: User, message: str) -> tuple["JoinRequest", bool]:
        """The user's waiting request to act for the vendor, and whether it is new. An earlier message stays.

        Raises `ValidationError` for whoever has been let in meanwhile.
        """
        with transaction.atomic():
            vendor.lock()
            if vendor.memberships.filter(user=user.pk).exists():
                raise ValidationError(gettext("You act for %(vendor)s already.") % {"vendor": vendor})
            waiting = {"vendor": vendor, "user_id": user.pk, "decided_at": None}
            join_request, is_new = cls.objects.get_or_create(**waiting, defaults={"message": message})
            if is_new:
                MembershipEvent.record(vendor, What.ASKED, user, user)
        return join_request, is_new

    def decide(self, by: User, *, approve: bool, as_kl: bool = False) -> bool:
        """Let the user act for the vendor, or not. False where it was decided before; nothing is changed then.

        `as_kl` where `by` acts for KL, in the administration. A member who declines leaves the request to KL
        (`referred_at`) where KL does not know the vendor: whoever has registered a company first could otherwise shut the
        real one out unseen. Raises `ValidationError` where a colleague acts for the vendor no longer.
        """
        with transaction.atomic():
            self.vendor.lock()
            if not as_kl:
                self.vendor.refuse_stranger(by)
            if not (approve or as_kl or self.vendor.is_vetted):
                return self._refer(by)
            is_decided_now = self.record_decision(by, approved=approve)
            if is_decided_now and approve:
                self.vendor.admit(self.user, by, as_kl=as_kl)
            elif is_decided_now:
                MembershipEvent.record(self.vendor, What.DECLINED, by, self.user, by_kl=as_kl)
            return is_decided_now

    def _refer(self, by: User) -> bool:
        """Leave the request to KL; False where it was left to KL or decided before."""
        waiting = JoinRequest.objects.waiting_for_members().filter(pk=self.pk)
        is_referred_now = bool(waiting.update(referred_at=timezone.now()))
        if is_referred_now:
            MembershipEvent.record(self.vendor, What.REFERRED, by, self.user)
        return is_referred_now
