"""The reminders that are due today: to confirm a profile, or to submit a draft before the deadline.

Each reminder has a key, and no key is queued twice: a run that was interrupted can be run again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from kl_ai.mail.models import OutgoingMail
from kl_ai.mail.outbox import link, post
from kl_ai.models import User

from ..models import EDITABLE, Response, SurveyRound
from ..querysets import months_before
from ..survey.deadlines import deadlines_by_vendor

BEFORE_DEADLINE = (14, 3)
"""On which days before the deadline the vendor is reminded of a draft: the first and the second time."""


def reminders_before(opens_on: date, deadline: date) -> list[int]:
    """Those of `BEFORE_DEADLINE` whose day is not before the round opens: nobody is reminded of the others."""
    return [days for days in BEFORE_DEADLINE if deadline - timedelta(days=days) >= opens_on]


@dataclass(frozen=True)
class Reminder:
    """One mail to one member of a vendor."""

    key: str
    kind: str
    """`reconfirm` or `draft`: the end of the template's name, and the mail's kind."""
    response: Response
    user: User
    context: dict[str, Any]
    first_key: str = ""
    """The key of the first reminder, a month after which this second one is due; "" for a first one."""

    def send(self) -> OutgoingMail | None:
        """Queue the mail; None where it was queued before."""
        language = self.user.language
        url = partial(link, language=language)
        slug = self.response.vendor.slug
        context = {
            "vendor": self.response.vendor,
            "company_url": url("vendor:company", slug),
            "confirm_url": url("vendor:confirm", slug),
            "tasks_url": url("vendor:tasks", self.response.pk),
            **self.context,
        }
        with transaction.atomic():
            return post(
                self.key, self.user.email, f"reminder_{self.kind}", context, language, kind=self.kind, queue_only=True
            )


def due_reminders() -> Iterator[Reminder]:
    """Today's reminders that are not queued yet. Five queries and one for each round with drafts."""
    reminders = [*_reconfirmations(), *_drafts()]
    queued_on = _days_queued([reminder.key for reminder in reminders])
    month_ago = months_before(timezone.localdate(), 1)
    for reminder in reminders:
        first = reminder.first_key
        is_due = not first or (first in queued_on and queued_on[first] <= month_ago)
        if is_due and reminder.key not in queued_on:
            yield reminder


def _days_queued(keys: list[str]) -> dict[str, date]:
    """Key to the day on which its mail was queued, for those of these keys that were. One query."""
    mails = OutgoingMail.objects.filter(key__in=keys).values_list("key", "created_at") if keys else ()
    return {key: timezone.localdate(at) for key, at in mails}


def _reconfirmations() -> Iterator[Reminder]:
    """One after `STALE_AFTER_MONTHS` without a confirmation, and a second one a month after the first.

    None after `KEEP_MAIL_MONTHS` more: the first mail may be deleted by then, and would be sent again.
    """
    today = timezone.localdate()
    months = settings.STALE_AFTER_MONTHS
    stale = Response.objects.published().filter(
        confirmed_at__lte=months_before(today, months),
        confirmed_at__gt=months_before(today, months + settings.KEEP_MAIL_MONTHS),
    )
    for response in stale.with_members():
        for user in response.vendor.active_members:
            first, second = (f"reconfirm:{response.pk}:{response.confirmed_at}:{n}:{user.pk}" for n in (1, 2))
            context = {"confirmed_on": response.confirmed_at}
            yield Reminder(first, "reconfirm", response, user, {**context, "number": 1})
            yield Reminder(second, "reconfirm", response, user, {**context, "number": 2}, first_key=first)


def _drafts() -> Iterator[Reminder]:
    """For drafts and responses sent back in released rounds, on the days `BEFORE_DEADLINE` before the vendor's deadline."""
    today = timezone.localdate()
    early, late = (today + timedelta(days=days) for days in BEFORE_DEADLINE)
    released = SurveyRound.objects.released()
    editable = Response.objects.filter(status__in=EDITABLE, round__in=released).with_members().order_by("round", "pk")
    for survey_round, group in groupby(list(editable), key=attrgetter("round")):
        responses = list(group)
        last_days = deadlines_by_vendor(survey_round, [response.vendor for response in responses])
        for response in responses:
            deadline = last_days[response.vendor_id]
            if deadline is None or not today <= deadline <= early:
                continue
            days = BEFORE_DEADLINE[1] if deadline <= late else BEFORE_DEADLINE[0]
            if days not in reminders_before(survey_round.opens_on, deadline):
                continue
            for user in response.vendor.active_members:
                key = f"draft:{response.pk}:{deadline}:{days}:{user.pk}"
                yield Reminder(key, "draft", response, user, {"deadline": deadline, "round": survey_round})


def unreachable_stale_responses() -> list[Response]:
    """Published responses that are not confirmed, of vendors without a member who can log in. Two queries."""
    stale = Response.objects.stale().alphabetical().with_members()
    return [response for response in stale if not response.vendor.active_members]
