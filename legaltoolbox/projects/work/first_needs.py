"""What a new project needs before anything else, and does not have yet."""

from collections.abc import Collection

from django.urls import reverse
from django.utils.translation import gettext as _

from legaltoolbox.catalogue import Catalogue

from ..models import Project
from ..rights import ProjectRole, Right


def needed_first(project: Project, roles: Collection[str], catalogue: Catalogue) -> list[tuple[str, str]]:
    """What the project needs first and does not have, with where the user sees to it. One query for a lead, none for others."""
    links: list[tuple[str, str]] = []
    if not project.is_active:
        return links
    if project.may(Right.WRITE) and project.phase not in {phase.slug for phase in catalogue.phases}:
        links.append((_("Choose the phase that the project is in"), reverse("projects:details", args=project.address)))
    if project.may(Right.MANAGE):
        if ProjectRole.MANAGEMENT not in roles:
            url = reverse("projects:members", args=project.address)
            links.append((_("Add somebody from the management, who takes the decisions"), url))
        if not project.municipality.members.exclude(dpo="").exists():
            url = reverse("projects:members_of_municipality", args=[project.municipality.code])
            links.append((_("Ask your keeper to say who is the municipality’s data protection officer"), url))
    return links
