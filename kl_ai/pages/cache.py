"""Public pages: no login, no cookie, an ETag, and a cache of limited size that holds no outdated page.

A page follows from the data's version, the day, the address and the release of the code. These
make its key; no user, cookie or token does, since the page holds nothing of them. It is kept compressed (`codings`)
by the middleware `kl_ai.pages.middleware.CachedPages`.
"""

import hashlib
from collections.abc import Callable, Hashable
from functools import cache, wraps
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.http import parse_etags
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from ..requests.http import SAFE_METHODS, PageVersion, options_response, request_state
from . import versions
from .codings import accepted_coding, compress
from .file_store import files

View = Callable[..., HttpResponseBase]
MAX_CACHED = 384 * 1024
"""The most bytes of a page in the cache, compressed or not. With the setting `PAGE_CACHE_ENTRIES` it bounds the memory of a process."""
CODE = ("*.py", "*.html", "*.mo", "*.css", "*.js", "*.docx", "*.typ")
"""The files that a page may follow from."""


def public_page(version: Callable[[HttpRequest], Any]) -> Callable[[View], View]:
    """A decorator for views whose page follows from `version(request)` and the address alone.

    Only the methods that change nothing reach the view: another one gets 405, with or without a CSRF token.
    """

    def decorate(view: View) -> View:
        @csrf_exempt
        @login_not_required
        @require_http_methods(SAFE_METHODS)
        @wraps(view)
        def cached_view(request: HttpRequest, *args, **kwargs) -> HttpResponseBase:
            if request.method == "OPTIONS":
                return options_response()
            # With DEBUG a template may change without a new process. A preview is for one person only.
            if settings.DEBUG or request_state(request).is_preview:
                return view(request, *args, **kwargs)
            coding, value = accepted_coding(request), version(request)
            etag = f'W/"{page_key(request, value)}{coding and "-"}{coding}"'
            if etag in parse_etags(request.headers.get("If-None-Match", "")):
                response: HttpResponseBase = HttpResponseNotModified()
            else:
                response = view(request, *args, **kwargs)
                if isinstance(response, HttpResponse) and response.status_code == 200:
                    compress(response, coding)
                    request_state(request).page_version = PageVersion(version, value)
            if response.status_code in (200, 304):
                response["ETag"] = etag
            patch_cache_control(response, no_cache=True)
            patch_vary_headers(response, ("Accept-Encoding",))
            return response

        return cached_view

    return decorate


def page_version(request: HttpRequest) -> list[tuple[str, int]]:
    """Each area's number that the request is answered from. At most one query. Files of other numbers are dropped."""
    files.drop_outdated(file_version(request))
    return sorted(versions.for_request(request).items())


def file_version(request: HttpRequest) -> Hashable:
    """What the files in `file_store` follow from beside their addresses. At most one query."""
    return tuple(sorted(versions.for_request(request).items())), timezone.localdate()


versioned_page = public_page(page_version)
"""A public page that follows from the public data and the address alone; it is made again when any area's data change."""


def page_key(request: HttpRequest, version: Any) -> str:
    """The key of the page that the request asks for, equal for equal pages."""
    parts = (release(), version, timezone.localdate(), page_address(request))
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def page_address(request: HttpRequest) -> Hashable:
    """The address that the request asks for: host, scheme, path and parameters, whatever the order of those.

    Raises `DisallowedHost`.
    """
    query = repr(sorted(request.GET.lists())) if request.META.get("QUERY_STRING") else ""
    return request.get_host(), request.is_secure(), request.path, query, request_state(request).query_was_cut


@cache
def release() -> str:
    """A fingerprint of the code, templates, translations and `PAGE_SETTINGS` that this process makes pages with."""
    values = [getattr(settings, name) for name in settings.PAGE_SETTINGS]
    digest = hashlib.sha256(repr(values).encode())
    own = [Path(app.path) for app in apps.get_app_configs() if Path(app.path).parent == settings.BASE_DIR]
    for folder in (*own, settings.BASE_DIR / "templates", settings.BASE_DIR / "static"):
        for path in sorted(path for pattern in CODE for path in folder.rglob(pattern)):
            digest.update(f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}".encode())
    return digest.hexdigest()
