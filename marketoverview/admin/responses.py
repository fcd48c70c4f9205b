"""The responses: read, edited on the vendor's behalf while open, and moved on by the curator's steps."""

import json
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.admin.options import InlineModelAdmin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, When
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kl_ai.admin.history import TracedAdmin
from kl_ai.admin.private_names import is_history_version

from ..models import Answer, Option, Response, SampleOffering, Status, SurveyRound, Vendor
from .base import OpenedResponses, StaleFilter, choices_by_question, date_column
from .inbox import inbox_view, objection_view, withdrawal_view
from .review import review_view
from .steps import available_steps, state_token, step_view

CHANGELIST = "admin:marketoverview_response_changelist"
CHANGE = "admin:marketoverview_response_change"


class ResponseForm(forms.ModelForm):
    """Refuses to overwrite what somebody else saved since the page was opened."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["seen"] = self.current_state = state_token(self.instance)
        else:
            del self.fields["seen"]

    def clean(self):
        if self.instance.pk and self.cleaned_data.get("seen") != self.current_state:
            raise ValidationError(
                gettext(
                    "Nothing was saved: somebody else changed this response after you opened the page. "
                    "Copy what you wrote, open the page again and add it there."
                )
            )
        return super().clean()


class NewResponseForm(forms.ModelForm):
    """Whose response KL begins, and in which of the rounds that have opened."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["round"]).queryset = SurveyRound.objects.opened()

    def clean(self) -> dict[str, Any]:
        """Refuses what `Response.begin` cannot do; vendor and round stay locked until the admin's transaction ends."""
        vendor, survey_round = self.cleaned_data.get("vendor"), self.cleaned_data.get("round")
        if vendor and survey_round:
            vendor.lock()
            survey_round.hold()
            open_response = Response.objects.open().filter(vendor=vendor).select_related("round").first()
            if open_response and not open_response.can_go_on_in(survey_round):
                text = gettext(
                    "%(vendor)s has an open response in “%(round)s” already. Choose that round to go on with it."
                )
                raise ValidationError(text % {"vendor": vendor, "round": open_response.round})
        return self.cleaned_data


class OptionChoices(InlineModelAdmin):
    """A mixin for inlines: options as choices under their questions' headings, read once for all rows."""

    options = Option.objects.all()

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.related_model is Option:
            empty = [("", "–")] if db_field.many_to_one else []
            field.choices = [*empty, *choices_by_question(self.options.all())]
            for link in ("add", "change", "view", "delete"):
                setattr(field.widget, f"can_{link}_related", False)
        return field


class AnswerForm(forms.ModelForm):
    """An option ticked on the vendor's behalf replaces KL's counting of own words under the same option."""

    def validate_unique(self) -> None:
        """Refuses an option that the vendor has ticked before; KL's counting is no second answer."""
        option, answer = self.cleaned_data.get("option"), self.instance
        mapped = Answer.objects.none()
        if option is not None and answer.pk is None:
            mapped = Answer.objects.mapped_under(answer.response_id, option.pk)
        if not mapped.exists():
            super().validate_unique()


class AnswerFormSet(forms.BaseInlineFormSet):
    """The rows of the vendor's own answers."""

    def save_new(self, form, commit=True):
        answer = super().save_new(form, commit=False)
        return answer.store() if commit else answer


class AnswerInline(OptionChoices, admin.TabularInline):
    """The vendor's own answers; those that KL counts from own words are on the page “Own words”."""

    model = Answer
    verbose_name_plural = _("the vendor's answers")
    form = AnswerForm
    formset = AnswerFormSet
    fields = ("question", "option", "own_words")
    readonly_fields = ("question",)
    extra = 1

    def get_queryset(self, request):
        return super().get_queryset(request).filter(mapped_from=None).select_related("option__question")

    @admin.display(description=_("question"))
    def question(self, answer) -> str:
        return answer.option.question.heading


class OfferingFormSet(forms.BaseInlineFormSet):
    """Gives new offerings the positions after the last one."""

    def save_new(self, form, commit=True):
        form.instance.position = self.instance.next_offering_position()
        return super().save_new(form, commit)


class OfferingInline(OptionChoices, admin.StackedInline):
    model = SampleOffering
    formset = OfferingFormSet
    options = Option.objects.exclude(question__matrix_axis="")
    fields = ("title", ("stage", "where_used"), "description", "options")
    extra = 0

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("options__question")

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        return super().formfield_for_manytomany(db_field, request, widget=forms.CheckboxSelectMultiple, **kwargs)


@admin.register(Response)
class ResponseAdmin(OpenedResponses, TracedAdmin):
    response_lookup = "pk"
    list_name = _("Vendors' responses")
    form = ResponseForm
    change_form_template = "admin/marketoverview/response/change_form.html"
    change_list_template = "admin/marketoverview/response/change_list.html"
    autocomplete_fields = ("vendor",)
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    fieldsets = (
        (None, {"fields": ("vendor_link", ("round", "sequence"), "based_on_link")}),
        (_("Dates"), {"fields": (("submitted_at", "published_at"), ("confirmed_at", "closed_at"))}),
        (_("What the vendor says"), {"fields": ("company_name", "website", "description")}),
        (_("Contact"), {"fields": ("contact_function", "contact_email", "contact_phone", "contact_name", "contact_consent")}),
    )  # fmt: skip
    readonly_fields = (
        "vendor_link",
        "round",
        "sequence",
        "based_on_link",
        "submitted_at",
        "published_at",
        "confirmed_at",
        "closed_at",
    )
    list_display = ("vendor", "in_round", "status", "submitted", "published", "confirmed")
    list_filter = ("status", StaleFilter, "round")
    list_select_related = ("vendor", "round")
    search_fields = ("vendor__name", "description", "answers__own_words", "offerings__title")
    # Submitted responses first, the longest wait on top; then the others, the latest change on top.
    ordering = (Case(When(status=Status.SUBMITTED, then="submitted_at")).asc(nulls_last=True), "-changed_at")

    submitted = date_column("submitted_at", _("submitted"))
    published = date_column("published_at", _("published"))
    confirmed = date_column("confirmed_at", _("confirmed"))

    def get_urls(self):
        step, review, inbox = map(self.admin_site.admin_view, (self.step_view, self.review_view, self.inbox_view))
        objection, withdrawal = map(self.admin_site.admin_view, (self.objection_view, self.withdrawal_view))
        return [
            path("inbox/", inbox, name="marketoverview_response_inbox"),
            path("inbox/objection/<int:answer_id>/", objection, name="marketoverview_response_objection"),
            path("inbox/withdrawal/<int:object_id>/", withdrawal, name="marketoverview_response_withdrawal"),
            path("<int:object_id>/review/", review, name="marketoverview_response_review"),
            path("<int:object_id>/step/<slug:name>/", step, name="marketoverview_response_step"),
            *super().get_urls(),
        ]

    def inbox_view(self, request):
        return inbox_view(self, request)

    def objection_view(self, request, answer_id: int):
        return objection_view(self, request, answer_id)

    def withdrawal_view(self, request, object_id: int):
        return withdrawal_view(request, object_id)

    def review_view(self, request, object_id: int):
        return review_view(self, request, object_id)

    def step_view(self, request, object_id: int, name: str):
        return step_view(self, request, object_id, name)

    # Permissions ----------------------------------------------------------------------------

    def has_change_permission(self, request, obj=None) -> bool:
        """Only open responses; no public or closed ones, and no earlier versions of the history."""
        may_change = super().has_change_permission(request, obj)
        return may_change and (obj is None or (obj.is_open and not is_history_version(obj)))

    def revert_disabled(self, request, obj=None) -> bool:
        """Always: an earlier version holds an earlier status, and only the steps change the status."""
        return True

    def has_delete_permission(self, request, obj=None) -> bool:
        """Only a draft that was never submitted."""
        may_delete = super().has_delete_permission(request, obj)
        return may_delete and (obj is None or (obj.status == Status.DRAFT and obj.submitted_at is None))

    def get_object(self, request, object_id, from_field=None):
        """On a POST the vendor's row is locked first, as every verb does: nobody changes the status until the end."""
        submission = super().get_object(request, object_id, from_field)
        if submission is None or request.method != "POST":
            return submission
        Vendor.objects.select_for_update().get(pk=submission.vendor_id)
        return super().get_object(request, object_id, from_field)

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("vendor", "round", "based_on__round", "based_on__vendor")

    @admin.display(description=_("round"), ordering="round__opens_on")
    def in_round(self, response) -> str:
        return response.round.code

    # The page -------------------------------------------------------------------------------

    def get_form(self, request, obj=None, change=False, **kwargs):
        return super().get_form(request, obj, change=change, **({} if obj else {"form": NewResponseForm}) | kwargs)

    def get_fieldsets(self, request, obj=None):
        return super().get_fieldsets(request, obj) if obj else ((None, {"fields": ("vendor", "round")}),)

    def get_readonly_fields(self, request, obj=None):
        return super().get_readonly_fields(request, obj) if obj else ()

    def get_inlines(self, request, obj):
        return (AnswerInline, OfferingInline) if obj else ()

    def get_changeform_initial_data(self, request):
        current = SurveyRound.current()
        return {"round": current} | super().get_changeform_initial_data(request)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        """The page; a GET of it records that KL has seen the response, as the review page does."""
        context["show_save_and_add_another"] = False
        if obj:
            if request.method == "GET" and not obj.record_opened_by_kl():
                obj.refresh_from_db()  # its vendor has taken it back at this moment
            context["steps"] = available_steps(request.user, obj)
            context["events"] = list(obj.events.select_related("actor"))
        return super().render_change_form(request, context, add, change, form_url, obj)

    @admin.display(description=_("vendor"))
    def vendor_link(self, response) -> str:
        url = reverse("admin:marketoverview_vendor_change", args=[response.vendor_id])
        return format_html('<a href="{}">{}</a>', url, response.vendor)

    @admin.display(description=_("based on"))
    def based_on_link(self, response) -> str:
        if not response.based_on:
            return "–"
        return format_html('<a href="{}">{}</a>', reverse(CHANGE, args=[response.based_on_id]), response.based_on)

    def view_on_site(self, response) -> str | None:
        """The public profile, where this is the response that it shows."""
        return reverse("market:profile", args=[response.vendor.slug]) if response.status == Status.PUBLISHED else None

    # Saving ---------------------------------------------------------------------------------

    def save_form(self, request, form, change):
        """A new response is begun as the vendor would begin it: it is the open one, or a copy of the public one."""
        submission = super().save_form(request, form, change)
        return submission if change else Response.begin(submission.vendor, submission.round, request.user)

    def save_model(self, request, obj, form, change) -> None:
        if change:
            obj.save_content()

    def save_formset(self, request, form, formset, change) -> None:
        """Delete KL's counting, and the vendor's objection, where the own words have changed."""
        super().save_formset(request, form, formset, change)
        if formset.model is Answer:
            changed = [answer.pk for answer, _fields in formset.changed_objects]
            Answer.objects.discard_mappings(changed)

    def save_related(self, request, form, formsets, change) -> None:
        super().save_related(request, form, formsets, change)
        if change and (form.has_changed() or any(formset.has_changed() for formset in formsets)):
            changes = self.construct_change_message(request, form, formsets)
            form.instance.record_edit(request.user, LogEntry(change_message=json.dumps(changes)).get_change_message())

    def response_add(self, request, obj, post_url_continue=None):
        self.message_user(request, gettext("This is the open response of %(vendor)s.") % {"vendor": obj.vendor})
        return redirect(CHANGE, obj.pk)
