"""The people of a project, each with a role."""

from typing import Any, ClassVar, NamedTuple

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Case, Value, When
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..rights import ProjectRole, Right, can_work, roles_with
from .events import ProjectEvent
from .municipalities import Municipality, MunicipalityMember


class ProjectMemberQuerySet(models.QuerySet["ProjectMember"]):
    def who_can_write(self) -> "ProjectMemberQuerySet":
        """Those who do the project's work, and can be responsible for a part of it."""
        return self.filter(role__in=roles_with(Right.WRITE))

    def by_role(self) -> "ProjectMemberQuerySet":
        """With their users: leads first, then in the order of `ProjectRole`, those who came first before others. One query."""
        cases = (When(role=role, then=Value(place)) for place, role in enumerate(ProjectRole.values))
        return self.select_related("member__user").order_by(Case(*cases), "joined_at", "pk")


class ProjectMember(models.Model):
    """A person of the municipality with a role in one project."""

    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="members", verbose_name=_("project")
    )
    member = models.ForeignKey(
        MunicipalityMember, on_delete=models.CASCADE, related_name="project_roles", verbose_name=_("person")
    )
    role = models.CharField(_("role"), max_length=10, choices=ProjectRole)
    joined_at = models.DateTimeField(_("joined"), default=timezone.now, editable=False)

    objects: ClassVar = ProjectMemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("member of a project")
        verbose_name_plural = _("members of projects")
        constraints = (models.UniqueConstraint(fields=("project", "member"), name="member_once_per_project"),)

    def __str__(self) -> str:
        return f"{self.member.user} · {self.get_role_display()}"

    @classmethod
    def hand_over(
        cls, municipality: Municipality, by: Any, leaving: MunicipalityMember, taking: MunicipalityMember
    ) -> "HandedOver":
        """Give one person's place in every project of the municipality, closed ones too, to another, with what is to be done.

        These are tasks and measures that are not done; risks and requirements go along too.
        Who takes over and is in a project already keeps the role there, but leads it where nobody else would, and as reader
        gets the role of the place. What somebody takes over who cannot do it there, since management does not write, has no
        owner any more. An event in each project. Raises `ValidationError` where `by` is no keeper, where one of the two has
        left or both are the same, and where who takes over is data protection officer. Six queries, and ten at most for
        each project.
        """
        with transaction.atomic():
            municipality.lock()
            municipality.keeper(by)
            leaving, taking = municipality.member(leaving.user), municipality.member(taking.user)
            refuse_taking(leaving, taking)
            leaving.hold_projects()
            rows = list(leaving.project_roles.select_related("project").order_by("project_id"))
            tasks = sum(row._give_to(taking, by) for row in rows)
            return HandedOver(len(rows), tasks)

    def _give_to(self, taking: MunicipalityMember, by: Any) -> int:
        """Give this place in a project that is held; how many tasks and measures that are to be done went along."""
        project, leaving = self.project, self.member
        role = self._give_role_to(taking)
        owner = taking if role in roles_with(Right.WRITE) else None
        number: int = project.tasks.to_do().filter(owner=leaving).update(owner=owner)
        number += project.measures.filter(owner=leaving, is_done=False).update(owner=owner)
        for rows in (project.risk_assessments, project.requirement_states):
            rows.filter(owner=leaving).update(owner=owner)
        ProjectEvent.record(project, ProjectEvent.What.HANDED_OVER, by, person=taking.user, person_before=leaving.user)
        project.touch()
        return number if owner else 0

    def _give_role_to(self, taking: MunicipalityMember) -> str:
        """The role that the other person has then. Four queries at most."""
        own = self.project.members.filter(member=taking).first()
        if own is None:
            self.member = taking
            self.save(update_fields=["member"])
            return self.role
        self.delete()
        role = self.role if own.role == ProjectRole.READER else own.role
        if not self.project.members.filter(can_work("member__user"), role=ProjectRole.LEAD).exists():
            role = ProjectRole.LEAD
        if role != own.role:
            own.role = role
            own.save(update_fields=["role"])
        return role


class HandedOver(NamedTuple):
    """What somebody has taken over."""

    projects: int
    tasks: int
    """Tasks and measures that are still to be done."""


def refuse_taking(leaving: MunicipalityMember, taking: MunicipalityMember) -> None:
    """Raise `ValidationError` where the second person cannot take over the projects of the first. No query."""
    if leaving.pk == taking.pk:
        raise ValidationError(gettext("Choose two different people."))
    if not taking.user.is_active:
        raise ValidationError(gettext("%(name)s’s login is closed. Choose somebody else.") % {"name": taking.user})
    if taking.is_dpo:
        raise ValidationError(
            gettext("%(name)s is data protection officer, sees every project and takes no part in the work.")
            % {"name": taking.user}
        )
