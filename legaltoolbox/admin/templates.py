"""Templates: the document, its sections, and each section's fields."""

from django.contrib import admin

from kl_ai.traced_admin import PublicDataAdmin

from ..models import DocumentTemplate, TemplateField, TemplateSection, toolbox_version
from .base import LINES, STATE_FIELDS, ItemAdmin


class SectionInline(admin.StackedInline):
    """The fields of a section stand behind “Change”."""

    model = TemplateSection
    extra = 0
    show_change_link = True


class FieldInline(admin.StackedInline):
    model = TemplateField
    formfield_overrides = LINES
    extra = 0


@admin.register(DocumentTemplate)
class DocumentTemplateAdmin(ItemAdmin):
    fieldsets = (
        (None, {"fields": ("code", "title", "version", "purpose", "when", "owner", "is_central", "sources")}),
        STATE_FIELDS,
        (None, {"fields": ("preview_link", "used_by")}),
    )
    inlines = (SectionInline,)
    list_display = ("code", "title", "owner", "is_central")
    list_filter = ("is_central", "owner", *ItemAdmin.list_filter)
    list_select_related = ("owner",)
    search_fields = ("code", "title", "purpose")
    autocomplete_fields = ("sources",)


@admin.register(TemplateSection)
class TemplateSectionAdmin(PublicDataAdmin):
    """A section with its fields."""

    version = toolbox_version
    inlines = (FieldInline,)
    list_display = ("__str__", "position")
    list_filter = ("template",)
    list_select_related = ("template",)
    search_fields = ("heading", "template__code")
