"""The demonstration's municipality: it cannot be mistaken for a real one, and its project is half-way."""

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from kl_ai.models import User
from legaltoolbox.catalogue import catalogues
from legaltoolbox.projects.management.commands import load_demo_projects as demo
from legaltoolbox.projects.models import (
    DocumentStatus,
    Municipality,
    MunicipalityEvent,
    Project,
    ProjectEvent,
    RiskAssessment,
)
from legaltoolbox.projects.work.plan import project_plan

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("content"), pytest.mark.any_database]


@pytest.fixture(autouse=True)
def develop(settings):
    settings.DEBUG = True


def load(**options):
    call_command("load_demo_projects", verbosity=0, **options)


def test_the_municipality_says_that_it_is_invented_and_nobody_gets_mail_about_its_people():
    load()
    municipality = Municipality.objects.get()
    assert "opfundet" in municipality.name
    assert municipality.is_demo
    assert all(email.endswith(".example") for email in User.objects.values_list("email", flat=True))
    assert not MunicipalityEvent.objects.unmailed().exists()


def test_the_project_is_half_way_with_an_opinion_that_waits_and_a_decision():
    load()
    project = Project.objects.get()
    status = {document.template: document for document in project.documents.all()}
    assert status["S11"].status == DocumentStatus.AT_DPO
    assert status["S05"].status == DocumentStatus.DRAFT
    assert status["S07"].status == DocumentStatus.APPROVED
    assert bytes(status["S07"].approved_file.pdf).startswith(b"%PDF")
    assert all(document.edits.values("by").distinct().count() == 2 for document in status.values())
    assert project.risk_assessments.filter(code="E01").exists()
    assert project.legal_bases.filter(judgement="doubtful").exists()
    assert {event.what for event in project.events.all()} >= {
        ProjectEvent.What.CREATED,
        ProjectEvent.What.TASK,
        ProjectEvent.What.ASKED,
        ProjectEvent.What.DECIDED,
        ProjectEvent.What.COMMENTED,
    }


def test_everything_that_the_file_says_is_in_the_project():
    load()
    project = Project.objects.get()
    data = demo.DemoProject.read()
    assert project.tasks.count() == len(data["tasks"]) + len(data["own_tasks"])
    assert project.risk_assessments.count() == len(data["risks"]) + len(data["own_risks"])
    for name in ("measures", "evidence", "legal_bases", "documents"):
        assert getattr(project, name).count() == len(data[name])
    assert project.requirement_states.count() == len(data["requirements"])
    assert project.screening_answers.count() == len(data["answers"])


def test_an_annex_is_answered_by_two_companies_behind_links_and_one_on_paper_and_one_is_chosen():
    load()
    annex = Project.objects.get().annexes.get()
    assert annex.lines.count() == 10
    assert annex.are_answers_readable
    assert annex.chosen.company == "Birkekvist (demofirma)"
    handed_in = {row.company: row.last_submission().is_entered for row in annex.recipients.all()}
    assert handed_in == {"Agern (demofirma)": False, "Birkekvist (demofirma)": False, "Dugdråbe (demofirma)": True}
    assert annex.questions.get().answer


def test_what_is_done_in_the_demonstration_has_answers_in_its_checklist():
    load()
    project = Project.objects.get()
    for row in project_plan(project, catalogues.current(), timezone.localdate()).all_rows:
        if row.state == "done" and row.questions:
            assert row.answered, row.code


def test_loaded_again_it_keeps_what_was_tried_out_and_doubles_nothing():
    load()
    RiskAssessment.objects.filter(code="R09").update(reason="Prøvet af")
    counts = User.objects.count(), ProjectEvent.objects.count()
    load()
    assert (User.objects.count(), ProjectEvent.objects.count()) == counts
    assert RiskAssessment.objects.get(code="R09").reason == "Prøvet af"


def test_put_back_it_is_as_it_was():
    load()
    RiskAssessment.objects.filter(code="R09").update(reason="Prøvet af")
    load(reset=True)
    assert RiskAssessment.objects.get(code="R09").reason != "Prøvet af"
    assert Project.objects.get().number == 1
    assert User.objects.count() == len(demo.PEOPLE)


def test_a_municipality_that_is_no_demonstration_stays(settings):
    Municipality.objects.create(code=demo.CODE, name="En anden")
    load(reset=True)
    assert Municipality.objects.get().name == "En anden"


def test_is_refused_in_production(settings):
    settings.DEBUG = False
    with pytest.raises(CommandError, match="DEBUG is off"):
        load()
    assert not Municipality.objects.exists()


def test_says_the_four_logins(capsys):
    call_command("load_demo_projects")
    output = capsys.readouterr().out
    assert all(email in output for email, _role in demo.logins())
