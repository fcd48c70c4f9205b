"""The forms of the site."""

from django import forms
from django.urls import get_resolver


def every_form() -> set[type]:
    """Every class of form of the site: the addresses are read first, which imports every view, and with them their forms."""
    assert get_resolver().url_patterns
    return _with_subclasses(forms.BaseForm)


def _with_subclasses(form_class: type) -> set[type]:
    return {form_class}.union(*map(_with_subclasses, form_class.__subclasses__()))
