"""Files with the names of municipality and project, which are sent for the file alone.

The names are in no address and on no page, and nothing stores or logs them: the answer to the form is the file. Whoever
fetches it has no cookie, and the form does nothing but make the file, so that there is nothing that a CSRF token could guard. A browser that another
website makes send it gets the file without names.
"""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters

from kl_ai.pages.cache import versioned_page
from kl_ai.pages.expensive import expensive
from kl_ai.pages.kept_files import kept_file
from kl_ai.requests import faults
from kl_ai.requests.http import SAFE_METHODS

from ..files.names import MAX_LETTERS, MUNICIPALITY, PROJECT, NamesForm

View = Callable[..., HttpResponseBase]


def file_with_names(view: View) -> View:
    """A decorator for a view of a file, in the place of `versioned_page` and `kept_file`: it also answers POST, with names in the file.

    The view reads them by `files.names.read_names`. A name that is too long, or that no file could hold, is refused with 400 and a page
    that does not repeat it.
    """
    public_view, view = versioned_page(kept_file(view)), expensive(view)

    @csrf_exempt
    @login_not_required
    @sensitive_post_parameters(MUNICIPALITY, PROJECT)
    @wraps(view)
    def view_with_names(request: HttpRequest, *args, **kwargs) -> HttpResponseBase:
        if request.method != "POST":
            answer = public_view(request, *args, **kwargs)
            if answer.has_header("Allow"):
                answer["Allow"] = ", ".join((*SAFE_METHODS, "POST"))
            return answer
        if request.headers.get("Sec-Fetch-Site") == "cross-site":
            return redirect(request.get_full_path())
        if not NamesForm(request.POST).is_valid():
            return faults.page(
                request,
                400,
                _("A name is too long"),
                _("Municipality and project may have %(n)s characters each. No file was made, and nothing is stored.")
                % {"n": MAX_LETTERS},
                advice=[_("Go back, and shorten it.")],
            )
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response

    return view_with_names
