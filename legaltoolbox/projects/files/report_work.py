"""The part of a project's report about the work: legal bases, risks with their matrix, requirements, action plan, checklists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from django.utils.text import capfirst

from kl_ai.export.document import Block, Facts, Heading, Labelled, Prose, Stack, Table, TableCell, Titled, Together
from legaltoolbox.files.texts import danish_date
from legaltoolbox.models import ScaleLevel
from legaltoolbox.rating import RiskLevel

from ..models import ChecklistAnswer, Evidence, Measure, MunicipalityMember, RiskAssessment
from ..work.plan import PlanRow
from ..work.report import ProjectReport
from ..work.requirements import RequirementRow
from ..work.risks import RiskRow, matrix

AXES = "sandsynligheden nedad, konsekvensen for borgeren mod højre"
NOT_RATED, NOBODY = "ikke vurderet", "Ingen endnu"
Lines = list[tuple[str, Sequence[str]]]


def name(owner: MunicipalityMember | None) -> str:
    return str(owner.user) if owner else NOBODY


def day(value: date | None) -> str:
    return danish_date(value) if value else ""


# Legal bases --------------------------------------------------------------------------------------


def bases(report: ProjectReport) -> Iterator[Block]:
    """The processings of each phase with their bases."""
    if not report.bases.is_needed:
        yield Prose("Projektet har svaret, at løsningen ikke behandler personoplysninger.")
    described = [each for each in report.bases.phases if each.rows]
    for each in described:
        yield Heading(f"Fase {each.phase}", level=2, numbered=False)
        rows: list[list[TableCell]] = [
            [
                f"{row.code} {row.processing}".strip(),
                Stack([row.basis or "ikke beskrevet", *([Labelled("Hvorfor", row.why)] if row.why else [])]),
                capfirst(str(row.get_judgement_display())),
            ]
            for row in each.rows
        ]
        yield Table(("Behandling", "Hjemmel", "Vurdering"), rows, (2.4, 4, 1.6), row_breaks=True)
    lacking = [str(each.phase) for each in report.bases.phases if each.is_lacking and not each.rows]
    if lacking and report.bases.is_needed:
        listed = "\n".join(f"- {phase}" for phase in lacking)
        yield Together([Prose(f"Ingen behandling er beskrevet i:\n{listed}")])


# Risks --------------------------------------------------------------------------------------------


def risks(report: ProjectReport) -> Iterator[Block]:
    """All risks in one table, the matrices, then each that somebody has assessed."""
    rows = [
        (row.code, row.title, _level(row, row.level), _level(row, row.residual_level), _owner(row))
        for row in report.risks
    ]
    if not rows:
        yield Prose("Projektet har ingen risici.")
        return
    yield Table(("Kode", "Risiko", "Før", "Efter", "Ansvarlig"), rows, (0.8, 4, 1.5, 1.5, 1.8))
    rated = [row for row in report.risks if row.level]
    if rated:
        yield Heading("Matrix", level=2)
        yield _matrix(report, after=False, caption=f"Før foranstaltninger: {AXES}")
        yield _matrix(report, after=True, caption=f"Efter foranstaltninger: {AXES}")
    assessed = [(row, row.assessment) for row in report.risks if row.assessment]
    if assessed:
        yield Heading("Vurderingerne", level=2)
        for row, stored in assessed:
            heading = Heading(f"{row.code} {row.title}", level=3, numbered=False)
            yield Together([heading, Facts(_assessment(row, stored, report.measures_at(row.code)))])


def _level(row: RiskRow, level: RiskLevel | None) -> str:
    if row.is_left_out:
        return "Gælder ikke"
    return capfirst(str(level.label) if level else NOT_RATED)


def _owner(row: RiskRow) -> str:
    return name(row.assessment.owner if row.assessment else None)


def _matrix(report: ProjectReport, *, after: bool, caption: str) -> Table:
    """The matrix, each cell with its level in a word and the risks in it with their titles."""
    names = {(level.axis, level.level): f"{level.level} {level.name}" for level in report.catalogue.levels}
    lines = matrix(report.risks, after=after)
    headings = [
        names.get((ScaleLevel.Axis.CONSEQUENCE.value, cell.consequence), str(cell.consequence)) for cell in lines[0]
    ]
    rows: list[list[TableCell]] = []
    for line in lines:
        step = line[0].likelihood
        cells: list[TableCell] = [
            Titled(capfirst(str(cell.level.label)), "\n".join(f"{row.code} {row.title}" for row in cell.rows))
            for cell in line
        ]
        rows.append([names.get((ScaleLevel.Axis.LIKELIHOOD.value, step), str(step)), *cells])
    return Table(("Sandsynlighed", *headings), rows, (1.9, 2, 2, 2, 2), caption=caption)


def _assessment(row: RiskRow, stored: RiskAssessment, measures: Iterable[Measure]) -> Lines:
    if row.is_left_out:
        return [("Gælder ikke", [stored.reason])]
    treatment = capfirst(str(stored.get_treatment_display())) if stored.treatment else ""
    lines = [
        ("Gælder", "" if row.applies else "Ikke længere efter svarene om løsningen"),
        ("Hvordan det kan ske her", stored.event),
        ("Før", _steps(stored.likelihood, stored.consequence, stored.level)),
        ("Begrundelse", stored.reason),
        ("Behandling", treatment),
    ]
    after = [
        ("Efter", _steps(stored.likelihood_after, stored.consequence_after, stored.residual_level)),
        ("Begrundelse, efter", stored.reason_after),
        ("Ansvarlig", name(stored.owner)),
    ]
    done: Lines = [("Foranstaltninger", [_measure_line(measure) for measure in measures])]
    return [*_filled(lines), *done, *_filled(after)]


def _filled(lines: Iterable[tuple[str, str]]) -> Lines:
    return [(label, [value]) for label, value in lines if value]


def _steps(likelihood: int | None, consequence: int | None, level: RiskLevel | None) -> str:
    if level is None:
        return capfirst(NOT_RATED)
    return f"{capfirst(str(level.label))}: sandsynlighed {likelihood}, konsekvens for borgeren {consequence}"


def _measure_line(measure: Measure) -> str:
    state = "færdig" if measure.is_done else f"åben, frist {day(measure.due)}" if measure.due else "åben"
    return f"{measure.text} ({name(measure.owner) if measure.owner else 'ingen ansvarlig endnu'}, {state})"


# Requirements -------------------------------------------------------------------------------------


def requirements(report: ProjectReport) -> Iterator[Block]:
    """The requirements that are assessed or have evidence, then the others."""
    assessed = [row for row in report.requirements if row.state or row.evidence]
    if assessed:
        rows = [_requirement(row) for row in assessed]
        yield Table(
            ("Krav", "Hvor langt", "Hvordan, og dokumentation", "Ansvarlig"), rows, (2.6, 1.4, 4, 1.6), row_breaks=True
        )
    waiting = [row for row in report.requirements if row not in assessed]
    if waiting:
        yield Heading("Ikke vurderet", level=2, numbered=False)
        yield Prose("\n".join(f"- {row.code} {row.title}" for row in waiting))
    if not report.requirements:
        yield Prose("Projektet har ingen krav.")


def _requirement(row: RequirementRow) -> list[TableCell]:
    state = row.state
    gone = "" if row.applies else " (gælder ikke længere efter svarene)"
    evidence = "\n".join(f"- {_evidence(piece)}" for piece in row.evidence)
    how: list[TableCell] = [state.how] if state and state.how else []
    return [
        f"{row.code} {row.title}".strip() + gone,
        capfirst(row.label),
        Stack([*how, *([Labelled("Dokumentation", evidence)] if evidence else [])]),
        name(state.owner if state else None),
    ]


def _evidence(piece: Evidence) -> str:
    where = [piece.link, f"sag {piece.case_number}" if piece.case_number else "", day(piece.dated)]
    return ", ".join([piece.title, *filter(None, where)])


# Plan and checklists ------------------------------------------------------------------------------


def plan(report: ProjectReport) -> Iterator[Block]:
    """How far each phase is, the activities that somebody has taken up, the own tasks and the measures."""
    lines = [(str(phase.phase), f"{phase.done} af {phase.total} færdige") for phase in report.plan.phases]
    yield Table(("Fase", "Aktiviteter"), lines, (4, 1.6))
    yield Prose("Nedenfor står de aktiviteter, som har en ansvarlig eller en frist eller ikke længere er åbne.")
    for phase in report.plan.phases:
        taken_up = [row for row in phase.rows if row.is_planned]
        if taken_up:
            yield Heading(f"Fase {phase.phase}", level=2, numbered=False)
            yield _tasks(taken_up)
    if report.plan.own:
        yield Heading("Egne opgaver", level=2, numbered=False)
        yield _tasks(report.plan.own)
    if report.measures:
        yield Heading("Foranstaltninger", level=2, numbered=False)
        yield Table(
            ("Foranstaltning", "Gælder", "Ansvarlig", "Frist", "Tilstand"),
            [_measure(measure, report.title_of) for measure in report.measures],
            (3, 2.6, 1.6, 1.4, 1.1),
            row_breaks=True,
        )


def _measure(measure: Measure, titles: dict[str, str]) -> list[str]:
    places = "\n".join(f"{code} {titles.get(code, '')}".strip() for code in measure.places)
    return [measure.text, places, name(measure.owner), day(measure.due), "Færdig" if measure.is_done else "Åben"]


def _tasks(rows: Iterable[PlanRow]) -> Table:
    lines: list[list[TableCell]] = []
    for row in rows:
        reason = row.task.reason if row.task else ""
        title = f"{row.code} {row.title}".strip()
        lines.append(
            [
                Stack([title, Labelled("Begrundelse", reason)]) if reason else title,
                row.owner_name or NOBODY,
                day(row.due),
                capfirst(row.state_label),
            ]
        )
    return Table(("Opgave", "Ansvarlig", "Frist", "Tilstand"), lines, (4, 1.8, 2.1, 1.4))


def checklists(report: ProjectReport) -> Iterator[Block]:
    """How each checklist is answered, then every question that is answered no."""
    values = ChecklistAnswer.Value
    rows = [
        (
            str(each.activity),
            str(each.counts[values.YES]),
            str(each.counts[values.NO]),
            str(each.counts[values.NOT_RELEVANT]),
            str(each.open),
        )
        for each in report.checklists
    ]
    if not rows:
        yield Prose("Ingen tjekliste er besvaret endnu.")
        return
    headings = ("Tjekliste", "Ja", "Nej", "Ikke relevant", "Ikke besvaret")
    yield Table(headings, rows, (4, 0.8, 0.8, 1.3, 1.3), numbers=(1, 2, 3, 4))
    no = [(f"{check.code} {check.question}", note) for each in report.checklists for check, note in each.no]
    if no:
        yield Heading("Besvaret med nej", level=2, numbered=False)
        yield Table(("Spørgsmål", "Bemærkning"), no, (3, 2), row_breaks=True)
