"""The page of an invitation's link, and what can be done there: accept, or ask KL."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import ResolverMatch, reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kl_ai.login import restore
from kl_ai.pages.frame import render_page
from kl_ai.people import limits
from kl_ai.people.invitations import is_read_by_person
from kl_ai.people.tokens import ORIGIN_ONLY
from kl_ai.requests.http import AuthenticatedRequest

from ..mails import membership
from ..models import CompanyClaim, Invitation, SurveyRound, Vendor
from .joining import send_company_news


@login_not_required
@require_safe
@never_cache
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """`/leverandoer/invitation/<token>/`: who invites to what. The link works once; the login comes after."""
    invitation = Invitation.objects.select_related("vendor", "round", "invited_by").with_token(token)
    user = request.user if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated else None
    if invitation and user and invitation.is_used_by(user):
        return redirect("vendor:company", invitation.vendor.slug)
    is_valid = bool(invitation and invitation.is_waiting)
    if is_valid and is_read_by_person(request):
        invitation.record_opened()
    is_announceable = invitation and invitation.round and invitation.round.is_announceable
    context = {
        "invitation": invitation,
        "round": invitation.round if is_announceable else None,
        "is_valid": is_valid,
        "visitor": user,
        "is_for_visitor": is_valid and user and invitation.is_for(user),
        "claim": is_valid and user and invitation.claims.waiting().filter(user=user).first(),
        "login_url": f"{reverse(settings.LOGIN_URL)}?next={request.path}",
        "token": token,
    }
    status = 200 if is_valid else 410 if invitation else 404
    template = "marketoverview/vendor/invitation.html"
    crumbs = [(_("Invitation"), "")]
    response = render_page(request, template, context, nav_current="vendor", crumbs=crumbs, status=status)
    response["Referrer-Policy"] = ORIGIN_ONLY
    return response


@restore.post_only("vendor:invitation", "token")
def accept(request: AuthenticatedRequest, token: str) -> HttpResponse:
    """`…/tag-imod/`: accept the invitation; from now on the user acts for the company, or KL decides about it first."""
    invitation = Invitation.objects.select_related("vendor", "round").with_token(token)
    accepted = None
    if invitation:
        with transaction.atomic():
            accepted = invitation.accept(request.user)
            if accepted is not None:
                send_company_news(accepted, request)
    if accepted is None or isinstance(accepted, CompanyClaim):
        return redirect("vendor:invitation", token)
    messages.success(request, accepted_message(accepted, invitation.round if invitation else None))
    return redirect("vendor:company", accepted.slug)


def accepted_message(vendor: Vendor, survey_round: SurveyRound | None) -> str:
    """That the user acts for the vendor now, and when the round opens to which it is invited, if that is to come."""
    text = _("You now act for %(vendor)s.") % {"vendor": vendor}
    if survey_round is None or not survey_round.is_to_come:
        return text
    words = {"round": survey_round, "day": date_format(survey_round.opens_on)}
    return text + " " + _("“%(round)s”, which you are invited to, opens on %(day)s.") % words


@restore.post_only("vendor:invitation", "token")
def ask_kl(request: AuthenticatedRequest, token: str) -> HttpResponse:
    """`…/spoerg-kl/`: somebody with another address asks KL to be let in by an invitation of KL's."""
    invitation = Invitation.objects.select_related("vendor").with_token(token)
    if invitation is None or not invitation.is_waiting or not invitation.by_kl or invitation.is_for(request.user):
        return redirect("vendor:invitation", token)
    try:
        recipient = f"invitation {invitation.pk}"
        limits.consume("ask_to_join", person=request.user, recipient=recipient, origin=request)
    except limits.LimitReached as reached:
        messages.error(request, str(reached))
        return redirect("vendor:invitation", token)
    with transaction.atomic():
        claim = invitation.ask_kl(request.user)
        if claim is not None:
            membership.send_claim(claim)
    return redirect("vendor:invitation", token)


def invited_address(match: ResolverMatch) -> str:
    """The address of the invitation that can be used on this page; "" for other pages. One query for an invitation's."""
    if match.view_name != "vendor:invitation":
        return ""
    invitation = Invitation.objects.with_token(match.kwargs["token"])
    return invitation.email if invitation and invitation.is_waiting else ""
