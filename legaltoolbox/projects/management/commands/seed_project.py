"""`manage.py seed_project`: adds an invented municipality with a large project, for measurements."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import timedelta
from itertools import cycle, islice
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from kl_ai.models import User
from legaltoolbox.catalogue import Catalogue, catalogues
from legaltoolbox.models import DocumentTemplate, LegalBasis
from legaltoolbox.projects.models import (
    ChecklistAnswer,
    DocumentStatus,
    FieldAnswer,
    Municipality,
    Project,
    ProjectDocument,
    ProjectLegalBasis,
    RequirementState,
    RiskAssessment,
    Task,
    TaskState,
)
from legaltoolbox.projects.models.values import YES
from legaltoolbox.projects.work.sections import Kind, field_kind

CODE = "9990"
"""Of no municipality: the numbers of the real ones end at 860."""
TASKS, DOCUMENTS, ANSWERS = 60, 35, 1_200
STATES = (TaskState.DONE, TaskState.OPEN, TaskState.UNDER_WAY)
STATUSES = (DocumentStatus.DRAFT, DocumentStatus.DRAFT, DocumentStatus.AT_DPO, DocumentStatus.APPROVED)


class Command(BaseCommand):
    help = (
        "Adds an invented municipality with a project of many tasks, documents and answers, once. Prints as JSON the "
        "project's address and a session cookie of its lead."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--answers", type=int, default=ANSWERS, help=f"how many answers it has ({ANSWERS})")
        parser.add_argument("--force", action="store_true", help="also where DEBUG is off")

    def handle(self, *, answers: int, force: bool, **options) -> None:
        if not (settings.DEBUG or force):
            raise CommandError("DEBUG is off, so this may be the real portal. Add --force if that is what you want.")
        if Municipality.objects.filter(code=CODE).exists():
            raise CommandError(f"There is a municipality with the code {CODE} already.")
        with transaction.atomic():
            project, lead = _project(catalogues.current(), answers)
        path = reverse("projects:overview", args=project.address)
        self.stdout.write(json.dumps({"path": path, "cookie": _cookie(lead)}))


def _cookie(user: User) -> str:
    """A session in which the user is logged in, as the header of a request names it."""
    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def _project(catalogue: Catalogue, answers: int) -> tuple[Project, User]:
    """The project and who leads it."""
    lead = User.objects.create_user("belastning@k9990.example", full_name="Belastning 9990")
    municipality = Municipality.objects.create(
        code=CODE, name="Belastningskommune 9990", agreement_signed_on=timezone.localdate()
    )
    member = municipality.members.create(user=lead)
    yes = dict.fromkeys((question.code for question in catalogue.questions), "yes")
    project = Project.create(
        municipality,
        lead,
        title="Belastningsprojekt",
        answers=yes,
        phase=catalogue.phases[len(catalogue.phases) // 2].slug,
    )
    Task.objects.bulk_create(_tasks(project, member, catalogue))
    rows = _documents(project, catalogue)
    ProjectDocument.objects.bulk_create(rows)
    checks = list(islice(_checklist_answers(project, catalogue), answers))
    ChecklistAnswer.objects.bulk_create(checks, batch_size=1_000)
    fields = islice(_field_answers(project.documents.all(), catalogue), answers - len(checks))
    FieldAnswer.objects.bulk_create(fields, batch_size=1_000)
    _assess(project, member, catalogue)
    return project, lead


def _tasks(project: Project, member: Any, catalogue: Catalogue) -> list[Task]:
    """A task of each activity, and own tasks until there are enough."""
    today, tasks = timezone.localdate(), []
    codes = [activity.code for activity in catalogue.activities][:TASKS]
    for number, state in zip(range(TASKS), cycle(STATES), strict=False):
        code = codes[number] if number < len(codes) else ""
        tasks.append(
            Task(
                project=project,
                activity=code,
                title="" if code else f"Egen opgave {number}",
                owner=member,
                due=today + timedelta(days=2 * number - TASKS // 2),
                state=state,
                done_at=timezone.now() if state == TaskState.DONE else None,
            )
        )
    return tasks


def _documents(project: Project, catalogue: Catalogue) -> list[ProjectDocument]:
    """A document of each template, and earlier versions of them until there are enough."""
    codes = [template.code for template in catalogue.templates]
    rows = []
    for number, status in zip(range(DOCUMENTS), cycle(STATUSES), strict=False):
        version = 1 + number // len(codes)
        is_last = number + len(codes) >= DOCUMENTS
        rows.append(
            ProjectDocument(
                project=project,
                number=number + 1,
                template=codes[number % len(codes)],
                version=version,
                status=status if is_last else DocumentStatus.APPROVED,
            )
        )
    return rows


def _checklist_answers(project: Project, catalogue: Catalogue) -> Iterator[ChecklistAnswer]:
    for activity in catalogue.activities:
        for check in catalogue.checklist(activity):
            yield ChecklistAnswer(project=project, activity=activity.code, key=check.reference, value="yes")


def _field_answers(documents: Any, catalogue: Catalogue) -> Iterator[FieldAnswer]:
    for document in documents:
        template: Any = catalogue.find(DocumentTemplate.KIND, document.template)
        for section in catalogue.sections(template):
            for field in catalogue.fields(section):
                kind = field_kind(field)
                values: dict[str, Any] = {Kind.CHECK: field.options[:1], Kind.YES_NO: YES, Kind.TABLE: []}
                value = values.get(kind, "Et svar på feltet.")
                yield FieldAnswer(document=document, section=section.key, field=field.key, value=value)


def _assess(project: Project, member: Any, catalogue: Catalogue) -> None:
    """A rating of each risk, a state of each requirement, a legal basis of each processing in each of its phases."""
    rated = {"likelihood": 3, "consequence": 3, "likelihood_after": 2, "consequence_after": 2}
    RiskAssessment.objects.bulk_create(
        RiskAssessment(project=project, code=risk.code, owner=member, **rated) for risk in catalogue.risks
    )
    RequirementState.objects.bulk_create(
        RequirementState(project=project, code=item.code, owner=member, state="met") for item in catalogue.requirements
    )
    ProjectLegalBasis.objects.bulk_create(
        ProjectLegalBasis(project=project, phase=place.phase.slug, code=basis.code, processing=basis.title)
        for basis in catalogue.all(LegalBasis.KIND)
        for place in catalogue.parts("phases", basis)
    )
