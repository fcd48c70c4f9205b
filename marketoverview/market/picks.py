"""How the picked vendors of an address relate to the choices in it: what the pages and papers about a shortlist say of it.

A shortlist may hold vendors that the filters and the search of the same address do not find, since both can be changed
after somebody was picked. No text says of all what is true of some.
"""

from dataclasses import dataclass

from django.utils.translation import ngettext

from . import wording
from .selection import Selection, selected
from .snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Picks:
    """The numbers of the picked vendors, and of those that meet all of the criteria."""

    criteria: str
    """The choices of the address in words, as in `wording.conditions`; "" without choices."""
    picked: int
    meeting: int
    """Of the picked ones."""
    pool: int
    """Of all in the market overview."""
    size: int
    """All in the market overview."""

    @property
    def all_meet(self) -> bool:
        """Whether there are criteria, and each of the picked vendors meets them."""
        return bool(self.criteria) and 0 < self.picked == self.meeting

    @property
    def numbers(self) -> dict[str, str | int]:
        """The values of the texts below."""
        return {
            "criteria": self.criteria,
            "picked": self.picked,
            "meeting": self.meeting,
            "pool": self.pool,
            "all": self.size,
        }


def picks(snapshot: Snapshot, selection: Selection) -> Picks:
    """The picks of a selection with a shortlist, their criteria in the active language. No query."""
    vendors = selected(snapshot, selection)
    matches = snapshot.match(selection.chosen, selection.q)
    return Picks(
        criteria=wording.conditions(snapshot, selection),
        picked=vendors.bit_count(),
        meeting=(vendors & matches).bit_count(),
        pool=matches.bit_count(),
        size=snapshot.size,
    )


def origin(snapshot: Snapshot, selection: Selection) -> str:
    """Among whom the vendors were picked, or how many of them meet the criteria where not all do. No query.

    "" without a shortlist, without criteria, and where none of the picked vendors is public any more.
    """
    found = picks(snapshot, selection)
    if not found.picked or not found.criteria or not selection.names_vendors:
        return ""
    if found.all_meet:
        text = ngettext(
            "Picked among the %(pool)s company found by these criteria: companies that %(criteria)s.",
            "Picked among the %(pool)s companies found by these criteria: companies that %(criteria)s.",
            found.pool,
        )
    else:
        text = ngettext(
            "Picked one by one. The company is not among those that %(criteria)s: %(pool)s of %(all)s in the market "
            "overview.",
            "Picked one by one. Meeting all of the criteria: %(meeting)s of %(picked)s. The criteria: companies that "
            "%(criteria)s, in the whole market overview %(pool)s of %(all)s.",
            found.picked,
        )
    return text % found.numbers
