"""The rounds of the survey: their dates and limits, and the steps from the last round to the next one."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from ..models import SurveyRound
from .announce import announce_view
from .base import FixedCodeAdmin
from .new_round import new_round_view
from .round_pages import checklist_view, preview_view
from .round_publication import publication_view


class RoundForm(forms.ModelForm):
    """The dates of a released round change only where no other round is open then; those of a running one are asked about."""

    confirm_dates = forms.BooleanField(
        label=_("Change the dates of the running round"),
        required=False,
        help_text=_("Needed only where you change a date. Vendors read the new dates at once."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned_data = super().clean() or self.cleaned_data
        is_changed = bool({"opens_on", "closes_on"} & set(self.changed_data))
        if self.instance.is_released and is_changed and not {"opens_on", "closes_on"} & set(self.errors):
            self._refuse_overlap()
            if self.initial["opens_on"] <= timezone.localdate() and not cleaned_data.get("confirm_dates"):
                self.add_error("confirm_dates", running_text(self.instance))
        return cleaned_data

    def _refuse_overlap(self) -> None:
        dates = {name: self.cleaned_data.get(name) for name in ("opens_on", "closes_on")}
        candidate = SurveyRound(pk=self.instance.pk, **dates)
        changed = "opens_on" if "opens_on" in self.changed_data else "closes_on"
        for finding in candidate.overlap_findings():
            self.add_error(changed, finding.text)


def running_text(survey_round: SurveyRound) -> str:
    """A sentence about the vendors that a change of dates concerns. One query."""
    number = survey_round.responses.values("vendor").distinct().count()
    return ngettext(
        "Nothing was saved yet: the round is running, and %(n)d vendor has begun. Tick here to change its dates.",
        "Nothing was saved yet: the round is running, and %(n)d vendors have begun. Tick here to change its dates.",
        number,
    ) % {"n": number}


def state_text(survey_round: SurveyRound) -> str:
    """In words whether the round is released, and whether it is open today. No query."""
    today, closes_on = timezone.localdate(), survey_round.closes_on
    if not survey_round.is_released:
        return gettext("not released: it does not open")
    if today < survey_round.opens_on:
        return gettext("opens on %(day)s") % {"day": date_format(survey_round.opens_on)}
    if closes_on is None:
        return gettext("open")
    if today <= closes_on:
        return gettext("open until %(day)s") % {"day": date_format(closes_on)}
    return gettext("closed on %(day)s") % {"day": date_format(closes_on)}


@admin.register(SurveyRound)
class SurveyRoundAdmin(FixedCodeAdmin):
    form = RoundForm
    change_list_template = "admin/marketoverview/surveyround/change_list.html"
    change_form_template = "admin/marketoverview/surveyround/change_form.html"
    fieldsets = (
        (None, {"fields": ("code", "name_da", "name_en", ("opens_on", "closes_on"), "corrections_after_close", "new_answers_after_close")}),
        (_("Limits, the same for all vendors"), {"fields": (("max_description_words", "max_own_words"), ("max_offerings", "max_offering_words"))}),
    )  # fmt: skip
    list_display = ("name", "code", "opens_on", "closes_on", "state", "response_count")
    search_fields = ("code", "name_da", "name_en")

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(response_count=Count("responses"))

    @admin.display(description=_("name"), ordering="name_da")
    def name(self, survey_round) -> str:
        return survey_round.name

    @admin.display(description=_("state"), ordering="released_at")
    def state(self, survey_round) -> str:
        return state_text(survey_round)

    @admin.display(description=_("responses"), ordering="response_count")
    def response_count(self, survey_round) -> int:
        return survey_round.response_count

    def get_urls(self):
        def page(view):
            return self.admin_site.admin_view(lambda request, **arguments: view(self, request, **arguments))

        return [
            path("new/", page(new_round_view), name="marketoverview_surveyround_new"),
            path("<int:object_id>/checklist/", page(checklist_view), name="marketoverview_surveyround_checklist"),
            path("<int:object_id>/preview/", page(preview_view), name="marketoverview_surveyround_preview"),
            path("<int:object_id>/publication/", page(publication_view), name="marketoverview_surveyround_publication"),
            path("<int:object_id>/announce/", page(announce_view), name="marketoverview_surveyround_announce"),
            *super().get_urls(),
        ]

    # The page -------------------------------------------------------------------------------

    def get_fieldsets(self, request, obj=None):
        fieldsets = list(super().get_fieldsets(request, obj))
        if not (obj and obj.is_released and obj.opens_on <= timezone.localdate()):
            return fieldsets
        first, options = fieldsets[0]
        return [(first, {**options, "fields": (*options["fields"], "confirm_dates")}), *fieldsets[1:]]

    def get_form(self, request, obj=None, change=False, **kwargs):
        """The field that confirms is no field of the model: Django is not to look for it there."""
        names = kwargs.pop("fields", None) or admin.utils.flatten_fieldsets(self.get_fieldsets(request, obj))
        kwargs["fields"] = [name for name in names if name != "confirm_dates"]
        return super().get_form(request, obj, change=change, **kwargs)

    def lock_rows(self, object_id: str) -> None:
        SurveyRound.objects.all().locked()

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        # A form that is refused has put its dates into `obj`; the page says what is stored.
        stored = SurveyRound.objects.get(pk=obj.pk) if obj and request.method == "POST" else obj
        context["round_state"] = state_text(stored) if stored else ""
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_model(self, request, obj, form, change) -> None:
        super().save_model(request, obj, form, change)
        before: date | None = form.initial.get("closes_on")
        if change and obj.is_announceable and before and obj.closes_on and obj.closes_on > before:
            url = reverse("admin:marketoverview_surveyround_announce", args=[obj.pk])
            text = gettext("The deadline is later now. Nobody has been told.")
            link = format_html(' <a href="{}?kind=extension">{}</a>', url, gettext("Announce the new deadline"))
            self.message_user(request, format_html("{}{}", text, link), messages.WARNING)

    def response_add(self, request: HttpRequest, obj, post_url_continue=None) -> HttpResponse:
        """A round that is saved here does not open before it is released: the checklist says what is missing."""
        super().response_add(request, obj, post_url_continue)
        return redirect("admin:marketoverview_surveyround_checklist", obj.pk)
