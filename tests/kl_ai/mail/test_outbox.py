"""No mail is lost, none is sent twice, and what people are told of it is true."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from django.utils.translation import override

from kl_ai.mail import outbox
from kl_ai.mail.models import CLAIM, MAX_ATTEMPTS, BadAddress, MailState, OutgoingMail
from kl_ai.mail.notices import delivery_message
from kl_ai.mail.outbox import Counts
from kl_ai.people.tokens import KeySigner
from tests import mailserver
from tests.concurrency import run_at_once
from tests.kl_ai.mail.outgoing import make_due, post
from tests.mails import recipients

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("mail_server")]


# Writing ----------------------------------------------------------------------------------------


def test_a_mail_is_sent_after_the_transaction():
    with transaction.atomic():
        posted = post()
        assert recipients() == []
    assert recipients() == ["ki@nordstjernen.example"]
    posted.refresh_from_db()
    assert posted.is_sent
    assert delivery_message(posted) == "Vi har sendt en mail til ki@nordstjernen.example."


def test_a_secret_link_is_in_the_mail_that_is_sent_and_then_nowhere(server_is_down, monkeypatch):
    link = f"https://kl.example/invitation/{KeySigner('tests.outbox').sign(4711)}/"
    OutgoingMail.queue(
        OutgoingMail(key="1", to="ki@nordstjernen.example", language="da", subject="s", body=f"Begynd her: {link}")
    )
    outbox.send_waiting()
    assert link in OutgoingMail.objects.get().body  # it is still to be sent
    monkeypatch.setattr(mailserver, "DOWN", "")
    make_due()
    outbox.send_waiting()
    assert link in mail.outbox[-1].body
    assert OutgoingMail.objects.get().body == "Begynd her: https://kl.example/invitation/…/"


def test_what_is_rolled_back_sends_nothing():
    with transaction.atomic():
        post()
        transaction.set_rollback(True)
    assert recipients() == []
    assert not OutgoingMail.objects.exists()


def test_the_same_key_is_posted_once():
    assert post()
    assert post() is None
    assert len(recipients()) == 1
    assert delivery_message(None) == ""


@pytest.mark.parametrize(("language", "subject"), [("da", "Hjem: Nordstjernen"), ("en", "Home: Nordstjernen")])
def test_the_mail_speaks_the_language_of_its_reader(language, subject):
    with override("en" if language == "da" else "da"):
        post(language=language)
    (message,) = mail.outbox
    assert message.subject == subject
    assert ("Du får denne mail" in message.body) == (language == "da")
    assert message.extra_headers["Content-Language"] == language


def test_says_where_it_comes_from_and_where_answers_go(settings):
    settings.CONTACT_EMAIL, settings.SITE_URL = "portal@kl.example", "https://ki.kl.example"
    settings.DEFAULT_FROM_EMAIL = "KL <noreply@kl.example>"
    post()
    headers = mail.outbox[0].message()
    assert headers["From"] == "KL <noreply@kl.example>"
    assert headers["Reply-To"] == "portal@kl.example"
    assert headers["Auto-Submitted"] == "auto-generated"
    assert re.fullmatch(r"<\w+@ki\.kl\.example>", headers["Message-ID"])
    assert "https://ki.kl.example" in mail.outbox[0].body
    assert "portal@kl.example" in mail.outbox[0].body


def test_links_lead_to_the_site_in_the_language_of_the_mail(settings):
    settings.SITE_URL = "https://ki.kl.example"
    assert outbox.link("vendor:home", language="da") == "https://ki.kl.example/leverandoer/"
    with override("da"):
        assert outbox.link("vendor:home", language="en") == "https://ki.kl.example/en/leverandoer/"


HOSTILE = "Evil\r\nBcc: x@evil.example\r\n\r\nHej\u202e\u2066 \x00\x1b\u200b<b>&\u2028"


def test_hostile_values_stay_text():
    post(vendor=HOSTILE)
    (message,) = mail.outbox
    headers = message.message()
    assert headers["Bcc"] is None
    assert message.subject == "Hjem: Evil Bcc: x@evil.example Hej <b>&"
    assert recipients() == ["ki@nordstjernen.example"]
    assert not set("\r\u202e\u2066\x00\x1b\u200b") & set(message.body)
    assert message.body.startswith("Evil\nBcc: x@evil.example\n\nHej <b>&")
    assert "&amp;" not in message.body


def test_a_subject_is_never_too_long_for_its_row():
    post(vendor="æ" * 100_000)
    (message,) = mail.outbox
    assert len(message.subject) == outbox.SUBJECT_LENGTH
    assert len(message.body) > 200_000
    assert all(len(line) < 999 for line in message.message().as_bytes().splitlines())


# The mail server fails --------------------------------------------------------------------------


def test_a_server_that_is_down_loses_nothing(server_is_down, monkeypatch):
    posted = post()
    assert (posted.state, posted.attempts) == (MailState.WAITING, 1)
    assert "kunne ikke sendes lige nu" in delivery_message(posted)
    assert posted.last_error == "SMTPServerDisconnected: Connection unexpectedly closed Bcc: x@evil.example"
    assert outbox.send_waiting() == Counts()  # the pause is not over
    make_due()
    assert outbox.send_waiting() == Counts(failed=1)
    monkeypatch.setattr(mailserver, "DOWN", "")
    make_due()
    assert outbox.send_waiting() == Counts(sent=1)
    posted.refresh_from_db()
    assert (posted.state, posted.last_error) == (MailState.SENT, "")
    assert outbox.send_waiting() == Counts()
    assert len(recipients()) == 1


def test_pauses_grow_until_it_is_given_up(server_is_down):
    posted = post()
    pauses = []
    for _ in range(MAX_ATTEMPTS - 1):
        pauses.append(round((posted.next_try_at - timezone.now()) / timedelta(minutes=1)))
        make_due()
        outbox.deliver(posted)
    assert pauses == [1, 5, 30, 120, 360, 1440, 1440, 1440, 1440]
    assert (posted.state, posted.next_try_at) == (MailState.GIVEN_UP, None)
    assert delivery_message(posted) == "Mailen til ki@nordstjernen.example kunne ikke sendes."
    assert outbox.send_waiting() == Counts()


def test_a_run_ends_where_the_server_is_down(server_is_down):
    for number in range(6):
        post(f"try:{number}")
    make_due()
    assert outbox.send_waiting() == Counts(failed=outbox.FAILURES_IN_A_ROW, left=3)


def test_one_refused_address_keeps_no_other_from_getting_its_mail():
    with transaction.atomic():
        first, refused, last = post("1"), post("2", "Nogen@UKENDT.example"), post("3", "ki@sydkorset.example")
    assert recipients() == ["ki@nordstjernen.example", "ki@sydkorset.example"]
    assert [posted.state for posted in (first, refused, last)] == [MailState.SENT, MailState.REFUSED, MailState.SENT]
    assert delivery_message(refused) == ("Mailen til nogen@ukendt.example blev afvist: Adressen kan ikke nås.")
    bad = BadAddress.objects.get()
    assert (bad.email, bad.error) == ("nogen@ukendt.example", "550 5.1.1 No such user")


@pytest.mark.parametrize("domain", ["fuld.example", "politik.example"])
def test_a_full_mailbox_or_a_server_that_takes_nothing_from_us_is_no_bad_address(domain):
    posted = post(to=f"nogen@{domain}")
    assert posted.state == MailState.WAITING
    assert not BadAddress.objects.exists()


def test_a_bad_address_is_left_alone_until_it_is_cleared(monkeypatch):
    BadAddress.mark("Nogen@nordstjernen.example", "Kom retur")
    posted = post(to="nogen@nordstjernen.example")
    assert (posted.state, posted.attempts) == (MailState.REFUSED, 0)
    make_due()
    assert outbox.send_waiting() == Counts()
    BadAddress.objects.get().clear()
    assert outbox.send_waiting() == Counts(sent=1)
    assert recipients() == ["nogen@nordstjernen.example"]


def test_a_second_mark_keeps_the_first_reason():
    BadAddress.mark("ki@nordstjernen.example", "Kom retur")
    BadAddress.mark("KI@nordstjernen.example", "Ukendt modtager")
    assert BadAddress.objects.get().error == "Kom retur"


def test_what_waited_for_its_pause_goes_out_at_once_when_the_mark_is_cleared(server_is_down, monkeypatch):
    post()
    OutgoingMail.objects.update(next_try_at=timezone.now() + timedelta(days=1))
    BadAddress.mark("ki@nordstjernen.example", "Kom retur").clear()
    monkeypatch.setattr(mailserver, "DOWN", "")
    assert outbox.send_waiting() == Counts(sent=1)


def test_what_was_given_up_stays_so_when_the_mark_is_cleared(server_is_down, monkeypatch):
    posted = post()
    OutgoingMail.objects.update(attempts=MAX_ATTEMPTS, next_try_at=None)
    BadAddress.mark("ki@nordstjernen.example", "Kom retur").clear()
    monkeypatch.setattr(mailserver, "DOWN", "")
    assert outbox.send_waiting() == Counts()
    posted.refresh_from_db()
    assert posted.state == MailState.GIVEN_UP


# Two at once, and breaking off ------------------------------------------------------------------


def test_many_processes_send_a_mail_once(server_is_down, monkeypatch):
    posted = post()
    monkeypatch.setattr(mailserver, "DOWN", "")
    make_due()
    loaded_mails = [OutgoingMail.objects.get(pk=posted.pk) for _ in range(10)]
    assert sum(run_at_once(outbox.deliver, loaded_mails)) == 1
    assert len(recipients()) == 1


def test_two_runs_at_once_send_each_mail_once(server_is_down, monkeypatch):
    for number in range(12):
        post(f"try:{number}")
    monkeypatch.setattr(mailserver, "DOWN", "")
    make_due()
    counts = run_at_once(lambda _number: outbox.send_waiting(), range(4))
    assert sum(run.sent for run in counts) == len(recipients()) == 12


def test_a_mail_whose_sender_was_killed_is_sent_by_a_later_run(server_is_down, monkeypatch):
    posted = post()
    monkeypatch.setattr(mailserver, "DOWN", "")
    make_due()
    assert posted.claim()  # and then nothing more
    assert outbox.send_waiting() == Counts()
    assert posted.next_try_at <= timezone.now() + CLAIM
    make_due()
    assert outbox.send_waiting() == Counts(sent=1)


def test_every_attempt_has_the_same_message_id(server_is_down, monkeypatch):
    """A mail that arrived although the server broke off is shown once."""
    posted = post()
    first = outbox.email_message(posted).message()["Message-ID"]
    monkeypatch.setattr(mailserver, "DOWN", "")
    make_due()
    outbox.send_waiting()
    assert mail.outbox[0].message()["Message-ID"] == first


# The command ------------------------------------------------------------------------------------


def test_the_command_says_what_it_did(capsys, server_is_down, monkeypatch):
    post("1"), post("2", "nogen@ukendt.example")
    BadAddress.objects.get().clear()
    make_due()
    OutgoingMail.objects.filter(key="1").update(next_try_at=timezone.now() + timedelta(minutes=5))
    call_command("send_mail", dry_run=True)
    assert capsys.readouterr().out == "1 would be sent\n1 not due yet\n"
    make_due()
    call_command("send_mail", dry_run=True)
    assert capsys.readouterr().out == "2 would be sent\n"
    assert recipients() == []
    monkeypatch.setattr(mailserver, "DOWN", "")
    call_command("send_mail")
    assert capsys.readouterr().out == "1 sent\n1 refused by the mail server: the address is marked as bad\n"
    call_command("send_mail")
    assert capsys.readouterr().out == "1 not tried: to an address marked as bad\n"
    BadAddress.objects.get().delete()
    OutgoingMail.objects.filter(sent_at=None).delete()
    call_command("send_mail")
    assert capsys.readouterr().out == "Nothing to send.\n"
