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
    """`/juridisk-vaerktoejskasse/projekter/`: the user's municipalities, invitations and requests. Nine queries."""
    title = _("For municipalities")
    requests = MunicipalityJoinRequest.objects.waiting().filter(user=request.user.pk).select_related("municipality")
    join_requests = list(requests)
    waiting = MunicipalityInvitation.objects.waiting().filter(email=request.user.email)
    invitations = list(waiting.select_related("municipality"))
    memberships = list(MunicipalityMember.objects.for_user(request.user))
    known = {each.municipality_id for each in (*join_requests, *invitations)}
    numbers = _waiting_in(request, [member.municipality_id for member in memberships])
    context = {
        "title": title,
        "memberships": [(member, numbers[member.municipality_id]) for member in memberships],
        "invitations": invitations,
        "join_requests": join_requests,
        "open_to": [each for each in Municipality.objects.open_to(request.user) if each.pk not in known],
    }
    return render_page(request, "projects/home.html", context, nav_current="projects", crumbs=[(title, "")])


def _waiting_in(request: AuthenticatedRequest, municipalities: list[int]) -> Counter[int]:
    """Primary key of each municipality to how much waits for the user in its projects. Four queries, none without one."""
    numbers: Counter[int] = Counter()
    if municipalities:
        projects = list(Project.objects.visible_to(request.user).filter(municipality__in=municipalities).active())
        by_project = waiting_numbers(projects, request.user, catalogues.for_request(request), timezone.localdate())
        for project in projects:
            numbers[project.municipality_id] += by_project[project.pk]
    return numbers


@never_cache
@require_safe
def municipality(request: AuthenticatedRequest, code: str) -> HttpResponse:
    """`/juridisk-vaerktoejskasse/projekter/<code>/`: those of the municipality's projects that the user sees. Six queries."""
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
        "is_signed": municipality.agreement_signed_on is not None,
        "may_begin": municipality.agreement_signed_on is not None and not member.is_dpo,
    }
    crumbs = [(_("For municipalities"), reverse("projects:home")), (municipality.name, "")]
    return render_page(request, "projects/municipality.html", context, nav_current="projects", crumbs=crumbs)
