"""How every page of a project finds its project, and the frame around it. Whoever may not gets 404, as for an address that is none."""

from collections.abc import Collection
from typing import Any, NamedTuple

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kl_ai.login import second_factor
from kl_ai.models import User
from kl_ai.pages.frame import Crumbs, render_page
from kl_ai.requests.http import AuthenticatedRequest
from legaltoolbox.catalogue import catalogues

from ..models import Municipality, Project
from ..models.project_lookups import municipalities_that_ask
from ..models.written import ItemKey
from ..rights import Permission, Right
from ..work.own_texts import text_notes
from ..work.pinning import on_writing


class ProjectPage(NamedTuple):
    """A page that the menu of a project leads to."""

    name: str
    """The name of its address."""
    label: Any
    right: Right = Right.READ
    """Who gets there."""


MenuLink = tuple[str, str, bool]
"""Label, address, and whether the page belongs there."""

PROJECT_PAGES: tuple[tuple[Any, tuple[ProjectPage, ...]], ...] = (
    (gettext_lazy("Overview"), (ProjectPage("overview", gettext_lazy("Overview")),)),
    (
        gettext_lazy("The work"),
        (ProjectPage("activities", gettext_lazy("Activities")), ProjectPage("plan", gettext_lazy("Action plan"))),
    ),
    (gettext_lazy("Documents"), (ProjectPage("documents", gettext_lazy("Documents")),)),
    (
        gettext_lazy("Assessments"),
        (
            ProjectPage("legal_bases", gettext_lazy("Legal basis")),
            ProjectPage("risks", gettext_lazy("Risks")),
            ProjectPage("requirements", gettext_lazy("Requirements")),
            ProjectPage("annexes", gettext_lazy("Requirement annexes")),
        ),
    ),
    (gettext_lazy("Decisions"), (ProjectPage("decisions", gettext_lazy("Decisions")),)),
    (
        gettext_lazy("Report and sharing"),
        (
            ProjectPage("report", gettext_lazy("Report")),
            ProjectPage("share", gettext_lazy("Sharing")),
            ProjectPage("openness", gettext_lazy("Openness")),
        ),
    ),
    (
        gettext_lazy("About the project"),
        (
            ProjectPage("screening", gettext_lazy("The solution")),
            ProjectPage("details", gettext_lazy("Details"), Right.WRITE),
            ProjectPage("members", gettext_lazy("Members")),
            ProjectPage("updates", gettext_lazy("Changes in the catalogue")),
            ProjectPage("history", gettext_lazy("History")),
        ),
    ),
)
"""The menu of a project (`components/project_nav.html`): the label of each group, and its pages. A group leads to its first one."""


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
    on_writing(request, project)
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
    text_keys: Collection[ItemKey] = (),
    **context: Any,
) -> HttpResponse:
    """The page `projects/<name>.html` of a project; its overview has no `title`. `above` are the steps between the two.

    `section` is the entry of `PROJECT_PAGES` that the page belongs to, where it is not its `name`; `text_keys` are the items
    of the catalogue whose texts it shows. No query, and those of `text_notes` where there are keys.
    """
    if text_keys:
        live = catalogues.for_request(request)
        context["text_notes"] = text_notes(project, text_keys, live, with_titles=len(text_keys) > 1)
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


def project_nav(project: Project, current: str) -> list[tuple[list[MenuLink], str]]:
    """The two rows of the project's menu for the user, each with its name for those who do not see it. No query.

    The first has the groups; the second the pages of the group that the page is in, and is left out where that is only one.
    """
    groups, pages = [], []
    for label, entries in PROJECT_PAGES:
        links = [
            (str(entry.label), reverse(f"projects:{entry.name}", args=project.address), entry.name == current)
            for entry in entries
            if project.may(entry.right)
        ]
        is_here = any(entry.name == current for entry in entries)
        groups.append((str(label), links[0][1], is_here))
        if is_here and len(links) > 1:
            pages = links
    rows = [(groups, _("The project’s pages"))]
    return [*rows, (pages, _("The pages of this part"))] if pages else rows
