"""The changes of the rows that belong to an object, for the page of its history."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.admin import ModelAdmin
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Field
from django.http import HttpRequest
from django.template.defaultfilters import yesno
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from simple_history.models import DeletedObject
from simple_history.template_utils import HistoricalRecordContextHelper

from .locking import parent_field

MAX_CHANGES = 50


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
    """(name, old value, new value) of each field that changed; of a row that was made or deleted all its values."""
    url: str
    """The page of this state of the row, from which it can be brought back; “” where rows have no page."""


def row_changes(admin: ModelAdmin, request: HttpRequest, object_id: str) -> list[RowChange]:
    """The latest changes of the rows that the object's form shows this person, the newest first.

    What was loaded from files is left out. One query for each kind of row, and one for each change of a row.
    """
    changes = [
        change for inline in admin.get_inline_instances(request) for change in _inline_changes(admin, inline, object_id)
    ]
    return sorted(changes, key=lambda change: change.when, reverse=True)[:MAX_CHANGES]


def _inline_changes(admin: ModelAdmin, inline: Any, object_id: str) -> Iterator[RowChange]:
    if not hasattr(inline.model, "history"):
        return
    parent = parent_field(admin.model, inline)
    records = inline.model.history.filter(**{parent.attname: object_id}).exclude(history_type="+", history_user=None)
    has_page = admin.admin_site.is_registered(inline.model)
    page = f"admin:{inline.model._meta.app_label}_{inline.model._meta.model_name}_simple_history"
    for record in records.select_related("history_user").order_by("-history_date", "-history_id")[:MAX_CHANGES]:
        yield RowChange(
            when=record.history_date,
            who=str(record.history_user or ""),
            kind=record.history_type,
            row=_row_name(record),
            changes=list(_field_changes(record, parent)),
            url=reverse(page, args=[record.id, record.pk]) if has_page else "",
        )


def _field_changes(record: Any, parent: Field) -> Iterator[tuple[str, str, str]]:
    before = record.prev_record if record.history_type == "~" else None
    for field in record.instance._meta.concrete_fields:
        if field.primary_key or field is parent:
            continue
        old, new = (_value_text(row, field) if row is not None else "" for row in (before, record))
        if record.history_type == "-":
            old, new = new, ""
        if old != new:
            yield str(field.verbose_name), old, new


def _row_name(record: Any) -> str:
    try:
        return str(record.instance)
    except ObjectDoesNotExist:  # the row that it refers to is deleted
        return f"{record.instance._meta.verbose_name} {record.id}"


def _value_text(record: Any, field: Field) -> str:
    try:
        value = getattr(record, field.name)
    except ObjectDoesNotExist:
        value = getattr(record, field.attname)
    return value_text(field, value)


def value_text(field: Field, value: Any) -> str:
    """A field's value as the history shows it: choices by their labels, days and times as people write them; "" for none."""
    if value is None or (isinstance(value, DeletedObject) and value.pk is None):
        return ""
    if isinstance(value, DeletedObject):
        return gettext("deleted: %(name)s %(key)s") % {"name": value.model._meta.verbose_name, "key": value.pk}
    if isinstance(value, bool):
        return str(yesno(value)) if value else ""
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "DATETIME_FORMAT")
    if isinstance(value, date):
        return date_format(value, "DATE_FORMAT")
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(dict(field.flatchoices).get(value, value))


class ChangeTexts(HistoricalRecordContextHelper):
    """The changes of a row in the words of `value_text`."""

    def prepare_delta_change_value(self, change: Any, value: Any) -> str:
        prepared = super().prepare_delta_change_value(change, value)
        return value_text(self.model._meta.get_field(change.field), prepared)
