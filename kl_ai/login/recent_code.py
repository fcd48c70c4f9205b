"""A fresh code for what cannot be undone: whoever finds a session open shall not remove colleagues or a profile.

    if response := recent_code.redirect_to_code(request):
        return response

stands in a view after its lookup. Within `VALID_FOR` of a login, or of a code entered here, nothing is asked. Later the
person is led to `/log-ind/bekraeft/`, which mails a code to the own address, and back; what was typed is kept where the
view is `restorable`.
"""

import logging
import time
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from ..mail.sending import UnfinishedError
from ..pages.frame import render_page
from ..people.limits import LimitReached, wait_text
from ..requests.http import AuthenticatedRequest
from ..security import log as security_log
from .allauth_adapter import record_code
from .code_limits import consume_code, consume_guess
from .forms import LoginCodeForm
from .redirects import landing_url, nav_entry, next_url
from .restore import has_input, store_input

logger = logging.getLogger(__name__)

VALID_FOR = timedelta(minutes=10)
"""How long after a code, that of the login included, none is asked again."""
SESSION_KEY = "recent_code"
"""Where the session holds the code that was sent: `code`, `at` (seconds), `wrong`, the number of wrong guesses, and `is_late`."""


def is_recent(request: HttpRequest) -> bool:
    """Whether the person has proven the own address by a code in this session, within `VALID_FOR`. No query."""
    since = time.time() - VALID_FOR.total_seconds()
    records = get_authentication_records(request, request.user)
    return any(record.get("method") == "code" and record["at"] > since for record in records)


def redirect_to_code(request: HttpRequest) -> HttpResponse | None:
    """A redirect to the page that asks for a code, and leads back here; None where a recent one was entered.

    The fields of a POST are kept, as those of a form sent after the login has expired.
    """
    if is_recent(request):
        return None
    if request.resolver_match is not None:
        store_input(request, request.resolver_match.func)
    return redirect(f"{reverse('recent_code')}?{urlencode({'next': request.get_full_path()})}")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: AuthenticatedRequest) -> HttpResponse:
    """`/log-ind/bekraeft/`: mails a code to the person's own address, and asks for it. Nothing is mailed by a GET."""
    if is_recent(request):
        return redirect(next_url(request) or landing_url(request.user))
    if request.method == "POST" and "send" in request.POST:
        return _send(request)
    is_sent = _is_valid(request.session.get(SESSION_KEY))
    form = LoginCodeForm(request.POST if request.method == "POST" and is_sent else None)
    if request.method == "POST" and not is_sent:
        return _page(request, form, is_sent=False, problem=_("The code is too old. Ask for a new one."))
    if request.method != "POST" or not form.is_valid():
        return _page(request, form, is_sent=is_sent)
    return _check(request, form)


def _send(request: AuthenticatedRequest) -> HttpResponse:
    """Mail a code and lead to the field for it; the page says what is wrong where no more may be sent, or none can."""
    form = LoginCodeForm()
    try:
        consume_code(request, request.user.email)
    except LimitReached as reached:
        problem = _("Too many codes have been asked for.") + " " + wait_text(reached.seconds)
        return _page(request, form, is_sent=False, problem=problem, status=429, retry_after=reached.seconds)
    adapter = get_adapter()
    code = adapter.generate_login_code()
    context = {"code": code, "minutes": settings.LOGIN_CODE_MINUTES}
    is_late = False
    try:
        adapter.send_mail("account/email/recent_code", request.user.email, context)
    except UnfinishedError:  # the mail may come late, and its code is right then
        is_late = True
    except OSError:  # the mail server refuses the mail or cannot be reached
        logger.exception("A code could not be sent.")
        problem = _("The code could not be sent: our mail server does not answer. Try again in a while.")
        return _page(request, form, is_sent=False, problem=problem, status=503)
    request.session[SESSION_KEY] = {"code": code, "at": time.time(), "wrong": 0, "is_late": is_late}
    return redirect(f"{request.path}?{urlencode({'next': next_url(request)})}")


def _check(request: AuthenticatedRequest, form: LoginCodeForm) -> HttpResponse:
    """Compare the code. The right one is noted in the session, and leads on."""
    sent = request.session[SESSION_KEY]
    try:
        consume_guess(request, request.user.email, f"{request.user.email} {sent['at']}")
    except LimitReached as reached:
        del request.session[SESSION_KEY]
        problem = _("There have been too many wrong codes.") + " " + wait_text(reached.seconds)
        return _page(request, form, is_sent=False, problem=problem, status=429, retry_after=reached.seconds)
    if constant_time_compare(form.cleaned_data["code"], sent["code"]):
        del request.session[SESSION_KEY]
        record_code(request, request.user, request.user.email)
        security_log.record("code_confirmed", request)
        return redirect(next_url(request) or landing_url(request.user))
    security_log.record("code_confirmation_wrong", request)
    request.session[SESSION_KEY] = sent | {"wrong": sent["wrong"] + 1}
    if not _is_valid(request.session[SESSION_KEY]):
        problem = _("The code was wrong too many times and no longer works. Ask for a new one.")
        return _page(request, form, is_sent=False, problem=problem)
    form.add_error("code", _("The code is not right. Look for the newest mail, and try again."))
    return _page(request, form, is_sent=True)


def _is_valid(sent: dict[str, Any] | None) -> bool:
    """Whether the code that was sent can still be entered."""
    if sent is None or sent["wrong"] >= settings.LOGIN_CODE_GUESSES:
        return False
    return time.time() - sent["at"] <= settings.LOGIN_CODE_MINUTES * 60


def _page(
    request: AuthenticatedRequest,
    form: LoginCodeForm,
    *,
    is_sent: bool,
    problem: str = "",
    status: int = 200,
    retry_after: int = 0,
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "is_sent": is_sent,
        "is_mail_late": is_sent and request.session.get(SESSION_KEY, {}).get("is_late", False),
        "problem": problem,
        "email": request.user.readable_email,
        "has_input": has_input(request, urlsplit(next_url(request)).path),
        "next": next_url(request),
        "minutes": settings.LOGIN_CODE_MINUTES,
        "mail_in_terminal": settings.EMAIL_BACKEND.endswith("console.EmailBackend"),
    }
    crumbs = [(_("Confirm that it is you"), "")]
    template = "account/recent_code.html"
    entry = nav_entry(context["next"])
    return render_page(
        request, template, context, nav_current=entry, crumbs=crumbs, status=status, retry_after=retry_after
    )
