"""An administrator changes the address of a login: seen by everybody concerned, and no way to take the login over."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kl_ai.mail.models import BadAddress, OutgoingMail
from kl_ai.models import User
from kl_ai.security.models import OneTimeSecret, Reading
from marketoverview.models import Follower, Invitation, MembershipEvent, delete_login
from marketoverview.views.own_data import own_data
from tests.admin_pages import Page, logged_in
from tests.builders import make_administrator, make_curator, make_follower, make_invitation, make_user, make_vendor

pytestmark = pytest.mark.django_db
USERS = "/admin/kl_ai/user/"
OLD, NEW = "gammel@kl.example", "ny@kl.example"


def make_old_administrator(email: str) -> User:
    """An administrator whose login is older than the hold."""
    user = make_administrator(email)
    User.objects.filter(pk=user.pk).update(date_joined=timezone.now() - timedelta(days=7, minutes=1))
    return user


@pytest.fixture
def administrator(db) -> User:
    return make_old_administrator("administrator@kl.example")


@pytest.fixture
def other(db) -> User:
    return make_old_administrator("anden@kl.example")


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
    assert "nyt login" in mails[OLD].body  # which is what somebody gets who logs in with it
    assert "sidste" not in mails[OLD].body
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


def end_hold() -> None:
    User.objects.update(email_changed_at=timezone.now() - timedelta(days=7, minutes=1))


def test_after_a_week_nobody_waits(administrator, curator):
    change_address(administrator, curator)
    end_hold()
    act(administrator, "reset_second_step", curator)
    assert not has_app(curator)


@pytest.mark.parametrize("minutes", [-5, 5], ids=["before", "since"])
def test_an_administrator_made_shortly_before_the_change_or_since_waits_too(administrator, curator, minutes):
    change_address(administrator, curator)
    new = make_administrator("ny-administrator@kl.example")
    User.objects.filter(pk=new.pk).update(date_joined=curator.email_changed_at + timedelta(minutes=minutes))
    act(new, "reset_second_step", curator)
    assert has_app(curator)


def make_old_user(email: str, **fields: bool) -> User:
    return make_user(email, date_joined=timezone.now() - timedelta(days=90), **fields)


def give_group(by: User, user: User) -> None:
    administrators = str(Group.objects.get(name="Administratorer").pk)
    Page(logged_in(by), reverse("admin:kl_ai_user_change", args=[user.pk])).send(
        is_staff="on", is_active="on", groups=[administrators]
    )


def give_rights_to_group(by: User, user: User) -> None:
    group = Group.objects.create(name="Hjælpere")
    user.groups.add(group)
    permissions = Group.objects.get(name="Administratorer").permissions.values_list("pk", flat=True)
    mighty = make_old_user("chef@kl.example", is_staff=True, is_superuser=True)
    page = Page(logged_in(mighty), reverse("admin:auth_group_change", args=[group.pk]))
    assert page.send(permissions=list(map(str, permissions))).status_code == 200


def switch_on(by: User, user: User) -> None:
    user.groups.add(Group.objects.get(name="Administratorer"))
    User.objects.filter(pk=user.pk).update(is_active=False)
    Page(logged_in(by), reverse("admin:kl_ai_user_change", args=[user.pk])).send(is_active="on")


@pytest.mark.parametrize("give", [give_group, give_rights_to_group, switch_on])
def test_an_old_login_that_has_just_become_an_administrators_waits(administrator, curator, give):
    helper = make_old_user("hjaelper@kl.example", is_staff=give is not give_group)
    give(administrator, helper)
    helper = User.objects.get(pk=helper.pk)
    assert helper.has_perm("kl_ai.change_user")
    change_address(administrator, curator)
    act(helper, "reset_second_step", curator)
    assert has_app(curator)
    User.objects.filter(pk=helper.pk).update(rights_given_at=timezone.now() - timedelta(days=7, minutes=1))
    act(helper, "reset_second_step", curator)
    assert not has_app(curator)


def test_rights_that_somebody_had_before_are_not_new(administrator, other):
    page = Page(logged_in(administrator), reverse("admin:kl_ai_user_change", args=[other.pk]))
    page.send(full_name="Anders Test")
    assert User.objects.get(pk=other.pk).rights_given_at is None


def test_several_changes_free_none_of_those_who_made_them(administrator, other, curator):
    change_address(administrator, curator)
    change_address(other, curator, "tredje@kl.example")
    for each in (administrator, other):
        act(each, "reset_second_step", curator)
        assert has_app(curator)


def test_a_second_change_by_the_same_administrator_leaves_it_to_another(administrator, other, curator):
    change_address(administrator, curator)
    change_address(administrator, curator, "rettet@kl.example")
    act(administrator, "reset_second_step", curator)
    assert has_app(curator)
    act(other, "reset_second_step", curator)
    assert not has_app(curator)


@pytest.mark.parametrize("is_deleted", [False, True], ids=["there", "deleted"])
def test_a_change_by_a_new_administrator_frees_nobody(administrator, other, curator, is_deleted):
    new = make_administrator("ny-administrator@kl.example")
    change_address(new, curator)
    if is_deleted:
        delete_login(new)
    for each in (administrator, other):
        act(each, "reset_second_step", curator)
        assert has_app(curator)
    end_hold()
    act(administrator, "reset_second_step", curator)
    assert not has_app(curator)


def test_the_deletion_of_whoever_changed_the_address_frees_nobody(administrator, other, curator):
    change_address(administrator, curator)
    delete_login(administrator)
    act(other, "reset_second_step", curator)
    assert has_app(curator)


def test_codes_of_a_deleted_administrator_no_longer_work(administrator, curator):
    code = OneTimeSecret.make(OneTimeSecret.Kind.ENROLMENT, curator, administrator)
    assert OneTimeSecret.objects.with_secret(OneTimeSecret.Kind.ENROLMENT, code)
    delete_login(administrator)
    assert OneTimeSecret.objects.with_secret(OneTimeSecret.Kind.ENROLMENT, code) is None


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


# What was stored by the old address ---------------------------------------------------------------


def queue(key: str, to: str, body: str, *, is_sent: bool = False) -> OutgoingMail:
    mail = OutgoingMail.queue(OutgoingMail(key=key, kind="receipt", to=to, language="da", subject="Emne", body=body))
    if is_sent:
        mail.record_sent()
    return mail


def all_texts() -> str:
    """What the database holds of mails, invitations, events, follows and logs."""
    tables = (OutgoingMail, Invitation, MembershipEvent, Follower, BadAddress, Reading, LogEntry)
    return str([list(model.objects.values()) for model in tables])


def test_what_was_stored_by_the_old_address_is_in_the_copy_and_goes_with_the_login(administrator):
    user, vendor = make_user(OLD), make_vendor("Birk")
    queue("receipt:1:1", OLD, "Kære Pia")
    queue("receipt:1:2", OLD, "Kære Pia", is_sent=True)
    queue("answer:1:1", "kollega@birk.example", f"{OLD} har spurgt.", is_sent=True)
    queue("answer:1:2", "kollega@birk.example", f"x{OLD} har spurgt.", is_sent=True)
    invitation = make_invitation(OLD, vendor=vendor)
    MembershipEvent.record(vendor, "invited", None, email=OLD)
    make_follower(email=OLD)
    BadAddress.mark(OLD, "550")
    Reading.record(administrator, "vendor: Virksomhed", "1", f"Pia ({OLD})")
    Reading.record(user, "vendor: Virksomhed", "2", "Birk")
    LogEntry.objects.log_actions(administrator.pk, [vendor], 2, [{"changed": {"name": OLD}}])
    change_address(administrator, user)
    copy = own_data(user)
    assert {mail["kind"] for mail in copy["mails"]} == {"receipt", "login_notice"}
    assert len(copy["mails"]) == 3
    assert len(copy["invitations_received"]) == len(copy["changes_of_members"]) == 1
    assert not BadAddress.objects.exists()
    invitation.refresh_from_db()
    assert (invitation.email, invitation.is_for(user)) == (NEW, True)
    assert {mail.to for mail in OutgoingMail.objects.due()} == {OLD, NEW, administrator.email}
    OutgoingMail.objects.get(to=OLD).record_sent()  # which says that the address is another one now
    delete_login(user)
    texts = all_texts().replace(f"x{OLD}", "")
    assert OLD not in texts
    assert f"x{OLD} har spurgt." in all_texts()
    assert not OutgoingMail.objects.filter(key__startswith="receipt").exists()
    assert not Invitation.objects.exists()
    assert not Follower.objects.exists()


def test_what_waits_at_both_addresses_stays_once(administrator):
    user, vendor = make_user(OLD), make_vendor("Birk")
    old, new = (make_invitation(address, vendor=vendor) for address in (OLD, NEW))
    queue(f"invitation:{old.pk}:1", OLD, "Link")
    for address in (OLD, NEW):
        make_follower(email=address, selection="q=chat")
    make_follower(email=OLD, selection="q=tale")
    change_address(administrator, user)
    assert [each.pk for each in Invitation.objects.waiting()] == [new.pk]
    assert not Invitation.objects.exclude(email=NEW).exists()
    assert not OutgoingMail.objects.filter(key__startswith="invitation:").exists()
    assert sorted(Follower.objects.filter(email=NEW).values_list("selection", flat=True)) == ["q=chat", "q=tale"]
    assert not Follower.objects.filter(email=OLD).exists()


def test_mails_to_kl_stay_kls_when_the_login_with_its_address_gets_another(administrator, settings):
    settings.CONTACT_EMAIL = OLD
    user = make_user(OLD)
    queue("join:1:kl", OLD, "Nogen spørger")
    change_address(administrator, user)
    assert OutgoingMail.objects.get(key="join:1:kl").to == OLD


def test_what_is_stored_by_the_address_of_another_login_stays_there(administrator):
    """A login that was left when addresses got one form has the mailbox of another."""
    stored = "post@xn--r-3fa9c.example"
    left, _other = make_user("a@b.example"), make_user(stored)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE kl_ai_user SET email = %s WHERE id = %s", ["post@ærø.example", left.pk])
    queue("receipt:1:1", stored, "Kære Pia")
    make_invitation(stored)
    change_address(administrator, User.objects.get(pk=left.pk))
    assert OutgoingMail.objects.get(key="receipt:1:1").to == stored
    assert Invitation.objects.get().email == stored
