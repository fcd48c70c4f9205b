"""Nothing that is answered at an address of the municipalities' projects is kept by a browser or on the way to it."""

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import add_never_cache_headers

from kl_ai.people.tokens import ORIGIN_ONLY

LANGUAGES = "|".join(code for code, _name in settings.LANGUAGES)
TOOLBOX = rf"(?:/(?:{LANGUAGES}))?/juridisk-vaerktoejskasse"
NOT_KEPT = re.compile(rf"{TOOLBOX}/(?:projekter(?:/(?!databehandleraftale[/.])|$)|svar(?:/|$)|delte-projekter(?:/|$))")
"""The beginning of the addresses of the projects, and of the pages behind vendors' links. The processor agreement is public, and may be kept."""
OF_LINKS = re.compile(rf"{TOOLBOX}/svar(?:/|$)")
"""The beginning of the addresses that hold a vendor's token."""


class ProjectsNotKept:
    """Gives every response below the projects' address `Cache-Control: no-store`: pages, files, redirects and errors.

    A 404 or a redirect tells something of a project too. The views' own `never_cache` does not reach those that no view
    makes, such as the one for an address that is none or for a method that is not allowed. An address that holds a token is
    told to no other website, and no search engine lists it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if NOT_KEPT.match(request.path_info):
            add_never_cache_headers(response)
        if OF_LINKS.match(request.path_info):
            response["Referrer-Policy"] = ORIGIN_ONLY
            response["X-Robots-Tag"] = "noindex, nofollow"
        return response
