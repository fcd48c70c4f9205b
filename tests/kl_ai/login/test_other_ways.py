"""Ways in when mail does not arrive, and the administrator's code before an app is set up."""

import re
from datetime import timedelta
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from kl_ai.mail.models import OutgoingMail
from kl_ai.models import User
from kl_ai.security.models import OneTimeSecret
from tests.authenticators import APP, enrol, secret_on, totp
from tests.builders import make_administrator, make_curator, make_user
from tests.concurrency import run_at_once

pytestmark = pytest.mark.django_db
WITHOUT_MAIL, STEP = "/log-ind/uden-mail/", "/totrin/"


@pytest.fixture(autouse=True)
def _required(settings):
    settings.REQUIRE_STAFF_MFA = True


@pytest.fixture
def curator():
    return make_curator("kurator@kl.example")


@pytest.fixture
def administrator():
    return make_administrator("chef@kl.example")


@pytest.fixture
def codes(curator) -> tuple[str, list[str]]:
    """The curator's secret in the app, and recovery codes."""
    client = Client()
    client.force_login(curator)
    secret, recovery = enrol(client)
    OutgoingMail.objects.all().delete()
    return secret, recovery


def command(name: str, *arguments: str) -> str:
    out = StringIO()
    call_command(name, *arguments, stdout=out)
    return out.getvalue().strip()


def is_logged_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def log_in_without_mail(client: Client, email: str, app: str, recovery: str):
    return client.post(WITHOUT_MAIL, {"email": email, "app": app, "recovery": recovery})


# App and recovery code ------------------------------------------------------------------------------


def test_app_and_recovery_code_let_staff_in(client, curator, administrator, codes, security_events):
    secret, recovery = codes
    assert (
        log_in_without_mail(client, "Kurator@kl.example", totp(secret), f"{recovery[0][:4]} {recovery[0][4:]}").url
        == "/admin/"
    )
    assert client.get("/admin/").status_code == 200
    assert [event["event"] for event in security_events()] == ["login_without_mail", "login"]
    assert {mail.to for mail in OutgoingMail.objects.all()} == {curator.email, administrator.email}
    assert {mail.subject for mail in OutgoingMail.objects.all()} == {"Et login til administrationen uden kode på mail"}
    again = Client()
    assert log_in_without_mail(again, curator.email, totp(secret), recovery[0]).status_code == 200
    assert not is_logged_in(again)


@pytest.mark.parametrize(
    ("app", "recovery"), [("right", "wrong"), ("wrong", "right"), ("wrong", "wrong"), ("right", ""), ("", "right")]
)
def test_one_of_them_is_not_enough_and_spends_nothing(app, recovery, client, curator, codes):
    secret, unused = codes
    given = log_in_without_mail(
        client,
        curator.email,
        {"right": totp(secret), "wrong": "000000", "": ""}[app],
        {"right": unused[0], "wrong": "00000000", "": ""}[recovery],
    )
    assert given.status_code == 200
    assert not is_logged_in(client)
    assert not OutgoingMail.objects.exists()
    assert log_in_without_mail(client, curator.email, totp(secret), unused[0]).status_code == 302


def test_nobody_learns_who_is_staff_with_an_app(curator, codes):
    _, recovery = codes
    make_curator("uden.app@kl.example")
    member = make_user("ida@agern.example")
    pages = []
    for email in (curator.email, "uden.app@kl.example", member.email, "ukendt@kl.example"):
        page = log_in_without_mail(Client(), email, "000000", recovery[0])
        pages.append((page.status_code, re.sub(r'value="[^"]*"', "", page.content.decode())))
    assert len(set(pages)) == 1


def test_who_no_longer_works_for_kl_does_not_get_in(client, curator, codes):
    secret, recovery = codes
    for field in ("is_staff", "is_active"):
        User.objects.filter(pk=curator.pk).update(**{field: False})
        log_in_without_mail(client, curator.email, totp(secret), recovery[0])
        assert not is_logged_in(client)
        User.objects.filter(pk=curator.pk).update(**{field: True})


def test_guessing_is_limited_for_the_guesser_alone(curator, codes, security_events):
    secret, recovery = codes
    guesser = Client(REMOTE_ADDR="192.0.2.1")
    answers = [log_in_without_mail(guesser, curator.email, "000000", "1").status_code for _ in range(6)]
    assert answers == [200] * 5 + [429]
    assert log_in_without_mail(guesser, curator.email, totp(secret), recovery[0]).status_code == 429
    assert log_in_without_mail(Client(), curator.email, totp(secret), recovery[0]).status_code == 302
    assert len(security_events("login_without_mail_failed")) == 5
    assert curator.email not in str(security_events())


def test_who_tries_from_a_network_closes_the_door_to_those_behind_it_for_an_hour_at_most(curator, codes):
    secret, recovery = codes
    known = Client(REMOTE_ADDR="192.0.2.1")
    log_in_without_mail(known, curator.email, totp(secret), recovery[0])
    known.post("/log-ud/")
    guesser = Client(REMOTE_ADDR="192.0.2.1")
    for number in range(20):
        log_in_without_mail(guesser, f"nr{number}@kl.example", "000000", "1")
    assert log_in_without_mail(guesser, "en@kl.example", "000000", "1").status_code == 200
    for number in range(60):
        refused = log_in_without_mail(guesser, f"nr{number}@kl.example", "000000", "1")
    assert (refused.status_code, int(refused["Retry-After"]) <= 3600) == (429, True)
    assert log_in_without_mail(known, curator.email, "000000", recovery[1]).status_code == 200


def test_the_pages_of_the_login_lead_there(client, curator):
    """The first one too: with a mail server that is down nobody comes further."""
    assert f'href="{WITHOUT_MAIL}"' in client.get("/log-ind/").content.decode()
    client.post("/log-ind/", {"email": curator.email})
    assert f'href="{WITHOUT_MAIL}"' in client.get("/log-ind/kode/").content.decode()


# A link from the command line -----------------------------------------------------------------------


def path_of_link(email: str) -> str:
    return command("login_link", email).removeprefix("http://127.0.0.1:8000")


def test_a_link_logs_in_once_and_only_by_its_button(client, administrator, security_events):
    member = make_user("ida@agern.example")
    path = path_of_link("IDA@agern.example")
    page = client.get(path)
    assert client.head(path).status_code == page.status_code == 200
    assert page["Referrer-Policy"] == "strict-origin"
    assert not is_logged_in(client)
    assert client.post(path).url == "/leverandoer/"
    assert client.session["_auth_user_id"] == str(member.pk)
    second = Client()
    assert [second.get(path).status_code, second.post(path).status_code] == [410, 410]
    assert not is_logged_in(second)
    assert [line["event"] for line in security_events()] == ["login_link_made", "login_link_used", "login"]
    assert {mail.to for mail in OutgoingMail.objects.all()} == {member.email, administrator.email}
    token = path.rstrip("/").rpartition("/")[2]
    assert token not in str(list(OutgoingMail.objects.values())) + str(security_events())
    assert token not in str(list(OneTimeSecret.objects.values()))


def test_staff_who_have_an_app_are_asked_for_it(client, curator, codes):
    _, recovery = codes
    path = path_of_link(curator.email)
    assert client.post(path).url == STEP
    assert not is_logged_in(client)
    assert client.post(STEP, {"code": recovery[0]}).url == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_a_link_lasts_a_quarter_of_an_hour_and_only_the_newest_works(client):
    make_user("ida@agern.example")
    first, second = path_of_link("ida@agern.example"), path_of_link("ida@agern.example")
    assert [client.get(path).status_code for path in (first, second)] == [410, 200]
    made = OneTimeSecret.objects.latest("pk")
    assert made.expires_at - made.made_at == timedelta(minutes=15)
    OneTimeSecret.objects.update(expires_at=timezone.now())
    assert client.post(second).status_code == 410
    assert not is_logged_in(client)


def test_nobody_who_is_switched_off_or_unknown_gets_one(client):
    user = make_user("ida@agern.example")
    path = path_of_link(user.email)
    User.objects.update(is_active=False)
    assert client.post(path).status_code == 410
    for email in (user.email, "ukendt@agern.example"):
        with pytest.raises(CommandError, match="no active user"):
            command("login_link", email)


@pytest.mark.django_db(transaction=True)
def test_a_link_used_twice_at_once_logs_in_once():
    path = path_of_link(make_user("ida@agern.example").email)
    clients = [Client() for _ in range(4)]
    assert sorted(run_at_once(lambda client: client.post(path).status_code, clients)) == [302, 410, 410, 410]
    assert sum(is_logged_in(client) for client in clients) == 1


# The code before an app is set up -------------------------------------------------------------------


def test_no_app_is_set_up_without_a_code_of_an_administrator(client, curator, security_events):
    client.force_login(curator)
    page = client.get(APP).content.decode()
    assert "Kode fra administratoren" in page
    assert "<svg" not in page.partition("<main")[2].partition("secret-key")[2]
    assert "secret-key" not in page
    assert "secret-key" not in client.post(APP, {"code": "123456"}).content.decode()
    assert "Koden er ikke rigtig" in client.post(APP, {"approval": "ABCDE-FGHIJ"}).content.decode()
    assert not Authenticator.objects.exists()
    assert len(security_events("enrolment_code_wrong")) == 1


def test_the_command_makes_the_code_for_the_first_administrator(client, administrator, security_events):
    code = command("enrolment_code", administrator.email)
    client.force_login(administrator)
    client.post(APP, {"approval": f" {code.lower()} ", "next": "/admin/"})
    client.post(APP, {"code": totp(secret_on(client.get(APP)))})
    assert client.get("/admin/").status_code == 200
    assert [event["event"] for event in security_events()] == ["enrolment_code_made", "app_set_up"]
    with pytest.raises(CommandError, match="not one of KL's staff"):
        command("enrolment_code", make_user("ida@agern.example").email)


def administration(user: User) -> Client:
    client = Client()
    client.force_login(user)
    enrol(client)
    return client


def make_codes(client: Client, *users: User):
    data = {"action": "make_enrolment_codes", "_selected_action": [user.pk for user in users]}
    return client.post("/admin/kl_ai/user/", data, follow=True)


def test_an_administrator_makes_codes_for_others(client, curator, administrator):
    other = make_curator("ny@kl.example")
    page = make_codes(administration(administrator), curator, other, administrator).content.decode()
    codes = dict(re.findall(r"<td>([\w.]+@kl\.example)</td>\s*<td><code>([\w-]{11})</code>", page))
    assert set(codes) == {curator.email, other.email}
    client.force_login(curator)
    assert "Koden er ikke rigtig" in client.post(APP, {"approval": codes[other.email]}).content.decode()
    client.post(APP, {"approval": codes[curator.email]})
    assert "secret-key" in client.get(APP).content.decode()
    assert OneTimeSecret.objects.filter(made_by=administrator).count() == 2


def test_neither_vendors_nor_oneself_nor_who_has_an_app_gets_one(administrator, curator, codes):
    member = make_user("ida@agern.example")
    superuser = make_user("super@kl.example", is_staff=True, is_superuser=True)
    OneTimeSecret.objects.all().delete()
    client = administration(administrator)
    OneTimeSecret.objects.all().delete()
    page = make_codes(client, member, administrator, curator, superuser).content.decode()
    assert "En kode er til KL" in page
    assert not OneTimeSecret.objects.exists()


def test_a_curator_makes_none(curator, codes):
    client = Client()
    client.force_login(make_curator("anden@kl.example"))
    enrol(client)
    OneTimeSecret.objects.all().delete()
    make_codes(client, make_curator("ny@kl.example"))
    assert not OneTimeSecret.objects.exists()


def test_a_code_is_spent_by_the_app_that_is_set_up_and_not_before(curator):
    code = command("enrolment_code", curator.email)
    first, second = Client(), Client()
    for client in (first, second):
        client.force_login(curator)
        client.post(APP, {"approval": code})
    assert "secret-key" in second.get(APP).content.decode()
    first.post(APP, {"code": totp(secret_on(first.get(APP)))})
    Authenticator.objects.all().delete()  # as a reset would
    assert "Kode fra administratoren" in second.get(APP).content.decode()
    assert "Koden er ikke rigtig" in second.post(APP, {"approval": code}).content.decode()


def test_a_code_lasts_a_day(client, curator):
    code = command("enrolment_code", curator.email)
    client.force_login(curator)
    OneTimeSecret.objects.update(expires_at=timezone.now())
    assert "Koden er ikke rigtig" in client.post(APP, {"approval": code}).content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_code_used_twice_at_once_sets_up_one_app(curator):
    code = command("enrolment_code", curator.email)
    clients = []
    for _ in range(3):
        client = Client()
        client.force_login(curator)
        client.post(APP, {"approval": code})
        clients.append((client, totp(secret_on(client.get(APP)))))
    run_at_once(lambda pair: pair[0].post(APP, {"code": pair[1]}), clients)
    assert Authenticator.objects.filter(type="totp").count() == 1
    assert OneTimeSecret.objects.exclude(used_at=None).count() == 1
    assert sum(client.get("/admin/").status_code == 200 for client, _code in clients) == 1


# What the administration changes of users -----------------------------------------------------------


def test_changes_of_rights_stand_in_the_security_log(administrator, curator, security_events):
    client = administration(administrator)
    group = Group.objects.get(name="Redaktører")
    path = f"/admin/kl_ai/user/{curator.pk}/change/"
    form = {"email": curator.email, "full_name": "", "language": "da", "work_mail": "daily", "groups": [group.pk]}
    assert client.post(path, form | {"is_active": "on", "is_staff": "on"}).status_code == 302
    (event,) = security_events("permissions_changed")
    assert (event["user"], event["member"], event["fields"]) == (administrator.pk, curator.pk, ["groups"])
    assert event["groups"] == ["Redaktører"]
    assert client.post(path, form | {"is_active": "on", "is_staff": "on", "full_name": "K"}).status_code == 302
    assert len(security_events("permissions_changed")) == 1


def test_who_is_switched_off_stays_out_when_switched_on_again(administrator, curator):
    lost = Client()
    lost.force_login(curator)
    client = administration(administrator)
    path = f"/admin/kl_ai/user/{curator.pk}/change/"
    form = {"email": curator.email, "full_name": "", "language": "da", "work_mail": "daily", "is_staff": "on"}
    form |= {"groups": [group.pk for group in curator.groups.all()]}
    client.post(path, form)
    client.post(path, form | {"is_active": "on"})
    curator.refresh_from_db()
    assert curator.is_active
    assert not is_logged_in_still(lost)


def is_logged_in_still(client: Client) -> bool:
    return client.get("/leverandoer/konto/").status_code == 200


def test_an_administrator_logs_somebody_out_everywhere(administrator, curator, security_events):
    lost = Client()
    lost.force_login(curator)
    assert is_logged_in_still(lost)
    client = administration(administrator)
    client.post("/admin/kl_ai/user/", {"action": "end_logins", "_selected_action": [curator.pk]})
    assert not is_logged_in_still(lost)
    assert security_events("logged_out_everywhere")[0]["member"] == curator.pk


def test_what_a_group_may_do_is_logged(client, settings, security_events):
    settings.REQUIRE_STAFF_MFA = False
    client.force_login(make_user("super@kl.example", is_staff=True, is_superuser=True))
    group = Group.objects.get(name="Redaktører")
    rights = list(group.permissions.order_by("pk"))
    client.post(
        f"/admin/auth/group/{group.pk}/change/", {"name": group.name, "permissions": [r.pk for r in rights[1:]]}
    )
    (event,) = security_events("group_changed")
    assert (event["group"], event["given"], event["taken"]) == ("Redaktører", [], [rights[0].codename])
