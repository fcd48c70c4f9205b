"""The log of who acts for a vendor: one event for each change, written by the verbs that make the change."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kl_ai.addresses import AddressField, readable_address
from kl_ai.text import may_be_link


class MembershipEventQuerySet(models.QuerySet["MembershipEvent"]):
    def recent(self, since) -> "MembershipEventQuerySet":
        """The events since this time, the newest first, with vendor and people. One query."""
        return self.filter(at__gte=since).with_people().order_by("-at", "-pk")

    def with_people(self) -> "MembershipEventQuerySet":
        """With vendor, actor and the person concerned. No query of its own."""
        return self.select_related("vendor", "actor", "person")

    def unmailed(self) -> "MembershipEventQuerySet":
        """The events that nobody was told of yet, the oldest first. One query."""
        return self.filter(mailed_at=None).with_people().order_by("at", "pk")

    def record_mailed(self) -> int:
        """Store that the mails about these events are queued; how many events there were. One query."""
        return self.filter(mailed_at=None).update(mailed_at=timezone.now())


class MembershipEvent(models.Model):
    """One change: who did what to whose membership, when. Entries are appended; only the erasure of a login changes them."""

    class What(models.TextChoices):
        REGISTERED = "registered", _("registered the company")
        ACCEPTED = "accepted", _("accepted KL's invitation")
        INVITED = "invited", _("invited")
        CANCELLED = "cancelled", _("invitation cancelled")
        ASKED = "asked", _("asked to join")
        JOINED = "joined", _("joined")
        DECLINED = "declined", _("declined")
        REFERRED = "referred", _("not let in by a member; KL decides")
        REMOVED = "removed", _("removed")
        LEFT = "left", _("left")
        WITHDREW = "withdrew", _("withdrew the profile")
        DELETED = "deleted", _("deleted the login")

    vendor = models.ForeignKey(
        "marketoverview.Vendor", on_delete=models.CASCADE, related_name="membership_events", verbose_name=_("vendor")
    )
    at = models.DateTimeField(_("time"), default=timezone.now)
    what = models.CharField(_("what"), max_length=12, choices=What)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("person"),
    )
    email = AddressField(_("address"), blank=True, help_text=_("Of an invited person who may have no login."))
    by_kl = models.BooleanField(_("by KL"), default=False, db_default=False, editable=False)
    mailed_at = models.DateTimeField(_("mailed"), null=True, blank=True, editable=False)

    objects: ClassVar = MembershipEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of members")
        verbose_name_plural = _("changes of members")
        ordering = ("-at", "-pk")
        indexes = (models.Index(fields=("at",), name="membership_event_at"),)

    def __str__(self) -> str:
        return f"{self.get_what_display()} {timezone.localtime(self.at):%Y-%m-%d %H:%M}"

    @classmethod
    def record(
        cls, vendor: Any, what: str, actor: Any, person: Any = None, email: str = "", *, by_kl: bool = False
    ) -> "MembershipEvent":
        """A new event, in the caller's transaction. `email` is that of somebody invited; `person` has an own. One query.

        `by_kl` where the actor has acted for KL, which also somebody may do who acts for the vendor, too.
        """
        address = "" if person else email
        return cls.objects.create(
            vendor_id=vendor.pk,
            what=what,
            actor_id=actor.pk if actor else None,
            person_id=person.pk if person else None,
            email=address,
            by_kl=by_kl,
        )

    @classmethod
    def move(cls, old: str, new: str) -> None:
        """Store the new address of whoever was invited at the old one. One query."""
        cls.objects.filter(email=old).update(email=new)

    @classmethod
    def forget(cls, email: str) -> None:
        """Empty the address of those who were invited at it, when the login is deleted; the events stay. One query."""
        cls.objects.filter(email=email).update(email="")

    @property
    def person_label(self) -> str:
        """The person concerned, by name and address; "" where the login is deleted or nobody is concerned. No query."""
        return label(self.person) or readable_address(self.email)

    @property
    def actor_label(self) -> str:
        """Whoever did it: “KL” for KL, name and address of others; "" where the login is deleted. No query."""
        return "KL" if self.by_kl else label(self.actor)


def label(user: Any) -> str:
    """The user's name with the address, or the address alone where the name is empty or may be a link; "" for None."""
    if user is None:
        return ""
    is_named = user.full_name and not may_be_link(user.full_name)
    return f"{user.full_name} ({user.email})" if is_named else user.email
