"""Users in the administration: rights are passed on, never made."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from kl_ai.models import User
from tests.admin_pages import Page
from tests.builders import make_administrator, make_curator, make_user

pytestmark = pytest.mark.django_db
ADD = "/admin/kl_ai/user/add/"


@pytest.fixture
def administrator(client):
    user = make_administrator("administrator@kl.example")
    client.force_login(user)
    return user


def user_page(client, user) -> Page:
    return Page(client, reverse("admin:kl_ai_user_change", args=[user.pk]))


def group_pk(group: str) -> str:
    return str(Group.objects.get(name=group).pk)


def test_an_administrator_makes_a_curator(client, administrator):
    Page(client, ADD).send(email="ny@kl.example", is_staff="on", is_active="on", groups=[group_pk("Kuratorer")])
    assert User.objects.get(email="ny@kl.example").has_perm("marketoverview.review_response")


def test_an_administrator_makes_no_superuser_and_gives_no_single_permission(client, administrator):
    permission = Permission.objects.get(codename="delete_group")
    more = {"is_superuser": "on", "user_permissions": [str(permission.pk)]}
    Page(client, ADD).send(email="ny@kl.example", is_staff="on", is_active="on", **more)
    user = User.objects.get(email="ny@kl.example")
    assert (user.is_superuser, user.user_permissions.count()) == (False, 0)
    user_page(client, administrator).send(**more)
    administrator.refresh_from_db()
    assert (administrator.is_superuser, administrator.user_permissions.count()) == (False, 0)


def test_an_administrator_gives_no_group_that_may_more_than_himself(client, administrator):
    mighty = Group.objects.create(name="Må slette")
    mighty.permissions.add(Permission.objects.get(codename="delete_group"))
    user_page(client, administrator).send(groups=[group_pk("Administratorer"), str(mighty.pk)])
    assert not administrator.groups.filter(pk=mighty.pk).exists()


def test_an_administrator_does_not_change_who_may_more(client, administrator):
    boss = make_user("chef@kl.example", is_staff=True, is_superuser=True)
    mightier = make_curator("maegtig@kl.example")
    mightier.user_permissions.add(Permission.objects.get(codename="delete_group"))
    for user in (boss, mightier):
        page = user_page(client, user)
        assert page.response.status_code == 200  # to be looked at
        assert page.send(email="kapret@kl.example").status_code == 403
    assert not User.objects.filter(email="kapret@kl.example").exists()


def test_whoever_may_delete_users_deletes_nobody_who_may_more(client, administrator):
    boss, curator = make_user("chef@kl.example", is_staff=True, is_superuser=True), make_curator("kurator@kl.example")
    statuses = {
        user: client.post(reverse("admin:kl_ai_user_delete", args=[user.pk]), {"post": "yes"}).status_code
        for user in (boss, curator)
    }
    assert statuses == {boss: 403, curator: 302}
    assert set(User.objects.filter(pk__in=[boss.pk, curator.pk])) == {boss}


def test_an_administrator_deletes_the_logins_of_staff_but_not_the_own(client, administrator):
    curator = make_curator("kurator@kl.example")
    own = {"_selected_action": [administrator.pk, curator.pk], "action": "delete_selected", "post": "yes"}
    assert "Dit eget login slettes af en anden" in client.post("/admin/kl_ai/user/", own).content.decode()
    assert User.objects.filter(pk__in=[administrator.pk, curator.pk]).count() == 2
    client.post(reverse("admin:kl_ai_user_delete", args=[curator.pk]), {"post": "yes"})
    assert set(User.objects.all()) == {administrator}


def test_nobody_deletes_the_last_administrator(client, administrator, monkeypatch):
    """Who asks is an administrator as a rule, but may be deleted by the other one at the same moment."""
    other = make_administrator("anden@kl.example")
    answers = iter([[administrator, other], [administrator, other]])
    monkeypatch.setattr("kl_ai.admin.users.administrators", lambda: next(answers, [other]))
    delete = reverse("admin:kl_ai_user_delete", args=[other.pk])
    page = client.post(delete, {"post": "yes"}, follow=True).content.decode()
    assert "En anden har ændret noget i samme øjeblik" in page
    assert "Der ville ikke være nogen administrator tilbage" in page
    assert User.objects.filter(pk=other.pk).exists()


def test_an_administrator_resets_the_two_step_login_of_nobody_who_may_more(client, administrator):
    boss, curator = make_user("chef@kl.example", is_staff=True, is_superuser=True), make_curator("kurator@kl.example")
    for user in (boss, curator):
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
    selected = {"_selected_action": [boss.pk, curator.pk]}
    client.post("/admin/kl_ai/user/", {"action": "reset_second_step", "post": "yes"} | selected)
    assert Authenticator.objects.get().user == boss


def test_a_superuser_makes_another_one(client):
    client.force_login(make_user("chef@kl.example", is_staff=True, is_superuser=True))
    Page(client, ADD).send(email="ny@kl.example", is_staff="on", is_active="on", is_superuser="on")
    assert User.objects.get(email="ny@kl.example").is_superuser


def test_no_page_of_users_speaks_of_passwords(client):
    boss = make_user("chef@kl.example", is_staff=True, is_superuser=True)
    client.force_login(boss)
    for path in ("/admin/", ADD, reverse("admin:kl_ai_user_change", args=[boss.pk])):
        page = client.get(path, HTTP_ACCEPT_LANGUAGE="en").content.decode().lower()
        assert "password" not in page, path
        assert "adgangskode" not in page, path
