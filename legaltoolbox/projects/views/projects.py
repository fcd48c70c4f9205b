"""A project's overview."""

from django.http import HttpResponse
from django.views.decorators.cache import never_cache

from kl_ai.requests.http import AuthenticatedRequest

from .lookups import own_project, project_page


@never_cache
def overview(request: AuthenticatedRequest, code: str, number: int) -> HttpResponse:
    """`/juridisk-vaerktoejskasse/projekter/<code>/<number>/`: where the project stands. One query."""
    return project_page(request, own_project(request, code, number), "overview")
