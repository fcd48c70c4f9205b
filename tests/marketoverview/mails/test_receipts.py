"""Receipts and decisions are mailed once, whatever the mail server answers and wherever a process is killed."""

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from kl_ai.mail import outbox
from kl_ai.mail.models import BadAddress, MailState, OutgoingMail
from kl_ai.models import User
from marketoverview.mails import notifications
from marketoverview.mails.receipt import response_text
from marketoverview.models import ModerationEvent, Response, SampleOffering, Status, Verb
from tests import mailserver
from tests.builders import make_curator, make_offering, make_response, make_round, make_user
from tests.concurrency import ProcessKilled, killed_after, refusals_at_once
from tests.marketoverview.vendor_area import submit_review

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def draft(vendor, owner):
    """A draft that is complete; nobody but the owner acts for the vendor."""
    response = make_response(vendor, "draft", round=make_round())
    vendor.memberships.exclude(user=owner).delete()
    return response


def test_a_mail_server_that_is_down_loses_no_answers(member_client, owner, draft, settings, monkeypatch):
    settings.EMAIL_BACKEND = "tests.mailserver.Server"
    monkeypatch.setattr(mailserver, "DOWN", "nordstjernen.example")
    page = submit_review(member_client, draft).content.decode()
    draft.refresh_from_db()
    assert draft.status == Status.SUBMITTED
    assert "kunne ikke sendes lige nu" in page
    monkeypatch.undo()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    OutgoingMail.objects.update(next_try_at=timezone.now())
    call_command("send_mail")
    assert [message.to for message in mail.outbox] == [[owner.email]]


@pytest.mark.parametrize("is_known", [False, True])
def test_one_refused_address_keeps_nobody_elses_receipt(is_known, member_client, vendor, owner, draft, settings):
    """The mail server says so now, or has said so before."""
    settings.EMAIL_BACKEND = "tests.mailserver.Server"
    refused = make_user("ki@ukendt.example", member_of=vendor).email
    if is_known:
        BadAddress.objects.create(email=refused)
    page = submit_review(member_client, draft).content.decode()
    assert [message.to for message in mail.outbox] == [[owner.email]]
    assert f"Vi har sendt en mail til {owner.email}." in page
    assert f"Mailen til {refused} {'blev afvist' if is_known else 'er lagt i kø'}" in page
    call_command("send_mail")
    assert BadAddress.objects.get().email == refused
    assert OutgoingMail.objects.get(to=refused).state == MailState.REFUSED


def test_a_double_click_hands_in_once(member_client, owner, draft):
    submit_review(member_client, draft)
    submit_review(member_client, draft)
    assert draft.events.filter(verb=Verb.SUBMIT).count() == len(mail.outbox) == 1


@pytest.mark.parametrize("step", ["status", "event", "offerings", "first mail", "all mails"])
def test_a_submission_that_breaks_off_leaves_the_draft(step, member_client, owner, draft, monkeypatch):
    offering = make_offering(draft)
    draft.remove_offering(offering.key, owner)
    events = ModerationEvent.objects.count()
    with monkeypatch.context() as patch:
        break_after(step, patch)
        with pytest.raises(ProcessKilled):
            submit_review(member_client, draft)
    draft.refresh_from_db()
    assert (draft.status, draft.submitted_at, ModerationEvent.objects.count()) == (Status.DRAFT, None, events)
    assert SampleOffering.with_removed.filter(pk=offering.pk).exists()
    assert not OutgoingMail.objects.exists()
    assert mail.outbox == []
    submit_review(member_client, draft)
    assert len(mail.outbox) == 1


def break_after(step: str, patch) -> None:
    """Kill the process where this statement of a submission has been carried out."""
    if step == "status":
        patch.setattr(ModerationEvent.objects, "create", killed_after(lambda **fields: None))
    elif step == "event":
        patch.setattr(ModerationEvent.objects, "create", killed_after(ModerationEvent.objects.create))
    elif step == "offerings":
        patch.setattr(notifications, "send_receipt", killed_after(lambda *arguments: None))
    elif step == "first mail":
        patch.setattr(OutgoingMail.objects, "get_or_create", killed_after(OutgoingMail.objects.get_or_create))
    else:
        patch.setattr(notifications, "send_receipt", killed_after(notifications.send_receipt))


def test_of_twenty_curators_at_once_one_publishes_and_one_mail_is_sent(vendor, owner, draft):
    draft.submit(owner)
    curators = [make_curator(f"kurator{number}@kl.example") for number in range(20)]

    def publish(response: Response, curator: User) -> None:
        with transaction.atomic():
            response.publish(curator)
            notifications.send_decision(response)

    explanations = refusals_at_once(publish, draft, curators)
    outbox.send_waiting()
    assert explanations.count("") == 1
    assert all("Nordstjernen" in explanation for explanation in explanations if explanation)
    assert draft.events.filter(verb=Verb.PUBLISH).count() == 1
    assert OutgoingMail.objects.filter(kind="decision").count() == 1
    assert [message.to for message in mail.outbox] == [[owner.email]]


def test_the_receipt_names_the_options_of_an_example(draft):
    make_offering(draft, "Postsortering", {"technologies": ["llm"]})
    assert "Postsortering · Svar llm" in response_text(draft, "da")
