"""Every form field of the site is cleaned before anything looks at its value."""

import pytest
from django import forms

from kl_ai.forms import PortalBoundField
from kl_ai.validators import validate_line, validate_text
from tests.forms import every_form


class ExampleForm(forms.Form):
    line = forms.CharField(max_length=40, required=False, validators=[validate_line])
    text = forms.CharField(max_length=600, required=False, validators=[validate_text], widget=forms.Textarea)
    hidden = forms.CharField(required=False, widget=forms.HiddenInput)
    number = forms.IntegerField(required=False)
    choice = forms.ChoiceField(required=False, choices=[("a", "A")])


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("+45\u00a033\u00a070", "+45 33 70"),
        ("\u202a+45 33 70\u202c", "+45 33 70"),
        ("Fir\u200bma\x00", "Firma"),
        ("Firma\r\nBcc: x@y.example", "Firma Bcc: x@y.example"),
        ("a\tb\u2028c", "a b c"),
        ("\u3164\u200b", ""),
    ],
)
def test_a_line_is_cleaned_and_never_refused(typed, line):
    form = ExampleForm({"line": typed})
    assert form.is_valid()
    assert form.cleaned_data["line"] == line
    assert form["line"].value() == line


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("sags\u00adbehandlings\u00adsystemer", "sagsbehandlingssystemer"),
        ("\u200bVi\ufeff laver\u2028KI\uf0b7", "Vi laver KI"),
        ("en\r\nto\rtre", "en\nto\ntre"),
        ("👩\u200d💻 skriver", "👩\u200d💻 skriver"),
    ],
)
def test_a_text_is_cleaned_and_never_refused(typed, text):
    form = ExampleForm({"text": typed})
    assert form.is_valid()
    assert form.cleaned_data["text"] == text


def test_a_line_break_of_the_browser_counts_as_one_character():
    text = "a\r\n" * 5 + "b" * 590  # 600 characters, of which 5 are line breaks
    assert ExampleForm({"text": text}).is_valid()
    assert not ExampleForm({"text": text + "b"}).is_valid()


def test_a_text_that_is_too_long_comes_back_whole():
    form = ExampleForm({"text": "x" * 5000})
    assert not form.is_valid()
    assert "x" * 5000 in form["text"].control
    assert "maxlength" not in form["text"].control
    assert "maxlength" not in form["line"].control


def test_a_text_that_was_not_changed_is_not_seen_as_changed():
    form = ExampleForm({"text": "en\r\nto\u200b"}, initial={"text": "en\nto"})
    assert not form.has_changed()


def test_other_values_are_left_to_their_fields():
    form = ExampleForm({"number": "1\u200b2", "choice": "a", "hidden": "en\r\nto"})
    assert form.is_valid()
    assert form.cleaned_data | {"line": "", "text": ""} == {
        "line": "",
        "text": "",
        "number": 12,
        "choice": "a",
        "hidden": "en\nto",
    }
    assert not ExampleForm({"choice": "a\u200b"}).is_valid()


def test_every_form_of_the_site_reads_its_values_through_the_field_that_cleans():
    """Also those of the administration, of django-filter and of allauth: the field is that of `FORM_RENDERER`."""
    form_classes = every_form()
    assert {"StepForm", "PartForm", "EmailForm", "LoginCodeForm"} <= {form.__name__ for form in form_classes}
    for form_class in form_classes:
        assert form_class.bound_field_class is None, form_class
        assert form_class.default_renderer is None, form_class
        for field in getattr(form_class, "base_fields", {}).values():
            assert field.bound_field_class is None, form_class
    assert isinstance(ExampleForm()["line"], PortalBoundField)
