"""Model admins of both tools: a traced history, and the bump of the public version."""

from collections.abc import Collection
from typing import ClassVar

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext
from simple_history.admin import SimpleHistoryAdmin

from ..database.history import linked_fields
from ..pages.versions import AreaVersion
from ..requests.http import request_state
from .lists import DanishListAdmin
from .locking import INVALID_KEY_ERRORS, LockedAdmin
from .row_history import ChangeTexts, row_changes


class TracedAdmin(DanishListAdmin, SimpleHistoryAdmin):
    """A model admin that keeps every change in the history. Rows are deleted one at a time, each on its own page."""

    actions = None
    object_history_template = "admin/history.html"
    object_history_list_template = "admin/history_list.html"
    object_history_form_template = "admin/history_version.html"

    def history_view(self, request, object_id, extra_context=None):
        key = unquote(object_id)
        try:
            self.model._default_manager.filter(pk=key).exists()
            rows = {"row_changes": row_changes(self, request, key)} if self.inlines else {}
        except INVALID_KEY_ERRORS:
            raise Http404 from None
        return super().history_view(request, object_id, rows | (extra_context or {}))

    def get_historical_record_context_helper(self, request, historical_record) -> ChangeTexts:
        return ChangeTexts(self.model, historical_record)

    def history_form_view(self, request, object_id, version_id, extra_context=None):
        self._refuse_invalid_keys(object_id, version_id)
        was_deleted = not self.model._default_manager.filter(pk=object_id).exists()
        if request.method == "POST" and was_deleted and not self.has_add_permission(request):
            raise PermissionDenied  # saving the form would create the deleted row anew
        request_state(request).history_id = version_id
        extra_context = {"has_parts": bool(self.inlines)} | (extra_context or {})
        with transaction.atomic():
            return super().history_form_view(request, object_id, version_id, extra_context)

    def _refuse_invalid_keys(self, object_id: str, version_id: str) -> None:
        """404 for keys that no row and no version can have. Two queries."""
        try:
            self.model._default_manager.filter(pk=object_id).exists()
            self.model.history.filter(pk=version_id).exists()
        except INVALID_KEY_ERRORS:
            raise Http404 from None

    def render_history_view(self, request, template, context, **kwargs):
        """The page of an earlier version, with the links of that version; the library would show today's."""
        if template == self.object_history_form_template and request.method != "POST":
            version = self.model.history.get(pk=request_state(request).history_id)
            for field in linked_fields(self.model):
                key = f"{field.m2m_reverse_field_name()}_id"
                linked = [getattr(link, key) for link in getattr(version, field.name).all()]
                context["adminform"].form.initial[field.name] = linked
        return super().render_history_view(request, template, context, **kwargs)

    def has_view_history_or_change_history_permission(self, request, obj=None) -> bool:
        # The library asks this before a GET and a POST alike, and would let a reader revert.
        if request.method == "POST":
            return self.has_change_permission(request, obj)
        return super().has_view_history_or_change_history_permission(request, obj)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """The form; a message instead of an error where somebody saved the same thing in the same moment."""
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
            name, arguments = ("change", [object_id]) if object_id else ("changelist", [])
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_{name}", *arguments)

    def history_view_title(self, request, obj) -> str:
        return gettext("History: %(object)s") % {"object": obj}

    def history_form_view_title(self, request, obj) -> str:
        return gettext("Earlier version: %(object)s") % {"object": obj}


class PublicDataAdmin(TracedAdmin, LockedAdmin):
    """A model admin of rows that the public pages show: each change bumps the public version (`version`).

    The admin's views are atomic, so that the bump commits together with the change. The version's row is locked last,
    after the inlines are saved, so that no transaction holds it while it waits for another row.
    `TracedAdmin` comes first: it also catches what the database refuses at the end of the transaction of `LockedAdmin`.
    """

    version: ClassVar[AreaVersion]
    """The version of the area that the rows belong to."""

    def changed_keys(self, key: object) -> Collection[int] | None:
        """What alone changes in public with the row of this primary key (`AreaVersion.bump`); None: anything may."""
        return None

    def save_related(self, request, form, formsets, change) -> None:
        super().save_related(request, form, formsets, change)
        self.version.bump(self.changed_keys(form.instance.pk))

    def delete_model(self, request, obj) -> None:
        keys = self.changed_keys(obj.pk)
        super().delete_model(request, obj)
        self.version.bump(keys)

    def history_form_view(self, request, object_id, version_id, extra_context=None):
        with transaction.atomic():
            response = super().history_form_view(request, object_id, version_id, extra_context)
            if request.method == "POST":
                self.version.bump(self.changed_keys(object_id))
            return response
