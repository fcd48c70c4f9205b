"""Who must be reminded of what today: to confirm a profile, or to hand in a draft before the deadline.

Each reminder has a key of its own, so that running twice, or going on after a break, writes to nobody twice.
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

from ..models import Response
from ..querysets import months_before
from ..survey import deadlines as rounds

BEFORE_DEADLINE = (14, 3)
"""Days before the deadline on which an open draft is reminded of."""


@dataclass(frozen=True)
class Reminder:
    key: str
    kind: str
    """`reconfirm` or `draft`: the mail's template and kind."""
    response: Response
    user: User
    context: dict[str, Any]
    after: str = ""
    """The key of an earlier one, a month after which this one is due."""

    def send(self) -> OutgoingMail | None:
        """Put the mail into the outbox; None where it was there before."""
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
            return post(self.key, self.user.email, f"reminder_{self.kind}", context, language, kind=self.kind)


def due() -> Iterator[Reminder]:
    """Today's reminders, those that were sent before left out. Five queries and one for each round with drafts."""
    found = [*_reconfirmations(), *_drafts()]
    written = _written([one.key for one in found])
    month_ago = months_before(timezone.localdate(), 1)
    for one in found:
        is_time = not one.after or (one.after in written and written[one.after] <= month_ago)
        if is_time and one.key not in written:
            yield one


def _written(keys: list[str]) -> dict[str, date]:
    """On which day the mails of these keys were written, those that were. One query."""
    mails = OutgoingMail.objects.filter(key__in=keys).values_list("key", "created_at") if keys else ()
    return {key: timezone.localdate(at) for key, at in mails}


def _reconfirmations() -> Iterator[Reminder]:
    """After `STALE_AFTER_MONTHS` without a confirmation, and a second one a month after the first.

    Nobody is asked any longer when the log of the first mail may be gone: it would be sent again.
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
            yield Reminder(second, "reconfirm", response, user, {**context, "number": 2}, after=first)


def _drafts() -> Iterator[Reminder]:
    """Drafts and answers sent back, a fortnight and three days before the vendor's own deadline."""
    today = timezone.localdate()
    early, late = (today + timedelta(days=days) for days in BEFORE_DEADLINE)
    open_ones = list(Response.objects.filter(status__in=("draft", "returned")).with_members().order_by("round", "pk"))
    for survey_round, drafts in groupby(open_ones, key=attrgetter("round")):
        of_round = list(drafts)
        deadlines = rounds.deadlines(survey_round, [response.vendor for response in of_round])
        for response in of_round:
            deadline = deadlines[response.vendor_id]
            if deadline is None or not today <= deadline <= early:
                continue
            days = BEFORE_DEADLINE[1] if deadline <= late else BEFORE_DEADLINE[0]
            for user in response.vendor.active_members:
                key = f"draft:{response.pk}:{deadline}:{days}:{user.pk}"
                yield Reminder(key, "draft", response, user, {"deadline": deadline, "round": survey_round})


def nobody_to_ask() -> list[Response]:
    """Stale profiles of vendors that nobody acts for: KL must find somebody. Two queries."""
    stale = Response.objects.stale().with_members()
    return [response for response in stale if not response.vendor.active_members]
