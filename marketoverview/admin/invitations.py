"""The invitations of companies to the survey, and the requests to act for a vendor."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, SuspiciousOperation, ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import Lower
from django.forms.models import ModelChoiceIterator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from kl_ai.admin.lists import DanishListAdmin
from kl_ai.admin.site import ReadOnlyAdmin
from kl_ai.http import AuthenticatedRequest
from kl_ai.login.restore import redirect_to_button
from kl_ai.mail.models import BadAddress
from kl_ai.mail.notices import add_queued_message, delivery_message

from ..mails import notifications
from ..models import Invitation, JoinRequest, Response, SurveyRound, Vendor, VendorMember
from ..review.company_names import normalized_name
from ..review.invitation_import import MAX_BYTES, ListedCompany, decode, read_companies
from .base import date_column
from .steps import REVIEW

NEW, KNOWN, INVITED, INVALID = "new", "known", "invited", "invalid"


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """The result of sending the list for one company: `new`, `known` (with the vendor), `invited` or `invalid`."""

    company: ListedCompany
    kind: str
    reason: str
    """A sentence that says why."""
    vendor: Vendor | None = None


def import_outcomes(companies: Sequence[ListedCompany], round: SurveyRound) -> list[ImportOutcome]:
    """The result of sending the list, company by company; nothing is sent yet. Three queries for any number."""
    vendors = list(Vendor.objects.all())
    by_cvr = {vendor.cvr_number: vendor for vendor in vendors if vendor.cvr_number}
    by_name = {normalized_name(vendor.name): vendor for vendor in vendors}
    members = VendorMember.objects.annotate(address=Lower("user__email")).select_related("vendor")
    by_address = {member.address: member.vendor for member in members}
    invited = Invitation.objects.addresses_invited_by_kl(round)

    def outcome(company: ListedCompany) -> ImportOutcome:
        if company.problem:
            return ImportOutcome(company, INVALID, company.problem)
        address = company.email.lower()
        for vendor, reason in (
            (by_cvr.get(company.cvr_number), gettext("The CVR number is registered.")),
            (by_address.get(address), gettext("The address belongs to somebody who acts for the vendor.")),
            (by_name.get(normalized_name(company.name)), gettext("The name is registered.")),
        ):
            if vendor:
                return ImportOutcome(company, KNOWN, reason, vendor)
        if address in invited:
            return ImportOutcome(company, INVITED, gettext("The address has an invitation already."))
        return ImportOutcome(company, NEW, gettext("Will get an invitation."))

    return [outcome(company) for company in companies]


class ListForm(forms.Form):
    """The list, pasted or as a file. The text of a file becomes that of the field in the form of the preview."""

    round = forms.ModelChoiceField(SurveyRound.objects.announceable(), label=_("Round"), empty_label=None)
    language = forms.ChoiceField(label=_("Language of the mail"), choices=settings.LANGUAGES)
    text = forms.CharField(
        label=_("Companies"),
        required=False,
        strip=False,
        help_text=_(
            "One company a line: name; e-mail; CVR number (may be left out). Copied from a spreadsheet is fine."
        ),
        widget=forms.Textarea(attrs={"rows": 12, "class": "vLargeTextField"}),
    )
    file = forms.FileField(
        label=_("or a file"),
        required=False,
        allow_empty_file=True,
        help_text=_("CSV or text, at most 2,000 lines and 500 KB."),
    )

    companies: Sequence[ListedCompany] = ()

    def __init__(self, *args, **kwargs) -> None:
        """Reads the rounds. One query."""
        super().__init__(*args, **kwargs)
        survey_round = cast(forms.ModelChoiceField, self.fields["round"])
        survey_round.choices = list(cast(ModelChoiceIterator, survey_round.choices))

    def clean(self) -> dict:
        upload = self.cleaned_data.get("file")
        text = self.cleaned_data.get("text") or ""
        if upload:
            if upload.size > MAX_BYTES:
                raise ValidationError(gettext("The list is too long: at most 500 KB can be read at once."))
            text = decode(upload.read())
        self.companies = read_companies(text)
        if not self.companies:
            raise ValidationError(gettext("There is no company in the list."))
        return {**self.cleaned_data, "text": text}


def invite_view(model_admin, request: AuthenticatedRequest) -> HttpResponse:
    """`…/invitation/invite/`: the list, then a preview line by line, then the invitations of the new companies."""
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    current = SurveyRound.current()
    initial = {"round": current and current.pk, "language": "da"}
    form = ListForm(request.POST, request.FILES) if request.method == "POST" else ListForm(initial=initial)
    outcomes: list[ImportOutcome] = []
    if form.is_valid():
        outcomes = import_outcomes(form.companies, form.cleaned_data["round"])
        if "send" in request.POST:
            send_invitations(request, form, [outcome.company for outcome in outcomes if outcome.kind == NEW])
            return redirect("admin:marketoverview_invitation_changelist")
    context = {
        "title": gettext("Invite companies"),
        "opts": model_admin.opts,
        "form": form,
        "outcomes": outcomes,
        "text": form.cleaned_data["text"] if outcomes else "",
        "counts": {kind: sum(outcome.kind == kind for outcome in outcomes) for kind in (NEW, KNOWN, INVITED, INVALID)},
        **model_admin.admin_site.each_context(request),
    }
    return render(request, "admin/marketoverview/invitation/invite.html", context)


def send_invitations(request: AuthenticatedRequest, form: ListForm, companies: Sequence[ListedCompany]) -> None:
    """Invite these companies and add messages with the number; the same list sent twice invites nobody twice."""
    survey_round, language = form.cleaned_data["round"], form.cleaned_data["language"]
    with transaction.atomic():
        invitations = Invitation.invite_companies(companies, survey_round, request.user, language)
        mails = notifications.send_invitations((invitation, 1) for invitation in invitations)
    number = len(invitations)
    text = ngettext("%(n)s company is invited.", "%(n)s companies are invited.", number)
    if not number:
        text = gettext("Nobody was invited: there was no new company in the list.")
    messages.add_message(request, messages.SUCCESS if number else messages.WARNING, text % {"n": number})
    add_queued_message(request, len(mails))


class InvitationStateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [("waiting", gettext("waiting")), ("accepted", gettext("accepted")), ("cancelled", gettext("cancelled"))]

    def queryset(self, request, queryset):
        match self.value():
            case "waiting":
                return queryset.waiting()
            case "accepted":
                return queryset.filter(accepted_at__isnull=False)
            case "cancelled":
                return queryset.filter(cancelled_at__isnull=False)
        return queryset


@admin.register(Invitation)
class InvitationAdmin(DanishListAdmin):
    """Invitations are read, cancelled and reminded of here; new ones come from a list."""

    change_list_template = "admin/marketoverview/invitation/change_list.html"
    fields = (
        "company_name",
        "email",
        ("cvr_number", "country"),
        "vendor",
        "round",
        "language",
        ("by_kl", "invited_by"),
        ("created_at", "reminded_at", "opened_at"),
        ("accepted_at", "accepted_by", "cancelled_at"),
    )
    list_display = (
        "company_name",
        "email",
        "in_round",
        "sent",
        "opened",
        "accepted",
        "started",
        "submitted",
        "bad_address",
    )
    list_filter = (InvitationStateFilter, "round", "by_kl", "language")
    list_select_related = ("round", "vendor")
    search_fields = ("company_name", "email", "cvr_number")
    actions = ("remind", "cancel")

    sent = date_column("created_at", _("sent"))
    opened = date_column("opened_at", _("opened"), empty_value="–")
    accepted = date_column("accepted_at", _("accepted"), empty_value="–")
    started = date_column("started_at", _("started"), empty_value="–")
    submitted = date_column("handed_in_at", _("submitted"), empty_value="–")

    def get_queryset(self, request):
        """One query, with the dates of the vendor's response to the round and whether the address takes mail."""
        responses = Response.objects.filter(vendor=OuterRef("vendor"), round=OuterRef("round")).order_by("sequence")
        bad_addresses = BadAddress.objects.filter(email=Lower(OuterRef("email")))
        return (
            super()
            .get_queryset(request)
            .annotate(
                started_at=Subquery(responses.values("created_at")[:1]),
                handed_in_at=Subquery(responses.filter(submitted_at__isnull=False).values("submitted_at")[:1]),
                is_bad=Exists(bad_addresses),
            )
        )

    @admin.display(description=_("round"), ordering="round__opens_on", empty_value="–")
    def in_round(self, invitation) -> str | None:
        return invitation.round and invitation.round.code

    @admin.display(description=_("address"))
    def bad_address(self, invitation) -> str:
        return gettext("cannot be reached") if invitation.is_bad else ""

    def get_urls(self):
        page = self.admin_site.admin_view(self.invite_view)
        return [path("invite/", page, name="marketoverview_invitation_invite"), *super().get_urls()]

    def invite_view(self, request):
        return invite_view(self, request)

    def add_view(self, request, form_url="", extra_context=None):
        return redirect("admin:marketoverview_invitation_invite")

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False

    def has_invite_permission(self, request) -> bool:
        return self.has_add_permission(request)

    @admin.action(description=_("Send a reminder to those who have not accepted"), permissions=["invite"])
    def remind(self, request, queryset) -> None:
        """One reminder a day at most; what is accepted, cancelled or expired is left alone."""
        today = timezone.localdate()
        selected = Invitation.objects.select_related("round", "invited_by").filter(
            pk__in=queryset.values("pk"), created_at__date__lt=today
        )
        with transaction.atomic():
            reminded = selected.record_reminders()
            mails = notifications.send_invitations(
                (invitation, 1 + (today - timezone.localdate(invitation.created_at)).days) for invitation in reminded
            )
        if not mails:
            messages.warning(request, gettext("Nobody was reminded: all have accepted, or had a mail today."))
        add_queued_message(request, len(mails))

    @admin.action(description=_("Cancel"), permissions=["invite"])
    def cancel(self, request, queryset) -> None:
        waiting = list(Invitation.objects.waiting().filter(pk__in=queryset.values("pk")))
        for invitation in waiting:
            invitation.cancel()
            self.log_change(request, invitation, gettext("Cancelled."))
        text = ngettext("%(n)s invitation is cancelled.", "%(n)s invitations are cancelled.", len(waiting))
        self.message_user(request, text % {"n": len(waiting)})


@admin.register(JoinRequest)
class JoinRequestAdmin(ReadOnlyAdmin):
    """Read only; decided in the inbox."""

    fields = ("vendor", "user", "message", "asked_at", "approved", "decided_by", "decided_at")
    list_display = ("user", "vendor", "asked", "approved", "decided")
    list_filter = (("decided_at", admin.EmptyFieldListFilter), "approved")
    list_select_related = ("user", "vendor")
    search_fields = ("user__email", "vendor__name")

    asked = date_column("asked_at", _("asked"))
    decided = date_column("decided_at", _("decided"), empty_value=_("waiting"))

    def get_urls(self):
        page = self.admin_site.admin_view(self.decide_view)
        return [path("<int:object_id>/decide/", page, name="marketoverview_joinrequest_decide"), *super().get_urls()]

    def decide_view(self, request, object_id: int):
        """POST: let the user in, or not. The user gets a mail about the decision."""
        if not request.user.has_perm(REVIEW):
            raise PermissionDenied
        if request.method != "POST":
            return redirect_to_button(request, "admin:marketoverview_response_inbox")
        if request.POST.get("approve") not in ("yes", "no"):
            raise SuspiciousOperation
        join_request = get_object_or_404(JoinRequest.objects.select_related("user", "vendor"), pk=object_id)
        approve = request.POST["approve"] == "yes"
        with transaction.atomic():
            is_decided_now = join_request.decide(request.user, approve=approve)
            mail = notifications.send_join_decision(join_request) if is_decided_now else None
        words = {"who": join_request.user, "vendor": join_request.vendor}
        if not is_decided_now:
            messages.warning(
                request, gettext("Nothing was changed: the request of %(who)s was decided already.") % words
            )
        else:
            done = gettext("%(who)s now acts for %(vendor)s.") if approve else gettext("%(who)s was declined.")
            messages.success(request, f"{done % words} {delivery_message(mail)}".strip())
        return redirect(reverse("admin:marketoverview_response_inbox"))
