"""Risks, the scale, requirements, and what one may and may not do."""

from django.contrib import admin

from kl_ai.admin.history import PublicDataAdmin

from ..models import Guidance, Requirement, RequirementCondition, Risk, RiskCondition, ScaleLevel, toolbox_version
from .base import LINK_FIELDS, STATE_FIELDS, ItemAdmin


class RiskConditionInline(admin.TabularInline):
    model = RiskCondition
    extra = 0


@admin.register(Risk)
class RiskAdmin(ItemAdmin):
    fieldsets = (
        (None, {"fields": ("code", "title", "kind", "cause", "event", "consequence", "consequence_municipality")}),
        (None, {"fields": ("signs", "measures", "phases", "roles", "activities", "sources")}),
        STATE_FIELDS,
        LINK_FIELDS,
    )
    inlines = (RiskConditionInline,)
    list_display = ("code", "title", "kind")
    list_filter = ("kind", "phases", *ItemAdmin.list_filter)
    search_fields = ("code", "title", "cause", "event", "consequence")
    autocomplete_fields = ("phases", "roles", "activities", "sources")


@admin.register(ScaleLevel)
class ScaleLevelAdmin(PublicDataAdmin):
    version = toolbox_version
    list_display = ("__str__", "description")
    fields = (("axis", "level"), "name", "description", "example")


class RequirementConditionInline(admin.TabularInline):
    model = RequirementCondition
    extra = 0


@admin.register(Requirement)
class RequirementAdmin(ItemAdmin):
    fieldsets = (
        (None, {"fields": ("code", "title", ("topic", "addressee"), ("level", "level_note"))}),
        (None, {"fields": ("duty", "wording", "evidence", "explanation")}),
        (None, {"fields": ("phases", "risks", "activities", "templates", "sources")}),
        STATE_FIELDS,
        LINK_FIELDS,
    )
    inlines = (RequirementConditionInline,)
    list_display = ("code", "title", "topic", "addressee", "level")
    list_filter = ("topic", "addressee", "level", *ItemAdmin.list_filter)
    search_fields = ("code", "title", "duty", "wording")
    autocomplete_fields = ("phases", "risks", "activities", "templates", "sources")


@admin.register(Guidance)
class GuidanceAdmin(ItemAdmin):
    fieldsets = (
        (None, {"fields": ("code", ("theme", "kind"), "question", "answer", "condition", "explanation")}),
        (None, {"fields": ("activities", "risks", "requirements", "sources")}),
        STATE_FIELDS,
        LINK_FIELDS,
    )
    list_display = ("code", "question", "kind", "theme")
    list_filter = ("theme", "kind", *ItemAdmin.list_filter)
    search_fields = ("code", "question", "answer")
    autocomplete_fields = ("activities", "risks", "requirements", "sources")
