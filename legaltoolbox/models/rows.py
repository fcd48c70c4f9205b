"""Rows of an item that are referred to from outside: they keep their key, wherever they move in the item."""

from itertools import chain
from typing import Any, ClassVar

from django.core.validators import validate_slug
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class StableRow(models.Model):
    """A row with a number, by which it is sorted, and a key, by which it is referred to ("3" in A25.3).

    A row gets its key once, by `give_key`, and is never deleted: it is withdrawn, and its key is not used again.
    """

    OWNER: ClassVar[str]
    """The foreign key to what the row belongs to, within which its key is unique."""
    ORDER: ClassVar[str]
    """The field that numbers the rows of an owner."""

    # Both have a default of the database: version 1.0.0 writes rows without them while a new version is being started.
    key = models.CharField(
        _("key"), max_length=20, default="", db_default="", editable=False, validators=[validate_slug]
    )
    is_withdrawn = models.BooleanField(_("withdrawn"), default=False, db_default=False)

    objects: ClassVar[Any] = models.Manager()
    history: ClassVar[Any]

    class Meta:
        abstract = True

    @property
    def reference(self) -> str:
        """What the row is called within its owner: its key, or its number where version 1.0.0 has written it since."""
        return self.key or str(getattr(self, self.ORDER))

    def give_key(self) -> None:
        """Set the key that the row has in its owner; a new row, or one that was moved there, gets a free one.

        A row that comes back, to this owner or from the history, has its former key again. At most four queries.
        """
        key = self._former_key()
        if not key or self._in_owner(type(self)._default_manager).exclude(pk=self.pk).filter(key=key).exists():
            key = self._free_key()
        self.key = key

    @classmethod
    def give_missing_keys(cls) -> None:
        """Give keys to the rows that version 1.0.0 has written since the columns are there. One query for none."""
        for row in cls._default_manager.filter(key=""):
            row.give_key()
            cls._default_manager.filter(pk=row.pk).update(key=row.key)

    def _former_key(self) -> str:
        """The key that the row has or had in its owner, whatever this instance says; "" for none."""
        rows = (type(self)._default_manager, self.history.model.objects.order_by("-history_id"))
        known = (
            self._in_owner(manager).filter(id=self.pk).exclude(key="").values_list("key", flat=True) for manager in rows
        )
        return next((key for keys in known if (key := keys.first())), "")

    def _free_key(self) -> str:
        """The number after the highest one that a row of the owner has ever had as its key. Two queries."""
        rows = (type(self)._default_manager, self.history.model.objects)
        keys = chain.from_iterable(self._in_owner(manager).values_list("key", flat=True) for manager in rows)
        return str(max((int(key) for key in keys if key.isdecimal()), default=0) + 1)

    def _in_owner(self, rows: Any) -> Any:
        return rows.filter(**{f"{self.OWNER}_id": getattr(self, f"{self.OWNER}_id")})


def key_once(owner: str, name: str) -> models.UniqueConstraint:
    """No two rows of an owner have the same key."""
    return models.UniqueConstraint(fields=(owner, "key"), condition=~Q(key=""), name=name)
