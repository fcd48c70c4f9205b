"""The verbs of a vendor's draft: save it part by part, take over earlier answers.

`kl_ai.drafts` detects that two people have changed the same part. The examples are in `draft_offerings`.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.utils import timezone

from kl_ai.drafts.parts import NO_PAGE, PageSave, changed_items

from .answers import Answer
from .copies import Copying
from .draft_base import CONTENT_FIELDS, OFFERINGS
from .draft_offerings import OfferingVerbs
from .survey import Question


class DraftVerbs(OfferingVerbs, Copying):
    """The verbs of a response that its vendor may still change."""

    class Meta:
        abstract = True

    def stored(self, items: Collection[str]) -> dict[str, Any]:
        """The stored content of these items: a field's value; of a question its option codes with their own words.

        At most two queries: it is read anew, since other processes may have written.
        """
        fields = [name for name in items if name in CONTENT_FIELDS]
        content: dict[str, Any] = dict(type(self).objects.filter(pk=self.pk).values(*fields).get()) if fields else {}
        codes = [code for code in items if code not in CONTENT_FIELDS]
        content |= {code: {} for code in codes}
        if not codes:
            return content
        answers = Answer.objects.filter(response=self.pk, mapped_from=None, option__question__code__in=codes)
        for question, option, words in answers.values_list("option__question__code", "option__code", "own_words"):
            content[question][option] = words
        return content

    def save_part(
        self,
        part: str,
        items: Sequence[str],
        content: Mapping[str, Any],
        seen: str,
        by,
        *,
        page: PageSave = NO_PAGE,
        confirmed: Collection[str] = (),
    ) -> None:
        """Write `content`, some or all of the part's `items`; `seen` is the fingerprint of what the page had shown.

        `page` is the page that saves. The answers to the questions of the codes `confirmed` are right in their present
        wording. Raises `TransitionRefused` where the response is no longer a draft, and `ChangedMeanwhile` where
        somebody else, or another page, has saved other content since. Saving the same again changes nothing.
        """
        with self._editing():
            changed = changed_items(self.stored(items), content, seen, lambda: self._last_save(part), page, by)
            fields = {item: value for item, value in changed.items() if item in CONTENT_FIELDS}
            self._write(fields)
            for question in Question.objects.filter(code__in=changed.keys() - fields.keys()):
                self._answer(question, changed[question.code])
            if confirmed:
                own = self.answers.filter(mapped_from=None, option__question__code__in=confirmed)
                own.update(wording_seen_at=timezone.now())
            self._record_save(part, by, changed=bool(changed), page=page)

    def take_from_last(self, part: str, items: Sequence[str], by) -> None:
        """Replace the content of the part by that of the earlier response, where there is one.

        The examples that stood there are removed, and can be brought back.
        """
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
                self.offerings.update(removed_at=timezone.now())
                self._copy_offerings(source)
            self._record_save(part, by, changed=True)

    # Mechanism ------------------------------------------------------------------------------

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
            if answer.pk is None or answer.mapped_from_id:
                answer.wording_seen_at = timezone.now()
            answer.own_words, answer.mapped_from = words, None
            answer.forget_decisions()
            answer.save()
