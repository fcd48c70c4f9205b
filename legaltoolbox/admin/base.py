"""Shared by the toolbox's model admins: fixed codes, review dates, preview, linked items, and the content check."""

from typing import Any, ClassVar
from urllib.parse import urlsplit

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import InlineModelAdmin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.db import models, transaction
from django.forms.models import BaseInlineFormSet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import NoReverseMatch, path, resolve, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from kl_ai.admin.history import PublicDataAdmin
from kl_ai.admin.locking import INVALID_KEY_ERRORS
from kl_ai.admin.long_texts import LimitedTexts
from kl_ai.requests.http import request_state
from kl_ai.validators import validate_text

from ..catalogue import catalogues, draft_catalogues
from ..content import check
from ..kind_types import ItemKind, ItemPart
from ..kinds import KINDS, STATE, listed_kinds
from ..linking import url
from ..models import Item, toolbox_version
from .project_use import ProjectUseNote

STATE_FIELDS = (
    _("Certainty and review"),
    {
        "fields": (
            "search_words",
            "is_public",
            ("certainty", "read_on"),
            "read_in",
            "unread_reason",
            "unsettled",
            ("reviewed_on", "review_by", "confirmed_on"),
        )
    },
)
"""The fieldset that every item has."""
LINK_FIELDS = (None, {"fields": ("preview_link", "used_by")})
"""The last fieldset of every item: its preview, and the items that are linked with it."""
MAX_FINDINGS = 10
"""The findings of the content check that are shown after a save."""
FINDINGS_BEFORE = "legaltoolbox.findings_before"
"""The key, in the state of the request, of the findings before a form is saved."""
NO_TEXT = frozenset(
    {
        "is_public",
        "certainty",
        "confirmed_on",
        "reviewed_on",
        "review_by",
        "position",
        "checked_on",
        "read_in",
        "read_on",
        "unread_reason",
        "search_words",
    }
)
"""The fields that may change without a change of the text that a lawyer has confirmed."""


def take_back_confirmations(request: HttpRequest, *items: Item | None) -> None:
    """Take back a lawyer's confirmation of items whose text has changed, and say so. One query to a confirmed item."""
    for item in items:
        if item is not None and item.take_back_confirmation():
            messages.warning(
                request,
                gettext("The text of %(item)s has changed: no lawyer has confirmed it now.") % {"item": item.key},
            )


class StableRowFormSet(BaseInlineFormSet):
    """Rows that get a key when they are saved without one, can change places, and are withdrawn instead of deleted."""

    def save(self, commit=True):
        if commit:
            order = self.model.ORDER
            # Whoever may only see the rows sends none of their fields, and such a form is not saved.
            moved = [form for form in self.initial_forms if form.has_changed() and order in form.changed_data]
            self.model.set_aside([form.instance.pk for form in moved])
        return super().save(commit)

    def save_existing(self, form, obj, commit=True):
        if not obj.key:
            obj.give_key()
        return super().save_existing(form, obj, commit)

    def save_new(self, form, commit=True):
        setattr(form.instance, self.fk.name, self.instance)  # within this owner the key is unique
        form.instance.give_key()
        return super().save_new(form, commit)


class RowAdmin(ProjectUseNote, PublicDataAdmin):
    """Rows of an item that have a form of their own. A change takes back the confirmation of the item."""

    version = toolbox_version
    item: ClassVar[str]
    """The field that names the item."""

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def text_item(self, obj: Any) -> Item | None:
        item: Item | None = getattr(obj, self.item, None)
        return item

    def lock_rows(self, object_id: str) -> None:
        """Lock the row's item, and then the row: the order in which the content files are loaded. Two queries."""
        self._lock_item(object_id)
        super().lock_rows(object_id)

    def save_model(self, request, obj, form, change) -> None:
        obj.give_key()
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change) -> None:
        super().save_related(request, form, formsets, change)
        if form.has_changed() or any(formset.has_changed() for formset in formsets):
            take_back_confirmations(request, getattr(form.instance, self.item), self._item(form.initial.get(self.item)))

    def history_form_view(self, request, object_id, version_id, extra_context=None):
        item_before = self._row_item(object_id)
        with transaction.atomic():
            if item_before is not None and request.method == "POST":
                self._lock_item(object_id)
            response = super().history_form_view(request, object_id, version_id, extra_context)
            if request.method == "POST" and response.status_code == 302:
                take_back_confirmations(request, item_before, self._row_item(object_id))
        return response

    def _lock_item(self, object_id: str) -> None:
        items = self.model._meta.get_field(self.item).related_model.objects
        keys = self.model._default_manager.filter(pk=object_id).values(f"{self.item}_id")
        items.select_for_update(no_key=True).filter(pk__in=keys).first()

    def _item(self, key: Any) -> Item | None:
        return self.model._meta.get_field(self.item).related_model.objects.filter(pk=key).first() if key else None

    def _row_item(self, object_id: str) -> Item | None:
        try:
            row = self.model._default_manager.filter(pk=object_id).first()
        except INVALID_KEY_ERRORS:
            return None
        return getattr(row, self.item) if row is not None else None


class LinesField(forms.CharField):
    """A list of texts, one to a line."""

    widget = AdminTextareaWidget

    def __init__(self, *args: Any, encoder=None, decoder=None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.help_text = _("One to a line.")

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        validate_text(value or "")
        return [line.strip() for line in (value or "").splitlines() if line.strip()]

    def validate(self, value: Any) -> None:
        if self.required and not value:
            raise forms.ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value: Any) -> None:
        super().run_validators("\n".join(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return (initial or []) != self.to_python(data)
        except forms.ValidationError:
            return True


LINES: dict = {models.JSONField: {"form_class": LinesField}, models.URLField: {"assume_scheme": "https"}}


class RowInline(LimitedTexts, admin.TabularInline):
    """Rows in the form of their owner."""


class StableRowInline(LimitedTexts, admin.StackedInline):
    """Stable rows in the form of their owner."""

    formset = StableRowFormSet
    formfield_overrides = LINES
    can_delete = False
    show_change_link = True


def row_inline(part: ItemPart) -> type[InlineModelAdmin]:
    """The rows of a part in the form of their owner.

    Their many-to-many fields, and the rows beneath them, are in the rows' own form.
    """
    many_to_many = [field.name for field in part.many_to_many]
    fields = [name for name in (part.number, *part.fields) if name and name not in many_to_many]
    if part.is_stable:
        fields.append("is_withdrawn")
    base = StableRowInline if part.is_stable else RowInline
    return type(f"{part.model.__name__}Inline", (base,), {"model": part.model, "fields": fields, "extra": 0})


class OverdueFilter(admin.SimpleListFilter):
    """Items that were to be reviewed again before today."""

    title = _("review")
    parameter_name = "overdue"

    def lookups(self, request, model_admin):
        return [("yes", gettext("overdue"))]

    def queryset(self, request, queryset):
        return queryset.filter(review_by__lt=timezone.localdate()) if self.value() == "yes" else queryset


class ItemAdmin(ProjectUseNote, PublicDataAdmin):
    """An item: its code is chosen once, and it is switched off instead of deleted.

    Fieldsets, inlines, look-ups and searched fields are those of the kind's record. A subclass groups the fields, and
    states what its list shows and what differs from the record.
    Whoever saves is shown what the content check finds about the item, and what it finds anew about others.
    """

    version = toolbox_version
    formfield_overrides: ClassVar = LINES
    list_filter: ClassVar[Any] = ("is_public", "certainty", OverdueFilter, ("confirmed_on", admin.EmptyFieldListFilter))
    readonly_fields: ClassVar[Any] = ("preview_link", "used_by")
    ordering: ClassVar[Any] = None
    fieldsets: Any = None
    autocomplete_fields: Any = ()
    search_fields: Any = ()
    side_by_side: ClassVar[tuple[tuple[str, ...], ...]] = ()
    """The fields that share a line, which stands where the record has the first of them."""
    fieldset_starts: ClassVar[tuple[str, ...]] = ()
    """The fields that a new fieldset begins with."""

    def __init__(self, model: type[Item], admin_site: admin.AdminSite) -> None:
        kind = KINDS[model.KIND]
        self.fieldsets = self.fieldsets or self._fieldsets(kind)
        self.inlines = [row_inline(part) for part in kind.parts]
        self.autocomplete_fields = self.autocomplete_fields or [field.name for field in kind.many_to_many]
        self.search_fields = self.search_fields or kind.searched or (model.KEY,)
        super().__init__(model, admin_site)

    def _fieldsets(self, kind: ItemKind) -> list[Any]:
        """The fields of the record in their order, grouped as the class says; then the fieldsets that every item has."""
        lines = {name: line for line in self.side_by_side for name in line}
        groups: list[list[Any]] = [[]]
        for name in kind.fields:
            if name in self.fieldset_starts:
                groups.append([])
            line = lines.get(name, name)
            if name not in STATE and line not in groups[-1]:
                groups[-1].append(line)
        return [*((None, {"fields": group}) for group in groups), STATE_FIELDS, LINK_FIELDS]

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj=None):
        fields = super().get_readonly_fields(request, obj)
        return (self.model.KEY, *fields) if obj else fields

    def get_list_display(self, request: HttpRequest):
        return (*self.list_display, "is_public", "certainty", "reviewed_on", "review_by", "confirmed_on")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"reviewed_on": timezone.localdate()} | super().get_changeform_initial_data(request)

    def save_form(self, request, form, change):
        request_state(request).app_values[FINDINGS_BEFORE] = _problems()
        return super().save_form(request, form, change)

    def save_model(self, request, obj, form, change) -> None:
        super().save_model(request, obj, form, change)
        if set(form.changed_data) - NO_TEXT and "confirmed_on" not in form.changed_data:
            take_back_confirmations(request, obj)

    def history_form_view(self, request, object_id, version_id, extra_context=None):
        """An earlier version comes back without its confirmation: its rows are those of today."""
        with transaction.atomic():
            response = super().history_form_view(request, object_id, version_id, extra_context)
            if request.method == "POST" and response.status_code == 302:
                take_back_confirmations(request, self.model._default_manager.filter(pk=object_id).first())
        return response

    def save_related(self, request, form, formsets, change) -> None:
        super().save_related(request, form, formsets, change)
        rows_changed = any(formset.has_changed() for formset in formsets)
        if rows_changed and "confirmed_on" not in form.changed_data:
            take_back_confirmations(request, form.instance)
        self._message_findings(request, form.instance)

    def _message_findings(self, request: HttpRequest, item: Item) -> None:
        """Show the problems that are new with this save, in any item, and all those of the saved one."""
        problems, before = _problems(), request_state(request).app_values.get(FINDINGS_BEFORE)
        new = [] if before is None else [text for text in problems if text not in before]
        texts = list(dict.fromkeys([*new, *(text for text in problems if text.startswith(f"{item.key}: "))]))
        for text in texts[:MAX_FINDINGS]:
            self.message_user(request, gettext("Content check: %(finding)s") % {"finding": text}, messages.WARNING)
        if len(texts) > MAX_FINDINGS:
            more = gettext(
                "Content check: %(n)s more findings. Each item says what is found about it when it is saved."
            )
            self.message_user(request, more % {"n": len(texts) - MAX_FINDINGS}, messages.WARNING)

    # Preview --------------------------------------------------------------------------------------

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_preview"
        return [
            path("<path:object_id>/preview/", self.admin_site.admin_view(self.preview), name=name),
            *super().get_urls(),
        ]

    def preview(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The item's public page with all content as it is now, also what is not public."""
        item = self.get_object(request, object_id)
        if item is None or not self.has_view_permission(request, item):
            raise Http404
        catalogues.set_for_request(request, draft_catalogues.current())
        request_state(request).is_preview = True
        page = resolve(urlsplit(url(item)).path)
        return page.func(request, *page.args, **page.kwargs)

    @admin.display(description=_("preview"))
    def preview_link(self, item: Item) -> str:
        if not item.pk:
            return "–"
        address = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_preview", args=[item.pk])
        return format_html('<a href="{}">{}</a>', address, gettext("See the page with what is saved"))

    @admin.display(description=_("used by"))
    def used_by(self, item: Item) -> str:
        """The items that are linked with this one, by kind, each as a link to its form."""
        if not item.pk:
            return "–"
        catalogue = draft_catalogues.current()
        rows = []
        for kind in listed_kinds():
            if links := catalogue.linked(item, kind.name):
                keys = format_html_join(
                    ", ", '<a href="{}">{}</a>', ((form_address(other), other.key) for other in links)
                )
                rows.append((kind.heading, keys))
        return format_html_join("", "<p><strong>{}</strong>: {}</p>", rows) or "–"


def _problems() -> list[str]:
    """The problems that the content check finds now, in all items; worked out once for each state of the content.

    All of them: hiding one item may leave another without what it needs.
    """
    catalogue = draft_catalogues.current()
    return catalogue.memo.remember(
        ("problems", get_language()),
        lambda: [str(finding) for finding in check.findings(catalogue) if finding.is_problem],
    )


def form_address(item: Item) -> str:
    """The address of an item's form; "" where the administration has none."""
    try:
        return reverse(f"admin:{item._meta.app_label}_{item._meta.model_name}_change", args=[item.pk])
    except NoReverseMatch:
        return ""
