"""The facets of a selection as HTML: their options are rendered once for each snapshot, and a page fills in its numbers."""

from collections.abc import Iterator
from typing import Any

from django.utils.formats import localize
from django.utils.safestring import SafeString

from kl_ai.pages.bilingual import language
from kl_ai.pages.gaps import Gaps, Kept
from kl_ai.pages.querystring import Facet, chosen_note

from ..market import facets
from ..market.selection import Selection
from ..market.snapshot import Snapshot
from ..market.tallies import QuestionTally


def rendered(snapshot: Snapshot, selection: Selection) -> list[SafeString]:
    """Each facet of `facets.facets` by `components/facet.html`. No query."""
    kept = snapshot.memo.remember(
        ("facets", language()), lambda: [_kept(facet) for facet in facets.facets(snapshot, Selection())]
    )
    return [
        facet.fill(dict(_values(snapshot, selection, tally, place)))
        for place, (tally, facet) in enumerate(zip(snapshot.filterable, kept, strict=True))
    ]


def _kept(facet: Facet) -> Kept:
    """The facet with gaps for what follows from a selection."""
    names = [
        f"{name}_{number}" for number in range(len(facet.options)) for name in ("count", "zero", "checked", "unit")
    ]
    gaps = Gaps("open", "chosen", *names)
    options = [
        {
            "code": option.code,
            "label": option.label,
            "is_retired": option.is_retired,
            "input_id": option.input_id,
            "count": gaps[f"count_{number}"],
            "zero_class": gaps[f"zero_{number}"],
            "checked": gaps[f"checked_{number}"],
            "unit": gaps[f"unit_{number}"],
        }
        for number, option in enumerate(facet.options)
    ]
    context = {
        "code": facet.code,
        "heading": facet.heading,
        "open_attribute": gaps["open"],
        "chosen_note": gaps["chosen"],
        "options": options,
    }
    return gaps.render("components/facet.html", {"facet": context})


def _values(snapshot: Snapshot, selection: Selection, tally: QuestionTally, place: int) -> Iterator[tuple[str, Any]]:
    """What stands in the gaps of the question's facet."""
    vendors = snapshot.match(selection.chosen, selection.q, leave_out=(tally.code,))
    selected = selection.chosen.get(tally.code, ())
    one, several = facets.unit(1), facets.unit(2)
    yield "open", " open" if facets.is_open(place, selected, vendors) else ""
    yield "chosen", chosen_note(len(selected))
    for number, counted in enumerate(snapshot.counts(tally.code, vendors)):
        yield f"count_{number}", localize(counted.count) if counted.count > 999 else counted.count
        yield f"zero_{number}", "" if counted.count else " is-zero"
        yield f"checked_{number}", " checked" if counted.choice.code in selected else ""
        yield f"unit_{number}", one if counted.count == 1 else several
