"""The tasks and measures of the person who is logged in, across municipalities, and whether a mail comes about them."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from kl_ai.login import restore, second_factor
from kl_ai.models import User
from kl_ai.pages.frame import render_page
from kl_ai.people.tokens import ORIGIN_ONLY
from kl_ai.requests.http import AuthenticatedRequest, get_and_post
from legaltoolbox.catalogue import catalogues

from ..mails.tasks import DAYS_AHEAD, SIGNER
from ..models import Measure, Task, TaskMailStop
from ..work.measures import due_lines


@never_cache
@require_safe
def mine(request: AuthenticatedRequest) -> HttpResponse:
    """`…/projekter/mine/`: what the user has still to do, of all municipalities, the first day first. Three queries.

    What is to be done in a municipality that asks for the second step comes after it; one query more where there is any.
    """
    catalogue, today = catalogues.for_request(request), timezone.localdate()
    rows = [*Task.objects.of_person(request.user), *Measure.objects.of_person(request.user)]
    asking = {row.project.municipality for row in rows if row.project.municipality.requires_second_factor}
    hidden = asking if asking and second_factor.step_of_session(request) else set()
    tasks = due_lines([row for row in rows if row.project.municipality not in hidden], catalogue, today)
    title = _("My tasks")
    context = {
        "title": title,
        "tasks": tasks,
        "hidden": sorted(hidden, key=str),
        "overdue": sum(line.is_overdue for line in tasks),
        "days": DAYS_AHEAD,
        "wants_mail": not TaskMailStop.objects.filter(user=request.user).exists(),
    }
    crumbs = [(_("For municipalities"), reverse("projects:home")), (title, "")]
    return render_page(request, "projects/mine.html", context, nav_current="projects", crumbs=crumbs)


@never_cache
@restore.post_only("projects:mine")
def choose_mails(request: AuthenticatedRequest) -> HttpResponse:
    """`…/projekter/mine/mail/`: switch the weekly mail on (`mail=1`) or off, and back to the tasks."""
    TaskMailStop.switch(request.user, wants_mail=request.POST.get("mail") == "1")
    return redirect(reverse("projects:mine") + "#mail")


@csrf_exempt
@login_not_required
@never_cache
@get_and_post
def stop_mails(request: HttpRequest, token: str) -> HttpResponse:
    """`…/projekter/mail-stop/<token>/`: ends the weekly mail by POST, as often as it is sent; a GET asks first.

    Needs no login and no cookie, as mail programs send it (RFC 8058). All that the link can do is to end the mails.
    """
    key = SIGNER.read(token)
    user = None if key is None else User.objects.filter(pk=key, is_active=True).first()
    if user is None:
        raise Http404
    if request.method == "POST":
        TaskMailStop.switch(user, wants_mail=False)
    context = {"is_stopped": request.method == "POST", "token": token}
    crumbs = [(_("For municipalities"), reverse("projects:home")), (_("Weekly mail"), "")]
    response = render_page(request, "projects/mail_stop.html", context, nav_current="projects", crumbs=crumbs)
    response["Referrer-Policy"] = ORIGIN_ONLY
    return response
