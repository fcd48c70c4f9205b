"""What waits for an opinion or a decision, what was said and decided, and the decision points of a project.

Opinions have no page of their own: they stand beside the decisions that rest on them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kl_ai.login import restore
from kl_ai.requests.http import AuthenticatedRequest
from legaltoolbox.catalogue import Catalogue
from legaltoolbox.models import Activity

from ..mails import steps as step_mails
from ..models import ConditionsMet, Decision, DocumentStatus, Opinion, Project, ProjectEvent
from ..rights import ProjectRole, Right, can_work
from ..work.decision_points import PointGrounds, ProjectGrounds, read_project, steps_url, template_title
from ..work.plan import activity_url
from ..work.project_catalogue import catalogue_for
from .edited_forms import add_errors
from .lookups import own_project, project_page
from .step_forms import ConditionsForm, DecisionForm
from .withheld import add_withheld_message

What = ProjectEvent.What


@dataclass(frozen=True)
class StepLine:
    """An opinion or a decision as the list shows it."""

    step: Opinion | Decision
    is_opinion: bool
    code: str
    title: str
    version: int
    """Of the document; 0 at a decision point."""
    url: str
    is_changed_since: bool
    """Whether what it is about has changed since."""
    is_waiting: bool = False
    """Whether it is a decision whose conditions wait."""


@never_cache
@require_safe
def decisions(request: AuthenticatedRequest, code: str, number: int) -> HttpResponse:
    """`…/<code>/<number>/beslutninger/`: what waits for an opinion or a decision, and what was said and decided. 36 queries at most."""
    project = own_project(request, code, number)
    catalogue = catalogue_for(request, project)
    grounds = read_project(project, catalogue, timezone.localdate())
    return project_page(
        request,
        project,
        "decisions",
        _("Decisions"),
        at_dpo=[each for each in grounds.documents if each.document.status == DocumentStatus.AT_DPO],
        at_management=[each for each in grounds.documents if each.document.status == DocumentStatus.AT_MANAGEMENT],
        points=grounds.points,
        lines=step_lines(grounds, catalogue),
    )


def step_lines(grounds: ProjectGrounds, catalogue: Catalogue) -> list[StepLine]:
    """All opinions and decisions, the newest first. No query."""
    points = {point.code: point for point in grounds.points}
    steps: list[Any] = sorted((*grounds.opinions, *grounds.decisions), key=lambda each: each.at, reverse=True)
    return [
        _document_line(grounds, each, catalogue) if each.document_id else _point_line(grounds, each, points, catalogue)
        for each in steps
    ]


def _document_line(grounds: ProjectGrounds, step: Opinion | Decision, catalogue: Catalogue) -> StepLine:
    document: Any = step.document
    return StepLine(
        step,
        isinstance(step, Opinion),
        document.template,
        template_title(document.template, catalogue),
        document.version,
        steps_url(grounds.project, document),
        step.state != grounds.states[document.pk],
        step in grounds.open_conditions,
    )


def _point_line(
    grounds: ProjectGrounds, decision: Decision, points: dict[str, PointGrounds], catalogue: Catalogue
) -> StepLine:
    """The line of a decision at a point, which the plan may have no more."""
    activity = catalogue.find(Activity.KIND, decision.point)
    point = points.get(decision.point)
    title = activity.title if activity else ""
    url = reverse("projects:decision_point", args=[*grounds.project.address, decision.point.lower()])
    is_changed = point is None or decision.state != point.state
    is_waiting = decision in grounds.open_conditions
    return StepLine(decision, False, decision.point, title, 0, url if point else "", is_changed, is_waiting)


# A decision point ---------------------------------------------------------------------------------


class PointGone(Http404):
    """The decision point is none of the project's plan now, and a mail or a page that is still open has led to it."""

    def __init__(self, project: Project, activity: Activity) -> None:
        super().__init__(activity.code)
        self.project = project
        self.activity = activity


def says_where_gone(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view of a decision point, with a page that says so where the point is gone."""

    @wraps(view)
    def wrapper(request: AuthenticatedRequest, *args: Any, **options: Any) -> HttpResponse:
        try:
            return view(request, *args, **options)
        except PointGone as gone:
            title = f"{gone.activity.code} {gone.activity.title}"
            decisions_url = reverse("projects:decisions", args=gone.project.address)
            return project_page(
                request,
                gone.project,
                "decision_point_gone",
                title,
                section="decisions",
                above=[(_("Decisions"), decisions_url)],
                activity=gone.activity,
                activity_url=activity_url(gone.project, gone.activity.code),
                decisions_url=decisions_url,
            )

    return wrapper


@never_cache
@require_safe
@says_where_gone
def decision_point(request: AuthenticatedRequest, code: str, number: int, point: str) -> HttpResponse:
    """`…/beslutninger/<point>/`: what a decision rests on at this point, and the management's answer. 37 queries at most."""
    project = own_project(request, code, number)
    grounds = _grounds(project, point, catalogue_for(request, project))
    return _point_page(request, grounds)


@restore.post_only("projects:decision_point", "code", "number", "point", takes_text=True)
@never_cache
@says_where_gone
def decide_point(request: AuthenticatedRequest, code: str, number: int, point: str) -> HttpResponse:
    """`…/beslutninger/<point>/beslut/`: the management's decision on what was shown; the page again where it is refused."""
    project = own_project(request, code, number, Right.DECIDE)
    catalogue = catalogue_for(request, project)
    grounds = _grounds(project, point, catalogue)
    form = DecisionForm(restore.sent_input(request), hard_warnings=grounds.hard_warnings)
    if request.method == "GET" or not form.is_valid():
        return _point_page(request, grounds, form=form)
    seen, last = request.POST.get("state", ""), request.POST.get("last", "")
    key = int(last) if last.isascii() and last.isdecimal() and len(last) < 19 else 0
    read = lambda: _grounds(project, point, catalogue).record  # noqa: E731  # called while the project is held
    try:
        with transaction.atomic():
            Decision.decide_point(
                project, request.user, grounds.code, seen=seen, last=key, read=read, **form.cleaned_data
            )
            posted = step_mails.send_point(project, grounds.code, grounds.row.title)
    except ValidationError as refused:
        add_errors(form, refused)
        return _point_page(request, _grounds(project, point, catalogue), form=form)
    told = step_mails.told(project, What.DECIDED, posted.mails)
    messages.success(request, " ".join(filter(None, (_("The decision is stored."), told))))
    add_withheld_message(request, posted)
    return redirect("projects:decision_point", *project.address, point)


@restore.post_only("projects:decision_point", "code", "number", "point")
@never_cache
@says_where_gone
def ask_point(request: AuthenticatedRequest, code: str, number: int, point: str) -> HttpResponse:
    """`…/beslutninger/<point>/bed/`: asks the management to decide; a second click says that it is asked."""
    project = own_project(request, code, number, Right.WRITE)
    grounds = _grounds(project, point, catalogue_for(request, project))
    try:
        if not grounds.can_be_decided:
            raise ValidationError(_("The management has said yes to this before, and nothing has changed since."))
        with transaction.atomic():
            is_asked_now = Decision.ask_point(project, request.user, grounds.code)
            posted = step_mails.send_point(project, grounds.code, grounds.row.title, What.TO_MANAGEMENT)
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    else:
        if is_asked_now:
            told = step_mails.told(project, What.TO_MANAGEMENT, posted.mails)
            messages.success(request, " ".join(filter(None, (_("The management is asked to decide."), told))))
        else:
            messages.info(request, _("The management is asked already."))
        add_withheld_message(request, posted)
    return redirect("projects:decision_point", *project.address, point)


@restore.post_only("projects:decision_point", "code", "number", "point", takes_text=True)
@never_cache
@says_where_gone
def meet_point_conditions(request: AuthenticatedRequest, code: str, number: int, point: str) -> HttpResponse:
    """`…/beslutninger/<point>/vilkaar/`: how the project has met the conditions of the decision that was shown."""
    project = own_project(request, code, number, Right.WRITE)
    grounds = _grounds(project, point, catalogue_for(request, project))
    form = ConditionsForm(restore.sent_input(request))
    if request.method == "GET" or not form.is_valid():
        return _point_page(request, grounds, conditions=form)
    data = form.cleaned_data
    try:
        ConditionsMet.write(project, request.user, data["decision"] or 0, data["how"])
    except ValidationError as refused:
        add_errors(form, refused)
        return _point_page(request, grounds, conditions=form)
    messages.success(request, _("It is saved that the conditions are met."))
    return redirect("projects:decision_point", *project.address, point)


def _grounds(project: Project, point: str, catalogue: Catalogue) -> PointGrounds:
    """The decision point of this address; `PointGone` where the plan has it no more, 404 where there is none. 33 queries at most."""
    grounds = read_project(project, catalogue, timezone.localdate()).point(point.upper())
    if grounds is None:
        activity = catalogue.find(Activity.KIND, point.upper())
        raise PointGone(project, activity) if activity and activity.is_decision_point else Http404
    return grounds


def _point_page(
    request: AuthenticatedRequest,
    grounds: PointGrounds,
    *,
    form: DecisionForm | None = None,
    conditions: ConditionsForm | None = None,
) -> HttpResponse:
    """The page of a decision point; a form that is given holds what was typed, with errors or after a new login."""
    project = grounds.of_project.project
    may_decide, may_write = (project.may_now(right) for right in (Right.DECIDE, Right.WRITE))
    if form is None and may_decide and grounds.can_be_decided:
        form = DecisionForm(hard_warnings=grounds.hard_warnings)
    if conditions is None and may_write and grounds.waiting_conditions:
        conditions = ConditionsForm(initial={"decision": grounds.waiting_conditions.pk})
    return project_page(
        request,
        project,
        "decision_point",
        f"{grounds.code} {grounds.row.title}",
        text_keys=[(Activity.KIND, grounds.code)],
        section="decisions",
        above=[(_("Decisions"), reverse("projects:decisions", args=project.address))],
        point=grounds,
        form=form,
        conditions_form=conditions,
        has_management=project.members.filter(can_work("member__user"), role=ProjectRole.MANAGEMENT).exists(),
        may_write=may_write,
        may_ask=may_write and grounds.can_be_decided and grounds.asked is None,
    )
