"""The answers of a project to the checklists of activities."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kl_ai.validators import validate_text

from .events import ProjectEvent
from .projects import Project

What = ProjectEvent.What


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
