"""Decision points: the management decides on what the page showed, once, and the page says when that has changed since."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from kl_ai.drafts.parts import fingerprint
from kl_ai.mail.models import OutgoingMail
from legaltoolbox.catalogue import catalogues
from legaltoolbox.projects.mails import steps as step_mails
from legaltoolbox.projects.models import (
    Decision,
    Measure,
    Opinion,
    ProjectDocument,
    ProjectEvent,
    ProjectFact,
    ProjectLegalBasis,
    RequirementState,
    RiskAssessment,
    Task,
)
from legaltoolbox.projects.models.tasks import EMPTY
from legaltoolbox.projects.rights import ProjectRole
from legaltoolbox.projects.work.plan import project_plan
from tests.concurrency import run_at_once
from tests.legaltoolbox.projects.builders import make_member
from tests.legaltoolbox.projects.documents import begin
from tests.legaltoolbox.projects.points import address, decide, point_of
from tests.mails import log_in_recently
from tests.reading import parse


def browser(member) -> Client:
    client = Client()
    log_in_recently(client, member.user)
    return client


def hidden(page: str) -> dict[str, str]:
    return {name: re.search(rf'name="{name}" value="(\w+)"', page)[1] for name in ("state", "last")}


def main_text(member, url: str) -> str:
    return parse(browser(member).get(url).content.decode()).find("main").text


def test_a_decision_is_kept_with_what_it_rested_on_and_stands_in_the_log(team):
    shown = point_of(team)
    decision = decide(team, "conditions", conditions="Kun breve.", reason="Gevinsten er tydelig.")
    assert (decision.state, decision.rested_on) == (shown.state, shown.record)
    event = team.project.events.get(what=ProjectEvent.What.DECIDED)
    assert (event.place, event.new, event.reason) == ("P1", "conditions\nKun breve.", "Gevinsten er tydelig.")
    assert event.actor == team.management.user


def test_the_history_says_in_words_what_was_said_and_decided(team):
    document = begin(team, "S11")
    document.ask_dpo(team.lead.user, timezone.localdate() + timedelta(days=9))
    document.give_opinion(team.dpo.user, "advice", "", ["Slet efter 30 dage."], document.state_hash())
    document.answer_advice(team.lead.user, {1: ("not-followed", "Det kan ikke lade sig gøre.")})
    decide(team, "conditions", conditions="Kun breve.")
    begin(team).ask_management(team.lead.user)
    text = main_text(team.reader, reverse("projects:history", args=team.project.address))
    for words in (
        "Råd til projektet",
        "Følges ikke",
        "Ja, på vilkår",
        "P1 Beslut",
        "Hos ledelsen",
    ):
        assert words in text, words
    for code in ("at-dpo", "at-management", "advice", "not-followed", "conditions"):
        assert code not in text, code


def rate(team) -> None:
    row = RiskAssessment.add_own(team.project, "Nedbrud i ferien", team.lead.user)
    assert row.code


def write_why(team) -> None:
    row = RiskAssessment(project=team.project, code="R09")
    RiskAssessment.assess(team.project, "R09", {"reason": "Det er set før."}, fingerprint(row.content), team.lead.user)


def write_fact(team) -> None:
    stored = ProjectFact.stored(team.project)
    ProjectFact.save_all(team.project, {"solution": "Brevhjælperen 2.0"}, fingerprint(stored), team.lead.user)


def write_basis(team) -> None:
    values = {"phase": "drift-og-overvaagning", "processing": "Brug i driften", "code": "H05"}
    ProjectLegalBasis.add_processing(team.project, team.lead.user, **values)
    ProjectLegalBasis.objects.update(judgement="sufficient")


def say_not_met(team) -> None:
    RequirementState.objects.create(project=team.project, code=point_of(team).not_assessed[0].code, state="partly")


def do_task(team) -> None:
    code = point_of(team).open_tasks[0][1][0].code
    Task.objects.create(project=team.project, activity=code, state="done", done_at=timezone.now())


def write_in_document(team) -> None:
    document = ProjectDocument.objects.get()
    document.save_section("4", {"1": ""}, {"1": "x"}, fingerprint(document.stored("4", {"1": ""})), team.lead.user)


CHANGES = {
    "purpose": lambda team: team.project.edit(team.lead.user, purpose="Noget andet"),
    "answer": lambda team: team.project.answer(team.lead.user, {"generativ": ("no", "")}),
    "document": lambda team: begin(team, "S11"),
    "content": write_in_document,
    "risk": rate,
    "basis": write_basis,
    "requirement": say_not_met,
    "task": do_task,
    "fact": write_fact,
    "measure": lambda team: Measure.add_measure(team.project, "To læser hvert brev", ["R09"], team.lead.user),
    "words of a risk": write_why,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_nothing_is_decided_on_a_state_that_nobody_has_seen(change, team):
    begin(team)
    shown = point_of(team)
    change(team)
    with pytest.raises(ValidationError):
        decide(team, shown=shown)
    assert not Decision.objects.exists()
    assert not team.project.events.filter(what="decided").exists()


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_decision_says_that_what_it_rests_on_has_changed_since(change, team):
    begin(team)
    decide(team)
    assert "Ændret siden" not in main_text(team.reader, address(team, "decisions"))
    change(team)
    assert point_of(team).is_changed_since
    assert "Ændret siden" in main_text(team.reader, address(team, "decisions"))


def test_after_a_yes_there_is_a_new_decision_only_when_something_has_changed(team):
    decide(team)
    with pytest.raises(ValidationError):
        decide(team, "no", reason="Alligevel ikke.")
    assert 'name="answer"' not in browser(team.management).get(address(team)).content.decode()
    team.project.edit(team.lead.user, purpose="Noget andet")
    assert 'name="answer"' in browser(team.management).get(address(team)).content.decode()
    decide(team, "no", reason="Formålet er et andet.")
    assert [each.answer for each in point_of(team).decisions] == ["no", "yes"]


@pytest.mark.parametrize("first", ["no", "conditions"])
def test_a_no_and_conditions_can_be_decided_again(first, team):
    decide(team, first, reason="Mangler.", conditions="Mangler.")
    decide(team, "yes")
    assert [each.answer for each in point_of(team).decisions] == ["yes", first]


def test_a_refusal_needs_a_reason_and_conditions_are_written(team):
    client = browser(team.management)
    seen = hidden(client.get(address(team)).content.decode())
    for answer in ("no", "conditions", ""):
        typed = {"answer": answer, "conditions": "", "reason": "", **seen}
        assert client.post(address(team, "decide_point"), typed).status_code == 200
    assert not Decision.objects.exists()


def test_what_is_refused_comes_back_with_what_was_typed(team):
    client = browser(team.management)
    seen = hidden(client.get(address(team)).content.decode())
    team.project.edit(team.lead.user, purpose="Noget andet")
    page = client.post(address(team, "decide_point"), {"answer": "no", "reason": "Alt for dyrt.", **seen})
    assert "Alt for dyrt." in page.content.decode()
    assert not Decision.objects.exists()


@pytest.mark.parametrize("answer", ["yes", "no", "conditions"])
def test_a_second_click_decides_and_tells_nothing_twice(answer, team):
    client = browser(team.management)
    seen = hidden(client.get(address(team)).content.decode())
    for _click in range(2):
        typed = {"answer": answer, "conditions": "Kun breve.", "reason": "Fordi.", **seen}
        assert client.post(address(team, "decide_point"), typed).status_code == 302
    assert Decision.objects.count() == team.project.events.filter(what="decided").count() == 1
    assert sorted(mail.to.partition("@")[0] for mail in OutgoingMail.objects.all()) == [
        "dpo",
        "editor",
        "lead",
        "substitute",
    ]


def test_the_mail_leads_to_the_point(team):
    decide(team)
    step_mails.send_point(team.project, "P1", "Titel")
    mail = OutgoingMail.objects.filter(kind=step_mails.KIND).first()
    assert address(team) in mail.body


def test_only_the_management_is_offered_the_form(team):
    offered = {
        name: 'name="answer"' in browser(member).get(address(team)).content.decode()
        for name, member in team.people.items()
        if name not in ("keeper", "strange")
    }
    assert {name for name, is_offered in offered.items() if is_offered} == {"management"}


def test_a_closed_project_is_not_decided_on(team):
    shown = point_of(team)
    team.project.close(team.lead.user)
    with pytest.raises(ValidationError):
        decide(team, shown=shown)
    assert 'name="answer"' not in browser(team.management).get(address(team)).content.decode()


def test_what_is_no_decision_point_of_the_plan_has_no_page(team):
    for code in ("a25", "p9", "s11"):
        assert browser(team.management).get(address(team, code=code)).status_code == 404


def test_the_page_says_what_lacks(team):
    team.project.answer(team.lead.user, {"personoplysninger": ("yes", "")})
    risk = RiskAssessment.add_own(team.project, "Nedbrud i ferien", team.lead.user)
    RiskAssessment.objects.filter(pk=risk.pk).update(
        likelihood=4, consequence=4, likelihood_after=4, consequence_after=4
    )
    say_not_met(team)
    begin(team)
    text = main_text(team.reader, address(team, code="p3"))
    assert "Løsningen må ikke tages i brug endnu" in text
    assert "Nedbrud i ferien" in text
    assert point_of(team).not_met[0].title in text
    assert "S05" in text
    assert point_of(team).open_tasks[0][1][0].title in text


def test_the_first_point_asks_for_the_first_phases_alone(team):
    first, last = (point_of(team, code) for code in ("P1", "P3"))
    assert 0 < first.open_task_count < last.open_task_count
    assert {row.code for _phase, rows in first.open_tasks for row in rows} < {
        row.code for _phase, rows in last.open_tasks for row in rows
    }
    assert set(first.missing) < set(last.missing)


def test_what_is_to_be_done_in_the_phase_of_the_point_itself_counts(team):
    point = point_of(team, "P1")
    assert [each.phase for each in point.phases][-1] == point.phase
    assert point.phase in [phase for phase, _rows in point.open_tasks]


def test_a_point_shows_the_new_draft_and_the_approved_version_that_it_follows(team):
    for number, status in enumerate(("approved", "approved", "draft"), 1):
        fields = {"number": number, "template": "S05", "version": number, "status": status}
        ProjectDocument.objects.create(project=team.project, **fields)
    assert [ground.document.version for ground in point_of(team).documents] == [2, 3]
    text = main_text(team.management, address(team))
    assert "version 2" in text
    assert "version 3" in text


def test_no_point_misses_the_opinion_as_a_document(team):
    missing = {template.code for template in point_of(team, "P3").missing}
    assert "S11" in missing
    assert "S14" not in missing


def test_one_page_tells_of_what_waits_and_of_what_was_said(team):
    document = begin(team, "S11")
    document.save_section("4", {"1": ""}, {"1": "x"}, fingerprint(document.stored("4", {"1": ""})), team.lead.user)
    document.ask_dpo(team.lead.user, timezone.localdate() + timedelta(days=9))
    assert "Venter på en udtalelse" in main_text(team.reader, address(team, "decisions"))
    document.give_opinion(team.dpo.user, "supports", "Fin.", [], document.state_hash())
    document.ask_management(team.lead.user)
    decide(team)
    text = main_text(team.reader, address(team, "decisions"))
    assert "Venter på en beslutning" in text
    said = text.partition("Sagt og besluttet")[2]
    assert 0 < said.index("P1") < said.index("S11")
    assert "Fin." in said


def test_the_pages_ask_as_often_for_forty_documents_as_for_twenty(team):
    numbers = []
    for more in (20, 20):
        for number in range(more):
            document = ProjectDocument.objects.create(
                project=team.project,
                number=ProjectDocument.objects.count() + 1,
                template=f"S{number + 1:02}",
                version=ProjectDocument.objects.count() + 1,
                status="approved",
            )
            Opinion.objects.create(document=document, by=team.dpo.user, verdict="supports", state="x")
            Decision.objects.create(project=team.project, document=document, answer="yes", state="x")
        client = browser(team.management)
        client.get(address(team))
        for url in (address(team), address(team, "decisions")):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(url).status_code == 200
            numbers.append(len(queries))
    assert numbers[:2] == numbers[2:]


@pytest.mark.django_db(transaction=True)
def test_of_twenty_decisions_at_once_one_is_made_and_told_once(team):
    other = make_member(team.municipality, "director")
    team.project.add_member(team.lead.user, other, ProjectRole.MANAGEMENT)
    seen = hidden(browser(team.management).get(address(team)).content.decode())
    tries = [(member, a) for _time in range(5) for member in (team.management, other) for a in ("no", "conditions")]

    def send(pair) -> int:
        member, answer = pair
        typed = {"answer": answer, "conditions": "Kun breve.", "reason": "Fordi.", **seen}
        return browser(member).post(address(team, "decide_point"), typed).status_code

    assert set(run_at_once(send, tries)) <= {200, 302}
    assert Decision.objects.count() == team.project.events.filter(what="decided").count() == 1
    told = sorted(mail.to.partition("@")[0] for mail in OutgoingMail.objects.all())
    assert told == ["dpo", "editor", "lead", "substitute"]


def test_a_document_that_is_changed_after_the_opinion_is_said_to_be(team):
    document = begin(team, "S11")
    document.ask_dpo(team.lead.user, timezone.localdate() + timedelta(days=9))
    document.give_opinion(team.dpo.user, "supports", "", [], document.state_hash())

    def ground():
        (each,) = [each for each in point_of(team).documents if each.document.pk == document.pk]
        return each

    assert not ground().is_changed_since
    assert not point_of(team).record["documents"][0]["changed_since_opinion"]
    document.save_section("1", {"3": ""}, {"3": "Nyt"}, fingerprint(document.stored("1", {"3": ""})), team.lead.user)
    assert ground().is_changed_since
    assert point_of(team).record["documents"][0]["changed_since_opinion"]


# What it means for the plan ------------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_what_is_decided_is_done_in_the_plan_and_waits_for_nobody(team, answer):
    values = {**EMPTY, "owner": team.lead.pk, "due": timezone.localdate()}
    Task.save_activity(team.project, team.lead.user, "P1", values, {}, seen=(fingerprint(EMPTY), fingerprint({})))
    plan = lambda: project_plan(team.project, catalogues.current(), timezone.localdate())  # noqa: E731
    assert plan().row("P1").is_waiting
    assert [task.activity for task in Task.objects.of_person(team.lead.user)] == ["P1"]
    done = plan().done
    decide(team, answer, **({"reason": "For dyrt."} if answer == "no" else {}))
    assert plan().row("P1").state == "done"
    assert plan().done == done + 1
    assert not Task.objects.of_person(team.lead.user)
    assert plan().row("P2").is_waiting


def test_a_decision_about_a_document_leaves_the_projects_own_tasks_to_be_done(team):
    Task.add_own(team.project, team.lead.user, {**EMPTY, "title": "Aftal et møde", "owner": team.lead.pk}, "")
    Decision.objects.create(project=team.project, document=begin(team), answer="yes", state="a" * 64)
    assert [task.title for task in Task.objects.of_person(team.lead.user)] == ["Aftal et møde"]


# How sure the page is ------------------------------------------------------------------------------


def test_nothing_is_said_of_risks_and_requirements_that_nobody_has_rated(team):
    text = main_text(team.lead, address(team))
    assert "Ingen risiko er vurderet efter foranstaltningerne endnu." in text
    assert "Intet krav er vurderet endnu." in text
    assert "Ingen risiko er høj" not in text
    rated = {"likelihood": 2, "consequence": 2, "likelihood_after": 1, "consequence_after": 2}
    RiskAssessment.objects.create(project=team.project, code="R01", **rated)
    RequirementState.objects.create(project=team.project, code="K01", state="met", how="I aftalen")
    text = main_text(team.lead, address(team))
    assert "Ingen af de risici, der er vurderet efter foranstaltningerne, er høj. Mangler endnu:" in text
    assert "Ingen af de krav, der er vurderet, er vurderet som ikke opfyldt." in text
