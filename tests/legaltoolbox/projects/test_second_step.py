"""A municipality that asks for two-step login: nothing of it opens without, at whatever address, and other municipalities do."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kl_ai.drafts.parts import fingerprint
from kl_ai.mail.models import OutgoingMail
from kl_ai.models import User
from legaltoolbox.catalogue import catalogues
from legaltoolbox.projects.mails import deletion
from legaltoolbox.projects.mails import steps as step_mails
from legaltoolbox.projects.mails.tasks import post_weekly
from legaltoolbox.projects.models import Municipality, MunicipalityEvent, Project, ProjectEvent, Task
from legaltoolbox.projects.models.tasks import EMPTY
from tests.authenticators import APP, enrol, secret_on, totp
from tests.builders import make_user
from tests.legaltoolbox.projects.access import ANYBODY, SHARING, TABLE
from tests.legaltoolbox.projects.documents import begin
from tests.mails import confirm_recently, log_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("content"), pytest.mark.any_database]
OF_A_MUNICIPALITY = [row for row in TABLE if row.who != ANYBODY and row.name != "projects:join"]
"""Who asks to join and works there already is led to the municipality, and sees nothing of it."""
SETTINGS = {"mail_domains": "", "kept_months": "60"}


@pytest.fixture
def asking(team):
    Municipality.objects.filter(pk=team.municipality.pk).update(requires_second_factor=True)
    team.municipality.refresh_from_db()
    return team


@pytest.fixture
def superuser():
    return make_user("chef@kl.example", is_staff=True, is_superuser=True)


def browser(member) -> Client:
    client = Client()
    client.force_login(member.user)
    confirm_recently(client, member.user)
    return client


def set_up(client: Client) -> str:
    """Set up an app as the pages lead to it; its secret."""
    secret = secret_on(client.get(APP))
    client.post(APP, {"code": totp(secret)})
    return secret


@pytest.mark.parametrize("row", OF_A_MUNICIPALITY, ids=lambda row: row.name)
def test_each_address_leads_to_the_step_and_shows_and_changes_nothing(row, asking):
    path = row.path(asking)
    may = next(member for name, member in asking.people.items() if row.may(asking, name))
    client, before = browser(may), MunicipalityEvent.objects.count()
    responses = [client.post(path)] if row.is_post else [client.get(path), client.post(path)]
    for response in responses:
        if response.status_code in (404, 405):  # this right or method has no page, with the step or without
            continue
        assert (response.status_code, response.url.partition("?")[0]) == (302, APP), path
        assert "no-store" in response["Cache-Control"]
    assert any(response.status_code == 302 for response in responses)
    assert MunicipalityEvent.objects.count() == before


@pytest.mark.parametrize("row", [row for row in OF_A_MUNICIPALITY if row.who != SHARING], ids=lambda row: row.name)
def test_strangers_get_404_and_not_the_step(row, asking, other_team):
    client, path = browser(other_team.keeper), row.path(asking)
    assert (client.post(path) if row.is_post else client.get(path)).status_code == 404


def test_the_way_back_survives_setting_up_and_the_project_opens(asking):
    client = browser(asking.lead)
    path = f"/juridisk-vaerktoejskasse/projekter/{asking.municipality.code}/{asking.project.number}/"
    page = client.get(path, follow=True)
    assert page.request["PATH_INFO"] == APP
    page = client.post(APP, {"code": totp(secret_on(page)), "next": path}, follow=True)
    assert f'href="{path}"' in page.content.decode()
    assert client.get(path).status_code == 200


def test_nobody_sets_up_an_app_with_a_session_alone(asking):
    """Whoever finds a browser open has no code by mail."""
    client = Client()
    client.force_login(asking.lead.user)
    assert client.get(APP).url.startswith("/log-ind/bekraeft/")
    assert client.post(APP, {"code": "123456"}).url.startswith("/log-ind/bekraeft/")
    assert not Authenticator.objects.exists()


def test_a_later_login_is_asked_for_the_app_and_another_session_too(asking):
    secret = set_up(browser(asking.lead))
    other = browser(asking.lead)
    response = other.get(f"/juridisk-vaerktoejskasse/projekter/{asking.municipality.code}/")
    assert response.url.startswith("/totrin/bekraeft/")
    assert other.get("/totrin/noedkoder/").url.startswith("/totrin/bekraeft/")
    Authenticator.objects.filter(type="totp").update(last_used_at=None)
    anew = Client()
    assert log_in(anew, asking.lead.user.email).url == "/totrin/"
    assert secret


def test_a_script_that_saves_gets_401(asking):
    client = browser(asking.lead)
    path = f"/juridisk-vaerktoejskasse/projekter/{asking.municipality.code}/{asking.project.number}/"
    assert client.get(path, headers={"X-Requested-With": "fetch"}).status_code == 401


def test_of_two_municipalities_only_the_one_that_asks_needs_it(asking, other_team):
    user = asking.lead.user
    member = other_team.municipality.members.create(user=user)
    other_team.project.add_member(other_team.lead.user, member, "editor")
    for project, owner in ((asking.project, asking.lead), (other_team.project, member)):
        values = {**EMPTY, "title": f"Opgave {project.municipality.code}", "owner": owner.pk}
        Task.add_own(project, user, values, "")
    client = browser(asking.lead)
    base = "/juridisk-vaerktoejskasse/projekter"
    assert client.get(f"{base}/{other_team.municipality.code}/1/").status_code == 200
    assert client.get(f"{base}/{asking.municipality.code}/1/").status_code == 302
    text = client.get(f"{base}/mine/").content.decode()
    assert f"Opgave {other_team.municipality.code}" in text
    assert f"Opgave {asking.municipality.code}" not in text
    assert "Du har 1 opgave" in text
    assert "Der er flere i kommuner, der kræver din godkendelsesapp." in text
    Task.objects.filter(project=other_team.project).delete()
    text = client.get(f"{base}/mine/").content.decode()
    assert "Du har ingen opgaver, der mangler" not in text
    set_up(client)
    assert f"Opgave {asking.municipality.code}" in client.get(f"{base}/mine/").content.decode()


# Keepers --------------------------------------------------------------------------------------------


def test_a_keeper_switches_it_on_and_off_and_the_other_keepers_get_a_mail(team):
    team.reader.is_keeper = True
    team.reader.save()
    client = browser(team.keeper)
    path = f"/juridisk-vaerktoejskasse/projekter/{team.municipality.code}/indstillinger/"
    shown = {**SETTINGS, "seen": fingerprint(team.municipality.settings)}
    assert client.post(path, {**shown, "requires_second_factor": "on"}).status_code == 302
    team.municipality.refresh_from_db()
    assert client.get(path).url.startswith(APP)
    set_up(client)
    assert client.post(path, {**SETTINGS, "seen": fingerprint(team.municipality.settings)}).status_code == 302
    team.municipality.refresh_from_db()
    assert not team.municipality.requires_second_factor
    details = MunicipalityEvent.objects.filter(what="settings").order_by("pk").values_list("detail", flat=True)
    assert list(details) == ["second_step_on", "second_step_off"]
    mails = OutgoingMail.objects.filter(to=team.reader.user.email)
    assert mails.count() == 2


# Staff ----------------------------------------------------------------------------------------------


def test_staff_who_work_for_a_municipality_need_an_administrators_code_still(asking, settings):
    User.objects.filter(pk=asking.lead.user_id).update(is_staff=True)
    page = browser(asking.lead).get(APP)
    assert 'name="approval"' in page.content.decode()


def test_who_becomes_staff_sets_up_the_app_anew_with_an_administrators_code(asking, client, superuser, settings):
    settings.REQUIRE_STAFF_MFA = True
    member = browser(asking.lead)
    set_up(member)
    client.force_login(superuser)
    enrol(client)
    user = asking.lead.user
    form = {"email": user.email, "full_name": user.full_name, "language": "da", "work_mail": "daily"}
    path = f"/admin/kl_ai/user/{user.pk}/change/"
    assert client.post(path, {**form, "is_active": "on"}).status_code == 302
    assert Authenticator.objects.filter(user=user).exists()
    assert client.post(path, {**form, "is_active": "on", "is_staff": "on"}).status_code == 302
    assert not Authenticator.objects.filter(user=user).exists()


def test_kl_resets_a_lost_phone(asking, client, superuser, settings):
    settings.REQUIRE_STAFF_MFA = True
    set_up(browser(asking.lead))
    client.force_login(superuser)
    enrol(client)
    data = {"action": "reset_second_step", "_selected_action": [asking.lead.user_id], "post": "yes"}
    client.post("/admin/kl_ai/user/", data)
    assert not Authenticator.objects.filter(user=asking.lead.user).exists()
    asking.lead.user.refresh_from_db()  # all logins have ended
    assert set_up(browser(asking.lead))


# The login ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("next_page", "entry"),
    [("/juridisk-vaerktoejskasse/projekter/", "For kommuner"), ("/leverandoer/", "For leverandører")],
)
def test_the_login_stands_below_the_entry_of_the_menu_that_led_to_it(next_page, entry):
    page = Client().get(f"/log-ind/?next={next_page}").content.decode()
    current = page.partition('aria-current="')[2].partition("</a>")[0]
    assert entry in current


def test_the_page_that_asks_for_a_code_stands_below_the_entry_of_what_it_is_for(team):
    client = Client()
    client.force_login(team.keeper.user)
    page = client.get(reverse("projects:hand_over", args=[team.municipality.code]), follow=True).content.decode()
    assert "For kommuner" in page.partition('aria-current="')[2].partition("</a>")[0]


def test_the_weekly_mail_names_no_title_of_a_municipality_that_asks_for_the_step(asking, other_team):
    due = timezone.localdate()
    for each in (asking, other_team):
        values = {**EMPTY, "title": f"Opgave i {each.municipality.code}", "owner": each.lead.pk, "due": due}
        Task.add_own(each.project, each.lead.user, values, "")
    both = other_team.municipality.members.create(user=asking.lead.user)
    other_team.project.add_member(other_team.lead.user, both, "editor")
    Task.objects.filter(project=other_team.project).update(owner=both)
    post_weekly(due, catalogues.current())
    body = OutgoingMail.objects.get(to=asking.lead.user.email).body
    assert "Opgave i 9902" in body
    assert "Opgave i 9901" not in body
    assert f"{asking.municipality.name}: 1 " in body
    assert reverse("projects:mine") in body


# Mails ----------------------------------------------------------------------------------------------

NUMBER = 4711


@pytest.fixture
def numbered(asking) -> Project:
    """The project of the municipality that asks for the step, with a number that stands nowhere else."""
    Project.objects.filter(pk=asking.project.pk).update(number=NUMBER)
    return Project.objects.select_related("municipality").get(pk=asking.project.pk)


def says_number_alone(mail, project, *titles) -> bool:
    """Whether the mail says which project it is about beside the link, and no title."""
    text = mail.subject + mail.body
    return mail.body.count(str(NUMBER)) == 2 and not any(title in text for title in (project.title, *titles))


@pytest.mark.parametrize("what", step_mails.TEXTS)
def test_the_mail_about_a_step_names_the_number_alone(what, numbered, asking):
    document = begin(asking, "S11")
    document.project, document.opinion_until = numbered, timezone.localdate()
    ProjectEvent.record(numbered, what, None, "S11")
    mails = step_mails.send_step(document, what, "Titel på S11").mails
    assert mails
    assert all(says_number_alone(mail, numbered, "Titel på S11") for mail in mails)


def test_the_mail_about_a_decision_point_names_the_number_alone(numbered):
    ProjectEvent.record(numbered, "decided", None, "P1")
    mails = step_mails.send_point(numbered, "P1", "Titel på P1").mails
    assert mails
    assert all(says_number_alone(mail, numbered, "Titel på P1") for mail in mails)


def test_the_mail_before_a_deletion_names_the_number_alone(numbered, asking):
    asking.project.close(asking.lead.user)
    closed = Project.objects.select_related("municipality").get(pk=numbered.pk)
    assert closed.deleted_on
    deletion.announce(closed, closed.deleted_on - timedelta(days=14))
    mails = {mail.to: mail for mail in OutgoingMail.objects.filter(kind=deletion.TEMPLATE)}
    assert set(mails) == {asking.lead.user.email, asking.keeper.user.email}
    assert all(closed.title not in mail.subject + mail.body for mail in mails.values())
    assert all(str(NUMBER) in mail.subject for mail in mails.values())
