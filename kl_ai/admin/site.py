"""The administration's site: its name, who may enter it, and the work on its front page."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from ..login import second_factor
from ..login.redirects import next_url
from ..login.sessions import forget_session
from ..pages.frame import frame_context
from ..search.danish import sort_key
from .front_page import front_page
from .lists import DanishListAdmin
from .menu import menu_links
from .my_mails import my_mails

PASSWORD_PAGES = ("password_change", "password_change_done")


class PortalAdminSite(admin.AdminSite):
    site_header = _("Administration of the AI portal")
    site_title = _("AI portal administration")
    index_title = _("Overview")

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether the user is staff and has passed the second step where it is required. Called for every page."""
        return super().has_permission(request) and not second_factor.missing_step(request)

    @method_decorator(login_not_required)
    @method_decorator(never_cache)
    def login(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        """A redirect to the portal's login, to the second step, or to the page asked for; there is no form here."""
        url = next_url(request) or reverse("admin:index")
        if request.user.is_anonymous:
            return redirect_to_login(url)
        if not super().has_permission(request):
            raise PermissionDenied
        if step := second_factor.missing_step(request):
            return second_factor.redirect_to_step(step, url)
        return redirect(url)

    @method_decorator(never_cache)
    def logout(self, request, extra_context=None):
        """As Django's, and the browser is forgotten. The administration's own pages log out with `account_logout`."""
        if request.method == "POST":
            forget_session(request)
        return super().logout(request, extra_context)

    def get_urls(self):
        """The administration's addresses without those of the password pages, since no user has a password."""
        urls = [url for url in super().get_urls() if getattr(url, "name", "") not in PASSWORD_PAGES]
        return [path("mine-mails/", self.admin_view(partial(my_mails, self)), name="my_mails"), *urls]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """With the variables of every page of the portal (`frame_context`), and the menu: `menu_links`."""
        context = super().each_context(request) | frame_context(request)
        has_menu = context["has_permission"] and IS_POPUP_VAR not in request.GET
        return context | {"menu_links": menu_links(request) if has_menu else []}

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """As Django's, in Danish order, those that the user may only read last.

        A model admin may have a `list_name` that says more than the model's name.
        """
        apps = super().get_app_list(request, app_label)
        for app in apps:
            for model in app["models"]:
                model["name"] = capfirst(getattr(self.get_model_admin(model["model"]), "list_name", model["name"]))
            app["models"].sort(key=lambda model: sort_key(str(model["name"])))
        return sorted(apps, key=lambda app: (not _may_write(app), sort_key(str(app["name"]))))

    def index(self, request, extra_context=None):
        """The front page: the work that waits for this user, then the lists (`front_page`)."""
        return super().index(request, front_page(self, request) | (extra_context or {}))


def _may_write(app: dict[str, Any]) -> bool:
    """Whether the user may add, change or delete something in a list of this app."""
    return any(model["perms"][name] for model in app["models"] for name in ("add", "change", "delete"))


class ReadOnlyAdmin(DanishListAdmin):
    """Rows that the administration only shows. The portal's own code creates, changes and deletes them."""

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False
