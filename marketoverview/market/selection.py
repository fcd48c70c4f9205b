"""The query string of the public pages, validated.

Unknown values are dropped and named in a notice, so that no link leads to an error. The
result is a `Selection`, the immutable state of directory, figures, matrix, exports and feed. The
snapshot counts it in memory; `VendorFilterSet.qs` selects the same responses in the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.functional import lazy
from django.utils.translation import gettext as _

from kl_ai.pages.querystring import KnownOptionsField, Notices, SearchField, encode, notice_text, query_notices
from kl_ai.search import bitset

from ..models import Answer, Response
from ..models.survey import QUERY_PARAMETERS
from .snapshot import QuestionTally, Snapshot

SORTS = ("name", "confirmed", "rotation")
MAX_COMPARED = 4
COUNTED = ("vendors", "offerings")
"""The values of `by` in the address: what the matrix counts. The first is the default."""


@dataclass(frozen=True)
class Selection:
    """The state that a query string describes. `chosen` maps question code to option codes in the survey's order."""

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

    def pairs(
        self, *, sort: bool = True, by: bool = True, page: bool = True, compared: bool = True
    ) -> Iterator[tuple[str, str]]:
        """The canonical query parameters, in a fixed order. `sort=False` and the like leave that one out."""
        if self.q:
            yield "q", self.q
        for code, options in self.chosen.items():
            yield from ((code, option) for option in options)
        if sort and self.sort != "name":
            yield "sort", self.sort
        if by and self.by != COUNTED[0]:
            yield "by", self.by
        if page and self.page > 1:
            yield "page", str(self.page)
        if compared:
            yield from (("v", slug) for slug in self.compared)

    def query(self, *, sort: bool = True, by: bool = True, page: bool = True, compared: bool = True) -> str:
        """The query string of `pairs`, `?q=…&services=…`; "" where it has none."""
        return encode(self.pairs(sort=sort, by=by, page=page, compared=compared))

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


class AnswerFilter(django_filters.MultipleChoiceFilter):
    """A filterable question: the responses that chose one of the given options."""

    field_class = KnownOptionsField

    def filter(self, responses: QuerySet[Response], options: Sequence[str]) -> QuerySet[Response]:
        if not options:
            return responses
        answers = Answer.objects.filter(option__question__code=self.field_name, option__code__in=options)
        return responses.filter(pk__in=answers.values("response"))


class TextFilter(django_filters.CharFilter):
    """Free text, matched by the snapshot's word index: databases have no Danish stems and compounds."""

    field_class = SearchField

    def filter(self, responses: QuerySet[Response], text: str) -> QuerySet[Response]:
        if not text:
            return responses
        snapshot: Snapshot = self.parent.snapshot
        positions = bitset.members(snapshot.match({}, text))
        return responses.filter(pk__in=[snapshot.entries[position].response_id for position in positions])


class VendorFilterSet(django_filters.FilterSet):
    """Free text; `filterset_class` adds the filterable questions of one snapshot.

    `selection()` is the validated query string, which the snapshot matches without a query. `qs` are the published
    responses that it selects, filtered in the database: one query, in no particular order.
    """

    q = TextFilter()

    def __init__(self, data: QueryDict, snapshot: Snapshot) -> None:
        super().__init__(data, queryset=Response.objects.published())
        self.snapshot = snapshot

    def selection(self, request: HttpRequest) -> Selection:
        """The `Selection` in the request's query string, with notices about what was ignored. No query."""
        notices = query_notices(self.form, request, QUERY_PARAMETERS)
        data, cleaned = self.data, self.form.cleaned_data
        return Selection(
            q=cleaned.get("q", ""),
            chosen={name: value for name, value in cleaned.items() if name != "q" and value},
            sort=self._sort(data.get("sort", ""), notices),
            by=self._by(data.get("by", ""), notices),
            page=self._page(data.get("page", ""), notices),
            compared=known_slugs(data.getlist("v"), self.snapshot, notices),
            notices=notices.texts(),
        )

    @staticmethod
    def _sort(value: str, notices: Notices) -> str:
        if value and value not in SORTS:
            notices.add(
                _("We do not know the order “%(value)s”. The list goes from A to Å.") % {"value": notice_text(value)}
            )
        return value if value in SORTS else "name"

    @staticmethod
    def _by(value: str, notices: Notices) -> str:
        if value and value not in COUNTED:
            notices.add(
                _("We do not know the way to count “%(value)s”. Companies are counted.") % {"value": notice_text(value)}
            )
        return value if value in COUNTED else COUNTED[0]

    @staticmethod
    def _page(value: str, notices: Notices) -> int:
        if not value:
            return 1
        if value.isascii() and value.isdigit() and len(value) <= 9 and int(value) > 0:
            return int(value)
        notices.add(_("There is no page “%(value)s”. You see the first page.") % {"value": notice_text(value)})
        return 1


def known_slugs(slugs: Iterable[str], snapshot: Snapshot, notices: Notices) -> tuple[str, ...]:
    """The vendors to compare: the known ones among `slugs`, each once, at most `MAX_COMPARED` of them."""
    distinct = [slug for slug in dict.fromkeys(slugs) if slug]
    known = [slug for slug in distinct if slug in snapshot.position]
    for slug in distinct:
        if slug not in snapshot.position:
            notices.add(
                _("We do not know a vendor “%(slug)s”. It was left out of the comparison.")
                % {"slug": notice_text(slug)}
            )
    if len(known) > MAX_COMPARED:
        notices.add(_("Up to %(n)s vendors can be compared. The rest were left out.") % {"n": MAX_COMPARED})
    return tuple(known[:MAX_COMPARED])


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
