"""The texts of the catalogue that a project has met, and what it has decided of each change.

An answer stands under the text that it was given to. The text is pinned in the project (`ProjectItem`), and a later one
takes its place when somebody decides so. What the texts are is given as an argument: models know no catalogue.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, ClassVar, Protocol

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kl_ai.validators import validate_text

from .earlier_answers import EarlierAnswer
from .events import ProjectEvent
from .projects import Project
from .written import ItemKey, written_items

Record = dict[str, Any]
HASH_LETTERS = 64
MOST_ITEMS = 2_000
"""Items of the catalogue that a project can have met; the catalogue has some two hundred."""
MOST_REASON_LETTERS = 1_000


class LiveTexts(Protocol):
    """The texts of the catalogue now."""

    @property
    def version(self) -> int: ...

    @property
    def hashes(self) -> Mapping[ItemKey, str]: ...

    def record(self, key: ItemKey) -> Record:
        """The text of an item that `hashes` has."""

    def is_same(self, kind: str, old: Record, new: Record) -> bool:
        """Whether two texts differ in white space and in the places of rows alone."""


class TextChanged(ValidationError):
    """The text, or what is decided of it, is another than the page had shown."""


class TextVersion(models.Model):
    """A text of an item with its rows, as a project has met it; once for all projects. It is never changed."""

    hash = models.CharField(max_length=HASH_LETTERS, primary_key=True)
    kind = models.CharField(_("kind"), max_length=15)
    code = models.CharField(_("code"), max_length=30)
    record = models.JSONField()
    first_met_at = models.DateTimeField(_("first met"), default=timezone.now)

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        verbose_name = _("text of the catalogue")
        verbose_name_plural = _("texts of the catalogue")

    def __str__(self) -> str:
        return f"{self.code} {self.hash[:8]}"

    @classmethod
    def keep(cls, texts: LiveTexts, keys: Collection[ItemKey]) -> None:
        """Store the texts of these items that no project has met before. One query, and one more where there are any."""
        hashes = {texts.hashes[key]: key for key in keys}
        known = set(cls.objects.filter(hash__in=hashes).values_list("hash", flat=True))
        new = [
            cls(hash=each, kind=key[0], code=key[1], record=texts.record(key))
            for each, key in hashes.items()
            if each not in known
        ]
        cls.objects.bulk_create(new, batch_size=100, ignore_conflicts=True)

    @classmethod
    def records(cls, hashes: Iterable[str]) -> dict[str, Record]:
        """Hash to text, of those that are known. One query, none for none."""
        wanted = set(hashes) - {""}
        return dict(cls.objects.filter(hash__in=wanted).values_list("hash", "record")) if wanted else {}


class ItemVerdict(models.TextChoices):
    """What a project says of a changed text."""

    ACCEPT = "accept", _("use the new text")
    KEEP = "keep", _("stay with the old text")
    REASSESS = "reassess", _("use the new text and assess again")
    TAKEN_OVER = "taken-over", _("taken over: moved, or other line breaks")
    """By the portal itself, where nothing but places and white space has changed."""


class ProjectItem(models.Model):
    """The text of an item of the catalogue that the project's answers to it stand under."""

    class State(models.TextChoices):
        CURRENT = "current", _("follows the catalogue")
        NEW = "new", _("new in the catalogue")
        KEPT = "kept", _("stays with the old text")
        GONE = "gone", _("withdrawn from the catalogue")
        """The project has said that it is withdrawn: it applies no more, and what was written stays."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="items", verbose_name=_("project"))
    kind = models.CharField(_("kind"), max_length=15)
    code = models.CharField(_("code"), max_length=30)
    hash = models.CharField(max_length=HASH_LETTERS)
    """Of the pinned text (`TextVersion`)."""
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.CURRENT)
    reason = models.TextField(_("reason"), max_length=MOST_REASON_LETTERS, blank=True, validators=[validate_text])
    decided_on = models.CharField(max_length=HASH_LETTERS, blank=True)
    """Of the newer text that the project has decided on; "" where the item was withdrawn, or nothing is decided."""
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("decided by")
    )
    to_assess = models.BooleanField(default=False)
    """Whether the project has said that its answers are to be assessed again."""
    is_unknown = models.BooleanField(default=False)
    """Whether the answers come with a file and were given to a text that is not known here."""

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        verbose_name = _("text of a project")
        verbose_name_plural = _("texts of projects")
        ordering = ("project", "kind", "code")
        constraints = (models.UniqueConstraint(fields=("project", "kind", "code"), name="item_once_per_project"),)

    def __str__(self) -> str:
        return self.code

    @property
    def key(self) -> ItemKey:
        return self.kind, self.code

    @property
    def last_decision(self) -> str:
        """When it was decided on last, as a page sends it back; "" where nobody has."""
        return self.decided_at.isoformat() if self.decided_at else ""

    def waits(self, live: str) -> bool:
        """Whether the project has still to decide on the text with the hash `live`; "" for a withdrawn item."""
        if self.state in (self.State.KEPT, self.State.GONE):
            return self.decided_on != live
        return self.hash != live

    # Verbs ----------------------------------------------------------------------------------

    @classmethod
    def take_over(
        cls, project: Project, texts: LiveTexts, begins: Callable[[ItemKey, Record], bool] = lambda _key, _old: False
    ) -> list[str]:
        """Pin what has no pin, and move the pins that nobody has to decide on: items without work, moved, white space.

        Appends one event with the codes, and returns them. `begins` says of an item with an older text whether it has
        begun to apply since. In the caller's transaction, with the project locked. Nine queries at most.
        """
        pins = {row.key: row for row in project.items.all()}
        written = written_items(project)
        different = {key: row for key, row in pins.items() if row.hash != texts.hashes.get(key, "")}
        known = TextVersion.records(
            each for row in (*different.values(), *(row for row in pins.values() if row.is_kept)) for each in row.hashes
        )
        new = [key for key in texts.hashes if key not in pins]
        state = cls.State.NEW if pins else cls.State.CURRENT
        cls.objects.bulk_create(
            (cls(project=project, kind=key[0], code=key[1], hash=texts.hashes[key], state=state) for key in new),
            batch_size=500,
        )
        moves = _Moves(texts, known, written, begins)
        moved = [row for row in pins.values() if moves.move(row)]
        TextVersion.keep(texts, texts.hashes.keys())
        fields = ["hash", "state", "decided_on", "is_unknown"]
        cls.objects.bulk_update(moved, fields, batch_size=100)
        ItemDecision.objects.bulk_create(moves.decisions)
        if moves.codes:
            ProjectEvent.record(project, ProjectEvent.What.TEXTS_TAKEN_OVER, None, new=", ".join(sorted(moves.codes)))
        project.texts_version = texts.version
        project.save(update_fields=["texts_version"])
        return sorted(moves.codes)

    @property
    def is_kept(self) -> bool:
        return self.state in (self.State.KEPT, self.State.GONE)

    @property
    def hashes(self) -> tuple[str, str]:
        """Of its text, and of that which was decided on."""
        return self.hash, self.decided_on

    @classmethod
    def decide(
        cls,
        project: Project,
        texts: LiveTexts,
        key: ItemKey,
        verdict: str,
        by: Any,
        *,
        seen: tuple[str, str],
        reason: str = "",
        decided: str | None = None,
    ) -> "ProjectItem":
        """Decide on the changed, withdrawn or new text of an item. Answers that no longer fit are kept as earlier ones.

        `seen` are the hashes of the pinned and of the newer text that the page had shown, "" for none, and `decided` the
        `last_decision`, None where it is not compared. The same decision twice is one. Raises `TextChanged` where one of
        them is another by now, `ValidationError` for a decision without the reason that it needs, and as `Project.lock`.
        """
        if verdict == ItemVerdict.KEEP and not reason.strip():
            raise ValidationError({"reason": gettext("Write why you stay with the old text.")})
        with transaction.atomic():
            project.lock()
            row: ProjectItem | None = project.items.filter(kind=key[0], code=key[1]).first()
            live = texts.hashes.get(key, "")
            if row is None:
                raise TextChanged(gettext("Nothing of this has changed for your project."))
            if not row._is_decided(live, seen, verdict, by):
                row._refuse_unseen(live, seen, decided)
                row._decide(texts, live, verdict, by, reason)
            return row

    def _is_decided(self, live: str, seen: tuple[str, str], verdict: str, by: Any) -> bool:
        """Whether the same person has taken the same decision already, and it holds. One query."""
        same = self.project.item_decisions.filter(
            kind=self.kind, code=self.code, old=seen[0], new=seen[1], verdict=verdict, by=by.pk
        )
        return same.exists() and (self.hash if self.state == self.State.CURRENT else self.decided_on) == live

    def _refuse_unseen(self, live: str, seen: tuple[str, str], decided: str | None) -> None:
        """Raise `TextChanged` where the texts or the last decision are others than the page had shown."""
        if (self.hash, live) != seen:
            text = _("The text has changed once more. Read the difference below, and decide again. Nothing was stored.")
            raise TextChanged(str(text))
        if decided is not None and decided != self.last_decision:
            text = _("Somebody has decided on this meanwhile. Read the decision below. Nothing of yours was stored.")
            raise TextChanged(str(text))

    def _decide(self, texts: LiveTexts, live: str, verdict: str, by: Any, reason: str) -> None:
        """Store the decision, in the caller's transaction."""
        if live:
            TextVersion.keep(texts, [self.key])
        elif verdict == ItemVerdict.REASSESS:
            raise ValidationError(gettext("What is withdrawn cannot be assessed again."))
        old = self.hash
        if verdict == ItemVerdict.KEEP:
            self.state = self.State.KEPT
        else:
            new = texts.record(self.key) if live else None
            EarlierAnswer.keep(self.project, self.kind, self.code, TextVersion.records([old]).get(old, {}), new)
            self.hash, self.state = live or old, self.State.CURRENT if live else self.State.GONE
            self.is_unknown = False
            self.to_assess = self.to_assess or verdict == ItemVerdict.REASSESS
        self.decided_on, self.decided_at, self.decided_by, self.reason = live, timezone.now(), by, reason.strip()
        self.full_clean(exclude=["hash"])
        self.save()
        ItemDecision.objects.create(
            project=self.project,
            kind=self.kind,
            code=self.code,
            old=old,
            new=live,
            verdict=verdict,
            reason=self.reason,
            by=by,
            at=self.decided_at,
        )
        what = ProjectEvent.What.TEXT_DECIDED
        ProjectEvent.record(self.project, what, by, self.code, new=verdict, reason=self.reason)
        self.project.touch()

    @classmethod
    def assessed(cls, project: Project, key: ItemKey, by: Any) -> None:
        """Say that the answers to an item are assessed again. A second click changes nothing. Raises as `Project.lock`."""
        with transaction.atomic():
            project.lock()
            rows = project.items.filter(kind=key[0], code=key[1])
            if rows.filter(models.Q(to_assess=True) | models.Q(is_unknown=True)).update(
                to_assess=False, is_unknown=False
            ):
                ProjectEvent.record(project, ProjectEvent.What.ASSESSED_AGAIN, by, key[1])
                project.touch()


class ItemDecision(models.Model):
    """One decision of a project on a changed text. Appended, never changed."""

    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="item_decisions", verbose_name=_("project")
    )
    kind = models.CharField(_("kind"), max_length=15)
    code = models.CharField(_("code"), max_length=30)
    old = models.CharField(max_length=HASH_LETTERS)
    """Hash of the text before."""
    new = models.CharField(max_length=HASH_LETTERS, blank=True)
    """Hash of the newer text that was decided on; "" where the item was withdrawn."""
    verdict = models.CharField(_("decision"), max_length=12, choices=ItemVerdict)
    reason = models.TextField(_("reason"), max_length=MOST_REASON_LETTERS, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("time"), default=timezone.now)

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        verbose_name = _("decision on a changed text")
        verbose_name_plural = _("decisions on changed texts")
        ordering = ("at", "pk")
        indexes = (models.Index(fields=("project", "kind", "code"), name="item_decision_item"),)

    def __str__(self) -> str:
        return f"{self.code}: {self.verdict}"


class _Moves:
    """Which pins are moved without a decision, and what is recorded of it."""

    def __init__(
        self,
        texts: LiveTexts,
        known: Mapping[str, Record],
        written: Collection[ItemKey],
        begins: Callable[[ItemKey, Record], bool],
    ) -> None:
        self.texts, self.known, self.written, self.begins = texts, known, written, begins
        self.decisions: list[ItemDecision] = []
        self.codes: list[str] = []

    def move(self, row: ProjectItem) -> bool:
        """Change the pin, where nobody has to decide; whether it has changed. No query."""
        live = self.texts.hashes.get(row.key, "")
        if not live:
            return False
        if row.hash == live:
            return self._is_back(row)
        if row.hash not in self.known:  # it comes with a file, from a portal with other texts
            row.is_unknown = row.key in self.written
            self._set(row, live)
            return True
        if row.key not in self.written:
            if self.begins(row.key, self.known[row.hash]):
                row.state = ProjectItem.State.NEW
            elif row.is_kept:
                row.state = ProjectItem.State.CURRENT
            self._set(row, live)
            return True
        if self._is_same(row, row.hash):
            self.decisions.append(
                ItemDecision(
                    project=row.project,
                    kind=row.kind,
                    code=row.code,
                    old=row.hash,
                    new=live,
                    verdict=ItemVerdict.TAKEN_OVER,
                )
            )
            row.state = ProjectItem.State.CURRENT
            self._set(row, live)
            return True
        if row.is_kept and row.decided_on not in ("", live) and self._is_same(row, row.decided_on):
            row.decided_on = live
            return True
        return False

    def _is_back(self, row: ProjectItem) -> bool:
        """Take back that the project stays with an older text, where the catalogue has that again."""
        was_kept = row.is_kept
        if was_kept:
            row.state, row.decided_on = ProjectItem.State.CURRENT, ""
        return was_kept

    def _set(self, row: ProjectItem, live: str) -> None:
        row.hash, row.decided_on = live, ""
        self.codes.append(row.code)

    def _is_same(self, row: ProjectItem, earlier: str) -> bool:
        old = self.known.get(earlier)
        return old is not None and self.texts.is_same(row.kind, old, self.texts.record(row.key))
