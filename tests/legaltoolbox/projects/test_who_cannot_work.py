"""A closed login, and one of KL's staff, sees nothing of a project: it is nobody's other lead, keeper, manager or officer."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from kl_ai.models import User
from legaltoolbox.projects.mails.login_deletion import obstacles_for_staff
from legaltoolbox.projects.models import ProjectMember
from legaltoolbox.projects.models.opinions import refuse_without_management
from legaltoolbox.projects.rights import ProjectRole
from tests.legaltoolbox.projects.documents import begin


@pytest.fixture(params=[{"is_active": False}, {"is_staff": True}], ids=["closed", "staff"])
def shut_out(request, team):
    """What ends the work of a person."""
    return lambda *members: User.objects.filter(pk__in=[each.user_id for each in members]).update(**request.param)


def test_who_cannot_work_leads_no_project_beside_the_last_lead(team, shut_out):
    team.project.change_role(team.lead.user, team.editor, ProjectRole.LEAD)
    assert team.lead.projects_led_alone() == []
    shut_out(team.editor)
    assert team.lead.projects_led_alone() == [team.project]
    assert any("9901" in text for text in obstacles_for_staff([team.lead.user]))
    for leaves in (
        lambda: team.project.remove_member(team.keeper.user, team.lead),
        lambda: team.project.change_role(team.lead.user, team.lead, ProjectRole.EDITOR),
        team.lead.leave,
    ):
        with pytest.raises(ValidationError):
            leaves()


def test_who_takes_over_leads_where_the_other_lead_cannot_work(team, shut_out):
    team.project.change_role(team.lead.user, team.editor, ProjectRole.LEAD)
    shut_out(team.editor)
    ProjectMember.hand_over(team.municipality, team.keeper.user, team.lead, team.management)
    assert team.project.members.get(member=team.management).role == ProjectRole.LEAD


def test_who_cannot_work_keeps_no_municipality_beside_the_last_keeper(team, shut_out):
    team.strange.change_tasks(team.keeper.user, is_keeper=True)
    shut_out(team.strange)
    with pytest.raises(ValidationError):
        team.keeper.leave()
    assert obstacles_for_staff([team.keeper.user])


def test_nothing_is_sent_to_who_cannot_work(team, shut_out):
    document = begin(team)
    shut_out(team.management, team.dpo, team.substitute)
    with pytest.raises(ValidationError):
        refuse_without_management(team.project)
    with pytest.raises(ValidationError, match="databeskyttelsesrådgiver"):
        document.ask_dpo(team.lead.user, timezone.localdate() + timedelta(days=14))
