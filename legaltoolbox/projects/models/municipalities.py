"""Municipalities and the people who work for them in the portal.

Every verb that changes who a municipality's people are locks the municipality first, so that two at once wait for each other.
"""

from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords
from stdnum.dk import cvr

from kl_ai.addresses import AddressField, readable_address
from kl_ai.database.natural_keys import NaturalCodeManager, depends_on
from kl_ai.search.database import DanishOrder
from kl_ai.validators import validate_line

KEPT_MONTHS = (12, 24, 60, 120)
"""How long a municipality can have its closed projects kept."""


def validate_cvr(value: str) -> None:
    """Eight digits with the right check digit (modulus 11)."""
    if not value.isascii() or not cvr.is_valid(value):
        raise ValidationError(_("This is not a valid CVR number: it has eight digits, the last one a check digit."))


class MunicipalityQuerySet(models.QuerySet["Municipality"]):
    def for_member(self, user: Any) -> "MunicipalityQuerySet":
        """The municipalities that `user` works for; none for who is not logged in. One query."""
        return self.none() if user.pk is None else self.filter(members__user_id=user.pk)

    def where_keeper(self, user: Any) -> "MunicipalityQuerySet":
        """The municipalities that `user` is a keeper of. One query."""
        return self.none() if user.pk is None else self.filter(members__user_id=user.pk, members__is_keeper=True)

    def alphabetical(self) -> "MunicipalityQuerySet":
        """In Danish order of their names, alike on both databases. One query."""
        return self.order_by(DanishOrder("name"), "pk")


class Municipality(models.Model):
    """A municipality that works in the portal. It is the controller of what its projects hold; KL is its processor."""

    KEY = "code"

    code = models.CharField(
        _("municipality code"),
        max_length=4,
        unique=True,
        validators=[RegexValidator(r"^\d{4}\Z", _("Four digits, such as 0101."))],
        help_text=_("The code of four digits. It is part of the addresses and stays."),
    )
    name = models.CharField(_("name"), max_length=80, validators=[validate_line])
    cvr_number = models.CharField(_("CVR number"), max_length=8, blank=True, validators=[validate_cvr])
    mail_domains = models.JSONField(
        _("mail domains"),
        default=list,
        blank=True,
        help_text=_("Whoever has an address at one of these domains may ask to join. Nobody is let in by it."),
    )
    agreement_signed_on = models.DateField(
        _("processor agreement signed"),
        null=True,
        blank=True,
        help_text=_("Without it the municipality can make no project."),
    )
    requires_second_factor = models.BooleanField(
        _("requires a second step"),
        default=False,
        help_text=_("Everybody who works for the municipality then logs in with an authenticator app, too."),
    )
    kept_months = models.PositiveSmallIntegerField(
        _("months that a closed project is kept"),
        default=60,
        choices=[(months, str(months)) for months in KEPT_MONTHS],
        validators=[MinValueValidator(KEPT_MONTHS[0]), MaxValueValidator(KEPT_MONTHS[-1])],
    )
    is_demo = models.BooleanField(_("demonstration data"), default=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    history = HistoricalRecords()
    objects: ClassVar = NaturalCodeManager.from_queryset(MunicipalityQuerySet)()

    class Meta:
        verbose_name = _("municipality")
        verbose_name_plural = _("municipalities")
        ordering = ("code",)

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.code,)

    def lock(self) -> None:
        """Wait until nobody else changes the municipality's people or makes a project, and hold it until the transaction ends.

        The fields are read anew. One query.
        """
        self.refresh_from_db(from_queryset=Municipality.objects.select_for_update(of=("self",)))

    def member(self, user: Any) -> "MunicipalityMember":
        """The user's row. Raises `ValidationError` where the user works for the municipality no longer. One query."""
        member: MunicipalityMember | None = self.members.select_related("user").filter(user=user.pk).first()
        if member is None:
            raise ValidationError(gettext("You no longer work for %(name)s here.") % {"name": self.name})
        return member

    def keeper(self, user: Any) -> "MunicipalityMember":
        """As `member`. Raises `ValidationError` where the user is no keeper, too. One query."""
        member = self.member(user)
        if not member.is_keeper:
            raise ValidationError(gettext("Only a keeper of %(name)s can do that.") % {"name": self.name})
        return member

    def admit(
        self, user: Any, by: Any, *, is_keeper: bool = False, dpo: str = "", by_kl: bool = False
    ) -> "MunicipalityMember":
        """Let the user work for the municipality; the row that exists stays as it is. Raises as `keeper`, but not `by_kl`."""
        with transaction.atomic():
            self.lock()
            if not by_kl:
                self.keeper(by)
            member, is_new = self.members.get_or_create(user=user, defaults={"is_keeper": is_keeper, "dpo": dpo})
            if is_new:
                member.full_clean()
                MunicipalityEvent.record(self, MunicipalityEvent.What.JOINED, by, user, by_kl=by_kl)
            return member


class MunicipalityMember(models.Model):
    """A user who works for a municipality: what they may do in a project is said by their role there."""

    class Dpo(models.TextChoices):
        NONE = "", _("no")
        OFFICER = "dpo", _("data protection officer")
        SUBSTITUTE = "substitute", _("substitute")

    municipality = models.ForeignKey(
        Municipality, on_delete=models.CASCADE, related_name="members", verbose_name=_("municipality")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="municipality_memberships",
        verbose_name=_("user"),
    )
    is_keeper = models.BooleanField(
        _("keeper"), default=False, help_text=_("Admits and removes people, and says who is data protection officer.")
    )
    dpo = models.CharField(_("data protection officer"), max_length=10, choices=Dpo, default=Dpo.NONE, blank=True)
    joined_at = models.DateTimeField(_("joined"), default=timezone.now, editable=False)

    objects: ClassVar = models.Manager()

    class Meta:
        verbose_name = _("member of a municipality")
        verbose_name_plural = _("members of municipalities")
        constraints = (
            models.UniqueConstraint(fields=("municipality", "user"), name="member_once_per_municipality"),
            models.CheckConstraint(
                condition=models.Q(is_keeper=False) | models.Q(dpo=""),
                name="dpo_is_no_keeper",
                violation_error_message=_("A data protection officer is independent and can be no keeper as well."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} · {self.municipality}"

    @depends_on("projects.municipality", "kl_ai.user")
    def natural_key(self) -> tuple[str, str]:
        return (*self.municipality.natural_key(), *self.user.natural_key())

    @property
    def is_dpo(self) -> bool:
        """Whether the person is data protection officer or a substitute: both may do the same."""
        return bool(self.dpo)


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
        Municipality, on_delete=models.CASCADE, related_name="events", verbose_name=_("municipality")
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

    objects: ClassVar = models.Manager()

    class Meta:
        verbose_name = _("change of a municipality")
        verbose_name_plural = _("changes of municipalities")
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.get_what_display()} {timezone.localtime(self.at):%Y-%m-%d %H:%M}"

    @classmethod
    def record(
        cls,
        municipality: Municipality,
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
    def person_label(self) -> str:
        """The person concerned; "" where the login is deleted or nobody is concerned. No query on `select_related`."""
        return str(self.person or "") or readable_address(self.email)
