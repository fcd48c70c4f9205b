"""The one-pager as a list with its reasons, for Word and PDF."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kl_ai.export.document import Block, Document, Facts, Heading, Labelled, Prose, Stack, Table, TableCell, Titled

from ..catalogue import Catalogue
from ..models import Activity, ScreeningQuestion
from ..plans import Part, Plan, PlanEntry
from ..screening import YES, Situation
from .paper import Paper
from .texts import DISCLAIMER, SUBJECT, closing

HEADINGS = ("Aktivitet", "Hvornår", "Hvem")
WIDTHS = (4.8, 2.5, 2.7)
PARTS = {
    Part.RESPONSIBLE: "I er ansvarlige",
    Part.INVOLVED: "I medvirker",
    Part.START: "Sæt i gang",
    Part.FOLLOW_UP: "Sæt i gang, og følg op i drift",
}
"""What the chosen role does with an activity."""


def plan_document(plan: Plan, catalogue: Catalogue, paper: Paper, notices: Sequence[str] = ()) -> Document:
    """The activities of the paper's situation phase by phase, with who, when and why; and what is left out.

    `notices` say which part of the address was ignored.
    """
    role = f" for {plan.role.name}" if plan.role else ""
    return Document(
        title="Juridisk vej for en AI-løsning",
        subtitle=f"Aktiviteter{role}, med begrundelse",
        header=paper.header(f"Juridisk vej for en AI-løsning{role}"),
        footer=DISCLAIMER,
        subject=SUBJECT,
        facts=paper.names.facts,
        blocks=[
            *(Prose(notice) for notice in notices),
            *_answers(catalogue, paper.situation),
            *_phases(plan),
            *_left_out(plan),
            *closing(catalogue.activities),
        ],
    )


def _answers(catalogue: Catalogue, situation: Situation) -> Iterator[Block]:
    """The answers that the plan rests on."""
    rows = []
    for code in situation.answers:
        question: ScreeningQuestion = catalogue.by_key[ScreeningQuestion.KIND][code]
        answer = situation.answer(question)
        rows.append((question.question, [question.yes_label if answer == YES else question.no_label]))
    if rows:
        yield Heading("Jeres svar", numbered=False)
        yield Facts(rows)


def _phases(plan: Plan) -> Iterator[Block]:
    for plan_phase in plan.phases:
        if plan_phase.is_empty:
            continue
        yield Heading(f"Fase {plan_phase.phase}", numbered=False)
        yield Prose(plan_phase.phase.summary)
        if plan_phase.entries:
            yield Table(HEADINGS, [_row(entry) for entry in plan_phase.entries], WIDTHS, row_breaks=True)
        if plan_phase.others:
            titles = (f"- {entry.activity} ({entry.responsible.role.short_name})" for entry in plan_phase.others)
            yield Prose("Andre roller gør også:\n" + "\n".join(titles))


def _row(entry: PlanEntry) -> Sequence[TableCell]:
    activity = entry.activity
    cells: list[TableCell] = [Titled(str(activity), activity.why)]
    if entry.reason:
        cells.append(Labelled("Hvorfor her", entry.reason))
    if entry.verdict.unanswered:
        questions = " ".join(question.question for question in entry.verdict.unanswered)
        cells.append(Labelled("Kun hvis, og det afgør jeres svar på", questions))
    if entry.small_use:
        cells.append(Labelled("Ved en lille og harmløs brug", activity.small_use))
    who: list[TableCell] = [f"{entry.responsible.role.short_name} er ansvarlig"]
    if entry.involved:
        who.append(Labelled("Inddrag", entry.with_whom))
    if entry.part in PARTS and entry.part is not Part.NONE:
        who.append(Labelled("Jeres del", PARTS[entry.part]))
    return (Stack(cells), activity.when, Stack(who))


def _left_out(plan: Plan) -> Iterator[Block]:
    """What can be left out for a small use, and what the answers rule out."""
    small: list[Activity] = [entry.activity for plan_phase in plan.phases for entry in plan_phase.left_out]
    for heading, activities in (
        ("Kan udelades ved en lille og harmløs brug", small),
        ("Gælder ikke efter jeres svar", plan.not_applicable),
    ):
        if activities:
            yield Heading(heading, numbered=False)
            yield Prose("\n".join(f"- {activity}" for activity in activities))
