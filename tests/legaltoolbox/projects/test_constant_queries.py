"""The pages of projects ask the database as often at 200 projects and 5,000 answers as at one project and ten answers."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from legaltoolbox.catalogue import catalogues
from legaltoolbox.models import DocumentTemplate
from legaltoolbox.projects.models import (
    AdvicePoint,
    ChecklistAnswer,
    Comment,
    DocumentStatus,
    Evidence,
    FieldAnswer,
    FieldEdit,
    Measure,
    Opinion,
    Project,
    ProjectDocument,
    ProjectEvent,
    ProjectLegalBasis,
    RequirementState,
    RiskAssessment,
    ScreeningAnswer,
    Task,
)
from legaltoolbox.projects.models.projects import ProjectMember
from legaltoolbox.projects.work.legal_bases import IN_USE
from tests.legaltoolbox.projects.builders import make_member
from tests.legaltoolbox.projects.documents import begin, browser

STATE = "0" * 64
PEOPLE = ("lead", "dpo", "management", "reader")


def add_project_rows(project, owner, names, answers, *, template="S05") -> None:
    """A task, a commented document with advice, a risk, a requirement and the like for each of the names; so many answers."""
    by, today, requirement = owner.user, timezone.localdate(), catalogues.current().requirements[0].code
    Task.objects.bulk_create(
        Task(project=project, title=f"Opgave {name}", owner=owner, due=today, saved_by=by) for name in names
    )
    document = project.documents.filter(template=template).first() or begin_commented(project, by, template)
    opinion = Opinion.objects.create(document=document, by=by, verdict="advice", state=STATE)
    AdvicePoint.objects.bulk_create(
        AdvicePoint(opinion=opinion, number=number, text=f"Råd {name}") for number, name in enumerate(names, 1)
    )
    section, *_ = catalogues.current().sections(catalogues.current().find(DocumentTemplate.KIND, template))
    ChecklistAnswer.objects.bulk_create(
        ChecklistAnswer(project=project, activity="A01", key=f"k{names[0]}-{number}", value="yes")
        for number in range(answers // 2)
    )
    FieldAnswer.objects.bulk_create(
        FieldAnswer(document=document, section="andet", field=f"f{names[0]}-{number}", value="Svar")
        for number in range(answers - answers // 2)
    )
    FieldEdit.objects.bulk_create(
        FieldEdit(document=document, section=section.key, field="1", old="", new=f"Svar {name}", by=by)
        for name in names
    )
    for number, name in enumerate(names):
        RiskAssessment.objects.create(
            project=project,
            code=f"E{number + 1:02}{name[:1]}",
            title=name,
            likelihood_after=4,
            consequence_after=4,
            owner=owner,
        )
        RequirementState.objects.create(project=project, code=f"X{number}{name[:1]}", owner=owner)
        ProjectLegalBasis.objects.create(project=project, phase=IN_USE[0], processing=name, saved_by=by)
        Evidence.objects.create(project=project, place=requirement, title=name)
        Measure.objects.create(project=project, text=name, places=["R09", requirement], owner=owner, due=today)
        Comment.objects.create(project=project, place="R09", text=name, by=by)
        ProjectEvent.record(project, ProjectEvent.What.RISK, by, name)


def begin_commented(project, by, template):
    return ProjectDocument.objects.create(
        project=project,
        number=project.documents.count() + 1,
        template=template,
        status=DocumentStatus.COMMENTED,
        created_by=by,
        changed_by=by,
    )


def add_projects(team, number: int) -> None:
    """So many more projects with everybody of the team, a task, a document at each office, and an answer."""
    made = Project.objects.bulk_create(
        Project(municipality=team.municipality, number=100 + place, title=f"Projekt {place}") for place in range(number)
    )
    roles = [(row.member_id, row.role) for row in team.project.members.all()]
    ProjectMember.objects.bulk_create(
        ProjectMember(project=project, member_id=member, role=role) for project in made for member, role in roles
    )
    Task.objects.bulk_create(
        Task(project=project, title="Opgave", owner=team.lead, due=timezone.localdate()) for project in made
    )
    documents = ProjectDocument.objects.bulk_create(
        ProjectDocument(project=project, number=place, template=code, status=status)
        for project in made
        for place, (code, status) in enumerate(
            (("S01", "at-dpo"), ("S02", "at-management"), ("S05", "commented")), start=1
        )
    )
    opinions = Opinion.objects.bulk_create(
        Opinion(document=document, verdict="advice", state=STATE)
        for document in documents
        if document.template == "S05"
    )
    AdvicePoint.objects.bulk_create(AdvicePoint(opinion=opinion, number=1, text="Råd") for opinion in opinions)
    ScreeningAnswer.objects.bulk_create(
        ScreeningAnswer(project=project, question="personoplysninger", value="yes") for project in made
    )


def queries(member, paths) -> dict[str, int]:
    client, numbers = browser(member), {}
    for path in paths:
        _read(client.get(path))
        with CaptureQueriesContext(connection) as captured:
            assert _read(client.get(path)).status_code == 200, path
        numbers[path] = len(captured)
    return numbers


def _read(response):
    """The response, whose file is read to its end."""
    if response.streaming:
        response.getvalue()
    return response


def pages(team) -> list[str]:
    address = team.project.address
    document = team.project.documents.get(template="S05")
    section = catalogues.current().sections(catalogues.current().find(DocumentTemplate.KIND, "S05"))[0]
    names = (
        *(
            "overview",
            "activities",
            "plan",
            "documents",
            "legal_bases",
            "risks",
            "requirements",
            "decisions",
            "screening",
        ),
        *("history", "members", "comments"),
    )
    requirement = catalogues.current().requirements[0].code.lower()
    rows = [("activity", "a25"), ("activity", "p1"), ("risk", "r09"), ("requirement", requirement)]
    rows += [("decision_point", "p1"), ("document", document.number), ("document_steps", document.number)]
    return [
        reverse("projects:home"),
        reverse("projects:municipality", args=[team.municipality.code]),
        reverse("projects:mine"),
        *(reverse(f"projects:{name}", args=address) for name in names),
        *(reverse(f"projects:{name}", args=[*address, key]) for name, key in rows),
        reverse("projects:section", args=[*address, document.number, section.key]),
    ]


PAGES_OF_WRITERS = ("facts", "details", "measure_new", "task_new", "share_out", "report")
FILES = ("plan_xlsx", "plan_ics", "risks_xlsx", "requirements_xlsx", "register_csv", "project_json")


def pages_for(team, person: str) -> list[str]:
    """The pages that this person gets."""
    names = (*PAGES_OF_WRITERS, *FILES) if person == "lead" else ()
    return pages(team) + [reverse(f"projects:{name}", args=team.project.address) for name in names]


@pytest.fixture
def small_team(team):
    team.project.answer(team.lead.user, {"personoplysninger": ("yes", "")})
    for code, status in (("S01", DocumentStatus.AT_DPO), ("S02", DocumentStatus.AT_MANAGEMENT)):
        document = begin(team, code)
        ProjectDocument.objects.filter(pk=document.pk).update(status=status)
    add_project_rows(team.project, team.lead, ["a"], 10)
    return team


@pytest.mark.parametrize("person", PEOPLE)
def test_every_page_asks_as_often_for_much_as_for_little(person, small_team):
    team = small_team
    before = queries(team.people[person], pages_for(team, person))
    others = [make_member(team.municipality, f"mere{number}") for number in range(3)]
    for number, other in enumerate(others):
        team.project.add_member(team.lead.user, other, "editor")
        add_project_rows(team.project, other, [f"{'bcd'[number]}{place}" for place in range(20)], 1_700)
    add_projects(team, 199)
    assert FieldAnswer.objects.count() + ChecklistAnswer.objects.count() > 5_000
    assert queries(team.people[person], pages_for(team, person)) == before


def test_the_overview_of_the_measured_project_asks_no_oftener(small_team, client, settings, capsys):
    """The project that `make bench` measures has what it promises, and its cookie logs in."""
    settings.DEBUG = True
    call_command("seed_project")
    made = json.loads(capsys.readouterr().out)
    project = Project.objects.get(municipality__code="9990")
    answers = FieldAnswer.objects.filter(document__project=project).count() + project.checklist_answers.count()
    assert (project.tasks.count(), project.documents.count(), answers) == (60, 35, 1_200)
    name, _equals, value = made["cookie"].partition("=")
    client.cookies[name] = value
    page = client.get(made["path"])
    assert page.status_code == 200
    assert "Belastningsprojekt" in page.content.decode()
    (lead,) = project.municipality.members.select_related("user")
    small = reverse("projects:overview", args=small_team.project.address)
    assert queries(lead, [made["path"]])[made["path"]] <= queries(small_team.lead, [small])[small]


def test_no_load_data_come_into_the_real_portal(content_rows, settings):
    settings.DEBUG = False
    with pytest.raises(CommandError, match="--force"):
        call_command("seed_project")
