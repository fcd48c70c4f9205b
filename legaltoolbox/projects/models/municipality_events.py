"""The log of who works for a municipality: one event for each change, written by the verbs that make the change."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kl_ai.addresses import AddressField, readable_address

KEEPER = "keeper"
DETAILS = {
    KEEPER: _("keeper"),
    "dpo": _("data protection officer"),
    "substitute": _("substitute"),
    "none": _("no special tasks"),
    "mail_domains": _("mail domains"),
    "kept_months": _("months that a closed project is kept"),
    "second_step_on": _("two-step login for everybody"),
    "second_step_off": _("no two-step login any more"),
}
"""What a detail of an event holds, in words."""


class MunicipalityEventQuerySet(models.QuerySet["MunicipalityEvent"]):
    def with_people(self) -> "MunicipalityEventQuerySet":
        """With municipality, actor and the person concerned. No query of its own."""
        return self.select_related("municipality", "actor", "person")

    def unmailed(self) -> "MunicipalityEventQuerySet":
        """The events that nobody was told of yet, the oldest first. One query."""
        return self.filter(mailed_at=None).with_people().order_by("at", "pk")

    def record_mailed(self) -> int:
        """Store that the mails about these events are queued; how many events there were. One query."""
        return self.filter(mailed_at=None).update(mailed_at=timezone.now())

    def about(self, user: Any) -> "MunicipalityEventQuerySet":
        """What the user did, and what was done to the user. One query."""
        return self.filter(models.Q(person=user) | models.Q(actor=user) | models.Q(email=user.email))


class MunicipalityEvent(models.Model):
    """One change of who works for a municipality: who did what to whom, when. Appended; only the erasure of a login changes it."""

    class What(models.TextChoices):
        INVITED = "invited", _("invited")
        CANCELLED = "cancelled", _("invitation cancelled")
        ASKED = "asked", _("asked to join")
        JOINED = "joined", _("joined")
        DECLINED = "declined", _("declined")
        REMOVED = "removed", _("removed")
        LEFT = "left", _("left")
        ROLES = "roles", _("got other tasks")
        SETTINGS = "settings", _("changed the municipality’s settings")
        DELETED = "deleted", _("deleted the login")

    municipality = models.ForeignKey(
        "projects.Municipality", on_delete=models.CASCADE, related_name="events", verbose_name=_("municipality")
    )
    at = models.DateTimeField(_("time"), default=timezone.now)
    what = models.CharField(_("what"), max_length=12, choices=What)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("person")
    )
    email = AddressField(_("address"), blank=True, help_text=_("Of an invited person who may have no login."))
    detail = models.CharField(_("detail"), max_length=200, blank=True)
    by_kl = models.BooleanField(_("by KL"), default=False)
    mailed_at = models.DateTimeField(_("mailed"), null=True, blank=True, editable=False)

    objects: ClassVar = MunicipalityEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of a municipality")
        verbose_name_plural = _("changes of municipalities")
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.get_what_display()} {timezone.localtime(self.at):%Y-%m-%d %H:%M}"

    @classmethod
    def record(
        cls,
        municipality: Any,
        what: str,
        actor: Any,
        person: Any = None,
        *,
        email: str = "",
        detail: str = "",
        by_kl: bool = False,
    ) -> "MunicipalityEvent":
        """A new event, in the caller's transaction. `email` is that of somebody invited. One query."""
        return cls.objects.create(
            municipality=municipality,
            what=what,
            actor=actor,
            person=person,
            email="" if person else email,
            detail=detail,
            by_kl=by_kl,
        )

    @property
    def detail_label(self) -> str:
        """What the detail says, in words; "" where there is none. No query."""
        return ", ".join(str(DETAILS[code]) for code in self.detail.split() if code in DETAILS)

    @property
    def actor_label(self) -> str:
        """Whoever did it: “KL” for KL; "" where the login is deleted. No query on `select_related`."""
        return "KL" if self.by_kl else str(self.actor or "")

    @property
    def person_label(self) -> str:
        """The person concerned; "" where the login is deleted or nobody is concerned. No query on `select_related`."""
        return str(self.person or "") or readable_address(self.email)

    @classmethod
    def move(cls, old: str, new: str) -> None:
        """Store the new address of whoever was invited at the old one. One query."""
        cls.objects.filter(email=old).update(email=new)

    @classmethod
    def forget(cls, email: str) -> None:
        """Empty the address of those who were invited at it, when the login is deleted; the events stay. One query."""
        cls.objects.filter(email=email).update(email="")


def tasks_code(is_keeper: bool, dpo: str) -> str:
    """The code of a member's tasks, as events keep it: `KEEPER`, a value of `Dpo`, or ""."""
    return KEEPER if is_keeper else dpo
