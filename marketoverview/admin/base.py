"""The shared parts of the market overview's model admins: the public version, a filter, columns and choices."""

from datetime import datetime

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kl_ai.admin.history import PublicDataAdmin

from ..models import Option, market_version


class MarketDataAdmin(PublicDataAdmin):
    """For rows that the public pages of the market overview show."""

    version = market_version


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
