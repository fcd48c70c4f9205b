"""Signed tokens for the links in mails."""

from django.core import signing

ORIGIN_ONLY = "strict-origin"
"""The `Referrer-Policy` of a page whose address holds a token: the next request does not name the page.

`no-referrer` would also make browsers send `Origin: null` with the page's forms, which the CSRF check refuses.
"""


class KeySigner:
    """Signs primary keys, so that a link names a row and cannot be forged.

    Nothing secret is stored. Each kind of row has a salt of its own: a token of one kind is not read as another.
    """

    def __init__(self, salt: str) -> None:
        self._signer = signing.Signer(sep=".", salt=salt)

    def sign(self, key: int) -> str:
        """The token of this primary key: the key, a full stop and the signature."""
        return self._signer.sign(str(key))

    def read(self, token: str) -> int | None:
        """The primary key that the token was made for; None for any other text."""
        try:
            return int(self._signer.unsign(token))
        except (signing.BadSignature, ValueError):
            return None
