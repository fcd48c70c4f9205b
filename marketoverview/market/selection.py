"""The query string of the public pages, validated.

Unknown values are dropped and named in a notice, so that no link leads to an error. The
result is a `Selection`, the immutable state of directory, figures, matrix, exports and feed. The
snapshot counts it in memory; `VendorFilterSet.qs` selects the same responses in the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import or_
from typing import Any, Self

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.functional import lazy
from django.utils.translation import gettext as _

from kl_ai.pages.querystring import (
    KnownOptionsField,
    Notices,
    QueryForm,
    SearchField,
    encode,
    notice_text,
    query_notices,
)
from kl_ai.search import bitset

from ..models import Answer, Response
from ..models.survey import QUERY_PARAMETERS
from .snapshot import Entry, Snapshot
from .tallies import QuestionTally

SORTS = ("name", "confirmed", "rotation")
VIEWS = ("list", "table")
"""The values of `view` in the address: how the directory shows the companies. The first is the default."""
MAX_SHORTLISTED = 30
"""The most vendors that an address puts on the shortlist."""
MAX_COMPARED = 6
"""The most vendors of the shortlist that are compared side by side."""
COUNTED = ("vendors", "offerings")
"""The values of `by` in the address: what the matrix counts. The first is the default."""


@dataclass(frozen=True)
class Selection:
    """The state that a query string describes.

    `chosen` maps question code to option codes in the survey's order. `shortlist` are the slugs of the vendors that
    somebody has picked, from A to Å. Pages that count the market disregard it; `selected` says whom a file is about.
    """

    q: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = "name"
    by: str = "vendors"
    view: str = "list"
    page: int = 1
    shortlist: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    """What the address puts on the shortlist without being a public vendor, at most `MAX_SHORTLISTED` of it."""
    notices: tuple[str, ...] = ()
    file_notices: tuple[str, ...] = ()
    """The same for a file: without a text of the address."""

    @property
    def names_vendors(self) -> bool:
        """Whether the address has a shortlist, be it of vendors that are no longer public."""
        return bool(self.shortlist or self.unknown)

    @property
    def is_everything(self) -> bool:
        return not self.q and not self.chosen

    def pairs(
        self, *, sort: bool = True, by: bool = True, page: bool = True, shortlist: bool = True
    ) -> Iterator[tuple[str, str]]:
        """The canonical query parameters, in a fixed order. `sort=False` and the like leave that one out.

        How the list is shown goes with its order.
        """
        if self.q:
            yield "q", self.q
        for code, options in self.chosen.items():
            yield from ((code, option) for option in options)
        if sort and self.sort != "name":
            yield "sort", self.sort
        if sort and self.view != VIEWS[0]:
            yield "view", self.view
        if by and self.by != COUNTED[0]:
            yield "by", self.by
        if page and self.page > 1:
            yield "page", str(self.page)
        if shortlist:
            yield from (("v", slug) for slug in self.shortlist)

    def query(self, *, sort: bool = True, by: bool = True, page: bool = True, shortlist: bool = True) -> str:
        """The query string of `pairs`, `?q=…&services=…`; "" where it has none."""
        return encode(self.pairs(sort=sort, by=by, page=page, shortlist=shortlist))

    @property
    def filter_query(self) -> str:
        """The query string of the selection alone, without order, way of counting, page and shortlist."""
        return self.query(sort=False, by=False, page=False, shortlist=False)

    @property
    def link_query(self) -> str:
        """The query string that links to other pages keep: the selection and the shortlist."""
        return self.query(sort=False, by=False, page=False)

    @property
    def file_query(self) -> str:
        """The query string of what is about `selected`: note, files, contacts and their permalinks.

        The vendors that are not public stay in it. Without them an address whose vendors have all withdrawn would lead
        to the whole market.
        """
        pairs = self.pairs(sort=False, by=False, page=False)
        return encode([*pairs, *(("v", slug) for slug in self.unknown)])

    @property
    def shortlist_query(self) -> str:
        """`?v=…&v=…`, or "" where the shortlist is empty."""
        return encode(("v", slug) for slug in self.shortlist)

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

    def with_vendor(self, slug: str) -> Selection:
        """This selection with the vendor on the shortlist, at its end."""
        return replace(self, shortlist=(*self.without_vendor(slug).shortlist, slug))

    def without_vendor(self, slug: str) -> Selection:
        return replace(self, shortlist=tuple(other for other in self.shortlist if other != slug))

    def cleared(self) -> Selection:
        return Selection(sort=self.sort, by=self.by, view=self.view, shortlist=self.shortlist)


class AnswerFilter(django_filters.MultipleChoiceFilter):
    """A filterable question: the responses that chose one of the given options."""

    field_class = KnownOptionsField

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """The copy of one filterset, which notes itself in it; all else is shared."""
        return copy(self)

    def filter(self, rows: QuerySet, options: Sequence[str]) -> QuerySet:
        if not options:
            return rows
        answers = Answer.objects.filter(option__question__code=self.field_name, option__code__in=options)
        return rows.filter(pk__in=answers.values("response"))


class TextFilter(django_filters.CharFilter):
    """Free text, matched by the snapshot's word index: databases have no Danish stems and compounds."""

    field_class = SearchField

    def filter(self, rows: QuerySet, text: str) -> QuerySet:
        if not text:
            return rows
        snapshot: Snapshot = self.parent.snapshot
        positions = bitset.members(snapshot.match({}, text))
        return rows.filter(pk__in=[snapshot.entries[position].response_id for position in positions])


class VendorFilterSet(django_filters.FilterSet):
    """Free text; `filterset_class` adds the filterable questions of one snapshot.

    `selection()` is the validated query string, which the snapshot matches without a query. `qs` are the published
    responses that it selects, filtered in the database: one query, in no particular order.
    """

    q = TextFilter()

    class Meta:
        form = QueryForm

    def __init__(self, data: QueryDict, snapshot: Snapshot) -> None:
        super().__init__(data, queryset=self.rows())
        self.snapshot = snapshot

    def rows(self) -> QuerySet:
        """The rows that the filters narrow."""
        return Response.objects.published()

    def get_form_class(self) -> Any:
        """The form of the query string, made once for each snapshot."""
        return self.snapshot.memo.remember(("form class", type(self)), super().get_form_class)

    def selection(self, request: HttpRequest) -> Selection:
        """The `Selection` in the request's query string, with notices about what was ignored. No query.

        `shortlist.notices` says of the vendors in `unknown` who has withdrawn.
        """
        notices = query_notices(self.form, request, QUERY_PARAMETERS)
        data, cleaned = self.data, self.form.cleaned_data
        shortlist, unknown = self._shortlist(data.getlist("v"), notices)
        return Selection(
            q=cleaned.get("q", ""),
            chosen={name: value for name, value in cleaned.items() if name != "q" and value},
            sort=self._sort(data.get("sort", ""), notices),
            by=self._by(data.get("by", ""), notices),
            view=self._view(data.get("view", ""), notices),
            page=self._page(data.get("page", ""), notices),
            shortlist=shortlist,
            unknown=unknown,
            notices=notices.texts(),
            file_notices=notices.for_file(),
        )

    @staticmethod
    def _sort(value: str, notices: Notices) -> str:
        if value and value not in SORTS:
            notices.add(
                _("We do not know the order “%(value)s”. The list goes from A to Å.") % {"value": notice_text(value)},
                is_quote=True,
            )
        return value if value in SORTS else "name"

    @staticmethod
    def _by(value: str, notices: Notices) -> str:
        if value and value not in COUNTED:
            notices.add(
                _("We do not know the way to count “%(value)s”. Companies are counted.")
                % {"value": notice_text(value)},
                is_quote=True,
            )
        return value if value in COUNTED else COUNTED[0]

    @staticmethod
    def _view(value: str, notices: Notices) -> str:
        if value and value not in VIEWS:
            notices.add(
                _("We do not know the view “%(value)s”. You see the list.") % {"value": notice_text(value)},
                is_quote=True,
            )
        return value if value in VIEWS else VIEWS[0]

    @staticmethod
    def _page(value: str, notices: Notices) -> int:
        if not value:
            return 1
        if value.isascii() and value.isdigit() and len(value) <= 9 and int(value) > 0:
            return int(value)
        notices.add(
            _("There is no page “%(value)s”. You see the first page.") % {"value": notice_text(value)}, is_quote=True
        )
        return 1

    def _shortlist(self, slugs: Iterable[str], notices: Notices) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The public vendors among `slugs`, each once and from A to Å, and the others. At most `MAX_SHORTLISTED` each.

        Where there are more, those stay that the address names first.
        """
        position = self.snapshot.position
        distinct = [slug for slug in dict.fromkeys(slugs) if slug]
        known = [slug for slug in distinct if slug in position]
        unknown = [slug for slug in distinct if slug not in position]
        if len(known) > MAX_SHORTLISTED:
            notices.add(_("A shortlist holds up to %(n)s companies. The rest were left out.") % {"n": MAX_SHORTLISTED})
        listed = shortlist_entries(self.snapshot, known[:MAX_SHORTLISTED])
        return tuple(entry.slug for entry in listed), tuple(unknown[:MAX_SHORTLISTED])


def shortlist_entries(snapshot: Snapshot, slugs: Sequence[str]) -> list[Entry]:
    """The entries of these vendors, from A to Å. Unknown slugs raise `KeyError`. No query."""
    return snapshot.page(_positions(snapshot, slugs), "name", 0, len(slugs))


def selected(snapshot: Snapshot, selection: Selection) -> int:
    """The vendors (bitset) that a file, note or list of contacts is about. No query.

    The shortlist where the address names one, also where none of it is public any more; else those that match. Where
    both stand in the address, the choices say among whom the shortlist was picked.
    """
    if selection.names_vendors:
        return _positions(snapshot, selection.shortlist)
    return snapshot.match(selection.chosen, selection.q)


def _positions(snapshot: Snapshot, slugs: Iterable[str]) -> int:
    """The vendors (bitset) with these slugs."""
    return reduce(or_, (1 << snapshot.position[slug] for slug in slugs), 0)


def filterset_class(snapshot: Snapshot) -> type[VendorFilterSet]:
    """The FilterSet with the filterable questions of the snapshot. Made once for each snapshot. No query."""
    return snapshot.memo.remember("filterset class", lambda: _make_filterset_class(snapshot))


def _make_filterset_class(snapshot: Snapshot) -> type[VendorFilterSet]:
    filters = {tally.code: _answer_filter(tally) for tally in snapshot.filterable}
    return type("SnapshotFilterSet", (VendorFilterSet,), filters)


def _answer_filter(tally: QuestionTally) -> AnswerFilter:
    """Every request copies the filter. The function and the lazy text in it are shared; the text is of the request's language."""
    choices = [(code, code) for code in tally.by_code]
    heading = lazy(lambda: tally.question.heading, str)
    return AnswerFilter(field_name=tally.code, label=heading(), choices=lambda: choices)


def selection_for_request(request: HttpRequest, snapshot: Snapshot) -> Selection:
    """The selection in the request's query string. No query."""
    return filterset_class(snapshot)(request.GET, snapshot).selection(request)
