"""The states, the one use and the limits of invitations, tried on those of the market overview."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from kl_ai.people.invitations import MAX_WAITING, VALID_FOR
from marketoverview.models import Invitation
from tests.builders import make_invitation, make_user, make_vendor

pytestmark = pytest.mark.django_db


def days_ago(days: float):
    return timezone.now() - timedelta(days=days)


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({}, "waiting"),
        ({"created_at": days_ago(VALID_FOR.days - 1)}, "waiting"),
        ({"created_at": days_ago(VALID_FOR.days + 1)}, "expired"),
        ({"accepted_at": days_ago(1)}, "used"),
        ({"cancelled_at": days_ago(1)}, "used"),
        ({"created_at": days_ago(VALID_FOR.days + 1), "accepted_at": days_ago(1)}, "used"),
        ({"created_at": days_ago(VALID_FOR.days + 1), "cancelled_at": days_ago(1)}, "used"),
    ],
)
def test_an_invitation_waits_until_it_is_accepted_cancelled_or_expired(fields, state):
    invitation = make_invitation(**fields)
    assert invitation.is_waiting == (state == "waiting")
    assert Invitation.objects.waiting().exists() == (state == "waiting")
    assert Invitation.objects.expired().exists() == (state == "expired")


def test_a_token_finds_its_invitation_in_any_state():
    invitation = make_invitation(cancelled_at=timezone.now())
    make_invitation()
    assert Invitation.objects.with_token(invitation.token) == invitation
    assert Invitation.objects.with_token(f"{invitation.token}x") is None
    invitation.delete()
    assert Invitation.objects.with_token(Invitation.SIGNER.sign(4711)) is None


def test_the_first_time_that_it_is_opened_stays():
    invitation = make_invitation()
    invitation.record_opened()
    first = Invitation.objects.get().opened_at
    invitation.record_opened()
    assert first is not None
    assert Invitation.objects.get().opened_at == first


def test_one_reminder_a_day_and_none_where_it_does_not_wait():
    invitation = make_invitation()
    assert [invitation.record_reminder(), invitation.record_reminder()] == [True, False]
    Invitation.objects.update(reminded_at=days_ago(1))
    assert invitation.record_reminder()
    Invitation.objects.update(reminded_at=None, cancelled_at=timezone.now())
    assert not invitation.record_reminder()
    assert Invitation.objects.get().reminded_at is None


def test_an_accepted_invitation_cannot_be_cancelled():
    user = make_user("ny@vestlyset.example")
    invitation = make_invitation(vendor=make_vendor("Vestlyset"))
    invitation.accept(user)
    invitation.cancel()
    stored = Invitation.objects.get()
    assert (stored.accepted_by, stored.cancelled_at) == (user, None)


def test_another_invitation_is_refused_while_one_to_the_address_waits():
    vendor = make_vendor("Vestlyset")
    invitation = make_invitation(vendor=vendor)
    with pytest.raises(ValidationError, match="allerede"):
        vendor.invitations.refuse_another("NY@vestlyset.example")
    make_vendor("Østlyset").invitations.refuse_another("ny@vestlyset.example")
    invitation.cancel()
    vendor.invitations.refuse_another("ny@vestlyset.example")


def test_another_invitation_is_refused_where_many_wait():
    vendor = make_vendor("Vestlyset")
    for number in range(MAX_WAITING):
        vendor.invitations.refuse_another("ny@vestlyset.example")
        make_invitation(f"n{number}@vestlyset.example", vendor=vendor)
    with pytest.raises(ValidationError, match="Mange invitationer"):
        vendor.invitations.refuse_another("ny@vestlyset.example")
    vendor.invitations.first().cancel()
    vendor.invitations.refuse_another("ny@vestlyset.example")
