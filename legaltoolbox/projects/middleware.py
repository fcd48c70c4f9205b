"""Nothing that is answered at an address of the municipalities' projects is kept by a browser or on the way to it."""

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import add_never_cache_headers

LANGUAGES = "|".join(code for code, _name in settings.LANGUAGES)
NOT_KEPT = re.compile(rf"(?:/(?:{LANGUAGES}))?/juridisk-vaerktoejskasse/projekter(?:/(?!databehandleraftale[/.])|$)")
"""The beginning of the projects' addresses. The processor agreement is public, and may be kept."""


class ProjectsNotKept:
    """Gives every response below the projects' address `Cache-Control: no-store`: pages, files, redirects and errors.

    A 404 or a redirect tells something of a project too. The views' own `never_cache` does not reach those that no view
    makes, such as the one for an address that is none or for a method that is not allowed.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if NOT_KEPT.match(request.path_info):
            add_never_cache_headers(response)
        return response
