"""The browsers in which a user is logged in: listed, and ended one by one or all at once."""

from ipaddress import ip_address

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from ..models import User
from ..pages.frame import render_page
from ..people.limits import origin_of
from ..requests.http import AuthenticatedRequest, get_and_post
from ..security import log as security_log
from ..security.models import LoginSession
from .devices import browser_and_system
from .redirects import landing_url, nav_entry

USED_ON = "used_on"
"""Where the session holds the day on which it was last used."""


def record_login(request: HttpRequest, user: User) -> None:
    """Store that this session is the user's. Two queries."""
    if not request.session.session_key:
        request.session.save()
    browser, system = browser_and_system(request.headers.get("User-Agent", ""))
    fields = {"browser": browser, "system": system, "network": network(request)}
    LoginSession.record(user, request.session.session_key or "", **fields)
    request.session[USED_ON] = timezone.localdate().isoformat()


def record_use(request: AuthenticatedRequest) -> None:
    """Store that the session is used today. No query but on the first request of a day, which also saves the session."""
    used_on = request.session.get(USED_ON)
    if used_on and used_on != timezone.localdate().isoformat():
        record_login(request, request.user)


def forget_session(request: HttpRequest) -> None:
    """End this session, which is about to be logged out, with what the list says of its browser. Three queries."""
    LoginSession.objects.filter(session_key=request.session.session_key).end()


def network(request: HttpRequest) -> str:
    """The first half of the network's address, “192.0.x.x”, “2001:db8:…”; "" where it is unknown."""
    try:
        address = ip_address(origin_of(request))
    except ValueError:
        return ""
    if address.version == 4:
        return ".".join(str(address).split(".")[:2]) + ".x.x"
    return ":".join(address.exploded.split(":")[:2]) + ":…"


@never_cache
@get_and_post
def sessions(request: AuthenticatedRequest) -> HttpResponse:
    """`/log-ind/sessioner/`: where the user is logged in; POST ends one of them, or all."""
    if request.method == "POST" and "everywhere" in request.POST:
        return _log_out_everywhere(request)
    if request.method == "POST":
        return _end(request)
    rows = LoginSession.objects.alive().filter(user=request.user.pk)
    context = {"sessions": list(rows), "own_key": request.session.session_key, "own_network": network(request)}
    crumbs = [(_("Where you are logged in"), "")]
    entry = nav_entry(landing_url(request.user))
    return render_page(request, "account/sessions.html", context, nav_current=entry, crumbs=crumbs)


def _end(request: AuthenticatedRequest) -> HttpResponse:
    """End the session of the button. Of one that is gone already nothing is said: it is what the user wants."""
    key = request.POST.get("session", "")
    own = LoginSession.objects.filter(user=request.user.pk).exclude(session_key=request.session.session_key)
    session = get_object_or_404(own, pk=key) if key.isascii() and key.isdigit() and len(key) < 19 else None
    if session and own.filter(pk=session.pk).end():
        security_log.record("session_ended", request)
        messages.success(request, _("That browser is logged out."))
    return redirect("account_sessions")


def _log_out_everywhere(request: AuthenticatedRequest) -> HttpResponse:
    security_log.record("logged_out_everywhere", request)
    request.user.end_logins()
    logout(request)
    messages.success(request, _("You are logged out everywhere."))
    return redirect("account_login")
