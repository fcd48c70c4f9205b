"""The facets of a selection as HTML: their options are rendered once for each snapshot, and a page fills in its numbers."""

from collections.abc import Hashable
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from django.utils.formats import localize
from django.utils.html import conditional_escape

from kl_ai.pages.bilingual import language
from kl_ai.pages.gaps import Gaps, Kept
from kl_ai.pages.querystring import Facet, chosen_note

from ..market import facets
from ..market.selection import Selection
from ..market.snapshot import Snapshot
from ..market.tallies import QuestionTally

OPEN, CHECKED, ZERO, NOTHING = b" open", b" checked", b" is-zero", b""


@dataclass(frozen=True, slots=True)
class KeptFacet:
    """A facet with gaps, and for each of its options the names of the gaps for number, class, tick and unit."""

    html: Kept
    options: tuple[tuple[str, str, str, str], ...]


MOST_KEPT = 100
"""Selections of one snapshot whose facets are kept, each about 17 kB."""


def rendered(snapshot: Snapshot, selection: Selection) -> bytes:
    """The facets of `facets.facets` by `components/facet.html`: the same on every page about the same selection. No query."""
    kept: dict[Hashable, bytes] = snapshot.memo.remember("facets of selections", dict)
    key = language(), selection.q, tuple(selection.chosen.items())
    html = kept.get(key)
    if html is None:
        html = _rendered(snapshot, selection)
        if len(kept) >= MOST_KEPT:
            kept.clear()
        kept[key] = html
    return html


def _rendered(snapshot: Snapshot, selection: Selection) -> bytes:
    code = language()
    kept = snapshot.memo.remember(
        ("facets", code), lambda: [_kept(facet) for facet in facets.facets(snapshot, Selection())]
    )
    units = conditional_escape(facets.unit(1)).encode(), conditional_escape(facets.unit(2)).encode()
    return b"".join(
        facet.html.fill(_values(snapshot, selection, tally, place, facet, code, units))
        for place, (tally, facet) in enumerate(zip(snapshot.filterable, kept, strict=True))
    )


def _kept(facet: Facet) -> KeptFacet:
    """The facet with gaps for what follows from a selection."""
    names = tuple(
        (f"count_{number}", f"zero_{number}", f"checked_{number}", f"unit_{number}")
        for number in range(len(facet.options))
    )
    gaps = Gaps("open", "chosen", *chain.from_iterable(names))
    options = [
        {
            "code": option.code,
            "label": option.label,
            "is_retired": option.is_retired,
            "input_id": option.input_id,
            "count": gaps[count],
            "zero_class": gaps[zero],
            "checked": gaps[checked],
            "unit": gaps[unit],
        }
        for option, (count, zero, checked, unit) in zip(facet.options, names, strict=True)
    ]
    context = {
        "code": facet.code,
        "heading": facet.heading,
        "open_attribute": gaps["open"],
        "chosen_note": gaps["chosen"],
        "options": options,
    }
    return KeptFacet(gaps.render("components/facet.html", {"facet": context}), names)


def _values(
    snapshot: Snapshot,
    selection: Selection,
    tally: QuestionTally,
    place: int,
    facet: KeptFacet,
    code: str,
    units: tuple[bytes, bytes],
) -> dict[str, str | bytes]:
    """What stands in the gaps of the question's facet. `units` are the nouns for one and for several, `code` the language."""
    vendors = snapshot.match(selection.chosen, selection.q, leave_out=(tally.code,))
    selected = selection.chosen.get(tally.code, ())
    values: dict[str, str | bytes] = {
        "open": OPEN if facets.is_open(place, selected, vendors) else NOTHING,
        "chosen": chosen_note(len(selected)),
    }
    for names, counted in zip(facet.options, snapshot.counts(tally.code, vendors), strict=True):
        count, zero, checked, unit = names
        values[count] = number(counted.count, code)
        values[zero] = NOTHING if counted.count else ZERO
        values[checked] = CHECKED if counted.choice.code in selected else NOTHING
        values[unit] = units[counted.count != 1]
    return values


@lru_cache(maxsize=20_000)
def number(count: int, code: str) -> bytes:
    """The number as pages in this language write it, which is the active one."""
    return conditional_escape(localize(count)).encode()
