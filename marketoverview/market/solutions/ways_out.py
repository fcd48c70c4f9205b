"""What helps where a selection finds no solution: other spellings, what to leave out, and else the options of the market.

Never a link to none. No query.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from functools import partial
from itertools import combinations, islice

from django.utils.translation import gettext as _

from kl_ai.search.danish import join_words

from ..snapshot import Snapshot
from ..tallies import Choice, QuestionTally
from ..ways_out import MOST, WayOut, WaysOut, beside, respelled
from . import listing
from .listing import FREE_TEXT, SolutionMatches
from .selection import SolutionSelection


def ways_out(snapshot: Snapshot, selection: SolutionSelection, matches: SolutionMatches, path: str) -> WaysOut:
    """The ways out of a selection that finds no solution; none where it finds some, or there are none at all."""
    if matches.match() or not snapshot.offering_count:
        return WaysOut()
    ways = WaysOut(
        spellings=list(islice(_spellings(snapshot, selection, path), MOST)) if selection.q else [],
        left_out=_left_out(snapshot, selection, matches, path),
    )
    return ways or WaysOut(beside=beside(snapshot, partial(_option_way, snapshot, selection, path)))


def _option_way(
    snapshot: Snapshot, selection: SolutionSelection, path: str, tally: QuestionTally, choice: Choice
) -> Iterator[WayOut]:
    """The option in place of the free text, with the other choices."""
    narrowed = replace(selection, q="", page=1, chosen={**selection.chosen, tally.code: (choice.code,)})
    if count := SolutionMatches(snapshot, narrowed).match().bit_count():
        yield WayOut(choice.option.short, path + narrowed.query(), count)


def _spellings(snapshot: Snapshot, selection: SolutionSelection, path: str) -> Iterator[WayOut]:
    for query in respelled(snapshot, selection.q):
        other = replace(selection, q=query, page=1)
        if count := SolutionMatches(snapshot, other).match().bit_count():
            yield WayOut(query, path + other.query(), count)


def _left_out(snapshot: Snapshot, selection: SolutionSelection, matches: SolutionMatches, path: str) -> list[WayOut]:
    """The selection without one facet or the free text, or, where that does not help, without two. The most first."""
    for size in (1, 2):
        if size >= len(matches.parts):
            break
        counted = ((matches.match(parts).bit_count(), parts) for parts in combinations(matches.parts, size))
        best = sorted((pair for pair in counted if pair[0]), key=lambda pair: -pair[0])[:MOST]
        if best:
            return [
                WayOut(_labels(snapshot, selection, parts), path + _without(selection, parts).query(), count)
                for count, parts in best
            ]
    return []


def _without(selection: SolutionSelection, parts: Collection[str]) -> SolutionSelection:
    chosen = {code: options for code, options in selection.chosen.items() if code not in parts}
    return replace(
        selection,
        chosen=chosen,
        stages=() if listing.STAGE in parts else selection.stages,
        q="" if FREE_TEXT in parts else selection.q,
        page=1,
    )


def _labels(snapshot: Snapshot, selection: SolutionSelection, parts: Collection[str]) -> str:
    """The chosen labels of these parts, as in the chips."""
    labels: list[str] = []
    for part in parts:
        if part == FREE_TEXT:
            labels.append(f"“{selection.q}”")
        elif part == listing.STAGE:
            labels += map(listing.stage_label, selection.stages)
        else:
            labels += [snapshot.tallies[part].by_code[option].option.short for option in selection.chosen[part]]
    return join_words(labels, _("and"))
