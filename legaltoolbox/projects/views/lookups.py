"""How every page of a project finds its project, and the frame around it. Whoever may not gets 404, as for an address that is none."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kl_ai.login import second_factor
from kl_ai.models import User
from kl_ai.pages.frame import Crumbs, render_page
from kl_ai.requests.http import AuthenticatedRequest

from ..models import Municipality, Project
from ..models.project_lookups import municipalities_that_ask
from ..rights import Permission, Right

PROJECT_PAGES = (
    ("overview", gettext_lazy("Overview"), Right.READ),
    ("activities", gettext_lazy("Activities"), Right.READ),
    ("plan", gettext_lazy("Action plan"), Right.READ),
    ("documents", gettext_lazy("Documents"), Right.READ),
    ("legal_bases", gettext_lazy("Legal basis"), Right.READ),
    ("risks", gettext_lazy("Risks"), Right.READ),
    ("requirements", gettext_lazy("Requirements"), Right.READ),
    ("decisions", gettext_lazy("Decisions"), Right.READ),
    ("screening", gettext_lazy("The solution"), Right.READ),
    ("details", gettext_lazy("Details"), Right.WRITE),
    ("members", gettext_lazy("Members"), Right.READ),
    ("history", gettext_lazy("History"), Right.READ),
    ("report", gettext_lazy("Report"), Right.READ),
)
"""The pages that the menu of a project leads to (`components/project_nav.html`): name of the address, label, who gets there."""


def own_municipality(request: AuthenticatedRequest, code: str) -> Municipality:
    """The municipality of this address, where the user works for it. One query."""
    return after_second_step(request, get_object_or_404(Municipality.objects.for_member(request.user), code=code))


def kept_municipality(request: AuthenticatedRequest, code: str) -> Municipality:
    """The municipality of this address, where the user is its keeper. One query."""
    return after_second_step(request, get_object_or_404(Municipality.objects.where_keeper(request.user), code=code))


def own_project(request: AuthenticatedRequest, code: str, number: int, right: Right = Right.READ) -> Project:
    """The project of this address, where the user has the right; with `role` and its municipality. One query.

    Its verbs ask for the right once more when they hold the project (`Project.hold`).
    """
    project: Project = get_object_or_404(Project.objects.where_may(request.user, right).at(code, number))
    project.permission = Permission(request.user, right)
    after_second_step(request, project.municipality)
    return project


def after_second_step(request: AuthenticatedRequest, municipality: Municipality) -> Municipality:
    """The municipality. Raises `SecondStepMissing` where it asks for the second step and this session has not passed it.

    No query where it does not ask, else at most one a request.
    """
    if municipality.requires_second_factor:
        second_factor.require_step(request)
    return municipality


def asks_second_step(user: User) -> bool:
    """Whether a municipality asks the user for the second step (`SECOND_STEP_ASKED`). One query."""
    return municipalities_that_ask(user).exists()


def project_page(
    request: AuthenticatedRequest,
    project: Project,
    name: str,
    title: str = "",
    *,
    section: str = "",
    above: Crumbs = (),
    status: int | None = None,
    **context: Any,
) -> HttpResponse:
    """The page `projects/<name>.html` of a project; its overview has no `title`. `above` are the steps between the two.

    `section` is the entry of `PROJECT_PAGES` that the page belongs to, where it is not its `name`. No query.
    """
    overview = reverse("projects:overview", args=project.address)
    own = [(project.title, overview), *above, (title, "")] if title else [(project.title, "")]
    municipality = project.municipality
    crumbs = [
        (_("For municipalities"), reverse("projects:home")),
        (municipality.name, reverse("projects:municipality", args=[municipality.code])),
        *own,
    ]
    context |= {"project": project, "title": title or project.title, "overview_url": overview}
    context["project_nav"] = project_nav(project, section or name)
    return render_page(request, f"projects/{name}.html", context, nav_current="projects", crumbs=crumbs, status=status)


def project_nav(project: Project, current: str) -> list[tuple[str, str, bool]]:
    """The entries of the project's menu for the user: label, address, and whether the page belongs there. No query."""
    return [
        (str(label), reverse(f"projects:{name}", args=project.address), name == current)
        for name, label, right in PROJECT_PAGES
        if project.may(right)
    ]
