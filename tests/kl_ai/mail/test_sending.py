"""A request waits for the mail server a moment at most; a mail is sent once, whoever waits for it."""

import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

import pytest
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from kl_ai.mail import outbox, sending, smtp
from kl_ai.mail.models import MailState, OutgoingMail
from kl_ai.mail.notices import delivery_message
from kl_ai.mail.outbox import Counts, Letter
from tests.kl_ai.mail import smtpserver
from tests.kl_ai.mail.outgoing import make_due, post
from tests.query_counts import costs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("mail_server")]
SHORT = 0.4
"""The seconds that a request has for mail in these tests."""


@pytest.fixture
def mail_server_at(settings, mail_server):
    """Runs an SMTP server and lets the portal send by it."""

    @contextmanager
    def run(server: smtpserver.Server):
        with smtpserver.running(server):
            settings.EMAIL_BACKEND = "kl_ai.mail.smtp.EmailBackend"
            settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 5
            yield server
        for thread in threading.enumerate():
            if thread.name == "mail":
                thread.join(5)  # it writes to the database

    return run


def wait_until(condition) -> None:
    """Wait for what another thread does; an error after five seconds."""
    end = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


SLOW = [
    pytest.param(smtpserver.Server("greeting", 3), id="says nothing"),
    pytest.param(smtpserver.Server("greeting", 3, drips=True), id="drips its greeting"),
    pytest.param(smtpserver.Server("reply", 3, drips=True), id="drips its replies"),
    pytest.param(smtpserver.Server("data", 3), id="ponders over the message"),
]


@pytest.mark.parametrize("server", SLOW)
def test_the_mails_of_a_request_wait_for_a_slow_server_once(server, mail_server_at):
    with mail_server_at(server):
        with sending.time_limit(SHORT), transaction.atomic():
            posted = [post(f"try:{number}") for number in range(4)]
        assert (server.connections, server.messages) == (1, [])
        assert [mail.state for mail in posted] == [MailState.WAITING] * 4
        assert [mail.attempts for mail in posted] == [1, 0, 0, 0]
        assert delivery_message(posted[0]).startswith("Vores mailserver er langsom.")
        assert "er lagt i kø" in delivery_message(posted[1])


def test_an_attempt_that_ends_late_is_recorded_and_not_repeated(mail_server_at):
    with mail_server_at(smtpserver.Server("data", 1.0)) as server:
        with sending.time_limit(SHORT):
            posted = post()
        assert outbox.send_waiting() == Counts()  # the attempt still has the mail
        wait_until(lambda: OutgoingMail.objects.get().is_sent)
        assert len(server.messages) == 1
        make_due()
        assert outbox.send_waiting() == Counts()
        posted.refresh_from_db()
        assert (posted.attempts, posted.last_error) == (1, "")


def test_an_attempt_that_fails_late_makes_the_mail_due_again(mail_server_at, settings):
    with mail_server_at(smtpserver.Server("greeting", 30)):
        settings.EMAIL_TIMEOUT = 1
        with sending.time_limit(SHORT):
            post()
        wait_until(lambda: OutgoingMail.objects.get().last_error)
    posted = OutgoingMail.objects.get()
    assert "timed out" in posted.last_error
    assert posted.next_try_at < timezone.now() + timedelta(minutes=2)


def test_a_server_that_drips_for_ever_is_left(mail_server_at, monkeypatch):
    monkeypatch.setattr(smtp, "CONVERSATION_SECONDS", 0.5)
    with mail_server_at(smtpserver.Server("greeting", 8, drips=True)) as server:
        posted = post()  # as in a command, which has no limit of its own
        replies = server.replies
    assert (posted.state, posted.attempts) == (MailState.WAITING, 1)
    assert posted.last_error
    assert replies == 0  # it was left in the middle of the first


def test_a_mail_that_another_attempt_has_sent_is_not_made_due_by_a_late_failure(server_is_down):
    late = post()
    make_due()
    assert late.claim()
    make_due()  # as if its time had passed
    second = OutgoingMail.objects.get()
    assert second.claim()
    second.record_sent()
    late.record_failure("too late")
    assert OutgoingMail.objects.get().is_sent


def test_a_server_that_answers_takes_all_mails_of_a_request(mail_server_at):
    with mail_server_at(smtpserver.Server()) as server:
        with sending.time_limit(5), transaction.atomic():
            posted = [post(f"try:{number}") for number in range(3)]
        assert [mail.state for mail in posted] == [MailState.SENT] * 3
        assert len(server.messages) == 3


def test_a_refused_address_leaves_time_for_the_next():
    with sending.time_limit(5), transaction.atomic():
        refused, sent = post("1", "nogen@ukendt.example"), post("2")
    assert (refused.state, sent.state) == (MailState.REFUSED, MailState.SENT)


def test_too_many_unfinished_attempts_leave_the_mail_due(mail_server_at, monkeypatch):
    monkeypatch.setattr(sending, "_unfinished", sending.BoundedSemaphore(1))
    with mail_server_at(smtpserver.Server("greeting", 1.0)) as server:
        for number in range(2):
            with sending.time_limit(SHORT):
                post(f"try:{number}")
        assert server.connections == 1
        second = OutgoingMail.objects.get(key="try:1")
        assert (second.attempts, second.state) == (0, MailState.WAITING)
        assert second.next_try_at <= timezone.now()
        wait_until(lambda: OutgoingMail.objects.filter(sent_at=None).count() == 1)


def test_the_callback_learns_of_a_failure_only_where_nobody_waited(server_is_down):
    outcomes = []
    message = EmailMessage("Hej", "Hej", to=["ki@nordstjernen.example"])
    with sending.time_limit(5), pytest.raises(OSError, match="closed"):
        sending.send(message, outcomes.append)
    assert outcomes == []


def test_every_request_has_a_time_limit_for_mail(client, monkeypatch):
    limits = []
    monkeypatch.setattr("kl_ai.mail.middleware.sending.time_limit", partial(record_limit, limits))
    client.get("/log-ud/")
    assert limits == [sending.REQUEST_SECONDS]


@contextmanager
def record_limit(limits, seconds=sending.REQUEST_SECONDS):
    limits.append(seconds)
    yield


# Queued only ------------------------------------------------------------------------------------


def letters(number: int, first: int = 0) -> list[Letter]:
    return [
        Letter(f"many:{n}", f"Ki{n}@nordstjernen.example", "try", {"vendor": "Nordstjernen"}, "da")
        for n in range(first, first + number)
    ]


def test_many_mails_are_queued_and_sent_by_the_command(mail_server_at):
    with mail_server_at(smtpserver.Server()) as server:
        queued = outbox.post_many([*letters(3), *letters(1)])
        assert (len(queued), server.connections) == (3, 0)
        assert outbox.send_waiting() == Counts(sent=3)
        assert [mail.to for mail in OutgoingMail.objects.order_by("pk")] == [
            f"ki{n}@nordstjernen.example" for n in range(3)
        ]


def test_mails_that_are_queued_already_are_not_queued_again():
    outbox.post_many(letters(3))
    assert [mail.key for mail in outbox.post_many(letters(3, first=2))] == ["many:3", "many:4"]
    assert OutgoingMail.objects.count() == 5


@pytest.mark.parametrize("number", [1, outbox.BLOCK])
def test_a_block_of_mails_costs_two_queries(number):
    with costs(2):
        assert len(outbox.post_many(letters(number))) == number


def test_several_blocks_are_queued_whole():
    with costs(6):
        outbox.post_many(letters(2 * outbox.BLOCK + 1))
    assert OutgoingMail.objects.count() == 2 * outbox.BLOCK + 1


def test_a_mail_that_is_only_queued_is_not_tried(mail_server_at):
    with mail_server_at(smtpserver.Server()) as server:
        queued = outbox.post("1", "ki@nordstjernen.example", "try", {"vendor": "x"}, "da", queue_only=True)
        assert (queued.state, queued.attempts, server.connections) == (MailState.WAITING, 0, 0)
        assert delivery_message(queued) == (
            "Mailen til ki@nordstjernen.example er lagt i kø og sendes inden for få minutter."
        )
