"""The pages of the login: the address, the code, the second step of staff, and logging out.

Only these pages set cookies for visitors, since a form that logs in needs them.
"""

import logging

from allauth.account.stages import LoginStage
from allauth.mfa.stages import AuthenticateStage
from django.conf import settings
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from ..addresses import readable_address
from ..models import User
from ..pages.frame import render_page
from ..people.limits import RECIPIENT, LimitReached, wait_text
from ..people.tokens import ORIGIN_ONLY
from . import restore
from .code_limits import consume_code
from .flow import LoginCodeStage, begin_login, login_stage_required
from .forms import EmailForm, LoginCodeForm, SecondFactorForm
from .redirects import brings_answers, invited_address, landing_url, nav_entry, next_url
from .sessions import forget_session

logger = logging.getLogger(__name__)
get_and_post = require_http_methods(["GET", "HEAD", "POST"])


@login_not_required
@never_cache
@get_and_post
def log_in(request: HttpRequest) -> HttpResponse:
    """`/log-ind/`: asks for the address and sends a code there. The same for known and unknown addresses."""
    if isinstance(request.user, User):
        return redirect(next_url(request) or landing_url(request.user))
    form = EmailForm(request.POST or None)
    if request.method != "POST":
        form.initial["email"] = invited_address(next_url(request))
    context = {"form": form, "next": next_url(request)}
    if request.method != "POST" or not form.is_valid():
        return _page(request, "login", context)
    email = form.cleaned_data["email"]
    try:
        consume_code(request, email)
    except LimitReached as reached:
        form.add_error(None, _("Too many codes have been asked for.") + " " + wait_text(reached.seconds))
        if reached.per == RECIPIENT:
            way = _(
                "If you have not asked for them, somebody else has. Log in where you have logged in before: there it works "
                "at once. Or write to %(email)s."
            )
            form.add_error(None, way % {"email": settings.CONTACT_EMAIL})
        return _page(request, "login", context, status=429, retry_after=reached.seconds)
    try:
        return begin_login(request, email, next_url(request))
    except OSError:  # the mail server refuses the mail or cannot be reached
        logger.exception("A code for logging in could not be sent.")
        form.add_error(None, _("The code could not be sent: our mail server does not answer. Try again in a while."))
        return _page(request, "login", context, status=503)


@login_stage_required(LoginCodeStage)
@get_and_post
def confirm_code(request: HttpRequest, stage: LoginCodeStage) -> HttpResponse:
    """`/log-ind/kode/`: asks for the code. A code that is spent or too old leads to a new one."""
    if stage.is_expired:
        stage.abort()
        return _email_page(request, stage, _("The code is too old. Ask for a new one."))
    form = LoginCodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            stage.consume_guess()
        except LimitReached as reached:
            stage.abort()
            problem = _("There have been too many wrong codes.") + " " + wait_text(reached.seconds)
            return _email_page(request, stage, problem, status=429, retry_after=reached.seconds)
        if stage.matches(form.cleaned_data["code"]):
            return stage.finish()
        if not stage.record_wrong_code():
            problem = _("The code was wrong too many times and no longer works. Ask for a new one.")
            return _email_page(request, stage, problem)
        form.add_error("code", _("The code is not right. Look for the newest mail, and try again."))
    context = {
        "form": form,
        "email": readable_address(stage.email),
        "next": stage.next_url,
        "is_mail_late": stage.is_mail_late,
    }
    return _page(request, "confirm_login_code", context)


@login_stage_required(AuthenticateStage)
@get_and_post
def authenticate(request: HttpRequest, stage: LoginStage) -> HttpResponse:
    """`/totrin/`: the second step of a login, with the code of the app or a recovery code."""
    form = SecondFactorForm(request, user=stage.login.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        return stage.exit()
    return render_page(request, "mfa/authenticate.html", {"form": form}, nav_current="vendor", crumbs=_crumbs())


@method_decorator(login_not_required, name="dispatch")
class Logout(auth_views.LogoutView):
    """`/log-ud/`: POST logs out and forgets the browser; a GET redirects to the front page."""

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        forget_session(request)
        response: HttpResponse = super().post(request, *args, **kwargs)
        return response

    def get(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        return redirect("home")


def _email_page(
    request: HttpRequest, stage: LoginCodeStage, problem: str, status: int = 200, retry_after: int = 0
) -> HttpResponse:
    """The first page again, with the problem, the address and where the visitor came from."""
    context = {"form": EmailForm(initial={"email": stage.email}), "next": stage.next_url, "problem": problem}
    return _page(request, "login", context, status=status, retry_after=retry_after)


def _page(
    request: HttpRequest, name: str, context: dict[str, object], status: int = 200, retry_after: int = 0
) -> HttpResponse:
    context |= {
        "is_input_kept": restore.waits_for_login(request, str(context.get("next") or "")),
        "brings_answers": brings_answers(str(context.get("next") or "")),
        "minutes": settings.LOGIN_CODE_MINUTES,
        "mail_in_terminal": settings.EMAIL_BACKEND.endswith("console.EmailBackend"),
    }
    response = render_page(
        request,
        f"account/{name}.html",
        context,
        nav_current=nav_entry(str(context.get("next") or "")),
        crumbs=_crumbs(),
        status=status,
        retry_after=retry_after,
    )
    response["Referrer-Policy"] = ORIGIN_ONLY  # `next` may be the secret link of an invitation
    return response


def _crumbs() -> list[tuple[str, str]]:
    return [(_("Log in"), "")]
