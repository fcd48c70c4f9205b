"""What the model admins share: history, the bump of the public version, filters and choices."""

from datetime import datetime

from django.conf import settings
from django.contrib import admin
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kl_ai.admin.history import PublicDataAdmin as VersionedAdmin

from ..models import Option, market_version


class PublicDataAdmin(VersionedAdmin):
    """For rows that the public pages of the market overview show."""

    version = market_version


class StaleFilter(admin.SimpleListFilter):
    """What is public but has not been confirmed for `STALE_AFTER_MONTHS`."""

    title = _("confirmed")
    parameter_name = "stale"

    def lookups(self, request, model_admin):
        return [("yes", gettext("not for %(months)d months") % {"months": settings.STALE_AFTER_MONTHS})]

    def queryset(self, request, queryset):
        return queryset.stale() if self.value() == "yes" else queryset


def day(name: str, description, **display):
    """A column of the list that shows the date of a point in time, and sorts by the time."""

    @admin.display(description=description, ordering=name, **display)
    def column(model_admin, obj) -> str | None:
        at = getattr(obj, name)
        return at and date_format(timezone.localtime(at) if isinstance(at, datetime) else at, "j.n.Y")

    return column


def grouped(options) -> list:
    """Options as choices of a form field under their questions' headings. One query."""
    groups: dict[str, list[tuple[int, str]]] = {}
    for option in options.select_related("question").order_by(
        "question__position", "question__code", "position", "code"
    ):
        label = gettext("%(option)s (retired)") % {"option": option.label} if option.is_retired else option.label
        groups.setdefault(option.question.heading, []).append((option.pk, label))
    return list(groups.items())


def in_use(options) -> bool:
    """Whether any response, also an earlier one, holds one of these options. At most two queries."""
    through = Option.offerings.through
    return options.filter(answers__isnull=False).exists() or through.objects.filter(option__in=options).exists()
