"""The pages of a person's own login: name and language, a copy of all data, deletion."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kl_ai.login import recent_code, second_factor
from kl_ai.login.redirects import other_area
from kl_ai.models import User
from kl_ai.pages.expensive import expensive
from kl_ai.pages.frame import render_page
from kl_ai.requests.http import AuthenticatedRequest
from kl_ai.security import log as security_log

from ..mails import login_deletion
from ..models import Response, Vendor, VendorMember
from ..models.erasure import addresses_invited_by, responses_with_contact
from ..statuses import IN_USE
from ..survey.forms.company import AccountForm
from .own_data import own_data


@never_cache
def account(request: AuthenticatedRequest) -> HttpResponse:
    """`/leverandoer/konto/`: the person's name and the language of the mails."""
    user = get_object_or_404(User, pk=request.user.pk)  # a copy: the page's frame shows `request.user` unchanged
    form = AccountForm(request.POST if request.method == "POST" else None, instance=user)
    if request.method == "POST" and form.is_valid():
        user.update_account(form.cleaned_data["full_name"], form.cleaned_data["language"])
        messages.success(request, _("Saved."))
        return redirect("vendor:account")
    vendors = list(Vendor.objects.for_member(request.user).alphabetical())
    context = {"form": form, "vendors": vendors, "step_url": second_factor.step_url(request)}
    return _page(request, "account", _("Your login"), **context)


def _page(request: HttpRequest, name: str, title: str, **context: Any) -> HttpResponse:
    entry, crumbs = _areas(request.user)
    crumbs += [(_("Your login"), reverse("vendor:account")), (title, "")] if name != "account" else [(title, "")]
    template = f"marketoverview/vendor/{name}.html"
    return render_page(request, template, {**context, "title": title}, nav_current=entry, crumbs=crumbs)


def _areas(user: Any) -> tuple[str, list[tuple[str, str]]]:
    """The entry of the menu and the way to the pages of a login: those of its municipality, of its company, or of both.

    Three queries at most; none for a login that has just been deleted.
    """
    of_company = (_("Your company"), reverse("vendor:home"))
    municipal = other_area(user) if user.pk else ""
    if not municipal:
        return "vendor", [of_company]
    of_municipality = (_("For municipalities"), municipal)
    if Vendor.objects.for_member(user).exists():
        return "municipality and vendor", [of_municipality, of_company]
    return "projects", [of_municipality]


@never_cache
def account_delete(request: AuthenticatedRequest) -> HttpResponse:
    """`/leverandoer/konto/slet/`: delete the login with what is stored about the person. Both ask for a recent code."""
    if response := recent_code.redirect_to_code(request):
        return response
    contacts, invitations = responses_with_contact(request.user), addresses_invited_by(request.user)
    if request.method == "POST":
        if request.user.is_staff:
            messages.error(request, _("An administrator at KL deletes the logins of KL's own staff."))
            return redirect("vendor:account")
        key = request.user.pk  # None after the deletion
        try:
            login_deletion.delete_login_with_mails(request.user)
            security_log.record("login_deleted", request, user=key)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect("vendor:account_delete")
        logout(request)  # a redirect would need a cookie for the message
        return _page(request, "account_deleted", _("Your login is deleted"), contacts=contacts, invitations=invitations)
    vendors = _vendors_left(request.user)
    context = {
        "contacts": contacts,
        "invitations": invitations,
        "elsewhere": login_deletion.consequences_elsewhere(request.user),
        "obstacles_elsewhere": login_deletion.obstacles_elsewhere(
            request.user, is_after_step=not second_factor.step_of_session(request)
        ),
        "step_url": second_factor.step_url(request),
        "shared": [vendor for vendor in vendors if vendor.has_others],
        "left": [vendor for vendor in vendors if not vendor.has_others and not vendor.is_in_use],
        "blocking": [vendor for vendor in vendors if not vendor.has_others and vendor.is_in_use],
    }
    return _page(request, "account_delete", _("Delete the login"), **context)


def _vendors_left(user: User) -> list[Any]:
    """The vendors that the user acts for: whether others do, too, and whether answers are public or with KL. One query."""
    others = VendorMember.objects.filter(vendor=OuterRef("pk")).exclude(user=user)
    in_use = Response.objects.filter(vendor=OuterRef("pk"), status__in=IN_USE)
    vendors = Vendor.objects.for_member(user).alphabetical()
    return list(vendors.annotate(has_others=Exists(others), is_in_use=Exists(in_use)))


@require_safe
@never_cache
@expensive
def data(request: AuthenticatedRequest) -> HttpResponse:
    """`/leverandoer/konto/data.json`: all that the portal stores about the person and the vendors that it acts for.

    Without what an app shows after the second step alone, where this session has not passed it.
    """
    found = own_data(request.user, is_after_step=not second_factor.step_of_session(request))
    response = JsonResponse(found, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = 'attachment; filename="mine-data.json"'
    security_log.record("data_exported", request)
    return response
