"""The companies that KL has invited and somebody else has registered: KL decides who is the right one."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kl_ai.admin.reading import LoggedReading
from kl_ai.admin.site import ReadOnlyAdmin
from kl_ai.requests.http import AuthenticatedRequest
from kl_ai.security import log as security_log
from kl_ai.security.reading_log import record_reading

from ..mails import membership
from ..models import CompanyClaim, Vendor
from ..querysets import REVIEW
from .base import date_column

Decision = CompanyClaim.Decision

EXPLANATIONS = {
    Decision.TAKE_OVER: _(
        "The registered company is the invited one, and whoever registered it should not act for it. They are removed and "
        "told; what they have written stays, and the invited person can go on with it."
    ),
    Decision.JOIN: _(
        "The registered company is the invited one, and whoever registered it acts for it rightly. Both can change the answers."
    ),
    Decision.OWN: _(
        "They are two companies. The invited person gets a company of its own, with the CVR number unless the other has it; "
        "you can correct the number on the vendor's page."
    ),
    Decision.DECLINE: _("Nobody is let in, and nothing else is changed. The invitation stays as it is."),
}
WITHOUT_PERSON = {
    Decision.JOIN: _(
        "The registered company is the invited one, registered by somebody who may act for it. The invited person joins it "
        "with the invitation."
    ),
    Decision.DECLINE: _(
        "You do not know yet. When the invited person uses the invitation, you are asked again; until then nobody gets in."
    ),
}
"""The same for a claim that nobody has made yet."""


@admin.register(CompanyClaim)
class CompanyClaimAdmin(LoggedReading, ReadOnlyAdmin):
    """Read only; decided on a page of its own."""

    has_work = True

    fields = (
        "decide_link",
        "invitation",
        "user",
        "vendor",
        "reason",
        "asked_at",
        "decision",
        "decided_by",
        "decided_at",
    )
    list_display = ("company", "reason", "user", "vendor", "asked", "decision", "decided")
    list_filter = (("decided_at", admin.EmptyFieldListFilter), "reason", "decision")
    list_select_related = ("invitation", "user", "vendor")
    search_fields = ("invitation__company_name", "invitation__email", "user__email", "vendor__name")

    asked = date_column("asked_at", _("asked"))
    decided = date_column("decided_at", _("decided"), empty_value=_("waiting"))

    @admin.display(description=_("company"), ordering="invitation__company_name")
    def company(self, claim: CompanyClaim) -> str:
        return claim.invitation.company_name

    @admin.display(description=_("decision"))
    def decide_link(self, claim: CompanyClaim) -> str:
        if claim.decided_at:
            return claim.get_decision_display()
        url = reverse("admin:marketoverview_companyclaim_decide", args=[claim.pk])
        return format_html('<a href="{}">{}</a>', url, gettext("Decide"))

    def get_urls(self):
        page = self.admin_site.admin_view(self.decide_view)
        return [path("<int:object_id>/decide/", page, name="marketoverview_companyclaim_decide"), *super().get_urls()]

    def decide_view(self, request: AuthenticatedRequest, object_id: int) -> HttpResponse:
        """`…/companyclaim/<id>/decide/`: what is known of both sides, and KL's decision."""
        if not request.user.has_perm(REVIEW):
            raise PermissionDenied
        loaded = CompanyClaim.objects.select_related("invitation__invited_by", "user", "vendor")
        claim = get_object_or_404(loaded, pk=object_id)
        if claim.decided_at:
            messages.info(
                request, gettext("This is decided: %(decision)s.") % {"decision": claim.get_decision_display()}
            )
            return redirect("admin:marketoverview_companyclaim_changelist")
        if request.method == "POST":
            return decide(request, claim)
        claim.name_registered()
        record_reading(request, "companyclaim: form", claim.pk, claim.invitation.company_name)
        return render(request, "admin/marketoverview/companyclaim/decide.html", self._context(request, claim))

    def _context(self, request: AuthenticatedRequest, claim: CompanyClaim) -> dict[str, Any]:
        """The template's variables. At most four queries."""
        vendor = claim.vendor
        explanations = EXPLANATIONS if claim.user_id else WITHOUT_PERSON
        return {
            "title": gettext("Who is the right company?"),
            "opts": self.opts,
            "claim": claim,
            "members": list(vendor.memberships.select_related("user").order_by("joined_at")) if vendor else [],
            "keys_invited_by_kl": vendor.keys_invited_by_kl() if vendor else set(),
            "responses": list(vendor.responses.select_related("round").order_by("-sequence")) if vendor else [],
            "decisions": [(decision, explanations[decision]) for decision in claim.decisions],
            **self.admin_site.each_context(request),
        }


def decide(request: AuthenticatedRequest, claim: CompanyClaim) -> HttpResponse:
    """Carry the decision of the form out, mail everybody concerned, and lead to the next claim that waits."""
    decision = request.POST.get("decision", "")
    if decision not in Decision.values:
        raise SuspiciousOperation
    shown = request.POST.get("vendor", str(claim.vendor_id or ""))
    if decision not in claim.decisions or shown != str(claim.vendor_id or ""):
        messages.warning(request, gettext("Nothing was changed: this is no longer possible. Look at it again."))
        return redirect("admin:marketoverview_companyclaim_decide", claim.pk)
    with transaction.atomic():
        is_decided_now = claim.decide(request.user, decision)
        if is_decided_now:
            vendors = concerned(claim, decision)
            membership.send_membership_news(*vendors, request=request)
            membership.send_claim_decision(claim, vendors[0] if decision != Decision.DECLINE and vendors else None)
    if not is_decided_now and CompanyClaim.objects.waiting().filter(pk=claim.pk).exists():
        messages.warning(request, gettext("Nothing was changed: this is no longer possible. Look at it again."))
        return redirect("admin:marketoverview_companyclaim_decide", claim.pk)
    if not is_decided_now:
        messages.warning(request, gettext("Nothing was changed: somebody else has decided already."))
    else:
        security_log.record("company_claim_decided", request, claim=claim, decision=decision)
        messages.success(request, gettext("It is decided. Everybody concerned gets a mail."))
    following = CompanyClaim.objects.waiting().first()
    if following:
        return redirect("admin:marketoverview_companyclaim_decide", following.pk)
    return redirect("admin:marketoverview_companyclaim_changelist")


def concerned(claim: CompanyClaim, decision: str) -> list[Vendor]:
    """The vendors that the decision has changed, the one that the user acts for now first. Two queries."""
    invitation = type(claim.invitation).objects.select_related("vendor").get(pk=claim.invitation_id)
    own, registered = invitation.vendor, claim.vendor
    vendors = (own, registered) if decision == Decision.OWN else (registered, own)
    return list(dict.fromkeys(vendor for vendor in vendors if vendor))
