"""The page that mails a round, a later deadline or a message to many vendors, and the list of what was announced."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kl_ai.admin.site import ReadOnlyAdmin
from kl_ai.mail.notices import add_queued_message
from kl_ai.requests.http import AuthenticatedRequest

from ..mails import announcements
from ..models import Announcement, SurveyRound, Vendor
from ..models.announcements import TEXT_LENGTH
from ..querysets import REVIEW
from ..survey.audience import AudienceStatus, vendors_with_status
from .base import date_column, text_field
from .round_pages import find_round

MOST_LISTED = 100
"""So many vendors without members are named on the page; the number of the others stands below."""


class AnnouncementForm(forms.Form):
    """What is announced, in which words, and to which vendors."""

    kind = forms.ChoiceField(label=_("What"), choices=Announcement.Kind, widget=forms.RadioSelect)
    subject = forms.ChoiceField(
        label=_("Subject of a message"), choices=[("", "–"), *Announcement.Subject.choices], required=False
    )
    text_da = text_field(_("Text in Danish"), TEXT_LENGTH, 7)
    text_en = text_field(_("Text in English"), TEXT_LENGTH, 7)
    statuses = forms.MultipleChoiceField(
        label=_("To which vendors"), choices=AudienceStatus, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, survey_round: SurveyRound, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.survey_round = survey_round

    def clean(self) -> dict[str, Any]:
        is_message = self.cleaned_data.get("kind") == Announcement.Kind.MESSAGE
        if is_message and not self.cleaned_data.get("subject") and "subject" not in self.errors:
            self.add_error("subject", gettext("Choose the subject of the message."))
        texts = {name: self.cleaned_data.get(name) for name in ("text_da", "text_en")}
        if is_message or any(texts.values()):
            for name, text in texts.items():
                if not text and name not in self.errors:
                    self.add_error(name, gettext("Write the text in both languages: everybody gets it in their own."))
        if not self.errors:
            try:
                announcements.refuse_unfit(self.announcement)
            except ValidationError as refused:
                self.add_error("kind", refused)
        return self.cleaned_data

    @property
    def announcement(self) -> Announcement:
        """The announcement that the form describes, not stored. A subject belongs to a message only."""
        data = self.cleaned_data
        is_message = data["kind"] == Announcement.Kind.MESSAGE
        return Announcement(
            round=self.survey_round,
            kind=data["kind"],
            subject=data["subject"] if is_message else "",
            text_da=data["text_da"],
            text_en=data["text_en"],
            closes_on=self.survey_round.closes_on if data["kind"] == Announcement.Kind.EXTENSION else None,
        )


def announce_view(model_admin: ModelAdmin, request: AuthenticatedRequest, object_id: int) -> HttpResponse:
    """`…/surveyround/<id>/announce/`: the form, then the mails and the numbers as a preview, then the queue."""
    survey_round = find_round(model_admin, request, object_id)
    if not request.user.has_perm(REVIEW):
        raise PermissionDenied
    if request.method != "POST":
        kind = request.GET.get("kind")
        kind = kind if kind in Announcement.Kind.values else Announcement.Kind.ROUND
        initial = {"kind": kind, "statuses": [AudienceStatus.ALL]}
        return announce_page(model_admin, request, AnnouncementForm(survey_round, initial=initial))
    form = AnnouncementForm(survey_round, request.POST)
    if not form.is_valid() or "change" in request.POST:
        return announce_page(model_admin, request, form)
    if "send" in request.POST and send(request, form):
        return redirect("admin:marketoverview_announcement_changelist")
    return announce_page(model_admin, request, form, preview_context(form))


def send(request: AuthenticatedRequest, form: AnnouncementForm) -> bool:
    """Queue the announcement, with a message about the number; False where the round can no longer be announced."""
    statuses = form.cleaned_data["statuses"]
    vendors = vendors_with_status(statuses, form.survey_round)
    try:
        number = announcements.announce(form.announcement, vendors, request.user, statuses)
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
        return False
    add_queued_message(request, number)
    if not number:
        messages.warning(request, gettext("No mail is queued: all these people have got the same before."))
    return True


def preview_context(form: AnnouncementForm) -> Mapping[str, Any]:
    """The mail in both languages as one of the vendors will read it, and who gets it. Six queries."""
    announcement = form.announcement
    vendors = vendors_with_status(form.cleaned_data["statuses"], form.survey_round)
    distribution = announcements.distribution(announcement, vendors)
    example = distribution.new or distribution.have_it
    example_vendors = example[0].vendors if example else [Vendor(name=gettext("Example ApS"), slug="eksempel")]
    return {
        "distribution": distribution,
        "without_members": distribution.without_members[:MOST_LISTED],
        "more_without_members": max(0, len(distribution.without_members) - MOST_LISTED),
        "mails": [
            (language, *announcements.preview(announcement, example_vendors, language)) for language in ("da", "en")
        ],
    }


def announce_page(
    model_admin: ModelAdmin,
    request: AuthenticatedRequest,
    form: AnnouncementForm,
    preview: Mapping[str, Any] | None = None,
) -> HttpResponse:
    context = {
        "title": gettext("Announce: %(round)s") % {"round": form.survey_round},
        "opts": model_admin.opts,
        "original": form.survey_round,
        "form": form,
        **(preview or {}),
        **model_admin.admin_site.each_context(request),
    }
    return render(request, "admin/marketoverview/surveyround/announce.html", context)


@admin.register(Announcement)
class AnnouncementAdmin(ReadOnlyAdmin):
    """What KL has announced; a new one is made on the page of a round."""

    fields = (
        ("round", "kind", "subject"),
        "text_da",
        "text_en",
        "closes_on",
        "chosen_by",
        ("made_by", "made_at"),
        ("vendor_count", "person_count"),
        "mails",
    )
    list_display = ("what", "round", "made", "made_by", "chosen_by", "vendor_count", "person_count")
    list_filter = ("kind", "round")
    list_select_related = ("round", "made_by")
    search_fields = ("text_da", "text_en")

    made = date_column("made_at", _("when"))

    def has_view_permission(self, request, obj=None) -> bool:
        return request.user.has_perm(REVIEW)

    @admin.display(description=_("what"), ordering="kind")
    def what(self, announcement) -> str:
        return announcement.get_subject_display() or announcement.get_kind_display()

    @admin.display(description=_("vendors chosen by"))
    def chosen_by(self, announcement) -> str:
        labels = [
            str(AudienceStatus(code).label) for code in announcement.statuses.split() if code in AudienceStatus.values
        ]
        return ", ".join(labels) or gettext("an invitation list")

    @admin.display(description=_("mails"))
    def mails(self, announcement) -> str:
        """A link to the mails with this very news."""
        url = f"{reverse('admin:kl_ai_outgoingmail_changelist')}?{urlencode({'q': announcement.mail_key})}"
        return format_html('<a href="{}">{}</a>', url, gettext("See the mails and whether they are sent"))
