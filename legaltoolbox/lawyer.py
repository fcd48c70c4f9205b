"""What a lawyer should read first: the public items whose wording is not settled, or was not looked up, in that order."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .catalogue import Catalogue
from .kinds import KINDS
from .models import Certainty, Item, LegalSource


class Concern(IntEnum):
    """Why a lawyer should read an item; the lowest comes first."""

    UNCERTAIN = 1
    NOT_READ = 2
    UNSETTLED = 3

    @property
    def words(self) -> str | Promise:
        return {
            Concern.UNCERTAIN: _("uncertain, or about to change"),
            Concern.NOT_READ: _("not looked up in the text of its source"),
            Concern.UNSETTLED: _("looked up; something is not settled"),
        }[self]


@dataclass(frozen=True, slots=True)
class ToRead:
    """An item that a lawyer should read."""

    item: Item
    concern: Concern
    weight: int
    """How many public items it is linked with: whatever is wrong in it reaches these."""

    @property
    def kind_name(self) -> str:
        return str(self.item._meta.verbose_name)

    @property
    def reason(self) -> str:
        """Why it was not looked up, and of what is uncertain or unsettled what is not settled, as an editor has written it."""
        unread, unsettled = self.item.unread_reason.strip(), self.item.unsettled.strip()
        if self.concern == Concern.UNCERTAIN:
            return " ".join(text for text in (unsettled, unread) if text)
        return unread if unread and self.concern == Concern.NOT_READ else unsettled or unread


def reading_list(catalogue: Catalogue) -> list[ToRead]:
    """The public items that a lawyer has not confirmed and that are uncertain, unread or unsettled. No query.

    By concern; within it the sources before what rests on them, since one text that is read settles all of that. Then
    those that most other items are linked with come first.
    """
    entries = [entry for kind in KINDS for item in catalogue.all(kind) for entry in _entry(item, catalogue)]
    return sorted(entries, key=_order)


def _order(entry: ToRead) -> tuple[Concern, bool, int, str, str]:
    """Sorts by concern, sources first, and those that most is linked with first."""
    item = entry.item
    return entry.concern, item.KIND != LegalSource.KIND, -entry.weight, item.KIND, item.key


def _entry(item: Item, catalogue: Catalogue) -> Iterator[ToRead]:
    concern = _concern(item)
    if concern is not None and item.is_public and item.confirmed_on is None:
        yield ToRead(item, concern, sum(len(catalogue.linked(item, kind)) for kind in KINDS))


def _concern(item: Item) -> Concern | None:
    if item.certainty == Certainty.UNCERTAIN:
        return Concern.UNCERTAIN
    if item.certainty != Certainty.VERIFIED:
        return Concern.NOT_READ
    return Concern.UNSETTLED if item.unsettled.strip() else None
