"""`manage.py load_demo_projects`: a municipality that is invented, four people who work for it, and their project half-way."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from kl_ai.drafts.parts import fingerprint, new_page
from kl_ai.models import User
from legaltoolbox.catalogue import Catalogue, catalogues
from legaltoolbox.models import Activity, DocumentTemplate, LegalBasis, Requirement, Risk, TemplateSection

from ...files.document_bytes import approved_document
from ...models import (
    ChecklistAnswer,
    Comment,
    Decision,
    Evidence,
    Measure,
    Municipality,
    MunicipalityEvent,
    MunicipalityMember,
    Project,
    ProjectDocument,
    ProjectFact,
    ProjectLegalBasis,
    RequirementState,
    RiskAssessment,
    Task,
)
from ...models.sheets import register_version
from ...models.tasks import EMPTY
from ...models.values import new_row
from ...rights import ProjectRole
from ...work import sections
from ...work.decisions import grounds
from ...work.situations import situation_of
from ..demo_annex import make_annex
from ..demo_sheet import publish_sheet
from ..demo_texts import pin_older_texts

FILE = Path(settings.BASE_DIR) / "fixtures/demo_project.yaml"
CODE = "9900"
"""No municipality has this code."""
NAME = "Demokommunen (opfundet)"
DOMAIN = "demokommunen.example"
PEOPLE: dict[str, tuple[str, str, dict[str, Any]]] = {
    "lead": ("tovholder", "Tovholder (demo)", {"is_keeper": True}),
    "editor": ("sagsbehandler", "Sagsbehandler (demo)", {}),
    "management": ("leder", "Leder (demo)", {}),
    "dpo": ("dpo", "DPO (demo)", {"dpo": MunicipalityMember.Dpo.OFFICER}),
}
"""What the file calls them, to the address before the domain, the name and what they do for the municipality."""
ROLES = {"editor": ProjectRole.EDITOR, "management": ProjectRole.MANAGEMENT}
"""The roles in the project; who leads it has made it."""
DAYS_SINCE_SIGNED = 60


def logins() -> list[tuple[str, str]]:
    """The addresses of the people and what each is, in English as the command prints it."""
    roles = ("keeper and project lead", "editor", "management", "data protection officer")
    people = zip(PEOPLE.values(), roles, strict=True)
    return [(f"{name}@{DOMAIN}", f"{NAME}, {role}") for (name, _full, _tasks), role in people]


class Command(BaseCommand):
    help = "Loads an invented municipality with four logins and a project half-way. Run again, it keeps what was tried out."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--reset", action="store_true", help="put the municipality and its project back as they were"
        )
        parser.add_argument("--force", action="store_true", help="also without DEBUG")

    @transaction.atomic
    def handle(self, *args, reset: bool, force: bool, verbosity: int, **options) -> None:
        if not (settings.DEBUG or force):
            raise CommandError("Demonstration data has no place in production (DEBUG is off). --force loads it anyway.")
        if reset:
            Project.objects.filter(municipality__code=CODE, municipality__is_demo=True).delete()
            Municipality.objects.filter(code=CODE, is_demo=True).delete()
            register_version.bump()
        if not Municipality.objects.filter(code=CODE).exists():
            municipality, people = make_municipality()
            catalogue = catalogues.current()
            if catalogue.find(DocumentTemplate.KIND, "S11") is not None:
                DemoProject(municipality, people, catalogue).make()
        if verbosity:
            for email, role in logins():
                self.stdout.write(f"  {email:<35} {role}")


def make_municipality() -> tuple[Municipality, dict[str, MunicipalityMember]]:
    """The municipality, which has signed the agreement, and its people by what the file calls them."""
    municipality = Municipality.objects.create(
        code=CODE,
        name=NAME,
        mail_domains=[DOMAIN],
        agreement_signed_on=timezone.localdate() - timedelta(days=DAYS_SINCE_SIGNED),
        is_demo=True,
    )
    people = {}
    for key, (name, full_name, tasks) in PEOPLE.items():
        user, _is_new = User.objects.update_or_create(
            email=f"{name}@{DOMAIN}", defaults={"full_name": full_name, "is_active": True}
        )
        people[key] = municipality.admit(user, user, by_kl=True, **tasks)
    MunicipalityEvent.objects.filter(municipality=municipality).record_mailed()
    return municipality, people


class DemoProject:
    """Writes what the file says by the verbs that people use, so that the history is the one of real work."""

    def __init__(
        self, municipality: Municipality, people: Mapping[str, MunicipalityMember], catalogue: Catalogue
    ) -> None:
        self.municipality, self.people, self.catalogue = municipality, people, catalogue
        self.data = self.read()
        self.today = timezone.localdate()
        self.project: Project

    @staticmethod
    def read() -> dict[str, Any]:
        """What the file says."""
        data: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
        return data

    def make(self) -> None:
        lead, data = self._user("lead"), self.data
        known = {question.code for question in self.catalogue.questions}
        self.project = Project.create(self.municipality, lead, **data["project"])
        for key, role in ROLES.items():
            self.project.add_member(lead, self.people[key], role)
        self.project.answer(
            lead, {code: (value, why) for code, (value, why) in data["answers"].items() if code in known}
        )
        seen = fingerprint(ProjectFact.stored(self.project))
        ProjectFact.save_all(self.project, data["facts"], seen, lead)
        self._plan()
        self._assessments()
        for entry in data["documents"]:
            self._document(entry)
        publish_sheet(self.project, lead, self.catalogue, data["sheet"])
        make_annex(self.project, lead, self.catalogue, data["annex"])
        pin_older_texts(self.project, lead, self.catalogue, data["older_texts"])
        for entry in data["comments"]:
            first = Comment.write(self.project, self._user(entry["by"]), entry["place"], entry["text"])
            for reply in entry.get("replies", ()):
                Comment.write(self.project, self._user(reply["by"]), entry["place"], reply["text"], parent=first)

    def _user(self, key: str) -> User:
        user: User = self.people[key].user
        return user

    def _day(self, days: int | None) -> date | None:
        return None if days is None else self.today + timedelta(days=days)

    def _known(self, name: str, kind: str, key: str = "code") -> Iterator[dict[str, Any]]:
        """The entries of the file with this name that the content has, by their code in it."""
        return (entry for entry in self.data[name] if self.catalogue.find(kind, entry[key]) is not None)

    # The plan -------------------------------------------------------------------------------

    def _plan(self) -> None:
        for entry in self._known("tasks", Activity.KIND, "activity"):
            answers = {key: tuple(answer) for key, answer in entry.get("checklist", {}).items()}
            seen = fingerprint(EMPTY), fingerprint(ChecklistAnswer.contents((), answers))
            by = self._user(entry.get("owner", "lead"))
            Task.save_activity(self.project, by, entry["activity"], self._task(entry), answers, seen=seen)
        for entry in self.data["own_tasks"]:
            values = {"title": entry["title"], **self._task(entry)}
            Task.add_own(self.project, self._user("lead"), values, new_page())

    def _task(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        given = {name: entry[name] for name in ("state", "reason", "note") if name in entry}
        return {**EMPTY, **given, "owner": self._owner(entry), "due": self._day(entry.get("due"))}

    def _owner(self, entry: Mapping[str, Any]) -> int | None:
        return self.people[entry["owner"]].pk if "owner" in entry else None

    # Risks, requirements, measures and legal bases ------------------------------------------

    def _assessments(self) -> None:
        for entry in self._known("risks", Risk.KIND):
            self._store(RiskAssessment, RiskAssessment(project=self.project, code=entry["code"]), entry)
        for entry in self.data["own_risks"]:
            row = RiskAssessment.add_own(self.project, entry["title"], self._user(entry["by"]))
            self._store(RiskAssessment, row, entry)
        for entry in self._known("requirements", Requirement.KIND):
            self._store(RequirementState, RequirementState(project=self.project, code=entry["code"]), entry)
        for entry in self._known("evidence", Requirement.KIND, "place"):
            values = {name: entry.get(name, "") for name in ("place", "title", "link", "case_number")}
            Evidence.add_piece(self.project, self._user(entry["by"]), **values, dated=self._day(entry["day"]))
        for entry in self.data["measures"]:
            measure = Measure.add_measure(self.project, entry["text"], entry["places"], self._user(entry["by"]))
            typed = {
                "due": self._day(entry["due"]),
                "is_done": entry.get("is_done", False),
                "owner": self._owner(entry),
            }
            content = measure.content
            measure.change({**content, **typed}, fingerprint(content), self._user(entry["by"]))
        self._legal_bases()

    def _store(self, model: Any, row: Any, entry: Mapping[str, Any]) -> None:
        given = {name: entry[name] for name in model.FIELDS if name in entry}
        typed = {**row.content, **given, "owner": self._owner(entry)}
        model.assess(self.project, row.code, typed, fingerprint(row.content), self._user(entry["by"]))

    def _legal_bases(self) -> None:
        phases = {phase.slug for phase in self.catalogue.phases}
        for entry in self.data["legal_bases"]:
            code, by = entry.get("code", ""), self._user(entry["by"])
            basis = self.catalogue.find(LegalBasis.KIND, code) if code else None
            if entry["phase"] not in phases or bool(code) is (basis is None):
                continue
            title = entry.get("processing") or str(basis.title if basis else "")
            row = ProjectLegalBasis.add_processing(self.project, by, phase=entry["phase"], code=code, processing=title)
            given = {name: entry[name] for name in ProjectLegalBasis.FIELDS if name in entry}
            row.change({**row.content, **given}, fingerprint(row.content), by)

    # Documents ------------------------------------------------------------------------------

    def _document(self, entry: Mapping[str, Any]) -> None:
        template: DocumentTemplate | None = self.catalogue.find(DocumentTemplate.KIND, entry["template"])
        if template is None:
            return
        by = self._user(entry["by"])
        situation = situation_of(self.project, self.project.screening_answers.all(), self.catalogue)
        document = ProjectDocument.begin(
            self.project,
            by,
            template=template.code,
            template_version=template.version,
            values=sections.first_values(template, self.catalogue, situation),
        )
        by_key = {section.key: section for section in self.catalogue.sections(template)}
        for written in entry["sections"]:
            if written["section"] in by_key:
                self._section(document, by_key[written["section"]], written)
        if "asked_days" in entry:
            document.ask_dpo(by, self.today + timedelta(days=entry["asked_days"]))
        if "decided" in entry:
            document.ask_management(by)
            self._decide(document, template, entry["decided"])

    def _section(self, document: ProjectDocument, section: TemplateSection, written: Mapping[str, Any]) -> None:
        fields = self.catalogue.fields(section)
        empty = sections.empty_values(fields)
        stored = document.stored(section.key, empty)
        typed = dict(stored)
        for field in fields:
            if field.key in written["values"]:
                value = written["values"][field.key]
                if sections.field_kind(field) == sections.Kind.TABLE:
                    value = rows(stored[field.key], value, len(field.columns))
                elif isinstance(value, dict):
                    value = str(self._day(value["day"]))
                typed[field.key] = value
        document.save_section(section.key, empty, typed, fingerprint(stored), self._user(written["by"]))

    def _decide(self, document: ProjectDocument, template: DocumentTemplate, reason: str) -> None:
        """Approve the document as the management, with the files that it is kept as."""
        state = document.state_hash()
        document.decide(
            self._user("management"),
            Decision.Answer.YES,
            seen=state,
            reason=reason,
            read=lambda: grounds(self.project, document, self.catalogue, state).record,
            approve=lambda decision: approved_document(document, template, self.catalogue, decision),
        )


def rows(given: list[dict[str, Any]], texts: list[list[str]], columns: int) -> list[dict[str, Any]]:
    """The rows of a table: the texts fill the cells that the template leaves open, and make new rows after them."""
    filled = []
    for row, cells in zip(given, [*texts, *[[]] * len(given)], strict=False):
        fixed = row["cells"][: row["fixed"]]
        filled.append({**row, "cells": [*fixed, *cells, *[""] * columns][:columns]})
    return [*filled, *(new_row(cells, columns) for cells in texts[len(given) :])]
