"""How somebody comes to work for a municipality: by the link of an invitation, or by asking."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import ResolverMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kl_ai.login import restore
from kl_ai.models import User
from kl_ai.pages.frame import render_page
from kl_ai.people import limits
from kl_ai.people.invitations import is_read_by_person
from kl_ai.people.tokens import ORIGIN_ONLY
from kl_ai.requests.http import AuthenticatedRequest, get_and_post

from ..mails import membership
from ..models import Municipality, MunicipalityInvitation, MunicipalityJoinRequest, MunicipalityMember
from .people_forms import AskToJoinForm


@login_not_required
@require_safe
@never_cache
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """`…/projekter/invitation/<token>/`: who invites to which municipality. Opening it changes nothing; the login comes after."""
    invitation = MunicipalityInvitation.objects.select_related("municipality", "invited_by").with_token(token)
    user = request.user if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated else None
    if invitation and user and invitation.is_used_by(user):
        return redirect("projects:municipality", invitation.municipality.code)
    is_valid = bool(invitation and invitation.is_waiting)
    if is_valid and is_read_by_person(request):
        invitation.record_opened()
    title = _("Invitation")
    context = {
        "title": title,
        "invitation": invitation,
        "is_valid": is_valid,
        "visitor": user,
        "is_for_visitor": is_valid and user and invitation.is_for(user),
        "login_url": f"{reverse(settings.LOGIN_URL)}?next={request.path}",
        "token": token,
    }
    status = 200 if is_valid else 410 if invitation else 404
    response = render_page(
        request, "projects/invitation.html", context, nav_current="projects", crumbs=[(title, "")], status=status
    )
    response["Referrer-Policy"] = ORIGIN_ONLY
    return response


@restore.post_only("projects:invitation", "token")
def accept(request: AuthenticatedRequest, token: str) -> HttpResponse:
    """`…/projekter/invitation/<token>/tag-imod/`: from now on the user works for the municipality."""
    invitation = MunicipalityInvitation.objects.select_related("municipality").with_token(token)
    accepted = None
    try:
        if invitation:
            with transaction.atomic():
                accepted = invitation.accept(request.user)
                if accepted is not None:
                    membership.send_municipality_news(accepted, request)
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
    if accepted is None:
        return redirect("projects:invitation", token)
    messages.success(request, _("You now work for %(name)s.") % {"name": accepted})
    return redirect("projects:municipality", accepted.code)


def invited_address(match: ResolverMatch) -> str:
    """The address of the invitation that can be used on this page; "" for other pages. One query for an invitation's."""
    if match.view_name != "projects:invitation":
        return ""
    invitation = MunicipalityInvitation.objects.with_token(match.kwargs["token"])
    return invitation.email if invitation and invitation.is_waiting else ""


def landing_page(user: User) -> str:
    """The page that a login leads whoever works for a municipality to, or may ask to; "" for others. Two queries at most."""
    is_ours = MunicipalityMember.objects.filter(user=user).exists() or Municipality.objects.open_to(user)
    return reverse("projects:home") if is_ours else ""


@restore.restorable
@never_cache
@get_and_post
def join(request: AuthenticatedRequest, code: str) -> HttpResponse:
    """`…/<code>/deltag/`: ask to work for the municipality, for addresses at its mail domains. 404 for others."""
    municipality = get_object_or_404(Municipality, code=code)
    if municipality.members.filter(user=request.user.pk).exists():
        return redirect("projects:municipality", code)
    if request.user.email.rpartition("@")[2] not in municipality.mail_domains:
        raise Http404
    waiting = municipality.join_requests.waiting().filter(user=request.user.pk).first()
    form = AskToJoinForm(request.POST if request.method == "POST" else restore.restore_input(request))
    if request.method == "POST" and (waiting or (form.is_valid() and ask(request, municipality, form))):
        return redirect("projects:join", code)
    title = _("Ask to join %(name)s") % {"name": municipality}
    context = {"title": title, "municipality": municipality, "form": form, "waiting": waiting}
    crumbs = [(_("For municipalities"), reverse("projects:home")), (title, "")]
    return render_page(request, "projects/join.html", context, nav_current="projects", crumbs=crumbs)


def ask(request: AuthenticatedRequest, municipality: Municipality, form: AskToJoinForm) -> bool:
    """Store the request and mail it to the keepers; False, and an error in the form, where it is refused.

    Where the municipality has had very many such mails today, the request is stored only: its page shows it.
    """
    try:
        recipient = f"municipality {municipality.pk}"
        is_mailed = limits.consume("ask_to_join", person=request.user, recipient=recipient, origin=request)
        with transaction.atomic():
            message = form.cleaned_data["message"]
            join_request, is_new = MunicipalityJoinRequest.submit(municipality, request.user, message)
            membership.send_municipality_news(municipality, request)
            if is_new and is_mailed:
                membership.send_join_request(join_request)
        if is_new and not is_mailed:
            text = _(
                "The keepers have had many mails about requests today, and get none about yours. Tell one of them."
            )
            messages.warning(request, text)
    except limits.LimitReached as reached:
        form.add_error(None, str(reached))
        return False
    except ValidationError as refused:
        form.add_error(None, refused)
        return False
    return True
