"""The tasks of a project.

An activity of the catalogue has a row from the first write on: without one it is open, and nobody's. Tasks that the
project has added itself have a title and no activity. The texts stand in the catalogue and are not copied.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kl_ai.drafts.parts import ChangedMeanwhile, changed_items, fingerprint
from kl_ai.validators import validate_line, validate_text

from .checklist_answers import ChecklistAnswer
from .edited import refuse_unseen, value_in_event
from .events import ProjectEvent
from .municipalities import MunicipalityMember
from .opinions import Decision
from .project_lookups import ProjectStatus
from .projects import Project, ProjectMember

What = ProjectEvent.What
MOST_OWN_TASKS = 500
"""Tasks that a project can add to the activities of the catalogue."""
CANNOT_WRITE = _("This person cannot write in the project. Choose another one.")
PLACE_LETTERS = 60
"""Letters of an own task's title that stand in an event."""


class TaskState(models.TextChoices):
    OPEN = "open", _("open")
    UNDER_WAY = "under-way", _("under way")
    DONE = "done", _("done")
    NOT_RELEVANT = "not-relevant", _("not relevant")


WAITING = (TaskState.OPEN, TaskState.UNDER_WAY)
"""The states in which something is still to be done."""
EMPTY: dict[str, Any] = {"owner": None, "due": None, "state": TaskState.OPEN.value, "reason": "", "note": ""}
"""What a task holds that nobody has written anything about."""


class TaskQuerySet(models.QuerySet["Task"]):
    def own(self) -> "TaskQuerySet":
        """The tasks that the project has added itself."""
        return self.filter(activity="")

    def to_do(self) -> "TaskQuerySet":
        """The tasks that are neither done nor left out."""
        return self.filter(state__in=WAITING)

    def with_people(self) -> "TaskQuerySet":
        """With the owner and who saved the task last. No query of its own."""
        return self.select_related("owner__user", "saved_by")

    def with_owners(self) -> "TaskQuerySet":
        """With the owners, each person once however many tasks they have. One query beside that of the tasks."""
        return self.prefetch_related(models.Prefetch("owner", MunicipalityMember.objects.select_related("user")))

    def waiting(self) -> "TaskQuerySet":
        """What is still to be done in projects that are active, by somebody who is in the project, the first day first.

        A decision point at which the management has decided is done.
        """
        is_in = ProjectMember.objects.filter(project=OuterRef("project"), member=OuterRef("owner"))
        decided = Decision.objects.filter(project=OuterRef("project"), point=OuterRef("activity")).exclude(point="")
        tasks = self.to_do().filter(Exists(is_in), ~Exists(decided), project__status=ProjectStatus.ACTIVE)
        return tasks.order_by(F("due").asc(nulls_last=True), "project_id", "activity", "pk")

    def of_person(self, user: Any) -> "TaskQuerySet":
        """What is still to be done by the user, of all municipalities and projects that the user is in. One query."""
        return self.waiting().filter(owner__user=user.pk).select_related("project__municipality")


class SharedOut(NamedTuple):
    """What came of storing owner and day of several tasks."""

    changed: int
    """The number of tasks that were changed."""
    conflicts: "dict[str, Task]"
    """By their keys the tasks that somebody else has changed meanwhile, as they are stored; nothing was written there."""
    gone: int
    """The number of own tasks that somebody has deleted meanwhile."""


class Task(models.Model):
    """What a project does about an activity, or a task of its own: who, until when, how far."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="tasks", verbose_name=_("project"))
    activity = models.SlugField(_("activity"), max_length=10, blank=True)
    """The code of the catalogue's activity; "" for a task of the project's own."""
    title = models.CharField(_("title"), max_length=150, blank=True, validators=[validate_line])
    """Of an own task; an activity has its title in the catalogue."""
    owner = models.ForeignKey(
        MunicipalityMember,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="tasks",
        verbose_name=_("owner"),
    )
    due = models.DateField(_("due"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=TaskState, default=TaskState.OPEN)
    reason = models.TextField(_("reason"), max_length=1000, blank=True, validators=[validate_text])
    note = models.TextField(_("note"), max_length=4000, blank=True, validators=[validate_text])
    done_at = models.DateTimeField(_("done"), null=True, blank=True, editable=False)
    page = models.CharField(max_length=32, blank=True, default="", editable=False)
    """The page whose form made an own task, so that a second click makes no second one."""
    saved_at = models.DateTimeField(_("saved"), default=timezone.now, editable=False)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )

    objects: ClassVar = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        ordering = ("project", "activity", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("project", "activity"), condition=~Q(activity=""), name="activity_once_per_project"
            ),
            models.UniqueConstraint(fields=("project", "page"), condition=~Q(page=""), name="task_once_per_page"),
            models.CheckConstraint(
                condition=Q(activity="") & ~Q(title="") | ~Q(activity="") & Q(title=""), name="own_task_has_a_title"
            ),
            models.CheckConstraint(
                condition=~Q(state=TaskState.NOT_RELEVANT) | ~Q(reason=""), name="not_relevant_has_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(state=TaskState.DONE, done_at__isnull=False)
                | ~Q(state=TaskState.DONE) & Q(done_at__isnull=True),
                name="done_task_has_a_time",
            ),
        )

    def __str__(self) -> str:
        return self.activity or self.title

    @property
    def is_own(self) -> bool:
        """Whether the project has added the task itself."""
        return not self.activity

    @property
    def is_waiting(self) -> bool:
        return self.state in WAITING

    @property
    def content(self) -> dict[str, Any]:
        """What a page shows and sends back, by the names of its fields. No query."""
        values = {name: getattr(self, name) for name in EMPTY if name != "owner"} | {"owner": self.owner_id}
        return values | ({"title": self.title} if self.is_own else {})

    @property
    def key(self) -> str:
        """What a page with several tasks calls it: the activity's code, or the number of an own task."""
        return self.activity or str(self.pk)

    @property
    def shared_out(self) -> dict[str, Any]:
        """What `share_out` stores, by the names of its fields. No query."""
        return {"owner": self.owner_id, "due": self.due}

    def clean(self) -> None:
        """Refuse a task that is not relevant, and does not say why."""
        if self.state == TaskState.NOT_RELEVANT and not self.reason:
            raise ValidationError({"reason": gettext("Write why the task is not relevant.")})

    # Verbs ----------------------------------------------------------------------------------

    @classmethod
    def save_activity(
        cls,
        project: Project,
        by: Any,
        activity: str,
        values: Mapping[str, Any],
        answers: Mapping[str, tuple[str, str]],
        *,
        seen: tuple[str, str],
    ) -> bool:
        """Store the task of an activity and answers to its checklist (key of the row to value and note); whether any changed.

        `seen` are the fingerprints of `content` and of `ChecklistAnswer.contents` that the page had shown. Raises
        `ChangedMeanwhile` where somebody else has stored something else since then, with both as `stored`; then nothing
        is written. Raises `ValidationError` for a closed project and for wrong values. An event for each change.
        """
        with transaction.atomic():
            project.lock()
            task = project.tasks.with_people().filter(activity=activity).first()
            task = task or cls(project=project, activity=activity)
            rows = {row.key: row for row in project.checklist_answers.of_activity(activity)}
            stored, stored_answers = task.content, ChecklistAnswer.contents(rows.values(), answers)
            try:
                changed = changed_items(stored, values, seen[0], lambda: task if task.pk else None)
                changed_answers = changed_items(
                    stored_answers, answers, seen[1], lambda: max(rows.values(), key=_time, default=None)
                )
            except ChangedMeanwhile as conflict:
                raise ChangedMeanwhile({**stored, **stored_answers}, conflict.saved) from None
            if changed:
                task._store(by, changed)
            for key, (value, note) in changed_answers.items():
                row = rows.get(key) or ChecklistAnswer(project=project, activity=activity, key=key)
                row._store(by, value, note)
            if changed or changed_answers:
                project.touch()
            return bool(changed or changed_answers)

    @classmethod
    def add_own(cls, project: Project, by: Any, values: Mapping[str, Any], page: str) -> "Task":
        """A new task of the project's own; the one that exists where `page` has made one already. Raises as `save_activity`."""
        with transaction.atomic():
            project.lock()
            made: Task | None = project.tasks.filter(page=page).first() if page else None
            if made is not None:
                return made
            if project.tasks.own().count() >= MOST_OWN_TASKS:
                raise ValidationError(
                    gettext("A project can have %(most)s tasks of its own. Delete some first.")
                    % {"most": MOST_OWN_TASKS}
                )
            task = cls(project=project, page=page, title=values["title"])
            task._store(by, {name: value for name, value in values.items() if name != "title"}, is_new=True)
            ProjectEvent.record(project, What.TASK_ADDED, by, new=task.title)
            project.touch()
            return task

    def edit_own(self, by: Any, values: Mapping[str, Any], seen: str) -> bool:
        """Store an own task; whether anything changed. Raises as `save_activity`, and where somebody has deleted it."""
        with transaction.atomic():
            self.project.lock()
            task = self._again()
            if task is None:
                raise ValidationError(gettext("Somebody has deleted this task meanwhile."))
            changed = changed_items(task.content, values, seen, lambda: task)
            if changed:
                task._store(by, changed)
                task.project.touch()
            return bool(changed)

    @classmethod
    def share_out(
        cls, project: Project, by: Any, typed: Mapping[str, Mapping[str, Any]], seen: Mapping[str, str]
    ) -> SharedOut:
        """Store owner and day of several tasks, by their keys, with an event for each field that changes.

        `seen` are the fingerprints of `shared_out` that the page had shown: what was typed as it was shown stays as it is
        stored now. A task that somebody else has changed since is left alone, the others are stored. Raises
        `ValidationError` for a closed project, and by key for an owner who cannot write there; then nothing is written.
        Nine queries at most.
        """
        chosen = {key: values for key, values in typed.items() if fingerprint(values) != seen.get(key)}
        with transaction.atomic():
            project.lock()
            stored = {task.key: task for task in project.tasks.with_owners()}
            gone = [key for key in chosen if key.isdecimal() and key not in stored]
            tasks = {key: stored.get(key) or cls(project=project, activity=key) for key in chosen if key not in gone}
            changed, conflicts = {}, {}
            for key, task in tasks.items():
                task.project = project
                try:
                    values = changed_items(task.shared_out, chosen[key], seen.get(key, ""), lambda: None)
                except ChangedMeanwhile:
                    conflicts[key] = task
                else:
                    changed.update({key: values} if values else {})
            cls._store_shared_out(project, by, tasks, changed)
            return SharedOut(len(changed), conflicts, len(gone))

    @classmethod
    def _store_shared_out(
        cls, project: Project, by: Any, tasks: Mapping[str, "Task"], changed: Mapping[str, Mapping[str, Any]]
    ) -> None:
        """Store these values of the tasks, in the caller's transaction. Raises as `share_out`. Five queries at most."""
        owners = {values["owner"] for values in changed.values() if "owner" in values} - {None}
        rows = (
            project.members.who_can_write().filter(member__in=owners).select_related("member__user") if owners else ()
        )
        writers = {row.member_id: row.member for row in rows}
        refused = [key for key, values in changed.items() if values.get("owner") not in {None, *writers}]
        if refused:
            raise ValidationError(dict.fromkeys(refused, CANNOT_WRITE))
        events = []
        for key, values in changed.items():
            task = tasks[key]
            before, owner_before = task.shared_out, task.owner
            task.saved_at, task.saved_by = timezone.now(), by
            if "owner" in values:
                task.owner = writers.get(values["owner"])
                now, earlier = (owner.user if owner else None for owner in (task.owner, owner_before))
                place = task._place("owner")
                events.append(ProjectEvent.unsaved(project, What.TASK, by, place, person=now, person_before=earlier))
            if "due" in values:
                task.due = values["due"]
                old, new = value_in_event(before["due"]), value_in_event(task.due)
                events.append(ProjectEvent.unsaved(project, What.TASK, by, task._place("due"), old=old, new=new))
        if events:
            first = [tasks[key] for key in changed if tasks[key].pk is None]
            again = [tasks[key] for key in changed if tasks[key].pk is not None]
            Task.objects.bulk_create(first)
            Task.objects.bulk_update(again, ["owner", "due", "saved_at", "saved_by"])
            ProjectEvent.objects.bulk_create(events)
            project.touch()

    @property
    def name(self) -> str:
        """What the message about its deletion calls it."""
        return self.title

    def withdraw(self, by: Any, seen: str | None = None) -> None:
        """Delete an own task; nothing happens where it is gone. `seen` and what it raises are those of `DeletableRow.withdraw`."""
        with transaction.atomic():
            self.project.lock()
            task = self._again()
            if task is not None:
                refuse_unseen(task.content, seen)
                task.delete()
                ProjectEvent.record(self.project, What.TASK_DELETED, by, old=task.title)
                self.project.touch()

    def _again(self) -> "Task | None":
        """The own task as it is stored now, with the project that this one has. One query."""
        task: Task | None = self.project.tasks.own().with_people().filter(pk=self.pk).first()
        if task is not None:
            task.project = self.project
        return task

    def _store(self, by: Any, changed: Mapping[str, Any], *, is_new: bool = False) -> None:
        """Store these values, in the caller's transaction, with an event for each but where it `is_new`."""
        before, owner_before = self.content, self.owner
        if "owner" in changed:
            self._give_to(changed["owner"])
        for name, value in changed.items():
            if name != "owner":
                setattr(self, name, value)
        is_done = self.state == TaskState.DONE
        self.done_at = (self.done_at or timezone.now()) if is_done else None
        self.saved_at, self.saved_by = timezone.now(), by
        self.full_clean()
        self.save()
        for name in () if is_new else changed:
            reason = self.reason if name == "state" and self.state == TaskState.NOT_RELEVANT else ""
            values: dict[str, Any] = {
                "old": value_in_event(before[name]),
                "new": value_in_event(changed[name]),
                "reason": reason,
            }
            if name == "owner":
                owners = {"person": self.owner, "person_before": owner_before}
                values = {role: owner.user if owner else None for role, owner in owners.items()}
            ProjectEvent.record(self.project, What.TASK, by, self._place(name), **values)

    def _give_to(self, key: int | None) -> None:
        """Set the owner. Raises `ValidationError` for somebody who cannot write in the project. One query."""
        self.owner = None
        if key is not None:
            writers = ProjectMember.objects.filter(project=self.project_id).who_can_write()
            rows = MunicipalityMember.objects.filter(pk=key, project_roles__in=writers)
            self.owner = rows.select_related("user").first()
            if self.owner is None:
                raise ValidationError({"owner": CANNOT_WRITE})

    def _place(self, name: str) -> str:
        """Where an event says that a field was changed: "A25.due", "Aftal et møde.due"."""
        return f"{self.activity or self.title[:PLACE_LETTERS]}.{name}"


def _time(row: ChecklistAnswer) -> Any:
    return row.saved_at
