"""The team asks the management for a decision at a decision point: once, by mail, and it waits there until it is decided."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from kl_ai.mail.models import OutgoingMail
from legaltoolbox.catalogue import catalogues
from legaltoolbox.projects.mails import steps as step_mails
from legaltoolbox.projects.models import Decision, Project, ProjectEvent
from legaltoolbox.projects.rights import Right
from legaltoolbox.projects.work.waiting import waiting_numbers
from tests.legaltoolbox.projects.builders import Team
from tests.legaltoolbox.projects.documents import begin, browser
from tests.legaltoolbox.projects.planned import take
from tests.legaltoolbox.projects.points import address, decide


def ask(team: Team, member) -> object:
    return browser(member).post(address(team, "ask_point"))


def told() -> list[str]:
    return sorted(mail.to.partition("@")[0] for mail in OutgoingMail.objects.filter(kind=step_mails.KIND))


def waiting_section(team: Team, member) -> str:
    page = browser(member).get(reverse("projects:overview", args=team.project.address)).content.decode()
    return page.partition('id="waiting-heading"')[2].partition("</section>")[0]


def number_waiting(team: Team, member) -> int:
    projects = list(Project.objects.where_may(member.user, Right.READ).select_related("municipality"))
    return waiting_numbers(projects, member.user, catalogues.current(), timezone.localdate())[team.project.pk]


@pytest.mark.parametrize("name", ["lead", "editor"])
def test_the_team_asks_and_the_management_is_told_and_sees_it_until_it_has_decided(name, team):
    assert ask(team, team.people[name]).status_code == 302
    assert told() == ["management"]
    assert address(team) in OutgoingMail.objects.get(kind=step_mails.KIND).body
    event = team.project.events.get(what=ProjectEvent.What.TO_MANAGEMENT)
    assert (event.place, event.actor) == ("P1", team.people[name].user)
    assert address(team) in waiting_section(team, team.management)
    assert number_waiting(team, team.management) == 1
    decide(team)
    assert address(team) not in waiting_section(team, team.management)
    assert number_waiting(team, team.management) == 0


def test_it_waits_for_nobody_else(team):
    ask(team, team.lead)
    for name in ("lead", "editor", "reader", "dpo"):
        assert address(team) not in waiting_section(team, team.people[name])


def test_a_second_click_asks_and_tells_nothing_twice(team):
    for _click in range(2):
        assert ask(team, team.lead).status_code == 302
    assert team.project.events.filter(what=ProjectEvent.What.TO_MANAGEMENT).count() == 1
    assert told() == ["management"]


def test_after_a_decision_the_team_can_ask_again_where_something_has_changed(team):
    ask(team, team.lead)
    decide(team)
    ask(team, team.lead)  # nothing has changed since the yes
    assert told() == ["management"]
    team.project.edit(team.lead.user, purpose="Noget andet")
    ask(team, team.lead)
    assert told() == ["management", "management"]


def test_the_button_stands_for_the_team_alone_and_goes_when_it_is_pressed(team):
    def offered() -> set[str]:
        people = {name: member for name, member in team.people.items() if name not in ("keeper", "strange")}
        url = address(team, "ask_point")
        return {name for name, member in people.items() if url in browser(member).get(address(team)).content.decode()}

    assert offered() == {"lead", "editor"}
    ask(team, team.lead)
    assert offered() == set()


def test_nobody_is_asked_where_nobody_is_there_to_answer(team):
    team.project.remove_member(team.lead.user, team.management)
    with pytest.raises(ValidationError):
        Decision.ask_point(team.project, team.lead.user, "P1")
    ask(team, team.lead)
    assert not team.project.events.filter(what=ProjectEvent.What.TO_MANAGEMENT).exists()


def test_a_closed_project_asks_nobody(team):
    team.project.close(team.lead.user)
    ask(team, team.lead)
    assert not OutgoingMail.objects.filter(kind=step_mails.KIND).exists()


def test_a_document_at_the_management_is_no_decision_point(team):
    begin(team).ask_management(team.lead.user)
    assert team.project.events.unanswered_points() == []


def leave_out(team: Team) -> None:
    """The answers of a small, harmless use, whose plan has no first decision point."""
    questions = [question.code for question in catalogues.current().questions if question.rules_out_small_use]
    team.project.answer(team.lead.user, dict.fromkeys(questions, ("no", "")))


def test_a_point_that_has_left_the_plan_says_so_and_waits_for_nobody(team):
    ask(team, team.lead)
    leave_out(team)
    for name in ("management", "lead", "reader", "dpo"):
        page = browser(team.people[name]).get(address(team))
        assert page.status_code == 200, name
        assert "er der ikke noget at beslutte her" in page.content.decode(), name
    assert address(team) not in waiting_section(team, team.management)
    assert number_waiting(team, team.management) == 0
    for member, name in ((team.management, "decide_point"), (team.lead, "ask_point")):
        page = browser(member).post(address(team, name), {"answer": "yes"})
        assert "er der ikke noget at beslutte her" in page.content.decode()
    assert not team.project.decisions.exists()
    assert browser(team.strange).get(address(team)).status_code == 404


def test_a_point_that_the_project_takes_up_waits_again(team):
    ask(team, team.lead)
    leave_out(team)
    activity = reverse("projects:activity", args=[*team.project.address, "p1"])
    assert address(team) not in browser(team.lead).get(activity).content.decode()
    take(team, "P1", owner=team.lead.pk)
    assert address(team) in browser(team.lead).get(activity).content.decode()
    assert address(team) in waiting_section(team, team.management)
    assert number_waiting(team, team.management) == 1
