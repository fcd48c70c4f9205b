"""A keeper hands a person's projects and tasks over to another person."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kl_ai.mail.models import OutgoingMail
from legaltoolbox.projects.mails.login_deletion import obstacles
from legaltoolbox.projects.models import MunicipalityMember, Project, ProjectMember, Task
from legaltoolbox.projects.rights import ProjectRole
from tests.legaltoolbox.projects.builders import make_project
from tests.mails import log_in_recently


def hand_over(team, leaving, taking):
    return ProjectMember.hand_over(team.municipality, team.keeper.user, leaving, taking)


def roles(project: Project) -> dict[str, str]:
    return {row.member.user.email.split("@")[0]: row.role for row in project.members.select_related("member__user")}


def give_task(team, owner, **fields) -> Task:
    return Task.objects.create(project=team.project, title="Aftal et møde", owner=owner, **fields)


def test_the_place_in_every_project_goes_over_closed_ones_too(team):
    second = make_project(team.municipality, team.lead, title="Andet")
    second.close(team.lead.user)
    assert hand_over(team, team.lead, team.strange).projects == 2
    assert roles(team.project) == {
        "strange": "lead",
        "editor": "editor",
        "reader": "reader",
        "management": "management",
    }
    assert roles(second) == {"strange": "lead"}
    assert not Project.objects.visible_to(team.lead.user)
    for project in (team.project, second):
        event = project.events.first()
        people = (event.person_before, event.person)
        assert (event.what, *people) == ("handed-over", team.lead.user, team.strange.user)


def test_who_is_in_a_project_keeps_the_role_but_leads_it_if_nobody_else_would(team):
    hand_over(team, team.reader, team.editor)
    assert roles(team.project)["editor"] == "editor"
    hand_over(team, team.lead, team.editor)
    assert roles(team.project) == {"editor": "lead", "management": "management"}


def test_management_stays_management_where_somebody_else_leads(team):
    team.project.add_member(team.lead.user, team.strange, ProjectRole.LEAD)
    hand_over(team, team.lead, team.management)
    assert roles(team.project)["management"] == "management"


def test_a_reader_gets_the_role_that_is_handed_over(team):
    waiting = give_task(team, team.editor)
    assert hand_over(team, team.editor, team.reader).tasks == 1
    assert roles(team.project) == {"lead": "lead", "reader": "editor", "management": "management"}
    waiting.refresh_from_db()
    assert waiting.owner == team.reader


def test_nobody_is_responsible_for_what_somebody_takes_over_who_does_not_write(team):
    waiting = give_task(team, team.editor)
    assert hand_over(team, team.editor, team.management).tasks == 0
    waiting.refresh_from_db()
    assert waiting.owner is None
    left = give_task(team, team.reader)  # from before the role was a reader's
    assert hand_over(team, team.reader, team.strange).tasks == 0
    left.refresh_from_db()
    assert left.owner is None


def test_what_is_to_be_done_goes_along_and_what_is_done_stays(team):
    waiting, of_another = give_task(team, team.editor), give_task(team, team.lead)
    done = give_task(team, team.editor, state="done", done_at=timezone.now())
    assert hand_over(team, team.editor, team.strange).tasks == 1
    owners = [Task.objects.get(pk=task.pk).owner for task in (waiting, of_another, done)]
    assert owners == [team.strange, team.lead, team.editor]


@pytest.mark.parametrize("taking", ["dpo", "substitute", "lead"])
def test_neither_an_officer_nor_the_same_person_takes_over(team, taking):
    with pytest.raises(ValidationError):
        hand_over(team, team.lead, team.people[taking])
    assert roles(team.project)["lead"] == "lead"


def test_only_a_keeper_hands_over_and_nobody_to_another_municipality(team, other_team):
    with pytest.raises(ValidationError):
        ProjectMember.hand_over(team.municipality, team.lead.user, team.lead, team.strange)
    with pytest.raises(ValidationError):
        hand_over(team, team.lead, other_team.strange)
    with pytest.raises(ValidationError):
        hand_over(team, other_team.lead, team.strange)
    assert roles(team.project)["lead"] == "lead"
    assert roles(other_team.project)["lead"] == "lead"


def before_the_projects_are_held(monkeypatch, act) -> None:
    """Let somebody else be the first to hold them."""
    hold = MunicipalityMember.hold_projects
    monkeypatch.setattr(MunicipalityMember, "hold_projects", lambda self: (act(), hold(self)))


def test_a_place_that_a_lead_has_taken_away_meanwhile_goes_to_nobody(team, monkeypatch):
    before_the_projects_are_held(monkeypatch, lambda: team.project.remove_member(team.lead.user, team.editor))
    assert hand_over(team, team.editor, team.strange).projects == 0
    assert roles(team.project) == {"lead": "lead", "reader": "reader", "management": "management"}


def test_the_role_that_a_lead_has_given_meanwhile_goes_over_and_a_reader_owns_nothing(team, monkeypatch):
    waiting = give_task(team, team.editor)
    before_the_projects_are_held(
        monkeypatch, lambda: team.project.change_role(team.lead.user, team.editor, ProjectRole.READER)
    )
    hand_over(team, team.editor, team.strange)
    assert roles(team.project)["strange"] == "reader"
    waiting.refresh_from_db()
    assert waiting.owner is None


def test_the_page_says_what_went_over_and_a_second_click_harms_nothing(team):
    browser = Client()
    log_in_recently(browser, team.keeper.user)
    path = reverse("projects:hand_over", args=[team.municipality.code])
    form = {"leaving": team.lead.pk, "taking": team.strange.pk}
    assert "alert-success" in browser.post(path, form, follow=True).content.decode()
    assert "alert-info" in browser.post(path, form, follow=True).content.decode()
    assert roles(team.project)["strange"] == "lead"
    page = browser.post(path, {"leaving": team.strange.pk, "taking": team.strange.pk}).content.decode()
    assert "form-error" in page


def test_the_way_to_the_page_stands_on_the_municipality_for_keepers_alone(team):
    path = reverse("projects:hand_over", args=[team.municipality.code])
    for member, is_shown in ((team.keeper, True), (team.lead, False), (team.dpo, False)):
        browser = Client()
        browser.force_login(member.user)
        page = browser.get(reverse("projects:municipality", args=[team.municipality.code])).content.decode()
        assert (path in page) is is_shown


def send(team, browser: Client, leaving, taking):
    path = reverse("projects:hand_over", args=[team.municipality.code])
    return browser.post(path, {"leaving": leaving.pk, "taking": taking.pk})


def test_nothing_is_handed_over_without_a_recent_code(team):
    browser = Client()
    browser.force_login(team.keeper.user)
    response = send(team, browser, team.lead, team.strange)
    assert response.url.startswith(reverse("recent_code"))
    assert roles(team.project)["lead"] == "lead"
    assert browser.get(reverse("projects:hand_over", args=[team.municipality.code])).status_code == 302


def test_who_gives_and_who_takes_get_a_mail_once_that_names_no_project(team):
    browser = Client()
    log_in_recently(browser, team.keeper.user)
    for _click in range(2):
        send(team, browser, team.lead, team.strange)
    mails = {mail.to: mail.body for mail in OutgoingMail.objects.filter(kind="municipality_membership")}
    assert OutgoingMail.objects.count() == len(mails)
    assert mails.keys() == {team.lead.user.email, team.strange.user.email}
    assert team.strange.user.email in mails[team.lead.user.email]
    assert team.lead.user.email in mails[team.strange.user.email]
    assert not any(team.project.title in body for body in mails.values())


def test_nobody_is_mailed_what_they_did_themselves_or_where_nothing_went_over(team):
    browser = Client()
    log_in_recently(browser, team.keeper.user)
    send(team, browser, team.strange, team.editor)
    assert not OutgoingMail.objects.exists()
    send(team, browser, team.editor, team.keeper)
    assert [mail.to for mail in OutgoingMail.objects.all()] == [team.editor.user.email]


def test_nobody_takes_over_whose_login_is_closed_and_nobody_leads_with_one(team):
    team.strange.user.is_active = False
    team.strange.user.save(update_fields=["is_active"])
    with pytest.raises(ValidationError):
        ProjectMember.hand_over(team.municipality, team.keeper.user, team.lead, team.strange)
    team.project.members.create(member=team.strange, role="lead")
    for refused in (
        lambda: team.project.remove_member(team.lead.user, team.lead),
        lambda: team.project.change_role(team.lead.user, team.lead, "editor"),
    ):
        with pytest.raises(ValidationError):
            refused()
    assert team.lead.projects_led_alone() == [team.project]
    assert obstacles(team.lead.user, is_after_step=True)
