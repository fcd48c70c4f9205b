"""The query strings of the toolbox, validated: the situation of the one-pager, and the filters of the lists.

A page is shown whatever its address holds: unknown values are dropped and named in a notice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Any, cast

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, npgettext, override

from kl_ai.pages.querystring import (
    Chip,
    Facet,
    FacetOption,
    KnownOptionsField,
    Notices,
    SearchField,
    encode,
    query_notices,
)
from kl_ai.search.danish import lower_first
from kl_ai.search.index import WordIndex

from . import tender
from .axes import FilterAxis
from .catalogue import Catalogue
from .kinds import KINDS
from .left_out import LeftOut, split
from .models import Requirement
from .screening import NO, PHASE_PARAMETER, ROLE_PARAMETER, YES, Situation, applying, reconciled

START = "start"
"""The parameter of the day on which the solution is taken into use, for the calendar file."""
PICK = "pick"
"""The parameter that picks an item by its key, for a file."""
OLD_ROLE = "role"
"""The parameter of the role in addresses of the overview from before the lists had a filter of this name."""
VIEW, ALL = "vis", "alle"
"""The parameter of a page that shows also what does not apply in the situation."""


class SearchForm(forms.Form):
    """Free text."""

    q = SearchField(required=False)


def _form_class(
    catalogue: Catalogue, name: str, base: type[forms.Form], fields: Callable[[], Mapping[str, forms.Field]]
) -> type[forms.Form]:
    """A form with fields that follow from the content; made once for each catalogue. Their labels are lazy."""
    return catalogue.memo.remember(("form", name), lambda: type(f"{name.capitalize()}Form", (base,), dict(fields())))


def _options_field(label: Any, keys: Iterable[str]) -> KnownOptionsField:
    """A field for some of the keys; `label` may be lazy."""
    return KnownOptionsField(label=label, choices=[(key, key) for key in keys], required=False)


def read_search(request: HttpRequest, catalogue: Catalogue) -> tuple[str, Situation, tuple[str, ...]]:
    """The words to search for, the situation, and notices about what was ignored. No query."""
    form = _form_class(catalogue, "search", SearchForm, lambda: _situation_fields(catalogue))(request.GET)
    notices = query_notices(form, request)
    return form.cleaned_data["q"], _situation(form, catalogue, notices), notices.texts()


def _language(for_paper: bool) -> AbstractContextManager[None]:
    """The language of notices: that of the page, or Danish in a paper, as all of it is."""
    return override("da") if for_paper else nullcontext()


def _texts(notices: Notices, for_paper: bool) -> tuple[str, ...]:
    return notices.for_file() if for_paper else notices.texts()


# The situation ----------------------------------------------------------------------------------


def read_situation(
    request: HttpRequest, catalogue: Catalogue, *, others: Iterable[str] = (), for_paper: bool = False
) -> tuple[Situation, tuple[str, ...]]:
    """The situation that the request describes, and notices about what was ignored. No query.

    For pages with no other parameters than `others`; those of lists and of the search are read with them. The notices for a
    paper are Danish, and repeat no text of the address, here and below.
    """
    form_class = _form_class(catalogue, "situation", forms.Form, lambda: _situation_fields(catalogue))
    with _language(for_paper):
        form = form_class(request.GET)
        notices = query_notices(form, request, others)
        return _situation(form, catalogue, notices), _texts(notices, for_paper)


def read_overview(
    request: HttpRequest, catalogue: Catalogue, *, for_paper: bool = False
) -> tuple[Situation, tuple[str, ...]]:
    """As `read_situation`; the role may stand under its old name, and the start of a calendar beside it. No query."""
    fields = {OLD_ROLE: _options_field(gettext_lazy("Role"), [role.slug for role in catalogue.roles])}
    form_class = _form_class(catalogue, "overview", forms.Form, lambda: fields | dict(_situation_fields(catalogue)))
    with _language(for_paper):
        form = form_class(request.GET)
        notices = query_notices(form, request, [START])
        situation = _situation(form, catalogue, notices)
        texts = _texts(notices, for_paper)
    old_roles = form.cleaned_data[OLD_ROLE]
    if old_roles and not situation.role:
        situation = situation.with_role(old_roles[0])
    return situation, texts


def page_parameters(situation: Situation) -> list[tuple[str, str]]:
    """The parameters that a page gives its own files beside the situation: that they show all, as it does."""
    return [(VIEW, ALL)] if situation.shows_all else []


def situation_parameters(catalogue: Catalogue) -> list[str]:
    """The names of the parameters that a situation may have in an address."""
    return [ROLE_PARAMETER, PHASE_PARAMETER, *(question.code for question in catalogue.questions)]


def _situation_fields(catalogue: Catalogue) -> Mapping[str, forms.Field]:
    """The role, the phase, one parameter for each screening question, named by its code, and the view of the page."""
    fields = {
        ROLE_PARAMETER: _options_field(gettext_lazy("Role"), [role.slug for role in catalogue.roles]),
        PHASE_PARAMETER: _options_field(gettext_lazy("Phase"), [phase.slug for phase in catalogue.phases]),
        VIEW: _options_field(gettext_lazy("What is shown"), [ALL]),
    }
    for question in catalogue.questions:
        fields[question.code] = _options_field(question.question, (YES, NO))
    return fields


def _situation(form: forms.Form, catalogue: Catalogue, notices: Notices) -> Situation:
    """The situation in a form that has been validated. Adds notices about answers that contradict each other."""
    role, phase = (_first(form, name, notices) for name in (ROLE_PARAMETER, PHASE_PARAMETER))
    given = {}
    for question in catalogue.questions:
        values = form.cleaned_data[question.code]
        if len(values) > 1:
            notices.add(
                _("Both yes and no were given for “%(question)s”. Yes counts.") % {"question": question.question}
            )
        if values:
            given[question.code] = YES if YES in values else NO
    answers, contradictions = reconciled(given, catalogue.questions)
    for no, yes in contradictions:
        notices.add(
            _(
                "“%(question)s” counts as answered yes, since “%(other)s” is answered yes. If it is no, answer no to both."
            )
            % {"question": no.question, "other": yes.question}
        )
    return Situation(role, answers, phase, shows_all=bool(form.cleaned_data[VIEW]))


def _first(form: forms.Form, name: str, notices: Notices) -> str:
    """The choice of a role or phase; of several the one that the address names first. "" for none."""
    values = form.cleaned_data[name]
    if len(values) < 2:
        return values[0] if values else ""
    notices.add(
        _("Two answers were given for “%(question)s”. The first counts.") % {"question": form.fields[name].label}
    )
    return next(value for value in cast(QueryDict, form.data).getlist(name) if value in values)


# The lists --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ItemSelection:
    """The filters and picks of one list. `chosen` maps an axis to its choices in their order."""

    q: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    picked: tuple[str, ...] = ()
    """The keys of the items that are picked for a file."""
    uses: Mapping[str, tender.Use] = field(default_factory=dict)
    """The codes of requirements to the use in a tender that the buyer has given them."""
    asks_for_picks: bool = False
    """Whether the address picks items, also where none of them is known any more."""
    notices: tuple[str, ...] = ()
    """Sentences about the parts of the address that were ignored."""
    situation: Situation = field(default_factory=Situation)
    """The situation that the list is for: what does not apply in it is left out, unless it says to show all."""

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
        yield from tender.pairs(self.uses)
        yield from page_parameters(self.situation)

    def query(self, *, picked: bool = True) -> str:
        """`?q=…&phase=…`, or "" for everything. Links get the situation when the page is done (`situation_links`)."""
        return encode(self.pairs(picked=picked))

    def whole_query(self) -> str:
        """The query string with the situation, for an address that stands in a file."""
        return encode([*self.pairs(), *self.situation.pairs()])

    def without(self, name: str, value: str) -> ItemSelection:
        """The selection without one choice of an axis."""
        others = tuple(other for other in self.chosen.get(name, ()) if other != value)
        chosen = {**self.chosen, name: others}
        return replace(self, chosen={key: values for key, values in chosen.items() if values})

    def without_text(self) -> ItemSelection:
        return replace(self, q="")

    def cleared(self) -> ItemSelection:
        """The picks, and the uses in a tender, alone."""
        return replace(self, q="", chosen={})

    def showing_all(self, shows_all: bool = True) -> ItemSelection:
        """The selection with also what does not apply in the situation, or without it again."""
        return replace(self, situation=replace(self.situation, shows_all=shows_all))


def read_selection(
    request: HttpRequest, kind: str, catalogue: Catalogue, *, others: Iterable[str] = (), for_paper: bool = False
) -> ItemSelection:
    """The selection of the items of `kind` that the request describes. `others` are known parameters beside it. No query."""
    form_class = _form_class(catalogue, kind, SearchForm, lambda: _list_fields(kind, catalogue))
    keys, query = catalogue.by_key[kind], request.GET.copy()
    for name in {PICK, *tender.PARAMETERS} & set(query):  # codes in small letters are found, as the items' pages are
        query.setlist(name, [upper if (upper := code.upper()) in keys else code for code in query.getlist(name)])
    axes = [axis.name for axis in KINDS[kind].axes]
    with _language(for_paper):
        form = form_class(query)
        notices = query_notices(form, request, others)
        situation, cleaned = _situation(form, catalogue, notices), form.cleaned_data
        uses, several = tender.read_uses(cleaned)
        for code in several:
            notices.add(_("%(code)s was given several uses in the tender. The strictest counts.") % {"code": code})
        texts = _texts(notices, for_paper)
    return ItemSelection(
        q=cleaned["q"],
        picked=cleaned[PICK],
        uses=uses,
        asks_for_picks=any(query.getlist(PICK)),
        chosen={name: cleaned[name] for name in axes if cleaned[name]},
        notices=texts,
        situation=situation,
    )


def _list_fields(kind: str, catalogue: Catalogue) -> Mapping[str, forms.Field]:
    """One field for each axis of the kind, one for the picks, and those of the situation."""
    fields = {
        axis.name: _options_field(axis.heading, [key for key, _label in axis.choices(catalogue)])
        for axis in KINDS[kind].axes
    }
    fields[PICK] = _options_field(gettext_lazy("Picked"), catalogue.by_key[kind])
    if kind == Requirement.KIND:
        fields |= tender.form_fields(catalogue.by_key[kind])
    return fields | dict(_situation_fields(catalogue))


def matching(kind: str, catalogue: Catalogue, selection: ItemSelection, *, leave_out: str = "") -> list[Any]:
    """The items of `kind` that match every word of the free text and, of every axis but `leave_out`, any choice.

    Without those that do not apply in the selection's situation.
    """
    items = catalogue.all(kind)
    if selection.q:
        matches = _index(kind, catalogue).match(selection.q)
        items = [item for place, item in enumerate(items) if matches >> place & 1]
    for axis in KINDS[kind].axes:
        chosen = set(selection.chosen.get(axis.name, ()))
        if chosen and axis.name != leave_out:
            items = [item for item in items if chosen.intersection(axis.keys(item, catalogue))]
    situation = selection.situation.applied
    return [item for item, _verdict in applying(items, catalogue, situation)] if situation.answers else items


def _searched_text(item: Any) -> str:
    """The item's own text, and the words that people type for it."""
    return "\n".join([KINDS[item.KIND].text(item), *item.search_words])


def _index(kind: str, catalogue: Catalogue) -> WordIndex:
    """The words of the items of a kind, without those of their rows; made once for each catalogue."""
    return catalogue.memo.remember(("index", kind), lambda: WordIndex(map(_searched_text, catalogue.all(kind))))


def for_file(kind: str, catalogue: Catalogue, selection: ItemSelection) -> list[Any]:
    """The items for a file: the picked ones, or where the address picks none all that match."""
    if selection.picked or selection.asks_for_picks:
        return [catalogue.by_key[kind][key] for key in selection.picked]
    return matching(kind, catalogue, selection)


def left_out_of_file(kind: str, catalogue: Catalogue, selection: ItemSelection) -> list[LeftOut]:
    """What a file leaves out because it does not apply in the situation; nothing where its items are picked. No query."""
    if selection.picked or selection.asks_for_picks or selection.situation.shows_all:
        return []
    items = matching(kind, catalogue, selection.showing_all())
    _applying, pieces = split(items, catalogue, selection.situation)
    return pieces


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
            unit=unit(kind, counts.get(key, 0)),
        )
        for key, label in axis.choices(catalogue)
    ]
    return Facet(axis.name, str(axis.heading), bool(selected) or place < 2, len(selected), options)


def unit(kind: str, count: int) -> str:
    """The noun after a number of items of a kind, or of sections of a template; without one here the heading of the kind's list."""
    units = {
        "activity": npgettext("after a number", "activity", "activities", count),
        "section": npgettext("after a number", "section", "sections", count),
        "template": npgettext("after a number", "template", "templates", count),
        "guidance": npgettext("after a number", "answer", "answers", count),
        "requirement": npgettext("after a number", "requirement", "requirements", count),
        "risk": npgettext("after a number", "risk", "risks", count),
        "source": npgettext("after a number", "source", "sources", count),
    }
    return units[kind] if kind in units else lower_first(str(KINDS[kind].heading or ""))


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
