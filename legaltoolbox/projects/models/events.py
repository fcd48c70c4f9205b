"""The log of a project: who changed what, when, from what to what. Each verb appends one event in its transaction."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

PLACE_LETTERS = 80
POINT_LETTER = "P"
"""The code of a decision point begins with it ("P1"); those of templates, which are decided on too, do not."""
LONGEST = 500
"""Letters of a value that an event keeps; the whole text of a field is in its own history."""


def cut(text: str, longest: int = LONGEST) -> str:
    """The text with `longest` letters at most, as an event keeps it: a longer one ends with "…" behind a whole word."""
    if len(text) <= longest:
        return text
    start = text[:longest]
    words = start[: max(start.rfind(" "), start.rfind("\n"))].rstrip(" \n,;:")
    return (words or start[:-1]) + "…"


class ProjectEventQuerySet(models.QuerySet["ProjectEvent"]):
    def with_people(self) -> "ProjectEventQuerySet":
        """With who did it and whom it is about. No query of its own."""
        return self.select_related("actor", "person", "person_before")

    def unanswered_points(self) -> "list[ProjectEvent]":
        """Of these events the newest request for a decision at each point of each project, where none has come since. One query."""
        what = ProjectEvent.What
        newest: dict[tuple[int, str], ProjectEvent] = {}
        steps = self.filter(what__in=(what.TO_MANAGEMENT, what.DECIDED), place__startswith=POINT_LETTER)
        for event in steps.order_by("at", "pk"):
            newest[event.project_id, event.place] = event
        return [event for event in newest.values() if event.what == what.TO_MANAGEMENT]


class ProjectEvent(models.Model):
    """One change of a project. Appended, never changed; deleted with the project."""

    class What(models.TextChoices):
        CREATED = "created", _("created the project")
        IMPORTED = "imported", _("made the project from a file")
        STARTED = "started", _("made the project from a shared one")
        EDITED = "edited", _("changed the project’s details")
        ANSWERED = "answered", _("changed the answers about the solution")
        CLOSED = "closed", _("closed the project")
        REOPENED = "reopened", _("reopened the project")
        MEMBER_ADDED = "member-added", _("let somebody in")
        MEMBER_ROLE = "member-role", _("gave somebody another role")
        MEMBER_REMOVED = "member-removed", _("removed somebody")
        HANDED_OVER = "handed-over", _("handed over a place in the project, with its tasks")
        TASK = "task", _("changed a task")
        TASK_ADDED = "task-added", _("added a task")
        TASK_DELETED = "task-deleted", _("deleted a task")
        CHECKLIST = "checklist", _("answered a checklist")
        COMMENTED = "commented", _("commented")
        DOCUMENT = "document", _("began a document")
        FACT = "fact", _("changed what the documents share")
        SECTION = "section", _("filled in a document")
        RISK = "risk", _("assessed a risk")
        RISK_ADDED = "risk-added", _("added a risk")
        RISK_DELETED = "risk-deleted", _("deleted a risk")
        MEASURE = "measure", _("changed a measure")
        MEASURE_ADDED = "measure-added", _("added a measure")
        MEASURE_DELETED = "measure-deleted", _("deleted a measure")
        REQUIREMENT = "requirement", _("assessed a requirement")
        EVIDENCE_ADDED = "evidence-added", _("added evidence")
        EVIDENCE_DELETED = "evidence-deleted", _("deleted evidence")
        BASIS = "basis", _("changed the legal basis")
        BASIS_ADDED = "basis-added", _("added a legal basis")
        BASIS_DELETED = "basis-deleted", _("deleted a legal basis")
        RESOLVED = "resolved", _("ended a discussion")
        ASKED = "asked-dpo", _("asked the data protection officer")
        OPINION = "opinion", _("gave an opinion")
        ANSWERED_ADVICE = "answered-advice", _("answered the advice")
        TO_MANAGEMENT = "to-management", _("asked the management to decide")
        DECIDED = "decided", _("decided")
        CONDITIONS_MET = "conditions-met", _("wrote how the conditions of a decision are met")
        TAKEN_BACK = "taken-back", _("took a document back")
        SHARED = "shared", _("shared a copy of the project")
        SHARE_WITHDRAWN = "share-withdrawn", _("took a shared copy back")
        ANNOUNCED = "announced", _("announced the deletion")
        ANNEX = "annex", _("began a requirement annex")
        ANNEX_EDITED = "annex-edited", _("changed a requirement annex")
        ANNEX_DELETED = "annex-deleted", _("deleted a requirement annex")
        ANNEX_SENT = "annex-sent", _("sent a requirement annex to its recipients")
        ANNEX_CLOSED = "annex-closed", _("ended the time for answers to a requirement annex")
        ANNEX_DEADLINE = "annex-deadline", _("moved the deadline of a requirement annex")
        RECIPIENT = "recipient", _("added a recipient of a requirement annex")
        RECIPIENT_REMOVED = "recipient-removed", _("took a recipient off a requirement annex")
        LINK_RENEWED = "link-renewed", _("gave a recipient a new link")
        LINK_REVOKED = "link-revoked", _("ended a recipient’s link")
        VENDOR_ASKED = "vendor-asked", _("asked about a requirement annex")
        ANSWERED_QUESTION = "answered-question", _("answered a question about a requirement annex")
        HANDED_IN = "handed-in", _("handed in answers to a requirement annex")
        ENTERED = "entered", _("entered answers that came on paper")
        CHOSEN = "chosen", _("chose a vendor")
        TEXT_DECIDED = "text-decided", _("decided on a changed text")
        TEXTS_TAKEN_OVER = "texts-taken-over", _("took over changed texts")
        ASSESSED_AGAIN = "assessed-again", _("assessed again")

    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField(_("time"), default=timezone.now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    what = models.CharField(_("what"), max_length=20, choices=What)
    place = models.CharField(_("where"), max_length=PLACE_LETTERS, blank=True)
    """What was changed: the code of an item ("A25"), or of a row in it ("A25.3")."""
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("person")
    )
    """Whom the change is about: who was let in, or who has a task from now on. Names stand in no text."""
    person_before = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("person before"),
    )
    """Who had before what `person` has now."""
    old = models.CharField(_("before"), max_length=LONGEST, blank=True)
    new = models.CharField(_("after"), max_length=LONGEST, blank=True)
    reason = models.CharField(_("reason"), max_length=LONGEST, blank=True)

    objects: ClassVar = ProjectEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of a project")
        verbose_name_plural = _("changes of projects")
        ordering = ("-at", "-pk")
        indexes = (models.Index(fields=("project", "-at"), name="project_event_at"),)

    def __str__(self) -> str:
        return f"{self.get_what_display()} {timezone.localtime(self.at):%Y-%m-%d %H:%M}"

    @classmethod
    def unsaved(
        cls,
        project: Any,
        what: str,
        actor: Any,
        place: str = "",
        *,
        old: str = "",
        new: str = "",
        reason: str = "",
        person: Any = None,
        person_before: Any = None,
    ) -> "ProjectEvent":
        """An event that is not stored yet, for verbs that store many at once; longer values are cut. No query."""
        return cls(
            project=project,
            what=what,
            actor=actor,
            place=place[:PLACE_LETTERS],
            old=cut(old),
            new=cut(new),
            reason=cut(reason),
            person=person,
            person_before=person_before,
        )

    @classmethod
    def record(cls, *about: Any, **values: Any) -> "ProjectEvent":
        """A new event, in the caller's transaction; the arguments are those of `unsaved`. One query."""
        event = cls.unsaved(*about, **values)
        event.save(force_insert=True)
        return event
