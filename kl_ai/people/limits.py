"""The limits against abuse: how often a person, a recipient or an origin may do what costs others something.

    limits.consume("invite_colleague", person=user, recipient=email, origin=request)

counts one attempt and raises `LimitReached` where there have been too many; its text is for the person. `LIMITS` holds
all numbers. Call it before the transaction of what it limits: an attempt that was counted is never given back, neither
by an error that follows nor by cancelling or deleting what was made.

A count is a row of `AttemptCount` in the database, shared by all processes. Spans of time are fixed: a new hour or day
begins with the count at 0 again.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext, ngettext

from .. import security_log
from ..http import client_address
from ..models import User
from ..security.models import AttemptCount

QUARTER, HOUR, DAY = timedelta(minutes=15), timedelta(hours=1), timedelta(days=1)
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
PERSON, RECIPIENT, ORIGIN = "person", "recipient", "origin"
BOTH = "recipient and origin"


class Limit(NamedTuple):
    """At most `most` attempts of one `per` in each `span` of time. A day ends at midnight, Danish time."""

    per: str
    most: int
    span: timedelta


GUESSES = Limit(RECIPIENT, settings.LOGIN_CODE_GUESSES, DAY)
"""The guesses at one code, whose name is the recipient."""
LIMITS: Mapping[str, tuple[Limit, ...]] = {
    # Five mistakes in a row are common, ten are not. Ten mails an hour and thirty a day are a nuisance, no flood.
    # Sixty an hour let a whole town hall behind one address log in on a Monday morning.
    "login_code": (
        Limit(BOTH, 5, QUARTER),
        Limit(RECIPIENT, 10, HOUR),
        Limit(RECIPIENT, 30, DAY),
        Limit(ORIGIN, 60, HOUR),
    ),
    "login_code_known_browser": (Limit(PERSON, 5, QUARTER), Limit(PERSON, 30, DAY)),
    # Three guesses at one code, and sixty at the codes of all addresses together.
    "guess_code": (GUESSES, Limit(ORIGIN, 60, QUARTER)),
    "guess_code_known_browser": (GUESSES, Limit(PERSON, 30, QUARTER)),
    # Only who has the code from the mail comes here. At thirty a day a guess is right once in thirty years.
    "second_step": (Limit(PERSON, 5, QUARTER), Limit(PERSON, 30, DAY)),
    "second_step_known_browser": (Limit(PERSON, 5, QUARTER), Limit(PERSON, 30, DAY)),
    # Staff without mail: nobody guesses two codes at once, so that no address has a limit that others could use up.
    "login_without_mail": (Limit(BOTH, 5, QUARTER), Limit(ORIGIN, 20, DAY)),
    # Ten letters are typed wrong now and then, and cannot be guessed.
    "enrolment_code": (Limit(PERSON, 10, HOUR),),
    # A consultant registers a handful of companies; a list of companies is invited by KL.
    "register_company": (Limit(PERSON, 5, DAY), Limit(ORIGIN, 20, DAY)),
    # A large company has a dozen colleagues. Nobody gets more than three invitations a day, whoever sends them.
    "invite_colleague": (Limit(PERSON, 20, DAY), Limit(RECIPIENT, 3, DAY), Limit(ORIGIN, 60, DAY)),
    # The recipient is the company, whose members get a mail. One network cannot use up what others may ask.
    "ask_to_join": (Limit(PERSON, 5, DAY), Limit(ORIGIN, 10, DAY), Limit(RECIPIENT, 30, DAY)),
    # Somebody who mistypes needs a few questions; KL answers each by hand.
    "ask_kl": (Limit(PERSON, 10, DAY), Limit(ORIGIN, 30, DAY)),
    # Forms that are sent without a login are kept in a session each: enough for an office whose logins have expired.
    "store_input": (Limit(ORIGIN, 60, HOUR),),
}
"""Action to its limits, in the order in which they are counted; a limit without a value for its key is passed over."""


class LimitReached(Exception):
    """There have been too many attempts. `str()` is a sentence in the language of the page; `free_at` when it ends."""

    def __init__(self, action: str, per: str, free_at: datetime) -> None:
        super().__init__(action, per)
        self.action, self.per, self.free_at = action, per, free_at

    @property
    def seconds(self) -> int:
        """The seconds until the next attempt is counted anew, at least 1: the header `Retry-After`."""
        return max(1, -int((timezone.now() - self.free_at).total_seconds() // 1))

    def __str__(self) -> str:
        return gettext("This has been done too many times.") + " " + wait_text(self.seconds)


def wait_text(seconds: int) -> str:
    """A sentence that says how long to wait: in minutes up to an hour, then in hours."""
    minutes = -(-seconds // 60)
    if minutes <= 60:
        text = ngettext("Wait %(n)d minute, and try again.", "Wait %(n)d minutes, and try again.", minutes)
        return text % {"n": minutes}
    hours = -(-minutes // 60)
    return ngettext("Try again in %(n)d hour.", "Try again in %(n)d hours.", hours) % {"n": hours}


def consume(action: str, *, person: User | None = None, recipient: str = "", origin: HttpRequest | None = None) -> None:
    """Count one attempt of an action of `LIMITS`; raises `LimitReached`, and counts nothing, where one is reached.

    A refused attempt counts for nobody, so that trying on does not prolong the wait of others. Call it outside of a
    transaction. One query for each limit, two more for the first attempt in its span.
    """
    values = _values(person, recipient, origin)
    try:
        with transaction.atomic(durable=True):
            _count(action, values)
    except LimitReached as reached:
        whom = {"user": person} if person else {}
        address = security_log.address_hash(recipient) if recipient else None
        security_log.record("limit_reached", origin, action=action, per=reached.per, recipient=address, **whom)
        raise


def _count(action: str, values: Mapping[str, str]) -> None:
    for limit in LIMITS[action]:
        if limit.per not in values:
            continue
        span = _span(limit.span)
        key = _key(limit.per, values[limit.per])
        if not AttemptCount.count(action, limit.per, key, span, limit.most):
            raise LimitReached(action, limit.per, span[1])


def _values(person: User | None, recipient: str, origin: HttpRequest | None) -> dict[str, str]:
    """Kind of key to its value, for the kinds that are known here."""
    values = dict(_given(person, recipient, origin))
    if RECIPIENT in values and ORIGIN in values:
        values[BOTH] = f"{values[RECIPIENT]} {values[ORIGIN]}"
    return values


def _given(person: User | None, recipient: str, origin: HttpRequest | None) -> Iterator[tuple[str, str]]:
    if person is not None:
        yield PERSON, str(person.pk)
    if recipient:
        yield RECIPIENT, recipient.strip().lower()
    if origin is not None:
        yield ORIGIN, origin_of(origin)


def origin_of(request: HttpRequest) -> str:
    """The network that counts as one origin: an IPv4 address, or the /64 that a connection gets of IPv6.

    “unknown” where the server does not know the address.
    """
    try:
        address = ip_address(client_address(request) or "")
    except ValueError:
        return "unknown"
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(IPv6Address(int(address) >> 64 << 64))


def _key(per: str, value: str) -> str:
    """A keyed hash of the value: the table does not say whom it counts."""
    return salted_hmac("kl_ai.people.limits", f"{per} {value}", algorithm="sha256").hexdigest()


def _span(length: timedelta) -> tuple[datetime, datetime]:
    """The span of this length that now lies in: from its first moment to the first one of the next."""
    now = timezone.now()
    if length == DAY:
        midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
        # Wall-clock arithmetic: the next midnight may be 23 or 25 hours away.
        return midnight.astimezone(UTC), (midnight + DAY).astimezone(UTC)
    begins_at = now - (now - EPOCH) % length
    return begins_at, begins_at + length
