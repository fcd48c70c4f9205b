"""The filter panel of a selection: facets with counts, chips, and suggestions for an empty result."""

from collections.abc import Collection, Iterable, Iterator
from functools import reduce
from itertools import combinations
from operator import and_

from django.utils.translation import gettext as _

from kl_ai.pages.querystring import Chip, Facet, FacetOption
from kl_ai.search.danish import join_words

from .selection import Selection
from .snapshot import QuestionTally, Snapshot

OPEN_AT_FIRST = 3
"""The number of facets that are open before anything is chosen."""
SUGGESTED = 5
FREE_TEXT = "q"


def facets(snapshot: Snapshot, selection: Selection) -> list[Facet]:
    """One facet per filterable question. An option's number is what choosing it alone would give. No query."""
    return [_facet(snapshot, selection, tally, place) for place, tally in enumerate(snapshot.filterable)]


def _facet(snapshot: Snapshot, selection: Selection, tally: QuestionTally, place: int) -> Facet:
    vendors = snapshot.match(selection.chosen, selection.q, leave_out=(tally.code,))
    selected = selection.chosen.get(tally.code, ())
    options = [
        FacetOption(
            code=counted.choice.code,
            label=counted.choice.option.short,
            full_label=counted.choice.option.label,
            help=counted.choice.option.help,
            count=counted.count,
            is_selected=counted.choice.code in selected,
            is_retired=counted.choice.option.is_retired,
            input_id=f"{tally.code}-{counted.choice.code}",
        )
        for counted in snapshot.counts(tally.code, vendors)
    ]
    return Facet(
        code=tally.code,
        heading=tally.question.heading,
        kind=tally.question.kind,
        is_open=bool(selected) or place < OPEN_AT_FIRST,
        selected_count=len(selected),
        options=options,
    )


def chips(snapshot: Snapshot, selection: Selection, path: str) -> Iterator[Chip]:
    """One removable chip per choice; removing leads to `path` with the rest of the selection."""
    if selection.q:
        yield Chip(_("Free text"), f"“{selection.q}”", path + selection.without_query().query())
    for code, options in selection.chosen.items():
        tally = snapshot.tallies[code]
        for option in options:
            label = tally.by_code[option].option.short
            yield Chip(tally.question.heading, label, path + selection.without_option(code, option).query())


def suggestions(snapshot: Snapshot, selection: Selection, path: str) -> list[tuple[str, str, int]]:
    """For an empty result: what to drop, the address without it, and how many vendors that gives.

    One question or the free text is dropped; where that does not help, two. The most vendors first. No query.
    """
    matches = {code: snapshot.match({code: options}) for code, options in selection.chosen.items()}
    if selection.q:
        matches[FREE_TEXT] = snapshot.match({}, selection.q)
    for size in (1, 2):
        if size >= len(matches):
            break
        counts = []
        for dropped in combinations(matches, size):
            rest = (vendors for part, vendors in matches.items() if part not in dropped)
            if count := reduce(and_, rest, snapshot.everyone).bit_count():
                counts.append((count, dropped))
        if counts:
            best = sorted(counts, key=lambda pair: -pair[0])[:SUGGESTED]
            return [
                (_labels(snapshot, selection, dropped), _without(selection, dropped, path), count)
                for count, dropped in best
            ]
    return []


def _without(selection: Selection, parts: Collection[str], path: str) -> str:
    """The address of the selection without these questions or the free text."""
    smaller = selection.without_questions(*parts)
    return path + (smaller.without_query() if FREE_TEXT in parts else smaller).query()


def _labels(snapshot: Snapshot, selection: Selection, parts: Iterable[str]) -> str:
    """The chosen labels of these parts, as in the chips."""
    labels = []
    for part in parts:
        if part == FREE_TEXT:
            labels.append(f"“{selection.q}”")
        else:
            labels += [snapshot.tallies[part].by_code[option].option.short for option in selection.chosen[part]]
    return join_words(labels, _("and"))
