"""Logging in with a code by mail: what allauth is told about the portal, the steps of a login, and its limits.

An address is entered, a code is sent there, and the code proves the address. Nobody learns whether the address has a
user: one is made only when the code has proven it. `login_views` has the pages, `second_factor` the second step.
"""

import math
import time
from typing import Any, Self

from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.models import Login
from allauth.account.stages import LoginByCodeStage, LoginStageController
from allauth.core import ratelimit
from allauth.core.internal.ratelimit import apply_rate, get_cache_key, get_rates
from django import forms
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from ..http import client_address
from ..models import User
from ..pages.bilingual import language

DOORS = ("account_login", "account_logout", "account_confirm_login_code", "mfa_authenticate")
"""The pages of the login itself: nobody is sent back to them afterwards."""


# Where a login leads ------------------------------------------------------------------------------


def wanted(request: HttpRequest) -> str:
    """The page of the portal that `next` names and the visitor came for, or nothing."""
    url = request.POST.get("next") or request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())
    return url if is_ours and url.partition("?")[0] not in _doors() else ""


def _doors() -> set[str]:
    paths = set()
    for code, _name in settings.LANGUAGES:
        with override(code):
            paths |= {reverse(name) for name in DOORS}
    return paths


def landing(user: Any) -> str:
    """Staff come to the administration, vendors to their own answers."""
    return reverse("admin:index" if user.is_staff else settings.LOGIN_REDIRECT_URL)


# Limits -------------------------------------------------------------------------------------------


def seconds_to_wait(request: HttpRequest, action: str, key: str) -> int:
    """Counts one try of `action` against `ACCOUNT_RATE_LIMITS`: 0, or the seconds until there is room for another."""
    if ratelimit.consume(request, action=action, key=key):
        return 0
    waits = [1.0]
    now = time.time()
    for rate in get_rates(app="allauth.account", action=action):
        cache_key = get_cache_key(request, app="allauth.account", action=action, rate=rate, key=key)
        has_room, tries = apply_rate(cache.get(cache_key, []), now, rate, dry_run=True)
        if not has_room:
            waits.append(tries[rate.amount - 1] + rate.duration - now)
    return math.ceil(max(waits))


# The steps ----------------------------------------------------------------------------------------


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": _("There have been too many wrong codes. Wait five minutes, and try again."),
        "rate_limited": _("There have been too many wrong codes. Wait five minutes, and try again."),
    }

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request) or "unknown"

    def get_login_stages(self) -> list[str]:
        return ["allauth.account.stages.LoginByCodeStage", "allauth.mfa.stages.AuthenticateStage"]

    def login(self, request: HttpRequest, user: Any) -> None:
        super().login(request, user)
        User.objects.filter(pk=user.pk).update(language=language())

    def post_login(self, request: HttpRequest, user: Any, *, redirect_url: str | None, **kwargs: Any) -> HttpResponse:
        return HttpResponseRedirect(redirect_url or landing(user))

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return landing(request.user)

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        return redirect("account_login")


class CodeLogin(LoginCodeVerificationProcess):
    """allauth's login by code, for known and unknown addresses alike."""

    @classmethod
    def begin(cls, request: HttpRequest, email: str, redirect_url: str) -> Self:
        """Sends a code to `email` and remembers the login in the session; OSError when the mail cannot be sent.

        Somebody whose user is switched off gets no code, and no other answer than everybody else.
        """
        user = User.objects.with_address(email)
        login = Login(user=user, email=email, redirect_url=redirect_url)
        login.state["stages"] = {"current": LoginByCodeStage.key}
        stage = LoginByCodeStage(LoginStageController(request, login), request, login)
        stage.state.update(cls.initial_state(user=user, email=email), initiated_by_user=True)
        process = cls(stage)
        if user is None or user.is_active:
            process.send()
        process.persist()
        return process

    @property
    def email(self) -> str:
        return self.state["email"]

    def send(self, skip_enumeration_mails: bool = False) -> None:
        context = {"code": self.generate_code(), "minutes": settings.LOGIN_CODE_MINUTES}
        get_adapter().send_mail("account/email/login_code", self.email, context)

    def seconds_to_wait(self) -> int:
        """Counts one guess at this code, also of those who try many at the same time."""
        return seconds_to_wait(self.request, "confirm_login_code", f"{self.email} {self.state['at']}")

    def finish(self, redirect_url: str | None = None) -> HttpResponse:
        """The address is proven: its user, who is made now where there is none, goes on to the next step."""
        user = User.objects.with_address(self.email) or User.objects.get_or_create(email=self.email)[0]
        record_authentication(self.request, user, method="code", email=self.email)
        return perform_login(self.request, Login(user=user, email=self.email, redirect_url=redirect_url))


# Forms --------------------------------------------------------------------------------------------


class AddressForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
        help_text=_("We send a code of six digits to it."),
    )

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()


class CodeField(forms.CharField):
    """Six digits, which may come with the spaces of a mail or an app."""

    widget = forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "form-code"})

    def to_python(self, value: Any) -> str:
        return "".join((super().to_python(value) or "").split())


class CodeForm(forms.Form):
    code = CodeField(label=_("Code from the mail"), max_length=20, help_text=_("Six digits."))
