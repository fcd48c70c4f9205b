"""Rows that fixtures and content files name by a stable code instead of their primary key."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db import models

DEPENDENCIES = "dependencies"
"""The attribute of `natural_key` that Django reads when it sorts the models of a fixture."""
Method = TypeVar("Method", bound=Callable)


class NaturalCodeManager(models.Manager):
    """Looks rows up by their natural key: the field that the model names in `KEY`, or else `code`."""

    def get_by_natural_key(self, key: str) -> Any:
        return self.get(**{getattr(self.model, "KEY", "code"): key})


def depends_on(*names: str) -> Callable[[Method], Method]:
    """A decorator for `natural_key` of a model: fixtures hold the rows of these models ("app.model") before its own."""

    def decorate(natural_key: Method) -> Method:
        setattr(natural_key, DEPENDENCIES, list(names))
        return natural_key

    return decorate
