"""The query string of the solutions' pages, validated: the selection of vendors, and the stage of a solution beside it.

A solution is a sample offering of a published response. Questions that offerings combine (`Question.matrix_axis`) are
asked of the solution itself, all others of its vendor. `SolutionFilterSet.qs` selects the same offerings in the database
as `solutions.SolutionMatches` counts in memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import lazy
from django.utils.translation import gettext, gettext_lazy

from kl_ai.pages.querystring import KnownOptionsField

from ...models import Answer, Option, SampleOffering, Status
from ...models.survey import STAGE
from ..selection import AnswerFilter, Selection, TextFilter, VendorFilterSet
from ..snapshot import Snapshot
from ..tallies import QuestionTally
from .search import found, is_combined

NOT_STATED = "not-stated"
"""The value of `stage` for solutions whose vendor has not stated one."""
STAGES = (*SampleOffering.Stage.values, NOT_STATED)


@dataclass(frozen=True)
class SolutionSelection(Selection):
    """The state that the query string of a solutions' page describes: `stages` are the chosen ones, in their order."""

    stages: tuple[str, ...] = ()

    @property
    def is_everything(self) -> bool:
        return super().is_everything and not self.stages

    def pairs(
        self, *, sort: bool = True, by: bool = True, page: bool = True, shortlist: bool = True
    ) -> Iterator[tuple[str, str]]:
        yield from ((STAGE, stage) for stage in self.stages)
        yield from super().pairs(sort=sort, by=by, page=page, shortlist=shortlist)

    @property
    def of_vendors(self) -> Selection:
        """The same selection without the stages: that of the pages which list and count vendors."""
        return Selection(**{each.name: getattr(self, each.name) for each in fields(Selection)})

    def with_stage(self, stage: str) -> SolutionSelection:
        """This selection narrowed to exactly that stage."""
        return replace(self, stages=(stage,), page=1)

    def without_stage(self, stage: str) -> SolutionSelection:
        return replace(self, stages=tuple(other for other in self.stages if other != stage), page=1)

    def without_stages(self) -> SolutionSelection:
        return replace(self, stages=(), page=1)

    def cleared(self) -> SolutionSelection:
        return SolutionSelection(sort=self.sort, by=self.by, shortlist=self.shortlist)


def stage_label(stage: str) -> str:
    """The label of a stage in the active language."""
    return gettext("Not stated") if stage == NOT_STATED else str(SampleOffering.Stage(stage).label)


class CombinedFilter(AnswerFilter):
    """A question that offerings combine: those that used one of the given options."""

    def filter(self, rows: QuerySet, options: Sequence[str]) -> QuerySet:
        if not options:
            return rows
        used = Option.objects.filter(question__code=self.field_name, code__in=options)
        links = SampleOffering.options.through.objects.filter(option__in=used)
        return rows.filter(pk__in=links.values("sampleoffering"))


class CompanyFilter(AnswerFilter):
    """Any other question: the offerings of the rows that chose one of the given options."""

    def filter(self, rows: QuerySet, options: Sequence[str]) -> QuerySet:
        if not options:
            return rows
        answers = Answer.objects.filter(option__question__code=self.field_name, option__code__in=options)
        return rows.filter(response__in=answers.values("response"))


class StageFilter(django_filters.MultipleChoiceFilter):
    """The stages of an offering; `NOT_STATED` stands for none."""

    field_class = KnownOptionsField

    def filter(self, rows: QuerySet, stages: Sequence[str]) -> QuerySet:
        if not stages:
            return rows
        return rows.filter(stage__in=["" if stage == NOT_STATED else stage for stage in stages])


class SolutionTextFilter(TextFilter):
    """Free text, matched in memory: databases have no Danish stems and compounds."""

    def filter(self, rows: QuerySet, text: str) -> QuerySet:
        if not text:
            return rows
        snapshot: Snapshot = self.parent.snapshot
        return rows.filter(pk__in=snapshot.offering_keys(found(snapshot, text)))


class SolutionFilterSet(VendorFilterSet):
    """Free text and stage; `filterset_class` adds the filterable questions of one snapshot.

    `selection()` is the validated query string, `qs` the published offerings that it selects: one query, in no order.
    """

    q = SolutionTextFilter()

    def rows(self) -> QuerySet[SampleOffering]:
        return SampleOffering.objects.filter(response__status=Status.PUBLISHED).order_by()

    def selection(self, request: HttpRequest) -> SolutionSelection:
        """The `SolutionSelection` in the request's query string, with notices about what was ignored. No query."""
        selection = super().selection(request)
        chosen = dict(selection.chosen)
        stages = chosen.pop(STAGE, ())
        values = {each.name: getattr(selection, each.name) for each in fields(Selection)}
        return SolutionSelection(**values | {"chosen": chosen}, stages=stages)


def filterset_class(snapshot: Snapshot) -> type[SolutionFilterSet]:
    """The FilterSet with the filterable questions of the snapshot. Made once for each snapshot. No query."""
    return snapshot.memo.remember("solution filterset class", lambda: _make_filterset_class(snapshot))


def _make_filterset_class(snapshot: Snapshot) -> type[SolutionFilterSet]:
    filters: dict[str, django_filters.Filter] = {tally.code: _filter(tally) for tally in snapshot.filterable}
    stages = [(stage, stage) for stage in STAGES]
    filters[STAGE] = StageFilter(field_name=STAGE, label=gettext_lazy("Stage"), choices=lambda: stages)
    return type("SnapshotSolutionFilterSet", (SolutionFilterSet,), filters)


def _filter(tally: QuestionTally) -> AnswerFilter:
    choices = [(code, code) for code in tally.by_code]
    heading = lazy(lambda: tally.question.heading, str)
    kind = CombinedFilter if is_combined(tally) else CompanyFilter
    return kind(field_name=tally.code, label=heading(), choices=lambda: choices)


def selection_for_request(request: HttpRequest, snapshot: Snapshot) -> SolutionSelection:
    """The selection in the request's query string. No query."""
    return filterset_class(snapshot)(request.GET, snapshot).selection(request)
