"""How the mails about the work of municipalities are queued: to one address at most so many of a kind in a day."""

from collections.abc import Iterable
from typing import NamedTuple

from kl_ai.addresses import canonical_address
from kl_ai.mail.models import OutgoingMail
from kl_ai.mail.outbox import Letter, post_many
from kl_ai.people import limits


class Posted(NamedTuple):
    """What has become of some letters."""

    mails: list[OutgoingMail] = []
    """The new ones that are queued, without pk."""
    withheld: list[str] = []
    """The addresses that get none of them today: whoever has done the work tells these people."""


def post_within_limits(kind: str, letters: Iterable[Letter]) -> Posted:
    """As `post_many`, for letters of one kind, without those beyond what their address gets in a day (`MAILS_A_DAY`).

    So nobody floods a colleague by doing and undoing the same; what is done is still done, and stands in the history. One
    query more than `post_many`, two where something is withheld; none for no letters.
    """
    all_letters = list(letters)
    kept, beyond = _by_limit(kind, all_letters)
    mails = post_many(kept)
    posted_before = OutgoingMail.keys_known([letter.key for letter in beyond]) if beyond else set()
    withheld = dict.fromkeys(canonical_address(letter.to) for letter in beyond if letter.key not in posted_before)
    return Posted(mails, list(withheld))


def _by_limit(kind: str, letters: list[Letter]) -> tuple[list[Letter], list[Letter]]:
    """Those of the letters that their addresses still get today, and the others. One query, none for no letters."""
    left = limits.mails_left(kind, {canonical_address(letter.to) for letter in letters}) if letters else {}
    kept: list[Letter] = []
    beyond: list[Letter] = []
    for letter in letters:
        address = canonical_address(letter.to)
        left[address] -= 1
        (kept if left[address] >= 0 else beyond).append(letter)
    return kept, beyond
