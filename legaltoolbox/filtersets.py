"""The query strings of the toolbox, validated: the situation of the one-pager, and the filters of the lists.

A page answers whatever its address holds: unknown values are dropped and named in a notice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import django_filters
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kl_ai.pages import querystring
from kl_ai.pages.querystring import Chip, Facet, FacetOption, Notices, OptionsFilter, SearchFilter, encode
from kl_ai.search.index import WordIndex

from .axes import FilterAxis
from .catalogue import Catalogue
from .kinds import KINDS
from .models import Activity
from .screening import NO, YES, Situation

PICK = "pick"
"""The parameter that picks an item by its key, for a file."""


class ToolboxFilterSet(django_filters.FilterSet):
    """Validates parameters. The items are in memory, so that no queryset is filtered."""

    class Meta:
        model = Activity
        fields: tuple[str, ...] = ()


class SearchFilterSet(ToolboxFilterSet):
    """Free text."""

    q = SearchFilter()


def _filterset_class(
    catalogue: Catalogue, name: str, base: type[ToolboxFilterSet], filters: Callable[[], Mapping[str, Any]]
) -> type[ToolboxFilterSet]:
    """A class with filters that follow from the content; made once for each catalogue. Their labels are lazy."""
    return catalogue.memo.remember(
        ("filterset", name), lambda: type(f"{name.capitalize()}FilterSet", (base,), dict(filters()))
    )


def _validate(
    filterset_class: type[ToolboxFilterSet], request: HttpRequest, query: QueryDict | None = None
) -> tuple[ToolboxFilterSet, Notices]:
    """The filter set of a query, that of the request by default, with its `form` validated; and the notices about it."""
    data = request.GET if query is None else query
    filterset = filterset_class(data, queryset=Activity.objects.none())
    filterset.form.is_valid()
    notices = Notices()
    querystring.note_search_text(filterset, request, notices)
    querystring.note_unknown_choices(filterset, notices)
    querystring.note_unknown_parameters(filterset, (), notices)
    return filterset, notices


def read_search_text(request: HttpRequest) -> tuple[str, tuple[str, ...]]:
    """The words to search for, and notices about what was ignored. No query."""
    filterset, notices = _validate(SearchFilterSet, request)
    return filterset.form.cleaned_data.get("q", ""), notices.texts()


# The situation ----------------------------------------------------------------------------------


def read_situation(request: HttpRequest, catalogue: Catalogue) -> tuple[Situation, tuple[str, ...]]:
    """The situation that the request describes, and notices about what was ignored. No query."""
    filterset_class = _filterset_class(catalogue, "situation", ToolboxFilterSet, lambda: _situation_filters(catalogue))
    filterset, notices = _validate(filterset_class, request)
    chosen = {name: values for name, values in filterset.form.cleaned_data.items() if values}
    for name, values in chosen.items():
        if len(values) > 1:
            notices.add(
                _("Two answers were given for “%(question)s”. The first counts.")
                % {"question": filterset.filters[name].label}
            )
    first = {name: values[0] for name, values in chosen.items()}
    situation = Situation(first.pop("role", ""), first)
    for question in catalogue.questions:
        overruling = situation.overruling(question)
        if overruling is not None and situation.answers.get(question.code) == YES:
            notices.add(
                _("Yes to “%(question)s” does not count after no to “%(other)s”. Change one of the answers.")
                % {"question": question.question, "other": overruling.question}
            )
    return situation, notices.texts()


def _situation_filters(catalogue: Catalogue) -> dict[str, OptionsFilter]:
    """The role, and one parameter for each screening question, named by its code."""
    roles = [(role.slug, role.slug) for role in catalogue.roles]
    filters = {"role": OptionsFilter(label=gettext_lazy("Role"), choices=roles)}
    for question in catalogue.questions:
        filters[question.code] = OptionsFilter(label=question.question, choices=[(YES, YES), (NO, NO)])
    return filters


# The lists --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ItemSelection:
    """The filters and picks of one list. `chosen` maps an axis to its choices in their order."""

    q: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    picked: tuple[str, ...] = ()
    """The keys of the items that are picked for a file."""
    asks_for_picks: bool = False
    """Whether the address picks items, also where none of them is known any more."""
    notices: tuple[str, ...] = ()
    """Sentences about the parts of the address that were ignored."""

    @property
    def is_everything(self) -> bool:
        """Whether no filter is set."""
        return not self.q and not self.chosen

    def pairs(self, *, picked: bool = True) -> Iterator[tuple[str, str]]:
        """The parameters of the selection's address; without `picked` those of the filters alone."""
        if self.q:
            yield "q", self.q
        for name, values in self.chosen.items():
            yield from ((name, value) for value in values)
        if picked:
            yield from ((PICK, key) for key in self.picked)

    def query(self, *, picked: bool = True) -> str:
        """`?q=…&phase=…`, or "" for everything."""
        return encode(self.pairs(picked=picked))

    def without(self, name: str, value: str) -> ItemSelection:
        """The selection without one choice of an axis."""
        others = tuple(other for other in self.chosen.get(name, ()) if other != value)
        chosen = {**self.chosen, name: others}
        return replace(self, chosen={key: values for key, values in chosen.items() if values})

    def without_text(self) -> ItemSelection:
        return replace(self, q="")

    def cleared(self) -> ItemSelection:
        """The picks alone."""
        return ItemSelection(picked=self.picked)


def read_selection(request: HttpRequest, kind: str, catalogue: Catalogue) -> ItemSelection:
    """The selection of the items of `kind` that the request describes. No query."""
    filterset_class = _filterset_class(catalogue, kind, SearchFilterSet, lambda: _item_filters(kind, catalogue))
    keys, query = catalogue.by_key[kind], request.GET.copy()
    if PICK in query:  # codes are found in small letters too, as the items' pages are
        query.setlist(PICK, [upper if (upper := code.upper()) in keys else code for code in query.getlist(PICK)])
    filterset, notices = _validate(filterset_class, request, query)
    cleaned = dict(filterset.form.cleaned_data)
    return ItemSelection(
        q=cleaned.pop("q", ""),
        picked=cleaned.pop(PICK, ()),
        asks_for_picks=any(filterset.data.getlist(PICK)),
        chosen={name: values for name, values in cleaned.items() if values},
        notices=notices.texts(),
    )


def _item_filters(kind: str, catalogue: Catalogue) -> dict[str, OptionsFilter]:
    """One filter for each axis of the kind, and one for the picks."""
    filters = {
        axis.name: OptionsFilter(label=axis.heading, choices=[(key, key) for key, _label in axis.choices(catalogue)])
        for axis in KINDS[kind].axes
    }
    picks = [(key, key) for key in catalogue.by_key[kind]]
    return filters | {PICK: OptionsFilter(label=gettext_lazy("Picked"), choices=picks)}


def matching(kind: str, catalogue: Catalogue, selection: ItemSelection, *, leave_out: str = "") -> list[Any]:
    """The items of `kind` that match every word of the free text and, of every axis but `leave_out`, any choice."""
    items = catalogue.all(kind)
    if selection.q:
        matches = _index(kind, catalogue).match(selection.q)
        items = [item for place, item in enumerate(items) if matches >> place & 1]
    for axis in KINDS[kind].axes:
        chosen = set(selection.chosen.get(axis.name, ()))
        if chosen and axis.name != leave_out:
            items = [item for item in items if chosen.intersection(axis.keys(item, catalogue))]
    return items


def _index(kind: str, catalogue: Catalogue) -> WordIndex:
    """The words of the items of a kind, without those of their rows; made once for each catalogue."""
    return catalogue.memo.remember(("index", kind), lambda: WordIndex(map(KINDS[kind].text, catalogue.all(kind))))


def for_file(kind: str, catalogue: Catalogue, selection: ItemSelection) -> list[Any]:
    """The items for a file: the picked ones, or where the address picks none all that match."""
    if selection.picked or selection.asks_for_picks:
        return [catalogue.by_key[kind][key] for key in selection.picked]
    return matching(kind, catalogue, selection)


# The panel --------------------------------------------------------------------------------------


def facets(kind: str, catalogue: Catalogue, selection: ItemSelection) -> list[Facet]:
    """One facet for each axis. An option's number is that of the results if it alone were chosen on its axis."""
    return [_facet(axis, kind, catalogue, selection, place) for place, axis in enumerate(KINDS[kind].axes)]


def _facet(axis: FilterAxis, kind: str, catalogue: Catalogue, selection: ItemSelection, place: int) -> Facet:
    selected = selection.chosen.get(axis.name, ())
    counts: dict[str, int] = {}
    for item in matching(kind, catalogue, selection, leave_out=axis.name):
        for key in set(axis.keys(item, catalogue)):
            counts[key] = counts.get(key, 0) + 1
    options = [
        FacetOption(
            code=key,
            label=label,
            count=counts.get(key, 0),
            is_selected=key in selected,
            input_id=f"{axis.name}-{key}",
            language="da" if axis.is_content else "",
        )
        for key, label in axis.choices(catalogue)
    ]
    return Facet(axis.name, str(axis.heading), bool(selected) or place < 2, len(selected), options)


def chips(kind: str, catalogue: Catalogue, selection: ItemSelection, path: str) -> Iterator[Chip]:
    """One removable chip for the free text and for each choice."""
    if selection.q:
        yield Chip(_("Free text"), f"“{selection.q}”", path + selection.without_text().query())
    for axis in KINDS[kind].axes:
        labels = dict(axis.choices(catalogue)) if axis.name in selection.chosen else {}
        for value in selection.chosen.get(axis.name, ()):
            yield Chip(
                str(axis.heading),
                labels[value],
                path + selection.without(axis.name, value).query(),
                "da" if axis.is_content else "",
            )
