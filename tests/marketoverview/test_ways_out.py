"""From every state that a row can hold there is a way out for the person whose turn it is; responses have a module of their own."""

from datetime import timedelta
from itertools import product

import pytest
from django.urls import reverse
from django.utils import timezone

from kl_ai.people.invitations import VALID_FOR
from marketoverview.models import (
    Answer,
    CompanyClaim,
    JoinRequest,
    Response,
    Status,
    Vendor,
    VendorMember,
    VendorQuestion,
    answer_objection,
    leave_as_other,
    map_answer,
    object_to_mapping,
)
from marketoverview.review.waiting import open_objections, own_words_to_map
from tests.admin_pages import logged_in
from tests.builders import (
    make_curator,
    make_invitation,
    make_option,
    make_own_words,
    make_question,
    make_round,
    make_user,
    make_vendor,
)
from tests.days import days
from tests.marketoverview.repairs import tried

pytestmark = pytest.mark.django_db


# Invitations ------------------------------------------------------------------------------------


@pytest.mark.parametrize("vendor_is", ["none", "known", "unknown", "without members"])
@pytest.mark.parametrize(
    "state", ["waiting", "expired", "cancelled", "accepted", "accepted by a deleted login", "left"]
)
@pytest.mark.parametrize("by_kl", [True, False])
def test_whoever_is_invited_comes_to_act_for_the_company_or_asks(by_kl, state, vendor_is, client):
    number, invited = "29190623", make_user("ny@vestlyset.example")
    vendor = None
    if vendor_is != "none":
        fields = {"vetted_at": None} if vendor_is == "unknown" else {}
        vendor = make_vendor("Vestlyset", cvr_number=number, **fields)
        if vendor_is != "without members":
            make_user(member_of=vendor)
    is_tied = vendor if not by_kl or state not in ("waiting", "expired", "cancelled") else None
    invitation = make_invitation(vendor=is_tied, by_kl=by_kl, cvr_number=number, round=make_round())
    moments = {
        "expired": {"created_at": timezone.now() - VALID_FOR - timedelta(days=1)},
        "cancelled": {"cancelled_at": timezone.now()},
        "accepted": {"accepted_at": timezone.now(), "accepted_by": invited},
        "left": {"accepted_at": timezone.now(), "accepted_by": invited},
        "accepted by a deleted login": {"accepted_at": timezone.now()},
    }
    type(invitation).objects.filter(pk=invitation.pk).update(**moments.get(state, {}))
    if state == "accepted" and vendor:
        VendorMember.objects.create(vendor=vendor, user=invited)
    client.force_login(invited)
    page = reverse("vendor:invitation", args=[invitation.token])
    assert client.get(page).status_code in (200, 302, 410)
    client.post(reverse("vendor:accept", args=[invitation.token]))
    form = {"name": "Vestlyset", "cvr_number": number, "country": "DK"}
    client.post(client.post(reverse("vendor:register"), form).url, {"message": "Hej"})
    acts = VendorMember.objects.filter(user=invited).exists()
    asks = JoinRequest.objects.waiting().filter(user=invited).exists()
    claims = CompanyClaim.objects.waiting().filter(user=invited).exists()
    assert acts or asks or claims
    if not acts and by_kl:
        addresses = type(invitation).objects.addresses_invited_by_kl(make_round())
        is_waiting = type(invitation).objects.waiting().filter(pk=invitation.pk).exists()
        assert ("ny@vestlyset.example" in addresses) == is_waiting  # KL can invite the person anew


# Requests to join -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("is_known", "is_referred", "has_members", "is_member"), list(product([True, False], repeat=4))
)
def test_every_request_to_join_is_decided(is_known, is_referred, has_members, is_member):
    vendor = make_vendor("Vestlyset", vetted_at=timezone.now() if is_known else None)
    member, asker = make_user(member_of=vendor if has_members else None), make_user()
    referred_at = timezone.now() if is_referred else None
    request = JoinRequest.objects.create(vendor=vendor, user=asker, referred_at=referred_at)
    if is_member:
        VendorMember.objects.create(vendor=vendor, user=asker)
    curator = make_curator()
    for approve in (True, False):
        with tried():
            assert request.decide(curator, approve=approve, as_kl=True)
            assert not JoinRequest.objects.waiting().exists()
    inbox = logged_in(curator).get(reverse("admin:marketoverview_response_inbox"))
    assert asker.email in inbox.content.decode()
    if has_members and not is_referred:
        assert request.decide(member, approve=False)
        assert JoinRequest.objects.waiting().exists() is not is_known


def test_who_is_let_in_otherwise_asks_no_longer(vendor, owner):
    asker = make_user()
    request, _is_new = JoinRequest.submit(vendor, asker, "")
    other, _is_new = JoinRequest.submit(make_vendor("Anden"), asker, "")
    vendor.admit(asker, owner)
    assert list(JoinRequest.objects.waiting()) == [other]
    request.refresh_from_db()
    assert request.approved


# Claims to a company ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("has_user", "has_vendor", "state"),
    list(product([True, False], [True, False], ["waiting", "used", "cancelled", "expired"])),
)
def test_every_claim_is_decided(has_user, has_vendor, state):
    registered = make_vendor("Vestlyset", vetted_at=None, cvr_number="29190623") if has_vendor else None
    if registered:
        make_user(member_of=registered)
    invitation = make_invitation(by_kl=True, cvr_number="29190623")
    now = timezone.now()
    fields = {
        "used": {"accepted_at": now, "accepted_by": make_user(), "vendor": make_vendor("Vestlyset 2")},
        "cancelled": {"cancelled_at": now},
        "expired": {"created_at": now - VALID_FOR - timedelta(days=1)},
    }
    type(invitation).objects.filter(pk=invitation.pk).update(**fields.get(state, {}))
    user = make_user("ny@vestlyset.example") if has_user else None
    claim = CompanyClaim.objects.create(invitation=invitation, user=user, vendor=registered, reason="name")
    claim = CompanyClaim.objects.select_related("invitation").get(pk=claim.pk)
    curator = make_curator()
    url = reverse("admin:marketoverview_companyclaim_decide", args=[claim.pk])
    client = logged_in(curator)
    page = client.get(url)
    offered = [decision for decision, _text in page.context["decisions"]]
    assert offered == claim.decisions
    assert CompanyClaim.Decision.DECLINE in offered
    for decision in offered:
        with tried():
            client.post(url, {"decision": decision})
            decided = CompanyClaim.objects.get(pk=claim.pk)
            assert (decided.decision, bool(decided.decided_at)) == (decision, True)
            if user and decision != CompanyClaim.Decision.DECLINE:
                assert user.vendors.exists()
            if registered and user and decision in (CompanyClaim.Decision.JOIN, CompanyClaim.Decision.TAKE_OVER):
                assert user.vendors.get() == registered


def test_a_claim_of_which_the_vendor_is_deleted_is_declined():
    registered = make_vendor("Vestlyset", vetted_at=None)
    invitation = make_invitation(by_kl=True)
    claim = CompanyClaim.ask_about(invitation, "name", registered)
    page_before = CompanyClaim.objects.select_related("vendor", "invitation").get(pk=claim.pk)
    registered.delete()
    curator = make_curator()
    assert not page_before.decide(curator, CompanyClaim.Decision.JOIN)
    claim = CompanyClaim.objects.get(pk=claim.pk)
    assert claim.decisions == [CompanyClaim.Decision.DECLINE]
    url = reverse("admin:marketoverview_companyclaim_decide", args=[claim.pk])
    client = logged_in(curator)
    answer = client.post(url, {"decision": "join"}, follow=True)
    assert "ikke længere" in answer.content.decode()
    client.post(url, {"decision": "decline"})
    assert not CompanyClaim.objects.waiting().exists()


def test_the_second_claim_to_an_invitation_is_about_the_company_of_the_first():
    invitation = make_invitation(by_kl=True)
    first, second = make_user("a@vestlyset.example"), make_user("b@vestlyset.example")
    claims = [invitation.ask_kl(user) for user in (first, second)]
    curator = make_curator()
    assert claims[0].decide(curator, CompanyClaim.Decision.OWN)
    claim = CompanyClaim.objects.select_related("invitation").get(pk=claims[1].pk)
    assert claim.vendor == first.vendors.get()
    assert CompanyClaim.Decision.OWN not in claim.decisions
    assert claim.decide(curator, CompanyClaim.Decision.JOIN)
    assert second.vendors.get() == first.vendors.get()


# Questions to KL --------------------------------------------------------------------------------


@pytest.mark.parametrize("vendor_is", ["known", "without members", "deleted"])
@pytest.mark.parametrize("is_closed", [True, False])
def test_every_question_is_answered(is_closed, vendor_is):
    survey_round = make_round(opens_on=days(-60), closes_on=days(-1) if is_closed else None)
    vendor = make_vendor("Vestlyset")
    asker = make_user(member_of=vendor)
    question, _is_new = VendorQuestion.ask(vendor, survey_round, asker, "Hvad menes der?")
    if vendor_is != "known":
        VendorMember.objects.all().delete()
    if vendor_is == "deleted":
        Vendor.objects.filter(pk=vendor.pk).delete()
    url = reverse("admin:marketoverview_vendorquestion_answer", args=[question.pk])
    curator_client = logged_in(make_curator())
    assert curator_client.get(url).status_code == 200
    words = {"question_da": "Hvad menes der?", "answer_da": "Det hele.", "question_en": "", "answer_en": ""}
    for how in ("published", "private"):
        with tried():
            form = words | {"how": how, "private_reason": "Jeres egne svar", "send": "1"}
            assert curator_client.post(url, form).status_code == 302, how
            question.refresh_from_db()
            assert question.state == how
    assert VendorQuestion.objects.waiting().exists()


# Own words and objections -----------------------------------------------------------------------


@pytest.mark.parametrize("status", Status.values)
@pytest.mark.parametrize(("is_objected", "is_left", "is_mapped"), list(product([True, False], repeat=3)))
def test_own_words_and_objections_that_wait_are_decided(is_objected, is_left, is_mapped, status):
    answer = make_own_words("Vestlyset")
    question, curator, now = make_question("services"), make_curator(), timezone.now()
    option = make_option(question, "advisory")
    if is_mapped:
        map_answer(answer, option, curator)
    marks = {"objected_at": now, "objection": "Nej."} if is_objected else {}
    marks |= {"left_as_other_at": now} if is_left else {}
    Answer.objects.filter(pk=answer.pk).update(**marks)
    Response.objects.filter(pk=answer.response_id).update(status=status)
    for waiting in own_words_to_map():
        with tried():
            assert leave_as_other(waiting, curator)
            assert not own_words_to_map().exists()
    for waiting in open_objections():
        with tried():
            assert answer_objection(waiting, curator, "Vi lader det stå.")
            assert not open_objections().exists()
    public = status == Status.PUBLISHED
    assert open_objections().exists() == (public and is_objected)
    assert own_words_to_map().exists() == (public and not (is_objected or is_left or is_mapped))
    if public and is_mapped:
        answer.refresh_from_db()
        object_to_mapping(answer, make_user(), "Det er noget andet.")
        assert not answer.mappings.exists()
