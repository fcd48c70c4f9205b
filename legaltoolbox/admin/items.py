"""The kinds in the administration: the grouping of each kind's fields, its list, and what a search looks in.

The fields themselves, the rows of parts and the look-ups come from the kind's record, see `ItemAdmin`.
"""

from django.contrib import admin
from django.urls import path

from ..models import (
    Activity,
    DocumentTemplate,
    Guidance,
    LegalBasis,
    LegalSource,
    Phase,
    Requirement,
    Risk,
    Role,
    ScreeningQuestion,
)
from .base import LINK_FIELDS, STATE_FIELDS, ItemAdmin
from .for_a_lawyer import for_a_lawyer_view


@admin.register(LegalSource)
class LegalSourceAdmin(ItemAdmin):
    fieldsets = (  # not in the order of the record: the aliases come last in the first one
        (None, {"fields": ("slug", "kind", "name", "title", "part_of", "summary", "address", "aliases")}),
        (None, {"fields": (("status", "applies_from", "checked_on"), "change", "amends")}),
        STATE_FIELDS,
        LINK_FIELDS,
    )
    change_list_template = "admin/legaltoolbox/legalsource/change_list.html"
    list_display = ("name", "title", "status")
    list_filter = ("kind", "status", *ItemAdmin.list_filter)
    search_fields = ("slug", "name", "title")
    autocomplete_fields = ("part_of", "amends")

    def get_urls(self):
        page = self.admin_site.admin_view(lambda request: for_a_lawyer_view(self, request))
        return [path("for-a-lawyer/", page, name="legaltoolbox_legalsource_for_a_lawyer"), *super().get_urls()]


@admin.register(Role)
class RoleAdmin(ItemAdmin):
    side_by_side = (("name", "short_name"),)
    list_display = ("name", "slug", "position")
    search_fields = ("slug", "name")


@admin.register(Phase)
class PhaseAdmin(ItemAdmin):
    side_by_side = (("number", "slug"),)
    list_display = ("__str__", "slug")
    search_fields = ("slug", "name")


@admin.register(ScreeningQuestion)
class ScreeningQuestionAdmin(ItemAdmin):
    side_by_side = (("yes_label", "no_label"),)
    list_display = ("question", "code", "position")
    search_fields = ("code", "question")


@admin.register(DocumentTemplate)
class DocumentTemplateAdmin(ItemAdmin):
    list_display = ("code", "title", "owner", "is_central")
    list_filter = ("audience", "is_central", "owner", *ItemAdmin.list_filter)
    list_select_related = ("owner",)
    search_fields = ("code", "title", "purpose")


@admin.register(Activity)
class ActivityAdmin(ItemAdmin):
    fieldset_starts = ("responsible",)
    list_display = ("code", "title", "phase", "responsible")
    list_filter = ("phase", "responsible", *ItemAdmin.list_filter)
    list_select_related = ("phase", "responsible")
    search_fields = ("code", "title", "what", "why")


@admin.register(Risk)
class RiskAdmin(ItemAdmin):
    fieldset_starts = ("signs",)
    list_display = ("code", "title", "kind")
    list_filter = ("kind", "affects", "phases", *ItemAdmin.list_filter)
    search_fields = ("code", "title", "cause", "event", "consequence")


@admin.register(Requirement)
class RequirementAdmin(ItemAdmin):
    side_by_side = (("topic", "addressee"), ("level", "level_note"))
    fieldset_starts = ("duty", "phases")
    list_display = ("code", "title", "topic", "addressee", "level")
    list_filter = ("topic", "addressee", "level", *ItemAdmin.list_filter)
    search_fields = ("code", "title", "duty", "wording")


@admin.register(Guidance)
class GuidanceAdmin(ItemAdmin):
    side_by_side = (("theme", "kind"),)
    fieldset_starts = ("activities",)
    list_display = ("code", "question", "kind", "theme")
    list_filter = ("theme", "kind", *ItemAdmin.list_filter)
    search_fields = ("code", "question", "answer")


@admin.register(LegalBasis)
class LegalBasisAdmin(ItemAdmin):
    fieldset_starts = ("article_6", "clarity", "activities")
    list_display = ("code", "title")
    list_filter = ("phases__phase", *ItemAdmin.list_filter)
    search_fields = ("code", "title", "what")
