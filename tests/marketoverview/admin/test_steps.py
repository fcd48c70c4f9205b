"""The steps that a curator takes with a response: publish, send back, reject, withdraw, confirm, correct."""

import re

import pytest

from marketoverview.admin.steps import state_token
from marketoverview.market.snapshot import snapshots
from marketoverview.models import ModerationEvent, Response, Status, market_version
from tests.admin_pages import Page, admin_url, logged_in, message_text, step
from tests.builders import make_curator, make_editor, make_question, make_response, make_user
from tests.concurrency import run_at_once

pytestmark = pytest.mark.django_db


OFFERED = {
    "draft": ["submit"],
    "returned": ["submit"],
    "submitted": ["publish", "send-back", "reject"],
    "published": ["confirm", "correct", "withdraw"],
    "archived": [],
    "withdrawn": [],
    "rejected": [],
}
LEADS_TO = {
    "submit": "submitted",
    "publish": "published",
    "send-back": "returned",
    "reject": "rejected",
    "confirm": "published",
    "withdraw": "withdrawn",
}
NEED_REASON = ("send-back", "reject", "withdraw")
STEPS = [(status, name) for status, names in OFFERED.items() for name in names if name != "correct"]


@pytest.mark.parametrize("status", OFFERED)
def test_the_buttons_are_those_that_lead_on(status, curator_client):
    response = make_response(status=status)
    page = Page(curator_client, admin_url(Response, "change", response.pk))
    assert re.findall(r"/step/([\w-]+)/", page.text) == OFFERED[status]


@pytest.mark.parametrize(("status", "name"), STEPS)
def test_a_step_is_taken_by_a_post_and_never_by_a_get(status, name, curator_client, curator):
    response = make_response(status=status)
    before, version = response.events.count(), market_version.current()
    page = Page(curator_client, step(response, name))
    assert page.response.status_code == 200
    response.refresh_from_db()
    assert (response.status, response.events.count()) == (status, before)
    needs_reason = name in NEED_REASON
    after = page.send(**{"reason": "Fordi det er sådan.\nOg sådan."} if needs_reason else {})
    response.refresh_from_db()
    event = response.events.last()
    assert (response.status, response.events.count(), event.actor) == (LEADS_TO[name], before + 1, curator)
    assert event.reason.startswith("Fordi") == needs_reason
    assert (market_version.current() > version) == ("published" in (status, LEADS_TO[name]))
    own_page = Page(curator_client, admin_url(Response, "change", response.pk))
    assert ("Fordi det er sådan.<br>Og sådan." in own_page.text) == needs_reason
    decided = name in ("publish", "send-back", "reject")
    assert after.redirect_chain[-1][0] == (admin_url(Response, "inbox") if decided else own_page.url)


@pytest.mark.parametrize(
    ("status", "name"), [("submitted", "send-back"), ("submitted", "reject"), ("published", "withdraw")]
)
def test_a_reason_is_required_and_what_was_typed_comes_back(status, name, curator_client):
    response = make_response(status=status)
    page = Page(curator_client, step(response, name))
    assert "Fill in this field" in page.send(reason="   ").content.decode()
    too_long = "Fordi " * 400
    page_after = page.send(reason=too_long)
    assert too_long.strip() in page_after.content.decode()
    response.refresh_from_db()
    assert response.status == status


@pytest.mark.parametrize(("status", "name"), STEPS)
def test_of_two_curators_one_does_it_and_the_other_is_told(status, name, curator_client):
    response = make_response(status=status)
    events = ModerationEvent.objects.count()
    other = make_curator("anden@kl.example")
    pages = [Page(client, step(response, name)) for client in (curator_client, logged_in(other))]
    first, second = (page.send(**{"reason": "Aftalt"} if name in NEED_REASON else {}) for page in pages)
    assert "Nothing was changed" not in message_text(first)
    assert "Nothing was changed" in message_text(second)
    assert ModerationEvent.objects.count() == events + 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("status", "name"), [("submitted", "publish"), ("published", "confirm")])
def test_of_many_curators_at_the_same_moment_one_does_it(status, name):
    """A confirmation leaves the status as it was: only the lock on the vendor's row tells the second one."""
    response = make_response(status=status)
    events = ModerationEvent.objects.count()
    pages = [Page(logged_in(make_curator(f"curator{number}@kl.example")), step(response, name)) for number in range(6)]

    refused = run_at_once(lambda page: "Nothing was changed" in page.send().content.decode(), pages)
    assert sorted(refused) == [False, *[True] * 5]
    assert ModerationEvent.objects.count() == events + 1


def test_the_second_curator_reads_who_was_faster(curator_client, curator):
    response = make_response("Agern", "submitted")
    page = Page(curator_client, step(response, "publish"))
    Page(logged_in(make_curator("anna@kl.example")), step(response, "publish")).send()
    message = message_text(page.send())
    assert "“published”" in message
    assert "anna@kl.example" in message


def test_nobody_publishes_words_that_changed_since(curator_client, curator):
    response = make_response("Agern", "submitted")
    page = Page(curator_client, step(response, "publish"))
    Page(curator_client, admin_url(Response, "change", response.pk)).send(description="Noget helt andet")
    assert "changed after you opened the page" in message_text(page.send())
    response.refresh_from_db()
    assert response.status == Status.SUBMITTED


def test_a_step_that_does_not_lead_on_is_refused_with_an_explanation(curator_client):
    response = make_response(status="archived")
    page = curator_client.get(step(response, "publish"), follow=True)
    assert "already “archived”" in message_text(page)
    response.refresh_from_db()
    assert response.status == Status.ARCHIVED


def test_what_is_missing_is_said_when_kl_submits_for_the_vendor(curator_client):
    make_question("size", ["small"], is_required=True, heading_en="Size")
    response = make_response(status="draft", description="", contact_email="")
    messages = message_text(Page(curator_client, step(response, "submit")).send())
    assert messages.splitlines() == [
        "The description is missing.",
        "The contact e-mail is missing.",
        "“Size” is not answered.",
    ]
    response.refresh_from_db()
    assert response.status == Status.DRAFT


def test_a_correction_begins_as_a_draft_and_what_is_public_stays(curator_client):
    response = make_response(answers={"services": ["advisory"]})
    page = Page(curator_client, step(response, "correct")).send()
    draft = Response.objects.get(status="draft")
    assert page.redirect_chain[-1][0] == admin_url(Response, "change", draft.pk)
    assert (draft.based_on, draft.round) == (response, response.round)
    assert snapshots.current().entries[0].response_id == response.pk


def test_strangers_to_the_step_are_kept_out(curator_client):
    response = make_response(status="submitted")
    editor = logged_in(make_editor())
    assert "/step/" not in Page(editor, admin_url(Response, "change", response.pk)).text
    assert editor.get(step(response, "publish")).status_code == 403
    assert editor.post(step(response, "publish"), {"seen": "x"}).status_code == 403
    assert curator_client.get(step(response, "archive")).status_code == 404
    assert curator_client.get(admin_url(Response, "step", 4711, "publish")).status_code == 404
    member = logged_in(make_user(member_of=response.vendor))
    assert member.get(step(response, "publish")).status_code == 302
    response.refresh_from_db()
    assert response.status == Status.SUBMITTED


@pytest.mark.parametrize("name", ["reject", "send-back"])
def test_a_stale_page_says_at_once_who_has_decided_instead_of_asking_for_a_reason(name, curator_client):
    response = make_response(status="submitted")
    url, data = step(response, name), {"seen": state_token(response), "reason": ""}
    response.publish(make_curator("anden@kl.example"))
    page = curator_client.post(url, data, follow=True)
    assert "already “published” (anden@kl.example," in message_text(page)
    assert page.redirect_chain


def test_a_stale_page_without_a_reason_says_that_the_response_has_changed(curator_client, curator):
    response = make_response(status="submitted")
    url, data = step(response, "reject"), {"seen": state_token(response), "reason": ""}
    response.record_edit(curator, "Rettet")
    page = curator_client.post(url, data, follow=True)
    assert "was changed after you opened the page. Look at it again." in message_text(page)
