"""Two who do something at the same moment, where only one of them can: the other reads why, and nothing is there twice."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from kl_ai.drafts.parts import fingerprint
from kl_ai.models import User
from marketoverview.models import (
    CompanyClaim,
    Invitation,
    JoinRequest,
    MembershipEvent,
    Response,
    SampleOffering,
    Status,
    SurveyRound,
    TransitionRefused,
    delete_login,
)
from tests.admin_pages import admin_url, logged_in
from tests.builders import (
    make_curator,
    make_invitation,
    make_offering,
    make_response,
    make_round,
    make_user,
    make_vendor,
)
from tests.concurrency import run_at_once
from tests.days import days
from tests.reading import parse

pytestmark = pytest.mark.django_db(transaction=True)

NO_ROOM = "Der er plads til"
ATTEMPTS = range(4)
"""How often two begin at the same moment: which of them is first differs."""


def post(user: User, path: str, **data: str) -> Callable[[], HttpResponse]:
    """A function that posts the form as this user and follows no redirect; a fault on the server is a status, no error."""
    browser = Client(raise_request_exception=False)
    browser.force_login(user)
    return lambda: browser.post(path, data)


def run(work: Callable[[], HttpResponse]) -> HttpResponse:
    return work()


def offering_url(draft: Response) -> str:
    return reverse("vendor:offering", args=[draft.pk, uuid4()])


# Examples -------------------------------------------------------------------------------------------


@pytest.fixture
def draft(db) -> Response:
    """A draft in which there is room for one more example."""
    draft = make_response(status="draft", round=make_round("2026", max_offerings=3))
    for title in ("1", "2"):
        make_offering(draft, title)
    return draft


def test_of_colleagues_who_add_the_last_example_at_once_one_finds_room(draft):
    people = [make_user(member_of=draft.vendor) for _ in range(3)]
    posts = [
        post(person, offering_url(draft), title=f"Ny {number}", seen=fingerprint({}))
        for number, person in enumerate(people)
    ]
    responses = run_at_once(run, posts)
    assert sorted(response.status_code for response in responses) == [200, 200, 302]
    assert draft.offerings.count() == 3
    for number, response in enumerate(responses):
        if response.status_code == 200:
            page = parse(response.content.decode())
            assert NO_ROOM in page.text
            assert page.find("input", name="title").attrs["value"] == f"Ny {number}"  # nothing typed is lost


def test_a_removed_example_and_a_new_one_do_not_both_take_the_last_place(draft):
    people = [make_user(member_of=draft.vendor) for _ in range(2)]
    removed = make_offering(draft, "3")
    draft.remove_offering(removed.key, people[0])
    undo = reverse("vendor:offering_do", args=[draft.pk, removed.key, "fortryd"])
    responses = run_at_once(run, [post(people[0], undo), post(people[1], offering_url(draft), title="4")])
    assert {response.status_code for response in responses} <= {200, 302}
    assert draft.offerings.count() == 3


def test_what_was_removed_comes_back_only_where_there_is_room(draft):
    member = make_user(member_of=draft.vendor)
    removed = make_offering(draft, "3")
    draft.remove_offering(removed.key, member)
    make_offering(draft, "4", position=9)
    browser = Client()
    browser.force_login(member)
    undo = reverse("vendor:offering_do", args=[draft.pk, removed.key, "fortryd"])
    assert NO_ROOM in browser.post(undo, follow=True).content.decode()
    again = {"title": "3 igen", "seen": fingerprint({})}
    address = reverse("vendor:offering", args=[draft.pk, removed.key])
    assert NO_ROOM in browser.post(address, again).content.decode()
    assert sorted(draft.offerings.values_list("title", flat=True)) == ["1", "2", "4"]
    assert SampleOffering.with_removed.filter(response=draft).count() == 4


# Drafts ---------------------------------------------------------------------------------------------


def test_of_colleagues_who_begin_at_once_all_get_the_same_draft():
    vendor = make_vendor("Nordstjernen")
    make_round()
    people = [make_user(member_of=vendor) for _ in range(4)]
    begin = reverse("vendor:begin", args=[vendor.slug])
    responses = run_at_once(run, [post(person, begin) for person in people])
    draft = Response.objects.get()
    assert {response.url for response in responses} == {reverse("vendor:tasks", args=[draft.pk])}


def test_a_round_that_is_taken_back_while_a_vendor_begins_has_no_draft():
    vendor = make_vendor("Nordstjernen")
    member = make_user(member_of=vendor)
    survey_round = make_round("2026", opens_on=days(-1))

    def act(who: str) -> bool:
        mine = SurveyRound.objects.get(pk=survey_round.pk)
        try:
            return bool(mine.take_back() if who == "KL" else Response.begin(vendor, mine, member))
        except ValidationError:
            return False

    for _attempt in ATTEMPTS:
        assert sum(run_at_once(act, ["KL", "vendor"])) == 1
        assert SurveyRound.objects.get().is_released == Response.objects.exists()
        Response.objects.all().delete()
        SurveyRound.objects.update(released_at=days(-1).isoformat() + "T00:00:00Z")


def test_a_page_that_was_open_when_the_round_was_taken_back_says_so(client, monkeypatch):
    vendor = make_vendor("Nordstjernen")
    survey_round = make_round("2026", opens_on=days(-1))
    client.force_login(make_user(member_of=vendor))
    hold = SurveyRound.hold

    def taken_back_meanwhile(self) -> None:
        SurveyRound.objects.filter(pk=survey_round.pk).update(released_at=None)
        hold(self)

    monkeypatch.setattr(SurveyRound, "hold", taken_back_meanwhile)
    page = client.post(reverse("vendor:begin", args=[vendor.slug]))
    assert page.status_code == 200
    assert "har trukket den tilbage" in page.content.decode()
    assert not Response.objects.exists()


def test_of_discarding_and_saving_in_another_tab_nothing_is_left_of_what_is_discarded():
    for attempt in ATTEMPTS:
        draft = make_response(status="draft", description="Gammelt.")
        member = make_user(member_of=draft.vendor)
        seen = fingerprint(draft.stored(("description",)))

        def act(what: str, draft=draft, member=member, seen=seen) -> bool:
            mine = Response.objects.get(pk=draft.pk)
            try:
                if what == "discard":
                    mine.discard(member)
                else:
                    mine.save_part("company", ("description",), {"description": "Nyt."}, seen, member)
            except TransitionRefused:
                return False
            return True

        done = run_at_once(act, ["discard", "save"])
        draft.refresh_from_db()
        assert any(done), attempt
        assert (draft.status, draft.description) == ((Status.DISCARDED, "") if done[0] else (Status.DRAFT, "Nyt."))


def test_of_the_buttons_discard_and_save_pressed_at_once_none_ends_in_a_fault():
    draft = make_response(status="draft", description="Gammelt.")
    people = [make_user(member_of=draft.vendor) for _ in range(2)]
    discard = post(people[0], reverse("vendor:discard", args=[draft.pk]), seen=draft.changed_at.isoformat())
    part = reverse("vendor:part", args=[draft.pk, "company"])
    seen = fingerprint(draft.stored(("company_name", "website", "description")))
    save = post(people[1], part, company_name="Nordstjernen", description="Nyt.", seen=seen)
    responses = run_at_once(run, [discard, save])
    assert {response.status_code for response in responses} <= {200, 302}
    draft.refresh_from_db()
    assert bool(draft.description) == (draft.status == Status.DRAFT)


# Who acts for a company -----------------------------------------------------------------------------


def test_of_several_clicks_on_ask_kl_one_claim_waits():
    invitation = make_invitation(by_kl=True)
    person = make_user("en.anden@vestlyset.example")
    ask = reverse("vendor:ask_kl", args=[invitation.token])
    responses = run_at_once(run, [post(person, ask) for _ in range(4)])
    assert {response.status_code for response in responses} == {302}
    assert CompanyClaim.objects.filter(user=person).count() == 1


def test_a_second_click_on_ask_to_join_leads_to_the_same_page():
    person, vendor = make_user(), make_vendor("Nordstjernen")
    ask = post(person, reverse("vendor:join", args=[vendor.slug]), message="Hej")
    assert [run(ask).status_code, run(ask).status_code] == [302, 302]
    assert JoinRequest.objects.count() == 1


def test_of_several_clicks_on_ask_to_join_one_request_waits():
    vendor = make_vendor("Nordstjernen")
    person = make_user()
    join = reverse("vendor:join", args=[vendor.slug])
    responses = run_at_once(run, [post(person, join, message=f"Hej {number}") for number in range(4)])
    assert {response.status_code for response in responses} == {302}
    assert JoinRequest.objects.count() == MembershipEvent.objects.filter(what="asked").count() == 1


def test_whoever_asks_to_join_while_being_let_in_has_no_request_left():
    for _attempt in ATTEMPTS:
        vendor = make_vendor(f"Nordstjernen {uuid4().hex[:6]}")
        person, owner = make_user(), make_user(member_of=vendor)
        invitation = make_invitation(person.email, vendor)
        assert owner.vendors.exists()

        def act(what: str, vendor=vendor, person=person, invitation=invitation) -> None:
            try:
                if what == "accept":
                    Invitation.objects.get(pk=invitation.pk).accept(person)
                else:
                    JoinRequest.submit(vendor, person, "")
            except ValidationError:  # is let in already
                pass

        run_at_once(act, ["accept", "ask"])
        assert person.vendors.filter(pk=vendor.pk).exists()
        assert not JoinRequest.objects.waiting().filter(vendor=vendor).exists()


def test_of_letting_in_and_declining_at_once_one_counts():
    vendor = make_vendor("Nordstjernen")
    members = [make_user(member_of=vendor) for _ in range(2)]
    join_request, _is_new = JoinRequest.submit(vendor, make_user(), "")
    address = reverse("vendor:join_decide", args=[vendor.slug, join_request.pk])
    run_at_once(run, [post(members[0], address, approve="1"), post(members[1], address, decline="1")])
    join_request.refresh_from_db()
    assert join_request.approved == vendor.members.filter(pk=join_request.user_id).exists()
    events = MembershipEvent.objects.filter(what__in=("joined", "declined"))
    assert [event.what for event in events] == ["joined" if join_request.approved else "declined"]


def decide(curator: User, claim: CompanyClaim, decision: str) -> Callable[[], HttpResponse]:
    browser = logged_in(curator)
    browser.raise_request_exception = False
    return lambda: browser.post(admin_url(CompanyClaim, "decide", claim.pk), {"decision": decision})


def test_of_deciding_a_claim_and_cancelling_its_invitation_one_happens():
    curators = [make_curator() for _ in range(2)]
    for attempt in ATTEMPTS:
        invitation = make_invitation(f"ny{attempt}@vestlyset.example", by_kl=True)
        person = make_user(f"en.anden{attempt}@vestlyset.example")
        claim = invitation.ask_kl(person)

        def cancel(invitation=invitation) -> bool:
            return Invitation.objects.get(pk=invitation.pk).cancel(curators[1], as_kl=True)

        response, is_cancelled = run_at_once(lambda work: work(), [decide(curators[0], claim, "own"), cancel])
        assert response.status_code == 302
        claim.refresh_from_db()
        assert claim.decided_at
        assert person.vendors.exists() == (claim.decision == "own") == (not is_cancelled)


@pytest.mark.parametrize("who", ["claimant", "invited"])
def test_a_claim_of_which_the_login_is_deleted_at_the_same_moment_ends_in_no_fault(who):
    curator = make_curator()
    for attempt in ATTEMPTS:
        invited = make_user(f"ny{attempt}@vestlyset.example")
        invitation = make_invitation(invited.email, by_kl=True)
        person = make_user(f"en.anden{attempt}@vestlyset.example")
        claim = invitation.ask_kl(person)
        leaving = person if who == "claimant" else invited

        def delete(leaving=leaving) -> None:
            delete_login(User.objects.get(pk=leaving.pk))

        response, _deleted = run_at_once(lambda work: work(), [decide(curator, claim, "decline"), delete])
        assert response.status_code in (302, 404)
        assert not User.objects.filter(pk=leaving.pk).exists()
