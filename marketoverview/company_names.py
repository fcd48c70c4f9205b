"""Comparison of company names: names that differ only in capitals, punctuation or legal form count as equal.

Vendors and invitations store the name as it is compared (`stored_name`), so that an index finds it. Whoever changes
`normalized_name` writes a migration that stores it anew.
"""

import re
import unicodedata

LEGAL_FORMS = frozenset({
    "as", "aps", "ivs", "is", "ks", "ps", "amba", "smba", "fmba", "ab", "asa", "oy", "oyj", "ag", "gmbh", "ug",
    "se", "sa", "sas", "sarl", "srl", "spa", "bv", "nv", "ltd", "limited", "llc", "llp", "plc", "inc", "corp",
    "co", "holding", "group",
})  # fmt: skip


MAX_NORMALIZED = 250
"""The length of the column; compatibility characters may make a name longer than the 120 characters that it may have."""


def normalized_name(name: str) -> str:
    """The name in small letters, without punctuation, and without the legal form unless that is the whole name."""
    text = re.sub(r"(?<=\w)[./](?=\w)", "", unicodedata.normalize("NFKC", name).casefold())
    words = re.sub(r"[^\w]+", " ", text).split()
    return " ".join(word for word in words if word not in LEGAL_FORMS) or " ".join(words)


def stored_name(name: str) -> dict[str, str]:
    """The values of the columns by which a row with this name is found: the normalized name, and what it was made of."""
    return {"normalized_name": normalized_name(name)[:MAX_NORMALIZED], "normalized_from": name}
