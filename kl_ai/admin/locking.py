"""Conflicts in the administration: the second of two people who edit an object is told of it and keeps the input."""

from contextlib import nullcontext
from types import new_class
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.forms import BaseInlineFormSet, ModelForm, inlineformset_factory
from django.utils.translation import gettext
from simple_history.admin import SimpleHistoryAdmin

from ..requests.http import request_state
from .hostile_input import BoundedFormSet, CountedFormSet, row_deleted

SEEN = "_seen"
"""The hidden field in which a form holds the mark of the state of the history that it shows."""
INVALID_KEY_ERRORS = (ValueError, ValidationError, OverflowError)
"""The errors of a lookup by a key that no row can have."""


class LockedAdmin(SimpleHistoryAdmin):
    """A model admin that does not save a form at once where somebody has saved the object after it was opened.

    The form is shown again with what was typed, a message, and the mark of the newer state: sending it once more
    saves it. A form that would change nothing is no conflict; the second of two clicks sends such a form.
    """

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        is_post = request.method == "POST"
        with transaction.atomic() if is_post else nullcontext():  # locked until it is saved
            mark = self._history_mark(object_id, lock=is_post) if object_id else ""
            request_state(request).saved_by_another = is_post and request.POST.get(SEEN, mark) != mark
            return super().changeform_view(request, object_id, form_url, {"seen": mark} | (extra_context or {}))

    def _history_mark(self, object_id: str, *, lock: bool) -> str:
        """The newest keys in the histories of the object and of the rows that its form holds. One query for each.

        With `lock` what `lock_rows` locks is locked first.
        """
        own_key = {self.model._meta.pk.attname: object_id}
        histories: list[tuple[Any, dict[str, str]]] = [(self.model.history, own_key)]
        for inline in self.inlines:
            if hasattr(inline.model, "history"):
                parent_key = {parent_field(self.model, inline).attname: object_id}
                histories.append((inline.model.history, parent_key))
        try:
            if lock:
                self.lock_rows(object_id)
            marks = [rows.filter(**key).aggregate(newest=Max("history_id"))["newest"] for rows, key in histories]
        except INVALID_KEY_ERRORS:  # the view responds with 404
            return ""
        return ".".join(str(mark or 0) for mark in marks)

    def lock_rows(self, object_id: str) -> None:
        """Lock the object's row until the transaction ends. One query."""
        self.model._default_manager.select_for_update().filter(pk=object_id).first()

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        if change and request_state(request).saved_by_another:
            return new_class(form.__name__, (OutdatedForm, form))
        return form

    def get_formsets_with_inlines(self, request, obj=None):
        for formset, inline in super().get_formsets_with_inlines(request, obj):
            checks: list[type] = []
            if obj and request.method == "POST":
                checks.append(OutdatedFormSet if request_state(request).saved_by_another else CompleteFormSet)
            if request.method == "POST":  # rows that one may not change are not sent
                checks.append(CountedFormSet if inline.has_change_permission(request, obj) else BoundedFormSet)
            yield new_class(formset.__name__, (*checks, formset)) if checks else formset, inline


def parent_field(model: Any, inline: Any) -> Any:
    """The foreign key by which the rows of the inline, a class or an instance, belong to an object of the model."""
    return inlineformset_factory(model, inline.model, fk_name=inline.fk_name, fields=()).fk


class OutdatedForm(ModelForm):
    """A form of the object that somebody else has saved meanwhile: refused where it would change something."""

    def clean(self) -> dict[str, Any] | None:
        cleaned_data = super().clean()
        _refuse_if_changed(self)
        return cleaned_data


class CompleteFormSet(BaseInlineFormSet):
    """The rows of a form: refused where one of them was deleted meanwhile."""

    def clean(self) -> None:
        super().clean()
        key = self.model._meta.pk.name
        if any(key in form.errors for form in self.initial_forms):
            raise ValidationError(row_deleted())


class OutdatedFormSet(CompleteFormSet):
    """The rows of an object that somebody else has saved meanwhile: refused where they would change something."""

    def clean(self) -> None:
        super().clean()
        _refuse_if_changed(self)


def _refuse_if_changed(form: ModelForm | BaseInlineFormSet) -> None:
    if form.has_changed():
        raise ValidationError(
            gettext(
                "Somebody saved this while you had it open. See the history. What you have written still stands here: "
                "save again if it is to take the place of theirs."
            )
        )
