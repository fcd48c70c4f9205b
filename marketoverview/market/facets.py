"""The filter panel of a selection: facets with counts, and chips."""

from collections.abc import Callable, Collection, Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kl_ai.pages.querystring import Chip, Facet, FacetOption

from .selection import Selection
from .snapshot import Snapshot
from .tallies import QuestionTally

OPEN_AT_FIRST = 3
"""The number of facets that are open before anything is chosen."""


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
            unit=unit(counted.count),
        )
        for counted in snapshot.counts(tally.code, vendors)
    ]
    return Facet(
        code=tally.code,
        heading=tally.question.heading,
        kind=tally.question.kind,
        is_open=is_open(place, selected, vendors),
        selected_count=len(selected),
        options=options,
    )


def is_open(place: int, selected: Collection[str], counted: int) -> bool:
    """Whether the facet at this place, of which these options are chosen, is open.

    `counted` (bitset) are those whom its numbers count: beside an empty list no column of zeros stands open.
    """
    return bool(selected) or (place < OPEN_AT_FIRST and counted != 0)


def unit(count: int) -> str:
    return ngettext("company", "companies", count)


def question_heading(tally: QuestionTally) -> str:
    return tally.question.heading


def chips(
    snapshot: Snapshot, selection: Selection, path: str, heading: Callable[[QuestionTally], str] = question_heading
) -> Iterator[Chip]:
    """One removable chip per choice; removing leads to `path` with the rest of the selection."""
    if selection.q:
        yield Chip(_("Free text"), f"“{selection.q}”", path + selection.without_query().query())
    for code, options in selection.chosen.items():
        tally = snapshot.tallies[code]
        for option in options:
            label = tally.by_code[option].option.short
            yield Chip(heading(tally), label, path + selection.without_option(code, option).query())
