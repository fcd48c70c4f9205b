"""Results of a search: an item, its title and first sentences, and where it holds what was looked for, with the words marked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.text import capfirst

from kl_ai.search.danish import words
from kl_ai.search.highlight import Parts, excerpt, marked

from .. import linking
from ..kinds import item_kind
from ..linking import Ref
from ..models import Item
from .index import SEARCH_WORDS, FieldText, Marks

MAX_UNFOLDED = 8
"""The results of a kind that are shown at once; the rest are folded away."""
MAX_FIELDS = 2
"""The pieces of an item's other fields that a result shows."""


@dataclass(frozen=True, slots=True)
class FieldHit:
    """A piece of a field that holds what was looked for."""

    label: str
    parts: Parts
    language: str = "da"


@dataclass(frozen=True, slots=True)
class Hit:
    """An item as a result of a search."""

    ref: Ref
    title: Parts
    text: Parts
    """One or two sentences of the item."""
    fields: list[FieldHit]
    """Where it holds what neither its title nor these sentences show."""


@dataclass(frozen=True, slots=True)
class HitGroup:
    """The results of one kind, the best first."""

    kind: str
    heading: str
    hits: list[Hit]


def hit(item: Item, fields: Sequence[FieldText] = (), terms: Sequence[Marks] = ()) -> Hit:
    """An item as a result, with the first paragraph of the field that its kind shows beneath a title.

    `terms` has what shows each term of the query; `fields` are the item's texts.
    """
    ref, name = linking.ref(item), item_kind(item).excerpt
    text = getattr(item, name).partition("\n\n")[0] if name else ""
    in_title, in_text = words(ref.title), words(text)
    missing = [term for term in terms if not (term.in_text(in_title) or term.in_text(in_text))]
    return Hit(
        ref,
        marked(ref.title, _is_marked(in_title, terms)) or [(ref.title, False)],
        marked(text, _is_marked(in_text, terms)) or [(text, False)],
        _field_hits(fields, missing, terms),
    )


def _is_marked(text: Sequence[str], terms: Sequence[Marks]) -> Callable[[str], bool]:
    """Whether a word of the text is one by which it was found."""
    return frozenset().union(*(term.in_text(text) for term in terms)).__contains__


def _field_hits(fields: Sequence[FieldText], missing: Sequence[Marks], terms: Sequence[Marks]) -> list[FieldHit]:
    """Pieces of the weightiest fields that hold the missing terms, each field once; two at most."""
    chosen: list[FieldText] = []
    for term in missing:
        holding = [field for field in fields if term.may_be_in(field.words) and field.weight != SEARCH_WORDS]
        if holding and len(chosen) < MAX_FIELDS and not any(field in chosen for field in holding):
            chosen.append(max(holding, key=lambda field: field.weight))
    pieces = ((field.label, excerpt(field.text, _is_marked(words(field.text), terms))) for field in chosen)
    return [FieldHit(capfirst(str(label)), parts) for label, parts in pieces if parts]
