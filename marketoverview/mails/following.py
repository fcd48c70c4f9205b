"""The mails to those who follow a selection of the market: the link that confirms, the news, and the link that renews.

Each function queues its mail in a transaction together with what is stored about it, so that none is sent twice, however
many processes run at once. The subject and the first mail hold no words that a stranger may have typed: the free text of a
selection stands in mails only after the owner of the address has confirmed.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone, translation

from kl_ai.mail.models import OutgoingMail
from kl_ai.mail.outbox import link, post
from kl_ai.text import without_links

from ..market import wording
from ..market.following import FollowedSelection, News, Seen, news, read_stored, seen_in
from ..market.selection import Selection
from ..market.snapshot import Snapshot, snapshots
from ..models import Follower

CONFIRM, NEWS, OVER, RENEW = "follow_confirm", "follow_news", "follow_over", "follow_renew"
"""The kinds of the mails, which are the names of their templates."""
MINUTES_BETWEEN_CONFIRMATIONS = 10
"""A request that is sent again so soon, as by a double click, gives no second mail."""
MOST_NAMES = 100
"""Of each group of vendors so many stand in a mail; then a line says how many more there are."""
BLOCK = 200
"""How many followers are read at once."""


def send_confirmation(follower: Follower, snapshot: Snapshot) -> OutgoingMail | None:
    """Queue the mail with the link that confirms; None where one has gone out just now. Two queries, and those of `post`."""
    selection = read_stored(follower.selection, snapshot).selection
    minutes = int(timezone.now().timestamp()) // 60 // MINUTES_BETWEEN_CONFIRMATIONS
    key = f"{follower.mail_key}confirm:{minutes}"
    context = {"has_text": bool(selection.q)}
    return _post(key, follower, CONFIRM, _known_conditions(snapshot, selection, follower.language), context)


def _known_conditions(snapshot: Snapshot, selection: Selection, language: str) -> str:
    """The chosen options in words, without the free text; "" where none is chosen. No query."""
    with translation.override(language):
        return wording.conditions(snapshot, selection.without_query())


def send_due(*, dry_run: bool = False) -> Counter[str]:
    """Queue the mails that are due now; how many of each kind, and of followers without news under "".

    With `dry_run` nothing is stored. Four queries for each `BLOCK` of followers; for each one none without news, and with
    news those of `_send_news`.
    """
    at = timezone.now()
    snapshot = snapshots.current()
    counts: Counter[str] = Counter()
    for follower in _in_blocks("due"):
        counts[_send_news(follower, snapshot, at, dry_run=dry_run)] += 1
    for follower in _in_blocks("ending"):
        counts[RENEW if dry_run or _send_renewal(follower, snapshot) else ""] += 1
    return counts


def _in_blocks(verb: str) -> Iterator[Follower]:
    """The followers of this queryset method, by their keys. A query for each block, and one."""
    last = 0
    while True:
        block = list(getattr(Follower.objects, verb)().filter(pk__gt=last).order_by("pk")[:BLOCK])
        yield from block
        if len(block) < BLOCK:
            return
        last = block[-1].pk


def _send_news(follower: Follower, snapshot: Snapshot, at: datetime, *, dry_run: bool) -> str:
    """Queue the follower's news; the kind of the mail, "" for none.

    No query without news. With news one, two where some of the selection is gone, and five to store and queue the mail.
    """
    with translation.override(follower.language):
        followed = read_stored(follower.selection, snapshot)
    if followed.is_over:
        return OVER if dry_run or _send_end(follower, followed, snapshot) else ""
    now = seen_in(snapshot, followed.selection)
    if now == follower.seen and not followed.gone:
        return ""
    if followed.gone and follower.follows_too(followed.query):  # another row goes on with what is left
        if not dry_run:
            follower.end()
        return ""
    return NEWS if dry_run or _post_news(follower, followed, now, snapshot, at) else ""


def _post_news(follower: Follower, followed: FollowedSelection, now: Seen, snapshot: Snapshot, at: datetime) -> bool:
    """Store that the follower has seen what is in the selection `now`, and queue the mail; whether this process has done so."""
    since = follower.last_sent_at or at
    news_of_it = news(snapshot, follower.seen, now, since)
    with transaction.atomic():
        if not follower.record_news(now, followed.query, at):
            return False
        context = {
            "deleted": news_of_it.deleted,
            "since": timezone.localdate(since),
            "groups": _groups(news_of_it, follower.language),
            "gone": followed.gone,
            "total": len(now),
            **_in_words(snapshot, followed.selection, len(now), follower.language),
        }
        conditions = _known_conditions(snapshot, followed.selection, follower.language)
        key = f"{follower.mail_key}news:{at:%Y%m%d%H%M%S%f}"
        return _post(key, follower, NEWS, conditions, context, queue_only=True) is not None


def _groups(news_of_it: News, language: str) -> list[tuple[str, list[tuple[str, str]], int]]:
    """Heading, (name, address of the profile) of at most `MOST_NAMES` vendors, and the number of the others. No query."""
    profile = partial(link, "market:profile", language=language)
    with translation.override(language):
        return [
            (
                heading,
                [(vendor.name, profile(vendor.slug)) for vendor in vendors[:MOST_NAMES]],
                max(0, len(vendors) - MOST_NAMES),
            )
            for heading, vendors in news_of_it.groups
        ]


def _in_words(snapshot: Snapshot, selection: Selection, total: int, language: str) -> dict[str, str]:
    """The selection in words, and the address of its list.

    The owner of the address has seen and confirmed the free text; mail programs make no link of what stands in it.
    """
    shown = replace(selection, q=without_links(selection.q))
    with translation.override(language):
        sentence = wording.sentence(snapshot, shown, total)
    return {
        "sentence": sentence,
        "directory_url": link("market:directory", language=language) + selection.filter_query,
    }


def _send_end(follower: Follower, followed: FollowedSelection, snapshot: Snapshot) -> bool:
    """End a following of which a whole condition is gone, and say so in a last mail; whether this process has done so.

    The mail is one of `LAST_MAILS`: its row goes once it is sent. Ten queries.
    """
    context = {
        "gone": followed.gone,
        "directory_url": link("market:directory", language=follower.language) + followed.selection.filter_query,
    }
    with transaction.atomic():
        if not follower.end():
            return False
        key = f"followed:{follower.pk}:over"  # not among the mails that have gone with the row
        return post(key, follower.email, OVER, context, follower.language, queue_only=True) is not None


def _send_renewal(follower: Follower, snapshot: Snapshot) -> bool:
    """Queue the mail with the link that renews; whether this process has done so. Five queries."""
    with translation.override(follower.language):
        selection = read_stored(follower.selection, snapshot).selection
    total = snapshot.count(selection.chosen, selection.q)
    with transaction.atomic():
        if not follower.record_reminder():
            return False
        key = f"{follower.mail_key}renew:{follower.ends_on}"
        context = _in_words(snapshot, selection, total, follower.language) | {"ends_on": follower.ends_on}
        return _post(key, follower, RENEW, "", context, queue_only=True) is not None


def _post(
    key: str, follower: Follower, template: str, conditions: str, context: dict[str, Any], *, queue_only: bool = False
) -> OutgoingMail | None:
    """Queue a mail of `template` with the links of the follower; None where one with the key is stored."""
    url = partial(link, language=follower.language)
    stop_url = url("market:unfollow", follower.token)
    context |= {
        "conditions": conditions,
        "url": url("market:following", follower.token),
        "stop_url": stop_url,
        "privacy_url": url("privacy"),
    }
    return post(
        key, follower.email, template, context, follower.language, unsubscribe_url=stop_url, queue_only=queue_only
    )
