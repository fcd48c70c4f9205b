"""The standard reasons that curators choose among when they send back or reject."""

from django import forms
from django.contrib import admin

from kl_ai.admin.history import TracedAdmin

from ..models import StandardReason


class StandardReasonForm(forms.ModelForm):
    class Meta:
        model = StandardReason
        fields = ("use", "text_da", "text_en", "position", "is_active")
        widgets = {
            name: forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"}) for name in ("text_da", "text_en")
        }


@admin.register(StandardReason)
class StandardReasonAdmin(TracedAdmin):
    form = StandardReasonForm
    list_display = ("text_da", "use", "position", "is_active")
    list_filter = ("use", "is_active")
    search_fields = ("text_da", "text_en")
