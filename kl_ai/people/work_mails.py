"""The mails to KL's staff about the work that waits: at once, or once a day, as each has chosen (`User.work_mail`).

They hold numbers and links alone: no name of a person or a company, and nothing that somebody outside KL has written.
"""

from datetime import date, datetime, time
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.db.models import Count, QuerySet
from django.utils import timezone, translation

from ..mail.models import OutgoingMail
from ..mail.outbox import link, post
from ..models import User
from ..waiting import Waiting, WaitingKind, WorkSection, count, kind_named, kinds_for

AT_ONCE = "work_at_once"
DAILY = "work_daily"
AT_ONCE_PER_DAY = 30
"""The most mails at once that one person gets in a day; the last one says that no more come."""


def post_at_once(code: str, key: str) -> list[OutgoingMail]:
    """Tell those who want to know at once that a row of the kind `code` has begun to wait; in the event's transaction.

    `key` names the event: posted again it gives no mail. Three queries, and those of `post` for each mail.
    """
    kind = kind_named(code)
    recipients = _mails_today(_staff_with(kind).filter(work_mail=User.WorkMail.AT_ONCE))
    if not recipients:
        return []
    waiting = count([kind])
    mails = []
    for user, mails_today in recipients:
        if mails_today < AT_ONCE_PER_DAY:
            is_last = mails_today == AT_ONCE_PER_DAY - 1
            context = {"lines": _lines(waiting, user.language), "is_last": is_last, **_pages(user.language)}
            mails.append(post(f"work:{key}:{user.pk}", user.email, AT_ONCE, context, user.language, queue_only=True))
    return [mail for mail in mails if mail]


def post_daily(day: date) -> list[OutgoingMail]:
    """The mails of this day to those who want one a day and for whom something waits; a second call gives none.

    Two queries for each of KL's staff with this choice, and those of `post` for each mail.
    """
    mails = []
    for user, waiting in due_daily():
        lines = _lines(waiting, user.language)
        context = {"lines": lines, "number": sum(waiting.number for waiting in waiting), **_pages(user.language)}
        mails.append(post(f"work:daily:{day}:{user.pk}", user.email, DAILY, context, user.language, queue_only=True))
    return [mail for mail in mails if mail]


def due_daily() -> list[tuple[User, list[Waiting]]]:
    """Each of KL's staff who wants a mail a day, with what waits; whoever has nothing to answer is left out.

    What nobody waits for (deadlines, mail failures) is added, but is no reason to write.
    """
    staff = User.objects.filter(is_active=True, is_staff=True, work_mail=User.WorkMail.DAILY).order_by("pk")
    waiting = [(user, count(kinds_for(user))) for user in staff]
    return [(user, found) for user, found in waiting if any(each.kind.section is WorkSection.WORK for each in found)]


def _staff_with(kind: WaitingKind) -> QuerySet[User]:
    """The active staff who have the permission of this kind."""
    return ModelBackend().with_perm(kind.permission).filter(is_staff=True)


def _mails_today(users: QuerySet[User]) -> list[tuple[User, int]]:
    """These users, each with the number of mails at once since midnight. Two queries."""
    midnight = timezone.make_aware(datetime.combine(timezone.localdate(), time.min))
    people = list(users.order_by("pk"))
    mails = OutgoingMail.objects.filter(kind=AT_ONCE, created_at__gte=midnight, to__in=[user.email for user in people])
    numbers = dict(mails.order_by().values_list("to").annotate(Count("pk")))
    return [(user, numbers.get(user.email, 0)) for user in people]


def _lines(waiting: list[Waiting], language: str) -> list[dict[str, Any]]:
    """What the mail says of each kind: the number, the words, the oldest and the address, in this language."""
    with translation.override(language):
        return [
            {
                "number": each.number,
                "text": each.text,
                "section": each.kind.section.value,
                "days": each.days,
                "url": settings.SITE_URL + each.url,
            }
            for each in waiting
        ]


def _pages(language: str) -> dict[str, str]:
    return {
        "overview_url": link("admin:index", language=language),
        "choice_url": link("admin:my_mails", language=language),
    }
