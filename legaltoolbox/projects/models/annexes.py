"""Requirement annexes: requirements of a project with pinned texts, which vendors answer until a deadline.

A draft holds codes and uses alone. When the annex is sent, the texts that its preview showed are pinned, and no line of it
changes any more. All recipients have the same time: nobody at the municipality reads an answer before the deadline has
passed, or before the lead has ended the time for answers.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any, ClassVar, NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models, transaction
from django.db.models import Count, Max
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kl_ai.drafts.parts import changed_items, fingerprint
from kl_ai.text import has_web_address
from kl_ai.validators import validate_line, validate_text
from legaltoolbox.tender import Use

from ..days import LATEST
from .annex_lines import MOST_LINES, AnnexLine, PinnedLine
from .edited import value_in_event
from .events import ProjectEvent
from .projects import Project

What = ProjectEvent.What
MOST_ANNEXES = 50
"""Of a project."""
READ_FOR = timedelta(days=30)
"""So long after the deadline the recipients can still read the annex and their own answers."""
ANNEX_WORD = "bilag"
"""How an annex is called in the places of events: "bilag 1"."""


class AnnexStatus(models.TextChoices):
    DRAFT = "draft", _("draft")
    SENT = "sent", _("sent")
    CLOSED = "closed", _("closed")


class AnnexTransition(NamedTuple):
    """One change of an annex's status."""

    before: str
    after: str


ANNEX_TRANSITIONS: dict[str, AnnexTransition] = {
    What.ANNEX_SENT: AnnexTransition(AnnexStatus.DRAFT, AnnexStatus.SENT),
    What.ANNEX_CLOSED: AnnexTransition(AnnexStatus.SENT, AnnexStatus.CLOSED),
}


class Annex(models.Model):
    """Requirements that vendors are asked to answer."""

    FIELDS = ("title", "introduction", "contact", "deadline")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="annexes", verbose_name=_("project"))
    number = models.PositiveIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=120, validators=[validate_line])
    introduction = models.TextField(
        _("introduction"), max_length=4000, blank=True, validators=[MaxLengthValidator(4000), validate_text]
    )
    contact = models.CharField(_("contact"), max_length=200, validators=[validate_line])
    """Where vendors turn to, in plain text; a shared mailbox rather than a person."""
    deadline = models.DateField(_("deadline"))
    """Answers are taken until the end of this day, Danish time."""
    status = models.CharField(
        _("status"), max_length=10, choices=AnnexStatus, default=AnnexStatus.DRAFT, editable=False
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("created by"),
    )
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)
    """When the lead has ended the time for answers; None where the deadline ended it."""
    chosen = models.ForeignKey(
        "projects.Recipient",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("the vendor that the agreement is made with"),
    )
    page = models.CharField(max_length=32, blank=True, default="", editable=False)
    """The page whose form made it, so that a second click makes no second annex."""

    objects: ClassVar = models.Manager()

    class Meta:
        verbose_name = _("requirement annex")
        verbose_name_plural = _("requirement annexes")
        ordering = ("project", "number")
        constraints = (
            models.UniqueConstraint(fields=("project", "number"), name="annex_number_once_per_project"),
            models.CheckConstraint(
                condition=models.Q(status=AnnexStatus.DRAFT, sent_at=None)
                | (~models.Q(status=AnnexStatus.DRAFT) & models.Q(sent_at__isnull=False)),
                name="sent_annex_has_a_time",
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def place(self) -> str:
        """Where its events happen."""
        return f"{ANNEX_WORD} {self.number}"

    @property
    def address(self) -> tuple[str, int, int]:
        """The arguments of the annex's addresses. No query on `select_related`."""
        return (*self.project.address, self.number)

    @property
    def is_draft(self) -> bool:
        return self.status == AnnexStatus.DRAFT

    @property
    def is_past(self) -> bool:
        """Whether the deadline has passed. No query."""
        return timezone.localdate() > self.deadline

    @property
    def is_open(self) -> bool:
        """Whether it is sent and its time for answers is not over. No query."""
        return self.status == AnnexStatus.SENT and not self.is_past

    @property
    def takes_answers(self) -> bool:
        """As `is_open`; a closed project takes none. No query on `select_related`."""
        return self.is_open and self.project.is_active

    @property
    def are_answers_readable(self) -> bool:
        """Whether the municipality may read what was handed in: once the time for answers is over. No query."""
        return not self.is_draft and not self.is_open

    @property
    def is_expired(self) -> bool:
        """Whether its links have ended. No query."""
        return timezone.localdate() > self.deadline + READ_FOR

    @property
    def content(self) -> dict[str, Any]:
        """What the form of the annex shows and sends back, with `uses`, codes to uses in their order. One query."""
        return {name: getattr(self, name) for name in self.FIELDS} | {"uses": self.uses}

    @property
    def uses(self) -> dict[str, str]:
        """The codes of its requirements to their uses, in their order. One query."""
        return dict(self.lines.values_list("code", "use")) if self.pk else {}

    def clean(self) -> None:
        """Refuse a title with a web address: it stands in mails to people who do not know the sender."""
        if has_web_address(self.title):
            raise ValidationError({"title": gettext("Write the title without a web address or an e-mail address.")})
        if self.deadline and self.deadline > LATEST:
            raise ValidationError({"deadline": gettext("Write a year before 2100.")})

    def fingerprint_of(self, lines: Sequence[PinnedLine]) -> str:
        """The fingerprint of all that vendors see of the annex with these lines: the `seen` of `send`. No query."""
        fields = {name: getattr(self, name) for name in self.FIELDS}
        return fingerprint({**fields, "lines": [[line.code, line.use, line.title, line.text] for line in lines]})

    # A draft --------------------------------------------------------------------------------

    @classmethod
    def begin(cls, project: Project, by: Any, uses: Mapping[str, str], page: str = "", **values: Any) -> "Annex":
        """A new draft with these requirements (code to use); the same `page` again is the one that it has made.

        Raises `ValidationError` for values that cannot be, or too many annexes; and as `Project.lock`. Ten queries.
        """
        with transaction.atomic():
            project.lock()
            made: Annex | None = project.annexes.filter(page=page).first() if page else None
            if made is not None:
                return made
            numbers = project.annexes.aggregate(last=Max("number"), most=Count("pk"))
            if numbers["most"] >= MOST_ANNEXES:
                raise ValidationError(
                    gettext("A project can have %(most)s requirement annexes at most.") % {"most": MOST_ANNEXES}
                )
            annex = cls(project=project, number=(numbers["last"] or 0) + 1, created_by=by, page=page, **values)
            annex.full_clean()
            annex.save()
            annex._store_uses(uses)
            ProjectEvent.record(project, What.ANNEX, by, annex.place, new=annex.title)
            project.touch()
            return annex

    def edit(self, by: Any, typed: Mapping[str, Any], seen: str) -> bool:
        """Store what differs of a draft, as `content` gives it, with an event for each; whether anything does.

        `seen` is the fingerprint of what the page had shown. Raises `ChangedMeanwhile` where somebody has stored something
        else since, and `ValidationError` for what cannot be, or once it is sent.
        """
        with self._draft():
            stored = self.content
            changed = changed_items(stored, typed, seen, lambda: None, by=by)
            for name in self.FIELDS:
                if name in changed:
                    setattr(self, name, changed[name])
            self.full_clean()
            self.save()
            if "uses" in changed:
                self._store_uses(changed["uses"])
            for name, value in changed.items():
                words = {"old": _uses_text(stored[name]), "new": _uses_text(value)} if name == "uses" else {}
                words = words or {"old": value_in_event(stored[name]), "new": value_in_event(value)}
                ProjectEvent.record(self.project, What.ANNEX_EDITED, by, f"{self.place}.{name}", **words)
            if changed:
                self.project.touch()
            return bool(changed)

    def withdraw(self, by: Any) -> None:
        """Delete a draft. A second click changes nothing. Raises `ValidationError` once it is sent."""
        with transaction.atomic():
            self.project.lock()
            row = Annex.objects.filter(pk=self.pk).first()
            if row is None:
                return
            if not row.is_draft:
                raise ValidationError(gettext("The requirement annex is sent, and cannot be deleted."))
            row.delete()
            ProjectEvent.record(self.project, What.ANNEX_DELETED, by, self.place, old=row.title)
            self.project.touch()

    @contextmanager
    def _draft(self) -> Any:
        """A transaction in which the project is locked and the draft read anew. Raises `ValidationError` once it is sent."""
        with self.holding():
            if not self.is_draft:
                raise ValidationError(gettext("The requirement annex is sent, and cannot be changed."))
            yield

    def _store_uses(self, uses: Mapping[str, str]) -> None:
        """Make these the requirements of the draft, in this order. Raises `ValidationError` for uses that there are not."""
        if len(uses) > MOST_LINES or not set(uses.values()) <= set(Use.values):
            raise ValidationError(gettext("Choose the requirements, and for each how it is used."))
        self.lines.all().delete()
        AnnexLine.objects.bulk_create(
            AnnexLine(annex=self, position=position, code=code, use=use)
            for position, (code, use) in enumerate(uses.items(), 1)
        )

    # Verbs ----------------------------------------------------------------------------------

    @contextmanager
    def holding(self) -> Any:
        """A transaction in which the project is locked and the annex read anew. Raises as `Project.lock`.

        Raises `ValidationError` where the annex is deleted by now.
        """
        with transaction.atomic():
            self.project.lock()
            self.read_anew()
            yield

    def read_anew(self) -> None:
        """Read the fields of the annex again, in a transaction that holds the project. One query."""
        project = self.project
        try:
            self.refresh_from_db()
        except Annex.DoesNotExist:
            raise ValidationError(gettext("Somebody has deleted the requirement annex meanwhile.")) from None
        self.project = project

    def send(self, by: Any, lines: Sequence[PinnedLine], seen: str) -> bool:
        """Pin the text and open the annex for answers; whether this call did. The caller queues the mails in the same transaction.

        `seen` is the fingerprint of what the preview had shown (`fingerprint_of`). Raises `ValidationError` where the text
        is another one by now, or something that is needed is missing. A second call, when it is sent, does nothing.
        """
        with self.holding():
            if self.status == AnnexStatus.SENT:
                return False
            if self.uses != {line.code: line.use for line in lines} or self.fingerprint_of(lines) != seen:
                raise ValidationError(
                    gettext("The text has changed since you saw it. Read it once more below, and send it then."),
                    code="changed",
                )
            if not lines:
                raise ValidationError(gettext("Choose at least one requirement first."))
            if not self.recipients.exists():
                raise ValidationError(gettext("Add at least one recipient first."))
            if self.is_past:
                raise ValidationError(gettext("The deadline has passed. Choose a later one first."))
            self._pin(lines)
            self._perform(What.ANNEX_SENT, by, sent_at=timezone.now())
            return True

    def close(self, by: Any, reason: str = "") -> bool:
        """End the time for answers before the deadline; whether this call did. Raises `ValidationError` for a draft."""
        with self.holding():
            if self.are_answers_readable:
                return False
            self._perform(What.ANNEX_CLOSED, by, reason, closed_at=timezone.now())
            return True

    def move_deadline(self, by: Any, deadline: date) -> bool:
        """Give all recipients more time; whether anything changes. The caller queues the mails in the same transaction.

        Raises `ValidationError` for an earlier day, and once the time for answers is over.
        """
        with self.holding():
            if not self.is_open:
                raise ValidationError(gettext("The time for answers is over, and the deadline cannot be moved."))
            if deadline == self.deadline:
                return False
            if deadline < self.deadline or deadline > LATEST:
                raise ValidationError({"deadline": gettext("Choose a later day than the deadline that is announced.")})
            old, self.deadline = self.deadline, deadline
            self.save(update_fields=["deadline"])
            days = {"old": old.isoformat(), "new": deadline.isoformat()}
            ProjectEvent.record(self.project, What.ANNEX_DEADLINE, by, self.place, **days)
            self.project.touch()
            return True

    def choose(self, by: Any, recipient: Any, reason: str = "") -> bool:
        """Name the recipient that the agreement is made with; whether anything changes. Another one needs a reason.

        Raises `ValidationError` before the answers can be read, and for a recipient of another annex.
        """
        with self.holding():
            if not self.are_answers_readable:
                raise ValidationError(gettext("Choose a vendor when the time for answers is over."))
            if recipient.annex_id != self.pk:
                raise ValidationError(gettext("Choose one of the recipients."))
            if self.chosen_id == recipient.pk:
                return False
            if not reason.strip():
                raise ValidationError({"reason": gettext("Write why.")})
            old = self.chosen.company if self.chosen else ""
            self.chosen = recipient
            self.save(update_fields=["chosen"])
            values = {"old": old, "new": recipient.company, "reason": reason}
            ProjectEvent.record(self.project, What.CHOSEN, by, self.place, **values)
            self.project.touch()
            return True

    def _pin(self, lines: Iterable[PinnedLine]) -> None:
        self.lines.all().delete()
        AnnexLine.objects.bulk_create(
            AnnexLine(annex=self, position=position, **line._asdict()) for position, line in enumerate(lines, 1)
        )

    def _perform(self, what: str, by: Any, reason: str = "", **fields: Any) -> None:
        """The only change of the status, with one event. Raises `ValidationError` for a wrong status. Three queries."""
        transition = ANNEX_TRANSITIONS[what]
        if self.status != transition.before:
            raise ValidationError(
                gettext("The requirement annex is not sent yet.")
                if self.is_draft
                else gettext("The requirement annex is closed.")
            )
        self.status = transition.after
        for name, value in fields.items():
            setattr(self, name, value)
        self.save(update_fields=["status", *fields])
        ProjectEvent.record(self.project, what, by, self.place, new=self.title, reason=reason)
        self.project.touch()


def _uses_text(uses: Mapping[str, str]) -> str:
    """Requirements with their uses as an event keeps them: "K01 minimum, K31 information"."""
    return ", ".join(f"{code} {use}" for code, use in uses.items())
