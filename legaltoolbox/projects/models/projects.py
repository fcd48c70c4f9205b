"""A municipality's project, its members and what it has answered about its solution.

Every verb locks the project first (`Project.lock`), so that two at once wait for each other and each sees what the other
has stored. It changes rows and appends one event in the same transaction.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any, ClassVar, NamedTuple

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kl_ai.drafts.parts import changed_items, fingerprint
from kl_ai.validators import validate_line, validate_text

from ..rights import RIGHTS, Permission, ProjectRole, Right, can_work
from .answers import Answers, ScreeningAnswer, last_change
from .events import ProjectEvent
from .members import ProjectMember
from .municipalities import Municipality, MunicipalityMember
from .project_lookups import ProjectQuerySet, ProjectStatus
from .sheets import register_version

What = ProjectEvent.What
ANNOUNCED_DAYS = (60, 14)
"""So many days before the deletion of a closed project its leads and the municipality's keepers get a mail."""
SENT_TWICE = timedelta(minutes=1)
MOST_PROJECTS = 500
"""Of a municipality, closed ones among them."""


class ProjectTransition(NamedTuple):
    """One change of a project's status."""

    before: str
    after: str


TRANSITIONS: dict[str, ProjectTransition] = {
    What.CLOSED: ProjectTransition(ProjectStatus.ACTIVE, ProjectStatus.CLOSED),
    What.REOPENED: ProjectTransition(ProjectStatus.CLOSED, ProjectStatus.ACTIVE),
}


class Project(models.Model):
    """The work on one solution, from the idea until it is closed."""

    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, related_name="projects", verbose_name=_("municipality")
    )
    number = models.PositiveIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=120, validators=[validate_line])
    purpose = models.TextField(_("purpose"), max_length=2000, blank=True, validators=[validate_text])
    case_number = models.CharField(_("case number"), max_length=60, blank=True, validators=[validate_line])
    kitos_id = models.CharField(_("number in KITOS"), max_length=60, blank=True, validators=[validate_line])
    phase = models.SlugField(_("phase"), max_length=60, blank=True)
    """The key of the phase that the project is in; "" where nobody has said it."""
    status = models.CharField(
        _("status"), max_length=10, choices=ProjectStatus, default=ProjectStatus.ACTIVE, editable=False
    )
    based_on = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("based on")
    )
    catalogue_version = models.PositiveBigIntegerField(default=0, editable=False)
    """The version of the content that the project was made from."""
    texts_version = models.PositiveBigIntegerField(default=0, editable=False)
    """The version of the content whose texts were pinned last (`ProjectItem.take_over`)."""
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)
    announced = models.PositiveSmallIntegerField(default=0, editable=False)
    """How many of the mails about the deletion are sent (`ANNOUNCED_DAYS`)."""
    delete_after = models.DateField(null=True, blank=True, editable=False)
    """The first day on which the deletion may come that is announced; None where none is."""

    permission: Permission | None = None
    """By what right a page has opened the project (`views/lookups.py`); None for the portal's own work."""

    pin_texts: "Callable[[Project], None] | None" = None
    """Pins the texts that a page writes on, once the project is held (`views/lookups.py`); None for the portal's own work."""
    page_pins: Any = None
    """The pins that a page has read (`work/own_texts.py`); None before."""

    objects: ClassVar = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        ordering = ("municipality", "-number")
        constraints = (
            models.UniqueConstraint(fields=("municipality", "number"), name="project_number_once_per_municipality"),
            models.CheckConstraint(
                condition=models.Q(status=ProjectStatus.ACTIVE, closed_at=None)
                | models.Q(status=ProjectStatus.CLOSED, closed_at__isnull=False),
                name="closed_project_has_a_day",
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def role(self) -> str:
        """The role of the user whom `visible_to` was asked for; "" without that question. No query."""
        role: str = getattr(self, "role_of_user", "")
        return role

    @property
    def is_active(self) -> bool:
        return self.status == ProjectStatus.ACTIVE

    @property
    def address(self) -> tuple[str, int]:
        """The arguments of the project's addresses. No query on `select_related`."""
        return (self.municipality.code, self.number)

    @property
    def deleted_on(self) -> date | None:
        """The day on which the closed project is deleted; None while it is active. No query on `select_related`.

        It is never sooner than announced, whatever time the municipality has chosen since.
        """
        if self.closed_at is None:
            return None
        day = self.municipality.deletion_day(timezone.localdate(self.closed_at))
        return max(day, self.delete_after or day)

    def may(self, right: Right) -> bool:
        """Whether the user whom `visible_to` was asked for has the right. No query."""
        return right in RIGHTS.get(self.role, frozenset())

    def may_now(self, right: Right) -> bool:
        """As `may`; in a closed project nobody has a right to change anything. No query."""
        return self.is_active and self.may(right)

    # Verbs ----------------------------------------------------------------------------------

    @classmethod
    def create(
        cls,
        municipality: Municipality,
        by: Any,
        *,
        title: str,
        answers: Mapping[str, str] | None = None,
        based_on: "Project | None" = None,
        **details: Any,
    ) -> "Project":
        """A new project, which `by` leads, with these answers to the screening (code of the question to `ScreeningAnswer.Value`).

        Without any it gets those of the project that it is `based_on`, with their reasons. `details` are the other fields.
        Raises `ValidationError` where the municipality has no processor agreement, or `by` does not work for it or is
        data protection officer, who takes no part in the work. Thirteen queries at most.
        """
        with transaction.atomic():
            municipality.lock()
            member = municipality.member(by)
            refuse_founder(municipality, member)
            last = municipality.projects.aggregate(last=Max("number"))["last"] or 0
            project = cls(municipality=municipality, number=last + 1, title=title, based_on=based_on, **details)
            project.full_clean()
            project.save()
            ProjectMember.objects.create(project=project, member=member, role=ProjectRole.LEAD)
            given = [(code, value, "") for code, value in (answers or {}).items()]
            if based_on is not None and not given:
                given = list(based_on.screening_answers.values_list("question", "value", "why"))
            ScreeningAnswer.objects.bulk_create(
                ScreeningAnswer(project=project, question=code, value=value, why=why) for code, value, why in given
            )
            ProjectEvent.record(project, What.CREATED, by, new=title)
            return project

    @classmethod
    def create_once(cls, municipality: Municipality, by: Any, *, title: str, purpose: str, **fields: Any) -> "Project":
        """As `create`; a form that is sent twice, as by a double click, gives the project that it has made. One query more.

        It is taken as sent twice where `by` has made a project with this title and purpose within `SENT_TWICE`.
        """
        with transaction.atomic():
            earlier = cls.made_before(municipality, by, title=title, purpose=purpose)
            return earlier or cls.create(municipality, by, title=title, purpose=purpose, **fields)

    @staticmethod
    def made_before(municipality: Municipality, by: Any, *, title: str, purpose: str) -> "Project | None":
        """The project that this form has made already, see `create_once`; None where it has made none. Call it in a transaction."""
        municipality.lock()
        made = municipality.projects.filter(title=title, purpose=purpose, created_at__gte=timezone.now() - SENT_TWICE)
        earlier: Project | None = made.filter(events__what=What.CREATED, events__actor=by.pk).first()
        return earlier

    def lock(self, *, is_closed: bool = False) -> None:
        """Hold the project until the transaction ends, with its fields read anew. As many queries as `hold`.

        Raises as `hold`, and `ValidationError` where it is closed by now, or with `is_closed` where it is not.
        """
        self.hold()
        if self.is_active is is_closed:
            raise ValidationError(
                gettext("The project is not closed.")
                if is_closed
                else gettext("The project is closed. Reopen it first.")
            )

    def hold(self) -> None:
        """As `lock`, whatever the status. One query, one for the `permission`, and what `pin_texts` asks.

        Raises `Project.DoesNotExist` where the project is deleted by now, and `ValidationError` where the permission has
        ended since the page was opened. It is asked for after the lock: on PostgreSQL a condition of the locking query
        would be answered from before the wait.
        """
        self.refresh_from_db(
            from_queryset=Project.objects.select_for_update(of=("self",)).select_related("municipality")
        )
        if self.permission and not Project.objects.where_may(*self.permission).filter(pk=self.pk).exists():
            raise ValidationError(
                gettext("Your role in the project has changed, and you can no longer do this. Nothing was stored.")
            )
        if self.pin_texts:
            self.pin_texts(self)

    def touch(self) -> None:
        """Store that something in the project has changed now. One query."""
        self.changed_at = timezone.now()
        self.save(update_fields=["changed_at"])

    def edit(self, by: Any, seen: str | None = None, **values: str) -> None:
        """Store other details: title, purpose, case number, number in KITOS, phase. An event for each that differs.

        `seen` is the fingerprint of what the page showed of them: raises `ChangedMeanwhile` where somebody has stored others.
        """
        with transaction.atomic():
            self.lock()
            before = {name: getattr(self, name) for name in values}
            shown = fingerprint(before) if seen is None else seen
            changed = changed_items(before, values, shown, lambda: last_change(self, What.EDITED))
            for name, value in changed.items():
                setattr(self, name, value)
            self.full_clean()
            for name, value in changed.items():
                ProjectEvent.record(self, What.EDITED, by, name, old=before[name], new=value)
            if changed:
                self.changed_at = timezone.now()
                self.save(update_fields=[*changed, "changed_at"])

    def answer(self, by: Any, answers: Answers, seen: str | None = None) -> int:
        """Store answers about the solution, with an event for each that differs; how many these are. "" takes one away.

        `seen` is the fingerprint of what the page showed: raises `ChangedMeanwhile` as `ScreeningAnswer.store`.
        """
        with transaction.atomic():
            self.lock()
            if changed := ScreeningAnswer.store(self, by, answers, seen):
                self.touch()
            return changed

    def close(self, by: Any, reason: str = "") -> None:
        """Close the project: nothing in it changes any more, and it is deleted after the municipality's time. Three queries."""
        self._perform(What.CLOSED, by, reason, closed_at=timezone.now())

    def reopen(self, by: Any, reason: str = "") -> None:
        """Take up a closed project again. Three queries."""
        self._perform(What.REOPENED, by, reason, closed_at=None, announced=0, delete_after=None)

    def announce_deletion(self, today: date) -> int:
        """Store that the deletion is announced, where a mail is due; of how many days before, 0 where none is due.

        The day is put off where less time than that is left. The caller sends the mails in the same transaction.
        """
        with transaction.atomic():
            self.hold()
            days = self.announcement_due(today)
            if days:
                self.announced = self._announced_of_this_day + 1
                self.delete_after = max(self.deleted_on or today, today + timedelta(days=days))
                self.save(update_fields=["announced", "delete_after"])
                ProjectEvent.record(self, What.ANNOUNCED, None, new=self.delete_after.isoformat())
            return days

    def announcement_due(self, today: date) -> int:
        """How many days before the deletion the mail is sent that is due; 0 for none. No query on `select_related`."""
        if self.deleted_on is None or self._announced_of_this_day >= len(ANNOUNCED_DAYS):
            return 0
        days = ANNOUNCED_DAYS[self._announced_of_this_day]
        return days if today >= self.deleted_on - timedelta(days=days) else 0

    def is_to_be_deleted(self, today: date) -> bool:
        """Whether the project's time is over, and all mails were sent in time. No query on `select_related`."""
        is_announced = self._announced_of_this_day >= len(ANNOUNCED_DAYS)
        return self.deleted_on is not None and is_announced and today >= self.deleted_on

    @property
    def _announced_of_this_day(self) -> int:
        """How many mails have announced the day of the deletion; none where the municipality has put it off since."""
        is_put_off = (
            self.delete_after is not None and self.deleted_on is not None and self.deleted_on > self.delete_after
        )
        return 0 if is_put_off else self.announced

    def delete_for_good(self, today: date) -> bool:
        """Delete the project with its history and all that it holds, where it is to be deleted; whether it was."""
        with transaction.atomic():
            self.hold()
            is_due = self.is_to_be_deleted(today)
            if is_due:
                self.delete()
                register_version.bump()  # a sheet of it in the public register goes with it
            return is_due

    def _perform(self, what: str, by: Any, reason: str, **fields: Any) -> None:
        """The only change of the status: a conditional update and one event. Raises `ValidationError` for a wrong status."""
        transition = TRANSITIONS[what]
        with transaction.atomic():
            self.lock(is_closed=transition.before == ProjectStatus.CLOSED)
            self.status, self.changed_at = transition.after, timezone.now()
            for name, value in fields.items():
                setattr(self, name, value)
            self.save(update_fields=["status", "changed_at", *fields])
            ProjectEvent.record(self, what, by, old=transition.before, new=transition.after, reason=reason)

    # Members --------------------------------------------------------------------------------

    def add_member(self, by: Any, member: MunicipalityMember, role: str) -> None:
        """Give a person of the municipality a role in the project. Raises `ValidationError` for a data protection officer.

        Who has this role already keeps it: a second click changes nothing. Locks the municipality first: who leaves it, or
        becomes data protection officer, at the same moment is refused. Eight queries.
        """
        with transaction.atomic():
            self.municipality.lock()
            self.lock()
            if self.members.filter(member=member, role=role).exists():
                return
            self._refuse_stranger(member)
            self.members.create(member=member, role=role)
            ProjectEvent.record(self, What.MEMBER_ADDED, by, new=role, person=member.user)

    def change_role(self, by: Any, member: MunicipalityMember, role: str) -> None:
        """Give a member another role. Raises `ValidationError` where nobody would lead the project then. Five queries at most."""
        with transaction.atomic():
            self.lock()
            row = self._member(member)
            if row.role != role:
                self._refuse_without_lead(row)
                old, row.role = row.role, role
                row.save(update_fields=["role"])
                ProjectEvent.record(self, What.MEMBER_ROLE, by, old=old, new=role, person=member.user)

    def remove_member(self, by: Any, member: MunicipalityMember) -> None:
        """Take a member out. Raises `ValidationError` where nobody would lead the project then. Five queries at most."""
        with transaction.atomic():
            self.lock()
            row = self._member(member)
            self._refuse_without_lead(row)
            row.delete()
            ProjectEvent.record(self, What.MEMBER_REMOVED, by, old=row.role, person=member.user)

    def _member(self, member: MunicipalityMember) -> "ProjectMember":
        row: ProjectMember | None = self.members.filter(member=member).first()
        if row is None:
            raise ValidationError(gettext("%(name)s is not in the project.") % {"name": member.user})
        return row

    def _refuse_stranger(self, member: MunicipalityMember) -> None:
        if not self.municipality.members.filter(pk=member.pk).exists():
            raise ValidationError(gettext("%(name)s does not work for the municipality.") % {"name": member.user})
        member.refresh_from_db(fields=["dpo"])
        if member.is_dpo:
            raise ValidationError(
                gettext("%(name)s is data protection officer, sees every project and takes no part in the work.")
                % {"name": member.user}
            )
        if self.members.filter(member=member).exists():
            raise ValidationError(gettext("%(name)s is in the project already.") % {"name": member.user})

    def _refuse_without_lead(self, leaving: "ProjectMember") -> None:
        if leaving.role != ProjectRole.LEAD:
            return
        others = self.members.filter(can_work("member__user"), role=ProjectRole.LEAD)
        if not others.exclude(pk=leaving.pk).exists():
            raise ValidationError(gettext("Somebody has to lead the project. Make another member its lead first."))


def refuse_founder(municipality: Municipality, member: MunicipalityMember) -> None:
    """Raise `ValidationError` where this person of the municipality can make no project of it. One query."""
    if member.is_dpo:
        raise ValidationError(gettext("A data protection officer advises on projects and has none."))
    if municipality.agreement_signed_on is None:
        raise ValidationError(
            gettext("%(name)s has not signed the processor agreement with KL yet.") % {"name": municipality}
        )
    if municipality.projects.count() >= MOST_PROJECTS:
        raise ValidationError(
            gettext("A municipality can have %(most)s projects. Ask KL if you need more.") % {"most": MOST_PROJECTS}
        )
