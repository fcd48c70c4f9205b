"""Which projects a user sees, and by which role: asked by every lookup, and by `Project.hold` once more."""

from typing import Any

from django.db import models
from django.db.models import Case, Exists, OuterRef, Subquery, Value, When
from django.utils.translation import gettext_lazy as _

from ..rights import DPO, Right, may_work_for_municipalities, roles_with
from .events import ProjectEvent
from .members import ProjectMember
from .municipalities import Municipality, MunicipalityMember
from .municipality_events import MunicipalityEvent


def municipalities_that_ask(user: Any) -> models.QuerySet[Municipality]:
    """The municipalities that ask `user` for the second step, in Danish order: those the user works for, or has acted in.

    What somebody who has left did there is shown after it alone, too. One query.
    """
    works = MunicipalityMember.objects.filter(municipality=OuterRef("pk"), user=user.pk)
    acts = ProjectEvent.objects.filter(project__municipality=OuterRef("pk"))
    acts = acts.filter(models.Q(actor=user.pk) | models.Q(person=user.pk) | models.Q(person_before=user.pk))
    changes = MunicipalityEvent.objects.filter(municipality=OuterRef("pk"), actor=user.pk)
    asking = Municipality.objects.filter(requires_second_factor=True)
    return asking.filter(Exists(works) | Exists(acts) | Exists(changes)).alphabetical()


class ProjectStatus(models.TextChoices):
    ACTIVE = "active", _("active")
    CLOSED = "closed", _("closed")


class ProjectQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> "ProjectQuerySet":
        """The projects that `user` is in, or is data protection officer for, with the role as `role`. One query.

        None for who is not logged in, and none for KL's staff as such: they see counts alone.
        """
        return self._with_role_of(user).filter(models.Q(role_of_user__isnull=False))

    def where_may(self, user: Any, right: Right) -> "ProjectQuerySet":
        """The projects in which `user` has the right, with the role as `role`. One query."""
        return self._with_role_of(user).filter(models.Q(role_of_user__in=roles_with(right)))

    def _with_role_of(self, user: Any) -> "ProjectQuerySet":
        """All projects with the role of `user`, None for no role; no project for who is not logged in."""
        projects = self if may_work_for_municipalities(user) else self.none()
        own = ProjectMember.objects.filter(project=OuterRef("pk"), member__user=user.pk)
        officer = MunicipalityMember.objects.filter(municipality=OuterRef("municipality"), user=user.pk).exclude(dpo="")
        role = Case(When(Exists(officer), then=Value(DPO)), default=Subquery(own.values("role")[:1]))
        return projects.annotate(role_of_user=role)

    def at(self, code: str, number: int) -> "ProjectQuerySet":
        """The project of this address, with its municipality. One query."""
        return self.select_related("municipality").filter(municipality__code=code, number=number)

    def active(self) -> "ProjectQuerySet":
        return self.filter(status=ProjectStatus.ACTIVE)

    def closed(self) -> "ProjectQuerySet":
        """Those that wait for their deletion, with their municipalities, the first closed first. One query."""
        return self.filter(status=ProjectStatus.CLOSED).select_related("municipality").order_by("closed_at", "pk")
