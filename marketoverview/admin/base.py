"""The shared parts of the market overview's model admins: the public version, a filter, columns and choices."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kl_ai.admin.history import PublicDataAdmin
from kl_ai.admin.hostile_input import is_key
from kl_ai.admin.reading import LoggedReading
from kl_ai.validators import validate_text

from ..models import Option, Response, market_version


class MarketDataAdmin(PublicDataAdmin):
    """For rows that the public pages of the market overview show: what all vendors share, as questions and rounds."""

    version = market_version

    def changed_keys(self, key: object) -> Collection[int] | None:
        return ()  # what the vendors have answered stays


class FixedCodeAdmin(MarketDataAdmin):
    """The code is a part of addresses and exports: it can be chosen for a new row only."""

    def get_readonly_fields(self, request: HttpRequest, obj=None):
        fields = super().get_readonly_fields(request, obj)
        return ("code", *fields) if obj else fields


class StaleFilter(admin.SimpleListFilter):
    """Public rows that have not been confirmed for `STALE_AFTER_MONTHS`."""

    title = _("confirmed")
    parameter_name = "stale"

    def lookups(self, request, model_admin):
        return [("yes", gettext("not for %(months)d months") % {"months": settings.STALE_AFTER_MONTHS})]

    def queryset(self, request, queryset):
        return queryset.stale() if self.value() == "yes" else queryset


class OpenedResponses(LoggedReading):
    """For model admins whose pages show what a response says.

    Before such a page reads it, it is recorded that KL has opened the submitted response: its vendor can no longer take
    it back. Stands before the model admin among the base classes.
    """

    response_lookup: str
    """The look-up of `Response` by the key of a row: that of the response whose words the pages of the row show."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Raises `TypeError` for a model admin that does not name its `response_lookup`."""
        super().__init_subclass__(**kwargs)
        if not hasattr(cls, "response_lookup"):
            raise TypeError(f"{cls.__name__} does not say which response its pages show: response_lookup is missing")

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any):
        if object_id:
            self._record_opened(request, object_id)
        return super().changeform_view(request, object_id, *args, **kwargs)

    def history_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any):
        self._record_opened(request, object_id)
        return super().history_view(request, object_id, *args, **kwargs)

    def history_form_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any):
        self._record_opened(request, object_id)
        return super().history_form_view(request, object_id, *args, **kwargs)

    def _record_opened(self, request: HttpRequest, object_id: str) -> None:
        """One query."""
        key = unquote(object_id)
        if request.method == "GET" and is_key(self.opts.pk, key) and self.has_view_permission(request):
            Response.objects.filter(**{self.response_lookup: key}).record_opened_by_kl()


def text_field(label: Any, most: int, rows: int = 6, *, required: bool = False, help_text: Any = "") -> forms.CharField:
    """A field of a form for a text that KL writes: of at most so many characters, and no invisible ones."""
    widget = forms.Textarea(attrs={"rows": rows, "class": "vLargeTextField"})
    return forms.CharField(
        label=label, max_length=most, required=required, widget=widget, validators=[validate_text], help_text=help_text
    )


def date_column(name: str, description, **display):
    """A column of the change list with the date of the field or annotation `name`, sorted by its time."""

    @admin.display(description=description, ordering=name, **display)
    def column(model_admin, obj) -> str | None:
        at = getattr(obj, name)
        return at and date_format(timezone.localtime(at) if isinstance(at, datetime) else at, "j.n.Y")

    return column


def choices_by_question(options) -> list:
    """Options as a form field's choices, grouped under their questions' headings. One query."""
    groups: dict[str, list[tuple[int, str]]] = {}
    for option in options.select_related("question").order_by(
        "question__position", "question__code", "position", "code"
    ):
        label = gettext("%(option)s (retired)") % {"option": option.label} if option.is_retired else option.label
        groups.setdefault(option.question.heading, []).append((option.pk, label))
    return list(groups.items())


def in_use(options) -> bool:
    """Whether a response, of any status, has one of these options. At most two queries."""
    through = Option.offerings.through
    return options.filter(answers__isnull=False).exists() or through.objects.filter(option__in=options).exists()
