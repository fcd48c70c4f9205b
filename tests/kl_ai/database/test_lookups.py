"""A number that no row can have is one that no row has, in every look-up and on every database."""

import operator
from collections.abc import Callable
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError

from kl_ai.models import User
from marketoverview.models import Vendor, VendorMember
from tests.builders import make_user, make_vendor

pytestmark = pytest.mark.django_db

HUGE = (10**20, 2**63, -(2**63) - 1, -(10**30), 2**31, -1)
COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    "exact": operator.eq,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}


@pytest.fixture
def members(db) -> list[VendorMember]:
    for _number in range(3):
        make_user(member_of=make_vendor())
    return list(VendorMember.objects.all())


@pytest.mark.parametrize("lookup", COMPARISONS)
@pytest.mark.parametrize("path", ["pk", "vendor", "vendor_id", "vendor__pk", "user"])
def test_a_comparison_with_any_number(path, lookup, members):
    column = {"pk": "pk", "user": "user_id"}.get(path, "vendor_id")
    for value in (*HUGE, getattr(members[1], column)):
        expected = {row.pk for row in members if COMPARISONS[lookup](getattr(row, column), value)}
        found = VendorMember.objects.filter(**{f"{path}__{lookup}": value})
        assert set(found.values_list("pk", flat=True)) == expected, value
        others = VendorMember.objects.exclude(**{f"{path}__{lookup}": value})
        assert set(others.values_list("pk", flat=True)) == {row.pk for row in members} - expected, value


@pytest.mark.parametrize("path", ["pk", "vendor", "vendor__pk", "user"])
def test_a_list_of_numbers(path, members):
    column = {"pk": "pk", "user": "user_id"}.get(path, "vendor_id")
    value = getattr(members[1], column)
    for values in ([value, *HUGE], [str(value), str(10**20)], (value,)):
        assert list(VendorMember.objects.filter(**{f"{path}__in": values})) == [members[1]]
    assert not VendorMember.objects.filter(**{f"{path}__in": HUGE[:4]}).exists()
    assert VendorMember.objects.exclude(**{f"{path}__in": HUGE[:4]}).count() == 3


def test_a_list_of_rows_and_a_query_stay_what_they_are(members):
    assert VendorMember.objects.filter(vendor__in=Vendor.objects.all()).count() == 3
    assert VendorMember.objects.filter(vendor__in=list(Vendor.objects.all())).count() == 3
    assert Vendor.objects.filter(members__in=[make_user().pk, 10**20]).count() == 0
    assert Vendor.objects.filter(members__in=[members[0].user_id, 10**20]).count() == 1


@pytest.mark.parametrize(
    ("limits", "number"),
    [
        ((-(10**20), 10**20), 3),
        ((0, 10**20), 3),
        ((-(10**20), 0), 0),
        ((10**20, 10**21), 0),
        ((10**20, 0), 0),
        ((2, 1), 0),
    ],
)
def test_a_range(limits, number, members):
    assert VendorMember.objects.filter(pk__range=limits).count() == number


@pytest.mark.parametrize("value", [str(10**20), "abc", "a\x00b", "-1", "1e9", "²"])
@pytest.mark.parametrize("field_class", [forms.ModelChoiceField, forms.ModelMultipleChoiceField])
def test_a_choice_that_cannot_be_is_refused_with_a_sentence(field_class: Any, value, members):
    field = field_class(User.objects.all())
    with pytest.raises(ValidationError):
        field.clean([value] if field_class is forms.ModelMultipleChoiceField else value)
