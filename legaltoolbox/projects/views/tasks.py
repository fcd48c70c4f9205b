"""The activities of a project with their checklists, the project's own tasks, and the plan as a spreadsheet and a calendar."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kl_ai.drafts.parts import ChangedMeanwhile, Difference, PageSave, differences, fingerprint, new_page
from kl_ai.export.downloads import file_response
from kl_ai.login import restore
from kl_ai.pages.expensive import expensive
from kl_ai.requests.http import AuthenticatedRequest, get_and_post
from legaltoolbox import plans
from legaltoolbox.catalogue import Catalogue
from legaltoolbox.files.calendar import CALENDAR_TYPE
from legaltoolbox.left_out import not_applicable_reason
from legaltoolbox.linking import linker
from legaltoolbox.models import Activity, DocumentTemplate
from legaltoolbox.screening import Band, verdict

from ..files import plan_calendar, plan_workbook
from ..models import ChecklistAnswer, Project, ProjectDocument, Task, TaskState
from ..models.tasks import EMPTY
from ..rights import Right
from ..work import earlier
from ..work.discussions import discussion
from ..work.documents import BY_THE_PORTAL
from ..work.measures import ActionPlan, measure_rows
from ..work.plan import SELECTION_LABELS, ProjectPlan, RowChoice, is_in_plan, is_taken_up, project_plan
from ..work.project_catalogue import catalogue_for
from ..work.situations import situation_of
from .edited_forms import delete
from .lookups import own_project, project_page
from .task_forms import ActivityForm, OwnTaskForm, TaskForm

SELECTION = "vis"
"""The parameter of the address with the rows that the list shows."""


# The list -----------------------------------------------------------------------------------------


@never_cache
@require_safe
def activities(request: AuthenticatedRequest, code: str, number: int) -> HttpResponse:
    """`…/aktiviteter/`: the plan by phase, or those of its rows that `?vis=` asks for. Five queries at most."""
    project = own_project(request, code, number)
    plan = project_plan(project, catalogue_for(request, project), timezone.localdate())
    context = {**chosen_rows(request, plan), "may_write": project.may_now(Right.WRITE)}
    return project_page(request, project, "activities", _("Activities"), plan=plan, **context)


def chosen_rows(request: AuthenticatedRequest, plan: ProjectPlan | ActionPlan) -> dict[str, Any]:
    """The rows of the plan that `?vis=` asks for, all without it, and the links to each choice with its number. No query."""
    chosen = request.GET.get(SELECTION, "")
    selection = RowChoice(chosen) if chosen in list(RowChoice) else RowChoice.ALL
    path = request.path
    links = [
        (label, plan.count(value, request.user), f"{path}?{SELECTION}={value}" if value else path, value == selection)
        for value, label in SELECTION_LABELS.items()
    ]
    return {"shown": plan.selected(selection, request.user), "selection": selection.value, "selections": links}


def people(project: Project, owned: Any = None) -> dict[int, str]:
    """The keys and names of those who can own something, by name: who can write in the project. One query.

    The owner that the row has stays one of them, and is said not to write any more where that is so.
    """
    rows = project.members.who_can_write().select_related("member__user")
    names = {row.member_id: str(row.member.user) for row in rows}
    if owned is not None and owned.owner is not None and owned.owner.pk not in names:
        names[owned.owner.pk] = _("%(name)s (can no longer write)") % {"name": owned.owner.user}
    return dict(sorted(names.items(), key=lambda item: item[1].casefold()))


# An activity --------------------------------------------------------------------------------------


@never_cache
@get_and_post
@restore.restorable
def activity(request: AuthenticatedRequest, code: str, number: int, activity: str) -> HttpResponse:
    """`…/aktiviteter/<code>/`: text, task and checklist; POST saves task and answers, or shows what somebody else saved.

    Nine queries, one more where something is commented, and one at a decision point.
    """
    project = own_project(request, code, number, Right.WRITE if request.method == "POST" else Right.READ)
    catalogue = catalogue_for(request, project)
    item = catalogue.find(Activity.KIND, activity) or catalogue.find(Activity.KIND, activity.upper())
    if item is None:
        raise Http404
    checks = catalogue.checklist_rows(item)
    rows = list(project.checklist_answers.of_activity(item.code))
    stored_task = project.tasks.with_people().filter(activity=item.code).first()
    content = stored_task.content if stored_task else EMPTY
    stored = ChecklistAnswer.contents(rows, [check.reference for check, _sources in checks])
    typed = request.POST if request.method == "POST" else restore.restore_input(request)
    form = ActivityForm(
        checks, people(project, stored_task), typed, initial={**content, **ActivityForm.initial_answers(stored)}
    )
    context: dict[str, Any] = {"task": stored_task, "rows": rows, "seen": (fingerprint(content), fingerprint(stored))}
    if typed is not None:
        context["seen"] = (typed.get("seen", ""), typed.get("seen_answers", ""))
    if request.method == "POST":
        return _save_activity(request, project, catalogue, item, form, context)
    if typed is not None:
        messages.warning(request, restore.RESTORED_NOTICE)
    return _activity_page(request, project, catalogue, item, form, context)


def _save_activity(
    request: AuthenticatedRequest,
    project: Project,
    catalogue: Catalogue,
    item: Activity,
    form: ActivityForm,
    context: dict[str, Any],
) -> HttpResponse:
    """Store the form and lead to the list; the page with what was typed where that is not possible."""
    if form.is_valid():
        try:
            Task.save_activity(project, request.user, item.code, form.values, form.answers, seen=context["seen"])
        except ChangedMeanwhile as changed:
            answers = {key: changed.stored[key] for key in form.answers}
            task_content = {name: changed.stored[name] for name in form.values}
            context |= {
                "seen": (fingerprint(task_content), fingerprint(answers)),
                "conflict": _differences(form, changed.stored, {**form.values, **form.answers}),
                "saved_meanwhile": changed.saved,
            }
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, _("%(activity)s is saved.") % {"activity": item.code})
            return redirect(reverse("projects:activities", args=project.address) + f"#{item.code}")
    return _activity_page(request, project, catalogue, item, form, context)


def _activity_page(
    request: AuthenticatedRequest,
    project: Project,
    catalogue: Catalogue,
    item: Activity,
    form: ActivityForm,
    context: dict[str, Any],
) -> HttpResponse:
    situation = situation_of(project, project.screening_answers.all(), catalogue)
    applies = verdict(item, catalogue, situation)
    asked = {check.reference for check, _sources in form.checks}
    rows = {row.key: row for row in context.pop("rows")}
    return project_page(
        request,
        project,
        "activity",
        f"{item.code} {item.title}",
        text_keys=[(Activity.KIND, item.code)],
        section="activities",
        above=_above(project),
        item=item,
        linker=linker(catalogue),
        applies=applies,
        why_not=not_applicable_reason(item, catalogue, situation) if applies.band is Band.NOT_APPLICABLE else "",
        participants=plans.participants(item, catalogue),
        outputs=_outputs(project, catalogue.linked(item, DocumentTemplate.KIND)),
        decided=project.decisions.filter(point=item.code).first() if item.is_decision_point else None,
        may_decide=project.may_now(Right.DECIDE),
        is_in_plan=is_in_plan(applies.band, is_taken_up=is_taken_up(context["task"])),
        form=form,
        checks=[(check, sources, rows.get(check.reference)) for check, sources in form.checks],
        earlier=earlier.of_checklist(project, item.code, asked, rows.values()),
        may_write=project.may_now(Right.WRITE) or form.is_bound,
        discussion=discussion(project, item.code),
        **context,
    )


def _outputs(
    project: Project, templates: Iterable[DocumentTemplate]
) -> list[tuple[DocumentTemplate, ProjectDocument | None, bool]]:
    """The templates of an activity, each with the project's newest document of it, and whether the portal fills it in. One query."""
    newest = {document.template: document for document in project.documents.with_conditions().order_by("version")}
    return [(template, newest.get(template.code), template.code in BY_THE_PORTAL) for template in templates]


def _differences(form: TaskForm, stored: Mapping[str, Any], typed: Mapping[str, Any]) -> list[Difference]:
    """What is stored otherwise than it was typed, in the words of the form."""
    answers = dict(ChecklistAnswer.Value.choices)

    def heading(name: str) -> str:
        field = form.fields.get(name) or form.fields[f"answer-{name}"]
        return str(field.label)

    def text(name: str, value: Any) -> str:
        if isinstance(value, tuple):
            return "\n".join(part for part in (str(answers.get(value[0], "")), value[1]) if part)
        if name == "owner":
            return form.people.get(value, "")
        return str(TaskState(value).label) if name == "state" else str(value or "")

    return differences(stored, typed, heading, text)


# Own tasks ----------------------------------------------------------------------------------------


@never_cache
@get_and_post
@restore.restorable
def new_task(request: AuthenticatedRequest, code: str, number: int) -> HttpResponse:
    """`…/opgaver/ny/`: a task of the project's own; a second click makes no second one. Two queries."""
    project = own_project(request, code, number, Right.WRITE)
    typed = request.POST if request.method == "POST" else restore.restore_input(request)
    form = OwnTaskForm(people(project), typed, initial=EMPTY)
    if request.method == "POST" and form.is_valid():
        try:
            added = Task.add_own(project, request.user, form.values, PageSave.from_post(request.POST).page)
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, _("“%(title)s” is added.") % {"title": added.title})
            return redirect(reverse("projects:activities", args=project.address) + "#own")
    page = PageSave.from_post(typed or {}).page or new_page()
    return _task_page(request, project, _("New task"), form, page=page)


@never_cache
@get_and_post
@restore.restorable
def task(request: AuthenticatedRequest, code: str, number: int, pk: int) -> HttpResponse:
    """`…/opgaver/<pk>/`: an own task; POST saves it, or shows what somebody else saved. Three queries."""
    project = own_project(request, code, number, Right.WRITE if request.method == "POST" else Right.READ)
    stored = _own_task(project, pk)
    typed = request.POST if request.method == "POST" else restore.restore_input(request)
    form = OwnTaskForm(people(project, stored), typed, initial=stored.content)
    context: dict[str, Any] = {"seen": typed.get("seen", "") if typed else fingerprint(stored.content)}
    if request.method == "POST" and form.is_valid():
        try:
            stored.edit_own(request.user, form.values, context["seen"])
        except ChangedMeanwhile as changed:
            context |= {
                "seen": fingerprint(changed.stored),
                "conflict": _differences(form, changed.stored, form.values),
                "saved_meanwhile": changed.saved,
            }
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, _("“%(title)s” is saved.") % {"title": form.values["title"]})
            return redirect(reverse("projects:activities", args=project.address) + "#own")
    return _task_page(request, project, stored.title, form, task=stored, **context)


@never_cache
@get_and_post
def delete_task(request: AuthenticatedRequest, code: str, number: int, pk: int) -> HttpResponse:
    """`…/opgaver/<pk>/slet/`: asks, and deletes by POST; a second click finds it gone and leads to the list."""
    project = own_project(request, code, number, Right.WRITE)
    if request.method == "POST":
        if delete(request, project, project.tasks.own().filter(pk=pk).first()):
            return redirect("projects:activities", *project.address)
        return redirect("projects:task", *project.address, pk)
    stored = _own_task(project, pk)
    title = _("Delete “%(title)s”?") % {"title": stored.title}
    return project_page(
        request,
        project,
        "task_delete",
        title,
        section="activities",
        above=_above(project),
        task=stored,
        seen=fingerprint(stored.content),
    )


def _own_task(project: Project, pk: int) -> Task:
    """The project's own task; 404 where there is none. One query."""
    found: Task | None = project.tasks.own().with_people().filter(pk=pk).first()
    if found is None:
        raise Http404
    found.project = project
    return found


def _above(project: Project) -> list[tuple[str, str]]:
    return [(_("Activities"), reverse("projects:activities", args=project.address))]


def _task_page(
    request: AuthenticatedRequest, project: Project, title: str, form: OwnTaskForm, **context: Any
) -> HttpResponse:
    context |= {"form": form, "may_write": project.may_now(Right.WRITE) or form.is_bound}
    return project_page(request, project, "task", title, section="activities", above=_above(project), **context)


# Files --------------------------------------------------------------------------------------------


@never_cache
@require_safe
@expensive
def plan_xlsx(request: AuthenticatedRequest, code: str, number: int) -> HttpResponseBase:
    """`…/plan.xlsx`: the plan and the measures as a workbook. Seven queries."""
    project = own_project(request, code, number)
    catalogue, today = catalogue_for(request, project), timezone.localdate()
    plan, measures = project_plan(project, catalogue, today), measure_rows(project, catalogue, today)
    return plan_workbook.workbook(project, plan, measures, request.build_absolute_uri)


@never_cache
@require_safe
@expensive
def plan_ics(request: AuthenticatedRequest, code: str, number: int) -> HttpResponseBase:
    """`…/plan.ics`: what has a day and is still to be done, as a calendar; without any back to the list. Seven queries."""
    project = own_project(request, code, number)
    catalogue, today = catalogue_for(request, project), timezone.localdate()
    plan, measures = project_plan(project, catalogue, today), measure_rows(project, catalogue, today)
    dated = plan_calendar.dated(plan, measures)
    if not dated:  # RFC 5545 knows no calendar without an entry
        messages.info(request, _("No task or measure has a day yet, so there is no calendar to fetch."))
        return redirect("projects:activities", *project.address)
    content = plan_calendar.calendar(project, dated, request.build_absolute_uri)
    return file_response(plan_calendar.file_name(project), content, CALENDAR_TYPE)
