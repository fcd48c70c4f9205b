"""Roles, phases, activities with their checklists, and the screening questions."""

from django.contrib import admin

from ..models import (
    Activity,
    ActivityCondition,
    ChecklistItem,
    Involvement,
    Phase,
    Role,
    ScreeningQuestion,
)
from .base import LINK_FIELDS, STATE_FIELDS, ItemAdmin, RowAdmin, StableRowInline


@admin.register(Role)
class RoleAdmin(ItemAdmin):
    fieldsets = (
        (None, {"fields": ("slug", "position", ("name", "short_name"), "why", "does", "does_not", "sources")}),
        STATE_FIELDS,
        LINK_FIELDS,
    )
    list_display = ("name", "slug", "position")
    search_fields = ("slug", "name")
    autocomplete_fields = ("sources",)


@admin.register(Phase)
class PhaseAdmin(ItemAdmin):
    fieldsets = (
        (None, {"fields": (("number", "slug"), "name", "summary", "goal", "result", "sources")}),
        STATE_FIELDS,
        LINK_FIELDS,
    )
    list_display = ("__str__", "slug")
    search_fields = ("slug", "name")
    autocomplete_fields = ("sources",)


class InvolvementInline(admin.TabularInline):
    model = Involvement
    extra = 0


class ActivityConditionInline(admin.TabularInline):
    model = ActivityCondition
    extra = 0


class ChecklistInline(StableRowInline):
    model = ChecklistItem
    fields = ("number", "question", "guidance", "done_when", "role", "is_withdrawn")
    show_change_link = True


@admin.register(Activity)
class ActivityAdmin(ItemAdmin):
    fieldsets = (
        (None, {"fields": ("code", "phase", "title", "is_decision_point", "what", "why", "when")}),
        (None, {"fields": ("responsible", "responsible_why", "outputs", "sources")}),
        STATE_FIELDS,
        LINK_FIELDS,
    )
    inlines = (InvolvementInline, ActivityConditionInline, ChecklistInline)
    list_display = ("code", "title", "phase", "responsible")
    list_filter = ("phase", "responsible", *ItemAdmin.list_filter)
    list_select_related = ("phase", "responsible")
    search_fields = ("code", "title", "what", "why")
    autocomplete_fields = ("outputs", "sources")


@admin.register(ChecklistItem)
class ChecklistItemAdmin(RowAdmin):
    """A question of a checklist with its own sources; it belongs to an activity."""

    item = "activity"
    fields = (("activity", "number"), "question", "guidance", "done_when", "role", "sources", "is_withdrawn")
    list_display = ("__str__", "role")
    list_select_related = ("activity", "role")
    search_fields = ("question", "activity__code")
    autocomplete_fields = ("activity", "sources")


@admin.register(ScreeningQuestion)
class ScreeningQuestionAdmin(ItemAdmin):
    fieldsets = (
        (None, {"fields": ("code", "position", "question", "help", ("yes_label", "no_label"), "requires", "sources")}),
        STATE_FIELDS,
        LINK_FIELDS,
    )
    list_display = ("question", "code", "position")
    search_fields = ("code", "question")
    autocomplete_fields = ("sources",)
