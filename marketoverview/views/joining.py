"""The pages on which people come to act for a vendor and leave it: register, ask, invite, remove."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from kl_ai.login import recent_code, restore
from kl_ai.mail.notices import add_delivery_message
from kl_ai.pages.frame import render_page
from kl_ai.people import limits
from kl_ai.requests.http import AuthenticatedRequest

from ..company_names import is_spelt_alike
from ..mails import membership, notifications
from ..models import CompanyClaim, Invitation, JoinRequest, Vendor, VendorMember, register_company
from ..survey.forms.company import InviteForm, MessageForm, RegisterForm
from .company import own_vendor, vendor_page

NOT_MAILED = gettext_lazy(
    "%(email)s is invited, but has had so many mails with invitations today that none is sent. Ask your colleague to log in"
    " with this address: the invitation is on the first page."
)

# Registering a company and asking to join one -----------------------------------------------------


@restore.restorable
@never_cache
def register(request: AuthenticatedRequest) -> HttpResponse:
    """`/leverandoer/virksomhed/ny/`: find the company by its CVR number or name, or register it."""
    data = request.POST if request.method == "POST" else restore.restore_input(request)
    form = RegisterForm(data)
    similar: list[Vendor] = []
    if request.method == "POST":
        is_valid = form.is_valid()
        number = form.cleaned_data.get("cvr_number")
        if number and (registered := Vendor.objects.filter(cvr_number=number).first()):
            return redirect_to_registered(request, registered)  # whatever else is missing in the form
        if is_valid:
            similar = [] if number else list(Vendor.objects.with_name(form.cleaned_data["name"]).alphabetical())
            own = Vendor.objects.for_member(request.user).filter(pk__in=[vendor.pk for vendor in similar])
            for existing in own.filter(country=form.cleaned_data["country"]):
                if is_spelt_alike(existing.name, form.cleaned_data["name"]):
                    return redirect("vendor:company", existing.slug)
            if (not similar or "is_another" in request.POST) and (response := register_now(request, form)):
                return response
    elif request.method == "GET" and data is not None:
        messages.warning(request, restore.RESTORED_NOTICE)
    context = {"form": form, "similar": similar}
    crumbs = [(_("Your company"), reverse("vendor:home")), (_("Register"), "")]
    return render_page(request, "marketoverview/vendor/register.html", context, nav_current="vendor", crumbs=crumbs)


def register_now(request: AuthenticatedRequest, form: RegisterForm) -> HttpResponse | None:
    """Register the company of the form and lead to it; None, and an error in the form, where a limit is reached."""
    try:
        limits.consume("register_company", person=request.user, origin=request)
    except limits.LimitReached as reached:
        form.add_error(None, str(reached))
        return None
    try:
        with transaction.atomic():
            registered = register_company(request.user, **form.vendor_fields)
            send_company_news(registered, request)
    except IntegrityError:  # somebody registered the number at the same moment
        return redirect_to_registered(request, get_object_or_404(Vendor, cvr_number=form.cleaned_data["cvr_number"]))
    if isinstance(registered, CompanyClaim):
        return redirect("vendor:invitation", registered.invitation.token)
    messages.success(request, _("%(vendor)s is registered.") % {"vendor": registered})
    return redirect("vendor:company", registered.slug)


def send_company_news(registered: Vendor | CompanyClaim, request: AuthenticatedRequest) -> None:
    """Queue the mails about a company that was registered or joined, or about the claims that KL has to decide."""
    if isinstance(registered, CompanyClaim):
        claims = [registered]
    else:
        membership.send_membership_news(registered, request=request)
        claims = list(registered.claims.waiting())
    for claim in claims:
        membership.send_claim(claim)


def redirect_to_registered(request: AuthenticatedRequest, vendor: Vendor) -> HttpResponse:
    """A redirect to the company's page for those who act for it, to KL's invitation of it, or to the request to join."""
    if vendor.memberships.filter(user=request.user.pk).exists():
        return redirect("vendor:company", vendor.slug)
    if invitation := Invitation.objects.by_kl_to(request.user, vendor):
        return redirect("vendor:invitation", invitation.token)
    return redirect("vendor:join", vendor.slug)


@restore.restorable
@never_cache
def join(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """`/leverandoer/virksomhed/<slug>/deltag/`: ask to act for a company that is registered already.

    Whom KL has invited to act for the company is led to the invitation: it does not depend on who registered it.
    """
    vendor = get_object_or_404(Vendor, slug=slug)
    is_member = vendor.memberships.filter(user=request.user.pk).exists()
    if is_member or Invitation.objects.by_kl_to(request.user, vendor):
        return redirect_to_registered(request, vendor)
    waiting = JoinRequest.objects.waiting().filter(vendor=vendor, user=request.user.pk).first()
    form = MessageForm(request.POST if request.method == "POST" else restore.restore_input(request))
    if request.method == "POST" and (waiting or (form.is_valid() and ask_now(request, vendor, form))):
        return redirect("vendor:join", slug)
    if request.method == "GET" and form.is_bound:
        messages.warning(request, restore.RESTORED_NOTICE)
    return vendor_page(request, vendor, "join", _("Ask to join"), form=form, waiting=waiting)


def ask_now(request: AuthenticatedRequest, vendor: Vendor, form: MessageForm) -> bool:
    """Store the request to join and mail it; False, and an error in the form, where a limit is reached or it is refused.

    Where the company has had very many mails about requests today, it is stored only: its page and KL's inbox show it.
    """
    try:
        recipient = f"vendor {vendor.pk}"
        is_mailed = limits.consume("ask_to_join", person=request.user, recipient=recipient, origin=request)
    except limits.LimitReached as reached:
        form.add_error(None, str(reached))
        return False
    try:
        with transaction.atomic():
            join_request, is_new = JoinRequest.submit(vendor, request.user, form.cleaned_data["message"])
            if is_new:
                notifications.send_join_request(join_request, to_members=is_mailed)
    except ValidationError as refused:
        form.add_error(None, refused)
        return False
    return True


@restore.post_only("vendor:members", "slug")
def join_decide(request: AuthenticatedRequest, slug: str, pk: int) -> HttpResponse:
    """`…/anmodninger/<pk>/`: a member approves or declines a request to join, or leaves it to KL by declining."""
    join_request = get_object_or_404(JoinRequest, pk=pk, vendor=own_vendor(request, slug))
    try:
        with transaction.atomic():
            is_decided = join_request.decide(request.user, approve="approve" in request.POST)
            if is_decided:
                membership.send_join_decision(join_request, request)
    except ValidationError as refused:  # a colleague has removed this one at the same moment
        messages.error(request, " ".join(refused.messages))
        return redirect("vendor:home")
    if JoinRequest.objects.waiting().filter(pk=join_request.pk).exists():
        messages.info(request, _("KL does not know the company yet: the request is left to KL, who decides."))
    elif not is_decided:
        messages.info(request, _("Somebody else has decided already."))
    elif "approve" in request.POST:
        text = _("%(person)s acts for the company now. All of you get a mail.")
        messages.success(request, text % {"person": join_request.user.email})
    else:
        text = _("The request from %(person)s is declined. The person gets a mail.")
        messages.success(request, text % {"person": join_request.user.email})
    return redirect("vendor:members", slug)


# Colleagues ---------------------------------------------------------------------------------------


@never_cache
def members(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """`/leverandoer/virksomhed/<slug>/kolleger/`: who acts for the company, who is invited, who asks."""
    vendor = own_vendor(request, slug)
    form = InviteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and invite(request, vendor, form):
        return redirect("vendor:members", slug)
    context = {
        "form": form,
        "memberships": list(vendor.memberships.select_related("user").order_by("joined_at", "pk")),
        "keys_invited_by_kl": vendor.keys_invited_by_kl(),
        "invitations": list(vendor.invitations.waiting()),
        "join_requests": list(vendor.join_requests.waiting_for_members().select_related("user")),
    }
    return vendor_page(request, vendor, "members", _("Colleagues"), **context)


def invite(request: AuthenticatedRequest, vendor: Vendor, form: InviteForm) -> bool:
    """Invite the colleague and say so; False, and an error at the field, where the invitation is refused.

    Where the address has had too many invitations today, the invitation is made, and the message says that none is mailed.
    """
    language = (get_language() or "da")[:2]
    email = form.cleaned_data["email"]
    try:
        action = "invite_colleague" if vendor.is_vetted else "invite_colleague_to_unknown_company"
        is_mailed = limits.consume(action, person=request.user, recipient=email, origin=request)
        with transaction.atomic():
            invitation = Invitation.invite_colleague(vendor, email, request.user, language)
            membership.send_membership_news(vendor, request=request)
            mail = notifications.send_invitation(invitation) if is_mailed else None
    except limits.LimitReached as reached:
        form.add_error("email", str(reached))
    except ValidationError as error:
        form.add_error("email", error)
    else:
        add_delivery_message(request, [mail], unsent_level=messages.SUCCESS)
        if not is_mailed:
            messages.warning(request, NOT_MAILED % {"email": email})
        return True
    return False


@restore.post_only("vendor:members", "slug")
def invitation_cancel(request: AuthenticatedRequest, slug: str, pk: int) -> HttpResponse:
    """`…/invitationer/<pk>/annuller/`: cancel an invitation whose link has not been used."""
    vendor = own_vendor(request, slug)
    invitation = get_object_or_404(Invitation, pk=pk, vendor=vendor)
    with transaction.atomic():
        invitation.cancel(request.user)
        membership.send_membership_news(vendor, request=request)
    messages.success(request, _("The invitation of %(email)s is cancelled.") % {"email": invitation.readable_email})
    return redirect("vendor:members", slug)


@restore.restorable
@never_cache
def member_remove(request: AuthenticatedRequest, slug: str, pk: int) -> HttpResponse:
    """`…/kolleger/<pk>/fjern/`: remove a colleague or oneself; a GET asks for confirmation, both for a recent code."""
    vendor = own_vendor(request, slug)
    row = vendor.memberships.select_related("user", "vendor").filter(pk=pk).first()
    if row is None and request.method == "POST":  # sent twice, or a colleague has removed the member already
        return redirect("vendor:members", slug)
    if row is None:
        raise Http404
    if response := recent_code.redirect_to_code(request):
        return response
    is_self = row.user_id == request.user.pk
    if request.method == "POST":
        return end_membership(request, row)
    title = _("Leave the company") if is_self else _("Remove a colleague")
    is_invited_by_kl = row.user_id in vendor.keys_invited_by_kl()
    context = {
        "membership": row,
        "is_self": is_self,
        "is_invited_by_kl": is_invited_by_kl,
        "invitations": list(row.waiting_invitations().order_by("email")),
        "let_in": [] if is_self else list(row.let_in()),
    }
    return vendor_page(request, vendor, "member_remove", title, **context)


def end_membership(request: AuthenticatedRequest, row: VendorMember) -> HttpResponse:
    """End the membership and mail everybody concerned; a redirect that says so, or why it cannot be done."""
    vendor, is_self = row.vendor, row.user_id == request.user.pk
    try:
        with transaction.atomic():
            row.leave() if is_self else row.end(request.user)
            membership.send_membership_news(vendor, request=request)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("vendor:members", vendor.slug)
    words = {"user": row.user, "vendor": vendor}
    text = _("You no longer act for %(vendor)s.") if is_self else _("%(user)s no longer acts for %(vendor)s.")
    messages.success(request, text % words)
    return redirect("vendor:home") if is_self else redirect("vendor:members", vendor.slug)
