"""The changes of a document's fields. They are a history to read: nothing counts on their texts, which have a limit.

A table that goes on to be written keeps its whole states; when the next change of it begins, the rows that differ alone.
"""

import json
from collections.abc import Iterable
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Max, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .values import KEY_LETTERS, table_changes

MOST_EDIT_LETTERS = 500_000
"""Of the texts of all changes of a document: beyond it the oldest lose theirs."""
MOST_PROJECT_EDIT_LETTERS = 4_000_000
"""Of the texts of all changes of a project, so that its file is not much larger than what people have written."""
NO_TEXT = ""


class FieldEdit(models.Model):
    """A change of a field: from what to what, by whom and when it was saved last."""

    document = models.ForeignKey("projects.ProjectDocument", on_delete=models.CASCADE, related_name="edits")
    section = models.CharField(_("section"), max_length=KEY_LETTERS)
    field = models.CharField(_("field"), max_length=KEY_LETTERS)
    old = models.JSONField(_("before"))
    new = models.JSONField(_("after"))
    letters = models.PositiveIntegerField(default=0, editable=False)
    """Of both as JSON; 0 where their texts are not kept any more."""
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("time"), default=timezone.now)
    page = models.CharField(max_length=32, blank=True, default="", editable=False)
    """The open page that it was begun on, see `PageSave`."""

    objects: ClassVar = models.Manager()

    class Meta:
        verbose_name = _("change of an answer")
        verbose_name_plural = _("changes of answers")
        ordering = ("-at", "-pk")
        indexes = (models.Index(fields=("document", "section", "-at"), name="field_edit_at"),)

    def __str__(self) -> str:
        return f"{self.section}.{self.field} {timezone.localtime(self.at):%Y-%m-%d %H:%M}"

    @classmethod
    def of(cls, document: Any, section: str, field: str, old: Any, new: Any, **rest: Any) -> "FieldEdit":
        """A change that is not stored yet."""
        letters = _letters(old, new)
        return cls(document=document, section=section, field=field, old=old, new=new, letters=letters, **rest)

    @property
    def has_lost_texts(self) -> bool:
        """Whether it says who, when and which field alone: it is so old that its texts are not kept any more."""
        return bool(self.old == self.new == NO_TEXT)

    def set_new(self, value: Any) -> None:
        """Let the change go on to this value. It is not stored."""
        self.new, self.at, self.letters = value, timezone.now(), _letters(self.old, value)

    @classmethod
    def shorten_tables(cls, document: Any, section: str, fields: Iterable[str]) -> None:
        """Of the last change of each of these fields, which does not go on, keep the rows that differ. Two queries at most."""
        edits = cls.objects.filter(document=document, section=section, field__in=list(fields))
        last = edits.order_by().values("field").annotate(last=Max("pk")).values("last")
        changed = []
        for edit in cls.objects.filter(pk__in=last):
            old, new = table_changes(edit.old, edit.new)
            if (old, new) != (edit.old, edit.new):
                edit.old, edit.new, edit.letters = old, new, _letters(old, new)
                changed.append(edit)
        if changed:
            cls.objects.bulk_update(changed, ["old", "new", "letters"])

    @classmethod
    def take_oldest_texts(cls, document: Any) -> None:
        """Where the changes of the document or of its project have too many letters, the oldest lose their texts. One query, or more.

        The last change keeps its texts however long they are.
        """
        of_project = cls.objects.filter(document__project=document.project_id)
        sums = of_project.aggregate(project=Sum("letters"), document=Sum("letters", filter=Q(document=document)))
        for edits, letters, most in (
            (of_project.filter(document=document), sums["document"] or 0, MOST_EDIT_LETTERS),
            (of_project, sums["project"] or 0, MOST_PROJECT_EDIT_LETTERS),
        ):
            if letters > most:
                cls._take_texts(edits, letters - most)

    @classmethod
    def _take_texts(cls, edits: Any, letters: int) -> None:
        """Take the texts of the oldest of these, as many as have so many letters together, but of the last one. Two queries."""
        keys = []
        *earlier, _last = edits.filter(letters__gt=0).order_by("at", "pk").values_list("pk", "letters")
        for key, each in earlier:
            if letters <= 0:
                break
            keys.append(key)
            letters -= each
        cls.objects.filter(pk__in=keys).update(old=NO_TEXT, new=NO_TEXT, letters=0)


def _letters(old: Any, new: Any) -> int:
    return sum(len(json.dumps(value, ensure_ascii=False)) for value in (old, new))
