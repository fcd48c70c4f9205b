"""The second step of KL's staff: nothing of the administration opens without it, and a lost phone is no dead end."""

import re
import time

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.test import Client

from kl_ai.security.models import OneTimeSecret
from tests.admin_addresses import admin_paths
from tests.authenticators import APP, approve, enrol, secret_on, totp
from tests.builders import make_curator, make_user
from tests.mails import enter_code, log_in, newest_code, request_code

pytestmark = pytest.mark.django_db
CODES, AGAIN, STEP = "/totrin/noedkoder/", "/totrin/bekraeft/", "/totrin/"


@pytest.fixture(autouse=True)
def _required(settings):
    settings.REQUIRE_STAFF_MFA = True


@pytest.fixture
def curator():
    return make_curator("kurator@kl.example")


@pytest.fixture
def superuser():
    return make_user("chef@kl.example", is_staff=True, is_superuser=True)


def test_without_an_app_every_page_of_the_administration_leads_to_setting_one_up(client, superuser):
    client.force_login(superuser)
    paths = admin_paths().values()
    assert len(paths) > 30
    for path in paths:
        for response in (client.get(path), client.post(path)):
            assert (response.status_code, response.url.split("?")[0]) == (302, "/admin/login/"), path
    assert client.get("/admin/login/?next=/admin/kl_ai/user/").url == f"{APP}?next=%2Fadmin%2Fkl_ai%2Fuser%2F"


def test_setting_up_an_app_opens_the_administration_and_gives_recovery_codes(client, curator):
    client.force_login(curator)
    _, codes = enrol(client)
    assert len(codes) == 10
    assert client.get("/admin/").status_code == 200
    file = client.get(f"{CODES}hent/")
    assert set(codes) <= set(file.content.decode().split())


def test_an_app_set_up_with_an_administrators_code_makes_a_new_administrator(client, curator, superuser):
    """For a week such a login resets nobody whose address was changed; a code of the command line has no such effect."""
    log_in(client, curator.email)
    client.post(APP, {"approval": OneTimeSecret.make(OneTimeSecret.Kind.ENROLMENT, curator, superuser)})
    client.post(APP, {"code": totp(secret_on(client.get(APP)))})
    curator.refresh_from_db()
    assert curator.rights_given_at is not None


def test_the_way_to_where_one_wanted_to_go_survives_setting_up(client, curator):
    client.force_login(curator)
    approve(client)
    page = client.get("/admin/marketoverview/vendor/", follow=True)
    assert page.request["PATH_INFO"] == APP
    assert 'name="next" value="/admin/marketoverview/vendor/"' in page.content.decode()
    secret = secret_on(page)
    assert secret == secret_on(client.get(APP))  # loading again does not make the scanned picture worthless
    page = client.post(APP, {"code": totp(secret), "next": "/admin/marketoverview/vendor/"}, follow=True)
    assert 'href="/admin/marketoverview/vendor/"' in page.content.decode()


def test_a_wrong_code_sets_nothing_up(client, curator):
    client.force_login(curator)
    approve(client)
    secret_on(client.get(APP))
    assert "Koden er ikke rigtig" in client.post(APP, {"code": "æøå 1"}).content.decode()
    assert not Authenticator.objects.exists()


def test_the_picture_holds_no_style_and_no_data_address(client, curator):
    client.force_login(curator)
    approve(client)
    page = client.get(APP).content.decode()
    assert "<svg" in page
    assert "style=" not in page
    assert "data:" not in page


def test_with_an_app_the_login_asks_for_its_code(client, curator):
    client.force_login(curator)
    secret, _ = enrol(client)
    other = Client()
    assert log_in(other, curator.email).url == STEP
    assert other.get("/admin/").status_code == 302
    assert "Koden er ikke rigtig" in other.post(STEP, {"code": "000"}).content.decode()
    assert other.post(STEP, {"code": f"{totp(secret)[:3]} {totp(secret)[3:]}"}).url == "/admin/"
    assert other.get("/admin/").status_code == 200


def test_the_second_step_has_a_time_of_its_own(client, curator, monkeypatch):
    """Nine minutes for the code by mail leave as long for the app as no time at all."""
    client.force_login(curator)
    secret, _ = enrol(client)
    other, real, minutes = Client(), time.time, [0]
    monkeypatch.setattr("time.time", lambda: real() + 60 * minutes[0])
    request_code(other, curator.email)
    minutes[0] = 9
    assert enter_code(other, newest_code()).url == STEP
    minutes[0] = 23
    assert other.post(STEP, {"code": totp(secret)}).url == "/admin/"


def test_a_code_of_the_app_works_once(client, curator):
    client.force_login(curator)
    secret, _ = enrol(client)
    first, second = Client(), Client()
    log_in(first, curator.email).url, log_in(second, curator.email)
    code = totp(secret)
    assert first.post(STEP, {"code": code}).status_code == 302
    assert second.post(STEP, {"code": code}).status_code == 200


def test_guessing_the_apps_code_is_limited(client, curator):
    client.force_login(curator)
    secret, _ = enrol(client)
    other = Client()
    log_in(other, curator.email)
    for _ in range(5):
        other.post(STEP, {"code": "1"})
    assert "for mange forkerte koder" in other.post(STEP, {"code": totp(secret)}).content.decode()


def test_who_guesses_it_with_the_mailbox_does_not_lock_the_person_out_of_a_known_browser(client, curator):
    client.force_login(curator)
    _, codes = enrol(client)
    known, thief = Client(), Client()
    log_in(known, curator.email)
    known.post(STEP, {"code": codes[0]})
    known.post("/log-ud/")
    log_in(thief, curator.email)
    for _ in range(6):
        last = thief.post(STEP, {"code": "1"})
    assert "for mange forkerte koder" in last.content.decode()
    log_in(known, curator.email)
    assert known.post(STEP, {"code": codes[1]}).url == "/admin/"


def test_a_recovery_code_works_once_and_is_no_longer_counted(client, curator):
    client.force_login(curator)
    _, codes = enrol(client)
    other, third = Client(), Client()
    log_in(other, curator.email)
    assert other.post(STEP, {"code": codes[0]}).url == "/admin/"
    assert other.get("/admin/").status_code == 200
    log_in(third, curator.email)
    assert third.post(STEP, {"code": codes[0]}).status_code == 200


def test_recovery_codes_are_shown_for_ten_minutes_only(client, curator):
    client.force_login(curator)
    _, codes = enrol(client)
    assert codes[0] in client.get(CODES).content.decode()
    rows = Authenticator.objects.filter(type="recovery_codes")
    rows.update(created_at=rows.get().created_at.replace(year=2020))
    page = client.get(CODES).content.decode()
    assert codes[0] not in page
    assert "10 koder tilbage" in page
    assert client.get(f"{CODES}hent/").status_code == 404


def test_new_recovery_codes_replace_the_old_ones_and_the_session_goes_on(client, curator):
    client.force_login(curator)
    _, codes = enrol(client)
    rows = Authenticator.objects.filter(type="recovery_codes")
    rows.update(created_at=rows.get().created_at.replace(year=2020))
    page = client.post(CODES, {"code": codes[3]}, follow=True).content.decode()
    new = re.findall(r"<code>(\d{8})</code>", page)
    assert len(new) == 10
    assert not set(new) & set(codes)
    assert client.get("/admin/").status_code == 200


def test_a_session_that_never_took_the_second_step_is_asked_for_it(client, curator):
    secret = "JBSWY3DPEHPK3PXP"
    data = {"secret": get_adapter().encrypt(secret)}
    Authenticator.objects.create(user=curator, type=Authenticator.Type.TOTP, data=data)
    client.force_login(curator)
    assert client.get("/admin/", follow=True).request["PATH_INFO"] == AGAIN
    assert client.get(CODES).url == f"{AGAIN}?next=%2Ftotrin%2Fnoedkoder%2F"
    assert client.post(AGAIN, {"code": totp(secret), "next": "/admin/"}).url == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_recovery_codes_are_downloaded_only_after_the_second_step(client, curator):
    client.force_login(curator)
    enrol(client)
    other = Client()
    other.force_login(curator)
    assert client.get(f"{CODES}hent/").status_code == 200
    assert other.get(f"{CODES}hent/").url == f"{AGAIN}?next=%2Ftotrin%2Fnoedkoder%2Fhent%2F"


def test_an_administrator_helps_who_has_lost_the_phone(client, curator, superuser):
    lost = Client()
    lost.force_login(curator)
    enrol(lost)
    client.force_login(superuser)
    enrol(client)
    client.post("/admin/kl_ai/user/", {"action": "reset_second_step", "_selected_action": [curator.pk], "post": "yes"})
    assert not Authenticator.objects.filter(user=curator).exists()
    assert LogEntry.objects.get(object_id=curator.pk).user == superuser
    assert lost.get("/admin/", follow=True).request["PATH_INFO"] == "/log-ind/"  # no older session is left open
    assert log_in(Client(), curator.email).url == "/admin/"


def test_a_session_that_used_an_app_which_is_gone_is_asked_for_the_new_one(client, curator):
    log_in(client, curator.email)
    enrol(client)
    assert client.get("/admin/").status_code == 200
    curator.authenticator_set.all().delete()
    elsewhere = Client()
    log_in(elsewhere, curator.email)
    enrol(elsewhere)
    assert elsewhere.get("/admin/").status_code == 200
    assert client.get("/admin/", follow=True).request["PATH_INFO"] == AGAIN


def test_vendors_neither_see_nor_need_it(client):
    member = make_user("ida@agern.example")
    assert log_in(client, member.email).url == "/leverandoer/"
    assert {client.get(path).status_code for path in (APP, CODES, AGAIN)} == {404}


def test_a_developer_needs_none(client, curator, settings):
    settings.REQUIRE_STAFF_MFA = False
    client.force_login(curator)
    assert client.get("/admin/").status_code == 200
