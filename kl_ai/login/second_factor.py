"""The second step of a login: an authenticator app (TOTP) beside the code by mail, and recovery codes.

KL's staff have it: the administration (`kl_ai.admin.site`) opens where `missing_step(request)` is "". Of others those have
it of whom an app asks it (`SECOND_STEP_ASKED`): its lookups call `require_step`, and `LoginRequired` leads to the step.
Staff need an administrator's code to set up an app; others need a recent code by mail. The pages are there for nobody
else; allauth keeps the secrets and checks the codes.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, Concatenate, ParamSpec

import qrcode
from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter, get_adapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.module_loading import import_string
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from qrcode.image.svg import SvgPathImage

from ..models import User
from ..pages.frame import render_page
from ..requests.http import AuthenticatedRequest, get_and_post, request_state
from ..security import log as security_log
from ..security.models import OneTimeSecret
from . import recent_code
from .allauth_adapter import activate_totp, generate_recovery_codes, record_authenticator
from .announcements import announce
from .forms import ActivateAppForm, ApprovalForm, SecondFactorForm
from .redirects import landing_url, next_url

APPROVAL_KEY = "enrolment_approval"
"""Where the session holds the primary key of the administrator's code that was entered."""
RECOVERY_CODES_SHOWN_FOR = timedelta(minutes=10)
"""How long new recovery codes can be read and downloaded; after that nobody can see them again."""
StepView = Callable[[AuthenticatedRequest], HttpResponse]
P = ParamSpec("P")


class MfaAdapter(DefaultMFAAdapter):
    """allauth's hooks into the second step (`MFA_ADAPTER` of the settings)."""

    error_messages = DefaultMFAAdapter.error_messages | {"incorrect_code": gettext_lazy("The code is not right.")}


# What the administration asks -----------------------------------------------------------------------


def missing_step(request: HttpRequest) -> str:
    """The name of the page that has to come before the administration, or "". At most one query a request.

    What counts is that this session has used an authenticator that the user still has: after a reset by an
    administrator no older session is good enough.
    """
    return step_of_session(request) if settings.REQUIRE_STAFF_MFA else ""


class SecondStepMissing(Exception):
    """A lookup has found what is shown after the second step alone; `step` is the name of the page that comes before."""

    def __init__(self, step: str) -> None:
        super().__init__(step)
        self.step = step


def require_step(request: HttpRequest) -> None:
    """Raise `SecondStepMissing` where this session has not passed the second step. At most one query a request."""
    if step := step_of_session(request):
        raise SecondStepMissing(step)


def step_of_session(request: HttpRequest) -> str:
    """As `missing_step`, for staff and others, whatever the settings ask of staff."""
    state = request_state(request)
    if state.missing_second_factor_step is None:
        state.missing_second_factor_step = _missing_step(request)
    return state.missing_second_factor_step


def _missing_step(request: HttpRequest) -> str:
    types = dict(Authenticator.objects.filter(user_id=request.user.pk).values_list("pk", "type"))
    if Authenticator.Type.TOTP not in types.values():
        return "mfa_activate_totp"
    used = {record.get("id") for record in get_authentication_records(request, request.user)}
    return "" if used & set(types) else "mfa_reauthenticate"


def is_verified_staff(request: HttpRequest, permission: str) -> bool:
    """Whether the user is KL's staff with this permission, and this session has passed the second step.

    Lookups that serve staff decide by it, so that a view that forgets to ask for the step shows nothing. No query for
    who is no staff; else those of the user's permissions, once for each request, and that of `missing_step`.
    """
    user = request.user
    return user.is_active and user.is_staff and user.has_perm(permission) and not missing_step(request)


def redirect_to_step(name: str, url: str) -> HttpResponse:
    """A redirect to the page of this name, which leads on to `url`."""
    return redirect(_address(name, url))


def _address(name: str, url: str) -> str:
    return f"{reverse(name)}?{urlencode({'next': url})}"


def step_url(request: AuthenticatedRequest) -> str:
    """Where an app asks the user for the second step, and this session has not passed it: the address of the step.

    It leads back to this page. Else "". One query for each app, and one a request where one asks.
    """
    step = step_of_session(request) if _is_asked(request.user) else ""
    return _address(step, request.get_full_path()) if step else ""


def second_factor_for_staff(
    view: Callable[Concatenate[AuthenticatedRequest, P], HttpResponse],
) -> Callable[Concatenate[AuthenticatedRequest, P], HttpResponse]:
    """A decorator for pages outside the administration that serve KL's staff beside others.

    It only leads to the step: what such a page shows is decided by its lookup (`is_verified_staff`).
    Staff whose `missing_step` is not "" are redirected to it, as by the administration; others get the page.
    """

    @wraps(view)
    def view_after_step(request: AuthenticatedRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.user.is_staff and (step := missing_step(request)):
            return redirect_to_step(step, request.get_full_path())
        return view(request, *args, **kwargs)

    return view_after_step


# Pages ----------------------------------------------------------------------------------------------


def has_step(user: User) -> bool:
    """Whether the second step is there for the user: staff, of whom an app asks it, or who has set it up. One query each."""
    return user.is_staff or _is_asked(user) or Authenticator.objects.filter(user=user).exists()


def _is_asked(user: User) -> bool:
    return any(import_string(path)(user) for path in settings.SECOND_STEP_ASKED)


def for_whom_it_is(view: StepView) -> Callable[[AuthenticatedRequest], HttpResponse]:
    """A decorator: 404 for everybody who has no second step (`has_step`); never cached."""

    @never_cache
    @wraps(view)
    def view_of_step(request: AuthenticatedRequest) -> HttpResponse:
        if not has_step(request.user):
            raise Http404
        return view(request)

    return view_of_step


@for_whom_it_is
@get_and_post
def activate(request: AuthenticatedRequest) -> HttpResponse:
    """`/totrin/app/`: the QR code for the app, and its first code as a proof; before it an administrator's code or one by mail."""
    if Authenticator.objects.filter(user_id=request.user.pk, type=Authenticator.Type.TOTP).exists():
        return redirect("mfa_view_recovery_codes")
    approval = _approval(request)
    if approval is None and request.user.is_staff:
        return _ask_for_approval(request)
    if approval is None and (response := recent_code.redirect_to_code(request)):
        return response
    form = ActivateAppForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        if not _set_up_app(request, form, approval):
            return redirect("mfa_activate_totp")
        return redirect_to_step("mfa_view_recovery_codes", next_url(request))
    url = get_adapter().build_totp_url(request.user, form.secret)
    secret = " ".join(re.findall(".{1,4}", form.secret))
    return _page(request, "activate", {"form": form, "qr": _qr_code(url), "secret": secret, "url": url})


def _approval(request: AuthenticatedRequest) -> OneTimeSecret | None:
    """The administrator's code that this session has entered, as long as it can be used. At most one query."""
    key = request.session.get(APPROVAL_KEY)
    codes = OneTimeSecret.objects.usable().filter(kind=OneTimeSecret.Kind.ENROLMENT, user=request.user.pk)
    return codes.filter(pk=key).first() if key else None


def _ask_for_approval(request: AuthenticatedRequest) -> HttpResponse:
    form = ApprovalForm(request, user=request.user)
    if form.is_bound and form.is_valid():
        request.session[APPROVAL_KEY] = form.cleaned_data["approval"].pk
        return redirect_to_step("mfa_activate_totp", next_url(request))
    return _page(request, "approval", {"form": form})


def _set_up_app(request: AuthenticatedRequest, form: ActivateAppForm, approval: OneTimeSecret | None) -> bool:
    """Make the authenticator and spend the administrator's code, together; False where the code is spent meanwhile.

    The same form sent twice at once sets up one app.
    """
    try:
        with transaction.atomic():
            if approval is not None and not approval.use():
                return False
            authenticator = activate_totp(request, form)
            if approval is not None and approval.made_by_id:
                request.user.record_rights_given()
    except IntegrityError:  # the other one has set it up
        return True
    record_authenticator(request, request.user, authenticator)
    request.session.pop(APPROVAL_KEY, None)
    security_log.record("app_set_up", request, approved_by=approval.made_by_id if approval else None)
    announce("app_set_up", request.user)
    return True


@for_whom_it_is
@get_and_post
def reauthenticate(request: AuthenticatedRequest) -> HttpResponse:
    """`/totrin/bekraeft/`: asks for the second step in a session that has not passed it."""
    form = SecondFactorForm(request, user=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        return redirect(next_url(request) or landing_url(request.user))
    return _page(request, "authenticate", {"form": form})


@for_whom_it_is
@get_and_post
def recovery_codes(request: AuthenticatedRequest) -> HttpResponse:
    """`/totrin/noedkoder/`: shows new codes for ten minutes, later only their number; POST makes new ones."""
    if step_of_session(request) == "mfa_reauthenticate":
        return redirect_to_step("mfa_reauthenticate", request.path)
    codes = Authenticator.objects.filter(user_id=request.user.pk, type=Authenticator.Type.RECOVERY_CODES).first()
    if codes is None:
        return redirect("mfa_activate_totp")
    form = SecondFactorForm(request, user=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        record_authenticator(request, request.user, generate_recovery_codes(request))
        security_log.record("recovery_codes_made", request)
        return redirect("mfa_view_recovery_codes")
    unused = codes.wrap().get_unused_codes()
    context = {
        "form": form,
        "unused_count": len(unused),
        "codes": unused if _are_new(codes) else [],
        "continue_url": next_url(request) or landing_url(request.user),
    }
    return _page(request, "recovery_codes", context)


@for_whom_it_is
@require_safe
def download_recovery_codes(request: AuthenticatedRequest) -> HttpResponse:
    """`/totrin/noedkoder/hent/`: the new codes as a text file, as long as the page shows them."""
    if step_of_session(request) == "mfa_reauthenticate":
        return redirect_to_step("mfa_reauthenticate", request.path)
    codes = get_object_or_404(Authenticator, user_id=request.user.pk, type=Authenticator.Type.RECOVERY_CODES)
    if not _are_new(codes):
        raise Http404
    lines = [f"{settings.MFA_TOTP_ISSUER}: {request.user.email}", "", *codes.wrap().get_unused_codes(), ""]
    response = HttpResponse("\r\n".join(lines), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="recovery-codes.txt"'
    return response


def _are_new(codes: Authenticator) -> bool:
    return codes.created_at > timezone.now() - RECOVERY_CODES_SHOWN_FOR


def _qr_code(url: str) -> str:
    """The QR code as an <svg> element without styles, which the page may hold under the content security policy."""
    svg = qrcode.make(url, image_factory=SvgPathImage, border=4).to_string(encoding="unicode")
    return mark_safe(svg)  # noqa: S308  # made here, of numbers only


def _page(request: AuthenticatedRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    context |= {"next": next_url(request), "is_staff": request.user.is_staff}
    return render_page(request, f"mfa/{name}.html", context, crumbs=[(_("Two-step login"), "")])
