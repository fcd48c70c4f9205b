"""The report of a project for the municipality's case file, for Word and PDF. It is Danish, whatever the language of the page."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, replace

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import override

from kl_ai.export.document import Block, Contents, Document, Facts, Heading, Prose, Table
from legaltoolbox.files.texts import SUBJECT, danish_date, filename
from legaltoolbox.models import ScreeningQuestion

from ..models import Project, ProjectFact, ScreeningAnswer
from ..work.report import ProjectReport
from ..work.report_words import kept_texts, missing, progress_lines, warnings
from . import report_documents, report_work

TITLE = "Rapport"
NOT_SAID, NOT_KNOWN = "Ikke besvaret", "Ved ikke endnu"


def report_document(report: ProjectReport, fetched_by: str) -> Document:
    """The report as `fetched_by` fetches it on its day. No query."""
    with override("da"):
        document = _document(report)
        project = report.project
        facts = [
            *document.facts,
            ("Hentet", f"{danish_date(report.day)} af {fetched_by}"),
            ("Kontrolsum", grouped(_state(document))),
        ]
        return replace(document, facts=facts, header=f"{TITLE}  |  {project.municipality.name}  |  {project.title}")


def report_state(report: ProjectReport) -> str:
    """The hash of all that the report says, without the day and the person of this copy: equal ones say the same. No query."""
    with override("da"):
        return _state(_document(report))


def file_name(project: Project, ending: str) -> str:
    return filename(project.title, "–", TITLE.lower(), ending=ending)


def grouped(state: str) -> str:
    """A hash in groups of eight letters, between which a line can end."""
    return " ".join(state[place : place + 8] for place in range(0, len(state), 8))


def _state(document: Document) -> str:
    content = json.dumps(asdict(document), sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()


def _document(report: ProjectReport) -> Document:
    project = report.project
    facts = (
        ("Kommune", project.municipality.name),
        ("Projekt", project.title),
        ("Projektnummer", f"{project.municipality.code}-{project.number}"),
        ("Sagsnummer", project.case_number),
        ("Nummer i KITOS", project.kitos_id),
        ("Sidst ændret", danish_date(timezone.localdate(project.changed_at))),
    )
    return Document(
        title=project.title,
        subtitle="Rapport om en AI-løsning",
        subject=SUBJECT,
        facts=[(label, value) for label, value in facts if value],
        blocks=list(_blocks(report)),
    )


def _blocks(report: ProjectReport) -> Iterator[Block]:
    """The parts of the report in their order."""
    yield from (*_warnings(report), Contents("Indhold"))
    parts = (
        ("Hvor projektet står", _standing),
        ("Løsningen", _solution),
        ("Dokumenter, udtalelser og beslutninger", report_documents.documents),
        ("Beslutningspunkter", report_documents.points),
        ("Hjemmel", report_work.bases),
        ("Risici", report_work.risks),
        ("Krav", report_work.requirements),
        ("Handlingsplan", report_work.plan),
        ("Tjeklister", report_work.checklists),
        ("Deltagere og databeskyttelsesrådgivere", _people),
        ("Versioner og kontrolsummer", _hashes),
    )
    for heading, part in parts:
        yield Heading(heading)
        yield from part(report)


def _warnings(report: ProjectReport) -> Iterator[Block]:
    """What stands before everything else."""
    sentences = warnings(report)
    if sentences:
        yield Heading("Advarsler", numbered=False)
        yield Prose("\n".join(f"- {sentence}" for sentence in sentences), "guidance")


def _standing(report: ProjectReport) -> Iterator[Block]:
    yield Facts([(label, [value]) for label, value in progress_lines(report)])
    sentences = missing(report)
    if sentences:
        yield Heading("Det mangler", level=2, numbered=False)
        yield Prose("\n".join(f"- {sentence}" for sentence in sentences))


def _solution(report: ProjectReport) -> Iterator[Block]:
    """What the project says of its solution, and its answers to the questions about it."""
    project = report.project
    labels = [(str(label), report.facts[key]) for key, label in ProjectFact.Key.choices]
    rows = [("Projektets formål", project.purpose), *((capfirst(label), value) for label, value in labels)]
    if any(value for _label, value in rows):
        yield Table(("Oplysning", "Svar"), [(label, value) for label, value in rows if value], (1, 2), row_breaks=True)
    yield Table(
        ("Spørgsmål", "Svar", "Begrundelse"),
        [(question.question, _answer(question, row), row.why if row else "") for question, row in report.answers],
        (4, 1.4, 3),
        row_breaks=True,
    )


def _answer(question: ScreeningQuestion, row: ScreeningAnswer | None) -> str:
    if row is None:
        return NOT_SAID
    is_open = row.value == ScreeningAnswer.Value.UNKNOWN
    return NOT_KNOWN if is_open else str(question.label(row.value))


def _people(report: ProjectReport) -> Iterator[Block]:
    rows = [(str(row.member.user), capfirst(str(row.get_role_display()))) for row in report.members]
    rows += [(str(row.user), capfirst(str(row.get_dpo_display()))) for row in report.officers]
    yield Table(("Navn", "Rolle"), rows, (1, 1))


def _hashes(report: ProjectReport) -> Iterator[Block]:
    """The state of each version now, and the states that were spoken and decided of."""
    yield Prose(
        "En kontrolsum (SHA-256) er den samme, så længe teksten er den samme. Mellemrummene er kun til læsning. "
        "Et dokuments kontrolsum dækker skabelonen og versionen, dets svar, de fælles oplysninger, svarene om løsningen og de "
        "hjemler, risici, foranstaltninger og krav, som dokumentet viser. Hvem der er ansvarlig for dem, er ikke med."
    )
    rows = []
    for row in report.documents:
        name = f"{row.name}, version {row.document.version}"
        rows.append((name, "Nu", grouped(row.state)))
        states = [(f"Udtalelse {report_documents.day_of(each)}", each.state) for each in row.opinions]
        states += [(f"Beslutning {report_documents.day_of(each)}", each.state) for each in row.decisions]
        rows += [(name, words, grouped(state)) for words, state in states]
    for point in report.points:
        rows += [
            (str(point.activity), f"Beslutning {report_documents.day_of(each)}", grouped(each.state))
            for each in point.decisions
        ]
    if rows:
        yield Table(("Dokument", "Hvad", "Kontrolsum"), rows, (2.4, 1.7, 3))
    else:
        yield Prose("Projektet har ingen dokumenter endnu.")
    changed = danish_date(timezone.localdate(report.catalogue.changed_at))
    yield Prose(f"Værktøjskassens indhold, som rapporten bygger på, er sidst ændret {changed}.")
    if kept := kept_texts(report):
        yield Prose("Projektet bliver ved den tidligere tekst af disse dele af værktøjskassen:")
        yield Table(("Del", "Hvorfor"), kept, (1, 5), row_breaks=True)
