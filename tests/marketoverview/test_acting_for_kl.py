"""Who acts for KL: the administration alone says so, every event keeps it, and the limits hold for several at once."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from kl_ai.models import User
from kl_ai.people.invitations import MAX_WAITING
from marketoverview.models import Invitation, MembershipEvent, ModerationEvent, Response, Vendor, VendorMember, Verb
from tests.admin_pages import Page, admin_url, logged_in
from tests.builders import make_curator, make_editor, make_invitation, make_response, make_user
from tests.concurrency import run_at_once
from tests.mails import log_in_recently

pytestmark = pytest.mark.django_db


@pytest.fixture
def by_kl(vendor):
    """A member whom KL has invited."""
    user = make_user("kl-inviteret@nordstjernen.example", member_of=vendor)
    make_invitation(user.email, vendor, by_kl=True, accepted_by=user, accepted_at=vendor.created_at)
    return user


def remove_url(vendor: Vendor, user) -> str:
    return reverse("vendor:member_remove", args=[vendor.slug, vendor.memberships.get(user=user).pk])


@pytest.mark.parametrize("make_staff", [make_editor, make_curator])
def test_staff_of_kl_who_act_for_the_vendor_are_colleagues_on_its_pages(make_staff, client, vendor, owner, by_kl):
    staff = make_staff()
    VendorMember.objects.create(vendor=vendor, user=staff)
    log_in_recently(client, staff)
    client.post(remove_url(vendor, by_kl))
    assert by_kl in vendor.members.all()
    client.post(remove_url(vendor, owner))
    assert owner not in vendor.members.all()
    assert vendor.membership_events.get().actor_label == staff.email


def test_nobody_but_a_reviewer_changes_members_in_the_administration(vendor, owner):
    staff = make_user(is_staff=True)
    codes = ["view_vendor", "change_vendor", "view_vendormember", "add_vendormember", "delete_vendormember"]
    staff.user_permissions.set(Permission.objects.filter(codename__in=codes))
    page = Page(logged_in(staff), admin_url(Vendor, "change", vendor.pk))
    assert owner.email in page.text
    page.send(**{"memberships-TOTAL_FORMS": "1", "memberships-INITIAL_FORMS": "1", "memberships-0-DELETE": "on"})
    assert list(vendor.members.all()) == [owner]


def test_what_kl_did_stays_kls_when_the_person_works_there_no_more(vendor, colleague, owner):
    curator = make_curator()
    vendor.memberships.get(user=colleague).end(curator, as_kl=True)
    User.objects.filter(pk=curator.pk).update(is_staff=False)
    assert vendor.membership_events.with_people().get().actor_label == "KL"
    vendor.admit(colleague, owner)
    User.objects.filter(pk=owner.pk).update(is_staff=True)
    assert vendor.membership_events.with_people().latest("pk").actor_label == owner.email


def test_what_is_stored_already_says_from_now_on_whether_kl_did_it(vendor, colleague, owner):
    curator = make_curator()
    response = make_response(vendor, "submitted")
    response.send_back(curator, "Der mangler noget.")
    MembershipEvent.record(vendor, MembershipEvent.What.REMOVED, curator, colleague)
    MembershipEvent.record(vendor, MembershipEvent.What.LEFT, colleague, colleague)
    ModerationEvent.objects.update(by_kl=None)
    import_module("marketoverview.migrations.0018_fill_by_kl").fill_by_kl(apps, None)
    assert list(response.events.values_list("verb", "by_kl")) == [("submit", False), ("send_back", True)]
    assert list(vendor.membership_events.order_by("pk").values_list("by_kl", flat=True)) == [True, False]


@pytest.mark.parametrize("is_staff_too", [False, True])
def test_what_a_member_hands_in_is_the_companys(is_staff_too, client, vendor):
    owner = make_user(member_of=vendor, is_staff=is_staff_too)
    response = make_response(vendor, "published")
    Response.objects.update(confirmed_at=timezone.localdate() - timedelta(days=30))
    client.force_login(owner)
    client.post(reverse("vendor:confirm", args=[vendor.slug]))
    event = response.events.get(verb=Verb.CONFIRM)
    assert (event.actor, event.by_kl) == (owner, False)


@pytest.mark.django_db(transaction=True)
def test_many_invitations_at_once_stay_below_the_limit(vendor, owner):
    for number in range(MAX_WAITING - 1):
        make_invitation(f"{number}@vestlyset.example", vendor)

    def invite(number: int) -> bool:
        try:
            Invitation.invite_colleague(vendor, f"samtidig{number}@vestlyset.example", owner, "da")
        except ValidationError:
            return False
        return True

    assert sum(run_at_once(invite, range(4))) == 1
    assert vendor.invitations.waiting().count() == MAX_WAITING
