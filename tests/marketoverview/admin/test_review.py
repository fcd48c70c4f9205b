"""The page on which a response is reviewed, the decision at its end, and the case that comes after it."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kl_ai.mail.models import OutgoingMail
from marketoverview.models import (
    Response,
    Status,
)
from tests.admin_pages import Page, admin_url, logged_in, message_text, step
from tests.builders import (
    make_curator,
    make_response,
    make_round,
    make_user,
)
from tests.marketoverview.review_cases import corrected, review

pytestmark = pytest.mark.django_db


# The review -------------------------------------------------------------------------------------


def test_the_changed_words_are_marked_and_the_others_are_muted(curator_client):
    text = review(curator_client, corrected()).text
    assert "<del> små</del><ins> store</ins>" in text
    assert text.count("change-changed") == 1
    assert text.count("change-same") == 5


def test_the_first_response_is_shown_without_marks(curator_client):
    response = make_response("Agern", "submitted", answers={"services": ["other"]}, own_words={"services": "Dataetik"})
    text = review(curator_client, response).text
    assert "Dataetik" in text
    assert "<ins>" not in text
    assert "<del>" not in text


def test_hostile_words_stay_text(curator_client):
    text = review(
        curator_client, corrected(description="<script>alert(1)</script> {{ 7 }}", website="https://x.example/?a=<b>")
    ).text
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;" in text


def test_a_review_costs_the_same_for_any_response(curator_client, django_assert_num_queries):
    make_round(max_offerings=20)

    def make(name: str, number: int) -> Response:
        codes = [f"option-{n}" for n in range(number)]
        offerings = [{"title": code, "options": {"services": codes}} for code in codes]
        public = make_response(name, answers={"services": codes}, offerings=offerings)
        draft = Response.begin(public.vendor, public.round, make_user(member_of=public.vendor))
        draft.submit(make_user(member_of=public.vendor))
        return draft

    few, many = make("Få", 2), make("Mange", 15)
    for response in (few, many):
        review(curator_client, response)  # the first time is recorded
    with CaptureQueriesContext(connection) as queries:
        review(curator_client, few)
    with django_assert_num_queries(len(queries)):
        review(curator_client, many)


def test_the_first_button_of_a_submitted_response_leads_to_the_review(curator_client):
    response = make_response(status="submitted")
    text = Page(curator_client, admin_url(Response, "change", response.pk)).text
    assert text.index(admin_url(Response, "review", response.pk)) < text.index(step(response, "publish"))
    assert (
        admin_url(Response, "review", response.pk)
        not in Page(curator_client, admin_url(Response, "change", make_response().pk)).text
    )


@pytest.mark.parametrize("status", ["draft", "returned", "published", "archived", "withdrawn", "rejected"])
def test_there_is_nothing_to_decide_on_what_was_not_submitted(status, curator_client):
    page = review(curator_client, make_response(status=status))
    assert page.response.status_code == 200
    assert "formaction" not in page.text


# The decision -----------------------------------------------------------------------------------


def decide(page: Page, name: str, response: Response, **typed):
    """Press the button of this name after typing into these fields; returns the page that follows."""
    data = {"seen": page.response.context["state"], **typed}
    return page.client.post(step(response, name), data, follow=True)


def test_sent_back_with_a_reason_at_an_item(curator_client):
    response = corrected()
    decide(
        review(curator_client, response),
        "send-back",
        response,
        **{"remark-services": "Hvad er <b>andet</b>?", "remark-x": "nej"},
    )
    response.refresh_from_db()
    assert response.status == Status.RETURNED
    assert response.remarks == {"services": "Hvad er <b>andet</b>?"}


def test_without_any_reason_the_page_comes_back(curator_client):
    response = corrected()
    page_after = decide(review(curator_client, response), "send-back", response, reason="  ")
    assert "Fill in this field" in page_after.content.decode()
    response.refresh_from_db()
    assert response.status == Status.SUBMITTED


@pytest.mark.parametrize("name", ["reject", "publish"])
def test_what_was_typed_at_the_items_is_not_lost_by_another_button(name, curator_client):
    response = corrected()
    page_after = decide(
        review(curator_client, response), name, response, **{"remark-services": "Mangler", "reason": "Fordi"}
    )
    text = page_after.content.decode()
    assert "Nothing was done yet" in text
    assert "Mangler" in text
    assert "Fordi" in text
    response.refresh_from_db()
    assert response.status == Status.SUBMITTED
    Page(curator_client, step(response, name), page_after).send()
    response.refresh_from_db()
    assert response.status == (Status.REJECTED if name == "reject" else Status.PUBLISHED)


def test_a_page_that_is_too_old_keeps_what_was_typed(curator_client, curator):
    response = corrected()
    page = review(curator_client, response)
    response.record_edit(curator, "Rettet")
    page_after = decide(page, "send-back", response, **{"remark-services": "Mangler"})
    assert "Nothing was changed" in message_text(page_after)
    assert "Mangler" in page_after.content.decode()
    Page(curator_client, step(response, "send-back"), page_after).send()
    response.refresh_from_db()
    assert response.remarks == {"services": "Mangler"}


def test_of_two_curators_the_second_is_told_and_nobody_is_mailed_twice(curator_client):
    response = corrected()
    pages = [review(client, response) for client in (curator_client, logged_in(make_curator("anden@kl.example")))]
    first, second = decide(pages[0], "publish", response), decide(pages[1], "send-back", response, reason="Nej")
    assert "is published" in message_text(first)
    assert "Nothing was changed" in message_text(second)
    assert OutgoingMail.objects.filter(key__startswith="decision:").count() == response.vendor.members.count()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("status", "name"),
    [("submitted", "publish"), ("submitted", "send-back"), ("submitted", "reject"), ("published", "withdraw")],
)
def test_the_vendors_people_are_mailed_once_and_the_curator_hears_of_it(status, name):
    response = make_response("Agern", status)
    member = response.vendor.members.get()
    page_after = Page(logged_in(make_curator()), step(response, name)).send(
        **{"reason": "Fordi"} if name != "publish" else {}
    )
    assert [message.to for message in mail.outbox] == [[member.email]]
    assert f"We have sent a mail to {member.email}" in message_text(page_after)


@pytest.mark.django_db(transaction=True)
def test_a_mail_server_that_is_down_stops_no_decision(settings):
    settings.EMAIL_BACKEND = "tests.marketoverview.admin.test_inbox.NoServer"
    response = make_response("Agern", "submitted")
    page_after = Page(logged_in(make_curator()), step(response, "publish")).send()
    response.refresh_from_db()
    assert response.status == Status.PUBLISHED
    assert "could not be sent just now" in message_text(page_after)
    assert OutgoingMail.objects.get(key__startswith="decision:").sent_at is None


class NoServer:
    def __init__(self, *args, **kwargs) -> None:
        raise ConnectionRefusedError


def test_the_curator_hears_where_nobody_can_be_mailed(curator_client):
    response = make_response("Agern", "submitted")
    response.vendor.memberships.all().delete()
    assert "Nobody acts for Agern" in message_text(Page(curator_client, step(response, "publish")).send())


# After the decision -----------------------------------------------------------------------------


def waiting_since(days: int, name: str) -> Response:
    response = make_response(name, "submitted")
    Response.objects.filter(pk=response.pk).update(submitted_at=timezone.now() - timedelta(days=days))
    response.refresh_from_db()
    return response


@pytest.mark.parametrize(
    ("name", "typed"), [("publish", {}), ("send-back", {"reason": "Se her."}), ("reject", {"reason": "Nej."})]
)
def test_after_a_decision_the_next_case_comes_with_a_message_about_the_last_one(name, typed, curator_client):
    waiting_since(9, "Ældst")
    decided, following = waiting_since(6, "Birk"), waiting_since(3, "Cedertræ")
    page = decide(review(curator_client, decided), name, decided, **typed)
    assert page.redirect_chain[-1][0] == admin_url(Response, "review", following.pk)
    assert "The response of Birk is" in message_text(page)


def test_after_the_newest_case_the_oldest_comes(curator_client):
    oldest, newest = waiting_since(9, "Ældst"), waiting_since(1, "Nyest")
    page = decide(review(curator_client, newest), "publish", newest)
    assert page.redirect_chain[-1][0] == admin_url(Response, "review", oldest.pk)


def test_after_the_last_case_the_inbox_says_that_nothing_waits(curator_client):
    response = make_response("Agern", "submitted")
    page = decide(review(curator_client, response), "publish", response)
    assert page.redirect_chain[-1][0] == admin_url(Response, "inbox")
    assert "The response of Agern is published." in message_text(page)
    assert "Nothing is waiting." in page.content.decode()


def test_a_decision_that_came_second_stays_at_the_case_and_says_so(curator_client):
    waiting_since(2, "En anden")
    response = waiting_since(5, "Agern")
    page = review(curator_client, response)
    response.publish(make_curator())
    after = decide(page, "publish", response)
    assert after.redirect_chain[-1][0] == admin_url(Response, "change", response.pk)
    assert "is already" in message_text(after)
