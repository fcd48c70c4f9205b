"""Addresses and forms of the administration that no page of it has made: they end in a sentence, and lose nothing.

Numbers that no row can have are met in `kl_ai.database.lookups`, keys that are no numbers in `kl_ai.forms`.
"""

from typing import Any, cast

from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ValidationError
from django.db import DataError
from django.db.models import QuerySet
from django.forms import BaseInlineFormSet
from django.forms.formsets import INITIAL_FORM_COUNT, TOTAL_FORM_COUNT, ManagementForm
from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from django.utils.functional import cached_property
from django.utils.translation import gettext

INVALID_VALUES = (ValueError, OverflowError, ValidationError, DataError, DisallowedModelAdminLookup)
"""The errors of a filter whose value the column cannot hold; `DataError` is PostgreSQL's of a text with a NUL.

The last one is that of a filter that the list does not offer (`DanishListAdmin.lookup_allowed`).
"""


UNUSED_LOOKUPS = ("range", "regex", "iregex")
"""Look-ups that no filter of the administration makes, and whose values can be errors of the database."""


def is_key(field: Any, value: Any) -> bool:
    """Whether a row can have this value in its key `field`."""
    try:
        return field.to_python(value) not in (None, "") and "\0" not in str(value)
    except ValidationError:
        return False


class TolerantChangeList(ChangeList):
    """A list that takes every wrong filter for one that it does not know: Django leaves it out (`?e=1`)."""

    def get_filters(self, request: HttpRequest) -> Any:
        if any(name.rpartition("__")[2] in UNUSED_LOOKUPS for name in self.get_filters_params()):
            raise IncorrectLookupParameters
        try:
            return super().get_filters(request)
        except INVALID_VALUES as error:
            raise IncorrectLookupParameters(error) from error

    def get_queryset(self, request: HttpRequest, *args: Any, **kwargs: Any) -> QuerySet:
        try:
            return super().get_queryset(request, *args, **kwargs)
        except INVALID_VALUES as error:
            raise IncorrectLookupParameters(error) from error

    def get_results(self, request: HttpRequest) -> None:
        try:
            super().get_results(request)
        except INVALID_VALUES as error:
            raise IncorrectLookupParameters(error) from error


MOST_NEW_ROWS = 100
"""Of one form at a time. Each row that is shown has its own fields and choices, and takes its time."""


def row_deleted() -> str:
    return gettext(
        "A row was deleted by somebody else while you had this open. Copy what you have written, and open the page anew."
    )


class BoundedFormSet(BaseInlineFormSet):
    """Rows that take no longer than those that are stored and `MOST_NEW_ROWS` more, whatever number the form says."""

    @cached_property
    def sent_rows(self) -> int:
        """The number of rows that were sent, at most as many as the formset takes; up to a gap in their numbers."""
        numbers = self._sent_numbers
        return min(len(numbers), len(self.get_queryset()) + MOST_NEW_ROWS, self.absolute_max)

    @cached_property
    def _sent_numbers(self) -> set[int]:
        start = f"{self.prefix}-"
        places = (name.removeprefix(start).partition("-")[0] for name in self.data if name.startswith(start))
        return {int(place) for place in places if place.isascii() and place.isdecimal() and len(place) < 5}

    def total_form_count(self) -> int:
        return self._bounded(super().total_form_count())

    def initial_form_count(self) -> int:
        return self._bounded(super().initial_form_count())

    def _bounded(self, number: int) -> int:
        """At most the stored rows, which need not be sent, and those that were sent."""
        return min(number, len(self.get_queryset()) + self.sent_rows) if self.is_bound else number


class CountedFormSet(BoundedFormSet):
    """The rows of a form, counted where they stand; what the form says of their number is only compared.

    Where both differ, or the form says nothing, the rows come back as they were typed, with a sentence. Rows behind a gap
    in their numbers move up.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.has_gap = self.is_bound and self._sent_numbers != set(range(len(self._sent_numbers)))
        if self.has_gap:
            self.data = self._without_gaps()
            del self._sent_numbers

    def _without_gaps(self) -> MultiValueDict:
        """What was sent, with the rows numbered from 0 in their order."""
        places = {number: place for place, number in enumerate(sorted(self._sent_numbers))}
        start = f"{self.prefix}-"
        sent, data = cast(MultiValueDict, self.data), MultiValueDict[str, str]()
        for name in sent:
            number, _hyphen, field = name.removeprefix(start).partition("-")
            is_row = name.startswith(start) and number.isascii() and number.isdecimal() and len(number) < 5
            new_name = f"{start}{places[int(number)]}-{field}" if is_row else name
            data.setlist(new_name, sent.getlist(name))
        return data

    @cached_property
    def management_form(self) -> ManagementForm:
        """With the numbers of the rows that were sent. The form is valid also where it said otherwise."""
        form = super().management_form
        if not self.is_bound:
            return form
        total, stored = -1, -1
        if form.is_valid():
            total, stored = form.cleaned_data[TOTAL_FORM_COUNT] or 0, form.cleaned_data[INITIAL_FORM_COUNT] or 0
        self.lacks_rows = stored > self.sent_rows
        is_cut = len(self._sent_numbers) > self.sent_rows
        self.was_miscounted = (
            self.has_gap or is_cut or total != self.sent_rows or not self._rows_with_key <= stored <= self.sent_rows
        )
        if self.was_miscounted:
            stored = self._rows_with_key
        numbers = {TOTAL_FORM_COUNT: self.sent_rows, INITIAL_FORM_COUNT: stored}
        data = {form.add_prefix(name): str(number) for name, number in numbers.items()}
        counted = ManagementForm(data, auto_id=self.auto_id, prefix=self.prefix, renderer=form.renderer)
        counted.full_clean()
        return counted

    was_miscounted = lacks_rows = False

    @cached_property
    def _rows_with_key(self) -> int:
        """The number of rows that were sent with the key of a stored row; these come first, and one may be gone."""
        key = self.model._meta.pk.name
        numbers = range(self.sent_rows)
        return sum(bool(self.data.get(f"{self.prefix}-{number}-{key}")) for number in numbers)

    def clean(self) -> None:
        super().clean()
        if self.lacks_rows:  # as where a row was gone when the form came back
            raise ValidationError(row_deleted())
        if self.was_miscounted:
            raise ValidationError(
                gettext("The form did not arrive as the page shows it. Look at the rows, and save again.")
            )
