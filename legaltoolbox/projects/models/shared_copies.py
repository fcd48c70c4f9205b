"""What a project has given out of its hands: a frozen, redacted record, for other municipalities or for everybody.

Nothing of the project is read when a copy is shown: its record is all that there is. Who takes a copy back, or deletes the
project, takes it from all pages at once.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .events import ProjectEvent
from .municipalities import Municipality
from .projects import Project
from .sheets import register_version

What = ProjectEvent.What
CHANGED = "changed-meanwhile"
"""The code of the error where the page had shown other bytes."""
MOST_COPIES = 200
"""Of a project and an audience, those that are taken back or replaced among them."""
MOST_BYTES = 2_000_000
"""Of a copy. A large project has some hundred thousand."""
MOST_TITLE_LETTERS = 120
HASH_LETTERS = 64
EMPTY: Mapping[str, Any] = {"title": "", "phase": "", "contents": {}, "record": {}}
"""What is left of the content of a copy that is shown no more."""


class SharedCopyQuerySet(models.QuerySet["SharedCopy"]):
    def current(self) -> "SharedCopyQuerySet":
        """Those that are shown: neither taken back nor replaced by a newer one."""
        return self.filter(withdrawn_at=None, replaced_at=None)

    def with_people(self) -> "SharedCopyQuerySet":
        """With who has published and who has taken back. No query of its own."""
        return self.select_related("published_by", "withdrawn_by")

    def without_record(self) -> "SharedCopyQuerySet":
        """Without the record, which a list does not show."""
        return self.defer("record")


class SharedCopy(models.Model):
    """A frozen, redacted record of a project. It never changes; taken back it is empty."""

    class Audience(models.TextChoices):
        MUNICIPALITIES = "municipalities", _("other municipalities")
        PUBLIC = "public", _("everybody")

    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="shared_copies", verbose_name=_("project")
    )
    municipality = models.ForeignKey(
        Municipality, on_delete=models.CASCADE, related_name="shared_copies", verbose_name=_("municipality")
    )
    number = models.PositiveIntegerField(_("number"))
    audience = models.CharField(_("for whom"), max_length=14, choices=Audience)
    title = models.CharField(_("title"), max_length=MOST_TITLE_LETTERS, blank=True)
    """That of the record; it goes with it."""
    record = models.JSONField(_("content"), default=dict)
    """What is shown; `{}` where it is taken back."""
    phase = models.SlugField(_("phase"), max_length=60, blank=True, default="")
    """The key of the phase that the record names."""
    contents = models.JSONField(default=dict)
    """Each list of the record to its length, so that nobody reads the record to say what is in it."""
    sha256 = models.CharField(max_length=HASH_LETTERS, editable=False)
    """Of the bytes that were published; it stays."""
    published_at = models.DateTimeField(_("published"), default=timezone.now)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("published by")
    )
    withdrawn_at = models.DateTimeField(_("taken back"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("taken back by"),
    )
    replaced_at = models.DateTimeField(_("replaced"), null=True, blank=True)

    objects: ClassVar = SharedCopyQuerySet.as_manager()

    class Meta:
        verbose_name = _("shared copy")
        verbose_name_plural = _("shared copies")
        ordering = ("-published_at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=("project", "number"), name="copy_number_once_per_project"),
            models.UniqueConstraint(
                fields=("project", "audience"),
                condition=models.Q(withdrawn_at=None, replaced_at=None),
                name="one_current_copy_per_audience",
            ),
        )
        indexes = (models.Index(fields=("audience", "-published_at"), name="copy_published_at"),)

    def __str__(self) -> str:
        return self.title or str(self.number)

    @property
    def is_current(self) -> bool:
        return self.withdrawn_at is None and self.replaced_at is None

    @staticmethod
    def to_bytes(record: Mapping[str, Any]) -> bytes:
        """The record as JSON: sorted keys, UTF-8, one value a line. Equal records give equal bytes."""
        return (json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False) + "\n").encode()

    @classmethod
    def hash_of(cls, record: Mapping[str, Any]) -> str:
        """The SHA-256 of the record's bytes, as a preview carries it and sends it back as `seen`."""
        return hashlib.sha256(cls.to_bytes(record)).hexdigest()

    # Verbs ----------------------------------------------------------------------------------

    @classmethod
    def publish(cls, project: Project, by: Any, audience: str, record: Mapping[str, Any], seen: str) -> "SharedCopy":
        """Give out the record, whose `title` the copy gets. The current copy for this audience is replaced by it.

        `seen` is the hash of the bytes that the preview showed: raises `ValidationError` with the code `CHANGED` for other
        bytes. What is current already is not published twice: a second click gives the same copy. Raises
        `ValidationError` for a closed project too, and for too many or too long copies. Seven queries.
        """
        data = cls.to_bytes(record)
        sha256 = hashlib.sha256(data).hexdigest()
        _refuse_bytes(data, sha256, seen)
        with transaction.atomic():
            project.lock()
            copies = cls.objects.filter(project=project, audience=audience)
            current: SharedCopy | None = copies.current().first()
            if current is not None and current.sha256 == sha256:
                return current
            if copies.count() >= MOST_COPIES:
                raise ValidationError(gettext("A project can have %(most)s shared copies.") % {"most": MOST_COPIES})
            now = timezone.now()
            if current is not None:
                current._replace_at(now)
            last = cls.objects.filter(project=project).aggregate(last=Max("number"))["last"] or 0
            copy = cls.objects.create(
                project=project,
                municipality=project.municipality,
                number=last + 1,
                audience=audience,
                title=str(record.get("title", ""))[:MOST_TITLE_LETTERS],
                record=record,
                phase=_phase(record),
                contents={name: len(rows) for name, rows in record.items() if isinstance(rows, list)},
                sha256=sha256,
                published_at=now,
                published_by=by,
            )
            ProjectEvent.record(project, What.SHARED, by, str(copy.number), new=audience)
            _tell_register(audience)
            return copy

    def withdraw(self, by: Any, reason: str = "") -> None:
        """Take back the copy: at once it stands on no page. Older ones for the same audience, which it has replaced, are emptied too.

        Who published and took back, when, and the hash stay. A second click changes nothing. It is possible in a closed
        project too. Five queries.
        """
        with transaction.atomic():
            self.project.hold()
            self.refresh_from_db()
            if self.withdrawn_at is not None:
                return
            self.withdrawn_at, self.withdrawn_by = timezone.now(), by
            self.save(update_fields=["withdrawn_at", "withdrawn_by"])
            same = SharedCopy.objects.filter(project=self.project_id, audience=self.audience, number__lte=self.number)
            same.update(**EMPTY)
            withdrawn = What.SHARE_WITHDRAWN
            ProjectEvent.record(self.project, withdrawn, by, str(self.number), old=self.audience, reason=reason)
            _tell_register(self.audience)

    def _replace_at(self, now: Any) -> None:
        """Store that a newer one takes its place. What no page shows any more is not kept; one for everybody has a history."""
        self.replaced_at = now
        emptied = EMPTY if self.audience == self.Audience.MUNICIPALITIES else {}
        for name, value in emptied.items():
            setattr(self, name, value)
        self.save(update_fields=["replaced_at", *emptied])


def _phase(record: Mapping[str, Any]) -> str:
    phase = record.get("phase")
    return str(phase.get("slug", ""))[:60] if isinstance(phase, dict) else ""


def _tell_register(audience: str) -> None:
    """Have every process read the public register anew, where the change is one of it. The last query of a verb, for its lock."""
    if audience == SharedCopy.Audience.PUBLIC:
        register_version.bump()


def _refuse_bytes(data: bytes, sha256: str, seen: str) -> None:
    """Raise `ValidationError` for bytes that the page had not shown, or too many. No query."""
    if sha256 != seen:
        text = gettext(
            "The project has changed since you looked at it. Read what is shared once more, then publish it."
        )
        raise ValidationError(text, code=CHANGED)
    if len(data) > MOST_BYTES:
        raise ValidationError(gettext("This is too much to share at once. Choose fewer parts."))
