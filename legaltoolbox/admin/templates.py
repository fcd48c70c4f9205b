"""Templates: the document, its sections, and each section's fields."""

from django.contrib import admin
from django.db import transaction

from ..models import DocumentTemplate, TemplateField, TemplateSection
from .base import LINES, LINK_FIELDS, STATE_FIELDS, ItemAdmin, RowAdmin, StableRowInline


class SectionInline(StableRowInline):
    """The sections of a template. The fields of each are on the section's own form, behind "Change"."""

    model = TemplateSection
    fields = ("position", "heading", "guidance", "is_withdrawn")
    show_change_link = True


class FieldInline(StableRowInline):
    model = TemplateField
    fields = (
        "position", "label", "kind", "help", "options", "columns", "rows", "row_labels", "wording", "is_withdrawn",
    )  # fmt: skip
    formfield_overrides = LINES


@admin.register(DocumentTemplate)
class DocumentTemplateAdmin(ItemAdmin):
    fieldsets = (
        (None, {"fields": ("code", "title", "version", "purpose", "when", "owner", "is_central", "sources")}),
        STATE_FIELDS,
        LINK_FIELDS,
    )
    inlines = (SectionInline,)
    list_display = ("code", "title", "owner", "is_central")
    list_filter = ("is_central", "owner", *ItemAdmin.list_filter)
    list_select_related = ("owner",)
    search_fields = ("code", "title", "purpose")
    autocomplete_fields = ("sources",)


@admin.register(TemplateSection)
class TemplateSectionAdmin(RowAdmin):
    """A section with its fields."""

    item = "template"
    fields = ("template", "position", "heading", "guidance", "is_withdrawn")
    inlines = (FieldInline,)
    list_display = ("__str__", "position")
    list_filter = ("template",)
    list_select_related = ("template",)
    search_fields = ("heading", "template__code")

    def history_form_view(self, request, object_id, version_id, extra_context=None):
        """A section that was deleted comes back with the fields that went with it."""
        was_gone = self._row_item(object_id) is None
        with transaction.atomic():
            response = super().history_form_view(request, object_id, version_id, extra_context)
            if request.method == "POST" and was_gone and self._row_item(object_id) is not None:
                TemplateField.bring_back_deleted_with(object_id)
        return response
