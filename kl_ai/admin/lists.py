"""The lists of the administration: sorted and searched as Danish is, alike on every database."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import cache
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.utils import lookup_spawns_duplicates
from django.contrib.admin.views.main import ERROR_FLAG, ChangeList
from django.core.exceptions import FieldDoesNotExist
from django.db.models import CharField, DateField, F, Field, Model, OrderBy, Q, QuerySet, TextField
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst, smart_split, unescape_string_literal
from django.utils.translation import gettext

from ..search.database import DanishOrder, contains
from ..text import clean_line
from .hostile_input import TolerantChangeList, is_key
from .long_texts import LimitedTexts

MAX_SEARCH_WORDS = 10
FILTER_LOOKUPS = frozenset(
    ("exact", "in", "isnull", "isempty", "gt", "gte", "lt", "lte", "year", "month", "day", "id", "pk")
)
"""What may follow the path of a filter in an address: the look-ups that Django's own filters make."""


class DanishChangeList(TolerantChangeList):
    """A list that is sorted by a column as it is by default; what a row lacks comes last, whichever way it is sorted."""

    def get_ordering(self, request: HttpRequest, queryset: QuerySet) -> list[Any]:
        return danish_ordering(self.model, super().get_ordering(request, queryset))

    def get_queryset(self, request: HttpRequest, *args: Any, **kwargs: Any) -> QuerySet:
        if len(search_words(self.query)) > MAX_SEARCH_WORDS:
            text = gettext("The first %(number)d words were searched for.")
            messages.warning(request, text % {"number": MAX_SEARCH_WORDS})
        return super().get_queryset(request, *args, **kwargs)


ModelAdmin: Any = admin.ModelAdmin  # as simple-history's has no types, either


class DanishListAdmin(LimitedTexts, ModelAdmin):
    """A model admin whose list, choices and look-ups are in Danish order and found by Danish letters."""

    list_per_page = 50

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """The columns, with dates in figures (29.11.2026), as in all tables of the administration."""
        return [_with_short_dates(self.opts, column) for column in super().get_list_display(request)]

    def get_inline_formsets(self, *args: Any, **kwargs: Any) -> list[Any]:
        """Django's, where the button for one more row names what is added in plain words."""
        formsets: list[Any] = super().get_inline_formsets(*args, **kwargs)
        for formset in formsets:
            data = json.loads(formset.inline_formset_data())
            data["options"]["addText"] = gettext("Add %(what)s") % {"what": formset.opts.verbose_name}
            formset.inline_formset_data = json.dumps(data)
        return formsets

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return DanishChangeList

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Django's, with `filters` in the context; says so where the address had a filter that the list does not know."""
        if request.method == "GET" and ERROR_FLAG in request.GET:
            messages.warning(request, gettext("The address had a filter that the list does not know. It was left out."))
        title = {} if IS_POPUP_VAR in request.GET else {"title": self.list_title}
        response: HttpResponse = super().changelist_view(request, title | (extra_context or {}))
        if isinstance(response, TemplateResponse) and response.context_data and "cl" in response.context_data:
            response.context_data["filters"] = filters_with_choices(response.context_data["cl"])
        return response

    @property
    def list_title(self) -> str:
        """The heading of the list: `list_name` where the model admin has one, else the model's name in the plural."""
        return capfirst(str(getattr(self, "list_name", self.opts.verbose_name_plural)))

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Only what the list's own filters and dates make.

        Django allows any column of the model: `?body__startswith=` would tell letter by letter what the list hides.
        """
        for path in self._filter_paths(request):
            if lookup == path:
                return True
            if lookup.startswith(f"{path}__") and FILTER_LOOKUPS.issuperset(
                lookup.removeprefix(f"{path}__").split("__")
            ):
                return True
        return False

    def _filter_paths(self, request: HttpRequest | None) -> Iterator[str]:
        """The parameters of the list's own filters, and the paths of the fields that the others filter by."""
        if self.date_hierarchy:
            yield self.date_hierarchy
        for item in self.get_list_filter(request):
            name = item[0] if isinstance(item, list | tuple) else item
            yield name if isinstance(name, str) else name.parameter_name

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The row; None for a key with a NUL in it, which PostgreSQL takes for no text. An empty field is none."""
        return None if "\0" in object_id else super().get_object(request, object_id, from_field or None)

    def response_action(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        """Takes no action where a chosen row cannot be one."""
        if all(is_key(self.opts.pk, key) for key in request.POST.getlist(ACTION_CHECKBOX_NAME)):
            response: HttpResponse | None = super().response_action(request, queryset)
            return response
        messages.warning(request, gettext("Nothing was done: a row that was chosen does not exist."))
        return None

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        """Of the list, of the look-up, and of the choices wherever a field leads to this model."""
        return danish_ordering(self.model, self.ordering or self.opts.ordering or ())

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        """The rows that have every word in one of `search_fields`, none of them twice.

        The words are those of `contains`; of more than `MAX_SEARCH_WORDS` the first ones count.
        """
        for word in search_words(search_term)[:MAX_SEARCH_WORDS]:
            condition = Q()
            for path in self.get_search_fields(request):
                condition |= self.rows_with(str(path), word)
            queryset = queryset.filter(condition)
        return queryset, False

    def rows_with(self, path: str, word: str) -> Q:
        """Rows with the word at the path. Where that leads to several rows, these are looked at once and not joined."""
        if not lookup_spawns_duplicates(self.opts, path):
            return contains(path, word)
        return Q(pk__in=self.model._default_manager.filter(contains(path, word)).order_by().values("pk"))


def filters_with_choices(changelist: ChangeList) -> list[dict[str, Any]]:
    """The list's filters as their templates show them: `spec`, `title` and `choices`. A filter may cost a query."""
    specs: Iterable[Any] = changelist.filter_specs
    return [{"spec": spec, "title": spec.title, "choices": list(spec.choices(changelist))} for spec in specs]


def _with_short_dates(opts: Any, column: Any) -> Any:
    """The column as `list_display` names it; in place of the name of a date field a column with short dates."""
    if not isinstance(column, str):
        return column
    try:
        field = opts.get_field(column)
    except FieldDoesNotExist:
        return column
    return _short_date_column(field) if isinstance(field, DateField) else column


@cache
def _short_date_column(field: Field) -> Callable[[Any], str | None]:
    """A column with the field's date, and its time where it has one; the same function each time."""

    @admin.display(description=field.verbose_name, ordering=field.name)
    def column(row: Any) -> str | None:
        at = getattr(row, field.name)
        if at is None:
            return None
        if isinstance(at, datetime):
            return date_format(timezone.localtime(at), "j.n.Y H:i")
        return date_format(at, "j.n.Y")

    column.__name__ = field.name
    return column


def search_words(text: str) -> list[str]:
    """The words of a search, each once; what stands in quotation marks is one."""
    words = []
    for word in smart_split(clean_line(text)):
        is_quoted = len(word) > 1 and word[0] in "\"'" and word[0] == word[-1]
        words.append(unescape_string_literal(word) if is_quoted else word)
    return list(dict.fromkeys(words))


def danish_ordering(model: type[Model], ordering: Iterable[Any]) -> list[Any]:
    """The ordering of a model's rows with Danish order for its texts, and empty values last; expressions stay."""
    return [part for item in ordering for part in (_parts(model, item) if isinstance(item, str) else [item])]


def _parts(model: type[Model], name: str, prefix: str = "", *, is_reversed: bool = False) -> Iterator[Any]:
    """The expressions for one name of an ordering; a relation is ordered as the rows to which it leads."""
    is_descending, name = name.startswith("-") != is_reversed, name.lstrip("-+")
    field = _field_at(model, name)
    path = f"{prefix}{name}"
    if field is not None and field.related_model and field.name == name.rpartition("__")[2]:
        related: Any = field.related_model
        for inner in related._meta.ordering or ("pk",):
            yield from _parts(related, inner, f"{path}__", is_reversed=is_descending)
    elif isinstance(field, CharField | TextField) and not field.choices:
        yield OrderBy(DanishOrder(F(path)), descending=is_descending, nulls_last=True)
    elif prefix or (field is not None and not field.null):
        yield f"-{path}" if is_descending else path
    else:
        yield OrderBy(F(path), descending=is_descending, nulls_last=True)


def _field_at(model: Any, path: str) -> Field | None:
    """The field to which the path leads; None for “pk”, an annotation or a transformation."""
    field: Any = None
    for name in path.split("__"):
        try:
            field = model._meta.get_field(name)
        except FieldDoesNotExist:
            return None
        model = field.related_model
    return field
