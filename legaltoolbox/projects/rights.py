"""What each role in a project may do. The only place that says so; lookups ask `Project.objects.where_may`."""

from enum import Enum
from typing import Any, NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _


class ProjectRole(models.TextChoices):
    """The roles of a project's members."""

    LEAD = "lead", _("project lead")
    EDITOR = "editor", _("editor")
    READER = "reader", _("reader")
    MANAGEMENT = "management", _("management")


DPO = "dpo"
"""The role of the municipality's data protection officers and their substitutes, in each of its projects.

Nobody in the project gives it or takes it away, and who has it has no other role in any project (GDPR art. 38(3) and (6)).
"""


class Right(Enum):
    READ = "read"
    COMMENT = "comment"
    WRITE = "write"
    """Fill in, assess, plan: the work of the project."""
    MANAGE = "manage"
    """Members, closing, reopening, export."""
    OPINE = "opine"
    """Write the data protection officer's opinion."""
    DECIDE = "decide"
    """Decide as the municipality's management."""


RIGHTS: dict[str, frozenset[Right]] = {
    ProjectRole.LEAD: frozenset({Right.READ, Right.COMMENT, Right.WRITE, Right.MANAGE}),
    ProjectRole.EDITOR: frozenset({Right.READ, Right.COMMENT, Right.WRITE}),
    ProjectRole.READER: frozenset({Right.READ}),
    ProjectRole.MANAGEMENT: frozenset({Right.READ, Right.COMMENT, Right.DECIDE}),
    DPO: frozenset({Right.READ, Right.COMMENT, Right.OPINE}),
}


class Permission(NamedTuple):
    """By what right somebody has opened a project."""

    user: Any
    right: Right


def roles_with(right: Right) -> list[str]:
    """The roles that have the right."""
    return [str(role) for role, rights in RIGHTS.items() if right in rights]


def may_work_for_municipalities(user: Any) -> bool:
    """Whether the login is one that can work for a municipality: KL's staff see how many projects there are, and nothing of them."""
    return user.pk is not None and not user.is_staff


def can_work(user: str) -> models.Q:
    """Selects rows whose user, at this path, can log in and work for a municipality, as `may_work_for_municipalities`.

    Whoever cannot is nobody's other lead, keeper, manager or officer: a project that only such a person leads has no lead.
    """
    return models.Q(**{f"{user}__is_active": True, f"{user}__is_staff": False})
