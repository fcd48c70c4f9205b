"""A snapshot as plain values by address, so that two of them can be compared whatever the positions in them."""

from typing import Any

from kl_ai.search import bitset
from kl_ai.search.danish import words
from marketoverview.market.selection import SORTS
from marketoverview.market.snapshot import Snapshot
from marketoverview.market.tallies import QuestionTally


def described(snapshot: Snapshot, searches: tuple[str, ...] = ()) -> dict[str, Any]:
    """All that the snapshot says, with the results of `searches` and of every word that stands in it."""
    entries = {entry.slug: entry for entry in snapshot.entries}
    offerings = {offering.key: offering for entry in snapshot.entries for offering in entry.offerings}
    everything = bitset.full(snapshot.offering_count)
    texts = " ".join([*(entry.text(_AllOptions()) for entry in snapshot.entries), *searches])
    return {
        "entries": entries,
        "size": (snapshot.size, slugs(snapshot, snapshot.everyone)),
        "positions": {slug: snapshot.entries[position].slug for slug, position in snapshot.position.items()},
        "orders": {sort: [entry.slug for entry in snapshot.in_order(snapshot.everyone, sort)] for sort in SORTS},
        "alone": {entry.slug: _alone(snapshot, position) for position, entry in enumerate(snapshot.entries)},
        "offerings": [(entry.slug, offering) for entry, offering in snapshot.offerings_in_order(everything)],
        "offering count": (snapshot.offering_count, len(offerings)),
        "stages": {stage: sorted(snapshot.offering_keys(bits)) for stage, bits in snapshot.stages.items()},
        "tallies": {code: _tally(snapshot, tally) for code, tally in snapshot.tallies.items()},
        "vocabulary": (list(snapshot.text.vocabulary), list(snapshot.offering_text.vocabulary)),
        "found": {text: slugs(snapshot, snapshot.match({}, text)) for text in searches},
        "words": {word: slugs(snapshot, snapshot.text.match(word)) for word in set(words(texts))},
        "words of offerings": {
            word: sorted(snapshot.offering_keys(snapshot.offering_text.match(word))) for word in set(words(texts))
        },
        "facts": (snapshot.day, snapshot.updated_on, snapshot.is_demo),
    }


class _AllOptions:
    """Stands for the primary keys of all options."""

    def __contains__(self, key: int) -> bool:
        return True


def slugs(snapshot: Snapshot, vendors: int) -> list[str]:
    """The addresses of these vendors (bitset), sorted."""
    return sorted(snapshot.entries[position].slug for position in bitset.members(vendors))


def _alone(snapshot: Snapshot, position: int) -> tuple[Any, ...]:
    """What leads from one vendor to its offerings, and back."""
    offerings = snapshot.offerings_by_vendors(1 << position)
    order = [entry.slug for entry in snapshot.in_order(1 << position)]
    return order, snapshot.offering_keys(offerings), slugs(snapshot, snapshot.vendors_of(offerings))


def _tally(snapshot: Snapshot, tally: QuestionTally) -> dict[str, Any]:
    choices = [
        (
            choice.option.code,
            choice.option.label_da,
            choice.option.retired_on,
            slugs(snapshot, choice.vendors),
            sorted(snapshot.offering_keys(choice.offerings)),
        )
        for choice in tally.choices
    ]
    return {
        "question": (tally.question.pk, tally.question.heading_da, tally.question.position),
        "comment": tally.comment and (tally.comment.text_da, tally.comment.updated_on),
        "choices": choices,
        "answered": slugs(snapshot, tally.answered),
        "rounds": sorted(tally.asked_in),
        "own words": [(entry.slug, text) for entry, text in snapshot.own_words(tally, snapshot.everyone)],
        "counted": [slugs(snapshot, vendors) for vendors in tally.counted_by_kl],
    }
