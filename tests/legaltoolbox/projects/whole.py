"""A project with a row of every kind that its file has, whose texts a test gives."""

import itertools
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db.models import BooleanField

from kl_ai.drafts.parts import new_page
from legaltoolbox.projects.files.project_json import as_imported, project_record, written
from legaltoolbox.projects.files.project_reader import read_file
from legaltoolbox.projects.models import (
    AdvicePoint,
    Annex,
    AnnexLine,
    AnnexQuestion,
    ApprovedFile,
    ChecklistAnswer,
    Comment,
    ConditionsMet,
    Decision,
    DocumentPart,
    Evidence,
    FieldAnswer,
    FieldEdit,
    Measure,
    Opinion,
    Project,
    ProjectEvent,
    ProjectImport,
    ProjectLegalBasis,
    Recipient,
    RequirementState,
    RiskAssessment,
    ScreeningAnswer,
    Submission,
    Task,
)

NOW = datetime(2026, 3, 2, 9, 30, 0, 123456, tzinfo=UTC)
DAY = date(2026, 4, 1)
PHASE = "drift-og-overvaagning"
DOCUMENTS = (("S05", 1, "approved"), ("S11", 1, "approved"), ("S05", 2, "commented"), ("S99", 1, "draft"))
ROWS = [{"id": "0a1b2c3d", "fixed": 1, "cells": ["Æbler", "a | b"]}]


class Words:
    """These texts in turn, each cut to what its field takes."""

    def __init__(self, texts) -> None:
        self.texts = itertools.cycle(texts)

    def text(self, most=1000) -> str:
        return next(self.texts)[:most].strip() or "x"

    def line(self) -> str:
        return " ".join(self.text().split())[:60].strip() or "x"


def fill(team, texts=("Svar med æøå & <b>fed</b>",)) -> Project:
    """The team's project with a row of each kind; the texts are taken in turn."""
    words = Words(texts)
    project = team.project
    project.purpose, project.case_number, project.phase = words.text(), words.line(), PHASE
    project.save()
    _fill_work(team, words)
    _fill_assessments(team, words)
    documents = [
        project.documents.create(
            number=number,
            template=template,
            version=version,
            status=status,
            approved_content={"10.3": ROWS} if status == "approved" else {},
            created_by=team.lead.user,
            changed_by=team.editor.user,
            created_at=NOW,
            changed_at=NOW + timedelta(minutes=number),
        )
        for number, (template, version, status) in enumerate(DOCUMENTS, 1)
    ]
    for document in documents:
        _fill_document(document, words.text, team.editor, team.dpo)
    ApprovedFile.objects.create(document=documents[0], docx=words.text().encode(), pdf=b"%PDF")
    _fill_history(team, words, documents[0])
    _fill_annexes(team, words)
    return project


VARIED = (
    ScreeningAnswer, Task, ChecklistAnswer, RiskAssessment, RequirementState, Measure, Evidence, ProjectLegalBasis, Comment,
    Opinion, AdvicePoint, ConditionsMet, Decision, ApprovedFile, DocumentPart, FieldAnswer, FieldEdit,
)  # fmt: skip


def vary(random) -> None:
    """Leave out rows of the one project that there is, and give others other values that their fields can have."""
    for model in VARIED:
        for row in model.objects.all():
            if random.random() < 0.3:
                row.delete()
                continue
            for field in model._meta.fields:
                setattr(row, field.attname, _other_value(field, getattr(row, field.attname), random))
            if isinstance(row, Task):
                row.done_at = NOW if row.state == "done" else None
            with suppress(ValidationError):  # not every value goes with every other
                row.full_clean()
                row.save()


def _other_value(field, value, random):
    """Another value of a choice, a step, a day or a yes and no; of any other field the same."""
    if field.choices:
        return random.choice([value for value, _label in field.flatchoices])
    if field.name.startswith(("likelihood", "consequence")):
        return random.choice([None, 1, 2, 3, 4])
    if field.name in ("due", "dated"):
        return random.choice([None, DAY, date(2000, 1, 1), date(2099, 12, 31)])
    return random.random() < 0.5 if isinstance(field, BooleanField) else value


def _fill_work(team, words) -> None:
    project, saved = team.project, {"saved_at": NOW, "saved_by": team.editor.user}
    for question in ("q1", "ukendt"):
        ScreeningAnswer.objects.create(project=project, question=question, value="yes", why=words.text())
    project.facts.create(key="vendor", value=words.text(500))
    done = {"state": "done", "done_at": NOW, "due": DAY, "owner": team.lead}
    Task.objects.create(project=project, activity="A25", note=words.text(), **done, **saved)
    for _number in range(2):
        Task.objects.create(project=project, title=words.line(), state="not-relevant", reason=words.text(), **saved)
    answer = {"activity": "A25", "key": "3", "value": "yes", "note": words.text()}
    ChecklistAnswer.objects.create(project=project, **answer, **saved)


def _fill_assessments(team, words) -> None:
    project, saved = team.project, {"saved_at": NOW, "saved_by": team.editor.user}
    rated = {"likelihood": 2, "consequence": 4, "event": words.text(), "reason": words.text(), "owner": team.editor}
    RiskAssessment.objects.create(project=project, code="R09", **rated, **saved)
    own = {"title": words.line(), "applies": False, "reason": words.text()}
    RiskAssessment.objects.create(project=project, code="E01", **own, **saved)
    state = {"state": "partly", "how": words.text(), "owner": team.lead}
    RequirementState.objects.create(project=project, code="K31", **state, **saved)
    for _number in range(2):
        measure = {"text": words.text(), "places": ["R09", "K31"], "owner": team.lead, "due": DAY}
        Measure.objects.create(project=project, **measure, **saved)
    link = "https://sag.example/1"
    Evidence.objects.create(project=project, place="K31", title=words.line(), link=link, dated=DAY)
    Evidence.objects.create(project=project, place="K32", title=words.line(), case_number=words.line())
    basis = {"code": "H05", "basis": words.text(), "why": words.text()}
    for values in (basis, {}):
        ProjectLegalBasis.objects.create(project=project, phase=PHASE, processing=words.line(), **values, **saved)


def _fill_history(team, words, document) -> None:
    project, management = team.project, team.management.user
    rested_on = {"opinion": "advice", "high_risks": ["R09"], "not_followed": [1]}
    decided = {"answer": "conditions", "conditions": words.text(), "state": "a" * 64, "rested_on": rested_on}
    decision = Decision.objects.create(project=project, document=document, by=management, at=NOW, **decided)
    ConditionsMet.objects.create(decision=decision, by=team.editor.user, at=NOW, how=words.text())
    decided = {"answer": "yes", "state": "b" * 64, "without_opinion_since": DAY}
    Decision.objects.create(project=project, point="P1", by=management, at=NOW, **decided)
    first = Comment.objects.create(project=project, place="R09", by=team.editor.user, at=NOW, text=words.text())
    reply = {"place": "R09", "by": team.dpo.user, "text": words.text(), "parent": first}
    Comment.objects.create(project=project, at=NOW, **reply)
    resolved = {"resolved_at": NOW, "resolved_by": team.lead.user}
    Comment.objects.create(project=project, place="K31", text=words.text(), at=NOW, **resolved)
    people = {"person": team.editor.user, "person_before": team.lead.user}
    ProjectEvent.record(project, "task", team.lead.user, "A25.owner", **people)
    values = {"old": words.text(), "new": words.text(), "reason": words.text()}
    ProjectEvent.record(project, "edited", team.lead.user, "purpose", **values)


def _fill_annexes(team, words) -> None:
    """One that is closed with answers, and a draft."""
    project, contact = team.project, "udbud@k9901.example"
    values = {"title": words.line(), "contact": contact, "deadline": DAY, "created_by": team.lead.user}
    Annex.objects.create(project=project, number=2, created_at=NOW, **values)
    values |= {"introduction": words.text(), "status": "closed", "sent_at": NOW, "closed_at": NOW}
    annex = Annex.objects.create(project=project, number=1, created_at=NOW, **values)
    points = [{"number": "K31.1", "text": words.text(), "is_answered": True}]
    AnnexLine.objects.create(
        annex=annex, position=1, code="K31", use="minimum", title="Krav", text={"points": points, "basis": words.text()}
    )
    for name, email in (("Alfa Prøve", "alfa@leverandor.example"), ("På papir", "")):
        recipient = Recipient.objects.create(annex=annex, company=name, email=email, created_at=NOW)
        answers = {"K31.1": {"value": "yes", "how": words.text(), "reference": ""}}
        Submission.objects.create(recipient=recipient, number=1, at=NOW, name=words.line(), answers=answers)
        AnnexQuestion.objects.create(
            annex=annex,
            recipient=recipient,
            at=NOW,
            text=words.text(),
            answer=words.text(),
            answered_at=NOW,
            answered_by=team.editor.user,
        )
    annex.chosen = recipient
    annex.save()


def _fill_document(document, text, editor, dpo) -> None:
    values = {"1": text(), "2": [text(500), text(500)], "3": ROWS, "4": ""}
    FieldAnswer.objects.bulk_create(
        FieldAnswer(document=document, section="10", field=field, value=value) for field, value in values.items()
    )
    DocumentPart.objects.create(document=document, part="10", saved_at=NOW, saved_by=editor.user)
    FieldEdit.objects.create(document=document, section="10", field="1", old="", new=text(), by=editor.user, at=NOW)
    FieldEdit.objects.create(document=document, section="10", field="3", old=[], new=ROWS, by=editor.user, at=NOW)
    opinion = Opinion.objects.create(
        document=document, by=dpo.user, at=NOW, verdict="advice", text=text(), state="c" * 64
    )
    AdvicePoint.objects.create(
        opinion=opinion, number=1, text=text(), answer="partly", reason=text(), answered_by=editor.user
    )
    AdvicePoint.objects.create(opinion=opinion, number=2, text=text())


def whole_file(project) -> dict:
    """What the project's file holds, with an envelope that is always the same."""
    exported = {
        "address": "https://kl.example/",
        "at": "2026-03-02T09:30:00.000000Z",
        "number": 1,
        "changed_at": "2026-03-02T09:30:00.000000Z",
        "imported_at": None,
        "imported_by": None,
        "municipality": {"code": "9901", "name": "Prøvekommune 9901"},
    }
    return {"format": "kl-ai-projekt", "version": 1, "exported": exported, "project": project_record(project)}


def import_file(municipality, by, file: dict) -> Project:
    record, source = read_file(written(file))
    return ProjectImport.take(municipality, by.user, record, source, new_page()).project


__all__ = ["as_imported", "fill", "import_file", "project_record", "vary", "whole_file", "written"]
