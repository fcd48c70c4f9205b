"""Who works for a municipality: invitations, requests to join, tasks, leaving."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from kl_ai.drafts.parts import ChangedMeanwhile, fingerprint
from kl_ai.models import User
from kl_ai.people.invitations import VALID_FOR
from legaltoolbox.projects.models import (
    Municipality,
    MunicipalityInvitation,
    MunicipalityJoinRequest,
    MunicipalityMember,
    Project,
    ProjectMember,
)
from legaltoolbox.projects.rights import ProjectRole
from tests.builders import make_user
from tests.legaltoolbox.projects.builders import make_member, make_municipality, make_project

OFFICER = MunicipalityMember.Dpo.OFFICER
EMAIL = "ny@k9901.example"


def events(municipality) -> list[tuple[str, str]]:
    return [(event.what, event.detail) for event in municipality.events.order_by("pk")]


def invite(team, email: str = EMAIL, **fields) -> MunicipalityInvitation:
    return MunicipalityInvitation.invite(team.municipality, email, team.keeper.user, **fields)


# Invitations ------------------------------------------------------------------------------------


def test_who_is_invited_works_for_the_municipality_with_the_tasks_of_the_invitation(team):
    invitation, user = invite(team, dpo=OFFICER), make_user(EMAIL)
    assert invitation.accept(user) == team.municipality
    assert team.municipality.member(user).dpo == OFFICER
    assert events(team.municipality) == [("invited", "dpo"), ("joined", "dpo")]


def test_nobody_is_let_in_as_keeper_and_officer_at_once(team):
    with pytest.raises(ValidationError, match="tovholder"):
        team.municipality.admit(make_user(EMAIL), team.keeper.user, is_keeper=True, dpo=OFFICER)
    assert not team.municipality.members.filter(user__email=EMAIL)


def test_accepting_twice_changes_nothing_more(team):
    invitation, user = invite(team), make_user(EMAIL)
    assert [invitation.accept(user), invitation.accept(user)] == [team.municipality] * 2
    assert len(events(team.municipality)) == 2


def test_only_the_invited_address_can_use_the_link(team, other_team):
    assert invite(team).accept(other_team.strange.user) is None
    assert not team.municipality.members.filter(user=other_team.strange.user)


def test_a_link_that_is_cancelled_or_old_lets_nobody_in(team):
    cancelled, old = invite(team), invite(team, "gammel@k9901.example")
    assert cancelled.withdraw(team.keeper.user)
    assert not cancelled.withdraw(team.keeper.user)
    MunicipalityInvitation.objects.filter(pk=old.pk).update(created_at=timezone.now() - VALID_FOR - timedelta(days=1))
    assert [each.accept(make_user(each.email)) for each in (cancelled, old)] == [None, None]


def test_who_has_left_does_not_come_back_by_the_old_link(team):
    invitation, user = invite(team), make_user(EMAIL)
    invitation.accept(user)
    team.municipality.member(user).leave()
    assert invitation.accept(user) is None


@pytest.mark.parametrize("name", ["lead", "dpo", "strange"])
def test_only_a_keeper_invites(team, name):
    with pytest.raises(ValidationError):
        MunicipalityInvitation.invite(team.municipality, EMAIL, team.people[name].user)
    assert not MunicipalityInvitation.objects.exists()


def test_a_keeper_of_another_municipality_invites_nobody_here(team, other_team):
    with pytest.raises(ValidationError):
        MunicipalityInvitation.invite(team.municipality, EMAIL, other_team.keeper.user)


def test_kl_invites_the_first_keeper(curator):
    municipality, user = make_municipality(), make_user(EMAIL)
    invitation = MunicipalityInvitation.invite(municipality, EMAIL, curator, is_keeper=True, by_kl=True)
    invitation.accept(user)
    assert municipality.keeper(user)
    assert [event.by_kl for event in municipality.events.order_by("pk")] == [True, False]


def test_nobody_is_invited_twice_or_who_works_there_already(team):
    invite(team)
    for email in (EMAIL, team.lead.user.email):
        with pytest.raises(ValidationError):
            invite(team, email)
    assert MunicipalityInvitation.objects.count() == 1


# Requests ---------------------------------------------------------------------------------------


@pytest.fixture
def asker(team):
    team.municipality.mail_domains = ["k9901.example"]
    team.municipality.save()
    return make_user(EMAIL)


def test_an_address_at_the_domain_can_ask_and_lets_nobody_in(team, asker):
    MunicipalityJoinRequest.submit(team.municipality, asker)
    assert not team.municipality.members.filter(user=asker)
    assert [is_new for _request, is_new in [MunicipalityJoinRequest.submit(team.municipality, asker)]] == [False]
    assert events(team.municipality) == [("asked", "")]


def test_who_works_for_a_municipality_is_not_invited_to_ask(team, asker):
    open_to = Municipality.objects.open_to
    assert open_to(asker) == [team.municipality]
    assert open_to(team.lead.user) == []


def test_nobody_can_ask_a_municipality_that_has_no_mail_domain(team):
    with pytest.raises(ValidationError):
        MunicipalityJoinRequest.submit(team.municipality, make_user(EMAIL))
    assert not MunicipalityJoinRequest.objects.exists()


@pytest.mark.parametrize("email", ["ny@k9902.example", "ny@under.k9901.example", "ny@xk9901.example"])
def test_another_domain_cannot_ask(team, asker, email):
    user = make_user(email)
    assert team.municipality not in type(team.municipality).objects.open_to(user)
    with pytest.raises(ValidationError):
        MunicipalityJoinRequest.submit(team.municipality, user)


def test_a_keeper_decides_once(team, asker):
    request, _is_new = MunicipalityJoinRequest.submit(team.municipality, asker)
    assert request.decide(team.keeper.user, approve=True)
    assert not request.decide(team.keeper.user, approve=False)
    assert team.municipality.member(asker).special_task == ""
    assert events(team.municipality) == [("asked", ""), ("joined", "")]


def test_nobody_but_a_keeper_decides(team, other_team, asker):
    request, _is_new = MunicipalityJoinRequest.submit(team.municipality, asker)
    for by in (team.lead.user, team.dpo.user, other_team.keeper.user, asker):
        with pytest.raises(ValidationError):
            request.decide(by, approve=True)


def test_an_accepted_invitation_settles_the_request(team, asker):
    request, _is_new = MunicipalityJoinRequest.submit(team.municipality, asker)
    invite(team).accept(asker)
    assert not request.decide(team.keeper.user, approve=False)
    request.refresh_from_db()
    assert (request.approved, request.decided_by) == (True, None)


# Tasks ------------------------------------------------------------------------------------------


def test_a_municipality_always_keeps_a_keeper(team):
    for end in (
        team.keeper.leave,
        lambda: team.keeper.end(team.keeper.user),
        lambda: team.keeper.change_tasks(team.keeper.user, is_keeper=False),
    ):
        with pytest.raises(ValidationError):
            end()
    team.strange.change_tasks(team.keeper.user, is_keeper=True)
    team.keeper.leave()
    assert list(team.municipality.members.filter(is_keeper=True)) == [team.strange]


def test_a_keeper_who_cannot_log_in_does_not_count(team):
    team.strange.change_tasks(team.keeper.user, is_keeper=True)
    type(team.strange.user).objects.filter(pk=team.strange.user_id).update(is_active=False)
    with pytest.raises(ValidationError):
        team.keeper.leave()


def test_a_data_protection_officer_is_in_no_project(team):
    for member in (team.lead, team.editor):
        with pytest.raises(ValidationError, match=team.project.title):
            member.change_tasks(team.keeper.user, is_keeper=False, dpo=OFFICER)
    assert team.strange.change_tasks(team.keeper.user, is_keeper=False, dpo=OFFICER)
    assert events(team.municipality) == [("roles", "dpo")]


def test_who_becomes_data_protection_officer_leaves_closed_projects(team):
    team.project.close(team.lead.user)
    team.editor.change_tasks(team.keeper.user, is_keeper=False, dpo=OFFICER)
    assert not team.editor.project_roles.exists()


def test_a_keeper_is_no_data_protection_officer_as_well(team):
    with pytest.raises(ValidationError):
        team.strange.change_tasks(team.keeper.user, is_keeper=True, dpo=OFFICER)
    assert not team.municipality.events.exists()


def test_the_same_tasks_again_are_no_event(team):
    assert not team.dpo.change_tasks(team.keeper.user, is_keeper=False, dpo=OFFICER)
    assert not team.municipality.events.exists()


def test_only_a_keeper_changes_tasks_and_removes(team, other_team):
    for by in (team.lead.user, team.dpo.user, team.strange.user, other_team.keeper.user):
        with pytest.raises(ValidationError):
            team.strange.change_tasks(by, is_keeper=True)
        with pytest.raises(ValidationError):
            team.editor.end(by)


def test_the_invitations_of_who_is_keeper_no_longer_end(team):
    team.strange.change_tasks(team.keeper.user, is_keeper=True)
    invitation = MunicipalityInvitation.invite(team.municipality, EMAIL, team.strange.user, is_keeper=True)
    team.strange.change_tasks(team.keeper.user, is_keeper=False)
    assert invitation.accept(make_user(EMAIL)) is None


# Leaving ----------------------------------------------------------------------------------------


def test_who_is_removed_is_in_no_project_of_the_municipality_any_more(team):
    team.editor.end(team.keeper.user)
    assert not team.project.members.filter(member__user=team.editor.user)
    assert team.project.events.first().what == "member-removed"
    assert events(team.municipality) == [("removed", "")]


def test_the_only_lead_of_an_active_project_stays_until_somebody_else_leads(team):
    for end in (team.lead.leave, lambda: team.lead.end(team.keeper.user)):
        with pytest.raises(ValidationError, match=team.project.title):
            end()
    team.project.change_role(team.lead.user, team.editor, ProjectRole.LEAD)
    team.lead.leave()
    assert events(team.municipality) == [("left", "")]


def test_the_only_lead_of_a_closed_project_stays_too_or_nobody_could_reopen_it(team):
    team.project.close(team.lead.user)
    leave = (
        team.lead.leave,
        lambda: team.lead.end(team.keeper.user),
        lambda: team.lead.change_tasks(team.keeper.user, is_keeper=False, dpo=OFFICER),
    )
    for end in leave:
        with pytest.raises(ValidationError, match=team.project.title):
            end()
    ProjectMember.hand_over(team.municipality, team.keeper.user, team.lead, team.editor)
    team.lead.leave()
    team.project.reopen(team.editor.user)


def test_a_closed_project_holds_nobody_else_back(team):
    team.project.close(team.lead.user)
    team.editor.leave()
    assert not team.project.members.filter(member=team.editor.pk).exists()


def test_removing_twice_is_refused_in_words(team):
    again = MunicipalityMember.objects.get(pk=team.editor.pk)
    team.editor.end(team.keeper.user)
    with pytest.raises(ValidationError):
        again.end(team.keeper.user)
    assert events(team.municipality) == [("removed", "")]


def test_who_has_left_can_be_put_into_no_project(team):
    team.strange.leave()
    with pytest.raises(ValidationError):
        team.project.add_member(team.lead.user, team.strange, ProjectRole.READER)


def test_leaving_one_municipality_keeps_the_work_for_another(team):
    elsewhere = make_municipality("9903")
    make_member(elsewhere, "keeper", is_keeper=True)
    row = elsewhere.members.create(user=team.editor.user)
    project = make_project(elsewhere, row)
    team.editor.leave()
    assert project.members.filter(member=row, role=ProjectRole.LEAD).exists()


# Settings ---------------------------------------------------------------------------------------


def test_a_keeper_changes_domains_and_time(team):
    assert team.municipality.change_settings(
        team.keeper.user, mail_domains=["k9901.example"], kept_months=24, requires_second_factor=False
    )
    assert not team.municipality.change_settings(
        team.keeper.user, mail_domains=["k9901.example"], kept_months=24, requires_second_factor=False
    )
    assert events(team.municipality) == [("settings", "mail_domains kept_months")]
    with pytest.raises(ValidationError):
        team.municipality.change_settings(team.lead.user, mail_domains=[], kept_months=24, requires_second_factor=False)


def test_of_two_keepers_who_change_the_settings_the_second_sees_what_the_first_has_stored(team):
    seen = fingerprint(team.municipality.settings)
    values = {"mail_domains": [], "requires_second_factor": False}
    team.municipality.change_settings(team.keeper.user, kept_months=24, seen=seen, **values)
    with pytest.raises(ChangedMeanwhile) as conflict:
        team.municipality.change_settings(team.keeper.user, kept_months=60, seen=seen, **values)
    assert conflict.value.stored["kept_months"] == 24
    assert Municipality.objects.get(pk=team.municipality.pk).kept_months == 24


# KL's staff -------------------------------------------------------------------------------------


def test_staff_of_kl_are_not_let_in_and_see_nothing_where_they_were_before(team):
    staff = make_user("kl@k9901.example", is_staff=True)
    with pytest.raises(ValidationError):
        MunicipalityInvitation.invite(team.municipality, staff.email, None, is_keeper=True, by_kl=True)
    with pytest.raises(ValidationError):
        team.municipality.admit(staff, staff, is_invited=True)
    User.objects.filter(pk=team.lead.user.pk).update(is_staff=True)
    team.lead.user.refresh_from_db()
    assert not Project.objects.visible_to(team.lead.user)
    assert not Municipality.objects.for_member(team.lead.user)


@pytest.mark.parametrize("change", ["leaves", "becomes officer"])
def test_who_leaves_or_becomes_officer_while_they_are_let_in_is_refused(change, team, monkeypatch):
    """The municipality's people are held first: what has changed until then counts."""
    lock = Municipality.lock

    def later(municipality: Municipality) -> None:
        rows = MunicipalityMember.objects.filter(pk=team.strange.pk)
        rows.delete() if change == "leaves" else rows.update(dpo=OFFICER)
        lock(municipality)

    monkeypatch.setattr(Municipality, "lock", later)
    with pytest.raises(ValidationError):
        team.project.add_member(team.lead.user, team.strange, ProjectRole.READER)
    assert not team.project.members.filter(member=team.strange.pk).exists()
