"""Everything that has happened in a project."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kl_ai.pages.pagination import paginate
from kl_ai.requests.http import AuthenticatedRequest

from ..models import ProjectImport
from ..work.event_words import event_lines
from ..work.project_catalogue import catalogue_for
from .lookups import own_project, project_page

PER_PAGE = 50
PAGE = "side"
MOST_DIGITS = 6


@never_cache
@require_safe
def history(request: AuthenticatedRequest, code: str, number: int) -> HttpResponse:
    """`…/<number>/historik/`: the events, the latest first, 50 to a page. Four queries."""
    project = own_project(request, code, number)
    given = request.GET.get(PAGE, "")
    is_number = given.isascii() and given.isdecimal() and len(given) <= MOST_DIGITS
    pages = paginate(
        project.events.count(),
        max(int(given), 1) if is_number else 1,
        PER_PAGE,
        lambda page: request.path + (f"?{PAGE}={page}" if page > 1 else ""),
    )
    events = project.events.with_people()[pages.start : pages.stop]
    lines = event_lines(events, catalogue_for(request, project))
    imported = ProjectImport.objects.filter(project=project).first()
    return project_page(
        request,
        project,
        "history",
        _("History"),
        events=lines,
        pages=pages,
        imported_url=reverse("projects:imported", args=project.address) if imported else "",
        is_from_copy=bool(imported and imported.is_from_copy),
    )
