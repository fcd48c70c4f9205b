"""People of a project who do something at the same moment: nothing is stored twice, and nothing typed is lost."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kl_ai.drafts.parts import ChangedMeanwhile, fingerprint
from legaltoolbox.projects.models import (
    Measure,
    Opinion,
    Project,
    ProjectDocument,
    RiskAssessment,
    Task,
)
from legaltoolbox.projects.models.tasks import EMPTY
from tests.concurrency import run_at_once
from tests.legaltoolbox.projects.builders import Team
from tests.legaltoolbox.projects.documents import begin, looked_at
from tests.mails import log_in_recently

pytestmark = pytest.mark.django_db(transaction=True)

SECTION, EMPTY_SECTION = "4", {"1": "", "2": ""}


def again(project: Project) -> Project:
    """The project as another process has loaded it."""
    return Project.objects.select_related("municipality").get(pk=project.pk)


def test_of_two_editors_who_save_a_section_at_once_the_second_is_shown_what_the_first_has_stored(team):
    document = begin(team)
    seen = fingerprint(document.stored(SECTION, EMPTY_SECTION))

    def save(text: str) -> str:
        own = ProjectDocument.objects.select_related("project__municipality").get(pk=document.pk)
        by = team.lead.user if text == "Lederens" else team.editor.user
        try:
            own.save_section(SECTION, EMPTY_SECTION, {"1": text, "2": text}, seen, by)
        except ChangedMeanwhile as conflict:
            return conflict.stored["1"]
        return ""

    shown = run_at_once(save, ["Lederens", "Redaktørens"])
    winner = document.stored(SECTION, EMPTY_SECTION)["1"]
    assert sorted(shown) == ["", winner]
    assert document.edits.count() == 2
    assert team.project.events.filter(what="section").count() == 1


def test_of_two_editors_who_write_in_two_sections_at_once_both_are_kept(team):
    document = begin(team)
    seen = fingerprint(document.stored(SECTION, {"1": ""}))

    def save(section: str) -> None:
        own = ProjectDocument.objects.select_related("project__municipality").get(pk=document.pk)
        own.save_section(section, {"1": ""}, {"1": f"Afsnit {section}"}, seen, team.lead.user)

    run_at_once(save, ["2", "3", "4", "5"])
    assert {place[0]: value for place, value in document.all_stored().items()} == {
        section: f"Afsnit {section}" for section in ("2", "3", "4", "5")
    }


def test_twenty_clicks_give_one_opinion(team):
    document = begin(team, "S11")
    document.ask_dpo(team.lead.user, timezone.localdate() + timedelta(days=9))
    url = reverse("projects:document_opinion", args=[*team.project.address, document.number])
    typed = looked_at({"verdict": "advice", "points": "Slet efter 30 dage.", "state": document.state_hash()})
    browsers = [Client(raise_request_exception=False) for _click in range(20)]
    for number, browser in enumerate(browsers):
        log_in_recently(browser, (team.dpo, team.substitute)[number % 2].user)
    statuses = run_at_once(lambda browser: browser.post(url, typed).status_code, browsers)
    assert set(statuses) <= {200, 302}
    opinion = Opinion.objects.get()
    assert opinion.points.count() == 1
    assert team.project.events.filter(what="opinion").count() == 1


def test_a_document_is_begun_once_however_many_begin_it(team):
    def start(_number: int) -> int:
        own = Team.__new__(Team)
        own.project, own.lead = again(team.project), team.lead
        return begin(own, "S07").pk

    assert len(set(run_at_once(start, range(8)))) == 1
    assert team.project.documents.count() == 1


def test_who_assesses_and_who_closes_at_once_leave_an_assessment_or_none(team):
    """A closed project has no change after its closing, whichever came first."""
    row = RiskAssessment(project=team.project, code="R09")
    typed, seen = {**row.content, "likelihood": 2, "consequence": 2}, fingerprint(row.content)

    def act(what: str) -> bool:
        project = again(team.project)
        try:
            if what == "close":
                project.close(team.lead.user)
            else:
                RiskAssessment.assess(project, "R09", typed, seen, team.editor.user)
        except ValidationError:
            return False
        return True

    closed, assessed = run_at_once(act, ["close", "assess"])
    assert closed
    assert RiskAssessment.objects.exists() is assessed
    last = team.project.events.first()
    assert last.what == "closed"


def test_a_form_that_is_sent_at_once_many_times_makes_one_task_one_risk_and_one_measure(team):
    def add(_number: int) -> None:
        project = again(team.project)
        Task.add_own(project, team.lead.user, {**EMPTY, "title": "Aftal et møde"}, "a" * 32)
        RiskAssessment.add_own(project, "Nedbrud i ferien", team.lead.user)
        Measure.add_measure(project, "Ring til driften", ["R09"], team.lead.user)

    run_at_once(add, range(8))
    rows = (team.project.tasks, team.project.risk_assessments, team.project.measures)
    assert [each.count() for each in rows] == [1, 1, 1]
    assert team.project.events.filter(what__in=("task-added", "risk-added", "measure-added")).count() == 3
