"""The verbs of the examples of a draft: save, order, remove, restore."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext

from kl_ai.drafts.parts import changed_items

from .answers import SampleOffering
from .draft_base import OFFERINGS, DraftBase
from .survey import Option


class OfferingVerbs(DraftBase):
    """The verbs of a draft's examples. Each raises `TransitionRefused` where the response is no draft (any more)."""

    class Meta:
        abstract = True

    def save_offering(self, key, content: Mapping[str, Any], options: Collection[Option], seen: str, by) -> bool:
        """Add the offering of this key, or change it; the same form sent twice makes one.

        Whether somebody had removed it meanwhile: it is then brought back with this content. Its options are stored as
        seen in their present wording. Raises as `save_part`, and `ValidationError` where there is no room for one more.
        """
        content = {**content, "options": sorted(option.pk for option in options)}
        with self._editing():
            offering = SampleOffering.with_removed.filter(response=self.pk, key=key).first()
            was_removed = offering is not None and offering.removed_at is not None
            if offering is None or was_removed:
                self._refuse_full()
            if offering is None:
                offering = SampleOffering(response_id=self.pk, key=key, position=self.next_offering_position())
                changed = content
            else:
                stored = offering_content(offering)
                changed = changed_items(stored, content, seen, lambda: self._last_save(OFFERINGS))
            offering.removed_at = None
            offering.wording_seen_at = timezone.now()
            if changed:
                for name, value in content.items():
                    if name != "options":
                        setattr(offering, name, value)
                offering.save()
                offering.options.set(options)
            else:
                seen_now = {"wording_seen_at": offering.wording_seen_at, "removed_at": None}
                SampleOffering.with_removed.filter(pk=offering.pk).update(**seen_now)
            self._record_save(OFFERINGS, by, changed=bool(changed) or was_removed)
        return was_removed

    def remove_offering(self, key, by) -> None:
        """Take the offering out; until the draft is submitted `restore_offering` brings it back."""
        with self._editing():
            offerings = SampleOffering.objects.filter(response=self.pk, key=key)
            self._record_save(OFFERINGS, by, changed=bool(offerings.update(removed_at=timezone.now())))

    def restore_offering(self, key, by) -> None:
        """Bring a removed offering back to the place that it had among the others.

        Raises `ValidationError` where another one has taken its room.
        """
        with self._editing():
            offerings = self._all_offerings()
            removed = next((row for row in offerings if str(row.key) == str(key) and row.removed_at), None)
            if removed is not None:
                self._refuse_full()
                removed.removed_at = None
                self._renumber(offerings)
            self._record_save(OFFERINGS, by, changed=removed is not None)

    def move_offering(self, key, places: int, by) -> int | None:
        """Move the offering so many places down (negative: up) in the order in which the profile shows them.

        Its new place, counted from 1; None where it was removed meanwhile.
        """
        with self._editing():
            offerings = self._all_offerings()
            shown = [offering for offering in offerings if not offering.removed_at]
            index = next((index for index, offering in enumerate(shown) if str(offering.key) == str(key)), None)
            if index is None:
                return None
            new_index = min(max(index + places, 0), len(shown) - 1)
            moved, neighbour = shown[index], shown[new_index]
            if moved is not neighbour:
                place = offerings.index(neighbour)
                offerings.remove(moved)
                offerings.insert(place, moved)
                self._renumber(offerings)
            self._record_save(OFFERINGS, by, changed=moved is not neighbour)
        return new_index + 1

    def _refuse_full(self) -> None:
        """Raise `ValidationError` where the round has no room for another offering. Two queries.

        The caller holds the vendor's lock, so that two who add one at the same moment do not both find room.
        """
        most = self.round.max_offerings
        if SampleOffering.objects.filter(response=self.pk).count() >= most:
            raise ValidationError(
                gettext("There is room for %(most)s examples. Delete one before you add another.") % {"most": most}
            )

    def next_offering_position(self) -> int:
        """The position after that of the last example, removed ones included. One query."""
        last = SampleOffering.with_removed.filter(response=self.pk).aggregate(last=Max("position"))["last"] or 0
        return last + 1

    def _all_offerings(self) -> list[SampleOffering]:
        """The examples and the removed ones between them, in one order."""
        return list(SampleOffering.with_removed.filter(response=self.pk).order_by("position", "pk"))

    def _renumber(self, offerings: Sequence[SampleOffering]) -> None:
        """Store this order, and which of them are removed.

        Two offerings that are shown never have the same position: all are moved behind the last one first.
        """
        rows = SampleOffering.with_removed
        behind = self.next_offering_position()
        for position, offering in enumerate(offerings, behind):
            rows.filter(pk=offering.pk).update(position=position)
        for position, offering in enumerate(offerings, 1):
            offering.position = position
            rows.filter(pk=offering.pk).update(position=position, removed_at=offering.removed_at)


def offering_content(offering: SampleOffering) -> dict[str, Any]:
    """The fields of an offering but its position, and the keys of its options, as `save_offering` compares them."""
    fields = {name: getattr(offering, name) for name in SampleOffering.CONTENT_FIELDS if name != "position"}
    return {**fields, "options": sorted(option.pk for option in offering.options.all())}
