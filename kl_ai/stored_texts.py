"""Cleaning of texts that stand in the database already, for migrations.

Version 1.0.0 stored texts as they were typed. A form cleans what is sent (`kl_ai.forms.PortalBoundField`), so that a
text which is not clean would change by being saved without a change.
"""

from typing import Any

from django.db import IntegrityError, models, transaction

from .text import clean_line, clean_text

FORMATTED = (models.EmailField, models.SlugField, models.URLField)
"""Fields of text that have a form of their own."""


def clean_rows(model: Any, alias: str = "default") -> int:
    """Clean the texts of all rows as forms do; the number of rows that were changed. No history is written.

    A row that would then be the same as another stays as it is. One query, and three for each row that is changed.
    """
    fields = [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField) and not isinstance(field, FORMATTED)
    ]
    rows, changed = model._default_manager.using(alias).order_by("pk"), 0
    for pk, *values in rows.values_list("pk", *(field.attname for field in fields)).iterator():
        texts = {
            field.attname: text
            for field, value in zip(fields, values, strict=True)
            if value and (text := _cleaned(field, value)) != value
        }
        if texts and _update(model, alias, pk, texts):
            changed += 1
    return changed


def _update(model: Any, alias: str, pk: Any, texts: dict[str, str]) -> bool:
    try:
        with transaction.atomic(using=alias):
            model._default_manager.using(alias).filter(pk=pk).update(**texts)
    except IntegrityError:
        return False
    return True


def _cleaned(field: models.Field, value: str) -> str:
    """The text as its form would store it: a short text that is on one line already has single spaces."""
    text = clean_text(value)
    return text if isinstance(field, models.TextField) or "\n" in text.strip() else clean_line(text)
