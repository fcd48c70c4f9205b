"""The query string of the public pages, validated.

Whatever a link holds, the page answers: unknown values are dropped and named in a notice. The
result is a `Selection`, the immutable state of directory, figures, matrix, exports and feed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import django_filters
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from kl_ai.pages import querystring
from kl_ai.pages.querystring import Notices, OptionsFilter, SearchFilter, encode, shown

from ..models import Response
from ..models.survey import PARAMETERS
from .snapshot import Snapshot

SORTS = ("name", "confirmed", "rotation")
MAX_COMPARED = 4
WAYS = ("vendors", "offerings")
"""What the matrix counts."""


@dataclass(frozen=True)
class Selection:
    """What a visitor has chosen. `chosen` maps question code to option codes in the survey's order."""

    q: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = "name"
    by: str = "vendors"
    page: int = 1
    compared: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()

    @property
    def is_everything(self) -> bool:
        return not self.q and not self.chosen

    def pairs(self, **without: bool) -> Iterator[tuple[str, str]]:
        """The canonical query parameters, in a fixed order. `sort=False` etc. leaves that one out."""
        if self.q:
            yield "q", self.q
        for code, options in self.chosen.items():
            yield from ((code, option) for option in options)
        if self.sort != "name" and without.get("sort", True):
            yield "sort", self.sort
        if self.by != WAYS[0] and without.get("by", True):
            yield "by", self.by
        if self.page > 1 and without.get("page", True):
            yield "page", str(self.page)
        if without.get("compared", True):
            yield from (("v", slug) for slug in self.compared)

    def query(self, **without: bool) -> str:
        """`?q=…&services=…`, or nothing at all for everything."""
        return encode(self.pairs(**without))

    @property
    def filter_query(self) -> str:
        """The query string of the selection alone, without order, way of counting, page and comparison."""
        return self.query(sort=False, by=False, page=False, compared=False)

    def with_option(self, code: str, option: str) -> Selection:
        """This selection narrowed to exactly that option of the question."""
        return replace(self, chosen={**self.chosen, code: (option,)}, page=1)

    def without_option(self, code: str, option: str) -> Selection:
        left = tuple(other for other in self.chosen.get(code, ()) if other != option)
        chosen = {**self.chosen, code: left}
        return replace(self, chosen={code: options for code, options in chosen.items() if options}, page=1)

    def without_questions(self, *codes: str) -> Selection:
        left = {code: options for code, options in self.chosen.items() if code not in codes}
        return replace(self, chosen=left, page=1)

    def without_query(self) -> Selection:
        return replace(self, q="", page=1)

    def cleared(self) -> Selection:
        return Selection(sort=self.sort, by=self.by, compared=self.compared)


class VendorFilterSet(django_filters.FilterSet):
    """Free text and the filterable questions of one snapshot.

    It declares and validates the parameters; the snapshot does the matching, so that lists,
    counts and exports have one way to it.
    """

    q = SearchFilter()

    def __init__(self, data: QueryDict, snapshot: Snapshot) -> None:
        super().__init__(data, queryset=Response.objects.none())
        self.snapshot = snapshot

    def selection(self, request: HttpRequest) -> Selection:
        """The `Selection` in the request's query string, with notices about what was ignored."""
        notices, data, cleaned = Notices(), self.data, self.form.cleaned_data if self.form.is_valid() else {}
        querystring.search_text(self, request, notices)
        querystring.unknown_choices(self, notices)
        querystring.unknown_parameters(self, PARAMETERS, notices)
        return Selection(
            q=cleaned.get("q", ""),
            chosen={name: value for name, value in cleaned.items() if name != "q" and value},
            sort=self._sort(data.get("sort", ""), notices),
            by=self._by(data.get("by", ""), notices),
            page=self._page(data.get("page", ""), notices),
            compared=compared(data.getlist("v"), self.snapshot, notices),
            notices=notices.texts(),
        )

    @staticmethod
    def _sort(value: str, notices: Notices) -> str:
        if value and value not in SORTS:
            notices.add(_("We do not know the order “%(value)s”. The list goes from A to Å.") % {"value": shown(value)})
        return value if value in SORTS else "name"

    @staticmethod
    def _by(value: str, notices: Notices) -> str:
        if value and value not in WAYS:
            known = {"value": shown(value)}
            notices.add(_("We do not know the way to count “%(value)s”. Companies are counted.") % known)
        return value if value in WAYS else WAYS[0]

    @staticmethod
    def _page(value: str, notices: Notices) -> int:
        if not value:
            return 1
        if value.isascii() and value.isdigit() and len(value) <= 9 and int(value) > 0:
            return int(value)
        notices.add(_("There is no page “%(value)s”. You see the first page.") % {"value": shown(value)})
        return 1


def compared(slugs: Iterable[str], snapshot: Snapshot, notices: Notices) -> tuple[str, ...]:
    """The known vendors among `slugs`, each once, at most `MAX_COMPARED` of them."""
    given = [slug for slug in dict.fromkeys(slugs) if slug]
    known = [slug for slug in given if slug in snapshot.position]
    for slug in given:
        if slug not in snapshot.position:
            notices.add(
                _("We do not know a vendor “%(slug)s”. It was left out of the comparison.") % {"slug": shown(slug)}
            )
    if len(known) > MAX_COMPARED:
        notices.add(_("Up to %(n)s vendors can be compared. The rest were left out.") % {"n": MAX_COMPARED})
    return tuple(known[:MAX_COMPARED])


def read(request: HttpRequest, snapshot: Snapshot) -> Selection:
    """The selection that the request asks for."""
    filters = {
        asked.code: OptionsFilter(
            field_name=asked.code,
            label=asked.question.heading,
            choices=[(code, code) for code in asked.by_code],
        )
        for asked in snapshot.filterable
    }
    filterset = type("SnapshotFilterSet", (VendorFilterSet,), filters)
    return filterset(request.GET, snapshot).selection(request)
