"""What helps where a selection finds no solution or few: the same as for vendors, and the stage that was meant. No query."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from itertools import chain

from django.utils.translation import gettext as _

from kl_ai.search.danish import words
from kl_ai.search.matching import same_root

from ...models.survey import STAGE
from ..search import Term
from ..selection import Selection
from ..snapshot import Snapshot
from ..tallies import QuestionTally
from ..ways_out import FREE_TEXT, WayOut, Ways, WaysOut
from . import listing
from .listing import SolutionMatches
from .search import everything, with_term
from .selection import STAGES, SolutionSelection, stage_label


class SolutionWays(Ways):
    """The ways out of a selection of solutions."""

    selection: SolutionSelection

    def match(self, selection: SolutionSelection) -> int:
        return SolutionMatches(self.snapshot, selection).match()

    def with_term(self, term: Term) -> int:
        return with_term(self.snapshot, self.finder, term)

    @property
    def everything(self) -> int:
        return everything(self.snapshot)

    def parts(self) -> dict[str, int]:
        return SolutionMatches(self.snapshot, self.selection).parts

    def without(self, parts: Collection[str]) -> Selection:
        chosen = {code: options for code, options in self.selection.chosen.items() if code not in parts}
        stages = () if STAGE in parts else self.selection.stages
        return replace(
            self.selection, chosen=chosen, stages=stages, q="" if FREE_TEXT in parts else self.selection.q, page=1
        )

    def labels(self, part: str) -> Iterable[str]:
        return map(stage_label, self.selection.stages) if part == STAGE else super().labels(part)

    def heading(self, tally: QuestionTally) -> str:
        return listing.heading(tally)

    def named(self) -> Iterator[WayOut]:
        return chain(self._named_stages(), super().named())

    def _named_stages(self) -> Iterator[WayOut]:
        """The stages that a word of the query names, in place of it."""
        typed = words(self.selection.q)
        for stage in STAGES:
            label = stage_label(stage)
            if stage not in self.selection.stages and any(
                same_root(word, other) for word in typed for other in words(label)
            ):
                yield from self.first_way(
                    f"{_('Stage')}: {label}",
                    replace(self.selection.with_stage(stage), q=""),
                    self.selection.cleared().with_stage(stage),
                )


def ways_out(snapshot: Snapshot, selection: SolutionSelection, path: str) -> WaysOut:
    """The ways out of a selection that finds no solution or few; none where there are none at all."""
    return SolutionWays(snapshot, selection, path).ways_out() if snapshot.offering_count else WaysOut()
