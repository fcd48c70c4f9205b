"""Files that are expensive to make and the same for everybody: made once while the public data are the same.

@versioned_page
@kept_file             # and `expensive`
def export(request): …
"""

from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from ..requests.http import request_state
from .cache import MAX_CACHED, View, file_version, page_key, page_version
from .expensive import expensive
from .file_store import files


def kept_file(view: View) -> View:
    """A decorator for a view whose file follows from the public data, the day and the address alone.

    The first reader gets it while it is made. Whoever asks for it when it is whole takes no place and waits for nobody;
    who has waited for its making to end is sent the same file.
    """

    @expensive
    @wraps(view)
    def make(request: HttpRequest, *args, **kwargs) -> HttpResponseBase:
        key = _key(request)
        if response := files.response(key):
            return response
        response = view(request, *args, **kwargs)
        if not isinstance(response, HttpResponse) or len(response.content) > MAX_CACHED:
            files.keep(key, file_version(request), response)
        return response

    @wraps(make)
    def kept_view(request: HttpRequest, *args, **kwargs) -> HttpResponseBase:
        # With DEBUG the code may change without a new process. A preview is for one person only.
        if settings.DEBUG or request_state(request).is_preview:
            return expensive(view)(request, *args, **kwargs)
        return files.response(_key(request)) or make(request, *args, **kwargs)

    return kept_view


def _key(request: HttpRequest) -> str:
    return page_key(request, page_version(request))
