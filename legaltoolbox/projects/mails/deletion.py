"""The mails before a closed project is deleted: to those who lead it, and to the municipality's keepers.

Where the municipality asks for the second step they have the project's number and no title: mail is read without it.
"""

from collections.abc import Iterator
from datetime import date

from django.db import transaction
from django.db.models import Q

from kl_ai.mail.outbox import Letter, link, post_many
from kl_ai.models import User

from ..models import Project
from ..rights import ProjectRole

TEMPLATE = "project_deletion"


def announce(project: Project, today: date) -> int:
    """Announce the deletion of a closed project, where that is due; how many mails are queued for it.

    Again, or twice at once, gives no second mail. Three queries where it is due, and those of `post_many`.
    """
    with transaction.atomic():
        days = project.announce_deletion(today)
        return len(post_many(_letters(project, days))) if days else 0


def recipients(project: Project) -> list[User]:
    """Those who lead the project, and the keepers of its municipality, who can log in. One query."""
    leads = Q(
        municipality_memberships__project_roles__project=project,
        municipality_memberships__project_roles__role=ProjectRole.LEAD,
    )
    keepers = Q(municipality_memberships__municipality=project.municipality, municipality_memberships__is_keeper=True)
    return list(User.objects.filter(leads | keepers, is_active=True).distinct().order_by("pk"))


def _letters(project: Project, days: int) -> Iterator[Letter]:
    leads = set(project.members.filter(role=ProjectRole.LEAD).values_list("member__user", flat=True))
    for user in recipients(project):
        is_lead = user.pk in leads
        name, args = (
            ("projects:overview", project.address) if is_lead else ("projects:municipality", project.address[:1])
        )
        context = {
            "project": project,
            "municipality": project.municipality,
            "number": str(project.number),
            "is_named": not project.municipality.requires_second_factor,
            "day": project.deleted_on,
            "is_lead": is_lead,
            "url": link(name, *args, language=user.language),
        }
        key = f"project-deletion:{project.pk}:{days}:{project.deleted_on}:{user.pk}"
        yield Letter(key, user.email, TEMPLATE, context, user.language)
