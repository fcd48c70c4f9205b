"""The types of the records in `kinds.py`: a kind of item, its parts, and a model that has content files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import models
from django.utils.functional import Promise

from .axes import FilterAxis
from .models import StableRow
from .rules import Rule


class _WithFields:
    """Looks the fields of a record up in its model."""

    model: Any
    fields: tuple[str, ...]

    @cached_property
    def foreign_keys(self) -> list[Any]:
        """The foreign keys to items, in the order of the files."""
        return [field for name in self.fields if (field := self.model._meta.get_field(name)).many_to_one]

    @cached_property
    def many_to_many(self) -> list[Any]:
        """The many-to-many fields to items, in the order of the files."""
        return [field for name in self.fields if (field := self.model._meta.get_field(name)).many_to_many]


@dataclass(frozen=True, kw_only=True)
class ItemPart(_WithFields):
    """Rows that belong to an item and are shown and filed with it: a checklist, the sections of a template."""

    name: str
    """The name of the list in content files, in the JSON and in `Catalogue.parts`."""
    model: Any
    parent: str
    """The foreign key to the item, or to the row above."""
    fields: tuple[str, ...]
    """In the order of the content files and of the JSON."""
    number: str = ""
    """The field that numbers the rows from 1, where there is one."""
    order: tuple[str, ...] = ()
    """The lookups that the rows are sorted by, where it is not the model's own ordering."""
    links: tuple[str, ...] = ()
    """The fields whose items count as linked with the item itself, beside those that the item names."""
    searched: tuple[str, ...] = ()
    has_code: bool = False
    """Whether each row has a `code` of its own, as pages and documents cite it."""
    parts: tuple[ItemPart, ...] = ()

    @cached_property
    def linking_fields(self) -> list[Any]:
        """The fields that `links` names."""
        return [self.model._meta.get_field(name) for name in self.links]

    @cached_property
    def is_stable(self) -> bool:
        """Whether each row has a key, by which it is known for good, and is withdrawn instead of deleted."""
        return issubclass(self.model, StableRow)

    @property
    def rows(self) -> models.QuerySet[Any]:
        """The rows of all owners that are shown, in their order. One query."""
        rows = self.model.objects.filter(is_withdrawn=False) if self.is_stable else self.model.objects.all()
        return rows.order_by(*self.order) if self.order else rows


@dataclass(frozen=True, kw_only=True)
class FiledModel(_WithFields):
    """A model whose rows stand in the content files."""

    model: Any
    fields: tuple[str, ...]
    """In the order of the content files and of the JSON; the first one names the row in an error."""
    file: str
    """A path below the folder of the content files; `{item.…}` is filled from the row."""
    is_single: bool = False
    """Whether each row has a file of its own instead of a place in a list."""
    parts: tuple[ItemPart, ...] = ()
    sort_key: Callable[[Any], Any] | None = None
    """The key that the rows are sorted by, where the model's own ordering is not enough."""

    def in_order(self, rows: Iterable[Any]) -> Iterable[Any]:
        """The rows in their order; `rows` has the order of the model."""
        return rows if self.sort_key is None else sorted(rows, key=self.sort_key)


@dataclass(frozen=True, kw_only=True)
class ItemKind(FiledModel):
    """One kind of item: its model and files, its names, and its place in search, lists, links and checks."""

    heading: str | Promise | None
    """The plural, for the heading of a list."""
    json_name: str
    """The name of the list in the JSON."""
    list_name: str = ""
    """The name of the list among the URL names, of its template, and of its part of the toolbox's menu."""
    rank: int = 0
    """The place among the kinds in results and lists of related items; 0 for a kind that is in none."""
    codes: tuple[tuple[str, int], ...] = ()
    """The letter that a code begins with, and how many digits follow when it is cited in running text."""
    searched: tuple[str, ...] = ()
    excerpt: str = ""
    """The field that is shown beneath an item's title in a list of results."""
    address: str = ""
    """The path of the list, and of the items before their key; only of a kind that `urls.py` does not name."""
    anchor_on: str = ""
    """The name of the page on which the items stand with their key as anchor; "" where each has a page of its own."""
    optional: tuple[str, ...] = ()
    """The foreign keys without which an item still stands: where the other one is not public, it names none."""
    related: tuple[str, ...] = ()
    """The kinds that are listed beside an item on its page, in their order."""
    axes: tuple[FilterAxis, ...] = ()
    needs: tuple[tuple[str, str | Promise], ...] = ()
    """The kinds that an item must be linked with, and the finding of the content check where it is not."""
    rule: Rule | None = None
    """A further rule of the content check for the items of this kind."""

    @property
    def name(self) -> str:
        """The kind's name in the code and among the URL names."""
        return self.model.KIND

    def text(self, item: Any) -> str:
        """The item's own text that a search looks in."""
        return joined(item, self.searched)


def joined(row: Any, names: Iterable[str]) -> str:
    """The texts of the fields in `names`, a list of texts one to a line."""
    values = (getattr(row, name) for name in names)
    return "\n".join("\n".join(value) if isinstance(value, list) else str(value) for value in values)
