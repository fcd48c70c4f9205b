"""The log of readings in the administration: what writes it there, and where administrators read it."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from ..search.danish import sort_key
from ..security.models import Reading
from ..security.reading_log import record_reading
from .site import ReadOnlyAdmin

ModelAdmin: Any = admin.ModelAdmin  # as the classes that this one stands beside


class LoggedReading(ModelAdmin):
    """For model admins whose pages show personal data of vendors: each reading of list, form, history and deletion is logged.

    Stands before the model admin among the base classes.
    """

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().changelist_view(request, *args, **kwargs)
        if response.status_code == 200:
            record_reading(request, f"{self.opts.model_name}: list")
        return response

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        return self._logged(request, "form", object_id, super().changeform_view(request, object_id, *args, **kwargs))

    def history_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._logged(request, "history", object_id, super().history_view(request, object_id, *args, **kwargs))

    def history_form_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """An earlier version; only a `TracedAdmin` has this page."""
        response = super().history_form_view(request, object_id, *args, **kwargs)
        return self._logged(request, "version", object_id, response)

    def delete_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """The question before a deletion, which lists what goes with the row."""
        return self._logged(request, "deletion", object_id, super().delete_view(request, object_id, *args, **kwargs))

    def _logged(self, request: HttpRequest, kind: str, object_id: str | None, response: HttpResponse) -> HttpResponse:
        """The response, its reading logged where it shows an object; its name is that of the row that it will render."""
        if response.status_code == 200 and object_id:
            context = getattr(response, "context_data", None) or {}
            obj = context.get("original") or context.get("object")
            record_reading(request, f"{self.opts.model_name}: {kind}", unquote(object_id), str(obj or ""))
        return response


KINDS = {
    "list": _("list"),
    "form": _("form"),
    "history": _("history"),
    "version": _("earlier version"),
    "deletion": _("deletion"),
    "review": _("review"),
    "inbox": _("inbox"),
    "editions": _("texts in the editions"),
    "page": _("page in the vendor's area"),
}
"""The second part of `Reading.page`."""


def page_words(page: str) -> str:
    """“leverandør: liste”: the model and what is shown of it, for what `Reading.page` holds."""
    model, _separator, kind = page.partition(": ")
    names = {each._meta.model_name: each._meta.verbose_name for each in apps.get_models()}
    return f"{names.get(model, model)}: {KINDS.get(kind, kind)}"


class PageFilter(admin.SimpleListFilter):
    title = _("page")
    parameter_name = "page"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The pages that somebody has read. One query."""
        pages = Reading.objects.order_by().values_list("page", flat=True).distinct()
        return sorted(((page, page_words(page)) for page in pages), key=lambda choice: sort_key(choice[1]))

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(page=self.value()) if self.value() else queryset


@admin.register(Reading)
class ReadingAdmin(ReadOnlyAdmin):
    """Administrators see who has read what; nobody changes it."""

    list_display = ("first_at", "reader", "page_label", "label", "object_id")
    list_filter = (("day", admin.DateFieldListFilter), PageFilter)
    search_fields = ("reader", "label", "object_id")
    date_hierarchy = "day"
    list_display_links = None

    @admin.display(description=_("page"), ordering="page")
    def page_label(self, reading: Reading) -> str:
        return page_words(reading.page)
