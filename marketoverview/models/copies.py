"""The copying of an earlier response into a draft, and of what KL has counted meanwhile."""

from collections.abc import Collection
from datetime import datetime

from simple_history.utils import bulk_create_with_history

from .answers import Answer, SampleOffering
from .draft_base import CONTENT_FIELDS, OFFERINGS, DraftBase

OBJECTION = ("objected_at", "objection", "objection_answered_at")
"""The fields of an answer that tell of the vendor's objection."""


class Copying(DraftBase):
    """A draft that takes over the content of an earlier response."""

    class Meta:
        abstract = True

    def _copy_from(self, source, items: Collection[str] | None) -> None:
        """Save this draft with the fields, answers and offerings of `source`, or those of them in `items`."""
        for field in CONTENT_FIELDS:
            if field not in ("company_name", "website") and (items is None or field in items):
                setattr(self, field, getattr(source, field))
        if not self.contact_consent:
            self.contact_name = ""
        self.save()
        self._copy_answers(source, items)
        if items is None or OFFERINGS in items:
            self._copy_offerings(source)

    def _copy_answers(self, source, codes: Collection[str] | None = None) -> None:
        """Copy the answers of `source` to the questions of these codes (None: all) that the round asks.

        Those with retired options come along: the vendor decides about them (`changed_options`). What KL has counted of
        own words is copied with them, under options that are offered still.
        """
        answers = [
            answer
            for answer in source.answers.filter(option__question__rounds=self.round_id).select_related(
                "option__question"
            )
            if codes is None or answer.option.question.code in codes
        ]
        seen_at = answered_at(source)
        own = [answer for answer in answers if answer.mapped_from_id is None]
        copied = [self._copy(answer, None, seen_at) for answer in own]
        bulk_create_with_history(copied, Answer)
        new = {answer.option_id: answer for answer in self.answers.all()}
        copies = {answer.pk: new[answer.option_id] for answer in own}
        mapped = [
            self._copy(answer, copies[answer.mapped_from_id])
            for answer in answers
            if answer.mapped_from_id in copies and answer.option_id not in new and not answer.option.is_retired
        ]
        bulk_create_with_history(mapped, Answer)

    def _keep_mappings(self, earlier) -> None:
        """Copy what KL has counted or left under “other”, and the vendor has objected to, since this was copied.

        Only for own words that are the same here and in `earlier`. Four queries, two for each mapping, one for what is
        left under “other”, and two for each objection, or more where it deletes what was copied.
        """
        own = {answer.option_id: answer for answer in self.answers.filter(mapped_from=None)}
        used_options = set(self.answers.values_list("option_id", flat=True))
        for answer in earlier.answers.exclude(own_words="").prefetch_related("mappings"):
            new_answer = own.get(answer.option_id)
            if new_answer is None or new_answer.own_words != answer.own_words:
                continue
            if answer.objected_at:
                self.answers.filter(mapped_from=new_answer).delete()
                self.answers.filter(pk=new_answer.pk).update(**{name: getattr(answer, name) for name in OBJECTION})
            elif answer.left_as_other_at:
                left = {"left_as_other_at": answer.left_as_other_at, "left_as_other_by": answer.left_as_other_by_id}
                self.answers.filter(pk=new_answer.pk).update(**left)
            for mapped in answer.mappings.all():
                if mapped.option_id not in used_options:
                    self._copy(mapped, new_answer).save()

    def _copy(self, answer: Answer, mapped_from: Answer | None, seen_at: datetime | None = None) -> Answer:
        left = ("left_as_other_at", "left_as_other_by_id")
        fields = ("option_id", "own_words", "mapped_by_id", "mapped_at", *OBJECTION, *left)
        values = {name: getattr(answer, name) for name in fields}
        wording_seen_at = answer.wording_seen_at or seen_at
        return Answer(response_id=self.pk, mapped_from=mapped_from, wording_seen_at=wording_seen_at, **values)

    def _copy_offerings(self, source) -> None:
        """Copy the examples with those of their options that the round asks for; the vendor decides about the retired ones."""
        seen_at = answered_at(source)
        for offering in source.offerings.all():
            fields = {name: getattr(offering, name) for name in SampleOffering.CONTENT_FIELDS}
            fields["wording_seen_at"] = offering.wording_seen_at or seen_at
            copy = SampleOffering.objects.create(response_id=self.pk, **fields)
            copy.options.set(offering.options.filter(question__rounds=self.round_id))


def answered_at(response) -> datetime:
    """When the vendor last answered for the response: on submission, or else when it began."""
    return response.submitted_at or response.created_at
