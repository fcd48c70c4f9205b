"""Whoever no longer acts for a vendor cannot come back, or act on, by what they have set going before."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.urls import reverse

from kl_ai.mail.models import OutgoingMail
from marketoverview.mails import membership
from marketoverview.mails.login_deletion import consequences
from marketoverview.models import Invitation, JoinRequest, delete_login
from tests.admin_pages import Page, admin_url, form_data, logged_in
from tests.builders import make_curator, make_invitation, make_user, make_vendor
from tests.mails import log_in_recently
from tests.reading import read

pytestmark = pytest.mark.django_db
PRIVATE = "privat@vestlyset.example"


@pytest.fixture
def invitation(vendor, owner, colleague) -> Invitation:
    """The invitation by the colleague to another address of theirs."""
    return Invitation.invite_colleague(vendor, PRIVATE, colleague, "da")


def remove_by_colleague(vendor, owner, colleague) -> None:
    vendor.memberships.get(user=colleague).end(owner)


def remove_by_kl(vendor, owner, colleague) -> None:
    page = Page(logged_in(make_curator()), admin_url(type(vendor), "change", vendor.pk))
    key = str(vendor.memberships.get(user=colleague).pk)
    row = next(number for number in (0, 1) if form_data(page.text)[f"memberships-{number}-id"] == key)
    page.send(**{f"memberships-{row}-DELETE": "on"})


def leave(vendor, owner, colleague) -> None:
    vendor.memberships.get(user=colleague).leave()


def delete(vendor, owner, colleague) -> None:
    delete_login(colleague)


@pytest.mark.parametrize("end", [remove_by_colleague, remove_by_kl, leave, delete])
def test_what_a_former_member_has_invited_is_cancelled(end, vendor, owner, colleague, invitation):
    end(vendor, owner, colleague)
    assert Invitation.objects.get(pk=invitation.pk).accept(make_user(PRIVATE)) is None
    assert list(vendor.members.all()) == [owner]
    what = [event.what for event in vendor.membership_events.order_by("pk")]
    assert what[-1] == "cancelled"
    assert len(what) == 3


def test_invitations_by_others_and_to_other_vendors_stay(vendor, owner, colleague):
    other = make_vendor("Sydkorset")
    other.admit(colleague, None)
    staying = [
        Invitation.invite_colleague(vendor, "a@vestlyset.example", owner, "da"),
        Invitation.invite_colleague(other, "b@vestlyset.example", colleague, "da"),
        make_invitation("c@vestlyset.example", vendor, invited_by=colleague, by_kl=True),
    ]
    vendor.memberships.get(user=colleague).end(owner)
    assert all(Invitation.objects.get(pk=invitation.pk).is_waiting for invitation in staying)


def test_the_page_of_the_removal_says_what_is_cancelled_and_who_stays(client, vendor, owner, colleague, invitation):
    invited, asking = make_user("inviteret@vestlyset.example"), make_user("spurgt@vestlyset.example")
    Invitation.invite_colleague(vendor, invited.email, colleague, "da").accept(invited)
    JoinRequest.submit(vendor, asking, "")[0].decide(colleague, approve=True)
    key = vendor.memberships.get(user=colleague).pk
    page = reverse("vendor:member_remove", args=[vendor.slug, key])
    log_in_recently(client, owner)
    text = read(client, page).text
    assert PRIVATE in text
    assert "har lukket disse personer ind" in text
    assert invited.email in text
    assert asking.email in text
    client.post(page)
    assert set(vendor.members.all()) == {owner, invited, asking}
    mails = OutgoingMail.objects.order_by("pk")
    assert mails.filter(to=PRIVATE).last().subject == "Din invitation til at svare for Nordstjernen er annulleret"
    assert f"annulleret invitationen af {PRIVATE}" in mails.filter(to=owner.email).last().body
    log_in_recently(client, owner)
    plain = read(client, reverse("vendor:member_remove", args=[vendor.slug, vendor.memberships.get(user=asking).pk]))
    assert "annulleret" not in plain.text
    assert "har lukket" not in plain.text


def test_the_page_to_leave_names_ones_own_invitations(client, vendor, owner, colleague, invitation):
    log_in_recently(client, colleague)
    page = reverse("vendor:member_remove", args=[vendor.slug, vendor.memberships.get(user=colleague).pk])
    assert f"Dine invitationer, som ingen har taget imod endnu, bliver annulleret. De er sendt til:{PRIVATE}" in (
        read(client, page).text.replace("\n", "").replace(": ", ":")
    )


def test_the_pages_of_the_deletion_of_a_login_say_what_is_cancelled(client, vendor, owner, colleague, invitation):
    assert any(PRIVATE in sentence for sentence in consequences(colleague))
    log_in_recently(client, colleague)
    assert PRIVATE in read(client, reverse("vendor:account_delete")).text
    client.post(reverse("vendor:account_delete"))
    assert OutgoingMail.objects.filter(to=PRIVATE).last().subject.endswith("er annulleret")
    assert colleague.email not in OutgoingMail.objects.filter(to=PRIVATE).last().body


def test_kl_sees_what_a_removal_cancels(vendor, owner, colleague, invitation):
    text = read(logged_in(make_curator()), admin_url(type(vendor), "change", vendor.pk)).text
    assert f"{PRIVATE}, invited by {colleague}" in text


def test_who_was_removed_a_moment_ago_neither_invites_nor_decides(client, vendor, owner, colleague):
    join_request = JoinRequest.submit(vendor, make_user(PRIVATE), "")[0]
    vendor.memberships.get(user=colleague).end(owner)
    with pytest.raises(ValidationError):
        Invitation.invite_colleague(vendor, PRIVATE, colleague, "da")
    for approve in (True, False):
        with pytest.raises(ValidationError):
            join_request.decide(colleague, approve=approve)
    assert JoinRequest.objects.waiting().get() == join_request


def test_a_decision_after_the_removal_leads_home_with_a_sentence(client, vendor, owner, colleague, monkeypatch):
    join_request = JoinRequest.submit(vendor, make_user(PRIVATE), "")[0]
    decide = JoinRequest.decide

    def removed_meanwhile(self, by, **options):
        vendor.memberships.get(user=colleague).end(owner)
        return decide(self, by, **options)

    monkeypatch.setattr(JoinRequest, "decide", removed_meanwhile)
    client.force_login(colleague)
    response = client.post(reverse("vendor:join_decide", args=[vendor.slug, join_request.pk]), {"approve": "1"})
    assert response.url == reverse("vendor:home")
    assert "svarer ikke længere for Nordstjernen" in client.get(response.url, follow=True).content.decode()


def test_the_migration_cancels_what_former_members_have_invited(vendor, owner, colleague):
    former = make_user()
    waiting = {
        "by a former member": make_invitation("a@vestlyset.example", vendor, invited_by=former),
        "by a deleted login": make_invitation("b@vestlyset.example", vendor, invited_by=None),
        "by a member": make_invitation("c@vestlyset.example", vendor, invited_by=owner),
        "by KL": make_invitation("d@vestlyset.example", by_kl=True),
    }
    migration = import_module("marketoverview.migrations.0029_cancel_invitations_of_former_members")
    migration.cancel_invitations(apps, SimpleNamespace(connection=connection))
    still = {key for key, row in waiting.items() if Invitation.objects.get(pk=row.pk).is_waiting}
    assert still == {"by a member", "by KL"}


def test_the_news_of_a_removal_are_told_once(vendor, owner, colleague, invitation):
    with transaction.atomic():
        vendor.memberships.get(user=colleague).end(owner)
        membership.send_membership_news(vendor)
    count = OutgoingMail.objects.count()
    membership.send_membership_news(vendor)
    assert OutgoingMail.objects.count() == count


def test_a_request_that_a_colleague_settles_by_letting_in_names_the_colleague(vendor, owner):
    asking = make_user()
    JoinRequest.submit(vendor, asking, "")
    vendor.admit(asking, owner)
    assert JoinRequest.objects.get().decided_by == owner


def test_pages_show_the_invited_address_as_it_is_read(client, vendor, owner, colleague):
    Invitation.invite_colleague(vendor, "ny@ærø.example", colleague, "da")
    remove = reverse("vendor:member_remove", args=[vendor.slug, vendor.memberships.get(user=colleague).pk])
    log_in_recently(client, owner)
    texts = [" ".join(consequences(colleague)), read(client, remove).text]
    log_in_recently(client, colleague)
    texts += [read(client, page).text for page in (remove, reverse("vendor:account_delete"))]
    texts.append(read(logged_in(make_curator()), admin_url(type(vendor), "change", vendor.pk)).text)
    for text in texts:
        assert "ny@ærø.example" in text
        assert "ny@xn--" not in text
