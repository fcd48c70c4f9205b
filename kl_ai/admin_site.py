"""The administration's site: its name, and the work that waits on its front page."""

from typing import NamedTuple

from django.contrib import admin
from django.utils.translation import gettext_lazy as _


class Task(NamedTuple):
    """A line on the front page: how many, of what, and the list that shows them."""

    number: int
    text: str
    url: str


class PortalAdminSite(admin.AdminSite):
    site_header = _("Administration of the AI portal")
    site_title = _("AI portal administration")
    index_title = _("Overview")

    def index(self, request, extra_context=None):
        """Model admins that have a method `tasks(request)` put their tasks on top of the front page."""
        tasks = [
            task
            for model_admin in self._registry.values()
            if hasattr(model_admin, "tasks") and model_admin.has_view_permission(request)
            for task in model_admin.tasks(request)
        ]
        return super().index(request, {"tasks": tasks} | (extra_context or {}))
