"""What a project has answered to the toolbox's questions about its solution."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _

from kl_ai.drafts.parts import changed_items
from kl_ai.validators import validate_text

from .events import ProjectEvent


class ScreeningAnswer(models.Model):
    """What the project answers to one of the toolbox's questions about the solution, and why."""

    class Value(models.TextChoices):
        YES = "yes", _("yes")
        NO = "no", _("no")
        UNKNOWN = "unknown", _("not known yet")

    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="screening_answers")
    question = models.SlugField(_("question"), max_length=30)
    value = models.CharField(_("answer"), max_length=10, choices=Value)
    why = models.TextField(_("why"), max_length=2000, blank=True, validators=[validate_text])

    objects: ClassVar = models.Manager()

    class Meta:
        verbose_name = _("answer about the solution")
        verbose_name_plural = _("answers about the solution")
        constraints = (models.UniqueConstraint(fields=("project", "question"), name="answer_once_per_project"),)

    def __str__(self) -> str:
        return f"{self.question}: {self.value}"

    @classmethod
    def store(cls, project: Any, by: Any, answers: "Answers", seen: str | None) -> int:
        """Store what differs, in the caller's transaction, with an event for each; how many answers that were.

        `seen` is the fingerprint of what the page has shown (`answers_shown`). Raises `ChangedMeanwhile` where somebody else
        has stored other answers since; with None nothing is compared. Two queries, and two or three for each change.
        """
        rows = list(project.screening_answers.all())
        stored = answers_shown(rows, answers)
        if seen is None:
            changed = {code: value for code, value in answers.items() if stored[code] != value}
        else:
            changed = changed_items(stored, answers, seen, lambda: last_change(project, ProjectEvent.What.ANSWERED))
        for code, (value, why) in changed.items():
            if value:
                cls.objects.update_or_create(project=project, question=code, defaults={"value": value, "why": why})
            else:
                cls.objects.filter(project=project, question=code).delete()
            ProjectEvent.record(
                project, ProjectEvent.What.ANSWERED, by, code, old=stored[code][0], new=value, reason=why
            )
        return len(changed)


Answers = Mapping[str, tuple[str, str]]
"""Codes of questions to the answer, a `ScreeningAnswer.Value` or "" for none, and why."""


class LastChange(NamedTuple):
    """When and by whom something was changed last, as the page of a conflict shows it."""

    saved_at: Any
    saved_by: Any


def answers_of(rows: Iterable[ScreeningAnswer]) -> dict[str, str]:
    """The answers that decide what applies, as `Situation` holds them: what is not known yet counts as not answered. No query."""
    return {row.question: row.value for row in rows if row.value != ScreeningAnswer.Value.UNKNOWN}


def answers_shown(rows: Iterable[ScreeningAnswer], codes: Iterable[str]) -> dict[str, tuple[str, str]]:
    """What a page with these questions shows of the answers: ("", "") where there is none. No query."""
    stored = {row.question: (row.value, row.why) for row in rows}
    return {code: stored.get(code, ("", "")) for code in codes}


def last_change(project: Any, what: str) -> LastChange | None:
    """The last of the project's events of this kind; None where there is none. One query."""
    event = project.events.filter(what=what).select_related("actor").first()
    return LastChange(event.at, event.actor) if event else None
