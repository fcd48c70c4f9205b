"""Answers to questions that the round of their draft does not ask: another round asked, or KL has dropped the question.

The vendor cannot change them, so they are not copied into a draft, not shown with it, and deleted from what is submitted or
published. The draft names their questions, and the response from which it was copied keeps the answers.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Prefetch, Q

from .answers import Answer, SampleOffering
from .draft_base import DraftBase
from .rounds import SurveyRound
from .survey import Option, Question

if TYPE_CHECKING:
    from ..querysets import ResponseQuerySet


@dataclass(frozen=True)
class DroppedQuestion:
    """A question that the round does not ask, and the round in whose response its answer stands.

    `answered_in` is None where it was answered in the draft alone, which loses the answer on submission.
    """

    question: Question
    answered_in: SurveyRound | None


def dropped_questions(round: SurveyRound, draft, earlier) -> list[DroppedQuestion]:
    """The questions answered in `earlier` or in `draft`, or used in their examples, that `round` does not ask.

    Both are responses or None. In the survey's order; one query for each response.
    """
    in_earlier = _unasked_in(earlier, round) if earlier else []
    in_draft = _unasked_in(draft, round) if draft else []
    dropped = {question.pk: DroppedQuestion(question, None) for question in in_draft}
    dropped |= {question.pk: DroppedQuestion(question, earlier.round) for question in in_earlier}
    return sorted(dropped.values(), key=lambda row: (row.question.position, row.question.code))


def _unasked_in(response, round: SurveyRound) -> list[Question]:
    """The questions that the vendor has answered, or uses in an example, and that `round` does not ask. One query."""
    answered = Answer.objects.filter(response=response.pk, mapped_from=None).values("option")
    used = SampleOffering.objects.filter(response=response.pk).values("options")
    options = Option.objects.filter(Q(pk__in=answered) | Q(pk__in=used))
    return list(Question.objects.filter(pk__in=options.values("question")).exclude(rounds=round.pk))


def with_asked_content(responses: "ResponseQuerySet", round: SurveyRound) -> "ResponseQuerySet":
    """As `with_everything`, without the answers and the examples' options that `round` does not ask. Seven queries."""
    return responses.select_related("vendor", "round").prefetch_related(
        Prefetch("answers", Answer.objects.filter(option__question__rounds=round)),
        "answers__option__question",
        "offerings",
        Prefetch("offerings__options", Option.objects.filter(question__rounds=round)),
        "offerings__options__question",
    )


class AskedContent(DraftBase):
    """A response that holds answers to the questions of its round only, once it is submitted."""

    class Meta:
        abstract = True

    def dropped_questions(self) -> Iterable[DroppedQuestion]:
        """The questions that its vendor has answered, here or in the response it was copied from, and that are not asked.

        Two queries, and one where the round of the earlier response is not read yet.
        """
        return dropped_questions(self.round, self, self.based_on)

    def _delete_unasked(self) -> None:
        """Delete the answers, and take the options out of the examples, that the round does not ask.

        The caller holds the vendor's lock. Two queries where there are none.
        """
        self.answers.exclude(option__question__rounds=self.round_id).delete()
        unasked = Option.objects.exclude(question__rounds=self.round_id)
        for offering in self.offerings.filter(options__in=unasked).distinct():
            offering.options.remove(*offering.options.filter(pk__in=unasked))
