"""What the rows of a project have in common that a form shows and saves: who saved last, conflicts, and an event for each change."""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar, cast

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext

from kl_ai.drafts.parts import changed_items, fingerprint

from ..rights import Right, roles_with
from .events import ProjectEvent


class EditedRow(models.Model):
    """A row that a form shows as a whole. Whoever saves second is shown what the first has saved, and decides."""

    FIELDS: ClassVar[tuple[str, ...]]
    """The names of the fields that the form has."""
    WHAT: ClassVar[str]
    """What the events of its changes are called, one of `ProjectEvent.What`."""
    project: Any

    saved_at = models.DateTimeField(default=timezone.now, editable=False)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )

    class Meta:
        abstract = True

    @property
    def place(self) -> str:
        """Where its events happen: the code of the item that it is about."""
        return str(self)

    @property
    def content(self) -> dict[str, Any]:
        """What a page shows and sends back: names of fields to values, of a person the key. No query."""
        return {name: getattr(self, self._attribute(name)) for name in self.FIELDS}

    def _attribute(self, name: str) -> str:
        """The name under which the field's stored value is: of a person "owner_id"."""
        attribute: str = cast(Any, self._meta.get_field(name)).attname
        return attribute

    def store(self, typed: Mapping[str, Any], seen: str, by: Any) -> bool:
        """Store what differs, with an event for each field; whether anything does. The project is locked by the caller.

        `seen` is the fingerprint of what the page had shown. Raises `ChangedMeanwhile` where somebody else has stored
        something else since, and `ValidationError` for a value that cannot be. Two queries and one for each change.
        """
        stored = self.content
        changed = changed_items(stored, typed, seen, lambda: self if self.pk else None, by=by)
        if not changed:
            return False
        people = self._people(stored, changed)
        for name, value in changed.items():
            setattr(self, self._attribute(name), value)
        self.saved_at, self.saved_by = timezone.now(), by
        self.full_clean()
        self.save()
        for name, value in changed.items():
            values = {"old": value_in_event(stored[name]), "new": value_in_event(value)} if name != "owner" else people
            ProjectEvent.record(self.project, self.WHAT, by, f"{self.place}.{name}", **values)
        self.project.touch()
        return True

    def _people(self, stored: Mapping[str, Any], changed: Mapping[str, Any]) -> dict[str, Any]:
        """Of a changed owner the persons that an event names. Raises `ValidationError` for who cannot write in the project. One query."""
        if "owner" not in changed:
            return {}
        keys = {stored["owner"], changed["owner"]} - {None}
        rows = self.project.members.filter(member__in=keys).select_related("member__user")
        users = {row.member_id: row.member.user for row in rows}
        writers = {row.member_id for row in rows if row.role in roles_with(Right.WRITE)}
        if changed["owner"] is not None and changed["owner"] not in writers:
            raise ValidationError({"owner": gettext("This person cannot write in the project. Choose another one.")})
        return {"person": users.get(changed["owner"]), "person_before": users.get(stored["owner"])}


class DeletableRow(EditedRow):
    """A row that the project can also delete."""

    WHAT_DELETED: ClassVar[str]
    """What the event of its deletion is called, one of `ProjectEvent.What`."""

    class Meta:
        abstract = True

    @property
    def name(self) -> str:
        """What the event of its deletion calls it."""
        return str(self)

    def change(self, typed: Mapping[str, Any], seen: str, by: Any) -> None:
        """Store what differs. Raises as `store` and `Project.lock`, and `ValidationError` where it is deleted meanwhile."""
        with transaction.atomic():
            self.project.lock()
            if not type(self)._default_manager.filter(pk=self.pk).exists():
                raise ValidationError(gettext("Somebody has deleted this meanwhile."))
            self.refresh_from_db()
            self.store(typed, seen, by)

    def withdraw(self, by: Any, seen: str | None = None) -> None:
        """Delete the row. A second click changes nothing.

        `seen` is the fingerprint of what the page had shown: raises `ValidationError` where somebody has stored something
        else since. With None nothing is compared. Raises as `Project.lock`.
        """
        with transaction.atomic():
            self.project.lock()
            row = type(self)._default_manager.filter(pk=self.pk).first()
            if row is None:
                return
            refuse_unseen(row.content, seen)
            row.delete()
            ProjectEvent.record(self.project, self.WHAT_DELETED, by, row.place, old=row.name)
            self.project.touch()


def refuse_unseen(content: Mapping[str, Any], seen: str | None) -> None:
    """Raise `ValidationError` where a page that deletes `content` had shown another one, with the fingerprint `seen`."""
    if seen is not None and seen != fingerprint(content):
        raise ValidationError(
            gettext("Somebody has changed this meanwhile. Read it once more, and delete it if it still has to go.")
        )


def value_in_event(value: Any) -> str:
    """A value as an event keeps it: "" for none, a day as ISO, a list by its items."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return value.isoformat() if isinstance(value, date) else str(value)
