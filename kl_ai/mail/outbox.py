"""The sending of mail: stored in the transaction of the change it is about, sent after it, tried again where that fails.

    mail = outbox.post(f"receipt:{response.pk}", user.email, "receipt", {"vendor": vendor}, language)
    …
    add_delivery_message(request, [mail])      # after the transaction (`kl_ai.mail.notices`)

A template `mail/<name>.txt` extends `mail/base.txt` and fills the blocks `subject` and `body`.
"""

import logging
import re
from collections.abc import Mapping
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

from ..text import clean_line, clean_text
from .models import MailState, OutgoingMail

logger = logging.getLogger(__name__)

SUBJECT_LENGTH = 200
ERROR_LENGTH = 500
FAILURES_IN_A_ROW = 3
"""After so many, the mail server is taken to be down and the run ends: the rest is for the next run."""


class Counts(NamedTuple):
    """The numbers of mails of a run, by how the attempt ended; `left` are still due after it."""

    sent: int = 0
    failed: int = 0
    refused: int = 0
    given_up: int = 0
    left: int = 0


# Writing ----------------------------------------------------------------------------------------


def post(
    key: str, to: str, template: str, context: Mapping[str, Any], language: str, kind: str = ""
) -> OutgoingMail | None:
    """Queue one mail in the caller's transaction and try it once after the commit; None if `key` was posted before.

    A mail server that is down or refuses the address raises nothing here. Two queries, and those of `deliver`.
    """
    subject, body = render_mail(template, context, language)
    mail = OutgoingMail.queue(key, to=to, kind=kind or template, language=language, subject=subject, body=body)
    if mail is not None:
        transaction.on_commit(partial(deliver, mail), robust=True)
    return mail


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

    Five where the server refuses the address; one where the mail is not due.

    Not to be called inside a transaction: others would wait for the mail server.
    """
    return _attempt(mail) is MailState.SENT


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
        email_message(mail).send()
    except Exception as error:  # whatever a backend raises: this mail waits, and the others are still sent
        return _record_failure(mail, error)
    mail.record_sent()
    return MailState.SENT


def _record_failure(mail: OutgoingMail, error: Exception) -> MailState:
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
        },
    )
