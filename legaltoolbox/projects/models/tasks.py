"""The tasks of a project and its answers to the checklists.

An activity of the catalogue has a row from the first write on: without one it is open, and nobody's. Tasks that the
project has added itself have a title and no activity. The texts stand in the catalogue and are not copied.
"""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kl_ai.drafts.parts import ChangedMeanwhile, changed_items
from kl_ai.validators import validate_line, validate_text

from .edited import refuse_unseen, value_in_event
from .events import ProjectEvent
from .municipalities import MunicipalityMember
from .opinions import Decision
from .project_lookups import ProjectStatus
from .projects import Project, ProjectMember

What = ProjectEvent.What
MOST_OWN_TASKS = 500
"""Tasks that a project can add to the activities of the catalogue."""
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
        tasks = self.filter(Exists(is_in), ~Exists(decided), state__in=WAITING, project__status=ProjectStatus.ACTIVE)
        return tasks.order_by(F("due").asc(nulls_last=True), "project_id", "activity", "pk")

    def of_person(self, user: Any) -> "TaskQuerySet":
        """What is still to be done by the user, of all municipalities and projects that the user is in. One query."""
        return self.waiting().filter(owner__user=user.pk).select_related("project__municipality")


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
                raise ValidationError(
                    {"owner": gettext("This person cannot write in the project. Choose another one.")}
                )

    def _place(self, name: str) -> str:
        """Where an event says that a field was changed: "A25.due", "Aftal et møde.due"."""
        return f"{self.activity or self.title[:PLACE_LETTERS]}.{name}"


class ChecklistAnswerQuerySet(models.QuerySet["ChecklistAnswer"]):
    def of_activity(self, activity: str) -> "ChecklistAnswerQuerySet":
        """The answers to one checklist, with who gave them. One query."""
        return self.filter(activity=activity).select_related("saved_by")


class ChecklistAnswer(models.Model):
    """What a project answers to one question of an activity's checklist. Rows without value and note are not stored."""

    class Value(models.TextChoices):
        YES = "yes", _("yes")
        NO = "no", _("no")
        NOT_RELEVANT = "not-relevant", _("not relevant")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="checklist_answers")
    activity = models.SlugField(_("activity"), max_length=10)
    key = models.SlugField(_("key"), max_length=20)
    """The key of the question in its checklist (`StableRow.key`)."""
    value = models.CharField(_("answer"), max_length=12, choices=Value, blank=True)
    note = models.TextField(_("note"), max_length=2000, blank=True, validators=[validate_text])
    saved_at = models.DateTimeField(_("saved"), default=timezone.now, editable=False)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )

    objects: ClassVar = ChecklistAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer to a checklist")
        verbose_name_plural = _("answers to checklists")
        ordering = ("project", "activity", "key")
        constraints = (
            models.UniqueConstraint(fields=("project", "activity", "key"), name="checklist_answer_once_per_project"),
        )

    def __str__(self) -> str:
        return f"{self.place}: {self.value}"

    @property
    def place(self) -> str:
        """The question as pages cite it, "A25.3"."""
        return f"{self.activity}.{self.key}"

    @staticmethod
    def contents(rows: Iterable["ChecklistAnswer"], keys: Iterable[str]) -> dict[str, tuple[str, str]]:
        """Value and note of each of the questions with these keys; two empty texts for one without a row. No query."""
        stored = {row.key: (row.value, row.note) for row in rows}
        return {key: stored.get(key, ("", "")) for key in keys}

    def _store(self, by: Any, value: str, note: str) -> None:
        """Store the answer, in the caller's transaction, with one event; both empty take it away."""
        old, self.value, self.note = self.value, value, note
        self.saved_at, self.saved_by = timezone.now(), by
        if value or note:
            self.full_clean()
            self.save()
        elif self.pk:
            self.delete()
        ProjectEvent.record(self.project, What.CHECKLIST, by, self.place, old=old, new=value, reason=note)


def _time(row: ChecklistAnswer) -> Any:
    return row.saved_at


class TaskMailStop(models.Model):
    """Somebody who wants no weekly mail about tasks. Without a row the mail comes."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="task_mail_stop")
    stopped_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar = models.Manager()

    class Meta:
        verbose_name = _("stop of the weekly mail")
        verbose_name_plural = _("stops of the weekly mail")

    def __str__(self) -> str:
        return str(self.user)

    @classmethod
    def switch(cls, user: Any, *, wants_mail: bool) -> None:
        """Store whether the user wants the weekly mail; again and again gives the same. At most two queries."""
        if wants_mail:
            cls.objects.filter(user=user).delete()
        else:
            cls.objects.get_or_create(user=user)
