"""Rows of an item with a key of their own, which stays the same when the rows are renumbered."""

from collections.abc import Iterable
from itertools import chain
from typing import Any, ClassVar

from django.core.validators import validate_slug
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .items import HIGHEST


class StableRow(models.Model):
    """A row with a number, by which it is sorted, and a key, by which it is referred to ("3" in A25.3).

    A row gets its key once, by `give_key`, and is never deleted: it is withdrawn, and its key is not used again.
    """

    OWNER: ClassVar[str]
    """The name of the foreign key to the owner, within which the row's key is unique."""
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
        """The name of the row within its owner: its key ("3"), or "nr-3" where the third row has no key yet.

        Rows that version 1.0.0 writes while it is being replaced have none. Another row may have the number as its key.
        """
        return self.key or f"nr-{getattr(self, self.ORDER)}"

    def give_key(self) -> None:
        """Set the key that the row has in its owner; a new row, or one that was moved there, gets a free one.

        A row that comes back, to this owner or from the history, has its former key again. Two to five queries.
        """
        key = self._former_key()
        if not key or self._in_owner(type(self)._default_manager).exclude(pk=self.pk).filter(key=key).exists():
            key = self._free_key()
        self.key = key

    @classmethod
    def give_missing_keys(cls) -> int:
        """Give keys to the rows that version 1.0.0 has written since the columns are there; returns how many.

        One query for none. `legaltoolbox.content.rows.give_missing_keys` does it for all models.
        """
        rows = cls._default_manager.filter(key="").order_by(f"{cls.OWNER}_id", cls.ORDER)
        number = 0
        for row in rows:
            row.give_key()
            number += cls._default_manager.filter(pk=row.pk, key="").update(key=row.key)
        return number

    @classmethod
    def set_aside(cls, pks: Iterable[int]) -> None:
        """Number these rows beyond all others until they are written, since a number is unique at any moment.

        So rows can change places although they are written one by one. One query.
        """
        rows = cls._default_manager.filter(pk__in=pks)
        rows.update(**{cls.ORDER: F(cls.ORDER) + HIGHEST + 1})

    def _former_key(self) -> str:
        """The key that the row has or had in its owner, whatever this instance says; "" for none."""
        rows = (type(self)._default_manager, self.history.model.objects.order_by("-history_id"))
        former_keys = (
            self._in_owner(manager).filter(id=self.pk).exclude(key="").values_list("key", flat=True) for manager in rows
        )
        return next((key for keys in former_keys if (key := keys.first())), "")

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
