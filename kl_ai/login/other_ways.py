"""Two ways in for when mail does not arrive: the app with a recovery code, and a link made on the command line.

Both are logged and announced (`announcements`), and both still ask staff for what they have besides mail.
"""

from allauth.account.adapter import get_adapter
from allauth.account.utils import perform_login
from allauth.mfa.models import Authenticator
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from ..models import User
from ..pages.frame import render_page
from ..people.limits import LimitReached, wait_text
from ..people.tokens import ORIGIN_ONLY
from ..security import log as security_log
from ..security.models import OneTimeSecret
from .allauth_adapter import record_authenticator, record_link
from .announcements import announce
from .code_limits import consume_login_without_mail
from .forms import AppAndRecoveryForm
from .redirects import landing_url, next_url


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def log_in_without_mail(request: HttpRequest) -> HttpResponse:
    """`/log-ind/uden-mail/`: KL's staff log in with the code of the app and a recovery code, both.

    The answer to what is wrong is the same whoever is asked for. There is no limit for an address alone: two right
    codes at once are out of reach of guessing, and nobody is locked out. A known browser has its own limit.
    """
    if isinstance(request.user, User):
        return redirect(next_url(request) or landing_url(request.user))
    form = AppAndRecoveryForm(request.POST or None)
    status, retry_after = 200, 0
    if request.method == "POST" and form.is_valid():
        try:
            consume_login_without_mail(request, form.cleaned_data["email"])
        except LimitReached as reached:
            form.add_error(None, f"{_('There have been too many wrong codes.')} {wait_text(reached.seconds)}")
            status, retry_after = 429, reached.seconds
        else:
            user = User.objects.with_address(form.cleaned_data["email"])
            if user and (authenticators := _spend(user, form.cleaned_data["app"], form.cleaned_data["recovery"])):
                return _finish(request, user, authenticators)
            recipient = security_log.address_hash(form.cleaned_data["email"])
            security_log.record("login_without_mail_failed", request, recipient=recipient)
            form.add_error(
                None, _("These three do not belong together. Wait for a new code in the app, and try again.")
            )
    context = {"form": form, "next": next_url(request)}
    crumbs = [(_("Log in without mail"), "")]
    return render_page(
        request, "account/login_without_mail.html", context, crumbs=crumbs, status=status, retry_after=retry_after
    )


def _spend(user: User, app_code: str, recovery_code: str) -> list[Authenticator]:
    """The user's app and recovery codes, where both codes are right; they are spent then, and neither is otherwise.

    None for who is not KL's staff. At most five queries.
    """
    rows = {row.type: row for row in Authenticator.objects.filter(user=user, user__is_staff=True, user__is_active=True)}
    app, codes = rows.get(Authenticator.Type.TOTP), rows.get(Authenticator.Type.RECOVERY_CODES)
    if app is None or codes is None:
        return []
    if not any(constant_time_compare(recovery_code, code) for code in codes.wrap().get_unused_codes()):
        return []
    if not (app.wrap().validate_code(app_code) and codes.wrap().validate_code(recovery_code)):
        return []
    return [app, codes]


def _finish(request: HttpRequest, user: User, authenticators: list[Authenticator]) -> HttpResponse:
    adapter = get_adapter()
    for authenticator in authenticators:
        record_authenticator(request, user, authenticator)
    adapter.login(request, user)
    security_log.record("login_without_mail", request)
    announce("login_without_mail", user)
    response: HttpResponse = adapter.post_login(request, user, redirect_url=next_url(request))
    return response


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def login_link(request: HttpRequest, token: str) -> HttpResponse:
    """`/log-ind/link/<token>/`: the link of `manage.py login_link`: a button logs in, once.

    The button is there so that nothing that only fetches the address spends the link. Staff who have an app are asked
    for its code next.
    """
    secret = OneTimeSecret.objects.with_secret(OneTimeSecret.Kind.LOGIN_LINK, token)
    if request.method == "POST" and secret and secret.use():
        security_log.record("login_link_used", request, user=secret.user)
        record_link(request, secret.user)
        response: HttpResponse = perform_login(request, secret.user, email=secret.user.email)
        return response
    is_valid = secret is not None and request.method != "POST"
    context = {"is_valid": is_valid, "email": secret.user.readable_email if secret else ""}
    crumbs = [(_("Log in"), "")]
    response = render_page(request, "account/login_link.html", context, crumbs=crumbs, status=200 if is_valid else 410)
    response["Referrer-Policy"] = ORIGIN_ONLY
    return response
