"""How a vendor fills in a draft: part by part, saved at every step, nothing overwritten unseen."""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from django.conf import settings
from django.db import models, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.utils import bulk_create_with_history

from .answers import Answer, SampleOffering
from .moderation import EDITABLE, TransitionRefused, Verb
from .survey import Option, Question
from .vendors import Vendor

NO_CONTACT: dict[str, Any] = {
    "contact_function": "", "contact_email": "", "contact_phone": "", "contact_name": "", "contact_consent": False,
}  # fmt: skip
COMPANY = ("company_name", "website", "description")
CONTENT = (*COMPANY, *NO_CONTACT)
"""The fields of a response that the vendor fills in, beside answers and offerings."""
OFFERINGS = "offerings"


class Missing(NamedTuple):
    """What stands in the way of submitting: the item it belongs to, and a sentence."""

    item: str
    text: str


class ChangedMeanwhile(Exception):
    """Somebody saved this part after the page was opened; nothing was written. `stored` is what stands there now."""

    def __init__(self, stored: dict[str, Any], saved: "SavedPart | None") -> None:
        super().__init__("changed meanwhile")
        self.stored, self.saved = stored, saved


def fingerprint(stored: Mapping[str, Any]) -> str:
    """A short text that is equal for equal content; a page carries it to tell what its reader saw."""
    return hashlib.sha256(json.dumps(stored, sort_keys=True, default=str).encode()).hexdigest()[:20]


class SavedPart(models.Model):
    """When and by whom a part of a response was saved last."""

    response = models.ForeignKey("marketoverview.Response", on_delete=models.CASCADE, related_name="saved_parts")
    part = models.CharField(_("part"), max_length=30)
    saved_at = models.DateTimeField(_("saved"), default=timezone.now)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    objects: ClassVar = models.Manager()

    class Meta:
        verbose_name = _("saved part")
        verbose_name_plural = _("saved parts")
        constraints = (models.UniqueConstraint(fields=("response", "part"), name="part_once_per_response"),)

    def __str__(self) -> str:
        return f"{self.part} {self.saved_at:%Y-%m-%d %H:%M}"


class DraftVerbs(models.Model):
    """What a vendor does with a response that is still its own to change."""

    if TYPE_CHECKING:  # `Response` has these
        objects: ClassVar[Any]
        answers: Any
        offerings: Any
        saved_parts: Any
        based_on: Any
        vendor_id: int
        status: str

    class Meta:
        abstract = True

    def stored(self, items: Collection[str]) -> dict[str, Any]:
        """What these items hold now: a field's value, or a question's option codes with the own words beside them.

        Two queries, read anew: what other processes have written counts.
        """
        fields = [name for name in items if name in CONTENT]
        found: dict[str, Any] = dict(type(self).objects.filter(pk=self.pk).values(*fields).get()) if fields else {}
        found |= {code: {} for code in items if code not in CONTENT}
        chosen = Answer.objects.filter(response=self.pk, mapped_from=None, option__question__code__in=found)
        for question, option, words in chosen.values_list("option__question__code", "option__code", "own_words"):
            found[question][option] = words
        return found

    def save_part(self, part: str, items: Sequence[str], content: Mapping[str, Any], seen: str, by) -> None:
        """Write `content`, some or all of the part's `items`, where nobody saved it since `seen` (`fingerprint`).

        Raises `TransitionRefused` where the response is no longer a draft, and `ChangedMeanwhile` with what is
        stored where somebody else was first with something else. Saving the same again changes nothing.
        """
        with self._editing():
            stored = self.stored(items)
            changed = {item: value for item, value in content.items() if stored[item] != value}
            if changed and seen != fingerprint(stored):
                raise ChangedMeanwhile(stored, self.saved_parts.filter(part=part).select_related("saved_by").first())
            fields = {item: value for item, value in changed.items() if item in CONTENT}
            self._write(fields)
            for question in Question.objects.filter(code__in=changed.keys() - fields.keys()):
                self._answer(question, changed[question.code])
            self._note_saved(part, by, changed=bool(changed))

    def save_offering(self, key, content: Mapping[str, Any], options: Collection[Option], seen: str, by) -> None:
        """Add the offering of this key, or change it; the same form sent twice makes one. Raises as `save_part`."""
        with self._editing():
            found = SampleOffering.with_removed.filter(response=self.pk, key=key).first()
            stored = offering_content(found) if found else {}
            wanted = {**content, "options": sorted(option.pk for option in options)}
            if found and stored != wanted and seen != fingerprint(stored):
                raise ChangedMeanwhile(stored, self.saved_parts.filter(part=OFFERINGS).first())
            if stored != wanted:
                offering = found or SampleOffering(response_id=self.pk, key=key, position=self._next_position())
                for name, value in content.items():
                    setattr(offering, name, value)
                offering.save()
                offering.options.set(options)
            self._note_saved(OFFERINGS, by, changed=stored != wanted)

    def remove_offering(self, key, by) -> None:
        """Take the offering out; until the draft is submitted `restore_offering` brings it back."""
        with self._editing():
            found = SampleOffering.objects.filter(response=self.pk, key=key)
            self._note_saved(OFFERINGS, by, changed=bool(found.update(removed_at=timezone.now())))

    def restore_offering(self, key, by) -> None:
        """Bring a removed offering back, behind the others."""
        with self._editing():
            found = SampleOffering.with_removed.filter(response=self.pk, key=key, removed_at__isnull=False)
            changed = found.update(removed_at=None, position=self._next_position())
            self._note_saved(OFFERINGS, by, changed=bool(changed))

    def move_offering(self, key, places: int, by) -> None:
        """Move the offering so many places down (negative: up) in the order in which the profile shows them."""
        with self._editing():
            ordered = list(SampleOffering.objects.filter(response=self.pk))
            here = next((index for index, one in enumerate(ordered) if str(one.key) == str(key)), None)
            if here is None:
                return
            there = min(max(here + places, 0), len(ordered) - 1)
            ordered.insert(there, ordered.pop(here))
            beyond = self._next_position()
            for first in (beyond, 1):  # twice, since two never stand in one place
                for place, offering in enumerate(ordered, first):
                    SampleOffering.objects.filter(pk=offering.pk).update(position=place)
            self._note_saved(OFFERINGS, by, changed=here != there)

    def take_from_last(self, part: str, items: Sequence[str], by) -> None:
        """Fill the part with what the earlier response says, instead of what stands there."""
        with self._editing():
            source = self.based_on
            if source is None:
                return
            fields = [item for item in items if item in CONTENT]
            self._write({name: getattr(source, name) for name in fields})
            codes = [item for item in items if item not in CONTENT and item != OFFERINGS]
            self.answers.filter(option__question__code__in=codes).delete()
            self._copy_answers(source, codes)
            if OFFERINGS in items:
                self.offerings.all().delete()
                self._copy_offerings(source)
            self._note_saved(part, by, changed=True)

    # Mechanism ------------------------------------------------------------------------------

    @contextmanager
    def _editing(self) -> Iterator[None]:
        """A transaction in which the vendor's row is locked and the response is read anew, and still a draft."""
        with transaction.atomic():
            Vendor.objects.select_for_update().get(pk=self.vendor_id)
            self.refresh_from_db()
            if self.status not in EDITABLE:
                raise TransitionRefused(self, Verb.EDIT)
            yield

    def _write(self, fields: Mapping[str, Any]) -> None:
        for name, value in fields.items():
            setattr(self, name, value)
        if fields:
            self.save(update_fields=list(fields))

    def _answer(self, question: Question, wanted: Mapping[str, str]) -> None:
        """Make the vendor's answers to the question be exactly `wanted`: option codes with own words."""
        given = {answer.option.code: answer for answer in self.answers.filter(option__question=question)}
        for code, answer in given.items():
            if code not in wanted and answer.mapped_from_id is None:
                answer.delete()  # and what KL counted of its words
        options = {option.code: option for option in question.options.filter(code__in=wanted)}
        for code, words in wanted.items():
            answer = given.get(code) or Answer(response_id=self.pk, option=options[code])
            if answer.pk and (answer.own_words, answer.mapped_from_id) == (words, None):
                continue
            answer.mappings.all().delete() if answer.pk else None
            answer.own_words, answer.mapped_from, answer.objected_at, answer.objection = words, None, None, ""
            answer.save()

    def _next_position(self) -> int:
        last = SampleOffering.objects.filter(response=self.pk).aggregate(last=Max("position"))["last"] or 0
        return last + 1

    def _note_saved(self, part: str, by, *, changed: bool) -> None:
        """Remember who saved the part when; a save that changes nothing only tells that the part was visited."""
        saved, is_new = SavedPart.objects.get_or_create(response_id=self.pk, part=part, defaults={"saved_by": by})
        if changed:
            now = timezone.now()
            if not is_new:
                SavedPart.objects.filter(pk=saved.pk).update(saved_at=now, saved_by=by)
            type(self).objects.filter(pk=self.pk).update(changed_at=now)
            self.changed_at = now

    def _copy_answers(self, source, codes: Collection[str] | None = None) -> None:
        """The answers of `source` to the questions of these codes (None: all), retired options left out.

        Own words that stay the same stay counted as KL has counted them.
        """
        kept = [
            answer
            for answer in source.answers.select_related("option__question")
            if not answer.option.is_retired and (codes is None or answer.option.question.code in codes)
        ]
        own = [answer for answer in kept if answer.mapped_from_id is None]
        bulk_create_with_history([self._copy(answer, None) for answer in own], Answer)
        new = {answer.option_id: answer for answer in self.answers.all()}
        again = {answer.pk: new[answer.option_id] for answer in own}
        mapped = [answer for answer in kept if answer.mapped_from_id in again and answer.option_id not in new]
        bulk_create_with_history([self._copy(answer, again[answer.mapped_from_id]) for answer in mapped], Answer)

    def _keep_mappings(self, earlier) -> None:
        """What KL has counted, or the vendor objected to, since this was copied from `earlier`: for the same words.

        Three queries, and one for each mapping.
        """
        own = {one.option_id: one for one in self.answers.filter(mapped_from=None)}
        taken = set(self.answers.values_list("option_id", flat=True))
        for answer in earlier.answers.exclude(own_words="").prefetch_related("mappings"):
            same = own.get(answer.option_id)
            if same is None or same.own_words != answer.own_words:
                continue
            if answer.objected_at:
                self.answers.filter(mapped_from=same).delete()
                self.answers.filter(pk=same.pk).update(objected_at=answer.objected_at, objection=answer.objection)
            for mapped in answer.mappings.all():
                if mapped.option_id not in taken:
                    self._copy(mapped, same).save()

    def _copy(self, answer: Answer, mapped_from: Answer | None) -> Answer:
        fields = ("option_id", "own_words", "mapped_by_id", "mapped_at", "objected_at", "objection")
        return Answer(response_id=self.pk, mapped_from=mapped_from, **{name: getattr(answer, name) for name in fields})

    def _copy_offerings(self, source) -> None:
        for offering in source.offerings.prefetch_related("options"):
            fields = {name: getattr(offering, name) for name in SampleOffering.CONTENT}
            again = SampleOffering.objects.create(response_id=self.pk, **fields)
            again.options.set(option for option in offering.options.all() if not option.is_retired)


def offering_content(offering: SampleOffering) -> dict[str, Any]:
    """What an offering holds, as `save_offering` takes it: its fields but the position, and its options' keys."""
    fields = {name: getattr(offering, name) for name in SampleOffering.CONTENT if name != "position"}
    return {**fields, "options": sorted(offering.options.values_list("pk", flat=True))}
