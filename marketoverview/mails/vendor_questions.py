"""The mails about vendors' questions: to KL's staff that one waits, to all vendors of the round that one is answered.

Each function queues its mails in the caller's transaction; the same answer queued again gives none.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kl_ai.mail.outbox import Letter, link, post_many, render_mail
from kl_ai.people.work_mails import post_at_once

from ..models import Invitation, SurveyRound, Vendor, VendorQuestion
from ..survey.audience import vendors_of_round
from .announcements import AnnouncementRecipient, recipients

KIND = "vendor-questions"
"""The kind of waiting work, and the kind of mail to KL's staff."""
TEMPLATE = "vendor_answer"


def notify_staff(question: VendorQuestion) -> None:
    """Tell those of KL's staff who want to know at once that the question waits."""
    post_at_once(KIND, f"{KIND}:{question.pk}")


def send_answer(question: VendorQuestion) -> int:
    """Queue an answer, or its correction, to all whom it concerns; returns to how many addresses.

    A published one to all of `published_to`, any other to the members of the vendor that asked. As `published_to`, and
    the queries of `post_many`.
    """
    if question.state == VendorQuestion.State.PUBLISHED:
        people, invitations = published_to(question.round)
    else:
        people, invitations = recipients([question.vendor] if question.vendor else []), []
    return len(post_many(letters(question, people, invitations)))


def published_to(survey_round: SurveyRound) -> tuple[list[AnnouncementRecipient], list[Invitation]]:
    """Who gets a published answer: the people of the round's vendors, and KL's waiting invitations to others. Two queries."""
    people = recipients(vendors_of_round(survey_round))
    known = {person.user.email for person in people}
    waiting = Invitation.objects.waiting().filter(round=survey_round, by_kl=True).order_by("pk")
    by_address = {invitation.email: invitation for invitation in waiting}
    return people, [invitation for address, invitation in by_address.items() if address not in known]


def letters(
    question: VendorQuestion, people: Iterable[AnnouncementRecipient], invitations: Iterable[Invitation]
) -> Iterator[Letter]:
    """A letter to each, in their own language. No query but those of the answer that a question is merged into, and of who asked."""
    answer = answering(question)
    at = question.corrected_at or question.answered_at
    key = f"answer:{question.pk}:{at:%Y%m%d%H%M%S%f}"
    is_own = question.state != VendorQuestion.State.PUBLISHED
    asked_by = (question.asked_by,) if is_own and people else ()
    for person in people:
        user, language = person.user, person.user.language
        context = mail_context(question, answer, person.vendors, language)
        yield Letter(
            f"{key}:{user.pk}", user.email, TEMPLATE, context, language, mentions=asked_by, is_in_own_words=True
        )
    for invitation in invitations:
        context = mail_context(question, answer, [], invitation.language)
        yield Letter(f"{key}:i{invitation.pk}", invitation.email, TEMPLATE, context, invitation.language)


def answering(question: VendorQuestion) -> VendorQuestion:
    """The question whose answer is this one's: itself, or the earlier one that it is merged into."""
    return question.merged_into or question


def mail_context(
    question: VendorQuestion, answer: VendorQuestion, vendors: Iterable[Vendor], language: str
) -> Mapping[str, Any]:
    return {
        "question": question,
        "answer": answer,
        "round": question.round,
        "is_own": question.state != VendorQuestion.State.PUBLISHED,
        "pages": [(vendor, link("vendor:questions_to_kl", vendor.slug, language=language)) for vendor in vendors],
    }


def preview(question: VendorQuestion, vendors: Iterable[Vendor], language: str) -> tuple[str, str]:
    """Subject and text of the mail as somebody who acts for these vendors will read it."""
    return render_mail(TEMPLATE, mail_context(question, answering(question), vendors, language), language)
