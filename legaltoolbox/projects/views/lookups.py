"""How every page of a project finds its project, and the frame around it. Whoever may not gets 404, as for an address that is none."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from kl_ai.pages.frame import Crumbs, render_page
from kl_ai.requests.http import AuthenticatedRequest

from ..models import Municipality, Project
from ..rights import Right


def own_municipality(request: AuthenticatedRequest, code: str) -> Municipality:
    """The municipality of this address, where the user works for it. One query."""
    return get_object_or_404(Municipality.objects.for_member(request.user), code=code)


def kept_municipality(request: AuthenticatedRequest, code: str) -> Municipality:
    """The municipality of this address, where the user is its keeper. One query."""
    return get_object_or_404(Municipality.objects.where_keeper(request.user), code=code)


def own_project(request: AuthenticatedRequest, code: str, number: int, right: Right = Right.READ) -> Project:
    """The project of this address, where the user has the right; with `role` and its municipality. One query."""
    return get_object_or_404(Project.objects.where_may(request.user, right).at(code, number))


def project_page(
    request: AuthenticatedRequest,
    project: Project,
    name: str,
    title: str = "",
    *,
    above: Crumbs = (),
    status: int | None = None,
    **context: Any,
) -> HttpResponse:
    """The page `projects/<name>.html` of a project; its overview has no `title`. `above` are the steps between the two."""
    overview = reverse("projects:overview", args=project.address)
    own = [(project.title, overview), *above, (title, "")] if title else [(project.title, "")]
    municipality = project.municipality
    crumbs = [
        (_("For municipalities"), reverse("projects:home")),
        (municipality.name, reverse("projects:municipality", args=[municipality.code])),
        *own,
    ]
    context |= {"project": project, "title": title or project.title, "overview_url": overview}
    return render_page(request, f"projects/{name}.html", context, nav_current="projects", crumbs=crumbs, status=status)
