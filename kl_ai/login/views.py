"""The login: an address, a code, for staff the second step, and the way out.

Only these pages set cookies for visitors, since a form that logs in needs them.
"""

import logging

from allauth.account.internal.decorators import login_stage_required
from allauth.account.stages import LoginByCodeStage
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.stages import AuthenticateStage
from django.conf import settings
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from .flow import AddressForm, CodeForm, CodeLogin, landing, seconds_to_wait, wanted
from .second_factor import SecondStepForm

logger = logging.getLogger(__name__)
get_and_post = require_http_methods(["GET", "HEAD", "POST"])


@login_not_required
@never_cache
@get_and_post
def log_in(request: HttpRequest) -> HttpResponse:
    """`/log-ind/`: asks for the address and sends a code there. The same for known and unknown addresses."""
    if request.user.is_authenticated:
        return redirect(wanted(request) or landing(request.user))
    form = AddressForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _address_page(request, form)
    email = form.cleaned_data["email"]
    if seconds := seconds_to_wait(request, "request_login_code", email):
        form.add_error(None, _("Too many codes have been asked for.") + " " + _wait(seconds))
        return _address_page(request, form, status=429, seconds=seconds)
    try:
        CodeLogin.begin(request, email, wanted(request))
    except OSError:  # whatever the mail server or the way to it has against it
        logger.exception("A code for logging in could not be sent.")
        form.add_error(None, _("The code could not be sent: our mail server does not answer. Try again in a while."))
        return _address_page(request, form, status=503)
    return redirect("account_confirm_login_code")


@login_stage_required(stage=LoginByCodeStage.key, redirect_urlname="account_login")
@get_and_post
def confirm_code(request: HttpRequest) -> HttpResponse:
    """`/log-ind/kode/`: asks for the code. A code that is spent or too old leads to a new one."""
    process = CodeLogin(request._login_stage)  # type: ignore[attr-defined]
    if not process.is_valid():
        process.abort()
        return _again(request, process, _("The code is too old. Ask for a new one."))
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if seconds := process.seconds_to_wait():
            process.abort()
            return _again(request, process, _("There have been too many wrong codes.") + " " + _wait(seconds), seconds)
        if compare_user_code(actual=form.cleaned_data["code"], expected=process.code):
            return process.finish(process.stage.login.redirect_url)
        if not process.record_invalid_attempt():
            return _again(
                request, process, _("The code was wrong too many times and no longer works. Ask for a new one.")
            )
        form.add_error("code", _("The code is not right. Look for the newest mail, and try again."))
    context = {"form": form, "email": process.email, "next": process.stage.login.redirect_url}
    return _page(request, "account/confirm_login_code.html", context)


@login_stage_required(stage=AuthenticateStage.key, redirect_urlname="account_login")
@get_and_post
def authenticate(request: HttpRequest) -> HttpResponse:
    """`/totrin/`: the second step of a login, with the code of the app or a recovery code."""
    stage = request._login_stage  # type: ignore[attr-defined]
    form = SecondStepForm(request.POST or None, user=stage.login.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        return stage.exit()
    return _page(request, "mfa/authenticate.html", {"form": form})


@method_decorator(login_not_required, name="dispatch")
class Logout(auth_views.LogoutView):
    """POST only."""


def _address_page(request: HttpRequest, form: AddressForm, status: int = 200, seconds: int = 0, problem: str = ""):
    context = {"form": form, "next": wanted(request), "problem": problem}
    response = _page(request, "account/login.html", context, status)
    if seconds:
        response["Retry-After"] = str(seconds)
    return response


def _again(request: HttpRequest, process: CodeLogin, problem: str, seconds: int = 0) -> HttpResponse:
    """The first page once more, with the address and where the visitor wanted to go."""
    form = AddressForm(initial={"email": process.email})
    context = {"form": form, "next": process.stage.login.redirect_url, "problem": problem}
    response = _page(request, "account/login.html", context, 429 if seconds else 200)
    if seconds:
        response["Retry-After"] = str(seconds)
    return response


def _page(request: HttpRequest, template: str, context: dict, status: int = 200) -> HttpResponse:
    common = {
        "nav_current": "vendor",
        "crumbs": [(_("Log in"), "")],
        "minutes": settings.LOGIN_CODE_MINUTES,
        "mail_in_terminal": settings.EMAIL_BACKEND.endswith("console.EmailBackend"),
    }
    return render(request, template, common | context, status=status)


def _wait(seconds: int) -> str:
    minutes = -(-seconds // 60)
    text = ngettext("Wait %(n)d minute, and try again.", "Wait %(n)d minutes, and try again.", minutes)
    return text % {"n": minutes}
