"""The inbox: what waits, the answers to objections and withdrawals, and who may give them."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kl_ai.mail.models import OutgoingMail
from marketoverview.mails.notifications import send_decision
from marketoverview.models import (
    Answer,
    JoinRequest,
    MembershipEvent,
    Response,
    answer_objection,
)
from tests.admin_pages import Page, admin_url, logged_in, message_text
from tests.builders import (
    make_curator,
    make_editor,
    make_response,
    make_user,
    make_vendor,
)
from tests.marketoverview.review_cases import INBOX_KINDS, corrected, inbox, objected, review, waiting_list, withdrawn
from tests.reading import parse

pytestmark = pytest.mark.django_db


# The inbox --------------------------------------------------------------------------------------


def test_the_longest_wait_comes_first_with_who_and_how_much_is_new(curator_client):
    new, changed = make_response("Birk", "submitted"), corrected("Agern")
    Response.objects.filter(pk=changed.pk).update(submitted_at=timezone.now() - timedelta(days=3))
    page = inbox(curator_client)
    rows = page.response.context["lists"][0].rows
    assert [(row.item.response, row.days, row.item.is_new, row.item.change_count) for row in rows] == [
        (changed, 3, False, 1),
        (new, 0, True, 3),
    ]
    assert "pia@agern.example" in page.text
    assert "3 days" in page.text
    assert admin_url(Response, "review", changed.pk) in page.text


def test_the_inbox_is_found_from_the_front_page_and_the_list(curator_client):
    make_response(status="submitted")
    assert admin_url(Response, "inbox") in Page(curator_client, "/en/admin/").text
    assert admin_url(Response, "inbox") in Page(curator_client, admin_url(Response, "changelist")).text


def test_an_editor_does_not_come_in():
    response = make_response(status="submitted")
    editor = logged_in(make_editor())
    assert inbox(editor).response.status_code == 403
    assert review(editor, response).response.status_code == 403


def test_an_inbox_costs_the_same_at_any_length(curator_client, django_assert_num_queries):
    def make(number: int) -> None:
        for _ in range(number):
            draft = corrected(f"Firma {Response.objects.count()}")
            JoinRequest.objects.create(vendor=draft.vendor, user=make_user())
            objected(f"Uenig {Response.objects.count()}")
            withdrawn(f"Ude {Response.objects.count()}")

    pages = [admin_url(Response, "inbox"), *(waiting_list(code) for code in INBOX_KINDS)]
    make(2)
    curator_client.get(pages[0])
    numbers = []
    for page in pages:
        with CaptureQueriesContext(connection) as few:
            curator_client.get(page)
        numbers.append(len(few))
    make(8)
    curator_client.get(pages[0])  # the snapshot is new
    for page, number in zip(pages, numbers, strict=True):
        with django_assert_num_queries(number):
            curator_client.get(page)
    assert len(curator_client.get(waiting_list("responses")).context["lists"][0].rows) == 10


def test_objections_and_what_to_keep_an_eye_on(curator_client):
    objected("Agern", "Dataetik", "Det er noget <b>andet</b>")
    make_response(confirmed_at=date(2020, 1, 1))
    text = inbox(curator_client).text
    assert "Dataetik" in text
    assert "Det er noget &lt;b&gt;andet&lt;/b&gt;" in text
    assert "profile needs a new confirmation" in text


def test_somebody_who_asks_is_let_in_once_and_told(curator_client):
    join_request = JoinRequest.objects.create(
        vendor=make_vendor("Agern"), user=make_user("pia@agern.example"), message="Ny her"
    )
    page = inbox(curator_client)
    assert "Ny her" in page.text
    decide = admin_url(JoinRequest, "decide", join_request.pk)
    assert curator_client.get(decide).url == admin_url(Response, "inbox")
    assert "now acts for Agern" in message_text(curator_client.post(decide, {"approve": "yes"}, follow=True))
    assert "decided already" in message_text(curator_client.post(decide, {"approve": "no"}, follow=True))
    assert list(join_request.vendor.members.all()) == [join_request.user]
    assert OutgoingMail.objects.filter(to="pia@agern.example").count() == 1
    assert "Ny her" not in inbox(curator_client).text


# Objections and withdrawals ---------------------------------------------------------------------


def objection_url(answer: Answer) -> str:
    return admin_url(Response, "objection", answer.pk)


def test_an_objection_is_answered_and_leaves_the_inbox_and_the_vendor_is_told(curator_client):
    answer = objected("Agern", "Dataetik", "Det er noget andet")
    members = {user.email for user in answer.response.vendor.members.all()}
    page = curator_client.post(objection_url(answer), {"reply": "Det ser vi også."}, follow=True)
    assert "The objection of Agern is answered." in message_text(page)
    assert "Nothing is waiting." in page.content.decode()
    event = answer.response.events.last()
    assert (event.verb, event.reason) == ("reply", "Det ser vi også.")
    sent = OutgoingMail.objects.filter(kind="objection_answered")
    assert {each.to for each in sent} == members
    assert "Det ser vi også." in sent[0].body
    assert inbox(curator_client).response.context["lists"] == []
    assert answer.response.answers.filter(option__code="legal").count() == 0  # the words stay under “other”


def test_a_second_curator_is_told_that_the_objection_was_answered(curator_client):
    answer = objected("Agern")
    for text in ("is answered", "was answered already"):
        page = curator_client.post(objection_url(answer), {"reply": "Tak."}, follow=True)
        assert text in message_text(page)
    assert answer.response.events.filter(verb="reply").count() == 1
    assert OutgoingMail.objects.filter(kind="objection_answered").count() == answer.response.vendor.members.count()


@pytest.mark.parametrize("reply", ["", " \u200b ", "å" * 1001])
def test_an_answer_that_cannot_be_sent_comes_back_with_a_sentence_and_whole(reply, curator_client):
    answer = objected("Agern")
    page = curator_client.post(objection_url(answer), {"reply": reply})
    text = page.content.decode()
    assert page.status_code == 200
    assert "errornote" in text
    assert ("å" * 1001 in text) == (len(reply) > 1000)
    answer.refresh_from_db()
    assert answer.objection_answered_at is None


def test_a_vendor_who_reads_english_gets_the_usual_answer_in_english(curator_client):
    answer = objected("Agern")
    for member in answer.response.vendor.members.all():
        member.update_account("", "en")
    usual = re.search(r"<textarea[^>]*>([^<]+)</textarea>", inbox(curator_client).text)[1]
    assert usual.startswith("Tak for jeres indsigelse")
    curator_client.post(objection_url(answer), {"reply": usual})
    bodies = OutgoingMail.objects.filter(kind="objection_answered").values_list("body", flat=True)
    assert bodies
    assert all("Thank you for telling us." in body for body in bodies)


def test_an_answered_objection_stays_answered_in_the_next_published_response(curator_client, curator):
    answer = objected("Agern")
    answer_objection(answer, curator, "Tak.")
    draft = Response.begin(answer.response.vendor, answer.response.round, make_user())
    draft.submit(make_user(member_of=draft.vendor))
    draft.publish(curator)
    assert draft.answers.get(own_words="Dataetik").objected_at
    assert inbox(curator_client).response.context["work"] == []


def test_an_objection_that_is_no_longer_public_is_nobodys_work(curator_client, curator):
    answer = objected("Agern")
    answer.response.withdraw(curator, "Efter aftale")
    assert inbox(curator_client).response.context["work"] == []
    assert curator_client.post(objection_url(answer), {"reply": "Tak."}).status_code == 404


def test_a_withdrawal_by_the_vendor_is_shown_with_its_reason_until_it_is_seen(curator_client):
    response = withdrawn("Agern", "Vi er <b>lukket</b>")
    text = inbox(curator_client).text
    assert "Vi er &lt;b&gt;lukket&lt;/b&gt;" in text
    seen = admin_url(Response, "withdrawal", response.pk)
    assert "is marked as seen" in message_text(curator_client.post(seen, follow=True))
    assert "was marked as seen already" in message_text(curator_client.post(seen, follow=True))
    assert response.events.filter(verb="acknowledge").count() == 1
    assert "lukket" not in inbox(curator_client).text


def test_what_kl_has_withdrawn_itself_is_no_news(curator_client, curator):
    make_response("Agern").withdraw(curator, "Efter aftale")
    assert inbox(curator_client).response.context["work"] == []


def test_the_answers_of_the_inbox_are_for_curators_only():
    answer, response = objected("Agern"), withdrawn("Birk")
    editor = logged_in(make_editor())
    for url in (objection_url(answer), admin_url(Response, "withdrawal", response.pk)):
        assert editor.post(url, {"reply": "Nej."}).status_code == 403
    answer.refresh_from_db()
    assert (answer.objection_answered_at, response.events.filter(verb="acknowledge").count()) == (None, 0)


def test_a_link_to_a_button_of_the_inbox_leads_to_the_list(curator_client):
    answer = objected("Agern")
    assert curator_client.get(objection_url(answer)).url == waiting_list("objections")


def test_a_long_list_is_paged_and_its_kind_is_chosen(curator_client):
    for number in range(27):
        join_request = JoinRequest.objects.create(vendor=make_vendor(f"Firma {number}"), user=make_user())
        JoinRequest.objects.filter(pk=join_request.pk).update(asked_at=timezone.now() - timedelta(days=number))
    overview = inbox(curator_client)
    assert len(overview.response.context["lists"][0].rows) == 5
    assert f'href="{waiting_list("join-requests")}"' in overview.text
    pages = [curator_client.get(f"{waiting_list('join-requests')}&page={page}") for page in (1, 2)]
    assert [len(page.context["lists"][0].rows) for page in pages] == [25, 2]
    assert "26 days" in pages[0].content.decode()


@pytest.mark.parametrize("query", ["kind=ukendt", "kind=own-words", "kind=responses&page=99", "kind=responses&page=x"])
def test_an_unknown_kind_or_page_shows_what_there_is(query, curator_client):
    make_response("Agern", "submitted")
    page = curator_client.get(f"{admin_url(Response, 'inbox')}?{query}")
    assert len(page.context["lists"][0].rows) == 1


def test_who_has_come_and_gone_at_a_vendor_is_seen_for_two_weeks(curator_client, vendor, owner):
    MembershipEvent.record(vendor, MembershipEvent.What.REMOVED, owner, email="kollega@nordstjernen.example")
    old = MembershipEvent.record(vendor, MembershipEvent.What.INVITED, owner, email="gammel@nordstjernen.example")
    MembershipEvent.objects.filter(pk=old.pk).update(at=timezone.now() - timedelta(days=15))
    page = Page(curator_client, waiting_list("membership"))
    assert "Removed: kollega@nordstjernen.example (by owner@nordstjernen.example)" in parse(page.text).text
    assert "gammel@nordstjernen.example" not in page.text
    assert "change of members in the last two weeks" in Page(curator_client, "/en/admin/").text


def test_what_is_handed_in_after_a_withdrawal_was_public_before(curator_client):
    response = withdrawn("Agern")
    member = response.vendor.members.first()
    draft = Response.begin(response.vendor, response.round, member)
    Response.objects.filter(pk=draft.pk).update(contact_email="post@agern.example")
    draft.refresh_from_db()
    draft.submit(member)
    waiting = Page(curator_client, waiting_list("responses")).text
    assert ", not public since" in waiting
    assert "Not public before" not in waiting
    assert "The profile was withdrawn on" in review(curator_client, draft).text


def test_withdrawing_by_kl_says_that_answers_wait_and_mails_it(curator_client):
    draft = corrected("Agern")
    public = draft.vendor.responses.published().get()
    url = admin_url(Response, "step", public.pk, "withdraw")
    page = Page(curator_client, url)
    assert "answers that wait for your review" in page.text
    seen = re.search(r'name="seen" value="([^"]+)"', page.text)[1]
    curator_client.post(url, {"seen": seen, "reason": "Efter aftale"})
    assert Response.objects.get(pk=draft.pk).status == "draft"
    mails = OutgoingMail.objects.filter(kind="decision")
    assert mails
    assert all("De svar, I havde indsendt, er en kladde igen." in mail.body for mail in mails)
    other = make_response("Birk")
    other.withdraw(make_curator(), "Efter aftale", by_kl=True)
    others = send_decision(other)
    assert others
    assert not any("er en kladde igen" in mail.body for mail in others)
    assert inbox(curator_client).response.context["work"] == []
