"""The sending of mail: stored in the transaction of the change it is about, sent after it, tried again where that fails.

`post` tries a mail once after the transaction, in the time that the request has for mail (`sending`). What concerns many
people is only queued, by `post_many` or `post(…, queue_only=True)`; `manage.py send_mail` sends it.

    mail = outbox.post(f"receipt:{response.pk}", user.email, "receipt", {"vendor": vendor}, language)
    …
    add_delivery_message(request, [mail])      # after the transaction (`kl_ai.mail.notices`)

A template `mail/<name>.txt` extends `mail/base.txt` and fills the blocks `subject` and `body`.
"""

import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from hashlib import sha256
from smtplib import SMTPRecipientsRefused
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from ..addresses import canonical_address
from ..text import clean_line, clean_text
from . import sending
from .models import MailState, OutgoingMail

logger = logging.getLogger(__name__)

SUBJECT_LENGTH = 200
ERROR_LENGTH = 500
FAILURES_IN_A_ROW = 3
"""After so many, the mail server is taken to be down and the run ends: the rest is for the next run."""

BLOCK = 80
"""How many mails `post_many` stores at once: as many as go into one statement on SQLite (999 values)."""


class Letter(NamedTuple):
    """A mail that is to be queued: the arguments of `post`."""

    key: str
    to: str
    template: str
    context: Mapping[str, Any]
    language: str
    kind: str = ""
    mentions: tuple[Any, ...] = ()
    """The users whom the text names, beside the recipient; None for somebody who has no login."""
    is_in_own_words: bool = False
    """Whether somebody has written the text, who may name these users in any way; else they stand by name and address."""
    unsubscribe_url: str = ""
    """Where one POST, without cookie or login, ends what the mail is sent for: its `List-Unsubscribe` (RFC 8058)."""

    def labels(self) -> dict[int, str]:
        """Key of each user whom the text names, but of the recipient, to the name in it; "" where that is not known."""
        users = [user for user in self.mentions if user and user.email != canonical_address(self.to)]
        return {user.pk: "" if self.is_in_own_words else user.mask.label for user in users}

    def render(self) -> OutgoingMail:
        """The mail, not stored yet. No query but those of the template's values."""
        subject, body = render_mail(self.template, self.context, self.language)
        return OutgoingMail(
            key=self.key,
            to=canonical_address(self.to),
            kind=self.kind or self.template,
            language=self.language,
            subject=subject,
            body=body,
            unsubscribe_url=self.unsubscribe_url,
        )


class Counts(NamedTuple):
    """The numbers of mails of a run, by how the attempt ended; `left` are still due after it."""

    sent: int = 0
    failed: int = 0
    refused: int = 0
    given_up: int = 0
    left: int = 0


# Writing ----------------------------------------------------------------------------------------


def post(
    key: str,
    to: str,
    template: str,
    context: Mapping[str, Any],
    language: str,
    kind: str = "",
    *,
    mentions: tuple[Any, ...] = (),
    unsubscribe_url: str = "",
    queue_only: bool = False,
) -> OutgoingMail | None:
    """Queue one mail in the caller's transaction and try it once after the commit; None if `key` was posted before.

    A mail server that is down, slow or refuses the address raises nothing here. With `queue_only` the first attempt is
    that of `manage.py send_mail`. `mentions` are the users whom the text names, or None: the mail is found by them when a
    login is deleted. Two queries, one more where it names somebody, and those of `deliver`.
    """
    letter = Letter(key, to, template, context, language, kind, mentions, unsubscribe_url=unsubscribe_url)
    mail = OutgoingMail.queue(letter.render(), letter.labels())
    if mail is not None and not queue_only:
        transaction.on_commit(partial(deliver, mail), robust=True)
    return mail


def post_many(letters: Iterable[Letter]) -> list[OutgoingMail]:
    """Queue many mails in the caller's transaction for `manage.py send_mail`; returns those whose key is new, without pk.

    None of them is tried now. Two queries for each `BLOCK` of letters, four where they name people (`Letter.mentions`).
    """
    queued: list[OutgoingMail] = []
    for block in _blocks(letters):
        known = OutgoingMail.keys_known(block)
        new = {key: letter for key, letter in block.items() if key not in known}
        labels = {key: letter.labels() for key, letter in new.items()}
        queued += OutgoingMail.queue_many([letter.render() for letter in new.values()], labels)
    return queued


def _blocks(letters: Iterable[Letter]) -> Iterator[dict[str, Letter]]:
    """The letters by key, in their order, at most `BLOCK` at a time; of two with the same key the first."""
    block: dict[str, Letter] = {}
    for letter in letters:
        block.setdefault(letter.key, letter)
        if len(block) == BLOCK:
            yield block
            block = {}
    if block:
        yield block


def render_mail(template: str, context: Mapping[str, Any], language: str) -> tuple[str, str]:
    """Subject and body of `mail/<template>.txt` in this language, cleaned (`kl_ai.text`)."""
    site = {"site_url": settings.SITE_URL, "contact_email": settings.CONTACT_EMAIL}
    with translation.override(language):
        subject, body = (
            render_to_string(f"mail/{template}.txt", {**context, **site, "part": part}) for part in ("subject", "body")
        )
    return clean_line(subject, SUBJECT_LENGTH), re.sub(r"\n{3,}", "\n\n", clean_text(body)).strip() + "\n"


def link(name: str, *args, language: str) -> str:
    """The address of a named URL in this language, for a mail."""
    with translation.override(language):
        return settings.SITE_URL + reverse(name, args=args)


# Sending ----------------------------------------------------------------------------------------


def deliver(mail: OutgoingMail) -> bool:
    """Send the mail if it is due and no other process has it; True if it was sent now. Three queries.

    Five where the server refuses the address; one where the mail is not due; none where the request's time for mail is
    used up. Where the server does not answer in time the attempt goes on in a thread, which records how it ended.

    Not to be called inside a transaction: others would wait for the mail server.
    """
    return not sending.is_time_used_up() and _attempt(mail) is MailState.SENT


def send_waiting(limit: int = 1000, *, dry_run: bool = False) -> Counts:
    """Send the mails that are due, the longest wait first; may run several times at once and be stopped at any point.

    Two queries, and those of `deliver` for each mail. With `dry_run` all that are due are `left`; one query then.
    """
    due = OutgoingMail.objects.due()
    outcomes: list[MailState] = []
    for mail in [] if dry_run else due[:limit]:
        if outcome := _attempt(mail):
            outcomes.append(outcome)
        if outcomes[-FAILURES_IN_A_ROW:] == [MailState.WAITING] * FAILURES_IN_A_ROW:
            break
    return Counts(
        sent=outcomes.count(MailState.SENT),
        failed=outcomes.count(MailState.WAITING),
        refused=outcomes.count(MailState.REFUSED),
        given_up=outcomes.count(MailState.GIVEN_UP),
        left=OutgoingMail.objects.due().count(),
    )


def _attempt(mail: OutgoingMail) -> MailState | None:
    """The state in which one attempt leaves the mail; None where it is not for this process to send."""
    if not mail.claim():
        return None
    try:
        sending.send(email_message(mail), partial(_record_outcome, mail))
    except sending.UnfinishedError:  # the mail stays claimed until the attempt has ended
        return None
    except sending.NoTimeError:
        mail.release()
        return None
    except Exception as error:  # whatever a backend raises: this mail waits, and the others are still sent
        return _record_outcome(mail, error)
    return _record_outcome(mail, None)


def _record_outcome(mail: OutgoingMail, error: Exception | None) -> MailState:
    """Store how an attempt ended: with this exception, or None where the mail was sent."""
    if error is None:
        mail.record_sent()
        return MailState.SENT
    if refusal := _refusal(error):
        mail.record_refusal(clean_line(refusal, ERROR_LENGTH))
        outcome = MailState.REFUSED
    else:
        mail.record_failure(clean_line(f"{type(error).__name__}: {error}", ERROR_LENGTH))
        outcome = MailState.WAITING if mail.next_try_at else MailState.GIVEN_UP
    logger.warning("Mail %s (%s): %s", mail.pk, outcome.value, type(error).__name__)
    return outcome


def _refusal(error: Exception) -> str:
    """The server's reply where it refused the recipient for good; "" for every other failure.

    A code 5.7.x is about the server's policy (RFC 3463), as where it does not know the portal: no fault of the address.
    """
    if not isinstance(error, SMTPRecipientsRefused):
        return ""
    for code, reply in error.recipients.values():
        text = reply.decode(errors="replace") if isinstance(reply, bytes) else str(reply)
        if code < 500 or text.startswith("5.7."):
            return ""
    return f"{code} {text}" if error.recipients else ""


def email_message(mail: OutgoingMail) -> EmailMessage:
    """The mail as Django sends it, with the same `Message-ID` at every attempt: one that arrives twice is shown once."""
    host = urlsplit(settings.SITE_URL).hostname
    unsubscribe = (
        {"List-Unsubscribe": f"<{mail.unsubscribe_url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
        if mail.unsubscribe_url
        else {}
    )
    identity = sha256(f"{mail.key} {mail.created_at.timestamp()}".encode()).hexdigest()[:32]
    return EmailMessage(
        mail.subject,
        mail.body,
        to=[mail.to],
        reply_to=[settings.CONTACT_EMAIL],
        headers={
            "Message-ID": f"<{identity}@{host}>",
            "Auto-Submitted": "auto-generated",
            "Content-Language": mail.language,
            **unsubscribe,
        },
    )
