"""The pages about who works for a municipality, and its settings."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from kl_ai.drafts.parts import ChangedMeanwhile, fingerprint
from kl_ai.login import recent_code, restore
from kl_ai.mail.notices import add_delivery_message
from kl_ai.pages.frame import render_page
from kl_ai.people import limits
from kl_ai.requests.http import AuthenticatedRequest, get_and_post

from ..mails import membership
from ..models import Municipality, MunicipalityInvitation, MunicipalityMember
from .lookups import kept_municipality, own_municipality
from .people_forms import KEEPER, NONE, InvitePersonForm, SettingsForm, TasksForm
from .withheld import add_withheld_message

EVENTS_SHOWN = 50


@restore.restorable
@never_cache
@get_and_post
def members(request: AuthenticatedRequest, code: str) -> HttpResponse:
    """`…/<code>/medlemmer/`: who works for the municipality; for its keepers also who is invited, who asks, and the log.

    Five queries for a keeper, two for others.
    """
    municipality = own_municipality(request, code)
    people = list(municipality.members.select_related("user").order_by("joined_at", "pk"))
    is_keeper = any(member.user_id == request.user.pk and member.is_keeper for member in people)
    if request.method == "POST":
        municipality = kept_municipality(request, code)
    data = request.POST if request.method == "POST" else restore.restore_input(request)
    form = InvitePersonForm(data)
    if request.method == "POST" and form.is_valid() and invite(request, municipality, form):
        return redirect("projects:members_of_municipality", code)
    context = {"people": people, "is_keeper": is_keeper, "form": form}
    if is_keeper:
        context |= {
            "invitations": list(municipality.invitations.waiting()),
            "join_requests": list(municipality.join_requests.waiting().select_related("user")),
            "events": list(municipality.events.with_people()[:EVENTS_SHOWN]),
        }
    return municipality_page(request, municipality, "members_of_municipality", _("People"), **context)


def municipality_page(
    request: AuthenticatedRequest, municipality: Municipality, name: str, title: str, **context: Any
) -> HttpResponse:
    """The page `projects/<name>.html` below a municipality's own page."""
    crumbs = [
        (_("For municipalities"), reverse("projects:home")),
        (municipality.name, reverse("projects:municipality", args=[municipality.code])),
        (title, ""),
    ]
    context |= {"municipality": municipality, "title": title}
    return render_page(request, f"projects/{name}.html", context, nav_current="projects", crumbs=crumbs)


def invite(request: AuthenticatedRequest, municipality: Municipality, form: InvitePersonForm) -> bool:
    """Invite the colleague and say so; False, and an error at the field, where the invitation is refused."""
    email, language = form.cleaned_data["email"], (get_language() or "da")[:2]
    try:
        is_mailed = limits.consume("invite_colleague", person=request.user, recipient=email, origin=request)
        with transaction.atomic():
            tasks = form.cleaned_data["tasks"]
            invitation = MunicipalityInvitation.invite(municipality, email, request.user, language, **tasks)
            posted = membership.send_municipality_news(municipality, request)
            mail = membership.send_invitation(invitation) if is_mailed else None
    except limits.LimitReached as reached:
        form.add_error("email", str(reached))
    except ValidationError as error:
        form.add_error("email", error)
    else:
        add_delivery_message(request, [mail], unsent_level=messages.SUCCESS)
        if not is_mailed:
            text = _(
                "%(email)s is invited, and has had many invitations today: no mail is sent. Tell the person yourself."
            )
            messages.warning(request, text % {"email": email})
        add_withheld_message(request, posted)
        return True
    return False


@restore.post_only("projects:members_of_municipality", "code")
@never_cache
def invitation_cancel(request: AuthenticatedRequest, code: str, pk: int) -> HttpResponse:
    """`…/<code>/invitationer/<pk>/annuller/`: a keeper cancels an invitation whose link has not been used."""
    municipality = kept_municipality(request, code)
    invitation = get_object_or_404(MunicipalityInvitation, pk=pk, municipality=municipality)
    done = _("The invitation of %(email)s is cancelled.") % {"email": invitation.readable_email}
    return _perform(request, municipality, lambda: invitation.withdraw(request.user), done)


@restore.post_only("projects:members_of_municipality", "code")
@never_cache
def join_decide(request: AuthenticatedRequest, code: str, pk: int) -> HttpResponse:
    """`…/<code>/anmodninger/<pk>/`: a keeper lets somebody in who asks, or does not."""
    municipality = kept_municipality(request, code)
    join_request = get_object_or_404(municipality.join_requests.select_related("user"), pk=pk)
    is_approved = "approve" in request.POST
    text = (
        _("%(person)s now works for the municipality.")
        if is_approved
        else _("The request from %(person)s is declined.")
    )
    done = text % {"person": join_request.user.readable_email}
    return _perform(request, municipality, lambda: join_request.decide(request.user, approve=is_approved), done)


def _perform(request: AuthenticatedRequest, municipality: Municipality, verb: Any, done: str) -> HttpResponse:
    """Call the verb, mail its news and redirect to the people; says `done`, what was done before, or why it is refused."""
    try:
        with transaction.atomic():
            is_done_now = verb()
            posted = membership.send_municipality_news(municipality, request)
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
        return redirect("projects:members_of_municipality", municipality.code)
    if is_done_now is False:
        messages.info(request, _("Nothing was changed: it was decided before."))
    else:
        messages.success(request, done)
    add_withheld_message(request, posted)
    return redirect("projects:members_of_municipality", municipality.code)


def _person(municipality: Municipality, pk: int) -> MunicipalityMember:
    """The person with this row in the municipality. Raises `Http404`. One query."""
    people = MunicipalityMember.objects.select_related("user", "municipality")
    return get_object_or_404(people, pk=pk, municipality=municipality)


@restore.restorable
@never_cache
@get_and_post
def tasks(request: AuthenticatedRequest, code: str, pk: int) -> HttpResponse:
    """`…/<code>/medlemmer/<pk>/`: a keeper gives somebody another task in the municipality."""
    municipality = kept_municipality(request, code)
    member = _person(municipality, pk)
    data = request.POST if request.method == "POST" else restore.restore_input(request)
    form = TasksForm(data, initial={"tasks": KEEPER if member.is_keeper else member.dpo or NONE})
    seen = data.get("seen", "") if data else member.special_task
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                is_changed = member.change_tasks(request.user, seen=seen, **form.cleaned_data["tasks"])
                posted = membership.send_municipality_news(municipality, request)
        except ValidationError as refused:
            form.add_error("tasks", refused)
            seen = member.special_task
        else:
            if is_changed:
                messages.success(request, _("%(person)s has got other tasks.") % {"person": member.user})
            add_withheld_message(request, posted)
            return redirect("projects:members_of_municipality", code)
    title = _("Task of %(person)s") % {"person": member.user}
    return municipality_page(request, municipality, "tasks_of_member", title, form=form, member=member, seen=seen)


@restore.restorable
@never_cache
@get_and_post
def member_remove(request: AuthenticatedRequest, code: str, pk: int) -> HttpResponse:
    """`…/<code>/medlemmer/<pk>/fjern/`: a keeper removes somebody; a GET asks for confirmation, both for a recent code."""
    municipality = kept_municipality(request, code)
    member = _person(municipality, pk)
    if response := recent_code.redirect_to_code(request):
        return response
    if request.method == "POST":
        done = _("%(person)s no longer works for the municipality.") % {"person": member.user}
        return _perform(request, municipality, lambda: member.end(request.user), done)
    return _ask_before_end(request, member, is_self=False)


@restore.restorable
@never_cache
@get_and_post
def leave(request: AuthenticatedRequest, code: str) -> HttpResponse:
    """`…/<code>/forlad/`: end one's own work for the municipality; a GET asks for confirmation, both for a recent code."""
    municipality = own_municipality(request, code)
    member = get_object_or_404(
        MunicipalityMember.objects.select_related("user"), municipality=municipality, user=request.user
    )
    if response := recent_code.redirect_to_code(request):
        return response
    if request.method != "POST":
        return _ask_before_end(request, member, is_self=True)
    try:
        with transaction.atomic():
            member.leave()
            membership.send_municipality_news(municipality, request)
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
        return redirect("projects:members_of_municipality", code)
    messages.success(request, _("You no longer work for %(name)s.") % {"name": municipality})
    return redirect("projects:home")


def _ask_before_end(request: AuthenticatedRequest, member: MunicipalityMember, *, is_self: bool) -> HttpResponse:
    """The page that says what ends with the person's work. Three queries."""
    person = member.user
    title = _("Leave the municipality") if is_self else _("Remove %(person)s") % {"person": person}
    context = {
        "member": member,
        "is_self": is_self,
        "led_alone": member.projects_led_alone(),
        "number_of_projects": member.project_roles.count(),
        "invitations": list(member.waiting_invitations().order_by("email")),
    }
    return municipality_page(request, member.municipality, "member_of_municipality_remove", title, **context)


@restore.restorable
@never_cache
@get_and_post
def settings(request: AuthenticatedRequest, code: str) -> HttpResponse:
    """`…/<code>/indstillinger/`: the mail domains, how long closed projects are kept, and the second step. For keepers."""
    municipality = kept_municipality(request, code)
    data = request.POST if request.method == "POST" else restore.restore_input(request)
    stored = municipality.settings
    form = SettingsForm(data, initial=stored | {"mail_domains": "\n".join(municipality.mail_domains)})
    context: dict[str, Any] = {"seen": data.get("seen", "") if data else fingerprint(stored)}
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                municipality.change_settings(request.user, seen=context["seen"], **form.cleaned_data)
                posted = membership.send_municipality_news(municipality, request)
        except ChangedMeanwhile as changed:
            context = {"seen": fingerprint(changed.stored), "conflict": form.differences(changed.stored)}
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, _("Saved."))
            add_withheld_message(request, posted)
            return redirect("projects:settings", code)
    return municipality_page(request, municipality, "settings", _("Settings"), form=form, **context)
