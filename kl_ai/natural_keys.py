"""Rows that fixtures and content files name by a stable code instead of their primary key."""

from typing import Any

from django.db import models


class NaturalCodeManager(models.Manager):
    """Looks rows up by their natural key: the field that the model names in `KEY`, or else `code`."""

    def get_by_natural_key(self, key: str) -> Any:
        return self.get(**{getattr(self.model, "KEY", "code"): key})
