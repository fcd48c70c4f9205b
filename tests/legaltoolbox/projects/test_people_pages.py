"""The pages about who works for a municipality, with their mails."""

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kl_ai.drafts.parts import fingerprint
from kl_ai.mail.models import OutgoingMail
from legaltoolbox.projects.models import MunicipalityInvitation, MunicipalityJoinRequest
from tests.builders import make_user
from tests.mails import log_in, log_in_recently
from tests.reading import parse

pytestmark = pytest.mark.any_database

EMAIL = "ny@k9901.example"
BROWSER = {"Sec-Fetch-Mode": "navigate"}


def browser_of(user) -> Client:
    browser = Client()
    log_in_recently(browser, user)
    return browser


def url(name: str, *args) -> str:
    return reverse(f"projects:{name}", args=args)


def members_url(team) -> str:
    return url("members_of_municipality", team.municipality.code)


def text(response) -> str:
    return parse(response.content.decode()).text


@pytest.fixture
def keeper(team) -> Client:
    return browser_of(team.keeper.user)


def invite(team, keeper, task: str = "none") -> MunicipalityInvitation:
    assert keeper.post(members_url(team), {"email": EMAIL, "tasks": task}).status_code == 302
    return MunicipalityInvitation.objects.get(email=EMAIL)


# Invitations ------------------------------------------------------------------------------------


def test_an_invitation_is_mailed_and_its_link_lets_in_by_a_button_alone(
    team, keeper, client, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        invitation = invite(team, keeper, "substitute")
    (message,) = mail.outbox
    link = url("invitation", invitation.token)
    assert message.to == [EMAIL]
    assert link in message.body
    for method in (client.head, client.get):  # a mail scanner
        assert method(link).status_code == 200
    invitation.refresh_from_db()
    assert (invitation.opened_at, invitation.accepted_at) == (None, None)
    invited = browser_of(make_user(EMAIL))
    assert invited.get(link, headers=BROWSER).status_code == 200
    assert not team.municipality.members.filter(user__email=EMAIL)
    assert invited.post(url("accept", invitation.token)).url == url("municipality", team.municipality.code)
    assert team.municipality.members.get(user__email=EMAIL).dpo == "substitute"


def test_the_login_knows_the_invited_address_and_leads_to_the_municipality(team, keeper, client):
    invitation = invite(team, keeper)
    page = client.get(reverse("account_login"), {"next": url("invitation", invitation.token)})
    assert EMAIL in page.content.decode()
    assert log_in(Client(), team.lead.user.email).url == url("home")


def test_who_has_become_staff_since_the_invitation_is_told_and_let_in_nowhere(team, keeper):
    invitation = invite(team, keeper)
    invited = browser_of(make_user(EMAIL, is_staff=True))
    response = invited.post(url("accept", invitation.token), follow=True)
    assert response.status_code == 200
    assert "KL's medarbejdere kan ikke arbejde for en kommune her" in text(response)
    assert not team.municipality.members.filter(user__email=EMAIL)


def test_another_login_cannot_accept(team, keeper, other_team):
    invitation = invite(team, keeper)
    stranger = browser_of(other_team.strange.user)
    assert stranger.post(url("accept", invitation.token)).url == url("invitation", invitation.token)
    assert not team.municipality.members.filter(user=other_team.strange.user)


def test_a_used_or_broken_link_says_so(team, keeper, client):
    invitation = invite(team, keeper)
    keeper.post(url("invitation_cancel", team.municipality.code, invitation.pk))
    assert client.get(url("invitation", invitation.token)).status_code == 410
    assert client.get(url("invitation", "1.andet")).status_code == 404


def test_a_refused_invitation_keeps_what_was_typed(team, keeper):
    page = keeper.post(members_url(team), {"email": team.lead.user.email, "tasks": "dpo"})
    assert page.status_code == 200
    assert team.lead.user.email in page.content.decode()
    assert not MunicipalityInvitation.objects.exists()


def test_who_is_no_keeper_sees_the_people_and_neither_invites_nor_sees_the_log(team, keeper):
    invite(team, keeper)
    reader = browser_of(team.reader.user)
    page = text(reader.get(members_url(team)))
    assert str(team.lead.user) in page
    assert EMAIL not in page
    assert EMAIL in text(keeper.get(members_url(team)))
    assert reader.post(members_url(team), {"email": "x@k9901.example", "tasks": "none"}).status_code == 404


def test_the_first_page_shows_invitations_that_wait(team, keeper):
    invite(team, keeper)
    assert str(team.municipality) in text(browser_of(make_user(EMAIL)).get(url("home")))


# Requests ---------------------------------------------------------------------------------------


@pytest.fixture
def asker(team) -> Client:
    team.municipality.mail_domains = ["k9901.example"]
    team.municipality.save()
    return browser_of(make_user(EMAIL))


def test_somebody_at_the_domain_asks_and_a_keeper_decides(team, keeper, asker):
    join = url("join", team.municipality.code)
    assert join in asker.get(url("home")).content.decode()
    for _twice in range(2):
        assert asker.post(join, {"message": "Jobcentret"}).status_code == 302
    request = MunicipalityJoinRequest.objects.get()
    assert asker.get(url("municipality", team.municipality.code)).status_code == 404
    mails = OutgoingMail.objects.filter(kind="municipality_request")
    assert [mail.to for mail in mails] == [team.keeper.user.email]
    assert "Jobcentret" in text(keeper.get(members_url(team)))
    keeper.post(url("join_decide", team.municipality.code, request.pk), {"approve": "1"})
    assert asker.get(url("municipality", team.municipality.code)).status_code == 200
    assert OutgoingMail.objects.filter(kind="municipality_membership", to=EMAIL).count() == 1


def test_who_is_invited_is_not_led_to_ask(team, keeper, asker):
    invite(team, keeper)
    assert url("join", team.municipality.code) not in asker.get(url("home")).content.decode()


def test_another_address_finds_no_page_to_ask_on(team, asker, other_team):
    stranger = browser_of(other_team.strange.user)
    assert stranger.get(url("join", team.municipality.code)).status_code == 404


# Tasks and leaving ------------------------------------------------------------------------------


def test_a_keeper_gives_a_task_and_is_told_why_not(team, keeper):
    page = url("tasks_of_member", team.municipality.code, team.editor.pk)
    refused = keeper.post(page, {"tasks": "dpo"})
    assert team.project.title in text(refused)
    page = url("tasks_of_member", team.municipality.code, team.strange.pk)
    assert keeper.post(page, {"tasks": "dpo"}).status_code == 302
    assert OutgoingMail.objects.get(kind="municipality_membership").to == team.strange.user.email


def test_a_removed_person_sees_nothing_and_gets_a_mail(team, keeper):
    page = url("member_of_municipality_remove", team.municipality.code, team.editor.pk)
    assert keeper.get(page).status_code == 200
    assert keeper.post(page).status_code == 302
    assert browser_of(team.editor.user).get(url("overview", *team.project.address)).status_code == 404
    assert OutgoingMail.objects.get(kind="municipality_membership").to == team.editor.user.email
    assert keeper.post(page).status_code == 404


def test_the_page_of_removal_names_the_projects_without_another_lead(team, keeper):
    page = url("member_of_municipality_remove", team.municipality.code, team.lead.pk)
    shown = keeper.get(page).content.decode()
    assert team.project.title in shown
    assert f'action="{page}"' not in shown
    keeper.post(page)
    assert team.municipality.members.filter(user=team.lead.user)


def test_removal_asks_for_a_recent_code(team):
    browser = Client()
    browser.force_login(team.keeper.user)
    page = url("member_of_municipality_remove", team.municipality.code, team.editor.pk)
    assert browser.post(page).url.startswith(reverse("recent_code"))
    assert team.municipality.members.filter(user=team.editor.user)


def test_somebody_leaves_and_the_last_keeper_stays(team, keeper):
    page = url("leave", team.municipality.code)
    assert keeper.post(page).url == members_url(team)
    assert browser_of(team.editor.user).post(page).url == url("home")
    assert set(team.municipality.members.filter(user__in=[team.keeper.user, team.editor.user])) == {team.keeper}


# Settings ---------------------------------------------------------------------------------------


def test_a_keeper_changes_the_settings(team, keeper):
    page = url("settings", team.municipality.code)
    shown = {"seen": fingerprint(team.municipality.settings)}
    keeper.post(page, shown | {"mail_domains": "@K9901.example\nk9901.example\n", "kept_months": "24"})
    team.municipality.refresh_from_db()
    assert (team.municipality.mail_domains, team.municipality.kept_months) == (["k9901.example"], 24)
    for wrong in ("ny@k9901.example", "k9901", "a b.example"):
        assert keeper.post(page, {"mail_domains": wrong, "kept_months": "24"}).status_code == 200
    assert keeper.post(page, {"mail_domains": "", "kept_months": "1"}).status_code == 200
    conflict = keeper.post(page, shown | {"mail_domains": "", "kept_months": "60"}).content.decode()
    assert "k9901.example" in conflict
    assert "2 år" in conflict
    team.municipality.refresh_from_db()
    assert team.municipality.mail_domains == ["k9901.example"]


def test_the_page_of_the_people_costs_the_same_for_any_number(team, keeper):

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert keeper.get(members_url(team)).status_code == 200
        return len(captured)

    invite(team, keeper)
    queries()  # shows the message of the invitation
    before = queries()
    for number in range(5):
        MunicipalityInvitation.invite(team.municipality, f"ny{number}@k9901.example", team.keeper.user)
        team.municipality.admit(make_user(f"nr{number}@k9901.example"), team.keeper.user)
        MunicipalityJoinRequest.objects.create(municipality=team.municipality, user=make_user(f"q{number}@x.example"))
    assert queries() == before
