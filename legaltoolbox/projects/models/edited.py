"""What the rows of a project have in common that a form shows and saves: who saved last, conflicts, and an event for each change."""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar, cast

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext

from kl_ai.drafts.parts import changed_items

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


def value_in_event(value: Any) -> str:
    """A value as an event keeps it: "" for none, a day as ISO, a list by its items."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return value.isoformat() if isinstance(value, date) else str(value)
