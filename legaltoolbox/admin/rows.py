"""The rows that have a form of their own: checklist questions, template sections, the scale."""

from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest

from kl_ai.admin.history import PublicDataAdmin

from ..kinds import CHECKLIST, SECTIONS
from ..models import ChecklistItem, ScaleLevel, SearchSynonym, TemplateField, TemplateSection, toolbox_version
from .base import LINES, RowAdmin, row_inline


@admin.register(ScaleLevel)
class ScaleLevelAdmin(PublicDataAdmin):
    version = toolbox_version
    list_display = ("__str__", "description")
    fields = (("axis", "level"), "name", "description", "example")


@admin.register(SearchSynonym)
class SearchSynonymAdmin(PublicDataAdmin):
    """Words of the search; none is deleted, since the content files would bring it back."""

    version = toolbox_version
    formfield_overrides = LINES
    list_display = ("__str__", "slug", "is_active")
    list_filter = ("is_active",)
    search_fields = ("slug", "words", "finds")
    fields = ("slug", "words", "finds", "is_active")

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False


@admin.register(ChecklistItem)
class ChecklistItemAdmin(RowAdmin):
    """A question of a checklist with its own sources; it belongs to an activity."""

    item = "activity"
    fields = (("activity", "number"), *CHECKLIST.fields, "is_withdrawn")
    list_display = ("__str__", "role")
    list_select_related = ("activity", "role")
    search_fields = ("question", "activity__code")
    autocomplete_fields = ("activity", "sources")


@admin.register(TemplateSection)
class TemplateSectionAdmin(RowAdmin):
    """A section with its fields."""

    item = "template"
    fields = ("template", "position", *SECTIONS.fields, "is_withdrawn")
    inlines = tuple(map(row_inline, SECTIONS.parts))
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
