"""Comparison of company names: names that differ only in capitals, punctuation or legal form count as equal."""

import re
import unicodedata

LEGAL_FORMS = frozenset({
    "as", "aps", "ivs", "is", "ks", "ps", "amba", "smba", "fmba", "ab", "asa", "oy", "oyj", "ag", "gmbh", "ug",
    "se", "sa", "sas", "sarl", "srl", "spa", "bv", "nv", "ltd", "limited", "llc", "llp", "plc", "inc", "corp",
    "co", "holding", "group",
})  # fmt: skip


def normalized_name(name: str) -> str:
    """The name in small letters, without punctuation, and without the legal form unless that is the whole name."""
    text = re.sub(r"(?<=\w)[./](?=\w)", "", unicodedata.normalize("NFKC", name).casefold())
    words = re.sub(r"[^\w]+", " ", text).split()
    return " ".join(word for word in words if word not in LEGAL_FORMS) or " ".join(words)
