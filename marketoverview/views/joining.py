"""How people come to act for a vendor, and how they leave: register, ask, invite, accept, remove."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from kl_ai.login import restore
from kl_ai.mail.models import OutgoingMail
from kl_ai.mail.notices import add_delivery_message

from ..mails import notifications
from ..models import Invitation, JoinRequest, SurveyRound, Vendor
from ..review.company_names import same_names
from ..survey.forms.company import InviteForm, MessageForm, RegisterForm
from .company import own_vendor, vendor_page

MOST_INVITATIONS = 20
"""Invitations of one vendor that may wait at the same time."""

# A company comes in -------------------------------------------------------------------------------


@restore.restorable
@never_cache
def register(request: HttpRequest) -> HttpResponse:
    """`/leverandoer/virksomhed/ny/`: find the company by its CVR number or name, or register it."""
    typed = request.POST if request.method == "POST" else restore.restore_input(request)
    form = RegisterForm(typed)
    similar: list[Vendor] = []
    if request.method == "POST" and form.is_valid():
        number = form.cleaned_data["cvr_number"]
        if number and (known := Vendor.objects.filter(cvr_number=number).first()):
            return to_known(request, known)
        similar = [] if number else same_names(form.cleaned_data["name"])
        same = Vendor.objects.of_member(request.user).filter(pk__in=[vendor.pk for vendor in similar])
        if mine := same.filter(country=form.cleaned_data["country"]).first():
            return redirect("vendor:company", mine.slug)
        if not similar or "is_another" in request.POST:
            try:
                vendor = Vendor.register(request.user, **form.vendor_fields)
            except IntegrityError:  # somebody registered the number in the same moment
                return to_known(request, get_object_or_404(Vendor, cvr_number=number))
            messages.success(request, _("%(vendor)s is registered.") % {"vendor": vendor})
            return redirect("vendor:company", vendor.slug)
    elif request.method == "GET" and typed is not None:
        messages.warning(request, restore.RESTORED_NOTICE)
    context = {"nav_current": "vendor", "crumbs": [(_("Your company"), reverse("vendor:home")), (_("Register"), "")]}
    return render(request, "marketoverview/vendor/register.html", context | {"form": form, "similar": similar})


def to_known(request: HttpRequest, vendor: Vendor) -> HttpResponse:
    """A registered company: its page for those who act for it, the request to join for others."""
    if vendor.memberships.filter(user=request.user.pk).exists():
        return redirect("vendor:company", vendor.slug)
    return redirect("vendor:join", vendor.slug)


@restore.restorable
@never_cache
def join(request: HttpRequest, slug: str) -> HttpResponse:
    """`/leverandoer/virksomhed/<slug>/deltag/`: ask to act for a company that is registered already."""
    vendor = get_object_or_404(Vendor, slug=slug)
    if vendor.memberships.filter(user=request.user.pk).exists():
        return redirect("vendor:company", slug)
    waiting = JoinRequest.objects.filter(vendor=vendor, user=request.user.pk, decided_at=None).first()
    form = MessageForm(request.POST if request.method == "POST" else restore.restore_input(request))
    if request.method == "POST" and waiting is None and form.is_valid():
        with transaction.atomic():
            asked, is_new = JoinRequest.objects.get_or_create(
                vendor=vendor,
                user_id=request.user.pk,
                decided_at=None,
                defaults={"message": form.cleaned_data["message"]},
            )
            if is_new:
                notifications.asked_to_join(asked)
        return redirect("vendor:join", slug)
    if request.method == "GET" and form.is_bound:
        messages.warning(request, restore.RESTORED_NOTICE)
    return vendor_page(request, vendor, "join", _("Ask to join"), form=form, waiting=waiting)


@require_POST
def join_decide(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """A member lets somebody in, or does not."""
    asked = get_object_or_404(JoinRequest, pk=pk, vendor=own_vendor(request, slug))
    with transaction.atomic():
        is_decided = asked.decide(request.user, approve="approve" in request.POST)
        if is_decided:
            notifications.joined(asked)
    if not is_decided:
        messages.info(request, _("Somebody else has decided already."))
    return redirect("vendor:members", slug)


# Colleagues ---------------------------------------------------------------------------------------


@never_cache
def members(request: HttpRequest, slug: str) -> HttpResponse:
    """`/leverandoer/virksomhed/<slug>/kolleger/`: who acts for the company, who is invited, who asks."""
    vendor = own_vendor(request, slug)
    form = InviteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and (sent := invite(request, vendor, form)):
        add_delivery_message(request, [sent], unsent_level=messages.SUCCESS)
        return redirect("vendor:members", slug)
    return vendor_page(
        request, vendor, "members", _("Colleagues"),
        form=form,
        memberships=vendor.memberships.select_related("user").order_by("joined_at"),
        invitations=vendor.invitations.waiting(),
        requests=vendor.join_requests.filter(decided_at=None).select_related("user"),
    )  # fmt: skip


def invite(request: HttpRequest, vendor: Vendor, form: InviteForm) -> OutgoingMail | None:
    """Invite the colleague; None, and an error at the field, where that is not possible."""
    email = form.cleaned_data["email"]
    waiting = vendor.invitations.waiting()
    if vendor.memberships.filter(user__email__iexact=email).exists():
        form.add_error("email", _("This person acts for the company already."))
    elif waiting.filter(email__iexact=email).exists():
        form.add_error("email", _("This person is invited already. Cancel the invitation to send it anew."))
    elif waiting.count() >= MOST_INVITATIONS:
        form.add_error("email", _("Many invitations wait for an answer. Cancel some before you send more."))
    else:
        try:
            return send_invitation(request, vendor, email)
        except IntegrityError:  # a colleague invited the same person in the same moment
            form.add_error("email", _("This person is invited already. Cancel the invitation to send it anew."))
    return None


def send_invitation(request: HttpRequest, vendor: Vendor, email: str) -> OutgoingMail | None:
    """A new invitation, in the place of one that has expired. Raises `IntegrityError` where one waits."""
    with transaction.atomic():
        expired = vendor.invitations.filter(email__iexact=email, accepted_at=None, cancelled_at=None)
        expired.exclude(pk__in=vendor.invitations.waiting().values("pk")).delete()
        invitation = Invitation.objects.create(
            email=email, company_name=vendor.name, vendor=vendor, invited_by_id=request.user.pk,
            round=SurveyRound.current(), language=(get_language() or "da")[:2],
        )  # fmt: skip
        return notifications.invited(invitation)


@require_POST
def invitation_cancel(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    found = get_object_or_404(Invitation, pk=pk, vendor=own_vendor(request, slug))
    found.cancel()
    messages.success(request, _("The invitation of %(email)s is cancelled.") % {"email": found.email})
    return redirect("vendor:members", slug)


@never_cache
def member_remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take a colleague, or oneself, off the company; asks first."""
    vendor = own_vendor(request, slug)
    found = vendor.memberships.select_related("user", "vendor").filter(pk=pk).first()
    if found is None and request.method == "POST":  # sent twice, or a colleague was faster
        return redirect("vendor:members", slug)
    if found is None:
        raise Http404
    is_self = found.user_id == request.user.pk
    if request.method == "POST":
        try:
            found.leave()
        except ValidationError as refused:
            messages.error(request, " ".join(refused.messages))
            return redirect("vendor:members", slug)
        messages.success(request, _("%(user)s no longer acts for %(vendor)s.") % {"user": found.user, "vendor": vendor})
        return redirect("vendor:home") if is_self else redirect("vendor:members", slug)
    title = _("Leave the company") if is_self else _("Remove a colleague")
    return vendor_page(request, vendor, "member_remove", title, membership=found, is_self=is_self)


# Invitations --------------------------------------------------------------------------------------


@login_not_required
@require_safe
@never_cache
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """`/leverandoer/invitation/<token>/`: who invites to what. The link works once; the login comes after."""
    found = Invitation.objects.all().of_token(token)
    logged_in = settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated
    if found and found.accepted_by_id and logged_in and found.accepted_by_id == request.user.pk and found.vendor:
        return redirect("vendor:company", found.vendor.slug)
    is_valid = bool(found and found.is_waiting)
    if found and is_valid:
        found.note_opened()
    context = {
        "nav_current": "vendor",
        "crumbs": [(_("Invitation"), "")],
        "invitation": found,
        "is_valid": is_valid,
        "visitor": request.user if logged_in else None,
        "login_url": f"{reverse(settings.LOGIN_URL)}?next={request.path}",
        "token": token,
    }
    status = 200 if is_valid else 410 if found else 404
    return render(request, "marketoverview/vendor/invitation.html", context, status=status)


@require_POST
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Take the invitation: from now on the user acts for the company."""
    found = Invitation.objects.all().of_token(token)
    try:
        vendor = found.accept(request.user) if found else None
    except IntegrityError:  # another invitation registered the company in the same moment: now it is known
        vendor = found.accept(request.user) if found else None
    if vendor is None:
        return redirect("vendor:invitation", token)
    messages.success(request, _("You now act for %(vendor)s.") % {"vendor": vendor})
    return redirect("vendor:company", vendor.slug)
