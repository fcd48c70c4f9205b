"""Messages to the sender of a mail about its delivery."""

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest
from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext

from .models import MailState, OutgoingMail


def delivery_message(mail: OutgoingMail | None) -> str:
    """A sentence about the delivery of this mail; "" for None. One query where the mail is not sent."""
    if mail is None:
        return ""
    sentence = {
        MailState.SENT: gettext("We have sent a mail to %(address)s."),
        MailState.WAITING: _waiting_message(mail),
        MailState.REFUSED: gettext("The mail to %(address)s was refused: the address cannot be reached."),
        MailState.GIVEN_UP: gettext("The mail to %(address)s could not be sent."),
    }[mail.state]
    return sentence % {"address": mail.to}


def _waiting_message(mail: OutgoingMail) -> str:
    """A sentence about a mail that waits: it is not tried yet, the attempt has not ended, or it has failed."""
    if not mail.attempts:
        return gettext("The mail to %(address)s is queued and goes out within a few minutes.")
    if not mail.last_error:
        return gettext("Our mail server is slow. The mail to %(address)s is kept and goes out by itself.")
    return gettext("The mail to %(address)s could not be sent just now. It is kept and goes out by itself.")


def add_queued_message(request: HttpRequest, number: int) -> None:
    """Add a message about so many mails that `outbox.post_many` has queued to the next page; none for no mails."""
    if number:
        text = ngettext(
            "%(number)s mail is queued and goes out within a few minutes.",
            "%(number)s mails are queued and go out within a few minutes.",
            number,
        )
        messages.success(request, text % {"number": number_format(number, use_l10n=True)})


def add_delivery_message(
    request: HttpRequest,
    mails: Iterable[OutgoingMail | None],
    all_sent: str = "",
    some_unsent: str = "",
    *,
    sent_level: int = messages.SUCCESS,
    unsent_level: int = messages.WARNING,
) -> None:
    """Add one message about the delivery of these mails to the next page; none where no mail was posted.

    `all_sent` and `some_unsent` are its text in the two cases; in them `%(n)s` and `%(number)s` stand for the number
    of mails, `%(sent)s` for how many are sent. Without them the message has a sentence for each mail, at one query for
    each that is not sent. Call it after the transaction that posted the mails.
    """
    posted = [mail for mail in mails if mail]
    if not posted:
        return
    sent = sum(mail.is_sent for mail in posted)
    level, text = (sent_level, all_sent) if sent == len(posted) else (unsent_level, some_unsent)
    if text:
        text %= {"n": len(posted), "number": len(posted), "sent": sent}
    messages.add_message(request, level, text or " ".join(map(delivery_message, posted)))
