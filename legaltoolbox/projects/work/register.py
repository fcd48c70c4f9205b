"""The public register in memory: the sheets that are public now, and the selection of them that an address describes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property

from django import forms
from django.db.models.fields.json import KT
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kl_ai.pages.querystring import (
    Chip,
    Facet,
    FacetOption,
    KnownOptionsField,
    SearchField,
    encode,
    query_notices,
)
from kl_ai.pages.versions import ValuePerVersion
from kl_ai.search.danish import sort_key
from kl_ai.search.index import WordIndex

from ..models import SharedCopy
from ..models.sheets import SheetArea, SheetStage, register_version
from .sheet_page import label

PAGE = "page"
MOST_DIGITS = 6
"""Of the number of a page."""


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """A sheet as the list has it."""

    pk: int
    code: str
    municipality: str
    number: int
    """Of the project, which the address of the sheet has."""
    name: str
    summary: str
    area: str
    stage: str
    published_at: datetime
    is_demo: bool

    @property
    def area_label(self) -> str:
        return label(SheetArea, self.area)

    @property
    def stage_label(self) -> str:
        return label(SheetStage, self.stage)


@dataclass(frozen=True)
class Register:
    """The sheets that are public, the one published last first."""

    entries: tuple[SheetEntry, ...]

    @cached_property
    def index(self) -> WordIndex:
        """The words of the names and summaries."""
        return WordIndex(f"{entry.name}\n{entry.summary}\n{entry.municipality}" for entry in self.entries)

    @cached_property
    def municipalities(self) -> dict[str, str]:
        """The codes of the municipalities that have a sheet to their names, in Danish order."""
        names = {entry.code: entry.municipality for entry in self.entries}
        return dict(sorted(names.items(), key=lambda pair: sort_key(pair[1])))

    @property
    def has_demo(self) -> bool:
        return any(entry.is_demo for entry in self.entries)

    def select(self, selection: SheetSelection, *, leave_out: str = "") -> list[SheetEntry]:
        """The sheets that match each axis but `leave_out`, and every word."""
        entries = list(self.entries)
        if selection.q:
            matches = self.index.match(selection.q)
            entries = [entry for place, entry in enumerate(entries) if matches >> place & 1]
        for name, attribute in AXES.items():
            chosen = selection.chosen.get(name)
            if chosen and name != leave_out:
                entries = [entry for entry in entries if getattr(entry, attribute) in chosen]
        return entries


def _read(version: int, day: date) -> Register:
    """The sheets that are public. One query."""
    rows = (
        SharedCopy.objects.filter(audience=SharedCopy.Audience.PUBLIC)
        .current()
        .annotate(summary=KT("record__summary"), area=KT("record__area"), stage=KT("record__stage"))
        .order_by("-published_at", "-pk")
        .values_list(
            "pk",
            "municipality__code",
            "municipality__name",
            "project__number",
            "title",
            "summary",
            "area",
            "stage",
            "published_at",
            "municipality__is_demo",
        )
    )
    return Register(tuple(SheetEntry(*row) for row in rows))


register = ValuePerVersion(register_version, _read)


def sheet_versions(code: str, number: int) -> list[SharedCopy]:
    """All versions of the sheet of a project, the newest first, with their municipality. One query."""
    copies = SharedCopy.objects.filter(audience=SharedCopy.Audience.PUBLIC, municipality__code=code)
    return list(copies.filter(project__number=number).select_related("municipality").order_by("-number"))


def withdrawn_on(versions: Sequence[SharedCopy], place: int) -> datetime | None:
    """When the version at this place was withdrawn; None where it is public. A newer one takes those before it along. No query."""
    if versions[place].record:
        return None
    days = [copy.withdrawn_at for copy in versions[: place + 1] if copy.withdrawn_at]
    return days[-1] if days else versions[place].replaced_at


# The selection ------------------------------------------------------------------------------------

MUNICIPALITY, AREA, STAGE = "kommune", "omraade", "stadie"
AXES = {MUNICIPALITY: "code", AREA: "area", STAGE: "stage"}
"""The filters by their names in an address, to what they ask of an entry."""
HEADINGS = {
    MUNICIPALITY: gettext_lazy("Municipality"),
    AREA: gettext_lazy("Area"),
    STAGE: gettext_lazy("Stage"),
}


@dataclass(frozen=True)
class SheetSelection:
    """The filters of the list."""

    q: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    page: int = 1
    notices: tuple[str, ...] = ()
    """Sentences about the parts of the address that were ignored."""

    def pairs(self) -> Iterator[tuple[str, str]]:
        if self.q:
            yield "q", self.q
        for name, values in self.chosen.items():
            yield from ((name, value) for value in values)

    @property
    def query(self) -> str:
        """The query string without the number of the page."""
        return encode(self.pairs())

    def page_query(self, number: int) -> str:
        return encode([*self.pairs(), *([(PAGE, str(number))] if number > 1 else [])])

    def without(self, name: str, value: str) -> SheetSelection:
        others = tuple(other for other in self.chosen.get(name, ()) if other != value)
        chosen = {**self.chosen, name: others}
        return replace(self, chosen={key: values for key, values in chosen.items() if values})


def choices_of(name: str, held: Register) -> list[tuple[str, str]]:
    """The values that an address can have for a filter: of the municipalities those that have a sheet."""
    if name == MUNICIPALITY:
        return list(held.municipalities.items())
    return [(value, capfirst(str(text))) for value, text in (SheetArea if name == AREA else SheetStage).choices]


def read_selection(request: HttpRequest, held: Register, others: tuple[str, ...] = ()) -> SheetSelection:
    """The selection that the request describes; `others` are known parameters beside it. No query."""
    fields: dict[str, forms.Field] = {
        name: KnownOptionsField(label=heading, choices=choices_of(name, held), required=False)
        for name, heading in HEADINGS.items()
    }
    fields["q"] = SearchField(required=False)
    form = type("SheetForm", (forms.Form,), fields)(request.GET)
    notices = query_notices(form, request, [PAGE, *others])
    chosen = {name: form.cleaned_data[name] for name in AXES if form.cleaned_data[name]}
    number = request.GET.get(PAGE, "")
    is_number = number.isascii() and number.isdigit() and len(number) <= MOST_DIGITS
    return SheetSelection(form.cleaned_data["q"], chosen, int(number) or 1 if is_number else 1, notices.texts())


def facets(held: Register, selection: SheetSelection) -> list[Facet]:
    """The filters; the number of an option is that of the sheets if it alone were chosen on its axis. No query."""
    return [_facet(name, held, selection) for name in AXES]


def _facet(name: str, held: Register, selection: SheetSelection) -> Facet:
    chosen = selection.chosen.get(name, ())
    counts = Counter(getattr(entry, AXES[name]) for entry in held.select(selection, leave_out=name))
    used = {getattr(entry, AXES[name]) for entry in held.entries}
    options = [
        FacetOption(
            code=value,
            label=text,
            count=counts[value],
            is_selected=value in chosen,
            input_id=f"{name}-{value}",
            language="da" if name == MUNICIPALITY else "",
            unit=ngettext("sheet", "sheets", counts[value]),
        )
        for value, text in choices_of(name, held)
        if value in used or value in chosen
    ]
    return Facet(name, str(HEADINGS[name]), True, len(chosen), options)


def chips(held: Register, selection: SheetSelection, path: str) -> Iterator[Chip]:
    """One chip for the free text and for each choice, which removes it. No query."""
    if selection.q:
        yield Chip(_("Free text"), f"“{selection.q}”", path + replace(selection, q="").query)
    for name, values in selection.chosen.items():
        labels = dict(choices_of(name, held))
        for value in values:
            url = path + selection.without(name, value).query
            yield Chip(str(HEADINGS[name]), labels[value], url, "da" if name == MUNICIPALITY else "")


def sentence(held: Register, number: int) -> str:
    """How many sheets are selected of how many."""
    if number == len(held.entries):
        return ngettext("%(n)s sheet", "%(n)s sheets", number) % {"n": number}
    words = {"n": number, "total": len(held.entries)}
    return ngettext("%(n)s of %(total)s sheets", "%(n)s of %(total)s sheets", number) % words
