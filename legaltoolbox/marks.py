"""Links to items in a situation: what does not apply in it, or can be left out, stays and says so."""

from __future__ import annotations

from .catalogue import Catalogue
from .kinds import KINDS
from .left_out import LeftOut, split, split_templates
from .linking import RefGroup, group
from .models import DocumentTemplate, Item
from .screening import Situation


class LinkMarks:
    """The marks (`linking.Ref.mark`) of what a page of a situation would leave out: links to it stay, and say so. No query."""

    def __init__(self, catalogue: Catalogue, situation: Situation) -> None:
        self.catalogue, self.situation = catalogue, situation
        self._by_kind: dict[str, dict[str, str]] = {}

    def by_key(self, kind: str) -> dict[str, str]:
        """The marks of the items of a kind by their keys; judged once."""
        if kind not in self._by_kind:
            pieces = self._pieces(kind) if self.situation.answers else []
            self._by_kind[kind] = {
                piece.key: "small-use" if piece.for_small_use else "not-applicable" for piece in pieces
            }
        return self._by_kind[kind]

    def _pieces(self, kind: str) -> list[LeftOut]:
        items, activities = self.catalogue.all(kind), self.catalogue.activities
        if kind == DocumentTemplate.KIND:
            return split_templates(items, activities, self.catalogue, self.situation)[1]
        return split(items, self.catalogue, self.situation)[1]

    def related(self, item: Item) -> list[RefGroup]:
        """The items linked with an item, by the kinds that its own kind's record names; kinds without links are left out."""
        linked = ((kind, self.catalogue.linked(item, kind)) for kind in KINDS[item.KIND].related)
        return [group(KINDS[kind], items, self.by_key(kind)) for kind, items in linked if items]
