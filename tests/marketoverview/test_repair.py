"""The migration that brings stored rows out of states that no step led out of."""

from datetime import timedelta

import pytest
from django.utils import timezone

from marketoverview.models import (
    CompanyClaim,
    Invitation,
    JoinRequest,
    Response,
    SentBackContent,
    Status,
    VendorMember,
    Verb,
)
from marketoverview.models.draft_base import EMPTY_CONTACT
from marketoverview.review.waiting import new_withdrawals
from tests.builders import make_invitation, make_response, make_round, make_user, make_vendor
from tests.marketoverview.repairs import migration, repair

pytestmark = pytest.mark.django_db


def withdrawn_as_before(vendor, *, by_kl: bool) -> tuple[Response, Response]:
    """The withdrawn response and one that waited meanwhile, as the code of version 1.0.0 left them."""
    public = make_response(vendor)
    waiting = Response.begin(vendor, make_round(), None)
    waiting.submit(None)
    public._perform(Verb.WITHDRAW, None, "Ønsket.", by_kl=by_kl, closed_at=timezone.now())
    Response.objects.filter(vendor=vendor).update(changed_at=timezone.now(), **EMPTY_CONTACT)
    return public, waiting


@pytest.mark.parametrize("by_kl", [True, False])
def test_answers_that_waited_when_the_profile_was_withdrawn_are_a_draft_again(by_kl, vendor, curator):
    public, waiting = withdrawn_as_before(vendor, by_kl=by_kl)
    repair()
    waiting.refresh_from_db()
    assert (waiting.status, waiting.submitted_at, waiting.confirmed_at) == (Status.DRAFT, None, None)
    event = waiting.events.last()
    assert (event.verb, event.from_status, event.to_status) == (Verb.REOPEN, Status.SUBMITTED, Status.DRAFT)
    assert (event.by_kl, event.actor) == (by_kl, None)
    assert Response.objects.get(pk=public.pk).status == Status.WITHDRAWN
    assert not Response.objects.awaiting_review().exists()
    Response.objects.filter(pk=waiting.pk).update(contact_email="ki@nordstjernen.example")
    again = Response.objects.get(pk=waiting.pk)
    again.submit(None)
    again.publish(curator)


def test_many_are_repaired_in_blocks_and_once(monkeypatch):
    monkeypatch.setattr(migration, "BLOCK", 2)
    waiting = [withdrawn_as_before(make_vendor(), by_kl=number % 2 == 0)[1] for number in range(5)]
    repair()
    repair()
    for number, response in enumerate(waiting):
        events = response.events.filter(verb=Verb.REOPEN)
        assert [event.by_kl for event in events] == [number % 2 == 0]


def test_what_waits_rightly_stays(vendor):
    """Handed in after the withdrawal, or without one; and a contact that KL has written again."""
    make_response(vendor, "withdrawn")
    later = Response.begin(vendor, make_round(), None)
    Response.objects.filter(pk=later.pk).update(contact_email="ki@nordstjernen.example")
    later.refresh_from_db()
    later.submit(None)
    other = make_response("Anden", "submitted")
    _public, mended = withdrawn_as_before(make_vendor("Tredje"), by_kl=True)
    Response.objects.filter(pk=mended.pk).update(contact_email="ki@tredje.example")
    repair()
    statuses = Response.objects.filter(pk__in=[later.pk, other.pk, mended.pk]).values_list("status", flat=True)
    assert list(statuses) == [Status.SUBMITTED] * 3


def test_what_was_sent_back_before_a_withdrawal_is_forgotten(vendor, curator):
    public = make_response(vendor)
    draft = Response.begin(vendor, make_round(), None)
    draft.submit(None)
    draft.send_back(curator, "Skriv mere.")
    other = make_response("Anden", "returned")
    public._perform(Verb.WITHDRAW, None, "", by_kl=False, closed_at=timezone.now())
    repair()
    assert [kept.event.response for kept in SentBackContent.objects.all()] == [other]
    draft.refresh_from_db()
    assert draft.status == Status.RETURNED


def claim(invitation: Invitation, **fields) -> CompanyClaim:
    return CompanyClaim.objects.create(invitation=invitation, reason=CompanyClaim.Reason.NAME, **fields)


def test_a_claim_that_asks_nothing_is_closed_and_one_to_a_used_invitation_has_its_company(vendor):
    gone = claim(make_invitation(by_kl=True))
    used = make_invitation("a@vestlyset.example", vendor, by_kl=True, accepted_at=timezone.now())
    late = claim(used, user=make_user())
    still_open = claim(make_invitation("b@vestlyset.example", by_kl=True), user=make_user())
    decided = claim(used, user=make_user(), decided_at=timezone.now() - timedelta(days=1), decision="own")
    repair()
    for row in (gone, late, still_open, decided):
        row.refresh_from_db()
    assert (gone.decision, bool(gone.decided_at)) == (CompanyClaim.Decision.DECLINE, True)
    assert (late.vendor, late.decided_at) == (vendor, None)
    assert (still_open.vendor, still_open.decided_at) == (None, None)
    assert (decided.vendor, decided.decision) == (None, "own")


def test_a_request_of_somebody_who_acts_for_the_vendor_is_settled(vendor):
    member, stranger = make_user(), make_user()
    settled = JoinRequest.objects.create(vendor=vendor, user=member)
    waiting = JoinRequest.objects.create(vendor=vendor, user=stranger)
    VendorMember.objects.create(vendor=vendor, user=member)
    repair()
    assert list(JoinRequest.objects.waiting()) == [waiting]
    settled.refresh_from_db()
    assert (settled.approved, settled.decided_by) == (True, None)


def test_a_withdrawal_without_an_event_is_counted_nowhere(vendor):
    response = make_response(vendor, "withdrawn")
    response.events.filter(verb=Verb.WITHDRAW).update(by_kl=False)
    assert list(new_withdrawals()) == [response]
    response.events.filter(verb=Verb.WITHDRAW).delete()
    assert not new_withdrawals().exists()
