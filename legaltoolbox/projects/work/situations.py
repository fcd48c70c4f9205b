"""The situation of a project: what its answers say about the solution, and the phase that it is in."""

from collections.abc import Iterable

from django.utils.translation import ngettext

from legaltoolbox.catalogue import Catalogue
from legaltoolbox.models import ScreeningQuestion
from legaltoolbox.screening import Situation, reconciled

from ..models import Project, ScreeningAnswer
from ..models.answers import answers_of


def situation_of(project: Project, rows: Iterable[ScreeningAnswer], catalogue: Catalogue) -> Situation:
    """The situation that decides what applies in the project, by its answers and its phase. No query.

    An answer to a question that the catalogue has no more is left out. Of two answers that contradict each other the one
    counts that leaves no duty out (`reconciled`).
    """
    given = answers_of(rows)
    known = {question.code: given[question.code] for question in catalogue.questions if question.code in given}
    answers, _contradictions = reconciled(known, catalogue.questions)
    phase = project.phase if any(phase.slug == project.phase for phase in catalogue.phases) else ""
    return Situation(answers=answers, phase=phase)


def contradictions(
    rows: Iterable[ScreeningAnswer], catalogue: Catalogue
) -> list[tuple[ScreeningQuestion, ScreeningQuestion]]:
    """Pairs of questions whose answers contradict each other: the one answered no, and that answered yes. No query."""
    return reconciled(answers_of(rows), catalogue.questions)[1]


def open_questions(situation: Situation, catalogue: Catalogue) -> list[ScreeningQuestion]:
    """The questions without a yes or no; one that follows from a no counts as answered. No query."""
    return [question for question in catalogue.questions if not situation.answer(question)]


def questions_words(number: int) -> str:
    """That so many questions wait for an answer."""
    text = ngettext("Answer %(n)s question about the solution", "Answer %(n)s questions about the solution", number)
    return text % {"n": number}
