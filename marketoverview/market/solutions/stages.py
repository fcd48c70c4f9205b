"""The table of solutions by technology and stage: how far the vendors say that their examples are. No query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..matrix import TINTS, AxisHeading, Cell, MatrixRow, choices_in_order, heading
from ..snapshot import Snapshot
from ..tallies import Choice, QuestionTally
from . import listing
from .selection import NOT_STATED, STAGES, SolutionSelection, stage_label


@dataclass(frozen=True, slots=True)
class StageTable:
    """The rows are the options of the matrix' row question, the columns the stages; each number is a list.

    The selection within the question itself and the stages is left out: each cell is one option at one stage.
    """

    snapshot: Snapshot
    basis: SolutionSelection
    row: QuestionTally
    offerings: int
    """Those that are counted (bitset)."""

    @property
    def sentence(self) -> str:
        """The basis in words."""
        return listing.sentence(self.snapshot, self.basis, self.offerings.bit_count())

    @property
    def explanation(self) -> str:
        total = self.offerings.bit_count()
        meaning = _(
            "Each number counts solutions that use the technology and are at the stage that the company states."
        )
        basis = ngettext("%(total)s solution is the basis.", "%(total)s solutions are the basis.", total)
        return f"{meaning} {basis % {'total': total}}"

    @property
    def row_heading(self) -> str:
        return self.row.question.heading

    @property
    def choices(self) -> list[Choice]:
        """The options of the rows, in their order."""
        return choices_in_order(self.row)

    @property
    def stages(self) -> Sequence[str]:
        """The codes of the columns, in their order."""
        return STAGES

    def columns(self) -> list[AxisHeading]:
        return [AxisHeading(stage_label(stage), stage_label(stage), stage == NOT_STATED) for stage in self.stages]

    def rows(self) -> list[MatrixRow]:
        """Every public option of the question by every stage."""
        counts = [[self._count(choice, stage) for stage in self.stages] for choice in self.choices]
        highest = max((count for line in counts for count in line), default=0)
        return [
            MatrixRow(
                heading(choice),
                [self._cell(choice, stage, count, highest) for stage, count in zip(self.stages, line, strict=True)],
            )
            for choice, line in zip(self.choices, counts, strict=True)
        ]

    def _count(self, choice: Choice, stage: str) -> int:
        return (choice.offerings & listing.at_stage(self.snapshot, stage) & self.offerings).bit_count()

    def _cell(self, choice: Choice, stage: str, count: int, highest: int) -> Cell:
        words = {"count": count, "row": choice.option.short, "column": stage_label(stage)}
        label = ngettext(
            "%(count)s solution: %(row)s and %(column)s", "%(count)s solutions: %(row)s and %(column)s", count
        )
        return Cell(
            count=count,
            url=self._url(choice, stage) if count and self.row.question.is_filterable else "",
            tint=-(-TINTS * count // highest) if count else 0,
            label=label % words,
        )

    def _url(self, choice: Choice, stage: str) -> str:
        narrowed = listing.narrowed(self.basis, self.row, choice, stage)
        return reverse("market:solutions") + narrowed.link_query


def stage_table(snapshot: Snapshot, selection: SolutionSelection) -> StageTable | None:
    """The table for a selection; None while no question of the survey stands in the rows of the matrix."""
    row = snapshot.on_axis("row")
    if row is None:
        return None
    basis = listing.without(selection, row)
    return StageTable(snapshot, basis, row, listing.SolutionMatches(snapshot, basis).match())
