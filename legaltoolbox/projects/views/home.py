"""The municipalities that somebody works for, and the projects of one of them."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from kl_ai.pages.frame import render_page
from kl_ai.requests.http import AuthenticatedRequest

from ..models import Municipality
from .lookups import own_municipality


@never_cache
def home(request: AuthenticatedRequest) -> HttpResponse:
    """`/juridisk-vaerktoejskasse/projekter/`: the user's municipalities, in Danish order of their names. One query."""
    title = _("For municipalities")
    context = {"title": title, "municipalities": list(Municipality.objects.for_member(request.user).alphabetical())}
    return render_page(request, "projects/home.html", context, nav_current="projects", crumbs=[(title, "")])


@never_cache
def municipality(request: AuthenticatedRequest, code: str) -> HttpResponse:
    """`/juridisk-vaerktoejskasse/projekter/<code>/`: those of the municipality's projects that the user sees. Two queries."""
    municipality = own_municipality(request, code)
    projects = municipality.projects.all().visible_to(request.user).order_by("-number")
    context = {"title": municipality.name, "municipality": municipality, "projects": list(projects)}
    crumbs = [(_("For municipalities"), reverse("projects:home")), (municipality.name, "")]
    return render_page(request, "projects/municipality.html", context, nav_current="projects", crumbs=crumbs)
