"""Projects: who sees them, what each role may do in them, and how they are made, closed and taken up again."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.utils import timezone

from legaltoolbox.projects.models import Project, ProjectEvent, ProjectMember
from legaltoolbox.projects.rights import DPO, RIGHTS, ProjectRole, Right
from tests.legaltoolbox.projects.builders import make_project

MAY = {
    "lead": {Right.READ, Right.COMMENT, Right.WRITE, Right.MANAGE},
    "editor": {Right.READ, Right.COMMENT, Right.WRITE},
    "reader": {Right.READ},
    "management": {Right.READ, Right.COMMENT, Right.DECIDE},
    "dpo": {Right.READ, Right.COMMENT, Right.OPINE},
    "substitute": {Right.READ, Right.COMMENT, Right.OPINE},
    "keeper": set(),
    "strange": set(),
}


def whats(project: Project) -> list[str]:
    return [event.what for event in project.events.order_by("pk")]


@pytest.mark.parametrize("right", Right)
def test_each_may_what_the_role_says_and_nobody_of_another_municipality_anything(right, team, other_team):
    for name, member in team.people.items():
        may = Project.objects.where_may(member.user, right)
        assert list(may) == ([team.project] if right in MAY[name] else []), name
        assert not may.filter(municipality=other_team.municipality)


def test_the_role_of_the_officer_counts_whatever_other_role_is_stored(team):
    """A row that is left from before the person became officer gives no right to write or decide."""
    for role in ProjectRole:
        ProjectMember.objects.update_or_create(project=team.project, member=team.dpo, defaults={"role": role})
        (project,) = Project.objects.visible_to(team.dpo.user)
        assert project.role == DPO
        for right in Right:
            assert Project.objects.where_may(team.dpo.user, right).exists() is (right in RIGHTS[DPO]), (role, right)


def test_neither_visitors_nor_staff_see_a_project(team, curator):
    for user in (AnonymousUser(), curator):
        assert not Project.objects.visible_to(user)


def test_who_leaves_the_municipality_leaves_its_projects(team):
    team.editor.delete()
    assert not Project.objects.visible_to(team.editor.user)


def test_numbers_begin_at_one_in_each_municipality(team, other_team):
    second = make_project(team.municipality, team.lead)
    assert [project.number for project in (team.project, second, other_team.project)] == [1, 2, 1]


def test_no_project_without_the_agreement_and_none_by_the_officer_or_a_stranger(team, other_team):
    for member in (team.dpo, team.substitute, other_team.lead):
        with pytest.raises(ValidationError):
            make_project(team.municipality, member)
    team.municipality.agreement_signed_on = None
    team.municipality.save()
    with pytest.raises(ValidationError, match=r"processor agreement|databehandleraftale"):
        make_project(team.municipality, team.lead)
    assert team.municipality.projects.count() == 1


def test_a_closed_project_changes_no_more_until_it_is_taken_up_again(team):
    project, by = team.project, team.lead.user
    project.close(by, "Indkøbt andet")
    for change in (
        lambda: project.edit(by, title="Nyt"),
        lambda: project.answer(by, {"generativ": ("yes", "")}),
        lambda: project.add_member(by, team.strange, ProjectRole.EDITOR),
        lambda: project.close(by),
    ):
        with pytest.raises(ValidationError):
            change()
    assert (project.deleted_on - project.closed_at.date()).days >= 60 * 30
    project.reopen(by)
    assert project.deleted_on is None
    with pytest.raises(ValidationError):
        project.reopen(by)
    assert whats(project)[-2:] == ["closed", "reopened"]


def test_the_last_lead_stays(team):
    project, by = team.project, team.lead.user
    with pytest.raises(ValidationError):
        project.remove_member(by, team.lead)
    with pytest.raises(ValidationError):
        project.change_role(by, team.lead, ProjectRole.READER)
    project.change_role(by, team.editor, ProjectRole.LEAD)
    project.remove_member(by, team.lead)
    assert not Project.objects.visible_to(by)


def test_the_officer_is_nothing_else_in_a_project(team):
    for member in (team.dpo, team.substitute):
        with pytest.raises(ValidationError):
            team.project.add_member(team.lead.user, member, ProjectRole.READER)


def test_nobody_of_another_municipality_is_let_in(team, other_team):
    with pytest.raises(ValidationError):
        team.project.add_member(team.lead.user, other_team.editor, ProjectRole.READER)


def test_answers_are_stored_with_their_reasons_and_each_change_is_one_event(team):
    project, by = team.project, team.lead.user
    project.answer(by, {"generativ": ("yes", ""), "leverandoer": ("unknown", "Afventer udbud")})
    project.answer(by, {"generativ": ("yes", ""), "leverandoer": ("no", "Vi bygger selv")})
    project.answer(by, {"generativ": ("", "")})
    assert [(answer.question, answer.value, answer.why) for answer in project.screening_answers.all()] == [
        ("leverandoer", "no", "Vi bygger selv")
    ]
    answered = project.events.filter(what=ProjectEvent.What.ANSWERED).order_by("pk")
    assert [(event.place, event.old, event.new) for event in answered] == [
        ("generativ", "", "yes"),
        ("leverandoer", "", "unknown"),
        ("leverandoer", "unknown", "no"),
        ("generativ", "yes", ""),
    ]


def test_nothing_that_is_the_same_makes_an_event(team):
    before = whats(team.project)
    team.project.edit(team.lead.user, title=team.project.title)
    team.project.change_role(team.lead.user, team.editor, ProjectRole.EDITOR)
    assert whats(team.project) == before


def test_an_officer_is_no_keeper(team):
    team.dpo.is_keeper = True
    with pytest.raises(ValidationError):
        team.dpo.full_clean()


def test_a_title_that_was_used_before_makes_another_project_and_a_second_click_none(team):
    def create() -> Project:
        return Project.create_once(team.municipality, team.lead.user, title="Breve", purpose="")

    first = create()
    assert create() == first
    Project.objects.filter(pk=first.pk).update(created_at=timezone.now() - timedelta(minutes=2))
    assert create() != first
