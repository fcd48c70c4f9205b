"""Municipalities and the people who work for them in the portal.

Every verb that changes who a municipality's people are locks the municipality first, so that two at once wait for each other.
"""

from datetime import date
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

from kl_ai.database.natural_keys import NaturalCodeManager, depends_on
from kl_ai.drafts.parts import changed_items, fingerprint
from kl_ai.search.database import DanishOrder
from kl_ai.validators import validate_line

from ..rights import ProjectRole, can_work, may_work_for_municipalities
from .events import ProjectEvent
from .kept_time import KEPT_MONTHS, KEPT_WORDS, months_after
from .municipality_events import DETAILS, MunicipalityEvent, tasks_code

What = MunicipalityEvent.What


def validate_cvr(value: str) -> None:
    """Eight digits with the right check digit (modulus 11)."""
    if not value.isascii() or not cvr.is_valid(value):
        raise ValidationError(_("This is not a valid CVR number: it has eight digits, the last one a check digit."))


class MunicipalityQuerySet(models.QuerySet["Municipality"]):
    def for_member(self, user: Any) -> "MunicipalityQuerySet":
        """The municipalities that `user` works for; none for who is not logged in, and for KL's staff. One query."""
        return self.filter(members__user_id=user.pk) if may_work_for_municipalities(user) else self.none()

    def where_keeper(self, user: Any) -> "MunicipalityQuerySet":
        """The municipalities that `user` is a keeper of. One query."""
        return self.for_member(user).filter(members__user_id=user.pk, members__is_keeper=True)

    def open_to(self, user: Any) -> list["Municipality"]:
        """Those that `user` may ask to join, by the address's domain, and does not work for. In Danish order. One query."""
        domain = user.email.rpartition("@")[2]
        others = self.exclude(members__user_id=user.pk).alphabetical()
        return [municipality for municipality in others if domain in municipality.mail_domains]

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

    @property
    def kept_words(self) -> str:
        """How long its closed projects are kept: “5 years”. No query."""
        return str(KEPT_WORDS[self.kept_months])

    def deletion_day(self, closed_on: date) -> date:
        """The day on which a project that is closed on `closed_on` is deleted. No query."""
        return months_after(closed_on, self.kept_months)

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
        self,
        user: Any,
        by: Any,
        *,
        is_keeper: bool = False,
        dpo: str = "",
        by_kl: bool = False,
        is_invited: bool = False,
    ) -> "MunicipalityMember":
        """Let the user work for the municipality; the row that exists stays as it is. A request of the user is settled.

        Raises as `keeper`, but not `by_kl` and not where the user `is_invited`.
        """
        with transaction.atomic():
            self.lock()
            if not (by_kl or is_invited):
                self.keeper(by)
            if not may_work_for_municipalities(user):
                raise ValidationError(gettext("KL’s staff do not work for a municipality here. Use another address."))
            member: MunicipalityMember | None = self.members.filter(user=user).first()
            if member is None:
                member = MunicipalityMember(municipality=self, user=user, is_keeper=is_keeper, dpo=dpo)
                member.full_clean()
                member.save()
                MunicipalityEvent.record(self, What.JOINED, by, user, detail=member.special_task, by_kl=by_kl)
                waiting = self.join_requests.filter(user=user, decided_at=None)
                waiting.update(decided_at=timezone.now(), decided_by=None if is_invited else by, approved=True)
            return member

    @property
    def settings(self) -> dict[str, Any]:
        """What the keepers decide, as the page of the settings shows it. No query."""
        return {name: getattr(self, name) for name in ("mail_domains", "kept_months", "requires_second_factor")}

    def change_settings(
        self,
        by: Any,
        *,
        mail_domains: list[str],
        kept_months: int,
        requires_second_factor: bool,
        seen: str | None = None,
    ) -> bool:
        """Store what the keepers decide; False where nothing differs, and then there is no event. Raises as `keeper`.

        `seen` is the fingerprint of the `settings` that the page had shown: raises `ChangedMeanwhile` where another keeper
        has stored others since. With None nothing is compared.
        """
        values = {"mail_domains": mail_domains, "kept_months": kept_months}
        values["requires_second_factor"] = requires_second_factor
        with transaction.atomic():
            self.lock()
            self.keeper(by)
            stored = self.settings
            changed = changed_items(stored, values, fingerprint(stored) if seen is None else seen, lambda: None)
            for name in changed:
                setattr(self, name, values[name])
            self.full_clean()
            if changed:
                self.save(update_fields=list(changed))
                steps = {"requires_second_factor": "second_step_on" if requires_second_factor else "second_step_off"}
                detail = " ".join(steps.get(name, name) for name in changed)
                MunicipalityEvent.record(self, What.SETTINGS, by, detail=detail)
            return bool(changed)


class MunicipalityMemberQuerySet(models.QuerySet["MunicipalityMember"]):
    def for_user(self, user: Any) -> "MunicipalityMemberQuerySet":
        """The user's rows with their municipalities, in Danish order of the names. One query."""
        return (
            self.filter(user=user.pk).select_related("municipality").order_by(DanishOrder("municipality__name"), "pk")
        )


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

    objects: ClassVar = MunicipalityMemberQuerySet.as_manager()

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

    @property
    def special_task(self) -> str:
        """The code of what the person does for the municipality beside the projects: a key of `DETAILS`, or ""."""
        return tasks_code(self.is_keeper, self.dpo)

    def change_tasks(self, by: Any, *, is_keeper: bool, dpo: str = "", seen: str | None = None) -> bool:
        """Make the person keeper, data protection officer, substitute or none of it; False where nothing differs.

        The invitations by a keeper end with the task. Raises `ValidationError` where `by` is no keeper, nobody else would
        be one, or a future data protection officer is in an active project; and where the page had shown `seen` as the
        `special_task` and somebody has given another one since. With None nothing is compared.
        """
        with transaction.atomic():
            self._lock(by)
            before = self.special_task
            if tasks_code(is_keeper, dpo) == before:
                return False
            if seen is not None and seen != before:
                now = {"task": DETAILS[before or "none"]}
                raise ValidationError(
                    gettext("Another keeper has chosen “%(task)s” meanwhile. Save again if yours holds.") % now
                )
            if not is_keeper:
                self._refuse_last_keeper()
            if dpo:
                self.hold_projects()
                self._refuse_in_projects()
                self._refuse_lead_alone()
                self._end_roles(by)
            was_keeper, self.is_keeper, self.dpo = self.is_keeper, is_keeper, dpo
            self.full_clean()
            self.save(update_fields=["is_keeper", "dpo"])
            detail = self.special_task or "none"
            MunicipalityEvent.record(self.municipality, What.ROLES, by, self.user, detail=detail)
            if was_keeper and not is_keeper:
                self._cancel_invitations(by)
            return True

    def end(self, by: Any) -> None:
        """End the person's work for the municipality, and the roles in its projects, as a keeper. Raises as `leave`."""
        with transaction.atomic():
            self._lock(by)
            self._end(What.REMOVED, by)

    def leave(self, what: str = What.LEFT) -> None:
        """End one's own work for the municipality; with `DELETED` because the login is deleted, and no event names the person.

        The roles in its projects end, and the invitations that wait. Raises `ValidationError` for the last keeper, and for
        who alone leads a project.
        """
        with transaction.atomic():
            self._lock(self.user, as_keeper=False)
            self._end(what, self.user)

    def waiting_invitations(self) -> models.QuerySet:
        """The invitations by this person that wait: they are cancelled when the person is keeper no longer. One query."""
        return self.municipality.invitations.waiting().filter(by_kl=False, invited_by=self.user_id)

    def projects_led_alone(self) -> list[Any]:
        """The projects that would have no lead without the person, closed ones too: nobody could reopen them. One query."""
        leads = self.municipality.projects.filter(members__member=self, members__role=ProjectRole.LEAD)
        others = type(self).objects.filter(
            can_work("user"), project_roles__project=models.OuterRef("pk"), project_roles__role=ProjectRole.LEAD
        )
        return list(leads.exclude(models.Exists(others.exclude(pk=self.pk))).order_by("number"))

    def _lock(self, by: Any, *, as_keeper: bool = True) -> None:
        """Lock the municipality and read the row anew. Raises `ValidationError` where the person, or `by`, has left."""
        self.municipality.lock()
        if as_keeper:
            self.municipality.keeper(by)
        row = self.municipality.member(self.user)
        self.is_keeper, self.dpo = row.is_keeper, row.dpo

    def hold_projects(self) -> None:
        """Hold the projects that the person is in, so that nobody changes their members meanwhile. One query."""
        projects = self.municipality.projects.filter(members__member=self)
        list(projects.select_for_update(of=("self",)).order_by("pk"))

    def _end(self, what: str, by: Any) -> None:
        """Delete the row with its event, the project roles and the person's invitations. The municipality is locked."""
        self._refuse_last_keeper()
        self.hold_projects()
        self._refuse_lead_alone()
        is_named = what != What.DELETED
        self._end_roles(by if is_named else None, is_named=is_named)
        self._cancel_invitations(by if is_named else None)
        type(self).objects.filter(pk=self.pk).delete()
        MunicipalityEvent.record(self.municipality, what, *((by, self.user) if is_named else (None, None)))

    def _end_roles(self, by: Any, *, is_named: bool = True) -> None:
        """Take the person out of every project, closed ones too, with an event in each."""
        roles = self.project_roles.select_related("project").order_by("project_id")
        for row in roles:
            person = self.user if is_named else None
            ProjectEvent.record(row.project, ProjectEvent.What.MEMBER_REMOVED, by, old=row.role, person=person)
        roles.delete()

    def _cancel_invitations(self, by: Any) -> None:
        for invitation in self.waiting_invitations().order_by("pk"):
            invitation.end(by)

    def _refuse_last_keeper(self) -> None:
        others = self.municipality.members.filter(can_work("user"), is_keeper=True).exclude(pk=self.pk)
        if self.is_keeper and not others.exists():
            raise ValidationError(
                gettext("%(name)s has no other keeper. Make somebody else a keeper first.")
                % {"name": self.municipality}
            )

    def _refuse_lead_alone(self) -> None:
        if alone := self.projects_led_alone():
            raise ValidationError(
                gettext(
                    "%(person)s is the only lead of %(projects)s. Make somebody else lead there first, or let a keeper "
                    "hand the projects over: that goes for closed ones too."
                )
                % {"person": self.user, "projects": in_words(alone)}
            )

    def _refuse_in_projects(self) -> None:
        own = self.municipality.projects.active().filter(members__member=self).order_by("number")
        if projects := list(own):
            raise ValidationError(
                gettext(
                    "%(person)s takes part in %(projects)s. A data protection officer is independent and in no project: "
                    "take the person out there first."
                )
                % {"person": self.user, "projects": in_words(projects)}
            )


def in_words(projects: list[Any]) -> str:
    """The titles in quotation marks, with commas."""
    return ", ".join(f"“{project}”" for project in projects)
