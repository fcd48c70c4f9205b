"""The part of a project's report about its documents: how far each is, what was said of it, and what was decided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils import timezone
from django.utils.text import capfirst

from kl_ai.export.document import Block, Facts, Heading, Prose, Table, Together
from legaltoolbox.files.texts import danish_date
from legaltoolbox.models import Activity, DocumentTemplate, Phase, Requirement, Risk

from ..models import Decision, DocumentStatus, Opinion
from ..work.report import ProjectReport, ReportedDocument

CHANGED = "Dokumentet er ændret siden."
BASIS_CHANGED = "Det, som beslutningen hviler på, er ændret siden."
MOST_LISTED = 8
"""Items of one kind that a decision rested on and are listed with their titles; of more only the number stands."""
RESTED_ON = (
    ("not_followed", "Råd, som ikke er fulgt helt", ""),
    ("high_risks", "Risici, som forblev høje", Risk.KIND),
    ("open_risks", "Risici, som ikke var vurderet", Risk.KIND),
    ("without_basis", "Faser uden tilstrækkelig hjemmel", Phase.KIND),
    ("missing_documents", "Dokumenter, som ikke var begyndt", DocumentTemplate.KIND),
    ("requirements_not_met", "Krav, som ikke var opfyldt helt", Requirement.KIND),
    ("requirements_not_assessed", "Krav, som ikke var vurderet", Requirement.KIND),
    ("open_conditions", "Vilkår, som ikke var opfyldt", ""),
    ("open_tasks", "Aktiviteter, som ikke var færdige", Activity.KIND),
)
"""Lists that a decision keeps, what they are called, and the kind of the items that they name."""
NOT_ANSWERED = "Ikke besvaret endnu"


def day_of(row: Opinion | Decision) -> str:
    return danish_date(timezone.localdate(row.at))


def documents(report: ProjectReport) -> Iterator[Block]:
    """Every document with its opinions and decisions; then what is not begun."""
    for row in report.documents:
        document = row.document
        facts = [
            ("Status", [capfirst(document.status_label)]),
            ("Sidst ændret", [danish_date(timezone.localdate(document.changed_at))]),
            *_waiting(row),
        ]
        yield Together([Heading(f"{row.name}, version {document.version}", level=2), Facts(facts)])
        for opinion in row.opinions:
            yield from _opinion(opinion, is_changed=row.is_changed_since(opinion))
        for decision in row.decisions:
            yield _decision(decision, report, CHANGED if row.is_changed_since(decision) else "")
    if not report.documents:
        yield Prose("Ingen dokumenter er begyndt.")
    if report.not_begun:
        yield Heading("Ikke begyndt", level=2, numbered=False)
        yield Prose("\n".join(f"- {template.code} {template.title}" for template in report.not_begun))


def _waiting(row: ReportedDocument) -> Iterator[tuple[str, list[str]]]:
    if row.document.status == "at-dpo" and row.document.opinion_until:
        yield "Udtalelse ønskes senest", [danish_date(row.document.opinion_until)]


def _opinion(opinion: Opinion, *, is_changed: bool) -> Iterator[Block]:
    heading = Heading(f"Databeskyttelsesrådgiverens udtalelse {day_of(opinion)}", level=3, numbered=False)
    lines = [capfirst(str(opinion.get_verdict_display())), *([CHANGED] if is_changed else [])]
    yield Together([heading, Facts([("Udtalelse", lines), *_by(opinion)])])
    if opinion.text:
        yield Prose(opinion.text)
    points = list(opinion.points.all())
    if points:
        rows = [
            (
                str(point.number),
                point.text,
                capfirst(str(point.get_answer_display())) if point.answer else NOT_ANSWERED,
                point.reason,
            )
            for point in points
        ]
        yield Table(("Nr.", "Råd", "Svar", "Begrundelse"), rows, (0.5, 4, 1.6, 3), row_breaks=True)


def _by(row: Opinion | Decision) -> list[tuple[str, list[str]]]:
    return [("Af", [str(row.by)])] if row.by else []


def _decision(decision: Decision, report: ProjectReport, changed: str) -> Together:
    """What was decided, on what, and whether that has changed since."""
    asked = decision.without_opinion_since
    lines = [
        ("Beslutning", [capfirst(str(decision.get_answer_display())), *([changed] if changed else [])]),
        *_by(decision),
        ("Vilkår", [decision.conditions] if decision.conditions else []),
        ("Vilkårene er opfyldt", list(_met(decision, report))),
        ("Begrundelse", [decision.reason] if decision.reason else []),
        (
            "Uden udtalelse",
            [f"Databeskyttelsesrådgiveren blev spurgt og havde ikke svaret {danish_date(asked)}."] if asked else [],
        ),
        ("Hviler på", list(_rested_on(decision.rested_on, report))),
    ]
    return Together([Heading(f"Beslutning {day_of(decision)}", level=3, numbered=False), Facts(lines)])


def _met(decision: Decision, report: ProjectReport) -> Iterator[str]:
    """How the conditions are met, as the project says; nothing of those that another decision has replaced."""
    if decision.met:
        by = f" af {decision.met.by}" if decision.met.by else ""
        yield f"{danish_date(timezone.localdate(decision.met.at))}{by}"
        yield decision.met.how
    elif decision in report.open_conditions:
        yield "Nej, ikke endnu"


def _rested_on(record: Any, report: ProjectReport) -> Iterator[str]:
    """What a decision has kept of what its page showed, in sentences (`Grounds.record`, `PointGrounds.record`)."""
    if not isinstance(record, dict) or not record:
        return
    verdicts = {value: str(label) for value, label in Opinion.Verdict.choices}
    if "opinion" in record:
        verdict = verdicts.get(str(record["opinion"]))
        changed = ", dokumentet var ændret siden" if record.get("changed_since_opinion") else ""
        yield f"Udtalelse: {verdict}{changed}." if verdict else "Ingen udtalelse."
    shown = record.get("documents")
    catalogue = report.catalogue
    names = {template.code: str(template) for template in catalogue.templates}
    words = {
        (row.document.template, str(row.document.version)): row.document.status_label
        for row in report.documents
        if row.document.has_conditions
    }
    for each in shown if isinstance(shown, list) else ():
        if isinstance(each, dict):
            yield _shown_document(each, names, verdicts, words)
    for key, heading, kind in RESTED_ON:
        values = record.get(key)
        if isinstance(values, list) and values:
            titles = {item.key: str(item) for item in catalogue.all(kind)} if kind else {}
            listed = ", ".join(titles.get(str(value), str(value)) for value in values)
            yield f"{heading}: {listed if len(values) <= MOST_LISTED else len(values)}."


def _shown_document(
    record: Mapping[str, Any], names: Mapping[str, str], verdicts: Mapping[str, str], words: Mapping[Any, str]
) -> str:
    """A document as the page of a decision point showed it; `words` are the states of those that are approved on conditions."""
    code, version = str(record.get("code", "")), record.get("version", "")
    status = dict(DocumentStatus.choices).get(str(record.get("status")), "")
    if record.get("status") == DocumentStatus.APPROVED:
        status = words.get((code, str(version)), status)
    verdict = verdicts.get(str(record.get("opinion")))
    changed = ", ændret siden" if record.get("changed_since_opinion") else ""
    parts = [
        f"{names.get(code, code)}, version {version}",
        str(status),
        f"udtalelse: {verdict}{changed}" if verdict else "",
    ]
    return f"{'; '.join(filter(None, parts))}."


def points(report: ProjectReport) -> Iterator[Block]:
    """The decision points with what was decided at each."""
    for point in report.points:
        yield Heading(str(point.activity), level=2)
        for decision in point.decisions:
            yield _decision(decision, report, BASIS_CHANGED if point.is_changed_since(decision) else "")
        if not point.decisions:
            yield Prose("Intet er besluttet endnu.")
