"""The record of the content files that `load_content` has loaded."""

from typing import ClassVar

from django.db import models


class LoadedItem(models.Model):
    """An item of the content files as the last load left it. Where the item is otherwise now, an editor has changed it."""

    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=100)
    fingerprint = models.CharField(max_length=64)
    """SHA-256 of the item's record with its rows."""
    is_withdrawn = models.BooleanField(default=False)
    """Whether the files no longer had the item, which is therefore not public."""
    row_labels = models.JSONField(null=True, default=None)
    """The rows of the item that files have ever had: "A25.3", "S01.1.purpose". None: loaded before this was recorded."""

    objects: ClassVar = models.Manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("kind", "key"), name="item_loaded_once"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
