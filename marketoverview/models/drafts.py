"""The verbs of a vendor's draft: save it part by part, add examples, take over earlier answers.

`kl_ai.drafts` detects that two people have changed the same part.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from django.db import models, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.utils import bulk_create_with_history

from kl_ai.drafts.parts import AbstractSavedPart, changed_items

from ..statuses import EDITABLE
from .answers import Answer, SampleOffering
from .moderation import TransitionRefused, Verb
from .survey import Option, Question
from .vendors import Vendor

EMPTY_CONTACT: dict[str, Any] = {
    "contact_function": "",
    "contact_email": "",
    "contact_phone": "",
    "contact_name": "",
    "contact_consent": False,
}
COMPANY_FIELDS = ("company_name", "website", "description")
CONTENT_FIELDS = (*COMPANY_FIELDS, *EMPTY_CONTACT)
"""The fields of a response that the vendor fills in, beside answers and offerings."""
OFFERINGS = "offerings"
"""The item, and the part, that holds the examples."""


class MissingItem(NamedTuple):
    """Something to answer or correct before submitting: the item it belongs to, and a sentence."""

    item: str
    text: str


class SavedPart(AbstractSavedPart):
    """When and by whom a part of a response was saved last."""

    response = models.ForeignKey("marketoverview.Response", on_delete=models.CASCADE, related_name="saved_parts")

    class Meta:
        verbose_name = _("saved part")
        verbose_name_plural = _("saved parts")
        constraints = (models.UniqueConstraint(fields=("response", "part"), name="part_once_per_response"),)


class DraftVerbs(models.Model):
    """The verbs of a response that its vendor may still change."""

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
        """The stored content of these items: a field's value; of a question its option codes with their own words.

        Two queries: it is read anew, since other processes may have written.
        """
        fields = [name for name in items if name in CONTENT_FIELDS]
        content: dict[str, Any] = dict(type(self).objects.filter(pk=self.pk).values(*fields).get()) if fields else {}
        content |= {code: {} for code in items if code not in CONTENT_FIELDS}
        answers = Answer.objects.filter(response=self.pk, mapped_from=None, option__question__code__in=content)
        for question, option, words in answers.values_list("option__question__code", "option__code", "own_words"):
            content[question][option] = words
        return content

    def save_part(self, part: str, items: Sequence[str], content: Mapping[str, Any], seen: str, by) -> None:
        """Write `content`, some or all of the part's `items`; `seen` is the fingerprint of what the page had shown.

        Raises `TransitionRefused` where the response is no longer a draft, and `ChangedMeanwhile` where somebody else
        has saved other content since. Saving the same again changes nothing.
        """
        with self._editing():
            changed = changed_items(self.stored(items), content, seen, lambda: self._last_save(part))
            fields = {item: value for item, value in changed.items() if item in CONTENT_FIELDS}
            self._write(fields)
            for question in Question.objects.filter(code__in=changed.keys() - fields.keys()):
                self._answer(question, changed[question.code])
            self._record_save(part, by, changed=bool(changed))

    def save_offering(self, key, content: Mapping[str, Any], options: Collection[Option], seen: str, by) -> None:
        """Add the offering of this key, or change it; the same form sent twice makes one. Raises as `save_part`."""
        content = {**content, "options": sorted(option.pk for option in options)}
        with self._editing():
            offering = SampleOffering.with_removed.filter(response=self.pk, key=key).first()
            if offering is None:
                offering = SampleOffering(response_id=self.pk, key=key, position=self.next_offering_position())
                changed = content
            else:
                stored = offering_content(offering)
                changed = changed_items(stored, content, seen, lambda: self._last_save(OFFERINGS))
            if changed:
                for name, value in content.items():
                    if name != "options":
                        setattr(offering, name, value)
                offering.save()
                offering.options.set(options)
            self._record_save(OFFERINGS, by, changed=bool(changed))

    def remove_offering(self, key, by) -> None:
        """Take the offering out; until the draft is submitted `restore_offering` brings it back."""
        with self._editing():
            offerings = SampleOffering.objects.filter(response=self.pk, key=key)
            self._record_save(OFFERINGS, by, changed=bool(offerings.update(removed_at=timezone.now())))

    def restore_offering(self, key, by) -> None:
        """Bring a removed offering back, behind the others."""
        with self._editing():
            removed = SampleOffering.with_removed.filter(response=self.pk, key=key, removed_at__isnull=False)
            changed = removed.update(removed_at=None, position=self.next_offering_position())
            self._record_save(OFFERINGS, by, changed=bool(changed))

    def move_offering(self, key, places: int, by) -> None:
        """Move the offering so many places down (negative: up) in the order in which the profile shows them."""
        with self._editing():
            offerings = list(SampleOffering.objects.filter(response=self.pk))
            index = next((index for index, offering in enumerate(offerings) if str(offering.key) == str(key)), None)
            if index is None:
                return
            new_index = min(max(index + places, 0), len(offerings) - 1)
            offerings.insert(new_index, offerings.pop(index))
            # Two offerings never have the same position: they are all moved behind the last one first.
            for first_position in (self.next_offering_position(), 1):
                for position, offering in enumerate(offerings, first_position):
                    SampleOffering.objects.filter(pk=offering.pk).update(position=position)
            self._record_save(OFFERINGS, by, changed=index != new_index)

    def save_content(self) -> None:
        """Store the fields that the vendor fills in, as this instance has them. Two queries, one for the history."""
        self.save(update_fields=CONTENT_FIELDS)

    def take_from_last(self, part: str, items: Sequence[str], by) -> None:
        """Replace the content of the part by that of the earlier response, where there is one."""
        with self._editing():
            source = self.based_on
            if source is None:
                return
            fields = [item for item in items if item in CONTENT_FIELDS]
            self._write({name: getattr(source, name) for name in fields})
            codes = [item for item in items if item not in CONTENT_FIELDS and item != OFFERINGS]
            self.answers.filter(option__question__code__in=codes).delete()
            self._copy_answers(source, codes)
            if OFFERINGS in items:
                self.offerings.all().delete()
                self._copy_offerings(source)
            self._record_save(part, by, changed=True)

    def next_offering_position(self) -> int:
        """The position after that of the last example. One query."""
        last = SampleOffering.objects.filter(response=self.pk).aggregate(last=Max("position"))["last"] or 0
        return last + 1

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

    def _answer(self, question: Question, content: Mapping[str, str]) -> None:
        """Make the vendor's answers to the question exactly these: option codes with own words."""
        answers = {answer.option.code: answer for answer in self.answers.filter(option__question=question)}
        for code, answer in answers.items():
            if code not in content and answer.mapped_from_id is None:
                answer.delete()  # with the answers that KL has counted from its own words
        options = {option.code: option for option in question.options.filter(code__in=content)}
        for code, words in content.items():
            answer = answers.get(code) or Answer(response_id=self.pk, option=options[code])
            if answer.pk and (answer.own_words, answer.mapped_from_id) == (words, None):
                continue
            if answer.pk:
                answer.mappings.all().delete()
            answer.own_words, answer.mapped_from, answer.objected_at, answer.objection = words, None, None, ""
            answer.save()

    def _last_save(self, part: str) -> SavedPart | None:
        return self.saved_parts.filter(part=part).select_related("saved_by").first()

    def _record_save(self, part: str, by, *, changed: bool) -> None:
        SavedPart.record(by, changed=changed, part=part, response_id=self.pk)
        if changed:
            self.changed_at = timezone.now()
            type(self).objects.filter(pk=self.pk).update(changed_at=self.changed_at)

    def _copy_answers(self, source, codes: Collection[str] | None = None) -> None:
        """Copy the answers of `source` to the questions of these codes (None: all), but those with retired options.

        What KL has counted of own words is copied with them.
        """
        answers = [
            answer
            for answer in source.answers.select_related("option__question")
            if not answer.option.is_retired and (codes is None or answer.option.question.code in codes)
        ]
        own = [answer for answer in answers if answer.mapped_from_id is None]
        bulk_create_with_history([self._copy(answer, None) for answer in own], Answer)
        new = {answer.option_id: answer for answer in self.answers.all()}
        copies = {answer.pk: new[answer.option_id] for answer in own}
        mapped = [answer for answer in answers if answer.mapped_from_id in copies and answer.option_id not in new]
        bulk_create_with_history([self._copy(answer, copies[answer.mapped_from_id]) for answer in mapped], Answer)

    def _keep_mappings(self, earlier) -> None:
        """Copy what KL has counted, or the vendor has objected to, since this was copied from `earlier`.

        Only for own words that are the same in both. Four queries, two for each mapping, and two for each objection, or
        more where it deletes what was copied.
        """
        own = {answer.option_id: answer for answer in self.answers.filter(mapped_from=None)}
        used_options = set(self.answers.values_list("option_id", flat=True))
        for answer in earlier.answers.exclude(own_words="").prefetch_related("mappings"):
            new_answer = own.get(answer.option_id)
            if new_answer is None or new_answer.own_words != answer.own_words:
                continue
            if answer.objected_at:
                self.answers.filter(mapped_from=new_answer).delete()
                self.answers.filter(pk=new_answer.pk).update(objected_at=answer.objected_at, objection=answer.objection)
            for mapped in answer.mappings.all():
                if mapped.option_id not in used_options:
                    self._copy(mapped, new_answer).save()

    def _copy(self, answer: Answer, mapped_from: Answer | None) -> Answer:
        fields = ("option_id", "own_words", "mapped_by_id", "mapped_at", "objected_at", "objection")
        return Answer(response_id=self.pk, mapped_from=mapped_from, **{name: getattr(answer, name) for name in fields})

    def _copy_offerings(self, source) -> None:
        for offering in source.offerings.prefetch_related("options"):
            fields = {name: getattr(offering, name) for name in SampleOffering.CONTENT_FIELDS}
            copy = SampleOffering.objects.create(response_id=self.pk, **fields)
            copy.options.set(option for option in offering.options.all() if not option.is_retired)


def offering_content(offering: SampleOffering) -> dict[str, Any]:
    """The fields of an offering but its position, and the keys of its options, as `save_offering` compares them."""
    fields = {name: getattr(offering, name) for name in SampleOffering.CONTENT_FIELDS if name != "position"}
    return {**fields, "options": sorted(offering.options.values_list("pk", flat=True))}
