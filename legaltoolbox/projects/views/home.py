"""The municipalities that somebody works for, and the projects of one of them."""

from collections import Counter

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kl_ai.pages.frame import render_page
from kl_ai.requests.http import AuthenticatedRequest
from legaltoolbox.catalogue import catalogues

from ..models import Municipality, MunicipalityInvitation, MunicipalityJoinRequest, MunicipalityMember, Project
from ..work.waiting import waiting_numbers
from .lookups import own_municipality


@never_cache
@require_safe
def home(request: AuthenticatedRequest) -> HttpResponse:
    """`/juridisk-vaerktoejskasse/projekter/`: the user's municipalities, invitations and requests.

    Five queries, and those of `waiting_numbers`.
    """
    title = _("For municipalities")
    requests = MunicipalityJoinRequest.objects.waiting().filter(user=request.user.pk).select_related("municipality")
    join_requests = list(requests)
    waiting = MunicipalityInvitation.objects.waiting().filter(email=request.user.email)
    invitations = list(waiting.select_related("municipality"))
    memberships = list(MunicipalityMember.objects.for_user(request.user))
    known = {each.municipality_id for each in (*join_requests, *invitations)}
    waiting_projects = _waiting_in(request, [member.municipality_id for member in memberships])
    numbers: Counter[int] = Counter()
    for project, number in waiting_projects:
        numbers[project.municipality_id] += number
    context = {
        "title": title,
        "memberships": [
            (member, numbers[member.municipality_id], _waiting_url(member.municipality, waiting_projects))
            for member in memberships
        ],
        "invitations": invitations,
        "join_requests": join_requests,
        "open_to": [each for each in Municipality.objects.open_to(request.user) if each.pk not in known],
    }
    return render_page(request, "projects/home.html", context, nav_current="projects", crumbs=[(title, "")])


def _waiting_in(request: AuthenticatedRequest, municipalities: list[int]) -> list[tuple[Project, int]]:
    """The projects of these municipalities in which something waits for the user, and how much.

    One query, and those of `waiting_numbers`.
    """
    if not municipalities:
        return []
    projects = list(Project.objects.visible_to(request.user).filter(municipality__in=municipalities).active())
    numbers = waiting_numbers(projects, request.user, catalogues.for_request(request), timezone.localdate())
    return [(project, numbers[project.pk]) for project in projects if numbers[project.pk]]


def _waiting_url(municipality: Municipality, waiting_projects: list[tuple[Project, int]]) -> str:
    """The page with what waits in the municipality: the project where it is one, else the list of projects. No query."""
    own = [project for project, _number in waiting_projects if project.municipality_id == municipality.pk]
    if len(own) == 1:
        return reverse("projects:overview", args=[municipality.code, own[0].number]) + "#waiting-heading"
    return reverse("projects:municipality", args=[municipality.code])


@never_cache
@require_safe
def municipality(request: AuthenticatedRequest, code: str) -> HttpResponse:
    """`/juridisk-vaerktoejskasse/projekter/<code>/`: those of the municipality's projects that the user sees.

    Three queries, one more for a keeper, and those of `waiting_numbers`.
    """
    municipality = own_municipality(request, code)
    member = get_object_or_404(municipality.members, user=request.user.pk)
    projects = list(municipality.projects.all().visible_to(request.user).order_by("-number"))
    waiting = waiting_numbers(projects, request.user, catalogues.for_request(request), timezone.localdate())
    context = {
        "title": municipality.name,
        "municipality": municipality,
        "member": member,
        "active": [(project, waiting[project.pk]) for project in projects if project.is_active],
        "closed": [project for project in projects if not project.is_active],
        "join_requests": municipality.join_requests.waiting().count() if member.is_keeper else 0,
        "is_signed": municipality.agreement_signed_on is not None,
        "may_begin": municipality.agreement_signed_on is not None and not member.is_dpo,
    }
    crumbs = [(_("For municipalities"), reverse("projects:home")), (municipality.name, "")]
    return render_page(request, "projects/municipality.html", context, nav_current="projects", crumbs=crumbs)
