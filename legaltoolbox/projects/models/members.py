"""The people of a project, each with a role."""

from typing import ClassVar

from django.db import models
from django.db.models import Case, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..rights import ProjectRole
from .municipalities import MunicipalityMember


class ProjectMemberQuerySet(models.QuerySet["ProjectMember"]):
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
