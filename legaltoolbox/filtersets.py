"""The query strings of the toolbox, validated: the situation of the one-pager, and the filters of the catalogues.

Whatever a link holds, the page answers: unknown values are dropped and named in a notice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import django_filters
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from kl_ai.pages import querystring
from kl_ai.pages.querystring import Chip, Facet, FacetOption, Notices, OptionsFilter, SearchFilter, encode
from kl_ai.search.index import WordIndex

from .catalogue import Catalogue
from .kinds import KINDS, Axis
from .models import Activity, Requirement
from .screening import NO, YES, Situation

PICK = "pick"


# The situation ----------------------------------------------------------------------------------


class SituationFilterSet(django_filters.FilterSet):
    """The role and one parameter for each screening question, named by its code."""

    class Meta:
        model = Activity
        fields: tuple[str, ...] = ()


def situation(request: HttpRequest, catalogue: Catalogue) -> tuple[Situation, tuple[str, ...]]:
    """The situation that the request describes, and notices about what was ignored."""
    filters = {"role": OptionsFilter(label=_("Role"), choices=[(role.slug, role.slug) for role in catalogue.roles])}
    for question in catalogue.questions:
        filters[question.code] = OptionsFilter(label=question.question, choices=[(YES, YES), (NO, NO)])
    filterset, notices = _validated(SituationFilterSet, filters, request)
    querystring.note_unknown_parameters(filterset, (), notices)
    chosen = {name: values for name, values in filterset.form.cleaned_data.items() if values}
    for name, values in chosen.items():
        if len(values) > 1:
            notices.add(_("Two answers were given for “%(question)s”. The first counts.") % {
                "question": filterset.filters[name].label
            })  # fmt: skip
    first = {name: values[0] for name, values in chosen.items()}
    found = Situation(first.pop("role", ""), first)
    for question in catalogue.questions:
        if found.answers.get(question.code) == YES and (other := found.overruling(question)) is not None:
            notices.add(_("Yes to “%(question)s” does not count after no to “%(other)s”. Change one of the answers.") % {
                "question": question.question, "other": other.question
            })  # fmt: skip
    return found, notices.texts()


def _validated(
    base: Any, filters: Mapping[str, Any], request: HttpRequest, asked: QueryDict | None = None
) -> tuple[Any, Notices]:
    data = request.GET if asked is None else asked
    filterset = type("CatalogueFilterSet", (base,), dict(filters))(data, queryset=base.Meta.model.objects.none())
    filterset.form.is_valid()
    notices = Notices()
    querystring.note_search_text(filterset, request, notices)
    querystring.note_unknown_choices(filterset, notices)
    return filterset, notices


class SearchFilterSet(django_filters.FilterSet):
    """Free text alone."""

    q = SearchFilter()

    class Meta:
        model = Activity
        fields: tuple[str, ...] = ()


def search_text(request: HttpRequest) -> tuple[str, tuple[str, ...]]:
    """What is searched for, and notices about what was ignored."""
    filterset, notices = _validated(SearchFilterSet, {}, request)
    querystring.note_unknown_parameters(filterset, (), notices)
    return filterset.form.cleaned_data.get("q", ""), notices.texts()


# The catalogues ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Selection:
    """What a visitor has chosen of one catalogue. `chosen` maps an axis to its choices in their order."""

    q: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    picked: tuple[str, ...] = ()
    asked_for_picks: bool = False
    """Whether the address picks items, also where none of them is known any more."""
    notices: tuple[str, ...] = ()

    @property
    def is_everything(self) -> bool:
        return not self.q and not self.chosen

    def pairs(self, *, picked: bool = True) -> Iterator[tuple[str, str]]:
        if self.q:
            yield "q", self.q
        for name, values in self.chosen.items():
            yield from ((name, value) for value in values)
        if picked:
            yield from ((PICK, code) for code in self.picked)

    def query(self, *, picked: bool = True) -> str:
        """`?q=…&phase=…`, or nothing at all for everything."""
        return encode(self.pairs(picked=picked))

    def without(self, name: str, value: str) -> Selection:
        left = tuple(other for other in self.chosen.get(name, ()) if other != value)
        chosen = {**self.chosen, name: left}
        return replace(self, chosen={key: values for key, values in chosen.items() if values})

    def without_text(self) -> Selection:
        return replace(self, q="")

    def cleared(self) -> Selection:
        return Selection(picked=self.picked)


class ItemFilterSet(django_filters.FilterSet):
    """Free text and the axes of one catalogue; what is picked is a parameter beside them."""

    q = SearchFilter()

    class Meta:
        model = Requirement
        fields: tuple[str, ...] = ()


def read(request: HttpRequest, kind: str, catalogue: Catalogue) -> Selection:
    """The selection that the request asks for of the items of `kind`."""
    filters: dict[str, Any] = {
        axis.name: OptionsFilter(label=axis.heading, choices=[(key, key) for key, _label in axis.choices(catalogue)])
        for axis in KINDS[kind].axes
    }
    known = catalogue.by_key[kind]
    filters[PICK] = OptionsFilter(label=_("Picked"), choices=[(key, key) for key in known])
    asked = request.GET.copy()
    if PICK in asked:  # codes are found in small letters too, as the items' pages are
        asked.setlist(PICK, [upper if (upper := code.upper()) in known else code for code in asked.getlist(PICK)])
    filterset, notices = _validated(ItemFilterSet, filters, request, asked)
    querystring.note_unknown_parameters(filterset, (), notices)
    cleaned = dict(filterset.form.cleaned_data)
    return Selection(
        q=cleaned.pop("q", ""),
        picked=cleaned.pop(PICK, ()),
        asked_for_picks=any(filterset.data.getlist(PICK)),
        chosen={name: values for name, values in cleaned.items() if values},
        notices=notices.texts(),
    )


def matching(kind: str, catalogue: Catalogue, selection: Selection, *, leave_out: str = "") -> list[Any]:
    """The items of `kind` that match: any choice of an axis, every axis, and every word of the free text."""
    items = catalogue.all(kind)
    if selection.q:
        found = _index(kind, catalogue.version, catalogue.day, tuple(map(KINDS[kind].text, items))).match(selection.q)
        items = [item for place, item in enumerate(items) if found >> place & 1]
    for axis in KINDS[kind].axes:
        wanted = set(selection.chosen.get(axis.name, ()))
        if wanted and axis.name != leave_out:
            items = [item for item in items if wanted.intersection(axis.keys(item, catalogue))]
    return items


@lru_cache(maxsize=8)
def _index(kind: str, version: int, day: Any, texts: tuple[str, ...]) -> WordIndex:
    return WordIndex(texts)


def for_file(kind: str, catalogue: Catalogue, selection: Selection) -> list[Any]:
    """What a file holds: the picked items, or where none was asked for all that match."""
    if selection.picked or selection.asked_for_picks:
        return [catalogue.by_key[kind][key] for key in selection.picked]
    return matching(kind, catalogue, selection)


# The panel --------------------------------------------------------------------------------------


def facets(kind: str, catalogue: Catalogue, selection: Selection) -> list[Facet]:
    """One facet for each axis. An option's number is what choosing it alone on this axis would give."""
    return [_facet(axis, kind, catalogue, selection, place) for place, axis in enumerate(KINDS[kind].axes)]


def _facet(axis: Axis, kind: str, catalogue: Catalogue, selection: Selection, place: int) -> Facet:
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


def chips(kind: str, catalogue: Catalogue, selection: Selection, path: str) -> Iterator[Chip]:
    """One removable chip for each choice."""
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
