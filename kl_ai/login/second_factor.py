"""The second step of KL's staff: an authenticator app (TOTP) beside the code by mail, and recovery codes.

The administration asks `missing(request)` and opens only when nothing is missing (kl_ai.admin_site). The pages are
there for staff alone; allauth keeps the secrets and checks the codes.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import wraps
from typing import Any

import qrcode
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.mfa.adapter import DefaultMFAAdapter, get_adapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.internal.flows import check_rate_limit
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.flows import generate_recovery_codes
from allauth.mfa.totp.internal.auth import get_totp_secret, validate_totp_code
from allauth.mfa.totp.internal.flows import activate_totp
from django import forms
from django.conf import settings
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from qrcode.image.svg import SvgPathImage

from ..http import request_state
from .flow import CodeField, landing, wanted

SHOWN_FOR = timedelta(minutes=10)
"""How long new recovery codes can be read and downloaded; after that nobody can see them again."""
View = Callable[[HttpRequest], HttpResponse]


# What the administration asks -----------------------------------------------------------------------


def missing(request: HttpRequest) -> str:
    """The name of the page that has to come before the administration, or nothing. At most one query a request.

    What counts is that this session has used an authenticator that the user still has: after a reset by an
    administrator no older session is good enough.
    """
    if not settings.REQUIRE_STAFF_MFA:
        return ""
    state = request_state(request)
    if state.missing_second_factor is None:
        state.missing_second_factor = _missing(request)
    return state.missing_second_factor


def _missing(request: HttpRequest) -> str:
    own = dict(Authenticator.objects.filter(user_id=request.user.pk).values_list("pk", "type"))
    if Authenticator.Type.TOTP not in own.values():
        return "mfa_activate_totp"
    used = {record.get("id") for record in get_authentication_records(request, request.user)}
    return "" if used & set(own) else "mfa_reauthenticate"


def page_before_administration(request: HttpRequest, name: str, wanted_url: str) -> HttpResponse:
    return redirect(f"{reverse(name)}?{urlencode({'next': wanted_url})}")


# Forms ----------------------------------------------------------------------------------------------


class MfaAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {"incorrect_code": gettext_lazy("The code is not right.")}


class SecondStepForm(AuthenticateForm):
    code = CodeField(
        label=gettext_lazy("Code from the app"),
        max_length=20,
        help_text=gettext_lazy("Six digits. Without your phone: one of your recovery codes, eight digits."),
    )


class ActivateForm(forms.Form):
    """The first code of the app. The secret stays the same until it is used, however often the page is loaded."""

    code = CodeField(label=gettext_lazy("Code from the app"), max_length=20, help_text=gettext_lazy("Six digits."))

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.secret = get_totp_secret()

    def clean_code(self) -> str:
        clear_limit = check_rate_limit(self.user, error_key="rate_limited")
        if not validate_totp_code(self.secret, self.cleaned_data["code"]):
            raise get_adapter().validation_error("incorrect_code")
        clear_limit()
        return self.cleaned_data["code"]


# Pages ----------------------------------------------------------------------------------------------


def staff_only(view: View) -> View:
    """404 for everybody who is not KL's staff; never cached."""

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if not request.user.is_staff:  # type: ignore[union-attr]
            raise Http404
        return view(request)

    return guarded


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def activate(request: HttpRequest) -> HttpResponse:
    """`/totrin/app/`: the QR code for the app, and its first code as a proof."""
    if Authenticator.objects.filter(user_id=request.user.pk, type=Authenticator.Type.TOTP).exists():
        return redirect("mfa_view_recovery_codes")
    form = ActivateForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        with suppress(IntegrityError):  # the same form sent twice at once: the other one has set it up
            _prove(request, activate_totp(request, form)[0])
        return redirect(f"{reverse('mfa_view_recovery_codes')}?{urlencode({'next': wanted(request)})}")
    url = get_adapter().build_totp_url(request.user, form.secret)
    context = {"form": form, "qr": _qr(url), "secret": " ".join(re.findall(".{1,4}", form.secret)), "url": url}
    return _page(request, "mfa/activate.html", context)


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def reauthenticate(request: HttpRequest) -> HttpResponse:
    """`/totrin/bekraeft/`: asks a session for the second step that has come so far without it."""
    form = SecondStepForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        return redirect(wanted(request) or landing(request.user))
    return _page(request, "mfa/authenticate.html", {"form": form})


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """`/totrin/noedkoder/`: new codes for ten minutes, then only how many are left; POST makes new ones."""
    if missing(request) == "mfa_reauthenticate":
        return page_before_administration(request, "mfa_reauthenticate", request.path)
    kept = Authenticator.objects.filter(user_id=request.user.pk, type=Authenticator.Type.RECOVERY_CODES).first()
    if kept is None:
        return redirect("mfa_activate_totp")
    form = SecondStepForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        _prove(request, generate_recovery_codes(request))
        return redirect("mfa_view_recovery_codes")
    left = kept.wrap().get_unused_codes()
    context = {"form": form, "left": len(left), "codes": left if _is_new(kept) else []}
    return _page(request, "mfa/recovery_codes.html", context | {"go_on": wanted(request) or landing(request.user)})


@staff_only
@require_safe
def download_recovery_codes(request: HttpRequest) -> HttpResponse:
    """`/totrin/noedkoder/hent/`: the new codes as a text file, as long as the page shows them."""
    if missing(request) == "mfa_reauthenticate":
        return page_before_administration(request, "mfa_reauthenticate", request.path)
    kept = get_object_or_404(Authenticator, user_id=request.user.pk, type=Authenticator.Type.RECOVERY_CODES)
    if not _is_new(kept):
        raise Http404
    lines = [f"{settings.MFA_TOTP_ISSUER}: {request.user.email}", "", *kept.wrap().get_unused_codes(), ""]  # type: ignore[union-attr]
    response = HttpResponse("\r\n".join(lines), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="recovery-codes.txt"'
    return response


def _is_new(codes: Authenticator) -> bool:
    return codes.created_at > timezone.now() - SHOWN_FOR


def _prove(request: HttpRequest, authenticator: Authenticator) -> None:
    """This session has used the authenticator that was made just now."""
    record_authentication(request, request.user, "mfa", id=authenticator.pk, type=authenticator.type)  # type: ignore[arg-type]


def _qr(url: str) -> str:
    """The QR code as an <svg> element without styles, which the page may hold under the content security policy."""
    svg = qrcode.make(url, image_factory=SvgPathImage, border=4).to_string(encoding="unicode")
    return mark_safe(svg)  # noqa: S308  # made here, of numbers only


def _page(request: HttpRequest, template: str, context: dict) -> HttpResponse:
    common = {"nav_current": "", "crumbs": [(_("Two-step login"), "")], "next": wanted(request)}
    return render(request, template, common | context)
