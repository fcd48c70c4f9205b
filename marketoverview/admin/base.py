"""What the model admins share: history, the bump of the public version, filters and choices."""

from datetime import datetime

from django.conf import settings
from django.contrib import admin, messages
from django.db import IntegrityError, transaction
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin

from ..models import Option, PublicVersion


class TracedAdmin(SimpleHistoryAdmin):
    """Every change is kept in the history; what is deleted is deleted one by one, on a page of its own."""

    actions = None
    object_history_template = "admin/history.html"
    object_history_list_template = "admin/history_list.html"
    object_history_form_template = "admin/history_version.html"

    def history_form_view(self, request, object_id, version_id, extra_context=None):
        with transaction.atomic():
            return super().history_form_view(request, object_id, version_id, extra_context)

    def has_view_history_or_change_history_permission(self, request, obj=None) -> bool:
        # The library asks this before a GET and a POST alike, and would let a reader revert.
        if request.method == "POST":
            return self.has_change_permission(request, obj)
        return super().has_view_history_or_change_history_permission(request, obj)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """The form; where somebody saved the same thing in the same moment, a message instead of an error."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except IntegrityError:  # the admin's transaction is rolled back by now
            self.message_user(
                request,
                gettext(
                    "Nothing was saved: the same was saved a moment ago, or two rows say the same. Look at it again."
                ),
                messages.ERROR,
            )
            back = [object_id] if object_id else []
            name = "change" if object_id else "changelist"
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_{name}", *back)

    def history_view_title(self, request, obj) -> str:
        return gettext("History: %(object)s") % {"object": obj}

    def history_form_view_title(self, request, obj) -> str:
        return gettext("Earlier version: %(object)s") % {"object": obj}


class PublicDataAdmin(TracedAdmin):
    """For rows that the public pages show: a change shows on the very next request.

    The admin's views are atomic, so that the bump commits together with the change. It comes last,
    after the inlines, so that nobody waits for the version's row while holding it.
    """

    def save_related(self, request, form, formsets, change) -> None:
        super().save_related(request, form, formsets, change)
        PublicVersion.bump()

    def delete_model(self, request, obj) -> None:
        super().delete_model(request, obj)
        PublicVersion.bump()

    def history_form_view(self, request, object_id, version_id, extra_context=None):
        with transaction.atomic():
            answer = super().history_form_view(request, object_id, version_id, extra_context)
            if request.method == "POST":
                PublicVersion.bump()
            return answer


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
