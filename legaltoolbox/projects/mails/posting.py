"""How the mails about the work of municipalities are queued: to one address at most so many of a kind in a day."""

from collections.abc import Iterable, Iterator

from kl_ai.addresses import canonical_address
from kl_ai.mail.models import OutgoingMail
from kl_ai.mail.outbox import Letter, post_many
from kl_ai.people import limits


def post_within_limits(kind: str, letters: Iterable[Letter]) -> list[OutgoingMail]:
    """As `post_many`, for letters of one kind, without those beyond what their address gets in a day (`MAILS_A_DAY`).

    So nobody floods a colleague by doing and undoing the same; what is done is still done, and stands in the history. One
    query more than `post_many`; none for no letters.
    """
    return post_many(_within_limits(kind, list(letters)))


def _within_limits(kind: str, letters: list[Letter]) -> Iterator[Letter]:
    left = limits.mails_left(kind, {canonical_address(letter.to) for letter in letters}) if letters else {}
    for letter in letters:
        address = canonical_address(letter.to)
        left[address] -= 1
        if left[address] >= 0:
            yield letter
