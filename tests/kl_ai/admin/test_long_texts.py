"""The limit of long texts in the forms of the administration."""

import pytest
from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError

from kl_ai.admin.long_texts import MAX_TEXT
from kl_ai.models import User
from legaltoolbox.admin.base import LinesField

pytestmark = pytest.mark.django_db


@pytest.fixture
def long_texts(rf) -> dict[str, forms.CharField]:
    """Each field for a long text in the form of each registered model, and of each row in it, by its name."""
    request = rf.get("/")
    request.user = User(is_staff=True, is_superuser=True)
    fields = {}
    for model, model_admin in admin.site._registry.items():
        for owner in (model_admin, *model_admin.get_inline_instances(request)):
            for db_field in owner.opts.concrete_fields:
                field = owner.formfield_for_dbfield(db_field, request) if db_field.editable else None
                if isinstance(field, forms.CharField) and isinstance(field.widget, forms.Textarea):
                    fields[f"{model.__name__}: {db_field}"] = field
    return fields


def is_refused(field: forms.CharField, text: str) -> bool:
    try:
        field.clean(text)
    except ValidationError as error:
        return "max_length" in [problem.code for problem in error.error_list]
    return False


def test_every_long_text_of_every_form_has_a_limit(long_texts):
    assert len(long_texts) > 40
    assert [name for name, field in long_texts.items() if not is_refused(field, "x" * (MAX_TEXT + 1))] == []


def test_a_list_of_texts_is_as_long_as_all_of_its_lines(long_texts):
    lists = [field for field in long_texts.values() if isinstance(field, LinesField)]
    text = f"{'x' * 99}\n" * (MAX_TEXT // 100 - 1) + "x" * 100
    assert len(text) == MAX_TEXT
    assert lists
    assert not any(is_refused(field, text) for field in lists)
    assert all(is_refused(field, f"{text}x") for field in lists)
