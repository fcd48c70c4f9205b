"""What a project hands over to OS2compliance and KITOS, the registers in which municipalities keep their systems.

The labels are those of the fields there, read in November 2026 in the public source of KITOS (os2kitos/kitos_frontend: the
sections “Risikovurdering” and “Gennemført DPIA / Konsekvensanalyse” of the tab GDPR, and its choices “Lav risiko”, “Mellem
risiko” and “Høj risiko”) and of OS2compliance (OS2compliance/OS2compliance: “Synkroniser til OS2kitos”, which has the same
fields, and “Opret Extern DPIA”, which asks for a link). What neither asks for has a label of our own. All is Danish, as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import override

from kl_ai.text import clean_line
from legaltoolbox.files.texts import danish_date
from legaltoolbox.rating import RiskLevel

from ..models import Decision, Opinion, ProjectFact
from .report import ProjectReport, ReportedDocument
from .risks import RiskCounts, risk_counts

DPIA = "S11"
"""The template of the impact assessment."""
YES, NO = "Ja", "Nej"
CHANGED = "DPIA’en er ændret, siden den blev besluttet."
CHANGED_SINCE_OPINION = "DPIA’en er ændret siden udtalelsen"
CONDITIONS, CONDITIONS_MET = (
    "DPIA’en er godkendt på vilkår, som ikke er opfyldt endnu.",
    "DPIA’en er godkendt på vilkår, som er opfyldt.",
)
RESULTS = {RiskLevel.HIGH: "Høj risiko", RiskLevel.MIDDLE: "Mellem risiko", RiskLevel.LOW: "Lav risiko"}
"""What KITOS calls the levels, the highest first."""

Line = tuple[str, str | date]
"""A label and its value, "" where there is none."""


def entry_lines(report: ProjectReport, link: str) -> list[Line]:
    """The lines of the entry in the order in which the fields stand there; `link` is the project's permanent address."""
    project = report.project
    return [
        ("Navn", report.facts[ProjectFact.Key.SOLUTION] or project.title),
        ("Nummer i KITOS", project.kitos_id),
        ("Sagsnummer", project.case_number),
        *_risk_lines(report),
        *_dpia_lines(report),
        ("Link til dokumentation", link),
        ("Tilstrækkelig hjemmel til brugen", _basis(report)),
        ("Opgjort", report.day),
    ]


def _risk_lines(report: ProjectReport) -> list[Line]:
    """Whether all risks are rated, when the last one was, and the highest level that stays."""
    assessed = [row.assessment for row in report.risks if row.assessment]
    is_done = bool(assessed) and not report.open_risks
    days = [timezone.localdate(row.saved_at) for row in assessed]
    levels = [row.residual_level for row in report.risks if row.counts]
    counts = {level: levels.count(level) for level in RESULTS}
    highest = next((RESULTS[level] for level, number in counts.items() if number), "")
    words = ", ".join(
        f"{number} {word}" for number, word in zip(counts.values(), ("høj", "mellem", "lav"), strict=True)
    )
    rated = risk_counts(report.risks)
    begun = "" if is_done else f"{_begun(rated)} "
    return [
        ("Foretaget risikovurdering", YES if is_done else NO),
        ("Dato for seneste risikovurdering", max(days) if is_done else ""),
        ("Hvad viste den seneste risikovurdering?", highest if is_done else ""),
        ("Bemærkninger", " ".join([f"{begun}Risici efter foranstaltninger: {words}.", *_remarks(report)])),
    ]


def _remarks(report: ProjectReport) -> Iterator[str]:
    """What the field of the impact assessment has no room for, which takes yes or no alone."""
    approved = report.newest_approved(DPIA)
    decision = approved.last_decision if approved else None
    if approved is None or decision is None:
        return
    if decision.answer == Decision.Answer.CONDITIONS:
        yield CONDITIONS_MET if decision.met else CONDITIONS
    if approved.is_changed_since(decision):
        yield CHANGED
    if (opinion := approved.last_opinion) and approved.is_changed_since(opinion):
        yield f"{CHANGED_SINCE_OPINION}."


def _begun(rated: RiskCounts) -> str:
    """How many of the risks are rated before and after, where that is not all."""
    partly = "Delvist: " if rated.both or rated.before else ""
    return f"{partly}{rated.both} af {rated.total} risici er vurderet."


def _dpia_lines(report: ProjectReport) -> list[Line]:
    """The newest approved impact assessment, and what the data protection officer has said last of any version."""
    approved = report.newest_approved(DPIA)
    decision = approved.last_decision if approved else None
    opinions = [
        (row.last_opinion, row) for row in report.documents if row.document.template == DPIA and row.last_opinion
    ]
    last = max(opinions, key=lambda each: each[0].at, default=None)
    return [
        ("Gennemført DPIA / Konsekvensanalyse", YES if approved else NO),
        ("Dato for den seneste DPIA", timezone.localdate(decision.at) if decision else ""),
        ("Databeskyttelsesrådgiverens udtalelse", _opinion(*last) if last else ""),
    ]


def _opinion(opinion: Opinion, row: ReportedDocument) -> str:
    """The verdict with its day, and whether the document has changed since."""
    with override("da"):
        verdict = capfirst(str(opinion.get_verdict_display()))
    changed = f". {CHANGED_SINCE_OPINION}" if row.is_changed_since(opinion) else ""
    return f"{verdict}, {danish_date(timezone.localdate(opinion.at))}{changed}"


def _basis(report: ProjectReport) -> str:
    if not report.bases.is_needed:
        return "Ikke nødvendig, ingen personoplysninger"
    return NO if report.bases.lacks_in_use else YES


def entry_text(lines: Sequence[Line]) -> str:
    """The lines as text to copy; what is not known says so."""
    return "\n".join(f"{label}{'' if label.endswith('?') else ':'} {value_text(value)}" for label, value in lines)


def value_text(value: str | date) -> str:
    """A value on one line; "ikke oplyst" for none."""
    return (danish_date(value) if isinstance(value, date) else clean_line(value)) or "ikke oplyst"
