"""The form of a query string."""

from django import forms
from django.http import QueryDict

from kl_ai.pages.querystring import KnownOptionsField, QueryForm, SearchField


class Filters(QueryForm):
    q = SearchField(required=False)
    area = KnownOptionsField(choices=[("a", "A"), ("b", "B")], required=False)


class PlainFilters(Filters):
    full_clean = forms.Form.full_clean


def test_the_form_says_what_djangos_own_says():
    for query in ("", "q=+post+&area=b&area=x&area=a&other=1", "q=%20&area=", "q=" + "x" * 300, "area=x&area=y"):
        form, plain = Filters(QueryDict(query)), PlainFilters(QueryDict(query))
        assert form.is_valid() is plain.is_valid() is True
        assert form.cleaned_data == plain.cleaned_data
        for name in form.fields:
            assert vars(form.fields[name]).get("unknown") == vars(plain.fields[name]).get("unknown")


def test_what_a_form_notes_about_its_fields_is_its_own():
    first, second = Filters(QueryDict("area=x&q=" + "y" * 300)), Filters(QueryDict("area=a&q=y"))
    assert first.is_valid()
    assert second.is_valid()
    assert (first.fields["area"].unknown, second.fields["area"].unknown) == (("x",), ())
    assert (first.fields["q"].was_cut, second.fields["q"].was_cut) == (True, False)
    assert Filters.base_fields["area"].unknown == ()
