"""Companies that KL invites to the survey, and people who ask to act for a vendor."""

from collections.abc import Sequence
from dataclasses import dataclass

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from kl_ai.admin.site import ReadOnlyAdmin
from kl_ai.mail.models import BadAddress, OutgoingMail
from kl_ai.mail.notices import add_delivery_message, delivery_message

from ..mails import notifications
from ..models import Invitation, JoinRequest, Response, SurveyRound, Vendor, VendorMember
from ..review.company_names import plain_name
from ..review.invitation_import import MOST_BYTES, Line, decoded, read
from .base import day
from .steps import REVIEW

NEW, KNOWN, INVITED, INVALID = "new", "known", "invited", "invalid"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What would come of a line: `new`, `known` (with the vendor), `invited` or `invalid`, and why."""

    line: Line
    kind: str
    why: str
    vendor: Vendor | None = None


def outcomes(lines: Sequence[Line], round: SurveyRound) -> list[Outcome]:
    """What would come of each line. Three queries for any number of lines."""
    vendors = list(Vendor.objects.all())
    by_cvr = {vendor.cvr_number: vendor for vendor in vendors if vendor.cvr_number}
    by_name = {plain_name(vendor.name): vendor for vendor in vendors}
    members = VendorMember.objects.annotate(address=Lower("user__email")).select_related("vendor")
    by_mail = {member.address: member.vendor for member in members}
    mine = Q(accepted_at__isnull=False) | Q(pk__in=Invitation.objects.waiting().filter(round=round).values("pk"))
    invited = Invitation.objects.filter(mine, by_kl=True).annotate(address=Lower("email"))
    addresses = set(invited.values_list("address", flat=True))

    def outcome(line: Line) -> Outcome:
        if line.problem:
            return Outcome(line, INVALID, line.problem)
        address = line.email.lower()
        for found, why in (
            (by_cvr.get(line.cvr_number), gettext("The CVR number is registered.")),
            (by_mail.get(address), gettext("The address belongs to somebody who acts for the vendor.")),
            (by_name.get(plain_name(line.company)), gettext("The name is registered.")),
        ):
            if found:
                return Outcome(line, KNOWN, why, found)
        if address in addresses:
            return Outcome(line, INVITED, gettext("The address has an invitation already."))
        return Outcome(line, NEW, gettext("Will get an invitation."))

    return [outcome(line) for line in lines]


class ListForm(forms.Form):
    """The list, pasted or as a file. The file becomes the text, which travels on with the form."""

    round = forms.ModelChoiceField(SurveyRound.objects.all(), label=_("Round"), empty_label=None)
    language = forms.ChoiceField(label=_("Language of the mail"), choices=settings.LANGUAGES)
    text = forms.CharField(
        label=_("Companies"), required=False, strip=False,
        help_text=_("One company a line: name; e-mail; CVR number (may be left out). Copied from a spreadsheet is fine."),
        widget=forms.Textarea(attrs={"rows": 12, "class": "vLargeTextField"}),
    )  # fmt: skip
    file = forms.FileField(
        label=_("or a file"),
        required=False,
        allow_empty_file=True,
        help_text=_("CSV or text, at most 2,000 lines and 500 KB."),
    )

    lines: Sequence[Line] = ()

    def clean(self) -> dict:
        upload = self.cleaned_data.get("file")
        text = self.cleaned_data.get("text") or ""
        if upload:
            if upload.size > MOST_BYTES:
                raise ValidationError(gettext("The list is too long: at most 500 KB can be read at once."))
            text = decoded(upload.read())
        self.lines = read(text)
        if not self.lines:
            raise ValidationError(gettext("There is no company in the list."))
        return {**self.cleaned_data, "text": text}


def invite_view(model_admin, request: HttpRequest) -> HttpResponse:
    """`…/invitation/invite/`: the list, then what would happen line by line, then the invitations of what is new."""
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    current = SurveyRound.current()
    initial = {"round": current and current.pk, "language": "da"}
    form = ListForm(request.POST, request.FILES) if request.method == "POST" else ListForm(initial=initial)
    found: list[Outcome] = []
    if form.is_valid():
        if "send" in request.POST:
            send(request, form.lines, form.cleaned_data["round"], form.cleaned_data["language"])
            return redirect("admin:marketoverview_invitation_changelist")
        found = outcomes(form.lines, form.cleaned_data["round"])
    context = {
        "title": gettext("Invite companies"),
        "opts": model_admin.opts,
        "form": form,
        "outcomes": found,
        "text": form.cleaned_data["text"] if found else "",
        "counts": {kind: sum(one.kind == kind for one in found) for kind in (NEW, KNOWN, INVITED, INVALID)},
        **model_admin.admin_site.each_context(request),
    }
    return render(request, "admin/marketoverview/invitation/invite.html", context)


def send(request: HttpRequest, lines: Sequence[Line], round: SurveyRound, language: str) -> None:
    """Invite those that are new by now; the same list sent twice invites nobody twice."""
    mails = []
    with transaction.atomic():
        SurveyRound.objects.select_for_update().get(pk=round.pk)  # one list after the other
        for one in outcomes(lines, round):
            if one.kind == NEW:
                invitation = Invitation.objects.create(
                    email=one.line.email.lower(), company_name=one.line.company, cvr_number=one.line.cvr_number,
                    round=round, by_kl=True, invited_by=request.user, language=language,  # type: ignore[misc]
                )  # fmt: skip
                mails.append(notifications.invited(invitation))
    number = len(mails)
    text = ngettext("%(n)s company is invited.", "%(n)s companies are invited.", number)
    if not number:
        text = gettext("Nobody was invited: there was no new company in the list.")
    messages.add_message(request, messages.SUCCESS if number else messages.WARNING, text % {"n": number})
    add_invitation_mail_message(request, mails)


def add_invitation_mail_message(request: HttpRequest, mails: Sequence[OutgoingMail | None]) -> None:
    """Add a message with the number of mails that are sent, and that the others are kept."""
    number = sum(mail is not None for mail in mails)
    add_delivery_message(
        request,
        mails,
        ngettext("%(n)s mail is sent.", "%(n)s mails are sent.", number),
        gettext("%(sent)s of %(number)s mails are sent; the others are kept and go out by themselves."),
    )


class StateFilter(admin.SimpleListFilter):
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
class InvitationAdmin(admin.ModelAdmin):
    """Read, reminded of and cancelled; new ones come from a list."""

    change_list_template = "admin/marketoverview/invitation/change_list.html"
    fields = (
        "company_name", "email", ("cvr_number", "country"), "vendor", "round", "language", ("by_kl", "invited_by"),
        ("created_at", "reminded_at", "opened_at"), ("accepted_at", "accepted_by", "cancelled_at"),
    )  # fmt: skip
    list_display = (
        "company_name", "email", "in_round", "sent", "opened", "accepted", "started", "submitted", "bad_address",
    )  # fmt: skip
    list_filter = (StateFilter, "round", "by_kl", "language")
    list_select_related = ("round", "vendor")
    search_fields = ("company_name", "email", "cvr_number")
    actions = ("remind", "cancel")

    sent = day("created_at", _("sent"))
    opened = day("opened_at", _("opened"), empty_value="–")
    accepted = day("accepted_at", _("accepted"), empty_value="–")
    started = day("started_at", _("started"), empty_value="–")
    submitted = day("handed_in_at", _("submitted"), empty_value="–")

    def get_queryset(self, request):
        """One query: what has come of each comes along."""
        answered = Response.objects.filter(vendor=OuterRef("vendor"), round=OuterRef("round")).order_by("sequence")
        bad = BadAddress.objects.filter(email=Lower(OuterRef("email")))
        return super().get_queryset(request).annotate(
            started_at=Subquery(answered.values("created_at")[:1]),
            handed_in_at=Subquery(answered.filter(submitted_at__isnull=False).values("submitted_at")[:1]),
            is_bad=Exists(bad),
        )  # fmt: skip

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
        mails = []
        for invitation in Invitation.objects.waiting().filter(pk__in=queryset.values("pk"), created_at__date__lt=today):
            due = Invitation.objects.waiting().filter(
                Q(reminded_at=None) | Q(reminded_at__date__lt=today), pk=invitation.pk
            )
            with transaction.atomic():
                if due.update(reminded_at=timezone.now()):
                    days = (today - timezone.localdate(invitation.created_at)).days
                    mails.append(notifications.invited(invitation, 1 + days))
        if not mails:
            messages.warning(request, gettext("Nobody was reminded: all have accepted, or had a mail today."))
        add_invitation_mail_message(request, mails)

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

    asked = day("asked_at", _("asked"))
    decided = day("decided_at", _("decided"), empty_value=_("waiting"))

    def get_urls(self):
        page = self.admin_site.admin_view(self.decide_view)
        return [path("<int:object_id>/decide/", page, name="marketoverview_joinrequest_decide"), *super().get_urls()]

    def decide_view(self, request, object_id: int):
        """POST: let the user in, or not; the one who asked is told."""
        if not request.user.has_perm(REVIEW):
            raise PermissionDenied
        if request.method != "POST" or request.POST.get("approve") not in ("yes", "no"):
            return HttpResponseNotAllowed(["POST"])
        asked = get_object_or_404(JoinRequest.objects.select_related("user", "vendor"), pk=object_id)
        approve = request.POST["approve"] == "yes"
        with transaction.atomic():
            mail = notifications.joined(asked) if (is_mine := asked.decide(request.user, approve=approve)) else None
        words = {"who": asked.user, "vendor": asked.vendor}
        if not is_mine:
            messages.warning(
                request, gettext("Nothing was changed: the request of %(who)s was decided already.") % words
            )
        else:
            done = gettext("%(who)s now acts for %(vendor)s.") if approve else gettext("%(who)s was declined.")
            messages.success(request, f"{done % words} {delivery_message(mail)}".strip())
        return redirect(reverse("admin:marketoverview_response_inbox"))
