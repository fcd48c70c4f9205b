"""The page on which the tasks of a project are shared out: owner and day of many, stored at once."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from kl_ai.drafts.parts import fingerprint
from kl_ai.login import restore
from kl_ai.requests.http import AuthenticatedRequest, get_and_post

from ..models import Project, Task
from ..models.tasks import SharedOut
from ..rights import Right
from ..work.plan import PlanRow, ProjectPlan, project_plan
from ..work.project_catalogue import catalogue_for
from .lookups import own_project, project_page
from .sharing_form import SharedRow, SharingForm, sent_rows
from .tasks import people

PHASE, OWN = "fase", "egne"
"""The parameter of the address with the phase whose tasks the page shows, and its value for the own tasks."""


@never_cache
@get_and_post
@restore.restorable
def share_out(request: AuthenticatedRequest, code: str, number: int) -> HttpResponse:
    """`…/aktiviteter/fordel/`: what is still to be done, each with owner and day; POST stores those that were changed.

    `?fase=` shows the tasks of one phase. Where somebody else has changed a task meanwhile, the others are stored, and the
    page shows both versions of that one. Six queries, at most nine more to store.
    """
    project = own_project(request, code, number, Right.WRITE)
    plan = project_plan(project, catalogue_for(request, project), timezone.localdate())
    data = request.POST if request.method == "POST" else restore.restore_input(request)
    if data is None:
        return _page(request, project, plan, SharingForm(_chosen(plan, request.GET.get(PHASE, "")), people(project)))
    sent = sent_rows(plan.all_rows, data)
    form = SharingForm(sent.rows, people(project), sent.data, sent.seen)
    if request.method != "POST":
        messages.warning(request, restore.RESTORED_NOTICE)
    elif form.is_valid():
        try:
            result = Task.share_out(project, request.user, form.values, sent.seen)
        except ValidationError as refused:
            form.refuse(refused)
        else:
            return _answer(request, project, plan, form, result._replace(gone=result.gone + sent.missing))
    return _page(request, project, plan, form)


def _answer(
    request: AuthenticatedRequest, project: Project, plan: ProjectPlan, form: SharingForm, result: SharedOut
) -> HttpResponse:
    """Say what was stored; the page with the tasks alone that somebody else has changed, where there are any."""
    if result.gone:
        text = ngettext(
            "%(n)s task that you changed here is in the plan no longer. It is not saved.",
            "%(n)s tasks that you changed here are in the plan no longer. They are not saved.",
            result.gone,
        )
        messages.warning(request, text % {"n": result.gone})
    if result.changed:
        saved = ngettext("%(n)s task is saved.", "%(n)s tasks are saved.", result.changed)
        messages.success(request, saved % {"n": result.changed})
    elif not result.gone and not result.conflicts:
        messages.info(request, _("Nothing was changed, so nothing is saved."))
    if not result.conflicts:
        return redirect(request.get_full_path())
    seen = {key: fingerprint(task.shared_out) for key, task in result.conflicts.items()}
    rows = [form.rows[key] for key in result.conflicts]
    newest = max(result.conflicts.values(), key=lambda task: task.saved_at)
    again = SharingForm(rows, form.people, form.data, seen)
    again.full_clean()
    return _page(request, project, plan, again, conflict=form.differences(result.conflicts), saved_meanwhile=newest)


def _chosen(plan: ProjectPlan, phase: str) -> list[PlanRow]:
    """What is still to be done of this phase, or of the own tasks; of the whole plan where there is no such phase."""
    rows = {each.phase.slug: each.rows for each in plan.phases} | {OWN: plan.own}
    return [row for row in rows.get(phase, plan.rows) if row.is_waiting]


def _groups(form: SharingForm) -> list[tuple[str, list[SharedRow]]]:
    """The lines of the form by phase, the own tasks last."""
    groups: dict[str, list[SharedRow]] = {}
    for line in form.lines:
        groups.setdefault(str(line.row.phase) if line.row.phase else "", []).append(line)
    return list(groups.items())


def _choices(plan: ProjectPlan, path: str, chosen: str) -> list[tuple[str, int, str, bool, bool]]:
    """The choices of the page: label, number of tasks, address, whether it is chosen, whether the label is in Danish."""
    of_phases = [(str(each.phase), each.phase.slug, each.rows, True) for each in plan.phases]
    every = [(_("All"), "", plan.rows, False), *of_phases, (_("Own tasks"), OWN, plan.own, False)]
    is_known = any(value == chosen for _label, value, _rows, _is_danish in every)
    found = []
    for label, value, rows, is_danish in every:
        count = sum(row.is_waiting for row in rows)
        address = f"{path}?{PHASE}={value}" if value else path
        is_chosen = value == chosen if is_known else not value
        if count or is_chosen:
            found.append((label, count, address, is_chosen, is_danish))
    return found


def _page(
    request: AuthenticatedRequest, project: Project, plan: ProjectPlan, form: SharingForm, **context: Any
) -> HttpResponse:
    return project_page(
        request,
        project,
        "share_out",
        _("Share out the tasks"),
        section="activities",
        above=[(_("Activities"), reverse("projects:activities", args=project.address))],
        form=form,
        groups=_groups(form),
        choices=_choices(plan, request.path, request.GET.get(PHASE, "")),
        **context,
    )
