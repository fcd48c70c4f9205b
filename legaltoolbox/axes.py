"""The ways to narrow a list of items: by a choice of a field, by a linked item, by the act that an item rests on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from .models import Item, LegalSource, Phase, Role
from .rules import Content


@dataclass(frozen=True)
class FilterAxis:
    """A way to narrow a list of items: its heading, its choices in order, and which of them an item has."""

    name: str
    heading: str | Promise
    choices: Callable[[Content], list[tuple[str, str]]]
    """Pairs of key and label."""
    keys: Callable[[Any, Content], Iterable[str]]
    is_content: bool = False
    """Whether the labels are content, which is Danish, and not words of the interface."""


def choice_axis(name: str, heading: str | Promise, choices: type[models.TextChoices]) -> FilterAxis:
    """An axis over a field with choices."""

    def labelled(content: Content) -> list[tuple[str, str]]:
        return [(choice.value, capfirst(choice.label)) for choice in choices]

    return FilterAxis(name, heading, labelled, lambda item, content: (getattr(item, name),))


def linked_axis(kind: str, heading: str | Promise, label: Callable[[Any], str]) -> FilterAxis:
    """An axis over the items of another kind."""
    return FilterAxis(
        kind,
        heading,
        lambda content: [(item.key, label(item)) for item in content.all(kind)],
        lambda item, content: (other.key for other in content.linked(item, kind)),
        is_content=True,
    )


def act_axis(kind: str) -> FilterAxis:
    """An axis over the acts and documents that at least one item of the kind rests on."""

    def choices(content: Content) -> list[tuple[str, str]]:
        used = {source.act for item in content.all(kind) for source in content.linked(item, LegalSource.KIND)}
        return [(source.slug, source.name) for source in content.all(LegalSource.KIND) if source in used]

    def keys(item: Item, content: Content) -> Iterable[str]:
        return {source.act.slug for source in content.linked(item, LegalSource.KIND)}

    return FilterAxis("source", _("Legal source"), choices, keys, is_content=True)


PHASE_AXIS = linked_axis(Phase.KIND, _("Phase"), str)
ROLE_AXIS = linked_axis(Role.KIND, _("Role"), lambda role: role.name)
