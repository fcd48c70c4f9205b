"""What the vendors that were chosen have answered: for the processor agreement, and beside each requirement.

It is Danish in the agreement, as the templates are.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ..models import Annex, AnnexLine, Project, ProjectFact, Submission
from .answer_progress import ShownPoint, shown_points

ANSWER_WORDS = {"yes": "Ja", "partly": "Delvist", "no": "Nej"}
"""The answers in Danish, for what is Danish whatever the language of the page."""


class ChosenAnswers(NamedTuple):
    """What a vendor that was chosen has handed in last."""

    annex: Annex
    company: str
    submission: Submission
    lines: list[AnnexLine]


def chosen_answers(project: Project, code: str = "") -> list[ChosenAnswers]:
    """The newest submission of each vendor that was chosen, in the order of the annexes; `code` takes the line of one requirement alone.

    Three queries, one where none is chosen.
    """
    annexes = list(project.annexes.exclude(chosen=None).select_related("chosen").order_by("number"))
    if not annexes:
        return []
    chosen = [annex.chosen_id for annex in annexes]
    newest: dict[Any, Submission] = {
        row.recipient_id: row for row in Submission.objects.filter(recipient__in=chosen).order_by("number")
    }
    lines: dict[Any, list[AnnexLine]] = {}
    rows = AnnexLine.objects.filter(annex__in=annexes)
    for line in rows.filter(code=code) if code else rows:
        lines.setdefault(line.annex_id, []).append(line)
    return [
        ChosenAnswers(annex, str(annex.chosen), newest[annex.chosen_id], lines[annex.pk])
        for annex in annexes
        if annex.chosen_id in newest and annex.pk in lines
    ]


def chosen_rows(project: Project) -> list[list[str]]:
    """The rows of the agreement: each point that was answered, also with no, as it was answered. At most three queries."""
    found = chosen_answers(project)
    return [row for chosen in found for row in _rows(chosen, with_company=len(found) > 1)]


def _rows(chosen: ChosenAnswers, *, with_company: bool) -> Iterator[list[str]]:
    before = f"{chosen.company}: " if with_company else ""
    for line in chosen.lines:
        for point in shown_points(line, chosen.submission.answers):
            answer = point.answer
            if point.is_answered and any(answer.values()):
                value = ANSWER_WORDS.get(answer.get("value", ""), "Ikke oplyst")
                text = f"{before}{point.number} {point.text}"
                yield [text, value, answer.get("how", ""), answer.get("reference", "")]


class QuotedAnswer(NamedTuple):
    """The words of a vendor to the points of a requirement."""

    company: str
    annex: Annex
    submission: Submission
    points: list[ShownPoint]
    """Those that it has said something to."""


def quoted_answers(project: Project, code: str) -> list[QuotedAnswer]:
    """What the vendors that were chosen have answered to a requirement. At most three queries."""
    return [
        QuotedAnswer(
            chosen.company,
            chosen.annex,
            chosen.submission,
            [
                point
                for line in chosen.lines
                for point in shown_points(line, chosen.submission.answers)
                if point.is_answered and any(point.answer.values())
            ],
        )
        for chosen in chosen_answers(project, code)
    ]


def other_vendor(project: Project, company: str) -> str:
    """The vendor that the shared facts name, where it is another one than this company; "" where they name none. One query."""
    named = ProjectFact.stored(project).get(ProjectFact.Key.VENDOR, "").strip()
    return "" if company.casefold() in named.casefold() else named
