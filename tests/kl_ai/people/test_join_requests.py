"""Requests to join are decided once, tried on those of the market overview."""

import pytest

from marketoverview.models import JoinRequest, VendorMember
from tests.builders import make_user, make_vendor

pytestmark = pytest.mark.django_db


@pytest.fixture
def join_request():
    return JoinRequest.objects.create(vendor=make_vendor("Vestlyset"), user=make_user())


def test_approval_admits_the_user(join_request):
    member = make_user(member_of=join_request.vendor)
    assert join_request.decide(member, approve=True)
    assert list(join_request.vendor.members.order_by("memberships__joined_at")) == [member, join_request.user]
    stored = JoinRequest.objects.get()
    assert (stored.approved, stored.decided_by) == (True, member)
    assert not JoinRequest.objects.waiting().exists()


def test_refusal_admits_nobody(join_request):
    assert JoinRequest.objects.waiting().exists()
    assert join_request.decide(make_user(member_of=join_request.vendor), approve=False)
    assert join_request.user not in join_request.vendor.members.all()
    assert JoinRequest.objects.get().approved is False


def test_the_first_decision_stays(join_request):
    first, second = (make_user(member_of=join_request.vendor) for _ in range(2))
    join_request.decide(first, approve=False)
    assert not join_request.decide(second, approve=True)
    stored = JoinRequest.objects.get()
    assert (stored.approved, stored.decided_by) == (False, first)
    assert join_request.user not in join_request.vendor.members.all()


def test_a_decision_that_cannot_admit_is_not_stored(join_request, monkeypatch):
    def broken(**fields):
        raise ConnectionError

    member = make_user(member_of=join_request.vendor)
    monkeypatch.setattr(VendorMember.objects, "get_or_create", broken)
    with pytest.raises(ConnectionError):
        join_request.decide(member, approve=True)
    assert JoinRequest.objects.waiting().exists()
