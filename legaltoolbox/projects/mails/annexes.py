"""The mails to the recipients of a requirement annex: their link, a later deadline, an answer to a question.

They say nothing of the requirements, and nothing of other recipients. The link stands in no page of the municipality:
whoever has it reads and writes the company's answers.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils import formats, translation
from django.utils.translation import gettext as _

from kl_ai.mail.outbox import Letter, link

from ..models import Annex, AnnexQuestion, Recipient
from .posting import Posted, post_within_limits

LINK_KIND, NEWS_KIND = "annex_link", "annex_news"


def send_links(annex: Annex, recipients: Iterable[Recipient]) -> Posted:
    """Queue the mail with the link to each of these recipients that has an address, in the verb's transaction.

    Stores when it was queued. Three queries and those of `post_many`.
    """
    letters = [
        _letter(annex, each, f"link:{each.link_number}", LINK_KIND, *_link_words(annex, each))
        for each in _with_link(recipients)
    ]
    posted = post_within_limits(LINK_KIND, letters)
    if posted.mails:
        annex.recipients.record_mailed(mail.to for mail in posted.mails)
    return posted


def send_deadline(annex: Annex) -> Posted:
    """Queue the mail about the later deadline to all recipients, in the verb's transaction. As `send_links`."""
    return _send_news(annex, f"deadline:{annex.deadline.isoformat()}", _deadline_words)


def send_answer(question: AnnexQuestion) -> Posted:
    """Queue the mail about the answer to all recipients, in the verb's transaction; it holds neither question nor answer."""
    return _send_news(question.annex, f"question:{question.pk}", _answer_words)


def _send_news(annex: Annex, key: str, words: Any) -> Posted:
    if not annex.is_open:
        return Posted()
    recipients = annex.recipients.with_link().order_by("pk")
    return post_within_limits(
        NEWS_KIND, [_letter(annex, each, key, NEWS_KIND, *words(annex, each)) for each in recipients]
    )


def _with_link(recipients: Iterable[Recipient]) -> Iterator[Recipient]:
    return (each for each in recipients if each.email and each.revoked_at is None)


def _words(annex: Annex, recipient: Recipient) -> dict[str, Any]:
    return {
        "municipality": annex.project.municipality.name,
        "title": annex.title,
        "company": recipient.company,
        "day": formats.date_format(annex.deadline, "DATE_FORMAT"),
        "contact": annex.contact,
    }


def _link_words(annex: Annex, recipient: Recipient) -> tuple[str, str]:
    with translation.override(recipient.language):
        sentence = _(
            "%(municipality)s asks %(company)s to answer the requirements in “%(title)s”. Answers are taken until the end of %(day)s."
        )
        return _("Requirements from %(municipality)s: %(title)s"), sentence


def _deadline_words(annex: Annex, recipient: Recipient) -> tuple[str, str]:
    with translation.override(recipient.language):
        sentence = _(
            "%(municipality)s has moved the deadline for answers to “%(title)s”: they are taken until the end of %(day)s. It is the same for all recipients."
        )
        return _("Later deadline: %(title)s"), sentence


def _answer_words(annex: Annex, recipient: Recipient) -> tuple[str, str]:
    with translation.override(recipient.language):
        sentence = _(
            "%(municipality)s has answered a question about “%(title)s”. All recipients see question and answer, and nobody sees who has asked."
        )
        return _("A question is answered: %(title)s"), sentence


def _letter(annex: Annex, recipient: Recipient, key: str, kind: str, subject: str, sentence: str) -> Letter:
    with translation.override(recipient.language):
        words = _words(annex, recipient)
        context = {
            **words,
            "subject": subject % words,
            "sentence": sentence % words,
            "url": link("vendor_answers:overview", recipient.token, language=recipient.language),
        }
    return Letter(f"annex:{recipient.pk}:{key}", recipient.email, kind, context, recipient.language)
