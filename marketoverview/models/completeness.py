"""What a response lacks before it can be submitted."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from kl_ai.addresses import is_address

from ..statuses import EDITABLE
from .answers import Answer, SampleOffering
from .changed_options import ChangedOption, changed_options
from .copies import answered_at
from .draft_base import CONTACT, OFFERINGS, MissingItem
from .dropped_questions import AskedContent
from .survey import Question


class Completeness(AskedContent):
    """The rules of a complete response."""

    class Meta:
        abstract = True

    def _refuse_incomplete(self) -> None:
        if missing := self.missing_items():
            raise ValidationError([item.text for item in missing])

    def missing_items(self) -> list[MissingItem]:
        """The items to answer, shorten or decide before the response can be submitted, with a sentence each.

        Six queries, and one where an option was reworded since it was chosen.
        """
        answers, offerings = self._own_content()
        questions = list(self.round.questions.prefetch_related("options"))
        missing = [*self._missing_fields()]
        for question in questions:
            missing += self._missing_answers(question, answers.get(question.pk, []))
        missing += self._missing_in_offerings(offerings)
        return [*missing, *(changed.missing_item for changed in self._changed_options(answers, offerings, questions))]

    def changed_options(self) -> list[ChangedOption]:
        """The chosen options of a draft that were retired or reworded since, in the survey's order.

        Five queries, and one where an option was reworded.
        """
        return self._changed_options(*self._own_content(), list(self.round.questions.all()))

    def _own_content(self) -> tuple[dict[int, list[Answer]], list[SampleOffering]]:
        """The vendor's own answers by question id, and the examples. Four queries."""
        own = self.answers.filter(mapped_from=None).select_related("option__question")
        return by_question(own), list(self.offerings.prefetch_related("options__question"))

    def _changed_options(
        self, answers: dict[int, list[Answer]], offerings: Sequence[SampleOffering], questions: Sequence[Question]
    ) -> list[ChangedOption]:
        """None of a response that is no draft: KL may retire an option while it decides."""
        if self.status not in EDITABLE:
            return []
        at = answered_at(self.based_on) if self.based_on else self.created_at
        asked = [answer for question in questions for answer in answers.get(question.pk, ())]
        return changed_options(asked, offerings, at, {question.pk for question in questions})

    def _missing_fields(self) -> Iterator[MissingItem]:
        if not self.description.strip():
            yield MissingItem("description", gettext("The description is missing."))
        yield from self._too_long("description", gettext("The description"), self.description)
        if not self.contact_email:
            yield MissingItem(CONTACT, gettext("The contact e-mail is missing."))
        elif not is_address(self.contact_email):
            yield MissingItem(CONTACT, gettext("The contact e-mail is not a valid address."))

    def _missing_answers(self, question: Question, own: Sequence[Answer]) -> Iterator[MissingItem]:
        words: dict[str, Any] = {"question": question.heading, "most": question.max_choices}
        if question.is_required and not own and self._can_answer(question):
            yield MissingItem(question.code, gettext("“%(question)s” is not answered.") % words)
        if question.kind == Question.Kind.SINGLE and len(own) > 1:
            yield MissingItem(question.code, gettext("“%(question)s” takes one answer only.") % words)
        if question.max_choices and len(own) > question.max_choices:
            yield MissingItem(question.code, gettext("“%(question)s” takes at most %(most)s answers.") % words)
        if any(answer.option.is_other and not answer.own_words.strip() for answer in own):
            yield MissingItem(
                question.code, gettext("Your own words beside “Other” are missing under “%(question)s”.") % words
            )
        if any(len(answer.own_words) > self.round.max_own_words for answer in own):
            yield MissingItem(question.code, gettext("“%(question)s”: your own words are too long.") % words)

    def _missing_in_offerings(self, offerings: Sequence[SampleOffering]) -> Iterator[MissingItem]:
        if len(offerings) > (most := self.round.max_offerings):
            yield MissingItem(OFFERINGS, gettext("There are more than %(most)s examples.") % {"most": most})
        for offering in offerings:
            yield from self._too_long(
                OFFERINGS, f"“{offering.title}”", offering.description, self.round.max_offering_words
            )

    def _too_long(self, item: str, what: str, text: str, most: int | None = None) -> Iterator[MissingItem]:
        most = most or self.round.max_description_words
        if (number := len(text.split())) > most:
            words = {"what": what, "number": number, "most": most}
            yield MissingItem(
                item, gettext("%(what)s has %(number)s words; at most %(most)s can be published.") % words
            )

    @staticmethod
    def _can_answer(question: Question) -> bool:
        """Whether an option can still be chosen: a question whose options are all retired is not required."""
        return any(not option.is_retired for option in question.options.all())


def by_question(answers: Iterable[Answer]) -> dict[int, list[Answer]]:
    """Question id to its answers, in their order. No query where the answers come with their options."""
    grouped: dict[int, list[Answer]] = {}
    for answer in answers:
        grouped.setdefault(answer.option.question_id, []).append(answer)
    return grouped
