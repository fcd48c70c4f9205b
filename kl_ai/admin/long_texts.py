"""A limit for the long texts of editors whose columns have none."""

from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.db import models

MAX_TEXT = 20_000
"""Characters. What is stored longer stays, and is to be shortened when its form is saved the next time."""


class LimitedTexts:
    """Mixed into model admins and inlines. The form says how long a text is; the browser cuts nothing."""

    def formfield_for_dbfield(self, db_field: models.Field, request: Any, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]  # of the admin's class
        is_long = isinstance(db_field, models.TextField | models.JSONField) and isinstance(field, forms.CharField)
        if is_long and field.max_length is None:
            field.validators.append(MaxLengthValidator(MAX_TEXT))
        return field
