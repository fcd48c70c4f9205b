"""The mails by which KL announces something to the vendors of a round, to all who act for them.

    announcement = Announcement(round=round, kind=Announcement.Kind.ROUND)
    announcements.announce(announcement, vendors_with_status(["not-begun"], round), request.user)

Nothing is sent in a request: the mails are queued. A person gets the same news once, however often it is announced.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext

from kl_ai.mail.models import BadAddress, OutgoingMail
from kl_ai.mail.outbox import Letter, link, post_many, render_mail
from kl_ai.models import User
from kl_ai.search.danish import sort_key

from ..models import Announcement, SurveyRound, Vendor, VendorMember
from ..querysets import VendorQuerySet

TEMPLATE = "announcement"


@dataclass(frozen=True)
class AnnouncementRecipient:
    """A person who can log in, with the vendors that the person acts for."""

    user: User
    vendors: list[Vendor]


@dataclass(frozen=True)
class Distribution:
    """Who gets an announcement: the vendors, the people, and those who are left out."""

    vendors: list[Vendor]
    new: list[AnnouncementRecipient]
    have_it: list[AnnouncementRecipient]
    """The people who have got this very news before."""
    without_members: list[Vendor]
    """The vendors that nobody acts for: KL has to reach them in another way."""
    bad_addresses: list[str] = field(default_factory=list)
    """The addresses among those of `new` that take no mail."""


def recipients(vendors: VendorQuerySet | Collection[Vendor]) -> list[AnnouncementRecipient]:
    """The people who can log in for these vendors, each once, in the order of their logins. One query."""
    members = VendorMember.objects.filter(vendor__in=vendors, user__is_active=True)
    rows = members.select_related("user", "vendor").order_by("user_id")
    by_user = groupby(rows, key=lambda member: member.user_id)
    people = [list(memberships) for _pk, memberships in by_user]
    return [AnnouncementRecipient(rows[0].user, alphabetical(member.vendor for member in rows)) for rows in people]


def alphabetical(vendors: Iterable[Vendor]) -> list[Vendor]:
    """These vendors in Danish order of their names, as `VendorQuerySet.alphabetical`. No query on a list."""
    return sorted(vendors, key=lambda vendor: (sort_key(vendor.name), vendor.pk))


def distribution(announcement: Announcement, vendors: VendorQuerySet | Collection[Vendor]) -> Distribution:
    """Who would get the announcement now, out of those who act for these vendors. Four queries."""
    chosen = alphabetical(vendors)
    people = recipients(vendors)
    keys = OutgoingMail.objects.filter(key__startswith=f"{announcement.mail_key}:").values_list("key", flat=True)
    known = set(keys)
    new = [person for person in people if letter_key(announcement, person) not in known]
    reached = {vendor.pk for person in people for vendor in person.vendors}
    bad_addresses = set(BadAddress.objects.values_list("email", flat=True))
    return Distribution(
        vendors=chosen,
        new=new,
        have_it=[person for person in people if letter_key(announcement, person) in known],
        without_members=[vendor for vendor in chosen if vendor.pk not in reached],
        bad_addresses=[person.user.email for person in new if person.user.email in bad_addresses],
    )


def announce(
    announcement: Announcement, vendors: VendorQuerySet | Collection[Vendor], by, statuses: Iterable[str] = ()
) -> int:
    """Queue the announcement to all who act for these vendors and have not got it; returns to how many people.

    It is stored with the statuses by which the vendors were chosen, unless nobody is left. Raises `ValidationError`
    where the round cannot be announced. Locks the round, so that a second click waits and finds nobody left. Four
    queries, and those of `post_many`.
    """
    with transaction.atomic():
        announcement.round = SurveyRound.objects.select_for_update().get(pk=announcement.round_id)
        refuse_unfit(announcement)
        people = recipients(vendors)
        mails = post_many(letters(announcement, people))
        if not mails:
            return 0
        mailed = {mail.to for mail in mails}
        reached = {vendor.pk for person in people if person.user.email in mailed for vendor in person.vendors}
        announcement.statuses = " ".join(statuses)
        announcement.store(by, vendor_count=len(reached), person_count=len(mails))
        return len(mails)


def announce_to(round: SurveyRound, vendors: VendorQuerySet | Collection[Vendor], by) -> int:
    """Queue the announcement of the round to all who act for these vendors and have not got it; to how many people.

    Raises `ValidationError` where the round is over or not released. Four queries, and those of `post_many`.
    """
    return announce(Announcement(round=round, kind=Announcement.Kind.ROUND), vendors, by)


def refuse_unfit(announcement: Announcement) -> None:
    """Raise `ValidationError` where the round is over or not released, or has no deadline that could be announced."""
    survey_round = announcement.round
    if not survey_round.is_released:
        raise ValidationError(
            gettext("“%(round)s” is not released, so it cannot be announced.") % {"round": survey_round}
        )
    is_message = announcement.kind == Announcement.Kind.MESSAGE
    if not is_message and not survey_round.is_announceable:
        raise ValidationError(gettext("“%(round)s” is closed, so it cannot be announced.") % {"round": survey_round})
    if announcement.kind == Announcement.Kind.EXTENSION:
        if survey_round.closes_on is None:
            raise ValidationError(
                gettext("“%(round)s” has no closing date. Give it one first.") % {"round": survey_round}
            )
        announcement.closes_on = survey_round.closes_on


# The mail ---------------------------------------------------------------------------------------


def letter_key(announcement: Announcement, recipient: AnnouncementRecipient) -> str:
    """The key of this person's mail: the same news has the same key."""
    return f"{announcement.mail_key}:{recipient.user.pk}"


def letters(announcement: Announcement, people: Iterable[AnnouncementRecipient]) -> Iterator[Letter]:
    """A letter to each of these people in their own language. No query."""
    for person in people:
        language = person.user.language
        context = mail_context(announcement, person.vendors, language)
        yield Letter(letter_key(announcement, person), person.user.email, TEMPLATE, context, language)


def mail_context(announcement: Announcement, vendors: Iterable[Vendor], language: str) -> Mapping[str, Any]:
    """The variables of the mail to somebody who acts for these vendors."""
    return {
        "announcement": announcement,
        "round": announcement.round,
        "vendors": [(vendor, link("vendor:company", vendor.slug, language=language)) for vendor in vendors],
        "questions_url": link("vendor:round_questions", announcement.round.code, language=language),
    }


def preview(announcement: Announcement, vendors: Iterable[Vendor], language: str) -> tuple[str, str]:
    """Subject and text of the mail as somebody who acts for these vendors will read it."""
    return render_mail(TEMPLATE, mail_context(announcement, vendors, language), language)
