"""The invitations of companies to the survey, and the requests to act for a vendor."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import transaction
from django.db.models import Exists, OuterRef, Subquery
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from kl_ai.admin.lists import DanishListAdmin
from kl_ai.admin.reading import LoggedReading
from kl_ai.admin.site import ReadOnlyAdmin
from kl_ai.login.restore import redirect_to_button
from kl_ai.mail.models import BadAddress
from kl_ai.mail.notices import add_queued_message, delivery_message
from kl_ai.requests.bodies import accepts_upload

from ..mails import membership, notifications
from ..models import Invitation, JoinRequest, Response
from ..querysets import REVIEW
from .base import date_column
from .inbox import to_next_case
from .invite import invite_view


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
class InvitationAdmin(LoggedReading, DanishListAdmin):
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
        bad_addresses = BadAddress.objects.filter(email=OuterRef("email"))
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

    @accepts_upload(2_000_000)
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
        waiting = list(Invitation.objects.waiting().select_related("vendor").filter(pk__in=queryset.values("pk")))
        with transaction.atomic():
            for invitation in waiting:
                invitation.cancel(request.user, as_kl=True)
                self.log_change(request, invitation, gettext("Cancelled."))
            vendors = {invitation.vendor for invitation in waiting if invitation.vendor}
            membership.send_membership_news(*vendors, request=request)
        text = ngettext("%(n)s invitation is cancelled.", "%(n)s invitations are cancelled.", len(waiting))
        self.message_user(request, text % {"n": len(waiting)})


@admin.register(JoinRequest)
class JoinRequestAdmin(LoggedReading, ReadOnlyAdmin):
    """Read only; decided in the inbox."""

    fields = ("vendor", "user", "message", "asked_at", "referred_at", "approved", "decided_by", "decided_at")
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
            is_decided_now = join_request.decide(request.user, approve=approve, as_kl=True)
            mail = membership.send_join_decision(join_request, request) if is_decided_now else None
        words = {"who": join_request.user, "vendor": join_request.vendor}
        if not is_decided_now:
            messages.warning(
                request, gettext("Nothing was changed: the request of %(who)s was decided already.") % words
            )
        else:
            done = gettext("%(who)s now acts for %(vendor)s.") if approve else gettext("%(who)s was declined.")
            messages.success(request, f"{done % words} {delivery_message(mail)}".strip())
        return to_next_case("join-requests")
