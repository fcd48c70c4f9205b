"""An administrator changes the address of a login: seen by everybody concerned, and no way to take the login over."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kl_ai.mail.models import OutgoingMail
from kl_ai.models import User
from kl_ai.security.models import OneTimeSecret
from tests.admin_pages import Page, logged_in
from tests.builders import make_administrator, make_curator, make_user

pytestmark = pytest.mark.django_db
USERS = "/admin/kl_ai/user/"
OLD, NEW = "gammel@kl.example", "ny@kl.example"


@pytest.fixture
def administrator(db) -> User:
    return make_administrator("administrator@kl.example")


@pytest.fixture
def other(db) -> User:
    return make_administrator("anden@kl.example")


@pytest.fixture
def curator(db) -> User:
    user = make_curator(OLD)
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
    return user


def change_address(by: User, user: User, email: str = NEW) -> None:
    page = Page(logged_in(by), reverse("admin:kl_ai_user_change", args=[user.pk]))
    assert page.send(email=email).status_code == 200
    user.refresh_from_db()
    assert user.email == email


def act(by: User, action: str, user: User, **data: str) -> str:
    browser = logged_in(by)
    data = {"action": action, "_selected_action": str(user.pk), "post": "yes", **data}
    return browser.post(USERS, data, follow=True).content.decode()


def has_app(user: User) -> bool:
    return Authenticator.objects.filter(user=user).exists()


@pytest.mark.parametrize("make", [make_curator, make_user], ids=["staff", "vendor"])
def test_it_is_logged_announced_and_ends_sessions(make, administrator, other, security_events):
    user = make(OLD)
    browser = logged_in(user)
    assert browser.get("/leverandoer/konto/").status_code == 200
    change_address(administrator, user)
    assert browser.get("/leverandoer/konto/").status_code == 302
    (event,) = security_events("email_changed")
    assert (event["user"], event["member"]) == (administrator.pk, user.pk)
    assert event["old"] != event["new"]
    assert OLD not in str(security_events())
    assert NEW not in str(security_events())
    mails = {mail.to: mail for mail in OutgoingMail.objects.all()}
    assert set(mails) == {OLD, NEW, administrator.email, other.email}
    assert "administrator@kl.example" in mails[OLD].body
    assert NEW not in mails[OLD].body  # whose mailbox it is now is nobody's business there
    assert NEW in mails[other.email].body
    mails[OLD].record_sent()
    assert not OutgoingMail.objects.filter(to=OLD).exists()


def test_another_change_of_a_user_announces_nothing(administrator, curator, security_events):
    Page(logged_in(administrator), reverse("admin:kl_ai_user_change", args=[curator.pk])).send(full_name="Kirsten Test")
    assert not OutgoingMail.objects.exists()
    assert not security_events("email_changed")


@pytest.mark.parametrize("action", ["reset_second_step", "make_enrolment_codes"])
def test_whoever_changed_the_address_waits_and_another_administrator_does_not(action, administrator, other, curator):
    change_address(administrator, curator)
    if action == "make_enrolment_codes":
        curator.authenticator_set.all().delete()
    had_app = has_app(curator)
    assert "E-mailadressen er ændret for mindre end en uge siden" in act(administrator, action, curator)
    assert (has_app(curator), OneTimeSecret.objects.count()) == (had_app, 0)
    act(other, action, curator)
    assert not has_app(curator)
    assert OneTimeSecret.objects.count() == (0 if had_app else 1)


def test_after_a_week_nobody_waits(administrator, curator):
    change_address(administrator, curator)
    User.objects.update(email_changed_at=timezone.now() - timedelta(days=7, minutes=1))
    act(administrator, "reset_second_step", curator)
    assert not has_app(curator)


def test_an_administrator_made_since_then_waits_too(administrator, curator):
    change_address(administrator, curator)
    act(make_administrator("ny-administrator@kl.example"), "reset_second_step", curator)
    assert has_app(curator)


def test_a_code_made_before_does_not_outlive_the_address(administrator, curator):
    curator.authenticator_set.all().delete()
    code = OneTimeSecret.make(OneTimeSecret.Kind.ENROLMENT, curator, administrator)
    change_address(administrator, curator)
    assert OneTimeSecret.objects.with_secret(OneTimeSecret.Kind.ENROLMENT, code) is None


def test_resetting_the_two_step_login_asks_first_and_names_whom_it_concerns(administrator, curator):
    browser = logged_in(administrator)
    page = Page(browser, USERS, browser.post(USERS, {"action": "reset_second_step", "_selected_action": [curator.pk]}))
    assert has_app(curator)
    assert OLD in page.text
    browser.cookies["django_language"] = "da"
    answer = page.send()
    assert not has_app(curator)
    assert "nulstillet" in answer.content.decode()


def test_resetting_nobody_asks_nothing(administrator):
    browser: Client = logged_in(administrator)
    user = make_curator("uden-app@kl.example")
    answer = browser.post(USERS, {"action": "reset_second_step", "_selected_action": [user.pk]})
    assert answer.status_code == 302
