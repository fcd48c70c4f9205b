"""What happened to the rows that belong to an object, for the page of its history."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.admin import ModelAdmin
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Field
from django.forms.models import _get_foreign_key
from django.http import HttpRequest
from django.urls import reverse

MOST = 50


@dataclass(frozen=True, slots=True)
class RowChange:
    """One line of a row's history."""

    when: datetime
    who: str
    """“” for what no person did."""
    kind: str
    """“+” made, “~” changed, “-” deleted."""
    row: str
    changes: list[tuple[str, str, str]]
    """A field's name, what stood in it, and what came; of a row that was made or deleted all that stood in it."""
    url: str
    """The page of this state of the row, from which it can be brought back; “” where rows have no page."""


def row_changes(admin: ModelAdmin, request: HttpRequest, object_id: str) -> list[RowChange]:
    """The latest changes of the rows that the object's form shows this person, without what was loaded.

    The newest first.
    """
    inlines = admin.get_inline_instances(request)
    found = [change for inline in inlines for change in _of_inline(admin, inline, object_id)]
    return sorted(found, key=lambda change: change.when, reverse=True)[:MOST]


def _of_inline(admin: ModelAdmin, inline: Any, object_id: str) -> Iterator[RowChange]:
    if not hasattr(inline.model, "history"):
        return
    parent: Any = _get_foreign_key(admin.model, inline.model, fk_name=inline.fk_name)
    records = inline.model.history.filter(**{parent.attname: object_id}).exclude(history_type="+", history_user=None)
    has_page = admin.admin_site.is_registered(inline.model)
    name = f"admin:{inline.model._meta.app_label}_{inline.model._meta.model_name}_simple_history"
    for record in records.select_related("history_user").order_by("-history_date", "-history_id")[:MOST]:
        yield RowChange(
            when=record.history_date,
            who=str(record.history_user or ""),
            kind=record.history_type,
            row=_name(record),
            changes=list(_changes(record, parent)),
            url=reverse(name, args=[record.id, record.pk]) if has_page else "",
        )


def _changes(record: Any, parent: Field) -> Iterator[tuple[str, str, str]]:
    before = record.prev_record if record.history_type == "~" else None
    for of in record.instance._meta.concrete_fields:
        if of.primary_key or of is parent:
            continue
        old, new = (_shown(row, of) if row is not None else "" for row in (before, record))
        if record.history_type == "-":
            old, new = new, ""
        if old != new:
            yield str(of.verbose_name), old, new


def _name(record: Any) -> str:
    try:
        return str(record.instance)
    except ObjectDoesNotExist:  # what it was about is gone
        return f"{record.instance._meta.verbose_name} {record.id}"


def _shown(record: Any, of: Field) -> str:
    try:
        value = getattr(record, of.name)
    except ObjectDoesNotExist:
        value = getattr(record, of.attname)
    return "" if value in (None, [], "") else str(value)
