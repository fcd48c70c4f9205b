"""Logging in with a code by mail: the steps of a login, as allauth runs them.

An address is entered, a code is sent there, and the code proves the address. No page shows whether the address has a
user: one is made only when the code has proven it. `views` has the pages, `second_factor` the second step of staff.
"""

import logging
import string
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.account.stages import LoginByCodeStage, LoginStage, LoginStageController
from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache

from ..mail import sending
from ..models import User
from ..pages.bilingual import language
from ..requests.http import client_address
from ..security import log as security_log
from . import known_browser, restore, sessions
from .allauth_adapter import methods, record_code
from .code_limits import consume_guess
from .redirects import landing_url, next_url

logger = logging.getLogger(__name__)
WITHOUT_PUNCTUATION = str.maketrans("", "", string.punctuation)


class AccountAdapter(DefaultAccountAdapter):
    """allauth's hooks into the login (`ACCOUNT_ADAPTER` of the settings)."""

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request) or "unknown"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail in the time that the request has for mail (`kl_ai.mail.sending`).

        OSError where it cannot be sent; `UnfinishedError` where the mail server may still take it.
        """
        message = self.render_mail(template_prefix, email, {"request": self.request, "email": email, **context})
        sending.send(message, _log_late_failure)

    def get_login_stages(self) -> list[str]:
        return ["kl_ai.login.flow.LoginCodeStage", "allauth.mfa.stages.AuthenticateStage"]

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        user.record_language(language())

    def post_login(self, request: HttpRequest, user: User, *, redirect_url: str | None, **kwargs: Any) -> HttpResponse:
        """The redirect at the end of every login, with the cookie of a browser that is known."""
        response = HttpResponseRedirect(redirect_url or landing_url(user))
        known_browser.remember(request, response, user)
        restore.keep_own(request, user, redirect_url or "")
        sessions.record_login(request, user)
        security_log.record("login", request, methods=methods(request, user))
        return response


def _log_late_failure(error: Exception | None) -> None:
    """Log the end of an attempt for which nobody waited any longer, where it failed."""
    if error is not None:
        logger.warning("A mail of the login was not sent: %s", type(error).__name__)


class LoginCodeStage(LoginByCodeStage):
    """The step of a login that proves an address with a code, for known and unknown addresses alike.

    Until then the login has no user. allauth keeps the login in the session, with `state`: the code ("" where none
    was sent), the time when it was sent in seconds, and the number of wrong codes.
    """

    def handle(self) -> tuple[HttpResponse | None, bool]:
        """Send the code when the login begins; later only lead to its page. allauth then stores the state.

        A login that has its user from the beginning is one by a link (`other_ways`), which has proven who it is.
        """
        if self.login.user is not None:
            return None, True
        if not self.state:
            self.state.update(code="", at=time.time(), failed_attempts=0)
            self._send_code()
        return redirect("account_confirm_login_code"), True

    def _send_code(self) -> None:
        """Mail a code, but none to somebody whose user is switched off. OSError where the mail cannot be sent.

        With a mail server that answers slowly the login goes on: the mail may come late, and its code is right then.
        """
        user = User.objects.with_address(self.email)
        if user is not None and not user.is_active:
            return
        adapter = get_adapter()
        self.state["code"] = adapter.generate_login_code()
        context = {"code": self.state["code"], "minutes": settings.LOGIN_CODE_MINUTES}
        try:
            adapter.send_mail("account/email/login_code", self.email, context)
        except sending.UnfinishedError:
            self.state["is_mail_late"] = True

    @property
    def email(self) -> str:
        return self.login.email

    @property
    def is_mail_late(self) -> bool:
        """Whether the mail server had not taken the mail with the code when the page was answered."""
        return bool(self.state.get("is_mail_late"))

    @property
    def next_url(self) -> str:
        """The page of the portal that the visitor came for, or ""."""
        return self.login.redirect_url or ""

    @property
    def is_expired(self) -> bool:
        return time.time() - self.state["at"] > settings.LOGIN_CODE_MINUTES * 60

    def consume_guess(self) -> None:
        """Count one guess at this code; raises `LimitReached`. Guesses sent at the same time count too."""
        consume_guess(self.request, self.email, f"{self.email} {self.state['at']}")

    def matches(self, code: str) -> bool:
        """Whether this is the code that was sent, in a time that does not depend on how much of it is right."""
        sent = self.state["code"]
        return bool(sent) and constant_time_compare(code.translate(WITHOUT_PUNCTUATION), sent)

    def record_wrong_code(self) -> bool:
        """Count a wrong code; False where that was the last guess, and the login is over."""
        security_log.record("login_code_wrong", self.request, recipient=security_log.address_hash(self.email))
        self.state["failed_attempts"] += 1
        if self.state["failed_attempts"] >= settings.LOGIN_CODE_GUESSES:
            self.abort()
            return False
        self.controller.handle()  # allauth stores the state of a stage where it handles it
        return True

    def finish(self) -> HttpResponse:
        """Go on to the next step as the user of the address, who is made where there is none. The code is spent.

        Somebody whose user was switched off meanwhile is led back to the beginning.
        """
        user = User.objects.with_proven_address(self.email)
        if not user.is_active:
            return self.abort()
        record_code(self.request, user, self.email)
        self.login.user = user
        self.login.initiated_at = time.time()  # the next step has its own time
        self.state.clear()
        return self.exit()


def begin_login(request: HttpRequest, email: str, redirect_url: str) -> HttpResponse:
    """Send a code to `email`, remember the login in the session and lead to the page that asks for the code.

    OSError where the mail cannot be sent; nothing is remembered then. The response is the same for every address.
    """
    return perform_login(request, None, email=email, redirect_url=redirect_url)


def login_stage_required(stage: type[LoginStage]) -> Callable[[Callable[..., HttpResponse]], Callable]:
    """A decorator for the page of a step: the view gets the `stage` of the login that is under way as an argument.

    Without such a login the visitor comes to its beginning, and to where the login leads when it is over already.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable:
        @never_cache
        @login_not_required
        @wraps(view)
        def view_at_stage(request: HttpRequest) -> HttpResponse:
            if isinstance(request.user, User):
                return redirect(next_url(request) or landing_url(request.user))
            current = LoginStageController.enter(request, stage.key)
            return view(request, current) if current else redirect("account_login")

        return view_at_stage

    return decorate
