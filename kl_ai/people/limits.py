"""The limits against abuse: how often a person, a recipient or an origin may do what costs others something.

    limits.consume("invite_colleague", person=user, recipient=email, origin=request)

counts one attempt and raises `LimitReached` where there have been too many; its text is for the person. `LIMITS` holds
all numbers. Call it before the transaction of what it limits: an attempt that was counted is never given back, neither
by an error that follows, nor by cancelling or deleting what was made, nor by deleting the login.

Nobody can lock somebody else out, and nobody is flooded. So a limit that refuses counts what others cannot use up: the
person, the browser, the origin, or the person together with the recipient. What reaches one recipient from everybody
together is limited too, but such a limit refuses nothing (`withholds`): only the mail is left out. Codes for logging in
are the exception, since there is nothing but the mail; a known browser has its own limit. The other one are the mails to
addresses that nobody has proven: the whole portal sends a number of them, lest KL's mail server count as a source of spam.

A count is a row of `AttemptCount` in the database, shared by all processes. Spans of time are fixed: a new hour or day
begins with the count at 0 again.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext, ngettext

from ..addresses import unquoted_address
from ..mail.models import OutgoingMail
from ..models import User
from ..requests.http import client_address
from ..security import log as security_log
from ..security.models import AttemptCount

QUARTER, HOUR, DAY = timedelta(minutes=15), timedelta(hours=1), timedelta(days=1)
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
PERSON, RECIPIENT, ORIGIN, BROWSER = "person", "recipient", "origin", "browser"
PORTAL = "portal"
"""The whole portal: such a limit counts everybody together."""
BOTH, PAIR = "recipient and origin", "person and recipient"
WIDER_NETWORKS = {56: 4, 48: 16}
"""The lengths of the IPv6 prefixes that one customer may have, and how many times the number of a /64 each may use.

A line at home often has a /56 and a site a /48; whoever has one could take a fresh /64 for each attempt.
"""
DOTLESS = frozenset({"gmail.com", "googlemail.com"})
"""The domains at which dots before the @ make no other mailbox."""


class Limit(NamedTuple):
    """At most `most` attempts of one `per` in each `span` of time. A day ends at midnight, Danish time.

    One that `withholds` refuses nothing: beyond it the recipient gets no mail.
    """

    per: str
    most: int
    span: timedelta
    withholds: bool = False


LIMITS: Mapping[str, tuple[Limit, ...]] = {
    # Five mistakes in a row are common, ten are not. Ten mails an hour and thirty a day are a nuisance, no flood.
    # Sixty an hour let a whole town hall behind one address log in on a Monday morning. What one network may ask for one
    # address leaves some codes of the hour and of the day to whoever has the address, elsewhere.
    "login_code": (
        Limit(BOTH, 5, QUARTER),
        Limit(BOTH, 7, HOUR),
        Limit(BOTH, 20, DAY),
        Limit(RECIPIENT, 10, HOUR),
        Limit(RECIPIENT, 30, DAY),
        Limit(ORIGIN, 60, HOUR),
    ),
    # Each known browser has its own number, then what a stranger has: whoever sits at a shared computer, or has stolen
    # a cookie, uses up the number of that browser alone.
    "login_code_known_browser": (Limit(BROWSER, 5, QUARTER), Limit(BROWSER, 30, DAY)),
    # Three guesses at one code, whose name is the recipient, and sixty at the codes of all addresses together.
    "guess_one_code": (Limit(RECIPIENT, settings.LOGIN_CODE_GUESSES, DAY),),
    "guess_code": (Limit(ORIGIN, 60, QUARTER),),
    "guess_code_known_browser": (Limit(BROWSER, 30, QUARTER),),
    # Only who has the code from the mail comes here. At thirty a day a guess is right once in thirty years.
    "second_step": (Limit(PERSON, 5, QUARTER), Limit(PERSON, 30, DAY)),
    "second_step_known_browser": (Limit(BROWSER, 5, QUARTER), Limit(BROWSER, 30, DAY)),
    # Staff without mail: nobody guesses two codes at once, so that no address has a limit that others could use up.
    # Sixty an hour are out of reach of a mistake, and end with the hour for all who are behind the same address.
    "login_without_mail": (Limit(BOTH, 5, QUARTER), Limit(BOTH, 20, DAY), Limit(ORIGIN, 60, HOUR)),
    "login_without_mail_known_browser": (Limit(BROWSER, 5, QUARTER), Limit(BROWSER, 20, DAY)),
    # Ten letters are typed wrong now and then, and cannot be guessed.
    "enrolment_code": (Limit(PERSON, 10, HOUR),),
    # A consultant registers a handful of companies; a list of companies is invited by KL.
    "register_company": (Limit(PERSON, 5, DAY), Limit(ORIGIN, 20, DAY)),
    # A large company has a dozen colleagues; one person invites the same address three times a day at most. Invitations
    # that others send to the address do not count against this: beyond six a day the address gets no more mails, and
    # the invitation waits on its first page. Companies that KL does not know yet have a number of their own, so that
    # made-up ones cannot use up the mails of real ones.
    "invite_colleague": (
        Limit(PERSON, 20, DAY),
        Limit(PAIR, 3, DAY),
        Limit(ORIGIN, 60, DAY),
        Limit(RECIPIENT, 6, DAY, withholds=True),
    ),
    "invite_colleague_to_unknown_company": (
        Limit(PERSON, 20, DAY),
        Limit(PAIR, 3, DAY),
        Limit(ORIGIN, 60, DAY),
        Limit(RECIPIENT, 3, DAY, withholds=True),
    ),
    # The recipient is the company, whose members get a mail: ten a day. Whoever asks after that is on the company's page
    # and in KL's inbox as well, so that logins made for the purpose close the company to nobody.
    "ask_to_join": (Limit(PERSON, 5, DAY), Limit(ORIGIN, 10, DAY), Limit(RECIPIENT, 10, DAY, withholds=True)),
    # The recipient is the company, whose members get a receipt for each handing in. Per person, so that nobody uses up
    # what a colleague may do; handing in has more than taking back, so that who has taken back can hand in again.
    "hand_in": (Limit(PAIR, 10, DAY),),
    "take_back": (Limit(PAIR, 5, DAY),),
    # The same for drafts: whoever has discarded one can begin again.
    "begin_draft": (Limit(PAIR, 20, DAY),),
    "discard_draft": (Limit(PAIR, 10, DAY),),
    # Somebody who mistypes needs a few questions; KL answers each by hand.
    "ask_kl": (Limit(PERSON, 10, DAY), Limit(ORIGIN, 30, DAY)),
    # A large municipality begins a handful of projects in a week.
    "make_project": (Limit(PERSON, 20, DAY),),
    # A municipality moves a handful of projects at once, and tries a file some times until it is right.
    "import_project": (Limit(PERSON, 30, DAY),),
    # Others read each copy anew: somebody who mends a name that was overlooked publishes a few times.
    "publish_copy": (Limit(PERSON, 20, DAY),),
    # Whoever has a vendor's link. Autosave sends at most one save each two seconds, and a company has some colleagues at
    # it behind one address. Of what reaches the municipality, or the recipient by mail, a link has a number of its own.
    "answer_annex": (Limit(BOTH, 2000, HOUR),),
    "hand_in_annex": (Limit(BOTH, 10, HOUR), Limit(RECIPIENT, 20, DAY)),
    # A colleague tries a file some times until each cell is right; each file is read or made anew.
    "annex_file": (Limit(BOTH, 60, HOUR), Limit(RECIPIENT, 200, DAY)),
    "enter_annex": (Limit(PERSON, 100, DAY),),
    "ask_about_annex": (Limit(BOTH, 10, HOUR), Limit(RECIPIENT, 20, DAY)),
    # A requirement annex goes to its recipients at once; vendors that are added later, and new links, are one mail each.
    "send_annex": (Limit(PERSON, 20, DAY),),
    "add_recipient": (Limit(PERSON, 100, DAY),),
    # Whoever follows the market types an address that nobody has proven, and needs no login. An office behind one address
    # has some followers a day; somebody who follows several selections asks for them one after the other. Beyond ten a day
    # an address gets no mails. The last resort is the number of the whole portal: when it is used up, the feed is left.
    "follow": (
        Limit(BOTH, 6, HOUR),
        Limit(ORIGIN, 20, HOUR),
        Limit(ORIGIN, 60, DAY),
        Limit(PORTAL, 200, HOUR),
        Limit(PORTAL, 1000, DAY),
        Limit(RECIPIENT, 10, DAY, withholds=True),
    ),
    # Forms that are sent without a login are kept in a session each: enough for an office whose logins have expired.
    "store_input": (Limit(ORIGIN, 60, HOUR),),
}
"""Action to its limits, in the order in which they are counted; a limit without a value for its key is passed over.

Those that withhold come last, so that what is refused takes no mail from others.
"""

MAILS_A_DAY: Mapping[str, int] = {
    # A data protection officer of a large municipality is asked, and told of decisions, a handful of times a day.
    "project_step": 20,
    # A vendor is asked by several municipalities a day, and is told of later deadlines and of answers to questions.
    "annex_link": 30,
    "annex_news": 30,
    # A municipality that begins invites its people in a day or two, and tells its keepers of each.
    "municipality_membership": 40,
}
"""Kind of mail to how many of it one address gets in a day, for mails that people cause by ordinary work.

The work itself is never refused; beyond the number only the mails are left out. They are counted as they are stored, inside
the transaction of the work, so that what is undone counts for nobody.
"""


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


def consume(
    action: str,
    *,
    person: User | None = None,
    recipient: str = "",
    origin: HttpRequest | None = None,
    browser: str = "",
) -> bool:
    """Count one attempt of an action of `LIMITS`; raises `LimitReached`, and counts nothing, where one is reached.

    False where only the mail to the recipient is to be left out. `browser` is the random name of a known browser.

    A refused attempt counts for nobody, so that trying on does not prolong the wait of others. Call it outside of a
    transaction. One query for each limit, two more for the first attempt in its span; three for one of an origin of IPv6.
    """
    values = _values(person, recipient, origin, browser)
    try:
        with transaction.atomic(durable=True):
            return _count(action, values)
    except LimitReached as reached:
        whom = {"user": person} if person else {}
        address = security_log.address_hash(recipient) if recipient else None
        security_log.record("limit_reached", origin, action=action, per=reached.per, recipient=address, **whom)
        raise


def mails_left(kind: str, addresses: Collection[str]) -> dict[str, int]:
    """How many mails of this kind of `MAILS_A_DAY` each address can still get today. One query."""
    today = OutgoingMail.objects.filter(kind=kind, to__in=addresses, created_at__gte=_span(DAY)[0])
    numbers = dict(today.order_by().values_list("to").annotate(Count("pk")))
    return {address: MAILS_A_DAY[kind] - numbers.get(address, 0) for address in addresses}


def _count(action: str, values: Mapping[str, str]) -> bool:
    """Count at every limit of the action; whether none that withholds is reached."""
    is_mailed = True
    for limit in LIMITS[action]:
        for per, most in _counters(limit):
            if per not in values:
                continue
            span = _span(limit.span)
            if not AttemptCount.count(action, per, _key(per, values[per]), span, most):
                if not limit.withholds:
                    raise LimitReached(action, per, span[1])
                is_mailed = False
    return is_mailed


def _counters(limit: Limit) -> Iterator[tuple[str, int]]:
    """The kinds of key that count for the limit, each with its number."""
    yield limit.per, limit.most
    if limit.per == ORIGIN:
        for length, times in WIDER_NETWORKS.items():
            yield _network_name(length), limit.most * times


def _network_name(length: int) -> str:
    return f"{ORIGIN} /{length}"


def _values(person: User | None, recipient: str, origin: HttpRequest | None, browser: str) -> dict[str, str]:
    """Kind of key to its value, for the kinds that are known here."""
    values = dict(_given(person, recipient, origin, browser))
    for pair, first, second in ((BOTH, RECIPIENT, ORIGIN), (PAIR, PERSON, RECIPIENT)):
        if first in values and second in values:
            values[pair] = f"{values[first]} {values[second]}"
    return values


def _given(person: User | None, recipient: str, origin: HttpRequest | None, browser: str) -> Iterator[tuple[str, str]]:
    yield PORTAL, "all"
    if person is not None:
        yield PERSON, mailbox(person.email)  # not the primary key: a login that is deleted and made anew is the same
    if recipient:
        yield RECIPIENT, mailbox(recipient)
    if browser:
        yield BROWSER, browser
    if origin is not None:
        yield ORIGIN, origin_of(origin)
        for length in WIDER_NETWORKS:
            if network := _network(origin, length):
                yield _network_name(length), network


def mailbox(address: str) -> str:
    """The mailbox that this address is taken to lead to: without a “+tag”, in small letters. Other texts as they are.

    Only to count by: mails go to the address as it is stored. Forms take one writing of an address only; should another
    come this far, it counts for the same mailbox.
    """
    local, at, domain = unquoted_address(address).rpartition("@")
    local = local.partition("+")[0] or local
    return (local.replace(".", "") if domain in DOTLESS else local) + at + domain


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
    return _prefix(address, 64)


def _network(request: HttpRequest, length: int) -> str:
    """The IPv6 network of this length that the request comes from; "" for other addresses."""
    try:
        address = IPv6Address(origin_of(request))
    except ValueError:
        return ""
    return _prefix(address, length)


def _prefix(address: IPv6Address, length: int) -> str:
    rest = 128 - length
    return str(IPv6Address(int(address) >> rest << rest))


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
