"""The pages on which people come to act for a vendor and leave it: register, ask, invite, accept, remove."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kl_ai.http import AuthenticatedRequest
from kl_ai.login import restore
from kl_ai.mail.models import OutgoingMail
from kl_ai.mail.notices import add_delivery_message
from kl_ai.pages.frame import render_page
from kl_ai.people.invitations import is_read_by_person
from kl_ai.people.tokens import ORIGIN_ONLY

from ..mails import notifications
from ..models import Invitation, JoinRequest, Vendor
from ..review.company_names import vendors_with_name
from ..survey.forms.company import InviteForm, MessageForm, RegisterForm
from .company import own_vendor, vendor_page

# Registering a company and asking to join one -----------------------------------------------------


@restore.restorable
@never_cache
def register(request: AuthenticatedRequest) -> HttpResponse:
    """`/leverandoer/virksomhed/ny/`: find the company by its CVR number or name, or register it."""
    data = request.POST if request.method == "POST" else restore.restore_input(request)
    form = RegisterForm(data)
    similar: list[Vendor] = []
    if request.method == "POST" and form.is_valid():
        number = form.cleaned_data["cvr_number"]
        if number and (registered := Vendor.objects.filter(cvr_number=number).first()):
            return redirect_to_registered(request, registered)
        similar = [] if number else vendors_with_name(form.cleaned_data["name"])
        own = Vendor.objects.for_member(request.user).filter(pk__in=[vendor.pk for vendor in similar])
        if existing := own.filter(country=form.cleaned_data["country"]).first():
            return redirect("vendor:company", existing.slug)
        if not similar or "is_another" in request.POST:
            try:
                vendor = Vendor.register(request.user, **form.vendor_fields)
            except IntegrityError:  # somebody registered the number at the same moment
                return redirect_to_registered(request, get_object_or_404(Vendor, cvr_number=number))
            messages.success(request, _("%(vendor)s is registered.") % {"vendor": vendor})
            return redirect("vendor:company", vendor.slug)
    elif request.method == "GET" and data is not None:
        messages.warning(request, restore.RESTORED_NOTICE)
    context = {"form": form, "similar": similar}
    crumbs = [(_("Your company"), reverse("vendor:home")), (_("Register"), "")]
    return render_page(request, "marketoverview/vendor/register.html", context, nav_current="vendor", crumbs=crumbs)


def redirect_to_registered(request: AuthenticatedRequest, vendor: Vendor) -> HttpResponse:
    """A redirect to the company's page for those who act for it, to the request to join for others."""
    if vendor.memberships.filter(user=request.user.pk).exists():
        return redirect("vendor:company", vendor.slug)
    return redirect("vendor:join", vendor.slug)


@restore.restorable
@never_cache
def join(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """`/leverandoer/virksomhed/<slug>/deltag/`: ask to act for a company that is registered already."""
    vendor = get_object_or_404(Vendor, slug=slug)
    if vendor.memberships.filter(user=request.user.pk).exists():
        return redirect("vendor:company", slug)
    waiting = JoinRequest.objects.waiting().filter(vendor=vendor, user=request.user.pk).first()
    form = MessageForm(request.POST if request.method == "POST" else restore.restore_input(request))
    if request.method == "POST" and waiting is None and form.is_valid():
        with transaction.atomic():
            join_request, is_new = JoinRequest.submit(vendor, request.user, form.cleaned_data["message"])
            if is_new:
                notifications.send_join_request(join_request)
        return redirect("vendor:join", slug)
    if request.method == "GET" and form.is_bound:
        messages.warning(request, restore.RESTORED_NOTICE)
    return vendor_page(request, vendor, "join", _("Ask to join"), form=form, waiting=waiting)


@restore.post_only("vendor:members", "slug")
def join_decide(request: AuthenticatedRequest, slug: str, pk: int) -> HttpResponse:
    """`…/anmodninger/<pk>/`: a member approves or declines a request to join."""
    join_request = get_object_or_404(JoinRequest, pk=pk, vendor=own_vendor(request, slug))
    with transaction.atomic():
        is_decided = join_request.decide(request.user, approve="approve" in request.POST)
        if is_decided:
            notifications.send_join_decision(join_request)
    if not is_decided:
        messages.info(request, _("Somebody else has decided already."))
    return redirect("vendor:members", slug)


# Colleagues ---------------------------------------------------------------------------------------


@never_cache
def members(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """`/leverandoer/virksomhed/<slug>/kolleger/`: who acts for the company, who is invited, who asks."""
    vendor = own_vendor(request, slug)
    form = InviteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and (sent := invite(request, vendor, form)):
        add_delivery_message(request, [sent], unsent_level=messages.SUCCESS)
        return redirect("vendor:members", slug)
    context = {
        "form": form,
        "memberships": list(vendor.memberships.select_related("user").order_by("joined_at")),
        "invitations": list(vendor.invitations.waiting()),
        "join_requests": list(vendor.join_requests.waiting().select_related("user")),
    }
    return vendor_page(request, vendor, "members", _("Colleagues"), **context)


def invite(request: AuthenticatedRequest, vendor: Vendor, form: InviteForm) -> OutgoingMail | None:
    """The mail to the colleague; None, and an error at the field, where the invitation is refused."""
    language = (get_language() or "da")[:2]
    try:
        with transaction.atomic():
            invitation = Invitation.invite_colleague(vendor, form.cleaned_data["email"], request.user, language)
            return notifications.send_invitation(invitation)
    except ValidationError as error:
        form.add_error("email", error)
    return None


@restore.post_only("vendor:members", "slug")
def invitation_cancel(request: AuthenticatedRequest, slug: str, pk: int) -> HttpResponse:
    """`…/invitationer/<pk>/annuller/`: cancel an invitation whose link has not been used."""
    invitation = get_object_or_404(Invitation, pk=pk, vendor=own_vendor(request, slug))
    invitation.cancel()
    messages.success(request, _("The invitation of %(email)s is cancelled.") % {"email": invitation.email})
    return redirect("vendor:members", slug)


@never_cache
def member_remove(request: AuthenticatedRequest, slug: str, pk: int) -> HttpResponse:
    """`…/kolleger/<pk>/fjern/`: remove a colleague or oneself; a GET asks for confirmation."""
    vendor = own_vendor(request, slug)
    membership = vendor.memberships.select_related("user", "vendor").filter(pk=pk).first()
    if membership is None and request.method == "POST":  # sent twice, or a colleague has removed the member already
        return redirect("vendor:members", slug)
    if membership is None:
        raise Http404
    is_self = membership.user_id == request.user.pk
    if request.method == "POST":
        try:
            membership.leave()
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect("vendor:members", slug)
        words = {"user": membership.user, "vendor": vendor}
        messages.success(request, _("%(user)s no longer acts for %(vendor)s.") % words)
        return redirect("vendor:home") if is_self else redirect("vendor:members", slug)
    title = _("Leave the company") if is_self else _("Remove a colleague")
    return vendor_page(request, vendor, "member_remove", title, membership=membership, is_self=is_self)


# Invitations --------------------------------------------------------------------------------------


@login_not_required
@require_safe
@never_cache
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """`/leverandoer/invitation/<token>/`: who invites to what. The link works once; the login comes after."""
    invitation = Invitation.objects.select_related("vendor", "round", "invited_by").with_token(token)
    is_logged_in = settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated
    if invitation and is_logged_in and invitation.accepted_by_id == request.user.pk and invitation.vendor:
        return redirect("vendor:company", invitation.vendor.slug)
    is_valid = bool(invitation and invitation.is_waiting)
    if is_valid and is_read_by_person(request):
        invitation.record_opened()
    context = {
        "invitation": invitation,
        "is_valid": is_valid,
        "visitor": request.user if is_logged_in else None,
        "is_for_visitor": is_valid and is_logged_in and invitation.is_for(request.user),
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
    """`…/tag-imod/`: accept the invitation; from now on the user acts for the company."""
    invitation = Invitation.objects.with_token(token)
    try:
        vendor = invitation.accept(request.user) if invitation else None
    except IntegrityError:  # another invitation has registered the company at the same moment
        vendor = invitation.accept(request.user) if invitation else None
    if vendor is None:
        return redirect("vendor:invitation", token)
    messages.success(request, _("You now act for %(vendor)s.") % {"vendor": vendor})
    return redirect("vendor:company", vendor.slug)
