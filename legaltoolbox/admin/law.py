"""The table of sources."""

from django.contrib import admin

from ..models import LegalSource
from .base import LINK_FIELDS, STATE_FIELDS, ItemAdmin


@admin.register(LegalSource)
class LegalSourceAdmin(ItemAdmin):
    fieldsets = (
        (None, {"fields": ("slug", "kind", "name", "title", "part_of", "summary", "address", "aliases")}),
        (None, {"fields": (("status", "applies_from", "checked_on"), "change", "amends")}),
        STATE_FIELDS,
        LINK_FIELDS,
    )
    list_display = ("name", "title", "status")
    list_filter = ("kind", "status", *ItemAdmin.list_filter)
    search_fields = ("slug", "name", "title")
    autocomplete_fields = ("part_of", "amends")
