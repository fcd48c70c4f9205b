"""The middleware that asks for a login at every view that is not public."""

from collections.abc import Callable
from typing import cast

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import add_never_cache_headers

from ..requests.http import AuthenticatedRequest, is_fetch
from . import restore, second_factor, sessions


class LoginRequired(LoginRequiredMiddleware):
    """Django's middleware, asking first whether the view is public.

    The original looks the user up before it asks, which reads the session and marks every public
    page as one that depends on a cookie. What was typed into a form is kept for after the login
    (`kl_ai.login.restore`). A script cannot follow the redirect to the login: its response is 401.
    """

    def process_view(
        self, request: HttpRequest, view_func: Callable, view_args: tuple, view_kwargs: dict
    ) -> HttpResponseBase | None:
        if not getattr(view_func, "login_required", True) and not restore.is_administration(request):
            return None
        if request.user.is_anonymous:
            if is_fetch(request):
                return HttpResponse("Log in", status=401, content_type="text/plain")
            restore.store_input(request, view_func)
        else:
            sessions.record_use(cast(AuthenticatedRequest, request))
            if page := restore.page_to_send_again(request, view_func):
                return page
        return super().process_view(request, view_func, view_args, view_kwargs)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Lead to the second step where a lookup asks for it, and back; what was typed is kept as for a login."""
        if not isinstance(exception, second_factor.SecondStepMissing):
            return None
        if is_fetch(request):
            return HttpResponse("Log in", status=401, content_type="text/plain")
        if request.resolver_match is not None:
            restore.store_input(request, request.resolver_match.func)
        response = second_factor.redirect_to_step(exception.step, request.get_full_path())
        add_never_cache_headers(response)
        return response
