"""The one-pager as a list with its reasons, for Word and PDF."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kl_ai.export.document import Block, Document, Heading, Labelled, Prose, Stack, Table, TableCell, Titled
from kl_ai.search.danish import lower_first

from ..catalogue import Catalogue
from ..left_out import LeftOut, split
from ..plans import Part, Plan, PlanEntry
from ..screening import Band, Situation
from .documents import answers, left_out_table
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
SMALL_USE_LABELS = {Band.ASSESSED: "Ved jeres lille brug", Band.TOGETHER: "Klares sammen med en anden aktivitet"}
"""What stands before the text on a small, harmless use; "a shorter way" in any other band."""


def plan_document(plan: Plan, catalogue: Catalogue, paper: Paper) -> Document:
    """The activities of the paper's situation phase by phase, with who, when and why; and what is left out."""
    role = f" for rollen {lower_first(plan.role.name)}" if plan.role else ""
    return Document(
        verbatim=paper.names.typed,
        title="Juridisk vej for en AI-løsning",
        subtitle=f"Aktiviteter{role}, med begrundelse",
        header=paper.header(f"Juridisk vej for en AI-løsning{role}"),
        footer=DISCLAIMER,
        subject=SUBJECT,
        facts=paper.names.facts,
        blocks=[
            *(Prose(notice) for notice in paper.own_notices),
            *answers(catalogue, paper.situation),
            *_phases(plan, is_answered=bool(paper.situation.answers)),
            *left_out_table(_pieces(plan, catalogue, paper.situation)),
            *closing(catalogue.activities),
        ],
    )


def _phases(plan: Plan, *, is_answered: bool) -> Iterator[Block]:
    for plan_phase in plan.phases:
        if plan_phase.is_empty:
            continue
        yield Heading(f"Fase {plan_phase.phase}", numbered=False)
        yield Prose(plan_phase.phase.summary)
        if plan_phase.entries:
            rows = [_row(entry, is_answered=is_answered) for entry in plan_phase.entries]
            yield Table(HEADINGS, rows, WIDTHS, row_breaks=True)
        if plan_phase.others:
            yield Prose("Andre roller gør også:\n" + "\n".join(map(_line, plan_phase.others)))


def _line(entry: PlanEntry) -> str:
    """What another role does, with why it applies and what is done at the same time."""
    titles = "; ".join(str(other.activity) for other in entry.together)
    pieces = [f"- {entry.activity} ({entry.responsible.role.short_name}).", entry.reason]
    return " ".join(filter(None, [*pieces, f"{_together(entry)}: {titles}." if titles else ""]))


def _together(entry: PlanEntry) -> str:
    """What stands before the activities that are done at the same time as this one, or belong to it."""
    return "Hører med, hvis den er nødvendig" if entry.verdict.band is Band.ASSESSED else "Klares samtidig"


def _row(entry: PlanEntry, *, is_answered: bool) -> Sequence[TableCell]:
    activity = entry.activity
    cells: list[TableCell] = [Titled(str(activity), activity.why), *_reasons(entry, is_answered=is_answered)]
    if entry.small_use:
        cells.append(Labelled(SMALL_USE_LABELS.get(entry.verdict.band, "En kortere vej er nok"), activity.small_use))
    for other in entry.together:
        who_else = f"Ansvarlig: {other.responsible.role.short_name}."
        cells.append(Labelled(_together(entry), f"{other.activity}. {other.activity.small_use} {who_else}"))
    who: list[TableCell] = [f"{entry.responsible.role.short_name} er ansvarlig"]
    if entry.involved:
        who.append(Labelled("Inddrag", entry.with_whom))
    if entry.part in PARTS and entry.part is not Part.NONE:
        why = f". {entry.own.why}" if entry.own else ""
        who.append(Labelled("Jeres del", f"{PARTS[entry.part]}{why}"))
    return (Stack(cells), activity.when, Stack(who))


def _reasons(entry: PlanEntry, *, is_answered: bool) -> Iterator[TableCell]:
    """Why it applies: the answers, the question that is open, what another activity must show, or that it always does."""
    if entry.verdict.band is Band.ASSESSED:
        yield Labelled("Kun hvis denne viser, at den er nødvendig", str(entry.verdict.with_activity))
    elif entry.reason:
        yield Labelled("Hvorfor", entry.reason)
    elif entry.verdict.unanswered:
        questions = " ".join(question.question for question in entry.verdict.unanswered)
        yield Labelled("Kun hvis, og det afhænger af et svar, I ikke har givet", questions)
    elif is_answered:
        yield Labelled("Hvorfor", "Gælder enhver AI-løsning.")


def _pieces(plan: Plan, catalogue: Catalogue, situation: Situation) -> list[LeftOut]:
    """What can be left out for a small use, and what does not apply by the answers, each with its reason."""
    activities = [*(entry.activity for entry in plan.left_out), *plan.not_applicable]
    return split(activities, catalogue, situation)[1]
