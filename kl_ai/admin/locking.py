"""Two people on one form of the administration: the second is told, and loses nothing."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.forms.models import _get_foreign_key
from django.utils.translation import gettext

from ..http import request_state

SEEN = "_seen"
"""The hidden field in which a form says which state of the history it shows."""
NO_KEY = (ValueError, ValidationError, OverflowError)
"""What a key raises that no row can have."""


class LockedAdmin:
    """A mixin: a form that shows an earlier state than the stored one is not saved at once.

    It comes back with what was typed and the newer state's mark, so that saving it again is a decision.
    A form that would change nothing is no conflict: that is the second of two clicks.
    """

    def _changeform_view(self, request, object_id, form_url, extra_context):
        # Inside the admin's transaction: nobody saves between this look and our saving.
        now = self._history_mark(object_id, request.method == "POST") if object_id else ""
        request_state(request).saved_by_another = request.method == "POST" and request.POST.get(SEEN, now) != now
        return super()._changeform_view(request, object_id, form_url, {"seen": now} | (extra_context or {}))  # type: ignore[misc]

    def _history_mark(self, object_id: str, is_to_be_saved: bool) -> str:
        """The newest lines in the histories of the object and of the rows that its form holds."""
        own = {self.model._meta.pk.attname: object_id}  # type: ignore[attr-defined]
        histories = [(self.model.history, own)]  # type: ignore[attr-defined]
        for inline in self.inlines:  # type: ignore[attr-defined]
            if hasattr(inline.model, "history"):
                parent: Any = _get_foreign_key(self.model, inline.model, fk_name=inline.fk_name)  # type: ignore[attr-defined]
                histories.append((inline.model.history, {parent.attname: object_id}))
        try:
            if is_to_be_saved:
                self.model._default_manager.select_for_update().filter(**own).first()  # type: ignore[attr-defined]
            marks = [rows.filter(**of).aggregate(newest=Max("history_id"))["newest"] for rows, of in histories]
        except NO_KEY:  # the view answers it
            return ""
        return ".".join(str(mark or 0) for mark in marks)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)  # type: ignore[misc]
        if not (change and request_state(request).saved_by_another):
            return form

        class Behind(form):  # type: ignore[misc, valid-type]
            def clean(self):
                cleaned = super().clean()
                _refuse_if_changed(self)
                return cleaned

        return Behind

    def _create_formsets(self, request, obj, change):
        formsets, inlines = super()._create_formsets(request, obj, change)  # type: ignore[misc]
        if change and request.method == "POST":
            for formset in formsets:
                formset.clean = _checked(formset, request_state(request).saved_by_another)
        return formsets, inlines


def _checked(formset: Any, is_behind: bool) -> Callable[[], None]:
    clean = formset.clean

    def checked() -> None:
        clean()
        key = formset.model._meta.pk.name
        if any(key in form.errors for form in formset.initial_forms):
            raise ValidationError(
                gettext(
                    "A row was deleted by somebody else while you had this open. Copy what you have written, and open "
                    "the page anew."
                )
            )
        if is_behind:
            _refuse_if_changed(formset)

    return checked


def _refuse_if_changed(form: Any) -> None:
    if form.has_changed():
        raise ValidationError(
            gettext(
                "Somebody saved this while you had it open. See the history. What you have written still stands here: "
                "save again if it is to take the place of theirs."
            )
        )
